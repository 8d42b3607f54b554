/* SPDX-License-Identifier: Apache-2.0 */
/* The database of the shipped signatures' patterns, made by ajar-signatures-compile when ajar is
 * built. Length 0: none. */
#ifndef AJAR_DETECT_HINTS_SHIPPED_H
#define AJAR_DETECT_HINTS_SHIPPED_H

#include <stddef.h>

extern const unsigned char hints_shipped[];
extern const size_t hints_shipped_size;

#endif
