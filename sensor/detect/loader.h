/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the signature loader share. Used only while loading. */
#ifndef AJAR_DETECT_LOADER_H
#define AJAR_DETECT_LOADER_H

#include "base/yaml.h"
#include "detect/arena.h"
#include "detect/signature.h"

struct loader {
    struct signature *signature; /* being made */
    const struct yaml_file *file;
    struct problem *problem;
};

/* "FILE:LINE: text" into the problem; always AJAR_ERR_FORMAT. */
#define loader_fail(loader, node, ...)                                                             \
    yaml_problem((loader)->file, (node), (loader)->problem, __VA_ARGS__)

/* Memory of the signature; sets the problem when there is none. */
void *loader_take(struct loader *loader, size_t count, size_t size);

/* The text of a scalar entry, or a problem. `what` says what is expected ("a name"). */
enum ajar_status loader_read_text(struct loader *loader, const struct yaml *node, const char *what,
                                  const char **text);

/* The text of an optional entry of a map; *text is left alone where there is none. */
enum ajar_status loader_find_text(struct loader *loader, const struct yaml *map, const char *key,
                                  const char **text);

/* true or false of an optional entry; *value is left alone where there is none. */
enum ajar_status loader_find_bool(struct loader *loader, const struct yaml *map, const char *key,
                                  bool *value);

/* A problem unless the node is a list of at most `most` entries. */
enum ajar_status loader_check_list(struct loader *loader, const struct yaml *node, size_t most);

/* Checks that too, and takes memory for an array of `size` bytes an entry. */
enum ajar_status loader_list_room(struct loader *loader, const struct yaml *list, size_t most,
                                  size_t size, void **room);

/* A scalar or a list of scalars into a NULL-terminated array of `room` pointers. */
enum ajar_status loader_read_words(struct loader *loader, const struct yaml *node,
                                   const char **words, size_t room);

/* A scalar or a list of scalars, or with `key` also maps {name: NAME, KEY: TEXT}, into an array of
 * `room`, the last of which stays zero. */
enum ajar_status loader_read_named(struct loader *loader, const struct yaml *node, const char *key,
                                   struct named_text *list, size_t room);

/* The bit of a mark by name; made where it is new and `make` is set, else a problem. */
enum ajar_status loader_mark(struct loader *loader, const struct yaml *node, bool make,
                             uint64_t *bit);

/* `equals`, `starts`, `contains`, `above`, `between` of a map. */
enum ajar_status loader_read_test(struct loader *loader, const struct yaml *map, struct test *test);

/* Role, mark, test and product of a map; appends nothing. */
enum ajar_status loader_read_fact(struct loader *loader, const struct yaml *map, struct fact *fact);

/* identity: proven|likely|none of a map; *identity is left alone where there is none. */
enum ajar_status loader_read_identity(struct loader *loader, const struct yaml *map,
                                      enum identity *identity);

/* Bytes written as "50 4b 03 04", of the signature's memory. */
enum ajar_status loader_read_hex(struct loader *loader, const struct yaml *node,
                                 const uint8_t **bytes, size_t *length);

/* What the file says of itself: all keys at the top that are no section. */
enum ajar_status loader_read_about(struct loader *loader, const struct yaml *root);

/* The sections of the file, each by its node (which may be NULL: section absent). */
enum ajar_status loader_read_headers(struct loader *loader, const struct yaml *list);
enum ajar_status loader_read_texts(struct loader *loader, const struct yaml *list);
enum ajar_status loader_read_json(struct loader *loader, const struct yaml *map);
enum ajar_status loader_read_xml(struct loader *loader, const struct yaml *map);
enum ajar_status loader_read_tables(struct loader *loader, const struct yaml *map);
enum ajar_status loader_read_identities(struct loader *loader, const struct yaml *list);
enum ajar_status loader_read_refusals(struct loader *loader, const struct yaml *exceptions,
                                      const struct yaml *refusals);
enum ajar_status loader_read_requests(struct loader *loader, const struct yaml *list);
enum ajar_status loader_read_bodies(struct loader *loader, const struct yaml *list);
enum ajar_status loader_read_examples(struct loader *loader, const struct yaml *list);

/* Rules of a loaded signature that repeat or hide each other, as signature_check(). */
enum ajar_status signature_check_conflicts(const struct signature *signature,
                                           struct problem *problem);

/* The plan for the groups and table of `wanted`, made where it is new. */
enum ajar_status loader_find_plan(struct loader *loader, const struct yaml *node,
                                  const struct plan *wanted, uint16_t *number);

/* The member names by which a plan reads bodies that are not decoded. */
enum ajar_status loader_make_keys(struct loader *loader, struct plan *plan);

/* Frees what a plan does not keep in the signature's own memory. */
void plan_clear(struct plan *plan);

#endif
