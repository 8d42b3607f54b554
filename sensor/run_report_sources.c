/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three sources of a report. Each gives the same documents: those of json_write_report(), which
 * the sensors keep in Redis, and which are made here of what the journal or the ledger has.
 */
#include "run_report.h"

#include "base/text.h"
#include "delivery.h"
#include "emit/json_report.h"
#include "emit/redis_reader.h"
#include "journal/look.h"
#include "ledger/exposures.h"
#include "ledger/servers.h"

#include <stdlib.h>
#include <string.h>

/* A report being filled. */
struct filling {
    struct report *report;
    char *text; /* JSON_REPORT_WHOLE bytes */
    enum ajar_status status;
};

static enum ajar_status filling_init(struct filling *f, struct report *report,
                                     struct problem *problem)
{
    *f = (struct filling){.report = report, .text = malloc(JSON_REPORT_WHOLE)};
    return f->text ? AJAR_OK : problem_set(problem, AJAR_ERR_MEMORY, "report: out of memory");
}

static enum ajar_status filling_end(struct filling *f, struct problem *problem)
{
    free(f->text);
    return f->status == AJAR_OK ? AJAR_OK
                                : problem_set(problem, f->status, "report: out of memory");
}

/* Documents that cannot be read are counted by the report. */
static void add_document(struct filling *f, const char *text, size_t length)
{
    if (f->status == AJAR_OK && report_add_exposure(f->report, text, length) == AJAR_ERR_MEMORY)
        f->status = AJAR_ERR_MEMORY;
}

static void add_exposure(void *context, const struct exposure *exposure)
{
    struct filling *f = context;
    struct group_view alone = {.id = ""}; /* the report finds groups by itself */
    size_t length = 0;
    if (json_write_report(exposure, &alone, f->text, JSON_REPORT_WHOLE, &length) != AJAR_OK)
        length = 0;
    add_document(f, f->text, length);
}

/* What a server that is not exposed has shown; NULL: it is. */
static const char *standing_of(const struct server *server)
{
    if (server->open)
        return NULL;
    if (server->refuses || server->verdict == VERDICT_REFUSED)
        return "refused";
    return server->served_credentials ? "login" : "revealed";
}

static bool put_wire_text(struct node *node, const char *name, const char *text)
{
    char valid[256];
    if (text[0] == '\0')
        return true;
    (void)text_make_utf8(valid, sizeof valid, text, strlen(text));
    return node_put_text(node, name, valid);
}

static void add_server(void *context, const struct server *server)
{
    struct filling *f = context;
    const char *standing = standing_of(server);
    char address[ADDR_TEXT_MAX];
    if (!standing || f->status != AJAR_OK)
        return;
    struct node *node = node_new_object();
    addr_format(&server->addr, address);
    bool done = node && node_put_text(node, "standing", standing) &&
                put_wire_text(node, "store", server->store) &&
                put_wire_text(node, "product", server->product) &&
                put_wire_text(node, "version", server->version) &&
                node_put_text(node, "address", address) &&
                node_put_number(node, "port", server->port) &&
                put_wire_text(node, "protection", server->protection);
    if (!done) {
        node_free(node);
        f->status = AJAR_ERR_MEMORY;
        return;
    }
    f->status = report_add_store(f->report, node);
}

/* How well the sensor saw, in its own words; a document that is not what it should be says nothing.
 */
static void add_status(void *context, const char *json, size_t length)
{
    static const char *const names[] = {"packets", "flows", "gaps"};
    struct filling *f = context;
    struct node *event = NULL, *sight = node_new_object();
    enum ajar_status parsed = node_parse(json, length, &event);
    const struct node *status =
        parsed == AJAR_OK ? node_get(node_get(event, "ajar"), "status") : NULL;
    bool done = sight && (!status || node_put_text(sight, "at", node_text(event, "@timestamp")));
    for (size_t i = 0; status && i < sizeof names / sizeof names[0]; i++)
        done = done && node_put_number(sight, names[i], node_number(status, names[i], 0));
    if (status && done)
        done = node_put_number(sight, "dropped",
                               node_number(status, "dropped_kernel", 0) +
                                   node_number(status, "dropped_interface", 0) +
                                   node_number(status, "findings_dropped", 0));
    if (parsed == AJAR_OK)
        node_free(event);
    if (done && status)
        done = report_set_sight(f->report, sight) == AJAR_OK;
    else
        node_free(sight);
    if (!done)
        f->status = AJAR_ERR_MEMORY;
}

enum ajar_status report_from_journal(const struct config *config, struct report *report,
                                     struct problem *problem)
{
    struct filling f;
    enum ajar_status status = filling_init(&f, report, problem);
    if (status != AJAR_OK)
        return status;
    struct journal_look look = {
        .exposure = add_exposure, .server = add_server, .status = add_status, .context = &f};
    status = journal_look(config->journal, config->report_reads, &look, problem);
    enum ajar_status filled = filling_end(&f, problem);
    return status == AJAR_OK ? filled : status;
}

static enum ajar_status put_sight(const struct config *config, const struct sensor_status *numbers,
                                  struct report *report)
{
    struct node *sight = node_new_object();
    bool done =
        sight && node_put_text(sight, "scan", config->scan_full ? "full" : "sampled") &&
        node_put_number(sight, "packets", numbers->packets) &&
        node_put_number(sight, "flows", numbers->flows) &&
        node_put_number(sight, "gaps", numbers->gaps) &&
        node_put_number(sight, "dropped", numbers->dropped_kernel + numbers->dropped_interface);
    if (done)
        return report_set_sight(report, sight);
    node_free(sight);
    return AJAR_ERR_MEMORY;
}

enum ajar_status report_from_ledger(const struct config *config, const struct ledger *ledger,
                                    const struct sensor_status *numbers, struct report *report,
                                    struct problem *problem)
{
    struct filling f;
    enum ajar_status status = filling_init(&f, report, problem);
    if (status != AJAR_OK)
        return status;
    ledger_visit_exposures(ledger, add_exposure, &f);
    ledger_visit_servers(ledger, add_server, &f);
    if (f.status == AJAR_OK)
        f.status = put_sight(config, numbers, report);
    return filling_end(&f, problem);
}

static bool put_field(struct node *node, const char *name, const char *text)
{
    return !text || node_put_text(node, name, text);
}

static bool put_count(struct node *node, const char *name, const char *text)
{
    return !text || node_put_number(node, name, strtoull(text, NULL, 10));
}

static bool put_span(struct node *exposure, const char *name, const char *since, const char *until)
{
    struct node *span = node_new_object();
    return node_put(exposure, name, span) && put_field(span, "since", since) &&
           put_field(span, "until", until);
}

static bool put_closed(struct node *exposure, const char *at, const char *by)
{
    struct node *closed;
    if (!at)
        return node_remove(exposure, "closed");
    closed = node_new_object();
    return node_put(exposure, "closed", closed) && node_put_text(closed, "at", at) &&
           put_field(closed, "by", by) &&
           node_put_true(closed, "inferred", by && strcmp(by, "silence") == 0);
}

/* The document is of one sensor; where several saw the store, what all of them know wins. */
static bool put_merged(struct node *exposure, const struct redis_exposure *merged)
{
    static const struct {
        enum redis_field field;
        const char *name;
        bool is_count;
    } members[] = {
        {REDIS_FIELD_STATUS, "status", false},     {REDIS_FIELD_FIRST, "first_seen", false},
        {REDIS_FIELD_LAST, "last_seen", false},    {REDIS_FIELD_VERDICT, "verdict", false},
        {REDIS_FIELD_TIMES, "times_opened", true}, {REDIS_FIELD_SEVERITY, "severity", true},
        {REDIS_FIELD_RECORDS, "records", true},    {REDIS_FIELD_RETURNED, "returned", true},
        {REDIS_FIELD_BYTES, "bytes", true},        {REDIS_FIELD_REQUESTS, "requests", true},
        {REDIS_FIELD_ACTORS, "actors", true},      {REDIS_FIELD_SENSORS, "sensors", false},
    };
    const char *const *fields = merged->fields;
    bool done = true;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        done = done && (members[i].is_count ? put_count : put_field)(exposure, members[i].name,
                                                                     fields[members[i].field]);
    return done &&
           put_span(exposure, "open_at_least", fields[REDIS_FIELD_FIRST],
                    fields[REDIS_FIELD_LAST]) &&
           put_span(exposure, "open_at_most", fields[REDIS_FIELD_SHUT],
                    fields[REDIS_FIELD_CLOSED_AT]) &&
           put_closed(exposure, fields[REDIS_FIELD_CLOSED_AT], fields[REDIS_FIELD_CLOSED_BY]);
}

static void add_redis_exposure(void *context, const struct redis_exposure *exposure)
{
    struct filling *f = context;
    const char *text = exposure->fields[REDIS_FIELD_REPORT];
    const char *sensors = exposure->fields[REDIS_FIELD_SENSORS];
    struct node *node = NULL;
    if (!text || !sensors || !strchr(sensors, ',')) {
        add_document(f, text ? text : "", text ? strlen(text) : 0);
        return;
    }
    enum ajar_status status = node_parse(text, strlen(text), &node);
    if (status == AJAR_OK && !put_merged(node, exposure))
        status = AJAR_ERR_MEMORY;
    if (status == AJAR_OK)
        status = report_take_exposure(f->report, node);
    else if (status == AJAR_ERR_FORMAT)
        add_document(f, "", 0);
    if (status == AJAR_ERR_MEMORY)
        f->status = status;
}

enum ajar_status report_from_redis(const struct config *config, struct report *report,
                                   struct problem *problem)
{
    struct filling f;
    struct redis_options options = delivery_redis_options(config);
    enum ajar_status status = filling_init(&f, report, problem);
    if (status != AJAR_OK)
        return status;
    status = redis_read_exposures(&options, config->report_reads, add_redis_exposure, &f, problem);
    enum ajar_status filled = filling_end(&f, problem);
    return status == AJAR_OK ? filled : status;
}
