/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guard pages for tests of parsers: see guard.h.
 */
#include "support/guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard guard_copy(const void *data, size_t length)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (length + page - 1) / page * page + page;
    uint8_t *block =
        mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED || mprotect(block + room, page, PROT_NONE) != 0)
        abort();
    struct guard guard = {.data = block + room - length,
                          .length = length,
                          .block = block,
                          .block_length = room + page};
    if (length)
        memcpy(guard.data, data, length);
    return guard;
}

void guard_free(struct guard *guard)
{
    (void)munmap(guard->block, guard->block_length);
    *guard = (struct guard){0};
}
