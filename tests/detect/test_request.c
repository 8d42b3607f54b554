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

static struct request_detail detail_of(const char *text)
{
    struct http_request request = request_of(text);
    struct catalogue_request asked = {request.method, request.path, request.query};
    struct catalogue_matches matches;
    struct request_detail detail;
    catalogue_find(set->catalogue, &asked, &matches);
    request_keep(set, &request, &detail);
    for (size_t i = 0; i < matches.count; i++)
        if (strcmp(set->signatures[matches.list[i].signature]->name, "elasticsearch") == 0)
            request_read_rule(set->signatures[matches.list[i].signature], &matches.list[i],
                              &detail);
    return detail;
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
    request_read_body(signature_find(set, "elasticsearch"), (const uint8_t *)text, strlen(text),
                      &detail);
    return detail;
}

Test(request, bodies_say_whether_it_pages_or_selects)
{
    cr_expect(body_of("{\"search_after\":[1]}").body.page);
    cr_expect_not(body_of("{\"size\":1}").body.page);
    cr_expect(body_of("{\"query\":{\"term\":{}}}").body.selects);
    cr_expect_not(body_of("{\"query\":{\"match_all\":{}}}").body.selects);
    cr_expect_not(body_of("").body.selects);
}

Test(request, bodies_are_compared_without_the_blanks_between_their_texts)
{
    char out[64];
    static const char text[] = " { \"a b\" :\n\"c \\\" d\" }";
    cr_assert_eq(request_squeeze(text, strlen(text), out), strlen("{\"a b\":\"c \\\" d\"}"));
    cr_expect_str_eq(out, "{\"a b\":\"c \\\" d\"}");
    cr_expect(body_of("{ \"query\" : {} }").body.selects);
    cr_expect_not(body_of("{ \"query\": { \"match_all\" : {} } }").body.selects);
}

Test(request, bodies_lose_an_effect_that_what_follows_takes_back)
{
    static const char text[] = "{\"query\":{\"match_all\":{}}}";
    struct request_detail detail = {.page = false};
    request_read_body(signature_find(set, "elasticsearch"), (const uint8_t *)text, 12, &detail);
    cr_expect(detail.body.selects);
    request_read_body(signature_find(set, "elasticsearch"), (const uint8_t *)text, strlen(text),
                      &detail);
    cr_expect_not(detail.body.selects);
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

Test(waiting, a_body_is_the_form_of_the_newest_request_alone)
{
    static struct evidence e;
    e.waiting.count = 0;
    e.waiting.overflow = 0;
    e.reply.detail = (struct request_detail){.url = "/ask"};
    memcpy(e.body, "cmd=get", 7);
    e.body_length = 7;
    cr_expect_eq(request_form(&e).length, 7);
    e.waiting.overflow = 1;
    cr_expect_eq(request_form(&e).length, 0);
    e.waiting.overflow = 0;
    e.waiting.count = 1;
    cr_expect_eq(request_form(&e).length, 0);
}
