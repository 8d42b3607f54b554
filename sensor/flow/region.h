/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is reserved once and becomes resident page by page, when it is first written. */
#ifndef AJAR_FLOW_REGION_H
#define AJAR_FLOW_REGION_H

#include "ajar/status.h"

#include <stddef.h>

struct region {
    void *base;
    size_t bytes;
};

/* Reserves `bytes` (not 0) of zeroed memory; it is the caller's until region_clear(). */
enum ajar_status region_init(struct region *region, size_t bytes);

/* Gives it back; accepts a region that was never reserved (all zero). */
void region_clear(struct region *region);

#endif
