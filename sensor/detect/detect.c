/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The detector: listens to the HTTP inspector, pairs every reply with what its request could
 * prove, and tells a finding each time a flow reaches a higher verdict. A proof is told when its
 * reply ends, or DETECT_TELL_AFTER_NS later while a long reply still runs.
 */
#include "detect/detect.h"

#include "base/text.h"
#include "detect/finding.h"
#include "detect/gains.h"
#include "detect/pool.h"
#include "detect/reply.h"
#include "detect/request.h"
#include "detect/search.h"

#include <stdlib.h>
#include <string.h>

struct detector {
    struct detect_options options;
    struct evidence_pool pool;
    uint32_t reading; /* first flow whose reply is being read, POOL_NONE = none */
    struct search search;
    struct detect_counters counters;
    struct finding finding; /* the one being made: too large for a stack */
};

static uint32_t number_of(const struct detector *detector, const struct evidence *evidence)
{
    return (uint32_t)(evidence - detector->pool.blocks);
}

static void reading_insert(struct detector *detector, struct evidence *evidence)
{
    evidence->reading_before = POOL_NONE;
    evidence->reading_after = detector->reading;
    if (detector->reading != POOL_NONE)
        detector->pool.blocks[detector->reading].reading_before = number_of(detector, evidence);
    detector->reading = number_of(detector, evidence);
    evidence->reply.active = true;
}

static void reading_remove(struct detector *detector, struct evidence *evidence)
{
    if (!evidence->reply.active)
        return;
    if (evidence->reading_before != POOL_NONE)
        detector->pool.blocks[evidence->reading_before].reading_after = evidence->reading_after;
    else
        detector->reading = evidence->reading_after;
    if (evidence->reading_after != POOL_NONE)
        detector->pool.blocks[evidence->reading_after].reading_before = evidence->reading_before;
    evidence->reply.active = false;
}

/* Stands in flow->evidence of a flow that got none: replies would be paired with the wrong requests
 * if it got some in its middle. Never looked into. */
static struct evidence *refused_mark(const struct detector *detector)
{
    return detector->pool.blocks + detector->pool.capacity;
}

static struct evidence *evidence_known(const struct detector *detector, const struct flow *flow)
{
    return flow->evidence == refused_mark(detector) ? NULL : flow->evidence;
}

static struct evidence *evidence_of(struct detector *detector, struct flow *flow)
{
    if (flow->evidence)
        return evidence_known(detector, flow);
    struct evidence *evidence = evidence_take(&detector->pool);
    if (!evidence) {
        detector->counters.flows_refused++;
        flow->evidence = refused_mark(detector);
        return NULL;
    }
    /* Until a reply proves a store, replies are held against the first signature. */
    evidence->signature = detector->options.signatures->signatures[0];
    evidence->flow = flow;
    flow->evidence = evidence;
    return evidence;
}

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
    if (judgement->verdict == VERDICT_REFUSED || judgement->verdict == VERDICT_TAMPERED)
        return true;
    if (reply->note.head)
        return known || (reply->marks & UINT64_C(1) << MARK_BARE_HEADERS) != 0;
    if (reply->status >= 400)
        return known && reply->error_seen;
    return (known || reply->rule->own) && reply->format != BODY_OTHER;
}

static struct judgement judge(struct evidence *evidence)
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

/* Tells the current reply's verdict if the flow had not reached it. */
static void tell_reply(struct detector *detector, struct evidence *evidence,
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

static void copy_header(const struct http_request *request, const char *name, char *text,
                        size_t size)
{
    struct slice value = http_header_find(&request->headers, name);
    if (value.text)
        (void)text_copy(text, size, value.text, value.length);
}

static void on_request(void *context, struct flow *flow, const struct http_request *request,
                       const struct packet *packet)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_of(detector, flow);
    (void)packet;
    if (!evidence)
        return;
    const struct signature_set *set = detector->options.signatures;
    const struct signature *known =
        evidence->identity == IDENTITY_NONE ? NULL : evidence->signature;
    struct request_match match;
    struct request_detail *detail;
    detector->counters.requests += request_match(set, known, request, &match);
    enum credentials credentials = request_credentials(request);
    evidence->credentials_seen |= credentials != CREDENTIALS_NONE;
    struct request_note *note = waiting_add(&evidence->waiting, &detail);
    evidence->body_length = 0;
    if (!note || !detail)
        detector->counters.waiting_dropped++;
    if (!note)
        return;
    note->signature = match.signature;
    note->rule = match.rule;
    note->credentials = (uint8_t)credentials;
    note->head = slice_equals(request->method, "HEAD");
    note->options = slice_equals(request->method, "OPTIONS");
    evidence->partial |= request->resynced;
    if (detail)
        request_read_detail(set->signatures[match.signature], match.rule, match.index, request,
                            detail);
    copy_header(request, "host", evidence->host, sizeof evidence->host);
    copy_header(request, "user-agent", evidence->user_agent, sizeof evidence->user_agent);
}

static void on_request_body(void *context, struct flow *flow, const uint8_t *data, size_t length)
{
    const struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    if (!evidence || evidence->body_length == EVIDENCE_BODY_WINDOW)
        return;
    struct request_detail *detail;
    const struct request_note *note = waiting_newest(&evidence->waiting, &detail);
    size_t room = EVIDENCE_BODY_WINDOW - evidence->body_length;
    size_t taken = length < room ? length : room;
    memcpy(evidence->body + evidence->body_length, data, taken);
    evidence->body_length = (uint16_t)(evidence->body_length + taken);
    if (note)
        request_read_body(detector->options.signatures->signatures[note->signature], evidence->body,
                          evidence->body_length, detail);
}

/* Whether the body of a reply can say anything. */
static bool body_matters(const struct evidence *evidence, const struct http_reply *head)
{
    const struct reply *reply = &evidence->reply;
    if (reply->note.head)
        return false;
    if (!reply->rule && !reply->note.unknown)
        return false;
    if (evidence->identity != IDENTITY_NONE || (reply->rule && reply->rule->own))
        return true;
    struct slice type = http_header_find(&head->headers, "content-type");
    return !type.text || memmem(type.text, type.length, "json", 4) != NULL ||
           slice_starts_nocase(type, "text/plain") || head->status == 401 ||
           (evidence->reply.marks & UINT64_C(1) << MARK_BINARY_TYPE) != 0;
}

/* The reply is held against the signature that its request fits; once the flow is known for a
 * store's, only that one counts. */
static void choose_signature(const struct detector *detector, struct evidence *evidence)
{
    struct request_note *note = &evidence->reply.note;
    if (note->rule == SIGNATURE_NONE)
        return;
    const struct signature *asked = detector->options.signatures->signatures[note->signature];
    if (evidence->identity == IDENTITY_NONE)
        evidence->signature = asked;
    else if (evidence->signature != asked)
        note->rule = SIGNATURE_NONE;
}

/* What the flow came to: its highest verdict without credentials, unless it was more with them. */
static enum credentials session_credentials(const struct evidence *evidence)
{
    return evidence->reached[CREDENTIALS_PRESENTED] > evidence->reached[CREDENTIALS_NONE]
               ? CREDENTIALS_PRESENTED
               : CREDENTIALS_NONE;
}

static void tell_session(struct detector *detector, struct evidence *evidence, uint64_t time_ns,
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

/*
 * Behind a proxy the exchanges of one connection may be of several people: what was not told yet is
 * of who was there before, and what the next one reaches is told again. Bounded, as anybody can
 * write such a header line; what it then says is still said of each finding.
 */
static void change_actor(struct detector *detector, struct evidence *evidence,
                         const struct packet *packet)
{
    const struct request_detail *next = waiting_oldest(&evidence->waiting);
    if (!next || (next->forwarded == evidence->forwarded &&
                  addr_compare(&next->forwarded_for, &evidence->forwarded_for) == 0))
        return;
    if (evidence->exchanges > 0 && evidence->actors_changed < DETECT_ACTORS_MAX) {
        evidence->actors_changed++;
        if (evidence->told && evidence->requests_told < evidence->exchanges)
            tell_session(detector, evidence, packet->time_ns, packet->ordinal);
        memset(evidence->reached, VERDICT_NONE, sizeof evidence->reached);
        evidence->weak_open = false;
    } else if (evidence->exchanges > 0) {
        detector->counters.actors_merged++;
    }
    evidence->forwarded = next->forwarded;
    evidence->forwarded_for = next->forwarded_for;
}

static bool on_reply(void *context, struct flow *flow, const struct http_reply *head,
                     const struct packet *packet)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_of(detector, flow);
    if (!evidence)
        return false;
    struct reply *reply = &evidence->reply;
    reading_remove(detector, evidence);
    search_drop(&detector->search, evidence);
    if (head->request_seen)
        change_actor(detector, evidence, packet);
    if (!head->request_seen || !waiting_take(&evidence->waiting, &reply->note, &reply->detail)) {
        reply->note =
            (struct request_note){.rule = SIGNATURE_NONE, .detail = UINT8_MAX, .unknown = true};
        reply->detail = (struct request_detail){0};
    }
    /* A request that was not seen may have shown what others of the connection did. */
    if (reply->note.unknown && evidence->credentials_seen)
        reply->note.credentials = CREDENTIALS_PRESENTED;
    choose_signature(detector, evidence);
    evidence->exchanges++;
    evidence->reply_ns = packet->time_ns;
    evidence->proof_ns = 0;
    evidence->proof_ordinal = packet->ordinal;
    reply_begin(evidence, head);
    reading_insert(detector, evidence);
    bool wanted = body_matters(evidence, head);
    reply->cut = !wanted && !reply->note.head;
    detector->counters.replies_read += wanted;
    if (wanted)
        search_begin(&detector->search, evidence, packet);
    return wanted;
}

/* Nothing but its shape could make the reply a store's, and its first bytes do not. */
static bool is_hopeless(const struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    bool unknown = evidence->identity == IDENTITY_NONE && !(reply->rule && reply->rule->own);
    return unknown && reply->body_bytes >= DETECT_UNKNOWN_BYTES &&
           verdict_identity(evidence) == IDENTITY_NONE;
}

/* Whether sampling has had its share of this reply. */
static bool is_sampled_enough(const struct detector *detector, const struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    if (detector->options.scan_full)
        return false;
    uint64_t share = reply->returned > 0 ? DETECT_SAMPLE_REPLY : DETECT_SAMPLE_LISTING;
    if (evidence->scanned_bytes >= DETECT_SAMPLE_FLOW)
        share = DETECT_SAMPLE_LEAST;
    return reply->body_bytes >= share;
}

static void tell_waiting_proof(struct detector *detector, struct evidence *evidence,
                               uint64_t time_ns)
{
    if (!evidence->reply.active || time_ns < evidence->reply_ns + DETECT_TELL_AFTER_NS ||
        time_ns < evidence->proof_ns + DETECT_TELL_AFTER_NS)
        return;
    evidence->proof_ns = time_ns;
    struct judgement judgement = judge(evidence);
    /* What a reply that still runs has not said yet it may say later: only content is proof now. */
    if (judgement.verdict >= VERDICT_METADATA && judgement.identity != IDENTITY_NONE &&
        verdict_has_content(&evidence->reply)) {
        gains_keep_product(evidence);
        search_keep(&detector->search, evidence);
        tell_reply(detector, evidence, &judgement, evidence->reply_ns, evidence->proof_ordinal);
    }
}

/*
 * Reading stops between packets, never inside one: only then does the inspector know which part
 * of the body as sent was read, and the rest can be estimated.
 */
static bool on_body(void *context, struct flow *flow, const uint8_t *data, size_t length,
                    const struct packet *packet)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    if (!evidence || !evidence->reply.active)
        return false;
    struct reply *reply = &evidence->reply;
    uint64_t ordinal = packet ? packet->ordinal : 0;
    if (reply->sampled && ordinal != reply->sampled_at)
        return false;
    evidence->scanned_bytes += length;
    bool more = reply_add_body(evidence, data, length);
    search_add(&detector->search, evidence, data, length);
    if (packet)
        tell_waiting_proof(detector, evidence, packet->time_ns);
    if (!reply->sampled && is_sampled_enough(detector, evidence)) {
        reply->sampled = true;
        reply->sampled_at = ordinal;
    }
    if (more && is_hopeless(evidence)) {
        reply->cut = true;
        more = false;
    }
    return more;
}

static bool on_body_gap(void *context, struct flow *flow, uint32_t length)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    (void)length;
    if (!evidence || !evidence->reply.active)
        return false;
    search_skip_gap(&detector->search, evidence);
    return reply_skip_gap(evidence);
}

static void on_reply_end(void *context, struct flow *flow, const struct http_body_totals *totals,
                         const struct packet *packet)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    if (!evidence || !evidence->reply.active)
        return;
    struct reply *reply = &evidence->reply;
    reply->wire_bytes = totals->wire_bytes;
    reply->cut |= totals->end != HTTP_END_COMPLETE || totals->undecodable;
    evidence->partial |= totals->end != HTTP_END_COMPLETE;
    reply_finish(evidence);
    gains_estimate_rest(evidence, totals);
    struct judgement judgement = judge(evidence);
    reading_remove(detector, evidence);
    search_end(&detector->search, evidence, &judgement);
    if (judgement.verdict == VERDICT_NONE) {
        if (evidence->identity == IDENTITY_NONE && !evidence->told) {
            evidence->datasets.count = 0;
            evidence->datasets.dropped = 0;
        }
        return;
    }
    evidence->request_unseen |= reply->note.unknown;
    gains_keep_product(evidence);
    if (judgement.verdict >= VERDICT_OPEN)
        gains_keep_counts(evidence);
    uint64_t time_ns = packet ? packet->time_ns : flow->last_ns;
    gains_keep_returned(evidence, &judgement, time_ns);
    uint64_t ordinal = packet ? packet->ordinal : evidence->proof_ordinal;
    tell_reply(detector, evidence, &judgement, time_ns, ordinal);
}

static void on_lost_reply(void *context, struct flow *flow)
{
    const struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    struct request_note note;
    struct request_detail detail;
    if (!evidence || !waiting_take(&evidence->waiting, &note, &detail) ||
        note.rule == SIGNATURE_NONE ||
        !detector->options.signatures->signatures[note.signature]->requests[note.rule].own)
        return;
    /* While a reply is being read, `detail` is its own. */
    if (evidence->reached[note.credentials] == VERDICT_NONE && !evidence->reply.active) {
        evidence->reached[note.credentials] = VERDICT_PROBED;
        evidence->reply.detail = detail;
        evidence->forwarded = detail.forwarded;
        evidence->forwarded_for = detail.forwarded_for;
    }
}

static void on_ended(void *context, struct flow *flow)
{
    (void)context;
    (void)flow;
}

enum ajar_status detector_new(const struct detect_options *options, struct detector **detector)
{
    struct detector *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->options = *options;
    made->reading = POOL_NONE;
    enum ajar_status status = evidence_pool_init(&made->pool, DETECT_FLOWS_MAX);
    made->search.full = options->scan_full;
    if (status == AJAR_OK)
        status = search_open(&made->search, options->classes, options->samples);
    if (status == AJAR_OK)
        *detector = made;
    else
        detector_free(made);
    return status;
}

void detector_free(struct detector *detector)
{
    if (!detector)
        return;
    evidence_pool_clear(&detector->pool);
    search_close(&detector->search);
    free(detector);
}

struct http_listener detector_http_listener(struct detector *detector)
{
    return (struct http_listener){.context = detector,
                                  .request = on_request,
                                  .request_body = on_request_body,
                                  .reply = on_reply,
                                  .body = on_body,
                                  .body_gap = on_body_gap,
                                  .reply_end = on_reply_end,
                                  .lost_reply = on_lost_reply,
                                  .ended = on_ended};
}

void detector_tick(struct detector *detector, uint64_t time_ns)
{
    for (uint32_t at = detector->reading; at != POOL_NONE;) {
        struct evidence *evidence = &detector->pool.blocks[at];
        at = evidence->reading_after;
        tell_waiting_proof(detector, evidence, time_ns);
    }
}

void detector_close(struct detector *detector, struct flow *flow, enum flow_end end,
                    uint64_t time_ns)
{
    struct evidence *evidence = evidence_known(detector, flow);
    flow->evidence = NULL;
    if (!evidence)
        return;
    reading_remove(detector, evidence);
    evidence->partial |= end == FLOW_END_EVICTED;
    tell_session(detector, evidence, time_ns, evidence->proof_ordinal);
    search_forget(&detector->search, evidence);
    evidence_give(&detector->pool, evidence);
}

void detector_note_gap(struct detector *detector, struct flow *flow)
{
    struct evidence *evidence = evidence_known(detector, flow);
    if (evidence)
        evidence->partial = true;
}

const struct detect_counters *detector_counters(struct detector *detector)
{
    if (detector->search.scanner) {
        const struct scan_counters *scan = scan_counters(detector->search.scanner);
        detector->counters.scans_refused = scan->replies_refused;
        detector->counters.classes_refused = scan->classes_refused;
    }
    return &detector->counters;
}
