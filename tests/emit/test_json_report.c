/* SPDX-License-Identifier: Apache-2.0 */
/* All that is known of an exposure as one document. */
#include "emit/json_report.h"

#include "emit/batches.h"

#include <jansson.h>

static struct state_of_test state;
static char text[JSON_REPORT_WHOLE];
static json_t *root;

static void setup(void)
{
    (void)fill_state(&state, 1);
}

static void teardown(void)
{
    json_decref(root);
}

TestSuite(json_report, .init = setup, .fini = teardown);

static json_t *list(const char *name)
{
    return json_object_get(root, name);
}

static const char *text_of(json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

static void write_report(size_t size)
{
    json_error_t error;
    size_t length = 0;
    cr_assert_eq(json_write_report(&state.exposure, &state.group, text, size, &length), AJAR_OK);
    cr_assert_leq(length, size);
    json_decref(root);
    root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    cr_assert(root, "%s in %.*s", error.text, (int)length, text);
}

Test(json_report, tells_an_exposure_whole)
{
    struct actor *reader = &state.actors[0];
    SET(reader->country_code, "NL");
    SET(reader->who.confirmed, "BinaryEdge");
    reader->outside = true;
    reader->verdicts = 1U << VERDICT_METADATA | 1U << VERDICT_DATA;
    reader->requests = 3;
    reader->step_ns[STEP_LISTED] = WHEN;
    state.exposure.windows[0] = (struct exposure_window){WHEN - 9 * SECOND, WHEN - 8 * SECOND, 0,
                                                         WHEN - 7 * SECOND, CLOSING_SILENCE};
    state.exposure.window_count = 1;
    write_report(sizeof text);
    cr_assert_str_eq(text_of(root, "id"), state.exposure.id);
    cr_assert_str_eq(text_of(root, "status"), "open");
    cr_assert_str_eq(text_of(root, "severity_word"), "high");
    cr_assert_eq(json_integer_value(list("records")), 1656);
    cr_assert_eq(json_integer_value(list("port")), 9200);
    cr_assert_str_eq(text_of(json_array_get(list("datasets"), 1), "name"), "cases");
    json_t *client = json_array_get(list("clients"), 0);
    cr_assert_str_eq(text_of(client, "address"), "203.0.113.1");
    cr_assert_str_eq(text_of(client, "verdict"), "data");
    cr_assert_str_eq(text_of(json_object_get(client, "scanner"), "confirmed"), "BinaryEdge");
    json_t *steps = json_object_get(client, "steps");
    cr_assert_str_eq(text_of(steps, "listed"), "2019-12-29T10:11:12.000000Z");
    cr_assert_eq(json_object_size(steps), 1, "it did nothing else");
    json_t *window = json_array_get(list("windows"), 0);
    cr_assert_str_eq(text_of(json_object_get(window, "closed"), "by"), "silence");
    cr_assert(json_is_true(json_object_get(json_object_get(window, "closed"), "inferred")));
}

#define FILL(field) (memset(field, 1, sizeof(field) - 1), (field)[sizeof(field) - 1] = '\0')

/* As long as can be; the clients seen last stay. */
static void fill_all(void)
{
    static struct actor actors[LEDGER_ACTORS_MAX];
    static struct dataset datasets[LEDGER_DATASETS_MAX];
    static struct exposure_class classes[EXPOSURE_CLASSES_MAX];
    struct exposure *e = &state.exposure;
    for (uint32_t i = 0; i < LEDGER_ACTORS_MAX; i++) {
        actors[i] = (struct actor){.addr = address("2001:db8::1"), .last_ns = WHEN + i * SECOND};
        FILL(actors[i].city_name);
        FILL(actors[i].as_name);
        FILL(actors[i].user_agent);
        FILL(actors[i].who.claimed);
        FILL(datasets[i].name);
    }
    for (uint32_t i = 0; i < EXPOSURE_CLASSES_MAX; i++) {
        FILL(classes[i].name);
        FILL(classes[i].sample);
    }
    FILL(e->store);
    FILL(e->product);
    FILL(e->version);
    FILL(e->cluster_id);
    FILL(e->indexed);
    e->actors = actors;
    e->actor_rows = LEDGER_ACTORS_MAX;
    e->classes = classes;
    e->class_count = EXPOSURE_CLASSES_MAX;
    e->holdings = (struct holdings){.datasets = datasets, .count = LEDGER_DATASETS_MAX};
    e->window_count = EXPOSURE_WINDOWS_MAX;
}

Test(json_report, always_fits_into_its_limit)
{
    fill_all();
    write_report(JSON_REPORT_MAX);
    size_t clients = json_array_size(list("clients"));
    cr_assert(clients > 0 && clients < LEDGER_ACTORS_MAX, "%zu", clients);
    cr_assert_str_eq(text_of(json_array_get(list("clients"), clients - 1), "last_seen"),
                     "2019-12-29T10:12:15.000000Z", "the last one is there");
    cr_assert(json_is_true(list("datasets_more")));
    write_report(sizeof text);
    cr_assert_eq(json_array_size(list("clients")), LEDGER_ACTORS_MAX);
    cr_assert_eq(json_array_size(list("datasets")), LEDGER_DATASETS_MAX);
    cr_assert_null(list("datasets_more"));
}

Test(json_report, rejects_room_that_is_too_small)
{
    size_t length = 77;
    cr_assert_eq(json_write_report(&state.exposure, &state.group, text, 100, &length),
                 AJAR_ERR_LIMIT);
    cr_assert_eq(length, 77);
}
