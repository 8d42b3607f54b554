/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exposed store for people: since when it is open, what it holds, what it gave, to whom, which
 * others hold the same, and what to do next.
 */
#include "ledger/block.h"

#include "base/text.h"
#include "detect/signature.h"
#include "ledger/groups.h"
#include "ledger/line.h"

#include <stdlib.h>
#include <string.h>

#define DATASETS_SHOWN 12
#define MEMBERS_SHOWN  6

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

void block_start(struct line *line, const char *label)
{
    line_pad(line, BLOCK_LABEL_COLUMN);
    line_set_colour(line, LINE_DIM);
    line_print(line, "%s", label);
    line_set_colour(line, LINE_PLAIN);
    line_pad(line, BLOCK_TEXT_COLUMN);
}

static void write_head(const struct exposure *exposure, struct line *line, FILE *out)
{
    char title[80], endpoint[ENDPOINT_TEXT_MAX];
    store_title(exposure->store, exposure->product, exposure->version, title, sizeof title);
    line_print(line, "  ");
    bool is_open = exposure->closing == CLOSING_NONE;
    line_set_colour(line, is_open ? LINE_RED : LINE_YELLOW);
    line_print(line, is_open ? "EXPOSED" : "CLOSED ");
    line_set_colour(line, LINE_PLAIN);
    line_print(line, "  ");
    line_print_wire(line, title, 32);
    line_print(line, "  %s", format_endpoint(&exposure->addr, exposure->port, endpoint));
    line_print(line, "   severity %d   %s", exposure->severity.value,
               verdict_name((enum verdict)exposure->verdict));
    line_write(line, out);
}

const char *class_label(const char *name)
{
    static const char *const labels[][2] = {
        {"email", "e-mail"},
        {"ipv4", "IPv4"},
        {"ipv6", "IPv6"},
        {"iban", "IBAN"},
        {"ssn", "SSN"},
        {"jwt", "JWT"},
        {"payment_card", "payment card"},
        {"case_number", "case number"},
        {"cloud_key", "cloud key"},
        {"private_key", "private key"},
        {"password_hash", "password hash"},
        {"url_credentials", "URL credentials"},
        {"date_of_birth", "date of birth"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i][0], name) == 0)
            return labels[i][1];
    return name;
}

size_t members_find(const struct members *members, uint64_t mark)
{
    size_t low = 0, high = members->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (members->list[middle].mark < mark)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void print_span(struct line *line, uint64_t first_ns, uint64_t last_ns)
{
    char first[FORMAT_TEXT_MAX], last[FORMAT_TEXT_MAX], span[FORMAT_TEXT_MAX];
    format_time(first_ns, first);
    format_time(last_ns, last);
    line_print(line, "%s", first);
    if (strcmp(first, last) == 0) {
        line_print(line, " UTC");
        return;
    }
    line_print(line, " .. %s UTC (%s)", last, format_duration(last_ns - first_ns, span));
}

static const char *closing_words(const struct exposure *exposure)
{
    switch (exposure->closing) {
    case CLOSING_REFUSED:
        return "it refused";
    case CLOSING_RESET:
        return "connections were reset";
    case CLOSING_SILENCE:
        return "inferred, no more answers";
    default:
        return "";
    }
}

/* What lies around the proofs: since when and until when it may have stood open at most. */
static void write_bounds(const struct exposure *exposure, struct line *line, FILE *out)
{
    char text[FORMAT_TEXT_MAX];
    if (!exposure->before_ns && exposure->closing == CLOSING_NONE)
        return;
    line_pad(line, BLOCK_TEXT_COLUMN);
    if (exposure->before_ns) {
        format_time(exposure->before_ns, text);
        line_print(line, "was shut %s%s", text, exposure->closing == CLOSING_NONE ? "" : "; ");
    }
    if (exposure->closing != CLOSING_NONE) {
        format_time(exposure->closed_ns, text);
        line_print(line, "closed %s: %s", text, closing_words(exposure));
    }
    line_write(line, out);
}

/* The day the rule changed, where the store only greeted at first. */
static void write_reachable(const struct exposure *exposure, struct line *line, FILE *out)
{
    char text[FORMAT_TEXT_MAX];
    if (!exposure->reachable_ns)
        return;
    format_time(exposure->reachable_ns, text);
    line_pad(line, BLOCK_TEXT_COLUMN);
    line_print(line, "answered outside clients since %s", text);
    line_write(line, out);
}

static void write_open(const struct exposure *exposure, struct line *line, FILE *out)
{
    block_start(line, "open");
    print_span(line, exposure->first_ns, exposure->last_ns);
    if (exposure->closing == CLOSING_NONE)
        line_print(line, ", not seen closed");
    line_write(line, out);
    write_reachable(exposure, line, out);
    write_bounds(exposure, line, out);
    for (uint32_t i = exposure->window_count; i > 0; i--) {
        const struct exposure_window *window = &exposure->windows[i - 1];
        line_pad(line, BLOCK_TEXT_COLUMN);
        line_print(line, "and before ");
        print_span(line, window->first_ns, window->last_ns);
        line_write(line, out);
    }
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
    block_start(line, "holds");
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
            line_pad(line, BLOCK_TEXT_COLUMN);
        }
        print_datasets(&exposure->holdings, line);
    }
    line_write(line, out);
}

static void write_gave(const struct exposure *exposure, struct line *line, FILE *out)
{
    char text[FORMAT_TEXT_MAX];
    uint32_t outside = exposure->outside_count, inside = exposure->actor_count - outside;
    block_start(line, "gave");
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

static void write_same(const struct block *block, struct line *line, FILE *out)
{
    const struct exposure *exposure = block->exposure;
    struct group_view group;
    exposures_fill_group(block->exposures, exposure, &group);
    if (group.servers < 2)
        return;
    block_start(line, "same");
    line_print(line, "%s as ", group.same_data ? "data" : "cluster");
    uint64_t mark = exposure->marks[group.same_data ? MARK_DATA : MARK_CLUSTER];
    size_t at, shown = 0;
    const struct member *members = block->members->list;
    for (at = members_find(block->members, mark);
         at < block->members->count && members[at].mark == mark; at++) {
        char endpoint[ENDPOINT_TEXT_MAX];
        if (members[at].exposure == exposure)
            continue;
        format_endpoint(&members[at].exposure->addr, members[at].exposure->port, endpoint);
        if (shown == MEMBERS_SHOWN || strlen(endpoint) + 40 > line_left(line))
            break;
        line_print(line, shown++ ? ", %s" : "%s", endpoint);
    }
    if (shown + 1 < group.servers)
        line_print(line, " and %zu more", group.servers - 1 - shown);
    line_print(line, ": %u servers, 1 %s", group.servers, group.same_data ? "data set" : "cluster");
    line_write(line, out);
}

/* The same store's other door. */
static void write_inside(const struct exposure *inside, struct line *line, FILE *out)
{
    char text[FORMAT_TEXT_MAX];
    if (!inside)
        return;
    block_start(line, "inside");
    line_print(line, "%s to %u internal client%s without login, ",
               verdict_name((enum verdict)inside->verdict), inside->actor_count,
               inside->actor_count == 1 ? "" : "s");
    format_time(inside->last_ns, text);
    line_print(line, inside->closing == CLOSING_NONE ? "last %s UTC" : "until %s UTC, now shut",
               text);
    line_write(line, out);
}

#define KIND_COLUMNS 44 /* that one class may need */

static void print_kind(const struct exposure_class *class, struct line *line)
{
    char values[FORMAT_TEXT_MAX], odd[FORMAT_TEXT_MAX];
    line_print_wire(line, class_label(class->name), 20);
    if (class->values)
        line_print(line, " %s", format_count(class->values, values));
    else
        line_print(line, " (by field name)");
    if (class->odd)
        line_print(line, " (%s written oddly)", format_count(class->odd, odd));
}

/* "e-mail 1 201 (36 written oddly), case number 1 237; 0 looked redacted" */
static void write_kinds(const struct exposure *exposure, struct line *line, FILE *out)
{
    char text[FORMAT_TEXT_MAX];
    uint64_t redacted = 0;
    if (exposure->class_count == 0)
        return;
    block_start(line, "kinds");
    for (uint32_t i = 0; i < exposure->class_count; i++) {
        redacted += exposure->classes[i].masked + exposure->classes[i].hashed;
        line_print(line, i ? "," : "");
        if (line_left(line) < KIND_COLUMNS) {
            line_write(line, out);
            line_pad(line, BLOCK_TEXT_COLUMN);
        } else if (i) {
            line_print(line, " ");
        }
        print_kind(&exposure->classes[i], line);
    }
    line_print(line, "; %s looked redacted", format_count(redacted, text));
    line_write(line, out);
}

static void write_dates(const struct exposure *exposure, struct line *line, FILE *out)
{
    char oldest[FORMAT_TEXT_MAX], newest[FORMAT_TEXT_MAX];
    if (!exposure->oldest_s || exposure->oldest_s < 0 || exposure->newest_s < 0)
        return;
    format_time((uint64_t)exposure->oldest_s * 1000000000, oldest);
    format_time((uint64_t)exposure->newest_s * 1000000000, newest);
    block_start(line, "dates");
    line_print(line, "in the records handed out: %.10s .. %.10s", oldest, newest);
    line_write(line, out);
}

/* Where its maker says how to secure it. */
static void write_hardening(const struct block *block, struct line *line, FILE *out)
{
    const char *url =
        signature_hardening(block->signatures, block->exposure->store, block->exposure->product);
    if (!url)
        return;
    line_pad(line, BLOCK_TEXT_COLUMN);
    line_print(line, "how: ");
    line_print_wire(line, url, line_left(line));
    line_write(line, out);
}

static void write_next(const struct exposure *exposure, struct line *line, FILE *out)
{
    block_start(line, "next");
    if (exposure->server_outside && exposure->outside_count == 0)
        line_print(line, "this store is not in home: tell its owner, and ask who inside uses it");
    else if (exposure->closing != CLOSING_NONE)
        line_print(line, "it is shut now: make it ask for a login before it opens again");
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
    const struct exposure *exposure = block->exposure;
    struct line line;
    line_init(&line, block->colour);
    write_head(exposure, &line, out);
    write_open(exposure, &line, out);
    write_holds(exposure, &line, out);
    write_gave(exposure, &line, out);
    write_kinds(exposure, &line, out);
    write_dates(exposure, &line, out);
    block_write_who(exposure, &line, out);
    write_inside(block->inside, &line, out);
    write_same(block, &line, out);
    write_next(exposure, &line, out);
    write_hardening(block, &line, out);
    (void)fputc('\n', out);
}
