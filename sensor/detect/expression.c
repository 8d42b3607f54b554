/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts into patterns. A pattern may match more than its fact does (a trial of the reply's first
 * bytes decides), never less: text that can be written in several ways is left out of it.
 */
#include "detect/expression.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define WEIGHT_MAX        60
#define WEIGHT_POOR       2
#define WEIGHT_BYTE       3  /* of a body's first bytes */
#define WEIGHT_EXPRESSION 20 /* of a regular expression, whatever it says */
#define STEPS_MAX         32
#define COUNT(list)       (sizeof(list) / sizeof(list)[0])

/* Header lines that any server may send, in order. */
static const char *const common_headers[] = {"accept-ranges",
                                             "access-control-allow-headers",
                                             "access-control-allow-methods",
                                             "access-control-allow-origin",
                                             "age",
                                             "allow",
                                             "cache-control",
                                             "connection",
                                             "content-disposition",
                                             "content-encoding",
                                             "content-language",
                                             "content-length",
                                             "content-security-policy",
                                             "content-type",
                                             "date",
                                             "etag",
                                             "expires",
                                             "keep-alive",
                                             "last-modified",
                                             "link",
                                             "location",
                                             "pragma",
                                             "referrer-policy",
                                             "retry-after",
                                             "server",
                                             "set-cookie",
                                             "strict-transport-security",
                                             "transfer-encoding",
                                             "upgrade",
                                             "vary",
                                             "via",
                                             "warning",
                                             "www-authenticate",
                                             "x-content-type-options",
                                             "x-frame-options",
                                             "x-powered-by",
                                             "x-request-id",
                                             "x-xss-protection"};

/* Names of members, and texts, that much software uses, in order. */
static const char *const poor_words[] = {"<!doctype",
                                         "<!doctype html",
                                         "<!doctype html>",
                                         "<?xml",
                                         "<head>",
                                         "<html",
                                         "<html>",
                                         "access_token",
                                         "action",
                                         "address",
                                         "apache",
                                         "application/json",
                                         "application/xml",
                                         "attributes",
                                         "author",
                                         "authorization",
                                         "basic",
                                         "bearer",
                                         "body",
                                         "builddate",
                                         "category",
                                         "children",
                                         "client",
                                         "code",
                                         "color",
                                         "columns",
                                         "comment",
                                         "comments",
                                         "config",
                                         "content",
                                         "contents",
                                         "count",
                                         "country",
                                         "create",
                                         "created",
                                         "created_at",
                                         "createdat",
                                         "currency",
                                         "cursor",
                                         "database",
                                         "default",
                                         "deleted",
                                         "description",
                                         "detail",
                                         "details",
                                         "digest",
                                         "display",
                                         "email",
                                         "enabled",
                                         "endpoint",
                                         "errors",
                                         "event",
                                         "events",
                                         "exception",
                                         "express",
                                         "failed",
                                         "failure",
                                         "fields",
                                         "filename",
                                         "files",
                                         "first",
                                         "folder",
                                         "forbidden",
                                         "format",
                                         "found",
                                         "groups",
                                         "headers",
                                         "health",
                                         "height",
                                         "hostname",
                                         "image",
                                         "images",
                                         "index",
                                         "items",
                                         "jetty",
                                         "keep-alive",
                                         "label",
                                         "labels",
                                         "language",
                                         "length",
                                         "level",
                                         "limit",
                                         "links",
                                         "location",
                                         "login",
                                         "message",
                                         "messages",
                                         "metadata",
                                         "method",
                                         "metrics",
                                         "nginx",
                                         "node",
                                         "nodes",
                                         "not found",
                                         "number",
                                         "object",
                                         "objects",
                                         "offset",
                                         "options",
                                         "owner",
                                         "parameters",
                                         "parent",
                                         "password",
                                         "payload",
                                         "permissions",
                                         "phone",
                                         "position",
                                         "price",
                                         "product",
                                         "products",
                                         "properties",
                                         "query",
                                         "reason",
                                         "record",
                                         "records",
                                         "region",
                                         "release",
                                         "request",
                                         "requests",
                                         "response",
                                         "result",
                                         "results",
                                         "roles",
                                         "schema",
                                         "score",
                                         "server",
                                         "service",
                                         "services",
                                         "session",
                                         "settings",
                                         "source",
                                         "started",
                                         "state",
                                         "status",
                                         "statuscode",
                                         "string",
                                         "subject",
                                         "success",
                                         "summary",
                                         "system",
                                         "tables",
                                         "target",
                                         "text/html",
                                         "text/plain",
                                         "text/xml",
                                         "timestamp",
                                         "title",
                                         "token",
                                         "total",
                                         "unauthorized",
                                         "unknown",
                                         "update",
                                         "updated",
                                         "updated_at",
                                         "updatedat",
                                         "uptime",
                                         "user-agent",
                                         "username",
                                         "users",
                                         "value",
                                         "values",
                                         "version",
                                         "versions",
                                         "width"};

/* Order of a word and a text, ASCII case ignored. */
static int compare_word(const char *word, const char *text, size_t length)
{
    int order = strncasecmp(word, text, length);
    return order ? order : word[length] != '\0';
}

/* Whether the list, which is in order, has the text. */
static bool is_listed(const char *const *list, size_t count, const char *text, size_t length)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        int order = compare_word(list[middle], text, length);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return false;
}

/* How much a word tells: its length counts, unless everybody uses it. */
static unsigned weight_of(const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    if (length == 0)
        return 0;
    if (is_listed(poor_words, COUNT(poor_words), text, length))
        return WEIGHT_POOR;
    return length * 2 > WEIGHT_MAX ? WEIGHT_MAX : (unsigned)length * 2;
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == ' ';
}

/* Adds a piece of the engine's syntax, as it is. Literals leave room for what stands around them.
 */
static void add(struct expression *e, const char *piece)
{
    size_t length = strlen(piece);
    if (e->length + length >= sizeof e->text)
        return;
    memcpy(e->text + e->length, piece, length + 1);
    e->length += length;
}

/* Adds a text that stands for itself; returns whether all of it: behind one that was cut nothing
 * may follow. */
static bool add_literal(struct expression *e, const char *text, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        const char escaped[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15], '\0'};
        const char plain[] = {text[i], '\0'};
        if (e->length >= EXPRESSION_MAX / 2)
            return false;
        add(e, is_plain(text[i]) ? plain : escaped);
    }
    return true;
}

/* Whether a character has only one way to be written in a JSON string. */
static bool is_fixed(char c)
{
    return c >= ' ' && c < 0x7f && !strchr("\"\\/<>&'=+`", c);
}

/* The longest piece of a text that has only one way to be written in JSON. */
static size_t find_fixed(const char *text, const char **piece)
{
    size_t best = 0;
    *piece = text;
    for (const char *at = text; *at;) {
        size_t length = 0;
        while (is_fixed(at[length]))
            length++;
        if (length > best) {
            best = length;
            *piece = at;
        }
        at += length;
        at += *at != '\0';
    }
    return best;
}

static void add_header_test(struct expression *e, const struct test *test)
{
    switch (test->kind) {
    case TEST_EQUALS:
        add(e, "[ \\t]*");
        if (add_literal(e, test->text, strlen(test->text)))
            add(e, "[ \\t\\r]*$");
        return;
    case TEST_STARTS:
        add(e, "[ \\t]*");
        (void)add_literal(e, test->text, strlen(test->text));
        return;
    case TEST_CONTAINS:
        add(e, "[^\\n]*");
        (void)add_literal(e, test->text, strlen(test->text));
        return;
    default:
        return;
    }
}

void expression_of_header(const char *name, const struct test *test, struct expression *expression)
{
    bool common = is_listed(common_headers, COUNT(common_headers), name, strlen(name));
    *expression = (struct expression){.any_case = true, .by_line = true};
    if (test->text)
        expression->weight = weight_of(test->text, strlen(test->text));
    if (!common)
        expression->weight += weight_of(name, strlen(name));
    if (expression->weight == 0)
        return;
    add(expression, "^");
    if (add_literal(expression, name, strlen(name))) {
        add(expression, "[ \\t]*:");
        add_header_test(expression, test);
    }
}

void expression_of_beginning(const char *text, struct expression *expression)
{
    while (isspace((unsigned char)*text))
        text++;
    *expression = (struct expression){.any_case = true, .weight = weight_of(text, strlen(text))};
    if (expression->weight == 0)
        return;
    add(expression, "^\\s*");
    (void)add_literal(expression, text, strlen(text));
}

/* A text that stands as it is, anywhere. */
static void expect_literal(const char *text, size_t length, struct expression *expression)
{
    *expression = (struct expression){.weight = weight_of(text, length)};
    if (expression->weight > 0)
        (void)add_literal(expression, text, length);
}

static void expect_bytes(const struct text_fact *fact, struct expression *expression)
{
    *expression = (struct expression){.weight = WEIGHT_BYTE * (unsigned)fact->length};
    if (expression->weight > WEIGHT_MAX)
        expression->weight = WEIGHT_MAX;
    add(expression, "^");
    (void)add_literal(expression, fact->text, fact->length);
}

void expression_of_text(const struct text_fact *fact, struct expression *expression)
{
    const struct test *test = &fact->fact.test;
    *expression = (struct expression){.weight = 0};
    switch (fact->kind) {
    case TEXT_MATCHES:
        expression->weight = WEIGHT_EXPRESSION;
        return;
    case TEXT_HEX:
        expect_bytes(fact, expression);
        return;
    case TEXT_EACH:
        expect_literal(fact->text, fact->length, expression);
        return;
    case TEXT_TEST:
        break;
    }
    if (test->kind == TEST_STARTS || test->kind == TEST_EQUALS)
        expression_of_beginning(test->text, expression);
    else if (test->kind == TEST_CONTAINS)
        expect_literal(test->text, strlen(test->text), expression);
    else if (fact->capture.before)
        expect_literal(fact->capture.before, strlen(fact->capture.before), expression);
}

void expression_of_words(const char *words, struct expression *expression)
{
    const char *piece = words;
    size_t length = find_fixed(words, &piece);
    *expression = (struct expression){.weight = weight_of(piece, length)};
    if (expression->weight > 0)
        (void)add_literal(expression, piece, length);
}

static bool is_attribute(enum path_kind kind, struct slice name)
{
    return kind == PATH_XML && name.length > 0 && name.text[0] == '@';
}

/* The beginning of a member, an element or an attribute of that name; false if nothing may follow.
 */
static bool begin_name(struct expression *e, enum path_kind kind, struct slice name)
{
    bool attribute = is_attribute(kind, name);
    add(e, kind == PATH_JSON ? "\"" : attribute ? "[\\s:]" : "<(?:[\\w.\\-]+:)?");
    return add_literal(e, name.text + attribute, name.length - attribute);
}

/* A member, an element or an attribute of that name, whatever its value. */
static void add_name(struct expression *e, enum path_kind kind, struct slice name)
{
    if (begin_name(e, kind, name))
        add(e, kind == PATH_JSON ? "\"" : is_attribute(kind, name) ? "\\s*=" : "[\\s/>]");
}

/* What stands between a name and the value that begins with the text or has it. */
static void add_gap(struct expression *e, enum path_kind kind, struct slice name, bool begins)
{
    if (kind == PATH_JSON)
        add(e, begins ? "\"\\s*:\\s*\"?" : "\"\\s*:\\s*\"[^\\n]*");
    else if (is_attribute(kind, name))
        add(e, begins ? "\\s*=\\s*[\"']" : "\\s*=\\s*[\"'][^>]*");
    else
        add(e, begins ? "(?:>|\\s[^>]*>)\\s*" : "(?:>|\\s[^>]*>)[^<]*");
}

/* A name and its value as far as the test of the fact goes. */
static void add_value(struct expression *e, enum path_kind kind, struct slice name,
                      const struct fact *fact)
{
    static const char *const openings[] = {[FACT_OBJECT] = "\\s*:\\s*\\{",
                                           [FACT_ARRAY] = "\\s*:\\s*\\[",
                                           [FACT_STRING] = "\\s*:\\s*\""};
    const struct test *test = &fact->test;
    const char *piece = test->text;
    size_t length = 0;
    if (test->kind == TEST_NONE) {
        add_name(e, kind, name);
        if (kind == PATH_JSON && fact->kind != FACT_ANY)
            add(e, openings[fact->kind]);
        return;
    }
    if (!begin_name(e, kind, name))
        return;
    switch (test->kind) {
    case TEST_EQUALS:
    case TEST_STARTS:
        while (is_fixed(test->text[length]))
            length++;
        e->any_case = true;
        add_gap(e, kind, name, true);
        break;
    case TEST_CONTAINS:
        length = find_fixed(test->text, &piece);
        add_gap(e, kind, name, false);
        break;
    default:
        add_gap(e, kind, name, true);
        add(e, "-?[0-9]");
        return;
    }
    e->weight += weight_of(piece, length);
    (void)add_literal(e, piece, length);
}

/* The steps of a path that are names; returns how many. */
static size_t split_path(const char *path, struct slice steps[static STEPS_MAX])
{
    size_t count = 0;
    while (*path == '/' && count < STEPS_MAX) {
        const char *begin = path + 1;
        const char *end = strchrnul(begin, '/');
        steps[count++] = (struct slice){begin, (size_t)(end - begin)};
        path = end;
    }
    return count;
}

/* A step that is no name, or whose name has several ways to be written, says nothing. */
static unsigned weight_of_step(struct slice step)
{
    if (slice_equals(step, "[]") || slice_equals(step, "*"))
        return 0;
    for (size_t i = 0; i < step.length; i++)
        if (!is_fixed(step.text[i]) || step.text[i] == '~')
            return 0;
    return weight_of(step.text, step.length);
}

void expression_of_place(enum path_kind kind, const char *path, const struct fact *fact,
                         struct expression *expression)
{
    struct slice steps[STEPS_MAX];
    size_t count = split_path(path, steps);
    *expression = (struct expression){.weight = 0};
    if (count == 0)
        return;
    struct slice leaf = steps[count - 1];
    expression->weight = weight_of_step(leaf);
    if (expression->weight > 0)
        add_value(expression, kind, leaf, fact);
    if (expression->weight >= EXPRESSION_GOOD)
        return;
    for (size_t i = count - 1; i > 0; i--) {
        unsigned weight = weight_of_step(steps[i - 1]);
        if (weight <= expression->weight)
            continue;
        *expression = (struct expression){.weight = weight};
        add_name(expression, kind, steps[i - 1]);
    }
}

size_t expression_of_steps(enum path_kind kind, const char *path,
                           struct expression expressions[static EXPRESSION_STEPS_MAX])
{
    struct slice steps[STEPS_MAX];
    size_t count = split_path(path, steps);
    size_t used = 0;
    for (size_t i = 0; i < count && used < EXPRESSION_STEPS_MAX; i++) {
        unsigned weight = weight_of_step(steps[i]);
        if (weight == 0)
            continue;
        expressions[used] = (struct expression){.weight = weight};
        add_name(&expressions[used++], kind, steps[i]);
    }
    return used;
}

static void add_words(struct expression *e, const char *const *words)
{
    add(e, "(?:");
    for (size_t i = 0; words[i]; i++) {
        add(e, i ? "|" : "");
        (void)add_literal(e, words[i], strlen(words[i]));
    }
    add(e, ")[ \\t]+");
}

void expression_of_row(const struct table *table, struct expression *expression)
{
    *expression = (struct expression){.by_line = true};
    if (!table->first_words[0] || !table->second_words[0])
        return;
    expression->weight = EXPRESSION_GOOD;
    add(expression, "^");
    add_words(expression, table->first_words);
    add_words(expression, table->second_words);
}

void expression_of_binary_key(const char *key, struct expression *expression)
{
    *expression = (struct expression){.weight = weight_of(key, strlen(key))};
    if (expression->weight < EXPRESSION_GOOD)
        *expression = (struct expression){.weight = 0};
    else
        add(expression, "[^\\w\"]");
    if (expression->weight)
        (void)add_literal(expression, key, strlen(key));
}
