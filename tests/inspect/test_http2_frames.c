/* SPDX-License-Identifier: Apache-2.0 */
#include "http2_wire.h"
#include "inspect/http2_frames.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that is added to. */
struct text {
    size_t length;
    char bytes[8192];
};

static struct text story;

static void add(struct text *text, const char *bytes, size_t length)
{
    cr_assert_lt(text->length + length, sizeof text->bytes);
    if (length)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

static void clear(struct text *text)
{
    text->length = 0;
    text->bytes[0] = 0;
}

static void tell(const char *format, unsigned stream, const struct http2_piece *piece)
{
    char line[96];
    int length = snprintf(line, sizeof line, format, stream);
    if (piece)
        length += snprintf(line + length, sizeof line - (size_t)length, "%s%s",
                           piece->promised ? " promised" : "", piece->last ? " last" : "");
    add(&story, line, (size_t)length);
    add(&story, "\n", 1);
}

/* One line for each block, body and reset; bytes of a block or body are joined. */
static enum http2_step hear(struct http2_frames *frames, struct cursor *c, struct text *text)
{
    struct http2_piece piece;
    for (;;) {
        enum http2_step step = http2_frames_next(frames, c, &piece);
        if (piece.data.length && (step == HTTP2_BLOCK || step == HTTP2_DATA))
            add(text, piece.data.text, piece.data.length);
        if (step == HTTP2_BLOCK && piece.begins)
            tell("block %u", piece.stream, NULL);
        if (step == HTTP2_BLOCK && piece.whole) {
            add(&story, text->bytes, text->length);
            tell(" whole %u", piece.stream, &piece);
            clear(text);
        } else if (step == HTTP2_DATA && piece.last) {
            add(&story, text->bytes, text->length);
            tell(" data %u", piece.stream, &piece);
            clear(text);
        } else if (step == HTTP2_RESET || step == HTTP2_GOAWAY) {
            tell(step == HTTP2_RESET ? "reset %u" : "goaway %u", piece.stream, NULL);
        }
        if (step == HTTP2_MORE || step == HTTP2_BROKEN)
            return step;
    }
}

static enum http2_step play(const struct wire *wire, size_t cut)
{
    struct http2_frames frames = {0};
    struct text text = {0};
    struct cursor c = cursor_over(wire->bytes, cut);
    clear(&story);
    if (hear(&frames, &c, &text) == HTTP2_BROKEN)
        return HTTP2_BROKEN;
    c = cursor_over(wire->bytes + cut, wire->length - cut);
    return hear(&frames, &c, &text);
}

static void expect(const struct wire *wire, const char *expected)
{
    for (size_t cut = 0; cut <= wire->length; cut++) {
        cr_assert_eq(play(wire, cut), HTTP2_MORE, "cut %zu", cut);
        cr_assert_str_eq(story.bytes, expected, "cut %zu:\n%s", cut, story.bytes);
    }
}

static void expect_broken(const struct wire *wire)
{
    for (size_t cut = 0; cut <= wire->length; cut++)
        cr_assert_eq(play(wire, cut), HTTP2_BROKEN, "cut %zu", cut);
}

static struct wire *begin(void)
{
    static struct wire wire;
    wire.length = 0;
    wire_settings(&wire);
    return &wire;
}

Test(http2_frames, gives_blocks_and_bodies)
{
    struct wire *wire = begin();
    wire_frame(wire, HEADERS, END_HEADERS, 1, "abc", 3);
    wire_data(wire, 1, 0, "hel");
    wire_data(wire, 1, END_STREAM, "lo");
    wire_frame(wire, HEADERS, END_HEADERS | END_STREAM, 3, "xyz", 3);
    expect(wire, "block 1\nabc whole 1\nhello data 1 last\nblock 3\nxyz whole 3 last\n");
}

Test(http2_frames, takes_padding_and_priority_off)
{
    struct wire *wire = begin();
    wire_frame(wire, HEADERS, END_HEADERS | PADDED | PRIORITY, 1, "\3\0\0\0\0\7abc\0\0\0", 12);
    wire_frame(wire, DATA, END_STREAM | PADDED, 1, "\2hello\0\0", 8);
    wire_frame(wire, DATA, END_STREAM | PADDED, 3, "\5\0\0\0\0\0", 6);
    expect(wire, "block 1\nabc whole 1\nhello data 1 last\n data 3 last\n");
}

Test(http2_frames, joins_continuations)
{
    struct wire *wire = begin();
    wire_frame(wire, HEADERS, END_STREAM, 1, "", 0);
    wire_frame(wire, CONTINUATION, 0, 1, "ab", 2);
    wire_frame(wire, CONTINUATION, 0, 1, "", 0);
    wire_frame(wire, CONTINUATION, END_HEADERS, 1, "c", 1);
    expect(wire, "block 1\nabc whole 1 last\n");
}

Test(http2_frames, tells_promises_resets_and_goodbyes)
{
    struct wire *wire = begin();
    wire_frame(wire, PUSH_PROMISE, END_HEADERS | PADDED, 1, "\1\0\0\0\2abc\0", 9);
    wire_frame(wire, RST_STREAM, 0, 1, "\0\0\0\5", 4);
    wire_frame(wire, GOAWAY, 0, 0, "\0\0\0\7\0\0\0\0debug", 13);
    expect(wire, "block 1\nabc whole 1 promised\nreset 1\ngoaway 7\n");
}

Test(http2_frames, passes_over_other_frames)
{
    struct wire *wire = begin();
    wire_frame(wire, SETTINGS, 1, 0, "", 0);
    wire_frame(wire, PING, 0, 0, "12345678", 8);
    wire_frame(wire, WINDOW_UPDATE, 0, 0, "\0\0\1\0", 4);
    wire_frame(wire, 0x42, 0xff, 9, "unknown", 7);
    wire_data(wire, 1, END_STREAM, "x");
    expect(wire, "x data 1 last\n");
}

Test(http2_frames, passes_frames_of_any_size)
{
    struct wire *wire = begin();
    struct http2_frames frames = {0};
    struct http2_piece piece;
    size_t length = 0;
    wire_bytes(wire, "\xff\xff\xff\0\1\0\0\0\1", 9);
    struct cursor c = cursor_over(wire->bytes, wire->length);
    cr_assert_eq(http2_frames_next(&frames, &c, &piece), HTTP2_MORE);
    while (length < 0xffffff) {
        c = cursor_over(wire->bytes, 16383);
        cr_assert_eq(http2_frames_next(&frames, &c, &piece), HTTP2_DATA);
        length += piece.data.length;
        cr_assert_eq(piece.last, length == 0xffffff);
    }
}

Test(http2_frames, is_broken_by_what_cannot_stand_there)
{
    struct wire *wire = begin();
    wire_frame(wire, DATA, 0, 0, "x", 1);
    expect_broken(wire);
    wire = begin();
    wire_frame(wire, CONTINUATION, END_HEADERS, 1, "x", 1);
    expect_broken(wire);
    wire = begin();
    wire_frame(wire, HEADERS, 0, 1, "x", 1);
    wire_frame(wire, DATA, 0, 1, "x", 1);
    expect_broken(wire);
    wire = begin();
    wire_frame(wire, HEADERS, 0, 1, "x", 1);
    wire_frame(wire, CONTINUATION, 0, 3, "x", 1);
    expect_broken(wire);
    wire = begin();
    wire_frame(wire, DATA, PADDED, 1, "\5abcd", 5);
    expect_broken(wire);
    wire = begin();
    wire_frame(wire, HEADERS, PRIORITY, 1, "abc", 3);
    expect_broken(wire);
}

Test(http2_frames, believes_a_connection_that_begins_with_settings_only)
{
    static struct wire wire;
    wire_frame(&wire, PING, 0, 0, "12345678", 8);
    expect_broken(&wire);
    wire.length = 0;
    wire_frame(&wire, SETTINGS, 1, 0, "", 0);
    expect_broken(&wire);
    wire.length = 0;
    wire_frame(&wire, SETTINGS, 0, 0, "", 0);
    expect(&wire, "");
}

Test(http2_frames, counts_over_what_is_lost_inside_a_body)
{
    struct wire *wire = begin();
    struct http2_frames frames = {0};
    struct http2_piece piece;
    struct text text = {0};
    wire_frame(wire, DATA, END_STREAM | PADDED, 1, "\2hello\0\0", 8);
    struct cursor c = cursor_over(wire->bytes, wire->length - 6);
    clear(&story);
    cr_assert_eq(hear(&frames, &c, &text), HTTP2_MORE);
    cr_assert_eq(http2_frames_gap(&frames, 2, &piece), HTTP2_DATA);
    cr_assert_eq(piece.data.length, 2);
    cr_assert_null(piece.data.text);
    cr_assert_not(piece.last);
    cr_assert_eq(http2_frames_gap(&frames, 4, &piece), HTTP2_DATA);
    cr_assert_eq(piece.data.length, 2);
    cr_assert(piece.last);
    c = cursor_over("\0\0\1\0\1\0\0\0\3x", 10);
    cr_assert_eq(hear(&frames, &c, &text), HTTP2_MORE);
    cr_assert_str_eq(story.bytes, "hx data 3 last\n");
}

Test(http2_frames, does_not_guess_where_a_frame_begins)
{
    struct wire *wire = begin();
    struct http2_piece piece;
    wire_data(wire, 1, 0, "hello");
    for (size_t at = 15; at <= wire->length; at++) {
        struct http2_frames frames = {0};
        struct text text = {0};
        struct cursor c = cursor_over(wire->bytes, at);
        cr_assert_eq(hear(&frames, &c, &text), HTTP2_MORE);
        cr_assert_eq(http2_frames_gap(&frames, 6, &piece), HTTP2_BROKEN, "at %zu", at);
        cr_assert_eq(http2_frames_gap(&frames, 0, &piece), HTTP2_BROKEN, "at %zu", at);
    }
}
