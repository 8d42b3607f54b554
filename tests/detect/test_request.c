/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/request.h"

#include "detect/talk.h"

static struct signature_set *set;

static void load(void)
{
    set = talk_signatures();
}

static void unload(void)
{
    signature_set_free(set);
}

TestSuite(request, .init = load, .fini = unload);

static struct slice slice_of(const char *text)
{
    return (struct slice){text, strlen(text)};
}

/* "GET /path?query" */
static struct http_request request_of(const char *text)
{
    const char *target = strchr(text, ' ') + 1;
    const char *query = strchr(target, '?');
    size_t path = query ? (size_t)(query - target) : strlen(target);
    return (struct http_request){.method = {text, (size_t)(target - 1 - text)},
                                 .target = slice_of(target),
                                 .path = {target, path},
                                 .query = query ? slice_of(query + 1) : slice_of("")};
}

static const char *rule_of(const char *text)
{
    struct http_request request = request_of(text);
    struct request_match match;
    bool found = request_match(set, NULL, &request, &match);
    cr_assert_eq(found, match.rule != SIGNATURE_NONE);
    return found ? set->signatures[match.signature]->requests[match.rule].name : "";
}

static struct request_detail detail_of(const char *text)
{
    struct http_request request = request_of(text);
    struct request_match match;
    struct request_detail detail;
    (void)request_match(set, NULL, &request, &match);
    request_read_detail(set->signatures[0], match.rule, match.index, &request, &detail);
    return detail;
}

Test(request, fits_the_rule_of_its_path_and_method)
{
    cr_expect_str_eq(rule_of("GET /"), "banner");
    cr_expect_str_eq(rule_of("POST /"), "root");
    cr_expect_str_eq(rule_of("GET /_cat/indices"), "list indices");
    cr_expect_str_eq(rule_of("GET /_cat/nodes"), "cluster listing");
    cr_expect_str_eq(rule_of("GET /a/_search"), "search");
    cr_expect_str_eq(rule_of("POST /_search/scroll"), "next page");
    cr_expect_str_eq(rule_of("DELETE /_search/scroll"), "end of paging");
    cr_expect_str_eq(rule_of("GET /a"), "index");
    cr_expect_str_eq(rule_of("HEAD /a"), "index exists");
    cr_expect_str_eq(rule_of("DELETE /a"), "make or remove index");
    cr_expect_str_eq(rule_of("GET /_new/thing"), "other interface");
    cr_expect_str_eq(rule_of("PUT /_new/thing"), "other change");
    cr_expect_str_eq(rule_of("GET /a/b"), "");
}

Test(request, below_a_proxy_prefix_fits_only_what_is_the_store_s_own)
{
    cr_expect_str_eq(rule_of("GET /es/_search"), "search");
    cr_expect_str_eq(rule_of("GET /api/v1/es/_cat/indices"), "list indices");
    cr_expect_str_eq(rule_of("GET /a/b/c/d/_cat/indices"), "");
    cr_expect_str_eq(rule_of("GET /api/v1/items"), "typed document"); /* not own: proves nothing */
    cr_expect_str_eq(rule_of("GET /one/two/three/four"), "");
}

static const struct signature *best_of(const char *first, const char *second, const char *text)
{
    struct signature *list[2] = {NULL, NULL};
    cr_assert_eq(signature_load_text("a.yaml", first, strlen(first), &list[0], NULL), AJAR_OK);
    cr_assert_eq(signature_load_text("b.yaml", second, strlen(second), &list[1], NULL), AJAR_OK);
    struct signature_set two = {.signatures = list, .count = 2};
    struct http_request request = request_of(text);
    struct request_match match;
    const char *name = "";
    if (request_match(&two, NULL, &request, &match))
        name = list[match.signature]->name;
    bool is_second = strcmp(name, "second") == 0;
    bool limited = request_match(&two, list[0], &request, &match);
    cr_expect(!limited || match.signature == 0);
    signature_free(list[0]);
    signature_free(list[1]);
    return is_second ? set->signatures[0] : NULL;
}

#define SIGNATURE(name, rule)                                                                      \
    "format: 1\nname: " name "\nprotocol: http\nrequests:\n  - " rule "\n"                         \
    "examples:\n  - {request: GET /, status: 200, verdict: none}\n"

Test(request, fits_the_signature_that_alone_has_such_a_path)
{
    static const char common[] =
        SIGNATURE("first", "{name: any, path: ['/{index}', '/'], level: open, own: false}");
    static const char own[] = SIGNATURE("second", "{name: own, path: ['/toys', '/'], level: open}");
    cr_expect_not_null(best_of(common, own, "GET /toys"));
    cr_expect_not_null(best_of(common, own, "GET /"));
    cr_expect_null(best_of(common, own, "GET /else"));
}

static enum credentials shown(const char *target, const char *name, const char *value)
{
    struct http_request request = {.target = slice_of(target), .path = slice_of("/")};
    const char *query = strchr(target, '?');
    request.query = query ? slice_of(query + 1) : slice_of("");
    request.headers.lines[0] = (struct http_header){slice_of(name), slice_of(value)};
    request.headers.lines[1] =
        (struct http_header){slice_of("Authorization"), slice_of(value[0] ? "Basic eDp5" : "")};
    request.headers.count = 1 + (strcmp(name, "Authorization") == 0);
    return request_credentials(&request);
}

Test(request, shows_credentials_in_header_target_or_signature)
{
    cr_expect_eq(shown("/", "authorization", "Basic eDp5"), CREDENTIALS_PRESENTED);
    cr_expect_eq(shown("/", "AUTHORIZATION", "ApiKey x"), CREDENTIALS_PRESENTED);
    cr_expect_eq(shown("/", "authorization", ""), CREDENTIALS_NONE);
    cr_expect_eq(shown("/", "x-authorization", "x"), CREDENTIALS_NONE);
    cr_expect_eq(shown("http://me:secret@db/", "a", "b"), CREDENTIALS_PRESENTED);
    cr_expect_eq(shown("http://db/a@b", "a", "b"), CREDENTIALS_NONE);
    cr_expect_eq(shown("/?u=http://me:secret@db/", "a", "b"), CREDENTIALS_NONE);
    cr_expect_eq(shown("/?X-Amz-Signature=ab", "a", "b"), CREDENTIALS_PRESENTED);
    cr_expect_eq(shown("/?X-Amz-Date=ab", "a", "b"), CREDENTIALS_NONE);
}

Test(request, is_shown_without_its_secrets)
{
    cr_expect_str_eq(detail_of("GET http://me:secret@db:9200/_search").url,
                     "http://db:9200/_search");
    cr_expect_str_eq(detail_of("GET http://db/a@b").url, "http://db/a@b");
    cr_expect_str_eq(detail_of("GET /?a=1&X-Amz-Signature=abc&b=2").url, "/?a=1&X-Amz-");
    cr_expect_str_eq(detail_of("GET /?X-Amz-Security-Token=t&X-Amz-Signature=abc").url, "/?X-Amz-");
    cr_expect_str_eq(detail_of("GET /a?q=1").url, "/a?q=1");
    cr_expect_str_eq(detail_of("GET /a").method, "GET");
}

Test(request, is_cut_where_it_is_longer_than_an_event_shows)
{
    char text[2048] = "GET /";
    memset(text + 5, 'a', 2000);
    cr_assert_eq(strlen(detail_of(text).url), sizeof detail_of(text).url - 1);
    cr_assert_eq(strlen(detail_of(text).dataset), sizeof detail_of(text).dataset - 1);
    text[5 + 10] = '\0';
    cr_assert_eq(strlen(detail_of(text).url), 11);
}

Test(request, names_a_data_set_only_when_it_is_one_plain_name)
{
    cr_expect_str_eq(detail_of("GET /a/_search").dataset, "a");
    cr_expect_str_eq(detail_of("GET /.kibana/_search").dataset, ".kibana");
    cr_expect_str_eq(detail_of("GET /a,b/_search").dataset, "");
    cr_expect_str_eq(detail_of("GET /a*/_search").dataset, "");
    cr_expect_str_eq(detail_of("GET /_all/_search").dataset, "");
    cr_expect_str_eq(detail_of("GET /-a/_search").dataset, "");
    cr_expect_str_eq(detail_of("GET /<a-{now}>/_search").dataset, "");
    cr_expect_str_eq(detail_of("GET /_search").dataset, "");
}

Test(request, parameters_say_whether_it_pages_or_selects)
{
    cr_expect(detail_of("GET /_search?size=5&from=10").page);
    cr_expect_not(detail_of("GET /_search?from=0").page);
    cr_expect_not(detail_of("GET /_search?xfrom=10").page);
    cr_expect_not(detail_of("GET /_search?from").page);
    cr_expect(detail_of("GET /_search?q=a:b").selects);
    cr_expect_not(detail_of("GET /_search?q=").selects);
    cr_expect_not(detail_of("GET /_search?sq=1").selects);
}

static struct request_detail body_of(const char *text)
{
    struct request_detail detail = {.page = false};
    request_read_body(set->signatures[0], (const uint8_t *)text, strlen(text), &detail);
    return detail;
}

Test(request, bodies_say_whether_it_pages_or_selects)
{
    cr_expect(body_of("{\"search_after\":[1]}").page);
    cr_expect_not(body_of("{\"size\":1}").page);
    cr_expect(body_of("{\"query\":{\"term\":{}}}").selects);
    cr_expect_not(body_of("{\"query\":{\"match_all\":{}}}").selects);
    cr_expect_not(body_of("").selects);
}

Test(request, columns_are_read_from_any_h)
{
    struct request_detail detail = detail_of("GET /_cat/indices?v&h=dc%2Ci,x,pri.store.size");
    cr_assert_eq(detail.column_count, 4);
    cr_expect_eq(detail.columns[0], ROLE_RECORDS);
    cr_expect_eq(detail.columns[1], ROLE_ROW_DATASET);
    cr_expect_eq(detail.columns[2], ROLE_NONE);
    cr_expect_eq(detail.columns[3], ROLE_BYTES);
    cr_expect(detail.heading);
    cr_expect_not(detail_of("GET /_cat/indices?v=false").heading);
    cr_expect(detail_of("GET /_cat/indices?help").help);
    cr_expect_eq(detail_of("GET /_cat/indices?h=*").column_count, 0);
    cr_expect_eq(detail_of("GET /_search?h=i").column_count, 0);
}

static struct waiting waiting;

static void wait_for(uint16_t rule)
{
    struct request_detail *detail;
    struct request_note *note = waiting_add(&waiting, &detail);
    if (note)
        note->rule = rule;
    if (detail)
        *detail = (struct request_detail){.column_count = (uint8_t)rule};
}

Test(waiting, requests_come_out_in_their_order_with_their_text)
{
    struct request_note note;
    struct request_detail detail;
    for (unsigned round = 0; round < 100; round++) {
        for (uint16_t i = 1; i <= EVIDENCE_DETAILS_MAX; i++)
            wait_for(i);
        for (uint16_t i = 1; i <= EVIDENCE_DETAILS_MAX; i++) {
            cr_assert(waiting_take(&waiting, &note, &detail));
            cr_assert_eq(note.rule, i);
            cr_assert_eq(detail.column_count, i);
        }
    }
    cr_assert_not(waiting_take(&waiting, &note, &detail));
    cr_assert(note.unknown);
}

Test(waiting, text_is_kept_of_few_and_the_rule_of_all_up_to_the_limit)
{
    struct request_note note;
    struct request_detail detail;
    struct request_detail *newest;
    for (uint16_t i = 0; i < EVIDENCE_WAITING_MAX + 3; i++)
        wait_for(i);
    cr_assert_null(waiting_newest(&waiting, &newest));
    for (uint16_t i = 0; i < EVIDENCE_WAITING_MAX; i++) {
        cr_assert(waiting_take(&waiting, &note, &detail));
        cr_assert_eq(note.rule, i);
        cr_assert_eq(note.detail == UINT8_MAX, i >= EVIDENCE_DETAILS_MAX);
    }
    wait_for(7); /* behind the three that only were counted */
    for (unsigned i = 0; i < 4; i++) {
        cr_assert(waiting_take(&waiting, &note, &detail));
        cr_assert(note.unknown);
    }
    cr_assert_not(waiting_take(&waiting, &note, &detail));
    wait_for(9);
    cr_assert_not_null(waiting_newest(&waiting, &newest));
    cr_assert_eq(newest->column_count, 9);
}
