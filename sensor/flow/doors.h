/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors: endpoints where a store is known to stand, or to have stood, open. What SYNs to them came
 * to is told, since nothing else says that a store was closed by a rule that drops or resets. A
 * table of fixed size; empty it costs one branch a packet, else one hash for a SYN, two for a
 * SYN-ACK or an RST. Everything goes by packet time. One worker thread owns it.
 */
#ifndef AJAR_FLOW_DOORS_H
#define AJAR_FLOW_DOORS_H

#include "ajar/finding.h"
#include "ajar/packet.h"

#include <stdbool.h>
#include <stdint.h>

#define DOORS_MAX 16384 /* of more the one whose last proof is oldest goes */

/* SYNs of one door that wait at once; of more, those without proof go, then new ones are not
 * waited for. */
#define DOORS_WAITING_MAX 4

/* A SYN without an answer after this is silent: later than the first retransmissions. */
#define DOORS_ANSWER_NS UINT64_C(3000000000)

/* A SYN that comes again so much later has had no answer until then: no stack waits less, and no
 * mirror's copies are so far apart. */
#define DOORS_AGAIN_SYN_NS UINT64_C(500000000)

/*
 * Silence says something of the server only if the mirror shows others of its network (/24, /64):
 * a packet from there at most this long before the SYN or after it. What is silent without that
 * proof waits for it, and is forgotten then.
 */
#define DOORS_PROOF_NS UINT64_C(60000000000)

/* Told at most once in this time: answered and reset of one door and side of home (a new proof that
 * the store stands open makes resets news again), silent of one door and client. */
#define DOORS_AGAIN_NS UINT64_C(60000000000)

/* A SYN like one that was told as silent is its repetition for so long; a scanner's next visit may
 * have the same port and sequence number. */
#define DOORS_REPEATED_NS UINT64_C(120000000000)

#define DOORS_SILENT_MAX 4 /* clients of one door told as silent in that time */

/* What became of a connection to a door. */
struct door_news {
    enum door door;      /* DOOR_ANSWERED, DOOR_RESET, DOOR_SILENT */
    bool client_is_home; /* it lies in home */
    uint16_t client_port;
    uint16_t server_port;
    uint16_t vlan;    /* outermost, 0 = none */
    uint64_t time_ns; /* of the SYN-ACK, of the RST, of the first SYN of the silent attempt */
    uint64_t ordinal; /* of the packet that made it be told */
    struct addr client;
    struct addr server;
};

/* Borrowed until it returns. Called from inside doors_see(), doors_tick(), doors_finish(). */
typedef void (*doors_listener)(void *context, const struct door_news *news);

struct doors_counters {
    uint64_t added;      /* doors made known, each once while it is in the table */
    uint64_t evicted;    /* doors that went for want of room */
    uint64_t told;       /* news */
    uint64_t not_waited; /* SYNs that were not waited for, for want of room */
    uint64_t unproven;   /* silent SYNs not told: nothing of that network was seen */
    uint64_t unsaid;     /* silent SYNs of more clients than are told in a minute */
};

struct doors {
    struct door_table *table;
    uint32_t count;   /* doors known */
    uint32_t waiting; /* SYNs without an answer, of all doors */
};

/* Reserves everything. `seed` is secret. `home` is borrowed for the doors' life. Free with
 * doors_clear(), which accepts all zero. AJAR_ERR_MEMORY. */
enum ajar_status doors_init(struct doors *doors, uint64_t seed, const struct netset *home,
                            doors_listener listener, void *context);
void doors_clear(struct doors *doors);

/* A store stands open at this TCP port: known now, or proven once more. */
void doors_add(struct doors *doors, const struct addr *server, uint16_t port);

/* A packet that was decoded, of any protocol. */
void doors_see_packet(struct doors *doors, const struct packet *packet);

static inline void doors_see(struct doors *doors, const struct packet *packet)
{
    if (doors->count)
        doors_see_packet(doors, packet);
}

/* Moves the packet clock without a packet and tells what is due. */
void doors_tick(struct doors *doors, uint64_t time_ns);

/* The run ends: tells the SYNs that are silent by the packet clock, or because they were sent
 * again, and forgets the others. */
void doors_finish(struct doors *doors);

/* The counters; borrowed, same thread. */
const struct doors_counters *doors_counters(const struct doors *doors);

#endif
