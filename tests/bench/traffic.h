/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations and the clock that interleaves them: a conversation is a list of messages; the
 * traffic loop cuts them into packets, in time order with all others, loses and reorders some,
 * and writes the capture. Single thread.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include "frame.h"
#include "rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message {
    const uint8_t *data;
    size_t length;
    uint32_t pause; /* microseconds before its first byte */
    int level;      /* what is proven once it has passed whole; see store.h */
    bool from_client;
    bool owned; /* data is freed with the conversation */
};

enum conversation_end { END_FIN, END_RST, END_NONE };

struct conversation {
    struct path path;
    struct message *messages; /* owned */
    size_t count;
    size_t capacity;
    size_t planned; /* bytes of all messages */
    enum conversation_end end;
    bool bare_syn; /* one SYN and nothing else */
    void *subject; /* owned by whoever set it: handed to traffic.finished */

    /* Set while it runs. */
    uint64_t lost;  /* payload segments that never reach the file */
    int level;      /* proven by messages that passed whole */
    int floor;      /* the same at the moment of the first loss */
    size_t current; /* message being sent */
    size_t offset;  /* bytes of it sent */
    uint32_t sequence[2];
    uint32_t round_trip;
    uint16_t ip_id;
    uint8_t phase;
    uint8_t unacknowledged;
};

struct event;

struct traffic {
    struct capture capture;
    struct rng rng;
    uint32_t loss;    /* permille of TCP payload segments missing from the file */
    uint32_t reorder; /* permille that arrive late */
    uint32_t repeat;  /* permille that are sent twice */
    uint64_t now;     /* microseconds since 1970 */
    uint64_t lost;
    uint64_t late;
    uint64_t repeated;
    size_t active;                                           /* conversations under way */
    size_t outstanding;                                      /* bytes they still have to send */
    void (*finished)(void *context, struct conversation *c); /* may be NULL; before it is freed */
    void *context;
    struct event *heap; /* owned */
    size_t heap_count;
    size_t heap_capacity;
    uint64_t order;
};

/* A new conversation over TCP, UDP or ICMP; traffic_start takes it over. */
struct conversation *conversation_new(const struct path *path);

/* Appends a message; an owned one is freed with the conversation. */
void conversation_add(struct conversation *c, struct message m);

/* Schedules the conversation `delay` microseconds from now and takes it over. */
void traffic_start(struct traffic *t, struct conversation *c, uint32_t delay);

/* Sends the next packet in time order. False when nothing is left. */
bool traffic_step(struct traffic *t);

/* Frees what the loop holds. */
void traffic_clear(struct traffic *t);

#endif
