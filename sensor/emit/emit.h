/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event -> journal -> Redis; NDJSON (stdout or file), syslog, journald. The JSON writer, the file
 * and the logs run on the delivery thread; Redis has a thread of its own that reads the journal, so
 * that nobody ever waits for it.
 */
#ifndef AJAR_EMIT_H
#define AJAR_EMIT_H

#include "ajar/event.h"
#include "ajar/problem.h"
#include "journal/journal.h"

#include <stdbool.h>

#define EMIT_JSON_MAX 16384 /* bytes of one event's line; lists are cut to fit */

/* An option's text: NULL or "" = not given. */
static inline bool option_is_given(const char *text)
{
    return text && text[0];
}

/* Where Redis is and what goes there. Texts are borrowed; see option_is_given(). */
struct redis_options {
    const char *url; /* docs/redis.md: redis, rediss, unix, redis+sentinel, rediss+sentinel */
    const char *user;
    const char *password_file; /* else the environment: AJAR_REDIS_PASSWORD, AJAR_REDIS_USER */
    const char *sentinel_password_file;
    const char *ca_file; /* TLS; without it the system's authorities */
    const char *certificate_file;
    const char *key_file;
    bool verify;        /* TLS: the server's certificate and its name; on unless a person says no */
    const char *prefix; /* "{ajar}" */
    bool stream;        /* events to the stream PREFIX:events, alerts, state */
    uint64_t stream_max; /* MAXLEN ~ of the stream */
    const char *list;    /* key of a list for Logstash and its like */
    uint64_t list_max;   /* at this length the oldest entries go, counted */
};

/* Who names no list gets the stream. */
static inline bool redis_options_want_stream(const struct redis_options *options)
{
    return options->stream || !option_is_given(options->list);
}

/* Texts are borrowed; see option_is_given(). */
struct emit_options {
    const char *sensor;    /* observer.name */
    const char *site;      /* ajar.site */
    const char *import_id; /* ajar.import of runs offline to Redis or a journal; NULL live */
    const char *file;      /* NDJSON: path, or "-" for stdout */
    const char *syslog;    /* facility ("local0") */
    bool journald;
    struct redis_options redis; /* without a url: none */
    struct journal *journal;    /* borrowed; NULL only when there is no Redis */
    bool live;                  /* watch: a Redis that is away is retried for ever; read: not */
};

struct emit_counters {
    uint64_t events;
    uint64_t written;            /* lines to the file */
    uint64_t file_dropped;       /* lines that the file did not take */
    uint64_t log_dropped;        /* events that syslog or journald did not take */
    uint64_t redis_acknowledged; /* events that this run put into Redis */
    uint64_t redis_repeated;     /* sent, but Redis had them already */
    uint64_t redis_rewound;      /* events sent again because Redis had lost them */
    uint64_t redis_refused;      /* error replies: OOM, READONLY, ... */
    uint64_t redis_reconnects;   /* connections made after the first */
    uint64_t list_dropped;       /* entries that went from the list at its cap */
};

struct emitter;

/*
 * Opens the outputs; texts of `options` stay borrowed. A Redis that cannot be reached or refuses:
 * in `read` (live false) an error with one sentence; in `watch` a warning and retries with
 * back-off. Free with emitter_free().
 */
enum ajar_status emitter_new(const struct emit_options *options, struct emitter **emitter,
                             struct problem *problem);

/*
 * One event: to the journal, to the file and to the logs, each on its own: what the journal has no
 * room for (counted there) is still in the file. Delivery thread.
 */
void emitter_add(struct emitter *emitter, const struct event *event);

/* Pushes buffered lines out (after each commit of the journal, and at rest). */
void emitter_flush(struct emitter *emitter);

/* Opens the file again under its name, after it was moved away (SIGHUP, logrotate). A name that
 * cannot be opened is warned of, and the old file goes on. */
void emitter_reopen(struct emitter *emitter);

/* The newest numbers of the sensor, for the heartbeat in Redis; copied. Delivery thread. */
void emitter_report(struct emitter *emitter, const struct sensor_status *status);

/* Whether a finding is of one of the sensor's own connections to Redis, now or lately. */
bool emitter_is_own(const struct emitter *emitter, const struct finding *finding);

/* What is wrong with Redis now: "ok", a sentence, "" if none is configured. Copied. Any thread. */
void emitter_trouble(struct emitter *emitter, char *text, size_t size);

/* Whether nobody takes events any more: the only output was standard output and its reader has
 * gone. */
bool emitter_is_needless(const struct emitter *emitter);

/*
 * Delivers what the journal accepted, for at most `timeout_ms`, and closes. AJAR_ERR_LIMIT: events
 * were left undelivered (*problem says how many and why; in a journal with a file they wait there).
 * The emitter still has to be freed.
 */
enum ajar_status emitter_finish(struct emitter *emitter, int timeout_ms, struct problem *problem);
void emitter_free(struct emitter *emitter);

/* The counters up to now, copied. */
void emitter_read_counters(struct emitter *emitter, struct emit_counters *counters);

/* Connects as a run would and says what is there ("Redis 7.0.15, master"), without writing. */
enum ajar_status emitter_check_redis(const struct redis_options *options, char *text, size_t size,
                                     struct problem *problem);

/* Checks a URL without connecting: AJAR_ERR_USAGE and what would be right. */
enum ajar_status emitter_check_url(const char *url, struct problem *problem);

#endif
