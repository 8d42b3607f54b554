/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of data classes, most values first. Distinct values are counted by sketches, which merge: a
 * value that two clients took is one.
 */
#include "ledger/classes.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define CLASSES_FIRST 2 /* rows allocated at first */

static struct exposure_class *class_find(const struct exposure *exposure, const char *name)
{
    for (uint32_t i = 0; i < exposure->class_count; i++)
        if (strcmp(exposure->classes[i].name, name) == 0)
            return &exposure->classes[i];
    return NULL;
}

static bool grow(struct exposure *exposure)
{
    if (exposure->class_count < exposure->class_capacity)
        return true;
    uint32_t capacity = exposure->class_capacity ? exposure->class_capacity * 2 : CLASSES_FIRST;
    struct exposure_class *classes = realloc(exposure->classes, capacity * sizeof *classes);
    if (!classes)
        return false;
    exposure->classes = classes;
    exposure->class_capacity = capacity;
    return true;
}

static struct exposure_class *class_insert(struct exposure *exposure, const char *name,
                                           struct classes_budget *budget)
{
    if (exposure->class_count == EXPOSURE_CLASSES_MAX || budget->rows_left == 0 ||
        !grow(exposure)) {
        budget->dropped++;
        return NULL;
    }
    budget->rows_left--;
    struct exposure_class *made = &exposure->classes[exposure->class_count++];
    memset(made, 0, sizeof *made);
    (void)text_copy(made->name, sizeof made->name, name, strlen(name));
    return made;
}

/* Moves a row that has more values now before those that have fewer; equals stay as they came. */
static void sort_up(struct exposure *exposure, struct exposure_class *row)
{
    while (row > exposure->classes && row[-1].values < row->values) {
        struct exposure_class other = row[-1];
        row[-1] = *row;
        *row = other;
        row--;
    }
}

static bool add_class(struct exposure *exposure, const struct finding_class *said,
                      struct classes_budget *budget)
{
    struct exposure_class *row = class_find(exposure, said->name);
    bool is_new = !row;
    if (!row)
        row = class_insert(exposure, said->name, budget);
    if (!row)
        return false;
    row->by_name |= said->by_name;
    row->values += said->values_new;
    row->odd += said->odd_new;
    row->masked += said->masked_new;
    row->hashed += said->hashed_new;
    (void)sketch_merge(&row->distinct, &said->distinct);
    if (row->sample[0] == '\0')
        memcpy(row->sample, said->sample, sizeof row->sample);
    sort_up(exposure, row);
    return is_new || said->values_new > 0;
}

bool classes_add(struct exposure *exposure, const struct finding *finding,
                 struct classes_budget *budget)
{
    bool more = false;
    for (uint16_t i = 0; i < finding->class_count && i < FINDING_CLASSES_MAX; i++)
        if (finding->classes[i].name[0] != '\0')
            more |= add_class(exposure, &finding->classes[i], budget);
    return more;
}

enum ajar_status classes_restore(struct exposure *exposure, const struct exposure *kept,
                                 struct classes_budget *budget)
{
    exposure->classes = NULL;
    exposure->class_capacity = kept->class_count;
    if (kept->class_count > budget->rows_left)
        return AJAR_ERR_LIMIT;
    if (kept->class_count == 0)
        return AJAR_OK;
    exposure->classes = malloc(kept->class_count * sizeof *exposure->classes);
    if (!exposure->classes)
        return AJAR_ERR_MEMORY;
    memcpy(exposure->classes, kept->classes, kept->class_count * sizeof *exposure->classes);
    for (uint32_t i = 0; i < kept->class_count; i++) {
        TEXT_END(exposure->classes[i].name);
        TEXT_END(exposure->classes[i].sample);
    }
    budget->rows_left -= kept->class_count;
    return AJAR_OK;
}

void classes_clear(struct exposure *exposure)
{
    free(exposure->classes);
    exposure->classes = NULL;
}

static const struct {
    const char *name;
    struct class_weight weight;
} weights[] = {
    {"private_key", {8, "keys or passwords"}},
    {"cloud_key", {8, "keys or passwords"}},
    {"password_hash", {8, "keys or passwords"}},
    {"password", {8, "keys or passwords"}},
    {"url_credentials", {8, "keys or passwords"}},
    {"jwt", {8, "keys or passwords"}},
    {"token", {8, "keys or passwords"}},
    {"payment_card", {6, "payment data"}},
    {"iban", {6, "payment data"}},
    {"ssn", {6, "identity numbers"}},
    {"passport", {6, "identity numbers"}},
    {"email", {4, "personal data"}},
    {"phone", {4, "personal data"}},
    {"date_of_birth", {4, "personal data"}},
    {"person_name", {4, "personal data"}},
    {"address", {4, "personal data"}},
    {"case_number", {2, "case records"}},
    {"confidential", {2, "marked confidential"}},
    {"coordinates", {2, "places"}},
    {"ipv4", {1, "addresses"}},
    {"ipv6", {1, "addresses"}},
};

#define WEIGHT_USER ((struct class_weight){3, "user's data class"})

static struct class_weight weight_of(const char *name)
{
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++)
        if (strcmp(weights[i].name, name) == 0)
            return weights[i].weight;
    return WEIGHT_USER;
}

/* Values that were seen; a name alone is a hint of half the weight. */
struct class_weight class_weigh(const char *name, bool by_name, uint64_t values)
{
    struct class_weight weight = weight_of(name);
    if (values == 0)
        weight.weight = by_name ? weight.weight / 2 : 0;
    return weight;
}

struct class_weight classes_weight(const struct exposure_class *classes, uint32_t count)
{
    struct class_weight best = {0, NULL};
    for (uint32_t i = 0; i < count; i++) {
        struct class_weight weight =
            class_weigh(classes[i].name, classes[i].by_name, classes[i].values);
        if (weight.weight > best.weight)
            best = weight;
    }
    return best;
}
