/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML 1.1 (libyaml's events) into a tree of lines. All nodes and texts of a file lie in lists
 * that are freed together, so an error half-way needs no care of its own.
 */
#include "base/yaml.h"

#include "base/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BLOCK_BYTES 16384 /* of nodes and texts; a text that is larger gets a block of its own */

struct block {
    struct block *next;
    max_align_t data[];
};

struct yaml_file {
    char *name;
    struct block *blocks; /* everything allocated for the tree; the first is being cut */
    size_t used;          /* bytes of the first */
    size_t size;
    size_t nodes;
    struct yaml *root;
};

/* The containers open while reading. */
struct builder {
    struct yaml_file *file;
    yaml_parser_t parser;
    struct yaml *open[YAML_DEPTH_MAX];
    struct yaml *last[YAML_DEPTH_MAX]; /* last child of each */
    char *key[YAML_DEPTH_MAX];         /* key waiting for its value */
    yaml_mark_t key_mark[YAML_DEPTH_MAX];
    size_t depth;
    struct problem *problem;
};

/* Zeroed memory that lives as long as the file. */
static void *take_memory(struct yaml_file *file, size_t bytes)
{
    size_t rounded = (bytes + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
    if (rounded > file->size - file->used) {
        size_t size = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;
        struct block *block = calloc(1, sizeof *block + size);
        if (!block)
            return NULL;
        block->next = file->blocks;
        file->blocks = block;
        file->used = 0;
        file->size = size;
    }
    void *memory = (char *)file->blocks->data + file->used;
    file->used += rounded;
    return memory;
}

static const char no_anchors[] =
    "anchors (&name), aliases (*name) and tags (!name) are not read here";

static enum ajar_status problem_at(struct builder *b, size_t line, const char *text)
{
    return problem_set(b->problem, AJAR_ERR_FORMAT, "%s:%zu: %s", b->file->name, line, text);
}

static char *copy_text(struct yaml_file *file, const yaml_event_t *event)
{
    size_t length = event->data.scalar.length;
    char *text = take_memory(file, length + 1);
    if (text)
        memcpy(text, event->data.scalar.value, length);
    return text;
}

const struct yaml *yaml_find(const struct yaml *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml *entry = map->first; entry; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

/* Hangs a node under the open container, or makes it the root. */
static enum ajar_status attach(struct builder *b, struct yaml *node)
{
    if (b->depth == 0) {
        b->file->root = node;
        return AJAR_OK;
    }
    size_t top = b->depth - 1;
    struct yaml *parent = b->open[top];
    if (parent->kind == YAML_MAP) {
        node->key = b->key[top];
        node->key_line = (int)b->key_mark[top].line + 1;
        node->key_column = (int)b->key_mark[top].column + 1;
        b->key[top] = NULL;
    }
    if (b->last[top])
        b->last[top]->next = node;
    else
        parent->first = node;
    b->last[top] = node;
    parent->count++;
    return AJAR_OK;
}

static struct yaml *new_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *event)
{
    if (++b->file->nodes > YAML_NODES_MAX) {
        (void)problem_at(b, event->start_mark.line + 1, "too large: more than 100000 values");
        return NULL;
    }
    struct yaml *node = take_memory(b->file, sizeof *node);
    if (!node) {
        (void)problem_at(b, event->start_mark.line + 1, "out of memory");
        return NULL;
    }
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    return node;
}

static bool wants_key(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == YAML_MAP && !b->key[b->depth - 1];
}

static enum ajar_status read_key(struct builder *b, const yaml_event_t *event)
{
    size_t top = b->depth - 1;
    if (b->open[top]->count == YAML_ENTRIES_MAX)
        return problem_at(b, event->start_mark.line + 1, "more than 4096 entries in one map");
    char *key = copy_text(b->file, event);
    if (!key)
        return problem_at(b, event->start_mark.line + 1, "out of memory");
    if (yaml_find(b->open[top], key))
        return problem_set(b->problem, AJAR_ERR_FORMAT, "%s:%zu: '%s' stands here a second time",
                           b->file->name, event->start_mark.line + 1, key);
    b->key[top] = key;
    b->key_mark[top] = event->start_mark;
    return AJAR_OK;
}

static enum ajar_status read_scalar(struct builder *b, const yaml_event_t *event)
{
    if (event->data.scalar.anchor || event->data.scalar.tag)
        return problem_at(b, event->start_mark.line + 1, no_anchors);
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
        return problem_at(b, event->start_mark.line + 1, "text with a NUL byte in it");
    if (wants_key(b))
        return read_key(b, event);
    struct yaml *node = new_node(b, YAML_TEXT, event);
    if (!node)
        return AJAR_ERR_FORMAT;
    node->text = copy_text(b->file, event);
    if (!node->text)
        return problem_at(b, event->start_mark.line + 1, "out of memory");
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(b, node);
}

static enum ajar_status open_container(struct builder *b, enum yaml_kind kind,
                                       const yaml_event_t *event)
{
    bool map = kind == YAML_MAP;
    const yaml_char_t *anchor =
        map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    if (anchor || (map ? event->data.mapping_start.tag : event->data.sequence_start.tag))
        return problem_at(b, event->start_mark.line + 1, no_anchors);
    if (wants_key(b))
        return problem_at(b, event->start_mark.line + 1, "a key must be plain text");
    if (b->depth == YAML_DEPTH_MAX)
        return problem_at(b, event->start_mark.line + 1, "nested too deeply");
    struct yaml *node = new_node(b, kind, event);
    if (!node)
        return AJAR_ERR_FORMAT;
    enum ajar_status status = attach(b, node);
    b->open[b->depth] = node;
    b->last[b->depth] = NULL;
    b->key[b->depth] = NULL;
    b->depth++;
    return status;
}

static enum ajar_status read_event(struct builder *b, const yaml_event_t *event, bool *end)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(b, YAML_LIST, event);
    case YAML_MAPPING_START_EVENT:
        return open_container(b, YAML_MAP, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return AJAR_OK;
    case YAML_ALIAS_EVENT:
        return problem_at(b, event->start_mark.line + 1, no_anchors);
    case YAML_DOCUMENT_START_EVENT:
        if (b->file->root)
            return problem_at(b, event->start_mark.line + 1,
                              "a second document begins here; put it into a file of its own");
        return AJAR_OK;
    case YAML_STREAM_END_EVENT:
        *end = true;
        return AJAR_OK;
    default:
        return AJAR_OK;
    }
}

static enum ajar_status read_document(struct builder *b)
{
    enum ajar_status status = AJAR_OK;
    bool end = false;
    while (status == AJAR_OK && !end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event)) {
            const char *cause = b->parser.problem ? b->parser.problem : "not YAML";
            return problem_set(b->problem, AJAR_ERR_FORMAT, "%s:%zu:%zu: not valid YAML: %s",
                               b->file->name, b->parser.problem_mark.line + 1,
                               b->parser.problem_mark.column + 1, cause);
        }
        status = read_event(b, &event, &end);
        yaml_event_delete(&event);
    }
    return status;
}

/* Makes the file and reads the document with a parser whose input is set by `input` or `text`. */
static enum ajar_status read_from(const char *name, FILE *input, const char *text, size_t length,
                                  struct yaml_file **file, struct problem *problem)
{
    struct yaml_file *made = calloc(1, sizeof *made);
    struct builder b = {.file = made, .problem = problem};
    if (!made || !(made->name = strdup(name)) || !yaml_parser_initialize(&b.parser)) {
        yaml_close(made);
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", name);
    }
    if (input)
        yaml_parser_set_input_file(&b.parser, input);
    else
        yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, length);
    enum ajar_status status = read_document(&b);
    if (status == AJAR_OK && !made->root) {
        made->root = take_memory(made, sizeof *made->root);
        if (made->root)
            *made->root = (struct yaml){.kind = YAML_MAP, .line = 1};
        else
            status = problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", name);
    }
    yaml_parser_delete(&b.parser);
    if (status == AJAR_OK)
        *file = made;
    else
        yaml_close(made);
    return status;
}

enum ajar_status yaml_open(const char *path, struct yaml_file **file, struct problem *problem)
{
    FILE *input = fopen(path, "re");
    if (!input)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    enum ajar_status status = read_from(path, input, NULL, 0, file, problem);
    (void)fclose(input);
    return status;
}

enum ajar_status yaml_open_text(const char *name, const char *text, size_t length,
                                struct yaml_file **file, struct problem *problem)
{
    return read_from(name, NULL, text, length, file, problem);
}

void yaml_close(struct yaml_file *file)
{
    if (!file)
        return;
    for (struct block *block = file->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(file->name);
    free(file);
}

const char *yaml_name(const struct yaml_file *file)
{
    return file->name;
}

const struct yaml *yaml_root(const struct yaml_file *file)
{
    return file->root;
}

enum ajar_status yaml_problem(const struct yaml_file *file, const struct yaml *node,
                              struct problem *problem, const char *format, ...)
{
    char text[PROBLEM_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return problem_set(problem, AJAR_ERR_FORMAT, "%s:%d: %s", file->name, node->line, text);
}

enum ajar_status yaml_read_number(const struct yaml_file *file, const struct yaml *node,
                                  uint64_t least, uint64_t most, uint64_t *number,
                                  struct problem *problem)
{
    char *end = NULL;
    errno = 0;
    const char *text = node->kind == YAML_TEXT ? node->text : "";
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value < least || value > most)
        return yaml_problem(file, node, problem, "'%s' must be a whole number from %llu to %llu",
                            node->key ? node->key : "value", (unsigned long long)least,
                            (unsigned long long)most);
    *number = value;
    return AJAR_OK;
}

enum ajar_status yaml_check_keys(const struct yaml_file *file, const struct yaml *map,
                                 const char *const *known, struct problem *problem)
{
    if (map->kind != YAML_MAP)
        return yaml_problem(file, map, problem, "must be a map of keys, like {%s: ...}", known[0]);
    for (const struct yaml *entry = map->first; entry; entry = entry->next) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], entry->key) != 0)
            i++;
        if (known[i])
            continue;
        char list[384] = "";
        for (size_t k = 0; known[k]; k++) {
            size_t used = strlen(list);
            (void)snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", known[k]);
        }
        const char *meant = nearest_find(entry->key, known);
        return yaml_problem(file, entry, problem, "unknown key '%s'%s%s%s known here: %s",
                            entry->key, meant ? "; did you mean '" : "", meant ? meant : "",
                            meant ? "'?" : ";", list);
    }
    return AJAR_OK;
}
