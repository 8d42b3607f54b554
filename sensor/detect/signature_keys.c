/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Member names that say something wherever they stand: what a plan's JSON paths come to in bodies
 * of YAML, CBOR and SMILE, which are searched and not decoded (detect/binary.c). A path is its last
 * name then; facts that only a whole path can tell have none.
 */
#include "detect/loader.h"

#include <string.h>

#define KEYS_OF_FACT 2 /* a fact is content or a data set, and sets a mark */

struct key_maker {
    const struct signature *signature;
    struct plan *plan;
    size_t room;
};

/* The last name of a path; `rest` is what follows: "", "/[]" or "/ *". False if there is none. */
static bool last_name(const char *path, struct body_key *key, const char **rest)
{
    size_t length = strlen(path);
    *rest = path + length;
    while (length > 0) {
        const char *step = memrchr(path, '/', length);
        if (!step)
            return false;
        size_t used = length - (size_t)(step - path) - 1;
        bool is_name = used > 0 && !(used == 2 && memcmp(step + 1, "[]", 2) == 0) &&
                       !(used == 1 && step[1] == '*') && !memchr(step, '~', used + 1);
        if (is_name) {
            key->name = step + 1;
            key->length = (uint8_t)used;
            return used <= BODY_KEY_MAX;
        }
        *rest = step;
        length = (size_t)(step - path);
    }
    return false;
}

static bool is_content(enum role role)
{
    return role == ROLE_RECORD || role == ROLE_DOCUMENT || role == ROLE_VALUE;
}

/* Whether the path lies inside a record of the plan. */
static bool is_in_record(const struct key_maker *maker, const char *path)
{
    const struct signature *signature = maker->signature;
    for (size_t g = 0; g < signature->group_count; g++)
        for (size_t i = 0; maker->plan->groups >> g & 1 && i < signature->groups[g].count; i++) {
            const struct json_fact *entry = &signature->groups[g].facts[i];
            size_t length = strlen(entry->path);
            if (signature->facts[entry->fact].role == ROLE_RECORD &&
                strncmp(path, entry->path, length) == 0 && path[length] == '/')
                return true;
        }
    return false;
}

static void add_key(struct key_maker *maker, struct body_key key)
{
    struct plan *plan = maker->plan;
    for (size_t i = 0; i < plan->key_count && key.kind != KEY_MARK; i++) {
        const struct body_key *known = &plan->keys[i];
        if (known->kind == key.kind && known->length == key.length &&
            memcmp(known->name, key.name, key.length) == 0)
            return;
    }
    if (plan->key_count < maker->room)
        plan->keys[plan->key_count++] = key;
}

/* Content: present itself, or with something in it where the path goes on. */
static void add_content(struct key_maker *maker, struct body_key key, bool named, const char *rest)
{
    if (!named && strcmp(rest, "/[]") == 0)
        maker->plan->top_list = true;
    if (!named)
        return;
    key.kind = rest[0] == '\0' ? KEY_DOCUMENT : strcmp(rest, "/[]") == 0 ? KEY_LIST : KEY_MAP;
    if (key.kind != KEY_MAP || strcmp(rest, "/*") == 0)
        add_key(maker, key);
}

static void add_fact(struct key_maker *maker, const struct json_fact *entry)
{
    const struct fact *fact = &maker->signature->facts[entry->fact];
    struct body_key key = {.fact = entry->fact};
    const char *rest = "";
    bool named = last_name(entry->path, &key, &rest);
    if (is_content(fact->role) && fact->test.kind == TEST_NONE)
        add_content(maker, key, named, rest);
    if (!named || rest[0] != '\0')
        return;
    if (fact->role == ROLE_RECORD_DATASET && is_in_record(maker, entry->path)) {
        key.kind = KEY_DATASET;
        add_key(maker, key);
    }
    if (fact->mark || fact->product) {
        key.kind = KEY_MARK;
        add_key(maker, key);
    }
}

enum ajar_status loader_make_keys(struct loader *loader, struct plan *plan)
{
    const struct signature *signature = loader->signature;
    struct key_maker maker = {.signature = signature, .plan = plan};
    maker.room = sizeof signature->lists / sizeof signature->lists[0];
    for (size_t g = 0; g < signature->group_count; g++)
        if (plan->groups >> g & 1)
            maker.room += KEYS_OF_FACT * signature->groups[g].count;
    plan->keys = loader_take(loader, maker.room, sizeof *plan->keys);
    if (!plan->keys)
        return AJAR_ERR_MEMORY;
    for (size_t i = 0; signature->lists[i]; i++)
        if (strlen(signature->lists[i]) <= BODY_KEY_MAX)
            add_key(&maker, (struct body_key){.name = signature->lists[i],
                                              .length = (uint8_t)strlen(signature->lists[i]),
                                              .kind = KEY_LIST});
    for (size_t g = 0; g < signature->group_count; g++)
        for (size_t i = 0; plan->groups >> g & 1 && i < signature->groups[g].count; i++)
            add_fact(&maker, &signature->groups[g].facts[i]);
    for (size_t i = 0; i < plan->key_count; i++)
        plan->key_lengths |= UINT64_C(1) << (plan->keys[i].length - 1);
    return AJAR_OK;
}
