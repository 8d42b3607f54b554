/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(arena, gives_zeroed_memory_fit_for_any_type)
{
    struct arena *arena = arena_new();
    for (size_t size = 1; size < 200; size += 7) {
        unsigned char *bytes = arena_take(arena, 3, size);
        cr_assert_not_null(bytes);
        cr_assert_eq((uintptr_t)bytes % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < 3 * size; i++)
            cr_assert_eq(bytes[i]++, 0);
    }
    arena_free(arena);
}

Test(arena, refuses_sizes_that_wrap_and_takes_small_ones)
{
    struct arena *arena = arena_new();
    cr_assert_null(arena_take(arena, SIZE_MAX / 2, 3));
    cr_assert_null(arena_take(arena, 1, SIZE_MAX));
    cr_assert_not_null(arena_take(arena, 1, 0));
    arena_free(arena);
    arena_free(NULL);
}
