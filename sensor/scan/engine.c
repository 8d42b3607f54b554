/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectorscan behind a small interface. Databases are compiled for a processor without extras, so
 * that the one that is built runs everywhere; the library still picks its own fastest code.
 */
#include "scan/engine.h"

#include <hs/hs.h>
#include <stdlib.h>

/* The types of the interface are the library's own under another name. */
static hs_database_t *database_of(const struct engine *engine)
{
    return (hs_database_t *)(uintptr_t)engine;
}

static hs_stream_t *stream_of(struct engine_stream *stream)
{
    return (hs_stream_t *)stream;
}

static hs_scratch_t *scratch_of(struct engine_scratch *scratch)
{
    return (hs_scratch_t *)scratch;
}

static unsigned flags_of(const struct engine_pattern *pattern, enum engine_mode mode)
{
    unsigned flags = (pattern->any_case ? HS_FLAG_CASELESS : 0) |
                     (pattern->by_line ? HS_FLAG_MULTILINE : 0) |
                     (pattern->once ? HS_FLAG_SINGLEMATCH : 0);
    return mode == ENGINE_BLOCK_STARTS ? flags | HS_FLAG_SOM_LEFTMOST : flags;
}

static enum ajar_status compile_lists(const char **expressions, unsigned *flags, unsigned *ids,
                                      size_t count, enum engine_mode mode, struct engine **engine,
                                      int *which, struct problem *problem)
{
    hs_platform_info_t any = {0};
    hs_database_t *made = NULL;
    hs_compile_error_t *error = NULL;
    unsigned how = mode == ENGINE_STREAM ? HS_MODE_STREAM : HS_MODE_BLOCK;
    hs_error_t result =
        hs_compile_multi(expressions, flags, ids, (unsigned)count, how, &any, &made, &error);
    if (result == HS_SUCCESS) {
        *engine = (struct engine *)made;
        return AJAR_OK;
    }
    if (which)
        *which = error ? error->expression : -1;
    enum ajar_status status = problem_set(problem, AJAR_ERR_FORMAT, "%s",
                                          error ? error->message : "the patterns do not compile");
    (void)hs_free_compile_error(error);
    return status;
}

enum ajar_status engine_compile(const struct engine_pattern *patterns, size_t count,
                                enum engine_mode mode, struct engine **engine, int *which,
                                struct problem *problem)
{
    const char **expressions = calloc(count, sizeof *expressions);
    unsigned *numbers = calloc(count, 2 * sizeof *numbers);
    enum ajar_status status = AJAR_ERR_MEMORY;
    if (expressions && numbers) {
        for (size_t i = 0; i < count; i++) {
            expressions[i] = patterns[i].expression;
            numbers[i] = flags_of(&patterns[i], mode);
            numbers[count + i] = patterns[i].id;
        }
        status = compile_lists(expressions, numbers, numbers + count, count, mode, engine, which,
                               problem);
    }
    free(expressions);
    free(numbers);
    return status;
}

enum ajar_status engine_read(const void *bytes, size_t length, struct engine **engine)
{
    hs_database_t *made = NULL;
    hs_error_t result = hs_deserialize_database(bytes, length, &made);
    if (result != HS_SUCCESS)
        return result == HS_NOMEM ? AJAR_ERR_MEMORY : AJAR_ERR_FORMAT;
    *engine = (struct engine *)made;
    return AJAR_OK;
}

enum ajar_status engine_write(const struct engine *engine, char **bytes, size_t *length)
{
    if (hs_serialize_database(database_of(engine), bytes, length) != HS_SUCCESS)
        return AJAR_ERR_MEMORY;
    return AJAR_OK;
}

void engine_free(struct engine *engine)
{
    if (engine)
        (void)hs_free_database(database_of(engine));
}

const char *engine_version(void)
{
    return hs_version();
}

enum ajar_status engine_measure(const struct engine_pattern *pattern, unsigned *shortest,
                                struct problem *problem)
{
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *error = NULL;
    if (hs_expression_info(pattern->expression, flags_of(pattern, ENGINE_STREAM), &info, &error) !=
        HS_SUCCESS) {
        enum ajar_status status = problem_set(problem, AJAR_ERR_FORMAT, "%s",
                                              error ? error->message : "it cannot be read");
        (void)hs_free_compile_error(error);
        return status;
    }
    *shortest = info->min_width;
    free(info);
    return AJAR_OK;
}

enum ajar_status engine_scratch_add(const struct engine *engine, struct engine_scratch **scratch)
{
    hs_scratch_t *room = scratch_of(*scratch);
    if (hs_alloc_scratch(database_of(engine), &room) != HS_SUCCESS)
        return AJAR_ERR_MEMORY;
    *scratch = (struct engine_scratch *)room;
    return AJAR_OK;
}

void engine_scratch_free(struct engine_scratch *scratch)
{
    if (scratch)
        (void)hs_free_scratch(scratch_of(scratch));
}

enum ajar_status engine_stream_open(const struct engine *engine, struct engine_stream **stream)
{
    hs_stream_t *made = NULL;
    if (hs_open_stream(database_of(engine), 0, &made) != HS_SUCCESS)
        return AJAR_ERR_MEMORY;
    *stream = (struct engine_stream *)made;
    return AJAR_OK;
}

void engine_stream_close(struct engine_stream *stream)
{
    if (stream)
        (void)hs_close_stream(stream_of(stream), NULL, NULL, NULL);
}

void engine_stream_reset(struct engine_stream *stream)
{
    (void)hs_reset_stream(stream_of(stream), 0, NULL, NULL, NULL);
}

struct listening {
    engine_listener listener;
    void *context;
};

static int on_match(unsigned id, unsigned long long begin, unsigned long long end, unsigned flags,
                    void *context)
{
    const struct listening *listening = context;
    (void)flags;
    return listening->listener(listening->context, id, begin, end) ? 0 : 1;
}

void engine_stream_feed(struct engine_stream *stream, const void *data, size_t length,
                        struct engine_scratch *scratch, engine_listener listener, void *context)
{
    struct listening listening = {listener, context};
    (void)hs_scan_stream(stream_of(stream), data, (unsigned)length, 0, scratch_of(scratch),
                         on_match, &listening);
}

void engine_search(const struct engine *engine, const void *data, size_t length,
                   struct engine_scratch *scratch, engine_listener listener, void *context)
{
    struct listening listening = {listener, context};
    (void)hs_scan(database_of(engine), data, (unsigned)length, 0, scratch_of(scratch), on_match,
                  &listening);
}
