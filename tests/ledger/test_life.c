/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/life.h"
#include "ledger/proofs.h"

#define DAY (86400 * SECOND)

static struct exposure e;

static void setup(void)
{
    memset(&e, 0, sizeof e);
}

TestSuite(life, .init = setup);

Test(life, begins_with_the_first_proof)
{
    cr_assert(life_prove(&e, WHEN, WHEN - DAY));
    cr_assert_eq(e.times, 1);
    cr_assert_eq(e.first_ns, WHEN);
    cr_assert_eq(e.last_ns, WHEN);
    cr_assert_eq(e.before_ns, WHEN - DAY);
    cr_assert_not(life_prove(&e, WHEN + DAY, 0));
    cr_assert_eq(e.last_ns, WHEN + DAY);
    cr_assert_eq(e.before_ns, WHEN - DAY);
}

Test(life, was_not_shut_after_it_was_open)
{
    cr_assert(life_prove(&e, WHEN, WHEN + DAY));
    cr_assert_eq(e.before_ns, 0);
    e.before_ns = WHEN - SECOND;
    cr_assert_not(life_prove(&e, WHEN - DAY, 0), "an older proof comes late");
    cr_assert_eq(e.first_ns, WHEN - DAY);
    cr_assert_eq(e.before_ns, 0);
}

Test(life, ends_only_by_what_is_newer_than_the_last_proof)
{
    (void)life_prove(&e, WHEN, 0);
    cr_assert_not(life_close(&e, CLOSING_REFUSED, WHEN, WHEN));
    cr_assert_not(life_close(&e, CLOSING_REFUSED, WHEN - 1, WHEN - 1));
    cr_assert(life_close(&e, CLOSING_REFUSED, WHEN + 1, WHEN + 1));
    cr_assert_eq(e.closing, CLOSING_REFUSED);
    cr_assert_eq(e.closed_ns, WHEN + 1);
    cr_assert_not(life_close(&e, CLOSING_RESET, WHEN + DAY, WHEN + DAY), "it is closed");
    cr_assert_eq(e.closed_ns, WHEN + 1);
}

Test(life, begins_anew_and_keeps_what_was)
{
    (void)life_prove(&e, WHEN, WHEN - DAY);
    (void)life_close(&e, CLOSING_RESET, WHEN + DAY, WHEN + DAY);
    cr_assert_not(life_prove(&e, WHEN + DAY / 2, 0), "an old proof");
    cr_assert(life_prove(&e, WHEN + 9 * DAY, WHEN + 3 * DAY));
    cr_assert_eq(e.times, 2);
    cr_assert_eq(e.first_ns, WHEN + 9 * DAY);
    cr_assert_eq(e.before_ns, WHEN + 3 * DAY, "seen shut after it was closed");
    cr_assert_eq(e.closed_ns, 0);
    cr_assert_eq(e.window_count, 1);
    cr_assert_eq(e.windows[0].first_ns, WHEN);
    cr_assert_eq(e.windows[0].last_ns, WHEN + DAY / 2);
    cr_assert_eq(e.windows[0].before_ns, WHEN - DAY);
    cr_assert_eq(e.windows[0].closed_ns, WHEN + DAY);
    cr_assert_eq(e.windows[0].closing, CLOSING_RESET);
}

Test(life, keeps_the_first_and_the_last_windows)
{
    for (uint64_t i = 0; i < 20; i++) {
        cr_assert(life_prove(&e, WHEN + 2 * i * DAY, 0));
        cr_assert(life_close(&e, CLOSING_REFUSED, WHEN + (2 * i + 1) * DAY, 0));
    }
    cr_assert_eq(e.times, 20);
    cr_assert_eq(e.window_count, EXPOSURE_WINDOWS_MAX);
    cr_assert_eq(e.windows[0].first_ns, WHEN);
    cr_assert_eq(e.windows[EXPOSURE_WINDOWS_MAX - 1].first_ns, WHEN + 36 * DAY);
    cr_assert_eq(e.windows[1].first_ns, WHEN + 2 * (19 - EXPOSURE_WINDOWS_MAX + 1) * DAY);
}

Test(life, is_silent_only_after_the_last_proof)
{
    struct addr one = address("203.0.113.1"), two = address("203.0.113.2");
    (void)life_prove(&e, WHEN, 0);
    cr_assert_not(life_add_silence(&e, &one, WHEN - DAY));
    cr_assert_eq(e.silence.syns, 0);
    cr_assert_not(life_add_silence(&e, &one, WHEN + DAY));
    cr_assert_not(life_add_silence(&e, &two, WHEN + DAY + 300 * SECOND));
    (void)life_prove(&e, WHEN + DAY + 301 * SECOND, 0);
    cr_assert_eq(e.silence.syns, 0, "somebody was answered");
    cr_assert_not(life_add_silence(&e, &one, WHEN + 2 * DAY));
    cr_assert_not(life_add_silence(&e, &two, WHEN + 2 * DAY + SECOND));
    cr_assert(life_add_silence(&e, &two, WHEN + 2 * DAY + 600 * SECOND));
    cr_assert(life_close(&e, CLOSING_SILENCE, WHEN + 2 * DAY + 600 * SECOND, e.silence.first_ns));
    cr_assert_eq(e.closed_ns, WHEN + 2 * DAY, "at most until the first that got no answer");
    cr_assert_not(life_add_silence(&e, &one, WHEN + 3 * DAY), "it is closed");
}
