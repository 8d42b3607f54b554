/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/hint_base.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct clue first = {.expression = "toy", .place = CLUE_BODY};
static const struct clue second = {.expression = "^x-toy:", .place = CLUE_HEAD, .by_line = true};
static const struct clue *heads[] = {&second};
static const struct clue *bodies[] = {&first};
static const struct hint_patterns patterns = {.clues = {heads, bodies}, .counts = {1, 1}};

static char *make(size_t *length)
{
    struct hint_base base;
    const struct clue *which = NULL;
    char *bytes = NULL;
    cr_assert_eq(hint_base_compile(&patterns, &base, &which, NULL), AJAR_OK);
    cr_assert_eq(hint_base_write(&base, &bytes, length), AJAR_OK);
    hint_base_clear(&base);
    return bytes;
}

Test(hint_base, hashes_everything_that_a_pattern_is)
{
    struct clue other = first;
    cr_expect_eq(hint_base_hash(&first), hint_base_hash(&other));
    other.any_case = true;
    cr_expect_neq(hint_base_hash(&first), hint_base_hash(&other));
    other = first;
    other.by_line = true;
    cr_expect_neq(hint_base_hash(&first), hint_base_hash(&other));
    other = first;
    other.place = CLUE_HEAD;
    cr_expect_neq(hint_base_hash(&first), hint_base_hash(&other));
    other = first;
    other.expression = "toys";
    cr_expect_neq(hint_base_hash(&first), hint_base_hash(&other));
}

Test(hint_base, survives_its_bytes)
{
    struct hint_base base;
    size_t length = 0;
    char *bytes = make(&length);
    cr_assert_eq(hint_base_read(bytes, length, &base), AJAR_OK);
    cr_expect_eq(base.counts[CLUE_HEAD], 1);
    cr_expect_eq(base.hashes[CLUE_BODY][0], hint_base_hash(&first));
    cr_expect_not_null(base.engines[CLUE_HEAD]);
    cr_expect_not_null(base.engines[CLUE_BODY]);
    hint_base_clear(&base);
    free(bytes);
}

Test(hint_base, refuses_bytes_with_any_one_changed)
{
    struct hint_base base;
    size_t length = 0;
    char *bytes = make(&length);
    for (size_t i = 0; i < length; i += i < 256 ? 1 : 97) {
        bytes[i] ^= 1;
        cr_expect_eq(hint_base_read(bytes, length, &base), AJAR_ERR_FORMAT, "byte %zu", i);
        bytes[i] ^= 1;
    }
    free(bytes);
}

Test(hint_base, refuses_bytes_that_are_cut_anywhere)
{
    struct hint_base base;
    size_t length = 0;
    char *bytes = make(&length);
    for (size_t cut = 0; cut < length; cut += cut < 256 ? 1 : 97)
        cr_expect_eq(hint_base_read(bytes, cut, &base), AJAR_ERR_FORMAT, "cut at %zu", cut);
    free(bytes);
}

Test(hint_base, says_which_pattern_cannot_be_compiled)
{
    struct clue wrong = {.expression = "a(b", .place = CLUE_BODY};
    const struct clue *both[] = {&first, &wrong};
    struct hint_patterns some = {.clues = {heads, both}, .counts = {1, 2}};
    struct hint_base base;
    const struct clue *which = NULL;
    struct problem problem = {.text = ""};
    cr_expect_eq(hint_base_compile(&some, &base, &which, &problem), AJAR_ERR_FORMAT);
    cr_expect_eq(which, &wrong);
    cr_expect(problem.text[0]);
}

Test(hint_base, may_be_empty)
{
    struct hint_patterns none = {.counts = {0}};
    struct hint_base base;
    const struct clue *which = NULL;
    char *bytes = NULL;
    size_t length = 0;
    cr_assert_eq(hint_base_compile(&none, &base, &which, NULL), AJAR_OK);
    cr_assert_eq(hint_base_write(&base, &bytes, &length), AJAR_OK);
    cr_assert_eq(hint_base_read(bytes, length, &base), AJAR_OK);
    hint_base_clear(&base);
    free(bytes);
}
