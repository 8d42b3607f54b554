/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/json_paths.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct json_paths *paths;

static void make(void)
{
    cr_assert_eq(json_paths_new(&paths), AJAR_OK);
}

static void drop(void)
{
    json_paths_free(paths);
}

TestSuite(json_paths, .init = make, .fini = drop);

static uint16_t add(const char *path, uint16_t tag)
{
    struct problem problem = {""};
    cr_assert_eq(json_paths_add(paths, path, &tag, &problem), AJAR_OK, "%s", problem.text);
    return tag;
}

/* Expects a refusal whose message has `words` in it. */
static void refuse(const char *path, uint16_t tag, const char *words)
{
    struct problem problem = {""};
    uint16_t before = tag;
    cr_assert_neq(json_paths_add(paths, path, &tag, &problem), AJAR_OK, "%s", path);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
    cr_assert_eq(tag, before);
}

static uint16_t member(uint16_t node, const char *name)
{
    return json_paths_member(paths, node, name, strlen(name), false);
}

Test(json_paths, finds_a_member_by_its_whole_name)
{
    add("/hits/total", 7);
    uint16_t hits = member(JSON_NODE_ROOT, "hits");
    cr_assert_eq(json_paths_tag(paths, member(hits, "total")), 7);
    cr_assert_eq(json_paths_tag(paths, hits), JSON_TAG_NONE);
    cr_assert_eq(member(hits, "totals"), JSON_NODE_NONE);
    cr_assert_eq(member(hits, "tota"), JSON_NODE_NONE);
    cr_assert_eq(member(JSON_NODE_ROOT, "total"), JSON_NODE_NONE);
    cr_assert_eq(member(JSON_NODE_NONE, "hits"), JSON_NODE_NONE);
}

Test(json_paths, takes_any_member_where_no_exact_name_matches)
{
    add("/indices/*/docs", 1);
    add("/indices/_all/docs", 2);
    uint16_t indices = member(JSON_NODE_ROOT, "indices");
    cr_assert_eq(json_paths_tag(paths, member(member(indices, "customers"), "docs")), 1);
    cr_assert_eq(json_paths_tag(paths, member(member(indices, "_all"), "docs")), 2);
}

Test(json_paths, gives_a_cut_name_to_the_wildcard_alone)
{
    add("/abc", 1);
    cr_assert_eq(json_paths_member(paths, JSON_NODE_ROOT, "abc", 3, true), JSON_NODE_NONE);
    add("/*", 2);
    uint16_t node = json_paths_member(paths, JSON_NODE_ROOT, "abc", 3, true);
    cr_assert_eq(json_paths_tag(paths, node), 2);
}

Test(json_paths, knows_whether_a_path_goes_on_below)
{
    add("/a/[]/b", 1);
    uint16_t a = member(JSON_NODE_ROOT, "a");
    cr_assert(json_paths_goes_below(paths, a, true));
    cr_assert_not(json_paths_goes_below(paths, a, false));
    cr_assert(json_paths_goes_below(paths, json_paths_element(paths, a), false));
    cr_assert_not(json_paths_goes_below(paths, json_paths_element(paths, a), true));
    cr_assert_not(json_paths_goes_below(paths, JSON_NODE_NONE, true));
}

Test(json_paths, reads_the_two_escapes)
{
    add("/a~1b/c~0d", 3);
    cr_assert_eq(json_paths_tag(paths, member(member(JSON_NODE_ROOT, "a/b"), "c~d")), 3);
}

Test(json_paths, rejects_an_escape_that_is_none)
{
    refuse("/a~2b", 3, "~0");
    refuse("/a~", 3, "~0");
}

Test(json_paths, names_the_top_value_with_a_slash_alone)
{
    add("/", 9);
    cr_assert_eq(json_paths_tag(paths, JSON_NODE_ROOT), 9);
}

Test(json_paths, keeps_the_first_tag_of_a_path)
{
    cr_assert_eq(add("/a", 4), 4);
    cr_assert_eq(add("/a", 5), 4);
}

Test(json_paths, rejects_a_path_without_slash_and_an_empty_name)
{
    refuse("hits", 1, "begin with '/'");
    refuse("", 1, "begin with '/'");
    refuse("/a//b", 1, "name is missing");
    refuse("/a/", 1, "name is missing");
    add("/a/b", 1);
}

Test(json_paths, rejects_the_tag_that_means_none)
{
    refuse("/a", JSON_TAG_NONE, "tag 0");
    add("/a", 1);
}

Test(json_paths, rejects_a_name_longer_than_the_scanner_reads)
{
    char path[JSON_KEY_MAX + 3] = "/";
    memset(path + 1, 'x', JSON_KEY_MAX + 1);
    refuse(path, 1, "longer than");
    path[JSON_KEY_MAX + 1] = 0;
    add(path, 1);
}

Test(json_paths, rejects_more_steps_than_the_scanner_follows)
{
    char path[2 * JSON_DEPTH_MAX + 3];
    for (unsigned i = 0; i <= JSON_DEPTH_MAX; i++)
        memcpy(path + (size_t)2 * i, "/x", 3);
    refuse(path, 1, "steps");
    path[2 * JSON_DEPTH_MAX] = 0;
    add(path, 1);
}

Test(json_paths, finds_every_one_of_many_names)
{
    char path[32];
    for (unsigned i = 1; i <= 20000; i++) {
        snprintf(path, sizeof(path), "/field_%u_%u", i % 7, i);
        add(path, (uint16_t)i);
    }
    for (unsigned i = 1; i <= 20000; i++) {
        snprintf(path, sizeof(path), "/field_%u_%u", i % 7, i);
        cr_assert_eq(json_paths_tag(paths, member(JSON_NODE_ROOT, path + 1)), i);
    }
    cr_assert_eq(member(JSON_NODE_ROOT, "field_3_2"), JSON_NODE_NONE);
}

Test(json_paths, says_when_the_set_is_full)
{
    char path[32];
    struct problem problem = {""};
    enum ajar_status status = AJAR_OK;
    unsigned added = 0;
    for (unsigned i = 0; i < JSON_PLACES_MAX + 8 && !status; i++, added++) {
        uint16_t tag = 1;
        snprintf(path, sizeof(path), "/f%u", i);
        status = json_paths_add(paths, path, &tag, &problem);
    }
    cr_assert_eq(status, AJAR_ERR_LIMIT);
    cr_assert_eq(added, JSON_PLACES_MAX);
    cr_assert_neq(member(JSON_NODE_ROOT, "f65533"), JSON_NODE_NONE);
    cr_assert_eq(member(JSON_NODE_ROOT, "f65534"), JSON_NODE_NONE);
}
