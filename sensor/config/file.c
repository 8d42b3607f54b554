/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file: mappings are sections, their names joined by dots are keys of the
 * option table. One file serves all commands, so a key that is right but not for this command is
 * checked like the others and then passed over.
 */
#include "config/file.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX 128

/* What the walk over the file carries along. */
struct walk {
    const char *file;
    struct config *config;
    struct config *unused; /* takes the values that this command does not */
    struct said *said;
    struct problem *problem;
};

/* "a mapping", "a list", "text": what a person would call the kind of this node. */
static const char *kind_name(const struct yaml *node)
{
    static const char *const names[] = {
        [YAML_TEXT] = "text", [YAML_LIST] = "a list", [YAML_MAP] = "a mapping"};
    return names[node->kind];
}

static struct origin origin_of(const struct walk *walk, const struct yaml *node)
{
    return (struct origin){.file = walk->file, .line = node->line, .column = node->column};
}

/* `key:` without a value. */
static bool is_empty(const struct yaml *node)
{
    return node->kind == YAML_TEXT && !node->quoted && !node->text[0];
}

static enum ajar_status fail_unknown(const struct walk *walk, const struct yaml *entry,
                                     const char *key)
{
    const char *near = schema_nearest_key(key);
    if (near)
        return problem_set(walk->problem, AJAR_ERR_USAGE,
                           "%s:%d:%d: unknown key \"%s\"; did you mean \"%s\"?", walk->file,
                           entry->key_line, entry->key_column, key, near);
    return problem_set(walk->problem, AJAR_ERR_USAGE,
                       "%s:%d:%d: unknown key \"%s\"; \"ajar help config\" lists the known ones",
                       walk->file, entry->key_line, entry->key_column, key);
}

static enum ajar_status fail_kind(const struct walk *walk, const struct option *option,
                                  const struct yaml *node)
{
    struct origin origin = origin_of(walk, node);
    char right[96];
    value_describe(option, right, sizeof right);
    return value_fail(option, &origin, walk->problem, "%s is not possible here; give %s",
                      kind_name(node), right);
}

static enum ajar_status apply_scalar(const struct walk *walk, struct config *config,
                                     const struct option *option, const struct yaml *node)
{
    struct origin origin = origin_of(walk, node);
    if (node->kind != YAML_TEXT)
        return fail_kind(walk, option, node);
    /* `key:` and `key: ~` say nothing: a person who cleared a value may expect either the default
     * or an empty text. */
    if (is_empty(node) ||
        (!node->quoted && (strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0))) {
        char right[96];
        value_describe(option, right, sizeof right);
        return value_fail(option, &origin, walk->problem,
                          "no value; give %s, or take the line out for the default", right);
    }
    return value_set(option, config, node->text, &origin, walk->problem);
}

static enum ajar_status apply_option(const struct walk *walk, const struct option *option,
                                     const struct yaml *node)
{
    bool taken = option->file_commands & (1u << walk->config->command);
    struct config *config = taken ? walk->config : walk->unused;
    if (taken)
        walk->said->option[option - schema_options] = true;
    bool several = option->type == OPTION_LIST || option->type == OPTION_NETS;
    if (!several || node->kind != YAML_LIST)
        return apply_scalar(walk, config, option, node);
    enum ajar_status status = AJAR_OK;
    for (const struct yaml *item = node->first; item && status == AJAR_OK; item = item->next)
        status = apply_scalar(walk, config, option, item);
    return status;
}

/* One section; `prefix` is its name with a dot, or "". */
static enum ajar_status apply_section(const struct walk *walk, const struct yaml *section,
                                      const char *prefix)
{
    enum ajar_status status = AJAR_OK;
    const struct yaml *entry = section->first;
    for (; entry && status == AJAR_OK; entry = entry->next) {
        char key[KEY_MAX];
        (void)snprintf(key, sizeof key, "%s%s", prefix, entry->key);
        const struct option *option = schema_find_key(key);
        bool is_section = !*prefix && schema_has_section(key);
        if (option) {
            status = apply_option(walk, option, entry);
        } else if (is_section && entry->kind == YAML_MAP) {
            char inner[KEY_MAX + 1];
            (void)snprintf(inner, sizeof inner, "%s.", key);
            status = apply_section(walk, entry, inner);
        } else if (is_section && !is_empty(entry)) {
            status = problem_set(walk->problem, AJAR_ERR_USAGE,
                                 "%s:%d:%d: %s: %s is not possible here; put its keys below it, "
                                 "indented",
                                 walk->file, entry->line, entry->column, key, kind_name(entry));
        } else if (!is_section) {
            status = fail_unknown(walk, entry, key);
        }
    }
    return status;
}

enum ajar_status file_apply(const struct yaml_file *file, struct config *config, struct said *said,
                            struct problem *problem)
{
    struct config unused;
    memset(&unused, 0, sizeof unused);
    struct walk walk = {.file = yaml_name(file),
                        .config = config,
                        .unused = &unused,
                        .said = said,
                        .problem = problem};
    const struct yaml *root = yaml_root(file);
    enum ajar_status status = AJAR_OK;
    if (root->kind == YAML_MAP)
        status = apply_section(&walk, root, "");
    else if (!is_empty(root)) /* only comments is a file without keys */
        status = problem_set(problem, AJAR_ERR_USAGE,
                             "%s:%d:%d: %s is not a configuration; give lines of \"key: value\"",
                             walk.file, root->line, root->column, kind_name(root));
    config_clear(&unused);
    return status;
}
