/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames and packet views for tests. A frame is built from the outside in, header after header,
 * and frame_build_end() fills in the lengths:
 *
 *     struct frame_builder b;
 *     frame_build_begin(&b, 1);                  // DLT_EN10MB
 *     frame_build_ethernet(&b, 0x8100);
 *     frame_build_vlan(&b, 7, 0x0800);
 *     frame_build_ipv4(&b, "192.0.2.1", "10.0.0.5", 6);
 *     frame_build_tcp(&b, 40000, 9200, TCP_SYN, 1000, 0);
 *     frame_build_bytes(&b, "x", 1);
 *     struct frame frame = frame_build_end(&b);  // borrows b
 *
 * Whoever needs no frame takes packet_make_tcp() or packet_make_udp(). A wrong use ends the test
 * program.
 */
#ifndef AJAR_TESTS_SUPPORT_FRAMES_H
#define AJAR_TESTS_SUPPORT_FRAMES_H

#include "ajar/packet.h"

#include <stddef.h>
#include <stdint.h>

#define FRAME_BUILDER_MAX     (70 * 1024)
#define FRAME_BUILDER_LENGTHS 8

struct frame_builder {
    uint8_t bytes[FRAME_BUILDER_MAX];
    size_t length;
    int link_type;
    struct frame_length { /* a 16-bit length field to be filled in */
        size_t field;     /* where it is */
        size_t from;      /* counted from here to the end of the frame */
    } lengths[FRAME_BUILDER_LENGTHS];
    size_t length_count;
};

/* Starts an empty frame of the link type (a DLT_ value). */
void frame_build_begin(struct frame_builder *b, int link_type);

/* 14 bytes with fixed addresses. */
void frame_build_ethernet(struct frame_builder *b, uint16_t ethertype);

/* The four bytes after a VLAN ethertype. */
void frame_build_vlan(struct frame_builder *b, uint16_t id, uint16_t ethertype);

/* 20 bytes without options. */
void frame_build_ipv4(struct frame_builder *b, const char *source, const char *destination,
                      uint8_t protocol);

/* 40 bytes; an extension header is added with frame_build_bytes(). */
void frame_build_ipv6(struct frame_builder *b, const char *source, const char *destination,
                      uint8_t next);

/* 20 bytes without options; `flags` are the TCP_ bits. */
void frame_build_tcp(struct frame_builder *b, uint16_t source_port, uint16_t destination_port,
                     uint8_t flags, uint32_t sequence, uint32_t acknowledgment);

/* 8 bytes. */
void frame_build_udp(struct frame_builder *b, uint16_t source_port, uint16_t destination_port);

/* Any bytes: payload, options, tunnel headers. */
void frame_build_bytes(struct frame_builder *b, const void *data, size_t length);

/* Big-endian numbers, for headers that have no function here. */
void frame_build_be16(struct frame_builder *b, uint16_t value);
void frame_build_be32(struct frame_builder *b, uint32_t value);

/* Fills in the lengths. The frame borrows the builder; its time and ordinal are 0. More bytes can
 * be added after it (link padding). */
struct frame frame_build_end(struct frame_builder *b);

/* One packet of a dialogue, for packet_make_tcp() and packet_make_udp(). Zero means the default:
 * addresses 192.0.2.1 -> 10.0.0.5, no payload. */
struct packet_spec {
    const char *source;
    const char *destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint8_t flags; /* TCP_ bits */
    uint32_t sequence;
    uint32_t acknowledgment;
    const void *payload; /* borrowed by the packet */
    uint32_t payload_length;
    uint32_t payload_on_wire; /* 0: all of it was captured */
    uint64_t time_ns;
    uint64_t ordinal;
    uint16_t vlan; /* 0: none */
};

/* The view that decode would make; `network` points to a small static IP header without meaning. */
struct packet packet_make_tcp(const struct packet_spec *spec);
struct packet packet_make_udp(const struct packet_spec *spec);

#endif
