/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table for people at the end of `ajar read`: a block for each exposed store, a line for each
 * that refused, asked for a login, or only said what it is, and one line that sums up.
 */
#include "ledger/block.h"
#include "ledger/book.h"
#include "ledger/groups.h"
#include "ledger/ledger.h"
#include "ledger/line.h"

#include <stdlib.h>
#include <string.h>

#define STORE_COLUMN    11
#define ENDPOINT_COLUMN 35

/* What a store that is not exposed has shown. The order is that of the lines. */
enum standing {
    STANDING_ALLOWED,
    STANDING_REFUSED,
    STANDING_LOGIN,
    STANDING_REVEALED,
    STANDING_OPAQUE,
    STANDING_EXPOSED,
    STANDINGS
};

/* A store that is not exposed. */
struct row {
    const struct server *server;
    enum standing standing;
};

/* What is collected from the ledger before anything is printed. */
struct table {
    const struct ledger *ledger;
    const struct signature_set *signatures;
    const struct exposure **exposures;
    struct members members;
    size_t exposure_count;
    struct row *rows; /* of all stores that are not exposed, in the order of the lines */
    size_t row_count;
    size_t row_room;
    size_t outside_stores; /* exposed ones outside home */
    size_t closed;         /* exposed ones that are closed since */
    uint64_t standings[STANDINGS];
};

static bool has_exposure(const struct table *table, const struct server *server, enum zone zone)
{
    return exposures_find(table->ledger->exposures, server->store, &server->addr, server->port,
                          zone) != NULL;
}

static enum standing standing_of(const struct table *table, const struct server *server)
{
    if (has_exposure(table, server, ZONE_OUTSIDE) || has_exposure(table, server, ZONE_INTERNAL))
        return STANDING_EXPOSED;
    if (has_exposure(table, server, ZONE_ALLOWED))
        return STANDING_ALLOWED;
    if (server->open)
        return STANDING_EXPOSED; /* there was no room for it */
    if (server->refuses || server->verdict == VERDICT_REFUSED)
        return STANDING_REFUSED;
    if (server->verdict == VERDICT_NONE)
        return STANDING_OPAQUE;
    return server->served_credentials ? STANDING_LOGIN : STANDING_REVEALED;
}

static void collect_server(void *context, const struct server *server)
{
    struct table *table = context;
    enum standing standing = standing_of(table, server);
    if (standing == STANDING_EXPOSED)
        return; /* counted by the exposures, which outlive the table of servers */
    if (table->row_count == table->row_room) {
        size_t room = table->row_room ? table->row_room * 2 : 64;
        struct row *rows = realloc(table->rows, room * sizeof *rows);
        if (!rows)
            return;
        table->rows = rows;
        table->row_room = room;
    }
    table->rows[table->row_count++] = (struct row){server, standing};
    table->standings[standing]++;
}

static int compare_exposures(const void *a, const void *b)
{
    const struct exposure *x = *(const struct exposure *const *)a;
    const struct exposure *y = *(const struct exposure *const *)b;
    if (x->severity.value != y->severity.value)
        return x->severity.value > y->severity.value ? -1 : 1;
    int order = addr_compare(&x->addr, &y->addr);
    return order ? order : (x->port > y->port) - (x->port < y->port);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->standing != y->standing)
        return x->standing < y->standing ? -1 : 1;
    int order = addr_compare(&x->server->addr, &y->server->addr);
    return order ? order
                 : (x->server->port > y->server->port) - (x->server->port < y->server->port);
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->mark != y->mark)
        return x->mark < y->mark ? -1 : 1;
    int order = addr_compare(&x->exposure->addr, &y->exposure->addr);
    return order
               ? order
               : (x->exposure->port > y->exposure->port) - (x->exposure->port < y->exposure->port);
}

/* What was not asked for at the one door is told in the block of the other. */
static bool has_block(const struct exposure *e)
{
    return e->zone == ZONE_OUTSIDE ||
           (e->zone == ZONE_INTERNAL && !exposure_to_zone(e, ZONE_OUTSIDE));
}

static void collect_exposure(struct table *table, const struct exposure *exposure)
{
    table->exposures[table->exposure_count++] = exposure;
    table->outside_stores += exposure->server_outside;
    table->closed += exposure->closing != CLOSING_NONE;
    for (int kind = 0; kind < MARKS; kind++)
        if (exposure->marks[kind])
            table->members.list[table->members.count++] =
                (struct member){exposure->marks[kind], exposure};
}

static bool collect(const struct ledger *ledger, struct table *table)
{
    size_t count = (size_t)exposures_count(ledger->exposures);
    table->ledger = ledger;
    table->exposures = calloc(count ? count : 1, sizeof(const struct exposure *));
    table->members.list = calloc(count ? count * MARKS : 1, sizeof *table->members.list);
    if (!table->exposures || !table->members.list)
        return false;
    for (const struct exposure *e = exposures_first(ledger->exposures); e; e = e->next)
        if (has_block(e))
            collect_exposure(table, e);
    table->standings[STANDING_EXPOSED] = table->exposure_count;
    qsort(table->exposures, table->exposure_count, sizeof(const struct exposure *),
          compare_exposures);
    qsort(table->members.list, table->members.count, sizeof *table->members.list, compare_members);
    servers_visit(ledger->servers, collect_server, table);
    if (table->row_count)
        qsort(table->rows, table->row_count, sizeof *table->rows, compare_rows);
    return true;
}

static void print_refused(const struct server *server, struct line *line)
{
    line_print(line, "asked by %u%s, answered ", server->client_count,
               server->client_count == SERVER_CLIENTS_MAX ? " or more" : "");
    if (server->refusal_status)
        line_print(line, "%u", server->refusal_status);
    else
        line_print(line, "no");
    if (server->protection[0]) {
        line_print(line, " (");
        line_print_wire(line, server->protection, line_left(line) > 1 ? line_left(line) - 1 : 0);
        line_print(line, ")");
    }
}

static void print_standing_words(const struct row *row, struct line *line)
{
    switch (row->standing) {
    case STANDING_REFUSED:
        print_refused(row->server, line);
        break;
    case STANDING_LOGIN:
        line_print(line, "served with a login; without one not seen");
        break;
    case STANDING_ALLOWED:
        line_print(line, "open, as the policy allows");
        break;
    case STANDING_OPAQUE:
        line_print(line, "TLS: answers, not readable");
        break;
    default:
        line_print(line, row->server->version[0] ? "version only" : "presence only");
        break;
    }
}

static void write_server(const struct row *row, bool colour, FILE *out)
{
    static const char *const names[STANDINGS] = {"allowed",  "refused", "login",
                                                 "revealed", "opaque",  ""};
    const struct server *server = row->server;
    char title[80], endpoint[ENDPOINT_TEXT_MAX];
    struct line line;
    line_init(&line, colour);
    line_print(&line, "  ");
    line_set_colour(&line, row->standing == STANDING_REFUSED ? LINE_GREEN : LINE_YELLOW);
    line_print(&line, "%s", names[row->standing]);
    line_set_colour(&line, LINE_PLAIN);
    line_pad(&line, STORE_COLUMN);
    store_title(server->store, server->product, server->version, title, sizeof title);
    line_print_wire(&line, title, ENDPOINT_COLUMN - STORE_COLUMN - 2);
    line_pad(&line, ENDPOINT_COLUMN);
    line_print(&line, "%s", format_endpoint(&server->addr, server->port, endpoint));
    line_pad(&line, ENDPOINT_COLUMN + 21);
    print_standing_words(row, &line);
    line_write(&line, out);
}

static void print_totals(const struct ledger_totals *totals, struct line *line)
{
    char text[FORMAT_TEXT_MAX];
    line_print(line, "%s flow%s, ", format_count(totals->flows, text),
               totals->flows == 1 ? "" : "s");
    line_print(line, "%s packet%s, ", format_count(totals->packets, text),
               totals->packets == 1 ? "" : "s");
    line_print(line, "%s, ", format_bytes(totals->bytes, text));
    if (totals->files > 1)
        line_print(line, "%s files, ", format_count(totals->files, text));
    line_print(line, "%s gap%s.  ", format_count(totals->gaps, text), totals->gaps == 1 ? "" : "s");
    line_print(line, "%.2f s", totals->seconds);
}

static void print_standing(struct line *line, uint64_t count, const char *word)
{
    char text[FORMAT_TEXT_MAX];
    if (count)
        line_print(line, ", %s %s", format_count(count, text), word);
}

static void write_summary(const struct table *table, const struct ledger_totals *totals, FILE *out)
{
    struct line line;
    char text[FORMAT_TEXT_MAX];
    line_init(&line, false);
    uint64_t stores = table->row_count + table->exposure_count;
    if (stores == 0) {
        line_print(&line, "  Nothing exposed: no data store in ");
        print_totals(totals, &line);
        line_write(&line, out);
        return;
    }
    line_print(&line, "  %s store%s: ", format_count(stores, text), stores == 1 ? "" : "s");
    line_print(&line, "%s exposed", format_count(table->exposure_count, text));
    if (table->closed)
        line_print(&line, " (%s closed since)", format_count(table->closed, text));
    print_standing(&line, table->standings[STANDING_ALLOWED], "allowed");
    print_standing(&line, table->standings[STANDING_REFUSED], "refused");
    print_standing(&line, table->standings[STANDING_LOGIN], "with login");
    print_standing(&line, table->standings[STANDING_REVEALED], "revealed");
    print_standing(&line, table->standings[STANDING_OPAQUE], "opaque");
    line_print(&line, ".  ");
    if (line_left(&line) < 60) {
        line_write(&line, out);
        line_print(&line, "  ");
    }
    print_totals(totals, &line);
    line_write(&line, out);
}

static void write_limit(FILE *out, uint64_t count, const char *words)
{
    char text[FORMAT_TEXT_MAX];
    if (count)
        (void)fprintf(out, "  limit: %s %s\n", format_count(count, text), words);
}

static void write_hints(const struct ledger *ledger, const struct table *table,
                        const struct ledger_totals *totals, FILE *out)
{
    write_limit(out, ledger->counters.exposures_dropped,
                "proofs for further exposed stores are not in this table");
    write_limit(out, ledger->counters.servers_evicted, "servers were forgotten to make room");
    if (totals->home_is_default && table->outside_stores)
        (void)fprintf(out,
                      "  hint: %zu exposed store%s outside home (the private networks). If "
                      "yours: --home NET[,NET]\n",
                      table->outside_stores, table->outside_stores == 1 ? " lies" : "s lie");
}

static void write_exposure(const struct table *table, const struct exposure *exposure, bool colour,
                           FILE *out)
{
    const struct exposures *exposures = table->ledger->exposures;
    const struct exposure *inside =
        exposure->zone == ZONE_INTERNAL ? NULL : exposure_to_zone(exposure, ZONE_INTERNAL);
    struct block block = {exposures, &table->members, exposure, inside, table->signatures, colour};
    block_write(&block, out);
}

void ledger_write_table(const struct ledger *ledger, FILE *out, bool colour,
                        const struct ledger_totals *totals)
{
    struct table table = {.signatures = totals->signatures};
    if (collect(ledger, &table)) {
        for (size_t i = 0; i < table.exposure_count; i++)
            write_exposure(&table, table.exposures[i], colour, out);
        for (size_t i = 0; i < table.row_count; i++)
            write_server(&table.rows[i], colour, out);
        if (table.row_count)
            (void)fputc('\n', out);
        write_summary(&table, totals, out);
        write_hints(ledger, &table, totals, out);
    } else {
        (void)fprintf(out, "  out of memory: no table\n");
    }
    free(table.exposures);
    free(table.members.list);
    free(table.rows);
}
