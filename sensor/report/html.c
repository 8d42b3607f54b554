/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text into HTML (the WHATWG's standard, 13.1 and 13.2.5): five characters have a meaning there;
 * those that are not seen or turn the direction are written as U+FFFD or dropped from sight.
 */
#include "report/html.h"

#include "ledger/line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* Whether a character of UTF-8 (its bytes) may stand as it is. Bidirectional marks, zero-width
 * ones, C1 controls, line and paragraph separators, tags may not. */
static bool is_seen(uint32_t c)
{
    static const uint32_t hidden[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},     {0x115f, 0x1160},
        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
        {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (c >= hidden[i][0] && c <= hidden[i][1])
            return false;
    return true;
}

/* One character of valid UTF-8. */
static uint32_t decode(const char *text, size_t *length)
{
    const unsigned char *b = (const unsigned char *)text;
    *length = b[0] < 0x80 ? 1 : b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    uint32_t c = *length == 1 ? b[0] : b[0] & (0xffU >> (*length + 1));
    for (size_t i = 1; i < *length; i++)
        c = c << 6 | (b[i] & 0x3f);
    return c;
}

void html_text(FILE *out, const char *text)
{
    size_t length;
    for (; *text; text += length) {
        uint32_t c = decode(text, &length);
        if (c == '&')
            (void)fputs("&amp;", out);
        else if (c == '<')
            (void)fputs("&lt;", out);
        else if (c == '>')
            (void)fputs("&gt;", out);
        else if (c == '"')
            (void)fputs("&quot;", out);
        else if (c == '\'')
            (void)fputs("&#39;", out);
        else if (is_seen(c))
            (void)fwrite(text, 1, length, out);
        else
            (void)fprintf(out, "\\u{%" PRIx32 "}", c);
    }
}

void html_print(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(out, format, arguments);
    va_end(arguments);
}

void html_element(FILE *out, const char *tag, const char *class, const char *text)
{
    (void)fprintf(out, class ? "<%s class=\"%s\">" : "<%s>", tag, class);
    html_text(out, text);
    (void)fprintf(out, "</%s>", tag);
}

void html_count(FILE *out, uint64_t count)
{
    char text[FORMAT_TEXT_MAX];
    for (const char *c = format_count(count, text); *c; c++)
        (void)fputs(*c == ' ' ? "&#8239;" : (char[]){*c, '\0'}, out);
}
