/* SPDX-License-Identifier: Apache-2.0 */
/* Every example of every shipped signature gives the verdict it names. */
#include "detect/signature.h"

#include <criterion/criterion.h>
#include <string.h>

Test(examples, of_all_shipped_signatures_hold)
{
    struct problem problem = {0};
    struct signature_set *set = NULL;
    size_t run = 0;
    cr_assert_eq(
        signature_set_load(&(struct signature_sources){.folder = SIGNATURES}, &set, &problem),
        AJAR_OK, "%s", problem.text);
    size_t differ = signature_set_test(set, stderr, &run);
    cr_assert_eq(differ, 0, "%zu of %zu examples differ", differ, run);
    cr_assert_gt(run, 10);
    signature_set_free(set);
}

static const char wrong[] =
    "format: 1\nname: toy\nprotocol: http\n"
    "json:\n  common:\n    - {path: /toy, mark: toy, role: name}\n"
    "identity:\n  - {marks: [toy]}\n"
    "requests:\n  - {name: all, path: /toys, level: metadata}\n"
    "examples:\n"
    "  - {request: GET /toys, status: 200, body: '{\"toy\":1}', verdict: metadata}\n"
    "  - {request: GET /toys, status: 200, body: '{\"toy\":1}', verdict: data}\n";

Test(examples, that_are_wrong_are_named_and_right_ones_are_not)
{
    struct problem problem = {0};
    struct signature *signature = NULL;
    size_t run = 0;
    cr_assert_eq(signature_load_text("toy.yaml", wrong, strlen(wrong), &signature, &problem),
                 AJAR_OK, "%s", problem.text);
    struct signature_set set = {.signatures = &signature, .count = 1};
    cr_assert_eq(signature_set_complete(&set, NULL, NULL), AJAR_OK);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cr_assert_eq(signature_set_test(&set, out, &run), 1);
    fclose(out);
    cr_assert_eq(run, 2);
    cr_assert(strstr(text, "toy.yaml:13: GET /toys: expected data, got metadata"), "%s", text);
    free(text);
    signature_set_clear(&set);
    signature_free(signature);
}
