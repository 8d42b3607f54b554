/* SPDX-License-Identifier: Apache-2.0 */
/* The figure follows what the process takes. */
#include "process/memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(memory, grows_with_what_is_touched)
{
    const size_t size = 32u << 20;
    uint64_t before = 0, after = 0;
    cr_assert_eq(memory_read(&before), AJAR_OK);
    cr_assert_gt(before, 0);
    /* Volatile, or the compiler sees that nobody reads the block and leaves it out. */
    char *volatile block = malloc(size);
    cr_assert_not_null(block);
    memset(block, 1, size);
    cr_assert_eq(memory_read(&after), AJAR_OK);
    cr_assert_geq(after - before, size / 2, "%llu -> %llu", (unsigned long long)before,
                  (unsigned long long)after);
    cr_assert_eq(block[size - 1], 1);
    free(block);
}
