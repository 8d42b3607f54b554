/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the search for credentials in targets, queries and cookies: what a URL shows stays within
 * its room, is the same when it is hidden once more, and then shows no parameter's value.
 */
#include "detect/credentials.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define URL_MAX 96

static struct signature toys = {
    .name = "toys",
    .credential_headers = {{"X-Toy-Token", NULL}},
    .credential_parameters = {{"token", NULL}, {"auth", NULL}, {"sig", NULL}},
    .credential_cookies = {{"Session", "id="}}};
static struct signature *list[] = {&toys};
static struct signature_set set = {.signatures = list, .count = 1};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Behind every "?token=" or "&token=" there is nothing, or asterisks. */
static void require_hidden(const char *url, const char *name)
{
    const char *query = strchr(url, '?');
    for (const char *at = query ? strstr(query, name) : NULL; at; at = strstr(at + 1, name)) {
        const char *value = at + strlen(name);
        bool begins = at[-1] == '&' || at - 1 == query;
        size_t length = strcspn(value, "&");
        require(!begins || length == strspn(value, "*"));
    }
}

static void check_url(struct slice target)
{
    char url[URL_MAX + 1], again[URL_MAX];
    url[URL_MAX] = 0x55;
    credentials_mask_url(&set, target, url, URL_MAX);
    require(url[URL_MAX] == 0x55 && memchr(url, '\0', URL_MAX));
    if (memchr(target.text, '\0', target.length))
        return;
    credentials_mask_url(&set, (struct slice){url, strlen(url)}, again, sizeof again);
    require(strcmp(url, again) == 0);
    require_hidden(url, "token=");
    require_hidden(url, "auth=");
}

static void check_request(struct slice text)
{
    struct http_request request = {.target = text, .query = text};
    (void)credentials_shown(&set, &request);
    request = (struct http_request){.target = {"/", 1}, .query = {"", 0}};
    require(!credentials_shown(&set, &request));
    request.headers.lines[0] = (struct http_header){{"Cookie", 6}, text};
    request.headers.lines[1] = (struct http_header){text, {"x", 1}};
    request.headers.count = 2;
    (void)credentials_shown(&set, &request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1); /* of its exact size, so that a step beyond is seen */
    if (!copy || (!set.credentials && credentials_gather(&set) != AJAR_OK))
        abort();
    if (size)
        memcpy(copy, data, size);
    check_url((struct slice){copy, size});
    check_request((struct slice){copy, size});
    free(copy);
    return 0;
}
