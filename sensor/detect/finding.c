/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings are flat copies: nothing in them points back here. Evidence words are short facts a
 * person can check against the capture ("200", "hits.hits[1000]").
 */
#include "detect/finding.h"

#include "detect/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add_word(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_word(struct finding *finding, const char *format, ...)
{
    if (finding->evidence_count == FINDING_EVIDENCE_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(finding->evidence[finding->evidence_count++], sizeof finding->evidence[0],
                    format, arguments);
    va_end(arguments);
}

static void fill_ends(const struct flow *flow, struct finding *finding)
{
    unsigned client = flow->client;
    unsigned server = flow_other_side(client);
    finding->client = flow->addr[client];
    finding->server = flow->addr[server];
    finding->client_port = flow->port[client];
    finding->server_port = flow->port[server];
    finding->client_bytes = flow->side[client].bytes;
    finding->server_bytes = flow->side[server].bytes;
    finding->transport = flow->protocol;
    finding->client_by = flow->client_by;
    finding->midstream = flow->midstream;
    finding->first_ns = flow->first_ns;
    finding->risks = flow->risks;
}

static void fill_counts(struct evidence *evidence, struct finding *finding)
{
    finding->records = evidence->records;
    finding->records_source = evidence->records_source;
    finding->returned = evidence->returned;
    finding->returned_new = evidence->returned - evidence->returned_told;
    finding->gave_bytes = evidence->gave_bytes;
    finding->gave_bytes_new = evidence->gave_bytes - evidence->gave_bytes_told;
    finding->requests = evidence->exchanges;
    finding->requests_new = evidence->exchanges - evidence->requests_told;
    evidence->returned_told = evidence->returned;
    evidence->gave_bytes_told = evidence->gave_bytes;
    evidence->requests_told = evidence->exchanges;
}

static void fill_datasets(struct dataset_list *datasets, struct finding *finding)
{
    finding->dataset_count = datasets->count;
    finding->datasets_dropped = datasets->dropped;
    memcpy(finding->datasets, datasets->list, datasets->count * sizeof finding->datasets[0]);
    for (size_t i = 0; i < datasets->count; i++) {
        finding->datasets[i].returned_new = datasets->list[i].returned - datasets->told[i];
        datasets->told[i] = datasets->list[i].returned;
    }
}

void finding_fill(struct evidence *evidence, const struct flow *flow, enum finding_kind kind,
                  struct finding *finding)
{
    memset(finding, 0, offsetof(struct finding, datasets));
    finding->kind = (uint8_t)kind;
    finding->identity = (uint8_t)evidence->identity;
    finding->credentials_seen = evidence->credentials_seen;
    finding->forwarded = evidence->forwarded;
    if (evidence->forwarded)
        finding->forwarded_for = evidence->forwarded_for;
    finding->partial = evidence->partial;
    finding->sampled = evidence->sampled;
    finding->request_unseen = evidence->request_unseen;
    finding->proof_ns = evidence->gave_ns;
    finding->exchange = evidence->exchanges;
    fill_ends(flow, finding);
    fill_counts(evidence, finding);
    (void)snprintf(finding->store, sizeof finding->store, "%s", evidence->signature->name);
    finding->kind_weight = evidence->signature->severity;
    memcpy(finding->product, evidence->product, sizeof finding->product);
    memcpy(finding->version, evidence->version, sizeof finding->version);
    memcpy(finding->cluster_id, evidence->cluster_id, sizeof finding->cluster_id);
    memcpy(finding->cluster_name, evidence->cluster_name, sizeof finding->cluster_name);
    memcpy(finding->host, evidence->host, sizeof finding->host);
    memcpy(finding->user_agent, evidence->user_agent, sizeof finding->user_agent);
    fill_datasets(&evidence->datasets, finding);
}

static bool is_ransom(const struct signature *signature, const char *text)
{
    for (size_t i = 0; signature->ransom[i]; i++)
        if (strcasestr(text, signature->ransom[i]))
            return true;
    return false;
}

static void add_evidence(const struct evidence *evidence, const struct judgement *judgement,
                         struct finding *finding)
{
    const struct reply *reply = &evidence->reply;
    add_word(finding, "%u", (unsigned)reply->status);
    if (reply->returned > 0)
        add_word(finding, "records[%llu]", (unsigned long long)reply->returned);
    else if (reply->values_seen)
        add_word(finding, "values");
    if (reply->totals == 1)
        add_word(finding, "total %s%llu", reply->lower_bound ? ">=" : "",
                 (unsigned long long)reply->total);
    if (reply->rows > 0)
        add_word(finding, "listed %u", (unsigned)reply->rows);
    if (reply->cursor_seen)
        add_word(finding, "cursor");
    if (reply->written_seen)
        add_word(finding, "write confirmed");
    if (reply->error_type[0])
        add_word(finding, "%.44s", reply->error_type);
    if (judgement->protection)
        add_word(finding, "%.44s", judgement->protection);
    if (judgement->verdict == VERDICT_TAMPERED && is_ransom(evidence->signature, reply->detail.url))
        add_word(finding, "ransom name");
}

/* What the request would have got from a store that lets everybody in. */
static enum verdict asked_for(const struct reply *reply)
{
    static const enum verdict verdicts[] = {
        [LEVEL_REVEALED] = VERDICT_REVEALED, [LEVEL_OPEN] = VERDICT_OPEN,
        [LEVEL_METADATA] = VERDICT_METADATA, [LEVEL_DATA] = VERDICT_DATA,
        [LEVEL_WRITE] = VERDICT_TAMPERED,
    };
    if (!reply->rule)
        return VERDICT_NONE;
    enum request_level level = reply_level(reply);
    return verdicts[level == LEVEL_DATA && reply->detail.body.names ? LEVEL_METADATA : level];
}

void finding_add_reply(const struct evidence *evidence, const struct judgement *judgement,
                       struct finding *finding)
{
    const struct reply *reply = &evidence->reply;
    finding->status = reply->status;
    finding->asked = (uint8_t)asked_for(reply);
    finding->body_bytes = reply->wire_bytes ? reply->wire_bytes : reply->body_bytes;
    memcpy(finding->method, reply->detail.method, sizeof finding->method);
    memcpy(finding->url, reply->detail.url, sizeof finding->url);
    if (judgement->protection)
        (void)snprintf(finding->protection, sizeof finding->protection, "%s",
                       judgement->protection);
    add_evidence(evidence, judgement, finding);
}
