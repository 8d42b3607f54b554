/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of decode: one handler per header, each of which reads its header from the
 * cursor and names the next one. A new encapsulation is one file, one enum value and one line in
 * the table of decode.c.
 */
#ifndef AJAR_DECODE_LAYERS_H
#define AJAR_DECODE_LAYERS_H

#include "ajar/cursor.h"
#include "decode/decode.h"

#include <stdint.h>

enum layer {
    LAYER_DONE,  /* a TCP or UDP view is complete */
    LAYER_OTHER, /* something we do not follow: ARP, ICMP, ... */
    LAYER_BAD,   /* not decodable; the anomaly is counted */
    LAYER_ETHERNET,
    LAYER_VLAN,
    LAYER_LLC,
    LAYER_SLL,
    LAYER_SLL2,
    LAYER_LOOP,
    LAYER_RAW,
    LAYER_IPV4,
    LAYER_IPV6,
    LAYER_TCP,
    LAYER_UDP,
    LAYER_COUNT
};

/* One frame on its way down. */
struct decoding {
    struct cursor bytes; /* what is left of the innermost header's payload, padding cut off */
    uint32_t missing;    /* bytes that were on the wire after bytes.end: cut by the snaplen */
    struct packet *packet;
    uint64_t *anomalies; /* counters by enum anomaly */
};

/* Reads one header from d->bytes; returns what comes after it. Pure but for *d. */
typedef enum layer (*layer_handler)(struct decoding *d);

enum layer decode_ethernet(struct decoding *d); /* IEEE 802.3 */
enum layer decode_vlan(struct decoding *d);     /* IEEE 802.1Q, 802.1ad: after the ethertype */
enum layer decode_llc(struct decoding *d);      /* IEEE 802.2 with SNAP */
enum layer decode_sll(struct decoding *d);      /* LINKTYPE_LINUX_SLL */
enum layer decode_sll2(struct decoding *d);     /* LINKTYPE_LINUX_SLL2 */
enum layer decode_loop(struct decoding *d);     /* LINKTYPE_NULL, LINKTYPE_LOOP */
enum layer decode_raw(struct decoding *d);      /* an IP packet of either version */
enum layer decode_ipv4(struct decoding *d);     /* RFC 791 */
enum layer decode_ipv6(struct decoding *d);     /* RFC 8200, with its extension headers */
enum layer decode_tcp(struct decoding *d);      /* RFC 9293 */
enum layer decode_udp(struct decoding *d);      /* RFC 768 */

/* The handler that a frame of this link type begins with; LAYER_BAD if we know none. */
enum layer layer_of_link_type(int link_type);

/* What follows an ethertype (IEEE 802 numbers) and an IP protocol number (IANA). */
enum layer layer_of_ethertype(uint16_t type);
enum layer layer_of_ip_protocol(uint8_t protocol);

/* Counts the anomaly and ends the frame. */
static inline enum layer layer_bad(struct decoding *d, enum anomaly anomaly)
{
    d->anomalies[anomaly]++;
    return LAYER_BAD;
}

/* Bytes that the wire had from here to the end of the current header's payload. */
static inline uint64_t decoding_on_wire(const struct decoding *d)
{
    return (uint64_t)cursor_left(&d->bytes) + d->missing;
}

/*
 * Ends the current payload `length` bytes after d->bytes.at, as a length field says: cuts off link
 * padding. More than the wire had counts as missing too: tools that shorten captures often forget
 * what the packet's length was.
 */
static inline void decoding_end_after(struct decoding *d, uint32_t length)
{
    size_t left = cursor_left(&d->bytes);
    if (length <= left) {
        d->bytes.end = d->bytes.at + length;
        d->missing = 0;
    } else {
        d->missing = length - (uint32_t)left;
    }
}

#endif
