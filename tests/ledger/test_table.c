/* SPDX-License-Identifier: Apache-2.0 */
/* What people read at the end, and that it fits. */
#include "ledger/findings.h"
#include "ledger/ledger.h"

#include <stdlib.h>

static struct ledger *ledger;
static struct enricher *enricher;
static struct netset home;
static char *text;
static size_t text_size;
static struct ledger_totals totals;

static void ignore(void *context, const struct event *event)
{
    (void)context;
    (void)event;
}

static void setup(void)
{
    netset_init_private(&home);
    struct ledger_options options = {
        .site = "hq", .home = &home, .servers_max = 100, .exposures_max = 100};
    cr_assert_eq(enricher_new(&enricher), AJAR_OK);
    cr_assert_eq(ledger_new(&options, enricher, ignore, NULL, &ledger), AJAR_OK);
    totals = (struct ledger_totals){
        .flows = 214, .packets = 12004, .bytes = 1200000, .files = 1, .seconds = 0.014};
}

static void teardown(void)
{
    ledger_free(ledger);
    enricher_free(enricher);
    free(text);
    text = NULL;
}

TestSuite(table, .init = setup, .fini = teardown);

static void add(struct finding f)
{
    ledger_add(ledger, &f);
}

static void write_table(bool colour)
{
    free(text);
    FILE *out = open_memstream(&text, &text_size);
    cr_assert(out);
    ledger_write_table(ledger, out, colour, &totals);
    fclose(out);
}

static void assert_has(const char *words)
{
    cr_assert(strstr(text, words), "no \"%s\" in:\n%s", words, text);
}

static void assert_lacks(const char *words)
{
    cr_assert_not(strstr(text, words), "\"%s\" in:\n%s", words, text);
}

static unsigned widest_line(void)
{
    unsigned widest = 0, column = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '\n')
            column = 0;
        else if (((unsigned char)*at & 0xc0) != 0x80 && ++column > widest)
            widest = column;
    }
    return widest;
}

Test(table, says_in_one_line_that_nothing_was_found)
{
    write_table(false);
    assert_has("Nothing exposed");
    assert_has("214 flows, 12 004 packets, 1.2 MB, 0 gaps.  0.01 s\n");
    cr_assert_eq(strchr(text, '\n'), text + text_size - 1, "one line");
}

Test(table, sums_up_the_stores_by_standing)
{
    struct finding refused = make_finding(VERDICT_REFUSED),
                   revealed = make_finding(VERDICT_REVEALED);
    struct finding login = make_finding(VERDICT_DATA);
    refused.server = address("10.20.30.40");
    refused.status = 401;
    SET(refused.protection, "Elastic security");
    SET(refused.version, "8.15.3");
    revealed.server = address("10.20.30.41");
    SET(revealed.version, "7.10.2");
    login.server = address("10.20.30.42");
    login.credentials = CREDENTIALS_PRESENTED;
    add(make_finding(VERDICT_DATA));
    add(refused);
    add(revealed);
    add(login);
    write_table(false);
    assert_has("EXPOSED  elasticsearch  10.20.30.11:9200   severity 80   data\n");
    assert_has("refused  elasticsearch 8.15.3    10.20.30.40:9200     asked by 1, answered 401 "
               "(Elastic security)\n");
    assert_has("revealed elasticsearch 7.10.2    10.20.30.41:9200     version only\n");
    assert_has("login    elasticsearch           10.20.30.42:9200     served with a login");
    assert_has("4 stores: 1 exposed, 1 refused, 1 with login, 1 revealed.");
}

Test(table, refusal_outweighs_a_login)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.credentials = CREDENTIALS_PRESENTED;
    add(f);
    write_table(false);
    assert_has("login ");
    add(make_finding(VERDICT_REFUSED));
    write_table(false);
    assert_lacks("login ");
    assert_has("1 store: 0 exposed, 1 refused.");
}

Test(table, an_exposed_store_is_not_listed_as_refused_too)
{
    add(make_finding(VERDICT_DATA));
    add(make_finding(VERDICT_REFUSED));
    write_table(false);
    assert_has("EXPOSED");
    assert_lacks("refused");
}

Test(table, worst_store_comes_first)
{
    struct finding f = make_finding(VERDICT_METADATA);
    f.server = address("10.20.30.1");
    add(f);
    f = make_finding(VERDICT_TAMPERED);
    f.server = address("10.20.30.2");
    add(f);
    write_table(false);
    cr_assert_lt(strstr(text, "10.20.30.2:9200"), strstr(text, "10.20.30.1:9200"), "%s", text);
}

Test(table, hints_at_home_only_when_stores_lie_outside_the_default)
{
    struct finding f = make_finding(VERDICT_DATA);
    totals.home_is_default = true;
    add(f);
    write_table(false);
    assert_lacks("--home");
    f.server = address("198.51.100.7");
    add(f);
    write_table(false);
    assert_has("1 exposed store lies outside home");
    assert_has("--home NET");
    totals.home_is_default = false;
    write_table(false);
    assert_lacks("--home");
}

Test(table, has_no_colour_in_a_pipe)
{
    add(make_finding(VERDICT_DATA));
    write_table(false);
    assert_lacks("\033");
    write_table(true);
    assert_has("\033[1;31mEXPOSED\033[0m");
}

Test(table, escapes_the_wire_and_fits_the_screen)
{
    struct finding f = make_finding(VERDICT_DRAINED);
    memset(f.version, '\033', sizeof f.version - 1);
    memset(f.user_agent, 'A', sizeof f.user_agent - 1);
    f.returned_new = f.gave_bytes_new = UINT64_MAX / 2;
    f.requests_new = UINT32_MAX;
    for (int i = 0; i < 40; i++) {
        char name[96] = "";
        memset(name, '\n', sizeof name - 1);
        (void)snprintf(name, sizeof name, "%d", i);
        name[strlen(name)] = '\r';
        add_dataset(&f, name, UINT64_MAX / 100, COUNT_LISTING);
    }
    f.client = address("2001:db8:1111:2222:3333:4444:5555:6666");
    f.server = address("fd00:1111:2222:3333:4444:5555:6666:7777");
    add(f);
    f.verdict = VERDICT_REFUSED;
    f.server_port = 9999;
    memset(f.protection, 'p', sizeof f.protection - 1);
    add(f);
    totals = (struct ledger_totals){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                    UINT64_MAX, 99999.0,    true,       NULL};
    write_table(false);
    assert_lacks("\033");
    assert_lacks("\r");
    cr_assert_leq(widest_line(), 100, "%u columns:\n%s", widest_line(), text);
}
