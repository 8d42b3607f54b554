/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings pushed into the ring come out as lines of the events file and as events of the journal,
 * in order and complete: as a thread, and as a process beside a packet side that this test plays.
 */
#include "delivery.h"

#include "base/timestamp.h"
#include "journal/database.h"
#include "process/supervision.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_NS UINT64_C(1577614272000000000)

static char folder[64];
static struct config config;
static struct ring *ring;
static struct supervision supervision;
static struct delivery *delivery;
static struct problem problem;

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/ajar-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(config.site, sizeof config.site, "hq");
    (void)snprintf(config.sensor, sizeof config.sensor, "span-1");
    (void)snprintf(config.redis_prefix, sizeof config.redis_prefix, "{ajar}");
    (void)snprintf(config.output, sizeof config.output, "%s/events", folder);
    config.journal_bytes = 64u << 20;
    netset_init_private(&config.home);
    cr_assert_eq(ring_new(64, sizeof(struct finding), &ring), AJAR_OK);
    cr_assert_eq(supervision_init(&supervision), AJAR_OK);
}

static void tear_down(void)
{
    delivery_free(delivery);
    ring_free(ring);
    supervision_clear(&supervision);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

static void open_delivery(bool live)
{
    struct delivery_options options = {
        .config = &config, .findings = ring, .supervision = live ? &supervision : NULL};
    cr_assert_eq(delivery_new(&options, &delivery, &problem), AJAR_OK, "%s", problem.text);
}

static void fill_finding(struct finding *finding, unsigned number)
{
    memset(finding, 0, sizeof *finding);
    finding->kind = FINDING_QUERY;
    finding->verdict = VERDICT_DATA;
    finding->identity = IDENTITY_PROVEN;
    finding->transport = 6;
    finding->time_ns = TIME_NS + number;
    finding->exchange = 1;
    cr_assert_eq(addr_parse("203.0.113.61", &finding->client), AJAR_OK);
    cr_assert_eq(addr_parse("10.20.30.11", &finding->server), AJAR_OK);
    finding->client_port = (uint16_t)(1 + number % 60000);
    finding->server_port = 9200;
    finding->records = FINDING_NO_COUNT;
    (void)snprintf(finding->store, sizeof finding->store, "elasticsearch");
}

/* A client outside reads records of a store in home. */
static void push_finding(unsigned number)
{
    struct finding *finding = ring_reserve_wait(ring);
    cr_assert_not_null(finding);
    fill_finding(finding, number);
    ring_push(ring);
}

/* How many lines of the file hold the text. */
static size_t count_lines(const char *text)
{
    FILE *in = fopen(config.output, "re");
    if (!in)
        return 0;
    char *line = NULL;
    size_t size = 0, count = 0;
    while (getline(&line, &size, in) > 0)
        count += strstr(line, text) != NULL;
    free(line);
    cr_assert_eq(fclose(in), 0);
    return count;
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        uint64_t end = timestamp_monotonic() + UINT64_C(20000000000);                              \
        while (!(condition) && timestamp_monotonic() < end)                                        \
            (void)usleep(2000);                                                                    \
        cr_assert((condition), "did not come: " #condition);                                       \
    } while (0)

TestSuite(delivery, .init = set_up, .fini = tear_down, .timeout = 60);

Test(delivery, writes_every_finding_and_the_last_status)
{
    struct sensor_status last = {.packets = 7, .packet_time_ns = TIME_NS + 1000000000};
    open_delivery(false);
    cr_assert_eq(delivery_start(delivery, &problem), AJAR_OK);
    for (unsigned i = 0; i < 500; i++)
        push_finding(i);
    ring_close(ring);
    cr_assert_eq(delivery_finish(delivery, &last, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(count_lines("\"store-query\""), 500);
    cr_assert_eq(count_lines("\"exposure-opened\""), 1);
    cr_assert_eq(count_lines("\"sensor-status\""), 1);
    cr_assert_eq(ledger_exposures_outside(delivery_ledger(delivery)), 1);
}

Test(delivery, says_nothing_of_itself_when_not_asked_to)
{
    open_delivery(false);
    cr_assert_eq(delivery_start(delivery, &problem), AJAR_OK);
    ring_close(ring);
    cr_assert_eq(delivery_finish(delivery, NULL, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(count_lines(""), 0);
}

Test(delivery, refuses_a_database_that_is_none_before_any_output_exists)
{
    char database[] = "tests/none.mmdb";
    struct delivery_options options = {.config = &config, .findings = ring};
    config.geo[0] = database;
    config.geo_count = 1;
    cr_assert_neq(delivery_new(&options, &delivery, &problem), AJAR_OK);
    cr_assert_not_null(strstr(problem.text, "tests/none.mmdb"), "%s", problem.text);
    cr_assert_null(delivery);
    cr_assert_eq(access(config.output, F_OK), -1);
}

Test(delivery, passes_over_what_no_packet_side_of_ours_writes)
{
    open_delivery(false);
    cr_assert_eq(delivery_start(delivery, &problem), AJAR_OK);
    for (int i = 0; i < 100; i++) {
        struct finding *finding = ring_reserve_wait(ring);
        cr_assert_not_null(finding);
        memset(finding, 0xff, sizeof *finding);
        ring_push(ring);
        push_finding((unsigned)i);
    }
    ring_close(ring);
    cr_assert_eq(delivery_finish(delivery, NULL, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(count_lines("\"store-query\""), 100);
}

static void *run_delivery(void *context)
{
    enum ajar_status *result = context;
    *result = delivery_run(delivery, &problem);
    return NULL;
}

/* The delivery side as in `watch`, on a thread of this test. */
struct live {
    pthread_t thread;
    enum ajar_status result;
};

static void start_live(struct live *live)
{
    open_delivery(true);
    supervision.control->packet_pid = getpid();
    supervision.control->started = 1;
    cr_assert_eq(pthread_create(&live->thread, NULL, run_delivery, &live->result), 0);
}

static void end_live(struct live *live)
{
    supervision.control->over = 1;
    cr_assert_eq(pthread_join(live->thread, NULL), 0);
    cr_assert_eq(live->result, AJAR_OK, "%s", problem.text);
}

Test(delivery, says_when_live_that_it_began_and_writes_without_being_asked)
{
    struct live live;
    start_live(&live);
    push_finding(1);
    WAIT_FOR(count_lines("\"store-query\"") == 1);
    cr_assert_eq(count_lines("\"sensor-status\""), 1);
    end_live(&live);
    cr_assert_eq(count_lines("\"sensor-status\""), 2);
}

Test(delivery, makes_the_ring_ready_after_the_death_of_the_packet_side)
{
    struct live live;
    start_live(&live);
    for (unsigned i = 0; i < 10; i++)
        push_finding(i);
    supervision.control->deaths[SIDE_PACKET].wait_status = SIGKILL;
    supervision.control->deaths[SIDE_PACKET].count = 1;
    supervision.control->gone = 1;
    WAIT_FOR(supervision.control->renewed == 1);
    WAIT_FOR(count_lines("\"store-query\"") == 10);
    WAIT_FOR(count_lines("packet-side-died") == 1);
    cr_assert_eq(count_lines("killed by signal 9"), 1);
    ring_join(ring); /* the next one */
    supervision.control->started = 2;
    push_finding(10);
    WAIT_FOR(count_lines("\"store-query\"") == 11);
    cr_assert_eq(supervision.control->deaths[SIDE_PACKET].told, 1);
    end_live(&live);
}

Test(delivery, wants_a_packet_side_gone_that_breaks_the_ring)
{
    struct live live;
    start_live(&live);
    push_finding(1);
    WAIT_FOR(count_lines("\"store-query\"") == 1);
    /* The head lies at the start of the page before the slots, which are whole pages; the next slot
     * is the second. */
    size_t page = 4096, slot = (sizeof(struct finding) + page - 1) / page * page;
    uint64_t *head = (uint64_t *)(void *)((char *)ring_reserve(ring) - slot - page);
    cr_assert_eq(*head, 1);
    *(volatile uint64_t *)head = 1000000;
    WAIT_FOR(supervision.control->broken == 1);
    supervision.control->gone = 1;
    WAIT_FOR(supervision.control->renewed == 1);
    ring_join(ring);
    supervision.control->started = 2;
    push_finding(2);
    WAIT_FOR(count_lines("\"store-query\"") == 2);
    end_live(&live);
}

/* A delivery side in a process of its own, with a journal on the disk. */
static pid_t start_process(void)
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child > 0)
        return child;
    open_delivery(true);
    _exit(delivery_run(delivery, &problem) == AJAR_OK ? 0 : 1);
}

static uint64_t count_accepted(const char *action)
{
    struct journal_options options = {
        .path = config.journal, .sensor = config.sensor, .bytes_max = config.journal_bytes};
    struct journal *journal = NULL;
    static struct journal_batch batch;
    uint64_t count = 0;
    cr_assert_eq(journal_open(&options, &journal, &problem), AJAR_OK, "%s", problem.text);
    for (uint64_t after = 0; journal_read(journal, after, 0, &batch) == AJAR_OK;) {
        for (size_t i = 0; i < batch.count; i++)
            count += strcmp(batch.events[i].action, action) == 0;
        after = batch.events[batch.count - 1].sequence;
    }
    journal_batch_clear(&batch);
    journal_close(journal);
    return count;
}

Test(delivery, goes_on_where_a_killed_one_was)
{
    enum { FINDINGS = 6000, KILLS = 5 };
    (void)snprintf(config.journal, sizeof config.journal, "%s/journal.db", folder);
    supervision.control->packet_pid = getpid();
    supervision.control->started = 1;
    pid_t child = start_process();
    for (unsigned i = 0; i < FINDINGS; i++) {
        if (i % (FINDINGS / (KILLS + 1)) == FINDINGS / (KILLS + 1) - 1) {
            cr_assert_eq(kill(child, SIGKILL), 0);
            cr_assert_eq(waitpid(child, NULL, 0), child);
            supervision.control->deaths[SIDE_DELIVERY].wait_status = SIGKILL;
            supervision.control->deaths[SIDE_DELIVERY].count++;
            child = start_process();
        }
        push_finding(i);
    }
    supervision.control->over = 1;
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
    cr_assert_eq(count_accepted("store-query"), FINDINGS);
    cr_assert_eq(count_accepted("exposure-opened"), 1);
    cr_assert_geq(count_accepted("sensor-trouble"), 1);
}

/* The last commit waits 2 s for somebody else's lock, and not much longer. */
Test(delivery, ends_in_time_beside_a_lock_that_stays)
{
    struct database *other = NULL;
    (void)snprintf(config.journal, sizeof config.journal, "%s/journal.db", folder);
    open_delivery(false);
    cr_assert_eq(database_open(config.journal, 1000, &other, &problem), AJAR_OK);
    cr_assert_eq(database_run(other, "BEGIN IMMEDIATE"), AJAR_OK);
    cr_assert_eq(delivery_start(delivery, &problem), AJAR_OK);
    push_finding(1);
    ring_close(ring);
    uint64_t begin = timestamp_monotonic();
    cr_assert_eq(delivery_finish(delivery, NULL, &problem), AJAR_OK, "%s", problem.text);
    uint64_t ms = (timestamp_monotonic() - begin) / 1000000;
    cr_assert(ms >= 2000 && ms < 3500, "%llu ms", (unsigned long long)ms);
    cr_assert_eq(count_lines("\"store-query\""), 1);
    database_close(other);
}

/* A delivery side dies by a signal while it works on the finding at `place`, counted from 1. */
static void die_at(uint64_t place, int number)
{
    supervision.control->at_work = place;
    supervision_end_delivery(&supervision, number);
}

Test(delivery, leaves_out_a_finding_that_ended_two_of_it)
{
    struct live live;
    die_at(3, SIGSEGV);
    die_at(3, SIGSEGV);
    for (unsigned i = 0; i < 5; i++)
        push_finding(i);
    start_live(&live);
    WAIT_FOR(count_lines("\"store-query\"") == 4);
    end_live(&live);
    cr_assert_eq(count_lines("\"store-query\""), 4);
    struct sensor_status status;
    supervision_read_status(&supervision, &status);
    delivery_complete_status(delivery, &status);
    cr_assert_eq(status.findings_dropped, 1);
}

Test(delivery, tries_a_finding_again_that_ended_one)
{
    struct live live;
    die_at(3, SIGSEGV);
    die_at(4, SIGSEGV);
    die_at(4, SIGKILL); /* somebody else's doing */
    die_at(4, SIGKILL);
    die_at(0, SIGSEGV);
    die_at(0, SIGSEGV);
    for (unsigned i = 0; i < 5; i++)
        push_finding(i);
    start_live(&live);
    WAIT_FOR(count_lines("\"store-query\"") == 5);
    end_live(&live);
}

Test(delivery, counts_on_over_its_deaths)
{
    struct live live;
    for (unsigned i = 0; i < 5; i++)
        push_finding(i);
    start_live(&live);
    WAIT_FOR(count_lines("\"store-query\"") == 5);
    end_live(&live);
    supervision_end_delivery(&supervision, SIGKILL);
    delivery_free(delivery);
    supervision.control->over = 0;
    push_finding(5);
    start_live(&live);
    WAIT_FOR(count_lines("\"store-query\"") == 6);
    end_live(&live);
    struct sensor_status status;
    supervision_read_status(&supervision, &status);
    delivery_complete_status(delivery, &status);
    cr_assert_eq(status.findings, 6);
}
