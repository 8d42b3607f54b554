/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/verdict.h"

#include "detect/toy.h"

#define SHARDS  "\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}"
#define EMPTY   "{\"took\":1,\"timed_out\":false," SHARDS ",\"hits\":{\"total\":0,\"hits\":[]}}"
#define HIT     "{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{\"x\":1}}"
#define ONE     "{\"took\":1,\"timed_out\":false," SHARDS ",\"hits\":{\"total\":1,\"hits\":[" HIT "]}}"
#define COUNTED "{\"took\":1,\"timed_out\":false," SHARDS ",\"hits\":{\"total\":5,\"hits\":[]}}"
#define MISSING                                                                                    \
    "{\"error\":{\"root_cause\":[{\"type\":\"index_not_found_exception\",\"reason\":\"no such "    \
    "index\"}],\"type\":\"index_not_found_exception\",\"reason\":\"no such "                       \
    "index\"},\"status\":404}"
#define SECURITY(reason)                                                                           \
    "{\"error\":{\"root_cause\":[{\"type\":\"security_exception\",\"reason\":\"" reason "\"}],"    \
    "\"type\":\"security_exception\",\"reason\":\"" reason "\"},\"status\":401}"
#define BANNER                                                                                     \
    "{\"name\":\"n\",\"cluster_name\":\"c\",\"version\":{\"number\":\"7.10.2\","                   \
    "\"lucene_version\":\"8.7.0\"},\"tagline\":\"You Know, for Search\"}"
#define HTML  "<html><body>search</body></html>"
#define NGINX "Server: nginx\r\nDate: Mon\r\n"

Test(ladder, has_a_rung_for_each_kind_of_answer)
{
    expect_verdict(VERDICT_REVEALED, "GET /", 200, "", BANNER);
    expect_verdict(VERDICT_REFUSED, "GET /", 401, "", SECURITY("missing authentication token"));
    expect_verdict(VERDICT_OPEN, "GET /_search", 200, "", EMPTY);
    expect_verdict(VERDICT_METADATA, "GET /_search?size=0", 200, "", COUNTED);
    expect_verdict(VERDICT_DATA, "GET /_search", 200, "", ONE);
    expect_verdict(VERDICT_DRAINED, "POST /_search/scroll", 200, "", ONE);
    expect_verdict(VERDICT_TAMPERED, "DELETE /a", 200, "", "{\"acknowledged\":true}");
}

Test(ladder, reveals_the_product_and_no_more_by_banner_and_health)
{
    static const char health[] =
        "{\"cluster_name\":\"c\",\"status\":\"green\",\"number_of_nodes\":1,"
        "\"active_primary_shards\":1}";
    expect_verdict(VERDICT_REVEALED, "GET /_cluster/health", 200, "", health);
    expect_verdict(VERDICT_METADATA, "GET /_cluster/health?level=indices", 200, "",
                   "{\"cluster_name\":\"c\",\"number_of_nodes\":1,\"active_primary_shards\":1,"
                   "\"indices\":{\"a\":{\"status\":\"green\"}}}");
    expect_verdict(VERDICT_REVEALED, "HEAD /", 200, "X-elastic-product: Elasticsearch\r\n", "");
    expect_verdict(VERDICT_OPEN, "HEAD /_search", 200, "X-elastic-product: Elasticsearch\r\n", "");
}

Test(ladder, takes_no_option_request_for_proof)
{
    expect_verdict(VERDICT_REVEALED, "OPTIONS /_search", 200, "Allow: GET,POST\r\n", "");
    expect_verdict(VERDICT_REVEALED, "OPTIONS /a/_search", 404, "", MISSING);
    expect_verdict(VERDICT_OPEN, "GET /_search", 200, "Allow: GET,POST\r\n", "");
}

Test(ladder, takes_errors_of_the_store_for_open_and_of_overload_for_nothing)
{
    expect_verdict(VERDICT_OPEN, "GET /no/_search", 404, "", MISSING);
    expect_verdict(VERDICT_OPEN, "GET /_search", 400, "",
                   "{\"error\":{\"root_cause\":[{\"type\":\"parsing_exception\",\"reason\":\"x\"}],"
                   "\"type\":\"parsing_exception\",\"reason\":\"x\"},\"status\":400}");
    expect_verdict(VERDICT_REVEALED, "GET /_search", 429, "",
                   "{\"error\":{\"root_cause\":[{\"type\":\"circuit_breaking_exception\","
                   "\"reason\":\"x\"}],\"type\":\"circuit_breaking_exception\"},\"status\":429}");
    expect_verdict(VERDICT_NONE, "GET /no/_search", 404, NGINX "content-type: text/html\r\n", HTML);
    cr_assert_not(talk_once("GET /no/_search", 404, "", MISSING)->weak);
}

static void expect_weak(const char *request, unsigned status, const char *body)
{
    const struct finding *f = talk_once(request, status, "", body);
    cr_assert_verdict(f, VERDICT_OPEN);
    cr_expect(f->weak, "%s", request);
}

Test(ladder, marks_routing_errors_as_weak)
{
    expect_weak("GET /_bulk", 405,
                "{\"error\":\"Incorrect HTTP method for uri [/_bulk] and method [GET], allowed: "
                "[POST]\",\"status\":405}");
    expect_weak("POST /_search", 406,
                "{\"error\":\"Content-Type header [application/vnd.elasticsearch+json] is not "
                "supported\",\"status\":406}");
    expect_weak("GET /_nodes/x/y/z", 400,
                "{\"error\":\"no handler found for uri [/_nodes/x/y/z] and method [GET]\"}");
}

Test(ladder, calls_a_write_tampering_only_when_it_was_done)
{
    expect_verdict(
        VERDICT_TAMPERED, "POST /_bulk", 200, "",
        "{\"took\":1,\"errors\":true,\"items\":[{\"index\":{\"_index\":\"a\",\"status\":400}},"
        "{\"index\":{\"_index\":\"a\",\"status\":201}}]}");
    expect_verdict(
        VERDICT_OPEN, "POST /_bulk", 200, "",
        "{\"took\":1,\"errors\":true,\"items\":[{\"index\":{\"_index\":\"a\",\"status\":400}},"
        "{\"index\":{\"_index\":\"a\",\"status\":403}}]}");
    expect_verdict(VERDICT_TAMPERED, "PUT /a/_doc/1", 201, "",
                   "{\"_index\":\"a\",\"_id\":\"1\",\"result\":\"created\"," SHARDS "}");
    expect_verdict(VERDICT_OPEN, "PUT /a/_doc/1", 200, "",
                   "{\"_index\":\"a\",\"_id\":\"1\",\"_version\":3,\"result\":\"noop\"," SHARDS
                   "}");
    expect_verdict(VERDICT_TAMPERED, "POST /a/_delete_by_query", 200,
                   "X-elastic-product: Elasticsearch\r\n", "{\"took\":1,\"deleted\":3}");
    expect_verdict(VERDICT_OPEN, "POST /a/_delete_by_query", 200,
                   "X-elastic-product: Elasticsearch\r\n", "{\"took\":1,\"deleted\":0}");
    expect_verdict(VERDICT_OPEN, "DELETE /a", 404, "", MISSING);
    expect_verdict(VERDICT_OPEN, "DELETE /_search/scroll", 200,
                   "X-elastic-product: Elasticsearch\r\n", "{\"succeeded\":true,\"num_freed\":1}");
}

/* `count` hits and a total. */
static const struct finding *hits(const char *request, unsigned count, unsigned total)
{
    static char body[64 * 1024];
    size_t used = (size_t)snprintf(
        body, sizeof body, "{\"took\":1," SHARDS ",\"hits\":{\"total\":%u,\"hits\":[", total);
    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(body + used, sizeof body - used, "%s" HIT, i ? "," : "");
    (void)snprintf(body + used, sizeof body - used, "]}}");
    return talk_once(request, 200, "", body);
}

Test(drained, is_a_reply_with_many_records_and_half_of_all)
{
    cr_assert_verdict(hits("GET /_search", 500, 1000), VERDICT_DRAINED);
    cr_assert_verdict(hits("GET /_search", 499, 499), VERDICT_DATA);
    cr_assert_verdict(hits("GET /_search", 500, 1002), VERDICT_DATA);
}

Test(drained, is_a_later_page_with_records)
{
    cr_assert_verdict(hits("GET /_search?from=10", 1, 100), VERDICT_DRAINED);
    cr_assert_verdict(hits("GET /_search?from=10", 0, 100), VERDICT_METADATA);
    cr_assert_verdict(hits("GET /_search?from=0", 1, 100), VERDICT_DATA);
}

Test(refusals, of_elastic_security_are_known)
{
    const struct finding *f = talk_once(
        "GET /a/_search", 401, "WWW-Authenticate: Basic realm=\"security\" charset=\"UTF-8\"\r\n",
        SECURITY("missing authentication token for REST request [/a/_search]"));
    cr_assert_verdict(f, VERDICT_REFUSED);
    cr_expect_str_eq(f->protection, "Elastic security");
    cr_expect_eq(f->identity, IDENTITY_PROVEN);
}

static void expect_refusal(const char *by, const char *request, unsigned status,
                           const char *headers, const char *body)
{
    const struct finding *f = talk_once(request, status, headers, body);
    cr_expect_str_eq(verdict_name((enum verdict)f->verdict), "refused", "%s: %s", by,
                     verdict_name((enum verdict)f->verdict));
    cr_expect_str_eq(f->protection, by);
}

/* Each line of the signature, and something like it that is not it. */
Test(refusals, of_each_product_are_told_by_name)
{
    expect_refusal("Elastic security", "GET /", 401,
                   "WWW-Authenticate: Basic realm=\"security\" charset=\"UTF-8\"\r\n", "");
    expect_refusal("Elastic security", "GET /", 401, "WWW-Authenticate: Basic realm=\"shield\"\r\n",
                   "");
    expect_refusal("Elastic security", "GET /a/_search", 403, "",
                   SECURITY("action [indices:data/read/search] is unauthorized for user [x]"));
    expect_refusal("OpenSearch Security", "GET /", 401,
                   "WWW-Authenticate: Basic realm=\"OpenSearch Security\"\r\n", "Unauthorized");
    expect_refusal("OpenSearch Security", "GET /", 401,
                   "WWW-Authenticate: Bearer realm=\"OpenSearch Security\"\r\n", "");
    expect_refusal("OpenSearch Security", "GET /a/_search", 403, "",
                   "{\"error\":{\"root_cause\":[{\"type\":\"security_exception\",\"reason\":\"no "
                   "permissions for [x] and User [name=y]\"}],\"type\":\"security_exception\","
                   "\"reason\":\"no permissions for [x] and User [name=y]\"},\"status\":403}");
    expect_refusal("OpenSearch Security", "GET /a/_search", 401, "",
                   "Authentication finally failed");
    expect_refusal("OpenSearch Security", "GET /a/_search", 401, "",
                   "no permissions for [x] and User [name=y]");
    expect_refusal("OpenSearch Security (not initialized)", "GET /a/_search", 503, "",
                   "OpenSearch Security not initialized.");
    expect_refusal("Open Distro Security (not initialized)", "GET /a/_search", 503, "",
                   "Open Distro Security not initialized.");
    expect_refusal("Search Guard", "GET /", 401,
                   "WWW-Authenticate: Basic realm=\"Search Guard\"\r\n", "Unauthorized");
    expect_refusal(
        "Search Guard", "GET /", 401, "",
        "{\"status\":401,\"error\":{\"reason\":\"x\",\"type\":\"authentication_exception\"}}");
    expect_refusal("Search Guard (not initialized)", "GET /a/_search", 503, "",
                   "Search Guard not initialized (SG11).");
    expect_refusal("AWS access policy", "GET /a/_search", 403, "",
                   "{\"Message\":\"User: anonymous is not authorized to perform: es:ESHttpGet\"}");
    expect_refusal(
        "ReadonlyREST", "GET /a/_search", 403, "",
        "{\"error\":{\"root_cause\":[{\"reason\":\"forbidden\",\"due_to\":[\"x\"]}],"
        "\"reason\":\"forbidden\",\"due_to\":[\"OPERATION_NOT_ALLOWED\"],\"status\":403}}");
    expect_refusal("ReadonlyREST", "GET /a/_search", 401, "", "Forbidden by ReadonlyREST");
    expect_refusal("http-basic plugin", "GET /a/_search", 401,
                   "WWW-Authenticate: Digest realm=\"x\"\r\n", "Unauthorized access");
    expect_refusal("proxy", "GET /a/_search", 401,
                   NGINX
                   "content-type: text/html\r\nWWW-Authenticate: Basic realm=\"Restricted\"\r\n",
                   "<html>401 Authorization Required</html>");
}

Test(refusals, have_look_alikes_that_are_none)
{
    /* The status alone is not enough for a store nobody knows. */
    expect_verdict(VERDICT_NONE, "GET /a", 401, NGINX "content-type: text/html\r\n", HTML);
    expect_verdict(VERDICT_NONE, "GET /a", 403, NGINX "content-type: text/html\r\n", HTML);
    /* The header belongs to a 401, not to a success or a missing index. */
    expect_verdict(VERDICT_OPEN, "GET /a/_search", 404,
                   "WWW-Authenticate: Basic realm=\"security\"\r\n", MISSING);
    expect_verdict(VERDICT_DATA, "GET /a/_search", 200,
                   "WWW-Authenticate: Basic realm=\"OpenSearch Security\"\r\n", ONE);
    /* A write block is no access control. */
    expect_verdict(
        VERDICT_OPEN, "PUT /a/_doc/1", 403, "",
        "{\"error\":{\"root_cause\":[{\"type\":\"cluster_block_exception\",\"reason\":\"blocked "
        "by: [FORBIDDEN/12/index read-only]\"}],\"type\":\"cluster_block_exception\"},"
        "\"status\":403}");
    /* Words of refusals in the data of an open store. */
    expect_verdict(
        VERDICT_DATA, "GET /a/_search", 200, "",
        "{\"took\":1," SHARDS ",\"hits\":{\"total\":1,\"hits\":[{\"_index\":\"a\",\"_id\":\"1\","
        "\"_source\":{\"error\":\"security_exception\",\"m\":\"no permissions for\"}}]}}");
    /* Not initialised is said with 503 only. */
    expect_verdict(VERDICT_NONE, "GET /a/_search", 503, NGINX "content-type: text/html\r\n",
                   "Security not initialized");
    /* An open store that answers a health route of its security plugin. */
    expect_verdict(VERDICT_REVEALED, "GET /_plugins/_security/health", 200, "",
                   "{\"message\":null,\"mode\":\"strict\",\"status\":\"UP\"}");
}

Test(refusals, are_found_in_any_of_several_challenges)
{
    const struct finding *f = talk_once(
        "HEAD /a/_search", 401,
        "WWW-Authenticate: ApiKey\r\nWWW-Authenticate: Bearer realm=\"security\"\r\n", "");
    cr_assert_verdict(f, VERDICT_REFUSED);
    cr_expect_str_eq(f->protection, "Elastic security");
}

Test(identity, needs_all_marks_of_one_line)
{
    struct talk t;
    talk_begin(&t);
    static struct evidence evidence;
    evidence.signature = t.set->signatures[0];
    cr_expect_eq(verdict_identity(&evidence), IDENTITY_NONE);
    for (size_t i = 0; i < evidence.signature->identity_count; i++) {
        const struct identity_rule *rule = &evidence.signature->identities[i];
        evidence.reply.marks = rule->marks;
        cr_expect_geq(verdict_identity(&evidence), rule->identity);
    }
    talk_end(&t);
}

Test(identity, is_not_given_to_what_only_looks_like_a_store)
{
    expect_verdict(VERDICT_NONE, "GET /_search", 200, NGINX "content-type: text/html\r\n", HTML);
    expect_verdict(VERDICT_NONE, "GET /_search", 200, NGINX, "{\"results\":[{\"id\":1}]}");
    expect_verdict(VERDICT_NONE, "GET /api/items", 200, NGINX,
                   "{\"took\":3,\"hits\":[{\"id\":1}]}");
    expect_verdict(VERDICT_NONE, "PUT /a", 200, NGINX, "{\"acknowledged\":true}");
    expect_verdict(VERDICT_TAMPERED, "PUT /a", 200, NGINX,
                   "{\"acknowledged\":true,\"shards_acknowledged\":true,\"index\":\"a\"}");
}

#define LOGIN                                                                                      \
    "refusals:\n  - {name: login page, status: [302], header: {name: Location, contains: "         \
    "/login}}\n"                                                                                   \
    "  - {name: sign in, status: [200], contains: \"<form id=login\"}\n"                           \
    "  - {name: expired, status: [200], error: Expired}\n"                                         \
    "  - {name: keys, status: [401]}\n"                                                            \
    "json:\n  common:\n    - {path: /code, role: error-type}\n    - {path: /rows, role: value}\n"

Test(refusals, of_any_status_are_judged_before_success)
{
    TOY_VERDICT(VERDICT_REFUSED, LOGIN, "GET /toys", 302, "Location: /login?next=a\r\n", "");
    TOY_VERDICT(VERDICT_NONE, LOGIN, "GET /toys", 302, "Location: /toys/\r\n", "");
    TOY_VERDICT(VERDICT_REFUSED, LOGIN, "GET /toys", 200, TOY_HTML, "<html><form id=login>");
    TOY_VERDICT(VERDICT_OPEN, LOGIN, "GET /toys", 200, TOY_HTML, "<html><form id=search>");
    TOY_VERDICT(VERDICT_REFUSED, LOGIN, "GET /toys", 200, "", "{\"rows\":1,\"code\":\"Expired\"}");
    TOY_VERDICT(VERDICT_DATA, LOGIN, "GET /toys", 200, "", "{\"rows\":1,\"code\":\"Fine\"}");
    TOY_VERDICT(VERDICT_REFUSED, LOGIN, "GET /toys", 401, "", "");
}

#define OFF                                                                                        \
    "exceptions:\n  - {name: off, status: [401], body: ACL support disabled, verdict: open}\n"     \
    "  - {name: about, status: [403], contains: about, verdict: revealed}\n"                       \
    "  - {name: page, status: [200], contains: app-root, verdict: none}\n"                         \
    "  - {name: passwords, status: [401], when: credentials, verdict: none}\n"                     \
    "refusals:\n  - {name: keys, status: [401, 403]}\n"

Test(exceptions, are_looked_at_before_refusals_and_successes)
{
    TOY_VERDICT(VERDICT_OPEN, OFF, "GET /toys", 401, "", "ACL support disabled");
    TOY_VERDICT(VERDICT_REFUSED, OFF, "GET /toys", 401, "", "ACL not found");
    TOY_VERDICT(VERDICT_REVEALED, OFF, "GET /toys", 403, "", "ask about it");
    TOY_VERDICT(VERDICT_REFUSED, OFF, "GET /toys", 403, "", "no");
    TOY_VERDICT(VERDICT_NONE, OFF, "GET /toys", 200, TOY_HTML, "<div id=app-root>");
    TOY_VERDICT(VERDICT_OPEN, OFF, "GET /toys", 200, TOY_HTML, "<div id=toys>");
}

Test(exceptions, may_ask_whether_the_client_showed_who_it_is)
{
    static struct talk t;
    struct signature *list[1] = {load(TOY_BEGIN OFF TOY_END)};
    struct signature_set one = {.signatures = list, .count = 1};
    for (int shown = 0; shown < 2; shown++) {
        talk_begin_with(&t, &one, true);
        t.set = NULL;
        talk_ask_with(&t, "GET /toys", shown ? "Authorization: Basic YTpi\r\n" : "", "");
        talk_answer(&t, 401, TOY_SERVER, "wrong");
        talk_end(&t);
        cr_assert_verdict(talk_best(&t), shown ? VERDICT_NONE : VERDICT_REFUSED);
    }
    signature_free(list[0]);
}

/* The toy's answer to a request for data whose body comes in pieces. */
static void expect_of_body(enum verdict wanted, const char *body, size_t piece)
{
    static struct talk t;
    static const char section[] = "request-bodies:\n  - {starts: \"DROP\", effect: write}\n"
                                  "  - {contains: '\"op\":\"put\"', unless: dry, effect: write}\n"
                                  "  - {starts: SHOW, effect: metadata}\n"
                                  "  - {contains: '\"do\": \"call DB.', any-case: true, "
                                  "effect: metadata}\n"
                                  "json:\n  common:\n    - {path: /ok, role: written-if-asked}\n"
                                  "    - {path: '/rows/[]', role: record}\n";
    char *text = NULL;
    cr_assert(asprintf(&text, "%s%s%s", TOY_BEGIN, section, TOY_END) > 0);
    struct signature *list[1] = {load(text)};
    struct signature_set one = {.signatures = list, .count = 1};
    talk_begin_with(&t, &one, true);
    t.set = NULL;
    t.piece = piece;
    talk_ask_with(&t, "POST /toys", "", body);
    talk_answer(&t, 200, TOY_SERVER, "{\"ok\":1,\"rows\":[1]}");
    talk_end(&t);
    cr_assert_verdict(talk_best(&t), wanted, "of %s in %zu", body, piece);
    signature_set_clear(&one);
    signature_free(list[0]);
    free(text);
}

Test(request_bodies, make_a_request_one_that_writes)
{
    for (size_t piece = 0; piece < 5; piece++) {
        expect_of_body(VERDICT_TAMPERED, " \n drop table a", piece);
        expect_of_body(VERDICT_DATA, "DROPPED table a", piece);
        expect_of_body(VERDICT_DATA, "select drop table a", piece);
        expect_of_body(VERDICT_TAMPERED, "{\"op\":\"put\"}", piece);
    }
    expect_of_body(VERDICT_DATA, "{\"op\":\"put\",\"dry\":1}", 0);
    expect_of_body(VERDICT_DATA, "{\"op\":\"put\",\"dry\":1}", 11);
    expect_of_body(VERDICT_TAMPERED, "{ \"op\" : \"put\" }", 0);
    expect_of_body(VERDICT_DATA, "{\"op\":\" put\"}", 0);
}

Test(request_bodies, make_records_names_where_they_ask_for_names)
{
    expect_of_body(VERDICT_METADATA, "show tables", 0);
    expect_of_body(VERDICT_METADATA, "{\"sql\" : \"Show  me\", \"do\" : \"CALL db.x()\"}", 0);
    expect_of_body(VERDICT_DATA, "{\"do\":\"CALL dbx()\"}", 0);
    expect_of_body(VERDICT_DATA, "shown", 0);
}

Test(writes, are_told_by_their_status_where_the_request_says_so)
{
    TOY_VERDICT(VERDICT_TAMPERED, "", "PUT /toys/a", 200, "", "");
    TOY_VERDICT(VERDICT_TAMPERED, "", "PUT /toys/a", 201, TOY_HTML, "made");
    TOY_VERDICT(VERDICT_TAMPERED, "", "PUT /toys/a", 204, "", "");
    TOY_VERDICT(VERDICT_TAMPERED, "", "DELETE /toys/a", 204, "", "");
    TOY_VERDICT(VERDICT_OPEN, "", "DELETE /toys/a", 200, "", "");
    TOY_VERDICT(VERDICT_OPEN, "", "POST /toys/a", 204, "", "");
    TOY_VERDICT(VERDICT_NONE, "", "PUT /toys/a", 302, "", "");
}

Test(writes, are_not_done_where_the_reply_says_that_it_failed_or_changed_nothing)
{
    static const char says[] = "json:\n  common:\n    - {path: /bad, role: failed}\n"
                               "    - {path: /same, role: not-written}\n"
                               "refusals:\n  - {name: toy, status: [200], contains: log in}\n";
    TOY_VERDICT(VERDICT_OPEN, says, "PUT /toys/a", 200, "", "{\"bad\":1}");
    TOY_VERDICT(VERDICT_OPEN, says, "PUT /toys/a", 200, "", "{\"same\":1}");
    TOY_VERDICT(VERDICT_REFUSED, says, "PUT /toys/a", 200, "", "please log in");
    TOY_VERDICT(VERDICT_TAMPERED, says, "PUT /toys/a", 200, "", "{\"done\":1}");
}

/* A store that is known by answering a path of its own with nothing. */
static const struct finding *quiet_once(const char *request, unsigned status, const char *headers,
                                        const char *body)
{
    static struct talk t;
    struct signature *list[1] = {
        load(HEAD "identity:\n  - {marks: [own-path, no-content]}\n"
                  "requests:\n  - {name: push, path: /push, level: write, written: success}\n"
                  "  - {name: ask, path: /ask, level: metadata}\n"
                  "examples:\n  - {request: GET /push, status: 200, verdict: none}\n")};
    struct signature_set one = {.signatures = list, .count = 1};
    talk_begin_with(&t, &one, true);
    t.set = NULL;
    talk_ask(&t, request);
    talk_answer(&t, status, headers, body);
    talk_end(&t);
    signature_set_clear(&one);
    signature_free(list[0]);
    return talk_best(&t);
}

Test(no_content, is_a_success_of_a_write_without_a_body)
{
    cr_assert_verdict(quiet_once("POST /push", 204, "", ""), VERDICT_TAMPERED);
    cr_assert_verdict(quiet_once("POST /push", 200, "", ""), VERDICT_TAMPERED);
    cr_assert_verdict(quiet_once("POST /push", 200, "", " "), VERDICT_NONE);
    cr_assert_verdict(quiet_once("POST /push", 200, TOY_HTML, "<html>"), VERDICT_NONE);
    cr_assert_verdict(quiet_once("POST /push", 404, "", ""), VERDICT_NONE);
    cr_assert_verdict(quiet_once("HEAD /push", 200, "", ""), VERDICT_NONE);
    cr_assert_verdict(quiet_once("POST /other", 204, "", ""), VERDICT_NONE);
    cr_assert_verdict(quiet_once("GET /ask", 204, "", ""), VERDICT_NONE);
}
