/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of paths into JSON documents (a subset of RFC 6901 with "[]" and "*"), compiled into
 * places: every place knows its array elements, its "*" member and, through one hash table of
 * (place, name), its members by name. Built once at start-up, then read by every JSON scan.
 */
#include "inspect/json_paths.h"

#include <stdlib.h>
#include <string.h>

struct place {
    uint64_t name_lengths; /* bit (length mod 64) for every member name below */
    uint16_t tag;
    uint16_t element;
    uint16_t any_member;
    uint16_t parent;
    uint16_t name_length;
    char *name; /* NULL unless the place is a member by name */
};

struct json_paths {
    struct place *places; /* [0] is JSON_NODE_NONE */
    size_t count;
    size_t capacity;
    uint16_t *table; /* open addressing, JSON_NODE_NONE = free; 0 or a power of two slots */
    size_t slots;
};

/* One step of a path, unescaped. */
struct step {
    char name[JSON_KEY_MAX];
    size_t length;
    bool is_element;
    bool is_any;
};

enum ajar_status json_paths_new(struct json_paths **paths)
{
    struct json_paths *made = calloc(1, sizeof(*made));
    if (!made)
        return AJAR_ERR_MEMORY;
    made->capacity = 16;
    made->places = calloc(made->capacity, sizeof(*made->places));
    if (!made->places) {
        free(made);
        return AJAR_ERR_MEMORY;
    }
    made->count = JSON_NODE_ROOT + 1;
    *paths = made;
    return AJAR_OK;
}

void json_paths_free(struct json_paths *paths)
{
    if (!paths)
        return;
    for (size_t i = 0; i < paths->count; i++)
        free(paths->places[i].name);
    free(paths->places);
    free(paths->table);
    free(paths);
}

/* Mixes the place with length, head and tail of the name. The table holds our own paths and is
 * read only, so a sender of documents can make no chain of it longer. */
static uint64_t hash_member(uint16_t parent, const char *name, size_t length)
{
    uint64_t head = 0;
    uint64_t tail = 0;
    size_t edge = length < 8 ? length : 8;
    memcpy(&head, name, edge);
    memcpy(&tail, name + length - edge, edge);
    uint64_t hash = (head ^ (uint64_t)length << 48) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= (tail + parent) * UINT64_C(0xC2B2AE3D27D4EB4F);
    return hash ^ hash >> 29;
}

static uint16_t find_member(const struct json_paths *paths, uint16_t node, const char *name,
                            size_t length)
{
    if (!(paths->places[node].name_lengths >> (length & 63) & 1))
        return JSON_NODE_NONE;
    size_t slot = hash_member(node, name, length) & (paths->slots - 1);
    for (; paths->table[slot]; slot = (slot + 1) & (paths->slots - 1)) {
        const struct place *place = &paths->places[paths->table[slot]];
        if (place->parent == node && place->name_length == length &&
            memcmp(place->name, name, length) == 0)
            return paths->table[slot];
    }
    return JSON_NODE_NONE;
}

static void table_insert(struct json_paths *paths, uint16_t node)
{
    const struct place *place = &paths->places[node];
    size_t slot = hash_member(place->parent, place->name, place->name_length) & (paths->slots - 1);
    while (paths->table[slot])
        slot = (slot + 1) & (paths->slots - 1);
    paths->table[slot] = node;
}

/* Makes room for one more place, and keeps the table at most half full. */
static enum ajar_status reserve_place(struct json_paths *paths)
{
    if (paths->count > JSON_PLACES_MAX)
        return AJAR_ERR_LIMIT;
    if (paths->count == paths->capacity) {
        struct place *larger = realloc(paths->places, paths->capacity * 2 * sizeof(*larger));
        if (!larger)
            return AJAR_ERR_MEMORY;
        paths->places = larger;
        paths->capacity *= 2;
    }
    if (paths->slots >= 2 * paths->capacity)
        return AJAR_OK;
    uint16_t *table = calloc(2 * paths->capacity, sizeof(*table));
    if (!table)
        return AJAR_ERR_MEMORY;
    free(paths->table);
    paths->table = table;
    paths->slots = 2 * paths->capacity;
    for (size_t i = JSON_NODE_ROOT; i < paths->count; i++) {
        if (paths->places[i].name)
            table_insert(paths, (uint16_t)i);
    }
    return AJAR_OK;
}

static enum ajar_status add_member(struct json_paths *paths, uint16_t parent,
                                   const struct step *step, uint16_t node)
{
    struct place *place = &paths->places[node];
    place->name = malloc(step->length + 1);
    if (!place->name)
        return AJAR_ERR_MEMORY;
    memcpy(place->name, step->name, step->length);
    place->name[step->length] = 0;
    place->name_length = (uint16_t)step->length;
    paths->places[parent].name_lengths |= UINT64_C(1) << (step->length & 63);
    table_insert(paths, node);
    return AJAR_OK;
}

/* The place one step below `parent`, made if it is new. */
static enum ajar_status follow_step(struct json_paths *paths, const struct step *step,
                                    uint16_t parent, uint16_t *node)
{
    struct place *above = &paths->places[parent];
    uint16_t found = step->is_element ? above->element
                     : step->is_any   ? above->any_member
                                      : find_member(paths, parent, step->name, step->length);
    if (found) {
        *node = found;
        return AJAR_OK;
    }
    enum ajar_status status = reserve_place(paths);
    if (status)
        return status;
    above = &paths->places[parent];
    uint16_t made = (uint16_t)paths->count;
    paths->places[made] = (struct place){.parent = parent};
    if (step->is_element)
        above->element = made;
    else if (step->is_any)
        above->any_member = made;
    else if ((status = add_member(paths, parent, step, made)))
        return status;
    paths->count++;
    *node = made;
    return AJAR_OK;
}

/* Reads the step that begins behind a '/' and moves *path to its end. */
static enum ajar_status read_step(const char **path, struct step *step, const char *whole,
                                  struct problem *problem)
{
    const char *at = *path;
    *step = (struct step){.length = 0};
    for (; *at && *at != '/'; at++) {
        if (step->length == JSON_KEY_MAX)
            return problem_set(problem, AJAR_ERR_FORMAT,
                               "JSON path \"%.80s...\": a name is longer than %d bytes", whole,
                               JSON_KEY_MAX);
        if (*at == '~' && at[1] != '0' && at[1] != '1')
            return problem_set(problem, AJAR_ERR_FORMAT,
                               "JSON path \"%s\": write \"~0\" for '~' and \"~1\" for '/'", whole);
        step->name[step->length++] = *at != '~' ? *at : *++at == '0' ? '~' : '/';
    }
    size_t written = (size_t)(at - *path);
    if (written == 0)
        return problem_set(problem, AJAR_ERR_FORMAT,
                           "JSON path \"%s\": a name is missing between or behind '/'", whole);
    step->is_element = written == 2 && memcmp(*path, "[]", 2) == 0;
    step->is_any = written == 1 && **path == '*';
    *path = at;
    return AJAR_OK;
}

/* Follows all steps of `path`, making what is new. */
static enum ajar_status follow_path(struct json_paths *paths, const char *path, uint16_t *node,
                                    struct problem *problem)
{
    uint16_t at = JSON_NODE_ROOT;
    unsigned depth = 0;
    struct step step;
    for (const char *rest = path; *rest && path[1]; depth++) {
        rest++;
        if (depth == JSON_DEPTH_MAX)
            return problem_set(problem, AJAR_ERR_FORMAT,
                               "JSON path \"%.80s...\": more than %d steps", path, JSON_DEPTH_MAX);
        enum ajar_status status = read_step(&rest, &step, path, problem);
        if (status)
            return status;
        status = follow_step(paths, &step, at, &at);
        if (status)
            return problem_set(problem, status, "JSON path \"%.80s\": %s", path,
                               ajar_status_text(status));
    }
    *node = at;
    return AJAR_OK;
}

enum ajar_status json_paths_add(struct json_paths *paths, const char *path, uint16_t *tag,
                                struct problem *problem)
{
    if (*path != '/')
        return problem_set(problem, AJAR_ERR_FORMAT,
                           "JSON path \"%s\": must begin with '/', like \"/hits/total\"", path);
    if (*tag == JSON_TAG_NONE)
        return problem_set(problem, AJAR_ERR_USAGE, "JSON path \"%s\": the tag 0 means none", path);
    uint16_t node;
    enum ajar_status status = follow_path(paths, path, &node, problem);
    if (status)
        return status;
    if (paths->places[node].tag == JSON_TAG_NONE)
        paths->places[node].tag = *tag;
    *tag = paths->places[node].tag;
    return AJAR_OK;
}

uint16_t json_paths_tag(const struct json_paths *paths, uint16_t node)
{
    return paths->places[node].tag;
}

bool json_paths_goes_below(const struct json_paths *paths, uint16_t node, bool is_array)
{
    const struct place *place = &paths->places[node];
    return is_array ? place->element : place->any_member || place->name_lengths;
}

uint16_t json_paths_element(const struct json_paths *paths, uint16_t node)
{
    return paths->places[node].element;
}

uint16_t json_paths_member(const struct json_paths *paths, uint16_t node, const char *name,
                           size_t length, bool cut)
{
    uint16_t found = cut ? JSON_NODE_NONE : find_member(paths, node, name, length);
    return found ? found : paths->places[node].any_member;
}
