/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reply into facts. JSON and XML go through streaming scanners with the plan of the request;
 * text listings through listing.c; YAML, CBOR and SMILE through binary.c.
 */
#include "detect/reply.h"

#include "base/text.h"
#include "detect/verdict.h"
#include "inspect/json_paths.h"

#include <string.h>

static void read_header(struct evidence *evidence, const struct header_fact *fact,
                        const struct http_header *line)
{
    struct slice value = line->value;
    if (!slice_equals_nocase(line->name, fact->name) ||
        !test_holds(&fact->fact.test, value.text, value.length) ||
        (fact->capture.before && !capture_find(&fact->capture, line->value, &value)))
        return;
    facts_note_text(evidence, &fact->fact, value);
}

static void read_headers(struct evidence *evidence, const struct http_headers *headers)
{
    for (size_t i = 0; i < evidence->signature->header_count; i++)
        for (size_t k = 0; k < headers->count; k++)
            read_header(evidence, &evidence->signature->headers[i], &headers->lines[k]);
}

static bool has(struct slice type, const char *word)
{
    return type.text && memmem(type.text, type.length, word, strlen(word)) != NULL;
}

/* A write may be done without a word. A question that gets none was not answered, and says nothing
 * of whom it was put to. */
static void mark_no_content(struct reply *reply)
{
    if (reply_level(reply) == LEVEL_WRITE)
        reply->marks |= UINT64_C(1) << MARK_NO_CONTENT;
}

static void read_builtin_marks(struct evidence *evidence, const struct http_headers *headers)
{
    struct reply *reply = &evidence->reply;
    struct slice type = http_header_find(headers, "content-type");
    if (!http_header_find(headers, "server").text && !http_header_find(headers, "date").text &&
        !http_header_find(headers, "via").text)
        reply->marks |= UINT64_C(1) << MARK_BARE_HEADERS;
    if (reply->rule && (reply->rule->own || reply->detail.vouched))
        reply->marks |= UINT64_C(1) << MARK_OWN_PATH;
    if (reply->status >= 200 && reply->status < 300)
        reply->marks |= UINT64_C(1) << MARK_SUCCESS;
    if (reply->status == 204)
        mark_no_content(reply);
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

enum request_level reply_level(const struct reply *reply)
{
    if (!reply->rule)
        return LEVEL_DATA;
    return reply->detail.body.writes ? LEVEL_WRITE : reply->rule->level;
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
    reply->bytes_held = FINDING_NO_COUNT;
    reply->records_all = FINDING_NO_COUNT;
    read_builtin_marks(evidence, &head->headers);
    read_headers(evidence, &head->headers);
    reply->refusal_headers = verdict_refusal_headers(signature, head->status, &head->headers);
}

static bool is_executed(const struct reply *reply)
{
    return reply->status >= 200 && reply->status < 300;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the body begins: behind a byte order mark and blanks. */
static size_t find_begin(const struct reply *reply)
{
    size_t at = reply->prefix_length >= 3 && memcmp(reply->prefix, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < reply->prefix_length && is_space(reply->prefix[at]))
        at++;
    return at;
}

/* The name of the first element, with its prefix; its length is 0 if there is none. */
static struct slice element_name(const struct reply *reply)
{
    size_t at = find_begin(reply) + 1;
    size_t end = at;
    while (end < reply->prefix_length && !is_space(reply->prefix[end]) &&
           !strchr("/>", reply->prefix[end]))
        end++;
    return (struct slice){(const char *)reply->prefix + at, end - at};
}

/* Whether the first bytes could still become something else: blanks, or a sign cut short. */
static bool is_undecided(const struct reply *reply)
{
    size_t at = find_begin(reply);
    size_t left = reply->prefix_length - at;
    if (reply->prefix_length == EVIDENCE_PREFIX)
        return false;
    if (left > 0 && reply->prefix[at] == '<')
        return left <= JSON_KEY_MAX && element_name(reply).length + 1 == left;
    return left == 0 || (left < 3 && memchr(":-\xef", reply->prefix[at], 3));
}

/* Whether it is XML of which something is looked for; HTML is none. */
static bool is_xml(const struct reply *reply)
{
    static const char *const html[] = {"html", "head", "body"};
    struct slice name = element_name(reply);
    if (!json_paths_goes_below(reply->plan->xml.paths, JSON_NODE_ROOT, false))
        return false;
    if (slice_equals(name, "?xml"))
        return true;
    for (size_t i = 0; i < sizeof html / sizeof html[0]; i++)
        if (slice_equals_nocase(name, html[i]))
            return false;
    const char *colon = name.length ? memchr(name.text, ':', name.length) : NULL;
    if (colon)
        name = (struct slice){colon + 1, name.length - (size_t)(colon + 1 - name.text)};
    return name.length && name.text[0] != '!' && name.text[0] != '?' &&
           json_paths_member(reply->plan->xml.paths, JSON_NODE_ROOT, name.text, name.length,
                             false) != JSON_NODE_NONE;
}

/* What a body is, by its first bytes; its content type has said what it is not. */
static enum body_format format_of(const struct reply *reply)
{
    size_t at = find_begin(reply);
    const uint8_t *begin = reply->prefix + at;
    size_t left = reply->prefix_length - at;
    if (left == 0)
        return reply->format == BODY_OTHER ? BODY_OTHER : BODY_LINES;
    if (*begin == '{' || *begin == '[')
        return BODY_JSON;
    if (*begin == '<' && is_xml(reply))
        return BODY_XML;
    if (reply->format == BODY_OTHER)
        return BODY_OTHER;
    if (left >= 3 && memcmp(begin, ":)\n", 3) == 0)
        return BODY_SMILE;
    if (*begin == 0xbf || *begin == 0x9f)
        return BODY_CBOR;
    bool is_binary = reply->marks & UINT64_C(1) << MARK_BINARY_TYPE;
    if (left >= 3 && memcmp(begin, "---", 3) == 0 && is_binary)
        return BODY_YAML;
    return is_binary ? BODY_CBOR : BODY_LINES;
}

static void keep_prefix(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    size_t room = reply->texts_read ? 0 : EVIDENCE_PREFIX - reply->prefix_length;
    size_t taken = length < room ? length : room;
    memcpy(reply->prefix + reply->prefix_length, data, taken);
    reply->prefix_length = (uint16_t)(reply->prefix_length + taken);
    if (reply->prefix_length == EVIDENCE_PREFIX)
        texts_read(evidence);
}

static void settle_format(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    reply->format = format_of(reply);
    reply->format_known = true;
    if (reply->format == BODY_JSON)
        json_scan_init(&reply->scan.json, reply->plan->json.paths, facts_read, evidence);
    if (reply->format == BODY_XML)
        xml_scan_init(&reply->scan.xml, reply->plan->xml.paths, facts_read, evidence);
}

static bool read_body(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    switch (reply->format) {
    case BODY_JSON:
        if (!json_scan_feed(&reply->scan.json, data, length))
            reply->scan_broken = true;
        return !reply->scan_broken;
    case BODY_XML:
        if (!xml_scan_feed(&reply->scan.xml, data, length))
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
        return false;
    }
}

/* Reads the body in its format; returns whether that can still say something. */
static bool read_format(struct evidence *evidence, const uint8_t *data, size_t length,
                        size_t before)
{
    struct reply *reply = &evidence->reply;
    if (!reply->format_known) {
        if (is_undecided(reply))
            return true;
        settle_format(evidence);
        if (before > 0 && !read_body(evidence, reply->prefix, before))
            return false;
    }
    return read_body(evidence, data, length);
}

bool reply_add_body(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    size_t before = reply->prefix_length;
    if (length == 0)
        return true;
    if (reply->body_bytes == 0 && is_executed(reply) && reply->rule &&
        reply->rule->document == DOCUMENT_ANY)
        dataset_add_record(reply, NULL);
    reply->body_bytes += length;
    keep_prefix(evidence, data, length);
    bool counts = texts_count(evidence, data, length);
    return read_format(evidence, data, length, before) || counts || !reply->texts_read;
}

bool reply_skip_gap(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    reply->cut = true;
    reply->window_length = 0;
    reply->each_length = 0;
    texts_read(evidence);
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
    bool empty = reply->body_bytes == 0 && reply->wire_bytes == 0 && !reply->cut;
    if (empty && is_executed(reply) && !reply->note.head)
        mark_no_content(reply);
    texts_read(evidence);
    if (reply->format == BODY_LINES)
        listing_finish(evidence);
    if (reply->format == BODY_YAML || reply->format == BODY_CBOR || reply->format == BODY_SMILE)
        binary_finish(evidence);
    if (reply->row.open)
        facts_finish_row(evidence);
    if (is_executed(reply) && reply->rule && reply->rule->document == DOCUMENT_JSON &&
        reply->format == BODY_JSON && !reply_is_empty(reply))
        dataset_add_record(reply, NULL);
    struct finding_dataset *dataset = reply_dataset(evidence);
    if (dataset) {
        dataset->returned += reply->unassigned;
        reply->unassigned = 0;
    }
}

struct finding_dataset *reply_dataset(struct evidence *evidence)
{
    const struct reply *reply = &evidence->reply;
    if (!is_executed(reply) || reply->absent || reply->mixed || reply->rows > 0)
        return NULL;
    if (reply->current || !reply->detail.dataset[0])
        return reply->current;
    return dataset_find(&evidence->datasets, reply->detail.dataset, strlen(reply->detail.dataset));
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

/* Whether an element has text. */
static bool has_text(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i + 1 < length; i++) {
        if (text[i] != '>')
            continue;
        size_t next = i + 1;
        while (next < length && is_space(text[next]))
            next++;
        if (next < length && text[next] != '<')
            return true;
    }
    return false;
}

bool reply_is_empty(const struct reply *reply)
{
    if (reply->body_bytes > reply->prefix_length)
        return false;
    if (reply->format == BODY_XML)
        return !has_text(reply->prefix, reply->prefix_length);
    if (reply->format != BODY_JSON) {
        for (size_t i = 0; i < reply->prefix_length; i++)
            if (!is_space(reply->prefix[i]))
                return false;
        return true;
    }
    return !has_scalar(reply->prefix, reply->prefix_length);
}
