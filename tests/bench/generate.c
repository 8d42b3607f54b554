/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-bench-generate: writes large captures of which the truth is known. Same kind, seed and
 * size give the same bytes. See docs/performance.md.
 */
#include "background.h"
#include "store.h"

#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t first_packet = 1740823200000000u; /* 2025-03-01 10:00:00 UTC */

struct options {
    const char *kind;
    const char *out;
    const char *truth;
    uint64_t seed;
    uint64_t size_mb;
    uint64_t flows;
    uint32_t loss;
    uint32_t reorder;
};

static void print_usage(FILE *out)
{
    fputs(
        "usage: ajar-bench-generate KIND --out FILE [--truth FILE] [--seed N] [--size-mb N]\n"
        "                           [--flows N] [--loss PERMILLE] [--reorder PERMILLE]\n"
        "  mix      enterprise traffic with inbound data stores in it   (--size-mb, default 8)\n"
        "  elastic  inbound Elasticsearch and OpenSearch only           (--size-mb, default 8)\n"
        "  syn      one-packet SYN flows from random outside sources    (--flows, default 50000)\n"
        "Loss and reordering concern TCP segments with payload; default 10 permille each for\n"
        "mix, none for elastic.\n",
        out);
}

static uint64_t parse_number(const char *option, const char *text, uint64_t most)
{
    char *end;
    unsigned long long v = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || v > most) {
        fprintf(stderr, "generate: --%s %s: expected a number up to %llu\n", option, text,
                (unsigned long long)most);
        exit(2);
    }
    return v;
}

static void parse_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {{"out", required_argument, NULL, 'o'},
                                          {"truth", required_argument, NULL, 't'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"size-mb", required_argument, NULL, 'm'},
                                          {"flows", required_argument, NULL, 'f'},
                                          {"loss", required_argument, NULL, 'l'},
                                          {"reorder", required_argument, NULL, 'r'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    uint32_t unset = 1001;
    *o = (struct options){
        .seed = 2019, .size_mb = 8, .flows = 50000, .loss = unset, .reorder = unset};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'o':
            o->out = optarg;
            break;
        case 't':
            o->truth = optarg;
            break;
        case 's':
            o->seed = parse_number("seed", optarg, UINT64_MAX - 1);
            break;
        case 'm':
            o->size_mb = parse_number("size-mb", optarg, 100000);
            break;
        case 'f':
            o->flows = parse_number("flows", optarg, 100000000);
            break;
        case 'l':
            o->loss = (uint32_t)parse_number("loss", optarg, 1000);
            break;
        case 'r':
            o->reorder = (uint32_t)parse_number("reorder", optarg, 1000);
            break;
        default:
            print_usage(c == 'h' ? stdout : stderr);
            exit(c == 'h' ? 0 : 2);
        }
    }
    if (optind != argc - 1 || o->out == NULL) {
        print_usage(stderr);
        exit(2);
    }
    o->kind = argv[optind];
    uint32_t usual = strcmp(o->kind, "mix") == 0 ? 10 : 0;
    o->loss = o->loss == unset ? usual : o->loss;
    o->reorder = o->reorder == unset ? usual : o->reorder;
}

/* What the traffic loop needs to know when a conversation has passed. */
struct writer {
    FILE *truth;
    const char *file;
    uint64_t stores;
    uint64_t hit_by_loss;
};

static void finish(void *context, struct conversation *c)
{
    struct writer *w = context;
    if (c->subject == NULL)
        return;
    w->stores++;
    w->hit_by_loss += c->lost > 0;
    store_truth_write(w->truth, w->file, c);
}

static FILE *open_truth(const char *path)
{
    FILE *f = fopen(path ? path : "/dev/null", "w");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    return f;
}

/* Per mille of the mix's bytes; what is left goes to the stores. */
static const uint32_t mix_shares[BACKGROUND_KINDS] = {
    [BACKGROUND_TLS] = 612,  [BACKGROUND_WEB_OUT] = 140, [BACKGROUND_WEB_IN] = 25,
    [BACKGROUND_SMB] = 70,   [BACKGROUND_SHELL] = 15,    [BACKGROUND_QUIC] = 52,
    [BACKGROUND_VOICE] = 12, [BACKGROUND_DNS] = 4,       [BACKGROUND_ECHO] = 1,
    [BACKGROUND_SCAN] = 1};
#define MIX_STORES 68

struct mix {
    struct background background;
    struct store_world world;
    struct rng rng;
    uint64_t planned[BACKGROUND_KINDS + 1]; /* bytes so far, the stores' at the end */
};

/* The kind that is furthest behind its share. */
static size_t mix_next_kind(const struct mix *m)
{
    size_t best = 0;
    double lowest = 1e300;
    for (size_t i = 0; i <= BACKGROUND_KINDS; i++) {
        uint32_t share = i < BACKGROUND_KINDS ? mix_shares[i] : MIX_STORES;
        double filled = (double)m->planned[i] / share;
        if (filled < lowest) {
            lowest = filled;
            best = i;
        }
    }
    return best;
}

static struct conversation *mix_next(struct mix *m)
{
    size_t kind = mix_next_kind(m);
    struct conversation *c;
    if (kind == BACKGROUND_KINDS)
        c = store_session_new(&m->world, &m->rng);
    else
        c = background_new(&m->background, &m->rng, (enum background_kind)kind);
    m->planned[kind] += c->planned + 60 * (c->count + 1);
    return c;
}

static void print_summary(const struct traffic *t, const struct store_world *w,
                          const struct writer *out)
{
    printf(
        "%llu packets, %llu bytes, %.1f s of traffic; %llu segments lost, %llu late, %llu twice\n",
        (unsigned long long)t->capture.packets, (unsigned long long)t->capture.bytes,
        (double)(t->now - first_packet) / 1e6, (unsigned long long)t->lost,
        (unsigned long long)t->late, (unsigned long long)t->repeated);
    printf("%llu store sessions (%llu hit by loss), %llu replies: %llu gzip, %llu chunked, %llu "
           "either\n",
           (unsigned long long)out->stores, (unsigned long long)out->hit_by_loss,
           (unsigned long long)w->replies, (unsigned long long)w->gzip_replies,
           (unsigned long long)w->chunked_replies, (unsigned long long)w->coded_replies);
    for (int i = LEVEL_PROBED; i <= LEVEL_TAMPERED; i++)
        printf("%s %llu%s", store_level_names[i], (unsigned long long)w->level_count[i],
               i == LEVEL_TAMPERED ? "\n" : ", ");
}

static void run_conversations(const struct options *o, bool elastic)
{
    struct mix m = {.rng = {o->seed}};
    struct writer out = {.truth = open_truth(o->truth), .file = strrchr(o->out, '/')};
    struct traffic t = {.rng = {o->seed ^ 0xabcdef},
                        .loss = o->loss,
                        .reorder = o->reorder,
                        .repeat = o->loss / 2,
                        .now = first_packet,
                        .finished = finish,
                        .context = &out};
    uint64_t size = o->size_mb * 1000000;
    size_t parallel = elastic ? 48 : 400;

    out.file = out.file ? out.file + 1 : o->out;
    background_init(&m.background, &m.rng);
    store_world_init(&m.world, &m.rng, 330, elastic);
    capture_open(&t.capture, o->out);
    do {
        while (t.active < parallel && t.capture.bytes + t.outstanding < size) {
            struct conversation *c = elastic ? store_session_new(&m.world, &m.rng) : mix_next(&m);
            traffic_start(&t, c, rng_between(&m.rng, 10, 40000));
        }
    } while (traffic_step(&t));
    capture_close(&t.capture, o->out);
    print_summary(&t, &m.world, &out);
    fclose(out.truth);
    traffic_clear(&t);
    store_world_clear(&m.world);
    background_clear(&m.background);
}

static uint32_t outside_address(struct rng *r)
{
    for (;;) {
        uint32_t a = (uint32_t)rng_next(r);
        uint32_t top = a >> 24;
        bool odd = top == 0 || top == 10 || top == 127 || top >= 224 || a >> 20 == 0xac1 ||
                   a >> 16 == 0xc0a8 || a >> 16 == 0xa9fe;
        if (!odd)
            return a;
    }
}

static void run_syn(const struct options *o)
{
    struct rng r = {o->seed};
    struct capture file;
    uint64_t now = first_packet;
    uint8_t frame[FRAME_MAX];
    FILE *truth = open_truth(o->truth);
    capture_open(&file, o->out);
    for (uint64_t i = 0; i < o->flows; i++) {
        uint32_t from = outside_address(&r), to = rng_below(&r, 65536);
        struct path path = {.protocol = IPPROTO_TCP, .timestamps = rng_chance(&r, 400)};
        uint8_t client[4] = {(uint8_t)(from >> 24), (uint8_t)(from >> 16), (uint8_t)(from >> 8),
                             (uint8_t)from};
        uint8_t server[4] = {10, 20, (uint8_t)(to >> 8), (uint8_t)to};
        memcpy(path.client.address, client, 4);
        memcpy(path.server.address, server, 4);
        path.client.port = (uint16_t)rng_between(&r, 1024, 65535);
        path.server.port = rng_chance(&r, 500) ? 9200 : (uint16_t)rng_between(&r, 1, 65535);
        uint64_t random = rng_next(&r);
        struct segment s = {.sequence = (uint32_t)random,
                            .clock = (uint32_t)(now / 1000),
                            .ip_id = (uint16_t)(random >> 32),
                            .flags = FRAME_SYN,
                            .from_client = true};
        capture_write(&file, now, frame, frame_build(frame, &path, &s));
        now += rng_below(&r, 28);
    }
    capture_close(&file, o->out);
    fclose(truth);
    printf("%llu packets, %llu bytes, %.1f s of traffic\n", (unsigned long long)file.packets,
           (unsigned long long)file.bytes, (double)(now - first_packet) / 1e6);
}

int main(int argc, char **argv)
{
    struct options o;
    parse_options(&o, argc, argv);
    if (strcmp(o.kind, "syn") == 0) {
        run_syn(&o);
    } else if (strcmp(o.kind, "mix") == 0 || strcmp(o.kind, "elastic") == 0) {
        run_conversations(&o, strcmp(o.kind, "elastic") == 0);
    } else {
        fprintf(stderr, "generate: %s: expected mix, elastic or syn\n", o.kind);
        return 2;
    }
    return 0;
}
