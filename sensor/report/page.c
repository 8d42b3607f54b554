/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page: one file without scripts or anything fetched, for whoever has to judge and report a
 * breach. Summary in plain words first (GDPR article 33 (3): nature, categories, numbers), then
 * pictures, then each exposure.
 */
#include "report/html.h"
#include "report/report.h"

#include "ledger/line.h"
#include "report/life.h"
#include "report/words.h"

#include <inttypes.h>
#include <string.h>

#define CLASSES_MAX 64
#define WHOLE_MAX   200  /* exposures with all their parts: a page has to open in a browser */
#define ROWS_MAX    2000 /* of a table of others */

static void card(FILE *out, const char *class, uint64_t count, const char *label)
{
    html_print(out, "<div class=\"card %s\"><b>", class);
    html_count(out, count);
    html_print(out, "</b><span>%s</span></div>\n", label);
}

static void write_cards(FILE *out, const struct node *totals)
{
    uint64_t open = node_number(totals, "open_outside", 0);
    html_print(out, "<div class=\"cards\">\n");
    card(out, open ? "bad" : "", open, "open to the outside now");
    card(out, "", node_number(totals, "open", 0) - open, "open to internal clients");
    card(out, "", node_number(totals, "closed", 0), "closed again");
    card(out, "", node_number(totals, "records", 0), "records held, about");
    card(out, "", node_number(totals, "returned_outside", 0), "records handed to outsiders");
    card(out, "", node_number(totals, "actors_outside", 0), "outside clients");
    html_print(out, "</div>\n");
}

/* The exposures that a notification is about: those to the outside, if there are any. */
static bool concerns(const struct node *exposure, const struct node *totals)
{
    return node_number(totals, "exposures_outside", 0) == 0 || life_is_outside(exposure);
}

/* The period of all that concern; *before_ns 0: of some it is not known since when; *closed_ns 0:
 * some are not known to be closed. */
static struct life period_of(const struct node *exposures, const struct node *totals)
{
    struct life all = {.first_ns = UINT64_MAX, .before_ns = UINT64_MAX, .by = ""};
    bool open = false;
    for (size_t i = 0; i < node_count(exposures); i++) {
        const struct node *exposure = node_at(exposures, i);
        const struct node *earliest = node_at(node_get(exposure, "windows"), 0);
        struct life life = life_of(exposure);
        uint64_t before = earliest ? life_of(earliest).before_ns : life.before_ns;
        if (!concerns(exposure, totals))
            continue;
        all.first_ns = life_begin(exposure) < all.first_ns ? life_begin(exposure) : all.first_ns;
        all.before_ns = before < all.before_ns ? before : all.before_ns;
        all.last_ns = life.last_ns > all.last_ns ? life.last_ns : all.last_ns;
        all.closed_ns = life.closed_ns > all.closed_ns ? life.closed_ns : all.closed_ns;
        open = open || life.closed_ns == 0;
    }
    if (open)
        all.closed_ns = 0;
    return all;
}

static void add_period(struct words *words, const struct node *totals, const struct node *exposures)
{
    char first[FORMAT_TEXT_MAX], last[FORMAT_TEXT_MAX];
    struct life all = period_of(exposures, totals);
    words_add(words,
              "At least from %s to %s UTC: the first and the last answer to a client without "
              "credentials that were seen. ",
              format_time(all.first_ns, first), format_time(all.last_ns, last));
    if (all.before_ns)
        words_add(words, "At most from %s, before which every store was seen shut, ",
                  format_time(all.before_ns, first));
    else
        words_add(words, "At most from a time that is not known, as not every store was seen shut "
                         "before, ");
    if (all.closed_ns)
        words_add(words, "to %s UTC, when the last one was seen closed.",
                  format_time(all.closed_ns, last));
    else
        words_add(words, "until now, as not every store is known to be closed.");
}

static bool is_known(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void add_categories(struct words *words, const struct node *totals,
                           const struct node *exposures)
{
    const char *names[CLASSES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < node_count(exposures); i++) {
        const struct node *classes = node_get(node_at(exposures, i), "classes");
        bool counts = concerns(node_at(exposures, i), totals);
        for (size_t j = 0; counts && j < node_count(classes) && count < CLASSES_MAX; j++) {
            const char *name = node_text(node_at(classes, j), "name");
            if (!is_known(names, count, name))
                names[count++] = name;
        }
    }
    for (size_t i = 0; i < count; i++)
        words_add(words, "%s%s", i ? ", " : "", words_class(names[i]));
    if (count == 0)
        words_add(words, "None of the known classes of personal data was seen in what was handed "
                         "out; names in free text have no pattern and are not found this way");
    words_add(words, ".");
}

/* How far a verdict goes; 0 for what is no exposure. */
static size_t rung_of(const char *verdict)
{
    static const char *const ladder[] = {"open", "metadata", "data", "drained", "tampered"};
    for (size_t i = 0; i < sizeof ladder / sizeof ladder[0]; i++)
        if (strcmp(ladder[i], verdict) == 0)
            return i + 1;
    return 0;
}

static void add_nature(struct words *words, const struct node *totals, const struct node *exposures)
{
    uint64_t servers = node_number(totals, "servers", 0);
    const char *worst = "";
    for (size_t i = 0; i < node_count(exposures); i++) {
        const char *verdict = node_text(node_at(exposures, i), "verdict");
        worst = rung_of(verdict) > rung_of(worst) ? verdict : worst;
    }
    words_add(words,
              "%" PRIu64 " data store%s answered without asking for a login (breach of "
              "confidentiality). Of the gravest: %s.",
              servers, servers == 1 ? "" : "s", words_verdict(worst));
}

static void add_numbers(struct words *words, const struct node *totals)
{
    char text[FORMAT_TEXT_MAX];
    uint64_t emails = node_number(totals, "distinct_emails", 0);
    words_add(words,
              "About %s records were held by the exposed stores, what several hold alike "
              "counted once; ",
              format_count(node_number(totals, "records", 0), text));
    words_add(words, "%s were seen being handed out to the outside. ",
              format_count(node_number(totals, "returned_outside", 0), text));
    if (emails)
        words_add(words,
                  "Data subjects: about %s, estimated by the different e-mail addresses in "
                  "what was handed out; of what was not handed out nothing is known.",
                  format_count(emails, text));
    else
        words_add(words, "Data subjects: no estimate, as no e-mail address was seen in what was "
                         "handed out.");
}

static void add_recipients(struct words *words, const struct node *totals,
                           const struct node *exposures)
{
    char text[FORMAT_TEXT_MAX];
    const char *indexed = "";
    for (size_t i = 0; i < node_count(exposures) && !indexed[0]; i++)
        indexed = node_text(node_at(exposures, i), "indexed_by");
    words_add(words, "%s clients, ", format_count(node_number(totals, "actors", 0), text));
    words_add(words, "%s of them from outside.",
              format_count(node_number(totals, "actors_outside", 0), text));
    if (indexed[0])
        words_add(words, " The search engine %s found a store, so that anybody could.", indexed);
}

static void fact(FILE *out, const char *label, const struct words *words)
{
    html_element(out, "dt", NULL, label);
    html_element(out, "dd", NULL, words->text);
    html_print(out, "\n");
}

static void write_article(FILE *out, const struct node *root)
{
    const struct node *totals = node_get(root, "totals"), *exposures = node_get(root, "exposures");
    struct words nature = {.used = 0}, categories = {.used = 0}, numbers = {.used = 0};
    struct words period = {.used = 0}, recipients = {.used = 0};
    add_nature(&nature, totals, exposures);
    add_categories(&categories, totals, exposures);
    add_numbers(&numbers, totals);
    add_period(&period, totals, exposures);
    add_recipients(&recipients, totals, exposures);
    html_print(out, "<h2>For a notification (GDPR article 33)</h2>\n<dl>\n");
    fact(out, "nature", &nature);
    fact(out, "categories of data", &categories);
    fact(out, "numbers", &numbers);
    fact(out, "period", &period);
    fact(out, "recipients", &recipients);
    html_print(out, "</dl>\n");
}

static void write_summary(FILE *out, const struct node *root)
{
    const struct node *totals = node_get(root, "totals");
    if (node_number(totals, "exposures", 0) == 0) {
        html_print(out, "<p>Nothing exposed: in what this report is made from, no data store "
                        "answered a client without credentials");
        if (node_number(totals, "closed_long_ago", 0))
            html_print(out, " lately; %" PRIu64 " that closed long ago are left out",
                       node_number(totals, "closed_long_ago", 0));
        html_print(out, ".</p>\n");
        return;
    }
    write_cards(out, totals);
    write_article(out, root);
}

static void write_head(FILE *out, const struct node *root)
{
    char generated[WORDS_TIME_MAX];
    html_print(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light "
                    "dark\">\n<title>Exposed data stores: ");
    html_text(out, node_text(root, "site"));
    html_print(out,
               "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n<h1>Exposed data stores"
               "</h1>\n<p class=\"soft\">Site ",
               html_style);
    html_text(out, node_text(root, "site"));
    html_print(out, " &middot; from ");
    html_text(out, node_text(root, "source"));
    html_print(out, " &middot; made %s UTC</p>\n", words_time(root, "generated", generated));
}

static void write_brief_row(FILE *out, const struct node *exposure)
{
    struct words title = {.used = 0}, endpoint = {.used = 0}, period = {.used = 0};
    struct words gave = {.used = 0};
    words_title(exposure, &title);
    words_endpoint(exposure, &endpoint);
    words_at_least(exposure, &period);
    words_gave(exposure, &gave);
    html_print(out, "<tr>");
    html_element(out, "td", NULL, title.text);
    html_element(out, "td", "addr", endpoint.text);
    html_element(out, "td", NULL, node_text(exposure, "verdict"));
    html_element(out, "td", NULL, period.text);
    html_element(out, "td", NULL, gave.text);
    html_print(out, "</tr>\n");
}

/* A row for each exposure from number `first` on. */
static void write_brief(FILE *out, const struct node *list, size_t first)
{
    size_t count = node_count(list);
    size_t end = count - first < ROWS_MAX ? count : first + ROWS_MAX;
    html_print(out, "<table><tr><th>store</th><th>address</th><th>shown</th><th>period</th>"
                    "<th>handed out</th></tr>\n");
    for (size_t i = first; i < end; i++)
        write_brief_row(out, node_at(list, i));
    html_print(out, "</table>\n");
    if (end < count)
        html_print(out, "<p class=\"soft small\">and %zu more; --json has all</p>\n", count - end);
}

static void write_exposures(FILE *out, const struct node *exposures)
{
    size_t count = node_count(exposures), shown = count < WHOLE_MAX ? count : WHOLE_MAX;
    if (count)
        html_print(out, "<h2>The stores</h2>\n");
    for (size_t i = 0; i < shown; i++)
        html_exposure(out, node_at(exposures, i), i + 1);
    if (shown < count) {
        html_print(out, "<h2>Further stores</h2>\n");
        write_brief(out, exposures, shown);
    }
}

static void write_allowed(FILE *out, const struct node *list)
{
    if (node_count(list) == 0)
        return;
    html_print(out, "<h2>What the policy allowed</h2>\n<p>Counted like the rest, but no exposure: "
                    "the owner allows these clients, parts or times.</p>\n");
    write_brief(out, list, 0);
}

static void write_stores(FILE *out, const struct node *list)
{
    if (node_count(list) == 0)
        return;
    html_print(out, "<h2>Stores that are not exposed</h2>\n<table><tr><th>standing</th><th>store"
                    "</th><th>address</th><th>protection</th></tr>\n");
    for (size_t i = 0; i < node_count(list) && i < ROWS_MAX; i++) {
        struct words title = {.used = 0}, endpoint = {.used = 0};
        words_title(node_at(list, i), &title);
        words_endpoint(node_at(list, i), &endpoint);
        html_print(out, "<tr>");
        html_element(out, "td", NULL, node_text(node_at(list, i), "standing"));
        html_element(out, "td", NULL, title.text);
        html_element(out, "td", "addr", endpoint.text);
        html_element(out, "td", NULL, node_text(node_at(list, i), "protection"));
        html_print(out, "</tr>\n");
    }
    html_print(out, "</table>\n");
}

static void limit(FILE *out, const struct node *node, const char *name, const char *words)
{
    uint64_t count = node_number(node, name, 0);
    if (!count)
        return;
    html_print(out, "<li>");
    html_count(out, count);
    html_print(out, " %s</li>\n", words);
}

/* What may be missing: of the method always, of this run where it is known. */
static void write_limits(FILE *out, const struct node *root)
{
    const struct node *sight = node_get(root, "sight"), *totals = node_get(root, "totals");
    char at[WORDS_TIME_MAX];
    html_print(out, "<h2>What the sensor could not see</h2>\n<ul>\n"
                    "<li>Traffic that did not pass the mirror port or is not in the captures, and "
                    "whatever happened before it began and after it ended.</li>\n"
                    "<li>Encrypted traffic: a store behind TLS is seen, what it hands out is not."
                    "</li>\n<li>Who is behind an address, and what a client did with the data."
                    "</li>\n");
    if (strcmp(node_text(sight, "scan"), "sampled") == 0)
        html_print(out, "<li>Replies were searched for categories of data in part (sampled): "
                        "values are lower bounds.</li>\n");
    if (node_text(sight, "at")[0])
        html_print(out,
                   "<li>What is said here of packets is of the sensor's run that told it last, "
                   "until %s UTC.</li>\n",
                   words_time(sight, "at", at));
    limit(out, sight, "gaps",
          "gaps in the traffic: packets that were missing. Numbers of what was "
          "handed out are lower bounds.");
    limit(out, sight, "dropped",
          "packets or findings were dropped before the sensor could judge them.");
    limit(out, totals, "unreadable", "exposures in the source could not be read.");
    limit(out, totals, "closed_long_ago", "exposures closed long ago and are left out.");
    html_print(out, "</ul>\n");
}

enum ajar_status report_write_html(const struct report *report, FILE *out)
{
    const struct node *root = report_document(report);
    const struct node *exposures = node_get(root, "exposures");
    write_head(out, root);
    write_summary(out, root);
    html_overview(out, exposures);
    html_map(out, exposures);
    write_exposures(out, exposures);
    write_allowed(out, node_get(root, "allowed"));
    write_stores(out, node_get(root, "stores"));
    write_limits(out, root);
    html_print(out, "<footer>Made by ajar ");
    html_text(out, node_text(root, "version"));
    html_print(out, " on sensor ");
    html_text(out, node_text(root, "sensor"));
    html_print(out, ", a passive sensor: it sent nothing to any of these stores. Times are UTC, of "
                    "the packets.</footer>\n</main>\n</body>\n</html>\n");
    return ferror(out) ? AJAR_ERR_SYSTEM : AJAR_OK;
}
