/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/resp.h"
#include "ledger/findings.h"

#include <stdlib.h>

Test(resp, writes_lengths_before_words)
{
    struct resp resp = {.bytes = NULL};
    resp_begin(&resp, 3);
    resp_add_text(&resp, "SET");
    resp_add(&resp, "a\r\n\0b", 5);
    resp_add_number(&resp, 12);
    const char want[] = "*3\r\n$3\r\nSET\r\n$5\r\na\r\n\0b\r\n$2\r\n12\r\n";
    cr_assert_eq(resp.used, sizeof want - 1);
    cr_assert_eq(memcmp(resp.bytes, want, resp.used), 0);
    cr_assert_not(resp.failed);
    resp_clear(&resp);
    cr_assert_eq(resp.used, 0);
}

Test(resp, writes_empty_words)
{
    struct resp resp = {.bytes = NULL};
    resp_add_text(&resp, "");
    cr_assert_eq(resp.used, 6);
    cr_assert_eq(memcmp(resp.bytes, "$0\r\n\r\n", 6), 0);
    resp_clear(&resp);
}

Test(resp, fails_at_its_limit_and_stays_failed)
{
    struct resp resp = {.bytes = NULL};
    char *big = calloc(1, RESP_BYTES_MAX);
    cr_assert(big);
    resp_add(&resp, big, RESP_BYTES_MAX / 2);
    cr_assert_not(resp.failed);
    resp_add(&resp, big, RESP_BYTES_MAX / 2);
    cr_assert(resp.failed);
    resp_add_text(&resp, "more");
    cr_assert(resp.failed);
    resp_clear(&resp);
    cr_assert_not(resp.failed);
    free(big);
}

static void assert_number(uint64_t number, const char *want)
{
    struct resp resp = {.bytes = NULL};
    resp_add_number(&resp, number);
    cr_assert_eq(resp.used, strlen(want));
    cr_assert_eq(memcmp(resp.bytes, want, resp.used), 0);
    resp_clear(&resp);
}

Test(resp, writes_numbers_of_any_size)
{
    assert_number(0, "$1\r\n0\r\n");
    assert_number(10, "$2\r\n10\r\n");
    assert_number(UINT64_MAX, "$20\r\n18446744073709551615\r\n");
}

Test(resp, joins_words_and_counts_them)
{
    struct resp first = {.bytes = NULL}, second = {.bytes = NULL};
    resp_add_text(&first, "a");
    resp_add_text(&second, "b");
    resp_add_text(&second, "c");
    resp_join(&first, &second);
    cr_assert_eq(first.words, 3);
    cr_assert_eq(memcmp(first.bytes, "$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", 21), 0);
    resp_empty(&first);
    cr_assert_eq(first.words + first.used, 0);
    resp_join(&first, &(struct resp){.failed = true});
    cr_assert(first.failed, "what failed before fails the whole");
    resp_clear(&first);
    resp_clear(&second);
}
