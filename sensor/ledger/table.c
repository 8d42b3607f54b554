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
enum standing { STANDING_REFUSED, STANDING_LOGIN, STANDING_REVEALED, STANDING_EXPOSED, STANDINGS };

/* What is collected from the ledger before anything is printed. */
struct table {
    const struct exposure **exposures;
    struct group *groups;
    size_t exposure_count;
    const struct server **servers; /* all that are not exposed, in the order of the lines */
    size_t server_count;
    size_t server_room;
    size_t outside_stores; /* exposed ones outside home */
    uint64_t standings[STANDINGS];
};

static enum standing standing_of(const struct server *server)
{
    if (server->open)
        return STANDING_EXPOSED;
    if (server->refuses || server->verdict == VERDICT_REFUSED)
        return STANDING_REFUSED;
    return server->served_credentials ? STANDING_LOGIN : STANDING_REVEALED;
}

static void collect_server(void *context, const struct server *server)
{
    struct table *table = context;
    enum standing standing = standing_of(server);
    if (standing == STANDING_EXPOSED)
        return; /* counted by the exposures, which outlive the table of servers */
    if (table->server_count == table->server_room) {
        size_t room = table->server_room ? table->server_room * 2 : 64;
        const struct server **servers =
            realloc(table->servers, room * sizeof(const struct server *));
        if (!servers)
            return;
        table->servers = servers;
        table->server_room = room;
    }
    table->servers[table->server_count++] = server;
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

static int compare_servers(const void *a, const void *b)
{
    const struct server *x = *(const struct server *const *)a;
    const struct server *y = *(const struct server *const *)b;
    if (standing_of(x) != standing_of(y))
        return standing_of(x) < standing_of(y) ? -1 : 1;
    int order = addr_compare(&x->addr, &y->addr);
    return order ? order : (x->port > y->port) - (x->port < y->port);
}

static bool collect(const struct ledger *ledger, struct table *table)
{
    size_t count = (size_t)exposures_count(ledger->exposures);
    table->exposures = calloc(count ? count : 1, sizeof(const struct exposure *));
    table->groups = calloc(count ? count : 1, sizeof *table->groups);
    if (!table->exposures || !table->groups)
        return false;
    for (const struct exposure *e = exposures_first(ledger->exposures); e; e = e->next) {
        table->exposures[table->exposure_count++] = e;
        table->outside_stores += e->server_outside;
    }
    table->standings[STANDING_EXPOSED] = table->exposure_count;
    qsort(table->exposures, table->exposure_count, sizeof(const struct exposure *),
          compare_exposures);
    (void)groups_make(table->exposures, table->exposure_count, table->groups);
    servers_visit(ledger->servers, collect_server, table);
    if (table->server_count)
        qsort(table->servers, table->server_count, sizeof(const struct server *), compare_servers);
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

static void write_server(const struct server *server, bool colour, FILE *out)
{
    static const char *const names[STANDINGS] = {"refused", "login", "revealed", ""};
    enum standing standing = standing_of(server);
    char title[80], endpoint[ENDPOINT_TEXT_MAX];
    struct line line;
    line_init(&line, colour);
    line_print(&line, "  ");
    line_set_colour(&line, standing == STANDING_REFUSED ? LINE_GREEN : LINE_YELLOW);
    line_print(&line, "%s", names[standing]);
    line_set_colour(&line, LINE_PLAIN);
    line_pad(&line, STORE_COLUMN);
    store_title(server->store, server->product, server->version, title, sizeof title);
    line_print_wire(&line, title, ENDPOINT_COLUMN - STORE_COLUMN - 2);
    line_pad(&line, ENDPOINT_COLUMN);
    line_print(&line, "%s", format_endpoint(&server->addr, server->port, endpoint));
    line_pad(&line, ENDPOINT_COLUMN + 21);
    if (standing == STANDING_REFUSED)
        print_refused(server, &line);
    else if (standing == STANDING_LOGIN)
        line_print(&line, "served with a login; without one not seen");
    else
        line_print(&line, server->version[0] ? "version only" : "presence only");
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
    uint64_t stores = table->server_count + table->exposure_count;
    if (stores == 0) {
        line_print(&line, "  Nothing exposed: no data store in ");
        print_totals(totals, &line);
        line_write(&line, out);
        return;
    }
    line_print(&line, "  %s store%s: ", format_count(stores, text), stores == 1 ? "" : "s");
    line_print(&line, "%s exposed", format_count(table->exposure_count, text));
    print_standing(&line, table->standings[STANDING_REFUSED], "refused");
    print_standing(&line, table->standings[STANDING_LOGIN], "with login");
    print_standing(&line, table->standings[STANDING_REVEALED], "revealed");
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

void ledger_write_table(const struct ledger *ledger, FILE *out, bool colour,
                        const struct ledger_totals *totals)
{
    struct table table = {.exposures = NULL};
    if (collect(ledger, &table)) {
        for (size_t i = 0; i < table.exposure_count; i++) {
            struct block block = {table.exposures, table.groups, i, colour};
            block_write(&block, out);
        }
        for (size_t i = 0; i < table.server_count; i++)
            write_server(table.servers[i], colour, out);
        if (table.server_count)
            (void)fputc('\n', out);
        write_summary(&table, totals, out);
        write_hints(ledger, &table, totals, out);
    } else {
        (void)fprintf(out, "  out of memory: no table\n");
    }
    free(table.exposures);
    free(table.groups);
    free(table.servers);
}
