/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct scan_set *set;
static struct scanner *scanner;

static void setup(void)
{
    cr_assert_eq(scan_set_load(NULL, &set, NULL), AJAR_OK);
    struct scan_options options = {.set = set, .replies_max = 1};
    cr_assert_eq(scanner_new(&options, &scanner), AJAR_OK);
}

static void teardown(void)
{
    scanner_free(scanner);
    scan_set_free(set);
}

TestSuite(mask, .init = setup, .fini = teardown);

static const char *masked(const char *text)
{
    static char copy[512];
    (void)snprintf(copy, sizeof copy, "%s", text);
    scan_mask(scanner, copy, sizeof copy);
    return copy;
}

Test(mask, takes_values_out_of_targets)
{
    cr_expect_str_eq(masked("/customers/_search?q=anna@example.com&size=10"),
                     "/customers/_search?q=***&size=10");
    cr_expect_str_eq(masked("/customers/_search?q=mail:anna.jones%40example.com"),
                     "/customers/_search?q=mail:***");
    cr_expect_str_eq(masked("/logs/_search?q=client:198.18.0.5"), "/logs/_search?q=client:***");
    cr_expect_str_eq(masked("/users/anna@example.com/orders"), "/users/***/orders");
}

Test(mask, takes_out_parameters_named_like_a_class)
{
    cr_expect_str_eq(masked("/x?password=hunter2&user=kim&api_key=abc"),
                     "/x?password=***&user=kim&api_key=***");
    cr_expect_str_eq(masked("/x?first_name=Anna&page=2"), "/x?first_name=***&page=2");
}

Test(mask, leaves_everything_else)
{
    static const char *const texts[] = {
        "/customers/_search?scroll=1m&size=1000",
        "/_cat/indices?format=json&bytes=b&h=index,docs.count,store.size",
        "/logs-2019.12.05/_search?from=1575540000000&to=1575543600000",
        "/_nodes/stats/jvm,os?human&version=6.8.23",
        "/v1.2.3.4/api",
        "http://10.20.30.11:9200/_search",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/79.0.3945.88 Safari/537.36",
        "python-requests/2.22.0",
        "/a%20b/_doc/%7B%22x%22%7D",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_expect_str_eq(masked(texts[i]), texts[i]);
}

Test(mask, a_full_text_stays_within_its_room)
{
    char text[512];
    memset(text, 'a', sizeof text);
    memcpy(text + 480, "/a@b.de/a@b.de/x@y.de/123456789", 31);
    text[511] = '\0';
    scan_mask(scanner, text, sizeof text);
    cr_expect_lt(strlen(text), sizeof text);
    cr_expect_null(strchr(text, '@'));
    char small[24] = "/?a@b.de&c@d.de&e@f.de";
    scan_mask(scanner, small, sizeof small);
    cr_expect_str_eq(small, "/?***&***&***");
    char grows[12] = "/?pwd=1&a=2";
    scan_mask(scanner, grows, sizeof grows);
    cr_expect_str_eq(grows, "/?pwd=***&a");
}

Test(mask, a_value_without_an_end_ends_with_the_text)
{
    cr_expect_str_eq(masked("/x?{\"address\":\"Main St 5"), "/x?{\"address\":\"***");
}

Test(mask, counts_nothing)
{
    (void)masked("/?q=anna@example.com");
    cr_expect_eq(scan_counters(scanner)->bytes, 0);
    cr_expect_eq(scan_counters(scanner)->replies, 0);
}
