/* SPDX-License-Identifier: Apache-2.0 */
/* The heading of a table: names of columns in the first line of a text reply (CSV, TSV, blanks). */
#ifndef AJAR_SCAN_HEADER_H
#define AJAR_SCAN_HEADER_H

#include <stddef.h>
#include <stdint.h>

/* Which classes the columns' names speak of, a bit each; 0 if the text does not begin with a
 * heading. `length` is at most what is known of the reply's beginning. */
uint64_t header_read(const uint8_t *text, size_t length);

#endif
