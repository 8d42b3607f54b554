/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asked at an exposed store, for people: a row for each actor, with what it did, in columns
 * that fit the screen.
 */
#include "ledger/block.h"

#include "ledger/line.h"

#include <stdlib.h>
#include <string.h>

#define ACTORS_SHOWN 6
#define WORDS_MAX    64

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
        {VERDICT_TAMPERED, "destroyed"},
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
    if (actor->who.confirmed[0])
        (void)snprintf(row->agent, sizeof row->agent, "%s (confirmed)", actor->who.confirmed);
    else if (actor->who.claimed[0])
        (void)snprintf(row->agent, sizeof row->agent, "%s (claimed)", actor->who.claimed);
    else if (actor->user_agent[0] || !actor->who.tool[0])
        (void)snprintf(row->agent, sizeof row->agent, "%s", actor->user_agent);
    else
        (void)snprintf(row->agent, sizeof row->agent, "%s (by its SYN)", actor->who.tool);
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
    unsigned fixed = BLOCK_TEXT_COLUMN + *address + words + 2 * (CELLS + 1);
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
    unsigned column = BLOCK_TEXT_COLUMN + address + 2;
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

void block_write_who(const struct exposure *exposure, struct line *line, FILE *out)
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
        block_start(line, i ? "" : "who");
        write_row(&rows[i], address, widths, line);
        line_write(line, out);
    }
    if (exposure->actor_count > shown) {
        line_pad(line, BLOCK_TEXT_COLUMN);
        line_print(line, "and %u more", exposure->actor_count - (unsigned)shown);
        line_write(line, out);
    }
}
