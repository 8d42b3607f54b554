/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table for people at the end of a run, with the numbers of both sides under it.
 */
#include "summary.h"

#include "base/timestamp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool summary_wants_colour(FILE *out)
{
    const char *terminal = getenv("TERM");
    return isatty(fileno(out)) && !getenv("NO_COLOR") && terminal && strcmp(terminal, "dumb") != 0;
}

void summary_write(const struct summary *summary, FILE *out)
{
    struct ledger_totals totals = {
        .flows = summary->status->flows,
        .packets = summary->status->packets,
        .bytes = summary->status->bytes,
        .gaps = summary->status->gaps,
        .files = summary->files,
        .seconds = (double)(timestamp_monotonic() - summary->start_ns) / 1e9,
        .signatures = summary->signatures,
        .home_is_default = !summary->config->home_given,
    };
    ledger_write_table(summary->ledger, out, summary_wants_colour(out), &totals);
}
