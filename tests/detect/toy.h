/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A toy store, described line by line, and one exchange with it:
 *
 *     TOY_VERDICT(VERDICT_DATA, "texts:\n  - {hex: '50 4b', role: value}\n", "GET /toys", 200, "",
 * "PK")
 *
 * The toy is known by the header line "Server: toy"; GET /toys is a request for data of its own,
 * GET /about reveals, GET /list is metadata, POST /toys/NAME writes, PUT and DELETE
 * of it by their status; GET /files/NAME gives one record of any type, GET /log and GET /table give
 * lines, GET /notes and GET /sheet the same with comments.
 */
#ifndef AJAR_TESTS_DETECT_TOY_H
#define AJAR_TESTS_DETECT_TOY_H

#include "detect/loading.h"
#include "detect/talk.h"

#define TOY_SERVER "Server: toy\r\n"
#define TOY_BEGIN                                                                                  \
    "format: 1\nname: toy\nprotocol: http\n"                                                       \
    "headers:\n  - {name: Server, equals: toy, mark: toy}\n"
#define TOY_END                                                                                    \
    "identity:\n  - {marks: [toy]}\n"                                                              \
    "requests:\n"                                                                                  \
    "  - {name: write, path: \"/toys/{index}\", methods: [POST], level: write}\n"                  \
    "  - {name: put, path: \"/toys/{index}\", methods: [PUT], level: write, written: success}\n"   \
    "  - {name: drop, path: \"/toys/{index}\", methods: [DELETE], level: write, written: [204]}\n" \
    "  - {name: toys, path: [/toys, \"/toys/{index}\"], level: data}\n"                            \
    "  - {name: file, path: \"/files/{index}\", level: data, document: any}\n"                     \
    "  - {name: log, path: /log, level: data, lines: all}\n"                                       \
    "  - {name: table, path: /table, level: data, lines: true}\n"                                  \
    "  - {name: notes, path: /notes, level: data, lines: all, comment: '#'}\n"                     \
    "  - {name: sheet, path: /sheet, level: data, lines: true, comment: '#'}\n"                    \
    "  - {name: about, path: /about, level: revealed}\n"                                           \
    "  - {name: list, path: /list, level: metadata}\n"                                             \
    "examples:\n  - {request: GET /toys, status: 200, verdict: none}\n"

/* A talk with the toy, in pieces of `piece` bytes (0 = whole); the best finding. `section` is what
 * the signature has besides. */
static inline const struct finding *toy_talk(const char *section, const char *request,
                                             const char *reply, size_t length, size_t piece)
{
    static struct talk t;
    char *text = NULL;
    cr_assert(asprintf(&text, "%s%s%s", TOY_BEGIN, section, TOY_END) > 0);
    struct signature *list[1] = {load(text)};
    struct signature_set one = {.signatures = list, .count = 1};
    talk_begin_with(&t, &one, true);
    t.set = NULL;
    t.piece = piece;
    talk_ask(&t, request);
    talk_bytes(&t, SERVER, reply, length);
    talk_end(&t);
    signature_set_clear(&one);
    signature_free(list[0]);
    free(text);
    return talk_best(&t);
}

/* One exchange; `headers` are whole lines besides TOY_SERVER. */
static inline const struct finding *toy_once(const char *section, const char *request,
                                             unsigned status, const char *headers, const char *body)
{
    char *lines = NULL;
    cr_assert(asprintf(&lines, "%s%s", TOY_SERVER, headers) > 0);
    char *reply = talk_reply_text(status, lines, body);
    const struct finding *finding = toy_talk(section, request, reply, strlen(reply), 0);
    free(reply);
    free(lines);
    return finding;
}

#define TOY_VERDICT(wanted, section, request, status, headers, body)                               \
    do {                                                                                           \
        const struct finding *judged_ = toy_once(section, request, status, headers, body);         \
        cr_expect_str_eq(verdict_name((enum verdict)judged_->verdict), verdict_name(wanted),       \
                         "%s %d %s: %s, not %s", (request), (status), (body),                      \
                         verdict_name((enum verdict)judged_->verdict), verdict_name(wanted));      \
    } while (0)

#define TOY_HTML "Content-Type: text/html\r\n"

#endif
