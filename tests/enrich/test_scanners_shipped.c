/* SPDX-License-Identifier: Apache-2.0 */
/* The scanners that come with ajar: they load, and know what operators say of themselves. */
#include "enrich/scanners.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct scanners *scanners;

static void setup(void)
{
    struct problem problem = {""};
    cr_assert_eq(scanners_load(SCANNERS, &scanners, &problem), AJAR_OK, "%s", problem.text);
}

static void teardown(void)
{
    scanners_free(scanners);
}

TestSuite(scanners_shipped, .init = setup, .fini = teardown);

static struct actor_view find(const char *address, const char *user_agent)
{
    struct addr addr;
    struct actor_view actor = {.claimed = ""};
    cr_assert_eq(addr_parse(address, &addr), AJAR_OK);
    scanners_find(scanners, &addr, user_agent, &actor);
    return actor;
}

Test(scanners_shipped, are_many_and_dated)
{
    struct scanners_counts counts = scanners_counts(scanners);
    cr_assert_geq(counts.names, 43);
    cr_assert_geq(counts.agents, 17);
    cr_assert_geq(counts.networks, 1500);
    cr_assert_geq(strcmp(counts.oldest, "2025-12-01"), 0, "a list is of %s", counts.oldest);
}

Test(scanners_shipped, know_addresses)
{
    static const struct {
        const char *address, *name;
        bool search_engine;
    } known[] = {
        {"162.142.125.0", "Censys", true},          {"162.142.125.255", "Censys", true},
        {"206.168.35.255", "Censys", true},         {"2602:80d:1000:b0cc:e::5", "Censys", true},
        {"185.142.236.34", "Shodan", true},         {"71.6.135.131", "Shodan", true},
        {"91.196.152.200", "ONYPHE", true},         {"85.217.149.1", "Modat", true},
        {"185.242.226.77", "Criminal IP", true},    {"198.235.24.10", "Palo Alto Xpanse", false},
        {"184.105.139.127", "Shadowserver", false}, {"45.156.129.1", "BitSight", false},
        {"87.236.176.9", "Driftnet", false},        {"194.187.178.1", "Alpha Strike", false},
        {"71.6.233.1", "Rapid7 Sonar", false},      {"104.152.52.1", "InterneTTL", false},
        {"146.88.241.255", "NETSCOUT", false},      {"89.248.165.1", "Recyber", false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct actor_view actor = find(known[i].address, "");
        cr_assert_str_eq(actor.confirmed, known[i].name, "%s is %s", known[i].address,
                         actor.confirmed);
        cr_assert_str_empty(actor.claimed);
        cr_assert_eq(actor.search_engine, known[i].search_engine, "%s", known[i].name);
    }
}

Test(scanners_shipped, know_nobody_beside_these_networks)
{
    static const char *const strangers[] = {
        "162.142.124.255", "162.142.126.0", "184.105.139.128", "192.0.2.1",
        "198.51.100.1",    "203.0.113.0",   "203.0.113.42",    "203.0.113.255",
        "10.0.0.1",        "127.0.0.1",     "2001:db8::1",     "::1",
    };
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        struct actor_view actor = find(strangers[i], "python-requests/2.22.0");
        cr_assert_str_empty(actor.confirmed, "%s is %s", strangers[i], actor.confirmed);
        cr_assert_str_empty(actor.claimed);
        cr_assert_not(actor.search_engine);
    }
}

Test(scanners_shipped, know_user_agents)
{
    static const struct {
        const char *agent, *name;
        bool search_engine;
    } known[] = {
        {"Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", "Censys", true},
        {"l9tcpid/v1.1.0", "LeakIX", true},
        {"l9plugin-ElasticSearchOpenPlugin/v1.0.0 (+https://leakix.net/)", "LeakIX", true},
        {"Mozilla/5.0 (l9scan/2.0.830313e2039323; +https://leakix.net)", "LeakIX", true},
        {"Mozilla/5.0 (compatible; ModatScanner/1.2 (+https://modat.io/))", "Modat", true},
        {"Expanse, a Palo Alto Networks company, searches across the global IPv4 space",
         "Palo Alto Xpanse", false},
        {"Hello from Palo Alto Networks, find out more about our scans", "Palo Alto Xpanse", false},
        {"Mozilla/5.0 (compatible; InternetMeasurement/1.0; +https://internet-measurement.com/)",
         "Driftnet", false},
        {"Mozilla/5.0 (compatible; NetcraftSurveyAgent/1.0; +info@netcraft.com)", "Netcraft",
         false},
        {"Mozilla/5.0 zgrab/0.x", "zgrab", false},
        {"ivre-masscan/1.3 https://github.com/robertdavidgraham/", "masscan", false},
        {"Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)", "Nmap",
         false},
        {"elasticdump", "elasticdump", false},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
         "", false},
        {"curl/7.88.1", "", false},
        {"Go-http-client/1.1", "", false},
        {"elasticsearch-py/7.10.2 (Python 3.9.2)", "", false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct actor_view actor = find("203.0.113.42", known[i].agent);
        cr_assert_str_eq(actor.claimed, known[i].name, "\"%s\" is \"%s\"", known[i].agent,
                         actor.claimed);
        cr_assert_str_empty(actor.confirmed);
        cr_assert_eq(actor.search_engine, known[i].search_engine, "%s", known[i].agent);
    }
}
