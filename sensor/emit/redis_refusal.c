/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The errors of Redis by their first words: https://redis.io/docs/latest/develop/reference/ (and
 * redis/src/server.c, createSharedObjects()). Nothing that is refused is ever given up.
 */
#include "emit/redis_refusal.h"

#include "base/text.h"

#define LAST REDIS_BACKOFF_LAST_MS
#define SOON REDIS_BACKOFF_SOON_MS

static const struct {
    const char *start;
    struct redis_refusal refusal;
} refusals[] = {
    {"OOM ", {false, LAST, "give it more memory (maxmemory) or lower redis.stream_max"}},
    {"READONLY ", {true, SOON, "it is a replica: name the master, or the Sentinels"}},
    {"NOAUTH ", {true, LAST, "give the user and the password"}},
    {"WRONGPASS ", {true, LAST, "give the right user and password"}},
    {"NOPERM ", {false, LAST, "docs/redis.md says what the user has to be allowed"}},
    {"ERR The user executing the script",
     {false, LAST, "docs/redis.md says what the user has to be allowed"}},
    {"ERR ACL failure in script",
     {false, LAST, "docs/redis.md says what the user has to be allowed"}},
    {"WRONGTYPE ", {false, LAST, "the key is somebody else's: choose another prefix"}},
    {"LOADING ", {false, SOON, ""}},
    {"BUSY ", {false, SOON, "somebody's script runs there"}},
    {"TRYAGAIN ", {false, SOON, "the cluster is moving our slot"}},
    {"CLUSTERDOWN ", {true, SOON, "the cluster is not complete"}},
    {"MASTERDOWN ", {true, SOON, "it is a replica that lost its master"}},
    {"MOVED ", {true, SOON, ""}},
    {"ASK ", {true, SOON, ""}},
    {"UNBLOCKED ", {true, SOON, ""}},
    {"MISCONF ", {false, LAST, "it cannot write its disk"}},
    {"NOREPLICAS ", {false, LAST, "too few replicas listen (min-replicas-to-write)"}},
    {"CROSSSLOT ",
     {false, LAST,
      "keys have to share a slot: put the prefix into braces, as in {ajar}, and begin "
      "the list's key with it"}},
};
static const struct redis_refusal unknown = {false, LAST, ""};

const struct redis_refusal *redis_refusal_find(const char *error)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (text_starts(error, refusals[i].start))
            return &refusals[i].refusal;
    return &unknown;
}

bool redis_refusal_is_script(const char *error)
{
    return text_starts(error, "NOSCRIPT ");
}

const char *redis_refusal_class(long long number)
{
    static const char *const names[] = {"an error", "WRONGTYPE", "NOPERM", "OOM"};
    return names[number >= 1 && number <= 3 ? number : 0];
}
