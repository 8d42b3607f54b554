/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scene.h"

#include "detect/signature.h"

static const char *address_at(const struct report *report, size_t index)
{
    return node_text(node_at(node_get(report_document(report), "exposures"), index), "address");
}

Test(report, puts_what_is_open_to_the_outside_first_then_the_worst)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", CLOSED);
    add(report, "10.0.0.2", INTERNAL);
    add(report, "10.0.0.4", OPEN);
    add(report, "10.0.0.3", OPEN);
    finish(report);
    cr_assert_str_eq(address_at(report, 0), "10.0.0.3");
    cr_assert_str_eq(address_at(report, 1), "10.0.0.4");
    cr_assert_str_eq(address_at(report, 2), "10.0.0.1");
    cr_assert_str_eq(address_at(report, 3), "10.0.0.2");
    cr_assert_eq(total(report, "open"), 3);
    cr_assert_eq(total(report, "closed"), 1);
    report_free(report);
}

static bool is_open_with(const char *more)
{
    struct report *report = make_report(true);
    add(report, "10.0.0.1", more);
    finish(report);
    bool open = report_is_open(report);
    report_free(report);
    return open;
}

Test(report, is_open_while_a_store_stands_open_to_the_outside)
{
    cr_assert(is_open_with(OPEN));
    cr_assert_not(is_open_with(CLOSED));
    cr_assert_not(is_open_with(INTERNAL));
    cr_assert_not(is_open_with(ALLOWED));
}

Test(report, lists_what_is_allowed_only_when_all_is_asked_for)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", ALLOWED);
    finish(report);
    cr_assert_eq(total(report, "allowed"), 0);
    cr_assert_eq(total(report, "exposures"), 0);
    report_free(report);
    report = make_report(true);
    add(report, "10.0.0.1", ALLOWED);
    finish(report);
    cr_assert_eq(total(report, "allowed"), 1);
    cr_assert_eq(total(report, "exposures"), 0);
    assert_says(report, FORM_TEXT, "allowed");
    report_free(report);
}

static const char long_ago[] =
    "{\"address\":\"10.0.0.2\",\"status\":\"closed\",\"open_at_least\":{"
    "\"since\":\"2019-08-01T00:00:00Z\",\"until\":\"2019-08-02T00:00:00Z\"},"
    "\"closed\":{\"at\":\"2019-09-01T00:00:00Z\",\"by\":\"reset\"}}";

Test(report, leaves_out_what_closed_long_ago_and_says_so)
{
    for (int all = 0; all < 2; all++) {
        struct report *report = make_report(all);
        add(report, "10.0.0.1", OPEN);
        cr_assert_eq(report_add_exposure(report, long_ago, strlen(long_ago)), AJAR_OK);
        finish(report);
        cr_assert_eq(total(report, "exposures"), all ? 2 : 1);
        cr_assert_eq(total(report, "closed_long_ago"), all ? 0 : 1);
        report_free(report);
    }
}

static uint64_t count_within(uint64_t since_ns, uint64_t until_ns, const char *more)
{
    struct report_options options = {
        .site = "", .sensor = "", .source = "", .since_ns = since_ns, .until_ns = until_ns};
    struct report *report = NULL;
    cr_assert_eq(report_new(&options, &report), AJAR_OK);
    add(report, "10.0.0.1", more);
    finish(report);
    uint64_t count = total(report, "exposures");
    report_free(report);
    return count;
}

/* Open from 2019-12-05 to 2019-12-31. */
Test(report, takes_what_was_open_between_two_dates)
{
    const uint64_t day = 86400000000000ULL, new_year = MADE_NS;
    cr_assert_eq(count_within(0, 0, CLOSED), 1);
    cr_assert_eq(count_within(new_year - 10 * day, 0, CLOSED), 1);
    cr_assert_eq(count_within(new_year, 0, CLOSED), 0);
    cr_assert_eq(count_within(new_year, 0, OPEN), 1, "it still is");
    cr_assert_eq(count_within(0, new_year - 10 * day, CLOSED), 1);
    cr_assert_eq(count_within(0, new_year - 30 * day, CLOSED), 0);
}

Test(report, counts_documents_that_cannot_be_read)
{
    static const char *const broken[] = {"",
                                         "[]",
                                         "{\"address\":\"10.0.0.1\"}",
                                         "{\"open_at_least\":{\"since\":\"2019-12-05T00:00:00Z\"}}",
                                         "{\"a\":",
                                         "nonsense",
                                         "{\"a\":1,\"a\":2}",
                                         "{\"address\":7,\"open_at_least\":7}"};
    struct report *report = make_report(false);
    size_t count = sizeof broken / sizeof broken[0];
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(report_add_exposure(report, broken[i], strlen(broken[i])), AJAR_ERR_FORMAT);
    finish(report);
    cr_assert_eq(total(report, "unreadable"), count);
    assert_says(report, FORM_TEXT, "8 could not be read");
    report_free(report);
}

/* A hostile Redis may hold anything; nothing of it may be more than text or nothing. */
Test(report, writes_documents_whose_members_are_of_other_kinds)
{
    struct report *report = make_report(true);
    add(report, "10.0.0.1",
        ",\"zone\":7,\"open\":\"yes\",\"severity\":\"bad\",\"clients\":{\"a\":1},\"classes\":[1,[2]"
        ","
        "null],\"windows\":[{}, 4],\"datasets\":\"x\",\"group\":[],\"records\":-5,\"steps\":1");
    add(report, "10.0.0.1", ",\"clients\":[7,{\"steps\":[],\"country\":{}}],\"closed\":\"soon\"");
    finish(report);
    for (enum form form = FORM_TEXT; form <= FORM_JSON; form++)
        free(written(report, form));
    report_free(report);
}

Test(report, says_when_nothing_is_exposed)
{
    struct report *report = make_report(false);
    finish(report);
    assert_says(report, FORM_TEXT, "Nothing exposed in a test.");
    assert_says(report, FORM_HTML, "Nothing exposed");
    assert_says(report, FORM_JSON, "\"exposures\": []");
    report_free(report);
}
