/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all parts of the signature loader need: texts, words, flags, numbers and marks of a file,
 * each with its one sentence of complaint.
 */
#include "detect/loader.h"

#include "base/nearest.h"

#include <string.h>

void *loader_take(struct loader *loader, size_t count, size_t size)
{
    void *memory = arena_take(loader->signature->arena, count ? count : 1, size);
    if (!memory)
        (void)problem_set(loader->problem, AJAR_ERR_MEMORY, "%s: out of memory",
                          loader->signature->file);
    return memory;
}

enum ajar_status loader_read_text(struct loader *loader, const struct yaml *node, const char *what,
                                  const char **text)
{
    if (node->kind != YAML_TEXT)
        return loader_fail(loader, node, "%s must be plain text", node->key ? node->key : what);
    *text = node->text;
    return AJAR_OK;
}

enum ajar_status loader_find_text(struct loader *loader, const struct yaml *map, const char *key,
                                  const char **text)
{
    const struct yaml *node = yaml_find(map, key);
    return node ? loader_read_text(loader, node, key, text) : AJAR_OK;
}

enum ajar_status loader_find_bool(struct loader *loader, const struct yaml *map, const char *key,
                                  bool *value)
{
    const struct yaml *node = yaml_find(map, key);
    if (!node)
        return AJAR_OK;
    if (node->kind != YAML_TEXT || (strcmp(node->text, "true") && strcmp(node->text, "false")))
        return loader_fail(loader, node, "'%s' must be true or false", key);
    *value = strcmp(node->text, "true") == 0;
    return AJAR_OK;
}

enum ajar_status loader_check_list(struct loader *loader, const struct yaml *node, size_t most)
{
    if (node->kind != YAML_LIST || node->count > most)
        return loader_fail(loader, node, "'%s' must be a list of at most %zu",
                           node->key ? node->key : "value", most);
    return AJAR_OK;
}

enum ajar_status loader_list_room(struct loader *loader, const struct yaml *list, size_t most,
                                  size_t size, void **room)
{
    enum ajar_status status = loader_check_list(loader, list, most);
    if (status != AJAR_OK)
        return status;
    *room = loader_take(loader, list->count, size);
    return *room ? AJAR_OK : AJAR_ERR_MEMORY;
}

enum ajar_status loader_read_words(struct loader *loader, const struct yaml *node,
                                   const char **words, size_t room)
{
    if (node->kind == YAML_TEXT) {
        words[0] = node->text;
        return AJAR_OK;
    }
    if (node->kind != YAML_LIST || node->count + 1 > room)
        return loader_fail(loader, node, "'%s' must be a text or a list of at most %zu texts",
                           node->key ? node->key : "value", room - 1);
    size_t used = 0;
    for (const struct yaml *item = node->first; item; item = item->next) {
        enum ajar_status status = loader_read_text(loader, item, "an item", &words[used++]);
        if (status != AJAR_OK)
            return status;
    }
    return AJAR_OK;
}

static enum ajar_status read_named(struct loader *loader, const struct yaml *item, const char *key,
                                   struct named_text *named)
{
    if (!key || item->kind != YAML_MAP)
        return loader_read_text(loader, item, "an item", &named->name);
    const char *const keys[] = {"name", key, NULL};
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "name", &named->name);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, key, &named->text);
    if (status == AJAR_OK && (!named->name || !named->text || !named->text[0]))
        return loader_fail(loader, item, "needs 'name' and '%s'", key);
    return status;
}

enum ajar_status loader_read_named(struct loader *loader, const struct yaml *node, const char *key,
                                   struct named_text *list, size_t room)
{
    if (node->kind == YAML_TEXT)
        return read_named(loader, node, key, &list[0]);
    if (node->kind != YAML_LIST || node->count + 1 > room)
        return loader_fail(loader, node, "'%s' must be a text or a list of at most %zu%s",
                           node->key ? node->key : "value", room - 1, key ? "" : " texts");
    for (const struct yaml *item = node->first; item; item = item->next) {
        enum ajar_status status = read_named(loader, item, key, list++);
        if (status != AJAR_OK)
            return status;
    }
    return AJAR_OK;
}

static enum ajar_status unknown_mark(struct loader *loader, const struct yaml *node)
{
    const struct signature *signature = loader->signature;
    struct nearest best = NEAREST_NONE;
    for (size_t i = 0; i < signature->mark_count; i++)
        nearest_consider(&best, node->text, signature->mark_names[i]);
    return loader_fail(loader, node, "no header or path sets the mark '%s'%s%s%s", node->text,
                       best.word ? "; did you mean '" : "", best.word ? best.word : "",
                       best.word ? "'?" : "");
}

enum ajar_status loader_mark(struct loader *loader, const struct yaml *node, bool make,
                             uint64_t *bit)
{
    struct signature *signature = loader->signature;
    if (node->kind != YAML_TEXT)
        return loader_fail(loader, node, "a mark must be a name");
    for (size_t i = 0; i < signature->mark_count; i++)
        if (strcmp(signature->mark_names[i], node->text) == 0) {
            *bit = UINT64_C(1) << i;
            signature->marks_used |= make ? 0 : *bit;
            return AJAR_OK;
        }
    if (!make)
        return unknown_mark(loader, node);
    if (signature->mark_count == SIGNATURE_MARKS_MAX)
        return loader_fail(loader, node, "more than %d marks", SIGNATURE_MARKS_MAX);
    signature->mark_names[signature->mark_count] = node->text;
    signature->mark_nodes[signature->mark_count] = node;
    *bit = UINT64_C(1) << signature->mark_count++;
    return AJAR_OK;
}

enum ajar_status loader_read_identity(struct loader *loader, const struct yaml *map,
                                      enum identity *identity)
{
    const char *text = NULL;
    enum ajar_status status = loader_find_text(loader, map, "identity", &text);
    if (status != AJAR_OK || !text)
        return status;
    if (strcmp(text, "proven") == 0)
        *identity = IDENTITY_PROVEN;
    else if (strcmp(text, "likely") == 0)
        *identity = IDENTITY_LIKELY;
    else
        return loader_fail(loader, yaml_find(map, "identity"),
                           "'%s' is no identity: write proven or likely", text);
    return AJAR_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum ajar_status loader_read_hex(struct loader *loader, const struct yaml *node,
                                 const uint8_t **bytes, size_t *length)
{
    const char *text = node->kind == YAML_TEXT ? node->text : "";
    uint8_t *made = loader_take(loader, strlen(text) / 2 + 1, 1);
    size_t used = 0;
    if (!made)
        return AJAR_ERR_MEMORY;
    for (const char *c = text + strspn(text, " \n"); *c; c += strspn(c, " \n")) {
        int high = hex_digit(c[0]), low = high < 0 ? -1 : hex_digit(c[1]);
        if (low < 0)
            break;
        made[used++] = (uint8_t)(high << 4 | low);
        c += 2;
    }
    size_t digits = 0;
    for (const char *c = text; *c; c++)
        digits += *c != ' ' && *c != '\n';
    if (used == 0 || digits != used * 2)
        return loader_fail(loader, node,
                           "'%s' must be bytes as hexadecimal digits: \"50 4b 03 04\"",
                           node->key ? node->key : "value");
    *bytes = made;
    *length = used;
    return AJAR_OK;
}
