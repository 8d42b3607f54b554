/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks, and times as text (RFC 3339). The calendar is computed here because events are written
 * by the thousand and gmtime() takes a lock of the C library for the time zone.
 */
#include "base/timestamp.h"

#include <stdbool.h>

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

/* A decimal number of exactly `digits` digits; moves on. */
static bool read_number(const char **at, int digits, unsigned *number)
{
    unsigned value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (unsigned)(**at - '0');
    }
    *number = value;
    return true;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool read_day(const char **at, uint64_t *day)
{
    unsigned year, month, day_of_month;
    if (!read_number(at, 4, &year) || !read_char(at, '-') || !read_number(at, 2, &month) ||
        !read_char(at, '-') || !read_number(at, 2, &day_of_month) || year < 1970 || year > 2500 ||
        month < 1 || month > 12)
        return false;
    struct tm tm = {.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = 1};
    uint64_t number = (uint64_t)timegm(&tm) / SECONDS_PER_DAY + day_of_month - 1;
    struct date date = date_of_day(number);
    *day = number;
    return date.month == month && date.day == day_of_month; /* else there is no such day */
}

/* Behind the T: hours and minutes, then perhaps seconds and parts of one. */
static bool read_time_of_day(const char **at, uint64_t *time_ns)
{
    unsigned hour, minute, second = 0;
    if (!read_number(at, 2, &hour) || !read_char(at, ':') || !read_number(at, 2, &minute) ||
        (read_char(at, ':') && !read_number(at, 2, &second)) || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    uint64_t part = NS_PER_SECOND;
    *time_ns = (hour * 3600ULL + minute * 60ULL + second) * NS_PER_SECOND;
    if (read_char(at, '.'))
        for (; **at >= '0' && **at <= '9' && part > 1; (*at)++)
            *time_ns += (part /= 10) * (uint64_t)(**at - '0');
    return true;
}

enum ajar_status timestamp_parse(const char *text, uint64_t *time_ns)
{
    uint64_t day, time = 0;
    if (!read_day(&text, &day))
        return AJAR_ERR_FORMAT;
    if (read_char(&text, 'T') && !read_time_of_day(&text, &time))
        return AJAR_ERR_FORMAT;
    (void)read_char(&text, 'Z');
    if (*text)
        return AJAR_ERR_FORMAT;
    *time_ns = day * SECONDS_PER_DAY * NS_PER_SECOND + time;
    return AJAR_OK;
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
