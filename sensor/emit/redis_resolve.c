/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the name service without waiting for it longer than we want. One look-up at a time; the
 * late answer to a question that was given up is used when it is asked again.
 */
#include "emit/redis_resolve.h"

#include "base/timestamp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE_ANSWER_NS (60 * 1000000000ULL) /* an older one is no news */

/* One question. Its thread writes `list` and `failure`, then, under the lock, `done_ns`. */
struct lookup {
    char name[sizeof((struct redis_host *)NULL)->name];
    struct addrinfo *list;
    int failure;      /* EAI_..., 0 = none */
    int cause;        /* errno, with EAI_SYSTEM */
    uint64_t done_ns; /* 0 = under way */
};

/* The one look-up that may be under way in this process. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct lookup *lookup;
} service = {.lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};

static int ask(const char *name, int flags, struct addrinfo **list)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    return getaddrinfo(name, NULL, &hints, list);
}

static void *run_lookup(void *context)
{
    struct lookup *lookup = context;
    lookup->failure = ask(lookup->name, 0, &lookup->list);
    lookup->cause = errno;
    (void)pthread_mutex_lock(&service.lock);
    lookup->done_ns = timestamp_monotonic();
    (void)pthread_cond_broadcast(&service.change);
    (void)pthread_mutex_unlock(&service.lock);
    return NULL;
}

static void forget_lookup(void)
{
    if (service.lookup && service.lookup->list)
        freeaddrinfo(service.lookup->list);
    free(service.lookup);
    service.lookup = NULL;
}

/* The thread takes no signals: they are for the threads that wait for them. */
static bool start_thread(struct lookup *lookup)
{
    sigset_t all, before;
    pthread_t thread;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, run_lookup, lookup) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        (void)pthread_detach(thread);
    return started;
}

static enum ajar_status start_lookup(const char *name, struct problem *cause)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return problem_set(cause, AJAR_ERR_SYSTEM, "out of memory");
    (void)snprintf(lookup->name, sizeof lookup->name, "%s", name);
    if (!start_thread(lookup)) {
        free(lookup);
        return problem_set(cause, AJAR_ERR_SYSTEM, "cannot start a thread to look up %s", name);
    }
    service.lookup = lookup;
    return AJAR_OK;
}

/* Whether what is there is, or will be, the answer to a question for this name. */
static bool is_useful(const struct lookup *lookup, const char *name)
{
    if (!lookup || strcmp(lookup->name, name) != 0)
        return false;
    if (lookup->done_ns == 0)
        return true;
    return lookup->failure == 0 && timestamp_monotonic() - lookup->done_ns < LATE_ANSWER_NS;
}

/* With the lock held: *service.lookup has the answer then. */
static enum ajar_status wait_for_answer(const char *name, uint64_t deadline, struct problem *cause)
{
    const struct timespec until = timestamp_to_timespec(deadline);
    if (!is_useful(service.lookup, name)) {
        if (service.lookup && service.lookup->done_ns == 0)
            return problem_set(cause, AJAR_ERR_SYSTEM,
                               "the name service still has no answer for %s: is DNS working?",
                               service.lookup->name);
        forget_lookup();
        enum ajar_status status = start_lookup(name, cause);
        if (status != AJAR_OK)
            return status;
    }
    int waited = 0;
    while (service.lookup->done_ns == 0 && waited == 0)
        waited = pthread_cond_clockwait(&service.change, &service.lock, CLOCK_MONOTONIC, &until);
    if (service.lookup->done_ns == 0)
        return problem_set(cause, AJAR_ERR_SYSTEM,
                           "the name service does not answer for %s in time: is DNS working?",
                           name);
    return AJAR_OK;
}

static enum ajar_status say_failure(const struct lookup *lookup, struct problem *cause)
{
    if (lookup->failure == EAI_NONAME || lookup->failure == EAI_NODATA)
        return problem_set(cause, AJAR_ERR_SYSTEM, "no such host: %s", lookup->name);
    return problem_set(cause, AJAR_ERR_SYSTEM, "the name %s cannot be looked up: %s", lookup->name,
                       lookup->failure == EAI_SYSTEM ? strerror(lookup->cause)
                                                     : gai_strerror(lookup->failure));
}

static void take_addresses(const struct addrinfo *list, uint16_t port,
                           struct redis_addresses *addresses)
{
    addresses->count = 0;
    for (; list && addresses->count < REDIS_ADDRESSES_MAX; list = list->ai_next) {
        struct redis_address *address = &addresses->list[addresses->count];
        if (list->ai_family != AF_INET && list->ai_family != AF_INET6)
            continue;
        memcpy(&address->name, list->ai_addr, list->ai_addrlen);
        address->length = list->ai_addrlen;
        if (list->ai_family == AF_INET)
            ((struct sockaddr_in *)&address->name)->sin_port = htons(port);
        else
            ((struct sockaddr_in6 *)&address->name)->sin6_port = htons(port);
        addresses->count++;
    }
}

enum ajar_status redis_resolve(const struct redis_host *host, uint64_t deadline,
                               struct redis_addresses *addresses, struct problem *cause)
{
    struct addrinfo *numeric = NULL;
    if (ask(host->name, AI_NUMERICHOST, &numeric) == 0) {
        take_addresses(numeric, host->port, addresses);
        freeaddrinfo(numeric);
        return AJAR_OK;
    }
    (void)pthread_mutex_lock(&service.lock);
    enum ajar_status status = wait_for_answer(host->name, deadline, cause);
    if (status == AJAR_OK) {
        if (service.lookup->failure)
            status = say_failure(service.lookup, cause);
        else
            take_addresses(service.lookup->list, host->port, addresses);
        forget_lookup();
    }
    (void)pthread_mutex_unlock(&service.lock);
    return status;
}
