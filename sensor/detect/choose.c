/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Candidates of a reply and their trial on its first bytes. What it costs is bounded by
 * CANDIDATES_MAX and TRIAL_BODY_MAX, not by the number of signatures.
 */
#include "detect/choose.h"

#include "detect/credentials.h"
#include "detect/pool.h"
#include "detect/reply.h"
#include "detect/request.h"
#include "detect/verdict.h"
#include "inspect/http_head.h"

#include <stdlib.h>
#include <string.h>

struct trial {
    uint32_t next_free;
    uint16_t status;
    uint16_t head_length;
    uint16_t body_length;
    uint16_t count; /* of candidates */
    uint8_t minor_version;
    uint16_t candidates[CANDIDATES_MAX]; /* numbers in the set */
    struct hint_hits hits;
    char head[TRIAL_HEAD_MAX];
    uint8_t body[TRIAL_BODY_MAX];
};

enum ajar_status chooser_open(struct chooser *chooser, const struct signature_set *set)
{
    *chooser = (struct chooser){.set = set, .free_trial = 0};
    chooser->trials = calloc(TRIALS_MAX, sizeof *chooser->trials);
    chooser->sandbox = calloc(1, sizeof *chooser->sandbox);
    if (!chooser->trials || !chooser->sandbox)
        return AJAR_ERR_MEMORY;
    for (uint32_t i = 0; i < TRIALS_MAX; i++)
        chooser->trials[i].next_free = i + 1 < TRIALS_MAX ? i + 1 : POOL_NONE;
    return hints_scratch_new(set->hints, &chooser->scratch);
}

void chooser_close(struct chooser *chooser)
{
    hints_scratch_free(chooser->scratch);
    free(chooser->sandbox);
    free(chooser->trials);
    *chooser = (struct chooser){0};
}

static bool is_known(const struct evidence *evidence)
{
    return evidence->identity != IDENTITY_NONE;
}

bool choose_is_needed(const struct chooser *chooser, const struct evidence *evidence)
{
    const struct request_note *note = &evidence->reply.note;
    if (!is_known(evidence))
        return true;
    if (note->unknown)
        return false;
    if (note->rule != SIGNATURE_NONE &&
        chooser->set->signatures[note->signature]->requests[note->rule].relay_path)
        return true;
    bool is_own = note->rule != SIGNATURE_NONE &&
                  chooser->set->signatures[note->signature] == evidence->signature;
    return !is_own || evidence->signature->has_expressions || request_form(evidence).length > 0;
}

static void add_candidate(struct chooser *chooser, struct trial *trial, uint16_t signature)
{
    for (size_t i = 0; i < trial->count; i++)
        if (trial->candidates[i] == signature)
            return;
    if (trial->count < CANDIDATES_MAX)
        trial->candidates[trial->count++] = signature;
    else
        chooser->candidates_dropped++;
}

static void add_hinted(struct chooser *chooser, struct trial *trial)
{
    for (size_t i = 0; i < trial->hits.count; i++)
        add_candidate(chooser, trial, trial->hits.list[i].signature);
}

/* Parameters in the body count like those of the query. */
static struct slice join_form(struct slice query, struct slice form,
                              char out[static CATALOGUE_QUERY_MAX])
{
    size_t used = 0;
    const struct slice parts[] = {query, {"&", query.length > 0}, form};
    if (form.length == 0)
        return query;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t room = CATALOGUE_QUERY_MAX - used;
        size_t taken = parts[i].length < room ? parts[i].length : room;
        if (taken > 0)
            memcpy(out + used, parts[i].text, taken);
        used += taken;
    }
    return (struct slice){out, used};
}

/* The request of the reply as far as it was kept; false: its text was not. */
static bool find_matches(const struct chooser *chooser, const struct evidence *evidence,
                         struct catalogue_request *request, struct catalogue_matches *matches)
{
    const struct request_detail *detail = &evidence->reply.detail;
    matches->count = 0;
    if (!detail->url[0])
        return false;
    request->method = (struct slice){detail->method, strlen(detail->method)};
    http_target_split((struct slice){detail->url, strlen(detail->url)}, false, matches->path,
                      &request->path, &request->query);
    request->query = join_form(request->query, request_form(evidence), matches->query);
    catalogue_find(chooser->set->catalogue, request, matches);
    return true;
}

/*
 * A path that others have too makes no candidate: what the reply says does. But where no body
 * will say anything (HEAD, a login demanded) the reply may still tell of a server known before.
 */
static void add_match(struct chooser *chooser, const struct evidence *evidence, struct trial *trial,
                      const struct catalogue_match *match)
{
    const struct request_rule *rule =
        &chooser->set->signatures[match->signature]->requests[match->rule];
    bool says_little = evidence->reply.note.head || trial->status == 401 || trial->status == 403;
    if (rule->own || match->vouched || says_little)
        add_candidate(chooser, trial, match->signature);
}

static void add_asked(struct chooser *chooser, const struct evidence *evidence, struct trial *trial)
{
    const struct request_note *note = &evidence->reply.note;
    if (note->rule != SIGNATURE_NONE)
        add_match(chooser, evidence, trial,
                  &(struct catalogue_match){.signature = note->signature, .rule = note->rule});
    struct catalogue_request request;
    struct catalogue_matches matches;
    if (find_matches(chooser, evidence, &request, &matches))
        for (size_t i = 0; i < matches.count; i++)
            add_match(chooser, evidence, trial, &matches.list[i]);
}

static struct trial *trial_take(struct chooser *chooser)
{
    if (chooser->free_trial == POOL_NONE) {
        chooser->trials_refused++;
        return NULL;
    }
    struct trial *trial = &chooser->trials[chooser->free_trial];
    chooser->free_trial = trial->next_free;
    memset(trial, 0, offsetof(struct trial, hits));
    trial->hits.count = trial->hits.dropped = 0;
    return trial;
}

void choose_drop(struct chooser *chooser, struct evidence *evidence)
{
    struct trial *trial = evidence->trial;
    if (!trial)
        return;
    trial->next_free = chooser->free_trial;
    chooser->free_trial = (uint32_t)(trial - chooser->trials);
    evidence->trial = NULL;
}

/* What no store's reply is made of: pictures, sounds, fonts, style sheets, scripts. */
static bool is_decoration(struct slice type)
{
    static const char *const kinds[] = {"image/",
                                        "audio/",
                                        "video/",
                                        "font/",
                                        "text/css",
                                        "text/javascript",
                                        "application/javascript"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (slice_starts_nocase(type, kinds[i]))
            return true;
    return false;
}

static void keep_text(struct trial *trial, struct slice text)
{
    memcpy(trial->head + trial->head_length, text.text, text.length);
    trial->head_length = (uint16_t)(trial->head_length + text.length);
}

/* The header lines as HTTP/1 sends them, whatever version they came in. */
static void keep_lines(struct trial *trial, const struct http_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct http_header *line = &headers->lines[i];
        size_t needed = line->name.length + line->value.length + 4;
        if (needed > TRIAL_HEAD_MAX - (size_t)trial->head_length)
            continue;
        keep_text(trial, line->name);
        keep_text(trial, (struct slice){": ", 2});
        keep_text(trial, line->value);
        keep_text(trial, (struct slice){"\r\n", 2});
    }
}

bool choose_begin(struct chooser *chooser, struct evidence *evidence, const struct http_reply *head)
{
    struct trial *trial = trial_take(chooser);
    evidence->trial = trial;
    if (!trial)
        return false;
    if (credentials_shown_in_form(chooser->set, request_form(evidence))) {
        evidence->reply.note.credentials = CREDENTIALS_PRESENTED;
        evidence->credentials_seen = true;
    }
    trial->status = head->status;
    trial->minor_version = head->minor_version;
    keep_lines(trial, &head->headers);
    if (is_known(evidence))
        add_candidate(chooser, trial, evidence->signature->number);
    add_asked(chooser, evidence, trial);
    hints_search_head(chooser->set->hints, chooser->scratch, trial->head, trial->head_length,
                      &trial->hits);
    add_hinted(chooser, trial);
    if (evidence->reply.note.head)
        return false;
    return trial->count > 0 || !is_decoration(http_header_find(&head->headers, "content-type"));
}

size_t choose_add(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct trial *trial = evidence->trial;
    size_t room = TRIAL_BODY_MAX - trial->body_length;
    size_t taken = length < room ? length : room;
    memcpy(trial->body + trial->body_length, data, taken);
    trial->body_length = (uint16_t)(trial->body_length + taken);
    return taken;
}

bool choose_is_due(const struct evidence *evidence)
{
    return evidence->trial->body_length == TRIAL_BODY_MAX;
}

struct slice choose_body(const struct evidence *evidence)
{
    const struct trial *trial = evidence->trial;
    return (struct slice){trial ? (const char *)trial->body : NULL, trial ? trial->body_length : 0};
}

static uint64_t texts_of(const struct trial *trial, uint16_t signature)
{
    for (size_t i = 0; i < trial->hits.count; i++)
        if (trial->hits.list[i].signature == signature)
            return trial->hits.list[i].texts;
    return 0;
}

/* The head as it was when the trial began. */
static void read_head(const struct trial *trial, struct http_reply *head)
{
    struct http_framing framing = {0};
    struct cursor c = cursor_over((const uint8_t *)trial->head, trial->head_length);
    *head = (struct http_reply){.status = trial->status, .minor_version = trial->minor_version};
    http_headers_parse(&c, &head->headers, &framing);
}

/* What the chosen signature reads in the request, unless it was the one that read it already; the
 * request's body is there as long as no other request followed. */
static void read_request(struct evidence *evidence, const struct choice *choice)
{
    struct request_note *note = &evidence->reply.note;
    struct request_detail *detail = &evidence->reply.detail;
    bool was_read = note->signature == choice->signature && note->rule == choice->match.rule &&
                    request_form(evidence).length == 0;
    note->rule = choice->match.rule;
    if (was_read || !detail->url[0])
        return;
    request_read_rule(evidence->signature, &choice->match, detail);
    if (waiting_is_empty(&evidence->waiting))
        request_read_body(evidence->signature, evidence->body, evidence->body_length, detail);
}

static void begin_with(const struct chooser *chooser, struct evidence *evidence,
                       const struct choice *choice, const struct http_reply *head)
{
    struct request_note *note = &evidence->reply.note;
    if (choice->fits)
        evidence->signature = chooser->set->signatures[choice->signature];
    if (choice->fits && choice->has_rule)
        read_request(evidence, choice);
    else
        note->rule = SIGNATURE_NONE;
    if (choice->fits)
        note->signature = choice->signature;
    reply_begin(evidence, head);
    evidence->reply.texts_matched = choice->texts;
}

void choose_apply(const struct chooser *chooser, struct evidence *evidence,
                  const struct choice *choice)
{
    struct http_reply head = {.status = 0};
    if (evidence->trial)
        read_head(evidence->trial, &head);
    begin_with(chooser, evidence, choice, &head);
}

/* What the request asks of a candidate. */
static void find_rule(const struct chooser *chooser, const struct evidence *evidence,
                      const struct catalogue_request *request,
                      const struct catalogue_matches *matches, struct choice *choice)
{
    const struct request_note *note = &evidence->reply.note;
    for (size_t i = 0; i < matches->count && !choice->has_rule; i++)
        if (matches->list[i].signature == choice->signature) {
            choice->match = matches->list[i];
            choice->has_rule = true;
        }
    if (choice->has_rule)
        return;
    if (request->method.length > 0) {
        choice->has_rule =
            catalogue_find_one(chooser->set->catalogue, choice->signature, request, &choice->match);
    } else if (note->rule != SIGNATURE_NONE && note->signature == choice->signature) {
        choice->match = (struct catalogue_match){.signature = note->signature, .rule = note->rule};
        choice->has_rule = true;
    }
}

/* Whether the store behind a relay answers, whatever the relay says of itself beside that. */
static bool answers_relayed(const struct choice *choice)
{
    return choice->has_rule && choice->match.relayed && choice->identity != IDENTITY_NONE;
}

/* Whether the reply takes the connection away from the store that it is known for: another one
 * proves itself, and that one does not or has no such path. */
static bool outdoes(const struct choice *tried, const struct choice *known)
{
    if (answers_relayed(tried))
        return true;
    return tried->identity == IDENTITY_PROVEN &&
           (known->identity != IDENTITY_PROVEN || (tried->is_own && !known->has_rule));
}

/* Lets a candidate read the first bytes. Returns how much the reply says of it, 0 = nothing. */
static unsigned weigh(struct chooser *chooser, const struct evidence *evidence,
                      const struct http_reply *head, bool complete, struct choice *choice)
{
    const struct trial *trial = evidence->trial;
    struct evidence *sandbox = chooser->sandbox;
    sandbox->identity = IDENTITY_NONE;
    sandbox->datasets.count = 0;
    sandbox->datasets.dropped = 0;
    sandbox->reply.note = evidence->reply.note;
    sandbox->reply.detail = evidence->reply.detail;
    sandbox->waiting.count = evidence->waiting.count;
    sandbox->waiting.overflow = evidence->waiting.overflow;
    sandbox->body_length = evidence->body_length;
    memcpy(sandbox->body, evidence->body, evidence->body_length);
    begin_with(chooser, sandbox, choice, head);
    (void)reply_add_body(sandbox, trial->body, trial->body_length);
    sandbox->reply.cut = !complete;
    reply_finish(sandbox);
    choice->identity = verdict_identity(sandbox);
    const struct refusal_rule *refusal = verdict_find_refusal(sandbox);
    if (refusal && refusal->identity > choice->identity)
        choice->identity = refusal->identity;
    const struct request_rule *rule = sandbox->reply.rule;
    unsigned marks = (unsigned)__builtin_popcountll(sandbox->reply.marks >> MARKS_BUILTIN);
    choice->is_own = rule && rule->own && !rule->fallback;
    /* A path as it stands says more than one behind a prefix. */
    unsigned own = !choice->is_own ? 0 : choice->match.behind_prefix ? 500 : 1000;
    return (answers_relayed(choice) ? 100000 : 0) + (unsigned)choice->identity * 10000 +
           (refusal ? 2000 : 0) + own + marks * 10 + (rule ? 1 : 0);
}

void choose_find(struct chooser *chooser, const struct evidence *evidence, bool complete,
                 struct catalogue_matches *matches, struct choice *choice)
{
    struct trial *trial = evidence->trial;
    struct catalogue_request request = {.method = {NULL, 0}};
    struct http_reply head;
    *choice = (struct choice){.fits = false};
    if (!trial)
        return;
    hints_search_body(chooser->set->hints, chooser->scratch, trial->body, trial->body_length,
                      &trial->hits);
    add_hinted(chooser, trial);
    (void)find_matches(chooser, evidence, &request, matches);
    read_head(trial, &head);
    unsigned best = 0;
    for (size_t i = 0; i < trial->count; i++) {
        struct choice tried = {.fits = true,
                               .signature = trial->candidates[i],
                               .texts = texts_of(trial, trial->candidates[i])};
        find_rule(chooser, evidence, &request, matches, &tried);
        unsigned weight = weigh(chooser, evidence, &head, complete, &tried);
        bool keeps = i == 0 && is_known(evidence) && weight > 0;
        if (is_known(evidence) && i > 0 && !outdoes(&tried, choice))
            continue;
        if (weight > best || keeps) {
            best = weight;
            *choice = tried;
        }
    }
}
