/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentinels know which of several Redis is the master now. Each is asked on a connection of its
 * own; whom it names is believed only after that one says itself that it is a master.
 */
#include "emit/redis_access.h"
#include "emit/redis_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum ajar_status read_master(const struct redis_access *access,
                                    const struct redis_reply *reply,
                                    const struct redis_words *words, struct redis_host *master,
                                    struct problem *cause)
{
    if (reply->is_error && strstr(reply->error, "unknown command"))
        return problem_set(cause, AJAR_ERR_SYSTEM,
                           "%s: this is no Sentinel (their usual port is %d)", reply->error,
                           REDIS_SENTINEL_PORT);
    if (reply->is_error)
        return problem_set(cause, AJAR_ERR_SYSTEM, "%s", reply->error);
    if (words->count < 2)
        return problem_set(cause, AJAR_ERR_SYSTEM,
                           "it knows no master %s: use the name of its \"sentinel monitor\" line",
                           access->url.master);
    unsigned long port = strtoul(words->list[1], NULL, 10);
    if (port == 0 || port > 65535 || words->list[0][0] == '\0')
        return problem_set(cause, AJAR_ERR_SYSTEM, "it names a master without an address");
    *master = (struct redis_host){.port = (uint16_t)port};
    (void)snprintf(master->name, sizeof master->name, "%s", words->list[0]);
    return AJAR_OK;
}

enum ajar_status redis_sentinel_ask(struct redis_access *access, const struct redis_host *sentinel,
                                    uint64_t deadline, struct redis_host *master,
                                    struct problem *cause)
{
    const struct redis_login login = {
        .user = "", .password = access->sentinel_password, .is_sentinel = true};
    const char *const question[] = {"SENTINEL", "get-master-addr-by-name", access->url.master,
                                    NULL};
    struct redis_reply reply;
    struct redis_words words;
    struct redis_link *link = NULL;
    enum ajar_status status = redis_node_connect(access, sentinel, deadline, &link, cause);
    if (status == AJAR_OK)
        status = redis_login(link, &login, cause);
    if (status == AJAR_OK)
        status = redis_link_ask(link, question, &reply, &words, cause);
    if (status == AJAR_OK)
        status = read_master(access, &reply, &words, master, cause);
    redis_link_close(link);
    return status;
}
