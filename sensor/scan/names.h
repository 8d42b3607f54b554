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

/* Whether the name ends in the table's one, as a word of its own. `name` need not end in a NUL. */
bool names_fit(const struct field_name *known, const char *name, size_t length);

/* The longest entry that fits a name, NULL if none does. */
const struct field_name *names_find(const char *name, size_t length);

#endif
