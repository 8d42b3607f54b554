/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the ladder of verdicts. Alone in its file, since stages before the ledger use them
 * too. Pure.
 */
#include "ajar/finding.h"

static const char *const names[VERDICTS] = {
    [VERDICT_NONE] = "none",       [VERDICT_PROBED] = "probed",   [VERDICT_REVEALED] = "revealed",
    [VERDICT_REFUSED] = "refused", [VERDICT_OPEN] = "open",       [VERDICT_METADATA] = "metadata",
    [VERDICT_DATA] = "data",       [VERDICT_DRAINED] = "drained", [VERDICT_TAMPERED] = "tampered",
};

const char *verdict_name(enum verdict verdict)
{
    return (unsigned)verdict < VERDICTS ? names[verdict] : "unknown";
}
