/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a query: what conditions on request paths, columns of listings and names of data
 * sets are read from.
 */
#include "detect/query.h"

#include <string.h>
#include <strings.h>

bool query_next(struct slice *query, struct slice *name, struct slice *value)
{
    if (query->length == 0)
        return false;
    const char *amp = memchr(query->text, '&', query->length);
    size_t length = amp ? (size_t)(amp - query->text) : query->length;
    const char *equals = length ? memchr(query->text, '=', length) : NULL;
    size_t name_length = equals ? (size_t)(equals - query->text) : length;
    size_t value_at = name_length + (equals ? 1 : 0);
    *name = (struct slice){query->text, name_length};
    *value = (struct slice){query->text + value_at, length - value_at};
    size_t used = length + (amp ? 1 : 0);
    *query = (struct slice){query->text + used, query->length - used};
    return true;
}

struct slice query_find(struct slice query, const char *name)
{
    struct slice found;
    struct slice value;
    while (query_next(&query, &found, &value))
        if (slice_equals(found, name))
            return value;
    return (struct slice){NULL, 0};
}

static bool is_form_character(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != '\0' && strchr("=&%+.-_*", c));
}

bool query_is_form(struct slice body)
{
    for (size_t i = 0; i < body.length; i++)
        if (!is_form_character(body.text[i]))
            return false;
    return body.length > 0 && memchr(body.text, '=', body.length);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t query_decode(struct slice value, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < value.length && used + 1 < size; i++) {
        char c = value.text[i] == '+' ? ' ' : value.text[i];
        int high = c == '%' && value.length - i > 2 ? hex_digit(value.text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(value.text[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(high << 4 | low);
            i += 2;
        }
        out[used++] = c;
    }
    out[used] = '\0';
    return used;
}

static bool is_word_character(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           c == '-' || c == '.';
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice query_plain(struct slice value, char out[static QUERY_TEXT_MAX])
{
    size_t length = query_decode(value, out, QUERY_TEXT_MAX);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        bool blank = is_blank(out[i]);
        if (blank && (used == 0 || out[used - 1] == ' '))
            continue;
        out[used++] = blank ? ' ' : out[i];
    }
    return (struct slice){out, used};
}

struct slice query_word(struct slice text)
{
    size_t end = 0;
    while (end < text.length && is_word_character(text.text[end]))
        end++;
    return (struct slice){text.text, end};
}

bool query_says(struct slice value, struct slice text, bool anywhere)
{
    if (text.length == 0)
        return true;
    for (size_t at = 0; value.length >= text.length && at <= value.length - text.length; at++) {
        bool same = strncasecmp(value.text + at, text.text, text.length) == 0;
        if (same && anywhere)
            return true;
        if (!anywhere) {
            bool ends = at + text.length == value.length ||
                        !is_word_character(value.text[text.length]) ||
                        !is_word_character(text.text[text.length - 1]);
            return same && ends;
        }
    }
    return false;
}

int query_compare_names(struct slice a, struct slice b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common ? strncasecmp(a.text, b.text, common) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}
