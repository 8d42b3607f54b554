/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scene.h"

Test(text, tells_the_life_of_a_store)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1",
        CLOSED ",\"windows\":[{\"open_at_least\":{\"since\":\"2019-11-01T00:00:00Z\","
               "\"until\":\"2019-11-02T00:00:00Z\"},\"closed\":{\"at\":"
               "\"2019-11-03T00:00:00Z\",\"by\":\"silence\"}}]");
    finish(report);
    assert_says(report, FORM_TEXT, "  closed  elasticsearch  10.0.0.1:9200   severity 90   data\n");
    assert_says(report, FORM_TEXT,
                "    open    2019-12-05 09:14:02 .. 2019-12-31 16:40:11 UTC (26 d 7 h)\n");
    assert_says(report, FORM_TEXT,
                "    at most some time before (never seen shut) .. 2019-12-31 17:00:00 UTC\n");
    assert_says(report, FORM_TEXT, "    before  2019-11-01 00:00:00 .. 2019-11-02 00:00:00 UTC");
    assert_says(report, FORM_TEXT, "inferred:");
    report_free(report);
}

Test(text, tells_who_did_what)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1",
        OPEN ",\"actors\":9,\"actors_outside\":8,\"clients\":[{\"address\":\"203.0.113.1\","
             "\"outside\":true,\"country\":\"NL\",\"city\":\"Amsterdam\",\"as_number\":64500,"
             "\"as_name\":\"Example\",\"scanner\":{\"confirmed\":\"Censys\"},\"user_agent\":\"x\","
             "\"steps\":{"
             "\"looked\":\"2019-12-05T09:14:02Z\",\"listed\":\"2019-12-05T09:14:02Z\"}},"
             "{\"address\":\"203.0.113.2\",\"outside\":true,\"via\":\"10.0.0.80\","
             "\"user_agent\":\"curl/7\",\"steps\":{\"destroyed\":\"2019-12-05T09:14:02Z\"}}]");
    finish(report);
    assert_says(report, FORM_TEXT,
                "who     203.0.113.1, NL Amsterdam, AS64500 Example, Censys (confirmed): listed\n");
    assert_says(report, FORM_TEXT, "203.0.113.2 via 10.0.0.80, curl/7: destroyed\n");
    assert_says(report, FORM_TEXT, "and 7 more\n");
    assert_says(report, FORM_TEXT, "to 8 outside and 1 internal clients without credentials");
    report_free(report);
}

Test(text, is_no_wider_than_a_screen)
{
    struct report *report = make_report(false);
    char more[2048], name[600];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    (void)snprintf(more, sizeof more,
                   OPEN
                   ",\"product\":\"%s\",\"datasets\":[{\"name\":\"%s\"}],\"indexed_by\":\"%s\"",
                   name, name, name);
    add(report, "10.0.0.1", more);
    finish(report);
    char *text = written(report, FORM_TEXT);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_assert_leq(strcspn(line, "\n"), 100, "%s", line);
    free(text);
    report_free(report);
}

Test(text, says_what_to_do_next)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN ",\"hardening\":\"https://maker.example/security\"");
    finish(report);
    assert_says(report, FORM_TEXT, "next    Close the port to the outside now");
    assert_says(report, FORM_TEXT, "https://maker.example/security");
    report_free(report);
}
