/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report for a terminal: the block of `ajar read` for each exposure, with its life and what to do
 * next. What came from the wire is escaped.
 */
#include "report/report.h"

#include "ledger/block.h"
#include "ledger/line.h"
#include "report/life.h"
#include "report/words.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_COLUMN   4
#define TEXT_COLUMN    12
#define SUMMARY_COLUMN 2
#define ACTORS_SHOWN   12
#define DATASETS_SHOWN 12
#define CLASSES_SHOWN  12
#define MEMBERS_SHOWN  6

static void start(struct line *line, const char *label)
{
    line_pad(line, LABEL_COLUMN);
    line_set_colour(line, LINE_DIM);
    line_print(line, "%s", label);
    line_set_colour(line, LINE_PLAIN);
    line_pad(line, TEXT_COLUMN);
}

/* Words over as many lines as they take, from this column on. */
static void wrap(struct line *line, unsigned column, const char *text, FILE *out)
{
    while (*text) {
        size_t length = strcspn(text, " ");
        char word[WORDS_MAX];
        (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
        if (line->column > column && line_wire_width(word) + 1 > line_left(line)) {
            line_write(line, out);
            line_pad(line, column);
        }
        if (line->column > column)
            line_print(line, " ");
        line_print_wire(line, word, line_left(line));
        text += length;
        text += strspn(text, " ");
    }
    line_write(line, out);
}

static void write_wrapped(struct line *line, const char *label, const char *text, FILE *out)
{
    start(line, label);
    wrap(line, TEXT_COLUMN, text, out);
}

static void write_words(struct line *line, const char *label, const struct words *words, FILE *out)
{
    if (words->used)
        write_wrapped(line, label, words->text, out);
}

static void write_head(const struct node *exposure, const char *word, struct line *line, FILE *out)
{
    struct words title = {.used = 0}, endpoint = {.used = 0};
    bool open = life_is_open(exposure);
    words_title(exposure, &title);
    words_endpoint(exposure, &endpoint);
    line_print(line, "  ");
    line_set_colour(line, open ? LINE_RED : LINE_YELLOW);
    line_print(line, "%s", word ? word : open ? "EXPOSED" : "closed");
    line_set_colour(line, LINE_PLAIN);
    line_print(line, "  ");
    line_print_wire(line, title.text, 32);
    line_print(line, "  ");
    line_print_wire(line, endpoint.text, 48);
    line_print(line, "   severity %" PRIu64 "   ", node_number(exposure, "severity", 0));
    line_print_wire(line, node_text(exposure, "verdict"), 10);
    if (strcmp(node_text(exposure, "zone"), "internal") == 0)
        line_print(line, "   internal");
    line_write(line, out);
}

static void write_life(const struct node *exposure, struct line *line, FILE *out)
{
    struct words least = {.used = 0}, most = {.used = 0}, closing = {.used = 0};
    struct words reachable = {.used = 0};
    const struct node *windows = node_get(exposure, "windows");
    words_at_least(exposure, &least);
    words_at_most(exposure, &most);
    words_closing(exposure, &closing);
    write_words(line, "open", &least, out);
    write_words(line, "at most", &most, out);
    words_reachable(exposure, &reachable);
    write_words(line, "reached", &reachable, out);
    write_words(line, "closed", &closing, out);
    for (size_t i = 0; i < node_count(windows); i++) {
        struct words earlier = {.used = 0};
        words_at_least(node_at(windows, i), &earlier);
        words_add(&earlier, "; closed ");
        words_closing(node_at(windows, i), &earlier);
        write_words(line, i ? "" : "before", &earlier, out);
    }
}

static void write_holds(const struct node *exposure, struct line *line, FILE *out)
{
    struct words words = {.used = 0};
    const struct node *datasets = node_get(exposure, "datasets");
    size_t count = node_count(datasets);
    char text[FORMAT_TEXT_MAX];
    words_holds(exposure, &words);
    for (size_t i = 0; i < count && i < DATASETS_SHOWN; i++) {
        const struct node *dataset = node_at(datasets, i);
        words_add(&words, "%s%.40s", i ? ", " : ": ", node_text(dataset, "name"));
        if (node_has(dataset, "records"))
            words_add(&words, " %s", format_count(node_number(dataset, "records", 0), text));
    }
    if (count > DATASETS_SHOWN)
        words_add(&words, ", and %zu more", count - DATASETS_SHOWN);
    write_words(line, "holds", &words, out);
}

static void add_share(struct words *words, const struct node *class, const char *name,
                      const char *format)
{
    char text[FORMAT_TEXT_MAX];
    uint64_t count = node_number(class, name, 0);
    if (count)
        words_add(words, format, format_count(count, text));
}

static void write_kinds(const struct node *exposure, struct line *line, FILE *out)
{
    struct words words = {.used = 0};
    const struct node *classes = node_get(exposure, "classes");
    char text[FORMAT_TEXT_MAX];
    for (size_t i = 0; i < node_count(classes) && i < CLASSES_SHOWN; i++) {
        const struct node *class = node_at(classes, i);
        uint64_t values = node_number(class, "values", 0);
        words_add(&words, "%s%.24s", i ? ", " : "", class_label(node_text(class, "name")));
        if (values)
            words_add(&words, " %s", format_count(values, text));
        else
            words_add(&words, " (a field is called so)");
        add_share(&words, class, "odd", " (%s written oddly)");
        add_share(&words, class, "masked", " (%s more masked)");
        add_share(&words, class, "hashed", " (%s more hashed)");
    }
    write_words(line, "kinds", &words, out);
}

static void write_actor(const struct node *actor, const char *label, struct line *line, FILE *out)
{
    struct words words = {.used = 0}, program = {.used = 0};
    const char *via = node_text(actor, "via"), *country = node_text(actor, "country");
    const char *city = node_text(actor, "city");
    uint64_t number = node_number(actor, "as_number", 0);
    words_add(&words, "%s", node_text(actor, "address"));
    if (via[0])
        words_add(&words, " via %s", via);
    if (country[0])
        words_add(&words, ", %s%s%s", country, city[0] ? " " : "", city);
    else if (!node_is(actor, "outside"))
        words_add(&words, ", internal");
    if (number)
        words_add(&words, ", AS%" PRIu64 " %s", number, node_text(actor, "as_name"));
    words_scanner(actor, &program);
    words_add(&words, "%s%s: ", program.used ? ", " : "", program.text);
    words_steps(actor, &words);
    if (node_text(actor, "allowed")[0])
        words_add(&words, " (%s)", node_text(actor, "allowed"));
    write_words(line, label, &words, out);
}

static void write_who(const struct node *exposure, struct line *line, FILE *out)
{
    const struct node *actors = node_get(exposure, "clients");
    uint64_t count = node_number(exposure, "actors", node_count(actors));
    size_t shown = node_count(actors) < ACTORS_SHOWN ? node_count(actors) : ACTORS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        write_actor(node_at(actors, i), i ? "" : "who", line, out);
    if (count > shown) {
        line_pad(line, TEXT_COLUMN);
        line_print(line, "and %" PRIu64 " more", count - shown);
        line_write(line, out);
    }
    if (node_text(exposure, "indexed_by")[0])
        write_wrapped(line, "indexed", node_text(exposure, "indexed_by"), out);
}

static void write_next(const struct node *exposure, struct line *line, FILE *out)
{
    const char *advice[WORDS_ADVICE_MAX];
    size_t count = words_advice(exposure, advice);
    const char *hardening = node_text(exposure, "hardening");
    for (size_t i = 0; i < count; i++)
        write_wrapped(line, i ? "" : "next", advice[i], out);
    if (hardening[0]) {
        struct words words = {.used = 0};
        words_add(&words, "How to secure it, by its maker: %s", hardening);
        write_words(line, count ? "" : "next", &words, out);
    }
}

static void write_exposure(const struct node *exposure, const char *word, bool colour, FILE *out)
{
    struct line line;
    struct words gave = {.used = 0}, group = {.used = 0};
    line_init(&line, colour);
    write_head(exposure, word, &line, out);
    write_life(exposure, &line, out);
    write_holds(exposure, &line, out);
    words_gave(exposure, &gave);
    write_words(&line, "gave", &gave, out);
    write_kinds(exposure, &line, out);
    write_who(exposure, &line, out);
    words_group(exposure, MEMBERS_SHOWN, &group);
    write_words(&line, "same", &group, out);
    if (!word)
        write_next(exposure, &line, out);
    (void)fputc('\n', out);
}

static void write_store(const struct node *store, bool colour, FILE *out)
{
    struct line line;
    struct words title = {.used = 0}, endpoint = {.used = 0};
    line_init(&line, colour);
    words_title(store, &title);
    words_endpoint(store, &endpoint);
    line_print(&line, "  ");
    line_print_wire(&line, node_text(store, "standing"), 10);
    line_pad(&line, 12);
    line_print_wire(&line, title.text, 24);
    line_pad(&line, 38);
    line_print_wire(&line, endpoint.text, 48);
    if (node_text(store, "protection")[0]) {
        line_print(&line, "  ");
        line_print_wire(&line, node_text(store, "protection"), line_left(&line));
    }
    line_write(&line, out);
}

static void write_summary(const struct node *root, FILE *out)
{
    const struct node *totals = node_get(root, "totals");
    struct words words = {.used = 0};
    struct line line;
    char text[FORMAT_TEXT_MAX];
    uint64_t exposures = node_number(totals, "exposures", 0);
    line_init(&line, false);
    words_add(&words, "%s exposure%s: ", format_count(exposures, text), exposures == 1 ? "" : "s");
    words_add(&words, "%s open, ", format_count(node_number(totals, "open", 0), text));
    words_add(&words, "%s closed.", format_count(node_number(totals, "closed", 0), text));
    add_share(&words, totals, "records", "  About %s records held.");
    add_share(&words, totals, "returned_outside", "  %s handed out to the outside.");
    add_share(&words, totals, "allowed", "  %s allowed by the policy.");
    add_share(&words, totals, "closed_long_ago", "  %s closed long ago: --all shows them.");
    add_share(&words, totals, "unreadable", "  %s could not be read.");
    words_add(&words, "  From %s.", node_text(root, "source"));
    if (exposures == 0) {
        words.used = 0;
        words_add(&words, "Nothing exposed in %s.", node_text(root, "source"));
        add_share(&words, totals, "closed_long_ago", "  %s closed long ago: --all shows them.");
        add_share(&words, totals, "unreadable", "  %s could not be read.");
    }
    line_pad(&line, SUMMARY_COLUMN);
    wrap(&line, SUMMARY_COLUMN, words.text, out);
}

enum ajar_status report_write_text(const struct report *report, FILE *out, bool colour)
{
    const struct node *root = report_document(report);
    const struct node *lists[] = {node_get(root, "exposures"), node_get(root, "allowed")};
    const struct node *stores = node_get(root, "stores");
    for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++)
        for (size_t i = 0; i < node_count(lists[l]); i++)
            write_exposure(node_at(lists[l], i), l ? "allowed" : NULL, colour, out);
    for (size_t i = 0; i < node_count(stores); i++)
        write_store(node_at(stores, i), colour, out);
    if (node_count(stores))
        (void)fputc('\n', out);
    write_summary(root, out);
    return ferror(out) ? AJAR_ERR_SYSTEM : AJAR_OK;
}
