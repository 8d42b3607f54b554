/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Community id version 1 (github.com/corelight/community-id-spec): lets an analyst join ajar's
 * events with those of Zeek, Suricata and Packetbeat about the same flow.
 */
#include "base/community_id.h"

#include "base/base64.h"
#include "base/sha1.h"

#include <string.h>

struct message {
    uint8_t bytes[2 + 16 + 16 + 2 + 2 + 2];
    size_t length;
};

static void put_be16(struct message *m, uint16_t value)
{
    m->bytes[m->length++] = (uint8_t)(value >> 8);
    m->bytes[m->length++] = (uint8_t)value;
}

/* IPv4 addresses count with their four bytes, not in mapped form. */
static void put_addr(struct message *m, const struct addr *addr)
{
    size_t skipped = addr_is_ipv4(addr) ? 12 : 0;
    size_t length = sizeof addr->bytes - skipped;
    memcpy(m->bytes + m->length, addr->bytes + skipped, length);
    m->length += length;
}

static bool is_reversed(const struct community_tuple *t)
{
    int order = addr_compare(&t->source, &t->destination);
    return order > 0 || (order == 0 && t->source_port > t->destination_port);
}

void community_id_format(const struct community_tuple *tuple, uint16_t seed,
                         char text[static COMMUNITY_ID_TEXT_MAX])
{
    bool reversed = is_reversed(tuple);
    struct message m = {.length = 0};
    put_be16(&m, seed);
    put_addr(&m, reversed ? &tuple->destination : &tuple->source);
    put_addr(&m, reversed ? &tuple->source : &tuple->destination);
    put_be16(&m, (uint16_t)(tuple->protocol << 8)); /* and a zero byte of padding */
    put_be16(&m, reversed ? tuple->destination_port : tuple->source_port);
    put_be16(&m, reversed ? tuple->source_port : tuple->destination_port);

    uint8_t digest[SHA1_BYTES];
    sha1_digest(m.bytes, m.length, digest);
    text[0] = '1';
    text[1] = ':';
    base64_encode(digest, sizeof digest, text + 2);
}
