/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every property is drawn from a hash of seed, conversation (or store) and the property's number:
 * there is no state to lose in a crash. Cumulative numbers (returned, bytes, requests) are sums
 * over the steps of the conversation, as detect would have counted them.
 */
#include "producer.h"

#include <stdio.h>

#define PORTS 49152

/* What is drawn; one number each. */
enum draw {
    DRAW_PLAN,
    DRAW_POPULAR,
    DRAW_STORE,
    DRAW_CLIENT,
    DRAW_PORT,
    DRAW_VERSION,
    DRAW_PROTECTED,
    DRAW_RECORDS,
    DRAW_DATASETS,
    DRAW_RETURNED,
    DRAW_AGENT,
    DRAW_PATH,
};

/* A conversation: what each step reaches; the last one is the end of the session. */
struct plan {
    uint8_t verdicts[PRODUCER_STEPS];
    bool credentials; /* from the second step on */
};

static const struct plan open_plans[] = {
    {{VERDICT_METADATA, VERDICT_DATA, VERDICT_DRAINED, VERDICT_DRAINED}, false},
    {{VERDICT_REVEALED, VERDICT_OPEN, VERDICT_DATA, VERDICT_DATA}, false},
    {{VERDICT_PROBED, VERDICT_REVEALED, VERDICT_METADATA, VERDICT_METADATA}, false},
    {{VERDICT_OPEN, VERDICT_DATA, VERDICT_TAMPERED, VERDICT_TAMPERED}, false},
};
static const struct plan protected_plans[] = {
    {{VERDICT_REVEALED, VERDICT_REFUSED, VERDICT_REFUSED, VERDICT_REFUSED}, false},
    {{VERDICT_REFUSED, VERDICT_METADATA, VERDICT_DATA, VERDICT_DATA}, true},
};

static const char *const versions[] = {"1.7.6", "2.4.6", "5.6.16", "6.8.23", "7.17.9", "9.0.1"};
static const char *const agents[] = {"curl/7.88.1", "python-requests/2.31",
                                     "Mozilla/5.0 (compatible; \"Scanner\")", "elastic\xff\tagent",
                                     "\xd0\xb0\xd0\xb3\xd0\xb5\xd0\xbd\xd1\x82"};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* splitmix64 over the parts. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static uint32_t draw(uint64_t seed, uint64_t about, enum draw what, size_t bound)
{
    return (uint32_t)(mix(mix(seed + (uint64_t)what * 257) ^ mix(about)) % bound);
}

/* Most conversations are with any store, some with the few that everybody reads. */
static uint32_t choose_store(uint64_t seed, uint64_t conversation)
{
    bool popular = draw(seed, conversation, DRAW_POPULAR, 8) == 0;
    return draw(seed, conversation, DRAW_STORE, popular ? 8 : PRODUCER_STORES);
}

static void fill_server(uint32_t store, struct finding *finding)
{
    uint8_t bytes[4] = {10, 20, (uint8_t)(store >> 8), (uint8_t)store};
    finding->server = addr_from_ipv4(bytes);
    finding->server_port = store % 5 ? 9200 : (uint16_t)(9201 + store % 7);
}

/* A quarter inside, a quarter on IPv4, the rest on IPv6 in networks that the test databases know.
 */
static void fill_client(uint32_t client, struct finding *finding)
{
    static const uint8_t outside[][3] = {{203, 0, 113}, {198, 51, 100}, {192, 0, 2}};
    uint8_t v4[4] = {10, 77, (uint8_t)(client >> 8), (uint8_t)client};
    uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, (uint8_t)(0x10 * (1 + client % 5))};
    v6[14] = (uint8_t)(client >> 8);
    v6[15] = (uint8_t)client;
    if (client % 4 == 1) {
        memcpy(v4, outside[client / 4 % 3], 3);
        v4[3] = (uint8_t)(client / 12);
    }
    finding->client = client % 4 < 2 ? addr_from_ipv4(v4) : addr_from_ipv6(v6);
}

static void fill_names(uint64_t seed, uint64_t conversation, uint32_t store,
                       struct finding *finding)
{
    bool fork = store % 3 == 0;
    (void)snprintf(finding->store, sizeof finding->store, "elasticsearch");
    (void)snprintf(finding->product, sizeof finding->product, "%s",
                   fork ? "opensearch" : "elasticsearch");
    (void)snprintf(finding->version, sizeof finding->version, "%s",
                   versions[draw(seed, store, DRAW_VERSION, COUNT_OF(versions))]);
    (void)snprintf(finding->cluster_id, sizeof finding->cluster_id, "cluster-%04u", store / 5);
    (void)snprintf(finding->host, sizeof finding->host, "store-%u.example", store);
    (void)snprintf(finding->user_agent, sizeof finding->user_agent, "%s",
                   agents[draw(seed, conversation, DRAW_AGENT, COUNT_OF(agents))]);
}

/* Data sets of a store are always the same; one store in fifty has as many as fit. */
static void fill_datasets(uint64_t seed, uint32_t store, struct finding *finding)
{
    uint32_t count = store % 50 == 7 ? FINDING_DATASETS_MAX : 1 + store % 4;
    for (uint32_t i = 0; i < count; i++) {
        struct finding_dataset *set = &finding->datasets[i];
        memset(set, 0, sizeof *set);
        (void)snprintf(set->name, sizeof set->name, "customers-%u-%02u", store % 100, i);
        set->records = 1000 + draw(seed, store * 64 + i, DRAW_DATASETS, 1000000);
        set->bytes = set->records * 512;
        set->source = COUNT_LISTING;
    }
    finding->dataset_count = (uint16_t)count;
}

static uint64_t returned_by(uint64_t seed, uint64_t conversation, uint8_t verdict)
{
    switch (verdict) {
    case VERDICT_DATA:
        return 1 + draw(seed, conversation, DRAW_RETURNED, 100);
    case VERDICT_DRAINED:
        return 1000 + draw(seed, conversation, DRAW_RETURNED, 9000);
    default:
        return 0;
    }
}

/* What this flow gave up to this step, and what of it is new. */
static void fill_counts(uint64_t seed, uint64_t conversation, const struct plan *plan,
                        struct finding *finding)
{
    uint32_t step = finding->exchange - 1;
    for (uint32_t i = 0; i <= step; i++) {
        bool is_session = i == PRODUCER_STEPS - 1;
        uint64_t more = is_session ? 0 : returned_by(seed, conversation, plan->verdicts[i]);
        finding->returned_new = more;
        finding->returned += more;
        finding->gave_bytes_new = is_session ? 0 : 300 + more * 400;
        finding->gave_bytes += finding->gave_bytes_new;
        finding->requests_new = 1;
        finding->requests++;
    }
    finding->client_bytes = 200 * finding->requests;
    finding->server_bytes = finding->gave_bytes + 180 * finding->requests;
    finding->body_bytes = finding->gave_bytes_new;
}

static void fill_request(uint64_t seed, uint64_t conversation, struct finding *finding)
{
    static const char *const urls[] = {"/_search?size=100&q=\"a\\b\"", "/_cat/indices?v",
                                       "/customers/_search?scroll=1m", "/customers/_doc/\x01\xc3"};
    (void)snprintf(finding->method, sizeof finding->method, "GET");
    (void)snprintf(finding->url, sizeof finding->url, "%s",
                   urls[draw(seed, conversation, DRAW_PATH, COUNT_OF(urls))]);
    finding->status = finding->verdict == VERDICT_REFUSED ? 401 : 200;
    (void)snprintf(finding->evidence[0], sizeof finding->evidence[0], "%u", finding->status);
    finding->evidence_count = 1;
}

static const struct plan *choose_plan(uint64_t seed, uint64_t conversation, uint32_t store)
{
    if (draw(seed, store, DRAW_PROTECTED, 4) == 0)
        return &protected_plans[draw(seed, conversation, DRAW_PLAN, COUNT_OF(protected_plans))];
    return &open_plans[draw(seed, conversation, DRAW_PLAN, COUNT_OF(open_plans))];
}

void producer_make_finding(uint64_t seed, uint64_t number, struct finding *finding)
{
    uint64_t block = number / (PRODUCER_STEPS * PRODUCER_WOVEN);
    uint64_t within = number % (PRODUCER_STEPS * PRODUCER_WOVEN);
    uint64_t conversation = block * PRODUCER_WOVEN + within % PRODUCER_WOVEN;
    uint32_t step = (uint32_t)(within / PRODUCER_WOVEN);
    uint32_t store = choose_store(seed, conversation);
    const struct plan *plan = choose_plan(seed, conversation, store);

    memset(finding, 0, offsetof(struct finding, datasets));
    finding->kind = step == PRODUCER_STEPS - 1 ? FINDING_SESSION : FINDING_QUERY;
    finding->verdict = plan->verdicts[step];
    finding->credentials_seen = plan->credentials && step > 0;
    finding->credentials = finding->credentials_seen ? CREDENTIALS_PRESENTED : CREDENTIALS_NONE;
    finding->identity = IDENTITY_PROVEN;
    finding->transport = 6;
    finding->time_ns = PRODUCER_START_NS + number * PRODUCER_INTERVAL_NS;
    finding->first_ns = finding->time_ns - (step + 1) * PRODUCER_WOVEN * PRODUCER_INTERVAL_NS;
    finding->ordinal = number + 1;
    finding->exchange = step + 1;
    fill_server(store, finding);
    fill_client(draw(seed, conversation, DRAW_CLIENT, PRODUCER_CLIENTS), finding);
    finding->client_port = (uint16_t)(1024 + draw(seed, conversation, DRAW_PORT, PORTS));
    fill_names(seed, conversation, store, finding);
    fill_counts(seed, conversation, plan, finding);
    fill_request(seed, conversation, finding);
    finding->records = FINDING_NO_COUNT;
    if (finding->verdict >= VERDICT_METADATA && finding->verdict != VERDICT_TAMPERED) {
        finding->records = 1000 + draw(seed, store, DRAW_RECORDS, 10000000);
        finding->records_source = COUNT_LISTING;
        fill_datasets(seed, store, finding);
    }
}
