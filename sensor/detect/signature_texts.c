/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a signature that are no places in a document: header lines of a reply, and texts in
 * its body. What can be told of a wrong one is told while loading.
 */
#include "detect/loader.h"
#include "scan/engine.h"

#include <stdio.h>
#include <string.h>

#define HEADERS_MAX   1000
#define HEX_BYTES_MAX 64

/* Roles that say nothing without a text or number of their own. */
static bool needs_value(enum role role)
{
    switch (role) {
    case ROLE_VERSION:
    case ROLE_CLUSTER_NAME:
    case ROLE_CLUSTER_ID:
    case ROLE_DATASET:
    case ROLE_RECORD_DATASET:
    case ROLE_WRITTEN_DATASET:
    case ROLE_RECORDS:
    case ROLE_BYTES:
    case ROLE_RECORDS_ALL:
    case ROLE_BYTES_ALL:
    case ROLE_TOTAL:
    case ROLE_RETURNED:
    case ROLE_RELATION:
    case ROLE_ERROR_TYPE:
    case ROLE_ERROR_REASON:
        return true;
    default:
        return false;
    }
}

/* Roles of objects and their members: a line or a text has none. */
static bool needs_object(enum role role)
{
    return role == ROLE_DATASET_KEY || role == ROLE_ROW || role == ROLE_ROW_KEY ||
           role == ROLE_NAMED_ROW || role == ROLE_ROW_PROOF || role == ROLE_ROW_DATASET;
}

static enum ajar_status check_role(struct loader *loader, const struct yaml *item,
                                   const struct fact *fact)
{
    return needs_object(fact->role)
               ? loader_fail(loader, yaml_find(item, "role"),
                             "'%s' is a role of JSON and XML: a line or text has no members",
                             yaml_find(item, "role")->text)
               : AJAR_OK;
}

static const char *keep_text(struct loader *loader, const char *text, size_t length)
{
    char *kept = loader_take(loader, length + 1, 1);
    if (kept)
        memcpy(kept, text, length);
    return kept;
}

/* `capture`: 'text{value}end'; {version} says the role too. */
static enum ajar_status read_capture(struct loader *loader, const struct yaml *map,
                                     struct capture *capture, enum role *role)
{
    const struct yaml *node = yaml_find(map, "capture");
    const char *text = NULL;
    if (!node)
        return AJAR_OK;
    enum ajar_status status = loader_read_text(loader, node, "capture", &text);
    if (status != AJAR_OK)
        return status;
    const char *value = strstr(text, "{value}");
    const char *version = strstr(text, "{version}");
    const char *at = value ? value : version;
    if (!at || (value && version))
        return loader_fail(loader, node, "'capture' must have {version} or {value} in it");
    if (version && *role == ROLE_NONE)
        *role = ROLE_VERSION;
    if (*role == ROLE_NONE)
        return loader_fail(loader, node, "'capture' needs a role: what the value is");
    capture->before = keep_text(loader, text, (size_t)(at - text));
    capture->behind = at + strlen(value ? "{value}" : "{version}");
    return capture->before ? AJAR_OK : AJAR_ERR_MEMORY;
}

static enum ajar_status read_header(struct loader *loader, const struct yaml *item,
                                    struct header_fact *header)
{
    static const char *const keys[] = {"name",    "equals",  "starts",  "contains",
                                       "above",   "between", "capture", "mark",
                                       "product", "role",    NULL};
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "name", &header->name);
    if (status == AJAR_OK && !header->name)
        return loader_fail(loader, item, "a header needs a name");
    if (status == AJAR_OK)
        status = loader_read_fact(loader, item, &header->fact);
    if (status == AJAR_OK)
        status = check_role(loader, item, &header->fact);
    const struct yaml *capture = yaml_find(item, "capture");
    if (status == AJAR_OK && capture && header->fact.test.kind != TEST_NONE)
        return loader_fail(loader, capture, "'capture' is a test itself: leave the other one out");
    return status == AJAR_OK ? read_capture(loader, item, &header->capture, &header->fact.role)
                             : status;
}

enum ajar_status loader_read_headers(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    if (!list)
        return AJAR_OK;
    enum ajar_status status = loader_check_list(loader, list, HEADERS_MAX);
    if (status != AJAR_OK)
        return status;
    signature->headers = loader_take(loader, list->count, sizeof *signature->headers);
    if (!signature->headers)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        status = read_header(loader, item, &signature->headers[signature->header_count]);
        if (status != AJAR_OK)
            return status;
        signature->header_count++;
    }
    return AJAR_OK;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* `hex`: "50 4b 03 04" */
static enum ajar_status read_hex(struct loader *loader, const struct yaml *node,
                                 struct text_fact *text)
{
    char bytes[HEX_BYTES_MAX];
    size_t used = 0;
    const char *at = node->text;
    while (*at && used < HEX_BYTES_MAX) {
        int high = hex_digit(at[0]);
        int low = high < 0 ? -1 : hex_digit(at[1]);
        if (low < 0)
            break;
        bytes[used++] = (char)(high * 16 + low);
        at += 2;
        while (*at == ' ')
            at++;
    }
    if (*at || used == 0)
        return loader_fail(loader, node,
                           "'hex' must be 1 to %d bytes of two digits each: \"50 4b 03 04\"",
                           HEX_BYTES_MAX);
    text->text = keep_text(loader, bytes, used);
    text->length = used;
    return text->text ? AJAR_OK : AJAR_ERR_MEMORY;
}

static enum ajar_status read_expression(struct loader *loader, const struct yaml *node,
                                        struct text_fact *text)
{
    struct engine_pattern pattern = {.expression = node->text};
    struct problem cause = {.text = ""};
    unsigned shortest = 0;
    enum ajar_status status = engine_measure(&pattern, &shortest, &cause);
    if (status == AJAR_ERR_FORMAT)
        return loader_fail(loader, node, "'matches' is no expression: %s", cause.text);
    if (status != AJAR_OK)
        return problem_set(loader->problem, status, "%s", cause.text);
    if (shortest == 0)
        return loader_fail(loader, node, "'matches' fits every text: let it need a character");
    text->text = node->text;
    text->length = strlen(node->text);
    return AJAR_OK;
}

static enum ajar_status read_each(struct loader *loader, const struct yaml *node,
                                  struct text_fact *text)
{
    const struct signature *signature = loader->signature;
    size_t others = 0;
    text->text = node->text;
    text->length = strlen(node->text);
    if (text->length < 2 || text->length > SIGNATURE_EACH_LENGTH)
        return loader_fail(loader, node, "'each' must be a text of 2 to %d bytes",
                           SIGNATURE_EACH_LENGTH);
    if (text->capture.before)
        return loader_fail(loader, node, "'each' counts: it captures nothing");
    if (text->fact.role != ROLE_RECORD && text->fact.role != ROLE_NAME &&
        text->fact.role != ROLE_VALUE)
        return loader_fail(loader, node, "'each' needs a role: record, name or value");
    for (size_t i = 0; i < signature->text_count; i++)
        others += signature->texts[i].kind == TEXT_EACH;
    return others < SIGNATURE_EACH_MAX
               ? AJAR_OK
               : loader_fail(loader, node, "more than %d texts with 'each'", SIGNATURE_EACH_MAX);
}

static enum ajar_status read_text_kind(struct loader *loader, const struct yaml *item,
                                       struct text_fact *text)
{
    static const struct {
        const char *key;
        enum text_kind kind;
        enum ajar_status (*read)(struct loader *, const struct yaml *, struct text_fact *);
    } kinds[] = {{"matches", TEXT_MATCHES, read_expression},
                 {"hex", TEXT_HEX, read_hex},
                 {"each", TEXT_EACH, read_each}};
    enum ajar_status status = AJAR_OK;
    size_t tests = text->fact.test.kind != TEST_NONE;
    for (size_t i = 0; status == AJAR_OK && i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct yaml *node = yaml_find(item, kinds[i].key);
        const char *value = NULL;
        if (!node)
            continue;
        tests++;
        text->kind = kinds[i].kind;
        status = loader_read_text(loader, node, kinds[i].key, &value);
        if (status == AJAR_OK)
            status = kinds[i].read(loader, node, text);
    }
    if (status == AJAR_OK && (tests > 1 || (tests == 0 && !text->capture.before)))
        return loader_fail(
            loader, item, "a text needs one of starts, contains, matches, hex, each, or a capture");
    return status;
}

static enum ajar_status read_text(struct loader *loader, const struct yaml *item,
                                  struct text_fact *text)
{
    static const char *const keys[] = {"starts", "contains", "matches", "hex",     "each",
                                       "mark",   "role",     "capture", "product", NULL};
    text->line = item->line;
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = loader_read_fact(loader, item, &text->fact);
    if (status == AJAR_OK)
        status = check_role(loader, item, &text->fact);
    if (status == AJAR_OK)
        status = read_capture(loader, item, &text->capture, &text->fact.role);
    if (status == AJAR_OK)
        status = read_text_kind(loader, item, text);
    const struct fact *fact = &text->fact;
    if (status == AJAR_OK && fact->role == ROLE_NONE && !fact->mark && !fact->product)
        return loader_fail(loader, item, "says nothing: give it a role, a mark or a product");
    if (status == AJAR_OK && needs_value(fact->role) && !text->capture.before)
        return loader_fail(loader, item, "this role needs a capture: 'text{value}end'");
    return status;
}

enum ajar_status loader_read_texts(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    if (!list)
        return AJAR_OK;
    enum ajar_status status = loader_check_list(loader, list, SIGNATURE_TEXTS_MAX);
    if (status != AJAR_OK)
        return status;
    signature->texts = loader_take(loader, list->count, sizeof *signature->texts);
    if (!signature->texts)
        return AJAR_ERR_MEMORY;
    for (const struct yaml *item = list->first; item; item = item->next) {
        status = read_text(loader, item, &signature->texts[signature->text_count]);
        if (status != AJAR_OK)
            return status;
        signature->text_count++;
    }
    return AJAR_OK;
}
