/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/hinting.h"

#include "detect/hint_base.h"

#define IDENTITY(marks) "identity:\n  - {marks: [" marks "]}\n"

/* One signature; its hints must fire on every text of `hits` and on none of `misses`. */
struct pair {
    const char *sections;
    const char *hit;
    const char *miss;
};

static const struct pair heads[] = {
    {"headers:\n  - {name: X-Toy, mark: a}\n" IDENTITY("a"), "Server: x\r\nx-toy: 7\r\n\r\n",
     "Server: x-toy\r\nX-Toys: 7\r\nA-X-Toy: 1\r\n\r\n"},
    {"headers:\n  - {name: X-Toy, mark: a}\n" IDENTITY("a"), "X-Toy \t: 7\n\n", "X-To: y\n\n"},
    {"headers:\n  - {name: Server, equals: toystore, mark: a}\n" IDENTITY("a"),
     "Date: x\r\nServer: \tTOYSTORE  \r\n\r\n", "Server: toystore/1\r\nVia: toystore\r\n\r\n"},
    {"headers:\n  - {name: Server, starts: \"toy (\", mark: a}\n" IDENTITY("a"),
     "Server: toy (1)\r\n\r\n", "Server: a toy (1)\r\n\r\n"},
    {"headers:\n  - {name: Server, contains: 'toy+box', mark: a}\n" IDENTITY("a"),
     "Server: my toy+box 7\r\n\r\n", "Server: my\r\nX: toy+box\r\nServer: toyybox\r\n\r\n"},
    {"headers:\n  - {name: Server, capture: 'toys/{version}', mark: a}\n" IDENTITY("a"),
     "Server: x toys/1.2\r\n\r\n", "Server: toys 1.2\r\n\r\n"},
    {"refusals:\n  - {name: lock, status: [401], header: {name: WWW-Authenticate, contains: "
     "'realm=\"toys\"'}, identity: proven}\n",
     "WWW-Authenticate: Basic realm=\"toys\"\r\n\r\n",
     "WWW-Authenticate: Basic realm=\"boys\"\r\n\r\n"},
};

static const struct pair bodies[] = {
    {"texts:\n  - {starts: \"Toy store\", mark: a}\n" IDENTITY("a"), " \r\n\ttoy STORE 7",
     "the toy store"},
    {"texts:\n  - {contains: \"Toy store\", mark: a}\n" IDENTITY("a"), "the Toy store",
     "the toy shop"},
    {"texts:\n  - {hex: \"50 4b 00 04\", mark: a}\n" IDENTITY("a"), NULL, "PK\x01\x04"},
    {"texts:\n  - {matches: \"(?i)toys: [0-9]{2}\\\\.\", mark: a}\n" IDENTITY("a"), "TOYS: 12.",
     "toys: 1."},
    {"json:\n  c:\n    - {path: /toy_box, mark: a}\n" IDENTITY("a"), "{\"x\":{\"toy_box\" :1}}",
     "{\"toy_boxes\":1,\"TOY_BOX\":2,\"x\":\"a toy_box\"}"},
    {"json:\n  c:\n    - {path: /tagline, equals: \"Toys, for all\", mark: a}\n" IDENTITY("a"),
     "{\"tagline\":\r\n \"toys, for all\"}",
     "{\"tagline\":\"Toys for all\",\"x\":\"Toys, for all\"}"},
    {"json:\n  c:\n    - {path: /error, contains: \"ToyException[\", mark: a}\n" IDENTITY("a"),
     "{\"error\":\"remote ToyException[broken]\"}", "{\"error\":\"ToyError[broken]\"}"},
    {"json:\n  c:\n    - {path: /toy_box, kind: object, mark: a}\n" IDENTITY("a"),
     "{\"toy_box\": {}}", "{\"toy_box\": 1}"},
    {"json:\n  c:\n    - {path: /toy_count, above: 0, mark: a}\n" IDENTITY("a"),
     "{\"toy_count\": 3}", "{\"toy_count\": null}"},
    {"xml:\n  c:\n    - {path: /toys/ToyBox, mark: a}\n" IDENTITY("a"),
     "<t:toys xmlns:t='x'><t:ToyBox/></t:toys>", "<toys ToyBox='1'><ToyBoxes/>ToyBox</toys>"},
    {"xml:\n  c:\n    - {path: /toys/Kind, equals: Wooden horse, mark: a}\n" IDENTITY("a"),
     "<toys><Kind lang='en'>\n wooden horse</Kind></toys>",
     "<toys><Kind>iron</Kind>Wooden horse</toys>"},
    {"xml:\n  c:\n    - {path: /toys/Kind, contains: den hors, mark: a}\n" IDENTITY("a"),
     "<toys><Kind>a wooden horse</Kind></toys>", "<toys><Kind>iron</Kind>Wooden horse</toys>"},
    {"xml:\n  c:\n    - {path: /toys/@serverName, starts: toybox, mark: a}\n" IDENTITY("a"),
     "<toys a='b' serverName = 'Toybox 7'>", "<toys aserverName='Toybox 7'><serverName>Toybox"},
    {"refusals:\n  - {name: lock, status: [403], reason: \"no toys for you\", identity: proven}\n",
     "{\"error\":{\"reason\":\"sorry, no toys for you today\"}}", "{\"reason\":\"no toys\"}"},
    {"refusals:\n  - {name: lock, status: [403], error: toy_exception, identity: proven}\n",
     "{\"error\":{\"type\":\"toy_exception\"}}", "{\"error\":{\"type\":\"boy_exception\"}}"},
    {"refusals:\n  - {name: lock, status: [403], body: \"No toys\", identity: proven}\n",
     "no toys!", "Sorry: No toys"},
};

Test(hints, finds_what_a_head_speaks_of_and_nothing_else)
{
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct hinting h;
        hinting_begin(&h, heads[i].sections);
        cr_expect_eq(hinting_head(&h, heads[i].hit), 1, "hit %zu", i);
        cr_expect_eq(h.hits.list[0].kinds, HINT_HEADER);
        cr_expect_eq(hinting_head(&h, heads[i].miss), 0, "miss %zu", i);
        cr_expect_eq(hinting_body(&h, heads[i].hit), 0, "in a body %zu", i);
        hinting_end(&h);
    }
}

Test(hints, finds_what_a_body_speaks_of_and_nothing_else)
{
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct hinting h;
        hinting_begin(&h, bodies[i].sections);
        if (bodies[i].hit)
            cr_expect_eq(hinting_body(&h, bodies[i].hit), 1, "hit %zu", i);
        cr_expect_eq(hinting_body(&h, bodies[i].miss), 0, "miss %zu", i);
        hinting_end(&h);
    }
}

Test(hints, finds_bytes_at_the_beginning_only)
{
    struct hinting h;
    hinting_begin(&h, "texts:\n  - {hex: \"50 4b 00 04\", mark: a}\n" IDENTITY("a"));
    h.hits.count = 0;
    hints_search_body(h.hints, h.scratch, (const uint8_t *)"PK\0\x04.", 5, &h.hits);
    cr_expect_eq(h.hits.count, 1);
    h.hits.count = 0;
    hints_search_body(h.hints, h.scratch, (const uint8_t *)".PK\0\x04", 5, &h.hits);
    cr_expect_eq(h.hits.count, 0);
    hinting_end(&h);
}

Test(hints, gives_no_hint_by_what_every_server_sends)
{
    struct hinting h;
    hinting_begin(&h, "headers:\n  - {name: Server, mark: a}\n"
                      "  - {name: Content-Type, mark: b}\n" IDENTITY("a, b"));
    cr_expect_eq(hinting_head(&h, "Server: x\r\nContent-Type: text/html\r\n\r\n"), 0);
    hinting_end(&h);
}

Test(hints, gives_no_hint_for_a_line_that_needs_the_stores_own_path)
{
    struct hinting h;
    hinting_begin(&h, "json:\n  c:\n    - {path: /toy_box, mark: a}\n" IDENTITY("a, own-path"));
    cr_expect_eq(hinting_body(&h, "{\"toy_box\":1}"), 0);
    hinting_end(&h);
}

Test(hints, looks_for_the_member_of_a_line_that_tells_most)
{
    struct hinting h;
    hinting_begin(&h, "json:\n  c:\n    - {path: /id, mark: a}\n    - {path: /toy_box, mark: b}\n"
                      "    - {path: /name, mark: c}\n" IDENTITY("a, b, c"));
    cr_expect_eq(hinting_body(&h, "{\"id\":1,\"name\":\"x\"}"), 0);
    cr_expect_eq(hinting_body(&h, "{\"id\":1,\"toy_box\":\"x\"}"), 1);
    cr_expect_eq(h.hits.list[0].kinds, HINT_MEMBER);
    hinting_end(&h);
}

Test(hints, looks_for_all_members_of_a_line_of_which_none_tells_much)
{
    struct hinting h;
    hinting_begin(
        &h, "json:\n  c:\n    - {path: /id, mark: a}\n    - {path: /name, mark: b}\n"
            "    - {path: /title, mark: b}\n    - {path: /ok, mark: c}\n" IDENTITY("a, b, c"));
    cr_expect_eq(hinting_body(&h, "{\"id\":1,\"name\":\"x\",\"title\":\"y\"}"), 0);
    cr_expect_eq(hinting_body(&h, "{\"ok\":true,\"title\":\"y\"}"), 0, "nothing is left of before");
    cr_expect_eq(hinting_body(&h, "{\"ok\":true,\"title\":\"y\",\"id\":1}"), 1);
    hinting_end(&h);
}

Test(hints, looks_for_all_steps_to_a_member_that_tells_little)
{
    struct hinting h;
    hinting_begin(&h, "json:\n  c:\n    - {path: \"/node/*/id\", mark: a}\n" IDENTITY("a"));
    cr_expect_eq(hinting_body(&h, "{\"id\":1}"), 0);
    cr_expect_eq(hinting_body(&h, "{\"node\":{\"x\":{\"id\":1}}}"), 1);
    hinting_end(&h);
}

Test(hints, looks_for_a_parent_that_tells_more_than_the_member)
{
    struct hinting h;
    hinting_begin(&h, "json:\n  c:\n    - {path: \"/toy_boxes/[]/id\", mark: a}\n" IDENTITY("a"));
    cr_expect_eq(hinting_body(&h, "{\"id\":1}"), 0);
    cr_expect_eq(hinting_body(&h, "{\"toy_boxes\":[{\"id\":1}]}"), 1);
    hinting_end(&h);
}

Test(hints, says_which_texts_hold)
{
    struct hinting h;
    hinting_begin(&h, "texts:\n  - {matches: \"red [a-z]+\", mark: a}\n"
                      "  - {matches: \"blue [a-z]+\", mark: b}\n"
                      "  - {matches: \"green [a-z]+\", mark: c}\n" IDENTITY("a"));
    cr_expect_eq(hinting_body(&h, "a green ball, a red box"), 1);
    cr_expect_eq(h.hits.list[0].texts, 5);
    hinting_end(&h);
}

Test(hints, looks_at_the_first_bytes_only)
{
    struct hinting h;
    char body[HINTS_BODY_MAX + 64];
    hinting_begin(&h, "texts:\n  - {contains: \"Toy store\", mark: a}\n" IDENTITY("a"));
    memset(body, '.', sizeof body);
    memcpy(body + HINTS_BODY_MAX - 9, "Toy store", 9);
    body[sizeof body - 1] = '\0';
    cr_expect_eq(hinting_body(&h, body), 1);
    memcpy(body + HINTS_BODY_MAX - 9, ".Toy store", 10);
    cr_expect_eq(hinting_body(&h, body), 0);
    hinting_end(&h);
}

Test(hints, names_a_signature_once_for_head_and_body)
{
    struct hinting h;
    static const char head[] = "X-Toy: 1\r\n\r\n";
    static const char body[] = "Toy store {\"toy_box\":1,\"toy_car\":2}";
    hinting_begin(&h, "headers:\n  - {name: X-Toy, mark: a}\n"
                      "texts:\n  - {starts: \"Toy store\", mark: b}\n"
                      "json:\n  c:\n    - {path: /toy_box, mark: c}\n"
                      "identity:\n  - {marks: [a]}\n  - {marks: [b]}\n  - {marks: [c]}\n");
    h.hits.count = 0;
    hints_search_head(h.hints, h.scratch, head, strlen(head), &h.hits);
    hints_search_body(h.hints, h.scratch, (const uint8_t *)body, strlen(body), &h.hits);
    cr_expect_eq(h.hits.count, 1);
    cr_expect_eq(h.hits.list[0].kinds, HINT_HEADER | HINT_TEXT | HINT_MEMBER);
    hinting_end(&h);
}

static void add_many(struct hinting *h, size_t count)
{
    *h = (struct hinting){.hints = NULL};
    for (size_t i = 0; i < count; i++) {
        char sections[512];
        (void)snprintf(sections, sizeof sections,
                       "headers:\n  - {name: X-Store-%zu, mark: a}\n"
                       "json:\n  c:\n    - {path: /store_member_%zu, mark: b}\n"
                       "    - {path: /tagline, equals: \"store number %zu!\", mark: c}\n"
                       "identity:\n  - {marks: [a]}\n  - {marks: [b]}\n  - {marks: [c]}\n",
                       i, i, i);
        hinting_add(h, sections);
    }
    hinting_make(h, NULL);
}

Test(hints, finds_the_same_among_five_hundred)
{
    static const size_t counts[] = {1, 20, 500};
    for (size_t i = 0; i < 3; i++) {
        struct hinting h;
        add_many(&h, counts[i]);
        cr_expect_eq(hinting_head(&h, "X-Store-0: 1\r\n\r\n"), 1);
        cr_expect_eq(h.hits.list[0].signature, 0);
        cr_expect_eq(hinting_body(&h, "{\"store_member_0\":1}"), 1);
        cr_expect_eq(h.hits.list[0].signature, 0);
        cr_expect_eq(hinting_body(&h, "{\"tagline\":\"store number 0!\"}"), 1);
        cr_expect_eq(hinting_body(&h, "{\"store_member_x\":1}"), 0);
        cr_expect_eq(hinting_body(&h, "{\"store_member_499\":1}"), counts[i] == 500);
        hinting_end(&h);
    }
}

Test(hints, counts_the_signatures_without_room)
{
    struct hinting h = {.hints = NULL};
    for (size_t i = 0; i < HINTS_MAX + 3; i++)
        hinting_add(&h, "json:\n  c:\n    - {path: /toy_box, mark: a}\n" IDENTITY("a"));
    hinting_make(&h, NULL);
    cr_expect_eq(hinting_body(&h, "{\"toy_box\":1}"), HINTS_MAX);
    cr_expect_eq(h.hits.dropped, 3);
    hinting_end(&h);
}

Test(hints, of_no_signatures_find_nothing)
{
    struct hints_scratch *scratch = NULL;
    struct hint_hits hits = {.count = 0};
    cr_assert_eq(hints_scratch_new(NULL, &scratch), AJAR_OK);
    hints_search_head(NULL, scratch, "X: y\r\n", 6, &hits);
    hints_search_body(NULL, scratch, (const uint8_t *)"x", 1, &hits);
    cr_expect_eq(hits.count, 0);
    hints_scratch_free(scratch);
    hints_free(NULL);
    hints_scratch_free(NULL);
}

Test(hints, of_the_shipped_signatures_were_compiled_when_ajar_was_built)
{
    struct signature_set *set = NULL;
    struct problem problem = {.text = ""};
    struct hint_base base;
    char *bytes = NULL;
    size_t length = 0;
    struct signature_sources sources = {.folder = SIGNATURES};
    cr_assert_eq(signature_set_load(&sources, &set, &problem), AJAR_OK, "%s", problem.text);
    cr_assert_eq(hints_write(set->hints, &bytes, &length), AJAR_OK);
    cr_assert_eq(hint_base_read(bytes, length, &base), AJAR_OK);
    cr_expect_eq(base.counts[CLUE_HEAD] + base.counts[CLUE_BODY], 0,
                 "no pattern of theirs had to be compiled");
    hint_base_clear(&base);
    free(bytes);
    signature_set_free(set);
}

Test(hints, of_a_signature_of_ones_own_are_compiled_beside_the_shipped_ones)
{
    struct hinting h = {.hints = NULL};
    struct hint_base base;
    char *bytes = NULL;
    size_t length = 0;
    hinting_add(&h, "json:\n  c:\n    - {path: /lucene_version, mark: a}\n"
                    "    - {path: /toy_box, mark: b}\n"
                    "identity:\n  - {marks: [a]}\n  - {marks: [b]}\n");
    hinting_make(&h, NULL);
    cr_assert_eq(hints_write(h.hints, &bytes, &length), AJAR_OK);
    cr_assert_eq(hint_base_read(bytes, length, &base), AJAR_OK);
    cr_expect_eq(base.counts[CLUE_BODY], 1, "the first one is a pattern of a shipped signature");
    cr_expect_eq(hinting_body(&h, "{\"lucene_version\":1}"), 1);
    cr_expect_eq(hinting_body(&h, "{\"toy_box\":1}"), 1);
    cr_expect_eq(hinting_body(&h, "{\"tagline\":\"You Know, for Search\"}"), 0,
                 "of what nobody in the set has, nothing is told");
    hint_base_clear(&base);
    free(bytes);
    hinting_end(&h);
}
