/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UDP (RFC 768). The length field ends the payload; some stores (memcached, CLDAP) answer here.
 */
#include "decode/layers.h"

#define UDP_HEADER 8

enum layer decode_udp(struct decoding *d)
{
    struct packet *p = d->packet;
    p->protocol = PACKET_UDP;
    p->source_port = cursor_read_be16(&d->bytes);
    p->destination_port = cursor_read_be16(&d->bytes);
    uint32_t length = cursor_read_be16(&d->bytes);
    cursor_skip(&d->bytes, 2); /* checksum */
    if (cursor_failed(&d->bytes))
        return layer_bad(d, ANOMALY_UDP_HEADER);
    /* 0 is a datagram above 64 KiB (RFC 2675 section 4): it ends with the packet. */
    if (length != 0) {
        if (length < UDP_HEADER || length - UDP_HEADER > decoding_on_wire(d))
            return layer_bad(d, ANOMALY_UDP_HEADER);
        decoding_end_after(d, length - UDP_HEADER);
    }
    p->tcp_flags = 0;
    p->tcp_window = 0;
    p->tcp_sequence = 0;
    p->tcp_acknowledgment = 0;
    p->payload = d->bytes.at;
    p->payload_length = (uint32_t)cursor_left(&d->bytes);
    p->payload_on_wire = (uint32_t)decoding_on_wire(d);
    if (p->payload_on_wire > p->payload_length)
        d->anomalies[ANOMALY_SNAPLEN_CUT]++;
    return LAYER_DONE;
}
