/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where frames come from: a capture file (pcap micro/nanosecond both endians, pcapng; plain, gz,
 * zst; stdin) or a live interface. The only stage that knows libpcap. One thread uses a source;
 * capture_stop() may be called from a signal handler.
 */
#ifndef AJAR_CAPTURE_H
#define AJAR_CAPTURE_H

#include "ajar/packet.h"
#include "ajar/problem.h"

#include <stdbool.h>
#include <stdint.h>

struct capture;

struct capture_live_options {
    const char *interface;
    const char *filter;  /* BPF text or NULL */
    uint32_t snaplen;    /* bytes */
    uint32_t ring_bytes; /* kernel ring */
    bool promiscuous;
};

struct capture_statistics {
    uint64_t received; /* by the kernel, 64 bit (libpcap's 32-bit counters summed by difference) */
    uint64_t dropped_kernel;
    uint64_t dropped_interface;
    uint64_t frames; /* handed over */
    uint64_t bytes;  /* of them, on the wire */
};

/* Called for every frame; the frame is borrowed until it returns. */
typedef void (*capture_listener)(void *context, const struct frame *frame);

/* Opens a file; "-" is stdin. Unreadable or not a capture: AJAR_ERR_FORMAT or AJAR_ERR_SYSTEM and
 * one sentence naming the file. Filter may be NULL. Free with capture_close(). */
enum ajar_status capture_open_file(const char *path, const char *filter, struct capture **capture,
                                   struct problem *problem);

/* Opens an interface: create, options, activate, filter. */
enum ajar_status capture_open_live(const struct capture_live_options *options,
                                   struct capture **capture, struct problem *problem);

/* Closes; accepts NULL. */
void capture_close(struct capture *capture);

/*
 * Hands over what there is: a file in batches of at most `most` frames, a live interface what
 * arrives within `timeout_ms`. AJAR_OK: go on; AJAR_END: the file is at its end or the source was
 * stopped; AJAR_ERR_FORMAT: the file is damaged from here on (frames before were handed over;
 * *problem says where). `ordinal` is the number of the last frame of the run and is moved on.
 */
enum ajar_status capture_run(struct capture *capture, int most, int timeout_ms, uint64_t *ordinal,
                             capture_listener listener, void *context, struct problem *problem);

/* Makes capture_run() return AJAR_END soon. Async-signal-safe. */
void capture_stop(struct capture *capture);

/* The counters up to now. A file has no drops. */
void capture_read_statistics(struct capture *capture, struct capture_statistics *statistics);

/* Bytes read of the file so far (as stored, compressed or not), for progress; 0 for live. */
uint64_t capture_position(const struct capture *capture);

/* A list of capture files in the order of their first packet's time. */
struct capture_list {
    struct capture_list_item {
        char *path;
        uint64_t first_ns; /* UINT64_MAX: no packet could be read */
        uint64_t bytes;    /* stored size, 0 for stdin */
    } *items;
    size_t count;
};

/*
 * Finds the capture files behind the names given: files as they are, directories recursively
 * (what is not a capture there is passed over and counted in *passed_over), "-" stdin last. Missing
 * name, or a directory without any capture: error with one sentence. Sorted by first packet time.
 * Free with capture_list_clear().
 */
enum ajar_status capture_list_find(char *const *names, size_t count, struct capture_list *list,
                                   size_t *passed_over, struct problem *problem);
void capture_list_clear(struct capture_list *list);

#endif
