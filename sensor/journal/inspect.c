/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look into a journal without becoming its writer: `ajar check`. Counts come from the numbers of
 * the first and the last event, because counting rows would read the whole file.
 */
#include "journal/inspect.h"

#include "base/timestamp.h"
#include "journal/database.h"
#include "journal/lock.h"
#include "journal/schema.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 1000
#define CHECK_MS    500
#define NS_PER_S    UINT64_C(1000000000)

static uint64_t size_of(const char *path, const char *part)
{
    char name[PATH_MAX];
    struct stat info;
    if (snprintf(name, sizeof name, "%s%s", path, part) >= PATH_MAX || stat(name, &info) != 0)
        return 0;
    return (uint64_t)info.st_size;
}

static enum ajar_status read_number(struct database *database, const char *sql, uint64_t *number)
{
    int64_t value = 0;
    enum ajar_status status = database_read_number(database, sql, &value);
    if (status == AJAR_OK || status == AJAR_END)
        *number = status == AJAR_OK && value > 0 ? (uint64_t)value : 0;
    return status == AJAR_END ? AJAR_OK : status;
}

static enum ajar_status read_facts(struct database *database, struct journal_facts *facts)
{
    uint64_t oldest = 0, newest = 0, confirmed = 0, feeds = 0, accepted = 0, closed = 0;
    const struct {
        const char *sql;
        uint64_t *number;
    } list[] = {
        {"SELECT min(sequence) FROM events", &oldest},
        {"SELECT max(sequence) FROM events", &newest},
        {"SELECT confirmed FROM journal", &confirmed},
        {"SELECT feeds_redis FROM journal", &feeds},
        {"SELECT closed FROM journal", &closed},
        {"SELECT accepted FROM events WHERE sequence > (SELECT confirmed FROM journal)"
         " ORDER BY sequence LIMIT 1",
         &accepted},
    };
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < sizeof list / sizeof list[0] && status == AJAR_OK; i++)
        status = read_number(database, list[i].sql, list[i].number);
    if (status != AJAR_OK)
        return status;
    uint64_t now = timestamp_now(), delivered = oldest > confirmed + 1 ? oldest - 1 : confirmed;
    facts->events = newest ? newest - oldest + 1 : 0;
    facts->undelivered = feeds && newest > delivered ? newest - delivered : 0;
    facts->waiting_s = facts->undelivered && now > accepted ? (now - accepted) / NS_PER_S : 0;
    facts->ended_in_order = closed;
    return AJAR_OK;
}

static enum ajar_status inspect_database(const char *path, struct journal_facts *facts,
                                         struct problem *problem)
{
    struct database *database = NULL;
    enum ajar_status status = database_open(path, PATIENCE_MS, &database, problem);
    if (status != AJAR_OK)
        return status;
    int64_t version = 0;
    status = schema_check(database, path, &version, problem);
    if (status == AJAR_OK && version == 0) {
        status = AJAR_ERR_NOT_FOUND;
    } else if (status == AJAR_OK) {
        status = facts->in_use ? AJAR_OK : database_check(database, CHECK_MS);
        if (status == AJAR_OK)
            status = read_facts(database, facts);
        if (status != AJAR_OK)
            (void)problem_set(problem, status, "%s: %s", path, database_text(database));
    }
    database_close(database);
    return status;
}

enum ajar_status journal_inspect(const char *path, struct journal_facts *facts,
                                 struct problem *problem)
{
    struct journal_facts found = {.in_use = false};
    struct problem inner = {.text = ""};
    uint64_t bytes = size_of(path, "");
    bool was_there = lock_is_there(path);
    if (access(path, F_OK) != 0)
        return errno == ENOENT
                   ? AJAR_ERR_NOT_FOUND
                   : problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    if (bytes == 0)
        return AJAR_ERR_NOT_FOUND;
    found.in_use = lock_is_held(path, &found.writer);
    enum ajar_status status = inspect_database(path, &found, &inner);
    if (status == AJAR_ERR_NOT_FOUND)
        return status;
    found.corrupt = status == AJAR_ERR_FORMAT && was_there;
    if (status == AJAR_ERR_FORMAT && !was_there)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: is no journal of ajar; name another file",
                           path);
    if (status != AJAR_OK && !found.corrupt)
        return problem_set(problem, status, "%s", inner.text);
    found.bytes = bytes + size_of(path, "-wal");
    *facts = found;
    return AJAR_OK;
}
