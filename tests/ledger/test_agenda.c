/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/agenda.h"
#include "ledger/exposures.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MANY 1000

static struct exposure exposures[MANY];
static struct agenda agenda;

static void setup(void)
{
    memset(exposures, 0, sizeof exposures);
    for (unsigned i = 0; i < MANY; i++)
        (void)snprintf(exposures[i].id, sizeof exposures[i].id, "%04u", i);
}

static void teardown(void)
{
    agenda_clear(&agenda);
}

TestSuite(agenda, .init = setup, .fini = teardown);

static void put(unsigned i, uint64_t due_ns)
{
    exposures[i].due_ns = due_ns;
    cr_assert_eq(agenda_put(&agenda, &exposures[i]), AJAR_OK);
}

/* All of it, in order. */
static void take_all(unsigned count)
{
    uint64_t last = 0;
    for (unsigned i = 0; i < count; i++) {
        struct exposure *first = agenda_first(&agenda, UINT64_MAX);
        cr_assert(first);
        cr_assert_geq(first->due_ns, last);
        last = first->due_ns;
        agenda_remove(&agenda, first);
        cr_assert_eq(first->place, 0);
    }
    cr_assert_null(agenda_first(&agenda, UINT64_MAX));
}

Test(agenda, gives_the_earliest_first_however_they_came)
{
    for (unsigned i = 0; i < MANY; i++)
        put(i, 1 + i * 7919U % 501);
    take_all(MANY);
}

Test(agenda, gives_equal_ones_by_id)
{
    put(2, 5);
    put(0, 5);
    put(1, 5);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(agenda_first(&agenda, 5), &exposures[i]);
        agenda_remove(&agenda, &exposures[i]);
    }
}

Test(agenda, moves_what_is_put_again)
{
    for (unsigned i = 0; i < 100; i++)
        put(i, 100 + i);
    put(50, 1);
    cr_assert_eq(agenda_first(&agenda, UINT64_MAX), &exposures[50]);
    put(50, 1000);
    cr_assert_eq(agenda_first(&agenda, UINT64_MAX), &exposures[0]);
    take_all(100);
}

Test(agenda, takes_off_what_is_on_it_and_nothing_else)
{
    for (unsigned i = 0; i < 100; i++)
        put(i, 1 + i * 37 % 100);
    for (unsigned i = 0; i < 100; i += 3)
        agenda_remove(&agenda, &exposures[i]);
    agenda_remove(&agenda, &exposures[0]);
    agenda_remove(&agenda, &exposures[500]);
    take_all(66);
}

Test(agenda, holds_back_what_is_not_due)
{
    put(0, 10);
    cr_assert_null(agenda_first(&agenda, 9));
    cr_assert_eq(agenda_first(&agenda, 10), &exposures[0]);
}
