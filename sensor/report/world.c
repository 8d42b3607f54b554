/* SPDX-License-Identifier: Apache-2.0 */
/* Looks countries up by their two letters. */
#include "report/world.h"

#include <stdlib.h>
#include <string.h>

static int compare_code(const void *code, const void *row)
{
    return strcmp(code, ((const struct world_country *)row)->code);
}

const struct world_country *world_find(const char *code)
{
    return bsearch(code, world_countries, world_country_count, sizeof world_countries[0],
                   compare_code);
}

const char *world_name(const char *code)
{
    const struct world_country *country = world_find(code);
    return country ? country->name : code;
}
