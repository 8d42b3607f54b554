/* SPDX-License-Identifier: Apache-2.0 */
/* However a conversation is cut into packets, the findings are the same. */
#include "detect/talk.h"

#define SHARDS "\"_shards\":{\"total\":1,\"failed\":0}"
#define HIT    "{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{\"x\":\"\\u00e4\"}}"

struct conversation {
    const char *request;
    unsigned status;
    const char *headers;
    const char *body;
};

static struct talk whole;
static struct talk cut;

/* `at`: the byte of the whole conversation before which it is cut; `piece`: bytes a packet. */
static void hold(struct talk *t, struct signature_set *set, const struct conversation *c,
                 size_t request_cut, size_t reply_cut, size_t piece)
{
    char request[1024];
    char *reply = talk_reply_text(c->status, c->headers, c->body);
    (void)snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: db\r\n\r\n", c->request);
    if (t->detector)
        talk_open(t);
    else
        talk_begin_with(t, set, true);
    t->count = 0;
    t->piece = piece;
    size_t length = strlen(request);
    size_t first = request_cut < length ? request_cut : length;
    talk_bytes(t, CLIENT, request, first);
    talk_bytes(t, CLIENT, request + first, length - first);
    length = strlen(reply);
    first = reply_cut < length ? reply_cut : length;
    talk_bytes(t, SERVER, reply, first);
    talk_bytes(t, SERVER, reply + first, length - first);
    talk_hang_up(t, FLOW_END_FIN);
    free(reply);
}

/* One detector for all: what one conversation left must not show in the next. */
static void finish(struct signature_set *set)
{
    whole.set = NULL;
    cut.set = NULL;
    talk_free(&whole);
    talk_free(&cut);
    signature_set_free(set);
}

static void expect_same(const struct conversation *c, size_t where)
{
    cr_assert_eq(cut.count, whole.count, "%s %s: %zu findings, not %zu, cut at %zu", c->request,
                 c->body, cut.count, whole.count, where);
    for (size_t i = 0; i < whole.count; i++) {
        cut.found[i].ordinal = whole.found[i].ordinal; /* there are more packets */
        cr_assert_eq(memcmp(&cut.found[i], &whole.found[i], offsetof(struct finding, datasets)), 0,
                     "%s %s: cut at %zu", c->request, c->body, where);
        cr_assert_eq(memcmp(cut.found[i].datasets, whole.found[i].datasets,
                            whole.found[i].dataset_count * sizeof whole.found[i].datasets[0]),
                     0, "%s: data sets, cut at %zu", c->request, where);
    }
}

/* Cuts the request and the reply in two every STEP bytes, and both in pieces of 1, 2 and 3. */
static void cut_everywhere(struct signature_set *set, const struct conversation *c, size_t step)
{
    char *reply = talk_reply_text(c->status, c->headers, c->body);
    size_t length = strlen(reply);
    free(reply);
    hold(&whole, set, c, SIZE_MAX, SIZE_MAX, 0);
    for (size_t at = 1; at < length; at += step) {
        hold(&cut, set, c, at, at, 0);
        expect_same(c, at);
    }
    for (size_t piece = 1; piece < 4; piece++) {
        hold(&cut, set, c, SIZE_MAX, SIZE_MAX, piece);
        expect_same(c, piece);
    }
}

Test(cuts, change_no_example)
{
    struct signature_set *set = talk_signatures();
    size_t run = 0;
    for (size_t s = 0; s < set->count; s++)
        for (size_t i = 0; i < set->signatures[s]->example_count; i++, run++) {
            const struct example *e = &set->signatures[s]->examples[i];
            char headers[1024] = "";
            for (size_t h = 0; e->headers[h]; h++) {
                size_t used = strlen(headers);
                (void)snprintf(headers + used, sizeof headers - used, "%s\r\n", e->headers[h]);
            }
            struct conversation c = {e->request, e->status, headers, (const char *)e->body};
            cut_everywhere(set, &c, 5 + run % 5); /* many signatures: other places for each */
        }
    cr_assert_gt(run, 10);
    finish(set);
}

static const struct conversation longer[] = {
    {"GET /a/_search?scroll=1m", 200, "",
     "\n {\"_scroll_id\":\"x\",\"took\":1," SHARDS ",\"hits\":{\"total\":{\"value\":10000,"
     "\"relation\":\"gte\"},\"hits\":[" HIT "," HIT "," HIT "]}}\n"},
    {"POST /_msearch", 200, "",
     "{\"responses\":[{\"took\":1," SHARDS ",\"hits\":{\"total\":3,\"hits\":[" HIT
     "]},\"status\":200},"
     "{\"error\":{\"root_cause\":[{\"type\":\"x\"}],\"type\":\"x\"},\"status\":404}]}"},
    {"POST /_bulk", 200, "",
     "{\"took\":1,\"errors\":true,\"items\":[{\"index\":{\"_index\":\"a\",\"status\":400}},"
     "{\"create\":{\"_index\":\"read_me\",\"status\":201}}]}"},
    {"GET /_stats", 200, "",
     "{" SHARDS
     ",\"_all\":{\"primaries\":{\"docs\":{\"count\":12}}},\"indices\":{\"a\":{\"uuid\":\"u\","
     "\"primaries\":{\"docs\":{\"count\":12},\"store\":{\"size_in_bytes\":345}}}}}"},
    {"GET /_cat/indices?v", 200, "",
     "health status index uuid pri rep docs.count docs.deleted store.size pri.store.size\n"
     "green open a lkRTQ9CJTHWXrfcdsM6X0g 1 0 1237 0 612kb 612kb\n"
     "      close b lkRTQ9CJTHWXrfcdsM6X1g\n"},
    {"GET /_cat/indices?h=pri.store.size,dc,i", 200, "", "1.5kb 12 a\r\n2gb 13 b\r\n\r\n7b 1 c"},
    {"GET /_cat/indices?format=json", 200, "",
     "[{\"index\":\"a\",\"docs.count\":\"12\",\"pri.store.size\":\"1kb\"},{\"index\":\"b\","
     "\"docs.count\":null}]"},
    {"GET /_cluster/stats", 200, "",
     "{\"cluster_name\":\"c\",\"cluster_uuid\":\"u\",\"timestamp\":1,\"indices\":{\"count\":2,"
     "\"docs\":"
     "{\"count\":77},\"store\":{\"size_in_bytes\":9}},\"nodes\":{\"versions\":[\"7.10.2\"]}}"},
    {"GET /a/_search", 200, "content-type: application/yaml\r\n",
     "---\nhits:\n  hits:\n  - _index: \"a\"\n    _source:\n      x: 1\n  - _index: \"b\"\n"},
    {"GET /a/_search", 200, "content-type: application/smile\r\n",
     ":)\n\x03\xfa\x85_index\x40"
     "a\x86_source\xfa\xfb\xfb"},
    {"GET /a/_doc/1", 200, "",
     "{\"_index\":\"a\",\"_id\":\"1\",\"found\":true,\"_source\":{\"x\":1}}"},
    {"POST /_sql?format=txt", 200, "", "  name | age\n-------+----\nann | 1\nbob | 2\n"},
    {"GET /a/_search", 401, "WWW-Authenticate: Basic realm=\"OpenSearch Security\"\r\n",
     "Unauthorized"},
    {"GET /a/_search", 503, "", "OpenSearch Security not initialized."},
    {"GET /_search", 200, "Server: nginx\r\ncontent-type: text/html\r\n", "\n\n<html>[{</html>"},
};

Test(cuts, change_no_longer_reply)
{
    struct signature_set *set = talk_signatures();
    for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++)
        cut_everywhere(set, &longer[i], 1);
    finish(set);
}
