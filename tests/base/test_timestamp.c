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

Test(timestamp, reads_back_what_it_writes)
{
    for (uint64_t time = 1; time < 17000000000000000000u; time += 99999999999999977u) {
        char text[TIMESTAMP_TEXT_MAX];
        uint64_t back = 0;
        timestamp_format(time, text);
        if (text[0] == '2' && text[1] == '5')
            break; /* beyond what is read */
        cr_assert_eq(timestamp_parse(text, &back), AJAR_OK, "%s", text);
        cr_assert_eq(back, time / 1000 * 1000, "%s", text);
    }
}

static void expect_time(const char *text, uint64_t seconds)
{
    uint64_t time = 0;
    cr_expect_eq(timestamp_parse(text, &time), AJAR_OK, "%s", text);
    cr_expect_eq(time, seconds * 1000000000, "%s", text);
}

static void expect_no_time(const char *text)
{
    uint64_t time = 7;
    cr_expect_eq(timestamp_parse(text, &time), AJAR_ERR_FORMAT, "%s", text);
    cr_expect_eq(time, 7);
}

Test(timestamp, reads_days_and_times_of_utc)
{
    expect_time("2019-12-29", 1577577600);
    expect_time("2019-12-29T10:11", 1577614260);
    expect_time("2019-12-29T10:11Z", 1577614260);
    expect_time("2019-12-29T10:11:12Z", 1577614272);
    expect_time("2024-02-29", 1709164800);
}

Test(timestamp, rejects_times_that_do_not_exist)
{
    expect_no_time("");
    expect_no_time("2023-02-29");
    expect_no_time("2019-13-01");
    expect_no_time("2019-12-00");
    expect_no_time("2019-12-32");
    expect_no_time("2019-12-29T24:00");
    expect_no_time("2019-12-29T10:60");
    expect_no_time("2019-12-29T10:11:60");
    expect_no_time("2019-12-29T10:11+01:00");
    expect_no_time("2019-12-29T");
    expect_no_time("29.12.2019");
    expect_no_time("2019-1-1");
    expect_no_time("1969-12-31");
    expect_no_time("2501-01-01");
}
