/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who scans: names of scanners by what they say (User-Agent) and by their addresses (lists shipped
 * in signatures/scanners, refreshable). A name never makes a finding less: it labels the actor.
 */
#ifndef AJAR_ENRICH_SCANNERS_H
#define AJAR_ENRICH_SCANNERS_H

#include "ajar/addr.h"
#include "ajar/event.h"
#include "ajar/problem.h"

/* Bounds of one folder. With all of it in use scanners take less than 6 MiB, while they are being
 * read 16 MiB more. */
#define SCANNERS_MAX          512
#define SCANNERS_AGENTS_MAX   1024
#define SCANNERS_NETWORKS_MAX 131072

struct scanners;

/*
 * Reads `folder`/scanners.yaml and the lists that it names. AJAR_ERR_NOT_FOUND: there is no such
 * folder, so nobody is known. Other errors say file, line, what is wrong and what would be right;
 * nothing is half-read. Free with scanners_free().
 */
enum ajar_status scanners_load(const char *folder, struct scanners **scanners,
                               struct problem *problem);
void scanners_free(struct scanners *scanners); /* accepts NULL */

/*
 * Fills claimed, confirmed, search_engine of *actor ("" = nobody known); the rest stays. Where
 * several agents fit, the scanner that stands first in the file is meant; where networks lie in
 * each other, the narrowest. The address decides on search_engine, the User-Agent where no list has
 * the address. `scanners` NULL knows nobody; `user_agent` may be NULL. Pure; cheap enough for each
 * finding.
 */
void scanners_find(const struct scanners *scanners, const struct addr *addr, const char *user_agent,
                   struct actor_view *actor);

/* For `ajar check`. */
struct scanners_counts {
    size_t names, agents, networks;
    size_t empty;                /* names that have neither an agent nor a network */
    char oldest[11], newest[11]; /* dates of the lists that have networks, "" = none says one */
};
struct scanners_counts scanners_counts(const struct scanners *scanners);

#endif
