/* SPDX-License-Identifier: Apache-2.0 */
/* The table of doors as its own source files see it; others use flow/doors.h. */
#ifndef AJAR_FLOW_DOOR_TABLE_H
#define AJAR_FLOW_DOOR_TABLE_H

#include "flow/doors.h"
#include "flow/region.h"

/* A SYN without an answer. Its number is that of its door times DOORS_WAITING_MAX plus its place.
 */
struct door_wait {
    uint64_t time_ns;  /* of the SYN */
    uint64_t since_ns; /* the packet clock then, from which its deadlines count */
    uint32_t older;    /* in its queue, 0 = none */
    uint32_t newer;
    uint32_t isn;
    uint16_t client_port;
    uint16_t vlan;
    bool used;
    bool repeated; /* its client sent it again */
    bool overdue;  /* silent, and waits for proof that silence means something */
    struct addr client;
};

/* A client that was told as silent. */
struct door_silent {
    uint64_t time_ns; /* of the SYN, 0 = none */
    uint32_t start;   /* which, see door_table.starts; of another one it is as good as none */
    uint32_t isn;
    uint16_t client_port;
    struct addr client;
};

struct doorway {
    uint32_t chain; /* next in the bucket */
    uint32_t older; /* by last proof */
    uint32_t newer;
    uint32_t network;
    struct addr addr;
    uint16_t port;
    uint64_t answered_ns[2]; /* told last, by whether the client is in home; 0 = never */
    uint64_t reset_ns[2];
    struct door_silent silent[DOORS_SILENT_MAX];
    struct door_wait waits[DOORS_WAITING_MAX];
};

/* The neighbours of a door. */
struct door_network {
    uint32_t chain;
    uint32_t doors; /* that lie in it */
    struct addr base;
    uint64_t heard_ns; /* packet clock when the mirror last showed somebody there, 0 = never */
};

/* Waiting SYNs in the order of their deadlines. */
struct door_queue {
    uint32_t oldest; /* 0 = empty */
    uint32_t newest;
};

struct door_table {
    struct region door_memory;
    struct region network_memory;
    struct region bucket_memory;
    struct doorway *doors;         /* slot 0 means none */
    struct door_network *networks; /* likewise */
    uint32_t *door_buckets;
    uint32_t *network_buckets;
    uint32_t door_fresh; /* slots above were never used */
    uint32_t network_fresh;
    uint32_t network_spare; /* chain of slots given back */
    uint32_t oldest;        /* door by last proof */
    uint32_t newest;
    uint8_t marks[65536 / 8];  /* a bit for each end of an address, mixed with a port, that has, or
                                  had, doors */
    uint64_t filter;           /* a bit for each network that has, or had, doors */
    struct door_queue fresh;   /* an answer may still come */
    struct door_queue overdue; /* a proof may still come */
    uint64_t seed;
    uint64_t clock_ns;  /* packet clock, ticks included */
    uint64_t packet_ns; /* highest packet time since the capture began (again) */
    uint64_t ordinal;   /* of the last packet */
    uint64_t passed_ns; /* the clock when the capture last began again: ticks stand still there */
    uint32_t starts;    /* how often the capture began again */
    const struct netset *home;
    doors_listener listener;
    void *context;
    struct doors_counters counters;
};

/* Reserves the table's memory. Free with door_table_free(), which accepts NULL. */
enum ajar_status door_table_new(uint64_t seed, struct door_table **table);
void door_table_free(struct door_table *table);

/* The door of an endpoint, NULL if it is none. A look at one byte says so for most. */
struct doorway *door_find(const struct door_table *table, const struct addr *addr, uint16_t port);

/* Makes the door, which is not there, in a slot never used or in `again`, which door_remove() gave
 * back; it becomes the newest. */
struct doorway *door_insert(struct door_table *table, const struct addr *addr, uint16_t port,
                            struct doorway *again);

/* Takes a door without waiting SYNs out of the table. */
void door_remove(struct door_table *table, struct doorway *door);

/* Makes it the newest again. */
void door_renew(struct door_table *table, struct doorway *door);

/* The network of an address if it has doors, else NULL. A look at one word says so for most. */
struct door_network *door_network_find(const struct door_table *table, const struct addr *addr);

/* A waiting SYN by its number, and its door. */
struct door_wait *door_wait_at(const struct door_table *table, uint32_t number);
struct doorway *door_of_wait(const struct door_table *table, uint32_t number);

/* Into a queue at its newest end, and out of it. */
void door_queue_append(const struct door_table *table, struct door_queue *queue, uint32_t number);
void door_queue_remove(const struct door_table *table, struct door_queue *queue, uint32_t number);

#endif
