/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's file: made, opened, checked, and moved aside when it is corrupt. Three connections:
 * the writer's, the reader's and that of checkpoints; in memory they are one.
 */
#include "journal/inside.h"
#include "journal/schema.h"

#include "base/text.h"
#include "base/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MODE          0640
#define FOLDER_MODE        0750
#define OPEN_PATIENCE_MS   5000       /* for somebody else's transaction, at the start only */
#define ASIDE_PATIENCE_MS  5          /* of checkpoints, which hold the writer up meanwhile */
#define CHECK_MS           200        /* a large file is checked no further at the start */
#define CHECK_ALWAYS_BYTES (64 << 20) /* a smaller one even when it was closed in order */
#define READ_CACHE_KIB     2048
#define ASIDE_NAMES        100 /* PATH.corrupt-TIME, PATH.corrupt-TIME-2, ... */

enum ajar_status store_make_folder(const char *path, struct problem *problem)
{
    char folder[PATH_MAX];
    (void)text_copy(folder, sizeof folder, path, strlen(path));
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return AJAR_OK;
    *slash = '\0';
    if (mkdir(folder, FOLDER_MODE) == 0 || errno == EEXIST)
        return AJAR_OK;
    return problem_set(problem, AJAR_ERR_SYSTEM, "%s: cannot make the folder of the journal: %s",
                       folder, strerror(errno));
}

/* SQLite would make the file with other rights. */
static enum ajar_status make_file(const char *path, struct problem *problem)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    (void)close(fd);
    return AJAR_OK;
}

static enum ajar_status make_uuid(char uuid[static JOURNAL_UUID_HEX])
{
    uint8_t bytes[(JOURNAL_UUID_HEX - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return AJAR_ERR_SYSTEM;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(uuid + 2 * i, 3, "%02x", bytes[i]);
    return AJAR_OK;
}

/* Tables, in a new file before it has a write-ahead log: so that its header says what it is. One
 * that takes the place of a file given up goes on with its name and numbers. */
static enum ajar_status prepare_schema(struct journal *journal, struct problem *problem)
{
    struct database *database = journal->writer.database;
    char setup[64];
    if (journal->uuid[0] == '\0') {
        (void)text_copy(journal->sensor, sizeof journal->sensor, journal->options.sensor,
                        strlen(journal->options.sensor));
        if (make_uuid(journal->uuid) != AJAR_OK)
            return problem_set(problem, AJAR_ERR_SYSTEM, "no random numbers: %s", strerror(errno));
    }
    struct schema_identity identity = {.uuid = journal->uuid,
                                       .sensor = journal->sensor,
                                       .created_ns = timestamp_now(),
                                       .sequence = atomic_load(&journal->last_sequence),
                                       .confirmed = atomic_load(&journal->confirmed)};
    (void)snprintf(setup, sizeof setup, "PRAGMA page_size = %d", SCHEMA_PAGE_BYTES);
    enum ajar_status status = database_run(database, setup);
    if (status != AJAR_OK)
        return problem_set(problem, status, "%s: %s", journal->name, database_text(database));
    return schema_prepare(database, journal->name, &identity, problem);
}

static enum ajar_status set_mode(struct journal *journal, struct problem *problem)
{
    struct database *database = journal->writer.database;
    char mode[16] = "";
    enum ajar_status status = AJAR_OK;
    if (journal->path) {
        status = database_read_text(database, "PRAGMA journal_mode = WAL", mode, sizeof mode);
        if (status == AJAR_OK && strcmp(mode, "wal") != 0)
            return problem_set(problem, AJAR_ERR_SYSTEM,
                               "%s: the file system allows no write-ahead log (a network share?); "
                               "name a file on a local disk",
                               journal->name);
    }
    if (status == AJAR_OK)
        status = database_run(database, journal->options.durability == JOURNAL_FULL
                                            ? "PRAGMA synchronous = FULL"
                                            : "PRAGMA synchronous = NORMAL");
    if (status != AJAR_OK)
        return problem_set(problem, status, "%s: %s", journal->name, database_text(database));
    return AJAR_OK;
}

/* A small file is checked always, a large one as far as time allows if it was not closed; neither
 * a second time. */
static enum ajar_status check(struct journal *journal, struct problem *problem)
{
    int64_t closed = 0;
    struct stat file;
    if (!journal->path || stat(journal->path, &file) != 0)
        return AJAR_OK;
    enum ajar_status status =
        database_read_number(journal->writer.database, "SELECT closed FROM journal", &closed);
    if (status == AJAR_END) /* the one row that says whose events these are is gone */
        status = AJAR_ERR_FORMAT;
    bool is_wanted = !journal->options.was_checked;
    if (status == AJAR_OK && is_wanted && (!closed || file.st_size < CHECK_ALWAYS_BYTES))
        status = database_check(journal->writer.database, CHECK_MS);
    if (status != AJAR_OK)
        return problem_set(problem, status, "%s: %s", journal->name,
                           database_text(journal->writer.database));
    return AJAR_OK;
}

static enum ajar_status read_identity(struct journal *journal, struct statement *row)
{
    size_t length;
    enum ajar_status status = statement_step(row);
    if (status != AJAR_OK)
        return status == AJAR_END ? AJAR_ERR_FORMAT : status;
    const char *uuid = statement_text(row, 0, &length);
    (void)text_copy(journal->uuid, sizeof journal->uuid, uuid, length);
    const char *sensor = statement_text(row, 1, &length);
    (void)text_copy(journal->sensor, sizeof journal->sensor, sensor, length);
    atomic_store(&journal->last_sequence, (uint64_t)statement_number(row, 2));
    atomic_store(&journal->confirmed, (uint64_t)statement_number(row, 3));
    journal->kept_confirmed = (uint64_t)statement_number(row, 3);
    journal->ring_id = (uint64_t)statement_number(row, 4);
    journal->ring_position = (uint64_t)statement_number(row, 5);
    return AJAR_OK;
}

/* Reads the one row of `journal` and notes that it is open from now on. */
static enum ajar_status begin_run(struct journal *journal, struct problem *problem)
{
    struct database *database = journal->writer.database;
    struct statement *row = NULL;
    int64_t page_bytes = 0;
    enum ajar_status status =
        statement_new(database,
                      "SELECT uuid, sensor, sequence, confirmed, ring_id, ring_position"
                      " FROM journal",
                      &row);
    if (status == AJAR_OK)
        status = read_identity(journal, row);
    statement_free(row);
    if (status == AJAR_OK)
        status = database_read_number(database, "PRAGMA page_size", &page_bytes);
    journal->page_bytes = (uint64_t)page_bytes;
    if (status == AJAR_OK)
        status = database_run(database, "UPDATE journal SET closed = 0");
    if (status == AJAR_OK || status == AJAR_ERR_LIMIT) /* a full disk may have room again */
        status = writer_prepare(&journal->writer);
    if (status == AJAR_OK)
        status = trim_begin(journal);
    if (status == AJAR_OK)
        status = trim_measure(journal);
    if (status != AJAR_OK)
        return problem_set(problem, status, "%s: %s", journal->name, database_text(database));
    return AJAR_OK;
}

static void note_log(void *context, int64_t pages)
{
    struct journal *journal = context;
    atomic_store(&journal->log_pages, pages);
}

static enum ajar_status open_reader(struct journal *journal, struct problem *problem)
{
    struct reader *reader = &journal->reader;
    enum ajar_status status = AJAR_OK;
    if (!journal->path)
        reader->database = journal->writer.database;
    else
        status = database_open(journal->path, JOURNAL_PATIENCE_MS, &reader->database, problem);
    if (status != AJAR_OK)
        return status;
    status = reader_prepare(reader);
    if (status != AJAR_OK)
        return problem_set(problem, status, "%s: %s", journal->name,
                           database_text(reader->database));
    return AJAR_OK;
}

static enum ajar_status open_checkpoints(struct journal *journal, struct problem *problem)
{
    struct database *database = NULL;
    int64_t one;
    if (!journal->checkpointer)
        return AJAR_OK;
    enum ajar_status status = database_open(journal->path, ASIDE_PATIENCE_MS, &database, problem);
    if (status != AJAR_OK)
        return status;
    /* A connection that never read does not know that there is a log. */
    status = database_read_number(database, "SELECT one FROM journal", &one);
    if (status != AJAR_OK) {
        (void)problem_set(problem, status, "%s: %s", journal->name, database_text(database));
        database_close(database);
        return status;
    }
    checkpointer_give(journal->checkpointer, database);
    return AJAR_OK;
}

static enum ajar_status open_writer(struct journal *journal, struct problem *problem)
{
    enum ajar_status status = journal->path ? make_file(journal->path, problem) : AJAR_OK;
    if (status == AJAR_OK)
        status = database_open(journal->path, OPEN_PATIENCE_MS, &journal->writer.database, problem);
    if (status == AJAR_OK)
        status = prepare_schema(journal, problem);
    if (status == AJAR_OK)
        status = set_mode(journal, problem);
    if (status == AJAR_OK)
        status = check(journal, problem);
    return status == AJAR_OK ? begin_run(journal, problem) : status;
}

static enum ajar_status open_connections(struct journal *journal, struct problem *problem)
{
    enum ajar_status status = open_writer(journal, problem);
    if (status == AJAR_OK)
        status = open_reader(journal, problem);
    if (status == AJAR_OK)
        status = open_checkpoints(journal, problem);
    if (status != AJAR_OK) {
        store_close(journal);
        return status;
    }
    database_set_patience(journal->writer.database, JOURNAL_PATIENCE_MS);
    if (journal->path)
        database_watch_log(journal->writer.database, note_log, journal);
    return AJAR_OK;
}

void store_close(struct journal *journal)
{
    if (journal->checkpointer)
        database_close(checkpointer_take(journal->checkpointer));
    reader_finalize(&journal->reader);
    writer_finalize(&journal->writer);
    if (journal->reader.database != journal->writer.database)
        database_close(journal->reader.database);
    database_close(journal->writer.database);
    journal->reader.database = journal->writer.database = NULL;
}

/* A name that nothing has yet. */
static bool make_aside_name(const struct journal *journal, char name[static PATH_MAX])
{
    char stamp[32];
    struct tm utc;
    time_t now = time(NULL);
    (void)gmtime_r(&now, &utc);
    (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    for (int i = 1; i <= ASIDE_NAMES; i++) {
        int length = i == 1 ? snprintf(name, PATH_MAX, "%s.corrupt-%s", journal->path, stamp)
                            : snprintf(name, PATH_MAX, "%s.corrupt-%s-%d", journal->path, stamp, i);
        if (length >= PATH_MAX)
            return false;
        if (access(name, F_OK) != 0)
            return true;
    }
    return false;
}

/* The log goes along: without it, nobody could look into what is left. */
static void move_part(const char *path, const char *aside, const char *part)
{
    char from[PATH_MAX], to[PATH_MAX];
    if (snprintf(from, sizeof from, "%s%s", path, part) < PATH_MAX &&
        snprintf(to, sizeof to, "%s%s", aside, part) < PATH_MAX)
        (void)rename(from, to);
}

static enum ajar_status move_aside(struct journal *journal, struct problem *problem)
{
    char name[PATH_MAX];
    if (!make_aside_name(journal, name))
        return problem_set(problem, AJAR_ERR_SYSTEM,
                           "%s: is corrupt, and there is no name left to move it to",
                           journal->name);
    if (rename(journal->path, name) != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM,
                           "%s: is corrupt, and cannot be moved to %s: %s", journal->name, name,
                           strerror(errno));
    move_part(journal->path, name, "-wal");
    move_part(journal->path, name, "-shm");
    (void)text_copy(journal->moved_aside, sizeof journal->moved_aside, name, strlen(name));
    return AJAR_OK;
}

enum ajar_status store_open(struct journal *journal, struct problem *problem)
{
    struct problem first = {.text = ""};
    enum ajar_status status = open_connections(journal, &first);
    if (status == AJAR_AGAIN)
        return problem_set(problem, AJAR_ERR_SYSTEM,
                           "%s: another program has kept it locked for %d s; end it first",
                           journal->name, OPEN_PATIENCE_MS / 1000);
    if (status == AJAR_ERR_LIMIT)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s", first.text);
    if (status != AJAR_ERR_FORMAT)
        return status == AJAR_OK ? AJAR_OK : problem_set(problem, status, "%s", first.text);
    if (!journal->lock.was_there)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: is no journal of ajar; name another file",
                           journal->name);
    status = move_aside(journal, problem);
    journal->uuid[0] = '\0'; /* nothing that it said can be believed */
    atomic_store(&journal->last_sequence, 0);
    atomic_store(&journal->confirmed, 0);
    return status == AJAR_OK ? open_connections(journal, problem) : status;
}

/* All events are lost, and those that Redis does not have are lost to it: said as trimmed. */
static void count_lost(struct journal *journal)
{
    struct journal_counters counters;
    journal_read_counters(journal, &counters);
    (void)pthread_mutex_lock(&journal->stating);
    journal->counters.trimmed += counters.undelivered;
    (void)pthread_mutex_unlock(&journal->stating);
}

/* Gives the name free for a new file. */
static enum ajar_status give_up(struct journal *journal, struct problem *problem)
{
    if (!journal->path || journal->asides == JOURNAL_ASIDE_MAX)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: is corrupt again and again",
                           journal->name);
    store_close(journal);
    enum ajar_status status = move_aside(journal, problem);
    if (status != AJAR_OK)
        return status;
    journal->is_away = true;
    count_lost(journal);
    atomic_store(&journal->log_pages, 0);
    journal->asides++;
    return AJAR_OK;
}

enum ajar_status store_renew(struct journal *journal, struct problem *problem)
{
    enum ajar_status status = AJAR_OK;
    (void)pthread_mutex_lock(&journal->reading);
    if (!journal->is_away) /* else the last attempt got this far */
        status = give_up(journal, problem);
    if (status == AJAR_OK)
        status = open_connections(journal, problem);
    journal->is_away = journal->is_away && status != AJAR_OK;
    (void)pthread_mutex_unlock(&journal->reading);
    atomic_store(&journal->is_corrupt, status != AJAR_OK);
    shadow_clear(&journal->shadow);
    return status == AJAR_ERR_FORMAT ? AJAR_ERR_SYSTEM : status;
}
