/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames from an interface, by libpcap's memory-mapped ring. The handle does not block; waiting is
 * done here, since with TPACKET_V3 libpcap would wait for ever on an idle link and timers of the
 * later stages would stand still.
 */
#include "base/log.h"
#include "capture/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_TIMEOUT_MS 10 /* the kernel hands over a block that is not full after this */

/* What the interface itself lost, by its driver: files below /sys/class/net. */
static const char *const drop_files[] = {"rx_missed_errors", "rx_fifo_errors"};
#define DROP_FILES (sizeof drop_files / sizeof drop_files[0])

struct live_capture {
    struct capture base;
    pcap_t *pcap;
    char *interface;
    int link_type;
    uint64_t fraction_ns;  /* what one unit of tv_usec is */
    int drops[DROP_FILES]; /* -1 = the interface has no such file */
    uint64_t drops_last;
    struct pcap_stat last;
    struct capture_statistics sums;
};

/* libpcap opens these files each time it is asked for statistics, which a process that may open
 * nothing cannot: they are opened once and read again. */
static void open_drops(struct live_capture *l)
{
    for (size_t i = 0; i < DROP_FILES; i++) {
        char path[128];
        int length = snprintf(path, sizeof path, "/sys/class/net/%s/statistics/%s", l->interface,
                              drop_files[i]);
        bool fits = length > 0 && (size_t)length < sizeof path;
        l->drops[i] = fits ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    }
}

static uint64_t read_drops(const struct live_capture *l)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < DROP_FILES; i++) {
        char text[32];
        ssize_t length = l->drops[i] < 0 ? 0 : pread(l->drops[i], text, sizeof text - 1, 0);
        if (length <= 0)
            continue; /* also when the interface is gone */
        text[length] = '\0';
        sum += strtoull(text, NULL, 10);
    }
    return sum;
}

static void close_drops(struct live_capture *l)
{
    for (size_t i = 0; i < DROP_FILES; i++)
        if (l->drops[i] >= 0)
            (void)close(l->drops[i]);
}

static void receive(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct live_capture *l = (struct live_capture *)(void *)user;
    struct frame frame = {
        .data = data,
        .captured = header->caplen,
        .on_wire = header->len > header->caplen ? header->len : header->caplen,
        .time_ns = capture_time((uint64_t)header->ts.tv_sec,
                                (uint64_t)header->ts.tv_usec * l->fraction_ns),
        .link_type = l->link_type,
    };
    capture_deliver(&l->base, &frame);
}

/* Waits until there is something to read, or a signal, or the time is over. */
static void wait_readable(struct live_capture *l, int timeout_ms)
{
    struct pollfd waited = {.fd = pcap_get_selectable_fd(l->pcap), .events = POLLIN};
    (void)poll(&waited, 1, timeout_ms);
}

static enum ajar_status run_live(struct capture *capture, int most, int timeout_ms,
                                 struct problem *problem)
{
    struct live_capture *l = (struct live_capture *)capture;
    int result = pcap_dispatch(l->pcap, most, receive, (u_char *)l);
    if (result == 0 && timeout_ms > 0) {
        wait_readable(l, timeout_ms);
        result = pcap_dispatch(l->pcap, most, receive, (u_char *)l);
    }
    if (result >= 0)
        return AJAR_OK;
    if (result == PCAP_ERROR_BREAK)
        return AJAR_END;
    return problem_set(problem, AJAR_ERR_SYSTEM, "capture on %s ended: %s", l->interface,
                       pcap_geterr(l->pcap));
}

static void stop_live(struct capture *capture)
{
    pcap_breakloop(((struct live_capture *)capture)->pcap);
}

/* libpcap's counters are 32 bits wide: what was added since the last look, modulo 2^32. */
static void add_difference(uint64_t *sum, u_int now, u_int last)
{
    *sum += (u_int)(now - last);
}

static void read_live_statistics(struct capture *capture, struct capture_statistics *statistics)
{
    struct live_capture *l = (struct live_capture *)capture;
    struct pcap_stat now;
    if (pcap_stats(l->pcap, &now) == 0) {
        add_difference(&l->sums.received, now.ps_recv, l->last.ps_recv);
        add_difference(&l->sums.dropped_kernel, now.ps_drop, l->last.ps_drop);
        l->last = now;
    }
    uint64_t drops = read_drops(l);
    if (drops > l->drops_last)
        l->sums.dropped_interface += drops - l->drops_last;
    l->drops_last = drops;
    statistics->received = l->sums.received;
    statistics->dropped_kernel = l->sums.dropped_kernel;
    statistics->dropped_interface = l->sums.dropped_interface;
}

static void close_live(struct capture *capture)
{
    struct live_capture *l = (struct live_capture *)capture;
    if (l->pcap)
        pcap_close(l->pcap);
    close_drops(l);
    free(l->interface);
    free(l);
}

static const struct capture_kind live_kind = {
    .run = run_live,
    .stop = stop_live,
    .read_statistics = read_live_statistics,
    .close = close_live,
};

/* Everything that must be set before activation; cannot fail on a handle that is not active. */
static void set_options(pcap_t *pcap, const struct capture_live_options *options)
{
    (void)pcap_set_snaplen(pcap, options->snaplen < INT_MAX ? (int)options->snaplen : INT_MAX);
    (void)pcap_set_promisc(pcap, options->promiscuous);
    (void)pcap_set_timeout(pcap, BLOCK_TIMEOUT_MS);
    (void)pcap_set_buffer_size(pcap,
                               options->ring_bytes < INT_MAX ? (int)options->ring_bytes : INT_MAX);
    (void)pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO); /* else microseconds */
}

static enum ajar_status report_activation(const struct live_capture *l, int result,
                                          struct problem *problem)
{
    const char *detail = pcap_geterr(l->pcap);
    if (result == PCAP_ERROR_NO_SUCH_DEVICE)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "there is no interface %s: `ip link` lists those there are",
                           l->interface);
    if (result == PCAP_ERROR_PERM_DENIED || result == PCAP_ERROR_PROMISC_PERM_DENIED)
        return problem_set(problem, AJAR_ERR_SYSTEM,
                           "no permission to capture on %s: run as root or with CAP_NET_RAW",
                           l->interface);
    if (result == PCAP_ERROR_IFACE_NOT_UP)
        return problem_set(problem, AJAR_ERR_SYSTEM,
                           "interface %s is down: bring it up with `ip link set %s up`",
                           l->interface, l->interface);
    return problem_set(problem, AJAR_ERR_SYSTEM, "cannot capture on %s: %s", l->interface,
                       detail[0] ? detail : pcap_statustostr(result));
}

static enum ajar_status activate(struct live_capture *l, const struct capture_live_options *options,
                                 struct problem *problem)
{
    char message[PCAP_ERRBUF_SIZE] = "";
    l->pcap = pcap_create(options->interface, message);
    if (!l->pcap)
        return problem_set(problem, AJAR_ERR_SYSTEM, "cannot capture on %s: %s", options->interface,
                           message);
    set_options(l->pcap, options);
    int result = pcap_activate(l->pcap);
    if (result < 0)
        return report_activation(l, result, problem);
    if (result > 0)
        log_warning("capture on %s: %s", l->interface,
                    result == PCAP_WARNING ? pcap_geterr(l->pcap) : pcap_statustostr(result));
    if (pcap_setnonblock(l->pcap, 1, message) != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "cannot capture on %s: %s", l->interface,
                           message);
    bool nanoseconds = pcap_get_tstamp_precision(l->pcap) == PCAP_TSTAMP_PRECISION_NANO;
    l->fraction_ns = nanoseconds ? 1 : 1000;
    l->link_type = pcap_datalink(l->pcap);
    return AJAR_OK;
}

enum ajar_status capture_open_live(const struct capture_live_options *options,
                                   struct capture **capture, struct problem *problem)
{
    struct live_capture *l = calloc(1, sizeof *l);
    if (!l)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", options->interface);
    l->base.kind = &live_kind;
    for (size_t i = 0; i < DROP_FILES; i++)
        l->drops[i] = -1;
    l->interface = strdup(options->interface);
    enum ajar_status status = l->interface ? activate(l, options, problem)
                                           : problem_set(problem, AJAR_ERR_MEMORY,
                                                         "%s: out of memory", options->interface);
    if (status == AJAR_OK && options->filter)
        status = capture_set_filter(l->pcap, options->filter, l->interface, problem);
    if (status != AJAR_OK) {
        close_live(&l->base);
        return status;
    }
    open_drops(l);
    l->drops_last = read_drops(l);
    *capture = &l->base;
    return AJAR_OK;
}
