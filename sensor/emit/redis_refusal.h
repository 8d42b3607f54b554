/* SPDX-License-Identifier: Apache-2.0 */
/* What an error reply of Redis means for delivery, and what a person can do about it. Pure. */
#ifndef AJAR_EMIT_REDIS_REFUSAL_H
#define AJAR_EMIT_REDIS_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#define REDIS_BACKOFF_FIRST_MS 100
#define REDIS_BACKOFF_LAST_MS  30000
#define REDIS_BACKOFF_SOON_MS  1000 /* where waiting is all that is needed */

struct redis_refusal {
    bool reconnect;    /* this connection will go on refusing: another server, or a new login */
    int wait_most_ms;  /* most that the back-off grows to */
    const char *right; /* what would be right; "" if the error says it all */
};

/* Never NULL: unknown errors are waited for like others. */
const struct redis_refusal *redis_refusal_find(const char *error);

/* Whether the error says that Redis does not know the script. */
bool redis_refusal_is_script(const char *error);

/* The class of a part that was refused, as the script counts them: "WRONGTYPE", "NOPERM", ... */
const char *redis_refusal_class(long long number);

#endif
