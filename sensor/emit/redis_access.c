/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where Redis is and how to get in, as people said it: in the URL, in options, in files, in the
 * environment. Passwords are in here alone and are overwritten when it goes.
 */
#include "emit/redis_access.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void ignore_sigpipe(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

/* read() and not stdio, whose buffer would keep the password. */
static enum ajar_status read_password(const char *path, char password[static REDIS_PASSWORD_MAX],
                                      struct problem *problem)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return problem_set(problem, AJAR_ERR_USAGE, "Redis password file %s: %s", path,
                           strerror(errno));
    char bytes[1024];
    size_t used = 0;
    ssize_t got;
    while (used < sizeof bytes - 1 && (got = read(file, bytes + used, sizeof bytes - 1 - used)) > 0)
        used += (size_t)got;
    (void)close(file);
    bytes[used] = '\0';
    bytes[strcspn(bytes, "\r\n")] = '\0';
    size_t length = strlen(bytes);
    enum ajar_status status = AJAR_OK;
    if (length == 0)
        status = problem_set(problem, AJAR_ERR_USAGE,
                             "Redis password file %s: the first line has to be the password", path);
    else if (length >= REDIS_PASSWORD_MAX)
        status = problem_set(problem, AJAR_ERR_USAGE,
                             "Redis password file %s: the password is longer than %d bytes", path,
                             REDIS_PASSWORD_MAX - 1);
    else
        memcpy(password, bytes, length + 1);
    explicit_bzero(bytes, sizeof bytes);
    return status;
}

/* option > URL > environment; two that differ are most likely a mistake, so it is said. */
static enum ajar_status choose_user(struct redis_url *url, const char *option,
                                    struct problem *problem)
{
    const char *environment = getenv("AJAR_REDIS_USER");
    const char *user = option_is_given(option) ? option : environment;
    if (!option_is_given(user) || (url->user[0] && !option_is_given(option)))
        return AJAR_OK;
    if (strlen(user) >= sizeof url->user)
        return problem_set(problem, AJAR_ERR_USAGE, "the Redis user is longer than %d bytes",
                           REDIS_USER_MAX - 1);
    if (url->user[0] && strcmp(url->user, user) != 0)
        log_warning("Redis: redis.user %s is used, not the user of the URL; give one of them",
                    user);
    (void)snprintf(url->user, sizeof url->user, "%s", user);
    return AJAR_OK;
}

/* file > URL > environment */
static enum ajar_status choose_password(struct redis_url *url, const char *file,
                                        struct problem *problem)
{
    const char *environment = getenv("AJAR_REDIS_PASSWORD");
    char read[REDIS_PASSWORD_MAX] = "";
    enum ajar_status status = option_is_given(file) ? read_password(file, read, problem) : AJAR_OK;
    if (status == AJAR_OK && read[0]) {
        if (url->password[0] && strcmp(url->password, read) != 0)
            log_warning("Redis: the password of the file %s is used, not that of the URL; give one "
                        "of them",
                        file);
        memcpy(url->password, read, sizeof read);
    } else if (status == AJAR_OK && !url->password[0] && option_is_given(environment)) {
        if (strlen(environment) >= sizeof url->password)
            status =
                problem_set(problem, AJAR_ERR_USAGE, "AJAR_REDIS_PASSWORD is longer than %d bytes",
                            REDIS_PASSWORD_MAX - 1);
        else
            (void)snprintf(url->password, sizeof url->password, "%s", environment);
    }
    explicit_bzero(read, sizeof read);
    return status;
}

static enum ajar_status prepare_sentinel(struct redis_access *access, const char *file,
                                         struct problem *problem)
{
    if (!option_is_given(file))
        return AJAR_OK;
    if (!access->url.sentinel)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "a password for Sentinels, but %s has none; right is "
                           "redis+sentinel://host[:port]/MASTER",
                           access->url.name);
    return read_password(file, access->sentinel_password, problem);
}

/* Somebody who gives certificates believes that TLS is on. */
static enum ajar_status prepare_tls(struct redis_access *access,
                                    const struct redis_options *options, struct problem *problem)
{
    if (!access->url.tls) {
        if (option_is_given(options->ca_file) || option_is_given(options->certificate_file) ||
            option_is_given(options->key_file))
            return problem_set(problem, AJAR_ERR_USAGE,
                               "certificates for TLS are given, but %s is without TLS; begin it "
                               "with rediss",
                               access->url.name);
        return AJAR_OK;
    }
    enum ajar_status status = redis_tls_check(problem);
    if (status == AJAR_OK)
        status = redis_tls_new(options, &access->tls, problem);
    if (status == AJAR_OK && !options->verify)
        log_warning("Redis %s: redis.verify is off: whoever answers gets the events and the "
                    "password",
                    access->url.name);
    return status;
}

enum ajar_status redis_access_new(const struct redis_options *options, struct redis_access **access,
                                  struct problem *problem)
{
    struct redis_access *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    ignore_sigpipe();
    enum ajar_status status = redis_url_parse(options->url, &made->url, problem);
    if (status == AJAR_OK)
        status = prepare_tls(made, options, problem);
    if (status == AJAR_OK)
        status = choose_user(&made->url, options->user, problem);
    if (status == AJAR_OK)
        status = choose_password(&made->url, options->password_file, problem);
    if (status == AJAR_OK)
        status = prepare_sentinel(made, options->sentinel_password_file, problem);
    if (status == AJAR_OK)
        *access = made;
    else
        redis_access_free(made);
    return status;
}

void redis_access_free(struct redis_access *access)
{
    if (!access)
        return;
    redis_tls_free(access->tls);
    explicit_bzero(access, sizeof *access);
    free(access);
}

enum ajar_status redis_access_check(const char *url, struct problem *problem)
{
    struct redis_url parsed = {.is_unix = false};
    enum ajar_status status = redis_url_parse(url, &parsed, problem);
    if (status == AJAR_OK && parsed.tls)
        status = redis_tls_check(problem);
    explicit_bzero(&parsed, sizeof parsed);
    return status;
}

const char *redis_access_name(const struct redis_access *access)
{
    return access->url.name;
}

/*
 * "MOVED 3999 127.0.0.1:6381", "ASK 3999 host:port". The port follows the last colon; a host that
 * the node does not know is "" or "?" and means: where you are (Redis 7, cluster-preferred-
 * endpoint-type).
 */
bool redis_access_redirect(struct redis_access *access, const char *error)
{
    bool ask = strncmp(error, "ASK ", 4) == 0;
    if ((!ask && strncmp(error, "MOVED ", 6) != 0) || access->url.sentinel ||
        strlen(error) + 1 >= sizeof((struct redis_reply *)NULL)->error)
        return false;
    const char *gap = strchr(strchr(error, ' ') + 1, ' '); /* after the slot */
    const char *colon = gap ? strrchr(gap, ':') : NULL;
    if (!colon)
        return false;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (port == 0 || port > 65535 || (*end != '\0' && *end != ' '))
        return false;
    struct redis_host host = {.port = (uint16_t)port};
    (void)snprintf(host.name, sizeof host.name, "%.*s", (int)(colon - gap - 1), gap + 1);
    if (host.name[0] == '\0' || strcmp(host.name, "?") == 0)
        memcpy(host.name, access->here.name, sizeof host.name);
    if (host.name[0] == '\0')
        return false; /* we came through a unix socket */
    access->learned = host;
    access->has_learned = true;
    access->asking = ask;
    return true;
}
