/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line that says how far a long read is: on standard error, on a terminal only, gone at the
 * end. One thread.
 */
#ifndef AJAR_PROGRESS_H
#define AJAR_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool wanted;       /* false: every call does nothing */
    bool shown;        /* a line stands on the terminal */
    size_t files;      /* in all */
    uint64_t bytes;    /* in all, 0 = not known */
    uint64_t start_ns; /* by the monotonic clock */
    uint64_t next_ns;  /* when the line is written again */
};

/* `wanted`: whether standard error is a terminal and nobody asked for quiet. */
void progress_init(struct progress *progress, bool wanted, size_t files, uint64_t bytes);

/* Says where the read is: files done and bytes done, of those in all. Writes some times a second.
 */
void progress_update(struct progress *progress, size_t files_done, uint64_t bytes_done);

/* Takes the line away, before a message or at the end. */
void progress_hide(struct progress *progress);

#define PROGRESS_TEXT_MAX 96

/* The text of the line after `elapsed_ns` of reading. Pure. */
void progress_format(const struct progress *progress, size_t files_done, uint64_t bytes_done,
                     uint64_t elapsed_ns, char text[static PROGRESS_TEXT_MAX]);

#endif
