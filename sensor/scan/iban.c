/* SPDX-License-Identifier: Apache-2.0 */
/*
 * International bank account numbers (ISO 13616): the country says how long, the remainder by 97
 * says whether (ISO 7064). Printed in one piece or in groups of four.
 */
#include "scan/recognise.h"

#include "base/hash.h"

#include <string.h>

#define IBAN_MAX 34

/* Country and length, from the SWIFT registry. */
static const char countries[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24"
    "FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21"
    "LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22"
    "RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

static int country_length(uint8_t first, uint8_t second)
{
    for (size_t i = 0; i + 4 < sizeof countries; i += 4)
        if ((uint8_t)countries[i] == first && (uint8_t)countries[i + 1] == second)
            return (countries[i + 2] - '0') * 10 + countries[i + 3] - '0';
    return 0;
}

/* The remainder by 97 of the number that the text is with its first four bytes at the end. */
static unsigned remainder_97(const char *text, int length)
{
    unsigned remainder = 0;
    for (int i = 0; i < length; i++) {
        uint8_t c = (uint8_t)text[(i + 4) % length];
        if (is_digit(c))
            remainder = (remainder * 10 + (c - (unsigned)'0')) % 97;
        else
            remainder = (remainder * 100 + (c - (unsigned)'A') + 10) % 97;
    }
    return remainder;
}

bool iban_read(const uint8_t *at, struct scan_value *value)
{
    char text[IBAN_MAX];
    int begin = -3;
    int length = country_length(near_byte(at, -3), near_byte(at, -2));
    if (length == 0 || !near_word_begins(at, begin))
        return false;
    int count = 0;
    int i = begin;
    bool grouped = near_byte(at, 1) == ' ';
    while (count < length) {
        uint8_t c = near_byte(at, i);
        if (grouped && c == ' ' && count % 4 == 0) {
            i++;
            continue;
        }
        if (!is_digit(c) && !is_upper(c))
            return false;
        text[count++] = (char)c;
        i++;
    }
    if (is_word(near_byte(at, i)) || remainder_97(text, length) != 1)
        return false;
    *value = (struct scan_value){begin, i, hash_keyed(0, text, (size_t)length), false};
    return true;
}
