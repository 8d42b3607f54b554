/* SPDX-License-Identifier: Apache-2.0 */
/* A build without TLS says so, and what to do, before anything is connected. */
#include "emit/redis_link.h"
#include "emit/redis_tls.h"
#include "ledger/findings.h"

static void expect_way_around(const struct problem *problem)
{
    cr_assert(strstr(problem->text, "hiredis has no TLS"), "%s", problem->text);
    cr_assert(strstr(problem->text, "stunnel"), "%s", problem->text);
    cr_assert(strstr(problem->text, "docs/redis.md"), "%s", problem->text);
}

Test(redis_tls_absent, refuses_with_the_way_around)
{
    static const char *const urls[] = {"rediss://h", "rediss+sentinel://h/m"};
    for (size_t i = 0; i < 2; i++) {
        const struct redis_options options = {.url = urls[i], .verify = true};
        struct problem checked = {""}, opened = {""};
        struct redis_access *access = NULL;
        cr_assert_eq(redis_access_check(urls[i], &checked), AJAR_ERR_USAGE);
        expect_way_around(&checked);
        cr_assert_eq(redis_access_new(&options, &access, &opened), AJAR_ERR_USAGE);
        expect_way_around(&opened);
    }
}

Test(redis_tls_absent, cannot_be_started)
{
    struct problem first = {""}, second = {""};
    struct redis_tls *tls = NULL;
    cr_assert_eq(redis_tls_new(&(struct redis_options){.verify = true}, &tls, &first),
                 AJAR_ERR_USAGE);
    cr_assert_eq(redis_tls_start(NULL, NULL, "h", 0, &second), AJAR_ERR_SYSTEM);
    expect_way_around(&first);
    expect_way_around(&second);
    cr_assert_str_empty(redis_tls_last_error());
    redis_tls_free(NULL);
}
