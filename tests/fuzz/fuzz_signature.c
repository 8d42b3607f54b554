/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the signature loader: bytes to YAML tree to a signature. What is refused says where and
 * why and leaves nothing behind; what is accepted can be shown and matches requests.
 */
#include "detect/request.h"
#include "detect/signature.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match(struct signature *signature, const char *path)
{
    struct signature_set set = {.signatures = &signature, .count = 1};
    struct http_request request = {.method = {"GET", 3},
                                   .target = {path, strlen(path)},
                                   .path = {path, strlen(path)},
                                   .query = {"v&h=index,dc&op=A", 17}};
    struct catalogue_request asked = {request.method, request.path, request.query};
    struct request_detail detail;
    struct catalogue_matches found;
    if (signature_set_complete(&set, NULL, NULL) != AJAR_OK)
        abort();
    catalogue_find(set.catalogue, &asked, &found);
    if (found.count > 1 || (found.count == 1 && found.list[0].rule >= signature->request_count))
        abort();
    request_keep(&set, &request, &detail);
    if (found.count == 1)
        request_read_rule(signature, &found.list[0], &detail);
    request_read_body(signature, (const uint8_t *)"\"query\"", 7, &detail);
    signature_set_clear(&set);
}

static void use(struct signature *signature)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        abort();
    signature_write(signature, out);
    if (fclose(out) != 0)
        abort();
    free(text);
    match(signature, "/");
    match(signature, "/a/b/c/_search");
    match(signature, "/_cat/indices");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct signature *signature = NULL;
    struct problem problem = {.text = ""};
    enum ajar_status status =
        signature_load_text("fuzz", (const char *)data, size, &signature, &problem);
    if (status == AJAR_OK) {
        use(signature);
        if (signature_check(signature, &problem) != AJAR_OK &&
            strncmp(problem.text, "fuzz:", 5) != 0)
            abort();
    } else if (signature || strncmp(problem.text, "fuzz:", 5) != 0) {
        abort(); /* a refusal keeps nothing and says where */
    }
    signature_free(signature);
    return 0;
}
