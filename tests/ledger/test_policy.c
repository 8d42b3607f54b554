/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/policy.h"

#include "ledger/findings.h"

/* A policy of one public part, or of one window, or of neither. */
static struct policy *make_policy(const char *part, const char *window)
{
    struct policy_options options = {.public_parts = &part,
                                     .public_count = part != NULL,
                                     .maintenance = &window,
                                     .maintenance_count = window != NULL};
    struct policy *policy = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(policy_new(&options, &policy, &problem), AJAR_OK, "%s", problem.text);
    return policy;
}

static enum policy_reason judge(const char *part, const char *window, const struct finding *f)
{
    struct policy *policy = make_policy(part, window);
    enum policy_reason reason = policy_judge(policy, f, &f->client);
    policy_free(policy);
    return reason;
}

static enum policy_reason judge_url(const char *part, enum verdict verdict, const char *url)
{
    struct finding f = make_finding(verdict);
    SET(f.url, url);
    SET(f.method, "GET");
    return judge(part, NULL, &f);
}

/* Records of this data set were handed out by a request of this path. */
static enum policy_reason judge_data(const char *part, const char *url, const char *dataset)
{
    struct finding f = make_finding(VERDICT_DATA);
    SET(f.url, url);
    SET(f.method, "POST");
    add_dataset(&f, dataset, 100, COUNT_LISTING);
    f.datasets[0].returned = 7;
    return judge(part, NULL, &f);
}

static void assert_problem(enum ajar_status (*check)(const char *, struct problem *),
                           const char *text, const char *part)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(check(text, &problem), AJAR_ERR_USAGE, "%s", text);
    cr_assert(strstr(problem.text, part), "%s: %s", text, problem.text);
    cr_assert(strlen(problem.text) < PROBLEM_TEXT_MAX - 1, "%s", problem.text);
}

static void assert_public_problem(const char *text, const char *part)
{
    assert_problem(policy_check_public, text, part);
}

static void assert_window_problem(const char *text, const char *part)
{
    assert_problem(policy_check_maintenance, text, part);
}

static void assert_window(const char *text)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(policy_check_maintenance(text, &problem), AJAR_OK, "%s", problem.text);
}

Test(policy, none_allows_nothing)
{
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_eq(policy_judge(NULL, &f, &f.client), POLICY_NONE);
    cr_assert_eq(judge(NULL, NULL, &f), POLICY_NONE);
    cr_assert_not(policy_trusts_proxy(NULL, &f.client));
}

Test(policy, trusted_client_may_do_everything_and_another_nothing)
{
    struct netset trusted, proxies;
    cr_assert_eq(netset_parse("203.0.113.0/24", &trusted, NULL), AJAR_OK);
    cr_assert_eq(netset_parse("198.51.100.7", &proxies, NULL), AJAR_OK);
    struct policy_options options = {.trusted = &trusted, .proxies = &proxies};
    struct policy *policy = NULL;
    cr_assert_eq(policy_new(&options, &policy, NULL), AJAR_OK);
    struct finding f = make_finding(VERDICT_TAMPERED);
    struct addr other = address("198.51.100.7");
    cr_assert_eq(policy_judge(policy, &f, &f.client), POLICY_TRUSTED);
    cr_assert_eq(policy_judge(policy, &f, &other), POLICY_NONE, "who is behind the proxy counts");
    cr_assert(policy_trusts_proxy(policy, &other));
    cr_assert_not(policy_trusts_proxy(policy, &f.client));
    policy_free(policy);
}

Test(policy, public_store_allows_open_and_data_alone)
{
    const char *part = "10.20.30.11:9200 elasticsearch";
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/_search"), POLICY_PUBLIC);
    cr_assert_eq(judge_url(part, VERDICT_DATA, "/products/_search?q=x"), POLICY_PUBLIC);
    cr_assert_eq(judge_url(part, VERDICT_METADATA, "/products/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_DRAINED, "/products/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_TAMPERED, "/products/_search"), POLICY_NONE);
}

Test(policy, public_part_is_of_its_address_port_and_store)
{
    const char *url = "/products/_search";
    cr_assert_eq(judge_url("10.20.30.0/24", VERDICT_DATA, url), POLICY_PUBLIC);
    cr_assert_eq(judge_url("any:9200", VERDICT_DATA, url), POLICY_PUBLIC);
    cr_assert_eq(judge_url("10.20.30.12", VERDICT_DATA, url), POLICY_NONE);
    cr_assert_eq(judge_url("10.20.30.11:9201", VERDICT_DATA, url), POLICY_NONE);
    cr_assert_eq(judge_url("10.20.30.11:9200 couchdb", VERDICT_DATA, url), POLICY_NONE);
}

Test(policy, ipv6_places_have_their_port_behind_brackets)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.server = address("2001:db8::11");
    cr_assert_eq(judge("[2001:db8::/32]:9200", NULL, &f), POLICY_PUBLIC);
    cr_assert_eq(judge("2001:db8::/32", NULL, &f), POLICY_PUBLIC);
    cr_assert_eq(judge("[2001:db8::/32]:9201", NULL, &f), POLICY_NONE);
}

Test(policy, path_ends_at_a_segment)
{
    const char *part = "10.20.30.11 path=/products/";
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products"), POLICY_PUBLIC);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/_search?x=/.."), POLICY_PUBLIC);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "http://h.example/products/1"), POLICY_PUBLIC);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products2/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products,customers/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/customers?a=/products"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, ""), POLICY_NONE);
}

Test(policy, path_that_may_mean_another_is_not_allowed)
{
    const char *part = "10.20.30.11 path=/products";
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/../customers/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/%2e%2e/customers"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products//customers"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products;/customers"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/\\customers"), POLICY_NONE);
}

Test(policy, admin_and_hidden_paths_are_not_allowed_unless_named)
{
    const char *part = "10.20.30.11";
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/_cluster/settings"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/_settings"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/.security/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/_search"), POLICY_PUBLIC);
    part = "10.20.30.11 path=/products/_mapping";
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/_mapping"), POLICY_PUBLIC);
}

Test(policy, writing_methods_are_not_allowed)
{
    struct finding f = make_finding(VERDICT_OPEN);
    SET(f.url, "/products/_doc/1");
    SET(f.method, "DELETE");
    cr_assert_eq(judge("10.20.30.11", NULL, &f), POLICY_NONE);
    SET(f.method, "GET");
    cr_assert_eq(judge("10.20.30.11", NULL, &f), POLICY_PUBLIC);
}

Test(policy, records_must_come_from_what_the_rule_names)
{
    const char *part = "10.20.30.11 path=/products";
    cr_assert_eq(judge_data(part, "/products/_search", "products"), POLICY_PUBLIC);
    cr_assert_eq(judge_data(part, "/products/_msearch", "customers"), POLICY_NONE);
    part = "10.20.30.11 path=/products dataset=products-v*";
    cr_assert_eq(judge_data(part, "/products/_search", "products-v7"), POLICY_PUBLIC);
    cr_assert_eq(judge_data(part, "/products/_search", "products"), POLICY_NONE);
    part = "10.20.30.11 dataset=*";
    cr_assert_eq(judge_data(part, "/x/_search", "customers"), POLICY_PUBLIC);
    cr_assert_eq(judge_data(part, "/x/_search", ".security"), POLICY_NONE, "a dot is not in *");
    cr_assert_eq(judge_data("10.20.30.11", "/_search", ".security"), POLICY_NONE);
}

Test(policy, data_without_a_named_data_set_is_not_allowed_by_a_glob)
{
    const char *part = "10.20.30.11 dataset=products*";
    cr_assert_eq(judge_url(part, VERDICT_DATA, "/products/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products/_search"), POLICY_PUBLIC);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/customers/_search"), POLICY_NONE);
    cr_assert_eq(judge_url(part, VERDICT_OPEN, "/products,customers/_search"), POLICY_NONE);
}

Test(policy, one_foreign_data_set_among_allowed_ones_is_enough_to_tell)
{
    struct finding f = make_finding(VERDICT_DATA);
    SET(f.url, "/products/_search");
    add_dataset(&f, "products", 10, COUNT_LISTING);
    add_dataset(&f, "customers", 10, COUNT_LISTING);
    f.datasets[0].returned = 5;
    cr_assert_eq(judge("10.20.30.11 dataset=products", NULL, &f), POLICY_PUBLIC);
    f.datasets[1].returned = 1;
    cr_assert_eq(judge("10.20.30.11 dataset=products", NULL, &f), POLICY_NONE);
    f.datasets[1].returned = 0;
    f.datasets_dropped = 1;
    cr_assert_eq(judge("10.20.30.11 dataset=products", NULL, &f), POLICY_NONE);
}

/* WHEN is Sunday 2019-12-29 10:11:12 UTC. */
Test(policy, window_is_judged_by_packet_time)
{
    struct finding f = make_finding(VERDICT_DRAINED);
    cr_assert_eq(judge(NULL, "2019-12-29T10:00Z/2019-12-29T11:00Z 10.20.30.0/24", &f),
                 POLICY_MAINTENANCE);
    cr_assert_eq(judge(NULL, "2019-12-29/2019-12-30 any:9200", &f), POLICY_MAINTENANCE);
    cr_assert_eq(judge(NULL, "2019-12-29T10:11:13/2019-12-30 any", &f), POLICY_NONE);
    cr_assert_eq(judge(NULL, "2019-12-29/2019-12-29T10:11:12Z any", &f), POLICY_NONE);
    cr_assert_eq(judge(NULL, "2019-12-29/2019-12-30 10.20.30.12", &f), POLICY_NONE);
    cr_assert_eq(judge(NULL, "2019-12-29/2019-12-30 any:9201", &f), POLICY_NONE);
}

Test(policy, weekly_windows_may_go_past_midnight)
{
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_eq(judge(NULL, "Sun 10:00-10:30 any", &f), POLICY_MAINTENANCE);
    cr_assert_eq(judge(NULL, "sat 22:00-10:12 any", &f), POLICY_MAINTENANCE);
    cr_assert_eq(judge(NULL, "sat 22:00-10:11 any", &f), POLICY_NONE);
    cr_assert_eq(judge(NULL, "Mon 10:00-10:30 any", &f), POLICY_NONE);
    cr_assert_eq(judge(NULL, "daily 00:00-24:00 any", &f), POLICY_MAINTENANCE);
    cr_assert_eq(judge(NULL, "daily 10:12-10:11 any", &f), POLICY_NONE);
    f.time_ns -= 9 * 3600 * SECOND; /* Sunday 01:11 */
    cr_assert_eq(judge(NULL, "Sat 23:00-02:00 any", &f), POLICY_MAINTENANCE);
    cr_assert_eq(judge(NULL, "daily 23:00-02:00 any", &f), POLICY_MAINTENANCE);
    f.time_ns -= 24 * 3600 * SECOND; /* Saturday 01:11 */
    cr_assert_eq(judge(NULL, "Sat 23:00-02:00 any", &f), POLICY_NONE);
}

Test(policy, accepts_leap_days_and_midnight)
{
    assert_window("2024-02-29/2024-03-01 10.0.0.0/8");
    assert_window("2024-02-29T23:59:59Z/2024-03-01T00:00Z 10.0.0.1,10.0.0.2:9200");
    assert_window_problem("2023-02-29/2023-03-01 10.0.0.0/8", "\"2023-02-29\" is not a time");
}

Test(policy, says_what_is_wrong_with_a_public_part)
{
    assert_public_problem("", "empty");
    assert_public_problem("   ", "write for example");
    assert_public_problem("10.0.0.1/8", "write 10.0.0.0/8");
    assert_public_problem("example.org", "not an IP address");
    assert_public_problem("10.0.0.1:0", "from 1 to 65535");
    assert_public_problem("10.0.0.1:99999", "\"99999\" is not a port");
    assert_public_problem("[2001:db8::1", "not an IP address");
    assert_public_problem("10.0.0.1 Elastic", "\"Elastic\" is neither");
    assert_public_problem("10.0.0.1 elasticsearch couchdb", "second store");
    assert_public_problem("10.0.0.1 path=products", "not the beginning of a path");
    assert_public_problem("10.0.0.1 path=/a*", "without *");
    assert_public_problem("10.0.0.1 path=/", "leave path= out");
    assert_public_problem("10.0.0.1 path=/a path=/b", "second path");
    assert_public_problem("10.0.0.1 dataset=", "not the name of a data set");
    assert_public_problem("10.0.0.1 index=a", "there are path=/PREFIX and dataset=GLOB");
    assert_public_problem("10.0.0.1 a\nb", "control character");
}

Test(policy, says_what_is_wrong_with_a_window)
{
    assert_window_problem("", "empty");
    assert_window_problem("Sun 02:00-04:00", "of which stores");
    assert_window_problem("Son 02:00-04:00 any", "\"Son\" is neither");
    assert_window_problem("Sun 2-4 any", "\"2-4\" is not a time of day");
    assert_window_problem("Sun 02:00-24:01 any", "not a time of day");
    assert_window_problem("Sun 02:00-02:00 any", "ends when it begins");
    assert_window_problem("2019-12-29T10:00+01:00/2019-12-30 any", "write UTC");
    assert_window_problem("2019-12-29/2019-13-01 any", "\"2019-13-01\" is not a time");
    assert_window_problem("2019-12-30/2019-12-29 any", "not after the beginning");
    assert_window_problem("2019-12-29/2019-12-30 any 10.0.0.1", "one word too many");
    assert_window_problem("2019-12-29/2019-12-30 10.0.0.0/33", "prefix length");
}

Test(policy, item_that_is_wrong_makes_no_policy)
{
    const char *parts[] = {"10.0.0.1", "10.0.0.2 path=x"};
    struct policy_options options = {.public_parts = parts, .public_count = 2};
    struct policy *policy = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(policy_new(&options, &policy, &problem), AJAR_ERR_USAGE);
    cr_assert_null(policy);
    cr_assert(strstr(problem.text, "10.0.0.2 path=x"), "%s", problem.text);
}

Test(policy, reasons_have_words)
{
    cr_assert_str_eq(policy_reason_name(POLICY_NONE), "");
    cr_assert_str_eq(policy_reason_name(POLICY_TRUSTED), "trusted client");
    cr_assert_str_eq(policy_reason_name(POLICY_PUBLIC), "public part");
    cr_assert_str_eq(policy_reason_name(POLICY_MAINTENANCE), "maintenance window");
    cr_assert_str_eq(policy_reason_name((enum policy_reason)99), "");
}
