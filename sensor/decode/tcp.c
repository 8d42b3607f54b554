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
    uint32_t options = header_length - TCP_HEADER_MIN;
    size_t captured = cursor_left(&d->bytes);
    uint64_t on_wire = captured + d->missing;
    if (on_wire < options)
        return false;
    size_t skipped = captured < options ? captured : options;
    struct packet *p = d->packet;
    p->payload = cursor_take(&d->bytes, skipped) + skipped;
    p->payload_length = (uint32_t)(captured - skipped);
    p->payload_on_wire = (uint32_t)(on_wire - options);
    return true;
}

enum layer decode_tcp(struct decoding *d)
{
    const uint8_t *bytes = cursor_take(&d->bytes, TCP_HEADER_MIN);
    if (!bytes)
        return layer_bad(d, ANOMALY_TCP_HEADER);
    /* A cursor of known length: the compiler sees that no read of it can fail. */
    struct cursor header = cursor_over(bytes, TCP_HEADER_MIN);
    struct packet *p = d->packet;
    p->protocol = PACKET_TCP;
    p->source_port = cursor_read_be16(&header);
    p->destination_port = cursor_read_be16(&header);
    p->tcp_sequence = cursor_read_be32(&header);
    p->tcp_acknowledgment = cursor_read_be32(&header);
    uint32_t header_length = (uint32_t)(cursor_read_u8(&header) >> 4) * 4;
    p->tcp_flags = cursor_read_u8(&header);
    p->tcp_window = cursor_read_be16(&header);
    if (header_length < TCP_HEADER_MIN || !take_payload(d, header_length))
        return layer_bad(d, ANOMALY_TCP_HEADER);
    if (is_impossible(p->tcp_flags))
        d->anomalies[ANOMALY_TCP_FLAGS]++;
    if (p->payload_on_wire > p->payload_length)
        d->anomalies[ANOMALY_SNAPLEN_CUT]++;
    return LAYER_DONE;
}
