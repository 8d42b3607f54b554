/* SPDX-License-Identifier: Apache-2.0 */
/* Reserved memory: zeroed, and resident only where it was written. */
#include "flow/region.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static size_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_not_null(file);
    size_t total = 0;
    size_t resident = 0;
    cr_assert_eq(fscanf(file, "%zu %zu", &total, &resident), 2);
    (void)fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

Test(flow_region, costs_memory_only_where_it_is_written)
{
    struct region region;
    size_t before = resident_bytes();
    cr_assert_eq(region_init(&region, (size_t)256 << 20), AJAR_OK);
    uint8_t *bytes = region.base;
    bytes[0] = 1;
    bytes[region.bytes - 1] = 1;
    cr_assert_lt(resident_bytes() - before, (size_t)16 << 20);
    cr_assert_eq(bytes[region.bytes / 2], 0);
    region_clear(&region);
}

Test(flow_region, clear_accepts_what_was_never_reserved_and_can_be_repeated)
{
    struct region region = {.base = NULL, .bytes = 0};
    region_clear(&region);
    cr_assert_eq(region_init(&region, 4096), AJAR_OK);
    region_clear(&region);
    cr_assert_null(region.base);
    region_clear(&region);
}

Test(flow_region, says_when_there_is_no_room)
{
    struct region region = {.base = NULL, .bytes = 0};
    cr_assert_eq(region_init(&region, SIZE_MAX / 2), AJAR_ERR_MEMORY);
    cr_assert_null(region.base);
}
