/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time lines of the page (SVG): when a store stood open for certain (bars), when it may have
 * (dashed), what each client did and when, and the closing.
 */
#include "report/html.h"

#include "ledger/line.h"
#include "report/life.h"
#include "report/words.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH         960
#define NAMES_WIDTH   190 /* of the column of names */
#define ROW_HEIGHT    24
#define ACTORS_MAX    16
#define OVERVIEW_MAX  60
#define TICKS         4
#define NS_PER_MINUTE 60000000000ULL

struct axis {
    uint64_t first_ns;
    uint64_t last_ns;
    int top; /* of the next row */
};

static void widen(struct axis *axis, uint64_t time_ns)
{
    if (!time_ns)
        return;
    if (!axis->first_ns || time_ns < axis->first_ns)
        axis->first_ns = time_ns;
    if (time_ns > axis->last_ns)
        axis->last_ns = time_ns;
}

static void widen_by(struct axis *axis, const struct node *window)
{
    struct life life = life_of(window);
    widen(axis, life.before_ns);
    widen(axis, life.first_ns);
    widen(axis, life.last_ns);
    widen(axis, life.closed_ns);
}

static void widen_by_exposure(struct axis *axis, const struct node *exposure)
{
    const struct node *windows = node_get(exposure, "windows");
    widen_by(axis, exposure);
    for (size_t i = 0; i < node_count(windows); i++)
        widen_by(axis, node_at(windows, i));
}

static const char *const step_names[] = {"looked", "listed", "read", "drained", "destroyed"};
#define STEP_NAMES (sizeof step_names / sizeof step_names[0])

static void widen_by_actors(struct axis *axis, const struct node *actors)
{
    for (size_t i = 0; i < node_count(actors) && i < ACTORS_MAX; i++)
        for (size_t s = 0; s < STEP_NAMES; s++)
            widen(axis, node_time(node_get(node_at(actors, i), "steps"), step_names[s]));
}

/* A little room at both ends; a minute at least. */
static void round_axis(struct axis *axis)
{
    uint64_t span = axis->last_ns - axis->first_ns;
    uint64_t room = span / 40 > NS_PER_MINUTE / 2 ? span / 40 : NS_PER_MINUTE / 2;
    axis->first_ns -= axis->first_ns > room ? room : axis->first_ns;
    axis->last_ns += room;
}

static double x_of(const struct axis *axis, uint64_t time_ns)
{
    if (time_ns < axis->first_ns)
        time_ns = axis->first_ns;
    if (time_ns > axis->last_ns)
        time_ns = axis->last_ns;
    return NAMES_WIDTH + (double)(time_ns - axis->first_ns) /
                             (double)(axis->last_ns - axis->first_ns) * (WIDTH - NAMES_WIDTH - 10);
}

static void draw_axis(FILE *out, const struct axis *axis, int height)
{
    uint64_t span = axis->last_ns - axis->first_ns;
    bool days = span > 3 * 86400 * 1000000000ULL;
    for (unsigned i = 0; i <= TICKS; i++) {
        char text[FORMAT_TEXT_MAX];
        uint64_t time_ns = axis->first_ns + span / TICKS * i;
        double x = x_of(axis, time_ns);
        format_time(time_ns, text);
        if (days)
            text[10] = '\0'; /* the day alone */
        html_print(out,
                   "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/>"
                   "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
                   x, x, height - 18, x, height - 4,
                   i == 0       ? "start"
                   : i == TICKS ? "end"
                                : "middle",
                   text);
    }
}

static void draw_name(FILE *out, const struct axis *axis, const char *name)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.26s%s", name, strlen(name) > 26 ? ".." : "");
    html_print(out, "<text class=\"name\" x=\"0\" y=\"%d\">", axis->top + 16);
    html_text(out, text);
    html_print(out, "</text>");
}

static void draw_span(FILE *out, const struct axis *axis, const char *class, uint64_t from_ns,
                      uint64_t to_ns)
{
    double from = x_of(axis, from_ns), to = x_of(axis, to_ns);
    html_print(out,
               "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"12\" rx=\"2\"/>",
               class, from, axis->top + 6, to - from > 3 ? to - from : 3);
}

/* What is certain as a bar, what cannot be excluded dashed around it. */
static void draw_window(FILE *out, const struct axis *axis, const struct node *window, bool open)
{
    struct life life = life_of(window);
    struct words words = {.used = 0};
    words_at_least(window, &words);
    html_print(out, "<g><title>");
    html_text(out, words.text);
    html_print(out, "</title>");
    if (life.before_ns)
        draw_span(out, axis, "maybe", life.before_ns, life.first_ns);
    if (life.closed_ns > life.last_ns || open)
        draw_span(out, axis, "maybe", life.last_ns, open ? axis->last_ns : life.closed_ns);
    draw_span(out, axis, "bar", life.first_ns, life.last_ns);
    if (life.closed_ns)
        html_print(out, "<line class=\"shut\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                   x_of(axis, life.closed_ns), x_of(axis, life.closed_ns), axis->top + 3,
                   axis->top + 21);
    html_print(out, "</g>\n");
}

static void draw_windows(FILE *out, struct axis *axis, const struct node *exposure,
                         const char *name)
{
    const struct node *windows = node_get(exposure, "windows");
    draw_name(out, axis, name);
    for (size_t i = 0; i < node_count(windows); i++)
        draw_window(out, axis, node_at(windows, i), false);
    draw_window(out, axis, exposure, life_is_open(exposure));
    axis->top += ROW_HEIGHT;
}

static void draw_actor(FILE *out, struct axis *axis, const struct node *actor)
{
    const struct node *steps = node_get(actor, "steps");
    draw_name(out, axis, node_text(actor, "address"));
    for (size_t s = 0; s < STEP_NAMES; s++) {
        char when[WORDS_TIME_MAX];
        uint64_t time_ns = node_time(steps, step_names[s]);
        if (!time_ns)
            continue;
        html_print(out,
                   "<circle class=\"step %s\" cx=\"%.1f\" cy=\"%d\" r=\"6\"><title>%s %s UTC"
                   "</title></circle>",
                   step_names[s], x_of(axis, time_ns), axis->top + 12, step_names[s],
                   words_time(steps, step_names[s], when));
    }
    html_print(out, "\n");
    axis->top += ROW_HEIGHT;
}

/* The first visit of the search engine that found the store, 0 = not known. */
static uint64_t indexed_at(const struct node *exposure)
{
    const struct node *actors = node_get(exposure, "clients");
    const char *engine = node_text(exposure, "indexed_by");
    uint64_t first = 0;
    for (size_t i = 0; engine[0] && i < node_count(actors); i++) {
        const struct node *scanner = node_get(node_at(actors, i), "scanner");
        uint64_t time_ns = node_time(node_at(actors, i), "first_seen");
        bool is_it = strcmp(node_text(scanner, "confirmed"), engine) == 0 ||
                     strcmp(node_text(scanner, "claimed"), engine) == 0;
        if (is_it && time_ns && (!first || time_ns < first))
            first = time_ns;
    }
    return first;
}

static void draw_indexed(FILE *out, const struct axis *axis, const struct node *exposure,
                         int height)
{
    char when[FORMAT_TEXT_MAX];
    uint64_t time_ns = indexed_at(exposure);
    if (!time_ns)
        return;
    html_print(out, "<g><title>indexed by ");
    html_text(out, node_text(exposure, "indexed_by"));
    html_print(out, " %s UTC</title>", format_time(time_ns, when));
    html_print(out, "<line class=\"indexed\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/></g>\n",
               x_of(axis, time_ns), x_of(axis, time_ns), height);
}

static void begin(FILE *out, const struct axis *axis, size_t rows)
{
    int height = (int)rows * ROW_HEIGHT + 24;
    html_print(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Time line\">\n", WIDTH,
               height);
    draw_axis(out, axis, height);
}

void html_timeline(FILE *out, const struct node *exposure)
{
    struct axis axis = {.top = 0};
    const struct node *actors = node_get(exposure, "clients");
    size_t shown = node_count(actors) < ACTORS_MAX ? node_count(actors) : ACTORS_MAX;
    widen_by_exposure(&axis, exposure);
    widen_by_actors(&axis, actors);
    round_axis(&axis);
    begin(out, &axis, shown + 1);
    draw_indexed(out, &axis, exposure, (int)(shown + 1) * ROW_HEIGHT);
    draw_windows(out, &axis, exposure, "the store stood open");
    for (size_t i = 0; i < shown; i++)
        draw_actor(out, &axis, node_at(actors, i));
    html_print(out, "</svg>\n<p class=\"soft small\">Bar: proven open. Dashed: may have been open. "
                    "Green line: closed. Blue line: found by a "
                    "search engine. Dots: first time that a client looked or listed (blue), "
                    "read (amber), took in bulk or destroyed (red).</p>\n");
}

void html_overview(FILE *out, const struct node *exposures)
{
    struct axis axis = {.top = 0};
    size_t count = node_count(exposures), shown = count < OVERVIEW_MAX ? count : OVERVIEW_MAX;
    if (count < 2)
        return;
    for (size_t i = 0; i < shown; i++)
        widen_by_exposure(&axis, node_at(exposures, i));
    round_axis(&axis);
    html_print(out, "<h2>When they stood open</h2>\n");
    begin(out, &axis, shown);
    for (size_t i = 0; i < shown; i++) {
        struct words name = {.used = 0};
        words_endpoint(node_at(exposures, i), &name);
        if (!life_is_outside(node_at(exposures, i)))
            words_add(&name, " inside");
        draw_windows(out, &axis, node_at(exposures, i), name.text);
    }
    html_print(out, "</svg>\n");
    if (shown < count)
        html_print(out, "<p class=\"soft small\">and %zu more</p>\n", count - shown);
}
