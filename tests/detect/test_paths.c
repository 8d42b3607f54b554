/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/paths.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const paths[] = {
    "/",        "/_search",      "/{index}/_search", "/{index}/{any}/_search",
    "/{api}",   "/_cat/{any}",   "/_cat/indices",    "/_nodes/**",
    "/{index}", "/{index}/{any}"};

static const char *const more_paths[] = {
    "/*.sql", "/{dataset}/tags", "/{dataset}/{file}", "/x",
    "/x?op",  "/x?op=READ",      "/x?op=READ ALL",    "/x?op*=secret"};

static struct arena *arena;
static struct path_node *tree;

static void make(void)
{
    arena = arena_new();
    tree = path_tree_new(arena);
    for (uint16_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        cr_assert_eq(path_tree_add(tree, arena, paths[i], i), AJAR_OK);
}

static void unmake(void)
{
    arena_free(arena);
}

TestSuite(paths, .init = make, .fini = unmake);

struct taken {
    const char *path;
    char index[64];
    unsigned offered;
    unsigned skip; /* rules passed over before one is taken */
};

static bool take(void *context, uint32_t rule, struct slice index)
{
    struct taken *taken = context;
    if (taken->offered++ < taken->skip)
        return false;
    taken->path = paths[rule];
    (void)snprintf(taken->index, sizeof taken->index, "%.*s", (int)index.length,
                   index.text ? index.text : "");
    return true;
}

static struct taken find(const char *path, unsigned skip)
{
    struct taken taken = {.path = "", .skip = skip};
    (void)path_tree_find(tree, (struct slice){path, strlen(path)}, (struct slice){NULL, 0}, take,
                         &taken);
    return taken;
}

static void expect(const char *path, const char *wanted, const char *index)
{
    struct taken taken = find(path, 0);
    cr_expect_str_eq(taken.path, wanted, "%s: %s", path, taken.path);
    cr_expect_str_eq(taken.index, index, "%s: %s", path, taken.index);
}

Test(paths, literals_beat_names_and_names_beat_anything)
{
    expect("/", "/", "");
    expect("/_search", "/_search", "");
    expect("/a/_search", "/{index}/_search", "a");
    expect("/a/b/_search", "/{index}/{any}/_search", "a");
    expect("/_cat/indices", "/_cat/indices", "");
    expect("/_cat/nodes", "/_cat/{any}", "");
    expect("/_other", "/{api}", "");
    expect("/a,b", "/{index}", "a,b");
    expect("/a/b", "/{index}/{any}", "a");
}

Test(paths, index_names_do_not_begin_with_an_underscore_but_for_all)
{
    expect("/_all/_search", "/{index}/_search", "_all");
    expect("/_none/_search", "", "");
}

Test(paths, the_rest_takes_nothing_and_everything_but_only_behind_its_place)
{
    expect("/_nodes/", "/_nodes/**", "");
    expect("/_nodes/a", "/_nodes/**", "");
    expect("/_nodes/a/b/c", "/_nodes/**", "");
    expect("/_nodes/1/2/3/4/5/6/7/8/9/10/11/12/13/14", "/_nodes/**", "");
    expect("/_other/a", "", "");
}

Test(paths, empty_parts_change_nothing)
{
    expect("/a/_search/", "/{index}/_search", "a");
    expect("//a/_search", "/{index}/_search", "a");
    expect("/a//_search", "/{index}/_search", "a");
    expect("", "/", "");
}

Test(paths, a_rule_passed_over_leaves_the_search_to_the_next)
{
    struct taken taken = find("/_cat/indices", 1);
    cr_assert_str_eq(taken.path, "/_cat/{any}");
    taken = find("/_cat/indices", 2);
    cr_assert_str_eq(taken.path, "");
    cr_assert_eq(taken.offered, 2);
}

static bool take_more(void *context, uint32_t rule, struct slice dataset)
{
    struct taken *taken = context;
    taken->path = more_paths[rule];
    (void)snprintf(taken->index, sizeof taken->index, "%.*s", (int)dataset.length,
                   dataset.text ? dataset.text : "");
    return true;
}

static void expect_more(const char *path, const char *query, const char *wanted,
                        const char *dataset)
{
    struct path_node *other = path_tree_new(arena);
    struct taken taken = {.path = ""};
    for (uint32_t i = 0; i < sizeof more_paths / sizeof more_paths[0]; i++)
        cr_assert_eq(path_tree_add(other, arena, more_paths[i], i), AJAR_OK);
    (void)path_tree_find(other, (struct slice){path, strlen(path)},
                         (struct slice){query, strlen(query)}, take_more, &taken);
    cr_expect_str_eq(taken.path, wanted, "%s?%s: %s", path, query, taken.path);
    cr_expect_str_eq(taken.index, dataset, "%s?%s: %s", path, query, taken.index);
}

Test(paths, name_a_data_set_by_their_end_their_rest_or_any_part)
{
    expect_more("/a.sql", "", "/*.sql", "a.sql");
    expect_more("/A.SQL", "", "/*.sql", "A.SQL");
    expect_more("/a.sq", "", "", "");
    expect_more("/_b/tags", "", "/{dataset}/tags", "_b");
    expect_more("/b/c", "", "/{dataset}/{file}", "c");
    expect_more("/b/c/d.txt/", "", "/{dataset}/{file}", "c/d.txt");
    expect_more("/b", "", "", "");
}

Test(paths, prefer_what_the_query_says_to_what_is_only_there)
{
    expect_more("/x", "", "/x", "");
    expect_more("/x", "a=1&op", "/x?op", "");
    expect_more("/x", "OP=read", "/x?op=READ", "");
    expect_more("/x", "op=reads", "/x?op", "");
    expect_more("/x", "op=read+%20all", "/x?op=READ ALL", "");
    expect_more("/x", "op=show+the+secret", "/x?op*=secret", "");
}

Test(paths, that_are_none_are_refused_and_their_neighbours_taken)
{
    cr_expect_eq(path_tree_add(tree, arena, "a", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/**/a", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/{file}/a", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/a/{file}", 0), AJAR_OK);
    cr_expect_eq(path_tree_add(tree, arena, "/a?", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/a?=b", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/a?b=", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/a?b=c", 0), AJAR_OK);
    cr_expect_eq(path_tree_add(tree, arena, "/1/2/3/4/5/6/7/8/9/10/11/12/13", 0), AJAR_ERR_FORMAT);
    cr_expect_eq(path_tree_add(tree, arena, "/1/2/3/4/5/6/7/8/9/10/11/12", 0), AJAR_OK);
    cr_expect_eq(path_tree_add(tree, arena, "/a/**", 0), AJAR_OK);
}
