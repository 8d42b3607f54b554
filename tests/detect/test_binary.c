/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/evidence.h"

#include "detect/talk.h"

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
