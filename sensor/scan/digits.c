/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in groups: telephone numbers (E.164, North American plan), social security numbers,
 * payment cards (ISO/IEC 7812), dates (ISO 8601). The groups tell them apart; check digits,
 * prefixes and the name of the field decide.
 */
#include "scan/recognise.h"

#include "base/hash.h"

#include <string.h>

#define CARD_DIGITS_MIN 13
#define CARD_DIGITS_MAX 19
#define CARD_REACH      40 /* bytes between a word and the number it speaks of */
#define PHONE_MIN       9
#define PHONE_MAX       15
#define YEAR_FIRST      1970
#define YEAR_LAST       2099

static const char *const identifier_words[] = {"uuid",   "isbn", "order",   "invoice", "serial",
                                               "hash",   "sku",  "version", "ean",     "case",
                                               "ticket", "part", NULL};

static bool is_gap(uint8_t c)
{
    return c == '-' || c == ' ' || c == '.';
}

/* Nothing that belongs to a longer number or word stands before. */
static bool begins_alone(const uint8_t *at, int begin)
{
    uint8_t before = near_byte(at, begin - 1);
    if (!near_word_begins(at, begin) || before == '-' || before == '.' || before == '/' ||
        before == '+' || before == '#')
        return false;
    return !(before == ' ' && is_digit(near_byte(at, begin - 2)));
}

static bool ends_alone(const uint8_t *at, int end)
{
    uint8_t behind = near_byte(at, end);
    if (is_word(behind) || behind == '/')
        return false;
    return !(is_gap(behind) && is_alnum(near_byte(at, end + 1)) && behind != ' ') &&
           !(behind == ' ' && is_digit(near_byte(at, end + 1)));
}

static void take(const uint8_t *at, int begin, int end, struct scan_value *value)
{
    struct scan_span span = {begin, end};
    *value = (struct scan_value){begin, end, near_hash(at, span, true), false};
}

static unsigned number_at(const uint8_t *at, int from, int count)
{
    unsigned number = 0;
    for (int i = 0; i < count; i++)
        number = number * 10 + (near_byte(at, from + i) - (unsigned)'0');
    return number;
}

/* Country codes of three digits by their first two (ITU-T E.164 list of 2016); others have one or
 * two digits. */
static bool is_country(const char *digits)
{
    static const char *const two =
        "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 "
        "64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";
    static const char *const three =
        "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99 ";
    char pair[4] = {digits[0], digits[1], ' ', '\0'};
    return digits[0] == '1' || digits[0] == '7' || strstr(two, pair) || strstr(three, pair);
}

static bool is_area(const char *digits)
{
    return digits[0] >= '2' && !(digits[1] == '1' && digits[2] == '1');
}

/* Up to PHONE_MAX digits with at most two signs between groups; returns how many. */
static int collect_phone(const uint8_t *at, char digits[static PHONE_MAX + 1], int *end)
{
    int count = 0;
    int groups = 1;
    int i = 1;
    for (;;) {
        int run = near_digits(at, i, PHONE_MAX + 1);
        if (count + run > PHONE_MAX)
            return groups > 1 && count >= PHONE_MIN ? count : 0;
        for (int k = 0; k < run; k++)
            digits[count++] = (char)near_byte(at, i + k);
        i += run;
        *end = i;
        if (digits[0] == '1' && count >= 11)
            return count;
        int gap = 0;
        while (gap < 2 && (is_gap(near_byte(at, i + gap)) || near_byte(at, i + gap) == '(' ||
                           near_byte(at, i + gap) == ')'))
            gap++;
        if (gap == 0 || !is_digit(near_byte(at, i + gap)))
            return count;
        i += gap;
        groups++;
    }
}

bool phone_read_international(const uint8_t *at, struct scan_value *value)
{
    char digits[PHONE_MAX + 1] = "";
    int end = 1;
    uint8_t before = near_byte(at, -1);
    if (near_byte(at, 1) == '0' || !near_word_begins(at, 0) || before == '+' || before == ')')
        return false;
    int count = collect_phone(at, digits, &end);
    if (count < PHONE_MIN || !is_country(digits) || is_word(near_byte(at, end)))
        return false;
    if (digits[0] == '1' && (count != 11 || !is_area(digits + 1) || digits[4] < '2'))
        return false;
    if (near_byte(at, 2) == '.' && count > 10 && near_digits(at, 3, PHONE_MAX) >= 7)
        return false; /* a number with decimals */
    take(at, 1, end, value);
    return true;
}

/* `at` is the gap before the last four digits. */
bool phone_read_american(const uint8_t *at, struct scan_value *value)
{
    uint8_t gap = at[0];
    char digits[4];
    int begin = -4;
    if (gap == ' ' || near_digits_before(at, 0, 4) != 3 || near_digits(at, 1, 5) != 4)
        return false;
    if (near_byte(at, begin) == ' ')
        begin--;
    bool bracket = near_byte(at, begin) == ')';
    if (!bracket && (near_byte(at, -4) != gap || begin != -4))
        return false;
    if (near_digits_before(at, begin, 4) != 3)
        return false;
    for (int i = 0; i < 3; i++)
        digits[i] = (char)near_byte(at, begin - 3 + i);
    begin -= 3;
    if (bracket && near_byte(at, --begin) != '(')
        return false;
    digits[3] = '\0';
    if (!is_area(digits) || digits[1] == '9' || near_byte(at, -3) < '2' ||
        !begins_alone(at, begin) || !ends_alone(at, 5) ||
        near_key_contains(at, begin, identifier_words))
        return false;
    take(at, begin, 5, value);
    return true;
}

bool ssn_read(const uint8_t *at, struct scan_value *value)
{
    if (at[0] != '-' || near_digits_before(at, 0, 4) != 3 || near_digits(at, 1, 3) != 2 ||
        near_byte(at, 3) != '-' || near_digits(at, 4, 5) != 4)
        return false;
    unsigned area = number_at(at, -3, 3);
    unsigned group = number_at(at, 1, 2);
    unsigned serial = number_at(at, 4, 4);
    bool sample = (area == 78 && group == 5 && serial == 1120) ||
                  (area == 123 && group == 45 && serial == 6789);
    if (area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 || sample)
        return false;
    if (!begins_alone(at, -3) || !ends_alone(at, 8) || near_key_contains(at, -3, identifier_words))
        return false;
    take(at, -3, 8, value);
    return true;
}

/* Lengths by brand: Visa 13, 16, 19; Mastercard 16; American Express 15; Discover 16..19; Diners
 * 14; JCB 16..19; Maestro 12..19 is left out, its prefixes are everybody's. */
static bool is_brand(const char *digits, int count)
{
    int two = (digits[0] - '0') * 10 + digits[1] - '0';
    int four = two * 100 + (digits[2] - '0') * 10 + digits[3] - '0';
    if (digits[0] == '4')
        return count == 13 || count == 16 || count == 19;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
        return count == 16;
    if (two == 34 || two == 37)
        return count == 15;
    if (two == 36 || two == 38 || (four >= 3000 && four <= 3059))
        return count == 14;
    if (two == 35)
        return four >= 3528 && four <= 3589 && count >= 16;
    return (two == 65 || two == 62 || four == 6011 || (four >= 6440 && four <= 6499)) &&
           count >= 16;
}

/* ISO/IEC 7812-1 annex B. */
static bool luhn_holds(const char *digits, int count)
{
    int sum = 0;
    bool varied = false;
    for (int i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        varied |= digits[i] != digits[0];
        digit = i % 2 ? digit * 2 : digit;
        sum += digit > 9 ? digit - 9 : digit;
    }
    return varied && sum % 10 == 0;
}

bool card_read_plain(const uint8_t *at, int begin, struct scan_value *value)
{
    char digits[CARD_DIGITS_MAX + 1];
    int count = near_digits(at, begin, CARD_DIGITS_MAX + 1);
    if (count < CARD_DIGITS_MIN || count > CARD_DIGITS_MAX)
        return false;
    for (int i = 0; i < count; i++)
        digits[i] = (char)near_byte(at, begin + i);
    if (!begins_alone(at, begin) || !ends_alone(at, begin + count) || !is_brand(digits, count) ||
        !luhn_holds(digits, count))
        return false;
    take(at, begin, begin + count, value);
    return true;
}

/* Groups 4-4-4-4 (and one more of up to three) or 4-6-5 with one sign between; `at` is the first.
 */
bool card_read_grouped(const uint8_t *at, struct scan_value *value)
{
    char digits[CARD_DIGITS_MAX + 1];
    uint8_t gap = at[0];
    int count = 0;
    int i = -4;
    if (gap == '.' || near_digits_before(at, 0, 5) != 4 || !begins_alone(at, -4))
        return false;
    for (;;) {
        int run = near_digits(at, i, 7);
        if (run < 3 || run > 6 || count + run > CARD_DIGITS_MAX)
            return false;
        for (int k = 0; k < run; k++)
            digits[count++] = (char)near_byte(at, i + k);
        i += run;
        if (near_byte(at, i) != gap || !is_digit(near_byte(at, i + 1)) || count >= 16)
            break;
        i++;
    }
    if (count < 14 || !ends_alone(at, i) || !is_brand(digits, count) || !luhn_holds(digits, count))
        return false;
    take(at, -4, i, value);
    return true;
}

bool card_read_behind(const uint8_t *at, struct scan_value *value)
{
    int next = near_byte(at, 1) == '_' || near_byte(at, 1) == '-' ? 2 : 1;
    if (near_is(at, next, "id") && !is_letter(near_byte(at, next + 2))) /* card_id, cardId */
        return false;
    for (int i = 1; i < CARD_REACH; i++) {
        if (is_digit(near_byte(at, i)))
            return card_read_plain(at, i, value);
        if (near_byte(at, i) == '\n' || near_byte(at, i) == '}')
            return false;
    }
    return false;
}

/* Days from 1970-01-01 of the Gregorian calendar (Hinnant, chrono-compatible algorithms). */
static int64_t days_from_civil(int year, int month, int day)
{
    year -= month <= 2;
    int era = year / 400;
    int of_era = year - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* hh:mm or hh:mm:ss behind the date, and +hh:mm; 0 if there is none. */
static int64_t read_time(const uint8_t *at, int from)
{
    if ((near_byte(at, from) != 'T' && near_byte(at, from) != ' ') ||
        near_digits(at, from + 1, 3) != 2 || near_byte(at, from + 3) != ':' ||
        near_digits(at, from + 4, 3) != 2)
        return 0;
    int64_t seconds = number_at(at, from + 1, 2) * 3600 + number_at(at, from + 4, 2) * 60;
    int i = from + 6;
    if (near_byte(at, i) == ':' && near_digits(at, i + 1, 3) == 2) {
        seconds += number_at(at, i + 1, 2);
        i += 3;
    }
    if (near_byte(at, i) == '.')
        i += 1 + near_digits(at, i + 1, 9);
    uint8_t sign = near_byte(at, i);
    if ((sign != '+' && sign != '-') || near_digits(at, i + 1, 4) < 2)
        return seconds;
    int64_t offset = number_at(at, i + 1, 2) * 3600;
    int minutes = near_byte(at, i + 3) == ':' ? i + 4 : i + 3;
    if (near_digits(at, minutes, 2) == 2)
        offset += number_at(at, minutes, 2) * 60;
    return sign == '+' ? seconds - offset : seconds + offset;
}

/* Fields whose dates are not those of the record: of birth, of an end to come. */
static const char *const other_dates[] = {"birth",    "dob",     "geburt", "expir",
                                          "valid",    "until",   "due_",   "duedate",
                                          "end_date", "enddate", "renew",  NULL};

/* `at` is the sign behind the year. */
bool date_read(const uint8_t *at, int64_t *seconds)
{
    if (at[0] != '-' || near_digits_before(at, 0, 5) != 4 || near_digits(at, 1, 3) != 2 ||
        near_byte(at, 3) != '-' || near_digits(at, 4, 3) != 2 || !near_word_begins(at, -4) ||
        near_byte(at, -5) == '-')
        return false;
    int year = (int)number_at(at, -4, 4);
    int month = (int)number_at(at, 1, 2);
    int day = (int)number_at(at, 4, 2);
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 ||
        day > days_in(year, month))
        return false;
    uint8_t behind = near_byte(at, 6);
    if (behind == '-' || (is_word(behind) && behind != 'T' && behind != 'Z'))
        return false;
    *seconds = days_from_civil(year, month, day) * 86400 + read_time(at, 6);
    return true;
}

bool date_is_of_record(const uint8_t *at)
{
    return !near_key_contains(at, -4, other_dates);
}

bool epoch_read(const uint8_t *at, struct scan_span number, int64_t *seconds)
{
    int length = number.end - number.begin;
    if ((length != 10 && length != 13) || near_digits(at, number.begin, 14) != length)
        return false;
    *seconds = number_at(at, number.begin, 9) * INT64_C(10) + near_byte(at, number.begin + 9) - '0';
    return *seconds <= days_from_civil(YEAR_LAST, 12, 31) * 86400;
}
