/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/engine.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    unsigned count;
    uint64_t begin;
    uint64_t end;
};

static bool on_match(void *context, uint32_t id, uint64_t begin, uint64_t end)
{
    struct seen *seen = context;
    (void)id;
    *seen = (struct seen){seen->count + 1, begin, end};
    return true;
}

static const struct engine_pattern patterns[] = {
    {.expression = "abc", .id = 1}, {.expression = "x[0-9]y", .id = 2, .any_case = true}};

Test(engine, a_database_survives_its_bytes)
{
    struct engine *made = NULL;
    struct engine *read = NULL;
    struct engine_scratch *scratch = NULL;
    struct engine_stream *stream = NULL;
    struct seen seen = {0, 0, 0};
    char *bytes = NULL;
    size_t length = 0;
    cr_assert_eq(engine_compile(patterns, 2, ENGINE_STREAM, &made, NULL, NULL), AJAR_OK);
    cr_assert_eq(engine_write(made, &bytes, &length), AJAR_OK);
    cr_assert_eq(engine_read(bytes, length, &read), AJAR_OK);
    cr_assert_eq(engine_scratch_add(read, &scratch), AJAR_OK);
    cr_assert_eq(engine_stream_open(read, &stream), AJAR_OK);
    engine_stream_feed(stream, "..a", 3, scratch, on_match, &seen);
    engine_stream_feed(stream, "bc.X5", 5, scratch, on_match, &seen);
    engine_stream_feed(stream, "y", 1, scratch, on_match, &seen);
    cr_expect_eq(seen.count, 2);
    cr_expect_eq(seen.end, 9);
    engine_stream_reset(stream);
    engine_stream_feed(stream, "bc", 2, scratch, on_match, &seen);
    cr_expect_eq(seen.count, 2, "a stream that was reset has forgotten its beginning");
    engine_stream_close(stream);
    engine_scratch_free(scratch);
    engine_free(made);
    engine_free(read);
    free(bytes);
}

Test(engine, bytes_that_are_no_database_are_refused)
{
    struct engine *read = NULL;
    cr_expect_eq(engine_read("nonsense nonsense nonsense nonsense", 32, &read), AJAR_ERR_FORMAT);
    cr_expect_null(read);
}

Test(engine, says_which_pattern_is_wrong)
{
    static const struct engine_pattern wrong[] = {{.expression = "abc", .id = 1},
                                                  {.expression = "a(b", .id = 2}};
    struct engine *made = NULL;
    struct problem problem = {.text = ""};
    int which = -1;
    cr_expect_eq(engine_compile(wrong, 2, ENGINE_STREAM, &made, &which, &problem), AJAR_ERR_FORMAT);
    cr_expect_eq(which, 1);
    cr_expect(strlen(problem.text) > 0);
}

Test(engine, measures_the_shortest_match)
{
    struct engine_pattern pattern = {.expression = "a?b{2,5}"};
    unsigned shortest = 0;
    cr_assert_eq(engine_measure(&pattern, &shortest, NULL), AJAR_OK);
    cr_expect_eq(shortest, 2);
    pattern.expression = "a(";
    cr_expect_eq(engine_measure(&pattern, &shortest, NULL), AJAR_ERR_FORMAT);
}

Test(engine, finds_beginnings_in_whole_texts)
{
    struct engine *made = NULL;
    struct engine_scratch *scratch = NULL;
    struct seen seen = {0, 0, 0};
    cr_assert_eq(engine_compile(patterns, 2, ENGINE_BLOCK_STARTS, &made, NULL, NULL), AJAR_OK);
    cr_assert_eq(engine_scratch_add(made, &scratch), AJAR_OK);
    engine_search(made, "....abc", 7, scratch, on_match, &seen);
    cr_expect_eq(seen.begin, 4);
    cr_expect_eq(seen.end, 7);
    engine_scratch_free(scratch);
    engine_free(made);
}
