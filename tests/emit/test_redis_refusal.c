/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/redis_refusal.h"

#include <criterion/criterion.h>
#include <string.h>

Test(redis_refusal, knows_when_another_connection_is_needed)
{
    cr_assert(
        redis_refusal_find("READONLY You can't write against a read only replica.")->reconnect);
    cr_assert(redis_refusal_find("NOAUTH Authentication required.")->reconnect);
    cr_assert(redis_refusal_find("CLUSTERDOWN The cluster is down")->reconnect);
    cr_assert_not(redis_refusal_find("OOM command not allowed")->reconnect);
    cr_assert_not(redis_refusal_find("MISCONF Redis is configured to save")->reconnect);
}

Test(redis_refusal, waits_shortly_where_waiting_is_all)
{
    cr_assert_eq(redis_refusal_find("LOADING Redis is loading")->wait_most_ms,
                 REDIS_BACKOFF_SOON_MS);
    cr_assert_eq(redis_refusal_find("BUSY Redis is busy")->wait_most_ms, REDIS_BACKOFF_SOON_MS);
    cr_assert_eq(redis_refusal_find("TRYAGAIN Multiple keys")->wait_most_ms, REDIS_BACKOFF_SOON_MS);
    cr_assert_eq(redis_refusal_find("NOPERM no")->wait_most_ms, REDIS_BACKOFF_LAST_MS);
}

Test(redis_refusal, says_what_would_be_right)
{
    cr_assert(strstr(redis_refusal_find("CROSSSLOT Keys in request")->right, "braces"));
    cr_assert(strstr(redis_refusal_find("OOM command")->right, "maxmemory"));
    cr_assert(strstr(redis_refusal_find("NOPERM this user")->right, "docs/redis.md"));
    cr_assert(strstr(
        redis_refusal_find("ERR The user executing the script can't run this command")->right,
        "docs/redis.md"));
    cr_assert(strstr(
        redis_refusal_find("ERR ACL failure in script: User sensor has no permission")->right,
        "docs/redis.md"));
}

Test(redis_refusal, waits_for_errors_that_it_does_not_know)
{
    const struct redis_refusal *unknown = redis_refusal_find("OOMPH is no OOM");
    cr_assert_not(unknown->reconnect);
    cr_assert_str_eq(unknown->right, "");
    cr_assert_eq(unknown->wait_most_ms, REDIS_BACKOFF_LAST_MS);
    cr_assert_eq(redis_refusal_find(""), unknown);
}

Test(redis_refusal, knows_a_forgotten_script)
{
    cr_assert(redis_refusal_is_script("NOSCRIPT No matching script."));
    cr_assert_not(redis_refusal_is_script("NOAUTH"));
}

Test(redis_refusal, names_the_classes_of_the_script)
{
    cr_assert_str_eq(redis_refusal_class(1), "WRONGTYPE");
    cr_assert_str_eq(redis_refusal_class(2), "NOPERM");
    cr_assert_str_eq(redis_refusal_class(3), "OOM");
    cr_assert_str_eq(redis_refusal_class(4), "an error");
    cr_assert_str_eq(redis_refusal_class(-1), "an error");
}
