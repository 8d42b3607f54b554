/* SPDX-License-Identifier: Apache-2.0 */
/* The page, and above all that nothing which came from the wire is more than text in it. */
#include "report/scene.h"

#define HOSTILE "\\\"'><script>alert(1)</script><img src=x onerror=alert(1)>"

static struct report *make_hostile(void)
{
    struct report *report = make_report(true);
    add(report, HOSTILE,
        OPEN ",\"product\":\"" HOSTILE "\",\"version\":\"" HOSTILE "\",\"indexed_by\":\"" HOSTILE
             "\",\"cluster_id\":\"" HOSTILE "\",\"datasets\":[{\"name\":\"" HOSTILE
             "\"}],\"classes\":[{\"name\":\"" HOSTILE "\",\"sample\":\"" HOSTILE
             "\"}],\"clients\":[{\"address\":\"" HOSTILE "\",\"country\":\"" HOSTILE
             "\",\"city\":\"" HOSTILE "\",\"as_number\":1,\"as_name\":\"" HOSTILE
             "\",\"user_agent\":\"" HOSTILE "\",\"via\":\"" HOSTILE "\",\"allowed\":\"" HOSTILE
             "\",\"steps\":{\"looked\":\"2019-12-05T09:14:02Z\"}},{\"address\":\"1\",\"claimed\":"
             "\"" HOSTILE "\",\"confirmed\":\"" HOSTILE "\"}]");
    add(report, "10.0.0.2", ALLOWED ",\"product\":\"" HOSTILE "\"");
    struct node *store = node_new_object();
    cr_assert(node_put_text(store, "address", "10.0.0.3"));
    cr_assert(node_put_text(store, "protection", "\"'><script>alert(1)</script>"));
    cr_assert_eq(report_add_store(report, store), AJAR_OK);
    finish(report);
    return report;
}

Test(page, keeps_hostile_names_inert)
{
    struct report *report = make_hostile();
    assert_silent(report, FORM_HTML, "<script");
    assert_silent(report, FORM_HTML, "<img");
    assert_says(report, FORM_HTML, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_silent(report, FORM_HTML, "\"'>");
    report_free(report);
}

Test(page, shows_controls_and_turning_marks_as_escapes)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1",
        OPEN ",\"product\":\"a\\u0007b\\u202ec\\u200bd\\u001be\\ufefff\\u00e4\"");
    finish(report);
    assert_says(report, FORM_HTML, "a\\u{7}b\\u{202e}c\\u{200b}d\\u{1b}e\\u{feff}f\303\244");
    assert_silent(report, FORM_HTML, "\342\200\256");
    assert_silent(report, FORM_TEXT, "\342\200\256");
    assert_silent(report, FORM_TEXT, "\033");
    report_free(report);
}

Test(page, links_only_to_https)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN ",\"hardening\":\"javascript:alert(1)\"");
    add(report, "10.0.0.2", OPEN ",\"hardening\":\"https://maker.example/a?b&\\\"c\"");
    finish(report);
    assert_silent(report, FORM_HTML, "javascript:");
    assert_says(report, FORM_HTML, "href=\"https://maker.example/a?b&amp;&quot;c\"");
    report_free(report);
}

/* Nothing is fetched: every address in the page is a link of a name space, or to a maker. */
Test(page, needs_nothing_but_itself)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN ",\"clients\":[{\"address\":\"203.0.113.1\",\"country\":\"NL\"}]");
    finish(report);
    assert_silent(report, FORM_HTML, "src=");
    assert_silent(report, FORM_HTML, "url(");
    assert_silent(report, FORM_HTML, "@import");
    assert_silent(report, FORM_HTML, "http://");
    assert_silent(report, FORM_HTML, "https://");
    assert_says(report, FORM_HTML, "default-src 'none'");
    report_free(report);
}

Test(page, draws_a_dot_for_each_country_of_clients)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1",
        OPEN ",\"clients\":[{\"address\":\"203.0.113.1\",\"country\":\"NL\"},"
             "{\"address\":\"203.0.113.2\",\"country\":\"NL\"},"
             "{\"address\":\"203.0.113.2\",\"country\":\"NL\"},"
             "{\"address\":\"203.0.113.3\",\"country\":\"US\"},"
             "{\"address\":\"203.0.113.4\",\"country\":\"??\"}]");
    finish(report);
    assert_says(report, FORM_HTML, "<title>Netherlands: 2</title>");
    assert_says(report, FORM_HTML, "<title>United States of America: 1</title>");
    report_free(report);
}

Test(page, tells_further_stores_in_brief)
{
    struct report *report = make_report(false);
    for (unsigned i = 0; i < 2300; i++) {
        char address[32];
        (void)snprintf(address, sizeof address, "10.0.%u.%u", i / 256, i % 256);
        add(report, address, OPEN);
    }
    finish(report);
    assert_says(report, FORM_HTML, "<h2>Further stores</h2>");
    assert_says(report, FORM_HTML, "and 100 more; --json has all");
    assert_says(report, FORM_HTML, "id=\"e200\"");
    assert_silent(report, FORM_HTML, "id=\"e201\"");
    assert_says(report, FORM_TEXT, "2 300 exposures: 2 300 open, 0 closed.");
    report_free(report);
}

Test(page, marks_when_a_search_engine_came)
{
    static const char client[] =
        OPEN ",\"indexed_by\":\"Censys\",\"clients\":[{\"address\":\"203.0.113.1\","
             "\"first_seen\":\"2019-12-28T03:11:02Z\",\"scanner\":{\"claimed\":\"Censys\"}}]";
    struct report *report = make_report(false);
    add(report, "10.0.0.1", client);
    finish(report);
    assert_says(report, FORM_HTML, "<title>indexed by Censys 2019-12-28 03:11:02 UTC</title>");
    report_free(report);
}

Test(page, tells_the_officer_what_the_article_asks_for)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1",
        CLOSED
        ",\"records\":1656,\"returned\":1237,\"open_at_most\":{\"since\":\"2019-12-04T22:00:00Z\"},"
        "\"classes\":[{\"name\":\"email\",\"values\":1201,\"distinct\":1190}]");
    finish(report);
    assert_says(report, FORM_HTML, "About 1 656 records");
    assert_says(report, FORM_HTML, "1 237 were seen being handed out to the outside");
    assert_says(report, FORM_HTML, "about 1 190, estimated by the different e-mail addresses");
    assert_says(report, FORM_HTML, "e-mail addresses.");
    assert_says(report, FORM_HTML, "2019-12-05 09:14:02 .. 2019-12-31 16:40:11 UTC (26 d 7 h)");
    assert_says(report, FORM_HTML, "2019-12-04 22:00:00 (seen shut then) .. 2019-12-31 17:00:00");
    assert_says(report, FORM_HTML, "it refused a client without credentials");
    report_free(report);
}
