/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request side of detection. Nothing is decided here: a request only says what its reply could
 * prove.
 */
#include "detect/request.h"

#include "base/text.h"
#include "detect/credentials.h"
#include "detect/forwarded.h"
#include "detect/query.h"
#include "detect/reply.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

size_t request_squeeze(const char *text, size_t length, char *out)
{
    size_t used = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        bool escaped = quoted && text[i] == '\\' && i + 1 < length;
        if (text[i] == '"')
            quoted = !quoted;
        if (!quoted && memchr(" \t\r\n", text[i], 4))
            continue;
        out[used++] = text[i];
        if (escaped)
            out[used++] = text[++i];
    }
    out[used] = '\0';
    return used;
}

/* The first bytes of a request's body. */
struct body_text {
    struct slice as_sent;
    struct slice squeezed;
};

static bool contains(const struct body_text *body, const char *word, bool any_case)
{
    struct slice text = strchr(word, '"') ? body->squeezed : body->as_sent;
    size_t length = strlen(word);
    if (!any_case)
        return text.length && memmem(text.text, text.length, word, length) != NULL;
    for (size_t at = 0; text.length >= length && at <= text.length - length; at++)
        if (strncasecmp(text.text + at, word, length) == 0)
            return true;
    return false;
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

/* Whether a parameter is there and says something else than that it wants all. */
static bool selects(const struct named_text *parameter, struct slice query)
{
    char text[QUERY_TEXT_MAX];
    struct slice value = query_find(query, parameter->name);
    if (value.length == 0 || !parameter->text)
        return value.length > 0;
    size_t length = query_decode(value, text, sizeof text);
    return !slice_equals((struct slice){text, length}, parameter->text);
}

static void read_parameters(const struct signature *signature, struct slice query,
                            struct request_detail *detail)
{
    for (size_t i = 0; signature->page_parameters[i]; i++) {
        struct slice value = query_find(query, signature->page_parameters[i]);
        detail->page |= value.length > 0 && value.text[0] >= '1' && value.text[0] <= '9';
    }
    for (size_t i = 0; signature->select_parameters[i].name; i++)
        detail->selects |= selects(&signature->select_parameters[i], query);
}

void request_keep(const struct signature_set *set, const struct http_request *request,
                  struct request_detail *detail)
{
    *detail = (struct request_detail){0};
    (void)text_copy(detail->method, sizeof detail->method, request->method.text,
                    request->method.length);
    credentials_mask_url(set, request->target, detail->url, sizeof detail->url);
    detail->form = slice_starts_nocase(http_header_find(&request->headers, "content-type"),
                                       "application/x-www-form-urlencoded");
    detail->forwarded = forwarded_find(&request->headers, &detail->forwarded_for);
    if (!detail->forwarded && request->proxied) {
        detail->forwarded = true;
        detail->forwarded_for = request->proxied_for;
    }
}

void request_read_rule(const struct signature *signature, const struct catalogue_match *match,
                       struct request_detail *detail)
{
    const struct request_rule *rule = &signature->requests[match->rule];
    struct request_detail read = {.form = detail->form,
                                  .vouched = match->vouched,
                                  .forwarded = detail->forwarded,
                                  .forwarded_for = detail->forwarded_for};
    memcpy(read.method, detail->method, sizeof read.method);
    memcpy(read.url, detail->url, sizeof read.url);
    copy_dataset(match->dataset, read.dataset, sizeof read.dataset);
    if (rule->dataset_parameter && !read.dataset[0])
        (void)query_decode(query_find(match->query, rule->dataset_parameter), read.dataset,
                           sizeof read.dataset);
    read_parameters(signature, match->query, &read);
    listing_read_query(signature, rule, match->query, &read);
    *detail = read;
}

struct slice request_form(const struct evidence *evidence)
{
    struct slice body = {(const char *)evidence->body, evidence->body_length};
    if (!waiting_is_empty(&evidence->waiting) || !evidence->reply.detail.url[0] ||
        (!evidence->reply.detail.form && !query_is_form(body)))
        return (struct slice){NULL, 0};
    return body;
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

static bool body_fits(const struct body_rule *rule, const struct body_text *body)
{
    return (!rule->starts || begins_with(body->as_sent, rule->starts)) &&
           (!rule->contains || contains(body, rule->contains, rule->any_case)) &&
           !(rule->unless && contains(body, rule->unless, rule->any_case));
}

void request_read_body(const struct signature *signature, const uint8_t *body, size_t length,
                       struct request_detail *detail)
{
    char squeezed[EVIDENCE_BODY_WINDOW + 1];
    struct body_text text = {.as_sent = {(const char *)body, length}};
    detail->body = (struct body_effects){.page = false};
    if (signature->body_count == 0 || length > EVIDENCE_BODY_WINDOW)
        return;
    text.squeezed = (struct slice){squeezed, request_squeeze(text.as_sent.text, length, squeezed)};
    for (size_t i = 0; i < signature->body_count; i++) {
        const struct body_rule *rule = &signature->bodies[i];
        if (!body_fits(rule, &text))
            continue;
        detail->body.page |= rule->effects.page;
        detail->body.selects |= rule->effects.selects;
        detail->body.names |= rule->effects.names;
        detail->body.writes |= rule->effects.writes;
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

bool waiting_is_empty(const struct waiting *waiting)
{
    return waiting->count == 0 && waiting->overflow == 0;
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
