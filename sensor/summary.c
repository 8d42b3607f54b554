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

void summary_write(const struct config *config, const struct ledger *ledger,
                   const struct sensor_status *status, uint64_t files, uint64_t start_ns, FILE *out)
{
    struct ledger_totals totals = {
        .flows = status->flows,
        .packets = status->packets,
        .bytes = status->bytes,
        .gaps = status->gaps,
        .files = files,
        .seconds = (double)(timestamp_monotonic() - start_ns) / 1e9,
        .home_is_default = !config->home_given,
    };
    ledger_write_table(ledger, out, summary_wants_colour(out), &totals);
}
