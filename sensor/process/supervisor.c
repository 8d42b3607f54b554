/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process above the packet side and the delivery side. It parses nothing and talks to nobody:
 * it waits for signals, starts what should run and is not there, and ends both in order. One thread
 * and no lock, so that each child begins as a clean copy.
 */
#include "process/supervisor.h"

#include "base/log.h"
#include "base/timestamp.h"
#include "process/signals.h"
#include "process/supervision.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS_NS          UINT64_C(1000000)
#define WAIT_BUSY_MS   5   /* between two looks while a side is to become something */
#define WAIT_STEADY_MS 200 /* while both work */

/* One side, over all its lives. */
struct member {
    const char *name;
    const char *title; /* in ps, at most 15 characters */
    uint32_t end_ms;   /* how long it has to end */
    pid_t pid;         /* 0: none now */
    bool is_ready;     /* this life */
    bool ever_ready;
    uint64_t started_ns;
    uint64_t due_ns;     /* not started before */
    uint32_t backoff_ms; /* after the next death */
};

struct supervisor {
    const struct supervised *sides;
    struct supervision shared;
    struct member members[SIDES];
    bool begun;
    bool ending;
    uint64_t end_ns; /* when who is to end is killed */
    bool done;
    int status; /* of the program */
};

static const struct member fresh[SIDES] = {
    [SIDE_PACKET] = {.name = "packet side",
                     .title = "ajar: capture",
                     .end_ms = SUPERVISOR_END_PACKET_MS,
                     .backoff_ms = SUPERVISOR_BACKOFF_MS},
    [SIDE_DELIVERY] = {.name = "delivery side",
                       .title = "ajar: delivery",
                       .end_ms = SUPERVISOR_END_DELIVERY_MS,
                       .backoff_ms = SUPERVISOR_BACKOFF_MS},
};

/* Signals are taken one by one where they are waited for, never by a handler. */
static void fill_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
    (void)sigaddset(set, SIGCHLD);
}

static void set_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL}; /* an ignored SIGCHLD would take the dead */
    (void)sigaction(SIGCHLD, &action, NULL);
    sigset_t set;
    fill_signals(&set);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* SIGTERM stays back until the side says what it does then. */
static void set_child_signals(enum side side)
{
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    if (side == SIDE_DELIVERY)
        signals_ignore();
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

_Noreturn static void run_side(struct supervisor *s, enum side side, pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE); /* it died before it could have been noticed */
    (void)prctl(PR_SET_NAME, s->members[side].title);
    set_child_signals(side);
    supervised_function function = s->sides->delivery;
    if (side == SIDE_PACKET) {
        supervision_detach(&s->shared);
        function = s->sides->packet;
    }
    exit(function(s->sides->context, &s->shared));
}

/* Ends the program; what still runs is killed. */
static void end_all(struct supervisor *s, int status)
{
    s->done = true;
    s->status = status;
    for (int side = 0; side < SIDES; side++)
        if (s->members[side].pid > 0) {
            (void)kill(s->members[side].pid, SIGKILL);
            (void)waitpid(s->members[side].pid, NULL, 0);
            s->members[side].pid = 0;
        }
}

/* How long to wait before the next start; each time twice as long as before. */
static uint64_t take_backoff(struct member *member)
{
    if (timestamp_monotonic() - member->started_ns >= SUPERVISOR_STEADY_MS * MS_NS)
        member->backoff_ms = SUPERVISOR_BACKOFF_MS;
    uint64_t wait_ms = member->backoff_ms;
    member->backoff_ms *= 2;
    if (member->backoff_ms > SUPERVISOR_BACKOFF_MAX_MS)
        member->backoff_ms = SUPERVISOR_BACKOFF_MAX_MS;
    member->due_ns = timestamp_monotonic() + wait_ms * MS_NS;
    return wait_ms;
}

static void start_side(struct supervisor *s, enum side side)
{
    struct member *member = &s->members[side];
    member->started_ns = timestamp_monotonic();
    member->is_ready = false;
    if (side == SIDE_PACKET)
        (void)atomic_fetch_add(&s->shared.control->started, 1);
    else
        atomic_store(&s->shared.control->delivery_ready, 0);
    (void)fflush(NULL); /* or the child would write it once more */
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        run_side(s, side, parent);
    if (pid > 0) {
        member->pid = pid;
        if (side == SIDE_PACKET)
            atomic_store(&s->shared.control->packet_pid, pid);
        return;
    }
    if (side == SIDE_PACKET)
        (void)atomic_fetch_sub(&s->shared.control->started, 1);
    log_warning("%s could not be started: %s", member->name, strerror(errno));
    (void)take_backoff(member);
    if (!member->ever_ready || s->ending)
        end_all(s, EXIT_FAILURE);
}

static bool says_ready(const struct supervisor *s, enum side side)
{
    return atomic_load(side == SIDE_PACKET ? &s->shared.board->ready
                                           : &s->shared.control->delivery_ready) != 0;
}

static void notice_ready(struct supervisor *s, enum side side)
{
    struct member *member = &s->members[side];
    if (member->pid == 0 || member->is_ready || !says_ready(s, side))
        return;
    member->is_ready = true;
    member->ever_ready = true;
    if (side == SIDE_PACKET)
        s->shared.was_away = false;
    if (s->begun || !s->members[SIDE_PACKET].ever_ready || !s->members[SIDE_DELIVERY].ever_ready)
        return;
    s->begun = true;
    if (s->sides->begun)
        s->sides->begun(s->sides->context);
}

/* A packet side may come when the ring is as it should find it; the delivery side, when there was
 * something to deliver: what keeps the first packet side from working is the only thing said. */
static bool may_start(const struct supervisor *s, enum side side)
{
    const struct member *member = &s->members[side];
    const struct control *control = s->shared.control;
    if (member->pid > 0)
        return false;
    if (side == SIDE_DELIVERY)
        return s->members[SIDE_PACKET].ever_ready && timestamp_monotonic() >= member->due_ns;
    return !s->ending && timestamp_monotonic() >= member->due_ns &&
           atomic_load(&control->gone) == atomic_load(&control->renewed);
}

static void set_deadline(struct supervisor *s, enum side side)
{
    s->end_ns = timestamp_monotonic() + s->members[side].end_ms * MS_NS;
}

/* The packet side's time is over: the delivery side finishes. */
static void end_delivery(struct supervisor *s)
{
    atomic_store(&s->shared.control->over, 1);
    set_deadline(s, SIDE_DELIVERY);
    s->members[SIDE_DELIVERY].due_ns = 0; /* if it is not there, it comes once more at once */
    if (s->members[SIDE_DELIVERY].pid == 0 && !s->members[SIDE_DELIVERY].ever_ready)
        end_all(s, EXIT_SUCCESS); /* nothing was delivered yet, nothing is left */
}

static void begin_end(struct supervisor *s, int number)
{
    if (s->ending) {
        end_all(s, 128 + number);
        return;
    }
    s->ending = true;
    set_deadline(s, SIDE_PACKET);
    if (s->members[SIDE_PACKET].pid > 0)
        (void)kill(s->members[SIDE_PACKET].pid, SIGTERM);
    else
        end_delivery(s);
}

/* Kills a packet side that is not trusted any more, and who does not end in time. */
static void kill_who_must_go(struct supervisor *s)
{
    const struct control *control = s->shared.control;
    pid_t packet = s->members[SIDE_PACKET].pid;
    if (packet > 0 && atomic_load(&control->broken) == atomic_load(&control->started))
        (void)kill(packet, SIGKILL);
    if (!s->ending || timestamp_monotonic() < s->end_ns)
        return;
    log_warning("the %s did not end in time",
                s->members[packet > 0 ? SIDE_PACKET : SIDE_DELIVERY].name);
    if (packet > 0)
        (void)kill(packet, SIGKILL);
    else
        end_all(s, EXIT_FAILURE);
    set_deadline(s, SIDE_PACKET);
}

static void look_after(struct supervisor *s)
{
    for (int side = 0; side < SIDES && !s->done; side++) {
        notice_ready(s, (enum side)side);
        if (may_start(s, (enum side)side))
            start_side(s, (enum side)side);
    }
    if (!s->done)
        kill_who_must_go(s);
}

static void note_death(struct supervisor *s, enum side side, int wait_status)
{
    struct member *member = &s->members[side];
    char cause[SUPERVISION_CAUSE_MAX];
    supervision_describe(wait_status, cause);
    supervision_add_death(&s->shared, side, wait_status);
    uint64_t wait_ms = take_backoff(member);
    log_warning("the %s died (%s); starting it again in %.1f s", member->name, cause,
                (double)wait_ms / 1000);
}

/* It never got as far as working. Unless a signal ended it, it has said why. */
static void end_first_start(struct supervisor *s, enum side side, int wait_status)
{
    if (WIFEXITED(wait_status)) {
        end_all(s, WEXITSTATUS(wait_status));
        return;
    }
    char cause[SUPERVISION_CAUSE_MAX];
    supervision_describe(wait_status, cause);
    log_error("the %s died before it could begin (%s)", s->members[side].name, cause);
    end_all(s, EXIT_FAILURE);
}

static void packet_ended(struct supervisor *s, int wait_status)
{
    struct control *control = s->shared.control;
    struct member *member = &s->members[SIDE_PACKET];
    supervision_end_packet(&s->shared);
    atomic_store(&control->packet_pid, 0);
    atomic_store(&control->gone, atomic_load(&control->started));
    if (s->ending) {
        end_delivery(s);
    } else if (!member->ever_ready) {
        end_first_start(s, SIDE_PACKET, wait_status);
    } else if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SUPERVISED_AWAY) {
        s->shared.was_away = true;
        member->due_ns = timestamp_monotonic() + SUPERVISOR_AWAY_MS * MS_NS;
    } else {
        note_death(s, SIDE_PACKET, wait_status);
    }
}

static void delivery_ended(struct supervisor *s, int wait_status)
{
    supervision_end_delivery(&s->shared, wait_status);
    bool returned = WIFEXITED(wait_status);
    bool is_over = atomic_load(&s->shared.control->over) != 0;
    if (returned && (is_over || WEXITSTATUS(wait_status) == 0))
        end_all(s, WEXITSTATUS(wait_status));
    else if (!s->members[SIDE_DELIVERY].ever_ready)
        end_first_start(s, SIDE_DELIVERY, wait_status);
    else
        note_death(s, SIDE_DELIVERY, wait_status);
}

static void reap(struct supervisor *s)
{
    int wait_status = 0;
    for (pid_t pid = 0; !s->done && (pid = waitpid(-1, &wait_status, WNOHANG)) > 0;) {
        enum side side = pid == s->members[SIDE_PACKET].pid ? SIDE_PACKET : SIDE_DELIVERY;
        struct member *member = &s->members[side];
        if (member->pid != pid)
            continue;          /* a child of whoever this program was before */
        notice_ready(s, side); /* it may have been for a moment */
        member->pid = 0;
        if (side == SIDE_PACKET)
            packet_ended(s, wait_status);
        else
            delivery_ended(s, wait_status);
    }
}

static void wait_for_signal(struct supervisor *s)
{
    bool steady = s->members[SIDE_PACKET].is_ready && s->members[SIDE_PACKET].pid > 0 &&
                  s->members[SIDE_DELIVERY].is_ready && s->members[SIDE_DELIVERY].pid > 0;
    long wait_ms = steady ? WAIT_STEADY_MS : WAIT_BUSY_MS;
    const struct timespec timeout = {.tv_nsec = wait_ms * (long)MS_NS};
    sigset_t set;
    fill_signals(&set);
    int number = sigtimedwait(&set, NULL, &timeout);
    if (number == SIGTERM || number == SIGINT)
        begin_end(s, number);
    else if (number == SIGHUP)
        (void)atomic_fetch_add(&s->shared.control->reopens, 1);
    reap(s); /* always: one SIGCHLD may stand for several */
}

int supervisor_run(const struct supervised *sides)
{
    struct supervisor s = {.sides = sides, .status = EXIT_FAILURE};
    memcpy(s.members, fresh, sizeof fresh);
    enum ajar_status status = supervision_init(&s.shared);
    if (status != AJAR_OK) {
        log_error("shared memory of the processes: %s", ajar_status_text(status));
        return EXIT_FAILURE;
    }
    set_signals();
    while (!s.done) {
        look_after(&s);
        if (!s.done)
            wait_for_signal(&s);
    }
    supervision_clear(&s.shared);
    return s.status;
}
