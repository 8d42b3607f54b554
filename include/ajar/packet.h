/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two nouns before a flow exists: a frame as capture hands it over, and the view of the
 * packet in it that decode makes. Both borrow the capture's bytes and are valid until the
 * callback that received them returns.
 */
#ifndef AJAR_PACKET_H
#define AJAR_PACKET_H

#include "ajar/addr.h"

#include <stdint.h>

#define PACKET_VLANS_MAX 3

struct frame {
    const uint8_t *data; /* borrowed */
    uint32_t captured;   /* bytes at data (snaplen may have cut the rest) */
    uint32_t on_wire;    /* bytes the packet had */
    uint64_t time_ns;    /* packet time, ns since 1970-01-01 UTC */
    uint64_t ordinal;    /* number of the packet over the whole run, from 1 */
    int link_type;       /* DLT_ value as libpcap numbers it */
};

enum packet_protocol {
    PACKET_OTHER = 0,
    PACKET_TCP = 6,
    PACKET_UDP = 17,
};

/* TCP flag bits as on the wire (RFC 9293). */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

/* What was odd about a packet: index into one table of names and counters (decode/anomalies). */
enum anomaly {
    ANOMALY_FRAME_TRUNCATED, /* shorter than its link header */
    ANOMALY_LINK_UNKNOWN,    /* a link type we do not decode */
    ANOMALY_TOO_MANY_LAYERS, /* more headers than LAYERS_MAX */
    ANOMALY_IPV4_HEADER,     /* version, header length or total length impossible */
    ANOMALY_IPV6_HEADER,     /* version or payload length impossible */
    ANOMALY_IPV6_EXTENSION,  /* extension header cut or too many */
    ANOMALY_FRAGMENT,        /* an IP fragment: not reassembled */
    ANOMALY_TCP_HEADER,      /* data offset impossible or header cut */
    ANOMALY_TCP_FLAGS,       /* flag combinations that no stack sends (SYN+FIN, ...) */
    ANOMALY_UDP_HEADER,      /* length impossible or header cut */
    ANOMALY_SNAPLEN_CUT,     /* payload cut by the capture's snaplen */
    ANOMALY_COUNT
};

struct packet {
    uint64_t time_ns;
    uint64_t ordinal;
    struct addr source;
    struct addr destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint8_t protocol; /* enum packet_protocol */
    uint8_t tcp_flags;
    uint16_t tcp_window;
    uint32_t tcp_sequence;
    uint32_t tcp_acknowledgment;
    const uint8_t *network;  /* the innermost IP header; borrowed, inside the frame */
    uint32_t network_length; /* captured bytes from there, link padding cut off */
    const uint8_t *payload;  /* borrowed, inside the frame */
    uint32_t payload_length; /* captured payload bytes */
    uint32_t
        payload_on_wire; /* payload bytes the packet had: more than captured after a snaplen cut */
    uint16_t vlans[PACKET_VLANS_MAX]; /* outermost first, 12-bit ids */
    uint8_t vlan_count;
};

#endif
