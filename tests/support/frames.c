/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds frames and packet views for tests, by the same RFCs as decode but with code of its own.
 */
#include "support/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "frames: %s\n", what);
    abort();
}

void frame_build_begin(struct frame_builder *b, int link_type)
{
    b->length = 0;
    b->length_count = 0;
    b->link_type = link_type;
}

void frame_build_bytes(struct frame_builder *b, const void *data, size_t length)
{
    require(length <= sizeof b->bytes - b->length, "frame too long");
    if (length)
        memcpy(b->bytes + b->length, data, length);
    b->length += length;
}

void frame_build_be16(struct frame_builder *b, uint16_t value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    frame_build_bytes(b, bytes, sizeof bytes);
}

void frame_build_be32(struct frame_builder *b, uint32_t value)
{
    frame_build_be16(b, (uint16_t)(value >> 16));
    frame_build_be16(b, (uint16_t)value);
}

/* A 16-bit length that counts from `from`, known only at the end. */
static void build_length(struct frame_builder *b, size_t from)
{
    require(b->length_count < FRAME_BUILDER_LENGTHS, "too many headers with a length");
    b->lengths[b->length_count++] = (struct frame_length){.field = b->length, .from = from};
    frame_build_be16(b, 0);
}

static struct addr parse(const char *text)
{
    struct addr addr;
    require(addr_parse(text, &addr) == AJAR_OK, text);
    return addr;
}

void frame_build_ethernet(struct frame_builder *b, uint16_t ethertype)
{
    static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    frame_build_bytes(b, addresses, sizeof addresses);
    frame_build_be16(b, ethertype);
}

void frame_build_vlan(struct frame_builder *b, uint16_t id, uint16_t ethertype)
{
    frame_build_be16(b, id);
    frame_build_be16(b, ethertype);
}

void frame_build_ipv4(struct frame_builder *b, const char *source, const char *destination,
                      uint8_t protocol)
{
    size_t start = b->length;
    frame_build_be16(b, 0x4500); /* version, 5 words, type of service */
    build_length(b, start);
    frame_build_be32(b, 0x00014000); /* identification, do not fragment */
    frame_build_be16(b, (uint16_t)(64u << 8 | protocol));
    frame_build_be16(b, 0); /* checksum */
    struct addr from = parse(source);
    struct addr to = parse(destination);
    require(addr_is_ipv4(&from) && addr_is_ipv4(&to), "not an IPv4 address");
    frame_build_bytes(b, from.bytes + 12, 4);
    frame_build_bytes(b, to.bytes + 12, 4);
}

void frame_build_ipv6(struct frame_builder *b, const char *source, const char *destination,
                      uint8_t next)
{
    size_t start = b->length;
    frame_build_be32(b, 0x60000000);
    build_length(b, start + 40);
    frame_build_be16(b, (uint16_t)(next << 8 | 64));
    struct addr from = parse(source);
    struct addr to = parse(destination);
    frame_build_bytes(b, from.bytes, 16);
    frame_build_bytes(b, to.bytes, 16);
}

void frame_build_tcp(struct frame_builder *b, uint16_t source_port, uint16_t destination_port,
                     uint8_t flags, uint32_t sequence, uint32_t acknowledgment)
{
    frame_build_be16(b, source_port);
    frame_build_be16(b, destination_port);
    frame_build_be32(b, sequence);
    frame_build_be32(b, acknowledgment);
    frame_build_be16(b, (uint16_t)(0x5000u | flags)); /* 5 words */
    frame_build_be16(b, 64240);                       /* window */
    frame_build_be32(b, 0);                           /* checksum, urgent pointer */
}

void frame_build_udp(struct frame_builder *b, uint16_t source_port, uint16_t destination_port)
{
    size_t start = b->length;
    frame_build_be16(b, source_port);
    frame_build_be16(b, destination_port);
    build_length(b, start);
    frame_build_be16(b, 0); /* checksum */
}

struct frame frame_build_end(struct frame_builder *b)
{
    for (size_t i = 0; i < b->length_count; i++) {
        size_t length = b->length - b->lengths[i].from;
        require(length <= UINT16_MAX, "length above 65535");
        b->bytes[b->lengths[i].field] = (uint8_t)(length >> 8);
        b->bytes[b->lengths[i].field + 1] = (uint8_t)length;
    }
    b->length_count = 0;
    return (struct frame){.data = b->bytes,
                          .captured = (uint32_t)b->length,
                          .on_wire = (uint32_t)b->length,
                          .link_type = b->link_type};
}

static struct packet make_packet(const struct packet_spec *spec, uint8_t protocol)
{
    static const uint8_t network[40] = {0x45};
    struct packet packet = {
        .time_ns = spec->time_ns,
        .ordinal = spec->ordinal,
        .source = parse(spec->source ? spec->source : "192.0.2.1"),
        .destination = parse(spec->destination ? spec->destination : "10.0.0.5"),
        .source_port = spec->source_port,
        .destination_port = spec->destination_port,
        .protocol = protocol,
        .network = network,
        .network_length = sizeof network,
        .payload = spec->payload ? spec->payload : network + sizeof network,
        .payload_length = spec->payload_length,
        .payload_on_wire = spec->payload_on_wire ? spec->payload_on_wire : spec->payload_length,
        .vlans = {spec->vlan},
        .vlan_count = spec->vlan != 0,
    };
    return packet;
}

struct packet packet_make_tcp(const struct packet_spec *spec)
{
    struct packet packet = make_packet(spec, PACKET_TCP);
    packet.tcp_flags = spec->flags;
    packet.tcp_window = 64240;
    packet.tcp_sequence = spec->sequence;
    packet.tcp_acknowledgment = spec->acknowledgment;
    return packet;
}

struct packet packet_make_udp(const struct packet_spec *spec)
{
    return make_packet(spec, PACKET_UDP);
}
