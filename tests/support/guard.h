/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that ends at an inaccessible page: a read past the end dies without any sanitizer. */
#ifndef AJAR_TESTS_SUPPORT_GUARD_H
#define AJAR_TESTS_SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
    uint8_t *data; /* the copy */
    size_t length;
    void *block; /* private */
    size_t block_length;
};

/* A copy of `length` bytes whose end is the end of accessible memory. Give it back with
 * guard_free(). Ends the test program when there is no memory. */
struct guard guard_copy(const void *data, size_t length);
void guard_free(struct guard *guard);

#endif
