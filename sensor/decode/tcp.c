/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP (RFC 9293): the last header of most packets. Options are passed over; the flow stage needs
 * ports, numbers, flags and where the payload is.
 */
#include "decode/layers.h"

#define TCP_HEADER_MIN 20

/* Flags that no stack sends together: scanners and evasions do. */
static bool is_impossible(uint8_t flags)
{
    if (flags & TCP_SYN)
        return (flags & (TCP_FIN | TCP_RST)) != 0;
    return (flags & (TCP_ACK | TCP_RST)) == 0; /* null, FIN and Christmas tree scans */
}

/* The payload after the header; options cut by the snaplen leave none captured. */
static bool take_payload(struct decoding *d, uint32_t header_length)
{
    struct packet *p = d->packet;
    uint32_t options = header_length - TCP_HEADER_MIN;
    uint64_t on_wire = decoding_on_wire(d);
    if (on_wire < options)
        return false;
    size_t captured = cursor_left(&d->bytes);
    cursor_skip(&d->bytes, captured < options ? captured : options);
    p->payload = d->bytes.at;
    p->payload_length = (uint32_t)cursor_left(&d->bytes);
    p->payload_on_wire = (uint32_t)(on_wire - options);
    return true;
}

enum layer decode_tcp(struct decoding *d)
{
    struct packet *p = d->packet;
    p->protocol = PACKET_TCP;
    p->source_port = cursor_read_be16(&d->bytes);
    p->destination_port = cursor_read_be16(&d->bytes);
    p->tcp_sequence = cursor_read_be32(&d->bytes);
    p->tcp_acknowledgment = cursor_read_be32(&d->bytes);
    uint32_t header_length = (uint32_t)(cursor_read_u8(&d->bytes) >> 4) * 4;
    p->tcp_flags = cursor_read_u8(&d->bytes);
    p->tcp_window = cursor_read_be16(&d->bytes);
    cursor_skip(&d->bytes, 4); /* checksum, urgent pointer */
    if (cursor_failed(&d->bytes) || header_length < TCP_HEADER_MIN ||
        !take_payload(d, header_length))
        return layer_bad(d, ANOMALY_TCP_HEADER);
    if (is_impossible(p->tcp_flags))
        d->anomalies[ANOMALY_TCP_FLAGS]++;
    if (p->payload_on_wire > p->payload_length)
        d->anomalies[ANOMALY_SNAPLEN_CUT]++;
    return LAYER_DONE;
}
