/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame -> packet view. Ethernet, 802.1Q/802.1ad, SLL, SLL2, RAW, NULL/LOOP, IPv4 (RFC 791), IPv6
 * with extension headers (RFC 8200), TCP (RFC 9293), UDP (RFC 768). Checksums are not looked at: a
 * mirror of the host itself shows them unfilled. Pure: no state but the counters given.
 */
#ifndef AJAR_DECODE_H
#define AJAR_DECODE_H

#include "ajar/packet.h"

#include <stdbool.h>

#define DECODE_LAYERS_MAX 16 /* headers in one frame; more is ANOMALY_TOO_MANY_LAYERS */

struct decode_counters {
    uint64_t frames;
    uint64_t packets; /* TCP or UDP views made */
    uint64_t other;   /* frames that carry something else (ARP, ICMP, ...) */
    uint64_t anomalies[ANOMALY_COUNT];
};

/*
 * Fills *packet from the frame and returns true, if it carries (at least the header of) a TCP or
 * UDP packet that is not a fragment; else false, counted in *counters. The view borrows the frame's
 * bytes.
 */
bool decode_frame(const struct frame *frame, struct packet *packet,
                  struct decode_counters *counters);

/* The dotted name of an anomaly ("ipv4.header"), stable for dashboards; never NULL. */
const char *anomaly_name(enum anomaly anomaly);

#endif
