/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include "scanned.h"

#include <criterion/criterion.h>
#include <string.h>

static struct scan_set *set;
static struct scanner *scanner;

static void setup(void)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(scan_set_load(NULL, &set, &problem), AJAR_OK, "%s", problem.text);
    struct scan_options options = {.set = set, .replies_max = 2};
    cr_assert_eq(scanner_new(&options, &scanner), AJAR_OK);
}

static void teardown(void)
{
    scanner_free(scanner);
    scan_set_free(set);
}

TestSuite(scanner, .init = setup, .fini = teardown);

static struct scan_reply *fed(const char *text)
{
    struct scan_reply *reply = scan_begin(scanner, UINT64_C(1577836800000000000));
    cr_assert_not_null(reply);
    scan_feed(scanner, reply, text, strlen(text));
    scan_finish(scanner, reply);
    return reply;
}

static const struct finding *told(struct scan_book *book)
{
    static struct finding finding;
    memset(&finding, 0, sizeof finding);
    scan_book_fill(scanner, book, &finding);
    return &finding;
}

Test(scanner, what_is_not_kept_is_forgotten)
{
    struct scan_book book = {.count = 0};
    scan_give(scanner, fed("anna@example.com"));
    struct scan_reply *reply = fed("ben@example.com");
    scan_keep(scanner, reply, &book, true);
    scan_give(scanner, reply);
    cr_assert_eq(told(&book)->class_count, 1);
    cr_expect_eq(told(&book)->classes[0].values, 1);
    scan_book_clear(scanner, &book);
}

Test(scanner, metadata_has_no_addresses_and_dates)
{
    static const char text[] =
        "{\"ip\":\"198.18.0.1\",\"x\":\"2019-12-05\",\"m\":\"a@example.com\"}";
    struct scan_book book = {.count = 0};
    struct scan_reply *reply = fed(text);
    scan_keep(scanner, reply, &book, false);
    scan_give(scanner, reply);
    cr_assert_eq(told(&book)->class_count, 1);
    cr_expect_str_eq(told(&book)->classes[0].name, "email");
    cr_expect_eq(told(&book)->oldest_s, 0);
    scan_book_clear(scanner, &book);
    reply = fed(text);
    scan_keep(scanner, reply, &book, true);
    scan_give(scanner, reply);
    cr_expect_eq(told(&book)->class_count, 2);
    cr_expect_eq(told(&book)->oldest_s, 1575504000);
    scan_book_clear(scanner, &book);
}

Test(scanner, a_mapping_names_what_only_records_count)
{
    struct scan_book book = {.count = 0};
    struct scan_reply *reply = fed("{\"ip_address\":{\"type\":\"ip\"}}");
    scan_keep(scanner, reply, &book, false);
    scan_give(scanner, reply);
    cr_assert_eq(told(&book)->class_count, 1);
    cr_expect(told(&book)->classes[0].by_name);
    scan_book_clear(scanner, &book);
}

Test(scanner, too_many_replies_at_once_are_counted)
{
    struct scan_reply *one = scan_begin(scanner, 0);
    struct scan_reply *two = scan_begin(scanner, 0);
    cr_assert_not_null(one);
    cr_assert_not_null(two);
    cr_expect_null(scan_begin(scanner, 0));
    cr_expect_eq(scan_counters(scanner)->replies_refused, 1);
    scan_give(scanner, two);
    two = scan_begin(scanner, 0);
    cr_expect_not_null(two);
    scan_give(scanner, one);
    scan_give(scanner, two);
}

Test(scanner, bytes_behind_a_gap_do_not_join_those_before)
{
    struct scan_book book = {.count = 0};
    struct scan_reply *reply = scan_begin(scanner, 0);
    scan_feed(scanner, reply, "anna@exam", 9);
    scan_finish(scanner, reply);
    scan_feed(scanner, reply, "ple.com ben@example.com", 23);
    scan_finish(scanner, reply);
    scan_keep(scanner, reply, &book, true);
    scan_give(scanner, reply);
    cr_assert_eq(told(&book)->class_count, 1);
    cr_expect_eq(told(&book)->classes[0].values, 1);
    cr_expect_eq(scan_counters(scanner)->bytes, 32);
    scan_book_clear(scanner, &book);
}

Test(scanner, keeps_a_masked_sample_only_if_asked)
{
    cr_expect_str_eq(class_in(scanned("anna@example.com"), "email")->sample, "a***@***.com");
    cr_expect_str_eq(class_in(scanned("4111 1111 1111 1111"), "payment_card")->sample, "***1111");
    cr_expect_str_eq(class_in(scanned("{\"password\":\"hunter2\"}"), "password")->sample, "***");
    struct scan_book book = {.count = 0};
    struct scan_reply *reply = fed("anna@example.com");
    scan_keep(scanner, reply, &book, true);
    scan_give(scanner, reply);
    cr_expect_str_empty(told(&book)->classes[0].sample);
    scan_book_clear(scanner, &book);
}
