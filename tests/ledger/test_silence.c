/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/silence.h"

#define MINUTE (60 * SECOND)

static struct silence silence;

static bool add(const char *client, uint64_t minutes)
{
    struct addr addr = address(client);
    return silence_add(&silence, &addr, WHEN + minutes * MINUTE);
}

Test(silence, is_three_attempts_of_two_clients_over_ten_minutes)
{
    cr_assert_not(add("203.0.113.1", 0));
    cr_assert_not(add("203.0.113.2", 5));
    cr_assert(add("203.0.113.1", 10));
    cr_assert_eq(silence.first_ns, WHEN);
    cr_assert(add("203.0.113.1", 11), "and stays");
}

Test(silence, is_not_one_client_alone)
{
    for (uint64_t i = 0; i < 10; i++)
        cr_assert_not(add("203.0.113.1", i * 10));
    cr_assert(add("203.0.113.2", 101), "its accepted twin");
}

Test(silence, is_not_two_attempts)
{
    cr_assert_not(add("203.0.113.1", 0));
    cr_assert_not(add("203.0.113.2", 60));
}

Test(silence, is_not_a_short_time)
{
    for (uint64_t i = 0; i < 9; i++)
        cr_assert_not(add(i % 2 ? "203.0.113.1" : "203.0.113.2", i));
    cr_assert(add("203.0.113.2", 10));
}

Test(silence, ends_with_an_answer)
{
    (void)add("203.0.113.1", 0);
    (void)add("203.0.113.2", 5);
    cr_assert(silence_end(&silence));
    cr_assert_not(silence_end(&silence));
    cr_assert_not(add("203.0.113.1", 10));
    cr_assert_eq(silence.first_ns, WHEN + 10 * MINUTE);
}

Test(silence, counts_what_is_read_again_once)
{
    for (int round = 0; round < 5; round++) {
        cr_assert_not(add("203.0.113.1", 0));
        cr_assert_not(add("203.0.113.2", 15));
    }
    cr_assert_eq(silence.syns, 2);
    cr_assert(add("203.0.113.1", 16));
}

Test(silence, tells_a_bounded_number_of_clients_apart)
{
    struct addr addr = address("203.0.113.0");
    for (uint8_t i = 0; i < 200; i++) {
        addr.bytes[15] = i;
        (void)silence_add(&silence, &addr, WHEN + i);
    }
    cr_assert_eq(silence.client_count, SILENCE_CLIENTS_MAX);
    cr_assert_eq(silence.syns, 200);
}
