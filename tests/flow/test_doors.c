/* SPDX-License-Identifier: Apache-2.0 */
/* SYNs to doors, what became of them, and what is told of that. Server 10.0.0.5:9200, clients
 * outside home. */
#include "flow/doors.h"

#include "support/frames.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1700000000) * SECOND)
#define ISN    UINT32_C(0xffffffff) /* its acknowledgment wraps */

#define SERVER "10.0.0.5"
#define NEAR   "10.0.0.77" /* in the server's network */
#define FAR    "10.0.1.77" /* in another */
#define HOME   "192.168.1.9"

struct scene {
    struct doors doors;
    struct netset home;
    uint64_t now_ns;
    uint64_t ordinal;
    size_t count;
    struct door_news last;
    char heard[16384];
    size_t used;
};

static struct scene scene;

/* "answered 198.51.100.7:40000 +3;" seconds since the start */
static void hear(void *context, const struct door_news *news)
{
    static const char *const names[] = {
        [DOOR_ANSWERED] = "answered", [DOOR_RESET] = "reset", [DOOR_SILENT] = "silent"};
    char client[ADDR_TEXT_MAX];
    (void)context;
    addr_format(&news->client, client);
    scene.last = *news;
    scene.count++;
    scene.used += (size_t)snprintf(scene.heard + scene.used, sizeof scene.heard - scene.used,
                                   "%s %s:%u +%llu;", names[news->door], client, news->client_port,
                                   (unsigned long long)((news->time_ns - START) / SECOND));
}

static struct addr addr(const char *text)
{
    struct addr parsed;
    cr_assert_eq(addr_parse(text, &parsed), AJAR_OK);
    return parsed;
}

static void add_door(const char *server, uint16_t port)
{
    struct addr parsed = addr(server);
    doors_add(&scene.doors, &parsed, port);
}

static void begin(void)
{
    scene = (struct scene){.now_ns = START};
    netset_init_private(&scene.home);
    cr_assert_eq(doors_init(&scene.doors, 7, &scene.home, hear, &scene), AJAR_OK);
    add_door(SERVER, 9200);
}

static void end(void)
{
    doors_clear(&scene.doors);
}

static void expect(const char *heard)
{
    cr_assert_str_eq(scene.heard, heard);
    scene.used = 0;
    scene.heard[0] = '\0';
}

static void at(uint64_t seconds)
{
    scene.now_ns = START + seconds * SECOND;
}

static void see(const char *from, uint16_t source_port, const char *to, uint16_t port,
                uint8_t flags, uint32_t sequence, uint32_t acknowledgment)
{
    struct packet_spec spec = {.source = from,
                               .destination = to,
                               .source_port = source_port,
                               .destination_port = port,
                               .flags = flags,
                               .sequence = sequence,
                               .acknowledgment = acknowledgment,
                               .time_ns = scene.now_ns,
                               .ordinal = ++scene.ordinal};
    struct packet packet = packet_make_tcp(&spec);
    doors_see(&scene.doors, &packet);
}

static void syn(const char *client, uint16_t port)
{
    see(client, port, SERVER, 9200, TCP_SYN, ISN, 0);
}

static void answer(const char *client, uint16_t port)
{
    see(SERVER, 9200, client, port, TCP_SYN | TCP_ACK, 5, ISN + 1);
}

static void reset(const char *client, uint16_t port)
{
    see(SERVER, 9200, client, port, TCP_RST | TCP_ACK, 0, ISN + 1);
}

/* Somebody answers somebody else. */
static void proof(const char *other)
{
    see(other, 443, "203.0.113.1", 5555, TCP_SYN | TCP_ACK, 1, 1);
}

TestSuite(doors, .init = begin, .fini = end);

Test(doors, tells_a_syn_ack_of_a_door)
{
    syn("198.51.100.7", 40000);
    answer("198.51.100.7", 40000);
    expect("answered 198.51.100.7:40000 +0;");
    cr_assert_eq(scene.last.door, DOOR_ANSWERED);
    cr_assert_eq(scene.last.server_port, 9200);
    cr_assert_eq(scene.last.ordinal, 2);
    cr_assert(!scene.last.client_is_home);
    cr_assert_eq(scene.doors.waiting, 0);
}

Test(doors, says_nothing_of_other_endpoints)
{
    see(SERVER, 9201, "198.51.100.7", 40000, TCP_SYN | TCP_ACK, 5, 1);
    see("10.0.0.6", 9200, "198.51.100.7", 40000, TCP_SYN | TCP_ACK, 5, 1);
    see("198.51.100.7", 40000, "10.0.0.6", 9200, TCP_SYN, 5, 0);
    expect("");
    cr_assert_eq(scene.doors.waiting, 0);
}

Test(doors, tells_answers_once_a_minute_and_side_of_home)
{
    answer("198.51.100.7", 40000);
    at(59);
    answer("198.51.100.8", 40001);
    answer(HOME, 40002);
    at(60);
    answer("198.51.100.8", 40003);
    expect("answered 198.51.100.7:40000 +0;answered 192.168.1.9:40002 +59;"
           "answered 198.51.100.8:40003 +60;");
}

Test(doors, tells_a_reset_that_answers_a_syn)
{
    syn("198.51.100.7", 40000);
    reset("198.51.100.7", 40000);
    expect("reset 198.51.100.7:40000 +0;");
}

Test(doors, passes_over_a_reset_that_answers_no_syn)
{
    reset("198.51.100.7", 40000); /* none was seen */
    syn("198.51.100.7", 40000);
    see(SERVER, 9200, "198.51.100.7", 40000, TCP_RST | TCP_ACK, 0, 77);  /* another connection's */
    see(SERVER, 9200, "198.51.100.7", 40000, TCP_RST, ISN + 1, ISN + 1); /* acknowledges nothing */
    reset("198.51.100.7", 40001);                                        /* of another port */
    expect("");
}

Test(doors, passes_over_a_reset_in_the_middle_of_a_connection)
{
    syn("198.51.100.7", 40000);
    answer("198.51.100.7", 40000);
    see(SERVER, 9200, "198.51.100.7", 40000, TCP_RST | TCP_ACK, 6, ISN + 1);
    expect("answered 198.51.100.7:40000 +0;");
}

Test(doors, tells_a_reset_again_after_a_new_proof)
{
    syn("198.51.100.7", 40000);
    reset("198.51.100.7", 40000);
    at(5);
    syn("198.51.100.7", 40001);
    reset("198.51.100.7", 40001);
    expect("reset 198.51.100.7:40000 +0;");
    add_door(SERVER, 9200);
    at(6);
    syn("198.51.100.7", 40002);
    reset("198.51.100.7", 40002);
    expect("reset 198.51.100.7:40002 +6;");
}

Test(doors, tells_a_silent_syn_three_seconds_later)
{
    syn("198.51.100.7", 40000);
    at(2);
    proof(NEAR);
    expect("");
    at(3);
    proof(NEAR);
    expect("silent 198.51.100.7:40000 +0;");
    cr_assert_eq(scene.doors.waiting, 0);
}

Test(doors, tells_a_silent_syn_when_only_the_clock_moves)
{
    syn("198.51.100.7", 40000);
    at(1);
    proof(NEAR);
    doors_tick(&scene.doors, START + 3 * SECOND - 1);
    expect("");
    doors_tick(&scene.doors, START + 3 * SECOND);
    expect("silent 198.51.100.7:40000 +0;");
}

Test(doors, does_not_infer_when_the_network_is_not_seen)
{
    syn("198.51.100.7", 40000);
    proof(FAR);
    see("203.0.113.5", 1, NEAR, 443, TCP_ACK, 1, 1); /* to the network, not from it */
    at(64);
    proof(FAR);
    expect("");
    cr_assert_eq(doors_counters(&scene.doors)->unproven, 1);
    cr_assert_eq(scene.doors.waiting, 0);
}

Test(doors, takes_proof_from_a_minute_before_and_after)
{
    proof(NEAR);
    at(60);
    syn("198.51.100.7", 40000);
    at(200);
    proof(FAR);
    expect("silent 198.51.100.7:40000 +60;");
    at(261);
    syn("198.51.100.8", 40000);
    at(321);
    see(NEAR, 443, "203.0.113.1", 5555, TCP_ACK, 1, 1); /* any packet will do */
    at(322);
    proof(FAR);
    expect("");
    at(400);
    syn("198.51.100.9", 40000);
    at(450);
    see(NEAR, 443, "203.0.113.1", 5555, TCP_ACK, 1, 1);
    at(460);
    proof(FAR);
    expect("silent 198.51.100.9:40000 +400;");
}

Test(doors, takes_an_ipv6_network_of_64_bits_for_one)
{
    add_door("2001:db8:1:2::5", 9200);
    see("2001:db8:9::1", 40000, "2001:db8:1:2::5", 9200, TCP_SYN, 1, 0);
    see("2001:db8:1:3::6", 443, "2001:db8:9::2", 1, TCP_SYN | TCP_ACK, 1, 1);
    at(3);
    proof(FAR);
    expect("");
    see("2001:db8:1:2:ffff::6", 443, "2001:db8:9::2", 1, TCP_SYN | TCP_ACK, 1, 1);
    at(60);
    proof(FAR);
    expect("silent 2001:db8:9::1:40000 +0;");
}

Test(doors, takes_any_segment_of_the_connection_for_an_answer)
{
    proof(NEAR);
    syn("198.51.100.7", 40000);
    syn("198.51.100.8", 40000);
    syn("198.51.100.9", 40000);
    see("198.51.100.7", 40000, SERVER, 9200, TCP_ACK, ISN + 1, 9);
    see(SERVER, 9200, "198.51.100.8", 40000, TCP_ACK, 9, ISN + 1);
    see("198.51.100.9", 40001, SERVER, 9200, TCP_ACK, ISN + 1, 9); /* another connection */
    at(3);
    proof(FAR);
    expect("silent 198.51.100.9:40000 +0;");
}

Test(doors, takes_repetitions_of_a_syn_for_one)
{
    proof(NEAR);
    for (uint64_t second = 0; second < 120; second = 2 * second + 1) {
        at(second);
        proof(NEAR);
        syn("198.51.100.7", 40000);
    }
    at(200);
    proof(NEAR);
    expect("silent 198.51.100.7:40000 +0;");
}

Test(doors, takes_the_next_visit_of_a_scanner_for_another_attempt)
{
    for (uint64_t second = 0; second <= 120; second += 60) {
        at(second);
        proof(NEAR);
        syn("198.51.100.7", 40000);
        at(second + 3);
        proof(NEAR);
    }
    expect("silent 198.51.100.7:40000 +0;silent 198.51.100.7:40000 +120;");
}

Test(doors, passes_over_what_is_older_than_what_was_told)
{
    syn("198.51.100.7", 40000); /* has no proof until the next one has */
    at(56);
    syn("198.51.100.7", 40001);
    at(58);
    proof(NEAR);
    at(59);
    proof(FAR);
    expect("silent 198.51.100.7:40001 +56;");
    at(60);
    proof(FAR);
    expect("");
}

Test(doors, tells_a_silent_client_once_a_minute)
{
    for (uint64_t second = 0; second <= 60; second += 20) {
        at(second);
        proof(NEAR);
        syn("198.51.100.7", (uint16_t)(40000 + second));
    }
    at(63);
    proof(NEAR);
    expect("silent 198.51.100.7:40000 +0;silent 198.51.100.7:40060 +60;");
}

Test(doors, lets_no_client_take_all_places)
{
    proof(NEAR);
    for (uint16_t port = 40000; port < 40009; port++)
        syn("198.51.100.7", port);
    syn("198.51.100.8", 40000);
    at(3);
    proof(NEAR);
    expect("silent 198.51.100.7:40000 +0;silent 198.51.100.8:40000 +0;");
    cr_assert_eq(doors_counters(&scene.doors)->not_waited, 6);
}

Test(doors, counts_syns_that_find_no_place)
{
    proof(NEAR);
    char client[] = "198.51.100.1";
    for (; client[11] <= '6'; client[11]++)
        syn(client, 40000);
    at(3);
    proof(NEAR);
    cr_assert_eq(scene.count, DOORS_WAITING_MAX);
    cr_assert_eq(doors_counters(&scene.doors)->not_waited, 6 - DOORS_WAITING_MAX);
}

Test(doors, tells_few_silent_clients_a_minute)
{
    char client[] = "198.51.100.1";
    for (uint64_t second = 0; second < 60; second += 10, client[11]++) {
        at(second);
        proof(NEAR);
        syn(client, 40000);
    }
    at(63);
    proof(NEAR);
    cr_assert_eq(scene.count, DOORS_SILENT_MAX);
    cr_assert_eq(doors_counters(&scene.doors)->unsaid, 6 - DOORS_SILENT_MAX);
}

Test(doors, tells_what_is_silent_at_the_end_and_forgets_what_is_younger)
{
    at(0);
    syn("198.51.100.7", 40000);
    at(10);
    proof(NEAR);
    syn("198.51.100.8", 40000);
    at(12);
    proof(FAR);
    doors_finish(&scene.doors);
    expect("silent 198.51.100.7:40000 +0;");
    cr_assert_eq(scene.doors.waiting, 0);
}

Test(doors, takes_a_syn_that_was_sent_again_for_silent_at_the_end)
{
    proof(NEAR);
    syn("198.51.100.7", 40000);
    syn("198.51.100.8", 40000);
    syn("198.51.100.8", 40000); /* the mirror's copy */
    syn("198.51.100.9", 40000);
    at(1);
    syn("198.51.100.7", 40000);
    see("198.51.100.9", 40000, SERVER, 9200, TCP_SYN, ISN - 1, 0); /* another attempt */
    doors_finish(&scene.doors);
    expect("silent 198.51.100.7:40000 +0;");
    cr_assert_eq(scene.doors.waiting, 0);
}

Test(doors, needs_proof_for_a_syn_that_was_sent_again_too)
{
    syn("198.51.100.7", 40000);
    at(1);
    syn("198.51.100.7", 40000);
    doors_finish(&scene.doors);
    expect("");
}

Test(doors, begins_again_with_an_older_capture)
{
    at(1000);
    proof(NEAR);
    syn("198.51.100.7", 40000);
    at(0);
    proof(FAR);
    cr_assert_eq(scene.doors.waiting, 0);
    syn("198.51.100.7", 40000);
    at(2);
    proof(NEAR);
    at(3);
    proof(FAR);
    expect("silent 198.51.100.7:40000 +0;");
}

Test(doors, takes_no_tick_of_before_a_clock_was_set_back)
{
    at(1000);
    proof(NEAR);
    doors_tick(&scene.doors, scene.now_ns);
    at(0);
    proof(NEAR);
    syn("198.51.100.7", 40000);
    doors_tick(&scene.doors, START + 1000 * SECOND); /* the clock of ticks never goes back */
    expect("");
    cr_assert_eq(scene.doors.waiting, 1);
    doors_tick(&scene.doors, START + 1001 * SECOND);
    expect("silent 198.51.100.7:40000 +0;");
}

Test(doors, stays_on_with_packets_in_slight_disorder)
{
    proof(NEAR);
    at(2);
    syn("198.51.100.7", 40000);
    at(1);
    syn("198.51.100.8", 40000);
    at(5);
    proof(NEAR);
    expect("silent 198.51.100.7:40000 +2;silent 198.51.100.8:40000 +1;");
}

Test(doors, takes_a_mirror_that_is_behind_the_clock_as_it_is)
{
    for (uint64_t second = 0; second < 5; second++) {
        at(second);
        doors_tick(&scene.doors, START + (second + 100) * SECOND);
        if (second == 0)
            syn("198.51.100.7", 40000);
        proof(NEAR);
    }
    expect("silent 198.51.100.7:40000 +0;");
}

/* 10.x.y.z by number. */
static struct addr nth(uint32_t number)
{
    uint8_t bytes[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
    return addr_from_ipv4(bytes);
}

Test(doors, lets_the_one_without_proof_for_longest_go)
{
    syn("198.51.100.7", 40000);
    cr_assert_eq(scene.doors.waiting, 1);
    for (uint32_t i = 0; i < DOORS_MAX - 1; i++) {
        struct addr server = nth(i << 4);
        doors_add(&scene.doors, &server, 9201);
    }
    cr_assert_eq(scene.doors.count, DOORS_MAX);
    cr_assert_eq(doors_counters(&scene.doors)->evicted, 0);
    add_door("172.16.0.1", 9200);
    cr_assert_eq(scene.doors.count, DOORS_MAX);
    cr_assert_eq(doors_counters(&scene.doors)->evicted, 1);
    cr_assert_eq(scene.doors.waiting, 0);
    answer("198.51.100.7", 40000);
    expect("");
    see("172.16.0.1", 9200, "198.51.100.7", 40000, TCP_SYN | TCP_ACK, 1, 1);
    expect("answered 198.51.100.7:40000 +0;");
}

Test(doors, keeps_the_one_that_was_proven_again)
{
    for (uint32_t i = 0; i < DOORS_MAX - 1; i++) {
        struct addr server = nth(i << 4);
        doors_add(&scene.doors, &server, 9201);
    }
    add_door(SERVER, 9200);
    for (uint32_t i = 0; i < DOORS_MAX - 1; i++) {
        struct addr server = nth((i << 4) + 1);
        doors_add(&scene.doors, &server, 9202);
    }
    answer("198.51.100.7", 40000);
    expect("answered 198.51.100.7:40000 +0;");
    cr_assert_eq(doors_counters(&scene.doors)->evicted, DOORS_MAX - 1);
}

/* What clients and servers do in two minutes, from a seed; then two of silence. */
static void play(uint32_t seed, unsigned burst)
{
    static const char *const clients[] = {"198.51.100.1", "198.51.100.2", "198.51.100.3", HOME};
    seed = seed * 2654435761u + burst * 40503u;
    for (unsigned i = 0; i < 120; i++) {
        seed = seed * 1664525u + 1013904223u;
        at((uint64_t)burst * 240 + i);
        const char *client = clients[seed >> 28 & 3];
        uint16_t port = (uint16_t)(40000 + (seed >> 24 & 3) + 4 * i);
        if (seed >> 20 & 1)
            syn(client, port);
        if ((seed >> 16 & 3) == 0)
            answer(client, port);
        else if ((seed >> 16 & 3) == 1)
            reset(client, port);
        if ((seed >> 8 & 15) == 0)
            proof(NEAR);
    }
    at((uint64_t)burst * 240 + 200); /* the last packet of the file */
    proof(FAR);
}

Test(doors, tell_the_same_in_one_run_and_in_many)
{
    static char whole[sizeof scene.heard];
    for (uint32_t seed = 1; seed <= 50; seed++) {
        static char parts[sizeof scene.heard];
        parts[0] = '\0';
        end();
        begin();
        for (unsigned burst = 0; burst < 4; burst++)
            play(seed, burst);
        doors_finish(&scene.doors);
        memcpy(whole, scene.heard, sizeof whole);
        for (unsigned burst = 0; burst < 4; burst++) {
            end();
            begin();
            play(seed, burst);
            doors_finish(&scene.doors);
            (void)snprintf(parts + strlen(parts), sizeof parts - strlen(parts), "%s", scene.heard);
        }
        cr_assert_str_eq(parts, whole, "seed %u", seed);
        cr_assert(strstr(whole, "silent") && strstr(whole, "reset") && strstr(whole, "answered"));
    }
}

Test(doors, takes_no_proof_from_before_the_capture_began_again)
{
    at(100);
    proof(NEAR);
    at(0);
    syn("198.51.100.7", 40000);
    at(60);
    proof(FAR);
    expect("");
    cr_assert_eq(doors_counters(&scene.doors)->unproven, 1);
}

Test(doors, judges_in_the_order_of_deadlines)
{
    syn("198.51.100.7", 40000); /* to be judged at 60 at the latest */
    at(58);
    syn("198.51.100.7", 40001); /* at 61 */
    at(59);
    proof(NEAR);
    at(62);
    proof(FAR);
    expect("silent 198.51.100.7:40000 +0;");
}

Test(doors, takes_another_number_from_the_same_port_for_another_attempt)
{
    proof(NEAR);
    syn("198.51.100.7", 40000);
    at(61);
    proof(NEAR);
    see("198.51.100.7", 40000, SERVER, 9200, TCP_SYN, ISN - 1, 0);
    at(64);
    proof(NEAR);
    expect("silent 198.51.100.7:40000 +0;silent 198.51.100.7:40000 +61;");
}
