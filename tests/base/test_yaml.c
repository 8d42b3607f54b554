/* SPDX-License-Identifier: Apache-2.0 */
/* YAML into a tree of lines: what is kept, and what is refused with its place. */
#include "base/yaml.h"

#include <criterion/criterion.h>
#include <string.h>

static struct yaml_file *file;

static enum ajar_status open_text(const char *text, struct problem *problem)
{
    *problem = (struct problem){.text = ""};
    return yaml_open_text("t.yaml", text, strlen(text), &file, problem);
}

static const struct yaml *open_root(const char *text)
{
    struct problem problem;
    cr_assert_eq(open_text(text, &problem), AJAR_OK, "%s", problem.text);
    return yaml_root(file);
}

static void expect_refused(const char *text, const char *words)
{
    struct problem problem;
    cr_assert_neq(open_text(text, &problem), AJAR_OK);
    cr_expect(strstr(problem.text, words), "%s", problem.text);
}

Test(yaml, keeps_order_lines_and_quotes)
{
    const struct yaml *root = open_root("a: 1\nb:\n  - x\n  - 'y'\n");
    cr_assert_eq(root->kind, YAML_MAP);
    cr_assert_eq(root->count, 2);
    const struct yaml *list = yaml_find(root, "b");
    cr_assert_eq(list->kind, YAML_LIST);
    cr_assert_eq(list->first->line, 3);
    cr_assert_not(list->first->quoted);
    cr_assert_str_eq(list->first->next->text, "y");
    cr_assert(list->first->next->quoted);
    cr_assert_null(yaml_find(root, "c"));
    yaml_close(file);
}

Test(yaml, takes_an_empty_document_for_an_empty_map)
{
    const struct yaml *root = open_root("");
    cr_assert_eq(root->kind, YAML_MAP);
    cr_assert_eq(root->count, 0);
    yaml_close(file);
}

Test(yaml, refuses_a_key_that_stands_twice)
{
    expect_refused("a: 1\na: 2\n", "t.yaml:2");
    (void)open_root("a: 1\nb: 2\n");
    yaml_close(file);
}

Test(yaml, refuses_what_is_not_yaml_and_names_the_line)
{
    expect_refused("a: 1\nb: [1, 2\n", "t.yaml:3");
    (void)open_root("a: 1\nb: [1, 2]\n");
    yaml_close(file);
}

Test(yaml, refuses_aliases)
{
    expect_refused("a: &x 1\nb: *x\n", "t.yaml:");
    (void)open_root("a: '&x 1'\nb: '*x'\n");
    yaml_close(file);
}

Test(yaml, reads_numbers_within_their_bounds_only)
{
    struct problem problem = {.text = ""};
    const struct yaml *root = open_root("n: 12\nm: twelve\n");
    uint64_t number = 7;
    cr_assert_eq(yaml_read_number(file, yaml_find(root, "n"), 1, 12, &number, &problem), AJAR_OK);
    cr_assert_eq(number, 12);
    cr_assert_neq(yaml_read_number(file, yaml_find(root, "n"), 1, 11, &number, &problem), AJAR_OK);
    cr_expect(strstr(problem.text, "t.yaml:1"), "%s", problem.text);
    cr_expect(strstr(problem.text, "from 1 to 11"), "%s", problem.text);
    cr_assert_neq(yaml_read_number(file, yaml_find(root, "m"), 1, 99, &number, &problem), AJAR_OK);
    cr_assert_eq(number, 12, "left alone on failure");
    yaml_close(file);
}

Test(yaml, names_the_known_keys_beside_an_unknown_one)
{
    static const char *const known[] = {"name", "port", NULL};
    struct problem problem = {.text = ""};
    const struct yaml *root = open_root("name: x\nprot: 1\n");
    cr_assert_neq(yaml_check_keys(file, root, known, &problem), AJAR_OK);
    cr_expect(strstr(problem.text, "t.yaml:2"), "%s", problem.text);
    cr_expect(strstr(problem.text, "name, port"), "%s", problem.text);
    yaml_close(file);
    problem.text[0] = '\0';
    root = open_root("name: x\nport: 1\n");
    cr_assert_eq(yaml_check_keys(file, root, known, &problem), AJAR_OK);
    yaml_close(file);
}
