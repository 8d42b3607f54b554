/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-fault-replay INTERFACE CAPTURE PACKETS-PER-SECOND: sends the frames of a capture, once, at a
 * rate, in batches (sendmmsg on an AF_PACKET socket), and prints how many it sent. Reads what
 * ajar-bench-generate writes: pcap, Ethernet, this machine's byte order.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BATCH_MAX   64
#define HEADER      24 /* of the file */
#define RECORD      16 /* header of a packet: seconds, fraction, bytes stored, bytes on the wire */
#define BEAT_NS     1000000
#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO  0xa1b23c4du

struct capture_file {
    uint8_t *bytes;
    size_t size;
    size_t at;
};

static bool open_capture(const char *path, struct capture_file *capture)
{
    struct stat facts;
    uint32_t magic = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &facts) != 0 || facts.st_size < HEADER)
        return false;
    capture->size = (size_t)facts.st_size;
    capture->bytes = mmap(NULL, capture->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    capture->at = HEADER;
    (void)close(file);
    if (capture->bytes == MAP_FAILED)
        return false;
    memcpy(&magic, capture->bytes, sizeof magic);
    errno = EINVAL;
    return magic == MAGIC_MICRO || magic == MAGIC_NANO;
}

static bool read_frame(struct capture_file *capture, struct iovec *frame)
{
    uint32_t stored = 0;
    if (capture->size - capture->at < RECORD)
        return false;
    memcpy(&stored, capture->bytes + capture->at + 8, sizeof stored);
    if (capture->size - capture->at - RECORD < stored)
        return false;
    frame->iov_base = capture->bytes + capture->at + RECORD;
    frame->iov_len = stored;
    capture->at += RECORD + stored;
    return true;
}

static int open_interface(const char *name)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)if_nametoindex(name)};
    int one = 1;
    int wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* 0: it receives nothing */
    if (wire < 0 || address.sll_ifindex == 0 ||
        bind(wire, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(wire, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) != 0)
        return -1;
    return wire;
}

/* Sends up to `most` frames; the number sent, fewer at the end of the file, -1 on failure. */
static int send_batch(int wire, struct capture_file *capture, unsigned most)
{
    struct mmsghdr messages[BATCH_MAX];
    struct iovec frames[BATCH_MAX];
    unsigned count = 0, sent = 0;
    memset(messages, 0, sizeof messages);
    while (count < most && read_frame(capture, &frames[count])) {
        messages[count].msg_hdr.msg_iov = &frames[count];
        messages[count].msg_hdr.msg_iovlen = 1;
        count++;
    }
    while (sent < count) {
        int more = sendmmsg(wire, messages + sent, count - sent, 0);
        if (more < 0 && errno != ENOBUFS && errno != EINTR)
            return -1;
        sent += more > 0 ? (unsigned)more : 0;
    }
    return (int)sent;
}

static bool send_all(int wire, struct capture_file *capture, uint64_t rate, uint64_t *sent)
{
    struct timespec beat;
    uint64_t credit = 0; /* frames due, times 1000 */
    (void)clock_gettime(CLOCK_MONOTONIC, &beat);
    for (;;) {
        for (credit += rate; credit >= 1000;) {
            unsigned most = credit / 1000 < BATCH_MAX ? (unsigned)(credit / 1000) : BATCH_MAX;
            int now = send_batch(wire, capture, most);
            if (now <= 0)
                return now == 0;
            *sent += (uint64_t)now;
            credit -= (uint64_t)now * 1000;
        }
        beat.tv_nsec += BEAT_NS;
        beat.tv_sec += beat.tv_nsec / 1000000000;
        beat.tv_nsec %= 1000000000;
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &beat, NULL);
    }
}

int main(int argc, char **argv)
{
    struct capture_file capture;
    uint64_t sent = 0, rate = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    if (rate == 0) {
        (void)fprintf(stderr, "ajar-fault-replay INTERFACE CAPTURE PACKETS-PER-SECOND\n");
        return 2;
    }
    if (!open_capture(argv[2], &capture)) {
        perror(argv[2]);
        return 1;
    }
    int wire = open_interface(argv[1]);
    if (wire < 0 || !send_all(wire, &capture, rate, &sent)) {
        perror(argv[1]);
        return 1;
    }
    (void)printf("%llu\n", (unsigned long long)sent);
    return 0;
}
