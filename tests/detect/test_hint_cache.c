/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/hint_cache.h"

#include "detect/hinting.h"

#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char path[128]; /* the one file in it */

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/ajar-hints-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static size_t count_files(void)
{
    glob_t found;
    char shape[128];
    (void)snprintf(shape, sizeof shape, "%s/*", folder);
    if (glob(shape, 0, NULL, &found) != 0)
        return 0;
    (void)snprintf(path, sizeof path, "%s", found.gl_pathv[0]);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

static void remove_folder(void)
{
    while (count_files() > 0)
        cr_assert_eq(unlink(path), 0);
    (void)rmdir(folder);
}

static struct clue clue = {.expression = "toy", .place = CLUE_BODY};
static const struct clue *list[] = {&clue};
static const struct hint_patterns patterns = {.clues = {NULL, list}, .counts = {0, 1}};

static void keep(void)
{
    struct hint_base base;
    const struct clue *which = NULL;
    cr_assert_eq(hint_base_compile(&patterns, &base, &which, NULL), AJAR_OK);
    hint_cache_keep(folder, &patterns, &base);
    hint_base_clear(&base);
}

static bool find(void)
{
    struct hint_base base;
    bool found = hint_cache_find(folder, &patterns, &base);
    if (found)
        hint_base_clear(&base);
    return found;
}

/* One byte of the file, from its end, becomes another. */
static void spoil(long from_end)
{
    FILE *file = fopen(path, "r+");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, -from_end, SEEK_END), 0);
    int byte = fgetc(file);
    cr_assert_eq(fseek(file, -from_end, SEEK_END), 0);
    cr_assert(fputc(byte ^ 1, file) != EOF);
    cr_assert_eq(fclose(file), 0);
}

TestSuite(hint_cache, .init = make_folder, .fini = remove_folder);

Test(hint_cache, finds_what_it_kept)
{
    cr_expect_not(find());
    keep();
    cr_expect_eq(count_files(), 1, "nothing is left beside the file");
    cr_expect(find());
}

Test(hint_cache, knows_its_patterns)
{
    keep();
    clue.any_case = true;
    cr_expect_not(find());
    keep();
    cr_expect(find());
    cr_expect_eq(count_files(), 2);
    clue.any_case = false;
    cr_expect(find());
}

Test(hint_cache, does_not_read_a_damaged_file_and_writes_it_again)
{
    keep();
    (void)count_files();
    spoil(1);
    cr_expect_not(find());
    keep();
    cr_expect(find());
    cr_assert_eq(truncate(path, 100), 0);
    cr_expect_not(find());
    keep();
    cr_expect(find());
}

Test(hint_cache, does_not_read_a_file_that_others_may_write)
{
    keep();
    (void)count_files();
    cr_assert_eq(chmod(path, 0622), 0);
    cr_expect_not(find());
    cr_assert_eq(chmod(path, 0644), 0);
    cr_expect(find());
}

Test(hint_cache, does_not_follow_a_link)
{
    char other[160];
    keep();
    (void)count_files();
    (void)snprintf(other, sizeof other, "%s.real", path);
    cr_assert_eq(rename(path, other), 0);
    cr_assert_eq(symlink(other, path), 0);
    cr_expect_not(find());
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(rename(other, path), 0);
    cr_expect(find());
}

Test(hint_cache, keeps_so_many_files_and_no_more)
{
    static const char *const words[] = {"a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8", "i9", "j0"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        clue.expression = words[i];
        keep();
        cr_expect(find() || i >= HINT_CACHE_FILES);
    }
    cr_expect_eq(count_files(), HINT_CACHE_FILES);
    clue.expression = "toy";
}

Test(hint_cache, makes_its_folder)
{
    remove_folder();
    keep();
    cr_expect(find());
}

Test(hint_cache, goes_on_where_nothing_can_be_kept)
{
    struct hinting h = {.hints = NULL};
    hinting_add(&h, "json:\n  c:\n    - {path: /toy_box, mark: a}\nidentity:\n  - {marks: [a]}\n");
    hinting_make(&h, "/proc/self/nothing/here");
    cr_expect_eq(hinting_body(&h, "{\"toy_box\":1}"), 1);
    hinting_end(&h);
}

static ino_t file_number(void)
{
    struct stat about;
    cr_assert_eq(count_files(), 1);
    cr_assert_eq(stat(path, &about), 0);
    return about.st_ino;
}

Test(hint_cache, serves_the_next_start)
{
    ino_t number = 0;
    for (int start = 0; start < 3; start++) {
        struct hinting h = {.hints = NULL};
        hinting_add(&h,
                    "json:\n  c:\n    - {path: /toy_box, mark: a}\nidentity:\n  - {marks: [a]}\n");
        hinting_make(&h, folder);
        cr_expect_eq(hinting_body(&h, "{\"toy_box\":1}"), 1);
        cr_expect_eq(hinting_body(&h, "{\"toy_car\":1}"), 0);
        hinting_end(&h);
        if (start == 1)
            cr_expect_eq(file_number(), number, "it was not written again");
        if (start == 2)
            cr_expect_neq(file_number(), number, "the damaged one was");
        number = file_number();
        if (start == 1)
            spoil(40);
    }
}
