/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet frames and the capture file they go to: 802.1Q and QinQ, IPv4 and IPv6, TCP, UDP,
 * ICMP, all with right checksums.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FRAME_MAX 1600 /* room for one frame: 1500 bytes of IP plus two VLAN tags */

enum { FRAME_FIN = 1, FRAME_SYN = 2, FRAME_RST = 4, FRAME_PSH = 8, FRAME_ACK = 16 };

struct endpoint {
    uint8_t address[16]; /* IPv4: the first four bytes */
    uint16_t port;
};

/* What stays the same for all packets of a conversation. */
struct path {
    struct endpoint client;
    struct endpoint server;
    uint16_t vlan;       /* 802.1Q id, 0 = none */
    uint16_t outer_vlan; /* 802.1ad id around it, 0 = none */
    bool v6;
    bool timestamps;  /* TCP timestamp option on every segment */
    uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP */
};

struct segment {
    const uint8_t *payload;
    size_t length;
    uint32_t sequence;
    uint32_t acknowledged;
    uint32_t clock; /* TCP timestamp value; for ICMP the echo sequence number */
    uint16_t ip_id;
    uint8_t flags;
    bool from_client;
};

/* Builds one frame into out (FRAME_MAX bytes) and returns its length. */
size_t frame_build(uint8_t *out, const struct path *path, const struct segment *s);

/* Largest TCP payload that fits into a 1500-byte packet on this path. */
size_t frame_payload_limit(const struct path *path);

struct capture {
    FILE *file;
    uint64_t packets;
    uint64_t bytes; /* written so far, headers included */
};

/* Opens path and writes the pcap header (microseconds, Ethernet). Ends the program on failure. */
void capture_open(struct capture *c, const char *path);

/* Writes one record; microseconds since 1970. */
void capture_write(struct capture *c, uint64_t microseconds, const uint8_t *frame, size_t length);

/* Flushes and closes; ends the program if anything was not written. */
void capture_close(struct capture *c, const char *path);

#endif
