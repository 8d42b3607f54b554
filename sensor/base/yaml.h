/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML files that people write, as a tree in which every node knows its line, so that an error
 * found long after parsing still names the place. The only part that knows libyaml. Bounded:
 * YAML_NODES_MAX nodes, YAML_ENTRIES_MAX entries of one map, YAML_DEPTH_MAX levels; anchors,
 * aliases, tags, NUL bytes and a second document are refused.
 */
#ifndef AJAR_BASE_YAML_H
#define AJAR_BASE_YAML_H

#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YAML_NODES_MAX   100000
#define YAML_ENTRIES_MAX 4096
#define YAML_DEPTH_MAX   32

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    const char *key;  /* name of this entry when the parent is a map, else NULL */
    const char *text; /* YAML_TEXT: the scalar, NUL-terminated; else NULL */
    bool quoted;      /* the scalar stood in quotes: "null" and "12" are then text */
    int line;         /* of the value, from 1 */
    int column;       /* of the value, from 1 */
    int key_line;     /* of the key, 0 when there is none */
    int key_column;
    size_t count; /* children */
    struct yaml *first;
    struct yaml *next; /* next child of the same parent */
};

struct yaml_file;

/*
 * Reads one document from a file. Errors (unreadable, not YAML, a key twice, an alias, too large)
 * are one sentence "FILE:LINE: what". Free with yaml_close(); nodes live as long as the file.
 */
enum ajar_status yaml_open(const char *path, struct yaml_file **file, struct problem *problem);

/* The same from memory; `name` stands for the file in messages. */
enum ajar_status yaml_open_text(const char *name, const char *text, size_t length,
                                struct yaml_file **file, struct problem *problem);

/* Frees the file and its nodes; accepts NULL. */
void yaml_close(struct yaml_file *file);

/* The name that messages call the file by. */
const char *yaml_name(const struct yaml_file *file);

/* The top node; never NULL (an empty document is an empty map). */
const struct yaml *yaml_root(const struct yaml_file *file);

/* The entry of a map; NULL if there is none or the node is not a map (or NULL). */
const struct yaml *yaml_find(const struct yaml *map, const char *key);

/* "FILE:LINE: " and the text, into *problem; returns AJAR_ERR_FORMAT. */
enum ajar_status yaml_problem(const struct yaml_file *file, const struct yaml *node,
                              struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Reads a whole number between the bounds, else a problem that says them. */
enum ajar_status yaml_read_number(const struct yaml_file *file, const struct yaml *node,
                                  uint64_t least, uint64_t most, uint64_t *number,
                                  struct problem *problem);

/* Fails with the first key of the map that is not in the NULL-terminated list of known ones, naming
 * the one that was probably meant and all of them. */
enum ajar_status yaml_check_keys(const struct yaml_file *file, const struct yaml *map,
                                 const char *const *known, struct problem *problem);

#endif
