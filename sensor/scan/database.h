/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled patterns, as ajar-scan-compile wrote them when ajar was built. */
#ifndef AJAR_SCAN_DATABASE_H
#define AJAR_SCAN_DATABASE_H

#include <stddef.h>

extern const unsigned char scan_database[];
extern const size_t scan_database_size;

#endif
