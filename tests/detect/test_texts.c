/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in bodies of any format, each beside a body that lacks it. */
#include "detect/reply.h"

#include "detect/toy.h"

Test(texts, that_begin_a_body_are_found_behind_blanks_in_any_case)
{
    static const char starts[] = "texts:\n  - {starts: '<title>Toys', role: name}\n";
    TOY_VERDICT(VERDICT_METADATA, starts, "GET /toys", 200, TOY_HTML,
                "\r\n <TITLE>toys of</title>");
    TOY_VERDICT(VERDICT_OPEN, starts, "GET /toys", 200, TOY_HTML, "x<title>Toys");
    TOY_VERDICT(VERDICT_OPEN, starts, "GET /toys", 200, TOY_HTML, "");
}

Test(texts, are_looked_for_in_json_lines_and_bytes_alike)
{
    static const char has[] = "texts:\n  - {contains: secret, role: value}\n";
    TOY_VERDICT(VERDICT_DATA, has, "GET /toys", 200, "", "{\"a\":\"secret\"}");
    TOY_VERDICT(VERDICT_OPEN, has, "GET /toys", 200, "", "{\"a\":\"nothing\"}");
    TOY_VERDICT(VERDICT_DATA, has, "GET /toys", 200, "", "one secret\n");
    TOY_VERDICT(VERDICT_DATA, has, "GET /toys", 200, "", "{broken [ secret");
    TOY_VERDICT(VERDICT_DATA, has, "GET /toys", 200, TOY_HTML, "<p>secret</p>");
    TOY_VERDICT(VERDICT_DATA, has, "GET /toys", 200, "Content-Type: application/cbor\r\n",
                "\xa1\x61secret");
    TOY_VERDICT(VERDICT_OPEN, has, "GET /toys", 200, TOY_HTML, "<p>Secret</p>");
}

Test(texts, are_held_against_the_first_bytes_only)
{
    static const char has[] = "texts:\n  - {contains: secret, role: value}\n";
    char body[EVIDENCE_PREFIX + 8];
    memset(body, ' ', sizeof body);
    memcpy(body + EVIDENCE_PREFIX - 6, "secret", 7);
    body[EVIDENCE_PREFIX] = '\0';
    TOY_VERDICT(VERDICT_DATA, has, "GET /toys", 200, TOY_HTML, body);
    memset(body, ' ', sizeof body);
    memcpy(body + EVIDENCE_PREFIX - 5, "secret", 7);
    TOY_VERDICT(VERDICT_OPEN, has, "GET /toys", 200, TOY_HTML, body);
}

Test(texts, of_bytes_are_the_first_ones)
{
    static const char zip[] = "texts:\n  - {hex: '50 4b 03 04', role: value}\n";
    static const char type[] = "Content-Type: application/zip\r\n";
    TOY_VERDICT(VERDICT_DATA, zip, "GET /toys", 200, type, "PK\x03\x04 and more");
    TOY_VERDICT(VERDICT_OPEN, zip, "GET /toys", 200, type, " PK\x03\x04 and more");
    TOY_VERDICT(VERDICT_OPEN, zip, "GET /toys", 200, type, "PK\x03");
}

Test(texts, capture_what_stands_between_two_others)
{
    static const char version[] = "texts:\n  - {capture: 'Toy v{version}</b>'}\n"
                                  "  - {capture: 'in {value} of', role: cluster-name}\n";
    const struct finding *f =
        toy_once(version, "GET /about", 200, TOY_HTML, "<b>Toy v1.2</b> in a of");
    cr_expect_str_eq(f->version, "1.2");
    cr_expect_str_eq(f->cluster_name, "a");
    f = toy_once(version, "GET /about", 200, TOY_HTML, "Toy v1.3\r\nmore</b> out of");
    cr_expect_str_eq(f->version, "1.3");
    cr_expect_str_eq(f->cluster_name, "");
    TOY_VERDICT(VERDICT_REVEALED, version, "GET /about", 200, TOY_HTML, "<b>Toy</b>");
}

Test(texts, that_expressions_match_are_those_that_were_told_so)
{
    static struct evidence evidence;
    struct signature *signature = load(HEAD "texts:\n  - {starts: x, mark: one}\n"
                                            "  - {matches: 'a+', mark: two}\n" REST);
    struct http_reply head = {.status = 200};
    evidence.signature = signature;
    evidence.reply.note.rule = SIGNATURE_NONE;
    reply_begin(&evidence, &head);
    (void)reply_add_body(&evidence, (const uint8_t *)"y", 1);
    reply_finish(&evidence);
    cr_expect_eq(evidence.reply.marks & signature->texts[1].fact.mark, 0);
    reply_begin(&evidence, &head);
    evidence.reply.texts_matched = 2;
    (void)reply_add_body(&evidence, (const uint8_t *)"y", 1);
    reply_finish(&evidence);
    cr_expect_neq(evidence.reply.marks & signature->texts[1].fact.mark, 0);
    cr_expect_eq(evidence.reply.marks & signature->texts[0].fact.mark, 0);
    signature_free(signature);
}

#define EACH                                                                                       \
    "texts:\n  - {each: '<tr', role: record}\n  - {each: 'abcabcabd', role: record}\n"             \
    "  - {each: '<th', role: name}\n"

/* Rows of a table, one of them behind the first EVIDENCE_PREFIX bytes. */
static const struct finding *rows(size_t piece)
{
    char reply[4096];
    int length = snprintf(reply, sizeof reply,
                          "HTTP/1.1 200 OK\r\nServer: toy\r\nContent-Type: text/html\r\n"
                          "Content-Length: 1537\r\n\r\n<table><tr><tr><<tr>abcabcabcabd%*s<tr/>",
                          1500, "");
    cr_assert_eq(strlen(strstr(reply, "\r\n\r\n")) - 4, 1537);
    return toy_talk(EACH, "GET /toys/a", reply, (size_t)length, piece);
}

Test(texts, are_counted_over_the_whole_body_however_it_is_cut)
{
    for (size_t piece = 0; piece < 140; piece++) {
        const struct finding *f = rows(piece);
        cr_assert_verdict(f, VERDICT_DATA);
        cr_assert_eq(f->returned, 5, "%zu: %llu", piece, (unsigned long long)f->returned);
        cr_assert_eq(talk_dataset(f, "a")->returned, 5);
    }
    TOY_VERDICT(VERDICT_METADATA, EACH, "GET /toys", 200, TOY_HTML, "<table><th>");
    TOY_VERDICT(VERDICT_OPEN, EACH, "GET /toys", 200, TOY_HTML, "<table><t");
    TOY_VERDICT(VERDICT_OPEN, EACH, "GET /toys", 200, TOY_HTML, "<");
}
