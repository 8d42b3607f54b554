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
    if (near_byte(at, from) > ' ')
        return from;
    for (int i = 0; i < BLANKS_MAX; i++) {
        uint8_t c = near_byte(at, from);
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            break;
        from++;
    }
    return from;
}

static bool is_bullet(const uint8_t *at, int i)
{
    return near_byte(at, i) == 0xe2 && near_byte(at, i + 1) == 0x80 && near_byte(at, i + 2) == 0xa2;
}

/* Three signs in a row, or `least` letters x. */
static bool has_mask_run(const uint8_t *at, struct scan_span span, int least)
{
    int stars = 0;
    int crosses = 0;
    for (int i = span.begin; i < span.end; i++) {
        uint8_t c = near_byte(at, i);
        if (c == '*' || c == '#' || is_bullet(at, i))
            stars++;
        else if ((c & 0xc0) != 0x80)
            stars = 0;
        crosses = (c | 0x20) == 'x' ? crosses + 1 : 0;
        if (stars == 3 || crosses == least)
            return true;
    }
    return false;
}

/* What a value is made of. */
struct shape {
    struct scan_span span;
    bool quoted;
    int digits;
    int letters;
    int signs; /* '-', '_', '/', '#', that numbers of cases have */
    int masks; /* '*', '#', 'x', 'X', bullets */
};

/* What a byte adds to the counters of count_bytes(): four of 16 bits in one word. */
#define DIGIT  UINT64_C(1)
#define LETTER (UINT64_C(1) << 16) /* of ASCII, and bytes of UTF-8 */
#define SIGN   (UINT64_C(1) << 32)
#define MASK   (UINT64_C(1) << 48)

static const uint64_t weights[256] = {
    ['#'] = SIGN | MASK,
    ['*'] = MASK,
    ['-'] = SIGN,
    ['/'] = SIGN,
    ['0' ... '9'] = DIGIT,
    ['A' ... 'W'] = LETTER,
    ['X'] = LETTER | MASK,
    ['Y' ... 'Z'] = LETTER,
    ['_'] = SIGN,
    ['a' ... 'w'] = LETTER,
    ['x'] = LETTER | MASK,
    ['y' ... 'z'] = LETTER,
    [0x80 ... 0xe1] = LETTER,
    [0xe2] = LETTER | MASK, /* a bullet's first byte */
    [0xe3 ... 0xff] = LETTER,
};

/* Where the string that begins at `begin` ends: the next quotation mark that no odd number of
 * backslashes stands before, at most VALUE_MAX bytes on; the end of the reply
 * where there is none. */
static int string_end(const uint8_t *at, int begin)
{
    int limit = begin + VALUE_MAX;
    int from = begin;
    for (;;) {
        const uint8_t *quote = memchr(at + from, '"', (size_t)(limit - from));
        int end =
            quote ? (int)(quote - at) : begin + (int)strnlen((const char *)at + begin, VALUE_MAX);
        int slashes = 0;
        while (end - slashes > begin && at[end - slashes - 1] == '\\')
            slashes++;
        if (!quote || slashes % 2 == 0)
            return end;
        from = end + 1;
    }
}

static int number_end(const uint8_t *at, int from)
{
    while (is_digit(near_byte(at, from)) || near_byte(at, from) == '.' ||
           near_byte(at, from) == '-')
        from++;
    return from;
}

static void count_bytes(const uint8_t *at, struct shape *shape)
{
    uint64_t counts = 0;
    for (int i = shape->span.begin; i < shape->span.end; i++)
        counts += weights[at[i]];
    shape->digits = (int)(counts & 0xffff);
    shape->letters = (int)(counts >> 16 & 0xffff);
    shape->signs = (int)(counts >> 32 & 0xffff);
    shape->masks = (int)(counts >> 48);
}

/* The string or number that begins at `from`; an array's first. It lies where near_byte() may
 * look: names are followed by few blanks. */
static bool read_scalar(const uint8_t *at, int from, struct shape *shape)
{
    if (near_byte(at, from) == '[')
        from = skip_blanks(at, from + 1);
    *shape = (struct shape){.quoted = near_byte(at, from) == '"'};
    int begin = from + shape->quoted;
    int end = shape->quoted ? string_end(at, begin) : number_end(at, begin);
    shape->span = (struct scan_span){begin, end};
    count_bytes(at, shape);
    return end > begin;
}

_Static_assert(VALUE_MAX + 3 * BLANKS_MAX + 4 < SCAN_BEHIND, "a value lies within reach");

static bool is_masked(const uint8_t *at, const struct shape *shape, enum scan_class class_of)
{
    uint8_t open = near_byte(at, shape->span.begin);
    int word =
        shape->span.begin + (open == '[' || open == '<' || open == '(' || open == '{' ? 1 : 0);
    uint8_t first = to_lower(near_byte(at, word));
    if (shape->masks < 3 && first != 'r' && first != 'm' && first != 'h')
        return false;
    /* no word has three letters x where numbers stand */
    bool number = class_of == CLASS_SSN || class_of == CLASS_IPV4 || class_of == CLASS_IPV6;
    return (shape->masks >= 3 && has_mask_run(at, shape->span, number ? 3 : 4)) ||
           near_is(at, word, "redacted") || near_is(at, word, "masked") ||
           near_is(at, word, "hidden>") || near_is(at, word, "removed");
}

static bool is_hash(const uint8_t *at, struct scan_span span)
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

static int length_of(const struct shape *shape)
{
    return shape->span.end - shape->span.begin;
}

/* National writings: digits and few signs. With '+' or in American groups it is found anyway. */
static bool is_phone(const uint8_t *at, const struct shape *shape)
{
    struct scan_value found;
    struct scan_span span = shape->span;
    if (shape->letters > 0 || shape->digits < 7 || shape->digits > 15 ||
        length_of(shape) > 2 * shape->digits || near_byte(at, span.begin) == '+')
        return false;
    for (int i = span.begin; i < span.end; i++)
        if (!is_digit(near_byte(at, i)) && phone_read_american(at + i, &found))
            return false;
    return true;
}

/* Nine or so capitals and digits: countries mix them in many ways (ICAO 9303-3 4.2.2). */
static bool is_passport(const uint8_t *at, const struct shape *shape)
{
    int length = length_of(shape);
    if (length < 6 || length > 12 || shape->digits < 5 || shape->digits + shape->letters != length)
        return false;
    for (int i = shape->span.begin; i < shape->span.end; i++)
        if (!is_digit(near_byte(at, i)) && !is_upper(near_byte(at, i)))
            return false;
    return true;
}

static bool is_birth_date(const struct shape *shape)
{
    return length_of(shape) >= 6 && length_of(shape) <= 32 && shape->digits >= 4;
}

static bool is_case_number(const struct shape *shape)
{
    int length = length_of(shape);
    return length >= 4 && length <= 40 && shape->digits >= 3 &&
           shape->digits + shape->letters + shape->signs == length;
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

/* Nine digits, or in groups with blanks between; with '-' it is found anyway. */
static bool is_plain_ssn(const uint8_t *at, const struct shape *shape)
{
    int begin = shape->span.begin;
    bool grouped = length_of(shape) == 11 && near_byte(at, begin + 3) == ' ' &&
                   near_byte(at, begin + 6) == ' ';
    return shape->digits == 9 && (length_of(shape) == 9 || grouped) && !near_is(at, begin, "000") &&
           !near_is(at, begin, "666") && near_byte(at, begin) != '9';
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

/* A second number under another name is no longitude of the first. */
static bool belongs_to_pair(const uint8_t *at, int begin)
{
    static const char *const names[] = {"lat", "lon", "lng", NULL};
    struct scan_span key;
    return !near_key(at, begin, &key) || near_key_contains(at, begin, names);
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
        if (!is_degree(at, other, 180) || !belongs_to_pair(at, i))
            return false;
        *value = (struct scan_value){both.begin, both.end, near_hash(at, both, true), false};
        return true;
    }
    return false;
}

/* Whether it can be a value of the class; *value is written then. */
static bool fits(const uint8_t *at, const struct shape *shape, enum scan_class class_of,
                 struct scan_value *value)
{
    switch (class_of) {
    case CLASS_PHONE:
        return is_phone(at, shape);
    case CLASS_SSN:
        return is_plain_ssn(at, shape);
    case CLASS_IBAN:
        return iban_read_small(at, shape->span.begin, value);
    case CLASS_PASSPORT:
        return is_passport(at, shape);
    case CLASS_DATE_OF_BIRTH:
        return is_birth_date(shape);
    case CLASS_CASE_NUMBER:
        return is_case_number(shape);
    case CLASS_PASSWORD:
        return is_secret(at, shape->span, 1);
    case CLASS_TOKEN:
        return is_secret(at, shape->span, 12);
    case CLASS_PASSWORD_HASH:
        return is_hash(at, shape->span);
    case CLASS_PERSON_NAME:
        return shape->letters >= 2 && shape->digits == 0;
    case CLASS_ADDRESS:
        return shape->letters + shape->digits >= 3;
    case CLASS_COORDINATES:
        return read_pair(at, shape->span, value);
    default: /* found by a recogniser of its own, wherever it stands */
        return false;
    }
}

static struct scan_value value_of(const uint8_t *at, const struct shape *shape,
                                  enum scan_class class_of)
{
    bool only_digits = class_of == CLASS_PHONE || class_of == CLASS_SSN;
    return (struct scan_value){shape->span.begin, shape->span.end,
                               near_hash(at, shape->span, only_digits), false};
}

/* Whether a value that begins so can say anything: dates and places are numbers here. */
static bool can_begin(const uint8_t *at, int from, enum scan_class class_of)
{
    uint8_t c = near_byte(at, from);
    if (class_of == CLASS_COORDINATES && c == '"')
        c = near_byte(at, from + 1);
    if (class_of == CLASS_DATE)
        return is_digit(c);
    return class_of != CLASS_COORDINATES || c == '[' || c == '-' || is_digit(c);
}

static struct keyed read_value(const uint8_t *at, int from, const struct field_name *name)
{
    enum scan_class class_of = name->class_of;
    struct keyed keyed = {.kind = KEYED_NAME};
    struct shape shape;
    keyed.schema = near_byte(at, from) == '{';
    if (!can_begin(at, from, class_of) || !read_scalar(at, from, &shape))
        return keyed;
    if (class_of == CLASS_DATE) {
        if (epoch_read(at, shape.span, &keyed.seconds))
            keyed.kind = KEYED_DATE;
        return keyed;
    }
    if (class_of == CLASS_ADDRESS && machine_is_named(at, shape.span)) {
        keyed.kind = KEYED_NONE;
        return keyed;
    }
    bool secret = class_of == CLASS_PASSWORD_HASH || class_of == CLASS_TOKEN;
    if (shape.quoted && is_masked(at, &shape, class_of)) {
        keyed.kind = KEYED_MASKED;
    } else if (shape.quoted && !secret && is_hash(at, shape.span)) {
        keyed.kind = KEYED_HASHED;
    } else if (class_of == CLASS_PAYMENT_CARD) {
        /* behind the word "card" its own recogniser finds it */
        if (!strstr(name->text, "card") && card_read_plain(at, shape.span.begin, &keyed.value))
            keyed.kind = KEYED_VALUE;
    } else if (fits(at, &shape, class_of, &keyed.value)) {
        keyed.kind = KEYED_VALUE;
        if (class_of != CLASS_COORDINATES && class_of != CLASS_IBAN)
            keyed.value = value_of(at, &shape, class_of);
    }
    return keyed;
}

struct keyed keyed_read(const uint8_t *at, const struct field_name *name)
{
    int from = skip_blanks(at, 1);
    if (near_byte(at, from) != ':')
        return (struct keyed){.kind = KEYED_NONE};
    return read_value(at, skip_blanks(at, from + 1), name);
}
