/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials of requests. The names of all signatures lie in sorted lists, so that a header line
 * or a parameter costs one binary search, however many stores are known.
 */
#include "detect/credentials.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HIDDEN "***"

/* Names in order, one as often as signatures have it; with a text its value must have that in it.
 * Borrowed from the signatures. */
struct names {
    struct named_text *list;
    size_t count;
    int (*compare)(const char *a, const char *b);
};

struct credential_places {
    struct names headers;    /* in any case of letters */
    struct names parameters; /* of the query */
    struct names cookies;
};

/* The lists of one signature, in the order of struct credential_places. */
static const struct named_text *list_of(const struct signature *signature, size_t kind)
{
    const struct named_text *const lists[] = {signature->credential_headers,
                                              signature->credential_parameters,
                                              signature->credential_cookies};
    return lists[kind];
}

/* Where the name is or would be. */
static size_t find_place(const struct names *names, const char *name, bool *found)
{
    size_t low = 0, high = names->count;
    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = names->compare(name, names->list[middle].name);
        *found = order == 0;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

static void insert(struct names *names, const struct named_text *name)
{
    bool found;
    size_t at = find_place(names, name->name, &found);
    memmove(names->list + at + 1, names->list + at, (names->count - at) * sizeof names->list[0]);
    names->list[at] = *name;
    names->count++;
}

static enum ajar_status gather_kind(const struct signature_set *set, size_t kind,
                                    struct names *names)
{
    size_t most = 0;
    for (size_t i = 0; i < set->count; i++)
        for (const struct named_text *name = list_of(set->signatures[i], kind); name->name; name++)
            most++;
    if (most == 0)
        return AJAR_OK;
    names->list = calloc(most, sizeof names->list[0]);
    if (!names->list)
        return AJAR_ERR_MEMORY;
    for (size_t i = 0; i < set->count; i++)
        for (const struct named_text *name = list_of(set->signatures[i], kind); name->name; name++)
            insert(names, name);
    return AJAR_OK;
}

enum ajar_status credentials_gather(struct signature_set *set)
{
    struct credential_places *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->headers.compare = strcasecmp;
    made->parameters.compare = strcmp;
    made->cookies.compare = strcmp;
    enum ajar_status status = gather_kind(set, 0, &made->headers);
    if (status == AJAR_OK)
        status = gather_kind(set, 1, &made->parameters);
    if (status == AJAR_OK)
        status = gather_kind(set, 2, &made->cookies);
    if (status != AJAR_OK) {
        credentials_free(made);
        return status;
    }
    credentials_free(set->credentials);
    set->credentials = made;
    return AJAR_OK;
}

void credentials_free(struct credential_places *places)
{
    if (!places)
        return;
    free(places->headers.list);
    free(places->parameters.list);
    free(places->cookies.list);
    free(places);
}

static bool says(const struct named_text *named, struct slice value)
{
    return !named->text || memmem(value.text, value.length, named->text, strlen(named->text));
}

/* Whether there is such a name whose value may be this. */
static bool is_listed(const struct names *names, const char *name, size_t length,
                      struct slice value)
{
    char text[CREDENTIAL_NAME_MAX + 1];
    bool found = false;
    if (names->count == 0 || length == 0 || length >= sizeof text || memchr(name, '\0', length))
        return false;
    memcpy(text, name, length);
    text[length] = '\0';
    size_t at = find_place(names, text, &found);
    while (found && at > 0 && names->compare(text, names->list[at - 1].name) == 0)
        at--;
    for (; found && at < names->count && names->compare(text, names->list[at].name) == 0; at++)
        if (says(&names->list[at], value))
            return true;
    return false;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The same for a name that may be percent-encoded. */
static bool is_listed_parameter(const struct names *names, const char *name, size_t length)
{
    char text[CREDENTIAL_NAME_MAX + 1];
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (used == sizeof text)
            return false;
        bool encoded = name[i] == '%' && length - i > 2 && hex_value(name[i + 1]) >= 0 &&
                       hex_value(name[i + 2]) >= 0;
        text[used++] = name[i];
        if (encoded)
            text[used - 1] = (char)(hex_value(name[i + 1]) << 4 | hex_value(name[i + 2]));
        i += encoded ? 2 : 0;
    }
    return is_listed(names, text, used, (struct slice){NULL, 0});
}

/* The next NAME=VALUE of a list; returns false at its end. `value` is of length 0 without '='. */
static bool next_pair(struct slice *rest, char separator, struct slice *name, struct slice *value)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->text, separator, rest->length);
    size_t length = end ? (size_t)(end - rest->text) : rest->length;
    const char *equals = memchr(rest->text, '=', length);
    size_t name_length = equals ? (size_t)(equals - rest->text) : length;
    *name = (struct slice){rest->text, name_length};
    *value = equals ? (struct slice){equals + 1, length - name_length - 1}
                    : (struct slice){rest->text + length, 0};
    size_t taken = length + (end != NULL);
    *rest = (struct slice){rest->text + taken, rest->length - taken};
    return true;
}

static bool is_called(struct slice name, const char *wanted)
{
    return name.length == strlen(wanted) && strncasecmp(name.text, wanted, name.length) == 0;
}

static bool shows_cookie(const struct credential_places *places, struct slice line)
{
    struct slice name, value;
    while (next_pair(&line, ';', &name, &value)) {
        while (name.length > 0 && name.text[0] == ' ')
            name = (struct slice){name.text + 1, name.length - 1};
        if (value.length > 0 && is_listed(&places->cookies, name.text, name.length, value))
            return true;
    }
    return false;
}

static bool shows_header(const struct credential_places *places, const struct http_header *line)
{
    if (line->value.length == 0)
        return false;
    if (is_called(line->name, "authorization"))
        return true;
    if (!places)
        return false;
    if (is_called(line->name, "cookie") && shows_cookie(places, line->value))
        return true;
    return is_listed(&places->headers, line->name.text, line->name.length, line->value);
}

static bool shows_parameter(const struct credential_places *places, struct slice query)
{
    static const char signed_query[] = "X-Amz-Signature";
    struct slice name, value;
    while (next_pair(&query, '&', &name, &value))
        if (value.length > 0 &&
            (is_called(name, signed_query) ||
             (places && is_listed_parameter(&places->parameters, name.text, name.length))))
            return true;
    return false;
}

/* Where user information ends in "scheme://user:secret@host/...", 0 if there is none. */
static size_t userinfo_end(struct slice target, size_t *begin)
{
    size_t scheme = 0;
    while (scheme < target.length && !memchr(":/?#", target.text[scheme], 4))
        scheme++;
    if (target.length - scheme < 3 || memcmp(target.text + scheme, "://", 3) != 0)
        return 0;
    *begin = scheme + 3;
    size_t left = target.length - *begin;
    size_t authority = 0;
    while (authority < left && !memchr("/?#", target.text[*begin + authority], 3))
        authority++;
    const char *at = memrchr(target.text + *begin, '@', authority);
    return at ? (size_t)(at - target.text) + 1 : 0;
}

bool credentials_shown(const struct signature_set *set, const struct http_request *request)
{
    size_t begin;
    for (size_t i = 0; i < request->headers.count; i++)
        if (shows_header(set->credentials, &request->headers.lines[i]))
            return true;
    return shows_parameter(set->credentials, request->query) ||
           userinfo_end(request->target, &begin) > 0;
}

bool credentials_shown_in_form(const struct signature_set *set, struct slice form)
{
    return shows_parameter(set->credentials, form);
}

/* A text that is filled up to its size. */
struct shown {
    char *text;
    size_t size;
    size_t used;
};

static void show(struct shown *shown, const char *text, size_t length)
{
    shown->used += text_copy(shown->text + shown->used, shown->size - shown->used, text, length);
}

static void show_query(const struct credential_places *places, struct slice query,
                       struct shown *shown)
{
    struct slice name, value;
    while (next_pair(&query, '&', &name, &value)) {
        const char *from = name.text;
        size_t whole = (size_t)(value.text + value.length - from);
        bool more = query.text != from + whole;
        if (value.length > 0 && places &&
            is_listed_parameter(&places->parameters, name.text, name.length)) {
            show(shown, name.text, name.length);
            show(shown, "=" HIDDEN, sizeof "=" HIDDEN - 1);
        } else {
            show(shown, from, whole);
        }
        if (more)
            show(shown, "&", 1);
    }
}

void credentials_mask_url(const struct signature_set *set, struct slice target, char *url,
                          size_t size)
{
    struct shown shown = {.text = url, .size = size};
    size_t begin = 0, end = userinfo_end(target, &begin);
    url[0] = '\0';
    if (end)
        show(&shown, target.text, begin);
    size_t left = target.length - end;
    const char *mark = left ? memchr(target.text + end, '?', left) : NULL;
    size_t path = mark ? (size_t)(mark - target.text) + 1 - end : left;
    show(&shown, target.text + end, path);
    if (mark)
        show_query(set->credentials, (struct slice){mark + 1, left - path}, &shown);
    char *amazon = strstr(url, "X-Amz-");
    if (amazon)
        amazon[strlen("X-Amz-")] = '\0';
}
