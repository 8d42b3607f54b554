/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <criterion/criterion.h>
#include <string.h>

/* RFC 4648 section 10. */
static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
static const char *const coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};

Test(base64, encodes_the_examples_of_the_rfc)
{
    for (size_t i = 0; i < 7; i++) {
        char text[BASE64_TEXT_SIZE(6)];
        base64_encode(plain[i], strlen(plain[i]), text);
        cr_expect_str_eq(text, coded[i]);
        cr_expect_eq(strlen(text) + 1, BASE64_TEXT_SIZE(strlen(plain[i])));
    }
}

Test(base64, decodes_with_and_without_padding)
{
    for (size_t i = 0; i < 7; i++) {
        for (int padded = 0; padded < 2; padded++) {
            size_t length = padded ? strlen(coded[i]) : strcspn(coded[i], "=");
            char data[6];
            size_t decoded = 99;
            cr_expect_eq(base64_decode(coded[i], length, data, sizeof data, &decoded), AJAR_OK);
            cr_expect_eq(decoded, strlen(plain[i]));
            cr_expect_eq(memcmp(data, plain[i], decoded), 0);
        }
    }
}

Test(base64, decodes_every_value)
{
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    char text[BASE64_TEXT_SIZE(sizeof bytes)];
    base64_encode(bytes, sizeof bytes, text);
    uint8_t back[sizeof bytes];
    size_t decoded = 0;
    cr_assert_eq(base64_decode(text, strlen(text), back, sizeof back, &decoded), AJAR_OK);
    cr_assert(decoded == sizeof bytes && memcmp(back, bytes, sizeof bytes) == 0);
    base64_encode("\xfb\xff", 2, text);
    cr_assert_str_eq(text, "+/8=");
}

Test(base64, rejects_other_characters_and_impossible_lengths)
{
    static const char *const wrong[] = {"Zg=a", "Z g=", "Zm9v\n", "Zm9-", "Z", "Zm9vY"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char data[8];
        size_t decoded = 99;
        cr_expect_eq(base64_decode(wrong[i], strlen(wrong[i]), data, sizeof data, &decoded),
                     AJAR_ERR_FORMAT, "%s", wrong[i]);
        cr_expect_eq(decoded, 99);
    }
}

Test(base64, writes_no_more_than_fits)
{
    char data[4] = {0, 0, 0, 'k'};
    size_t decoded = 99;
    cr_assert_eq(base64_decode("Zm9vYg==", 8, data, 3, &decoded), AJAR_ERR_LIMIT);
    cr_assert(decoded == 99 && data[3] == 'k');
    cr_assert_eq(base64_decode("Zm9v", 4, data, 3, &decoded), AJAR_OK);
    cr_assert(decoded == 3 && data[3] == 'k');
}
