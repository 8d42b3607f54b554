/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints from the delivery side to the packet side of `watch`, against the road of packets: a
 * ring that is only ever written on, and a count of what was written. One file, mapped twice: where
 * the kernel can (5.1), the second mapping cannot be made writable by who has only that.
 */
#include "door_board.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* In words, so that none is ever half written. */
struct board_slot {
    _Atomic uint64_t addr[2];
    _Atomic uint64_t port;
};

struct board_memory {
    _Atomic uint64_t count; /* published so far */
    struct board_slot slots[DOOR_BOARD_SLOTS];
};

struct door_board {
    struct board_memory *writing; /* NULL on the packet side */
    const struct board_memory *reading;
};

_Static_assert(sizeof(struct addr) == 2 * sizeof(uint64_t), "two words");

static void *map_file(int file, int protection)
{
    void *memory = mmap(NULL, sizeof(struct board_memory), protection, MAP_SHARED, file, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static enum ajar_status map_twice(struct door_board *board)
{
    int file = memfd_create("ajar-doors", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0)
        return AJAR_ERR_SYSTEM;
    enum ajar_status status = AJAR_ERR_SYSTEM;
    if (ftruncate(file, (off_t)sizeof(struct board_memory)) == 0) {
        board->writing = map_file(file, PROT_READ | PROT_WRITE);
        (void)fcntl(file, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
        board->reading = map_file(file, PROT_READ);
        status = board->writing && board->reading ? AJAR_OK : AJAR_ERR_SYSTEM;
    }
    (void)close(file);
    return status;
}

enum ajar_status door_board_new(struct door_board **board)
{
    struct door_board *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    enum ajar_status status = map_twice(made);
    if (status == AJAR_OK)
        *board = made;
    else
        door_board_free(made);
    return status;
}

void door_board_forgo_writing(struct door_board *board)
{
    if (board->writing)
        (void)munmap(board->writing, sizeof *board->writing);
    board->writing = NULL;
}

void door_board_free(struct door_board *board)
{
    if (!board)
        return;
    door_board_forgo_writing(board);
    if (board->reading)
        (void)munmap((void *)(uintptr_t)board->reading, sizeof *board->reading);
    free(board);
}

void door_board_publish(struct door_board *board, const struct addr *server, uint16_t port)
{
    struct board_memory *memory = board->writing;
    uint64_t count = atomic_load_explicit(&memory->count, memory_order_relaxed);
    struct board_slot *slot = &memory->slots[count % DOOR_BOARD_SLOTS];
    uint64_t words[2];
    memcpy(words, server, sizeof words);
    for (size_t i = 0; i < 2; i++)
        atomic_store_explicit(&slot->addr[i], words[i], memory_order_release);
    atomic_store_explicit(&slot->port, port, memory_order_release);
    atomic_store_explicit(&memory->count, count + 1, memory_order_release);
}

/* Whoever reads a new word also sees the count as it was when that was written, which shows it.
 * False: the slot is being written on, or was. The endpoint that stood there is as old as all that
 * the ring does not hold any more. */
static bool read_slot(const struct board_memory *memory, uint64_t position, struct addr *server,
                      uint16_t *port)
{
    const struct board_slot *slot = &memory->slots[position % DOOR_BOARD_SLOTS];
    uint64_t words[2];
    for (size_t i = 0; i < 2; i++)
        words[i] = atomic_load_explicit(&slot->addr[i], memory_order_acquire);
    *port = (uint16_t)atomic_load_explicit(&slot->port, memory_order_acquire);
    memcpy(server, words, sizeof *server);
    uint64_t count = atomic_load_explicit(&memory->count, memory_order_relaxed);
    return count - position < DOOR_BOARD_SLOTS;
}

uint64_t door_board_read(const struct door_board *board, uint64_t position,
                         door_board_reader reader, void *context)
{
    const struct board_memory *memory = board->reading;
    uint64_t count = atomic_load_explicit(&memory->count, memory_order_acquire);
    if (count - position >= DOOR_BOARD_SLOTS)
        position = count - DOOR_BOARD_SLOTS + 1;
    for (; position < count; position++) {
        struct addr server;
        uint16_t port;
        if (read_slot(memory, position, &server, &port) && port)
            reader(context, &server, port);
    }
    return count;
}
