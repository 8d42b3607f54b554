/* SPDX-License-Identifier: Apache-2.0 */
#include "scanned.h"

#include <criterion/criterion.h>

#define PHONES(text) values_of("phone", text)
#define CARDS(text)  values_of("payment_card", text)
#define SSNS(text)   values_of("ssn", text)

Test(digits, finds_international_phones)
{
    cr_expect_eq(PHONES("+49 30 901820 or +44 (20) 7946-0958 or +14155552671"), 3);
    cr_expect_eq(PHONES("{\"a\":\"+351912345678\"}"), 1);
    cr_expect_eq(PHONES("+1 415 555 2671"), 1);
}

Test(digits, sums_zones_and_decimals_are_no_phones)
{
    cr_expect_eq(PHONES("2019-12-05T10:00:00+0000 +01:00 1e+1234567890"), 0);
    cr_expect_eq(PHONES("+1.2345678901234"), 0);
    cr_expect_eq(PHONES("+1 115 555 2671"), 0);
    cr_expect_eq(PHONES("+999999999999"), 1);
    cr_expect_eq(PHONES("+2199 1234"), 0);
    cr_expect_eq(PHONES("a+14155552671"), 0);
}

Test(digits, finds_american_phones)
{
    cr_expect_eq(PHONES("call 415-555-2671 or (415) 555-2671 or 415.555.2671"), 3);
}

Test(digits, identifiers_are_no_phones)
{
    cr_expect_eq(PHONES("{\"order_no\":\"415-555-2671\"}"), 0);
    cr_expect_eq(PHONES("{\"reach\":\"415-555-2671\"}"), 1);
    cr_expect_eq(PHONES("550e8400-e29b-41d4-a716-446655440000"), 0);
    cr_expect_eq(PHONES("12345678-1234-1234-1234-123456789012"), 0);
    cr_expect_eq(PHONES("SKU-415-555-2671 415-555-2671-9 1415-555-2671 911-555-2671"), 0);
    cr_expect_eq(PHONES("115-555-2671 415-155-2671"), 0);
}

Test(digits, a_phone_counts_once)
{
    cr_expect_eq(PHONES("{\"phone\":\"+1-415-555-2671\"}"), 1);
    cr_expect_eq(PHONES("{\"phone\":\"415-555-2671\"}"), 1);
    cr_expect_eq(PHONES("{\"phone\":\"0791 234 56 78\"}"), 1);
    cr_expect_eq(PHONES("{\"phone\":5551234567}"), 1);
}

Test(digits, finds_cards_by_groups_key_or_word)
{
    cr_expect_eq(CARDS("4111 1111 1111 1111"), 1);
    cr_expect_eq(CARDS("5500-0055-5555-5559"), 1);
    cr_expect_eq(CARDS("3782 822463 10005"), 1);
    cr_expect_eq(CARDS("{\"card_number\":\"4111111111111111\"}"), 1);
    cr_expect_eq(CARDS("{\"pan\":4111111111111111}"), 1);
    cr_expect_eq(CARDS("{\"creditCard\":\"378282246310005\"}"), 1);
    cr_expect_eq(CARDS("paid with visa 4111111111111111 today"), 1);
}

Test(digits, epochs_and_ids_are_no_cards)
{
    cr_expect_eq(CARDS("{\"ts\":1575540000000,\"id\":4111111111111111}"), 0);
    cr_expect_eq(CARDS("{\"card_id\":4111111111111111}"), 0);
    cr_expect_eq(CARDS("{\"card\":{\"created\":1575540000000}}"), 0);
    cr_expect_eq(CARDS("{\"card_number\":\"4111111111111112\"}"), 0);
    cr_expect_eq(CARDS("{\"card_number\":\"4444444444444444\"}"), 0);
    cr_expect_eq(CARDS("4111 1111 1111 1112"), 0);
    cr_expect_eq(CARDS("1234 5678 9012 3452"), 0);
    cr_expect_eq(CARDS("4111 1111-1111 1111"), 0);
}

Test(digits, finds_social_security_numbers)
{
    cr_expect_eq(SSNS("536-22-1234"), 1);
    cr_expect_eq(SSNS("{\"ssn\":\"536221234\"}"), 1);
    cr_expect_eq(SSNS("{\"other\":\"536221234\"}"), 0);
    cr_expect_eq(SSNS("000-22-1234 666-22-1234 936-22-1234 536-00-1234 536-22-0000"), 0);
    cr_expect_eq(SSNS("078-05-1120 123-45-6789"), 0);
    cr_expect_eq(SSNS("1536-22-1234 536-22-12345 536-22-1234-1 A536-22-1234"), 0);
    cr_expect_eq(SSNS("{\"part_no\":\"536-22-1234\"}"), 0);
}

static int64_t oldest(const char *text)
{
    return scanned(text)->oldest_s;
}

static int64_t newest(const char *text)
{
    return scanned(text)->newest_s;
}

Test(digits, reads_dates_of_records)
{
    cr_expect_eq(oldest("{\"opened\":\"2005-01-02T03:04:05Z\"}"), 1104635045);
    cr_expect_eq(newest("{\"a\":\"2005-01-02\",\"b\":\"2019-12-28 23:59\"}"), 1577577540);
    cr_expect_eq(oldest("{\"a\":\"2005-01-02\",\"b\":\"2019-12-28 23:59\"}"), 1104624000);
    cr_expect_eq(oldest("{\"@timestamp\":\"2019-12-05T10:00:00.123+01:00\"}"), 1575536400);
    cr_expect_eq(oldest("{\"created_at\":1575540000000}"), 1575540000);
    cr_expect_eq(oldest("{\"ts\":1575540000}"), 1575540000);
}

Test(digits, other_numbers_and_dates_are_none_of_records)
{
    cr_expect_eq(oldest("{\"bytes\":1575540000}"), 0);
    cr_expect_eq(oldest("{\"birth_date\":\"1985-01-02\"}"), 0);
    cr_expect_eq(oldest("{\"expires\":\"2019-12-05\"}"), 0);
    cr_expect_eq(oldest("{\"a\":\"2099-12-31\"}"), 0);
    cr_expect_eq(oldest("{\"a\":\"2019-13-05\",\"b\":\"2019-02-30\",\"c\":\"1969-12-31\"}"), 0);
    cr_expect_eq(oldest("{\"a\":\"2020-02-29\"}"), 1582934400);
    cr_expect_eq(oldest("12019-12-05 2019-12-05-1 2019-12-051"), 0);
}
