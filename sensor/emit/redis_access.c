/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where Redis is and how to get in, as people said it: in the URL, in options, in files, in the
 * environment. Passwords are in here alone and are overwritten when it goes.
 */
#include "emit/redis_access.h"

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

static bool is_given(const char *text)
{
    return text && text[0] != '\0';
}

/* read() and not stdio, whose buffer would keep the password. */
static enum ajar_status read_password(const char *path, char *password, size_t size,
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
    else if (length >= size)
        status = problem_set(problem, AJAR_ERR_USAGE,
                             "Redis password file %s: the password is longer than %zu bytes", path,
                             size - 1);
    else
        memcpy(password, bytes, length + 1);
    explicit_bzero(bytes, sizeof bytes);
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
    if (status == AJAR_OK && is_given(options->password_file))
        status = read_password(options->password_file, made->url.password,
                               sizeof made->url.password, problem);
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
    explicit_bzero(access, sizeof *access);
    free(access);
}

enum ajar_status redis_access_check(const char *url, struct problem *problem)
{
    struct redis_url parsed = {.is_unix = false};
    enum ajar_status status = redis_url_parse(url, &parsed, problem);
    explicit_bzero(&parsed, sizeof parsed);
    return status;
}

const char *redis_access_name(const struct redis_access *access)
{
    return access->url.name;
}

bool redis_access_redirect(struct redis_access *access, const char *error)
{
    (void)access;
    (void)error;
    return false;
}
