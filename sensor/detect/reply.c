/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reply into facts. JSON goes through the streaming scanner with the plan of the request; text
 * listings through listing.c; YAML, CBOR and SMILE through binary.c.
 */
#include "detect/reply.h"

#include "base/text.h"
#include "detect/verdict.h"

#include <string.h>

static void row_begin(struct reply *reply, const char *name, size_t length)
{
    reply->row =
        (struct dataset_row){.open = true, .records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    (void)text_copy(reply->row.name, sizeof reply->row.name, name, length);
}

static void row_end(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    struct dataset_row *row = &reply->row;
    row->open = false;
    if (row->unproven)
        return;
    reply->names_seen |= row->name[0] != '\0' || row->records != FINDING_NO_COUNT;
    if (row->records != FINDING_NO_COUNT) {
        reply->rows_counted = true;
        count_add(&reply->rows_records, row->records);
    }
    struct finding_dataset *dataset =
        dataset_find(&evidence->datasets, row->name, strlen(row->name));
    reply->rows++;
    if (!dataset)
        return;
    if (row->records != FINDING_NO_COUNT)
        dataset_set_records(dataset, row->records, COUNT_LISTING);
    if (row->bytes != FINDING_NO_COUNT)
        dataset->bytes = row->bytes;
}

static void note_dataset(struct evidence *evidence, const char *name, size_t length)
{
    (void)dataset_find(&evidence->datasets, name, length);
    evidence->reply.names_seen |= length > 0;
}

/* The data set of the record told last, or of the one that follows. */
static void note_record_dataset(struct evidence *evidence, const struct json_event *event)
{
    struct reply *reply = &evidence->reply;
    if (event->kind != JSON_STRING)
        return;
    reply->current = dataset_find(&evidence->datasets, event->text, event->length);
    if (reply->unassigned > 0 && reply->current) {
        reply->current->returned++;
        reply->unassigned--;
    }
}

static void note_document(struct evidence *evidence, const struct json_event *event)
{
    struct reply *reply = &evidence->reply;
    if (event->kind == JSON_NULL)
        return;
    reply->returned++;
    if (reply->current)
        reply->current->returned++;
    else
        reply->unassigned++;
}

static void note_number(struct evidence *evidence, enum role role, const struct json_event *event)
{
    struct reply *reply = &evidence->reply;
    uint64_t number;
    bool is_size = role == ROLE_BYTES || role == ROLE_BYTES_ALL;
    if (event->kind != JSON_NUMBER && event->kind != JSON_STRING)
        return;
    if (is_size ? !size_read(event->text, event->length, &number)
                : !number_read(event->text, event->length, &number))
        return;
    if (role == ROLE_RECORDS && reply->row.open)
        reply->row.records = number;
    else if (role == ROLE_RECORDS)
        reply->count_held = number;
    else if (role == ROLE_BYTES && reply->row.open)
        reply->row.bytes = number;
    else if (role == ROLE_RECORDS_ALL)
        reply->records_all = number;
}

static void note_total(struct reply *reply, const struct json_event *event)
{
    uint64_t number;
    if (event->kind != JSON_NUMBER || !number_read(event->text, event->length, &number))
        return;
    count_add(&reply->total, number);
    reply->totals++;
}

static bool is_true_or_positive(const struct json_event *event)
{
    return event->kind == JSON_TRUE ||
           (event->kind == JSON_NUMBER && event->length > 0 && event->text[0] != '0');
}

static void copy_event(char *destination, size_t size, const struct json_event *event)
{
    if (event->kind == JSON_STRING && event->length > 0)
        (void)text_copy(destination, size, event->text, event->length);
}

/* What the store is: these never prove anything about its content. */
static void note_product_fact(struct reply *reply, enum role role, const struct json_event *event)
{
    if (role == ROLE_VERSION)
        copy_event(reply->version, sizeof reply->version, event);
    else if (role == ROLE_CLUSTER_NAME)
        copy_event(reply->cluster_name, sizeof reply->cluster_name, event);
    else if (role == ROLE_CLUSTER_ID)
        copy_event(reply->cluster_id, sizeof reply->cluster_id, event);
    else if (role == ROLE_ERROR_TYPE)
        copy_event(reply->error_type, sizeof reply->error_type, event);
    else if (role == ROLE_ERROR_REASON && !reply->error_reason[0])
        copy_event(reply->error_reason, sizeof reply->error_reason, event);
}

static void note_role(struct evidence *evidence, enum role role, const struct json_event *event)
{
    struct reply *reply = &evidence->reply;
    switch (role) {
    case ROLE_NAME:
        reply->names_seen |= event->kind != JSON_NULL;
        break;
    case ROLE_DATASET:
        if (event->kind == JSON_STRING)
            note_dataset(evidence, event->text, event->length);
        break;
    case ROLE_DATASET_KEY:
        note_dataset(evidence, event->key, event->key_length);
        break;
    case ROLE_ROW:
        row_begin(reply, "", 0);
        break;
    case ROLE_ROW_KEY:
        row_begin(reply, event->key, event->key_length);
        break;
    case ROLE_NAMED_ROW:
        row_begin(reply, event->key, event->key_length);
        reply->row.unproven = true;
        break;
    case ROLE_ROW_PROOF:
        reply->row.unproven = false;
        break;
    case ROLE_ROW_DATASET:
        copy_event(reply->row.name, sizeof reply->row.name, event);
        break;
    case ROLE_RECORDS:
    case ROLE_BYTES:
    case ROLE_RECORDS_ALL:
    case ROLE_BYTES_ALL:
        note_number(evidence, role, event);
        break;
    case ROLE_TOTAL:
        note_total(reply, event);
        break;
    case ROLE_RELATION:
        reply->lower_bound |=
            event->kind == JSON_STRING && event->length == 3 && memcmp(event->text, "gte", 3) == 0;
        break;
    case ROLE_INEXACT:
        reply->lower_bound |= is_true_or_positive(event);
        break;
    case ROLE_RECORD:
        reply->returned++;
        reply->unassigned++;
        break;
    case ROLE_DOCUMENT:
        note_document(evidence, event);
        break;
    case ROLE_RECORD_DATASET:
        note_record_dataset(evidence, event);
        break;
    case ROLE_WRITTEN_DATASET:
        if (event->kind == JSON_STRING)
            (void)dataset_find(&evidence->datasets, event->text, event->length);
        break;
    case ROLE_VALUE:
        reply->values_seen |= event->kind != JSON_NULL;
        break;
    case ROLE_CURSOR:
        reply->cursor_seen = true;
        break;
    case ROLE_WRITTEN:
        reply->written_seen = true;
        break;
    case ROLE_WRITTEN_IF_ASKED:
        reply->written_if_asked = true;
        break;
    case ROLE_ABSENT:
        reply->absent = true;
        break;
    case ROLE_ERROR:
        reply->error_seen = true;
        copy_event(reply->error_reason, sizeof reply->error_reason, event);
        break;
    default:
        note_product_fact(reply, role, event);
        break;
    }
}

/* The text against which a fact's test is held. */
static bool fact_holds(const struct fact *fact, const struct json_event *event)
{
    if (fact->object_only && event->kind != JSON_OBJECT)
        return false;
    switch (event->kind) {
    case JSON_STRING:
    case JSON_NUMBER:
        return test_holds(&fact->test, event->text, event->length);
    case JSON_TRUE:
        return test_holds(&fact->test, "true", 4);
    case JSON_FALSE:
        return test_holds(&fact->test, "false", 5);
    default:
        return fact->test.kind == TEST_NONE;
    }
}

static bool is_row(enum role role)
{
    return role == ROLE_ROW || role == ROLE_ROW_KEY || role == ROLE_NAMED_ROW;
}

static bool on_json(void *context, const struct json_event *event)
{
    struct evidence *evidence = context;
    struct reply *reply = &evidence->reply;
    const struct plan *plan = reply->plan;
    const struct signature *signature = evidence->signature;
    for (const uint16_t *at = &plan->facts[plan->starts[event->tag]]; *at != SIGNATURE_NONE; at++) {
        const struct fact *fact = &signature->facts[*at];
        if (event->kind == JSON_OBJECT_END && is_row(fact->role) && reply->row.open)
            row_end(evidence);
        if (event->kind == JSON_OBJECT_END || event->kind == JSON_ARRAY_END ||
            !fact_holds(fact, event) || (is_row(fact->role) && event->kind != JSON_OBJECT))
            continue;
        reply->marks |= fact->mark;
        if (fact->product)
            reply->product = fact->product;
        note_role(evidence, fact->role, event);
    }
    return true;
}

static void read_capture(struct reply *reply, const struct header_fact *fact, struct slice value)
{
    size_t before = strlen(fact->capture);
    const char *from = value.text + before;
    size_t left = value.length - before;
    const char *end = fact->capture_end ? memchr(from, fact->capture_end, left) : NULL;
    (void)text_copy(reply->version, sizeof reply->version, from, end ? (size_t)(end - from) : left);
}

static void read_header(struct reply *reply, const struct header_fact *fact,
                        const struct http_header *line)
{
    if (!slice_equals_nocase(line->name, fact->name) ||
        !test_holds(&fact->fact.test, line->value.text, line->value.length))
        return;
    reply->marks |= fact->fact.mark;
    if (fact->fact.product)
        reply->product = fact->fact.product;
    if (fact->capture)
        read_capture(reply, fact, line->value);
}

static void read_headers(struct evidence *evidence, const struct http_headers *headers)
{
    for (size_t i = 0; i < evidence->signature->header_count; i++)
        for (size_t k = 0; k < headers->count; k++)
            read_header(&evidence->reply, &evidence->signature->headers[i], &headers->lines[k]);
}

static bool has(struct slice type, const char *word)
{
    return type.text && memmem(type.text, type.length, word, strlen(word)) != NULL;
}

static void read_builtin_marks(struct evidence *evidence, const struct http_headers *headers)
{
    struct reply *reply = &evidence->reply;
    struct slice type = http_header_find(headers, "content-type");
    if (!http_header_find(headers, "server").text && !http_header_find(headers, "date").text &&
        !http_header_find(headers, "via").text)
        reply->marks |= UINT64_C(1) << MARK_BARE_HEADERS;
    if (reply->rule && reply->rule->own)
        reply->marks |= UINT64_C(1) << MARK_OWN_PATH;
    if (has(type, "json"))
        reply->marks |= UINT64_C(1) << MARK_JSON_TYPE;
    else if (has(type, "yaml") || has(type, "cbor") || has(type, "smile") ||
             has(type, "vector-tile"))
        reply->marks |= UINT64_C(1) << MARK_BINARY_TYPE;
    else if (has(type, "text/plain") || has(type, "text/csv") || has(type, "tab-separated"))
        reply->marks |= UINT64_C(1) << MARK_TEXT_TYPE;
    else if (type.text)
        reply->format = BODY_OTHER;
}

void reply_begin(struct evidence *evidence, const struct http_reply *head)
{
    struct reply *reply = &evidence->reply;
    const struct signature *signature = evidence->signature;
    struct request_note note = reply->note;
    const struct request_rule *rule =
        note.rule == SIGNATURE_NONE ? NULL : &signature->requests[note.rule];
    struct request_detail detail = reply->detail;
    memset(reply, 0, offsetof(struct reply, prefix));
    reply->note = note;
    reply->detail = detail;
    reply->rule = rule;
    reply->plan = &signature->plans[rule ? rule->plan : signature->unseen_plan];
    reply->table =
        reply->plan->table == SIGNATURE_NONE ? NULL : &signature->tables[reply->plan->table];
    reply->status = head->status;
    reply->protocol_error = head->status == 400 && head->minor_version == 0;
    reply->active = true;
    reply->count_held = FINDING_NO_COUNT;
    reply->records_all = FINDING_NO_COUNT;
    read_builtin_marks(evidence, &head->headers);
    read_headers(evidence, &head->headers);
    if (head->status >= 400)
        reply->refusal_headers = verdict_refusal_headers(signature, &head->headers);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether the first bytes could still become something else: blanks, or a sign cut short. */
static bool is_undecided(const struct reply *reply)
{
    size_t at = 0;
    while (at < reply->prefix_length && is_space(reply->prefix[at]))
        at++;
    size_t left = reply->prefix_length - at;
    if (reply->prefix_length == EVIDENCE_PREFIX)
        return false;
    return left == 0 || (left < 3 && (reply->prefix[at] == ':' || reply->prefix[at] == '-'));
}

/* What a body is, by its first bytes; its content type has said what it is not. */
static enum body_format format_of(const struct reply *reply)
{
    const uint8_t *data = reply->prefix;
    size_t length = reply->prefix_length;
    size_t at = 0;
    while (at < length && is_space(data[at]))
        at++;
    if (at == length)
        return reply->format == BODY_OTHER ? BODY_OTHER : BODY_LINES;
    if (data[at] == '{' || data[at] == '[')
        return BODY_JSON;
    if (reply->format == BODY_OTHER)
        return BODY_OTHER;
    if (length - at >= 3 && memcmp(data + at, ":)\n", 3) == 0)
        return BODY_SMILE;
    if (data[at] == 0xbf || data[at] == 0x9f)
        return BODY_CBOR;
    if (length - at >= 3 && memcmp(data + at, "---", 3) == 0 &&
        (reply->marks & UINT64_C(1) << MARK_BINARY_TYPE))
        return BODY_YAML;
    return reply->marks & UINT64_C(1) << MARK_BINARY_TYPE ? BODY_CBOR : BODY_LINES;
}

static void keep_prefix(struct reply *reply, const uint8_t *data, size_t length)
{
    size_t room = EVIDENCE_PREFIX - reply->prefix_length;
    size_t taken = length < room ? length : room;
    memcpy(reply->prefix + reply->prefix_length, data, taken);
    reply->prefix_length = (uint16_t)(reply->prefix_length + taken);
}

static void settle_format(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    reply->format = format_of(reply);
    reply->format_known = true;
    if (reply->format == BODY_JSON)
        json_scan_init(&reply->scan, reply->plan->paths, on_json, evidence);
}

static bool read_body(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    switch (reply->format) {
    case BODY_JSON:
        if (!json_scan_feed(&reply->scan, data, length))
            reply->scan_broken = true;
        return !reply->scan_broken;
    case BODY_LINES:
        listing_add(evidence, data, length);
        return true;
    case BODY_YAML:
    case BODY_CBOR:
    case BODY_SMILE:
        binary_add(evidence, data, length);
        return true;
    default:
        return reply->prefix_length < EVIDENCE_PREFIX;
    }
}

bool reply_add_body(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    size_t before = reply->prefix_length;
    if (length == 0)
        return true;
    keep_prefix(reply, data, length);
    reply->body_bytes += length;
    if (!reply->format_known) {
        if (is_undecided(reply))
            return true;
        settle_format(evidence);
        if (before > 0 && !read_body(evidence, reply->prefix, before))
            return false;
    }
    return read_body(evidence, data, length);
}

bool reply_skip_gap(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    reply->cut = true;
    reply->window_length = 0;
    switch (reply->format_known ? reply->format : BODY_UNDECIDED) {
    case BODY_LINES:
        reply->line_cut = true;
        return !reply->detail.heading; /* without its heading nobody knows the columns */
    case BODY_YAML:
    case BODY_CBOR:
    case BODY_SMILE:
        return true;
    default:
        reply->scan_broken = true;
        return false;
    }
}

void reply_finish(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    if (!reply->format_known && reply->prefix_length > 0) {
        settle_format(evidence);
        (void)read_body(evidence, reply->prefix, reply->prefix_length);
    }
    if (reply->format == BODY_LINES)
        listing_finish(evidence);
    if (reply->format == BODY_YAML || reply->format == BODY_CBOR || reply->format == BODY_SMILE)
        binary_finish(evidence);
    if (reply->row.open)
        row_end(evidence);
    bool executed = reply->status >= 200 && reply->status < 300;
    if (!executed || !reply->rule || !reply->detail.dataset[0] || reply->absent)
        return;
    if (reply->rule->document && reply->format == BODY_JSON && !reply_is_empty(reply)) {
        reply->returned++;
        reply->unassigned++;
    }
    struct finding_dataset *dataset =
        dataset_find(&evidence->datasets, reply->detail.dataset, strlen(reply->detail.dataset));
    if (dataset)
        dataset->returned += reply->unassigned;
    reply->unassigned = 0;
}

/* Whether a container's text holds any scalar: then it says something. */
static bool has_scalar(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ':' && text[i] != '[' && text[i] != ',')
            continue;
        size_t next = i + 1;
        while (next < length && is_space(text[next]))
            next++;
        bool begins_key = text[i] == ',' && next < length && text[next] == '"';
        if (next < length && !strchr("{[]}", text[next]) && !begins_key)
            return true;
    }
    return false;
}

bool reply_is_empty(const struct reply *reply)
{
    if (reply->body_bytes > reply->prefix_length)
        return false;
    if (reply->format != BODY_JSON) {
        for (size_t i = 0; i < reply->prefix_length; i++)
            if (!is_space(reply->prefix[i]))
                return false;
        return true;
    }
    return !has_scalar(reply->prefix, reply->prefix_length);
}
