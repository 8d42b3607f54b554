/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[64];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/ajar-signatures-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"a.yaml", "b.yaml", ".c.yaml", "notes.txt"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void put(const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert(fputs(text, file) >= 0);
    cr_assert_eq(fclose(file), 0);
}

#define NAMED(name) "format: 1\nname: " name "\nprotocol: http\n" REST

static void expect_folder_refused(enum ajar_status wanted, const char *shape)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    char message[256];
    (void)snprintf(message, sizeof message, shape, folder, folder);
    cr_expect_eq(signature_set_load(folder, &set, &problem), wanted);
    cr_expect_null(set);
    cr_expect_str_eq(problem.text, message);
}

TestSuite(signature_set, .init = make_folder, .fini = remove_folder);

Test(signature_set, loads_files_in_the_order_of_their_names)
{
    struct signature_set *set = NULL;
    put("b.yaml", NAMED("ball"));
    put("a.yaml", NAMED("arrow"));
    put(".c.yaml", "hidden");
    put("notes.txt", "not read");
    cr_assert_eq(signature_set_load(folder, &set, NULL), AJAR_OK);
    cr_assert_eq(set->count, 2);
    cr_assert_str_eq(set->signatures[0]->name, "arrow");
    cr_assert_eq(signature_find(set, "ball"), set->signatures[1]);
    cr_assert_null(signature_find(set, "bal"));
    signature_set_free(set);
}

Test(signature_set, refuses_a_folder_that_is_missing)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(signature_set_load("/nowhere/at/all", &set, &problem), AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, "/nowhere/at/all: No such file or directory: --signatures must "
                                   "name a folder");
    cr_assert_null(set);
}

Test(signature_set, refuses_a_folder_without_signatures)
{
    put("notes.txt", "not read");
    expect_folder_refused(AJAR_ERR_USAGE, "%s: no signature (*.yaml) in this folder");
}

Test(signature_set, refuses_one_name_in_two_files)
{
    put("a.yaml", NAMED("same"));
    put("b.yaml", NAMED("same"));
    expect_folder_refused(AJAR_ERR_FORMAT, "%s/b.yaml: the name 'same' is taken by %s/a.yaml");
}

Test(signature_set, keeps_nothing_when_one_file_is_wrong)
{
    put("a.yaml", NAMED("good"));
    put("b.yaml", "format: 7\n");
    expect_folder_refused(AJAR_ERR_FORMAT,
                          "%s/b.yaml:1: 'format' must be a whole number from 1 to 1");
}

Test(signature_set, writes_one_line_a_signature_and_all_of_one)
{
    struct signature_set *set = NULL;
    char *text = NULL;
    size_t length = 0;
    put("a.yaml", "format: 1\nname: arrow\ntitle: Arrows\nprotocol: http\n"
                  "hardening:\n  - {product: bow, url: https://x/}\n"
                  "refusals:\n  - {name: shield, status: [401]}\n" REST);
    cr_assert_eq(signature_set_load(folder, &set, NULL), AJAR_OK);
    FILE *out = open_memstream(&text, &length);
    signature_set_write_list(set, out);
    cr_assert_eq(fflush(out), 0);
    cr_assert(strstr(text, "arrow                Arrows"), "%s", text);
    cr_assert(strstr(text, "  1 requests    1 examples  /tmp/"), "%s", text);
    signature_write(set->signatures[0], out);
    cr_assert_eq(fclose(out), 0);
    cr_assert(strstr(text, "hardening bow: https://x/\n"), "%s", text);
    cr_assert(strstr(text, "requests\n  metadata  all\n"), "%s", text);
    cr_assert(strstr(text, "refusals\n  shield\n"), "%s", text);
    free(text);
    signature_set_free(set);
}

Test(signature_set, gives_the_page_of_the_product_or_the_first)
{
    struct hardening pages[] = {{"elasticsearch", "https://a"}, {"opensearch", "https://b"}};
    struct signature with = {.name = "elasticsearch", .hardening = pages, .hardening_count = 2};
    struct signature without = {.name = "couchdb"};
    struct signature *known[] = {&with, &without};
    struct signature_set set = {known, 2};
    cr_assert_str_eq(signature_hardening(&set, "elasticsearch", "opensearch"), "https://b");
    cr_assert_str_eq(signature_hardening(&set, "elasticsearch", ""), "https://a");
    cr_assert_str_eq(signature_hardening(&set, "elasticsearch", "other"), "https://a");
    cr_assert_null(signature_hardening(&set, "couchdb", ""));
    cr_assert_null(signature_hardening(&set, "mongodb", ""));
    cr_assert_null(signature_hardening(NULL, "elasticsearch", ""));
}
