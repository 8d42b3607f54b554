/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer instead of a tree of values: an event has about 90 members, and building and freeing a
 * tree for each costs more than everything else that happens to the event
 * (docs/decisions/0005-json-writer.md).
 */
#include "emit/json_writer.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define DIGITS_MAX 20    /* of 64 bits */
#define DECIMALS   10000 /* 4 of them */

void json_writer_init(struct json_writer *writer, char *text, size_t size)
{
    *writer = (struct json_writer){.text = text, .size = size};
}

static void put(struct json_writer *writer, const char *bytes, size_t length)
{
    if (writer->full || length > writer->size - writer->used) {
        writer->full = true;
        return;
    }
    memcpy(writer->text + writer->used, bytes, length);
    writer->used += length;
}

static void put_char(struct json_writer *writer, char c)
{
    put(writer, &c, 1);
}

/* The comma if one is needed, and the key. A value never ends in an opening bracket. */
static void put_key(struct json_writer *writer, const char *key)
{
    char last = writer->used ? writer->text[writer->used - 1] : '[';
    if (last != '{' && last != '[')
        put_char(writer, ',');
    if (!key)
        return;
    put_char(writer, '"');
    put(writer, key, strlen(key));
    put(writer, "\":", 2);
}

static struct json_mark begin(struct json_writer *writer, const char *key, char bracket)
{
    struct json_mark mark = {.before = writer->used};
    put_key(writer, key);
    put_char(writer, bracket);
    mark.inside = writer->used;
    return mark;
}

/* What stayed empty is taken back, except the outermost. */
static void end(struct json_writer *writer, struct json_mark mark, char bracket)
{
    if (writer->used == mark.inside && mark.before > 0 && !writer->full)
        writer->used = mark.before;
    else
        put_char(writer, bracket);
}

struct json_mark json_begin_object(struct json_writer *writer, const char *key)
{
    return begin(writer, key, '{');
}

struct json_mark json_begin_array(struct json_writer *writer, const char *key)
{
    return begin(writer, key, '[');
}

void json_end_object(struct json_writer *writer, struct json_mark mark)
{
    end(writer, mark, '}');
}

void json_end_array(struct json_writer *writer, struct json_mark mark)
{
    end(writer, mark, ']');
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_escape(struct json_writer *writer, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char short_from[] = "\"\\\b\f\n\r\t";
    static const char short_to[] = "\"\\bfnrt";
    const char *found = c ? strchr(short_from, c) : NULL;
    if (found) {
        char escape[2] = {'\\', short_to[found - short_from]};
        put(writer, escape, sizeof escape);
    } else {
        char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        put(writer, escape, sizeof escape);
    }
}

/* Valid UTF-8, in runs of what needs no escape. */
static void put_escaped(struct json_writer *writer, const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && !writer->full) {
        size_t run = at;
        while (run < length && (is_plain((unsigned char)text[run]) || (text[run] & 0x80)))
            run++;
        put(writer, text + at, run - at);
        at = run;
        if (at < length)
            put_escape(writer, (unsigned char)text[at++]);
    }
}

void json_add_text_cut(struct json_writer *writer, const char *key, const char *text, size_t size)
{
    if (writer->full)
        return;
    size_t length = 0;
    while (is_plain((unsigned char)text[length]))
        length++;
    bool whole = text[length] == '\0';
    if (whole && length == 0)
        return;
    put_key(writer, key);
    put_char(writer, '"');
    if (whole && length < size) {
        put(writer, text, length);
    } else {
        char valid[JSON_TEXT_MAX];
        length = text_make_utf8(valid, size, text, length + strnlen(text + length, size));
        put_escaped(writer, valid, length);
    }
    put_char(writer, '"');
}

void json_add_text(struct json_writer *writer, const char *key, const char *text)
{
    json_add_text_cut(writer, key, text, JSON_TEXT_MAX);
}

static void put_digits(struct json_writer *writer, uint64_t number)
{
    char digits[DIGITS_MAX];
    size_t first = sizeof digits;
    do
        digits[--first] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    put(writer, digits + first, sizeof digits - first);
}

void json_add_number(struct json_writer *writer, const char *key, uint64_t number)
{
    put_key(writer, key);
    put_digits(writer, number);
}

void json_add_bool(struct json_writer *writer, const char *key, bool value)
{
    put_key(writer, key);
    put(writer, value ? "true" : "false", value ? 4 : 5);
}

void json_add_decimal(struct json_writer *writer, const char *key, double number)
{
    uint64_t scaled = (uint64_t)llround(fabs(number) * DECIMALS);
    put_key(writer, key);
    if (number < 0 && scaled != 0)
        put_char(writer, '-');
    put_digits(writer, scaled / DECIMALS);
    uint64_t decimals = scaled % DECIMALS;
    if (decimals == 0)
        return;
    char text[5] = {'.', (char)('0' + decimals / 1000), (char)('0' + decimals / 100 % 10),
                    (char)('0' + decimals / 10 % 10), (char)('0' + decimals % 10)};
    size_t length = sizeof text;
    while (text[length - 1] == '0')
        length--;
    put(writer, text, length);
}
