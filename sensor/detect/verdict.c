/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder of verdicts for one exchange: refused, open, metadata, data, drained, tampered. The
 * same rules for every store over HTTP; what differs between stores is in the signature.
 */
#include "detect/verdict.h"

#include "detect/reply.h"

#include <string.h>
#include <strings.h>

enum identity verdict_identity(const struct evidence *evidence)
{
    const struct signature *signature = evidence->signature;
    enum identity best = IDENTITY_NONE;
    for (size_t i = 0; i < signature->identity_count && best < IDENTITY_PROVEN; i++) {
        const struct identity_rule *rule = &signature->identities[i];
        if ((evidence->reply.marks & rule->marks) == rule->marks && rule->identity > best)
            best = rule->identity;
    }
    return best;
}

/* A server may challenge in several lines of one name. */
static bool any_line_holds(const struct refusal_rule *rule, const struct http_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct http_header *line = &headers->lines[i];
        if (slice_equals_nocase(line->name, rule->header_name) &&
            test_holds(&rule->header_test, line->value.text, line->value.length))
            return true;
    }
    return false;
}

static bool has_status(const struct refusal_rule *rule, uint16_t status)
{
    for (size_t i = 0; rule->status[i]; i++)
        if (rule->status[i] == status)
            return true;
    return false;
}

uint64_t verdict_refusal_headers(const struct signature *signature, uint16_t status,
                                 const struct http_headers *headers)
{
    uint64_t holds = 0;
    for (size_t i = 0; i < signature->refusal_count && i < 64; i++) {
        const struct refusal_rule *rule = &signature->refusals[i];
        if (!has_status(rule, status))
            continue;
        if (!rule->header_name || any_line_holds(rule, headers))
            holds |= UINT64_C(1) << i;
    }
    return holds;
}

static bool body_starts(const struct reply *reply, const char *text)
{
    size_t length = strlen(text);
    return reply->prefix_length >= length &&
           strncasecmp((const char *)reply->prefix, text, length) == 0;
}

static bool refusal_fits(const struct refusal_rule *rule, const struct reply *reply)
{
    if (!has_status(rule, reply->status))
        return false;
    if (rule->own_paths && !(reply->rule && reply->rule->own))
        return false;
    if (rule->error && strcmp(rule->error, reply->error_type) != 0)
        return false;
    if (rule->reason && !strstr(reply->error_reason, rule->reason))
        return false;
    if (rule->body && !body_starts(reply, rule->body))
        return false;
    if (rule->contains &&
        !memmem(reply->prefix, reply->prefix_length, rule->contains, strlen(rule->contains)))
        return false;
    if (rule->mark && !(reply->marks & rule->mark))
        return false;
    if (rule->with_credentials && reply->note.credentials == CREDENTIALS_NONE)
        return false;
    return !(rule->unless_error && reply->error_type[0]);
}

/* A login that HTTP itself demands (RFC 9110, 15.5.2 and 15.5.4), by whoever stands in front: it
 * says nothing of what stands behind. Not where the store itself made the error. */
static const struct refusal_rule any_login = {
    .name = "proxy", .verdict = VERDICT_REFUSED, .status = {401, 403, 407}, .unless_error = true};

const struct refusal_rule *verdict_find_refusal(const struct evidence *evidence)
{
    const struct signature *signature = evidence->signature;
    for (size_t i = 0; i < signature->refusal_count && i < 64; i++)
        if ((evidence->reply.refusal_headers & UINT64_C(1) << i) &&
            refusal_fits(&signature->refusals[i], &evidence->reply))
            return &signature->refusals[i];
    return refusal_fits(&any_login, &evidence->reply) ? &any_login : NULL;
}

/* A later page, a large part of all, or much in one flow. */
static bool is_drained(const struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    bool later_page = (reply->rule && reply->rule->page) || reply->detail.page ||
                      reply->detail.body.page || (evidence->paging && reply->cursor_seen);
    if (later_page && (reply->returned > 0 || reply->values_seen))
        return true;
    if (reply->returned >= DRAINED_RECORDS_REPLY && reply->totals == 1 &&
        reply->returned >= reply->total / 2)
        return true;
    return evidence->returned + reply->returned >= DRAINED_RECORDS_FLOW ||
           (reply->returned > 0 && evidence->gave_bytes + reply->body_bytes >= DRAINED_BYTES_FLOW);
}

static bool has_metadata(const struct reply *reply)
{
    return reply->names_seen || reply->rows > 0 || (reply->totals > 0 && reply->total > 0) ||
           (reply->count_held != FINDING_NO_COUNT && reply->count_held > 0) ||
           (reply->bytes_held != FINDING_NO_COUNT && reply->bytes_held > 0) ||
           (reply->records_all != FINDING_NO_COUNT && reply->records_all > 0);
}

bool verdict_has_content(const struct reply *reply)
{
    return reply->written_seen || reply->returned > 0 || reply->values_seen || has_metadata(reply);
}

/* Whether the status alone says that a write was done. */
static bool says_written(const struct reply *reply)
{
    const struct request_rule *rule = reply->rule;
    if (!rule)
        return false;
    for (size_t i = 0; rule->written[i]; i++)
        if (rule->written[i] == reply->status)
            return true;
    return rule->written_success;
}

static enum verdict judge_content(const struct evidence *evidence, enum request_level level)
{
    const struct reply *reply = &evidence->reply;
    bool product_only = level == LEVEL_REVEALED;
    bool asked = reply->rule && level == LEVEL_WRITE;
    /* Without its request, only a reply that says whose it is can be a write to the store. */
    bool unseen = !reply->rule && verdict_identity(evidence) == IDENTITY_PROVEN;
    bool written = (reply->written_if_asked || says_written(reply)) && !reply->not_written;
    if ((reply->written_seen && (asked || unseen)) || (written && asked))
        return VERDICT_TAMPERED;
    if (level == LEVEL_WRITE || level == LEVEL_OPEN)
        return VERDICT_OPEN;
    if (reply->returned > 0 || reply->values_seen)
        return is_drained(evidence) ? VERDICT_DRAINED : VERDICT_DATA;
    if (reply->detail.help)
        return VERDICT_OPEN;
    if (has_metadata(reply))
        return VERDICT_METADATA;
    bool banner_elsewhere = reply->rule && !reply->rule->own && reply->version[0];
    if (product_only || banner_elsewhere)
        return VERDICT_REVEALED;
    bool read_as_rows = reply->format == BODY_JSON || reply->format == BODY_LINES;
    bool tells = level == LEVEL_METADATA && !(reply->table && read_as_rows);
    if (tells && reply->body_bytes > 0 && !reply_is_empty(reply) &&
        reply->count_held == FINDING_NO_COUNT)
        return VERDICT_METADATA;
    return VERDICT_OPEN;
}

/* Status 200 to 299: the request was executed. */
static enum verdict judge_success(const struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    enum request_level level = reply_level(reply);
    bool counted = reply->totals > 0 || reply->count_held != FINDING_NO_COUNT;
    if (!reply->rule && !counted && !has_metadata(reply))
        level = LEVEL_REVEALED; /* a request that was not seen may have asked for no more */
    if (reply->note.options)
        return VERDICT_REVEALED;
    if (reply->note.head)
        return level == LEVEL_REVEALED ? VERDICT_REVEALED : VERDICT_OPEN;
    if (reply->cut && reply->body_bytes == 0)
        return VERDICT_PROBED;
    if (reply->failed)
        return level == LEVEL_REVEALED ? VERDICT_REVEALED : VERDICT_OPEN;
    return judge_content(evidence, level);
}

/*
 * Errors that are made while a request is read and routed (method, media type, handler, header,
 * parameters common to all): Elasticsearch 6.8 with security on was seen to answer them without
 * asking who it is, so they are no proof that nobody guards the store. No 400 tells by itself on
 * which side of access control it was made.
 */
static bool is_routing_error(const struct reply *reply)
{
    return reply->status == 400 || reply->status == 405 || reply->status == 406 ||
           reply->status == 413 || reply->status == 415;
}

/* An error that the store itself made: behind any access control, but for routing. */
static void judge_error(const struct reply *reply, struct judgement *judgement)
{
    bool not_executed = reply->status == 429 || reply->status == 503 || reply->note.options ||
                        reply->protocol_error;
    bool product_only = reply_level(reply) == LEVEL_REVEALED || reply->status == 401 ||
                        reply->status == 403; /* no proof of an open door, whoever says so */
    judgement->weak = !not_executed && is_routing_error(reply);
    judgement->verdict = not_executed || !reply->rule || (product_only && !judgement->weak)
                             ? VERDICT_REVEALED
                             : VERDICT_OPEN;
}

/* What a rule of the signature makes of a reply; it may say whose the reply is. */
static void judge_by_rule(const struct refusal_rule *rule, struct judgement *judgement)
{
    judgement->verdict = rule->verdict;
    judgement->named = rule->verdict != VERDICT_REFUSED || rule->identity != IDENTITY_NONE;
    if (rule->verdict == VERDICT_REFUSED)
        judgement->protection = rule->name;
    if (rule->identity > judgement->identity)
        judgement->identity = rule->identity;
}

struct judgement verdict_judge(const struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    struct judgement judgement = {.identity = verdict_identity(evidence)};
    if (reply->note.unknown && !reply->body_bytes && reply->status < 400)
        return judgement;
    const struct refusal_rule *rule = verdict_find_refusal(evidence);
    if (rule)
        judge_by_rule(rule, &judgement);
    else if (reply->status >= 200 && reply->status < 300)
        judgement.verdict = judge_success(evidence);
    else if (reply->status >= 400)
        judge_error(reply, &judgement);
    return judgement;
}
