/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The servers of a capture and the documents they hold: support cases of invented customers, the
 * kind of record that stood open in December 2019.
 */
#include "store.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const store_level_names[] = {"none",     "probed", "revealed", "refused", "open",
                                         "metadata", "data",   "drained",  "tampered"};

static const struct store_version versions[] = {
    {"1.7.6", "4.10.4", "c730b59357f8ebc555286794dcd90b3411f517c9", "2016-11-18T15:21:16Z", 1,
     false, false, false, false, false},
    {"2.4.6", "5.5.4", "5376dca9f70f3abef96a77f4bb22720ace8240fd", "2017-07-18T12:17:44Z", 2, false,
     false, false, false, false},
    {"5.6.16", "6.6.1", "3a740d1", "2019-03-13T15:33:36.565Z", 5, false, false, false, false,
     false},
    {"6.8.23", "7.7.3", "4f67856", "2022-01-06T21:30:50.087716Z", 6, false, false, false, false,
     false},
    {"7.10.2", "8.7.0", "747e1cc71def077253878a59143c1f785afa92b9", "2021-01-13T00:42:12.435326Z",
     7, false, false, false, false, false},
    {"7.17.9", "8.11.1", "ef48222227ee6b9e70e502f0f0daa52435ee634d",
     "2023-01-31T05:34:43.305517834Z", 7, false, true, true, false, false},
    {"8.15.3", "9.11.1", "f97532e680b555c3a05e73a74c28afb666923018",
     "2024-10-09T22:08:00.328917561Z", 8, false, true, false, false, true},
    {"9.0.1", "10.1.0", "73f7594ea00db50aa7e941e151a5b3985f01e364",
     "2025-04-30T10:07:41.393025990Z", 9, false, true, false, false, true},
    {"1.3.20", "8.10.1", "5a8ca1b1c8ba9fe6cf9b9b4a2d1ea7de1cd1ac54", "2024-12-05T21:13:26.453671Z",
     1, true, false, false, false, false},
    {"2.19.1", "9.12.1", "2e4741fb45d1b150aaeeadf66d41445b23ff5982",
     "2025-02-27T01:16:47.726162386Z", 2, true, false, false, false, false},
    {"3.4.0", "10.3.2", "0b94ee3ecd3f3a7a1f1a1d8f0d1bf5f4ab7a1c9e", "2025-12-12T02:43:12.071233Z",
     3, true, false, false, true, false},
};
#define VERSION_COUNT (sizeof versions / sizeof versions[0])

static const char *const first_names[] = {"anna",  "bilal", "chen", "dana",  "emre", "fatou",
                                          "goran", "hana",  "ivan", "julia", "kofi", "lena"};
static const char *const last_names[] = {"novak",  "schmidt", "okafor", "tanaka", "rossi",
                                         "dubois", "silva",   "khan",   "jensen", "moreau"};
static const char *const mail_hosts[] = {"example.com", "example.org", "mail.example.net",
                                         "corp.example"};
static const char *const products[] = {"Office", "Windows 10", "Xbox Live",
                                       "Azure",  "Surface",    "Exchange Online"};
static const char *const cities[] = {"Seattle", "Lyon", "Osaka", "Pune", "Leeds", "Recife"};
static const char *const sentences[] = {
    "Customer called about a login problem after the password change. ",
    "Remote session was opened and the licence was activated again. ",
    "The invoice of last month was sent to the old address. ",
    "Agent asked for the error code, customer will call back with it. ",
    "Refund was approved by the second level; ticket stays open for seven days. ",
    "Update KB4530684 was removed and installed again without an error. "};
static const char *const index_names[] = {"customers", "cases",    "support-2019.12",
                                          "orders",    "messages", "css-cases-v2",
                                          "accounts",  "tickets"};

#define PICK(r, array) (array)[rng_below((r), sizeof(array) / sizeof((array)[0]))]

static void make_id(struct rng *r, char *out, size_t length)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[rng_below(r, 64)];
    out[length] = 0;
}

static void put_case(struct text *t, struct rng *r, uint32_t number)
{
    uint32_t d[5];
    rng_draw(r, d, (const uint32_t[]){15, 12, 28, 24, 60}, 5);
    text_printf(t, "{\"case_number\":\"CAS-%08u\",\"created\":\"20%02u-%02u-%02uT%02u:%02u:00Z\",",
                10000000 + number * 37, 5 + d[0], 1 + d[1], 1 + d[2], d[3], d[4]);
}

/* One address in thirty is typed with a space before the @. */
static void put_customer(struct text *t, struct rng *r)
{
    const char *first = PICK(r, first_names);
    const char *last = PICK(r, last_names);
    const char *host = PICK(r, mail_hosts);
    uint32_t d[6];
    rng_draw(r, d, (const uint32_t[]){1000, 30, 88, 256, 256, 254}, 6);
    text_printf(t, "\"customer_email\":\"%s.%s%u%s@%s\",\"customer_ip\":\"%u.%u.%u.%u\",", first,
                last, d[0], d[1] ? "" : " ", host, 11 + d[2], d[3], d[4], 1 + d[5]);
}

static void make_record(struct text *t, struct rng *r, uint32_t number)
{
    put_case(t, r, number);
    put_customer(t, r);
    text_printf(t, "\"location\":\"%s\",", PICK(r, cities));
    text_printf(t, "\"product\":\"%s\",", PICK(r, products));
    text_printf(t, "\"agent_email\":\"v-%s@support.example\",", PICK(r, first_names));
    text_printf(t, "\"status\":\"%s\",", rng_chance(r, 700) ? "closed" : "open");
    text_printf(t, "\"confidential\":%s,", rng_chance(r, 200) ? "true" : "false");
    text_puts(t, "\"description\":\"");
    for (uint32_t n = rng_between(r, 1, 6); n > 0; n--)
        text_puts(t, PICK(r, sentences));
    text_printf(t, "\",\"remarks\":[{\"seq\":1,\"by\":\"%s\",", PICK(r, first_names));
    text_printf(t, "\"text\":\"%s\"}]}", PICK(r, sentences));
}

static void make_endpoint(struct store_server *s, struct rng *r, uint32_t number)
{
    char text[INET6_ADDRSTRLEN];
    s->v6 = number % 7 == 3;
    if (s->v6) {
        snprintf(text, sizeof text, "fd12:3456:789a:20::%x", 0x100 + number);
        inet_pton(AF_INET6, text, s->endpoint.address);
    } else {
        snprintf(text, sizeof text, "10.20.%u.%u", 30 + number / 200, 10 + number % 200);
        inet_pton(AF_INET, text, s->endpoint.address);
    }
    s->endpoint.port = 9200;
    if (number % 5 == 4) {
        static const uint16_t unlisted[] = {80, 8080, 8000, 9001, 443};
        s->endpoint.port =
            rng_chance(r, 300) ? PICK(r, unlisted) : (uint16_t)rng_between(r, 10240, 65000);
    }
    s->vlan = number % 4 == 1 ? (uint16_t)(100 + number % 6) : 0;
    s->outer_vlan = s->vlan && number % 20 == 5 ? 2000 : 0;
}

static enum store_guard make_guard(const struct store_version *v, struct rng *r)
{
    uint32_t n = rng_below(r, 100);
    if (n < 66)
        return GUARD_NONE;
    if (n < 74)
        return GUARD_PROXY;
    if (v->opensearch)
        return n < 78 ? GUARD_AWS : GUARD_OPENSEARCH;
    if (v->major < 5)
        return GUARD_PROXY;
    if (v->major > 7)
        return GUARD_ELASTIC;
    if (n < 79)
        return GUARD_SEARCH_GUARD;
    if (n < 83)
        return GUARD_READONLY_REST;
    return n < 86 && v->major == 7 ? GUARD_AWS : GUARD_ELASTIC;
}

static void make_indices(struct store_server *s, struct rng *r, uint32_t number)
{
    static const uint32_t sizes[] = {37, 419, 1237, 1656, 8200, 52340, 1204511, 24870331};
    s->index_count = rng_between(r, 1, STORE_INDEX_MAX);
    for (uint32_t i = 0; i < s->index_count; i++) {
        struct store_index *x = &s->indices[i];
        snprintf(x->name, sizeof x->name, "%s", index_names[(number + i * 3) % 8]);
        make_id(r, x->uuid, 22);
        x->documents = PICK(r, sizes);
        x->documents += rng_below(r, 30);
    }
}

static void make_server(struct store_server *s, struct rng *r, uint32_t number)
{
    s->version = &versions[number % VERSION_COUNT];
    make_endpoint(s, r, number);
    s->guard = make_guard(s->version, r);
    s->proxied = s->guard == GUARD_PROXY || (s->guard == GUARD_NONE && rng_chance(r, 350));
    snprintf(s->node, sizeof s->node, "node-%u", 1 + number % 3);
    snprintf(s->cluster, sizeof s->cluster, "%s", number % 3 ? "elasticsearch" : "support-prod");
    make_id(r, s->cluster_uuid, 22);
    make_indices(s, r, number);
}

void store_world_init(struct store_world *w, struct rng *r, uint32_t servers, bool large)
{
    *w = (struct store_world){.server_count = servers, .large = large};
    w->servers = text_allocate(servers * sizeof *w->servers);
    for (uint32_t i = 0; i < servers; i++)
        make_server(&w->servers[i], r, i);
    for (uint32_t i = 0; i < STORE_RECORDS; i++) {
        w->records.start[i] = (uint32_t)w->records.json.length;
        make_record(&w->records.json, r, i);
    }
    w->records.start[STORE_RECORDS] = (uint32_t)w->records.json.length;
}

void store_world_clear(struct store_world *w)
{
    free(w->servers);
    w->servers = NULL;
    text_clear(&w->records.json);
}

uint64_t store_documents(const struct store_server *s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->index_count; i++)
        sum += s->indices[i].documents;
    return sum;
}
