/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exposure whole: how it stands, what it holds, what it gave, who asked and when, and the times
 * that it stood open before. Place in the road: the Redis thread, and `ajar report`.
 */
#include "emit/json_report.h"

#include "emit/json_exposure.h"
#include "emit/json_parts.h"
#include "ledger/exposures.h"
#include "ledger/policy.h"

/* So many rows of each list. */
struct report_limits {
    uint32_t clients;
    uint32_t datasets;
    uint32_t classes;
};

static void add_steps(struct json_writer *w, const struct actor *actor)
{
    static const char *const names[STEPS] = {[STEP_LOOKED] = "looked",
                                             [STEP_LISTED] = "listed",
                                             [STEP_READ] = "read",
                                             [STEP_DRAINED] = "drained",
                                             [STEP_DESTROYED] = "destroyed"};
    struct json_mark steps = json_begin_object(w, "steps");
    for (int i = 0; i < STEPS; i++)
        if (actor->step_ns[i])
            json_add_time(w, names[i], actor->step_ns[i]);
    json_end_object(w, steps);
}

static void add_who(struct json_writer *w, const struct actor *actor)
{
    struct json_mark scanner = json_begin_object(w, "scanner");
    json_add_text(w, "claimed", actor->who.claimed);
    json_add_text(w, "confirmed", actor->who.confirmed);
    json_end_object(w, scanner);
    json_add_text(w, "tool", actor->who.tool);
    json_add_true(w, "search_engine", actor->who.search_engine);
    if (actor->who.proxied)
        json_add_address(w, "via", &actor->who.via);
    json_add_text(w, "allowed", policy_reason_name((enum policy_reason)actor->allowed));
}

static enum verdict highest_of(uint16_t verdicts)
{
    int verdict = VERDICTS - 1;
    while (verdict > VERDICT_NONE && !(verdicts >> verdict & 1))
        verdict--;
    return (enum verdict)verdict;
}

static void add_client(struct json_writer *w, const struct actor *actor)
{
    struct json_mark object = json_begin_object(w, NULL);
    json_add_address(w, "address", &actor->addr);
    json_add_true(w, "outside", actor->outside);
    json_add_text(w, "country", actor->country_code);
    json_add_text(w, "city", actor->city_name);
    json_add_some(w, "as_number", actor->as_number);
    json_add_text(w, "as_name", actor->as_name);
    json_add_text(w, "user_agent", actor->user_agent);
    add_who(w, actor);
    json_add_count(w, "requests", actor->requests);
    json_add_count(w, "returned", actor->returned);
    json_add_count(w, "bytes", actor->gave_bytes);
    json_add_time(w, "first_seen", actor->first_ns);
    json_add_time(w, "last_seen", actor->last_ns);
    json_add_text(w, "verdict", verdict_name(highest_of(actor->verdicts)));
    add_steps(w, actor);
    json_end_object(w, object);
}

/* How many of the others were seen later; of equals the one in the lower row counts as later. */
static uint32_t rank_of(const struct exposure *exposure, uint32_t row)
{
    uint32_t later = 0;
    for (uint32_t i = 0; i < exposure->actor_rows; i++)
        later += exposure->actors[i].last_ns > exposure->actors[row].last_ns ||
                 (exposure->actors[i].last_ns == exposure->actors[row].last_ns && i < row);
    return later;
}

/* In the order of their first visit. */
static void add_clients(struct json_writer *w, const struct exposure *exposure, uint32_t most)
{
    struct json_mark list = json_begin_array(w, "clients");
    for (uint32_t i = 0; i < exposure->actor_rows; i++)
        if (most >= exposure->actor_rows || rank_of(exposure, i) < most)
            add_client(w, &exposure->actors[i]);
    json_end_array(w, list);
}

static void add_dataset(struct json_writer *w, const struct dataset *dataset)
{
    json_add_dataset(w, &(struct json_dataset){.name = dataset->name,
                                               .records = dataset->records,
                                               .bytes = dataset->bytes,
                                               .returned = dataset->returned,
                                               .source = dataset->source});
}

static void add_lists(struct json_writer *w, const struct exposure *exposure,
                      const struct report_limits *limits)
{
    struct json_mark list = json_begin_array(w, "datasets");
    for (uint32_t i = 0; i < exposure->holdings.count && i < limits->datasets; i++)
        add_dataset(w, &exposure->holdings.datasets[i]);
    json_end_array(w, list);
    json_add_true(w, "datasets_more",
                  exposure->holdings.dropped > 0 || limits->datasets < exposure->holdings.count);
    list = json_begin_array(w, "classes");
    for (uint32_t i = 0; i < exposure->class_count && i < limits->classes; i++)
        json_add_exposure_class(w, &exposure->classes[i]);
    json_end_array(w, list);
    list = json_begin_array(w, "windows");
    for (uint32_t i = 0; i < exposure->window_count; i++) {
        struct json_mark object = json_begin_object(w, NULL);
        json_add_exposure_window(w, &exposure->windows[i]);
        json_end_object(w, object);
    }
    json_end_array(w, list);
    add_clients(w, exposure, limits->clients);
}

static void add_head(struct json_writer *w, const struct exposure *exposure,
                     const struct group_view *group)
{
    struct exposure_texts texts;
    struct exposure_view view;
    exposure_fill_view(exposure, &texts, &view);
    view.group = *group;
    json_add_text(w, "id", exposure->id);
    json_add_text(w, "store", exposure->store);
    json_add_address(w, "address", &exposure->addr);
    json_add_number(w, "port", exposure->port);
    json_add_true(w, "server_outside", exposure->server_outside);
    json_add_text(w, "product", exposure->product);
    json_add_text(w, "version", exposure->version);
    json_add_text(w, "cluster_id", exposure->cluster_id);
    json_add_number(w, "severity", (uint64_t)(view.severity > 0 ? view.severity : 0));
    json_add_text(w, "severity_word", severity_word(view.severity));
    json_add_exposure_members(w, &view);
    json_add_count(w, "actors_outside", exposure->outside_count);
    json_add_count(w, "bytes_held", holdings_estimate(&exposure->holdings).bytes);
}

/* Each to a half, so that of every list something stays as long as there is room. */
static bool lower(struct report_limits *limits)
{
    if (limits->clients == 0 && limits->datasets == 0 && limits->classes == 0)
        return false;
    limits->clients /= 2;
    limits->datasets /= 2;
    limits->classes /= 2;
    return true;
}

enum ajar_status json_write_report(const struct exposure *exposure, const struct group_view *group,
                                   char *text, size_t size, size_t *length)
{
    struct report_limits limits = {exposure->actor_rows, exposure->holdings.count,
                                   exposure->class_count};
    struct json_writer head;
    json_writer_init(&head, text, size);
    struct json_mark root = json_begin_object(&head, NULL);
    add_head(&head, exposure, group);
    do {
        struct json_writer writer = head;
        add_lists(&writer, exposure, &limits);
        json_end_object(&writer, root);
        if (!writer.full) {
            *length = writer.used;
            return AJAR_OK;
        }
    } while (lower(&limits));
    return AJAR_ERR_LIMIT;
}
