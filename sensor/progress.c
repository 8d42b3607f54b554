/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress of `ajar read` on a terminal. Bytes are counted as stored, so that compressed captures
 * show an honest share.
 */
#include "progress.h"

#include "base/timestamp.h"

#include <inttypes.h>
#include <stdio.h>

#define SECOND_NS   UINT64_C(1000000000)
#define INTERVAL_NS (SECOND_NS / 10)
#define FIRST_NS    (SECOND_NS / 4) /* a read that is over sooner shows nothing */

void progress_init(struct progress *progress, bool wanted, size_t files, uint64_t bytes)
{
    uint64_t now = timestamp_monotonic();
    *progress = (struct progress){.wanted = wanted,
                                  .files = files,
                                  .bytes = bytes,
                                  .start_ns = now,
                                  .next_ns = now + FIRST_NS};
}

/* ", 0:07 left"; "" while nothing can be said. */
static void format_left(uint64_t done, uint64_t all, uint64_t elapsed_ns, char text[static 32])
{
    text[0] = '\0';
    if (done == 0 || done > all || elapsed_ns < SECOND_NS / 2)
        return;
    double left = (double)elapsed_ns / SECOND_NS * (double)(all - done) / (double)done;
    if (left < 360000)
        (void)snprintf(text, 32, "  %u:%02u left", (unsigned)(left / 60), (unsigned)left % 60);
}

void progress_format(const struct progress *progress, size_t files_done, uint64_t bytes_done,
                     uint64_t elapsed_ns, char text[static PROGRESS_TEXT_MAX])
{
    double seconds = (double)elapsed_ns / SECOND_NS;
    double rate = seconds > 0 ? (double)bytes_done / seconds / 1e6 : 0;
    if (progress->bytes == 0) {
        (void)snprintf(text, PROGRESS_TEXT_MAX, "reading  %zu of %zu files  %.0f MB  %.0f MB/s",
                       files_done, progress->files, (double)bytes_done / 1e6, rate);
        return;
    }
    char left[32];
    uint64_t done = bytes_done < progress->bytes ? bytes_done : progress->bytes;
    format_left(done, progress->bytes, elapsed_ns, left);
    (void)snprintf(text, PROGRESS_TEXT_MAX, "reading  %zu of %zu files  %.0f %%  %.0f MB/s%s",
                   files_done, progress->files, 100.0 * (double)done / (double)progress->bytes,
                   rate, left);
}

void progress_update(struct progress *progress, size_t files_done, uint64_t bytes_done)
{
    if (!progress->wanted)
        return;
    uint64_t now = timestamp_monotonic();
    if (now < progress->next_ns)
        return;
    char text[PROGRESS_TEXT_MAX];
    progress_format(progress, files_done, bytes_done, now - progress->start_ns, text);
    (void)fprintf(stderr, "\r%s\033[K", text);
    (void)fflush(stderr);
    progress->shown = true;
    progress->next_ns = now + INTERVAL_NS;
}

void progress_hide(struct progress *progress)
{
    if (!progress->shown)
        return;
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
    progress->shown = false;
}
