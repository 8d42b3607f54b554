/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mapped file of the feeder. One process writes at a time: the producer, or the supervisor
 * before it starts one.
 */
#include "state.h"

#include "base/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The size that the file has or gets; 0 on failure. */
static size_t size_file(int file, uint64_t count)
{
    struct stat facts;
    size_t size = offsetof(struct state, drop_bits) + (size_t)count / 8 + 1;
    if (fstat(file, &facts) != 0)
        return 0;
    if (facts.st_size > 0)
        return (size_t)facts.st_size;
    return ftruncate(file, (off_t)size) == 0 ? size : 0;
}

enum ajar_status state_open(const char *path, uint64_t seed, uint64_t count, uint64_t rate,
                            struct state **state, struct problem *problem)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    size_t size = file < 0 ? 0 : size_file(file, count);
    void *memory =
        size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    int error = errno;
    if (file >= 0)
        (void)close(file);
    if (memory == MAP_FAILED)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(error));
    *state = memory;
    if ((*state)->count == 0) {
        (*state)->seed = seed;
        (*state)->rate = rate;
        (*state)->count = count;
    }
    return AJAR_OK;
}

uint64_t state_begin(struct state *state)
{
    if (state->begun != state->done) {
        if (state->cuts < STATE_CUT_MAX)
            state->cut[state->cuts] = state->done;
        state->cuts++;
        state->done = state->begun;
    }
    state->starts++;
    return state->begun;
}

void state_push_begins(struct state *state, uint64_t number)
{
    atomic_store(&state->begun, number + 1);
}

void state_push_ends(struct state *state, uint64_t number, bool dropped)
{
    if (dropped) {
        state->drop_bits[number / 8] |= (uint8_t)(1u << (number % 8));
        state->dropped++;
    }
    state->pushed_ns = timestamp_now();
    atomic_store(&state->done, number + 1);
}
