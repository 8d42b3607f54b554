/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/evidence.h"

#include "detect/toy.h"

static struct talk t;

static const struct finding *answered(const char *type, const void *body, size_t length,
                                      size_t piece)
{
    char head[256];
    talk_begin(&t);
    t.piece = piece;
    talk_ask(&t, "GET /_search");
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 200 OK\r\ncontent-type: application/%s\r\ncontent-length: %zu\r\n\r\n",
                   type, length);
    talk_say(&t, SERVER, head);
    talk_bytes(&t, SERVER, body, length);
    talk_end(&t);
    return talk_best(&t);
}

static void expect_two(const struct finding *f, const char *what)
{
    cr_expect_str_eq(verdict_name((enum verdict)f->verdict), "data", "%s", what);
    cr_expect_eq(f->returned, 2, "%s: %llu", what, (unsigned long long)f->returned);
    cr_assert_not_null(talk_dataset(f, "cases"), "%s", what);
    cr_assert_not_null(talk_dataset(f, "people"), "%s", what);
    cr_expect_eq(f->dataset_count, 2, "%s", what);
}

static const char yaml[] = "---\nhits:\n  hits:\n  - _index: \"cases\"\n    _id: \"1\"\n"
                           "    _source:\n      a: 1\n  - _index: \"people\"\n    _id: \"2\"\n";
static const char cbor[] = "\xbf\x64hits\xbf\x64hits\x9f\xbf\x66_index\x65"
                           "cases\xff\xbf\x66_index\x78\x06people\xff\xff\xff\xff";
static const char smile[] = ":)\n\x03\xfa\x83hits\xf8\xfa\x85_index\x44"
                            "cases\xfb\xfa\x85_index\x45people\xfb\xf9\xfb";

Test(binary, bodies_of_each_format_name_their_records)
{
    expect_two(answered("yaml", yaml, sizeof yaml - 1, 0), "yaml");
    expect_two(answered("cbor", cbor, sizeof cbor - 1, 0), "cbor");
    expect_two(answered("smile", smile, sizeof smile - 1, 0), "smile");
}

Test(binary, bodies_cut_anywhere_say_the_same)
{
    for (size_t piece = 1; piece < 40; piece++) {
        expect_two(answered("yaml", yaml, sizeof yaml - 1, piece), "yaml");
        expect_two(answered("cbor", cbor, sizeof cbor - 1, piece), "cbor");
        expect_two(answered("smile", smile, sizeof smile - 1, piece), "smile");
    }
}

Test(binary, names_across_the_window_are_found_once)
{
    static char body[3 * EVIDENCE_WINDOW];
    for (size_t at = 0; at < 300; at++) {
        size_t where = EVIDENCE_WINDOW - 200 + at;
        memset(body, '.', sizeof body);
        memcpy(body, cbor, 1);
        memcpy(body + where,
               "\x66_index\x65"
               "cases",
               13);
        memcpy(body + where + EVIDENCE_WINDOW, "\x66_index\x66people", 14);
        expect_two(answered("cbor", body, sizeof body, 1000), "window");
    }
}

Test(binary, bodies_without_records_are_open)
{
    static const char none[] = "---\nhits:\n  total: 0\n  hits: []\n";
    cr_assert_verdict(answered("yaml", none, sizeof none - 1, 0), VERDICT_OPEN);
    cr_assert_verdict(answered("yaml", yaml, sizeof yaml - 1, 0), VERDICT_DATA);
}

/* A store that has nothing of the shipped ones. */
#define ANY                                                                                        \
    "json:\n  common:\n    - {path: '/rows/[]', role: record}\n"                                   \
    "    - {path: '/rows/[]/toy_set', role: record-dataset}\n"                                     \
    "    - {path: '/by/*', role: value}\n    - {path: /doc, role: document}\n"                     \
    "    - {path: /tag, equals: toys, product: wooden}\n    - {path: '/[]', role: record}\n"       \
    "    - {path: /database, role: record-dataset}\n"                                              \
    "  more:\n    - {path: '/cells/[]', role: value}\n"

static const struct finding *any(const char *type, const char *body, size_t length)
{
    char reply[1024];
    int head = snprintf(reply, sizeof reply,
                        "HTTP/1.1 200 OK\r\nServer: toy\r\nContent-Type: application/%s\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        type, length);
    memcpy(reply + head, body, length);
    return toy_talk(ANY, "GET /toys", reply, (size_t)head + length, 7);
}

#define EXPECT(wanted, type, body)                                                                 \
    cr_assert_verdict(any(type, body, sizeof body - 1), wanted, " of %s %s", type, #body)

Test(binary, lists_of_any_store_are_data_with_an_element_in_them)
{
    EXPECT(VERDICT_DATA, "cbor", "\xa1\x64rows\x81\x01");
    EXPECT(VERDICT_OPEN, "cbor", "\xa1\x64rows\x80");
    EXPECT(VERDICT_DATA, "cbor", "\xbf\x64rows\x9f\x01\xff\xff");
    EXPECT(VERDICT_OPEN, "cbor", "\xbf\x64rows\x9f\xff\xff");
    EXPECT(VERDICT_OPEN, "cbor", "\xa1\x65rowsx\x81\x01");
    EXPECT(VERDICT_OPEN, "cbor", "\xa1\x65xrows\x81\x01");
    EXPECT(VERDICT_OPEN, "cbor",
           "\xa1\x65"
           "cells\x81\x01"); /* of a group that is not read */
    EXPECT(VERDICT_DATA, "x-jackson-smile", ":)\n\x03\xfa\x83rows\xf8\xc2\xf9\xfb");
    EXPECT(VERDICT_OPEN, "x-jackson-smile", ":)\n\x03\xfa\x83rows\xf8\xf9\xfb");
    EXPECT(VERDICT_DATA, "yaml", "---\nrows:\n  - 1\n");
    EXPECT(VERDICT_DATA, "yaml", "---\n\"rows\": [1]\n");
    EXPECT(VERDICT_OPEN, "yaml", "---\nrows: []\nx: 1\n");
}

Test(binary, maps_and_documents_of_any_store_are_data_unless_they_are_empty)
{
    EXPECT(VERDICT_DATA, "cbor",
           "\xa1\x62"
           "by\xa1\x61"
           "a\x01");
    EXPECT(VERDICT_OPEN, "cbor",
           "\xa1\x62"
           "by\xa0");
    EXPECT(VERDICT_DATA, "x-jackson-smile",
           ":)\n\x03\xfa\x81"
           "by\xfa\x80"
           "a\xc2\xfb\xfb");
    EXPECT(VERDICT_OPEN, "x-jackson-smile",
           ":)\n\x03\xfa\x81"
           "by\xfa\xfb\xfb");
    EXPECT(VERDICT_DATA, "yaml", "---\nby:\n  a: 1\n");
    EXPECT(VERDICT_OPEN, "yaml", "---\nby: {}\n");
    EXPECT(VERDICT_DATA, "cbor",
           "\xa1\x63"
           "doc\x01");
    EXPECT(VERDICT_OPEN, "cbor",
           "\xa1\x63"
           "doc\xf6");
    EXPECT(VERDICT_OPEN, "yaml", "---\ndoc: null\n");
}

Test(binary, bodies_that_are_one_list_are_data_with_an_element_in_it)
{
    EXPECT(VERDICT_DATA, "cbor",
           "\x81\xa1\x61"
           "a\x01");
    EXPECT(VERDICT_OPEN, "cbor", "\x80");
    EXPECT(VERDICT_DATA, "x-jackson-smile", ":)\n\x03\xf8\xfa\xfb\xf9");
    EXPECT(VERDICT_OPEN, "x-jackson-smile", ":)\n\x03\xf8\xf9");
    EXPECT(VERDICT_DATA, "yaml", "---\n- a: 1\n");
    EXPECT(VERDICT_OPEN, "yaml", "---\na: 1\n");
}

Test(binary, members_say_what_the_store_is_and_whose_a_record_is)
{
    static const char tagged[] = "\xa2\x63tag\x64toys\x63"
                                 "doc\x01";
    static const char other[] = "\xa2\x63tag\x64"
                                "dogs\x63"
                                "doc\x01";
    cr_expect_str_eq(any("cbor", tagged, sizeof tagged - 1)->product, "wooden");
    cr_expect_str_eq(any("cbor", other, sizeof other - 1)->product, "");
    static const char inside[] = "\xa1\x64rows\x81\xa1\x67toy_set\x61"
                                 "b";
    const struct finding *f = any("cbor", inside, sizeof inside - 1);
    cr_expect_eq(f->returned, 1);
    cr_assert_not_null(talk_dataset(f, "b"));
    EXPECT(VERDICT_OPEN, "cbor",
           "\xa1\x68"
           "database\x61"
           "b"); /* no record around it */
}
