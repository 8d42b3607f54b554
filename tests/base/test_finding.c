/* SPDX-License-Identifier: Apache-2.0 */
/* What a side that is not trusted hands over, field by field; and one that is right, unchanged. */
#include "ajar/finding.h"
#include "ajar/flow.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct finding shared;
static struct finding own;

static void put(char *text, size_t size, const char *value)
{
    (void)snprintf(text, size, "%s", value);
}

/* A finding as the packet side makes them, with two data sets. */
static void make(void)
{
    shared = (struct finding){.kind = FINDING_SESSION,
                              .verdict = VERDICT_DRAINED,
                              .credentials = CREDENTIALS_PRESENTED,
                              .credentials_seen = true,
                              .identity = IDENTITY_PROVEN,
                              .transport = 6,
                              .client_by = CLIENT_BY_CONTENT,
                              .sampled = true,
                              .time_ns = 9,
                              .exchange = 3,
                              .client_port = 40000,
                              .server_port = 9200,
                              .vlan = 4094,
                              .records = 12,
                              .records_source = COUNT_LISTING,
                              .evidence_count = 2,
                              .dataset_count = 2};
    put(shared.store, sizeof shared.store, "elasticsearch");
    put(shared.url, sizeof shared.url, "/_search");
    put(shared.evidence[1], sizeof shared.evidence[1], "cursor");
    put(shared.datasets[1].name, sizeof shared.datasets[1].name, "cases");
    shared.datasets[1].source = COUNT_COUNT;
    memset(&own, 0xa5, sizeof own);
}

TestSuite(finding_accept, .init = make);

Test(finding_accept, takes_a_right_one_unchanged)
{
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    cr_assert_eq(memcmp(&own, &shared, sizeof own), 0);
}

Test(finding_accept, takes_a_full_one_unchanged)
{
    shared.dataset_count = FINDING_DATASETS_MAX;
    shared.evidence_count = FINDING_EVIDENCE_MAX;
    shared.datasets[FINDING_DATASETS_MAX - 1].records = 5;
    memset(shared.url, 'u', sizeof shared.url - 1);
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    cr_assert_eq(memcmp(&own, &shared, sizeof own), 0);
}

Test(finding_accept, leaves_nothing_beyond_the_data_sets)
{
    shared.datasets[2].records = 7; /* of a finding that lay in the slot before */
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    cr_assert_eq(own.datasets[2].records, 0);
    cr_assert_str_eq(own.datasets[1].name, "cases");
}

Test(finding_accept, keeps_counts_within_their_arrays)
{
    shared.dataset_count = UINT16_MAX;
    shared.evidence_count = UINT8_MAX;
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    cr_assert_eq(own.dataset_count, FINDING_DATASETS_MAX);
    cr_assert_eq(own.evidence_count, FINDING_EVIDENCE_MAX);
}

Test(finding_accept, keeps_enums_within_their_words)
{
    shared.credentials = CREDENTIALS_PROVEN + 1;
    shared.identity = IDENTITY_PROVEN + 1;
    shared.client_by = CLIENT_BY_CONTENT + 1;
    shared.records_source = COUNT_LISTING + 1;
    shared.datasets[1].source = UINT8_MAX;
    shared.vlan = 0xffff;
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    cr_expect_eq(own.credentials, CREDENTIALS_NONE);
    cr_expect_eq(own.identity, IDENTITY_NONE);
    cr_expect_eq(own.client_by, CLIENT_BY_FIRST_PACKET);
    cr_expect_eq(own.records_source, COUNT_NONE);
    cr_expect_eq(own.datasets[1].source, COUNT_NONE);
    cr_expect_eq(own.vlan, 0xfff);
}

Test(finding_accept, takes_no_weight_beyond_its_bounds)
{
    static const int8_t weights[] = {-10, 20, 0, 21, -11, INT8_MIN};
    for (size_t i = 0; i < sizeof weights; i++) {
        shared.kind_weight = weights[i];
        cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
        cr_expect_eq(own.kind_weight, i < 3 ? weights[i] : 0);
    }
}

Test(finding_accept, makes_any_byte_a_truth)
{
    bool *const asked[] = {&shared.credentials_seen, &shared.partial,
                           &shared.request_unseen,   &shared.weak,
                           &shared.sampled,          &shared.midstream};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        memset(asked[i], 0x80, 1);
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    const bool *const made[] = {&own.credentials_seen, &own.partial,
                                &own.request_unseen,   &own.weak,
                                &own.sampled,          &own.midstream};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        unsigned char byte = 0;
        memcpy(&byte, made[i], 1);
        cr_expect_eq(byte, 1, "%zu", i);
    }
}

#define EXPECT_ENDED(member)                                                                       \
    cr_expect_eq(strnlen(own.member, sizeof own.member), sizeof own.member - 1, #member)

Test(finding_accept, ends_every_text)
{
    memset(&shared, 'x', sizeof shared);
    shared.kind = FINDING_QUERY;
    shared.verdict = VERDICT_DATA;
    shared.transport = 17;
    shared.evidence_count = FINDING_EVIDENCE_MAX;
    shared.dataset_count = FINDING_DATASETS_MAX;
    cr_assert_eq(finding_accept(&shared, &own), AJAR_OK);
    EXPECT_ENDED(store);
    EXPECT_ENDED(product);
    EXPECT_ENDED(version);
    EXPECT_ENDED(cluster_id);
    EXPECT_ENDED(cluster_name);
    EXPECT_ENDED(protection);
    EXPECT_ENDED(application);
    EXPECT_ENDED(method);
    EXPECT_ENDED(url);
    EXPECT_ENDED(host);
    EXPECT_ENDED(user_agent);
    for (size_t i = 0; i < FINDING_EVIDENCE_MAX; i++)
        EXPECT_ENDED(evidence[i]);
    for (size_t i = 0; i < FINDING_DATASETS_MAX; i++)
        EXPECT_ENDED(datasets[i].name);
}

Test(finding_accept, refuses_what_no_finding_has)
{
    static const struct finding right = {
        .verdict = VERDICT_PROBED, .transport = 6, .server_port = 1, .store = "s"};
    struct finding wrong[7];
    for (size_t i = 0; i < 7; i++)
        wrong[i] = right;
    wrong[0].kind = FINDING_DOOR + 1;
    wrong[1].verdict = VERDICT_NONE;
    wrong[2].verdict = VERDICTS;
    wrong[3].store[0] = '\0';
    wrong[4].transport = 1;
    wrong[5].server_port = 0;
    wrong[6].door = DOOR_RESET;
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(finding_accept(&wrong[i], &own), AJAR_ERR_FORMAT, "%zu", i);
    cr_expect_eq(finding_accept(&right, &own), AJAR_OK);
}

Test(finding_accept, takes_only_doors_that_say_what_became_of_them)
{
    static const struct finding doors[] = {
        {.kind = FINDING_DOOR, .transport = 6, .server_port = 1, .door = DOOR_SILENT},
        {.kind = FINDING_DOOR, .transport = 6, .server_port = 1, .door = DOOR_OPAQUE, .store = "s"},
    };
    struct finding wrong[4] = {doors[0], doors[1], doors[0], doors[0]};
    wrong[0].door = DOOR_NONE;
    wrong[1].store[0] = '\0';
    wrong[2].store[0] = 's';
    wrong[3].verdict = VERDICT_OPEN;
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(finding_accept(&doors[i], &own), AJAR_OK, "%zu", i);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(finding_accept(&wrong[i], &own), AJAR_ERR_FORMAT, "%zu", i);
}

static _Atomic bool done;

/* Changes the counts for as long as the test looks. */
static void *scribble(void *context)
{
    volatile struct finding *target = context;
    for (uint16_t i = 0; !done; i++) {
        target->dataset_count = (uint16_t)(i % 2 ? UINT16_MAX : 1);
        target->evidence_count = (uint8_t)(i % 2 ? UINT8_MAX : 1);
    }
    return NULL;
}

Test(finding_accept, is_not_fooled_by_a_count_that_changes, .timeout = 60)
{
    pthread_t writer;
    cr_assert_eq(pthread_create(&writer, NULL, scribble, &shared), 0);
    bool sound = true;
    for (int i = 0; i < 20000 && sound; i++) {
        sound = finding_accept(&shared, &own) == AJAR_OK &&
                own.dataset_count <= FINDING_DATASETS_MAX &&
                own.evidence_count <= FINDING_EVIDENCE_MAX;
        if (own.dataset_count == 1) /* beyond the count that was taken nothing may be left */
            sound = sound && own.datasets[1].name[0] == '\0';
    }
    done = true;
    cr_assert_eq(pthread_join(writer, NULL), 0);
    cr_assert(sound);
}
