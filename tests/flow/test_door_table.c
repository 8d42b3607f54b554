/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/door_table.h"

#include <criterion/criterion.h>

static struct door_table *table;

static void make(void)
{
    cr_assert_eq(door_table_new(7, &table), AJAR_OK);
}

static void unmake(void)
{
    door_table_free(table);
}

TestSuite(door_table, .init = make, .fini = unmake);

static struct addr addr(const char *text)
{
    struct addr parsed;
    cr_assert_eq(addr_parse(text, &parsed), AJAR_OK);
    return parsed;
}

static struct doorway *insert(const char *text, uint16_t port)
{
    struct addr server = addr(text);
    return door_insert(table, &server, port, NULL);
}

static struct doorway *find(const char *text, uint16_t port)
{
    struct addr server = addr(text);
    return door_find(table, &server, port);
}

static const struct door_network *network(const char *text)
{
    struct addr any = addr(text);
    return door_network_find(table, &any);
}

Test(door_table, finds_a_door_by_its_address_and_port)
{
    struct doorway *door = insert("10.0.0.5", 9200);
    cr_expect_eq(find("10.0.0.5", 9200), door);
    cr_expect_null(find("10.0.0.5", 9201));
    cr_expect_null(find("10.0.0.4", 9201)); /* the same mark */
    cr_expect_null(find("10.1.0.5", 9200)); /* likewise */
    door_remove(table, door);
    cr_expect_null(find("10.0.0.5", 9200));
}

Test(door_table, knows_networks_while_they_have_doors)
{
    struct doorway *first = insert("10.0.0.5", 9200);
    struct doorway *second = insert("10.0.0.6", 9200);
    cr_expect_not_null(network("10.0.0.200"));
    cr_expect_null(network("10.0.1.5"));
    cr_expect_eq(first->network, second->network);
    door_remove(table, first);
    cr_expect_not_null(network("10.0.0.200"));
    door_remove(table, second);
    cr_expect_null(network("10.0.0.200"));
}

Test(door_table, takes_64_bits_of_an_ipv6_address_for_its_network)
{
    (void)insert("2001:db8:1:2::5", 9200);
    cr_expect_not_null(network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    cr_expect_null(network("2001:db8:1:3::5"));
}

Test(door_table, uses_slots_of_networks_again)
{
    struct doorway *door = NULL;
    for (uint32_t i = 0; i < 3 * DOORS_MAX; i++) {
        const uint8_t bytes[4] = {10, (uint8_t)(i >> 8), (uint8_t)i, 5};
        struct addr server = addr_from_ipv4(bytes);
        door = door_insert(table, &server, 9200, door);
        door_remove(table, door);
    }
    cr_expect_eq(table->door_fresh, 1);
    cr_expect_eq(table->network_fresh, 1);
}

Test(door_table, keeps_doors_in_the_order_of_their_last_proof)
{
    struct doorway *first = insert("10.0.0.5", 9200);
    struct doorway *second = insert("10.0.0.6", 9200);
    struct doorway *third = insert("10.0.0.7", 9200);
    cr_expect_eq(&table->doors[table->oldest], first);
    door_renew(table, first);
    cr_expect_eq(&table->doors[table->oldest], second);
    cr_expect_eq(&table->doors[table->newest], first);
    door_remove(table, second);
    cr_expect_eq(&table->doors[table->oldest], third);
}

Test(door_table, keeps_queues_in_order)
{
    struct door_queue queue = {0, 0};
    struct doorway *door = insert("10.0.0.5", 9200);
    uint32_t base = (uint32_t)(door - table->doors) * DOORS_WAITING_MAX;
    for (uint32_t i = 0; i < 3; i++)
        door_queue_append(table, &queue, base + i);
    cr_expect_eq(door_of_wait(table, base + 2), door);
    door_queue_remove(table, &queue, base + 1);
    cr_expect_eq(queue.oldest, base);
    cr_expect_eq(queue.newest, base + 2);
    door_queue_remove(table, &queue, base);
    cr_expect_eq(queue.oldest, base + 2);
    door_queue_remove(table, &queue, base + 2);
    cr_expect_eq(queue.oldest, 0);
    cr_expect_eq(queue.newest, 0);
}
