/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of single values. */
#include "config/check.h"

#include <criterion/criterion.h>

static void refuse(enum ajar_status (*check)(const char *, struct problem *), const char *value,
                   const char *sentence)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(check(value, &problem), AJAR_ERR_USAGE);
    cr_assert_str_eq(problem.text, sentence);
}

Test(check, takes_names_of_letters_digits_dots_and_dashes)
{
    cr_assert_eq(check_name("span-1.hq_2", NULL), AJAR_OK);
    refuse(check_name, "span 1", "\"span 1\" is not a name; use letters, digits, '.', '-' and '_'");
    refuse(check_name, "a:b", "\"a:b\" is not a name; use letters, digits, '.', '-' and '_'");
}

Test(check, takes_interface_names_that_linux_takes)
{
    cr_assert_eq(check_interface("enp0s31f6", NULL), AJAR_OK);
    cr_assert_eq(check_interface("eth1.100", NULL), AJAR_OK);
    cr_assert_eq(check_interface("fifteen-letters", NULL), AJAR_OK);
    refuse(check_interface, "sixteen--letters",
           "\"sixteen--letters\" is longer than an interface name can be (15); \"ip link\" lists "
           "them");
    refuse(check_interface, "a/b", "\"a/b\" is not an interface name; \"ip link\" lists them");
    refuse(check_interface, "a b", "\"a b\" is not an interface name; \"ip link\" lists them");
}

Test(check, takes_prefixes_without_blanks)
{
    cr_assert_eq(check_prefix("{ajar}", NULL), AJAR_OK);
    cr_assert_eq(check_prefix("ajar:\xc3\xa9", NULL), AJAR_OK);
    refuse(check_prefix, "{a jar}",
           "\"{a jar}\" has a blank or a character that cannot be printed; give a word such as "
           "{ajar}");
}

Test(check, takes_facilities_that_a_sensor_may_use)
{
    cr_assert_eq(check_facility("", NULL), AJAR_OK);
    cr_assert_eq(check_facility("daemon", NULL), AJAR_OK);
    cr_assert_eq(check_facility("local7", NULL), AJAR_OK);
    refuse(check_facility, "local8",
           "\"local8\" is not a facility; give user, daemon, auth or local0 to local7");
    refuse(check_facility, "kern",
           "\"kern\" is not a facility; give user, daemon, auth or local0 to local7");
}

Test(check, takes_a_journal_that_is_a_file_or_memory)
{
    cr_assert_eq(check_journal("", NULL), AJAR_OK);
    cr_assert_eq(check_journal("memory", NULL), AJAR_OK);
    cr_assert_eq(check_journal("/var/lib/ajar/journal.db", NULL), AJAR_OK);
    refuse(check_journal, "/var/lib/ajar/",
           "\"/var/lib/ajar/\" is a folder; give a file in it, such as /var/lib/ajar/journal.db");
    refuse(check_journal, ":memory:",
           "\":memory:\" means something else to SQLite; give the path of a file, or memory");
}

Test(check, takes_keys_and_users_without_blanks)
{
    cr_assert_eq(check_list("{ajar}:list", NULL), AJAR_OK);
    cr_assert_eq(check_list("", NULL), AJAR_OK);
    cr_assert_eq(check_user("ajar", NULL), AJAR_OK);
    refuse(check_list, "a b",
           "\"a b\" has a blank or a character that cannot be printed; give a word such as "
           "{ajar}:list");
    refuse(check_user, "a\tb",
           "\"a\tb\" has a blank or a character that cannot be printed; give a word such as ajar");
}

Test(check, takes_redis_urls_and_none)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(check_redis_url("", NULL), AJAR_OK);
    cr_assert_eq(check_redis_url("redis://user:pw@10.0.0.5:6380/2", NULL), AJAR_OK);
    cr_assert_eq(check_redis_url("unix:///run/redis.sock?db=1", NULL), AJAR_OK);
    cr_assert_eq(check_redis_url("http://10.0.0.5", &problem), AJAR_ERR_USAGE);
    cr_assert_neq(problem.text[0], '\0');
}

Test(check, takes_items_of_the_policy)
{
    cr_assert_eq(check_public("10.0.0.5:9200 path=/products", NULL), AJAR_OK);
    cr_assert_eq(check_public("10.0.0.5:9200 path=products", NULL), AJAR_ERR_USAGE);
    cr_assert_eq(check_maintenance("Sun 02:00-04:00 any", NULL), AJAR_OK);
    cr_assert_eq(check_maintenance("Sun 02:00-04:00", NULL), AJAR_ERR_USAGE);
}

Test(check, takes_countries_as_two_capital_letters)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(check_countries("", NULL), AJAR_OK);
    cr_assert_eq(check_countries("CN", NULL), AJAR_OK);
    cr_assert_eq(check_countries("CN,RU,KP", NULL), AJAR_OK);
    cr_assert_eq(check_countries("cn", &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "such as CN,RU"), "%s", problem.text);
    cr_assert_eq(check_countries("CN RU", NULL), AJAR_ERR_USAGE);
    cr_assert_eq(check_countries("CN,", NULL), AJAR_ERR_USAGE);
    cr_assert_eq(check_countries("CHN", NULL), AJAR_ERR_USAGE);
    cr_assert_eq(check_countries("C", NULL), AJAR_ERR_USAGE);
}

Test(check, takes_dates_of_utc)
{
    cr_assert_eq(check_date("", NULL), AJAR_OK);
    cr_assert_eq(check_date("2019-12-05", NULL), AJAR_OK);
    cr_assert_eq(check_date("5.12.2019", NULL), AJAR_ERR_USAGE);
}
