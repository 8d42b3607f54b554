/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of all decoders share. */
#ifndef AJAR_TESTS_DECODE_GUARDED_H
#define AJAR_TESTS_DECODE_GUARDED_H

#include "decode/decode.h"

#include "support/frames.h"
#include "support/guard.h"

#include <string.h>

/* Decodes a copy of the frame that ends at an inaccessible page, into a view that is filled with
 * rubbish before. The view's pointers are dead afterwards. */
static inline bool decode_guarded(struct frame frame, struct packet *packet,
                                  struct decode_counters *counters)
{
    struct guard guard = guard_copy(frame.data, frame.captured);
    frame.data = guard.data;
    memset(packet, 0xa5, sizeof *packet);
    bool decoded = decode_frame(&frame, packet, counters);
    guard_free(&guard);
    return decoded;
}

/* Adds IPv4 and TCP headers and the payload. */
static inline void build_tcp4(struct frame_builder *b, const char *payload)
{
    frame_build_ipv4(b, "192.0.2.1", "10.0.0.5", PACKET_TCP);
    frame_build_tcp(b, 40000, 9200, TCP_PSH | TCP_ACK, 1000, 2000);
    frame_build_bytes(b, payload, strlen(payload));
}

/* Adds IPv6 and TCP headers and the payload. */
static inline void build_tcp6(struct frame_builder *b, const char *payload)
{
    frame_build_ipv6(b, "2001:db8::1", "fd00::5", PACKET_TCP);
    frame_build_tcp(b, 40000, 9200, TCP_PSH | TCP_ACK, 1000, 2000);
    frame_build_bytes(b, payload, strlen(payload));
}

#endif
