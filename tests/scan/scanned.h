/* SPDX-License-Identifier: Apache-2.0 */
/* Texts through a whole scanner: what the tests of the recognisers ask. */
#ifndef AJAR_TEST_SCANNED_H
#define AJAR_TEST_SCANNED_H

#include "scan/scan.h"

/* The finding after one reply of this text that hands out records; borrowed until the next call. */
const struct finding *scanned(const char *text);

/* The same of bytes, given in pieces of `piece` bytes. */
const struct finding *scanned_pieces(const void *data, size_t length, size_t piece);

/* The row of a class in the finding; NULL if it has none. */
const struct finding_class *class_in(const struct finding *finding, const char *name);

/* How many values of the class the text has. */
unsigned values_of(const char *name, const char *text);

/* How many classes have at least one value in the text. */
unsigned classes_with_values(const char *text);

#endif
