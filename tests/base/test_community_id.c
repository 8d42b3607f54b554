/* SPDX-License-Identifier: Apache-2.0 */
#include "base/community_id.h"

#include <criterion/criterion.h>

static struct addr parse(const char *text)
{
    struct addr addr;
    cr_assert_eq(addr_parse(text, &addr), AJAR_OK);
    return addr;
}

/* Checks both directions. */
static void expect_id(const struct community_tuple *t, uint16_t seed, const char *expected)
{
    struct community_tuple back = {.source = t->destination,
                                   .destination = t->source,
                                   .source_port = t->destination_port,
                                   .destination_port = t->source_port,
                                   .protocol = t->protocol};
    char text[COMMUNITY_ID_TEXT_MAX];
    community_id_format(t, seed, text);
    cr_expect_str_eq(text, expected);
    community_id_format(&back, seed, text);
    cr_expect_str_eq(text, expected);
}

/* The expected values are those of the specification's own test data. */
Test(community_id, is_the_one_of_the_specification)
{
    struct community_tuple tcp = {parse("128.232.110.120"), parse("66.35.250.204"), 34855, 80, 6};
    expect_id(&tcp, 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    struct community_tuple udp = {parse("192.168.1.52"), parse("8.8.8.8"), 54585, 53, 17};
    expect_id(&udp, 0, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
}

Test(community_id, depends_on_the_seed)
{
    struct community_tuple tcp = {parse("128.232.110.120"), parse("66.35.250.204"), 34855, 80, 6};
    expect_id(&tcp, 1, "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
}

Test(community_id, orders_equal_addresses_by_port)
{
    struct community_tuple low = {parse("10.0.0.1"), parse("10.0.0.1"), 1, 2, 6};
    char text[COMMUNITY_ID_TEXT_MAX];
    community_id_format(&low, 0, text);
    expect_id(&low, 0, text);
}
