/* SPDX-License-Identifier: Apache-2.0 */
#include "door_board.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct door_board *board;
static uint64_t told;
static struct addr last;
static uint16_t last_port;

static void make(void)
{
    cr_assert_eq(door_board_new(&board), AJAR_OK);
}

static void unmake(void)
{
    door_board_free(board);
}

TestSuite(door_board, .init = make, .fini = unmake);

static struct addr nth(uint32_t number)
{
    uint8_t bytes[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
    return addr_from_ipv4(bytes);
}

static void hear(void *context, const struct addr *server, uint16_t port)
{
    cr_assert_eq(context, &told);
    told++;
    last = *server;
    last_port = port;
}

static void publish(uint32_t number, uint16_t port)
{
    struct addr server = nth(number);
    door_board_publish(board, &server, port);
}

static bool is_last(uint32_t number)
{
    struct addr server = nth(number);
    return addr_compare(&last, &server) == 0;
}

Test(door_board, tells_what_is_new_since_the_last_look)
{
    uint64_t position = door_board_read(board, 0, hear, &told);
    cr_expect_eq(told, 0);
    publish(1, 9200);
    publish(2, 9201);
    position = door_board_read(board, position, hear, &told);
    cr_expect_eq(told, 2);
    cr_expect(is_last(2));
    cr_expect_eq(last_port, 9201);
    position = door_board_read(board, position, hear, &told);
    cr_expect_eq(told, 2);
    publish(3, 9200);
    (void)door_board_read(board, position, hear, &told);
    cr_expect_eq(told, 3);
}

Test(door_board, tells_a_newcomer_everything)
{
    publish(1, 9200);
    uint64_t position = door_board_read(board, 0, hear, &told);
    publish(2, 9200);
    (void)door_board_read(board, position, hear, &told);
    told = 0;
    (void)door_board_read(board, 0, hear, &told);
    cr_expect_eq(told, 2);
}

Test(door_board, keeps_the_newest_of_more_than_fit)
{
    for (uint32_t i = 1; i <= DOOR_BOARD_SLOTS + 10; i++)
        publish(i, 9200);
    (void)door_board_read(board, 0, hear, &told);
    cr_expect_eq(told, DOOR_BOARD_SLOTS - 1); /* one of them could be being written on */
    cr_expect(is_last(DOOR_BOARD_SLOTS + 10));
}

Test(door_board, passes_over_an_endpoint_without_a_port)
{
    publish(1, 0);
    publish(2, 1);
    (void)door_board_read(board, 0, hear, &told);
    cr_expect_eq(told, 1);
    cr_expect(is_last(2));
}

Test(door_board, is_seen_by_a_process_that_cannot_write_any_more)
{
    publish(1, 9200);
    pid_t child = fork();
    if (child == 0) {
        door_board_forgo_writing(board);
        uint64_t position = door_board_read(board, 0, hear, &told);
        while (told < 2)
            position = door_board_read(board, position, hear, &told);
        _exit(is_last(2) ? 0 : 1);
    }
    publish(2, 9200);
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Makes the board's mappings writable, as somebody would who took the packet side over. Returns how
 * many there are and in *opened for how many it worked. */
static unsigned open_mappings(unsigned *opened)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned found = 0;
    *opened = 0;
    cr_assert_not_null(maps);
    while (fgets(line, sizeof line, maps)) {
        char *rest = NULL;
        uintptr_t from = strtoull(line, &rest, 16);
        uintptr_t to = strtoull(rest + 1, NULL, 16);
        if (!strstr(line, "ajar-doors"))
            continue;
        found++;
        *opened += mprotect((void *)from, to - from, PROT_READ | PROT_WRITE) == 0;
    }
    (void)fclose(maps);
    return found;
}

Test(door_board, has_no_way_to_write_once_it_was_given_up)
{
    unsigned opened;
    cr_expect_eq(open_mappings(&opened), 2);
    cr_expect_eq(opened, 1);
    door_board_forgo_writing(board);
    cr_expect_eq(open_mappings(&opened), 1);
    cr_expect_eq(opened, 0);
}
