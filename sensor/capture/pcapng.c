/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads pcapng. libpcap refuses a file whose interfaces differ in link type, snaplen or resolution
 * of time, and such files are what Wireshark writes when it captures on two interfaces at once.
 */
#include "capture/pcapng.h"

#include "capture/pcapng_block.h"

#include <stdlib.h>
#include <string.h>

#define PCAPNG_BLOCK_MAX      ((uint32_t)16 << 20) /* bytes; as libpcap */
#define PCAPNG_INTERFACES_MAX 4096                 /* in one section */
#define PCAPNG_BUFFER_START   ((size_t)128 << 10)

struct link {
    struct pcapng_interface about;
    struct capture_filter *filter; /* NULL: everything */
};

struct pcapng_capture {
    struct capture base;
    FILE *file;
    struct stream *stream; /* borrowed from the file */
    char *path;
    char *filter;
    bool big_endian;
    uint64_t last_ns;   /* for packets without a time */
    struct link *links; /* the interfaces of this section */
    size_t link_count;
    size_t link_room;
    uint8_t *body; /* of the current block */
    size_t body_room;
};

bool pcapng_detect(FILE *file)
{
    static const uint8_t magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};
    uint8_t start[sizeof magic];
    size_t length = fread(start, 1, sizeof start, file);
    /* What was just read lies in the buffer: glibc takes all of it back. */
    for (size_t i = length; i > 0; i--)
        (void)ungetc(start[i - 1], file);
    return length == sizeof magic && memcmp(start, magic, sizeof magic) == 0;
}

static enum ajar_status report(const struct pcapng_capture *n, const char *what,
                               struct problem *problem)
{
    const char *fault = stream_fault(n->stream);
    return capture_report_damage(n->path, n->base.frames, fault ? fault : what, problem);
}

static void forget_links(struct pcapng_capture *n)
{
    for (size_t i = 0; i < n->link_count; i++)
        capture_filter_free(n->links[i].filter);
    n->link_count = 0;
}

static enum ajar_status add_link(struct pcapng_capture *n, size_t length, struct problem *problem)
{
    struct link link = {.filter = NULL};
    if (n->link_count == PCAPNG_INTERFACES_MAX)
        return report(n, "a section has more than 4096 interfaces", problem);
    if (pcapng_parse_interface(cursor_over(n->body, length), n->big_endian, &link.about) != AJAR_OK)
        return report(n, "an interface description is damaged", problem);
    if (n->link_count == n->link_room) {
        size_t room = n->link_room ? 2 * n->link_room : 4;
        struct link *links = reallocarray(n->links, room, sizeof *links);
        if (!links)
            return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", n->path);
        n->links = links;
        n->link_room = room;
    }
    if (n->filter) {
        enum ajar_status status =
            capture_filter_new(n->filter, link.about.link_type, n->path, &link.filter, problem);
        if (status != AJAR_OK)
            return status;
    }
    n->links[n->link_count++] = link;
    return AJAR_OK;
}

/* A new section: its byte order, and no interfaces yet. `header` is what every block begins with,
 * whose length can be read only now. */
static enum ajar_status begin_section(struct pcapng_capture *n, const uint8_t *header,
                                      uint32_t *total, struct problem *problem)
{
    uint8_t start[PCAPNG_SECTION_START];
    if (fread(start, 1, sizeof start, n->file) != sizeof start)
        return report(n, "it ends inside a block", problem);
    if (pcapng_parse_section(start, &n->big_endian) != AJAR_OK)
        return report(n, "a section is not of pcapng version 1", problem);
    forget_links(n);
    *total = pcapng_read_u32(header + 4, n->big_endian);
    if (*total < PCAPNG_SECTION_MIN)
        return report(n, "a block has an impossible length", problem);
    return AJAR_OK;
}

static enum ajar_status make_room(struct pcapng_capture *n, size_t length, struct problem *problem)
{
    if (length <= n->body_room)
        return AJAR_OK;
    size_t room = n->body_room ? n->body_room : PCAPNG_BUFFER_START;
    while (room < length)
        room *= 2;
    uint8_t *body = realloc(n->body, room);
    if (!body)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", n->path);
    n->body = body;
    n->body_room = room;
    return AJAR_OK;
}

/* Reads `length` bytes of body, which may be part of it, and the length after it. */
static enum ajar_status read_body(struct pcapng_capture *n, size_t length, uint32_t total,
                                  struct problem *problem)
{
    enum ajar_status status = make_room(n, length + PCAPNG_TRAILER_BYTES, problem);
    if (status != AJAR_OK)
        return status;
    size_t wanted = length + PCAPNG_TRAILER_BYTES;
    if (fread(n->body, 1, wanted, n->file) != wanted)
        return report(n, "it ends inside a block", problem);
    if (pcapng_read_u32(n->body + length, n->big_endian) != total)
        return report(n, "the two lengths of a block differ", problem);
    return AJAR_OK;
}

/* Reads one block into n->body. AJAR_END at the end of the file. */
static enum ajar_status read_block(struct pcapng_capture *n, uint32_t *type, size_t *length,
                                   struct problem *problem)
{
    uint8_t header[PCAPNG_HEADER_BYTES];
    size_t got = fread(header, 1, sizeof header, n->file);
    if (got == 0 && !ferror(n->file) && !stream_fault(n->stream))
        return AJAR_END;
    if (got != sizeof header)
        return report(n, "it ends inside a block", problem);
    uint32_t found = pcapng_read_u32(header, n->big_endian);
    uint32_t total = pcapng_read_u32(header + 4, n->big_endian);
    size_t taken = sizeof header;
    if (found == PCAPNG_SECTION) {
        enum ajar_status status = begin_section(n, header, &total, problem);
        if (status != AJAR_OK)
            return status;
        taken += PCAPNG_SECTION_START;
    }
    if (total < PCAPNG_BLOCK_MIN || total % 4 != 0 || total > PCAPNG_BLOCK_MAX)
        return report(n, "a block has an impossible length", problem);
    *type = found;
    *length = total - taken - PCAPNG_TRAILER_BYTES;
    return read_body(n, *length, total, problem);
}

static enum ajar_status deliver(struct pcapng_capture *n, enum pcapng_type type, size_t length,
                                struct problem *problem)
{
    struct pcapng_packet packet;
    uint32_t snaplen = n->link_count ? n->links[0].about.snaplen : 0;
    if (pcapng_parse_packet(type, cursor_over(n->body, length), n->big_endian, snaplen, &packet) !=
        AJAR_OK)
        return report(n, "a packet is longer than its block", problem);
    if (packet.interface >= n->link_count)
        return report(n, "a packet is of an interface that was not described", problem);
    const struct link *link = &n->links[packet.interface];
    if (packet.has_time)
        n->last_ns = pcapng_time(&link->about, packet.ticks);
    struct frame frame = {
        .data = packet.data,
        .captured = packet.captured,
        .on_wire = packet.on_wire,
        .time_ns = n->last_ns,
        .link_type = link->about.link_type,
    };
    if (!link->filter || capture_filter_matches(link->filter, &frame))
        capture_deliver(&n->base, &frame);
    return AJAR_OK;
}

/* Acts on one block. */
static enum ajar_status take_block(struct pcapng_capture *n, struct problem *problem)
{
    uint32_t type = 0;
    size_t length = 0;
    enum ajar_status status = read_block(n, &type, &length, problem);
    if (status != AJAR_OK)
        return status;
    switch (type) {
    case PCAPNG_INTERFACE:
        return add_link(n, length, problem);
    case PCAPNG_PACKET:
    case PCAPNG_OLD_PACKET:
    case PCAPNG_SIMPLE_PACKET:
        return deliver(n, (enum pcapng_type)type, length, problem);
    default:
        return AJAR_OK; /* names, statistics, secrets, and what is yet to be invented */
    }
}

static enum ajar_status run_pcapng(struct capture *capture, int most, int timeout_ms,
                                   struct problem *problem)
{
    (void)timeout_ms; /* a file never waits */
    struct pcapng_capture *n = (struct pcapng_capture *)capture;
    uint64_t enough = capture->frames + (uint64_t)most;
    enum ajar_status status = AJAR_OK;
    while (capture->frames < enough && status == AJAR_OK && !capture->stopped)
        status = take_block(n, problem);
    return status;
}

static void read_pcapng_statistics(struct capture *capture, struct capture_statistics *statistics)
{
    statistics->received = capture->frames;
}

static uint64_t pcapng_position(const struct capture *capture)
{
    return stream_position(((const struct pcapng_capture *)capture)->stream);
}

static void free_pcapng(struct pcapng_capture *n)
{
    forget_links(n);
    free(n->links);
    free(n->body);
    free(n->filter);
    free(n->path);
    free(n);
}

static void close_pcapng(struct capture *capture)
{
    struct pcapng_capture *n = (struct pcapng_capture *)capture;
    (void)fclose(n->file);
    stream_free(n->stream);
    free_pcapng(n);
}

static const struct capture_kind pcapng_kind = {
    .run = run_pcapng,
    .read_statistics = read_pcapng_statistics,
    .position = pcapng_position,
    .close = close_pcapng,
};

enum ajar_status pcapng_open(const char *path, FILE *file, struct stream *stream,
                             const char *filter, struct capture **capture, struct problem *problem)
{
    struct pcapng_capture *n = calloc(1, sizeof *n);
    if (!n)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    n->base.kind = &pcapng_kind;
    n->file = file;
    n->stream = stream;
    n->path = strdup(path);
    n->filter = filter ? strdup(filter) : NULL;
    enum ajar_status status = AJAR_OK;
    if (!n->path || (filter && !n->filter))
        status = problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    if (status == AJAR_OK)
        status = take_block(n, problem); /* the section header: else it is no capture */
    if (status != AJAR_OK) {
        free_pcapng(n);
        return status;
    }
    *capture = &n->base;
    return AJAR_OK;
}
