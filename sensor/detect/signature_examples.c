/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examples of a signature: a request, a reply as a header and a body, and what must come of it.
 */
#include "detect/loader.h"

#include <string.h>

static enum ajar_status read_example_verdict(struct loader *loader, const struct yaml *item,
                                             struct example *example)
{
    const struct yaml *node = yaml_find(item, "verdict");
    for (int v = VERDICT_NONE; node && node->kind == YAML_TEXT && v < VERDICTS; v++)
        if (strcmp(node->text, verdict_name((enum verdict)v)) == 0) {
            example->verdict = (enum verdict)v;
            return AJAR_OK;
        }
    return loader_fail(loader, node ? node : item, "an example needs a verdict of the ladder");
}

static enum ajar_status read_example_number(struct loader *loader, const struct yaml *item,
                                            const char *key, uint64_t *number)
{
    const struct yaml *node = yaml_find(item, key);
    *number = FINDING_NO_COUNT;
    return node ? yaml_read_number(loader->file, node, 0, UINT64_MAX - 1, number, loader->problem)
                : AJAR_OK;
}

static enum ajar_status read_example_words(struct loader *loader, const struct yaml *item,
                                           const char *key, const char *words[static 8])
{
    const struct yaml *node = yaml_find(item, key);
    return node ? loader_read_words(loader, node, words, 8) : AJAR_OK;
}

static enum ajar_status read_example_body(struct loader *loader, const struct yaml *item,
                                          struct example *example)
{
    const struct yaml *hex = yaml_find(item, "hex");
    const char *text = "";
    enum ajar_status status = loader_find_text(loader, item, "body", &text);
    example->body = (const uint8_t *)text;
    example->body_length = strlen(text);
    if (status != AJAR_OK || !hex)
        return status;
    if (yaml_find(item, "body"))
        return loader_fail(loader, hex, "an example has a 'body' or its bytes as 'hex', not both");
    return loader_read_hex(loader, hex, &example->body, &example->body_length);
}

static enum ajar_status read_example_request(struct loader *loader, const struct yaml *item,
                                             struct example *example)
{
    const struct yaml *number = yaml_find(item, "status");
    uint64_t code = 0;
    enum ajar_status status = loader_find_text(loader, item, "request", &example->request);
    if (status == AJAR_OK && (!example->request || !number))
        return loader_fail(loader, item, "an example needs a request and a status");
    const char *space = status == AJAR_OK ? strchr(example->request, ' ') : NULL;
    if (status == AJAR_OK && (!space || space == example->request || strchr(space + 1, ' ')))
        return loader_fail(loader, yaml_find(item, "request"),
                           "a request is a method and a target: \"GET /path\"");
    if (status == AJAR_OK)
        status = yaml_read_number(loader->file, number, 100, 599, &code, loader->problem);
    example->status = (uint16_t)code;
    if (status == AJAR_OK)
        status = read_example_words(loader, item, "request-headers", example->request_headers);
    return status == AJAR_OK
               ? loader_find_text(loader, item, "request-body", &example->request_body)
               : status;
}

/* What must come of it. */
static enum ajar_status read_example_result(struct loader *loader, const struct yaml *item,
                                            struct example *example)
{
    enum ajar_status status = loader_find_text(loader, item, "store", &example->store);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "product", &example->product);
    if (status == AJAR_OK)
        status = loader_find_text(loader, item, "version", &example->version);
    if (status == AJAR_OK)
        status = read_example_number(loader, item, "records", &example->records);
    if (status == AJAR_OK)
        status = read_example_number(loader, item, "returned", &example->returned);
    if (status == AJAR_OK)
        status = read_example_number(loader, item, "bytes", &example->bytes);
    if (status == AJAR_OK)
        status = read_example_words(loader, item, "datasets", example->datasets);
    return status == AJAR_OK ? read_example_verdict(loader, item, example) : status;
}

static enum ajar_status read_example(struct loader *loader, const struct yaml *item,
                                     struct example *example)
{
    static const char *const keys[] = {
        "request",  "request-headers", "request-body", "status",  "headers", "body",
        "hex",      "verdict",         "store",        "product", "version", "records",
        "returned", "bytes",           "datasets",     NULL};
    *example = (struct example){.line = item->line};
    enum ajar_status status = yaml_check_keys(loader->file, item, keys, loader->problem);
    if (status == AJAR_OK)
        status = read_example_request(loader, item, example);
    if (status == AJAR_OK)
        status = read_example_words(loader, item, "headers", example->headers);
    if (status == AJAR_OK)
        status = read_example_body(loader, item, example);
    return status == AJAR_OK ? read_example_result(loader, item, example) : status;
}

enum ajar_status loader_read_examples(struct loader *loader, const struct yaml *list)
{
    struct signature *signature = loader->signature;
    if (!list)
        return loader_fail(loader, yaml_root(loader->file),
                           "a signature needs examples: they are what its test runs");
    void *room = NULL;
    enum ajar_status status =
        loader_list_room(loader, list, 1000, sizeof *signature->examples, &room);
    signature->examples = status == AJAR_OK ? room : NULL;
    for (const struct yaml *item = list->first; status == AJAR_OK && item; item = item->next) {
        status = read_example(loader, item, &signature->examples[signature->example_count]);
        signature->example_count += status == AJAR_OK;
    }
    return status;
}
