/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The delivery thread's side: events gather in memory and go into the database in one transaction,
 * together with the state of the ledger and the place in the ring that belongs to them.
 */
#include "journal/inside.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "ledger/ledger.h"

#include <string.h>

#define NS_PER_MS         1000000ULL
#define COMMIT_BYTES      (4u << 20) /* this much waiting is reason enough to commit */
#define BACK_OFF_FIRST    (10 * NS_PER_MS)
#define BACK_OFF_MAX      (1000 * NS_PER_MS)
#define BUSY_SAID_NS      (500 * NS_PER_MS)  /* somebody else's lock is no trouble before that */
#define CONFIRM_KEPT_NS   (1000 * NS_PER_MS) /* what Redis confirmed is written this late at most */
#define TRIM_EVERY_NS     (50 * NS_PER_MS)
#define ASK_EVERY_NS      (100 * NS_PER_MS)
#define CHECKPOINT_NS     (2 * NS_PER_MS) /* wait for a checkpoint that keeps the writer out */
#define CLOSE_PATIENCE_MS 2000            /* for somebody else's lock, at the end */
#define LOG_FORCED        4 /* at this part of its bound, the writer copies the log itself */

struct preparation {
    struct statement **statement;
    const char *sql;
};

enum ajar_status writer_prepare(struct writer *w)
{
    const struct preparation list[] = {
        {&w->begin, "BEGIN IMMEDIATE"},
        {&w->commit, "COMMIT"},
        {&w->insert_event, "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                           " ?11, ?12, ?13, ?14, ?15, ?16)"},
        {&w->update_journal, "UPDATE journal SET sequence = ?1, confirmed = ?2, feeds_redis = ?3,"
                             " ring_id = ?4, ring_position = ?5, trimmed = trimmed + ?6,"
                             " expired = expired + ?7, closed = ?8"},
        {&w->delete_events, "DELETE FROM events WHERE sequence <= ?1"},
        {&w->find_aged, "SELECT max(sequence) FROM events WHERE sequence < ?1 AND accepted < ?2"},
        {&w->oldest, "SELECT sequence, accepted FROM events ORDER BY sequence LIMIT 1"},
        {&w->page_count, "PRAGMA page_count"},
        {&w->free_count, "PRAGMA freelist_count"},
        {&w->find_exposure, "SELECT number FROM exposures WHERE scope = ?1 AND id = ?2"},
        {&w->insert_exposure,
         "INSERT INTO exposures VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
         " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30,"
         " ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, NULL, NULL, ?40, ?41, ?42)"},
        /* What is in an index stays, so that it need not be touched. */
        {&w->update_exposure,
         "UPDATE exposures SET import_id = ?3, server_outside = ?9, outside = ?10, verdict = ?11,"
         " status = ?12, closed_by = ?13, times = ?14, first = ?15, last = ?16, shut = ?17,"
         " closed = ?18, told = ?19, due = ?20, records = ?21, records_source = ?22,"
         " returned = ?23, bytes = ?24, requests = ?25, severity = ?26, product = ?27,"
         " version = ?28, cluster_id = ?29, indexed_by = ?30, oldest_record = ?31,"
         " newest_record = ?32, actors = ?33, actors_outside = ?34, countries = ?35,"
         " datasets = ?36, total = ?37, total_source = ?38, datasets_dropped = ?39, silence = ?40,"
         " sketch = ?41, reachable = ?42 WHERE number = ?1"},
        {&w->put_actor, "INSERT OR REPLACE INTO actors VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                        " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,"
                        " ?24, ?25, ?26)"},
        {&w->put_dataset, "INSERT OR REPLACE INTO datasets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&w->put_class, "INSERT OR REPLACE INTO classes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                        " ?10, ?11)"},
        {&w->put_window, "INSERT OR REPLACE INTO windows VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&w->put_marks, "UPDATE exposures SET cluster_mark = ?2, data_mark = ?3 WHERE number = ?1"},
        {&w->put_server, "INSERT OR REPLACE INTO servers VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                         " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"},
        {&w->put_flow, "INSERT OR REPLACE INTO flows VALUES (?1, ?2)"},
        {&w->put_pair, "INSERT OR REPLACE INTO pairs VALUES (?1, ?2)"},
    };
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < sizeof list / sizeof list[0] && status == AJAR_OK; i++)
        status = statement_new(w->database, list[i].sql, list[i].statement);
    return status;
}

void writer_finalize(struct writer *w)
{
    struct statement **const list[] = {
        &w->begin,         &w->commit,        &w->insert_event,    &w->update_journal,
        &w->delete_events, &w->find_aged,     &w->oldest,          &w->page_count,
        &w->free_count,    &w->find_exposure, &w->insert_exposure, &w->update_exposure,
        &w->put_actor,     &w->put_dataset,   &w->put_class,       &w->put_window,
        &w->put_marks,     &w->put_server,    &w->put_flow,        &w->put_pair};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        statement_free(*list[i]);
        *list[i] = NULL;
    }
}

enum ajar_status journal_add(struct journal *journal, const struct journal_event *event)
{
    enum ajar_status status = pending_add(&journal->pending, event, JOURNAL_PENDING_BYTES);
    (void)pthread_mutex_lock(&journal->stating);
    journal->counters.refused += status != AJAR_OK;
    journal->counters.pending = journal->pending.count;
    (void)pthread_mutex_unlock(&journal->stating);
    return status;
}

bool journal_is_due(const struct journal *journal)
{
    uint64_t now = timestamp_monotonic();
    if (now < journal->retry_ns)
        return false;
    if (atomic_load(&journal->is_corrupt))
        return true;
    if (journal->pending.count)
        return journal->pending.used >= COMMIT_BYTES ||
               now - journal->pending.first_added_ns >= JOURNAL_COMMIT_MS * NS_PER_MS;
    if (journal->is_behind && now - journal->last_commit_ns >= TRIM_EVERY_NS)
        return true;
    return journal->kept_confirmed != atomic_load(&journal->confirmed) &&
           now - journal->last_commit_ns >= CONFIRM_KEPT_NS;
}

static void bind_texts(struct statement *s, const struct journal_event *event)
{
    const char *const texts[] = {event->verdict, event->source,   event->server,
                                 event->country, event->exposure, event->import_id};
    statement_bind_text(s, 4, event->id, strlen(event->id));
    statement_bind_text(s, 5, event->action, strlen(event->action));
    statement_bind_text(s, 7, event->store, strlen(event->store));
    for (int i = 0; i < (int)(sizeof texts / sizeof texts[0]); i++)
        statement_bind_text(s, 8 + i, texts[i], strlen(texts[i]));
    statement_bind_text(s, 16, event->json, event->json_length);
}

static enum ajar_status insert_event(struct journal *journal, const struct journal_event *event,
                                     uint64_t accepted_ns)
{
    struct statement *s = journal->writer.insert_event;
    statement_bind_number(s, 1, (int64_t)event->sequence);
    statement_bind_number(s, 2, (int64_t)accepted_ns);
    statement_bind_number(s, 3, (int64_t)event->time_ns);
    statement_bind_number(s, 6, event->severity);
    bind_texts(s, event);
    if (event->has_location) {
        statement_bind_real(s, 14, event->longitude);
        statement_bind_real(s, 15, event->latitude);
    }
    return statement_finish(s);
}

static enum ajar_status insert_events(struct journal *journal, uint64_t *last)
{
    struct journal_event event;
    uint64_t now = timestamp_now();
    size_t offset = 0;
    enum ajar_status status = AJAR_OK;
    while (status == AJAR_OK && pending_read(&journal->pending, &offset, &event) == AJAR_OK) {
        status = insert_event(journal, &event, now);
        *last = event.sequence;
    }
    return status;
}

/* Everything that one transaction carries beside events and state. */
struct transaction {
    uint64_t ring_id, ring_position;
    uint64_t last_sequence;
    uint64_t confirmed;
    bool closes;
    struct trimming trimming;
    bool began;
    char why[96]; /* it failed */
};

static enum ajar_status update_journal(struct journal *journal, const struct transaction *t)
{
    struct statement *s = journal->writer.update_journal;
    statement_bind_number(s, 1, (int64_t)t->last_sequence);
    statement_bind_number(s, 2, (int64_t)t->confirmed);
    statement_bind_number(s, 3, journal->options.feeds_redis);
    statement_bind_number(s, 4, (int64_t)t->ring_id);
    statement_bind_number(s, 5, (int64_t)t->ring_position);
    statement_bind_number(s, 6, (int64_t)t->trimming.trimmed);
    statement_bind_number(s, 7, (int64_t)t->trimming.expired);
    statement_bind_number(s, 8, t->closes);
    return statement_finish(s);
}

static enum ajar_status run_transaction(struct journal *journal, const struct ledger *ledger,
                                        const char *import_id, struct transaction *t)
{
    enum ajar_status status = statement_finish(journal->writer.begin);
    if (status != AJAR_OK)
        return status;
    t->began = true;
    /* First what goes, so that its pages take what comes. */
    status = trim_delete(journal, &t->trimming);
    if (status == AJAR_OK)
        status = insert_events(journal, &t->last_sequence);
    if (status == AJAR_OK && ledger)
        status = state_write(journal, ledger, import_id);
    if (status == AJAR_OK)
        status = update_journal(journal, t);
    if (status == AJAR_OK)
        status = statement_finish(journal->writer.commit);
    if (status == AJAR_OK)
        return AJAR_OK;
    const char *why = database_text(journal->writer.database);
    (void)text_copy(t->why, sizeof t->why, why, strlen(why));
    (void)database_run(journal->writer.database, "ROLLBACK");
    return status;
}

static bool has_work(const struct journal *journal, const struct ledger *ledger,
                     const struct transaction *t)
{
    return journal->pending.count || t->closes || journal->is_behind ||
           atomic_load(&journal->is_corrupt) || t->ring_id != journal->ring_id ||
           t->ring_position != journal->ring_position || t->confirmed != journal->kept_confirmed ||
           (ledger && ledger_has_changes(ledger));
}

static void count_commit(struct journal *journal, const struct transaction *t)
{
    (void)pthread_mutex_lock(&journal->stating);
    struct journal_counters *counters = &journal->counters;
    counters->accepted += journal->pending.count;
    counters->trimmed += t->trimming.trimmed;
    counters->expired += t->trimming.expired;
    counters->pending = 0;
    counters->commits++;
    counters->bytes = journal->live_bytes + trim_log_bytes(journal);
    (void)pthread_mutex_unlock(&journal->stating);
}

/* What was written counts from here on. */
static void settle(struct journal *journal, struct ledger *ledger, const struct transaction *t)
{
    if (ledger)
        ledger_forget_changes(ledger);
    journal->ring_id = t->ring_id;
    journal->ring_position = t->ring_position;
    journal->kept_confirmed = t->confirmed;
    journal->is_behind = t->trimming.is_behind;
    if (t->trimming.gone)
        atomic_store(&journal->gone, t->trimming.gone);
    journal->last_commit_ns = timestamp_monotonic();
    journal->retry_ns = journal->back_off_ns = journal->failing_since_ns = 0;
    (void)trim_measure(journal);
    count_commit(journal, t);
    pending_forget(&journal->pending);
    journal_say(journal, "ok");
    if (atomic_exchange(&journal->last_sequence, t->last_sequence) != t->last_sequence)
        reader_notify(journal);
}

/* Tries again later; a lock that somebody holds for a moment is not worth a word. */
static void put_off(struct journal *journal, enum ajar_status status, const char *why)
{
    uint64_t now = timestamp_monotonic();
    if (journal->failing_since_ns == 0)
        journal->failing_since_ns = now;
    journal->back_off_ns = journal->back_off_ns ? journal->back_off_ns * 2 : BACK_OFF_FIRST;
    if (journal->back_off_ns > BACK_OFF_MAX)
        journal->back_off_ns = BACK_OFF_MAX;
    journal->retry_ns = now + journal->back_off_ns;
    (void)pthread_mutex_lock(&journal->stating);
    journal->counters.failed_commits++;
    (void)pthread_mutex_unlock(&journal->stating);
    if (status == AJAR_ERR_LIMIT && journal->checkpointer)
        checkpointer_ask(journal->checkpointer); /* a log begun anew needs no room */
    if (status != AJAR_AGAIN)
        journal_say(journal, "%s: %s; events wait in memory", journal->name, why);
    else if (now - journal->failing_since_ns >= BUSY_SAID_NS)
        journal_say(journal, "%s: another program keeps it locked; events wait in memory",
                    journal->name);
}

/* Asks for a checkpoint when the log has grown; makes one if nobody else could. */
static void keep_log_short(struct journal *journal, uint64_t now)
{
    uint64_t bytes = trim_log_bytes(journal);
    int64_t left;
    if (!journal->checkpointer || bytes < trim_log_wanted(journal) ||
        now - journal->asked_ns < ASK_EVERY_NS)
        return;
    journal->asked_ns = now;
    if (bytes < trim_log_max(journal) / LOG_FORCED)
        checkpointer_ask(journal->checkpointer);
    else if (database_checkpoint(journal->writer.database, CHECKPOINT_RESTART, &left) == AJAR_OK)
        atomic_store(&journal->log_pages, 0);
}

/* Whether the bounds let nothing more in for now. */
static const char *reason_to_wait(const struct journal *journal)
{
    if (trim_log_bytes(journal) >= trim_log_max(journal))
        return "another program has been reading it for long, and its log has grown to its bound";
    return NULL;
}

/* One attempt; a corrupt file is given up and the attempt repeated with a new one. */
static enum ajar_status attempt(struct journal *journal, struct ledger *ledger,
                                const char *import_id, struct transaction *t)
{
    struct problem problem = {.text = ""};
    enum ajar_status status = AJAR_ERR_FORMAT;
    if (!atomic_load(&journal->is_corrupt))
        status = run_transaction(journal, ledger, import_id, t);
    if (status != AJAR_ERR_FORMAT)
        return status;
    status = store_renew(journal, &problem);
    if (status == AJAR_OK) {
        t->confirmed = atomic_load(&journal->confirmed);
        if (ledger)
            ledger_change_all(ledger);
        return run_transaction(journal, ledger, import_id, t);
    }
    (void)text_copy(t->why, sizeof t->why, problem.text, strlen(problem.text));
    return AJAR_ERR_SYSTEM;
}

static enum ajar_status commit(struct journal *journal, struct ledger *ledger,
                               const char *import_id, struct transaction *t)
{
    uint64_t now = timestamp_monotonic();
    if (now < journal->retry_ns && !t->closes)
        return AJAR_AGAIN;
    keep_log_short(journal, now);
    const char *reason = reason_to_wait(journal);
    enum ajar_status status = reason ? AJAR_ERR_LIMIT : attempt(journal, ledger, import_id, t);
    if (status == AJAR_OK) {
        settle(journal, ledger, t);
        return AJAR_OK;
    }
    if (t->began)
        shadow_clear(&journal->shadow);
    if (status == AJAR_AGAIN && journal->checkpointer &&
        checkpointer_is_busy(journal->checkpointer))
        journal->retry_ns = now + CHECKPOINT_NS; /* our own doing, and soon over */
    else
        put_off(journal, status, reason ? reason : t->why);
    return AJAR_AGAIN;
}

static enum ajar_status commit_locked(struct journal *journal, struct ledger *ledger,
                                      const char *import_id, struct transaction *t)
{
    bool shared = journal->reader.database == journal->writer.database;
    t->last_sequence = atomic_load(&journal->last_sequence);
    t->confirmed = atomic_load(&journal->confirmed);
    if (!has_work(journal, ledger, t))
        return AJAR_OK;
    if (shared)
        (void)pthread_mutex_lock(&journal->reading);
    enum ajar_status status = commit(journal, ledger, import_id, t);
    if (shared)
        (void)pthread_mutex_unlock(&journal->reading);
    return status;
}

enum ajar_status journal_commit(struct journal *journal, struct ledger *ledger,
                                const char *import_id, uint64_t ring_id, uint64_t ring_position)
{
    struct transaction t = {.ring_id = ring_id, .ring_position = ring_position};
    enum ajar_status status = commit_locked(journal, ledger, import_id, &t);
    journal->state_waits = status != AJAR_OK && ledger && ledger_has_changes(ledger);
    return status;
}

enum ajar_status journal_commit_last(struct journal *journal, struct ledger *ledger,
                                     const char *import_id, uint64_t ring_id,
                                     uint64_t ring_position)
{
    database_set_patience(journal->writer.database, CLOSE_PATIENCE_MS);
    journal->retry_ns = 0;
    return journal_commit(journal, ledger, import_id, ring_id, ring_position);
}

/* Events without the state that they led to would be accepted, and told once more by the next run.
 */
static void refuse_waiting(struct journal *journal)
{
    (void)pthread_mutex_lock(&journal->stating);
    journal->counters.refused += journal->pending.count;
    journal->counters.pending = 0;
    (void)pthread_mutex_unlock(&journal->stating);
    pending_forget(&journal->pending);
}

enum ajar_status writer_finish(struct journal *journal)
{
    struct transaction t = {
        .ring_id = journal->ring_id, .ring_position = journal->ring_position, .closes = true};
    if (journal->state_waits)
        refuse_waiting(journal);
    database_set_patience(journal->writer.database, CLOSE_PATIENCE_MS);
    return commit_locked(journal, NULL, "", &t);
}
