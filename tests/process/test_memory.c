/* SPDX-License-Identifier: Apache-2.0 */
/* The figure follows what the process takes. */
#include "process/memory.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Test(memory, grows_with_what_is_touched)
{
    const size_t size = 32u << 20;
    uint64_t before = 0, after = 0;
    cr_assert_eq(memory_read(0, &before), AJAR_OK);
    cr_assert_gt(before, 0);
    /* Volatile, or the compiler sees that nobody reads the block and leaves it out. */
    char *volatile block = malloc(size);
    cr_assert_not_null(block);
    memset(block, 1, size);
    cr_assert_eq(memory_read(0, &after), AJAR_OK);
    cr_assert_geq(after - before, size / 2, "%llu -> %llu", (unsigned long long)before,
                  (unsigned long long)after);
    cr_assert_eq(block[size - 1], 1);
    free(block);
}

Test(memory, knows_another_process)
{
    uint64_t own = 0, other = 0;
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        (void)pause();
        _exit(0);
    }
    cr_assert_eq(memory_read(child, &other), AJAR_OK);
    cr_assert_eq(memory_read(0, &own), AJAR_OK);
    cr_assert(other > 0 && other < own * 4);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_assert_eq(memory_read(child, &other), AJAR_ERR_SYSTEM);
}
