/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a journal knows of exposures and servers, for `ajar report`: a look at one moment, also
 * while a sensor writes it, by which nothing of it changes.
 */
#ifndef AJAR_JOURNAL_LOOK_H
#define AJAR_JOURNAL_LOOK_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>

struct exposure;
struct server;

/* All are borrowed until the callback returns. */
struct journal_look {
    void (*exposure)(void *context, const struct exposure *exposure);
    void (*server)(void *context, const struct server *server);
    /* The document of the newest sensor-status event of what is watched, if there is one. */
    void (*status)(void *context, const char *json, size_t length);
    void *context;
};

/*
 * Calls back for each exposure in the order of their opening, then for each server: of what is
 * watched or, with `readings`, of what was read from captures. A row that cannot be what it says is
 * passed over. AJAR_ERR_USAGE, AJAR_ERR_SYSTEM, AJAR_ERR_MEMORY: one sentence: there is no such
 * journal, it is of an older or newer version, it cannot be read, it is damaged.
 */
enum ajar_status journal_look(const char *path, bool readings, const struct journal_look *look,
                              struct problem *problem);

#endif
