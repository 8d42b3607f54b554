/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reserved memory for the flow table's arrays: their full size is known and never grows, but a
 * quiet link must not pay for it, so pages are only committed as flows use them.
 */
#include "flow/region.h"

#include <sys/mman.h>

enum ajar_status region_init(struct region *region, size_t bytes)
{
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return AJAR_ERR_MEMORY;
    *region = (struct region){.base = base, .bytes = bytes};
    return AJAR_OK;
}

void region_clear(struct region *region)
{
    if (region->base)
        (void)munmap(region->base, region->bytes);
    *region = (struct region){.base = NULL, .bytes = 0};
}
