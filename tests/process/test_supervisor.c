/* SPDX-License-Identifier: Apache-2.0 */
/* A supervisor with two toy sides, in a process of its own. What they see goes into shared memory.
 */
#include "process/supervisor.h"

#include "base/timestamp.h"
#include "process/signals.h"
#include "process/supervision.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the sides do and what happened to them. */
struct scene {
    _Atomic int packet_status; /* the packet side ends with this at once, if not 0 */
    _Atomic bool packet_never_ready;
    _Atomic int delivery_status;
    _Atomic bool delivery_never_ready;
    _Atomic bool delivery_returns; /* 0, without being asked */
    _Atomic bool delivery_does_not_renew;
    _Atomic bool delivery_distrusts;
    _Atomic int packet_starts, delivery_starts, begun, reopens, ends;
    _Atomic pid_t packet, delivery;
    _Atomic uint32_t packet_deaths, delivery_deaths;
    _Atomic uint64_t packets; /* of the status */
    _Atomic bool was_away, has_control;
    char cause[SUPERVISION_CAUSE_MAX];
};

static struct scene *scene;
static pid_t supervisor;

static int toy_packet(void *context, struct supervision *supervision)
{
    (void)context;
    scene->packet_starts++;
    scene->packet = getpid();
    scene->was_away = supervision_was_away(supervision);
    scene->has_control = supervision->control != NULL;
    signals_obey(NULL, NULL);
    if (scene->packet_never_ready)
        return scene->packet_status;
    struct sensor_status status = {.packets = 10, .flows_now = 3, .packet_time_ns = 5};
    supervision_report(supervision, &status);
    supervision_ready(supervision);
    while (!signals_stopped() && scene->packet_status == 0)
        (void)usleep(1000);
    if (scene->packet_status != 0)
        return atomic_exchange(&scene->packet_status, 0);
    scene->ends++;
    return 0;
}

static void look(struct supervision *supervision)
{
    char cause[SUPERVISION_CAUSE_MAX];
    struct sensor_status status;
    uint32_t deaths = supervision_deaths(supervision, SIDE_PACKET, cause);
    if (deaths != scene->packet_deaths)
        memcpy(scene->cause, cause, sizeof cause);
    scene->packet_deaths = deaths;
    scene->delivery_deaths = supervision_deaths(supervision, SIDE_DELIVERY, cause);
    supervision_read_status(supervision, &status);
    scene->packets = status.packets;
    scene->reopens += supervision_take_reopen(supervision);
    if (supervision_packet_is_gone(supervision) && !scene->delivery_does_not_renew)
        supervision_renewed(supervision);
    if (scene->delivery_distrusts && supervision_packet_pid(supervision) > 0) {
        scene->delivery_distrusts = false;
        supervision_distrust(supervision);
    }
}

static int toy_delivery(void *context, struct supervision *supervision)
{
    (void)context;
    scene->delivery_starts++;
    scene->delivery = getpid();
    if (scene->delivery_never_ready)
        return scene->delivery_status;
    supervision_ready(supervision);
    while (!supervision_is_over(supervision)) {
        look(supervision);
        if (scene->delivery_returns)
            return 0;
        (void)usleep(1000);
    }
    look(supervision);
    return scene->delivery_status;
}

static void toy_begun(void *context)
{
    (void)context;
    scene->begun++;
}

static void set_up(void)
{
    scene = mmap(NULL, sizeof *scene, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(scene, MAP_FAILED);
}

static void start(void)
{
    static const struct supervised sides = {
        .packet = toy_packet, .delivery = toy_delivery, .begun = toy_begun};
    supervisor = fork();
    cr_assert_geq(supervisor, 0);
    if (supervisor == 0) {
        signals_hold();
        _exit(supervisor_run(&sides));
    }
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        uint64_t end = timestamp_monotonic() + UINT64_C(20000000000);                              \
        while (!(condition) && timestamp_monotonic() < end)                                        \
            (void)usleep(2000);                                                                    \
        cr_assert((condition), "did not come: " #condition);                                       \
    } while (0)

/* The supervisor's exit status; 1000 and the signal if one ended it. */
static int wait_for_end(void)
{
    int status = 0;
    cr_assert_eq(waitpid(supervisor, &status, 0), supervisor);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int stop(void)
{
    cr_assert_eq(kill(supervisor, SIGTERM), 0);
    return wait_for_end();
}

static bool is_there(pid_t pid)
{
    return kill(pid, 0) == 0;
}

TestSuite(supervisor, .init = set_up, .timeout = 60);

Test(supervisor, starts_both_sides_and_ends_them_in_order)
{
    scene->delivery_status = 7;
    start();
    WAIT_FOR(scene->begun == 1);
    WAIT_FOR(scene->packets == 10);
    cr_assert_not(scene->has_control, "the packet side can write to the control block");
    cr_assert_eq(stop(), 7);
    cr_assert_eq(scene->ends, 1);
    cr_assert_eq(scene->packet_starts + scene->delivery_starts, 2);
    cr_assert_not(is_there(scene->packet));
    cr_assert_not(is_there(scene->delivery));
}

Test(supervisor, ends_with_the_status_of_a_side_that_cannot_begin)
{
    scene->packet_never_ready = true;
    scene->packet_status = 9;
    start();
    cr_assert_eq(wait_for_end(), 9);
    cr_assert_eq(scene->delivery_starts, 0);
    scene->packet_never_ready = false;
    scene->packet_status = 0;
    scene->delivery_never_ready = true;
    scene->delivery_status = 8;
    start();
    cr_assert_eq(wait_for_end(), 8);
    cr_assert_eq(scene->begun, 0);
    cr_assert_not(is_there(scene->packet));
}

Test(supervisor, starts_a_killed_packet_side_again)
{
    start();
    WAIT_FOR(scene->begun == 1);
    pid_t first = scene->packet;
    WAIT_FOR(scene->packets == 10);
    cr_assert_eq(kill(first, SIGKILL), 0);
    WAIT_FOR(scene->packet_starts == 2);
    WAIT_FOR(scene->packets == 20); /* both of them together */
    cr_assert_eq(scene->packet_deaths, 1);
    cr_assert_str_eq(scene->cause, "killed by signal 9 (Killed)");
    cr_assert_eq(stop(), 0);
    cr_assert_eq(scene->begun, 1);
    cr_assert_eq(scene->delivery_starts, 1);
}

Test(supervisor, waits_with_the_next_packet_side_until_the_ring_is_renewed)
{
    start();
    WAIT_FOR(scene->begun == 1);
    scene->delivery_does_not_renew = true;
    cr_assert_eq(kill(scene->packet, SIGKILL), 0);
    (void)usleep(500000);
    cr_assert_eq(scene->packet_starts, 1);
    scene->delivery_does_not_renew = false;
    WAIT_FOR(scene->packet_starts == 2);
    cr_assert_eq(stop(), 0);
}

Test(supervisor, starts_a_killed_delivery_side_again)
{
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_eq(kill(scene->delivery, SIGKILL), 0);
    WAIT_FOR(scene->delivery_starts == 2);
    WAIT_FOR(scene->delivery_deaths == 1);
    cr_assert_eq(scene->packet_starts, 1);
    cr_assert_eq(stop(), 0);
}

Test(supervisor, waits_longer_after_each_death)
{
    start();
    WAIT_FOR(scene->begun == 1);
    uint64_t before = timestamp_monotonic();
    for (int i = 1; i <= 3; i++) {
        int starts = scene->packet_starts;
        scene->packet_status = 3; /* it ends, and is ready the next time */
        WAIT_FOR(scene->packet_starts == starts + 1);
        WAIT_FOR(scene->packet_deaths == (uint32_t)i);
    }
    /* Once, twice and four times the first pause. */
    cr_assert_geq(timestamp_monotonic() - before, 7 * SUPERVISOR_BACKOFF_MS * UINT64_C(1000000));
    cr_assert_str_eq(scene->cause, "ended with status 3");
    cr_assert_eq(stop(), 0);
}

Test(supervisor, counts_no_death_when_the_source_is_away)
{
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_not(scene->was_away);
    uint64_t before = timestamp_monotonic();
    scene->packet_status = SUPERVISED_AWAY;
    WAIT_FOR(scene->packet_starts == 2);
    cr_assert_geq(timestamp_monotonic() - before, UINT64_C(1900000000));
    WAIT_FOR(scene->was_away);
    cr_assert_eq(scene->packet_deaths, 0);
    cr_assert_eq(stop(), 0);
}

Test(supervisor, ends_at_once_at_the_second_signal)
{
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_eq(kill(scene->packet, SIGSTOP), 0); /* it will not end when asked to */
    cr_assert_eq(kill(supervisor, SIGTERM), 0);
    (void)usleep(50000);
    cr_assert(is_there(scene->packet));
    cr_assert_eq(kill(supervisor, SIGINT), 0);
    cr_assert_eq(wait_for_end(), 128 + SIGINT);
    cr_assert_not(is_there(scene->packet));
    cr_assert_not(is_there(scene->delivery));
}

Test(supervisor, kills_a_packet_side_that_does_not_end)
{
    scene->delivery_status = 4;
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_eq(kill(scene->packet, SIGSTOP), 0);
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(stop(), 4); /* the delivery side finishes as ever */
    cr_assert_geq(timestamp_monotonic() - before, SUPERVISOR_END_PACKET_MS * UINT64_C(1000000));
    cr_assert_not(is_there(scene->packet));
}

Test(supervisor, brings_a_dead_delivery_side_back_to_finish)
{
    start();
    WAIT_FOR(scene->begun == 1);
    for (int i = 1; i <= 3; i++) { /* the fourth would come after 0.8 s */
        cr_assert_eq(kill(scene->delivery, SIGKILL), 0);
        WAIT_FOR(scene->delivery_starts == i + 1);
        (void)usleep(20000);
    }
    scene->delivery_status = 6;
    cr_assert_eq(kill(scene->delivery, SIGKILL), 0);
    (void)usleep(20000);
    uint64_t before = timestamp_monotonic();
    cr_assert_eq(stop(), 6);
    cr_assert_eq(scene->delivery_starts, 5);
    cr_assert_lt(timestamp_monotonic() - before, UINT64_C(500000000));
}

Test(supervisor, takes_its_children_along_when_it_is_killed)
{
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_eq(kill(supervisor, SIGKILL), 0);
    cr_assert_eq(wait_for_end(), 1000 + SIGKILL);
    /* They may stay as zombies of whoever is init here: what ended is no longer running. */
    char path[64], state[512] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", scene->packet);
    for (int i = 0; i < 1000; i++) {
        FILE *file = fopen(path, "re");
        if (!file)
            return;
        size_t length = fread(state, 1, sizeof state - 1, file);
        state[length] = '\0';
        (void)fclose(file);
        if (strstr(state, ") Z "))
            return;
        (void)usleep(2000);
    }
    cr_assert_fail("the packet side lives on: %s", state);
}

Test(supervisor, passes_a_hangup_on_once)
{
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_eq(kill(supervisor, SIGHUP), 0);
    WAIT_FOR(scene->reopens == 1);
    (void)usleep(20000);
    cr_assert_eq(scene->reopens, 1);
    cr_assert_eq(stop(), 0);
}

Test(supervisor, kills_a_packet_side_that_is_not_trusted)
{
    start();
    WAIT_FOR(scene->begun == 1);
    scene->delivery_distrusts = true;
    WAIT_FOR(scene->packet_starts == 2);
    WAIT_FOR(scene->packet_deaths == 1);
    cr_assert_eq(stop(), 0);
}

Test(supervisor, ends_when_nobody_takes_events)
{
    start();
    WAIT_FOR(scene->begun == 1);
    scene->delivery_returns = true;
    cr_assert_eq(wait_for_end(), 0);
    cr_assert_not(is_there(scene->packet));
}

Test(supervisor, lets_no_terminal_end_its_children)
{
    start();
    WAIT_FOR(scene->begun == 1);
    cr_assert_eq(kill(scene->packet, SIGINT), 0);
    cr_assert_eq(kill(scene->packet, SIGHUP), 0);
    cr_assert_eq(kill(scene->delivery, SIGTERM), 0);
    cr_assert_eq(kill(scene->delivery, SIGINT), 0);
    (void)usleep(100000);
    cr_assert_eq(scene->packet_starts + scene->delivery_starts, 2);
    cr_assert_eq(scene->ends, 0);
    cr_assert_eq(stop(), 0);
}
