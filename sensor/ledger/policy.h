/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the owner allows: trusted clients, stores meant to be public, maintenance windows; and which
 * addresses are proxies that may be believed when they name the client. Pure after it was made.
 */
#ifndef AJAR_LEDGER_POLICY_H
#define AJAR_LEDGER_POLICY_H

#include "ajar/addr.h"
#include "ajar/finding.h"
#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>

enum policy_reason {
    POLICY_NONE = 0,    /* not allowed: an exposure */
    POLICY_TRUSTED,     /* the client is */
    POLICY_PUBLIC,      /* this part of the store is meant to be public */
    POLICY_MAINTENANCE, /* somebody works on it now */
    POLICY_REASONS
};

/*
 * As people write it. The networks are borrowed for the policy's life, the texts until it is made.
 * PLACE is "NET[,NET]" or "any", with ":PORT" behind it for one port; IPv6 with a port stands in
 * brackets: "[2001:db8::/32]:9200".
 */
struct policy_options {
    const struct netset *trusted;    /* NULL = nobody */
    const struct netset *proxies;    /* NULL = none */
    const char *const *public_parts; /* "PLACE [STORE] [path=/PREFIX] [dataset=GLOB]" */
    size_t public_count;
    const char *const *maintenance; /* "FROM/TO PLACE" in UTC: ISO 8601, or weekly
                                       "Sun 02:00-04:00 PLACE", "daily 02:00-04:00 PLACE" */
    size_t maintenance_count;
};

struct policy;

/* AJAR_ERR_USAGE: *problem names the item, what is wrong and what would be right. Free with
 * policy_free(). */
enum ajar_status policy_new(const struct policy_options *options, struct policy **policy,
                            struct problem *problem);
void policy_free(struct policy *policy); /* accepts NULL */

/* Whether one item can be used: for whoever reads options. Errors as of policy_new(). */
enum ajar_status policy_check_public(const char *text, struct problem *problem);
enum ajar_status policy_check_maintenance(const char *text, struct problem *problem);

/*
 * Whether an exposing finding is allowed, by the packet time in it. `client` is who is behind a
 * trusted proxy. Public parts allow only open and data, never metadata, bulk, writes, hidden data
 * sets or requests whose path cannot be read with certainty. `policy` NULL allows nothing. Any
 * thread.
 */
enum policy_reason policy_judge(const struct policy *policy, const struct finding *finding,
                                const struct addr *client);

/* Whether the address is one of the proxies. Any thread. */
bool policy_trusts_proxy(const struct policy *policy, const struct addr *addr);

/* "trusted client", "public part", "maintenance window"; "" for POLICY_NONE. */
const char *policy_reason_name(enum policy_reason reason);

#endif
