/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks, and times as text (RFC 3339). The calendar is computed here because events are written
 * by the thousand and gmtime() takes a lock of the C library for the time zone.
 */
#include "base/timestamp.h"

#define NS_PER_SECOND   1000000000ULL
#define SECONDS_PER_DAY 86400ULL

struct date {
    unsigned year;
    unsigned month; /* 1..12 */
    unsigned day;   /* 1..31 */
};

/* Days since 1970 to the Gregorian date: counts years from 1 March, so that the leap day is the
 * last one, in eras of 400 years (146,097 days). */
static struct date date_of_day(uint64_t days_since_1970)
{
    uint64_t days = days_since_1970 + 719468; /* since 0000-03-01 */
    uint64_t era = days / 146097;
    uint64_t day_of_era = days % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month_from_march = (5 * day_of_year + 2) / 153;

    struct date date;
    date.day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    date.month = (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    date.year = (unsigned)(year_of_era + era * 400 + (date.month <= 2));
    return date;
}

static char *put_number(char *at, unsigned value, int digits, char after)
{
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    at[digits] = after;
    return at + digits + 1;
}

void timestamp_format(uint64_t time_ns, char text[static TIMESTAMP_TEXT_MAX])
{
    uint64_t seconds = time_ns / NS_PER_SECOND;
    unsigned second_of_day = (unsigned)(seconds % SECONDS_PER_DAY);
    struct date date = date_of_day(seconds / SECONDS_PER_DAY);

    char *at = put_number(text, date.year, 4, '-');
    at = put_number(at, date.month, 2, '-');
    at = put_number(at, date.day, 2, 'T');
    at = put_number(at, second_of_day / 3600, 2, ':');
    at = put_number(at, second_of_day / 60 % 60, 2, ':');
    at = put_number(at, second_of_day % 60, 2, '.');
    at = put_number(at, (unsigned)(time_ns % NS_PER_SECOND / 1000), 6, 'Z');
    *at = '\0';
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now); /* cannot fail for the clocks used here */
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t timestamp_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t timestamp_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
