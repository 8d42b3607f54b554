/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha1.h"

#include <criterion/criterion.h>
#include <string.h>

/* Known answers of FIPS 180, and lengths around the end of a block (made with sha1sum). */
Test(sha1, gives_known_answers)
{
    static const struct {
        size_t repeats; /* of 'a' */
        const char *text;
        const char *digest;
    } cases[] = {
        {0, "abc",
         "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d"},
        {0, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "\x84\x98\x3e\x44\x1c\x3b\xd2\x6e\xba\xae\x4a\xa1\xf9\x51\x29\xe5\xe5\x46\x70\xf1"},
        {0, "", "\xda\x39\xa3\xee\x5e\x6b\x4b\x0d\x32\x55\xbf\xef\x95\x60\x18\x90\xaf\xd8\x07\x09"},
        {55, NULL,
         "\xc1\xc8\xbb\xdc\x22\x79\x6e\x28\xc0\xe1\x51\x63\xd2\x08\x99\xb6\x56\x21\xd6\x5a"},
        {56, NULL,
         "\xc2\xdb\x33\x0f\x60\x83\x85\x4c\x99\xd4\xb5\xbf\xb6\xe8\xf2\x9f\x20\x1b\xe6\x99"},
        {64, NULL,
         "\x00\x98\xba\x82\x4b\x5c\x16\x42\x7b\xd7\xa1\x12\x2a\x5a\x44\x2a\x25\xec\x64\x4d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        memset(text, 'a', sizeof text);
        const char *data = cases[i].text ? cases[i].text : text;
        size_t length = cases[i].text ? strlen(data) : cases[i].repeats;
        uint8_t digest[SHA1_BYTES];
        sha1_digest(data, length, digest);
        cr_expect_arr_eq(digest, cases[i].digest, SHA1_BYTES, "case %zu", i);
    }
}
