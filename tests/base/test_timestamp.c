/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <criterion/criterion.h>
#include <time.h>

static void expect_text(uint64_t time_ns, const char *expected)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(time_ns, text);
    cr_expect_str_eq(text, expected);
}

Test(timestamp, is_rfc_3339_with_microseconds)
{
    expect_text(0, "1970-01-01T00:00:00.000000Z");
    expect_text(1577614272123456789, "2019-12-29T10:11:12.123456Z");
    expect_text(951782400ull * 1000000000u, "2000-02-29T00:00:00.000000Z");
    expect_text(4107542399ull * 1000000000u + 999999999u, "2100-02-28T23:59:59.999999Z");
    expect_text(4107542400ull * 1000000000u, "2100-03-01T00:00:00.000000Z");
    expect_text(UINT64_MAX, "2554-07-21T23:34:33.709551Z");
}

Test(timestamp, agrees_with_the_c_library)
{
    for (uint64_t day = 0; day < 213000; day += 17) {
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        char expected[TIMESTAMP_TEXT_MAX];
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
        expect_text((uint64_t)seconds * 1000000000u, expected);
    }
}

Test(timestamp, reads_the_clocks)
{
    uint64_t now = timestamp_now();
    cr_assert_gt(now / 1000000000u, 1700000000u); /* after 2023 */
    uint64_t before = timestamp_monotonic();
    cr_assert_geq(timestamp_monotonic(), before);
}

Test(timestamp, parts_seconds_from_the_rest)
{
    struct timespec time = timestamp_to_timespec(1577614331123456789);
    cr_assert_eq(time.tv_sec, 1577614331);
    cr_assert_eq(time.tv_nsec, 123456789);
}
