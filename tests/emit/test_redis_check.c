/* SPDX-License-Identifier: Apache-2.0 */
/* What `ajar check` finds out about a Redis: what it is, and what its user may not do. */
#include "emit/redis_check.h"

#include "emit/redis_server.h"

#define ACL_OF_DOCS                                                                                \
    "~{ajar}:* &{ajar}:* +evalsha +script|load +get +set +type +xadd +rpush +ltrim +publish "      \
    "+geoadd +zcard +zscore +zremrangebyrank +hset +hget +hlen +hgetall +hdel +zadd +zrem "        \
    "+expire +persist +select"

static struct redis_server server;
static char password_file[128];

static void setup(void)
{
    server_start(&server, NULL, NULL);
    (void)snprintf(password_file, sizeof password_file, "%s/password", server.folder);
    FILE *file = fopen(password_file, "w");
    cr_assert(file);
    (void)fputs("pw\n", file);
    fclose(file);
}

static void teardown(void)
{
    server_remove(&server);
}

TestSuite(redis_check, .init = setup, .fini = teardown, .timeout = 60);

static enum ajar_status check_as(const char *user, const char *list, char *text, size_t size)
{
    struct redis_options options = {.url = server.url,
                                    .user = user,
                                    .password_file = user ? password_file : NULL,
                                    .verify = true,
                                    .prefix = "{ajar}",
                                    .stream = true,
                                    .stream_max = 1000,
                                    .list = list,
                                    .list_max = 1000};
    struct problem problem = {.text = ""};
    enum ajar_status status = emitter_check_redis(&options, text, size, &problem);
    if (status != AJAR_OK)
        (void)snprintf(text, size, "%s", problem.text);
    return status;
}

/* Makes a user with these rights; they are words of their own to Redis. */
static void make_user(const char *rights)
{
    const char *words[40] = {"ACL", "SETUSER", "sensor", "reset", "on", ">pw"};
    char copy[512], *rest = copy;
    int count = 6;
    (void)snprintf(copy, sizeof copy, "%s", rights);
    for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " "))
        words[count++] = word;
    reply_ok(redisCommandArgv(server.context, count, words, NULL));
}

static void refuse(const char *rights, const char *list, const char *sentence)
{
    char text[512], expected[512];
    make_user(rights);
    enum ajar_status status = check_as("sensor", list, text, sizeof text);
    cr_assert_eq(status, AJAR_ERR_USAGE, "%d: %s", (int)status, text);
    (void)snprintf(expected, sizeof expected, "Redis %s: %s", server.url, sentence);
    cr_assert_str_eq(text, expected);
}

Test(redis_check, says_what_it_is_and_writes_no_key)
{
    char text[256];
    cr_assert_eq(check_as(NULL, "{ajar}:list", text, sizeof text), AJAR_OK, "%s", text);
    cr_assert(strstr(text, ", master"), "%s", text);
    cr_assert_eq(server_number(&server, "DBSIZE"), 0);
}

Test(redis_check, is_content_with_the_rights_that_the_documentation_names)
{
    char text[256];
    make_user(ACL_OF_DOCS);
    cr_assert_eq(check_as("sensor", "{ajar}:list", text, sizeof text), AJAR_OK, "%s", text);
}

Test(redis_check, says_that_scripts_may_not_be_run)
{
    char text[512];
    make_user("~* &* +@all -@scripting");
    cr_assert_eq(check_as("sensor", NULL, text, sizeof text), AJAR_ERR_USAGE, "%s", text);
    cr_assert(strstr(text, "scripts may not be run: NOPERM"), "%s", text);
    make_user("~* &* +@all -evalsha");
    cr_assert_eq(check_as("sensor", NULL, text, sizeof text), AJAR_ERR_USAGE, "%s", text);
    cr_assert(strstr(text, "scripts may not be run: NOPERM"), "%s", text);
}

Test(redis_check, names_the_commands_that_are_forbidden)
{
    refuse(ACL_OF_DOCS " -xadd -geoadd", NULL,
           "its user may not XADD GEOADD here; docs/redis.md has what it has to be allowed");
    refuse("&* ~{ajar}:* +@all -rpush", "{ajar}:list",
           "its user may not RPUSH here; docs/redis.md has what it has to be allowed");
    char text[256];
    cr_assert_eq(check_as("sensor", NULL, text, sizeof text), AJAR_OK, "no list: %s", text);
}

Test(redis_check, asks_for_the_keys_and_channels_of_the_prefix)
{
    refuse("~{other}:* &* +@all", NULL,
           "its user may not GET SET TYPE XADD HSET EXPIRE ZADD GEOADD ZCARD ZSCORE "
           "ZREMRANGEBYRANK here; docs/redis.md has what it has to be allowed");
    refuse("~{ajar}:* &other +@all", NULL,
           "its user may not PUBLISH here; docs/redis.md has what it has to be allowed");
    refuse("~{ajar}:* &* +@all", "logs",
           "its user may not TYPE RPUSH LTRIM here; docs/redis.md has what it has to be allowed");
}
