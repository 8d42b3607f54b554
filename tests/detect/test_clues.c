/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/clues.h"

#include "detect/hinting.h"

static struct hinting h;
static struct clue_list list;

static void derive(const char *sections)
{
    h = (struct hinting){.hints = NULL};
    hinting_add(&h, sections);
    cr_assert_eq(clues_derive(&h.set, &list), AJAR_OK);
}

static void forget(void)
{
    clues_clear(&list);
    hinting_end(&h);
}

/* The expressions in their order, by commas. */
static const char *expressions(void)
{
    static char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s", i ? "," : "",
                       list.clues[i].expression);
    }
    return text;
}

#define PATHS(first, second)                                                                       \
    "json:\n  c:\n    - {path: " first ", mark: a}\n    - {path: " second ", mark: b}\n"

Test(clues, take_one_mark_of_a_line)
{
    derive(PATHS("/toys", "/toy_box") "identity:\n  - {marks: [a, b]}\n");
    cr_expect_str_eq(expressions(), "\"toy_box\"");
    cr_expect_eq(list.clues[0].group, CLUE_ALONE);
    forget();
}

Test(clues, take_every_fact_of_a_mark)
{
    derive(PATHS("/toy_box", "/toys") "    - {path: /toy_chest, mark: a}\n"
                                      "identity:\n  - {marks: [a, b]}\n");
    cr_expect_str_eq(expressions(), "\"toy_box\",\"toy_chest\"");
    forget();
}

Test(clues, leave_out_lines_that_another_one_covers)
{
    derive(PATHS("/toy_box", "/toy_chest") "identity:\n  - {marks: [a]}\n  - {marks: [a, b]}\n");
    cr_expect_str_eq(expressions(), "\"toy_box\"");
    forget();
}

Test(clues, come_together_where_none_tells_enough)
{
    derive(PATHS("/id", "/name") "identity:\n  - {marks: [a, b]}\n");
    cr_expect_str_eq(expressions(), "\"id\",\"name\"");
    cr_expect_eq(list.group_count, 1);
    cr_expect_eq(list.groups[0].parts, 3);
    cr_expect_eq(list.clues[1].part, 1);
    forget();
}

Test(clues, of_expressions_are_always_there)
{
    derive("texts:\n  - {matches: \"toys: [0-9]+\", role: name}\n" PATHS(
        "/toy_box", "/toys") "identity:\n  - {marks: [a]}\n");
    cr_expect_str_eq(expressions(), "toys: [0-9]+,\"toy_box\"");
    cr_expect_eq(list.clues[0].text, 0);
    cr_expect_eq(list.clues[1].text, CLUE_NO_TEXT);
    forget();
}

Test(clues, of_refusals_need_an_identity)
{
    derive("refusals:\n  - {name: lock, status: [401], body: \"No toys here\"}\n");
    cr_expect_eq(list.count, 0);
    forget();
    derive(
        "refusals:\n  - {name: lock, status: [401], body: \"No toys here\", identity: likely}\n");
    cr_expect_eq(list.count, 1);
    cr_expect_eq(list.clues[0].kind, HINT_TEXT);
    forget();
    derive("refusals:\n  - {name: lock, status: [401], body: \"No toys here\", paths: own, "
           "identity: likely}\n");
    cr_expect_eq(list.count, 0, "the path names the signature");
    forget();
}

Test(clues, of_refusals_are_what_weighs_most)
{
    derive("refusals:\n  - {name: lock, status: [401], body: \"No toys here for you\", header: "
           "{name: WWW-Authenticate, contains: Basic}, identity: proven}\n"
           "  - {name: lock, status: [401], body: \"No\", header: {name: X-Toy-Lock, contains: "
           "closed}, identity: proven}\n");
    cr_assert_eq(list.count, 2);
    cr_expect_eq(list.clues[0].place, CLUE_BODY);
    cr_expect_eq(list.clues[1].place, CLUE_HEAD);
    forget();
}

Test(clues, are_the_same_every_time)
{
    char first[1024];
    derive(PATHS("/toy_box", "/name") "identity:\n  - {marks: [a]}\n  - {marks: [b]}\n");
    (void)snprintf(first, sizeof first, "%s", expressions());
    forget();
    derive(PATHS("/toy_box", "/name") "identity:\n  - {marks: [a]}\n  - {marks: [b]}\n");
    cr_expect_str_eq(expressions(), first);
    forget();
}
