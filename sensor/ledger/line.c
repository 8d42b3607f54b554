/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the table for people, and numbers, times and durations as people read them. Text from
 * the wire is made valid UTF-8, and characters that change how a terminal shows the rest (controls,
 * C1, bidirectional marks, zero-width ones) are written as escapes.
 */
#include "ledger/line.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

#define WIRE_TEXT_MAX   1024 /* longer text is cut before it is measured */
#define ESCAPE_TEXT_MAX 12
#define NS_PER_S        1000000000ULL

struct range {
    uint32_t first;
    uint32_t last;
};

/* Characters that are not shown as they are. */
static const struct range hidden[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
    {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
};

/* Characters two columns wide (East Asian wide, and pictures). */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f000, 0x1faff},
    {0x20000, 0x3fffd},
};

static bool is_in(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

void line_init(struct line *line, bool colour)
{
    line->used = 0;
    line->column = 0;
    line->colour = colour;
}

unsigned line_left(const struct line *line)
{
    return line->column < LINE_COLUMNS ? LINE_COLUMNS - line->column : 0;
}

static void append(struct line *line, const char *bytes, size_t length, unsigned columns)
{
    if (columns > line_left(line) || line->used + length >= sizeof line->bytes)
        return;
    memcpy(line->bytes + line->used, bytes, length);
    line->used += length;
    line->column += columns;
}

void line_print(struct line *line, const char *format, ...)
{
    char text[LINE_COLUMNS * 2];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t left = line_left(line);
    size_t used = strlen(text);
    append(line, text, used < left ? used : left, (unsigned)(used < left ? used : left));
}

/* One character of valid UTF-8. */
static uint32_t decode(const char *text, size_t *length)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] < 0x80) {
        *length = 1;
        return b[0];
    }
    *length = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    uint32_t c = b[0] & (0xffU >> (*length + 1));
    for (size_t i = 1; i < *length; i++)
        c = c << 6 | (b[i] & 0x3f);
    return c;
}

/* A character as it is shown: itself, or an escape. */
struct glyph {
    char text[ESCAPE_TEXT_MAX];
    size_t length;
    unsigned columns;
};

static size_t next_glyph(const char *text, struct glyph *glyph)
{
    size_t length;
    uint32_t c = decode(text, &length);
    if (!is_in(c, hidden, sizeof hidden / sizeof hidden[0])) {
        memcpy(glyph->text, text, length);
        glyph->length = length;
        glyph->columns = is_in(c, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
        return length;
    }
    int written =
        snprintf(glyph->text, sizeof glyph->text, c < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)c);
    glyph->length = (size_t)written;
    glyph->columns = (unsigned)written;
    return length;
}

static unsigned valid_width(const char *text)
{
    unsigned columns = 0;
    struct glyph glyph;
    while (*text) {
        text += next_glyph(text, &glyph);
        columns += glyph.columns;
    }
    return columns;
}

unsigned line_wire_width(const char *text)
{
    char valid[WIRE_TEXT_MAX];
    (void)text_make_utf8(valid, sizeof valid, text, strlen(text));
    return valid_width(valid);
}

void line_print_wire(struct line *line, const char *text, unsigned width)
{
    char valid[WIRE_TEXT_MAX];
    (void)text_make_utf8(valid, sizeof valid, text, strlen(text));
    if (width > line_left(line))
        width = line_left(line);
    bool whole = valid_width(valid) <= width;
    unsigned room = whole ? width : width >= 2 ? width - 2 : 0;
    struct glyph glyph;
    for (const char *at = valid; *at; room -= glyph.columns) {
        at += next_glyph(at, &glyph);
        if (glyph.columns > room)
            break;
        append(line, glyph.text, glyph.length, glyph.columns);
    }
    if (!whole && width >= 2)
        append(line, "..", 2, 2);
}

void line_pad(struct line *line, unsigned column)
{
    if (column <= line->column && line->column > 0)
        column = line->column + 1;
    while (line->column < column && line_left(line) > 0)
        append(line, " ", 1, 1);
}

void line_set_colour(struct line *line, enum line_colour colour)
{
    static const char *const codes[] = {
        [LINE_PLAIN] = "\033[0m",  [LINE_RED] = "\033[1;31m", [LINE_YELLOW] = "\033[33m",
        [LINE_GREEN] = "\033[32m", [LINE_DIM] = "\033[2m",
    };
    if (line->colour)
        append(line, codes[colour], strlen(codes[colour]), 0);
}

void line_write(struct line *line, FILE *out)
{
    while (line->used > 0 && line->bytes[line->used - 1] == ' ')
        line->used--;
    (void)fwrite(line->bytes, 1, line->used, out);
    (void)fputc('\n', out);
    line_init(line, line->colour);
}

const char *format_count(uint64_t number, char text[static FORMAT_TEXT_MAX])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ' ';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

const char *format_bytes(uint64_t bytes, char text[static FORMAT_TEXT_MAX])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1000.0;
        unit++;
    }
    (void)snprintf(text, FORMAT_TEXT_MAX, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value,
                   units[unit]);
    return text;
}

const char *format_duration(uint64_t ns, char text[static FORMAT_TEXT_MAX])
{
    unsigned long long s = ns / NS_PER_S;
    if (s >= 86400)
        (void)snprintf(text, FORMAT_TEXT_MAX, "%llu d %llu h", s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        (void)snprintf(text, FORMAT_TEXT_MAX, "%llu h %llu min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        (void)snprintf(text, FORMAT_TEXT_MAX, "%llu min %llu s", s / 60, s % 60);
    else if (s > 0)
        (void)snprintf(text, FORMAT_TEXT_MAX, "%llu s", s);
    else
        (void)snprintf(text, FORMAT_TEXT_MAX, "under 1 s");
    return text;
}

const char *format_time(uint64_t time_ns, char text[static FORMAT_TEXT_MAX])
{
    time_t seconds = (time_t)(time_ns / NS_PER_S);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) ||
        strftime(text, FORMAT_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        (void)snprintf(text, FORMAT_TEXT_MAX, "?");
    return text;
}
