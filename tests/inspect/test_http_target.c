/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/http_head.h"

#include <criterion/criterion.h>
#include <string.h>

static char scratch[HTTP_PATH_MAX];

static void expect_split(const char *target, bool authority, const char *path, const char *query)
{
    struct slice got_path;
    struct slice got_query;
    http_target_split((struct slice){target, strlen(target)}, authority, scratch, &got_path,
                      &got_query);
    cr_assert(slice_equals(got_path, path), "path of %s: %.*s", target, (int)got_path.length,
              got_path.text);
    cr_assert(slice_equals(got_query, query), "query of %s: %.*s", target, (int)got_query.length,
              got_query.text);
}

Test(http_target, splits_path_query_and_fragment)
{
    expect_split("/idx/_search?q=a%20b?c", false, "/idx/_search", "q=a%20b?c");
    expect_split("/idx/_search#frag?no", false, "/idx/_search", "");
    expect_split("/idx?q=1#frag", false, "/idx", "q=1");
    expect_split("/?", false, "/", "");
    expect_split("", false, "", "");
}

Test(http_target, decodes_escapes_once)
{
    expect_split("/%69dx/_search", false, "/idx/_search", "");
    expect_split("/a%2Cb%2fc/%2525", false, "/a,b/c/%25", "");
    expect_split("/%C3%A9", false, "/\xc3\xa9", "");
    expect_split("/a%3Fb", false, "/a?b", "");
}

Test(http_target, keeps_escapes_that_are_none)
{
    expect_split("/100%", false, "/100%", "");
    expect_split("/%4", false, "/%4", "");
    expect_split("/%zz%41", false, "/%zzA", "");
}

Test(http_target, makes_one_slash_of_several)
{
    expect_split("//_search", false, "/_search", "");
    expect_split("/a//b///c//?q=//", false, "/a/b/c/", "q=//");
    expect_split("/a%2f/b/%2Fc", false, "/a/b/c", "");
    expect_split("http://host//a//b", false, "/a/b", "");
    expect_split("/a/b/", false, "/a/b/", "");
}

Test(http_target, normalises_nothing_else)
{
    expect_split("/idx/./../_Search;x=1", false, "/idx/./../_Search;x=1", "");
}

Test(http_target, strips_the_authority_of_an_absolute_target)
{
    expect_split("http://host:9200/idx/_search?q", false, "/idx/_search", "q");
    expect_split("HTTPS://host", false, "/", "");
    expect_split("http://host?q=1", false, "/", "q=1");
    expect_split("http:/host/x", false, "http:/host/x", "");
    expect_split("/http://host/x", false, "/http:/host/x", "");
}

Test(http_target, finds_no_path_in_an_authority)
{
    expect_split("host:443", true, "", "");
    expect_split("*", false, "*", "");
}

Test(http_target, cuts_a_path_longer_than_its_limit)
{
    char target[3 * HTTP_PATH_MAX];
    struct slice path;
    struct slice query;
    memset(target, 'a', sizeof(target));
    http_target_split((struct slice){target, HTTP_PATH_MAX}, false, scratch, &path, &query);
    cr_assert_eq(path.length, HTTP_PATH_MAX);
    http_target_split((struct slice){target, sizeof(target)}, false, scratch, &path, &query);
    cr_assert_eq(path.length, HTTP_PATH_MAX);
    target[1] = '%';
    http_target_split((struct slice){target, sizeof(target)}, false, scratch, &path, &query);
    cr_assert_eq(path.length, HTTP_PATH_MAX);
    cr_assert_eq(memcmp(path.text,
                        "a\xaa"
                        "a",
                        3),
                 0);
}
