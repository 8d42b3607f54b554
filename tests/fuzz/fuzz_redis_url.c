/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the reader of Redis addresses: whatever is accepted has a place to connect to and bounded
 * texts; whatever is rejected leaves the result alone, says why in one line, and does not repeat
 * what stands before the last '@'.
 */
#include "emit/redis_url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hosts(const struct redis_url *url)
{
    if (url->host_count == 0 || url->host_count > REDIS_HOSTS_MAX)
        abort();
    for (unsigned i = 0; i < url->host_count; i++) {
        const struct redis_host *host = &url->hosts[i];
        if (host->name[0] == '\0' || !memchr(host->name, '\0', sizeof host->name) ||
            host->port == 0)
            abort();
    }
    if (!memchr(url->master, '\0', sizeof url->master) || url->sentinel != (url->master[0] != '\0'))
        abort();
}

static void check_accepted(const struct redis_url *url)
{
    if (!url->is_unix)
        check_hosts(url);
    else if (url->path[0] != '/' || !memchr(url->path, '\0', sizeof url->path) || url->host_count)
        abort();
    if (!memchr(url->user, '\0', sizeof url->user) ||
        !memchr(url->password, '\0', sizeof url->password) || url->name[0] == '\0' ||
        !memchr(url->name, '\0', sizeof url->name) || url->database > REDIS_DATABASE_MAX)
        abort();
}

/* A password of some length is looked for, one of a few bytes can be in the message by chance. */
static void check_rejected(const char *text, const struct problem *problem)
{
    const char *colon = strncmp(text, "redis://", 8) == 0 ? strchr(text + 8, ':') : NULL;
    const char *at = strrchr(text, '@');
    char password[64];
    if (problem->text[0] == '\0')
        abort();
    if (!colon || !at || at <= colon || (size_t)(at - colon - 1) >= sizeof password ||
        at - colon - 1 < 12)
        return;
    memcpy(password, colon + 1, (size_t)(at - colon - 1));
    password[at - colon - 1] = '\0';
    struct problem usual = {""};
    struct redis_url none;
    (void)redis_url_parse("", &none, &usual);
    if (!strstr(problem->text, password) || strstr(usual.text, password))
        return;         /* words of the message may be somebody's password */
    password[8] = '\0'; /* the same may stand after the '@' again */
    if (!strstr(at, password))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct redis_url url, untouched;
    struct problem problem = {""};
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    memset(&untouched, 0x55, sizeof untouched);
    memcpy(&url, &untouched, sizeof url);
    if (redis_url_parse(text, &url, &problem) == AJAR_OK)
        check_accepted(&url);
    else if (memcmp(&url, &untouched, sizeof url) != 0)
        abort();
    else
        check_rejected(text, &problem);
    free(text);
    return 0;
}
