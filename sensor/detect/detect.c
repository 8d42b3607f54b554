/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The detector: listens to the HTTP inspector, pairs every reply with what its request could
 * prove, and tells a finding each time a flow reaches a higher verdict. A proof is told when its
 * reply ends, or DETECT_TELL_AFTER_NS later while a long reply still runs.
 */
#include "detect/detect.h"

#include "base/text.h"
#include "detect/credentials.h"
#include "detect/gains.h"
#include "detect/reply.h"
#include "detect/request.h"
#include "detect/tell.h"

#include <stdlib.h>
#include <string.h>

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

static void copy_header(const struct http_request *request, const char *name, char *text,
                        size_t size)
{
    struct slice value = http_header_find(&request->headers, name);
    if (value.text)
        (void)text_copy(text, size, value.text, value.length);
}

/* What the request asks: of the store that the connection is known for, else of the one that fits
 * best; NULL = of none. */
static const struct catalogue_match *find_request(const struct detector *detector,
                                                  const struct evidence *evidence,
                                                  const struct http_request *request,
                                                  struct catalogue_matches *matches)
{
    struct catalogue_request asked = {request->method, request->path, request->query};
    catalogue_find(detector->options.signatures->catalogue, &asked, matches);
    for (size_t i = 0; i < matches->count && evidence->identity != IDENTITY_NONE; i++)
        if (matches->list[i].signature == evidence->signature->number)
            return &matches->list[i];
    return matches->count > 0 ? &matches->list[0] : NULL;
}

static void on_request(void *context, struct flow *flow, const struct http_request *request,
                       const struct packet *packet)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_of(detector, flow);
    (void)packet;
    if (!evidence)
        return;
    struct catalogue_matches matches;
    const struct catalogue_match *match = find_request(detector, evidence, request, &matches);
    struct request_detail *detail;
    detector->counters.requests += match != NULL;
    enum credentials credentials = credentials_shown(detector->options.signatures, request)
                                       ? CREDENTIALS_PRESENTED
                                       : CREDENTIALS_NONE;
    evidence->credentials_seen |= credentials != CREDENTIALS_NONE;
    struct request_note *note = waiting_add(&evidence->waiting, &detail);
    evidence->body_length = 0;
    if (!note || !detail)
        detector->counters.waiting_dropped++;
    if (!note)
        return;
    note->signature = match ? match->signature : 0;
    note->rule = match ? match->rule : SIGNATURE_NONE;
    note->credentials = (uint8_t)credentials;
    note->head = slice_equals(request->method, "HEAD");
    note->options = slice_equals(request->method, "OPTIONS");
    evidence->partial |= request->resynced;
    if (detail)
        request_keep(detector->options.signatures, request, detail);
    if (detail && match)
        request_read_rule(detector->options.signatures->signatures[match->signature], match,
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

/* A reply of the store that the connection is known for; or one for whose trial there is no room:
 * it is held against the signature that was asked for, by its head alone. */
static void begin_untried(const struct detector *detector, struct evidence *evidence,
                          const struct http_reply *head)
{
    struct request_note *note = &evidence->reply.note;
    const struct signature *asked = detector->options.signatures->signatures[note->signature];
    if (note->rule != SIGNATURE_NONE && evidence->identity == IDENTITY_NONE)
        evidence->signature = asked;
    else if (evidence->signature != asked)
        note->rule = SIGNATURE_NONE;
    reply_begin(evidence, head);
    evidence->reply.cut = evidence->identity == IDENTITY_NONE && !note->head;
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
    if (!evidence->reply.active || evidence->trial ||
        time_ns < evidence->reply_ns + DETECT_TELL_AFTER_NS ||
        time_ns < evidence->proof_ns + DETECT_TELL_AFTER_NS)
        return;
    evidence->proof_ns = time_ns;
    struct judgement judgement = tell_judge(evidence);
    /* What a reply that still runs has not said yet it may say later: only content is proof now. */
    if (judgement.verdict >= VERDICT_METADATA && judgement.identity != IDENTITY_NONE &&
        verdict_has_content(&evidence->reply)) {
        gains_keep_product(evidence);
        search_keep(&detector->search, evidence);
        tell_reply(detector, evidence, &judgement, evidence->reply_ns, evidence->proof_ordinal);
    }
}

/*
 * The next bytes of a body for the signature that reads it. Reading stops between packets, never
 * inside one: only then does the inspector know which part of the body as sent was read, and the
 * rest can be estimated.
 */
static bool read_body(struct detector *detector, struct evidence *evidence, const uint8_t *data,
                      size_t length, const struct packet *packet)
{
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

/* The connection turns out to lead to another store, as behind a proxy: what is known of the one
 * before is told, without the request that is the other's, and the other begins anew. */
static void change_store(struct detector *detector, struct evidence *evidence)
{
    const struct request_detail detail = evidence->reply.detail;
    evidence->reply.detail = (struct request_detail){0};
    evidence->exchanges--; /* the one being read is the other store's */
    if (evidence->told && evidence->requests_told < evidence->exchanges)
        tell_session(detector, evidence, evidence->reply_ns, evidence->proof_ordinal);
    search_forget(&detector->search, evidence);
    evidence_begin_store(evidence);
    evidence->reply.detail = detail;
    evidence->credentials_seen = evidence->reply.note.credentials != CREDENTIALS_NONE;
}

/* How much of the body there is when its signature is chosen. */
enum settle {
    SETTLE_COMPLETE, /* all */
    SETTLE_PART,     /* as much as is looked at, or as will come */
    SETTLE_WAITING,  /* more may come: only a signature that is sure is chosen now */
};

/* The reply goes to the signature that fits it best, with what was kept of its body. Returns
 * whether more of the body is wanted; SETTLE_WAITING: whether it was chosen. */
static bool settle(struct detector *detector, struct evidence *evidence, enum settle when,
                   const struct packet *packet)
{
    const struct signature_set *set = detector->options.signatures;
    struct catalogue_matches matches;
    struct choice choice;
    choose_find(&detector->chooser, evidence, when == SETTLE_COMPLETE, &matches, &choice);
    bool unsure = !choice.fits || choice.identity == IDENTITY_NONE;
    if (when == SETTLE_WAITING && unsure && !choice.is_own)
        return false;
    if (choice.fits && evidence->identity != IDENTITY_NONE &&
        set->signatures[choice.signature] != evidence->signature)
        change_store(detector, evidence);
    choose_apply(&detector->chooser, evidence, &choice);
    struct reply *reply = &evidence->reply;
    struct slice body = choose_body(evidence);
    if (choice.fits && !reply->note.head)
        search_begin(&detector->search, evidence);
    bool more = choice.fits &&
                read_body(detector, evidence, (const uint8_t *)body.text, body.length, packet);
    reply->cut |= !choice.fits && !reply->note.head;
    choose_drop(&detector->chooser, evidence);
    return more || when == SETTLE_WAITING;
}

/* A reply that pauses in its first bytes. One that pauses too long is chosen for by what there is:
 * its trial is needed for others. */
static void settle_waiting(struct detector *detector, struct evidence *evidence, uint64_t time_ns)
{
    if (!evidence->trial || time_ns < evidence->reply_ns + DETECT_TELL_AFTER_NS)
        return;
    if (time_ns >= evidence->reply_ns + DETECT_TRIAL_NS)
        evidence->reply.given_up = !settle(detector, evidence, SETTLE_PART, NULL);
    else if (time_ns >= evidence->proof_ns + DETECT_TELL_AFTER_NS &&
             !settle(detector, evidence, SETTLE_WAITING, NULL))
        evidence->proof_ns = time_ns;
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
    choose_drop(&detector->chooser, evidence);
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
    evidence->exchanges++;
    evidence->reply_ns = packet->time_ns;
    evidence->proof_ns = 0;
    evidence->proof_ordinal = packet->ordinal;
    bool wanted = !reply->note.head;
    if (choose_is_needed(&detector->chooser, evidence))
        wanted = choose_begin(&detector->chooser, evidence, head);
    if (!evidence->trial)
        begin_untried(detector, evidence, head);
    reading_insert(detector, evidence);
    /* What no store's reply is made of, however long it takes, keeps no trial from others. */
    if (evidence->trial && !wanted && !reply->note.head)
        (void)settle(detector, evidence, SETTLE_PART, packet);
    detector->counters.replies_read += wanted;
    if (wanted && !evidence->trial)
        search_begin(&detector->search, evidence);
    return wanted;
}

static bool on_body(void *context, struct flow *flow, const uint8_t *data, size_t length,
                    const struct packet *packet)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    if (!evidence || !evidence->reply.active || evidence->reply.given_up)
        return false;
    if (!evidence->trial)
        return read_body(detector, evidence, data, length, packet);
    size_t taken = choose_add(evidence, data, length);
    if (!choose_is_due(evidence))
        return true;
    bool more = settle(detector, evidence, SETTLE_PART, packet);
    return more && taken < length
               ? read_body(detector, evidence, data + taken, length - taken, packet)
               : more;
}

static bool on_body_gap(void *context, struct flow *flow, uint32_t length)
{
    struct detector *detector = context;
    struct evidence *evidence = evidence_known(detector, flow);
    (void)length;
    if (!evidence || !evidence->reply.active || evidence->reply.given_up)
        return false;
    if (evidence->trial && !settle(detector, evidence, SETTLE_PART, NULL))
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
    if (evidence->trial)
        (void)settle(detector, evidence,
                     totals->end == HTTP_END_COMPLETE && !totals->undecodable ? SETTLE_COMPLETE
                                                                              : SETTLE_PART,
                     packet);
    struct reply *reply = &evidence->reply;
    reply->wire_bytes = totals->wire_bytes;
    reply->cut |= totals->end != HTTP_END_COMPLETE || totals->undecodable;
    evidence->partial |= totals->end != HTTP_END_COMPLETE;
    reply_finish(evidence);
    gains_estimate_rest(evidence, totals);
    struct judgement judgement = tell_judge(evidence);
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
        if (evidence->identity == IDENTITY_NONE)
            evidence->signature = detector->options.signatures->signatures[note.signature];
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
        status = chooser_open(&made->chooser, options->signatures);
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
    chooser_close(&detector->chooser);
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
        settle_waiting(detector, evidence, time_ns);
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
    choose_drop(&detector->chooser, evidence);
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
    detector->counters.trials_refused = detector->chooser.trials_refused;
    detector->counters.candidates_dropped = detector->chooser.candidates_dropped;
    if (detector->search.scanner) {
        const struct scan_counters *scan = scan_counters(detector->search.scanner);
        detector->counters.scans_refused = scan->replies_refused;
        detector->counters.classes_refused = scan->classes_refused;
    }
    return &detector->counters;
}
