/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/search.h"

#include "detect/talk.h"

static struct talk t;
static struct scan_set *classes;

#define HIT(source) "{\"_index\":\"a\",\"_id\":\"1\",\"_source\":" source "}"
#define HITS(list)                                                                                 \
    "{\"took\":1,\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0},\"hits\":{\"total\":9,"   \
    "\"hits\":[" list "]}}"
#define ANNA HIT("{\"email\":\"anna @example.com\",\"at\":\"2019-12-05\",\"ip\":\"198.18.0.5\"}")

static void begin(bool full)
{
    cr_assert_eq(scan_set_load(NULL, &classes, NULL), AJAR_OK);
    talk_begin_classes(&t, classes, full);
}

static void end(void)
{
    talk_end(&t);
    scan_set_free(classes);
}

static void exchange(const char *request, unsigned status, const char *body)
{
    talk_ask(&t, request);
    talk_answer(&t, status, "", body);
    talk_wait(&t, MILLISECOND);
}

static struct finding_class row_of(const struct finding *finding, const char *name)
{
    for (unsigned i = 0; i < finding->class_count; i++)
        if (strcmp(finding->classes[i].name, name) == 0)
            return finding->classes[i];
    return (struct finding_class){.values = 0};
}

Test(search, tells_what_records_hold_once)
{
    begin(true);
    exchange("GET /a/_search", 200, HITS(ANNA "," ANNA));
    exchange("GET /a/_search", 200, HITS(ANNA));
    end();
    cr_assert_eq(t.count, 2);
    cr_expect_eq(row_of(&t.found[0], "email").values_new, 2);
    cr_expect_eq(row_of(&t.found[0], "email").odd_new, 2);
    cr_expect_eq(row_of(&t.found[1], "email").values, 3);
    cr_expect_eq(row_of(&t.found[1], "email").values_new, 1);
    cr_expect_eq(sketch_estimate(&t.found[1].classes[0].distinct), 1);
    cr_expect_eq(row_of(&t.found[1], "ipv4").values, 3);
    cr_expect_eq(t.found[1].oldest_s, 1575504000);
    cr_expect_eq(t.found[1].scanned_bytes, strlen(HITS(ANNA "," ANNA)) + strlen(HITS(ANNA)));
}

Test(search, a_refusal_counts_nothing)
{
    begin(true);
    exchange("GET /a/_search", 401,
             "{\"error\":{\"root_cause\":[{\"type\":\"security_exception\",\"reason\":\"missing "
             "anna@example.com\"}],\"type\":\"security_exception\",\"reason\":\"missing\"},"
             "\"status\":401}");
    end();
    cr_assert_geq(t.count, 1);
    cr_expect_eq(t.found[0].class_count, 0);
    cr_expect_eq(t.found[0].scanned_bytes, 0);
}

Test(search, sampling_reads_the_beginning_and_says_so)
{
    static char body[70000];
    size_t used = (size_t)snprintf(body, sizeof body, "%s",
                                   "{\"took\":1,\"_shards\":{\"total\":1},\"hits\":{\"total\":9,"
                                   "\"hits\":[");
    while (used < 60000)
        used += (size_t)snprintf(body + used, sizeof body - used, "%s,", ANNA);
    (void)snprintf(body + used, sizeof body - used, "%s", ANNA "]}}");
    begin(false);
    t.piece = 1000;
    exchange("GET /a/_search", 200, body);
    end();
    cr_assert_geq(t.count, 1);
    cr_expect(t.found[0].sampled);
    cr_expect_leq(t.found[0].scanned_bytes, DETECT_SCAN_REPLY);
    cr_expect_gt(row_of(&t.found[0], "email").values, 20);
}

Test(search, nothing_of_a_person_leaves_with_the_request)
{
    begin(true);
    talk_ask(&t, "GET /a/_search?q=mail:anna%40example.com&size=1");
    talk_answer(&t, 200, "", HITS(ANNA));
    end();
    cr_assert_geq(t.count, 1);
    cr_expect_str_eq(t.found[0].url, "/a/_search?q=mail:***&size=1");
    for (size_t i = 0; i < t.count; i++)
        cr_expect_null(memmem(&t.found[i], sizeof t.found[i], "anna", 4));
}

Test(search, without_classes_nothing_is_searched)
{
    talk_begin(&t);
    exchange("GET /a/_search", 200, HITS(ANNA));
    talk_end(&t);
    cr_assert_geq(t.count, 1);
    cr_expect_eq(t.found[0].class_count, 0);
    cr_expect_eq(t.found[0].scanned_bytes, 0);
}
