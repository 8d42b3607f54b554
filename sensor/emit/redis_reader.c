/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exposures out of a Redis: their keys are found with SCAN, which holds nobody up, then read one
 * by one. A MOVED begins anew on the node that it names.
 */
#include "emit/redis_reader.h"

#include "emit/redis_link.h"
#include "emit/redis_node.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX      200000
#define KEY_MAX       256
#define REDIRECTS_MAX 5
#define ID_LENGTH     32
#define SCAN_COUNT    "1000"

static const char *const field_names[REDIS_FIELDS] = {
    [REDIS_FIELD_REPORT] = "report",       [REDIS_FIELD_STATUS] = "status",
    [REDIS_FIELD_FIRST] = "first_seen",    [REDIS_FIELD_LAST] = "last_seen",
    [REDIS_FIELD_SHUT] = "shut_before",    [REDIS_FIELD_CLOSED_AT] = "closed_at",
    [REDIS_FIELD_CLOSED_BY] = "closed_by", [REDIS_FIELD_VERDICT] = "verdict",
    [REDIS_FIELD_TIMES] = "times_opened",  [REDIS_FIELD_SEVERITY] = "severity",
    [REDIS_FIELD_RECORDS] = "records",     [REDIS_FIELD_RETURNED] = "returned",
    [REDIS_FIELD_BYTES] = "bytes",         [REDIS_FIELD_REQUESTS] = "requests",
    [REDIS_FIELD_ACTORS] = "actors",       [REDIS_FIELD_SENSORS] = "sensors",
    [REDIS_FIELD_SITE] = "site",
};

struct reader {
    const struct redis_options *options;
    struct redis_access *access;
    struct redis_link *link;
    struct problem *problem;
    bool readings;
    bool redirected; /* the last command belongs to another node */
    char cursor[32];
    char (*keys)[KEY_MAX];
    size_t key_count;
    size_t key_room;
    bool failed; /* out of memory */
    redis_reader_visit visit;
    void *context;
};

static enum ajar_status fail(struct reader *r, const char *cause)
{
    return problem_set(r->problem, AJAR_ERR_SYSTEM, "%s: %s", redis_access_name(r->access), cause);
}

/* One command whose texts go to `take`. */
static enum ajar_status ask(struct reader *r, const char *const *words, redis_text_taker take,
                            void *context)
{
    struct redis_reply reply;
    if (redis_link_fetch(r->link, words, &reply, take, context) != AJAR_OK)
        return fail(r, redis_link_error(r->link));
    r->redirected = reply.is_error && redis_access_redirect(r->access, reply.error);
    if (r->redirected)
        return AJAR_AGAIN;
    return reply.is_error ? fail(r, reply.error) : AJAR_OK;
}

static void take_nothing(void *context, size_t index, const char *text, size_t length)
{
    (void)context, (void)index, (void)text, (void)length;
}

/* SCAN looks at one node; only a command with a key is led to the right one. */
static enum ajar_status find_node(struct reader *r)
{
    char key[KEY_MAX];
    (void)snprintf(key, sizeof key, "%s:exposures:open", r->options->prefix);
    const char *words[] = {"EXISTS", key, NULL};
    return ask(r, words, take_nothing, NULL);
}

/* PREFIX:exposure:ID and nothing behind it: other keys begin so too. */
static bool is_exposure(const char *key, size_t length)
{
    if (length <= ID_LENGTH || length >= KEY_MAX || key[length - ID_LENGTH - 1] != ':')
        return false;
    return strspn(key + length - ID_LENGTH, "0123456789abcdef") >= ID_LENGTH;
}

static bool grow(struct reader *r)
{
    size_t room = r->key_room ? r->key_room * 2 : 256;
    if (r->key_count < r->key_room)
        return true;
    char(*keys)[KEY_MAX] = r->key_count < KEYS_MAX ? realloc(r->keys, room * KEY_MAX) : NULL;
    if (!keys) {
        r->failed = true;
        return false;
    }
    r->keys = keys;
    r->key_room = room;
    return true;
}

/* The reply to SCAN: the cursor, then keys. */
static void take_key(void *context, size_t index, const char *text, size_t length)
{
    struct reader *r = context;
    if (index == 0)
        (void)snprintf(r->cursor, sizeof r->cursor, "%s", text ? text : "0");
    else if (text && is_exposure(text, length) && grow(r))
        memcpy(r->keys[r->key_count++], text, length + 1);
}

/* The prefix as a pattern that means itself. */
static void make_pattern(const struct reader *r, char *pattern, size_t size)
{
    size_t used = 0;
    for (const char *c = r->options->prefix; *c && used + 2 < size; c++) {
        if (strchr("*?[]\\^", *c))
            pattern[used++] = '\\';
        pattern[used++] = *c;
    }
    (void)snprintf(pattern + used, size - used,
                   r->readings ? ":import:*:exposure:*" : ":exposure:*");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* SCAN may give a key twice. */
static void remove_twins(struct reader *r)
{
    size_t kept = 0;
    if (r->key_count)
        qsort(r->keys, r->key_count, KEY_MAX, compare_keys);
    for (size_t i = 0; i < r->key_count; i++)
        if (kept == 0 || strcmp(r->keys[i], r->keys[kept - 1]) != 0)
            memmove(r->keys[kept++], r->keys[i], KEY_MAX);
    r->key_count = kept;
}

static enum ajar_status find_keys(struct reader *r)
{
    char pattern[2 * KEY_MAX];
    make_pattern(r, pattern, sizeof pattern);
    enum ajar_status status;
    (void)snprintf(r->cursor, sizeof r->cursor, "0");
    do {
        char cursor[sizeof r->cursor];
        memcpy(cursor, r->cursor, sizeof cursor);
        const char *words[] = {"SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT, NULL};
        status = ask(r, words, take_key, r);
        if (r->failed)
            return fail(r, "more exposures than fit into memory");
    } while (status == AJAR_OK && strcmp(r->cursor, "0") != 0);
    remove_twins(r);
    return status;
}

struct fields {
    char *texts[REDIS_FIELDS];
    bool failed;
};

static void take_field(void *context, size_t index, const char *text, size_t length)
{
    struct fields *fields = context;
    if (index >= REDIS_FIELDS || !text)
        return;
    fields->texts[index] = strndup(text, length);
    fields->failed = fields->failed || !fields->texts[index];
}

static enum ajar_status read_exposure(struct reader *r, const char *key)
{
    const char *words[REDIS_FIELDS + 3] = {"HMGET", key};
    struct fields fields = {.failed = false};
    struct redis_exposure exposure;
    memcpy(words + 2, field_names, sizeof field_names);
    enum ajar_status status = ask(r, words, take_field, &fields);
    if (status == AJAR_OK && fields.failed)
        status = problem_set(r->problem, AJAR_ERR_MEMORY, "out of memory");
    memcpy(exposure.fields, fields.texts, sizeof exposure.fields);
    if (status == AJAR_OK && fields.texts[REDIS_FIELD_LAST])
        r->visit(r->context, &exposure);
    for (size_t i = 0; i < REDIS_FIELDS; i++)
        free(fields.texts[i]);
    return status;
}

/* AJAR_AGAIN: another node has it, nothing was told. */
static enum ajar_status read_node(struct reader *r)
{
    enum ajar_status status = redis_link_open(r->access, &r->link, r->problem);
    if (status == AJAR_AGAIN)
        return fail(r, "it still loads its data; try again in a moment");
    if (status == AJAR_OK)
        status = find_node(r);
    if (status == AJAR_OK)
        status = find_keys(r);
    for (size_t i = 0; i < r->key_count && status == AJAR_OK; i++)
        status = read_exposure(r, r->keys[i]);
    if (status == AJAR_AGAIN && r->key_count)
        status = fail(r, "the cluster moves its slots; try again in a moment");
    redis_link_close(r->link);
    r->link = NULL;
    return status;
}

enum ajar_status redis_read_exposures(const struct redis_options *options, bool readings,
                                      redis_reader_visit visit, void *context,
                                      struct problem *problem)
{
    struct reader r = {.options = options,
                       .readings = readings,
                       .problem = problem,
                       .visit = visit,
                       .context = context};
    enum ajar_status status = redis_access_new(options, &r.access, problem);
    if (status != AJAR_OK)
        return status;
    status = AJAR_AGAIN;
    for (unsigned i = 0; i <= REDIRECTS_MAX && status == AJAR_AGAIN; i++)
        status = read_node(&r);
    if (status == AJAR_AGAIN)
        status = fail(&r, "its nodes point at each other");
    free(r.keys);
    redis_access_free(r.access);
    return status;
}
