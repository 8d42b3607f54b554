/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the doors with packets of a few ends that come, go back in time and repeat themselves:
 * what waits is what stands in the queues, in their order; nothing is told of an end that is no
 * door, no client is told as silent twice in a minute, and after the end nothing
 * waits.
 */
#include "flow/door_table.h"
#include "flow/doors.h"

#include <stdlib.h>
#include <string.h>

#define STEP_BYTES 4
#define STEPS_MAX  4096
#define START      UINT64_C(1700000000000000000)
#define SECOND     UINT64_C(1000000000)
#define SERVERS    4
#define CLIENTS    8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct doors doors;
    struct netset home;
    uint64_t now_ns;
    uint64_t ordinal;
    bool is_door[SERVERS];
    uint64_t silent_ns[SERVERS][CLIENTS];
    unsigned silent_clients[SERVERS];
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static struct addr end_of(uint8_t network, uint8_t host)
{
    const uint8_t bytes[4] = {10, 0, network, host};
    return addr_from_ipv4(bytes);
}

static void on_news(void *context, const struct door_news *news)
{
    struct world *world = context;
    unsigned server = news->server.bytes[15];
    unsigned client = news->client.bytes[15];
    require(server < SERVERS && client < CLIENTS && world->is_door[server]);
    require(news->server_port == 9200 && news->time_ns <= START + 4096 * 100 * SECOND);
    require(news->door == DOOR_ANSWERED || news->door == DOOR_RESET || news->door == DOOR_SILENT);
    if (news->door != DOOR_SILENT)
        return;
    uint64_t *told = &world->silent_ns[server][client];
    world->silent_clients[server] += *told == 0;
    /* Of more clients than are remembered one that made room may be told again. */
    require(*told == 0 || world->silent_clients[server] > DOORS_SILENT_MAX ||
            news->time_ns >= *told + DOORS_AGAIN_NS);
    *told = news->time_ns;
}

static uint32_t count_queue(const struct door_table *table, const struct door_queue *queue,
                            bool overdue)
{
    uint32_t count = 0;
    uint64_t since = 0;
    for (uint32_t at = queue->oldest; at; at = door_wait_at(table, at)->newer, count++) {
        const struct door_wait *wait = door_wait_at(table, at);
        require(wait->used && wait->overdue == overdue && wait->since_ns >= since);
        since = wait->since_ns;
    }
    return count;
}

static void check(const struct doors *doors)
{
    const struct door_table *table = doors->table;
    uint32_t waiting =
        count_queue(table, &table->fresh, false) + count_queue(table, &table->overdue, true);
    require(waiting == doors->waiting);
    require(doors->count <= SERVERS);
}

/* A time, flags, ends, numbers. */
static void step(struct world *world, const uint8_t *at)
{
    static const uint8_t flags[8] = {
        TCP_SYN, TCP_SYN | TCP_ACK, TCP_RST | TCP_ACK, TCP_ACK, TCP_SYN, TCP_RST, 0, TCP_SYN};
    unsigned server = at[2] & 3, client = at[2] >> 2 & 7;
    bool from_server = at[2] & 0x80;
    if (at[0] & 0x80)
        world->now_ns -= (at[0] & 0x7f) * SECOND / 8;
    else
        world->now_ns += at[0] * SECOND / 4;
    struct addr server_addr = end_of((uint8_t)(server & 1), (uint8_t)server);
    struct addr client_addr = end_of(77, (uint8_t)client);
    if ((at[1] & 7) == 6) {
        doors_add(&world->doors, &server_addr, 9200);
        world->is_door[server] = true;
        return;
    }
    if ((at[1] & 0x0f) == 15) {
        doors_tick(&world->doors, world->now_ns);
        return;
    }
    uint16_t client_port = (uint16_t)(1000 + (at[3] & 3));
    struct packet packet = {.time_ns = world->now_ns,
                            .ordinal = ++world->ordinal,
                            .source = from_server ? server_addr : client_addr,
                            .destination = from_server ? client_addr : server_addr,
                            .source_port = from_server ? 9200 : client_port,
                            .destination_port = from_server ? client_port : 9200,
                            .protocol = at[1] & 0x80 ? PACKET_UDP : PACKET_TCP,
                            .tcp_flags = flags[at[1] & 7],
                            .tcp_sequence = at[3] >> 2 & 3,
                            .tcp_acknowledgment = at[3] >> 4 & 3};
    doors_see(&world->doors, &packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = {.now_ns = START};
    netset_init_private(&world.home);
    if (doors_init(&world.doors, 1, &world.home, on_news, &world) != AJAR_OK)
        return 0;
    uint32_t starts = 0;
    for (size_t i = 0; i < size / STEP_BYTES && i < STEPS_MAX; i++) {
        step(&world, data + i * STEP_BYTES);
        check(&world.doors);
        if (world.doors.table->starts == starts)
            continue;
        starts = world.doors.table->starts; /* the capture began again, and so does what is told */
        memset(world.silent_ns, 0, sizeof world.silent_ns);
        memset(world.silent_clients, 0, sizeof world.silent_clients);
    }
    doors_finish(&world.doors);
    require(world.doors.waiting == 0);
    check(&world.doors);
    doors_clear(&world.doors);
    return 0;
}
