/* SPDX-License-Identifier: Apache-2.0 */
/* Producer -> ledger -> JSON -> checksum. The sequence is left out, as it counts other events too.
 */
#include "reference.h"

#include "emit/json.h"
#include "enrich/enrich.h"
#include "ledger/ledger.h"
#include "producer.h"

#include <inttypes.h>
#include <zlib.h>

struct reference {
    struct emit_options emit;
    struct enricher *enricher;
    struct ledger *ledger;
    uint64_t number;
    FILE *out;
    bool failed;
};

static void write_line(void *context, const struct event *event)
{
    static char json[EMIT_JSON_MAX];
    struct reference *r = context;
    struct event same = *event;
    size_t length = 0;
    same.sequence = 0;
    if (json_write_event(&r->emit, &same, json, sizeof json, &length) != AJAR_OK)
        r->failed = true;
    uint32_t sum = (uint32_t)crc32(0, (const Bytef *)json, (uInt)length);
    if (fprintf(r->out, "%" PRIu64 "\t%s\t%s\t%s\t%08" PRIx32 "\n", r->number,
                event_action_name(event->action), event->id,
                event->exposure ? event->exposure->id : "-", sum) < 0)
        r->failed = true;
}

static enum ajar_status open_reference(struct reference *r, const struct config *config,
                                       struct problem *problem)
{
    enum ajar_status status = enricher_new(&r->enricher);
    for (size_t i = 0; i < config->geo_count && status == AJAR_OK; i++)
        status = enricher_add(r->enricher, config->geo[i], problem);
    if (status != AJAR_OK)
        return status;
    struct ledger_options options = {.site = config->site,
                                     .home = &config->home,
                                     .servers_max = LEDGER_SERVERS_MAX,
                                     .exposures_max = LEDGER_EXPOSURES_MAX,
                                     .events_per_minute = config->events_per_minute};
    status = ledger_new(&options, r->enricher, write_line, r, &r->ledger);
    if (status != AJAR_OK)
        return problem_set(problem, status, "ledger: %s", ajar_status_text(status));
    return AJAR_OK;
}

enum ajar_status reference_write(const struct config *config, uint64_t seed, uint64_t count,
                                 FILE *out, struct problem *problem)
{
    static struct finding finding;
    struct reference r = {.emit = {.sensor = config->sensor, .site = config->site, .live = true},
                          .out = out};
    enum ajar_status status = open_reference(&r, config, problem);
    for (; status == AJAR_OK && r.number < count && !r.failed; r.number++) {
        producer_make_finding(seed, r.number, &finding);
        ledger_add(r.ledger, &finding);
    }
    ledger_free(r.ledger);
    enricher_free(r.enricher);
    if (status == AJAR_OK && (r.failed || fflush(out) != 0))
        status = problem_set(problem, AJAR_ERR_SYSTEM, "the reference could not be written");
    return status;
}
