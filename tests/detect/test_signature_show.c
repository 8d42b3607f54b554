/* SPDX-License-Identifier: Apache-2.0 */
/* What people are shown of signatures. */
#include "detect/loading.h"

#include <stdlib.h>

static const char arrow[] =
    "format: 1\nname: arrow\ntitle: Arrows\nprotocol: http\nports: [80, 8080]\n"
    "verified: server\nversions: [1.0, 2.0]\ndocumentation: [https://d/]\nseverity: high\n"
    "technique: T1530\nreference: https://r/\ncredentials: {headers: [X-Bow], cookies: [quiver]}\n"
    "hardening:\n  - {product: bow, url: https://x/}\n"
    "refusals:\n  - {name: shield, status: [401, 403]}\n"
    "requests:\n  - {name: all, path: [/arrows, /bows], methods: [GET, POST], level: "
    "metadata}\n" EXAMPLES;

/* What is written of it; caller frees. */
static char *shown(bool whole)
{
    struct signature *signature = load(arrow);
    struct signature_set set = {.signatures = &signature, .count = 1};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (whole)
        signature_write(signature, out);
    else
        signature_set_write_list(&set, out);
    cr_assert_eq(fclose(out), 0);
    signature_free(signature);
    return text;
}

Test(signature_show, writes_a_line_of_each_and_how_many_were_verified)
{
    char *text = shown(false);
    cr_expect_str_eq(text, "arrow                Arrows                               80,8080     "
                           "       1 requests   1 examples  server 1.0, 2.0\n"
                           "1 signature, 1 verified with recorded servers\n");
    free(text);
}

Test(signature_show, writes_all_of_one)
{
    char *text = shown(true);
    cr_expect_str_eq(text, "arrow: Arrows\n"
                           "file          toy.yaml\n"
                           "ports         80,8080\n"
                           "verified      server\n"
                           "versions      1.0, 2.0\n"
                           "documentation https://d/\n"
                           "severity      +10\n"
                           "weakness      CWE-306\n"
                           "technique     T1530\n"
                           "reference     https://r/\n"
                           "hardening     bow: https://x/\n"
                           "headers       X-Bow\n"
                           "cookies       quiver\n"
                           "requests\n"
                           "  metadata  all                      GET,POST /arrows /bows\n"
                           "refusals and exceptions\n"
                           "  refused   401 403 shield\n"
                           "examples\n"
                           "  none      200 GET /toys\n");
    free(text);
}
