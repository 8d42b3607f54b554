/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/catalogue.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SIGNATURE(name, rules)                                                                     \
    "format: 1\nname: " name "\nprotocol: http\nverified: server\nrequests:\n" rules               \
    "examples:\n  - {request: GET /, status: 200, verdict: none}\n"

static struct signature *list[16];
static struct signature_set set = {.signatures = list};
static struct catalogue_matches found;

static void make(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct problem problem = {.text = ""};
        cr_assert_eq(signature_load_text("a.yaml", texts[i], strlen(texts[i]), &list[i], &problem),
                     AJAR_OK, "%s", problem.text);
    }
    set.count = count;
    cr_assert_eq(signature_set_complete(&set, NULL, NULL), AJAR_OK);
}

static void unmake(void)
{
    signature_set_clear(&set);
    for (size_t i = 0; i < set.count; i++)
        signature_free(list[i]);
    set.count = 0;
}

TestSuite(catalogue, .fini = unmake);

/* "METHOD /path?query" */
static struct catalogue_request request_of(const char *text)
{
    const char *target = strchr(text, ' ') + 1;
    const char *query = strchr(target, '?');
    size_t path = query ? (size_t)(query - target) : strlen(target);
    return (struct catalogue_request){
        .method = {text, (size_t)(target - 1 - text)},
        .path = {target, path},
        .query = {query ? query + 1 : "", query ? strlen(query + 1) : 0}};
}

/* "store/rule[dataset] ..." of a request, in order. */
static const char *matches_of(const char *text)
{
    static char out[512];
    struct catalogue_request request = request_of(text);
    size_t used = 0;
    out[0] = '\0';
    catalogue_find(set.catalogue, &request, &found);
    for (size_t i = 0; i < found.count; i++) {
        const struct catalogue_match *match = &found.list[i];
        const struct signature *signature = set.signatures[match->signature];
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%s/%s", i ? " " : "",
                                 signature->name, signature->requests[match->rule].name);
        if (match->dataset.length)
            used += (size_t)snprintf(out + used, sizeof out - used, "[%.*s]",
                                     (int)match->dataset.length, match->dataset.text);
    }
    return out;
}

static const char store[] = SIGNATURE(
    "store", "  - {name: banner, path: /, methods: [GET], level: revealed, own: false}\n"
             "  - {name: search, path: ['/_search', '/{index}/_search'], level: data}\n"
             "  - {name: make, path: '/{index}', methods: [PUT], level: write, own: false}\n"
             "  - {name: item, path: '/{index}/{any}', methods: [GET], level: data, own: false}\n"
             "  - {name: other, path: '/{index}/{api}', level: metadata, fallback: true}\n");
static const char bucket[] =
    SIGNATURE("bucket", "  - {name: list, path: /?list-type=2, level: metadata, own: false}\n"
                        "  - {name: object, path: '/{dataset}/{file}', level: data, own: false}\n"
                        "  - {name: dump, path: '/*.sql', level: data}\n");
static const char table[] = SIGNATURE(
    "table", "  - {name: ask, path: '/?query', level: data, own: false}\n"
             "  - {name: drop, path: '/?query=DROP TABLE', level: write, own: false}\n"
             "  - {name: system, path: '/?query*=from system.', level: metadata, own: false}\n");
static const char relay[] = SIGNATURE(
    "relay", "  - {name: console, path: /console, level: open, relay: {path: path, method: verb}}\n"
             "  - {name: proxy, path: '/console?uri', level: open, relay: {path: uri}}\n");

static void make_all(void)
{
    static const char *const texts[] = {store, bucket, table, relay};
    make(texts, 4);
}

Test(catalogue, gives_the_rule_of_path_and_method, .init = make_all)
{
    cr_expect_str_eq(matches_of("GET /"), "store/banner");
    cr_expect_str_eq(matches_of("POST /"), "");
    cr_expect_str_eq(matches_of("GET /_search"), "store/search");
    cr_expect_str_eq(matches_of("PUT /a"), "store/make[a]");
    cr_expect_str_eq(matches_of("GET /a"), "");
}

Test(catalogue, puts_stores_with_a_path_of_their_own_first, .init = make_all)
{
    cr_expect_str_eq(matches_of("GET /a/_search"), "store/search[a] bucket/object[_search]");
    cr_expect_str_eq(matches_of("GET /a/b"), "store/item[a] bucket/object[b]");
    cr_expect_str_eq(matches_of("GET /a/b/c"), "bucket/object[b/c]");
    cr_expect_str_eq(matches_of("GET /a/b/c/"), "bucket/object[b/c]");
    cr_expect_str_eq(matches_of("GET /Backup.SQL"), "bucket/dump[Backup.SQL]");
}

Test(catalogue, looks_behind_a_proxy_s_prefix_for_own_paths_only, .init = make_all)
{
    cr_expect_str_eq(matches_of("GET /es/x/_search"), "store/search[x] bucket/object[x/_search]");
    cr_expect_str_eq(matches_of("GET /1/2/3/_search"),
                     "store/search[3] bucket/object[2/3/_search]");
    cr_expect_str_eq(matches_of("PUT /es/x"), "bucket/object[x]");
    cr_expect_str_eq(matches_of("PUT /a/_new"), "store/other[a] bucket/object[_new]");
}

Test(catalogue, holds_conditions_against_the_query, .init = make_all)
{
    cr_expect_str_eq(matches_of("POST /?query=SELECT+1"), "table/ask");
    cr_expect_str_eq(matches_of("POST /?a=b&query=drop%20%20Table%20x"), "table/drop");
    cr_expect_str_eq(matches_of("POST /?query=drop%20tables"), "table/ask");
    cr_expect_str_eq(matches_of("POST /?query=SELECT+*%0AFROM+System.tables"), "table/system");
    cr_expect_str_eq(matches_of("POST /?quer=1"), "");
    cr_expect_str_eq(matches_of("POST /?list-type=2"), "bucket/list");
    cr_expect_str_eq(matches_of("POST /?list-type=1"), "");
}

Test(catalogue, gives_what_a_relay_carries_before_the_relay, .init = make_all)
{
    cr_expect_str_eq(matches_of("POST /console?path=%2Fa%2F_search%3Fsize%3D5&verb=GET"),
                     "store/search[a] bucket/object[_search] relay/console");
    cr_expect(slice_equals(found.list[0].query, "size=5"));
    cr_expect_str_eq(matches_of("POST /console?path=_search"), "store/search relay/console");
    cr_expect_str_eq(matches_of("POST /console"), "relay/console");
}

Test(catalogue, takes_one_of_several_relays_with_the_request_s_own_method, .init = make_all)
{
    cr_expect_str_eq(matches_of("PUT /console?uri=a"), "store/make[a] relay/proxy");
    cr_expect(found.list[0].relayed);
    cr_expect_not(found.list[1].relayed);
    cr_expect_str_eq(matches_of("GET /console?uri=%2Fa&verb=PUT"), "relay/proxy");
    cr_expect_str_eq(matches_of("GET /console?uri=http%3A%2F%2Fdb%3A9200%2Fa%2F_search"),
                     "store/search[a] bucket/object[_search] relay/proxy");
    cr_expect_str_eq(matches_of("GET /console?uri="), "relay/proxy");
}

Test(catalogue, finds_one_signature_whatever_others_fit, .init = make_all)
{
    struct catalogue_request request = request_of("GET /a/_search");
    struct catalogue_match match;
    cr_assert(catalogue_find_one(set.catalogue, 1, &request, &match));
    cr_expect_eq(match.signature, 1);
    cr_expect(slice_equals(match.dataset, "_search"));
    cr_expect_not(catalogue_find_one(set.catalogue, 2, &request, &match));
}

Test(catalogue, prefers_own_paths_when_more_fit_than_there_is_room_for)
{
    static char texts[CATALOGUE_MATCHES_MAX + 2][256];
    const char *pointers[CATALOGUE_MATCHES_MAX + 2];
    for (int i = 0; i < CATALOGUE_MATCHES_MAX + 2; i++) {
        bool own = i > CATALOGUE_MATCHES_MAX;
        (void)snprintf(texts[i], sizeof texts[i],
                       SIGNATURE("s%d", "  - {name: all, path: '%s', level: data, own: %s}\n"), i,
                       own ? "/x/{any}" : "/x/y", own ? "true" : "false");
        pointers[i] = texts[i];
    }
    make(pointers, CATALOGUE_MATCHES_MAX + 2);
    struct catalogue_request request = request_of("GET /x/y");
    catalogue_find(set.catalogue, &request, &found);
    cr_assert_eq(found.count, CATALOGUE_MATCHES_MAX);
    cr_expect_eq(found.list[0].signature, CATALOGUE_MATCHES_MAX + 1);
    cr_expect_eq(found.list[1].signature, 0);
}

static void make_registry(void)
{
    static const char *const texts[] = {SIGNATURE(
        "registry", "  - {name: tags, path: '/v2/{dataset+}/tags/list', level: metadata}\n"
                    "  - {name: blob, path: '/v2/{dataset+}/blobs/{any}', level: data}\n"
                    "  - {name: one, path: '/v2/{dataset}/tags/list', level: open}\n"
                    "  - {name: ends, path: '/{dataset+}/end', level: open, own: false}\n")};
    make(texts, 1);
}

Test(catalogue, names_data_sets_of_several_parts, .init = make_registry)
{
    cr_expect_str_eq(matches_of("GET /v2/a/b/tags/list"), "registry/tags[a/b]");
    cr_expect_str_eq(matches_of("GET /v2/a/b/c/blobs/x"), "registry/blob[a/b/c]");
    cr_expect_str_eq(matches_of("GET /v2/a/blobs/x"), "registry/blob[a]");
    cr_expect_str_eq(matches_of("GET /v2/a/tags/list"), "registry/one[a]");
    cr_expect_str_eq(matches_of("GET /v2/blobs/blobs/x"), "registry/blob[blobs]");
    cr_expect_str_eq(matches_of("GET /v2/a/blobs/b/tags/list"), "registry/tags[a/blobs/b]");
    cr_expect_str_eq(matches_of("GET /v2/tags/list"), "");
    cr_expect_str_eq(matches_of("GET /v2/blobs/x"), "");
    cr_expect_str_eq(matches_of("GET /v2/a/b/tags"), "");
}

Test(catalogue, bounds_the_parts_of_a_data_set, .init = make_registry)
{
    cr_expect_str_eq(matches_of("GET /v2/1/2/3/4/5/6/7/8/9/tags/list"),
                     "registry/tags[1/2/3/4/5/6/7/8/9]");
    cr_expect_str_eq(matches_of("GET /1/2/3/4/5/6/7/8/9/10/11/end"),
                     "registry/ends[1/2/3/4/5/6/7/8/9/10/11]");
    cr_expect_str_eq(matches_of("GET /1/2/3/4/5/6/7/8/9/10/11/12/end"), "");
}
