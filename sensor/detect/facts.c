/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a JSON value or an XML element says: the facts that the signature hangs on its path, role by
 * role. Listens to the streaming scanners.
 */
#include "detect/reply.h"

#include "base/text.h"

#include <string.h>

static void row_begin(struct reply *reply, const char *name, size_t length)
{
    reply->row =
        (struct dataset_row){.open = true, .records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    (void)text_copy(reply->row.name, sizeof reply->row.name, name, length);
}

void facts_finish_row(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    struct dataset_row *row = &reply->row;
    row->open = false;
    if (row->unproven)
        return;
    reply->names_seen |= row->name[0] != '\0' || row->records != FINDING_NO_COUNT;
    dataset_keep_row(evidence, row);
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
    struct finding_dataset *named = dataset_find(&evidence->datasets, event->text, event->length);
    reply->mixed |= reply->current && reply->current != named;
    reply->current = named;
    if (reply->unassigned > 0 && reply->current && !reply->returned_said) {
        reply->current->returned++;
        reply->unassigned--;
    }
}

static void note_document(struct evidence *evidence, const struct json_event *event)
{
    struct reply *reply = &evidence->reply;
    if (event->kind == JSON_NULL)
        return;
    dataset_add_record(reply, reply->current);
}

/* A size outside of rows: of the request's data set, else of everything. */
static void note_size(struct reply *reply, enum role role, uint64_t bytes)
{
    if (role == ROLE_BYTES)
        reply->bytes_held = bytes;
    else if (role == ROLE_BYTES_ALL)
        reply->names_seen |= bytes > 0;
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
    else if (role == ROLE_RETURNED)
        dataset_set_returned(reply, number);
    else
        note_size(reply, role, number);
}

static void note_total(struct reply *reply, const struct json_event *event)
{
    uint64_t number;
    bool has_text = event->kind == JSON_NUMBER || event->kind == JSON_STRING;
    if (!has_text || !number_read(event->text, event->length, &number))
        return;
    count_add(&reply->total, number);
    reply->totals++;
}

static bool is_true_or_positive(const struct json_event *event)
{
    bool has_text = event->kind == JSON_STRING || event->kind == JSON_NUMBER;
    if (!has_text || event->length == 0)
        return event->kind == JSON_TRUE;
    return (event->length == 4 && memcmp(event->text, "true", 4) == 0) ||
           (event->text[0] >= '1' && event->text[0] <= '9');
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
    case ROLE_RETURNED:
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
        dataset_add_record(reply, NULL);
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
        if (event->kind != JSON_NULL)
            dataset_note_value(reply);
        break;
    case ROLE_CURSOR:
        reply->cursor_seen |= event->kind != JSON_NULL && event->kind != JSON_FALSE &&
                              !(event->kind == JSON_STRING && event->length == 0);
        break;
    case ROLE_WRITTEN:
        reply->written_seen = true;
        break;
    case ROLE_WRITTEN_IF_ASKED:
        reply->written_if_asked = true;
        break;
    case ROLE_NOT_WRITTEN:
        reply->not_written = true;
        break;
    case ROLE_ABSENT:
        reply->absent = true;
        break;
    case ROLE_FAILED:
        reply->failed = true;
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
    static const enum json_kind kinds[] = {
        [FACT_OBJECT] = JSON_OBJECT, [FACT_ARRAY] = JSON_ARRAY, [FACT_STRING] = JSON_STRING};
    if (fact->kind != FACT_ANY && event->kind != kinds[fact->kind])
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

/*
 * An element of XML is told when it begins and when it ends. What is counted counts once: at the
 * beginning, or with its text if that is asked for; content is what has something in it.
 */
static bool is_due(const struct fact *fact, const struct json_event *event)
{
    bool is_attribute = event->key_length > 0 && event->key[0] == '@';
    bool has_text = event->kind == JSON_STRING && event->length > 0;
    bool asks_text = fact->test.kind != TEST_NONE || fact->kind == FACT_STRING;
    switch (fact->role) {
    case ROLE_RECORD:
    case ROLE_DOCUMENT:
        return event->kind == JSON_OBJECT ||
               (event->kind == JSON_STRING && (is_attribute || asks_text));
    case ROLE_NAME:
    case ROLE_VALUE:
    case ROLE_CURSOR:
        return event->kind == JSON_OBJECT_END || has_text;
    default:
        return event->kind != JSON_OBJECT_END;
    }
}

static bool is_row(enum role role)
{
    return role == ROLE_ROW || role == ROLE_ROW_KEY || role == ROLE_NAMED_ROW;
}

static void note_fact(struct evidence *evidence, const struct fact *fact,
                      const struct json_event *event)
{
    evidence->reply.marks |= fact->mark;
    if (fact->product)
        evidence->reply.product = fact->product;
    note_role(evidence, fact->role, event);
}

static void note_value(struct evidence *evidence, const struct fact *fact,
                       const struct json_event *event)
{
    bool is_end = event->kind == JSON_OBJECT_END || event->kind == JSON_ARRAY_END;
    if (!is_end && fact_holds(fact, event) && (!is_row(fact->role) || event->kind == JSON_OBJECT))
        note_fact(evidence, fact, event);
}

/* The same for an element or attribute of XML. */
static void note_element(struct evidence *evidence, const struct fact *fact,
                         const struct json_event *event)
{
    struct reply *reply = &evidence->reply;
    if (!fact_holds(fact, event) || (is_row(fact->role) && event->kind != JSON_OBJECT))
        return;
    reply->marks |= fact->mark;
    if (fact->product)
        reply->product = fact->product;
    if (is_due(fact, event))
        note_role(evidence, fact->role, event);
}

/* An element without children ends with its text. */
static bool ends_row(bool is_xml, const struct json_event *event)
{
    bool is_attribute = event->key_length > 0 && event->key[0] == '@';
    return event->kind == JSON_OBJECT_END ||
           (is_xml && event->kind == JSON_STRING && !is_attribute);
}

bool facts_read(void *context, const struct json_event *event)
{
    struct evidence *evidence = context;
    struct reply *reply = &evidence->reply;
    bool is_xml = reply->format == BODY_XML;
    const struct plan_paths *plan = is_xml ? &reply->plan->xml : &reply->plan->json;
    const struct signature *signature = evidence->signature;
    for (const uint16_t *at = &plan->facts[plan->starts[event->tag]]; *at != SIGNATURE_NONE; at++) {
        const struct fact *fact = &signature->facts[*at];
        if (is_row(fact->role) && reply->row.open && ends_row(is_xml, event))
            facts_finish_row(evidence);
        if (is_xml)
            note_element(evidence, fact, event);
        else
            note_value(evidence, fact, event);
    }
    return true;
}

void facts_note_text(struct evidence *evidence, const struct fact *fact, struct slice text)
{
    struct json_event event = {
        .kind = JSON_STRING, .key = "", .text = text.text, .length = text.length};
    note_fact(evidence, fact, &event);
}
