/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reply is worth becomes a finding: whether it may speak at all, whether the flow reached
 * it before, and the session when the flow ends. Between the judgement and the ledger.
 */
#include "detect/tell.h"

#include "base/text.h"
#include "detect/finding.h"
#include "detect/reply.h"

#include <string.h>

/* Everything known of the flow into detector->finding. */
static void fill(struct detector *detector, struct evidence *evidence, enum finding_kind kind)
{
    finding_fill(evidence, evidence->flow, kind, &detector->finding);
    search_fill(&detector->search, evidence, &detector->finding);
}

static void tell(struct detector *detector, struct evidence *evidence, uint64_t time_ns,
                 uint64_t ordinal)
{
    struct finding *finding = &detector->finding;
    const struct flow *flow = evidence->flow;
    finding->time_ns = time_ns;
    finding->ordinal = ordinal;
    if (detector->options.application_name) {
        const char *name = detector->options.application_name(detector->options.application_context,
                                                              flow->application);
        (void)text_copy(finding->application, sizeof finding->application, name, strlen(name));
    }
    search_mask(&detector->search, finding);
    detector->counters.findings++;
    evidence->told = true;
    detector->options.listener(detector->options.context, finding);
}

/*
 * JSON without anything of what was asked for: some server that answers every path. What speaks
 * for the store is then only that the server is known, and nothing if no part of it is the store's.
 */
static bool has_no_shape(const struct reply *reply)
{
    if (!reply->rule || (reply->format != BODY_JSON && reply->format != BODY_XML) ||
        reply_is_empty(reply) || reply->failed)
        return false;
    if (reply->table)
        return reply->rows == 0;
    return reply_level(reply) == LEVEL_DATA && !reply->rule->document &&
           !verdict_has_content(reply) && reply->totals == 0;
}

/*
 * Whether a reply that does not say whose it is may still speak: on a connection that was
 * identified before, or for a server that the ledger may know. A page of HTML never does.
 */
static bool may_speak(const struct evidence *evidence, const struct judgement *judgement)
{
    const struct reply *reply = &evidence->reply;
    bool known = evidence->identity != IDENTITY_NONE;
    if (judgement->identity != IDENTITY_NONE)
        return true;
    if (!reply->rule)
        return false;
    bool confirmed = reply->written_seen || reply->written_if_asked;
    if (judgement->verdict == VERDICT_REFUSED ||
        (judgement->verdict == VERDICT_TAMPERED && confirmed))
        return true;
    if (reply->note.head)
        return known || (reply->marks & UINT64_C(1) << MARK_BARE_HEADERS) != 0;
    if (reply->status >= 400)
        return known && reply->error_seen;
    return (known || reply->rule->own) && reply->format != BODY_OTHER;
}

struct judgement tell_judge(const struct evidence *evidence)
{
    struct judgement judgement = verdict_judge(evidence);
    if (judgement.identity != IDENTITY_PROVEN && !judgement.named &&
        has_no_shape(&evidence->reply)) {
        judgement.identity = IDENTITY_NONE;
        if (evidence->reply.marks >> MARKS_BUILTIN == 0)
            judgement.verdict = VERDICT_NONE;
    }
    if (!may_speak(evidence, &judgement))
        judgement.verdict = VERDICT_NONE;
    return judgement;
}

void tell_reply(struct detector *detector, struct evidence *evidence,
                const struct judgement *judgement, uint64_t time_ns, uint64_t ordinal)
{
    unsigned shown = evidence->reply.note.credentials;
    if (judgement->identity != IDENTITY_NONE && evidence->identity == IDENTITY_NONE) {
        /* What was told until now could have been anything's: the store begins anew. */
        memset(evidence->reached, VERDICT_NONE, sizeof evidence->reached);
        evidence->weak_open = false;
    }
    if (judgement->identity > evidence->identity)
        evidence->identity = judgement->identity;
    if (judgement->verdict <= evidence->reached[shown] ||
        (judgement->weak && (evidence->weak_open || evidence->reached[shown] == VERDICT_REFUSED)))
        return;
    /* A weak proof leaves room below it: the refusal that may follow must still be told. */
    evidence->reached[shown] = (uint8_t)(judgement->weak ? VERDICT_REVEALED : judgement->verdict);
    evidence->weak_open |= judgement->weak;
    fill(detector, evidence, FINDING_QUERY);
    detector->finding.verdict = (uint8_t)judgement->verdict;
    detector->finding.credentials = (uint8_t)shown;
    detector->finding.weak = judgement->weak;
    finding_add_reply(evidence, judgement, &detector->finding);
    tell(detector, evidence, time_ns, ordinal);
}

/* What the flow came to: its highest verdict without credentials, unless it was more with them. */
static enum credentials session_credentials(const struct evidence *evidence)
{
    return evidence->reached[CREDENTIALS_PRESENTED] > evidence->reached[CREDENTIALS_NONE]
               ? CREDENTIALS_PRESENTED
               : CREDENTIALS_NONE;
}

void tell_session(struct detector *detector, struct evidence *evidence, uint64_t time_ns,
                  uint64_t ordinal)
{
    struct finding *finding = &detector->finding;
    enum credentials shown = session_credentials(evidence);
    if (evidence->reached[shown] == VERDICT_NONE)
        return;
    /* Nobody answered: what was asked for is all there is to say. */
    if (evidence->reached[shown] == VERDICT_PROBED && evidence->identity == IDENTITY_NONE)
        evidence->identity = IDENTITY_LIKELY;
    bool only_probed = !evidence->told;
    fill(detector, evidence, only_probed ? FINDING_QUERY : FINDING_SESSION);
    finding->verdict = evidence->reached[shown];
    finding->weak = evidence->weak_open && finding->verdict == VERDICT_REVEALED;
    if (finding->weak)
        finding->verdict = VERDICT_OPEN;
    finding->credentials = (uint8_t)shown;
    memcpy(finding->method, evidence->reply.detail.method, sizeof finding->method);
    memcpy(finding->url, evidence->reply.detail.url, sizeof finding->url);
    tell(detector, evidence, time_ns, ordinal);
}
