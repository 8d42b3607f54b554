/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of the table for people: counts columns, so that no line is wider than a screen, and
 * escapes what came from the wire, so that a store's name cannot move the cursor or hide text.
 */
#ifndef AJAR_LEDGER_LINE_H
#define AJAR_LEDGER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LINE_COLUMNS   100
#define LINE_BYTES_MAX (LINE_COLUMNS * 4 + 128) /* UTF-8, and colours */

enum line_colour { LINE_PLAIN, LINE_RED, LINE_YELLOW, LINE_GREEN, LINE_DIM };

struct line {
    char bytes[LINE_BYTES_MAX];
    size_t used;
    unsigned column; /* columns filled so far */
    bool colour;     /* colours are wanted */
};

/* An empty line. */
void line_init(struct line *line, bool colour);

/* Appends text of our own (ASCII), printf-like; what would go past LINE_COLUMNS is cut. */
void line_print(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends text from the wire, escaped, in at most `width` columns; longer text ends in "..". */
void line_print_wire(struct line *line, const char *text, unsigned width);

/* Columns that line_print_wire() would fill without a limit. */
unsigned line_wire_width(const char *text);

/* Fills up with blanks to this column; at least one blank unless the line is empty. */
void line_pad(struct line *line, unsigned column);

/* Changes the colour of what follows; nothing if colours are not wanted. */
void line_set_colour(struct line *line, enum line_colour colour);

/* Columns left. */
unsigned line_left(const struct line *line);

/* Writes the line with a newline, and empties it. */
void line_write(struct line *line, FILE *out);

#define FORMAT_TEXT_MAX 40

/* "1 237" */
const char *format_count(uint64_t number, char text[static FORMAT_TEXT_MAX]);

/* "612 kB", "1.2 MB": powers of 1000, as in capture tools */
const char *format_bytes(uint64_t bytes, char text[static FORMAT_TEXT_MAX]);

/* "26 d 7 h", "3 min 5 s", "4 s", "under 1 s" */
const char *format_duration(uint64_t ns, char text[static FORMAT_TEXT_MAX]);

/* "2019-12-05 09:14:02", UTC */
const char *format_time(uint64_t time_ns, char text[static FORMAT_TEXT_MAX]);

#endif
