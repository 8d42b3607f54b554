/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first words with a server: who we are, which database, and whether it is what we look for.
 * Its refusals become sentences that say what would be right.
 */
#include "emit/redis_node.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static enum ajar_status refuse(struct problem *cause, const char *said, const char *right)
{
    return problem_set(cause, AJAR_ERR_SYSTEM, "%s%s%s", said, right[0] ? ": " : "", right);
}

static const char *right_password(const struct redis_login *login)
{
    return login->is_sentinel ? "give the Sentinels' password in redis.sentinel_password_file"
                              : "give the password in the URL or in a file";
}

static enum ajar_status log_in(struct redis_link *link, const struct redis_login *login,
                               struct problem *cause)
{
    struct redis_reply reply;
    if (!login->user[0] && !login->password[0])
        return AJAR_OK;
    const char *const with_user[] = {"AUTH", login->user, login->password, NULL};
    const char *const without[] = {"AUTH", login->password, NULL};
    enum ajar_status status =
        redis_link_ask(link, login->user[0] ? with_user : without, &reply, NULL, cause);
    if (status != AJAR_OK || !reply.is_error)
        return status;
    if (text_starts(reply.error, "LOADING"))
        return AJAR_AGAIN;
    if (strstr(reply.error, "without any password") || strstr(reply.error, "no password is set"))
        return refuse(cause, reply.error, "leave the password out");
    return refuse(cause, reply.error,
                  login->is_sentinel ? right_password(login) : "give the right user and password");
}

static enum ajar_status select_database(struct redis_link *link, const struct redis_login *login,
                                        struct problem *cause)
{
    struct redis_reply reply;
    char number[12], words[200];
    if (login->database == 0)
        return AJAR_OK;
    (void)snprintf(number, sizeof number, "%u", login->database);
    const char *const command[] = {"SELECT", number, NULL};
    enum ajar_status status = redis_link_ask(link, command, &reply, NULL, cause);
    if (status != AJAR_OK || !reply.is_error)
        return status;
    if (text_starts(reply.error, "LOADING"))
        return AJAR_AGAIN;
    (void)snprintf(words, sizeof words, "database %s: %s", number, reply.error);
    if (text_starts(reply.error, "NOAUTH"))
        return refuse(cause, words, right_password(login));
    return refuse(cause, words,
                  strstr(reply.error, "cluster") ? "a cluster has the database 0 only"
                                                 : "most have the databases 0 to 15");
}

/* The first answer shows whether this is a Redis, and whether it lets us in. */
static enum ajar_status greet(struct redis_link *link, const struct redis_login *login,
                              struct problem *cause)
{
    struct redis_reply reply;
    const char *const command[] = {"PING", NULL};
    enum ajar_status status = redis_link_ask(link, command, &reply, NULL, cause);
    if (status != AJAR_OK || !reply.is_error)
        return status;
    if (text_starts(reply.error, "LOADING"))
        return AJAR_AGAIN;
    if (text_starts(reply.error, "NOAUTH"))
        return refuse(cause, reply.error, right_password(login));
    if (text_starts(reply.error, "DENIED") || text_starts(reply.error, "ERR max number"))
        return refuse(cause, reply.error, "");
    return AJAR_OK; /* a user who may not PING may still write */
}

enum ajar_status redis_login(struct redis_link *link, const struct redis_login *login,
                             struct problem *cause)
{
    enum ajar_status status = log_in(link, login, cause);
    if (status == AJAR_OK)
        status = select_database(link, login, cause);
    if (status == AJAR_OK)
        status = greet(link, login, cause);
    return status;
}

/* Only nodes of a cluster answer this; the others say that they are none. */
static enum ajar_status ask_whether_cluster(struct redis_link *link, bool *cluster,
                                            struct problem *cause)
{
    struct redis_reply reply;
    const char *const command[] = {"CLUSTER", "KEYSLOT", "ajar", NULL};
    enum ajar_status status = redis_link_ask(link, command, &reply, NULL, cause);
    if (status == AJAR_OK)
        *cluster = !reply.is_error;
    return status;
}

enum ajar_status redis_check_role(struct redis_link *link, struct problem *cause)
{
    struct redis_reply reply;
    struct redis_words role;
    bool cluster;
    const char *const command[] = {"ROLE", NULL};
    enum ajar_status status = redis_link_ask(link, command, &reply, &role, cause);
    if (status != AJAR_OK || reply.is_error || role.count == 0)
        return status;
    if (strcmp(role.list[0], "sentinel") == 0)
        return refuse(cause, "this is a Sentinel",
                      "write redis+sentinel://host[:port]/MASTER to be led to the master");
    if (strcmp(role.list[0], "slave") != 0 && strcmp(role.list[0], "replica") != 0)
        return AJAR_OK;
    status = ask_whether_cluster(link, &cluster, cause);
    if (status != AJAR_OK || cluster)
        return status;
    return problem_set(cause, AJAR_ERR_SYSTEM,
                       "it is a replica and takes no writes (READONLY): give the address of its "
                       "master%s%.200s, or of their Sentinels",
                       role.count > 1 ? ", " : "", role.count > 1 ? role.list[1] : "");
}

/* The value of "NAME:value\r\n" in the answer to INFO. */
static bool find_info(const char *info, const char *name, char *value, size_t size)
{
    const char *at = strstr(info, name);
    if (!at)
        return false;
    at += strlen(name);
    (void)snprintf(value, size, "%.*s", (int)strcspn(at, "\r\n"), at);
    return true;
}

enum ajar_status redis_link_describe(struct redis_link *link, char *text, size_t size,
                                     struct problem *problem)
{
    struct redis_reply reply;
    struct redis_words info, role;
    char version[40] = "";
    bool cluster;
    const char *const ask_info[] = {"INFO", "server", NULL};
    const char *const ask_role[] = {"ROLE", NULL};
    enum ajar_status status = redis_link_ask(link, ask_info, &reply, &info, problem);
    if (status == AJAR_OK)
        status = redis_link_ask(link, ask_role, &reply, &role, problem);
    if (status == AJAR_OK)
        status = ask_whether_cluster(link, &cluster, problem);
    if (status != AJAR_OK)
        return status;
    bool valkey = info.count && find_info(info.list[0], "valkey_version:", version, sizeof version);
    if (!valkey && info.count)
        (void)find_info(info.list[0], "redis_version:", version, sizeof version);
    (void)snprintf(text, size, "%s%s%s%s%s%s", valkey ? "Valkey" : "Redis", version[0] ? " " : "",
                   version, role.count ? ", " : "", role.count ? role.list[0] : "",
                   cluster ? " in a cluster" : "");
    return AJAR_OK;
}
