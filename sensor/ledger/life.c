/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, closing, opening again. Captures may come with their packets a little out of order, so
 * every step compares times: an old proof does not open what a newer one closed, and a closing does
 * not beat a newer proof.
 */
#include "ledger/life.h"

#include <string.h>

/* The window that ends becomes history; with no room the second oldest goes, as the first tells
 * since when there was trouble. */
static void keep_window(struct exposure *exposure)
{
    if (exposure->window_count == EXPOSURE_WINDOWS_MAX) {
        memmove(&exposure->windows[1], &exposure->windows[2],
                (EXPOSURE_WINDOWS_MAX - 2) * sizeof exposure->windows[0]);
        exposure->window_count--;
    }
    exposure->windows[exposure->window_count++] =
        (struct exposure_window){.first_ns = exposure->first_ns,
                                 .last_ns = exposure->last_ns,
                                 .before_ns = exposure->before_ns,
                                 .closed_ns = exposure->closed_ns,
                                 .closing = exposure->closing};
}

static void begin_window(struct exposure *exposure, uint64_t proof_ns, uint64_t before_ns)
{
    exposure->closing = CLOSING_NONE;
    exposure->closed_ns = 0;
    exposure->times++;
    exposure->first_ns = exposure->last_ns = proof_ns;
    exposure->before_ns = before_ns < proof_ns ? before_ns : 0;
    (void)silence_end(&exposure->silence);
}

bool life_prove(struct exposure *exposure, uint64_t proof_ns, uint64_t before_ns)
{
    if (exposure->times == 0) {
        begin_window(exposure, proof_ns, before_ns);
        return true;
    }
    if (exposure->closing != CLOSING_NONE && proof_ns > exposure->closed_ns) {
        uint64_t shut_ns = exposure->closed_ns > before_ns ? exposure->closed_ns : before_ns;
        keep_window(exposure);
        begin_window(exposure, proof_ns, shut_ns);
        return true;
    }
    if (proof_ns > exposure->last_ns) {
        exposure->last_ns = proof_ns;
        (void)silence_end(&exposure->silence);
    }
    bool is_first = exposure->window_count == 0 ||
                    proof_ns > exposure->windows[exposure->window_count - 1].closed_ns;
    if (proof_ns < exposure->first_ns && is_first) {
        exposure->first_ns = proof_ns;
        if (exposure->before_ns >= proof_ns)
            exposure->before_ns = 0;
    }
    return false;
}

bool life_close(struct exposure *exposure, enum closing closing, uint64_t proof_ns,
                uint64_t until_ns)
{
    if (exposure->closing != CLOSING_NONE || proof_ns <= exposure->last_ns)
        return false;
    exposure->closing = (uint8_t)closing;
    exposure->closed_ns = until_ns > exposure->last_ns ? until_ns : proof_ns;
    (void)silence_end(&exposure->silence);
    return true;
}

bool life_add_silence(struct exposure *exposure, const struct addr *client, uint64_t time_ns)
{
    return exposure->closing == CLOSING_NONE && time_ns > exposure->last_ns &&
           silence_add(&exposure->silence, client, time_ns);
}
