/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story_events SEED COUNT: a made-up story of so many findings on its way through the ledger, with
 * folding, status and trouble, as documents on standard output (test_json_schema.py).
 */
#include "emit/json.h"
#include "ledger/ledger.h"
#include "ledger/story.h"

#include <stdlib.h>

static const struct emit_options options = {.sensor = "span-1", .site = "hq"};

static void print(void *context, const struct event *event)
{
    static char text[EMIT_JSON_MAX];
    size_t length;
    (void)context;
    if (json_write_event(&options, event, text, sizeof text, &length) != AJAR_OK)
        abort();
    (void)fwrite(text, 1, length, stdout);
    (void)putchar('\n');
}

static struct ledger *make_ledger(struct netset *home, struct enricher *enricher)
{
    struct ledger *ledger;
    struct ledger_options chosen = {
        .site = "hq", .home = home, .servers_max = 16, .exposures_max = 16, .events_per_minute = 3};
    netset_init_private(home);
    if (ledger_new(&chosen, enricher, print, NULL, &ledger) != AJAR_OK)
        abort();
    return ledger;
}

static void tell_of_the_sensor(struct ledger *ledger, struct story *story)
{
    struct sensor_status status = {.packets = story_draw(story, 1000),
                                   .packet_time_ns = story->time_ns,
                                   .redis = "ok",
                                   .journal = "ok"};
    struct trouble trouble = {.kind = (enum trouble_kind)story_draw(story, TROUBLE_KINDS),
                              .count = story_draw(story, 100),
                              .text = "something happened"};
    ledger_add_status(ledger, &status);
    ledger_add_trouble(ledger, &trouble, story->time_ns);
}

int main(int count_of_words, char **words)
{
    struct netset home;
    struct enricher *enricher;
    if (count_of_words != 3 || enricher_new(&enricher) != AJAR_OK)
        return 2;
    struct story story = {.random = strtoull(words[1], NULL, 10) * 2 + 1,
                          .time_ns = WHEN,
                          .stores = 4,
                          .clients = 5,
                          .step_ns = SECOND};
    struct ledger *ledger = make_ledger(&home, enricher);
    for (unsigned long left = strtoul(words[2], NULL, 10); left; left--) {
        struct finding finding = story_next(&story);
        ledger_add(ledger, &finding);
        if (story_draw(&story, 50) == 0)
            tell_of_the_sensor(ledger, &story);
    }
    while (ledger_tick(ledger, UINT64_MAX))
        ;
    ledger_free(ledger);
    enricher_free(enricher);
    return fflush(stdout) == 0 ? 0 : 1;
}
