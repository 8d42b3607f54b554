/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First bytes -> application. Own recognisers decide what is inspected; nDPI (one module per
 * worker, known to one file) names the application and its risks for flows whose server can
 * matter. nDPI sees payload packets only, until a recogniser decides, at most
 * CLASSIFY_PACKETS_MAX a flow.
 */
#ifndef AJAR_CLASSIFY_H
#define AJAR_CLASSIFY_H

#include "ajar/flow.h"
#include "ajar/packet.h"
#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>

#define CLASSIFY_PACKETS_MAX 8
#define CLASSIFY_FLOWS_MAX   4096 /* nDPI flows at once; more are not shown to nDPI, counted */

enum recognition {
    RECOGNITION_NO = 0,  /* no recogniser knows these bytes: never will */
    RECOGNITION_WAIT,    /* could still become something: give more bytes */
    RECOGNITION_REQUEST, /* this side is a client of `protocol` */
    RECOGNITION_REPLY,   /* this side is a server of `protocol` */
};

/* What an inspector exists for. */
enum application_protocol {
    APPLICATION_NONE = 0,
    APPLICATION_HTTP,
};

/*
 * Looks at the first bytes of one side (leading CRLF allowed before an HTTP request). Pure. On
 * REQUEST and REPLY *protocol says of what. HTTP/2 by prior knowledge ("PRI * HTTP/2.0", or a
 * server's first SETTINGS) is HTTP too, and so is a PROXY protocol prefix, behind which most likely
 * HTTP follows: what follows else, the inspector gives up.
 */
enum recognition classify_recognise(const uint8_t *data, size_t length,
                                    enum application_protocol *protocol);

struct classify_counters {
    uint64_t engine_packets; /* packets shown to nDPI */
    uint64_t engine_flows;   /* flows shown to nDPI */
    uint64_t engine_refused; /* flows not shown because CLASSIFY_FLOWS_MAX was reached */
    uint64_t engine_named;   /* flows nDPI named */
};

struct classifier; /* one per worker: the nDPI module and a pool of its flows */

/* Makes the nDPI module (15-25 ms). Free with classifier_free(). Not to be run in parallel with
 * itself. */
enum ajar_status classifier_new(struct classifier **classifier, struct problem *problem);
void classifier_free(struct classifier *classifier);

/*
 * Shows a payload packet to nDPI if the flow still wants it (flow->classify_packets), and updates
 * flow->application and flow->risks. Frees the nDPI flow (flow->engine) as soon as it is decided.
 */
void classifier_add(struct classifier *classifier, struct flow *flow, const struct packet *packet);

/* nDPI need not see more of this flow: takes its best answer, frees flow->engine. Accepts a flow
 * without one. */
void classifier_finish(struct classifier *classifier, struct flow *flow);

/* nDPI's lower-case name of flow->application; "" for unknown. Static storage. */
const char *classifier_application_name(const struct classifier *classifier, uint16_t application);

/* The counters; borrowed. */
const struct classify_counters *classifier_counters(const struct classifier *classifier);

/* Short name of a flow risk bit (0..63), e.g. "clear_text_credentials"; NULL if there is none. No
 * classifier needed; any thread. */
const char *classify_risk_name(unsigned bit);

#endif
