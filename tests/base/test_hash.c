/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <criterion/criterion.h>

Test(hash, gives_identifiers_that_other_xxh3_tools_give)
{
    char text[HASH_TEXT_MAX];
    hash_identifier("", 0, text); /* xxhsum -H2 of nothing */
    cr_assert_str_eq(text, "99aa06d3014798d86001c324468d497f");
    hash_identifier("ajar", 4, text);
    char again[HASH_TEXT_MAX];
    hash_identifier("ajar", 4, again);
    cr_assert_str_eq(text, again);
    hash_identifier("ajas", 4, again);
    cr_assert_str_neq(text, again);
}

Test(hash, depends_on_the_seed_and_on_every_byte)
{
    uint8_t key[37] = {0};
    uint64_t plain = hash_keyed(1, key, sizeof key);
    cr_assert_eq(hash_keyed(1, key, sizeof key), plain);
    cr_assert_neq(hash_keyed(2, key, sizeof key), plain);
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = 1;
        cr_expect_neq(hash_keyed(1, key, sizeof key), plain, "byte %zu", i);
        key[i] = 0;
    }
}

Test(hash, draws_a_new_seed_each_time)
{
    uint64_t first = 0;
    uint64_t second = 0;
    cr_assert(hash_make_seed(&first) == AJAR_OK && hash_make_seed(&second) == AJAR_OK);
    cr_assert_neq(first, second);
}
