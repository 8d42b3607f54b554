/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/servers.h"

static struct servers *servers;

static void setup(void)
{
    cr_assert_eq(servers_new(4, 42, &servers), AJAR_OK);
}

static void teardown(void)
{
    servers_free(servers);
}

TestSuite(servers, .init = setup, .fini = teardown);

Test(servers, finds_what_it_learned)
{
    struct finding f = make_finding(VERDICT_DATA);
    cr_assert_null(servers_find(servers, &f));
    struct server *server = servers_learn(servers, &f);
    cr_assert_eq(servers_find(servers, &f), server);
    cr_assert_eq(servers_learn(servers, &f), server);
}

Test(servers, tells_address_port_and_store_apart)
{
    struct finding f = make_finding(VERDICT_DATA), other = f;
    (void)servers_learn(servers, &f);
    other.server_port = 9201;
    cr_assert_null(servers_find(servers, &other));
    other = f;
    other.server = address("10.20.30.12");
    cr_assert_null(servers_find(servers, &other));
    other = f;
    SET(other.store, "solr");
    cr_assert_null(servers_find(servers, &other));
}

Test(servers, takes_the_newer_version)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    SET(f.product, "elasticsearch");
    SET(f.version, "6.8.22");
    SET(f.cluster_name, "support");
    (void)servers_learn(servers, &f);
    SET(f.version, "6.8.23");
    SET(f.cluster_name, "");
    struct server *server = servers_learn(servers, &f);
    cr_assert_str_eq(server->version, "6.8.23");
    cr_assert_str_eq(server->cluster_name, "support", "silence does not unlearn");
}

Test(servers, forgets_version_and_cluster_of_another_product)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    SET(f.product, "elasticsearch");
    SET(f.version, "6.8.23");
    SET(f.cluster_id, "IM-a7ZcLS4ehfuOpBjnFhA");
    (void)servers_learn(servers, &f);
    SET(f.product, "opensearch");
    SET(f.version, "");
    SET(f.cluster_id, "");
    struct server *server = servers_learn(servers, &f);
    cr_assert_str_eq(server->product, "opensearch");
    cr_assert_str_empty(server->version);
    cr_assert_str_empty(server->cluster_id);
}

Test(servers, does_not_learn_names_from_what_could_be_anything)
{
    struct finding f = make_finding(VERDICT_REVEALED);
    SET(f.version, "6.8.23");
    (void)servers_learn(servers, &f);
    f.identity = IDENTITY_NONE;
    SET(f.version, "1.25.3");
    cr_assert_str_eq(servers_learn(servers, &f)->version, "6.8.23");
}

Test(servers, refuses_only_after_a_refusal_without_credentials)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    f.credentials = CREDENTIALS_PRESENTED; /* a wrong password proves nothing about none */
    f.status = 401;
    cr_assert_not(servers_learn(servers, &f)->refuses);
    f.credentials = CREDENTIALS_NONE;
    cr_assert(servers_learn(servers, &f)->refuses);
}

Test(servers, keeps_the_status_of_a_refusal_over_the_end_of_its_flow)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    f.status = 401;
    SET(f.protection, "Elastic security");
    (void)servers_learn(servers, &f);
    f.kind = FINDING_SESSION;
    f.status = 0;
    SET(f.protection, "");
    struct server *server = servers_learn(servers, &f);
    cr_assert_eq(server->refusal_status, 401);
    cr_assert_str_eq(server->protection, "Elastic security");
}

Test(servers, is_open_only_to_clients_without_credentials)
{
    struct finding f = make_finding(VERDICT_DATA);
    f.credentials = CREDENTIALS_PRESENTED;
    struct server *server = servers_learn(servers, &f);
    cr_assert_not(server->open);
    cr_assert(server->served_credentials);
    f.credentials = CREDENTIALS_NONE;
    cr_assert(servers_learn(servers, &f)->open);
}

Test(servers, counts_clients_apart_up_to_the_limit)
{
    struct finding f = make_finding(VERDICT_REFUSED);
    struct server *server = NULL;
    for (int i = 0; i < 3 * SERVER_CLIENTS_MAX; i++) {
        f.client.bytes[15] = (uint8_t)(i / 2);
        server = servers_learn(servers, &f);
        if (i == 3)
            cr_assert_eq(server->client_count, 2);
    }
    cr_assert_eq(server->client_count, SERVER_CLIENTS_MAX);
}

static void count_server(void *context, const struct server *server)
{
    (void)server;
    ++*(unsigned *)context;
}

Test(servers, evicts_the_one_unseen_longest)
{
    struct finding f[6];
    for (int i = 0; i < 6; i++) {
        f[i] = make_finding(VERDICT_DATA);
        f[i].server_port = (uint16_t)(1000 + i);
    }
    for (int i = 0; i < 4; i++)
        (void)servers_learn(servers, &f[i]);
    cr_assert_eq(servers_evicted(servers), 0);
    (void)servers_learn(servers, &f[0]); /* used again: the oldest is now 1 */
    (void)servers_learn(servers, &f[4]);
    cr_assert_eq(servers_evicted(servers), 1);
    cr_assert_null(servers_find(servers, &f[1]));
    cr_assert(servers_find(servers, &f[0]));
    (void)servers_learn(servers, &f[5]);
    cr_assert_null(servers_find(servers, &f[2]));
    unsigned count = 0;
    servers_visit(servers, count_server, &count);
    cr_assert_eq(count, 4);
}
