/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request side of detection. Nothing is decided here: a request only says what its reply could
 * prove.
 */
#include "detect/request.h"

#include "base/text.h"
#include "detect/forwarded.h"
#include "detect/paths.h"
#include "detect/reply.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define PREFIX_SEGMENTS_MAX 3 /* of a path, skipped in search of a store behind a proxy */

struct match {
    const struct signature *signature;
    struct slice method;
    uint16_t rule;
    struct slice index;
};

static bool method_fits(const struct request_rule *rule, struct slice method)
{
    if (!rule->methods[0])
        return true;
    for (size_t i = 0; rule->methods[i]; i++)
        if (slice_equals(method, rule->methods[i]))
            return true;
    return false;
}

static bool take_rule(void *context, uint16_t rule, struct slice index)
{
    struct match *match = context;
    if (!method_fits(&match->signature->requests[rule], match->method))
        return false;
    match->rule = rule;
    match->index = index;
    return true;
}

/* A reverse proxy may serve the store below a prefix: the path without its first segment. */
static struct slice without_first_segment(struct slice path)
{
    const char *slash = path.length > 1 ? memchr(path.text + 1, '/', path.length - 1) : NULL;
    size_t skipped = slash ? (size_t)(slash - path.text) : path.length;
    return (struct slice){path.text + skipped, path.length - skipped};
}

static bool match_path(const struct http_request *request, struct match *match)
{
    struct slice path = request->path;
    bool found = path_tree_find(match->signature->path_tree, path, take_rule, match);
    if (found && !match->signature->requests[match->rule].fallback)
        return true;
    struct match deeper = *match;
    for (int skipped = 0; skipped < PREFIX_SEGMENTS_MAX; skipped++) {
        path = without_first_segment(path);
        if (path.length == 0 ||
            !path_tree_find(match->signature->path_tree, path, take_rule, &deeper))
            continue;
        const struct request_rule *rule = &match->signature->requests[deeper.rule];
        if (!rule->own || rule->fallback)
            continue;
        *match = deeper;
        return true;
    }
    return found;
}

bool request_match(const struct signature_set *set, const struct signature *known,
                   const struct http_request *request, struct request_match *found)
{
    *found = (struct request_match){.rule = SIGNATURE_NONE};
    for (size_t i = 0; i < set->count; i++) {
        struct match match = {.signature = set->signatures[i], .method = request->method};
        if ((known && known != match.signature) || !match_path(request, &match))
            continue;
        const struct request_rule *rule = &match.signature->requests[match.rule];
        bool own = rule->own && !rule->fallback;
        if (own || found->rule == SIGNATURE_NONE)
            *found = (struct request_match){(uint16_t)i, match.rule, match.index};
        if (own)
            break;
    }
    return found->rule != SIGNATURE_NONE;
}

static bool contains(struct slice text, const char *word)
{
    return text.length && memmem(text.text, text.length, word, strlen(word)) != NULL;
}

/* Where user information ends in "scheme://user:secret@host/...", 0 if there is none. */
static size_t userinfo_end(struct slice target, size_t *begin)
{
    const char *scheme = memmem(target.text, target.length, "://", 3);
    if (target.length == 0 || target.text[0] == '/' || !scheme)
        return 0;
    *begin = (size_t)(scheme - target.text) + 3;
    size_t left = target.length - *begin;
    const char *slash = memchr(target.text + *begin, '/', left);
    size_t authority = slash ? (size_t)(slash - target.text) - *begin : left;
    const char *at = memrchr(target.text + *begin, '@', authority);
    return at ? (size_t)(at - target.text) + 1 : 0;
}

enum credentials request_credentials(const struct http_request *request)
{
    size_t begin;
    for (size_t i = 0; i < request->headers.count; i++)
        if (slice_equals_nocase(request->headers.lines[i].name, "authorization") &&
            request->headers.lines[i].value.length > 0)
            return CREDENTIALS_PRESENTED;
    if (contains(request->query, "X-Amz-Signature=") || userinfo_end(request->target, &begin) > 0)
        return CREDENTIALS_PRESENTED;
    return CREDENTIALS_NONE;
}

/* The target as it may be shown: without user information, signatures cut off. */
static void copy_url(struct slice target, char *url, size_t size)
{
    size_t begin = 0;
    size_t end = userinfo_end(target, &begin);
    size_t used = end ? text_copy(url, size, target.text, begin) : 0;
    size_t from = end;
    (void)text_copy(url + used, size - used, target.text + from, target.length - from);
    char *signature = strstr(url, "X-Amz-");
    if (signature)
        signature[strlen("X-Amz-")] = '\0';
}

/* {index} as a data set: one plain name, no list, no wildcard, no date mathematics. */
static void copy_dataset(struct slice index, char *dataset, size_t size)
{
    dataset[0] = '\0';
    if (index.length == 0 || index.text[0] == '_' || index.text[0] == '-' || index.text[0] == '<' ||
        memchr(index.text, ',', index.length) || memchr(index.text, '*', index.length))
        return;
    (void)text_copy(dataset, size, index.text, index.length);
}

/* The value of a query parameter, {NULL, 0} if it is not there. */
static struct slice parameter(struct slice query, const char *name)
{
    size_t length = strlen(name);
    for (size_t at = 0; at < query.length;) {
        const char *amp = memchr(query.text + at, '&', query.length - at);
        size_t end = amp ? (size_t)(amp - query.text) : query.length;
        if (end - at > length && memcmp(query.text + at, name, length) == 0 &&
            query.text[at + length] == '=')
            return (struct slice){query.text + at + length + 1, end - at - length - 1};
        at = end + 1;
    }
    return (struct slice){NULL, 0};
}

static void read_parameters(const struct signature *signature, struct slice query,
                            struct request_detail *detail)
{
    for (size_t i = 0; signature->page_parameters[i]; i++) {
        struct slice value = parameter(query, signature->page_parameters[i]);
        detail->page |= value.length > 0 && value.text[0] >= '1' && value.text[0] <= '9';
    }
    for (size_t i = 0; signature->select_parameters[i]; i++)
        detail->selects |= parameter(query, signature->select_parameters[i]).length > 0;
}

void request_read_detail(const struct signature *signature, uint16_t rule, struct slice index,
                         const struct http_request *request, struct request_detail *detail)
{
    *detail = (struct request_detail){0};
    (void)text_copy(detail->method, sizeof detail->method, request->method.text,
                    request->method.length);
    copy_url(request->target, detail->url, sizeof detail->url);
    copy_dataset(index, detail->dataset, sizeof detail->dataset);
    detail->forwarded = forwarded_find(&request->headers, &detail->forwarded_for);
    if (!detail->forwarded && request->proxied) {
        detail->forwarded = true;
        detail->forwarded_for = request->proxied_for;
    }
    if (!signature || rule == SIGNATURE_NONE)
        return;
    read_parameters(signature, request->query, detail);
    listing_read_query(signature, &signature->requests[rule], request->query, detail);
}

/* Whether the body's first words are these, behind blanks and in any case. The byte behind them
 * must be there: what is not yet seen could go on with the same word. */
static bool begins_with(struct slice text, const char *words)
{
    size_t length = strlen(words);
    while (text.length > 0 && memchr(" \t\r\n", text.text[0], 4))
        text = (struct slice){text.text + 1, text.length - 1};
    if (text.length <= length || strncasecmp(text.text, words, length) != 0)
        return false;
    return !isalnum((unsigned char)words[length - 1]) ||
           !(isalnum((unsigned char)text.text[length]) || text.text[length] == '_');
}

static bool body_fits(const struct body_rule *rule, struct slice text)
{
    return (!rule->starts || begins_with(text, rule->starts)) &&
           (!rule->contains || contains(text, rule->contains)) &&
           !(rule->unless && contains(text, rule->unless));
}

void request_read_body(const struct signature *signature, const uint8_t *body, size_t length,
                       struct request_detail *detail)
{
    struct slice text = {(const char *)body, length};
    for (size_t i = 0; i < signature->body_count; i++) {
        const struct body_rule *rule = &signature->bodies[i];
        if (!body_fits(rule, text))
            continue;
        detail->page |= rule->page;
        detail->selects |= rule->selects;
        detail->writes |= rule->write;
    }
}

struct request_note *waiting_add(struct waiting *waiting, struct request_detail **detail)
{
    *detail = NULL;
    if (waiting->count == EVIDENCE_WAITING_MAX || waiting->overflow > 0) {
        waiting->overflow++;
        return NULL;
    }
    size_t at = (waiting->first + waiting->count) % EVIDENCE_WAITING_MAX;
    struct request_note *note = &waiting->notes[at];
    *note = (struct request_note){.rule = SIGNATURE_NONE, .detail = UINT8_MAX};
    for (uint8_t slot = 0; slot < EVIDENCE_DETAILS_MAX && note->detail == UINT8_MAX; slot++)
        if (!(waiting->details_used & 1u << slot)) {
            waiting->details_used |= (uint8_t)(1u << slot);
            note->detail = slot;
            *detail = &waiting->details[slot];
        }
    waiting->count++;
    return note;
}

bool waiting_take(struct waiting *waiting, struct request_note *note, struct request_detail *detail)
{
    *detail = (struct request_detail){0};
    if (waiting->count == 0) {
        *note = (struct request_note){.rule = SIGNATURE_NONE, .detail = UINT8_MAX, .unknown = true};
        bool was_kept_back = waiting->overflow > 0;
        waiting->overflow -= was_kept_back;
        return was_kept_back;
    }
    *note = waiting->notes[waiting->first];
    waiting->first = (uint16_t)((waiting->first + 1) % EVIDENCE_WAITING_MAX);
    waiting->count--;
    if (note->detail != UINT8_MAX) {
        *detail = waiting->details[note->detail];
        waiting->details_used &= (uint8_t)~(1u << note->detail);
    }
    return true;
}

const struct request_detail *waiting_oldest(const struct waiting *waiting)
{
    if (waiting->count == 0)
        return NULL;
    uint8_t slot = waiting->notes[waiting->first].detail;
    return slot == UINT8_MAX ? NULL : &waiting->details[slot];
}

const struct request_note *waiting_newest(struct waiting *waiting, struct request_detail **detail)
{
    *detail = NULL;
    if (waiting->count == 0 || waiting->overflow > 0)
        return NULL;
    size_t at = (waiting->first + waiting->count - 1u) % EVIDENCE_WAITING_MAX;
    uint8_t slot = waiting->notes[at].detail;
    if (slot == UINT8_MAX)
        return NULL;
    *detail = &waiting->details[slot];
    return &waiting->notes[at];
}
