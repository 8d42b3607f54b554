/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XXH3 for tables (secret seed, against chosen collisions) and for identifiers (no seed, stable).
 * The only file that knows xxHash; compiled in, so that short keys cost no call into a library.
 */
#include "base/hash.h"

#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum ajar_status hash_make_seed(uint64_t *seed)
{
    uint64_t drawn = 0;
    if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
        return AJAR_ERR_SYSTEM;
    *seed = drawn;
    return AJAR_OK;
}

uint64_t hash_keyed(uint64_t seed, const void *data, size_t length)
{
    return XXH3_64bits_withSeed(data, length, seed);
}

void hash_identifier(const void *data, size_t length, char text[static HASH_TEXT_MAX])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, length));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        text[2 * i] = digits[canonical.digest[i] >> 4];
        text[2 * i + 1] = digits[canonical.digest[i] & 15];
    }
    text[HASH_TEXT_MAX - 1] = '\0';
}

uint64_t hash_content(const void *data, size_t length)
{
    return XXH3_64bits(data, length);
}
