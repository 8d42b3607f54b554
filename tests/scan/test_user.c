/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"
#include "scan/user.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/ajar-classes-XXXXXX.yaml";

static const char *file_with(const char *text)
{
    (void)snprintf(path, sizeof path, "/tmp/ajar-classes-XXXXXX.yaml");
    int descriptor = mkstemps(path, 5);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(descriptor);
    return path;
}

/* The sentence behind "FILE:LINE: " that loading the text ends with; "" if it loads. */
static const char *refusal(const char *text)
{
    static struct problem problem;
    struct scan_set *set = NULL;
    problem.text[0] = '\0';
    enum ajar_status status = scan_set_load(file_with(text), &set, &problem);
    (void)unlink(path);
    cr_expect_eq(status == AJAR_OK, set != NULL);
    scan_set_free(set);
    const char *behind = strncmp(problem.text, path, strlen(path)) == 0
                             ? problem.text + strlen(path) + 1
                             : problem.text;
    return behind;
}

#define CLASS(rest) "classes:\n  - name: staff_id\n" rest

Test(user, takes_a_class_with_a_literal)
{
    cr_expect_str_empty(refusal(CLASS("    regex: 'EMP-[0-9]{6}'\n")));
    cr_expect_str_empty(refusal(CLASS("    regex: '[0-9]{6}'\n    keyword: employee\n")));
    cr_expect_str_empty(
        refusal(CLASS("    regex: 'EMP-[0-9]{6}'\n    validator: luhn\n    weight: 70\n"
                      "    any-case: true\n")));
}

Test(user, says_what_is_wrong_and_where)
{
    cr_expect_str_eq(
        refusal(CLASS("    regex: '[0-9]{6}'\n")),
        "3: regex of staff_id would be tried at every byte; begin it with a text of at "
        "least 3 bytes outside of brackets, or give a keyword");
    cr_expect(strstr(refusal(CLASS("    regex: 'EMP-('\n")), "3: regex of staff_id: "));
    cr_expect_str_eq(refusal(CLASS("    regex: '(EMP-)?'\n")),
                     "3: regex of staff_id matches the empty text; it must need at least one byte");
    cr_expect_str_eq(refusal(CLASS("    regexp: 'EMP-'\n")) == NULL ? "" : "x", "x");
    cr_expect_str_eq(refusal(CLASS("")), "2: class staff_id needs a regex");
    cr_expect_str_eq(refusal(CLASS("    regex: 'EMP-1'\n    validator: crc\n")),
                     "4: \"crc\" is no validator; there are none, luhn and mod97");
    cr_expect_str_eq(refusal("classes:\n  - name: email\n    regex: abc\n"),
                     "2: ajar has a class email already; use another name");
    cr_expect_str_eq(
        refusal("classes:\n  - name: aa\n    regex: abc\n  - name: aa\n    regex: abc\n"),
        "4: class aa is described twice");
    cr_expect_str_eq(
        refusal("classes:\n  - name: a_name_that_is_really_too_long\n    regex: abc\n"),
        "2: name is too long; at most 23 bytes");
    cr_expect_str_eq(refusal("classes:\n  - name: A B\n    regex: abc\n"),
                     "2: \"A B\" is no name for a class; use small letters, digits and _, a letter "
                     "first");
    cr_expect_str_eq(refusal("classes: 5\n"), "1: classes must be a list; see docs/classes.md");
}

Test(user, has_a_limit)
{
    char text[4096] = "classes:\n";
    size_t used = strlen(text);
    for (int i = 0; i < 32; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "  - name: c%d\n    regex: abc%d\n", i, i);
    cr_expect_str_empty(refusal(text));
    (void)snprintf(text + used, sizeof text - used, "  - name: one_more\n    regex: xyz\n");
    cr_expect_str_eq(refusal(text), "66: more than 32 classes; leave some out");
}

static struct finding_class row_of(const char *classes, const char *text, size_t piece)
{
    static struct finding finding;
    struct scan_set *set = NULL;
    struct scanner *scanner = NULL;
    struct scan_book book = {.count = 0};
    struct problem problem = {.text = ""};
    cr_assert_eq(scan_set_load(file_with(classes), &set, &problem), AJAR_OK, "%s", problem.text);
    (void)unlink(path);
    struct scan_options options = {.set = set, .replies_max = 1};
    cr_assert_eq(scanner_new(&options, &scanner), AJAR_OK);
    struct scan_reply *reply = scan_begin(scanner, 0);
    for (size_t at = 0; at < strlen(text); at += piece)
        scan_feed(scanner, reply, text + at, strlen(text) - at < piece ? strlen(text) - at : piece);
    scan_finish(scanner, reply);
    scan_keep(scanner, reply, &book, true);
    memset(&finding, 0, sizeof finding);
    scan_book_fill(scanner, &book, &finding);
    scan_give(scanner, reply);
    scanner_free(scanner);
    scan_set_free(set);
    for (unsigned i = 0; i < finding.class_count; i++)
        if (strcmp(finding.classes[i].name, "staff_id") == 0)
            return finding.classes[i];
    return (struct finding_class){.values = 0};
}

Test(user, counts_whole_values_once)
{
    static const char classes[] = CLASS("    regex: 'EMP-[0-9]+'\n");
    static const char text[] = "EMP-123456 and EMP-77, EMP-123456; EMP- EMPTY";
    for (size_t piece = 1; piece <= sizeof text; piece += 5) {
        struct finding_class row = row_of(classes, text, piece);
        cr_expect_eq(row.values, 3, "%zu", piece);
        cr_expect_eq(sketch_estimate(&row.distinct), 2);
    }
}

Test(user, a_keyword_must_stand_near)
{
    static const char classes[] = CLASS("    regex: '[0-9]{6}'\n    keyword: employee\n");
    cr_expect_eq(row_of(classes, "Employee no. 123456", 100).values, 1);
    cr_expect_eq(row_of(classes, "customer no. 123456", 100).values, 0);
}

Test(user, a_validator_decides)
{
    static const char classes[] = CLASS("    regex: 'EMP-[0-9]{8}'\n    validator: luhn\n");
    cr_expect_eq(row_of(classes, "EMP-49927398716 EMP-00000018 EMP-00000019", 100).values, 1);
    cr_expect(user_check_holds(USER_CHECK_LUHN, (const uint8_t *)"79927398713", 11));
    cr_expect_not(user_check_holds(USER_CHECK_LUHN, (const uint8_t *)"79927398714", 11));
    cr_expect(
        user_check_holds(USER_CHECK_MOD97, (const uint8_t *)"3214282912345698765432161182", 28));
    cr_expect_not(
        user_check_holds(USER_CHECK_MOD97, (const uint8_t *)"3214282912345698765432161183", 28));
}
