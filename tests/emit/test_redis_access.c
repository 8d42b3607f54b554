/* SPDX-License-Identifier: Apache-2.0 */
/* What people gave, where they gave it twice, and where a cluster points. */
#include "emit/redis_access.h"
#include "ledger/findings.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct redis_access *made;
static struct problem problem;
static char path[] = "/tmp/ajar-secret-XXXXXX";

static void setup(void)
{
    (void)unsetenv("AJAR_REDIS_USER");
    (void)unsetenv("AJAR_REDIS_PASSWORD");
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    (void)close(file);
}

static void teardown(void)
{
    redis_access_free(made);
    (void)unlink(path);
}

TestSuite(redis_access, .init = setup, .fini = teardown);

static void write_secret(const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void accept_options(struct redis_options options)
{
    redis_access_free(made);
    made = NULL;
    problem.text[0] = '\0';
    options.verify = true;
    cr_assert_eq(redis_access_new(&options, &made, &problem), AJAR_OK, "%s", problem.text);
}

static void reject_options(struct redis_options options, const char *words)
{
    struct redis_access *none = NULL;
    problem.text[0] = '\0';
    options.verify = true;
    cr_assert_eq(redis_access_new(&options, &none, &problem), AJAR_ERR_USAGE);
    cr_assert_null(none);
    cr_assert(strstr(problem.text, words), "%s", problem.text);
    cr_assert_not(strstr(problem.text, "s3cret"), "%s", problem.text);
}

#define ACCEPT(...)        accept_options((struct redis_options){__VA_ARGS__})
#define REJECT(words, ...) reject_options((struct redis_options){__VA_ARGS__}, words)

Test(redis_access, takes_the_password_of_file_then_url_then_environment)
{
    ACCEPT(.url = "redis://h");
    cr_assert_str_empty(made->url.password);
    (void)setenv("AJAR_REDIS_PASSWORD", "from environment", 1);
    ACCEPT(.url = "redis://h");
    cr_assert_str_eq(made->url.password, "from environment");
    ACCEPT(.url = "redis://:from-url@h");
    cr_assert_str_eq(made->url.password, "from-url");
    write_secret("from file\r\nsecond line\n");
    ACCEPT(.url = "redis://:from-url@h", .password_file = path);
    cr_assert_str_eq(made->url.password, "from file");
    ACCEPT(.url = "redis://h", .password_file = "");
    cr_assert_str_eq(made->url.password, "from environment");
}

Test(redis_access, takes_the_user_of_option_then_url_then_environment)
{
    (void)setenv("AJAR_REDIS_USER", "environment", 1);
    ACCEPT(.url = "redis://h");
    cr_assert_str_eq(made->url.user, "environment");
    ACCEPT(.url = "redis://url@h");
    cr_assert_str_eq(made->url.user, "url");
    ACCEPT(.url = "redis://url@h", .user = "option");
    cr_assert_str_eq(made->url.user, "option");
    (void)unsetenv("AJAR_REDIS_USER");
    ACCEPT(.url = "redis://h", .user = "option");
    cr_assert_str_eq(made->url.user, "option");
}

Test(redis_access, rejects_password_files_without_a_password)
{
    char text[700];
    write_secret("");
    REJECT("the first line has to be the password", .url = "redis://h", .password_file = path);
    write_secret("\nsecond\n");
    REJECT("the first line has to be the password", .url = "redis://h", .password_file = path);
    REJECT("No such file", .url = "redis://h", .password_file = "/nonexistent");
    (void)snprintf(text, sizeof text, "%0511d\n", 1);
    write_secret(text);
    ACCEPT(.url = "redis://h", .password_file = path);
    (void)snprintf(text, sizeof text, "%0512d\n", 1);
    write_secret(text);
    REJECT("longer than 511 bytes", .url = "redis://h", .password_file = path);
}

Test(redis_access, rejects_a_user_or_password_that_is_too_long)
{
    char text[700];
    (void)snprintf(text, sizeof text, "%0127d", 1);
    ACCEPT(.url = "redis://h", .user = text);
    (void)snprintf(text, sizeof text, "%0128d", 1);
    REJECT("user is longer", .url = "redis://h", .user = text);
    (void)snprintf(text, sizeof text, "s3cret%0600d", 1);
    (void)setenv("AJAR_REDIS_PASSWORD", text, 1);
    REJECT("AJAR_REDIS_PASSWORD is longer", .url = "redis://h");
}

Test(redis_access, keeps_the_password_of_the_sentinels_apart)
{
    write_secret("sentinels\n");
    ACCEPT(.url = "redis+sentinel://:redis@h/m", .sentinel_password_file = path);
    cr_assert_str_eq(made->url.password, "redis");
    cr_assert_str_eq(made->sentinel_password, "sentinels");
    REJECT("redis+sentinel://", .url = "redis://h", .sentinel_password_file = path);
}

Test(redis_access, rejects_certificates_without_tls)
{
    REJECT("begin it with rediss", .url = "redis://h", .ca_file = "/ca.pem");
    REJECT("begin it with rediss", .url = "redis://h", .certificate_file = "/c.pem");
    REJECT("begin it with rediss", .url = "redis://h", .key_file = "/k.pem");
}

Test(redis_access, checks_addresses)
{
    cr_assert_eq(redis_access_check("redis://:s3cret@h", &problem), AJAR_OK);
    cr_assert_eq(redis_access_check("redis://:s3cret@h:x", &problem), AJAR_ERR_USAGE);
    cr_assert_not(strstr(problem.text, "s3cret"), "%s", problem.text);
    problem.text[0] = '\0';
#ifdef AJAR_TLS
    cr_assert_eq(redis_access_check("rediss://h", &problem), AJAR_OK, "%s", problem.text);
#else
    cr_assert_eq(redis_access_check("rediss://h", &problem), AJAR_ERR_USAGE);
    cr_assert(strstr(problem.text, "stunnel"), "%s", problem.text);
    REJECT("stunnel", .url = "rediss+sentinel://h/m");
#endif
}

Test(redis_access, names_itself_without_secrets)
{
    ACCEPT(.url = "redis://u:s3cret@h/3");
    cr_assert_str_eq(redis_access_name(made), "redis://h:6379");
}

Test(redis_access, ignores_sigpipe)
{
    struct sigaction action;
    ACCEPT(.url = "redis://h");
    cr_assert_eq(sigaction(SIGPIPE, NULL, &action), 0);
    cr_assert(action.sa_handler == SIG_IGN);
}

static void follow(const char *error, const char *host, uint16_t port, bool asking)
{
    cr_assert(redis_access_redirect(made, error), "%s", error);
    cr_assert(made->has_learned);
    cr_assert_str_eq(made->learned.name, host, "%s: %s", error, made->learned.name);
    cr_assert_eq(made->learned.port, port, "%s", error);
    cr_assert_eq(made->asking, asking, "%s", error);
}

Test(redis_access, follows_moved_and_ask)
{
    ACCEPT(.url = "redis://h");
    follow("MOVED 3999 127.0.0.1:6381", "127.0.0.1", 6381, false);
    follow("ASK 3999 node-2.example:6382", "node-2.example", 6382, true);
    follow("MOVED 1 2001:db8::5:7000", "2001:db8::5", 7000, false);
}

Test(redis_access, stays_with_the_host_that_a_node_does_not_know)
{
    ACCEPT(.url = "redis://h");
    (void)snprintf(made->here.name, sizeof made->here.name, "10.0.0.9");
    follow("MOVED 3999 :6381", "10.0.0.9", 6381, false);
    follow("MOVED 3999 ?:6382", "10.0.0.9", 6382, false);
    made->here.name[0] = '\0'; /* a unix socket */
    cr_assert_not(redis_access_redirect(made, "MOVED 3999 :6381"));
}

Test(redis_access, does_not_follow_what_points_nowhere)
{
    char text[400];
    static const char *const errors[] = {
        "ERR unknown command",
        "MOVED",
        "MOVED ",
        "MOVED 3999",
        "MOVED 3999 ",
        "MOVED 3999 h",
        "MOVED 3999 h:",
        "MOVED 3999 h:0",
        "MOVED 3999 h:65536",
        "MOVED 3999 h:x",
        "ASK",
        "ASKED 3999 h:1",
        "CLUSTERDOWN h:1 is down",
        "",
        "READONLY a b:1",
    };
    ACCEPT(.url = "redis://h");
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        cr_assert_not(redis_access_redirect(made, errors[i]), "%s", errors[i]);
    (void)snprintf(text, sizeof text, "MOVED 3999 %0146d:1", 7); /* may have been cut */
    cr_assert_not(redis_access_redirect(made, text));
    cr_assert_not(made->has_learned);
    ACCEPT(.url = "redis+sentinel://h/m");
    cr_assert_not(redis_access_redirect(made, "MOVED 3999 h:1"));
}
