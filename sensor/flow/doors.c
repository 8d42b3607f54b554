/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SYNs to known doors came to (RFC 9293 3.5): answered, reset, or silent. Beside the flow
 * table on the packet's road: it makes flows of payload only, and a door that was shut has none.
 * Only who is at a door can make this remember anything, and never more than a few SYNs of each.
 */
#include "flow/doors.h"

#include "flow/door_table.h"

#include <string.h>

/* Packets this much older than the newest begin the capture again: another file, a clock set back.
 */
#define BACK_NS DOORS_ANSWER_NS

enum ajar_status doors_init(struct doors *doors, uint64_t seed, const struct netset *home,
                            doors_listener listener, void *context)
{
    struct door_table *table = NULL;
    enum ajar_status status = door_table_new(seed, &table);
    if (status != AJAR_OK)
        return status;
    table->home = home;
    table->listener = listener;
    table->context = context;
    *doors = (struct doors){.table = table};
    return AJAR_OK;
}

void doors_clear(struct doors *doors)
{
    door_table_free(doors->table);
    *doors = (struct doors){.table = NULL};
}

const struct doors_counters *doors_counters(const struct doors *doors)
{
    return &doors->table->counters;
}

static uint32_t number_of(const struct door_table *table, const struct doorway *door,
                          const struct door_wait *wait)
{
    return (uint32_t)(door - table->doors) * DOORS_WAITING_MAX + (uint32_t)(wait - door->waits);
}

/* The SYN does not wait any more. */
static void end_wait(struct doors *doors, struct doorway *door, struct door_wait *wait)
{
    struct door_table *table = doors->table;
    struct door_queue *queue = wait->overdue ? &table->overdue : &table->fresh;
    door_queue_remove(table, queue, number_of(table, door, wait));
    wait->used = false;
    doors->waiting--;
}

void doors_add(struct doors *doors, const struct addr *server, uint16_t port)
{
    struct door_table *table = doors->table;
    struct doorway *door = door_find(table, server, port);
    if (door) {
        memset(door->reset_ns, 0, sizeof door->reset_ns);
        door_renew(table, door);
        return;
    }
    struct doorway *again = NULL;
    if (doors->count == DOORS_MAX) {
        again = &table->doors[table->oldest];
        for (unsigned i = 0; i < DOORS_WAITING_MAX; i++)
            if (again->waits[i].used)
                end_wait(doors, again, &again->waits[i]);
        door_remove(table, again);
        table->counters.evicted++;
    } else {
        doors->count++;
    }
    (void)door_insert(table, server, port, again);
    table->counters.added++;
}

/* Whether something that was told then may be told again. */
static bool is_news(uint64_t told_ns, uint64_t time_ns)
{
    uint64_t apart = time_ns > told_ns ? time_ns - told_ns : told_ns - time_ns;
    return told_ns == 0 || apart >= DOORS_AGAIN_NS;
}

static void tell(struct door_table *table, const struct doorway *door, struct door_news *news)
{
    news->ordinal = table->ordinal;
    news->server = door->addr;
    news->server_port = door->port;
    table->counters.told++;
    table->listener(table->context, news);
}

/* Answered or reset: what the packet, which the server sent, says of the door. */
static void tell_reply(struct door_table *table, const struct doorway *door, uint64_t told_ns[2],
                       enum door what, const struct packet *packet)
{
    bool is_home = netset_contains(table->home, &packet->destination);
    if (!is_news(told_ns[is_home], packet->time_ns))
        return;
    told_ns[is_home] = packet->time_ns;
    struct door_news news = {.door = what,
                             .client_is_home = is_home,
                             .client = packet->destination,
                             .client_port = packet->destination_port,
                             .vlan = packet->vlan_count ? packet->vlans[0] : 0,
                             .time_ns = packet->time_ns};
    tell(table, door, &news);
}

static bool same_addr(const struct addr *a, const struct addr *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* When the client was told, 0 = not since the capture began. */
static uint64_t told_silent(const struct door_table *table, const struct door_silent *silent)
{
    return silent->start == table->starts ? silent->time_ns : 0;
}

/*
 * Where a client's being silent is to be remembered: NULL if it is no news, or if there were too
 * many. What was told of a client keeps a later SYN from being news for a while, and an earlier
 * one, which had to wait for proof, for good.
 */
static struct door_silent *silent_place(struct door_table *table, struct doorway *door,
                                        const struct door_wait *wait)
{
    struct door_silent *place = NULL;
    for (unsigned i = 0; i < DOORS_SILENT_MAX; i++) {
        struct door_silent *silent = &door->silent[i];
        uint64_t told_ns = told_silent(table, silent);
        bool is_free = told_ns == 0 || wait->time_ns >= told_ns + DOORS_AGAIN_NS;
        if (told_ns && same_addr(&silent->client, &wait->client))
            return is_free ? silent : NULL;
        if (is_free && (!place || told_ns < told_silent(table, place)))
            place = silent;
    }
    table->counters.unsaid += place == NULL;
    return place;
}

static void tell_silent(struct door_table *table, struct doorway *door,
                        const struct door_wait *wait)
{
    struct door_silent *silent = silent_place(table, door, wait);
    if (!silent)
        return;
    *silent = (struct door_silent){.time_ns = wait->time_ns,
                                   .start = table->starts,
                                   .isn = wait->isn,
                                   .client_port = wait->client_port,
                                   .client = wait->client};
    struct door_news news = {.door = DOOR_SILENT,
                             .client_is_home = netset_contains(table->home, &wait->client),
                             .client = wait->client,
                             .client_port = wait->client_port,
                             .vlan = wait->vlan,
                             .time_ns = wait->time_ns};
    tell(table, door, &news);
}

/* Whether the mirror showed others of the server's network around that time. */
static bool is_proven(const struct door_table *table, const struct doorway *door,
                      const struct door_wait *wait)
{
    uint64_t heard_ns = table->networks[door->network].heard_ns;
    return heard_ns && heard_ns <= table->clock_ns && heard_ns + DOORS_PROOF_NS >= wait->since_ns;
}

/* The oldest SYN that no answer can come to any more: told, or kept until there is proof. */
static void judge_fresh(struct doors *doors)
{
    struct door_table *table = doors->table;
    uint32_t number = table->fresh.oldest;
    struct doorway *door = door_of_wait(table, number);
    struct door_wait *wait = door_wait_at(table, number);
    if (is_proven(table, door, wait)) {
        tell_silent(table, door, wait);
        end_wait(doors, door, wait);
        return;
    }
    door_queue_remove(table, &table->fresh, number);
    wait->overdue = true;
    door_queue_append(table, &table->overdue, number);
}

/* The oldest SYN that was kept: its time is over. */
static void judge_overdue(struct doors *doors)
{
    struct door_table *table = doors->table;
    uint32_t number = table->overdue.oldest;
    struct doorway *door = door_of_wait(table, number);
    struct door_wait *wait = door_wait_at(table, number);
    if (is_proven(table, door, wait))
        tell_silent(table, door, wait);
    else
        table->counters.unproven++;
    end_wait(doors, door, wait);
}

/* When the oldest of a queue is to be judged; UINT64_MAX if it is empty. */
static uint64_t deadline(const struct door_table *table, const struct door_queue *queue,
                         uint64_t after_ns)
{
    return queue->oldest ? door_wait_at(table, queue->oldest)->since_ns + after_ns : UINT64_MAX;
}

static void judge_due(struct doors *doors)
{
    const struct door_table *table = doors->table;
    for (;;) {
        uint64_t fresh = deadline(table, &table->fresh, DOORS_ANSWER_NS);
        uint64_t overdue = deadline(table, &table->overdue, DOORS_PROOF_NS);
        if (fresh > table->clock_ns && overdue > table->clock_ns)
            return;
        if (overdue <= fresh)
            judge_overdue(doors);
        else
            judge_fresh(doors);
    }
}

/* No answer to the oldest SYN will be seen any more: if it was sent again, there was none. */
static void judge_young(struct doors *doors)
{
    struct door_table *table = doors->table;
    uint32_t number = table->fresh.oldest;
    struct doorway *door = door_of_wait(table, number);
    struct door_wait *wait = door_wait_at(table, number);
    if (wait->repeated && is_proven(table, door, wait))
        tell_silent(table, door, wait);
    end_wait(doors, door, wait);
}

void doors_finish(struct doors *doors)
{
    struct door_table *table = doors->table;
    while (table->overdue.oldest)
        judge_overdue(doors);
    while (table->fresh.oldest)
        judge_young(doors);
}

static void move_clock(struct doors *doors, uint64_t time_ns)
{
    struct door_table *table = doors->table;
    if (time_ns > table->clock_ns)
        table->clock_ns = time_ns;
    if (doors->waiting)
        judge_due(doors);
}

static void see_time(struct doors *doors, uint64_t time_ns)
{
    struct door_table *table = doors->table;
    if (time_ns + BACK_NS < table->packet_ns) {
        doors_finish(doors);
        if (table->clock_ns > table->passed_ns)
            table->passed_ns = table->clock_ns;
        table->starts++;
        table->packet_ns = time_ns;
        table->clock_ns = time_ns;
    }
    if (time_ns > table->packet_ns)
        table->packet_ns = time_ns;
    move_clock(doors, time_ns);
}

void doors_tick(struct doors *doors, uint64_t time_ns)
{
    if (doors->count && time_ns > doors->table->passed_ns)
        move_clock(doors, time_ns);
}

/* Somebody is there, and the mirror shows it. */
static void hear(struct door_table *table, const struct addr *addr)
{
    struct door_network *network = door_network_find(table, addr);
    if (network)
        network->heard_ns = table->clock_ns;
}

static struct door_wait *wait_find(struct doorway *door, const struct addr *client, uint16_t port)
{
    for (unsigned i = 0; i < DOORS_WAITING_MAX; i++) {
        struct door_wait *wait = &door->waits[i];
        if (wait->used && wait->client_port == port && same_addr(&wait->client, client))
            return wait;
    }
    return NULL;
}

/* Whether the client has another SYN that waits longer: one of them is told at most. */
static bool is_repeated(const struct doorway *door, const struct door_wait *wait)
{
    for (unsigned i = 0; i < DOORS_WAITING_MAX; i++) {
        const struct door_wait *other = &door->waits[i];
        bool is_earlier =
            other->since_ns < wait->since_ns || (other->since_ns == wait->since_ns && other < wait);
        if (other->used && is_earlier && same_addr(&other->client, &wait->client))
            return true;
    }
    return false;
}

/* A free place for a SYN; when there is none, one that waits for proof goes, or one of a client
 * that has another. */
static struct door_wait *wait_place(struct doors *doors, struct doorway *door)
{
    struct door_table *table = doors->table;
    struct door_wait *least = NULL;
    for (unsigned i = 0; i < DOORS_WAITING_MAX; i++) {
        struct door_wait *wait = &door->waits[i];
        if (!wait->used)
            return wait;
        if (wait->overdue && (!least || !least->overdue || wait->since_ns < least->since_ns))
            least = wait;
        else if (!least && is_repeated(door, wait))
            least = wait;
    }
    table->counters.not_waited++;
    if (least)
        end_wait(doors, door, least);
    return least;
}

/* Whether a SYN repeats one that was told as silent. */
static bool was_told(const struct door_table *table, const struct doorway *door,
                     const struct packet *syn)
{
    for (unsigned i = 0; i < DOORS_SILENT_MAX; i++) {
        const struct door_silent *silent = &door->silent[i];
        uint64_t told_ns = told_silent(table, silent);
        if (told_ns && syn->time_ns < told_ns + DOORS_REPEATED_NS &&
            silent->client_port == syn->source_port && silent->isn == syn->tcp_sequence &&
            same_addr(&silent->client, &syn->source))
            return true;
    }
    return false;
}

/* A repetition, or the next try from the same port. */
static void note_again(struct door_wait *wait, const struct packet *syn)
{
    wait->repeated |=
        wait->isn == syn->tcp_sequence && syn->time_ns >= wait->time_ns + DOORS_AGAIN_SYN_NS;
    wait->isn = syn->tcp_sequence;
}

static void see_syn(struct doors *doors, const struct packet *packet)
{
    struct door_table *table = doors->table;
    struct doorway *door = door_find(table, &packet->destination, packet->destination_port);
    if (!door || was_told(table, door, packet))
        return;
    struct door_wait *known = wait_find(door, &packet->source, packet->source_port);
    if (known) {
        note_again(known, packet);
        return;
    }
    struct door_wait *wait = wait_place(doors, door);
    if (!wait)
        return;
    *wait = (struct door_wait){.time_ns = packet->time_ns,
                               .since_ns = table->clock_ns,
                               .isn = packet->tcp_sequence,
                               .client_port = packet->source_port,
                               .vlan = packet->vlan_count ? packet->vlans[0] : 0,
                               .used = true,
                               .client = packet->source};
    door_queue_append(table, &table->fresh, number_of(table, door, wait));
    doors->waiting++;
}

static void see_answer(struct doors *doors, const struct packet *packet)
{
    struct door_table *table = doors->table;
    hear(table, &packet->source);
    struct doorway *door = door_find(table, &packet->source, packet->source_port);
    if (!door)
        return;
    struct door_wait *wait = wait_find(door, &packet->destination, packet->destination_port);
    if (wait)
        end_wait(doors, door, wait);
    tell_reply(table, door, door->answered_ns, DOOR_ANSWERED, packet);
}

/* A reset counts if it acknowledges a SYN that waits: any other ends a connection that was made. */
static void see_reset(struct doors *doors, const struct packet *packet)
{
    struct door_table *table = doors->table;
    hear(table, &packet->source);
    if (!doors->waiting || !(packet->tcp_flags & TCP_ACK))
        return;
    struct doorway *door = door_find(table, &packet->source, packet->source_port);
    struct door_wait *wait =
        door ? wait_find(door, &packet->destination, packet->destination_port) : NULL;
    if (!wait || packet->tcp_acknowledgment != wait->isn + 1)
        return;
    end_wait(doors, door, wait);
    tell_reply(table, door, door->reset_ns, DOOR_RESET, packet);
}

/* Any further segment of a connection says that its SYN was answered, seen or not. */
static void end_answered(struct doors *doors, const struct addr *server, uint16_t server_port,
                         const struct addr *client, uint16_t client_port)
{
    if (!door_network_find(doors->table, server))
        return;
    struct doorway *door = door_find(doors->table, server, server_port);
    struct door_wait *wait = door ? wait_find(door, client, client_port) : NULL;
    if (wait)
        end_wait(doors, door, wait);
}

static void see_segment(struct doors *doors, const struct packet *packet)
{
    hear(doors->table, &packet->source);
    end_answered(doors, &packet->source, packet->source_port, &packet->destination,
                 packet->destination_port);
    end_answered(doors, &packet->destination, packet->destination_port, &packet->source,
                 packet->source_port);
}

void doors_see_packet(struct doors *doors, const struct packet *packet)
{
    doors->table->ordinal = packet->ordinal;
    see_time(doors, packet->time_ns);
    uint8_t flags = packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN);
    if (packet->protocol != PACKET_TCP) {
        if (doors->waiting)
            hear(doors->table, &packet->source);
    } else if (flags == TCP_SYN) {
        see_syn(doors, packet);
    } else if (flags == (TCP_SYN | TCP_ACK)) {
        see_answer(doors, packet);
    } else if (flags & TCP_RST) {
        see_reset(doors, packet);
    } else if (doors->waiting && (flags & TCP_ACK)) {
        see_segment(doors, packet);
    }
}
