/* SPDX-License-Identifier: Apache-2.0 */
#include "ajar/cursor.h"

#include "support/guard.h"

#include <criterion/criterion.h>

Test(cursor, reads_numbers_in_both_byte_orders)
{
    struct cursor c = cursor_over("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b", 11);
    cr_assert_eq(cursor_read_u8(&c), 0x01);
    cr_assert_eq(cursor_read_be16(&c), 0x0203);
    cr_assert_eq(cursor_read_be32(&c), 0x04050607);
    cr_assert_eq(cursor_peek_u8(&c, 3), 0x0b);
    cr_assert_eq(cursor_read_le32(&c), 0x0b0a0908);
    cr_assert(cursor_left(&c) == 0 && !cursor_failed(&c));
}

Test(cursor, gives_zeros_and_stays_failed_after_the_end)
{
    struct guard guard = guard_copy("\xff\xff\xff", 3);
    struct cursor c = cursor_over(guard.data, 3);
    cr_assert_eq(cursor_read_be32(&c), 0);
    cr_assert(cursor_failed(&c) && cursor_left(&c) == 0);
    cr_assert_eq(cursor_read_u8(&c), 0); /* though a byte would be there */
    cr_assert_null(cursor_take(&c, 0));
    guard_free(&guard);
}

Test(cursor, cannot_be_led_around_the_address_space)
{
    struct guard guard = guard_copy("abc", 3);
    struct cursor c = cursor_over(guard.data, 3);
    cursor_skip(&c, SIZE_MAX);
    cr_assert(cursor_failed(&c) && c.at == guard.data);
    guard_free(&guard);
}

Test(cursor, peeks_without_moving_or_failing)
{
    struct guard guard = guard_copy("abc", 3);
    struct cursor c = cursor_over(guard.data, 3);
    cr_assert(cursor_peek_u8(&c, 2) == 'c' && cursor_peek_u8(&c, 3) == 0);
    cr_assert(cursor_peek_u8(&c, SIZE_MAX) == 0 && !cursor_failed(&c));
    cr_assert_eq(cursor_left(&c), 3);
    guard_free(&guard);
}

Test(cursor, is_empty_over_nothing)
{
    struct cursor c = cursor_over(NULL, 0);
    cr_assert(cursor_left(&c) == 0 && !cursor_failed(&c));
    cursor_skip(&c, 0);
    cr_assert_not(cursor_failed(&c));
    cursor_skip(&c, 1);
    cr_assert(cursor_failed(&c));
}
