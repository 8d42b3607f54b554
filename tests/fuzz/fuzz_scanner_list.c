/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the reader of network lists, then the ranges made of them: each accepted network has no
 * host bits and its first address has an owner; a refusal names file and line.
 */
#include "enrich/scanner_list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ranges(struct scanner_nets *nets, uint16_t owner)
{
    struct scanner_ranges ranges;
    if (scanner_ranges_init(&ranges, nets) != AJAR_OK)
        abort();
    for (size_t i = 0; i < nets->count; i++)
        if (scanner_ranges_find(&ranges, &nets->items[i].net.base) != owner)
            abort();
    for (size_t i = 1; i < ranges.count; i++)
        if (addr_compare(&ranges.starts[i - 1], &ranges.starts[i]) >= 0 ||
            ranges.owners[i - 1] == ranges.owners[i])
            abort();
    scanner_ranges_clear(&ranges);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scanner_nets nets = {.items = NULL};
    struct problem problem = {.text = ""};
    char date[11] = "";
    if (scanner_list_parse("fuzz", (const char *)data, size, 7, &nets, date, &problem) == AJAR_OK)
        check_ranges(&nets, 7);
    else if (strncmp(problem.text, "fuzz:", 5) != 0)
        abort();
    if (!memchr(date, '\0', sizeof date))
        abort();
    scanner_nets_clear(&nets);
    return 0;
}
