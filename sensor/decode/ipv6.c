/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv6 (RFC 8200) and its chain of extension headers. The chain is walked here, not in the layer
 * loop, as these headers belong to one packet and have a limit of their own.
 */
#include "decode/layers.h"

#define IPV6_HEADER         40
#define IPV6_EXTENSIONS_MAX 8

enum ipv6_extension {
    EXTENSION_HOP_BY_HOP = 0,
    EXTENSION_ROUTING = 43,
    EXTENSION_FRAGMENT = 44,
    EXTENSION_AUTHENTICATION = 51,
    EXTENSION_DESTINATION = 60,
    EXTENSION_MOBILITY = 135,
    EXTENSION_HIP = 139,
    EXTENSION_SHIM6 = 140,
};

static bool is_extension(uint8_t next)
{
    switch (next) {
    case EXTENSION_HOP_BY_HOP:
    case EXTENSION_ROUTING:
    case EXTENSION_FRAGMENT:
    case EXTENSION_AUTHENTICATION:
    case EXTENSION_DESTINATION:
    case EXTENSION_MOBILITY:
    case EXTENSION_HIP:
    case EXTENSION_SHIM6:
        return true;
    default:
        return false;
    }
}

/* Skips the extension header `kind` and returns the next header's number. *fragmented is set when
 * it is the fragment header of a packet in more than one piece (RFC 6946: one piece is whole). */
static uint8_t skip_extension(struct cursor *c, uint8_t kind, bool *fragmented)
{
    uint8_t next = cursor_read_u8(c);
    uint8_t length = cursor_read_u8(c);
    if (kind == EXTENSION_FRAGMENT) {
        uint16_t offset = cursor_read_be16(c);
        *fragmented = (offset & 0xfff9) != 0;
        cursor_skip(c, 4);
    } else if (kind == EXTENSION_AUTHENTICATION) {
        cursor_skip(c, ((size_t)length + 2) * 4 - 2); /* RFC 4302 2.2: words, minus 2 */
    } else {
        cursor_skip(c, ((size_t)length + 1) * 8 - 2);
    }
    return next;
}

static enum layer walk_extensions(struct decoding *d, uint8_t next)
{
    bool fragmented = false;
    for (int count = 0; is_extension(next); count++) {
        if (count == IPV6_EXTENSIONS_MAX)
            return layer_bad(d, ANOMALY_IPV6_EXTENSION);
        next = skip_extension(&d->bytes, next, &fragmented);
        if (cursor_failed(&d->bytes))
            return layer_bad(d, ANOMALY_IPV6_EXTENSION);
        if (fragmented)
            return layer_bad(d, ANOMALY_FRAGMENT);
    }
    return layer_of_ip_protocol(next);
}

enum layer decode_ipv6(struct decoding *d)
{
    struct packet *p = d->packet;
    const uint8_t *header = cursor_take(&d->bytes, IPV6_HEADER);
    if (!header || header[0] >> 4 != 6)
        return layer_bad(d, ANOMALY_IPV6_HEADER);
    /* 0 is a jumbogram (RFC 2675) or a host's own large send: then the packet is what is there. */
    uint32_t payload_length = (uint32_t)header[4] << 8 | header[5];
    if (payload_length != 0)
        decoding_end_after(d, payload_length);

    p->network = header;
    p->network_length = IPV6_HEADER + (uint32_t)cursor_left(&d->bytes);
    p->source = addr_from_ipv6(header + 8);
    p->destination = addr_from_ipv6(header + 24);
    return walk_extensions(d, header[6]);
}
