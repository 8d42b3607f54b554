/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/shadow.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct shadow shadow;

static void teardown(void)
{
    shadow_clear(&shadow);
}

TestSuite(shadow, .fini = teardown);

Test(shadow, finds_the_entries_it_made)
{
    struct shadow_entry *entries[1000];
    char id[EXPOSURE_ID_HEX];
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(id, sizeof id, "%032x", i);
        entries[i] = shadow_find(&shadow, id);
        cr_assert_eq(entries[i]->number, 0);
        entries[i]->number = i + 1;
    }
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(id, sizeof id, "%032x", i);
        cr_assert_eq(shadow_find(&shadow, id), entries[i]);
        cr_assert_eq(entries[i]->number, i + 1);
    }
    cr_assert_eq(shadow.count, 1000);
}

Test(shadow, says_what_differs)
{
    struct shadow_entry *entry = shadow_find(&shadow, "a");
    cr_assert(shadow_note(entry, SHADOW_ACTORS, 0, 11));
    cr_assert(shadow_note(entry, SHADOW_ACTORS, 1, 22));
    cr_assert_not(shadow_note(entry, SHADOW_ACTORS, 0, 11));
    cr_assert_not(shadow_note(entry, SHADOW_ACTORS, 1, 22));
    cr_assert(shadow_note(entry, SHADOW_ACTORS, 1, 23));
    cr_assert_not(shadow_note(entry, SHADOW_ACTORS, 1, 23));
}

Test(shadow, keeps_actors_and_data_sets_apart)
{
    struct shadow_entry *entry = shadow_find(&shadow, "a");
    cr_assert(shadow_note(entry, SHADOW_ACTORS, 0, 11));
    cr_assert(shadow_note(entry, SHADOW_DATASETS, 0, 11));
    cr_assert_not(shadow_note(entry, SHADOW_DATASETS, 0, 11));
}

Test(shadow, knows_nothing_once_it_is_cleared)
{
    cr_assert(shadow_note(shadow_find(&shadow, "a"), SHADOW_ACTORS, 0, 11));
    shadow_clear(&shadow);
    cr_assert(shadow_note(shadow_find(&shadow, "a"), SHADOW_ACTORS, 0, 11));
}
