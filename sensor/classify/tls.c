/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS by its first record. Beside the recognisers on the packet's road: no inspector follows, as
 * nobody can read on.
 */
#include "classify/tls.h"

#include "ajar/cursor.h"
#include "base/hash.h"

#include <string.h>

#define RECORD_ALERT     21
#define RECORD_HANDSHAKE 22
#define RECORD_MAX       16384
#define VERSION_MAJOR    3
#define VERSION_MINOR    4
#define CLIENT_HELLO     1
#define SERVER_HELLO     2
#define HELLO_MIN        42 /* handshake header, version, random, empty session */
#define ALERT_LENGTH     2
#define WAYS             4

static enum tls_message message_of(uint8_t type, uint16_t length, uint8_t first)
{
    if (type == RECORD_ALERT && length == ALERT_LENGTH && (first == 1 || first == 2))
        return TLS_ALERT; /* a warning or fatal */
    if (type != RECORD_HANDSHAKE || length < HELLO_MIN || length > RECORD_MAX)
        return TLS_NONE;
    if (first == CLIENT_HELLO)
        return TLS_CLIENT_HELLO;
    return first == SERVER_HELLO ? TLS_SERVER_HELLO : TLS_NONE;
}

enum tls_message tls_recognise(const uint8_t *data, size_t length)
{
    struct cursor at = cursor_over(data, length);
    uint8_t type = cursor_read_u8(&at);
    uint8_t major = cursor_read_u8(&at);
    uint8_t minor = cursor_read_u8(&at);
    uint16_t record_length = cursor_read_be16(&at);
    uint8_t first = cursor_read_u8(&at);
    if (type == RECORD_ALERT)
        cursor_skip(&at, 1);
    if (cursor_failed(&at) || major != VERSION_MAJOR || minor > VERSION_MINOR)
        return TLS_NONE;
    return message_of(type, record_length, first);
}

bool tls_servers_note(struct tls_servers *servers, const struct addr *server, uint16_t port,
                      bool client_is_home)
{
    uint8_t key[sizeof *server + sizeof port + 1];
    memcpy(key, server, sizeof *server);
    memcpy(key + sizeof *server, &port, sizeof port);
    key[sizeof key - 1] = client_is_home;
    uint64_t mark = hash_keyed(servers->seed, key, sizeof key) | 1; /* 0 = free */
    uint64_t *set = &servers->marks[(mark >> 32) % (TLS_SERVERS_MAX / WAYS) * WAYS];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i] == mark)
            return false;
    servers->evicted += set[WAYS - 1] != 0;
    memmove(set + 1, set, (WAYS - 1) * sizeof *set); /* the oldest stands last */
    set[0] = mark;
    return true;
}
