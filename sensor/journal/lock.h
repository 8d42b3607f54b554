/* SPDX-License-Identifier: Apache-2.0 */
/* One ajar writes a journal: PATH.lock is held locked for as long as it does. */
#ifndef AJAR_JOURNAL_LOCK_H
#define AJAR_JOURNAL_LOCK_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <sys/types.h>

struct lock {
    int fd;
    bool was_there; /* a journal has been written under this name before */
};

/* Makes PATH.lock if it is not there, locks it and writes the process id into it. AJAR_ERR_USAGE:
 * another ajar holds it; AJAR_ERR_SYSTEM. */
enum ajar_status lock_open(const char *path, struct lock *lock, struct problem *problem);

/* Ends the lock; the file stays, unless `remove` (nothing came of the journal). fd -1 is accepted.
 */
void lock_close(struct lock *lock, const char *path, bool remove);

/* Whether a journal has been written under this name before. */
bool lock_is_there(const char *path);

/* Whether some ajar holds the lock now; *holder is its process id, 0 = not known. The lock is tried
 * for an instant and let go. */
bool lock_is_held(const char *path, pid_t *holder);

#endif
