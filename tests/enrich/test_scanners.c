/* SPDX-License-Identifier: Apache-2.0 */
/* Names of scanners: by User-Agent claimed, by address confirmed; folders that cannot be used. */
#include "enrich/scanners.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct scanners *scanners;
static struct problem problem;

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/ajar-scanners-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    scanners = NULL;
    problem.text[0] = '\0';
}

static void teardown(void)
{
    static const char *const names[] = {"scanners.yaml", "a.txt", "b.txt"};
    scanners_free(scanners);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

TestSuite(scanners, .init = setup, .fini = teardown);

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

#define HEAD "format: 1\nscanners:\n"

static const char usual[] = HEAD "  - name: Seeker\n"
                                 "    kind: search-engine\n"
                                 "    url: https://seeker.example/\n"
                                 "    agents: [SeekerBot/, \"^Seeker tries\"]\n"
                                 "    lists: [a.txt]\n"
                                 "    zones: [seeker.example]\n"
                                 "  - name: Prober\n"
                                 "    kind: research\n"
                                 "    agents: [\"prober$\"]\n"
                                 "    lists: [b.txt]\n"
                                 "  - name: knocker\n"
                                 "    kind: tool\n"
                                 "    agents: [\"^knock/1$\", bot/]\n";

static void load_usual(void)
{
    write_file("scanners.yaml", usual);
    write_file("a.txt", "# date: 2026-10-01\n198.51.100.0/25\n2001:db8:5::/48\n");
    write_file("b.txt", "# date: 2026-11-02\n198.51.100.128/25\n198.51.100.5\n");
    cr_assert_eq(scanners_load(folder, &scanners, &problem), AJAR_OK, "%s", problem.text);
}

static struct actor_view find(const char *address, const char *user_agent)
{
    struct addr addr;
    struct actor_view actor;
    memset(&actor, 'x', sizeof actor);
    cr_assert_eq(addr_parse(address, &addr), AJAR_OK);
    scanners_find(scanners, &addr, user_agent, &actor);
    return actor;
}

static void assert_found(const char *address, const char *user_agent, const char *claimed,
                         const char *confirmed, bool search_engine)
{
    struct actor_view actor = find(address, user_agent);
    cr_assert_str_eq(actor.claimed, claimed, "%s, %s: %s", address, user_agent, actor.claimed);
    cr_assert_str_eq(actor.confirmed, confirmed, "%s: %s", address, actor.confirmed);
    cr_assert_eq(actor.search_engine, search_engine);
}

Test(scanners, are_confirmed_by_address)
{
    load_usual();
    assert_found("198.51.99.255", "", "", "", false);
    assert_found("198.51.100.0", "", "", "Seeker", true);
    assert_found("198.51.100.127", "", "", "Seeker", true);
    assert_found("198.51.100.128", "", "", "Prober", false);
    assert_found("198.51.100.255", "", "", "Prober", false);
    assert_found("198.51.101.0", "", "", "", false);
}

Test(scanners, are_confirmed_by_ipv6_address)
{
    load_usual();
    assert_found("2001:db8:5:ffff::1", "", "", "Seeker", true);
    assert_found("2001:db8:6::1", "", "", "", false);
}

Test(scanners, are_claimed_by_user_agent_alone)
{
    load_usual();
    assert_found("203.0.113.9", "Mozilla/5.0 (compatible; SeekerBot/2.0)", "Seeker", "", true);
    assert_found("203.0.113.9", "Mozilla/5.0 (compatible)", "", "", false);
    assert_found("203.0.113.9", NULL, "", "", false);
}

Test(scanners, are_known_by_user_agents_in_any_case)
{
    load_usual();
    assert_found("203.0.113.9", "SEEKERBOT/2.0", "Seeker", "", true);
}

Test(scanners, keep_to_the_ends_of_anchored_agents)
{
    load_usual();
    assert_found("203.0.113.9", "Seeker tries you", "Seeker", "", true);
    assert_found("203.0.113.9", "no Seeker tries you", "", "", false);
    assert_found("203.0.113.9", "a fine prober", "Prober", "", false);
    assert_found("203.0.113.9", "prober of all", "", "", false);
    assert_found("203.0.113.9", "knock/1", "knocker", "", false);
    assert_found("203.0.113.9", "knock/12", "", "", false);
    assert_found("203.0.113.9", "xknock/1", "", "", false);
}

Test(scanners, that_stand_first_win_where_agents_of_two_fit)
{
    load_usual();
    assert_found("203.0.113.9", "SeekerBot/2", "Seeker", "", true);
    assert_found("203.0.113.9", "OtherBot/2", "knocker", "", false);
}

Test(scanners, keep_both_names_and_believe_the_address)
{
    load_usual();
    assert_found("198.51.100.200", "SeekerBot/2", "Seeker", "Prober", false);
    assert_found("198.51.100.1", "knock/1", "knocker", "Seeker", true);
    assert_found("198.51.100.1", "SeekerBot/2", "Seeker", "Seeker", true);
}

Test(scanners, in_the_network_of_another_are_themselves)
{
    load_usual();
    assert_found("198.51.100.5", "", "", "Prober", false);
    assert_found("198.51.100.6", "", "", "Seeker", true);
}

Test(scanners, leave_the_rest_of_the_actor_alone)
{
    load_usual();
    struct actor_view actor = find("198.51.100.1", "");
    cr_assert_eq(actor.tool[0], 'x');
    cr_assert_eq(actor.via.bytes[15], 'x');
}

Test(scanners, are_nobody_without_a_folder)
{
    assert_found("198.51.100.1", "SeekerBot/2", "", "", false);
    cr_assert_eq(scanners_counts(NULL).names, 0);
    cr_assert_eq(scanners_load("/nonexistent/scanners", &scanners, &problem), AJAR_ERR_NOT_FOUND);
    cr_assert_null(scanners);
}

Test(scanners, survive_a_very_long_user_agent)
{
    char agent[5000];
    memset(agent, 'a', sizeof agent);
    agent[sizeof agent - 1] = '\0';
    load_usual();
    assert_found("203.0.113.9", agent, "", "", false);
    memcpy(agent, "SeekerBot/", 10);
    assert_found("203.0.113.9", agent, "Seeker", "", true);
}

Test(scanners, are_counted)
{
    load_usual();
    struct scanners_counts counts = scanners_counts(scanners);
    cr_assert_eq(counts.names, 3);
    cr_assert_eq(counts.agents, 5);
    cr_assert_eq(counts.networks, 4);
    cr_assert_eq(counts.empty, 0);
    cr_assert_str_eq(counts.oldest, "2026-10-01");
    cr_assert_str_eq(counts.newest, "2026-11-02");
}

Test(scanners, without_agent_and_network_are_counted_as_empty)
{
    write_file("scanners.yaml", HEAD "  - {name: A, kind: tool, lists: [a.txt]}\n"
                                     "  - {name: B, kind: tool, agents: [beta]}\n");
    write_file("a.txt", "# date: 2026-10-01\n");
    cr_assert_eq(scanners_load(folder, &scanners, &problem), AJAR_OK, "%s", problem.text);
    struct scanners_counts counts = scanners_counts(scanners);
    cr_assert_eq(counts.empty, 1);
    cr_assert_str_empty(counts.oldest, "a list without networks has no age");
}

/* Refuses the file with `message` behind the folder's name. */
static void assert_refused(const char *yaml, const char *message)
{
    char want[PROBLEM_TEXT_MAX];
    write_file("scanners.yaml", yaml);
    cr_assert_neq(scanners_load(folder, &scanners, &problem), AJAR_OK, "accepted:\n%s", yaml);
    snprintf(want, sizeof want, "%s/%s", folder, message);
    cr_assert_str_eq(problem.text, want);
    cr_assert_null(scanners);
    problem.text[0] = '\0';
}

Test(scanners, need_their_file)
{
    cr_assert_eq(scanners_load(folder, &scanners, &problem), AJAR_ERR_SYSTEM);
    cr_assert_not_null(strstr(problem.text, "scanners.yaml: No such file"), "%s", problem.text);
}

Test(scanners, need_a_format_that_is_known)
{
    assert_refused("scanners: []\n", "scanners.yaml:1: no format: begin with format: 1");
    assert_refused("format: 2\nscanners: []\n",
                   "scanners.yaml:1: 'format' must be a whole number from 1 to 1");
    assert_refused("format: 1\n",
                   "scanners.yaml:1: 'scanners' must be a list of at most 512 scanners");
    write_file("scanners.yaml", "format: 1\nscanners: []\n");
    cr_assert_eq(scanners_load(folder, &scanners, &problem), AJAR_OK, "%s", problem.text);
}

Test(scanners, need_a_name_that_fits)
{
    assert_refused(HEAD "  - kind: tool\n",
                   "scanners.yaml:3: a scanner needs a name: write name: Example");
    assert_refused(HEAD "  - kind: tool\n    name: [a]\n",
                   "scanners.yaml:4: a scanner needs a name: write name: Example");
    assert_refused(
        HEAD "  - name: abcdefghijklmnopqrstuvwxyz012345\n    kind: tool\n",
        "scanners.yaml:3: the name 'abcdefghijklmnopqrstuvwxyz012345' is too long: write "
        "at most 31 bytes of UTF-8");
    write_file("scanners.yaml", HEAD "  - name: abcdefghijklmnopqrstuvwxyz01234\n    kind: tool\n");
    cr_assert_eq(scanners_load(folder, &scanners, &problem), AJAR_OK, "%s", problem.text);
}

Test(scanners, have_each_name_once)
{
    assert_refused(
        HEAD "  - {name: One, kind: tool}\n  - {name: ONE, kind: tool}\n",
        "scanners.yaml:4: a scanner called 'ONE' stands here a second time: join the two");
}

Test(scanners, need_a_kind_that_is_known)
{
    assert_refused(HEAD "  - name: One\n",
                   "scanners.yaml:3: 'kind' must be search-engine, research or tool");
    assert_refused(HEAD "  - name: One\n    kind: crawler\n",
                   "scanners.yaml:4: 'kind' must be search-engine, research or tool");
}

Test(scanners, have_no_unknown_keys)
{
    assert_refused(HEAD "  - name: One\n    kind: tool\n    agent: x\n",
                   "scanners.yaml:5: unknown key 'agent'; did you mean 'agents'? known here: name, "
                   "kind, url, agents, "
                   "lists, zones");
}

Test(scanners, need_agents_that_mean_something)
{
    assert_refused(HEAD "  - name: One\n    kind: tool\n    agents: [\"^bot$\"]\n",
                   "scanners.yaml:5: '^bot$' must have 4 to 95 characters: write a part of the "
                   "User-Agent that only this scanner has, ^ before it or $ after it for beginning "
                   "and end");
    assert_refused(HEAD "  - name: One\n    kind: tool\n    agents: bots\n",
                   "scanners.yaml:5: 'agents' must be a list of at most 1024 texts");
    assert_refused(HEAD "  - name: One\n    kind: tool\n    agents:\n      - long enough\n"
                        "      - [x]\n",
                   "scanners.yaml:7: 'agents' must hold plain texts");
}

Test(scanners, need_the_lists_that_they_name)
{
    char want[256];
    snprintf(want, sizeof want,
             "scanners.yaml:5: there is no list %s/a.txt: write it, or take its name out here",
             folder);
    assert_refused(HEAD "  - name: One\n    kind: tool\n    lists: [a.txt]\n", want);
    write_file("a.txt", "");
    cr_assert_eq(scanners_load(folder, &scanners, &problem), AJAR_OK, "%s", problem.text);
}

Test(scanners, take_lists_from_their_folder_only)
{
    assert_refused(HEAD "  - name: One\n    kind: tool\n    lists: [../a.txt]\n",
                   "scanners.yaml:5: '../a.txt' must be the name of a file beside this one");
    assert_refused(HEAD "  - name: One\n    kind: tool\n    lists: [/etc/hosts]\n",
                   "scanners.yaml:5: '/etc/hosts' must be the name of a file beside this one");
}

Test(scanners, pass_on_what_is_wrong_in_a_list)
{
    write_file("a.txt", "192.0.2.0/24\n192.0.2.1/24\n");
    assert_refused(HEAD "  - name: One\n    kind: tool\n    lists: [a.txt]\n",
                   "a.txt:2: 192.0.2.1/24 has bits set below the prefix: write 192.0.2.0/24");
}
