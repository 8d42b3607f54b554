/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exposure on the page: what is certain and what is not, who asked and what he did, what kind
 * of data, how it was proven, and what to do.
 */
#include "report/html.h"

#include "ledger/line.h"
#include "report/life.h"
#include "report/words.h"
#include "report/world.h"

#include <inttypes.h>
#include <string.h>

#define MEMBERS_SHOWN 24

static void row(FILE *out, const char *label, const struct words *words)
{
    if (words->used == 0)
        return;
    html_element(out, "dt", NULL, label);
    html_element(out, "dd", NULL, words->text);
    html_print(out, "\n");
}

static void write_title(FILE *out, const struct node *exposure, size_t number)
{
    struct words title = {.used = 0}, endpoint = {.used = 0};
    bool open = life_is_open(exposure);
    words_title(exposure, &title);
    words_endpoint(exposure, &endpoint);
    html_print(out, "<h2 id=\"e%zu\">", number);
    html_text(out, title.text);
    html_print(out, " at <span class=\"mono\">");
    html_text(out, endpoint.text);
    html_print(out, "</span></h2>\n<p><span class=\"tag %s\">%s</span>", open ? "red" : "green",
               open ? "open" : "closed");
    html_print(out, "<span class=\"tag %s\">severity %" PRIu64 "</span>",
               node_number(exposure, "severity", 0) >= 70 ? "red" : "amber",
               node_number(exposure, "severity", 0));
    html_element(out, "span", "tag amber", node_text(exposure, "verdict"));
    html_element(out, "span", "tag plain",
                 strcmp(node_text(exposure, "zone"), "internal") == 0 ? "to internal clients"
                                                                      : "to outside clients");
    html_print(out, "</p>\n");
}

static void write_facts(FILE *out, const struct node *exposure)
{
    struct words nature = {.used = 0}, least = {.used = 0}, most = {.used = 0};
    struct words closing = {.used = 0}, holds = {.used = 0}, gave = {.used = 0};
    struct words group = {.used = 0}, dates = {.used = 0}, indexed = {.used = 0};
    struct words reachable = {.used = 0};
    char oldest[WORDS_TIME_MAX], newest[WORDS_TIME_MAX];
    words_add(&nature, "%s", words_verdict(node_text(exposure, "verdict")));
    words_at_least(exposure, &least);
    words_at_most(exposure, &most);
    words_closing(exposure, &closing);
    words_holds(exposure, &holds);
    words_gave(exposure, &gave);
    words_group(exposure, MEMBERS_SHOWN, &group);
    words_time(exposure, "oldest_record", oldest);
    words_time(exposure, "newest_record", newest);
    if (oldest[0] && newest[0])
        words_add(&dates, "records handed out bear dates from %.10s to %.10s", oldest, newest);
    if (node_text(exposure, "indexed_by")[0])
        words_add(&indexed, "by %s: whoever searches there finds the store",
                  node_text(exposure, "indexed_by"));
    html_print(out, "<dl>\n");
    row(out, "what happened", &nature);
    row(out, "open at least", &least);
    row(out, "open at most", &most);
    words_reachable(exposure, &reachable);
    row(out, "reachable", &reachable);
    row(out, "closed", &closing);
    row(out, "holds", &holds);
    row(out, "handed out", &gave);
    row(out, "dates", &dates);
    row(out, "published", &indexed);
    row(out, "the same", &group);
    html_print(out, "</dl>\n");
}

static void write_windows(FILE *out, const struct node *exposure)
{
    const struct node *windows = node_get(exposure, "windows");
    if (node_count(windows) == 0)
        return;
    html_print(out, "<h3>Earlier times that it stood open</h3>\n<ul>\n");
    for (size_t i = 0; i < node_count(windows); i++) {
        struct words words = {.used = 0};
        words_at_least(node_at(windows, i), &words);
        words_add(&words, "; closed ");
        words_closing(node_at(windows, i), &words);
        html_element(out, "li", NULL, words.text);
        html_print(out, "\n");
    }
    html_print(out, "</ul>\n");
}

static void number_cell(FILE *out, const struct node *node, const char *name)
{
    html_print(out, "<td class=\"num\">");
    if (node_has(node, name))
        html_count(out, node_number(node, name, 0));
    html_print(out, "</td>");
}

static void bytes_cell(FILE *out, const struct node *node, const char *name)
{
    char text[FORMAT_TEXT_MAX];
    if (node_has(node, name))
        html_element(out, "td", "num", format_bytes(node_number(node, name, 0), text));
    else
        html_print(out, "<td></td>");
}

static void write_datasets(FILE *out, const struct node *exposure)
{
    const struct node *datasets = node_get(exposure, "datasets");
    if (node_count(datasets) == 0)
        return;
    html_print(out, "<h3>What it holds</h3>\n<table><tr><th>data set</th><th class=\"num\">records"
                    "</th><th class=\"num\">size</th><th class=\"num\">handed out</th></tr>\n");
    for (size_t i = 0; i < node_count(datasets); i++) {
        const struct node *dataset = node_at(datasets, i);
        html_print(out, "<tr>");
        html_element(out, "td", NULL, node_text(dataset, "name"));
        number_cell(out, dataset, "records");
        bytes_cell(out, dataset, "bytes");
        number_cell(out, dataset, "returned");
        html_print(out, "</tr>\n");
    }
    html_print(out, "</table>\n");
    if (node_is(exposure, "datasets_more"))
        html_print(out, "<p class=\"soft small\">More data sets were named than are kept.</p>\n");
}

static void write_class(FILE *out, const struct node *class)
{
    struct words remarks = {.used = 0};
    char text[FORMAT_TEXT_MAX];
    static const struct {
        const char *name;
        const char *format;
    } shares[] = {{"odd", "%s written so that a filter would miss them. "},
                  {"masked", "%s more look masked. "},
                  {"hashed", "%s more look hashed. "}};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        uint64_t count = node_number(class, shares[i].name, 0);
        if (count)
            words_add(&remarks, shares[i].format, format_count(count, text));
    }
    if (node_is(class, "by_name"))
        words_add(&remarks, "A field is called so. ");
    if (node_text(class, "sample")[0])
        words_add(&remarks, "For example, masked: %s", node_text(class, "sample"));
    html_print(out, "<tr>");
    html_element(out, "td", NULL, words_class(node_text(class, "name")));
    number_cell(out, class, "values");
    html_print(out, "<td class=\"num\">");
    html_count(out, words_distinct(class));
    html_print(out, "</td>");
    html_element(out, "td", NULL, remarks.text);
    html_print(out, "</tr>\n");
}

static void write_classes(FILE *out, const struct node *exposure)
{
    const struct node *classes = node_get(exposure, "classes");
    html_print(out, "<h3>Categories of data seen in what was handed out</h3>\n");
    if (node_count(classes) == 0) {
        html_print(out, "<p class=\"soft\">None of the known classes was seen. That does not mean "
                        "that there are no personal data: names in free text have no pattern.</p>"
                        "\n");
        return;
    }
    html_print(out, "<table><tr><th>category</th><th class=\"num\">values</th><th class=\"num\">"
                    "different, about</th><th>remarks</th></tr>\n");
    for (size_t i = 0; i < node_count(classes); i++)
        write_class(out, node_at(classes, i));
    html_print(out, "</table>\n");
}

static void add_story_step(struct words *words, const struct node *steps, const char *step,
                           const char *did)
{
    char when[WORDS_TIME_MAX];
    if (words_time(steps, step, when)[0])
        words_add(words, "%s%s %.16s", words->used ? "; " : "", did, when);
}

static void write_story(FILE *out, const struct node *actor)
{
    struct words story = {.used = 0};
    const struct node *steps = node_get(actor, "steps");
    char text[FORMAT_TEXT_MAX];
    add_story_step(&story, steps, "looked", "looked");
    add_story_step(&story, steps, "listed", "listed what there is");
    add_story_step(&story, steps, "read", "read records");
    add_story_step(&story, steps, "drained", "took data in bulk");
    add_story_step(&story, steps, "destroyed", "changed or destroyed data");
    if (node_number(actor, "returned", 0))
        words_add(&story, "; got %s records",
                  format_count(node_number(actor, "returned", 0), text));
    if (node_text(actor, "allowed")[0])
        words_add(&story, "; allowed: %s", node_text(actor, "allowed"));
    html_element(out, "td", NULL, story.text);
}

static void write_actor(FILE *out, const struct node *actor)
{
    struct words place = {.used = 0}, network = {.used = 0};
    struct words program = {.used = 0};
    uint64_t number = node_number(actor, "as_number", 0);
    if (node_text(actor, "country")[0])
        words_add(&place, "%s%s%s", world_name(node_text(actor, "country")),
                  node_text(actor, "city")[0] ? ", " : "", node_text(actor, "city"));
    else if (!node_is(actor, "outside"))
        words_add(&place, "internal");
    if (number)
        words_add(&network, "AS%" PRIu64 " %s", number, node_text(actor, "as_name"));
    words_scanner(actor, &program);
    if (node_is(actor, "search_engine"))
        words_add(&program, "; publishes what it finds");
    html_print(out, "<tr>");
    html_print(out, "<td class=\"addr\">");
    html_text(out, node_text(actor, "address"));
    if (node_text(actor, "via")[0]) {
        html_print(out, "<br>says proxy ");
        html_text(out, node_text(actor, "via"));
    }
    html_print(out, "</td><td>");
    html_text(out, place.text);
    html_print(out, network.used ? "<br><span class=\"soft small\">" : "<span>");
    html_text(out, network.text);
    html_print(out, "</span></td>");
    html_element(out, "td", NULL, program.text);
    write_story(out, actor);
    html_print(out, "</tr>\n");
}

static void write_actors(FILE *out, const struct node *exposure)
{
    const struct node *actors = node_get(exposure, "clients");
    uint64_t count = node_number(exposure, "actors", 0);
    html_print(
        out,
        "<h3>Who asked</h3>\n<table class=\"who\"><tr><th>address</th><th>from</th><th>program or "
        "scanner</th><th>what he did (first time, UTC)</th></tr>\n");
    for (size_t i = 0; i < node_count(actors); i++)
        write_actor(out, node_at(actors, i));
    html_print(out, "</table>\n");
    if (count > node_count(actors)) {
        html_print(out, "<p class=\"soft small\">and ");
        html_count(out, count - node_count(actors));
        html_print(out, " more clients, counted but not listed</p>\n");
    }
}

static void write_proof(FILE *out, const struct node *exposure)
{
    struct words words = {.used = 0};
    char first[FORMAT_TEXT_MAX], last[FORMAT_TEXT_MAX];
    struct life life = life_of(exposure);
    format_time(life.first_ns, first);
    format_time(life.last_ns, last);
    words_add(&words,
              "By the store's own answers on the network: on %s UTC a client that showed no "
              "credentials asked, and the server answered instead of refusing. The last such "
              "answer seen is of %s UTC. Requests alone prove nothing here; a refused one is no "
              "exposure.",
              first, last);
    html_print(out, "<h3>How it was proven</h3>\n");
    html_element(out, "p", NULL, words.text);
    html_print(out, "\n<p class=\"soft small\">Exposure <span class=\"mono\">");
    html_text(out, node_text(exposure, "id"));
    html_print(out, "</span>; its events bear this id in <span class=\"mono\">ajar.exposure</span>."
                    "</p>\n");
}

static void write_advice(FILE *out, const struct node *exposure)
{
    const char *advice[WORDS_ADVICE_MAX], *url = node_text(exposure, "hardening");
    size_t count = words_advice(exposure, advice);
    if (count == 0 && !url[0])
        return;
    html_print(out, "<h3>What to do next</h3>\n<ul>\n");
    for (size_t i = 0; i < count; i++)
        html_element(out, "li", NULL, advice[i]);
    if (strncmp(url, "https://", 8) == 0) {
        html_print(out, "<li>How to secure it, by its maker: <a class=\"hardening\" href=\"");
        html_text(out, url);
        html_print(out, "\">");
        html_text(out, url);
        html_print(out, "</a></li>");
    }
    html_print(out, "\n</ul>\n");
}

void html_exposure(FILE *out, const struct node *exposure, size_t number)
{
    html_print(out, "<section class=\"exposure%s\">\n", life_is_open(exposure) ? " open" : "");
    write_title(out, exposure, number);
    write_facts(out, exposure);
    html_timeline(out, exposure);
    write_windows(out, exposure);
    write_actors(out, exposure);
    write_classes(out, exposure);
    write_datasets(out, exposure);
    write_proof(out, exposure);
    write_advice(out, exposure);
    html_print(out, "</section>\n");
}
