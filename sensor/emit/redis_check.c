/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ajar check` asks a Redis for the rights of docs/redis.md before a run needs them. A small script
 * asks for each command of redis_script.lua, with keys as they will be, whether our user may; it
 * calls none of them.
 */
#include "emit/redis_check.h"

#include "emit/redis_batch.h"
#include "emit/redis_node.h"

#include <stdio.h>
#include <string.h>

#define COMMANDS_MAX 16
#define WORDS_MAX    128

/* ARGV: for each command how many words follow, and these. Gives the names of those forbidden. */
static const char script[] = "local missing, i = {}, 1 "
                             "while redis.acl_check_cmd and i <= #ARGV do "
                             "local n = tonumber(ARGV[i]) "
                             "if not redis.acl_check_cmd(unpack(ARGV, i + 1, i + n)) then "
                             "missing[#missing + 1] = ARGV[i + 1] end "
                             "i = i + n + 1 end "
                             "return table.concat(missing, ' ')";

/* What is asked for. `key` is appended to the prefix, NULL = the list. */
struct right {
    const char *command;
    const char *key;
    const char *more[4]; /* further words, NULL at the end */
};

static const struct right always[] = {
    {"GET", ":delivered:x", {NULL}},
    {"SET", ":delivered:x", {"1", "EX", "1", NULL}},
};
static const struct right for_stream[] = {
    {"TYPE", ":events", {NULL}},
    {"XADD", ":events", {"*", "id", "1", NULL}},
    {"PUBLISH", ":alerts", {"x", NULL}},
    {"HSET", ":exposure:x", {"store", "x", NULL}},
    {"EXPIRE", ":sensor:x", {"90", NULL}},
    {"ZADD", ":exposures:open", {"1", "x", NULL}},
    {"GEOADD", ":sources", {"0", "0", "x", NULL}},
    {"ZCARD", ":sources", {NULL}},
    {"ZSCORE", ":sources", {"x", NULL}},
    {"ZREMRANGEBYRANK", ":sources", {"0", "0", NULL}},
};
static const struct right for_list[] = {
    {"TYPE", NULL, {NULL}},
    {"RPUSH", NULL, {"x", NULL}},
    {"LTRIM", NULL, {"0", "1", NULL}},
};

/* The words of EVALSHA under construction. */
struct question {
    const struct redis_options *options;
    const char *words[WORDS_MAX];
    size_t count;
    char keys[COMMANDS_MAX][REDIS_KEY_MAX];
    char counts[COMMANDS_MAX][4];
    size_t commands;
};

static void add_right(struct question *q, const struct right *right)
{
    unsigned more = 0;
    char *key = q->keys[q->commands], *count = q->counts[q->commands];
    q->commands++;
    if (right->key)
        (void)snprintf(key, REDIS_KEY_MAX, "%s%s", q->options->prefix, right->key);
    else
        (void)snprintf(key, REDIS_KEY_MAX, "%s", q->options->list);
    while (more < 4 && right->more[more])
        more++;
    (void)snprintf(count, sizeof q->counts[0], "%u", more + 2);
    q->words[q->count++] = count;
    q->words[q->count++] = right->command;
    q->words[q->count++] = key;
    for (unsigned i = 0; i < more; i++)
        q->words[q->count++] = right->more[i];
}

static void add_rights(struct question *q, const struct right *rights, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_right(q, &rights[i]);
}

static void make_question(struct question *q, const struct redis_options *options, const char *sha)
{
    *q = (struct question){.options = options, .words = {"EVALSHA", sha, "0"}, .count = 3};
    add_rights(q, always, sizeof always / sizeof always[0]);
    if (redis_options_want_stream(options))
        add_rights(q, for_stream, sizeof for_stream / sizeof for_stream[0]);
    if (option_is_given(options->list))
        add_rights(q, for_list, sizeof for_list / sizeof for_list[0]);
    q->words[q->count] = NULL;
}

static enum ajar_status refuse_script(struct problem *problem, const char *error)
{
    return problem_set(problem, AJAR_ERR_USAGE,
                       "scripts may not be run: %s; allow its user +evalsha +script|load "
                       "(docs/redis.md)",
                       error);
}

enum ajar_status redis_check_rights(struct redis_link *link, const struct redis_options *options,
                                    struct problem *problem)
{
    struct question question;
    struct redis_reply reply;
    struct redis_words texts;
    char sha[64];
    const char *const load[] = {"SCRIPT", "LOAD", script, NULL};
    enum ajar_status status = redis_link_ask(link, load, &reply, NULL, problem);
    if (status != AJAR_OK)
        return status;
    if (reply.is_error)
        return refuse_script(problem, reply.error);
    (void)snprintf(sha, sizeof sha, "%s", reply.text);
    make_question(&question, options, sha);
    status = redis_link_ask(link, question.words, &reply, &texts, problem);
    if (status != AJAR_OK)
        return status;
    if (reply.is_error)
        return refuse_script(problem, reply.error);
    if (texts.count && texts.list[0][0])
        return problem_set(problem, AJAR_ERR_USAGE,
                           "its user may not %s here; docs/redis.md has what it has to be allowed",
                           texts.list[0]);
    return AJAR_OK;
}
