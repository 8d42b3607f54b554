/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The delivery side is opened, from what it reads to what it writes, and freed again: geo
 * databases, journal, outputs, and a ledger that goes on where the journal ends.
 */
#include "delivery_inside.h"

#include "ledger/exposures.h"

#include "base/log.h"
#include "ledger/policy.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S   1000000000ULL
#define HOLD_SHARE 4 /* of the ring's slots one in so many is held back at most */

bool delivery_keeps_file(const struct config *config)
{
    return config->journal[0] && strcmp(config->journal, CONFIG_JOURNAL_MEMORY) != 0;
}

struct redis_options delivery_redis_options(const struct config *config)
{
    return (struct redis_options){
        .url = config->redis_url,
        .user = config->redis_user,
        .password_file = config->redis_password_file,
        .sentinel_password_file = config->redis_sentinel_password_file,
        .ca_file = config->redis_ca_file,
        .certificate_file = config->redis_certificate_file,
        .key_file = config->redis_key_file,
        .verify = config->redis_verify,
        .prefix = config->redis_prefix,
        .stream = config->redis_stream,
        .stream_max = config->redis_stream_max,
        .list = config->redis_list,
        .list_max = config->redis_list_max,
    };
}

static enum ajar_status open_databases(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    enum ajar_status status = enricher_new(&d->enricher);
    if (status != AJAR_OK)
        return problem_set(problem, status, "geo databases: %s", ajar_status_text(status));
    for (size_t i = 0; i < config->geo_count && status == AJAR_OK; i++)
        status = enricher_add(d->enricher, config->geo[i], problem);
    return status;
}

enum ajar_status delivery_load_scanners(const struct config *config, struct scanners **scanners,
                                        struct problem *problem)
{
    char folder[PATH_MAX];
    *scanners = NULL;
    if (!config->signatures[0])
        return AJAR_OK;
    int length = snprintf(folder, sizeof folder, "%s/scanners", config->signatures);
    if (length < 0 || (size_t)length >= sizeof folder)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: the path is too long", config->signatures);
    struct problem cause = {.text = ""};
    enum ajar_status status = scanners_load(folder, scanners, &cause);
    if (status == AJAR_OK || status == AJAR_ERR_NOT_FOUND)
        return AJAR_OK;
    return problem_set(problem, status, "%s", cause.text);
}

static enum ajar_status open_scanners(struct delivery *d, struct problem *problem)
{
    enum ajar_status status = delivery_load_scanners(d->options.config, &d->scanners, problem);
    if (status == AJAR_OK && !d->scanners && d->options.config->signatures[0])
        log_info("no scanner is known by name: there is no %s/scanners",
                 d->options.config->signatures);
    return status;
}

/* Whether a delivery side of this run has been here before and died. */
static bool is_successor(const struct delivery *d)
{
    char cause[SUPERVISION_CAUSE_MAX];
    return delivery_is_live(d) &&
           supervision_deaths(d->options.supervision, SIDE_DELIVERY, cause) > 0;
}

/* `read` keeps no journal unless somebody takes from it. */
static enum ajar_status open_journal(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    bool in_memory = !delivery_keeps_file(config);
    if (!delivery_is_live(d) && in_memory && !config->redis_url[0])
        return AJAR_OK;
    struct journal_options options = {
        .path = in_memory ? NULL : config->journal,
        .sensor = config->sensor,
        .durability = config->journal_full ? JOURNAL_FULL : JOURNAL_NORMAL,
        .bytes_max = in_memory ? DELIVERY_MEMORY_BYTES : config->journal_bytes,
        .age_max_s = config->journal_age_s,
        .feeds_redis = config->redis_url[0],
        .was_checked = is_successor(d),
    };
    return journal_open(&options, &d->journal, problem);
}

static enum ajar_status open_outputs(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    struct emit_options options = {
        .sensor = config->sensor,
        .site = config->site,
        .import_id = d->options.import_id,
        .file = config->json ? "-" : config->output,
        .syslog = config->syslog,
        .journald = config->journald,
        .redis = delivery_redis_options(config),
        .journal = d->journal,
        .live = delivery_is_live(d),
    };
    return emitter_new(&options, &d->emitter, problem);
}

static enum ajar_status make_policy(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    struct policy_options options = {
        .trusted = &config->trust,
        .proxies = &config->proxies,
        .public_parts = (const char *const *)config->public_parts,
        .public_count = config->public_count,
        .maintenance = (const char *const *)config->maintenance,
        .maintenance_count = config->maintenance_count,
    };
    return policy_new(&options, &d->policy, problem);
}

static void forward(void *context, const struct event *event)
{
    struct delivery *d = context;
    d->unsettled = true;
    emitter_add(d->emitter, event);
    if (event->action == EVENT_EXPOSURE_OPENED && d->options.doors)
        door_board_publish(d->options.doors, &event->finding->server, event->finding->server_port);
}

static enum ajar_status open_ledger(struct delivery *d, struct problem *problem)
{
    const struct config *config = d->options.config;
    struct ledger_options options = {
        .site = config->site,
        .home = &config->home,
        .servers_max = LEDGER_SERVERS_MAX,
        .exposures_max = LEDGER_EXPOSURES_MAX,
        .sequence = d->journal ? journal_last_sequence(d->journal) : 0,
        .events_per_minute = config->events_per_minute,
        .policy = d->policy,
        .countries = config->countries,
        .update_ns = config->update_interval_s * NS_PER_S,
        .scanners = d->scanners,
    };
    enum ajar_status status = ledger_new(&options, d->enricher, forward, d, &d->ledger);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ledger: %s", ajar_status_text(status));
    return AJAR_OK;
}

struct door_visit {
    door_board_reader reader;
    void *context;
};

static void visit_exposure(void *context, const struct exposure *exposure)
{
    const struct door_visit *visit = context;
    visit->reader(visit->context, &exposure->addr, exposure->port);
}

void delivery_visit_doors(const struct delivery *delivery, door_board_reader reader, void *context)
{
    struct door_visit visit = {reader, context};
    ledger_visit_exposures(delivery->ledger, visit_exposure, &visit);
}

static void publish(void *context, const struct addr *server, uint16_t port)
{
    door_board_publish(context, server, port);
}

/* Where the ledger and the ring are as far as the journal knows. A reading goes on from the earlier
 * ones of its journal: what is open now does not bear on what a capture of last month shows. */
static enum ajar_status restore(struct delivery *d, struct problem *problem)
{
    if (!d->journal)
        return AJAR_OK;
    const char *import_id = d->options.import_id ? d->options.import_id : "";
    enum ajar_status status = journal_restore(d->journal, d->ledger, import_id, problem);
    if (status == AJAR_OK && delivery_is_live(d))
        ring_adopt(d->options.findings,
                   journal_ring_position(d->journal, supervision_ring_id(d->options.supervision)));
    return status;
}

enum ajar_status delivery_new(const struct delivery_options *options, struct delivery **delivery,
                              struct problem *problem)
{
    struct delivery *d = calloc(1, sizeof *d);
    if (!d)
        return problem_set(problem, AJAR_ERR_MEMORY, "delivery: out of memory");
    d->options = *options;
    d->hold_max = (unsigned)(ring_slots(options->findings) / HOLD_SHARE);
    enum ajar_status status = open_databases(d, problem);
    if (status == AJAR_OK)
        status = open_scanners(d, problem);
    if (status == AJAR_OK)
        status = open_journal(d, problem);
    if (status == AJAR_OK)
        status = open_outputs(d, problem);
    if (status == AJAR_OK)
        status = make_policy(d, problem);
    if (status == AJAR_OK)
        status = open_ledger(d, problem);
    if (status == AJAR_OK)
        status = restore(d, problem);
    if (status == AJAR_OK && options->doors)
        delivery_visit_doors(d, publish, options->doors);
    if (status == AJAR_OK)
        *delivery = d;
    else
        delivery_free(d);
    return status;
}

void delivery_free(struct delivery *delivery)
{
    if (!delivery)
        return;
    ledger_free(delivery->ledger);
    policy_free(delivery->policy);
    emitter_free(delivery->emitter);
    journal_close(delivery->journal);
    scanners_free(delivery->scanners);
    enricher_free(delivery->enricher);
    free(delivery);
}
