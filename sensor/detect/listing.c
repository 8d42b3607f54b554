/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text listings: rows of columns between blanks (_cat and its like). Which column is which is said
 * by the request (h=), by the heading, or by how many there are.
 */
#include "detect/reply.h"

#include "base/text.h"

#include <string.h>

struct words {
    struct slice list[SIGNATURE_COLUMNS_MAX];
    size_t count;
};

enum role table_column_role(const struct table *table, const char *name, size_t length)
{
    for (size_t i = 0; table && i < table->column_count; i++)
        if (strlen(table->columns[i].name) == length &&
            memcmp(table->columns[i].name, name, length) == 0)
            return table->columns[i].role;
    return ROLE_NONE;
}

static void split_words(const uint8_t *line, size_t length, struct words *words)
{
    words->count = 0;
    size_t at = 0;
    while (at < length && words->count < SIGNATURE_COLUMNS_MAX) {
        while (at < length && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r'))
            at++;
        size_t from = at;
        while (at < length && line[at] != ' ' && line[at] != '\t' && line[at] != '\r')
            at++;
        if (at > from)
            words->list[words->count++] = (struct slice){(const char *)line + from, at - from};
    }
}

static bool is_one_of(struct slice word, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (slice_equals(word, list[i]))
            return true;
    return false;
}

/* Whether these are exactly the columns of a listing that only this store writes. */
static bool is_own_heading(const struct table *table, const struct words *words)
{
    for (size_t l = 0; table->first_words[0] && l < table->layout_count; l++) {
        const struct layout *layout = &table->layouts[l];
        size_t i = 0;
        while (i < words->count && i < layout->count &&
               slice_equals(words->list[i], layout->names[i]))
            i++;
        if (i == layout->count && i == words->count)
            return true;
    }
    return false;
}

/* Takes the columns from a heading. */
static void read_heading(struct reply *reply, const struct words *words)
{
    reply->detail.heading = false;
    if (is_own_heading(reply->table, words))
        reply->marks |= UINT64_C(1) << MARK_TABLE_ROW;
    reply->detail.column_count = (uint8_t)words->count;
    for (size_t i = 0; i < words->count; i++)
        reply->detail.columns[i] =
            (uint8_t)table_column_role(reply->table, words->list[i].text, words->list[i].length);
}

/* The largest layout with no more columns than the line has. */
static const struct layout *find_layout(const struct table *table, size_t columns)
{
    const struct layout *best = NULL;
    for (size_t i = 0; i < table->layout_count; i++)
        if (table->layouts[i].count <= columns && (!best || best->count < table->layouts[i].count))
            best = &table->layouts[i];
    return best;
}

static void apply_cell(struct evidence *evidence, enum role role, struct slice word,
                       struct dataset_row *row)
{
    uint64_t number;
    if (role == ROLE_ROW_DATASET)
        (void)text_copy(row->name, sizeof row->name, word.text, word.length);
    else if (role == ROLE_RECORDS && number_read(word.text, word.length, &number))
        row->records = number;
    else if (role == ROLE_BYTES && size_read(word.text, word.length, &number))
        row->bytes = number;
    else if (role == ROLE_RECORDS_ALL && number_read(word.text, word.length, &number))
        evidence->reply.records_all = number;
}

static void keep_row(struct evidence *evidence, const struct dataset_row *row)
{
    struct reply *reply = &evidence->reply;
    reply->names_seen = true;
    dataset_keep_row(evidence, row);
}

/* Columns named by the request: a line with fewer words has blank cells, only its name is sure. */
static void read_named_row(struct evidence *evidence, const struct words *words)
{
    const struct request_detail *detail = &evidence->reply.detail;
    struct dataset_row row = {.records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    bool complete = words->count == detail->column_count;
    for (size_t i = 0; i < words->count && i < detail->column_count; i++)
        if (complete || (detail->columns[i] == ROLE_ROW_DATASET && i == 0))
            apply_cell(evidence, (enum role)detail->columns[i], words->list[i], &row);
    keep_row(evidence, &row);
}

/* Columns by their number. A closed data set has a blank first cell: the second word stands first.
 */
static void read_default_row(struct evidence *evidence, const struct words *words)
{
    struct reply *reply = &evidence->reply;
    const struct table *table = reply->table;
    struct dataset_row row = {.records = FINDING_NO_COUNT, .bytes = FINDING_NO_COUNT};
    bool begins = is_one_of(words->list[0], table->first_words);
    size_t shift = !begins && is_one_of(words->list[0], table->second_words) ? 1 : 0;
    if (table->first_words[0] && !begins && !shift)
        return;
    if (begins && words->count > 3 && is_one_of(words->list[1], table->second_words))
        reply->marks |= UINT64_C(1) << MARK_TABLE_ROW;
    const struct layout *layout =
        shift ? &table->layouts[table->layout_count - 1] : find_layout(table, words->count);
    if (!layout) {
        keep_row(evidence, &row);
        return;
    }
    for (size_t i = shift; i < layout->count && i - shift < words->count; i++)
        if (!shift || layout->roles[i] == ROLE_ROW_DATASET)
            apply_cell(evidence, layout->roles[i], words->list[i - shift], &row);
    keep_row(evidence, &row);
}

/* A line of bars and dashes under a heading of a drawn table. */
static bool is_rule_line(const uint8_t *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!strchr("-+| \t\r=", line[i]))
            return false;
    return true;
}

/* Whether the rule says of lines that begin with this word that they are no records. */
static bool is_comment(const struct request_rule *rule, struct slice word)
{
    return rule && rule->comment && word.length >= strlen(rule->comment) &&
           memcmp(word.text, rule->comment, strlen(rule->comment)) == 0;
}

static void read_line(struct evidence *evidence, const uint8_t *line, size_t length)
{
    struct reply *reply = &evidence->reply;
    struct words words;
    split_words(line, length, &words);
    if (words.count == 0 || slice_equals(words.list[0], "next_token") ||
        is_comment(reply->rule, words.list[0]))
        return;
    reply->lines++;
    if (reply->status < 200 || reply->status > 299 || reply->detail.help)
        return;
    if (reply->rule && reply->rule->lines != LINES_NONE) {
        bool heading = reply->rule->lines == LINES_AFTER_FIRST &&
                       (reply->lines == 1 || is_rule_line(line, length));
        if (!heading)
            dataset_add_record(reply, NULL);
        return;
    }
    if (!reply->table)
        return;
    if (reply->detail.heading)
        read_heading(reply, &words);
    else if (reply->detail.column_count > 0)
        read_named_row(evidence, &words);
    else
        read_default_row(evidence, &words);
}

static void end_line(struct evidence *evidence)
{
    struct reply *reply = &evidence->reply;
    if (!reply->line_cut)
        read_line(evidence, reply->window, reply->window_length);
    reply->window_length = 0;
    reply->line_cut = false;
}

void listing_add(struct evidence *evidence, const uint8_t *data, size_t length)
{
    struct reply *reply = &evidence->reply;
    while (length > 0) {
        const uint8_t *newline = memchr(data, '\n', length);
        size_t part = newline ? (size_t)(newline - data) : length;
        size_t room = EVIDENCE_WINDOW - reply->window_length;
        size_t taken = part < room ? part : room;
        memcpy(reply->window + reply->window_length, data, taken);
        reply->window_length = (uint16_t)(reply->window_length + taken);
        reply->line_cut |= taken < part;
        if (newline)
            end_line(evidence);
        size_t used = part + (newline ? 1 : 0);
        data += used;
        length -= used;
    }
}

void listing_finish(struct evidence *evidence)
{
    if (evidence->reply.window_length > 0)
        end_line(evidence);
}

/* Decodes %XX of one query value into `out`; returns its length. */
static size_t decode_value(struct slice value, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < value.length && used + 1 < size; i++) {
        unsigned high = 0;
        unsigned low = 0;
        char c = value.text[i];
        if (c == '%' && i + 2 < value.length) {
            static const char digits[] = "0123456789abcdef";
            const char *h = strchr(digits, value.text[i + 1] | 0x20);
            const char *l = strchr(digits, value.text[i + 2] | 0x20);
            if (h && l && *h && *l) {
                high = (unsigned)(h - digits);
                low = (unsigned)(l - digits);
                c = (char)(high * 16 + low);
                i += 2;
            }
        }
        out[used++] = c;
    }
    out[used] = '\0';
    return used;
}

static void read_columns(const struct table *table, struct slice value,
                         struct request_detail *detail)
{
    char text[256];
    size_t length = decode_value(value, text, sizeof text);
    size_t at = 0;
    detail->column_count = 0;
    while (at <= length && detail->column_count < SIGNATURE_COLUMNS_MAX) {
        const char *comma = memchr(text + at, ',', length - at);
        size_t end = comma ? (size_t)(comma - text) : length;
        detail->columns[detail->column_count++] =
            (uint8_t)table_column_role(table, text + at, end - at);
        at = end + 1;
    }
    if (memchr(text, '*', length))
        detail->column_count = 0; /* a wildcard: only the heading can say */
}

static bool is_off(struct slice value)
{
    return slice_equals(value, "false");
}

void listing_read_query(const struct signature *signature, const struct request_rule *rule,
                        struct slice query, struct request_detail *detail)
{
    if (rule->table == SIGNATURE_NONE)
        return;
    size_t at = 0;
    while (at < query.length) {
        const char *amp = memchr(query.text + at, '&', query.length - at);
        size_t end = amp ? (size_t)(amp - query.text) : query.length;
        const char *equals = memchr(query.text + at, '=', end - at);
        size_t key_end = equals ? (size_t)(equals - query.text) : end;
        struct slice key = {query.text + at, key_end - at};
        struct slice value = {query.text + key_end + (equals ? 1 : 0),
                              end - key_end - (equals ? 1 : 0)};
        if (slice_equals(key, "h"))
            read_columns(&signature->tables[rule->table], value, detail);
        else if (slice_equals(key, "v"))
            detail->heading = !is_off(value);
        else if (slice_equals(key, "help"))
            detail->help = !is_off(value);
        at = end + 1;
    }
}
