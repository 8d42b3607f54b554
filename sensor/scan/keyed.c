/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "name": value in JSON, wherever it stands. What a recogniser of its own finds anyway (an address,
 * a grouped number) is left to it, so that nothing counts twice.
 */
#include "scan/keyed.h"

#include "scan/recognise.h"

#include <string.h>

#define VALUE_MAX  240
#define BLANKS_MAX 8
#define PAIR_REACH 96 /* bytes between a latitude and its longitude */

static int skip_blanks(const uint8_t *at, int from)
{
    for (int i = 0; i < BLANKS_MAX; i++) {
        uint8_t c = near_byte(at, from);
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            break;
        from++;
    }
    return from;
}

/* The string or number that begins at `from`; an array's first. *quoted: a string. */
static bool read_scalar(const uint8_t *at, int from, bool *quoted, struct scan_span *span)
{
    if (near_byte(at, from) == '[')
        from = skip_blanks(at, from + 1);
    *quoted = near_byte(at, from) == '"';
    int begin = from + *quoted;
    int end = begin;
    while (end - begin < VALUE_MAX) {
        uint8_t c = near_byte(at, end);
        if (*quoted ? c == '"' || c == 0 : !is_digit(c) && c != '-' && c != '.')
            break;
        end += c == '\\' ? 2 : 1;
    }
    *span = (struct scan_span){begin, end};
    return end > begin;
}

bool keyed_is_masked(const uint8_t *at, struct scan_span span)
{
    int stars = 0;
    int crosses = 0;
    for (int i = span.begin; i < span.end; i++) {
        uint8_t c = near_byte(at, i);
        bool bullet = c == 0xe2 && near_byte(at, i + 1) == 0x80 && near_byte(at, i + 2) == 0xa2;
        stars = c == '*' || c == '#' || bullet ? stars + 1 : (c & 0xc0) == 0x80 ? stars : 0;
        crosses = c == 'x' || c == 'X' ? crosses + 1 : 0;
        if (stars == 3 || crosses == 4)
            return true;
    }
    return near_contains(at, span, "redacted") || near_contains(at, span, "masked") ||
           near_contains(at, span, "hidden>") || near_contains(at, span, "<removed");
}

bool keyed_is_hash(const uint8_t *at, struct scan_span span)
{
    static const int lengths[] = {32, 40, 56, 64, 96, 128};
    int length = span.end - span.begin;
    bool fits = false;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        fits |= lengths[i] == length;
    for (int i = span.begin; fits && i < span.end; i++)
        fits = is_hex(near_byte(at, i));
    return fits;
}

struct text_shape {
    int digits;
    int letters;
    int others; /* neither these nor '-', '_', '/', '#' */
};

static struct text_shape shape_of(const uint8_t *at, struct scan_span span)
{
    struct text_shape shape = {0, 0, 0};
    for (int i = span.begin; i < span.end; i++) {
        uint8_t c = near_byte(at, i);
        shape.digits += is_digit(c);
        shape.letters += is_letter(c) || c >= 0x80;
        shape.others += !is_alnum(c) && c < 0x80 && c != '-' && c != '_' && c != '/' && c != '#';
    }
    return shape;
}

/* National writings: digits and few signs. With '+' or in American groups it is found anyway. */
static bool is_phone(const uint8_t *at, struct scan_span span, struct text_shape shape)
{
    struct scan_value found;
    if (shape.letters > 0 || shape.digits < 7 || shape.digits > 15 ||
        span.end - span.begin > 2 * shape.digits || near_byte(at, span.begin) == '+')
        return false;
    for (int i = span.begin; i < span.end; i++)
        if (phone_read_american(at + i, &found))
            return false;
    return true;
}

static bool is_passport(const uint8_t *at, struct scan_span span, struct text_shape shape)
{
    int length = span.end - span.begin;
    return length >= 6 && length <= 11 && shape.digits >= 6 && shape.letters <= 2 &&
           shape.digits + shape.letters == length && !is_letter(near_byte(at, span.end - 1));
}

static bool is_birth_date(struct scan_span span, struct text_shape shape)
{
    int length = span.end - span.begin;
    return length >= 6 && length <= 32 && shape.digits >= 4;
}

static bool is_case_number(struct scan_span span, struct text_shape shape)
{
    int length = span.end - span.begin;
    return length >= 4 && length <= 40 && shape.digits >= 3 && shape.others == 0;
}

static bool is_secret(const uint8_t *at, struct scan_span span, int least)
{
    if (span.end - span.begin < least)
        return false;
    for (int i = span.begin; i < span.end; i++)
        if (near_byte(at, i) <= ' ')
            return false;
    return !near_is(at, span.begin, "${") && !near_is(at, span.begin, "{{");
}

static bool is_plain_ssn(const uint8_t *at, struct scan_span span, struct text_shape shape)
{
    return shape.digits == 9 && span.end - span.begin == 9 && !near_is(at, span.begin, "000") &&
           !near_is(at, span.begin, "666") && near_byte(at, span.begin) != '9';
}

/* A number with decimals between the bounds. */
static bool is_degree(const uint8_t *at, struct scan_span span, int most)
{
    int i = span.begin + (near_byte(at, span.begin) == '-');
    int whole = near_digits(at, i, 4);
    int value = 0;
    for (int k = 0; k < whole; k++)
        value = value * 10 + near_byte(at, i + k) - '0';
    return whole >= 1 && whole <= 3 && value <= most && near_byte(at, i + whole) == '.' &&
           near_digits(at, i + whole + 1, 1) == 1;
}

static int number_end(const uint8_t *at, int from)
{
    while (is_digit(near_byte(at, from)) || near_byte(at, from) == '.' ||
           near_byte(at, from) == '-')
        from++;
    return from;
}

/* The next number behind `from` that is a longitude, after names and signs only. */
static bool read_pair(const uint8_t *at, struct scan_span first, struct scan_value *value)
{
    struct scan_span one = {first.begin, number_end(at, first.begin)};
    if (!is_degree(at, one, 180))
        return false;
    for (int i = one.end; i < one.end + PAIR_REACH; i++) {
        uint8_t c = near_byte(at, i);
        if (c == 0 || c == '{' || c == '}')
            return false;
        if (!is_digit(c) && c != '-')
            continue;
        struct scan_span other = {i, number_end(at, i)};
        struct scan_span both = {one.begin, other.end};
        if (!is_degree(at, other, 180))
            return false;
        *value = (struct scan_value){both.begin, both.end, near_hash(at, both, true), false};
        return true;
    }
    return false;
}

/* A word that stands where only numbers would do is no value. */
bool keyed_fits(const uint8_t *at, struct scan_span span, enum scan_class class_of,
                struct scan_value *value)
{
    struct text_shape shape = shape_of(at, span);
    bool digits_only = class_of == CLASS_PHONE || class_of == CLASS_SSN;
    *value = (struct scan_value){span.begin, span.end, near_hash(at, span, digits_only), false};
    switch (class_of) {
    case CLASS_PHONE:
        return is_phone(at, span, shape);
    case CLASS_SSN:
        return is_plain_ssn(at, span, shape);
    case CLASS_PAYMENT_CARD:
        return card_read_plain(at, span.begin, value);
    case CLASS_PASSPORT:
        return is_passport(at, span, shape);
    case CLASS_DATE_OF_BIRTH:
        return is_birth_date(span, shape);
    case CLASS_CASE_NUMBER:
        return is_case_number(span, shape);
    case CLASS_PASSWORD:
        return is_secret(at, span, 1);
    case CLASS_TOKEN:
        return is_secret(at, span, 12);
    case CLASS_PASSWORD_HASH:
        return keyed_is_hash(at, span);
    case CLASS_PERSON_NAME:
        return shape.letters >= 2 && shape.digits == 0;
    case CLASS_ADDRESS:
        return shape.letters + shape.digits >= 3;
    case CLASS_COORDINATES:
        return read_pair(at, span, value);
    default: /* found by a recogniser of its own, wherever it stands */
        return false;
    }
}

static bool is_name_byte(uint8_t c)
{
    return is_word(c) || c == '-' || c == '.' || c == '@' || c == ' ';
}

/* Whether the text before the quotation mark is a name that the entry fits. */
static bool is_the_name(const uint8_t *at, const struct field_name *known)
{
    char name[NAMES_LENGTH_MAX];
    int length = 0;
    while (length < NAMES_LENGTH_MAX && is_name_byte(near_byte(at, -1 - length)))
        length++;
    if (near_byte(at, -1 - length) != '"')
        return false;
    for (int i = 0; i < length; i++)
        name[i] = (char)near_byte(at, i - length);
    return names_fit(known, name, (size_t)length);
}

static struct keyed read_value(const uint8_t *at, int from, enum scan_class class_of)
{
    struct keyed keyed = {.kind = KEYED_NAME};
    struct scan_span span;
    bool quoted;
    keyed.schema = near_byte(at, from) == '{';
    if (!read_scalar(at, from, &quoted, &span))
        return keyed;
    if (class_of == CLASS_DATE) {
        if (epoch_read(at, span, &keyed.seconds))
            keyed.kind = KEYED_DATE;
        return keyed;
    }
    if (quoted && class_of != CLASS_CONFIDENTIAL && keyed_is_masked(at, span))
        keyed.kind = KEYED_MASKED;
    else if (quoted && class_of != CLASS_PASSWORD_HASH && class_of != CLASS_TOKEN &&
             keyed_is_hash(at, span))
        keyed.kind = KEYED_HASHED;
    else if (keyed_fits(at, span, class_of, &keyed.value))
        keyed.kind = KEYED_VALUE;
    if (keyed.kind == KEYED_MASKED || keyed.kind == KEYED_HASHED)
        keyed.value = (struct scan_value){span.begin, span.end, near_hash(at, span, false), false};
    return keyed;
}

struct keyed keyed_read(const uint8_t *at, const struct field_name *name)
{
    int from = skip_blanks(at, 1);
    if (near_byte(at, from) != ':' || !is_the_name(at, name))
        return (struct keyed){.kind = KEYED_NONE};
    return read_value(at, skip_blanks(at, from + 1), name->class_of);
}
