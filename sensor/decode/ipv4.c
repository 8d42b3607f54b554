/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 (RFC 791). Its total length is where the packet ends: bytes after it are link padding, and
 * bytes before it that are not there were cut by the snaplen. The checksum is not looked at.
 */
#include "decode/layers.h"

#define IPV4_HEADER_MIN    20
#define IPV4_FRAGMENT_BITS 0x3fff /* more fragments, and the offset */

/*
 * A total length of 0 is what a host sees of its own large sends before the card cuts them (TSO):
 * then the packet is what was captured.
 */
static bool end_packet(struct decoding *d, uint32_t header_length, uint32_t total_length)
{
    if (total_length == 0)
        return true;
    if (total_length < header_length)
        return false;
    decoding_end_after(d, total_length);
    return true;
}

enum layer decode_ipv4(struct decoding *d)
{
    struct cursor whole = d->bytes;
    const uint8_t *header = cursor_take(&whole, IPV4_HEADER_MIN);
    if (!header || header[0] >> 4 != 4)
        return layer_bad(d, ANOMALY_IPV4_HEADER);
    uint32_t header_length = (header[0] & 0x0fu) * 4;
    uint32_t total_length = (uint32_t)header[2] << 8 | header[3];
    if (header_length < IPV4_HEADER_MIN || !end_packet(d, header_length, total_length))
        return layer_bad(d, ANOMALY_IPV4_HEADER);

    struct packet *p = d->packet;
    p->network = header;
    p->network_length = (uint32_t)cursor_left(&d->bytes);
    cursor_skip(&d->bytes, header_length);
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_IPV4_HEADER);
    uint32_t fragment = (uint32_t)header[6] << 8 | header[7];
    if (fragment & IPV4_FRAGMENT_BITS)
        return layer_bad(d, ANOMALY_FRAGMENT);
    p->source = addr_from_ipv4(header + 12);
    p->destination = addr_from_ipv4(header + 16);
    return layer_of_ip_protocol(header[9]);
}

enum layer layer_of_ip_protocol(uint8_t protocol)
{
    switch (protocol) {
    case PACKET_TCP:
        return LAYER_TCP;
    case PACKET_UDP:
        return LAYER_UDP;
    default:
        return LAYER_OTHER;
    }
}
