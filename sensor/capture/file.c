/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames from a stored capture: pcap in both byte orders with micro- or nanoseconds, read by
 * libpcap; pcapng goes to pcapng.c. A damaged file gives every frame before the damage, then one
 * sentence.
 */
#include "capture/pcapng.h"
#include "capture/source.h"
#include "capture/stream.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

struct file_capture {
    struct capture base;
    pcap_t *pcap;          /* owns the FILE, which owns the stream */
    struct stream *stream; /* borrowed from it */
    char *path;
    int link_type;
};

static void receive(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct file_capture *f = (struct file_capture *)(void *)user;
    /* The classic format has unsigned 32-bit seconds, which libpcap extends with their sign. */
    uint64_t seconds =
        header->ts.tv_sec < 0 ? (uint32_t)header->ts.tv_sec : (uint64_t)header->ts.tv_sec;
    struct frame frame = {
        .data = data,
        .captured = header->caplen,
        .on_wire = header->len > header->caplen ? header->len : header->caplen,
        .time_ns = capture_time(seconds, (uint64_t)header->ts.tv_usec), /* nanoseconds, as asked */
        .link_type = f->link_type,
    };
    capture_deliver(&f->base, &frame);
}

static enum ajar_status run_file(struct capture *capture, int most, int timeout_ms,
                                 struct problem *problem)
{
    (void)timeout_ms; /* a file never waits */
    struct file_capture *f = (struct file_capture *)capture;
    int result = pcap_dispatch(f->pcap, most, receive, (u_char *)f);
    if (result > 0)
        return AJAR_OK;
    if (result == PCAP_ERROR_BREAK)
        return AJAR_END;
    const char *fault = stream_fault(f->stream);
    if (fault)
        return capture_report_damage(f->path, capture->frames, fault, problem);
    if (result < 0)
        return capture_report_damage(f->path, capture->frames, pcap_geterr(f->pcap), problem);
    return AJAR_END;
}

static void stop_file(struct capture *capture)
{
    pcap_breakloop(((struct file_capture *)capture)->pcap);
}

static void read_file_statistics(struct capture *capture, struct capture_statistics *statistics)
{
    statistics->received = capture->frames;
}

static uint64_t file_position(const struct capture *capture)
{
    return stream_position(((const struct file_capture *)capture)->stream);
}

static void close_file(struct capture *capture)
{
    struct file_capture *f = (struct file_capture *)capture;
    if (f->pcap)
        pcap_close(f->pcap);
    stream_free(f->stream);
    free(f->path);
    free(f);
}

static const struct capture_kind file_kind = {
    .run = run_file,
    .stop = stop_file,
    .read_statistics = read_file_statistics,
    .position = file_position,
    .close = close_file,
};

/* Hands the file over to libpcap, with times in nanoseconds whatever the file has. */
static enum ajar_status open_pcap(struct file_capture *f, FILE *file, struct problem *problem)
{
    char message[PCAP_ERRBUF_SIZE] = "";
    f->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
    if (!f->pcap) {
        const char *fault = stream_fault(f->stream);
        return problem_set(problem, AJAR_ERR_FORMAT, "%s is not a capture: %s", f->path,
                           fault ? fault : message);
    }
    f->link_type = pcap_datalink(f->pcap);
    return AJAR_OK;
}

/* On failure the file and its stream are still the caller's. */
static enum ajar_status open_classic(const char *path, FILE *file, struct stream *stream,
                                     struct file_capture **opened, struct problem *problem)
{
    struct file_capture *f = calloc(1, sizeof *f);
    if (!f)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    f->base.kind = &file_kind;
    f->stream = stream;
    f->path = strdup(path);
    enum ajar_status status = AJAR_OK;
    if (!f->path)
        status = problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    if (status == AJAR_OK)
        status = open_pcap(f, file, problem);
    if (status != AJAR_OK) {
        f->stream = NULL; /* still the caller's */
        close_file(&f->base);
        return status;
    }
    *opened = f;
    return AJAR_OK;
}

enum ajar_status capture_open_file(const char *path, const char *filter, struct capture **capture,
                                   struct problem *problem)
{
    struct stream *stream;
    FILE *file;
    enum ajar_status status = stream_open(path, &stream, &file, problem);
    if (status != AJAR_OK)
        return status;
    struct capture *opened = NULL;
    struct file_capture *classic = NULL;
    if (pcapng_detect(file))
        status = pcapng_open(path, file, stream, filter, &opened, problem);
    else
        status = open_classic(path, file, stream, &classic, problem);
    if (status != AJAR_OK) {
        (void)fclose(file);
        stream_free(stream);
        return status;
    }
    if (classic && filter)
        status = capture_set_filter(classic->pcap, filter, path, problem);
    if (classic)
        opened = &classic->base;
    if (status == AJAR_OK)
        *capture = opened;
    else
        capture_close(opened);
    return status;
}
