/* SPDX-License-Identifier: Apache-2.0 */
#include "report/world.h"

#include <criterion/criterion.h>
#include <string.h>

Test(world, has_its_countries_in_order_and_on_the_map)
{
    cr_assert_gt(world_country_count, 200);
    for (size_t i = 0; i < world_country_count; i++) {
        const struct world_country *country = &world_countries[i];
        cr_assert(i == 0 || strcmp(country[-1].code, country->code) < 0, "%s", country->code);
        cr_assert(country->x >= 0 && country->x <= world_width, "%s", country->name);
        cr_assert(country->y >= 0 && country->y <= world_height, "%s", country->name);
        cr_assert_eq(world_find(country->code), country);
    }
}

Test(world, puts_countries_where_they_are)
{
    cr_assert_lt(world_find("US")->x, world_find("GB")->x);
    cr_assert_lt(world_find("GB")->x, world_find("JP")->x);
    cr_assert_lt(world_find("NO")->y, world_find("ZA")->y);
    cr_assert_str_eq(world_name("NL"), "Netherlands");
}

Test(world, names_what_it_does_not_know_by_its_letters)
{
    cr_assert_null(world_find("??"));
    cr_assert_null(world_find(""));
    cr_assert_str_eq(world_name("??"), "??");
}

Test(world, outline_is_small_and_only_a_path)
{
    cr_assert_lt(strlen(world_land), 25000);
    cr_assert_eq(strspn(world_land, "Mlz -0123456789"), strlen(world_land));
}
