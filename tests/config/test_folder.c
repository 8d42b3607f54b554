/* SPDX-License-Identifier: Apache-2.0 */
/* The default folder is always a whole path, whether or not it exists. */
#include "config/folder.h"

#include <criterion/criterion.h>
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
