/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared blocks and who reads and writes what in them. The packet side's block is read as
 * numbers that may be wrong but can do no harm; the other one it cannot reach.
 */
#include "process/supervision.h"

#include "base/hash.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define READ_TRIES 1000 /* of numbers that are being written: a writer that died leaves them so */

static void *map_shared(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

enum ajar_status supervision_init(struct supervision *supervision)
{
    *supervision = (struct supervision){.board = map_shared(sizeof(struct board)),
                                        .control = map_shared(sizeof(struct control))};
    uint64_t ring_id = 0;
    enum ajar_status status =
        supervision->board && supervision->control ? hash_make_seed(&ring_id) : AJAR_ERR_MEMORY;
    if (status != AJAR_OK) {
        supervision_clear(supervision);
        return status;
    }
    supervision->control->ring_id = ring_id ? ring_id : 1;
    return AJAR_OK;
}

static void unmap(void *block, size_t size)
{
    if (block)
        (void)munmap(block, size);
}

void supervision_clear(struct supervision *supervision)
{
    unmap(supervision->board, sizeof *supervision->board);
    unmap(supervision->control, sizeof *supervision->control);
    *supervision = (struct supervision){.board = NULL};
}

void supervision_detach(struct supervision *supervision)
{
    unmap(supervision->control, sizeof *supervision->control);
    supervision->control = NULL;
}

_Static_assert(STATUS_WORDS * sizeof(uint64_t) == sizeof(struct sensor_status), "whole words");

static void copy_in(struct shared_status *shared, const struct sensor_status *numbers)
{
    uint64_t words[STATUS_WORDS];
    memcpy(words, numbers, sizeof words);
    for (size_t i = 0; i < STATUS_WORDS; i++)
        atomic_store_explicit(&shared->words[i], words[i], memory_order_release);
}

static void copy_out(const struct shared_status *shared, struct sensor_status *numbers)
{
    uint64_t words[STATUS_WORDS];
    for (size_t i = 0; i < STATUS_WORDS; i++)
        words[i] = atomic_load_explicit(&shared->words[i], memory_order_acquire);
    memcpy(numbers, words, sizeof words);
}

static void write_numbers(struct shared_status *shared, const struct sensor_status *numbers)
{
    (void)atomic_fetch_add(&shared->count, 1);
    copy_in(shared, numbers);
    (void)atomic_fetch_add(&shared->count, 1);
}

/* False: they were being written all the time, and *numbers may be half of each. */
static bool read_numbers(const struct shared_status *shared, struct sensor_status *numbers)
{
    for (int i = 0; i < READ_TRIES; i++) {
        uint32_t before = atomic_load(&shared->count);
        copy_out(shared, numbers);
        if (before % 2 == 0 && atomic_load(&shared->count) == before)
            return true;
    }
    return false;
}

/* The numbers of one more packet side: those that count go on, those of now are its own. */
static void add_numbers(struct sensor_status *sum, const struct sensor_status *more)
{
    sum->packets += more->packets;
    sum->bytes += more->bytes;
    sum->dropped_kernel += more->dropped_kernel;
    sum->dropped_interface += more->dropped_interface;
    sum->flows += more->flows;
    sum->flows_now = more->flows_now;
    sum->gaps += more->gaps;
    sum->anomalies += more->anomalies;
    sum->findings_dropped += more->findings_dropped;
    if (more->packet_time_ns > sum->packet_time_ns)
        sum->packet_time_ns = more->packet_time_ns;
}

void supervision_add_counts(struct sensor_status *sum, const struct sensor_status *more)
{
    sum->findings += more->findings;
    sum->findings_dropped += more->findings_dropped;
    sum->events += more->events;
    sum->events_dropped += more->events_dropped;
    sum->events_folded += more->events_folded;
    sum->events_accepted += more->events_accepted;
    sum->events_not_accepted += more->events_not_accepted;
    sum->events_trimmed += more->events_trimmed;
    sum->own_findings += more->own_findings;
    sum->log_dropped += more->log_dropped;
    sum->list_dropped += more->list_dropped;
}

void supervision_end_packet(struct supervision *supervision)
{
    struct control *control = supervision->control;
    struct sensor_status sum;
    struct sensor_status last;
    copy_out(&control->ended, &sum);
    (void)read_numbers(&supervision->board->status, &last); /* half written: old and new numbers */
    add_numbers(&sum, &last);
    sum.flows_now = 0;
    (void)atomic_fetch_add(&control->ended.count, 1); /* the two must change as one for readers */
    copy_in(&control->ended, &sum);
    memset((void *)supervision->board, 0, sizeof *supervision->board);
    (void)atomic_fetch_add(&control->ended.count, 1);
}

static bool was_killed(int wait_status)
{
    return WIFSIGNALED(wait_status) &&
           (WTERMSIG(wait_status) == SIGKILL || WTERMSIG(wait_status) == SIGTERM);
}

void supervision_end_delivery(struct supervision *supervision, int wait_status)
{
    struct control *control = supervision->control;
    struct sensor_status sum;
    struct sensor_status last;
    copy_out(&control->ended, &sum);
    (void)read_numbers(&control->delivered, &last);
    memset((void *)&control->delivered, 0, sizeof control->delivered);
    supervision_add_counts(&sum, &last);
    write_numbers(&control->ended, &sum);
    uint64_t at_work = atomic_exchange(&control->at_work, 0);
    if (was_killed(wait_status))
        at_work = 0; /* not the finding's doing */
    control->fatal = at_work == control->suspect ? at_work : 0;
    control->suspect = at_work;
}

void supervision_keep_counts(struct supervision *supervision, const struct sensor_status *own)
{
    write_numbers(&supervision->control->delivered, own);
}

bool supervision_begin_finding(struct supervision *supervision, uint64_t position)
{
    struct control *control = supervision->control;
    if (control->fatal == position + 1)
        return false;
    atomic_store_explicit(&control->at_work, position + 1, memory_order_relaxed);
    return true;
}

void supervision_end_finding(struct supervision *supervision)
{
    atomic_store_explicit(&supervision->control->at_work, 0, memory_order_relaxed);
}

void supervision_read_status(struct supervision *supervision, struct sensor_status *status)
{
    const struct shared_status *ended = &supervision->control->ended;
    for (int i = 0; i < READ_TRIES; i++) {
        uint32_t before = atomic_load(&ended->count);
        struct sensor_status sum;
        struct sensor_status now;
        if (!read_numbers(ended, &sum) || !read_numbers(&supervision->board->status, &now))
            continue;
        if (atomic_load(&ended->count) != before)
            continue;
        *status = sum;
        add_numbers(status, &now);
        supervision->last_numbers = *status;
        return;
    }
    *status = supervision->last_numbers;
}

void supervision_ready(struct supervision *supervision)
{
    atomic_store(supervision->control ? &supervision->control->delivery_ready
                                      : &supervision->board->ready,
                 1);
}

void supervision_report(struct supervision *supervision, const struct sensor_status *status)
{
    write_numbers(&supervision->board->status, status);
}

bool supervision_was_away(const struct supervision *supervision)
{
    return supervision->was_away;
}

uint64_t supervision_ring_id(const struct supervision *supervision)
{
    return supervision->control->ring_id;
}

pid_t supervision_packet_pid(const struct supervision *supervision)
{
    return atomic_load(&supervision->control->packet_pid);
}

bool supervision_packet_is_gone(const struct supervision *supervision)
{
    const struct control *control = supervision->control;
    return atomic_load(&control->gone) != atomic_load(&control->renewed);
}

void supervision_renewed(struct supervision *supervision)
{
    struct control *control = supervision->control;
    atomic_store(&control->renewed, atomic_load(&control->gone));
}

void supervision_distrust(struct supervision *supervision)
{
    struct control *control = supervision->control;
    atomic_store(&control->broken, atomic_load(&control->started));
}

bool supervision_is_over(const struct supervision *supervision)
{
    return atomic_load(&supervision->control->over) != 0;
}

bool supervision_take_reopen(struct supervision *supervision)
{
    uint32_t asked = atomic_load(&supervision->control->reopens);
    bool is_new = asked != supervision->reopens_seen;
    supervision->reopens_seen = asked;
    return is_new;
}

void supervision_add_death(struct supervision *supervision, enum side side, int wait_status)
{
    struct deaths *deaths = &supervision->control->deaths[side];
    atomic_store(&deaths->wait_status, wait_status);
    (void)atomic_fetch_add(&deaths->count, 1);
}

void supervision_describe(int wait_status, char cause[static SUPERVISION_CAUSE_MAX])
{
    if (WIFSIGNALED(wait_status))
        (void)snprintf(cause, SUPERVISION_CAUSE_MAX, "killed by signal %d (%s)",
                       WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
    else
        (void)snprintf(cause, SUPERVISION_CAUSE_MAX, "ended with status %d",
                       WEXITSTATUS(wait_status));
}

uint32_t supervision_deaths(const struct supervision *supervision, enum side side,
                            char cause[static SUPERVISION_CAUSE_MAX])
{
    const struct deaths *deaths = &supervision->control->deaths[side];
    uint32_t count = atomic_load(&deaths->count);
    supervision_describe(atomic_load(&deaths->wait_status), cause);
    return count;
}

uint32_t supervision_deaths_told(const struct supervision *supervision, enum side side)
{
    return atomic_load(&supervision->control->deaths[side].told);
}

void supervision_tell_deaths(struct supervision *supervision, enum side side, uint32_t deaths)
{
    atomic_store(&supervision->control->deaths[side].told, deaths);
}
