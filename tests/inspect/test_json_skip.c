/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/json_skip.h"

#include "inspect/json_block.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* The rule, one byte at a time: how many bytes of the text lie before the closing bracket's end. */
static size_t reference_skip(const char *text, size_t length, uint64_t depth)
{
    bool string = false;
    for (size_t i = 0; i < length; i++) {
        if (string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            string = !string;
        else if (!string && strchr("{[", text[i]))
            depth++;
        else if (!string && strchr("}]", text[i]) && --depth == 0)
            return i + 1;
    }
    return length;
}

/* Skips in pieces of `piece` bytes. */
static size_t skip(const char *text, size_t length, size_t piece, uint64_t depth)
{
    struct json_skip state = {.depth = depth};
    size_t used = 0;
    while (used < length && state.depth) {
        size_t part = length - used < piece ? length - used : piece;
        struct cursor c = cursor_over(text + used, part);
        json_skip_containers(&state, &c);
        used += part - cursor_left(&c);
    }
    return used;
}

static void fill(char *text, size_t length)
{
    static const char letters[] = "\"\"\\{}[],: abcdefghijklmnop\x80\xff\x7b\x5b";
    for (size_t i = 0; i < length; i++)
        text[i] = letters[(size_t)rand() % (sizeof(letters) - 1)];
    for (size_t i = 0; i + 1 < length; i++) { /* a backslash outside a string is no JSON */
        if (text[i] == '\\' && rand() % 2)
            text[i] = 'x';
    }
}

Test(json_skip, reads_the_same_masks_on_every_machine)
{
    char text[JSON_BLOCK_BYTES];
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = round % 2 ? (char)rand() : "\"\\{}[]\x5a\x5e\x7a\x7e\xdb\xfb"[rand() % 12];
        struct json_block native = json_block_read((const uint8_t *)text);
        struct json_block portable = json_block_read_portable((const uint8_t *)text);
        cr_assert_eq(memcmp(&native, &portable, sizeof(native)), 0);
        for (unsigned i = 0; i < 64; i++) {
            cr_assert_eq(portable.quote >> i & 1, text[i] == '"');
            cr_assert_eq(portable.backslash >> i & 1, text[i] == '\\');
            cr_assert_eq(portable.open >> i & 1, text[i] == '{' || text[i] == '[');
            cr_assert_eq(portable.close >> i & 1, text[i] == '}' || text[i] == ']');
        }
    }
}

/* Text whose backslashes all stand in strings, as the scanner's skipped text does. */
static size_t make_text(char *text, size_t most)
{
    size_t length = 0;
    bool string = false;
    while (length + 4 < most) {
        if (rand() % 12 == 0) {
            text[length++] = '"';
            string = !string;
        } else if (string && rand() % 6 == 0) {
            for (int run = 1 + rand() % 3; run && length + 4 < most; run--) {
                text[length++] = '\\';
                text[length++] = "\\\"nu"[rand() % 4];
            }
        } else {
            fill(text + length, 1);
            text[length] = strchr("\"\\", text[length]) ? 'x' : text[length];
            length++;
        }
    }
    return length;
}

Test(json_skip, ends_where_a_byte_at_a_time_ends_however_it_is_cut)
{
    char text[700];
    srand(2);
    for (unsigned round = 0; round < 3000; round++) {
        size_t length = make_text(text, 8 + (size_t)rand() % (sizeof(text) - 8));
        uint64_t depth = 1 + (uint64_t)rand() % 4;
        size_t expected = reference_skip(text, length, depth);
        static const size_t pieces[] = {1, 2, 3, 7, 63, 64, 65, 100, 128, 1000};
        for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
            cr_assert_eq(skip(text, length, pieces[i], depth), expected, "piece %zu round %u",
                         pieces[i], round);
    }
}

Test(json_skip, keeps_an_escape_over_the_end_of_a_block)
{
    char text[130];
    memset(text, 'a', sizeof(text));
    text[0] = '"';
    text[63] = '\\'; /* escapes the quote that begins the next block */
    text[64] = '"';
    text[65] = '}';
    text[66] = '"';
    text[67] = '}';
    cr_assert_eq(skip(text, sizeof(text), sizeof(text), 1), 68);
    text[62] = '\\'; /* now the backslash itself is escaped, and the string ends */
    cr_assert_eq(skip(text, sizeof(text), sizeof(text), 1), 66);
}

Test(json_skip, takes_a_backslash_outside_strings_alike_in_blocks_and_bytes)
{
    char text[130];
    memset(text, ' ', sizeof(text));
    memcpy(text + 3, "\\]\\\"", 4); /* no JSON, but where it ends may not depend on the cut */
    text[100] = ']';
    cr_assert_eq(skip(text, sizeof(text), sizeof(text), 1), 101);
    cr_assert_eq(skip(text, sizeof(text), 1, 1), 101);
}

Test(json_skip, stops_text_at_the_first_quote_or_backslash)
{
    char text[64];
    for (size_t length = 0; length < 40; length++) {
        for (size_t at = 0; at <= length; at++) {
            memset(text, 0xE2, sizeof(text));
            text[at] = at % 2 ? '"' : '\\';
            struct cursor c = cursor_over(text, length);
            json_skip_text(&c);
            cr_assert_eq(length - cursor_left(&c), at);
        }
    }
}

Test(json_skip, passes_bytes_one_off_a_quote)
{
    const char *text = "!#!#!#!#[][][][]\xa2\xdc\xa2\xdc#########";
    struct cursor c = cursor_over(text, strlen(text));
    json_skip_text(&c);
    cr_assert_eq(cursor_left(&c), 0);
}

Test(json_skip, passes_white_space_and_nothing_else)
{
    const char *text = " \n                    \r\t \n\v";
    struct cursor c = cursor_over(text, strlen(text));
    json_skip_blanks(&c);
    cr_assert_eq(cursor_left(&c), 1);
}
