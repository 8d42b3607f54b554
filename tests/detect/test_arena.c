/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

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

Test(arena, keeps_pieces_of_all_sizes_apart)
{
    static const size_t sizes[] = {1, 5000, 16, 40000, 3, 4096, 4097, 16384, 100};
    unsigned char *pieces[200];
    struct arena *arena = arena_new();
    for (size_t i = 0; i < 200; i++) {
        size_t size = sizes[i % 9];
        pieces[i] = arena_take(arena, 1, size);
        cr_assert_not_null(pieces[i]);
        for (size_t k = 0; k < size; k++)
            cr_assert_eq(pieces[i][k], 0);
        memset(pieces[i], (int)i, size);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < sizes[i % 9]; k++)
            cr_assert_eq(pieces[i][k], (unsigned char)i);
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
