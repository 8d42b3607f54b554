/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Databases and their bytes: a head, the hashes of the patterns, the engine's own bytes for each
 * place. Read by the same build alone: numbers stand in the order of the machine.
 */
#include "detect/hint_base.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define HINT_BASE_FORMAT 1

struct base_head {
    char magic[8];
    uint32_t format;
    uint32_t counts[CLUE_PLACES];
    uint32_t reserved;
    uint64_t sizes[CLUE_PLACES]; /* of the engine's bytes */
    uint64_t checksum;           /* of all that follows */
};

static const char magic[8] = "ajarhint";

uint64_t hint_base_hash(const struct clue *clue)
{
    uint64_t parts[] = {clue->place, clue->any_case, clue->by_line,
                        hash_content(clue->expression, strlen(clue->expression))};
    return hash_content(parts, sizeof parts);
}

static enum ajar_status compile_place(const struct hint_patterns *patterns, enum clue_place place,
                                      struct hint_base *base, const struct clue **which,
                                      struct problem *problem)
{
    uint32_t count = patterns->counts[place];
    const struct clue **clues = patterns->clues[place];
    int wrong = -1;
    if (count == 0)
        return AJAR_OK;
    struct engine_pattern *rows = calloc(count, sizeof *rows);
    base->hashes[place] = calloc(count, sizeof *base->hashes[place]);
    enum ajar_status status = AJAR_ERR_MEMORY;
    if (rows && base->hashes[place]) {
        for (uint32_t i = 0; i < count; i++) {
            rows[i] = (struct engine_pattern){.expression = clues[i]->expression,
                                              .id = i,
                                              .any_case = clues[i]->any_case,
                                              .by_line = clues[i]->by_line,
                                              .once = true};
            base->hashes[place][i] = hint_base_hash(clues[i]);
        }
        base->counts[place] = count;
        status = engine_compile(rows, count, ENGINE_BLOCK, &base->engines[place], &wrong, problem);
    }
    if (status != AJAR_OK)
        *which = wrong >= 0 && (uint32_t)wrong < count ? clues[wrong] : NULL;
    free(rows);
    return status;
}

enum ajar_status hint_base_compile(const struct hint_patterns *patterns, struct hint_base *base,
                                   const struct clue **which, struct problem *problem)
{
    struct hint_base made = {.counts = {0}};
    enum ajar_status status = compile_place(patterns, CLUE_HEAD, &made, which, problem);
    if (status == AJAR_OK)
        status = compile_place(patterns, CLUE_BODY, &made, which, problem);
    if (status == AJAR_OK)
        *base = made;
    else
        hint_base_clear(&made);
    return status;
}

void hint_base_clear(struct hint_base *base)
{
    for (size_t place = 0; place < CLUE_PLACES; place++) {
        engine_free(base->engines[place]);
        free(base->hashes[place]);
    }
    *base = (struct hint_base){.counts = {0}};
}

/* Puts the head, the hashes and the databases behind each other. */
static enum ajar_status join(const struct hint_base *base, struct base_head *head,
                             char *const parts[CLUE_PLACES], char **bytes, size_t *length)
{
    size_t hashes = ((size_t)head->counts[0] + head->counts[1]) * sizeof(uint64_t);
    size_t total = sizeof *head + hashes + head->sizes[0] + head->sizes[1];
    char *made = malloc(total);
    if (!made)
        return AJAR_ERR_MEMORY;
    char *at = made + sizeof *head;
    for (size_t place = 0; place < CLUE_PLACES; place++) {
        size_t size = head->counts[place] * sizeof(uint64_t);
        if (size)
            memcpy(at, base->hashes[place], size);
        at += size;
    }
    for (size_t place = 0; place < CLUE_PLACES; place++) {
        if (parts[place])
            memcpy(at, parts[place], head->sizes[place]);
        at += head->sizes[place];
    }
    head->checksum = hash_content(made + sizeof *head, total - sizeof *head);
    memcpy(made, head, sizeof *head);
    *bytes = made;
    *length = total;
    return AJAR_OK;
}

enum ajar_status hint_base_write(const struct hint_base *base, char **bytes, size_t *length)
{
    struct base_head head = {.format = HINT_BASE_FORMAT,
                             .counts = {base->counts[0], base->counts[1]}};
    char *parts[CLUE_PLACES] = {NULL};
    enum ajar_status status = AJAR_OK;
    memcpy(head.magic, magic, sizeof magic);
    for (size_t place = 0; status == AJAR_OK && place < CLUE_PLACES; place++) {
        size_t size = 0;
        if (base->engines[place])
            status = engine_write(base->engines[place], &parts[place], &size);
        head.sizes[place] = size;
    }
    if (status == AJAR_OK)
        status = join(base, &head, parts, bytes, length);
    for (size_t place = 0; place < CLUE_PLACES; place++)
        free(parts[place]);
    return status;
}

/* Whether the bytes are as long as their head says and unharmed. */
static bool is_whole(const struct base_head *head, const char *bytes, size_t length)
{
    uint64_t left = length - sizeof *head;
    for (size_t place = 0; place < CLUE_PLACES; place++) {
        uint64_t hashes = (uint64_t)head->counts[place] * sizeof(uint64_t);
        bool paired = (head->counts[place] == 0) == (head->sizes[place] == 0);
        if (!paired || hashes > left || head->sizes[place] > left - hashes)
            return false;
        left -= hashes + head->sizes[place];
    }
    return left == 0 && head->checksum == hash_content(bytes + sizeof *head, length - sizeof *head);
}

static enum ajar_status read_place(const char *hashes, const char *database, size_t size,
                                   enum clue_place place, struct hint_base *base)
{
    size_t count = base->counts[place];
    if (count == 0)
        return AJAR_OK;
    base->hashes[place] = calloc(count, sizeof(uint64_t));
    if (!base->hashes[place])
        return AJAR_ERR_MEMORY;
    memcpy(base->hashes[place], hashes, count * sizeof(uint64_t));
    return engine_read(database, size, &base->engines[place]);
}

enum ajar_status hint_base_read(const void *bytes, size_t length, struct hint_base *base)
{
    struct base_head head;
    if (length < sizeof head)
        return AJAR_ERR_FORMAT;
    memcpy(&head, bytes, sizeof head);
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.format != HINT_BASE_FORMAT ||
        head.reserved != 0 || !is_whole(&head, bytes, length))
        return AJAR_ERR_FORMAT;
    const char *hashes = (const char *)bytes + sizeof head;
    const char *body_hashes = hashes + head.counts[CLUE_HEAD] * sizeof(uint64_t);
    const char *database = body_hashes + head.counts[CLUE_BODY] * sizeof(uint64_t);
    struct hint_base made = {.counts = {head.counts[0], head.counts[1]}};
    enum ajar_status status = read_place(hashes, database, head.sizes[CLUE_HEAD], CLUE_HEAD, &made);
    if (status == AJAR_OK)
        status = read_place(body_hashes, database + head.sizes[CLUE_HEAD], head.sizes[CLUE_BODY],
                            CLUE_BODY, &made);
    if (status == AJAR_OK)
        *base = made;
    else
        hint_base_clear(&made);
    return status;
}
