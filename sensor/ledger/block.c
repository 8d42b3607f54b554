/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exposed store for people: since when it is open, what it holds, what it gave, to whom, which
 * others hold the same, and what to do next.
 */
#include "ledger/block.h"

#include "base/text.h"
#include "ledger/line.h"

#include <stdlib.h>
#include <string.h>

#define ACTORS_SHOWN   6
#define DATASETS_SHOWN 12
#define MEMBERS_SHOWN  6
#define LABEL_COLUMN   4
#define TEXT_COLUMN    12
#define WORDS_MAX      64

void store_title(const char *store, const char *product, const char *version, char *text,
                 size_t size)
{
    (void)snprintf(text, size, "%s%s%s", product[0] ? product : store, version[0] ? " " : "",
                   version);
}

const char *format_endpoint(const struct addr *addr, uint16_t port,
                            char text[static ENDPOINT_TEXT_MAX])
{
    char address[ADDR_TEXT_MAX];
    addr_format(addr, address);
    text_make_endpoint(text, ENDPOINT_TEXT_MAX, address, port);
    return text;
}

static void start(struct line *line, const char *label)
{
    line_pad(line, LABEL_COLUMN);
    line_set_colour(line, LINE_DIM);
    line_print(line, "%s", label);
    line_set_colour(line, LINE_PLAIN);
    line_pad(line, TEXT_COLUMN);
}

static void write_head(const struct exposure *exposure, struct line *line, FILE *out)
{
    char title[80], endpoint[ENDPOINT_TEXT_MAX];
    store_title(exposure->store, exposure->product, exposure->version, title, sizeof title);
    line_print(line, "  ");
    line_set_colour(line, LINE_RED);
    line_print(line, "EXPOSED");
    line_set_colour(line, LINE_PLAIN);
    line_print(line, "  ");
    line_print_wire(line, title, 32);
    line_print(line, "  %s", format_endpoint(&exposure->addr, exposure->port, endpoint));
    line_print(line, "   severity %d   %s", exposure->severity.value,
               verdict_name((enum verdict)exposure->verdict));
    line_write(line, out);
}

static void write_open(const struct exposure *exposure, struct line *line, FILE *out)
{
    char first[FORMAT_TEXT_MAX], last[FORMAT_TEXT_MAX], span[FORMAT_TEXT_MAX];
    start(line, "open");
    format_time(exposure->first_ns, first);
    format_time(exposure->last_ns, last);
    line_print(line, "%s", first);
    if (strcmp(first, last) != 0)
        line_print(line, " .. %s", last);
    line_print(line, " UTC");
    if (strcmp(first, last) != 0)
        line_print(line, " (%s)", format_duration(exposure->last_ns - exposure->first_ns, span));
    line_write(line, out);
}

static const char *source_words(enum count_source source)
{
    switch (source) {
    case COUNT_LISTING:
        return "a listing";
    case COUNT_COUNT:
        return "a count";
    case COUNT_SEARCH:
        return "a search over all";
    case COUNT_AT_LEAST:
        return "a search: at least";
    case COUNT_NONE:
        break;
    }
    return "";
}

static int compare_datasets(const void *a, const void *b)
{
    const struct dataset *x = *(const struct dataset *const *)a;
    const struct dataset *y = *(const struct dataset *const *)b;
    uint64_t left = x->records == FINDING_NO_COUNT ? 0 : x->records + 1;
    uint64_t right = y->records == FINDING_NO_COUNT ? 0 : y->records + 1;
    if (left != right)
        return left > right ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* "customers 1 237, cases 419, and 7 more": as many as the line takes. */
static void print_datasets(const struct holdings *holdings, struct line *line)
{
    const struct dataset *sorted[256];
    size_t count = 0;
    for (uint32_t i = 0; i < holdings->count && count < sizeof sorted / sizeof sorted[0]; i++)
        sorted[count++] = &holdings->datasets[i];
    qsort(sorted, count, sizeof sorted[0], compare_datasets);
    for (size_t i = 0; i < count; i++) {
        char number[FORMAT_TEXT_MAX] = "";
        if (sorted[i]->records != FINDING_NO_COUNT)
            format_count(sorted[i]->records, number);
        unsigned name = line_wire_width(sorted[i]->name);
        unsigned need = (name > 40 ? 40 : name) + (unsigned)strlen(number) + 18;
        if (i == DATASETS_SHOWN || (i > 0 && need > line_left(line))) {
            line_print(line, ", and %zu more", count - i);
            return;
        }
        line_print(line, i ? ", " : "");
        line_print_wire(line, sorted[i]->name, 40);
        line_print(line, number[0] ? " %s" : "%s", number);
    }
}

static void write_holds(const struct exposure *exposure, struct line *line, FILE *out)
{
    struct holdings_estimate estimate = holdings_estimate(&exposure->holdings);
    uint32_t count = exposure->holdings.count;
    char text[FORMAT_TEXT_MAX];
    start(line, "holds");
    if (estimate.records == FINDING_NO_COUNT && count == 0) {
        line_print(line, "not said by any reply so far");
        line_write(line, out);
        return;
    }
    if (estimate.records != FINDING_NO_COUNT) {
        line_print(line, "%s%s record%s", estimate.source == COUNT_AT_LEAST ? "at least " : "",
                   format_count(estimate.records, text), estimate.records == 1 ? "" : "s");
        line_print(line, count ? " in " : "");
    }
    if (count)
        line_print(line, "%s%u data set%s", exposure->holdings.dropped ? "more than " : "", count,
                   count == 1 ? "" : "s");
    if (estimate.bytes != FINDING_NO_COUNT)
        line_print(line, ", %s", format_bytes(estimate.bytes, text));
    if (estimate.source > COUNT_AT_LEAST)
        line_print(line, " (from %s)", source_words(estimate.source));
    if (count) {
        line_print(line, ": ");
        if (line_left(line) < 50) {
            line_write(line, out);
            line_pad(line, TEXT_COLUMN);
        }
        print_datasets(&exposure->holdings, line);
    }
    line_write(line, out);
}

static void write_gave(const struct exposure *exposure, struct line *line, FILE *out)
{
    char text[FORMAT_TEXT_MAX];
    uint32_t outside = exposure->outside_count, inside = exposure->actor_count - outside;
    start(line, "gave");
    if (exposure->returned)
        line_print(line, "%s record%s, ", format_count(exposure->returned, text),
                   exposure->returned == 1 ? "" : "s");
    line_print(line, "%s, to ", format_bytes(exposure->gave_bytes, text));
    if (outside)
        line_print(line, "%u outside ", outside);
    if (outside && inside)
        line_print(line, "and ");
    if (inside)
        line_print(line, "%u internal ", inside);
    line_print(line, "client%s without credentials", outside + inside == 1 ? "" : "s");
    if (exposure->requests && line_left(line) > strlen(format_count(exposure->requests, text)) + 11)
        line_print(line, ", %s request%s", text, exposure->requests == 1 ? "" : "s");
    line_write(line, out);
}

/* What somebody did, in rising order. */
static void actor_words(const struct actor *actor, char words[static WORDS_MAX])
{
    static const struct {
        enum verdict verdict;
        const char *word;
    } rungs[] = {
        {VERDICT_METADATA, "listed"},
        {VERDICT_DATA, "read"},
        {VERDICT_DRAINED, "drained"},
        {VERDICT_TAMPERED, "tampered"},
    };
    size_t used = 0;
    words[0] = '\0';
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        if (actor->verdicts & 1U << rungs[i].verdict)
            used += (size_t)snprintf(words + used, WORDS_MAX - used, used ? ", %s" : "%s",
                                     rungs[i].word);
    if (used == 0)
        (void)snprintf(words, WORDS_MAX, "looked");
}

/* The cells of an actor's row. */
struct actor_row {
    char address[ADDR_TEXT_MAX];
    char place[56];
    char network[64];
    char agent[64];
    char words[WORDS_MAX];
};

static void fill_row(const struct actor *actor, struct actor_row *row)
{
    addr_format(&actor->addr, row->address);
    (void)snprintf(row->place, sizeof row->place, "%s%s%s", actor->country_code,
                   actor->country_code[0] && actor->city_name[0] ? " " : "", actor->city_name);
    row->network[0] = '\0';
    if (actor->as_number)
        (void)snprintf(row->network, sizeof row->network, "AS%u%s%s", actor->as_number,
                       actor->as_name[0] ? " " : "", actor->as_name);
    if (!actor->outside && !row->place[0])
        (void)snprintf(row->place, sizeof row->place, "internal");
    (void)snprintf(row->agent, sizeof row->agent, "%s", actor->user_agent);
    actor_words(actor, row->words);
}

enum { CELL_PLACE, CELL_NETWORK, CELL_AGENT, CELLS };

static const char *cell_of(const struct actor_row *row, int cell)
{
    return cell == CELL_PLACE ? row->place : cell == CELL_NETWORK ? row->network : row->agent;
}

static void widen(unsigned *width, unsigned columns)
{
    if (columns > *width)
        *width = columns;
}

/* Widths for the cells in the middle, so that address and words always fit. */
static void fit_cells(const struct actor_row *rows, size_t count, unsigned *address,
                      unsigned widths[static CELLS])
{
    unsigned words = 0;
    for (size_t i = 0; i < count; i++) {
        widen(address, (unsigned)strlen(rows[i].address));
        widen(&words, (unsigned)strlen(rows[i].words));
        for (int c = 0; c < CELLS; c++)
            widen(&widths[c], line_wire_width(cell_of(&rows[i], c)));
    }
    unsigned fixed = TEXT_COLUMN + *address + words + 2 * (CELLS + 1);
    unsigned room = fixed < LINE_COLUMNS ? LINE_COLUMNS - fixed : 0;
    while (widths[0] + widths[1] + widths[2] > room) {
        int widest = 0;
        for (int c = 1; c < CELLS; c++)
            if (widths[c] > widths[widest])
                widest = c;
        widths[widest]--;
    }
}

static int compare_actors(const void *a, const void *b)
{
    const struct actor *x = *(const struct actor *const *)a;
    const struct actor *y = *(const struct actor *const *)b;
    if (x->outside != y->outside)
        return x->outside ? -1 : 1;
    if (x->verdicts != y->verdicts)
        return x->verdicts > y->verdicts ? -1 : 1;
    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return addr_compare(&x->addr, &y->addr);
}

static void write_row(const struct actor_row *row, unsigned address, const unsigned *widths,
                      struct line *line)
{
    unsigned column = TEXT_COLUMN + address + 2;
    line_print(line, "%s", row->address);
    for (int c = 0; c < CELLS; c++) {
        if (widths[c] == 0)
            continue;
        line_pad(line, column);
        line_print_wire(line, cell_of(row, c), widths[c]);
        column += widths[c] + 2;
    }
    line_pad(line, column);
    line_print(line, "%s", row->words);
}

static void write_who(const struct exposure *exposure, struct line *line, FILE *out)
{
    const struct actor *sorted[256];
    struct actor_row rows[ACTORS_SHOWN];
    unsigned address = 0, widths[CELLS] = {0};
    size_t count = 0;
    for (uint32_t i = 0; i < exposure->actor_rows && count < sizeof sorted / sizeof sorted[0]; i++)
        sorted[count++] = &exposure->actors[i];
    qsort(sorted, count, sizeof sorted[0], compare_actors);
    size_t shown = count < ACTORS_SHOWN ? count : ACTORS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        fill_row(sorted[i], &rows[i]);
    fit_cells(rows, shown, &address, widths);
    for (size_t i = 0; i < shown; i++) {
        start(line, i ? "" : "who");
        write_row(&rows[i], address, widths, line);
        line_write(line, out);
    }
    if (exposure->actor_count > shown) {
        line_pad(line, TEXT_COLUMN);
        line_print(line, "and %u more", exposure->actor_count - (unsigned)shown);
        line_write(line, out);
    }
}

static void write_same(const struct block *block, struct line *line, FILE *out)
{
    const struct group *group = &block->groups[block->index];
    if (group->size < 2)
        return;
    start(line, "same");
    line_print(line, "%s as ", group->same_data ? "data" : "cluster");
    size_t shown = 0;
    for (size_t at = group->next; at != block->index; at = block->groups[at].next) {
        char endpoint[ENDPOINT_TEXT_MAX];
        format_endpoint(&block->list[at]->addr, block->list[at]->port, endpoint);
        if (shown == MEMBERS_SHOWN || strlen(endpoint) + 40 > line_left(line))
            break;
        line_print(line, shown++ ? ", %s" : "%s", endpoint);
    }
    if (shown + 1 < group->size)
        line_print(line, " and %zu more", group->size - 1 - shown);
    line_print(line, ": %zu servers, 1 %s", group->size, group->same_data ? "data set" : "cluster");
    line_write(line, out);
}

static void write_next(const struct exposure *exposure, struct line *line, FILE *out)
{
    start(line, "next");
    if (exposure->server_outside && exposure->outside_count == 0)
        line_print(line, "this store is not in home: tell its owner, and ask who inside uses it");
    else if (exposure->outside_count > 0)
        line_print(line, "close port %u to the outside; make the store ask for a login",
                   exposure->port);
    else
        line_print(line, "make the store ask for a login; let only those who need it reach port %u",
                   exposure->port);
    line_write(line, out);
}

void block_write(const struct block *block, FILE *out)
{
    const struct exposure *exposure = block->list[block->index];
    struct line line;
    line_init(&line, block->colour);
    write_head(exposure, &line, out);
    write_open(exposure, &line, out);
    write_holds(exposure, &line, out);
    write_gave(exposure, &line, out);
    write_who(exposure, &line, out);
    write_same(block, &line, out);
    write_next(exposure, &line, out);
    (void)fputc('\n', out);
}
