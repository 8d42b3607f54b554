/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set: the shipped database, which only has to be unpacked, and the user's, which is compiled.
 * A database of another version of the library (the program was built elsewhere) is compiled anew.
 */
#include "scan/database.h"
#include "scan/inside.h"

#include <stdlib.h>
#include <string.h>

static enum ajar_status open_shipped(struct scan_set *set, struct problem *problem)
{
    enum ajar_status status = engine_read(scan_database, scan_database_size, &set->shipped);
    if (status == AJAR_ERR_FORMAT)
        status = patterns_compile(&set->shipped, problem);
    if (status == AJAR_OK)
        return AJAR_OK;
    return problem_set(problem, status, "the patterns of the data classes cannot be loaded: %s",
                       ajar_status_text(status));
}

enum ajar_status scan_set_load(const char *path, struct scan_set **set, struct problem *problem)
{
    struct scan_set *made = calloc(1, sizeof *made);
    if (!made)
        return problem_set(problem, AJAR_ERR_MEMORY, "no memory for the data classes");
    names_index_init(&made->names);
    patterns_list(&made->patterns);
    for (size_t i = 0; i < made->patterns.count; i++)
        made->lengths[i] = (uint8_t)strlen(made->patterns.patterns[i].literal);
    enum ajar_status status = open_shipped(made, problem);
    if (status == AJAR_OK && path && path[0])
        status = user_set_load(path, &made->user, problem);
    if (status == AJAR_OK)
        *set = made;
    else
        scan_set_free(made);
    return status;
}

void scan_set_free(struct scan_set *set)
{
    if (!set)
        return;
    engine_free(set->shipped);
    user_set_clear(&set->user);
    free(set);
}

unsigned scan_set_count(const struct scan_set *set)
{
    return CLASSES_BUILTIN + (unsigned)set->user.count;
}

const char *scan_set_name(const struct scan_set *set, unsigned class_of)
{
    return class_of < CLASSES_BUILTIN ? scan_class_name(class_of)
                                      : set->user.classes[class_of - CLASSES_BUILTIN].name;
}

uint8_t scan_set_weight(const struct scan_set *set, const char *name)
{
    for (unsigned i = 0; i < scan_set_count(set); i++)
        if (strcmp(scan_set_name(set, i), name) == 0)
            return i < CLASSES_BUILTIN ? scan_class_weight(i)
                                       : set->user.classes[i - CLASSES_BUILTIN].weight;
    return 0;
}
