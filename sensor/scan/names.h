/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of fields that say what stands in them: "email", "phone_number", "date_of_birth". A name
 * counts whole or as the last word of a longer one: customer_email, customerEmail.
 */
#ifndef AJAR_SCAN_NAMES_H
#define AJAR_SCAN_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_LENGTH_MAX 48 /* of a field's name */

struct field_name {
    const char *text; /* lower case */
    uint8_t class_of; /* enum scan_class, also CLASS_DATE */
    bool whole;       /* never the end of a longer name */
    bool only_values; /* says nothing by itself: a location may be a town */
};

/* The table; *count is its length. */
const struct field_name *names_table(size_t *count);

/* The table by the last three bytes of names, a quotation mark included where they are shorter. */
struct names_index {
    uint8_t first[1 << 15]; /* row + 1, 0 = none */
    uint8_t next[255];      /* the same, of the next row with these bytes */
    uint8_t lengths[255];   /* of the rows */
};

/* Fills the index: always the same. */
void names_index_init(struct names_index *index);

/* The longest entry that fits the name which ends right before `end`, NULL if none does. At least
 * NAMES_LENGTH_MAX + 1 bytes before it are readable; the name stands behind a quotation mark. */
const struct field_name *names_find_before(const struct names_index *index, const uint8_t *end);

/* Names of up to 15 bytes looked up lately: records repeat theirs. All zero is empty. */
struct names_recent {
    struct {
        uint64_t text[2]; /* the name behind zero bytes; no name has none */
        const struct field_name *found;
    } slots[128];
};

/* The same as names_find_before(), from memory where that knows it. */
const struct field_name *names_recall(const struct names_index *index, struct names_recent *recent,
                                      const uint8_t *end);

/* Whether the name ends in the table's one, as a word of its own. `name` need not end in a NUL. */
bool names_fit(const struct field_name *known, const char *name, size_t length);

/* The longest entry that fits a name, NULL if none does. */
const struct field_name *names_find(const char *name, size_t length);

#endif
