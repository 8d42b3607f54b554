/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/journals.h"
#include "journal/pending.h"

static struct pending pending;

static void teardown(void)
{
    pending_clear(&pending);
}

TestSuite(pending, .fini = teardown);

static struct journal_event event_with(const char *json)
{
    struct journal_event event = make_journal_event(7, "id", json);
    event.store = "solr";
    event.exposure = "e";
    event.import_id = "i";
    return event;
}

Test(pending, gives_back_what_was_added_in_order)
{
    char text[32];
    struct journal_event event = event_with("");
    size_t offset = 0;
    for (uint64_t i = 0; i < 5000; i++) {
        (void)snprintf(text, sizeof text, "{\"n\":%llu}", (unsigned long long)i);
        event = event_with(text);
        event.sequence = i;
        cr_assert_eq(pending_add(&pending, &event, 32u << 20), AJAR_OK);
    }
    cr_assert_eq(pending.count, 5000);
    for (uint64_t i = 0; i < 5000; i++) {
        cr_assert_eq(pending_read(&pending, &offset, &event), AJAR_OK);
        (void)snprintf(text, sizeof text, "{\"n\":%llu}", (unsigned long long)i);
        cr_assert_eq(event.sequence, i);
        cr_assert_str_eq(event.json, text);
        cr_assert_str_eq(event.store, "solr");
        cr_assert_str_eq(event.import_id, "i");
        cr_assert_eq(event.json_length, strlen(text));
    }
    cr_assert_eq(pending_read(&pending, &offset, &event), AJAR_END);
}

Test(pending, keeps_bytes_that_look_like_an_end)
{
    struct journal_event event = event_with("a\0b");
    size_t offset = 0;
    event.json_length = 3;
    cr_assert_eq(pending_add(&pending, &event, 1u << 20), AJAR_OK);
    cr_assert_eq(pending_read(&pending, &offset, &event), AJAR_OK);
    cr_assert_arr_eq(event.json, "a\0b", 4);
}

Test(pending, takes_no_text_for_an_empty_one)
{
    struct journal_event event = event_with("{}");
    size_t offset = 0;
    event.country = NULL;
    cr_assert_eq(pending_add(&pending, &event, 1u << 20), AJAR_OK);
    cr_assert_eq(pending_read(&pending, &offset, &event), AJAR_OK);
    cr_assert_str_eq(event.country, "");
}

Test(pending, refuses_what_goes_beyond_its_limit)
{
    struct journal_event event = event_with("{}");
    while (pending_add(&pending, &event, 100000) == AJAR_OK)
        ;
    size_t used = pending.used;
    cr_assert_leq(used, 100000);
    cr_assert_gt(used, 99000);
    cr_assert_eq(pending_add(&pending, &event, 100000), AJAR_ERR_LIMIT);
    cr_assert_eq(pending.used, used);
    cr_assert_eq(pending_add(&pending, &event, 200000), AJAR_OK);
}

Test(pending, is_empty_once_it_forgot)
{
    struct journal_event event = event_with("{}");
    size_t offset = 0;
    cr_assert_eq(pending_add(&pending, &event, 1u << 20), AJAR_OK);
    pending_forget(&pending);
    cr_assert_eq(pending.count, 0);
    cr_assert_eq(pending_read(&pending, &offset, &event), AJAR_END);
}

Test(pending, gives_memory_of_bad_times_back)
{
    struct journal_event event = event_with("{}");
    for (int i = 0; i < 20000; i++)
        cr_assert_eq(pending_add(&pending, &event, 32u << 20), AJAR_OK);
    cr_assert_gt(pending.capacity, 2u << 20);
    pending_forget(&pending);
    cr_assert_eq(pending.capacity, 0);
}
