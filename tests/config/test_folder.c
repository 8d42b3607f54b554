/* SPDX-License-Identifier: Apache-2.0 */
/* The default folder is always a whole path, whether or not it exists. */
#include "config/folder.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(folder, gives_an_absolute_path_that_ends_in_signatures)
{
    char path[512] = "";
    folder_find_signatures(path, sizeof path);
    cr_assert_eq(path[0], '/');
    size_t length = strlen(path);
    cr_assert_geq(length, strlen("/signatures"));
    cr_assert_str_eq(path + length - strlen("/signatures"), "/signatures");
}

Test(folder, stays_within_the_room_given)
{
    char path[8];
    memset(path, 'x', sizeof path);
    folder_find_signatures(path, sizeof path);
    cr_assert_eq(path[7], '\0');
}

static void expect_cache(const char *service, const char *user, const char *home,
                         const char *wanted)
{
    static const char *const names[] = {"CACHE_DIRECTORY", "XDG_CACHE_HOME", "HOME"};
    const char *const values[] = {service, user, home};
    char path[24] = "x";
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(values[i] ? setenv(names[i], values[i], 1) : unsetenv(names[i]), 0);
    folder_find_cache(path, sizeof path);
    cr_expect_str_eq(path, wanted);
}

Test(folder, takes_the_cache_of_the_service_before_the_user_s)
{
    expect_cache("/var/cache/ajar", "/x", "/h", "/var/cache/ajar");
    expect_cache(NULL, "/x", "/h", "/x/ajar");
    expect_cache(NULL, NULL, "/h", "/h/.cache/ajar");
    expect_cache("", "relative", "/h", "/h/.cache/ajar");
}

Test(folder, takes_no_cache_where_none_is_named_or_fits)
{
    expect_cache(NULL, NULL, NULL, "");
    expect_cache(NULL, NULL, "/home/of/a/long/name", "");
}
