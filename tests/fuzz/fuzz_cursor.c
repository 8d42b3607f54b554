/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the bounded cursor: the first half of the input is a program of reads, the second half
 * what is read. The cursor must never leave its bytes, and a failure must last.
 */
#include "ajar/cursor.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void step(struct cursor *c, uint8_t operation)
{
    switch (operation >> 5) {
    case 0:
        (void)cursor_read_u8(c);
        break;
    case 1:
        (void)cursor_read_be16(c);
        break;
    case 2:
        (void)cursor_read_be32(c);
        break;
    case 3:
        (void)cursor_read_le32(c);
        break;
    case 4:
        (void)cursor_peek_u8(c, operation & 0x1f);
        break;
    case 5:
        cursor_skip(c, SIZE_MAX - (operation & 0x1f));
        break;
    default:
        cursor_skip(c, operation & 0x1f);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t half = size / 2;
    struct cursor c = cursor_over(data + half, size - half);
    for (size_t i = 0; i < half; i++) {
        bool failed = cursor_failed(&c);
        const uint8_t *before = c.at;
        step(&c, data[i]);
        if (c.at < before || c.at > c.end || c.end != data + size)
            abort();
        if (failed && (!cursor_failed(&c) || c.at != before || cursor_left(&c) != 0))
            abort();
    }
    return 0;
}
