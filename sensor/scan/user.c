/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's classes out of YAML. Each must be findable by a literal of at least three bytes, or it
 * would cost time on every byte of every reply; each is compiled by itself first, so that what is
 * wrong is told with its line.
 */
#include "scan/user.h"

#include "base/yaml.h"
#include "scan/near.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LITERAL_MIN   3
#define KEYWORD_REACH 48 /* bytes between keyword and value */
#define FILES_MAX     64
#define PATH_MAX_TEXT 768

static const char *const class_keys[] = {"name",     "regex",  "keyword", "validator",
                                         "any-case", "weight", NULL};
static const char *const file_keys[] = {"classes", NULL};

bool user_check_holds(enum user_check check, const uint8_t *text, size_t length)
{
    unsigned sum = 0;
    unsigned count = 0;
    unsigned remainder = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = text[length - 1 - i];
        if (is_digit(c)) {
            unsigned digit = (c - (unsigned)'0') * (count++ % 2 ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        c = text[i];
        if (is_digit(c))
            remainder = (remainder * 10 + (c - (unsigned)'0')) % 97;
        else if (is_letter(c))
            remainder = (remainder * 100 + (to_lower(c) - (unsigned)'a') + 10) % 97;
    }
    if (check == USER_CHECK_LUHN)
        return count > 1 && sum % 10 == 0;
    return check == USER_CHECK_NONE || remainder == 1;
}

/* The longest run of plain bytes that every match of the expression contains, about: what stands in
 * brackets, classes and behind optional signs is not counted. */
static size_t longest_literal(const char *regex)
{
    size_t best = 0;
    size_t run = 0;
    int depth = 0;
    for (const char *c = regex; *c; c++) {
        bool escaped = *c == '\\' && c[1];
        bool plain =
            depth == 0 && (escaped ? !is_alnum((uint8_t)c[1]) : !strchr("^$.|?*+()[]{}", *c));
        if (escaped)
            c++;
        if (!escaped && *c == '|' && depth == 0)
            return 0;
        if (!escaped && (*c == '(' || *c == '['))
            depth++;
        if (!escaped && (*c == ')' || *c == ']') && depth > 0)
            depth--;
        bool optional = c[1] == '?' || c[1] == '*' || c[1] == '{';
        run = plain && !optional ? run + 1 : 0;
        best = run > best ? run : best;
        if (!escaped && *c == '{')
            while (c[1] && *c != '}')
                c++;
    }
    return best;
}

static enum ajar_status read_text(const struct yaml_file *file, const struct yaml *map,
                                  const char *key, char *text, size_t size, struct problem *problem)
{
    const struct yaml *node = yaml_find(map, key);
    if (!node)
        return AJAR_OK;
    if (node->kind != YAML_TEXT)
        return yaml_problem(file, node, problem, "%s must be a text", key);
    if (strlen(node->text) >= size)
        return yaml_problem(file, node, problem, "%s is too long; at most %zu bytes", key,
                            size - 1);
    (void)snprintf(text, size, "%s", node->text);
    return AJAR_OK;
}

static bool is_class_name(const char *name)
{
    if (name[0] < 'a' || name[0] > 'z')
        return false;
    for (const char *c = name; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && !is_digit((uint8_t)*c) && *c != '_')
            return false;
    return true;
}

static enum ajar_status read_name(const struct yaml_file *file, const struct yaml *node,
                                  const struct user_set *set, struct user_class *row,
                                  struct problem *problem)
{
    enum ajar_status status = read_text(file, node, "name", row->name, sizeof row->name, problem);
    if (status != AJAR_OK)
        return status;
    const struct yaml *name = yaml_find(node, "name");
    if (!name)
        return yaml_problem(file, node, problem, "a class needs a name");
    if (!is_class_name(row->name))
        return yaml_problem(file, name, problem,
                            "\"%s\" is no name for a class; use small letters, digits and _, "
                            "a letter first",
                            row->name);
    for (unsigned i = 0; i < CLASSES_BUILTIN; i++)
        if (strcmp(scan_class_name(i), row->name) == 0)
            return yaml_problem(file, name, problem,
                                "ajar has a class %s already; use another name", row->name);
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->classes[i].name, row->name) == 0)
            return yaml_problem(file, name, problem, "class %s is described twice", row->name);
    return AJAR_OK;
}

static enum ajar_status read_check(const struct yaml_file *file, const struct yaml *node,
                                   struct user_class *row, struct problem *problem)
{
    static const char *const words[] = {"none", "luhn", "mod97"};
    char text[16] = "none";
    enum ajar_status status = read_text(file, node, "validator", text, sizeof text, problem);
    for (uint8_t i = 0; status == AJAR_OK && i < 3; i++)
        if (strcmp(words[i], text) == 0) {
            row->check = i;
            return AJAR_OK;
        }
    if (status != AJAR_OK)
        return status;
    return yaml_problem(file, yaml_find(node, "validator"), problem,
                        "\"%s\" is no validator; there are none, luhn and mod97", text);
}

static enum ajar_status read_options(const struct yaml_file *file, const struct yaml *node,
                                     struct user_class *row, struct problem *problem)
{
    uint64_t weight = 50;
    char any_case[8] = "false";
    const struct yaml *weighs = yaml_find(node, "weight");
    enum ajar_status status = read_check(file, node, row, problem);
    if (status == AJAR_OK)
        status = read_text(file, node, "any-case", any_case, sizeof any_case, problem);
    if (status == AJAR_OK && strcmp(any_case, "true") != 0 && strcmp(any_case, "false") != 0)
        status =
            yaml_problem(file, yaml_find(node, "any-case"), problem, "any-case is true or false");
    if (status == AJAR_OK && weighs)
        status = yaml_read_number(file, weighs, 0, 100, &weight, problem);
    row->any_case = strcmp(any_case, "true") == 0;
    row->weight = (uint8_t)weight;
    return status;
}

static enum ajar_status check_regex(const struct yaml_file *file, const struct yaml *node,
                                    const struct user_class *row, struct problem *problem)
{
    const struct yaml *regex = yaml_find(node, "regex");
    struct problem cause = {.text = ""};
    struct engine_pattern pattern = {.expression = row->regex, .any_case = row->any_case};
    struct engine *alone = NULL;
    unsigned shortest = 0;
    if (!regex || !row->regex[0])
        return yaml_problem(file, regex ? regex : node, problem, "class %s needs a regex",
                            row->name);
    if (engine_measure(&pattern, &shortest, &cause) != AJAR_OK)
        return yaml_problem(file, regex, problem, "regex of %s: %s", row->name, cause.text);
    if (shortest == 0)
        return yaml_problem(file, regex, problem,
                            "regex of %s matches the empty text; it must need at least one byte",
                            row->name);
    if (engine_compile(&pattern, 1, ENGINE_BLOCK_STARTS, &alone, NULL, &cause) != AJAR_OK)
        return yaml_problem(file, regex, problem, "regex of %s: %s", row->name, cause.text);
    engine_free(alone);
    if (!row->keyword[0] && longest_literal(row->regex) < LITERAL_MIN)
        return yaml_problem(file, regex, problem,
                            "regex of %s would be tried at every byte; begin it with a text of at "
                            "least %d bytes outside of brackets, or give a keyword",
                            row->name, LITERAL_MIN);
    if (row->keyword[0] && strlen(row->keyword) < LITERAL_MIN)
        return yaml_problem(file, yaml_find(node, "keyword"), problem,
                            "keyword of %s is too short; use at least %d bytes", row->name,
                            LITERAL_MIN);
    return AJAR_OK;
}

static enum ajar_status read_class(const struct yaml_file *file, const struct yaml *node,
                                   struct user_set *set, struct problem *problem)
{
    struct user_class row = {.check = USER_CHECK_NONE};
    if (node->kind != YAML_MAP)
        return yaml_problem(file, node, problem, "a class is a map with name and regex");
    if (set->count == SCAN_USER_CLASSES_MAX)
        return yaml_problem(file, node, problem, "more than %d classes; leave some out",
                            SCAN_USER_CLASSES_MAX);
    enum ajar_status status = yaml_check_keys(file, node, class_keys, problem);
    if (status == AJAR_OK)
        status = read_name(file, node, set, &row, problem);
    if (status == AJAR_OK)
        status = read_text(file, node, "regex", row.regex, sizeof row.regex, problem);
    if (status == AJAR_OK)
        status = read_text(file, node, "keyword", row.keyword, sizeof row.keyword, problem);
    if (status == AJAR_OK)
        status = read_options(file, node, &row, problem);
    if (status == AJAR_OK)
        status = check_regex(file, node, &row, problem);
    if (status == AJAR_OK)
        set->classes[set->count++] = row;
    return status;
}

static enum ajar_status read_file(const char *path, struct user_set *set, struct problem *problem)
{
    struct yaml_file *file = NULL;
    enum ajar_status status = yaml_open(path, &file, problem);
    if (status != AJAR_OK)
        return status;
    const struct yaml *root = yaml_root(file);
    const struct yaml *classes = yaml_find(root, "classes");
    status = yaml_check_keys(file, root, file_keys, problem);
    if (status == AJAR_OK && (!classes || classes->kind != YAML_LIST))
        status = yaml_problem(file, classes ? classes : root, problem,
                              "classes must be a list; see docs/classes.md");
    for (const struct yaml *node = classes ? classes->first : NULL; node && status == AJAR_OK;
         node = node->next)
        status = read_class(file, node, set, problem);
    yaml_close(file);
    return status;
}

static int is_yaml_name(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static enum ajar_status read_folder(const char *path, struct user_set *set, struct problem *problem)
{
    struct dirent **entries = NULL;
    char text[PATH_MAX_TEXT];
    enum ajar_status status = AJAR_OK;
    int count = scandir(path, &entries, is_yaml_name, alphasort);
    if (count < 0)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: %s", path, strerror(errno));
    if (count > FILES_MAX)
        status = problem_set(problem, AJAR_ERR_LIMIT, "%s: %d files of classes; at most %d", path,
                             count, FILES_MAX);
    for (int i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "%s/%s", path, entries[i]->d_name);
        if (status == AJAR_OK)
            status = read_file(text, set, problem);
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* The keyword as an expression that matches itself in any case, and what may stand behind it. */
static void write_expression(const struct user_class *row, char *text, size_t size)
{
    size_t used = 0;
    if (row->keyword[0])
        used += (size_t)snprintf(text, size, "(?i:");
    for (const char *c = row->keyword; *c; c++)
        used += (size_t)snprintf(text + used, size - used, "\\x%02x", (unsigned)(unsigned char)*c);
    if (row->keyword[0])
        used += (size_t)snprintf(text + used, size - used, ")[^\\n]{0,%d}", KEYWORD_REACH);
    (void)snprintf(text + used, size - used, "(?:%s)", row->regex);
}

static enum ajar_status compile(struct user_set *set, struct problem *problem)
{
    struct engine_pattern ends[SCAN_USER_CLASSES_MAX];
    struct engine_pattern starts[SCAN_USER_CLASSES_MAX];
    size_t size = USER_REGEX_MAX + 4 * sizeof set->classes[0].keyword + 64;
    char *texts = calloc(SCAN_USER_CLASSES_MAX, size);
    if (!texts)
        return problem_set(problem, AJAR_ERR_MEMORY, "no memory for the classes");
    for (size_t i = 0; i < set->count; i++) {
        const struct user_class *row = &set->classes[i];
        write_expression(row, texts + i * size, size);
        ends[i] = (struct engine_pattern){
            .expression = texts + i * size, .id = (uint32_t)i, .any_case = row->any_case};
        starts[i] = (struct engine_pattern){
            .expression = row->regex, .id = (uint32_t)i, .any_case = row->any_case};
    }
    enum ajar_status status =
        engine_compile(ends, set->count, ENGINE_STREAM, &set->ends, NULL, problem);
    if (status == AJAR_OK)
        status =
            engine_compile(starts, set->count, ENGINE_BLOCK_STARTS, &set->starts, NULL, problem);
    free(texts);
    return status;
}

enum ajar_status user_set_load(const char *path, struct user_set *set, struct problem *problem)
{
    struct stat about;
    *set = (struct user_set){.count = 0};
    if (stat(path, &about) != 0)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: %s; classes is a YAML file or a folder",
                           path, strerror(errno));
    enum ajar_status status =
        S_ISDIR(about.st_mode) ? read_folder(path, set, problem) : read_file(path, set, problem);
    if (status == AJAR_OK && set->count > 0)
        status = compile(set, problem);
    if (status != AJAR_OK)
        user_set_clear(set);
    return status;
}

void user_set_clear(struct user_set *set)
{
    engine_free(set->ends);
    engine_free(set->starts);
    *set = (struct user_set){.count = 0};
}
