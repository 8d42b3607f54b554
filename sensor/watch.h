/* SPDX-License-Identifier: Apache-2.0 */
/* The two sides of `watch`, each the work of a process (process/supervisor.h). */
#ifndef AJAR_WATCH_H
#define AJAR_WATCH_H

#include "base/ring.h"
#include "config/config.h"
#include "door_board.h"
#include "process/supervisor.h"

/* What both sides are given; the context of their functions. */
struct watch {
    const struct config *config;
    struct ring *findings;    /* of struct finding, made before the processes */
    struct door_board *doors; /* likewise */
    uint64_t start_ns;        /* of the program, by the monotonic clock */
};

/* An interface until SIGTERM. Opens everything, gives up every right, then reads the first packet.
 * SUPERVISED_AWAY: the interface went away, or is still away. */
int watch_capture(void *watch, struct supervision *supervision);

/* Findings to events to outputs, until the supervisor says that it is over. */
int watch_deliver(void *watch, struct supervision *supervision);

#endif
