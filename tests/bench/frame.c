/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the generator's packets (RFC 791, 8200, 9293, 768, 792, IEEE 802.1Q) and writes them as
 * a classic pcap file. Written for speed: one pass per packet, one checksum over the payload.
 */
#include "frame.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mac_inside[6] = {0x02, 0, 0, 0x10, 0x20, 0x30};
static const uint8_t mac_outside[6] = {0x02, 0, 0, 0xfe, 0xfe, 0x01};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

/* One's complement sum in host order, eight bytes at a time (RFC 1071). */
static uint64_t sum_bytes(uint64_t sum, const uint8_t *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8) {
        uint32_t w[2];
        memcpy(w, p, 8);
        sum += (uint64_t)w[0] + w[1];
    }
    uint8_t rest[8] = {0};
    uint32_t w[2];
    memcpy(rest, p, n);
    memcpy(w, rest, 8);
    return sum + w[0] + w[1];
}

static void store_sum(uint8_t *p, uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    uint16_t v = (uint16_t)~sum;
    memcpy(p, &v, 2);
}

static size_t build_ethernet(uint8_t *out, const struct path *path, bool from_client)
{
    memcpy(out, from_client ? mac_inside : mac_outside, 6);
    memcpy(out + 6, from_client ? mac_outside : mac_inside, 6);
    size_t n = 12;
    if (path->outer_vlan) {
        put16(out + n, 0x88a8);
        put16(out + n + 2, path->outer_vlan);
        n += 4;
    }
    if (path->vlan) {
        put16(out + n, 0x8100);
        put16(out + n + 2, path->vlan);
        n += 4;
    }
    put16(out + n, path->v6 ? 0x86dd : 0x0800);
    return n + 2;
}

/* Writes the IP header for `inner` bytes and returns the sum of its pseudo-header. */
static uint64_t build_ip(uint8_t *ip, const struct path *path, const struct segment *s,
                         size_t inner)
{
    const uint8_t *from = s->from_client ? path->client.address : path->server.address;
    const uint8_t *to = s->from_client ? path->server.address : path->client.address;
    uint8_t pseudo[4] = {0, path->protocol, (uint8_t)(inner >> 8), (uint8_t)inner};
    size_t width = path->v6 ? 16 : 4;

    if (path->v6) {
        memset(ip, 0, 8);
        ip[0] = 0x60;
        put16(ip + 4, (uint32_t)inner);
        ip[6] = path->protocol;
        ip[7] = 57;
        memcpy(ip + 8, from, 16);
        memcpy(ip + 24, to, 16);
    } else {
        memset(ip, 0, 20);
        ip[0] = 0x45;
        put16(ip + 2, (uint32_t)inner + 20);
        put16(ip + 4, s->ip_id);
        ip[6] = 0x40;
        ip[8] = 57;
        ip[9] = path->protocol;
        memcpy(ip + 12, from, 4);
        memcpy(ip + 16, to, 4);
        store_sum(ip + 10, sum_bytes(0, ip, 20));
    }
    uint64_t sum = sum_bytes(0, pseudo, 4);
    sum = sum_bytes(sum, from, width);
    return sum_bytes(sum, to, width);
}

static size_t tcp_options(uint8_t *p, const struct path *path, const struct segment *s)
{
    size_t n = 0;
    if (s->flags & FRAME_SYN) {
        static const uint8_t syn[8] = {2, 4, 0x05, 0xb4, 4, 2, 1, 1};
        memcpy(p, syn, sizeof syn);
        if (path->v6)
            put16(p + 2, 1440);
        n = sizeof syn;
    }
    if (path->timestamps) {
        static const uint8_t head[4] = {1, 1, 8, 10};
        memcpy(p + n, head, sizeof head);
        put32(p + n + 4, s->clock);
        put32(p + n + 8, (s->flags & FRAME_ACK) ? s->clock - 3 : 0);
        n += 12;
    }
    return n;
}

static size_t build_tcp(uint8_t *p, const struct path *path, const struct segment *s)
{
    const struct endpoint *from = s->from_client ? &path->client : &path->server;
    const struct endpoint *to = s->from_client ? &path->server : &path->client;
    size_t head = 20 + tcp_options(p + 20, path, s);
    put16(p, from->port);
    put16(p + 2, to->port);
    put32(p + 4, s->sequence);
    put32(p + 8, s->acknowledged);
    p[12] = (uint8_t)(head / 4 << 4);
    p[13] = s->flags;
    put16(p + 14, 64240);
    put32(p + 16, 0);
    return head;
}

static size_t build_udp(uint8_t *p, const struct path *path, const struct segment *s)
{
    put16(p, s->from_client ? path->client.port : path->server.port);
    put16(p + 2, s->from_client ? path->server.port : path->client.port);
    put16(p + 4, (uint32_t)s->length + 8);
    put16(p + 6, 0);
    return 8;
}

static size_t build_echo(uint8_t *p, const struct path *path, const struct segment *s)
{
    memset(p, 0, 8);
    p[0] = s->from_client ? 8 : 0;
    put16(p + 4, path->client.port);
    put16(p + 6, s->clock);
    return 8;
}

size_t frame_build(uint8_t *out, const struct path *path, const struct segment *s)
{
    size_t link = build_ethernet(out, path, s->from_client);
    uint8_t *ip = out + link;
    uint8_t *l4 = ip + (path->v6 ? 40 : 20);
    size_t head, sum_at;

    if (path->protocol == IPPROTO_TCP) {
        head = build_tcp(l4, path, s);
        sum_at = 16;
    } else if (path->protocol == IPPROTO_UDP) {
        head = build_udp(l4, path, s);
        sum_at = 6;
    } else {
        head = build_echo(l4, path, s);
        sum_at = 2;
    }
    if (s->length)
        memcpy(l4 + head, s->payload, s->length);
    uint64_t sum = build_ip(ip, path, s, head + s->length);
    if (path->protocol == IPPROTO_ICMP)
        sum = 0;
    store_sum(l4 + sum_at, sum_bytes(sum, l4, head + s->length));
    size_t n = (size_t)(l4 - out) + head + s->length;
    while (n < 60)
        out[n++] = 0;
    return n;
}

size_t frame_payload_limit(const struct path *path)
{
    return 1500u - (path->v6 ? 40u : 20u) - 20u - (path->timestamps ? 12u : 0u);
}

void capture_open(struct capture *c, const char *path)
{
    static const uint32_t head[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
    *c = (struct capture){.file = fopen(path, "wb")};
    if (c->file == NULL) {
        perror(path);
        exit(1);
    }
    setvbuf(c->file, NULL, _IOFBF, 1 << 20);
    fwrite(head, sizeof head, 1, c->file);
    c->bytes = sizeof head;
}

void capture_write(struct capture *c, uint64_t microseconds, const uint8_t *frame, size_t length)
{
    uint32_t head[4] = {(uint32_t)(microseconds / 1000000), (uint32_t)(microseconds % 1000000),
                        (uint32_t)length, (uint32_t)length};
    fwrite(head, sizeof head, 1, c->file);
    fwrite(frame, length, 1, c->file);
    c->packets++;
    c->bytes += sizeof head + length;
}

void capture_close(struct capture *c, const char *path)
{
    int failed = ferror(c->file);
    if (fclose(c->file) != 0 || failed) {
        fprintf(stderr, "%s: not written completely\n", path);
        exit(1);
    }
    c->file = NULL;
}
