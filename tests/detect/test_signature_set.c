/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/loading.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], own[80];
static const struct signature_sources sources = {.folder = folder};
static const struct signature_sources both = {.folder = folder, .own_folder = own};

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/ajar-signatures-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(own, sizeof own, "%s/own", folder);
    cr_assert_eq(mkdir(own, 0700), 0);
}

static void remove_folder(void)
{
    static const char *const names[] = {"a.yaml",    "b.yaml",     ".c.yaml",
                                        "notes.txt", "own/a.yaml", "own/b.yaml"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(own);
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

#define NAMED(name)                                                                                \
    "format: 1\nname: " name "\nprotocol: http\nverified: server\nversions: [1]\n" REST            \
    "  - {request: GET /toys, status: 200, verdict: metadata}\n"

static void expect_folder_refused(enum ajar_status wanted, const char *shape)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    char message[256];
    (void)snprintf(message, sizeof message, shape, folder, folder);
    cr_expect_eq(signature_set_load(&sources, &set, &problem), wanted);
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
    cr_assert_eq(signature_set_load(&sources, &set, NULL), AJAR_OK);
    cr_assert_eq(set->count, 2);
    cr_assert_str_eq(set->signatures[0]->name, "arrow");
    cr_assert_eq(signature_find(set, "ball"), set->signatures[1]);
    cr_assert_null(signature_find(set, "bal"));
    signature_set_free(set);
}

Test(signature_set, refuses_a_folder_that_is_missing)
{
    static const struct signature_sources nowhere = {.folder = "/nowhere/at/all"};
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    cr_assert_eq(signature_set_load(&nowhere, &set, &problem), AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, "/nowhere/at/all: No such file or directory: --signatures must "
                                   "name a folder");
    cr_assert_null(set);
}

Test(signature_set, refuses_a_folder_without_signatures)
{
    put("notes.txt", "not read");
    expect_folder_refused(AJAR_ERR_USAGE, "%s: no signature (*.yaml) in this folder");
}

Test(signature_set, refuses_a_file_that_would_be_passed_over)
{
    put("a.yaml", NAMED("good"));
    put("b.yml", NAMED("other"));
    expect_folder_refused(AJAR_ERR_USAGE,
                          "%s/b.yml: signatures end in .yaml: rename it, or take it away");
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

Test(signature_set, lets_the_user_s_own_take_the_place_of_a_shipped_one)
{
    struct signature_set *set = NULL;
    put("a.yaml", NAMED("arrow"));
    put("b.yaml", NAMED("ball"));
    put("own/a.yaml", NAMED("ball"));
    put("own/b.yaml", NAMED("cart"));
    cr_assert_eq(signature_set_load(&both, &set, NULL), AJAR_OK);
    cr_assert_eq(set->count, 3);
    cr_assert_not(signature_find(set, "arrow")->own);
    cr_assert(signature_find(set, "ball")->own);
    cr_assert(strstr(signature_find(set, "ball")->file, "/own/a.yaml"));
    cr_assert(signature_find(set, "cart")->own);
    signature_set_free(set);
    cr_assert_eq(signature_set_load(&sources, &set, NULL), AJAR_OK);
    cr_assert_eq(set->count, 2);
    cr_assert_not(signature_find(set, "ball")->own);
    signature_set_free(set);
}

Test(signature_set, takes_an_empty_folder_of_the_user_but_not_a_missing_one)
{
    static const struct signature_sources missing = {.folder = folder, .own_folder = "/nowhere"};
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    put("a.yaml", NAMED("arrow"));
    cr_assert_eq(signature_set_load(&both, &set, NULL), AJAR_OK);
    cr_assert_eq(set->count, 1);
    signature_set_free(set);
    set = NULL;
    cr_assert_eq(signature_set_load(&missing, &set, &problem), AJAR_ERR_SYSTEM);
    cr_assert_str_eq(problem.text, "/nowhere: No such file or directory: --own-signatures must "
                                   "name a folder");
    cr_assert_null(set);
}

Test(signature_set, refuses_one_name_in_two_files_of_the_user)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    put("a.yaml", NAMED("arrow"));
    put("own/a.yaml", NAMED("arrow"));
    put("own/b.yaml", NAMED("arrow"));
    cr_assert_eq(signature_set_load(&both, &set, &problem), AJAR_ERR_FORMAT);
    cr_assert(strstr(problem.text, "/own/b.yaml: the name 'arrow' is taken by "), "%s",
              problem.text);
    cr_assert_null(set);
}

Test(signature_set, adds_a_file_in_place_of_one_of_its_name)
{
    char path[128];
    struct signature_set *set = NULL;
    const struct signature *added = NULL;
    struct problem problem = {.text = ""};
    put("a.yaml", NAMED("arrow"));
    put("own/a.yaml", NAMED("arrow"));
    put("own/b.yaml", "format: 7\n");
    cr_assert_eq(signature_set_load(&sources, &set, NULL), AJAR_OK);
    (void)snprintf(path, sizeof path, "%s/a.yaml", own);
    for (int twice = 0; twice < 2; twice++) {
        cr_assert_eq(signature_set_add(set, path, &added, NULL), AJAR_OK);
        cr_assert_eq(set->count, 1);
        cr_assert_eq(signature_find(set, "arrow"), added);
        cr_assert_str_eq(added->file, path);
    }
    (void)snprintf(path, sizeof path, "%s/b.yaml", own);
    cr_assert_eq(signature_set_add(set, path, &added, &problem), AJAR_ERR_FORMAT);
    cr_assert_eq(signature_find(set, "arrow"), added);
    signature_set_free(set);
}

Test(signature_set, gives_the_page_of_the_product_or_the_first)
{
    struct hardening pages[] = {{"elasticsearch", "https://a"}, {"opensearch", "https://b"}};
    struct signature with = {.name = "elasticsearch", .hardening = pages, .hardening_count = 2};
    struct signature without = {.name = "couchdb"};
    struct signature *known[] = {&with, &without};
    struct signature_set set = {.signatures = known, .count = 2};
    cr_assert_str_eq(signature_hardening(&set, "elasticsearch", "opensearch"), "https://b");
    cr_assert_str_eq(signature_hardening(&set, "elasticsearch", ""), "https://a");
    cr_assert_str_eq(signature_hardening(&set, "elasticsearch", "other"), "https://a");
    cr_assert_null(signature_hardening(&set, "couchdb", ""));
    cr_assert_null(signature_hardening(&set, "mongodb", ""));
    cr_assert_null(signature_hardening(NULL, "elasticsearch", ""));
}
