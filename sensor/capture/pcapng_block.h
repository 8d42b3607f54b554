/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng) as ajar needs them. Pure functions over
 * the bytes of one block; results are written only on AJAR_OK. Private to capture.
 */
#ifndef AJAR_CAPTURE_PCAPNG_BLOCK_H
#define AJAR_CAPTURE_PCAPNG_BLOCK_H

#include "ajar/cursor.h"
#include "ajar/packet.h"
#include "ajar/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCAPNG_HEADER_BYTES  8 /* type and total length, before every block's body */
#define PCAPNG_TRAILER_BYTES 4 /* the total length again */
#define PCAPNG_BLOCK_MIN     (PCAPNG_HEADER_BYTES + PCAPNG_TRAILER_BYTES)
#define PCAPNG_SECTION_MIN   28 /* the shortest section header block */
#define PCAPNG_SECTION_START 8  /* of its body: enough for byte order and version */

enum pcapng_type {
    PCAPNG_INTERFACE = 1,
    PCAPNG_OLD_PACKET = 2, /* obsolete, still found */
    PCAPNG_SIMPLE_PACKET = 3,
    PCAPNG_PACKET = 6,
    PCAPNG_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
};

struct pcapng_interface {
    int link_type;      /* a DLT_ value */
    uint32_t snaplen;   /* 0: no limit */
    uint8_t resolution; /* if_tsresol as stored */
    int64_t offset;     /* if_tsoffset, seconds */
};

/* A packet block; the frame's link type and time come from its interface. */
struct pcapng_packet {
    uint32_t interface;
    uint64_t ticks; /* in the interface's resolution */
    bool has_time;  /* simple packets have none */
    uint32_t captured;
    uint32_t on_wire;
    const uint8_t *data; /* borrowed, inside the body */
};

/* 32 bits in the byte order of the section. */
uint32_t pcapng_read_u32(const uint8_t bytes[static 4], bool big_endian);

/* The start of a section header's body. AJAR_ERR_FORMAT: no known byte order, or another major
 * version than 1. */
enum ajar_status pcapng_parse_section(const uint8_t start[static PCAPNG_SECTION_START],
                                      bool *big_endian);

/* The body of an interface description. */
enum ajar_status pcapng_parse_interface(struct cursor body, bool big_endian,
                                        struct pcapng_interface *interface);

/* The body of a packet block of the type. A simple packet is cut by the interface 0's `snaplen`. */
enum ajar_status pcapng_parse_packet(enum pcapng_type type, struct cursor body, bool big_endian,
                                     uint32_t snaplen, struct pcapng_packet *packet);

/* Ticks as ns since 1970; what 64 bits do not hold becomes the nearest that they do. */
uint64_t pcapng_time(const struct pcapng_interface *interface, uint64_t ticks);

#endif
