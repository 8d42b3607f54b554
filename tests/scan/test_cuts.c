/* SPDX-License-Identifier: Apache-2.0 */
/* However a reply is cut into pieces, the counts are the same. */
#include "scanned.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const pieces[] = {
    "{\"customer_email\":\"anna.jones9 @example.com\",\"ip_address\":\"198.18.3.4\"},",
    "{\"card\":\"4111 1111 1111 "
    "1111\",\"iban\":\"DE89370400440532013000\",\"phone\":\"+4930901820\"},",
    "{\"ssn\":\"536-22-1234\",\"case\":\"SR119000000\",\"note\":\"CONFIDENTIAL. "
    "see\",\"lat\":52.5,\"lon\":13.4},",
    "{\"key\":\"AKIAZ3MHQ5XW7TGLQR2P\",\"u\":\"https://a:b@example.com/"
    "\",\"password\":\"hunter2\"},",
    "{\"opened\":\"2017-03-04T10:11:12Z\",\"ip\":\"2001:db8::17\",\"m\":\"ben [at] example [dot] "
    "org\"},",
    "lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut "
    "labore ",
    "{\"email\":\"j***@***\",\"mobile\":\"415-555-2671\",\"h\":\"$1$abcdefgh$"
    "ABCDEFGHIJKLMNOPQRSTUV\"},",
};

static size_t write_text(char *text, size_t size)
{
    size_t used = 0;
    unsigned state = 3;
    for (;;) {
        state = state * 1664525u + 1013904223u;
        const char *piece = pieces[(state >> 20) % (sizeof pieces / sizeof pieces[0])];
        size_t length = strlen(piece);
        if (used + length > size)
            return used;
        memcpy(text + used, piece, length);
        used += length;
    }
}

static void expect_same(const struct finding *one, const struct finding *other, size_t piece)
{
    cr_assert_eq(one->class_count, other->class_count, "piece %zu", piece);
    cr_assert_eq(one->oldest_s, other->oldest_s);
    cr_assert_eq(one->newest_s, other->newest_s);
    for (unsigned i = 0; i < one->class_count; i++) {
        const struct finding_class *row = class_in(other, one->classes[i].name);
        cr_assert_not_null(row, "piece %zu: %s", piece, one->classes[i].name);
        cr_assert_eq(row->values, one->classes[i].values, "piece %zu: %s", piece, row->name);
        cr_assert_eq(row->odd_new, one->classes[i].odd_new);
        cr_assert_eq(row->masked_new, one->classes[i].masked_new);
        cr_assert_eq(memcmp(&row->distinct, &one->classes[i].distinct, sizeof row->distinct), 0);
    }
}

Test(cuts, any_piece_size_gives_the_same_counts)
{
    static char text[40000];
    static struct finding whole;
    size_t length = write_text(text, sizeof text);
    whole = *scanned_pieces(text, length, length);
    cr_assert_geq(whole.class_count, 14);
    for (size_t piece = 1; piece < 70; piece++)
        expect_same(&whole, scanned_pieces(text, length, piece), piece);
    for (size_t piece = 100; piece < length; piece = piece * 5 / 4 + 1)
        expect_same(&whole, scanned_pieces(text, length, piece), piece);
}

Test(cuts, any_place_of_a_value_counts_once)
{
    static char text[20000];
    for (size_t at = 6100; at < 7400; at += 3) {
        memset(text, '.', sizeof text);
        memcpy(text + at, "{\"email\":\"anna@example.com\"}", 28);
        const struct finding *finding = scanned_pieces(text, sizeof text, 1448);
        cr_assert_eq(finding->class_count, 1, "at %zu", at);
        cr_assert_eq(finding->classes[0].values, 1, "at %zu", at);
        cr_assert(finding->classes[0].by_name, "at %zu", at);
    }
}
