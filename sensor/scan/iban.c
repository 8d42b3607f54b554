/* SPDX-License-Identifier: Apache-2.0 */
/*
 * International bank account numbers (ISO 13616): the country says how long, the remainder by 97
 * says whether (ISO 7064). Printed in one piece or in groups of four.
 */
#include "scan/recognise.h"

#include "base/hash.h"

#include <string.h>

#define IBAN_MAX 34

/* By the first letter: the second and the length, from the SWIFT registry. */
static const char *const countries[26] = {
    ['A' - 'A'] = "D24E23L28T20Z28",
    ['B' - 'A'] = "A20E16G22H22I27R29Y28",
    ['C' - 'A'] = "H21R22Y28Z24",
    ['D' - 'A'] = "E22J27K18O28",
    ['E' - 'A'] = "E20G29S24",
    ['F' - 'A'] = "I18K18O18R27",
    ['G' - 'A'] = "B22E22I23L18R27T28",
    ['H' - 'A'] = "R21U28",
    ['I' - 'A'] = "E22L23Q23S26T27",
    ['J' - 'A'] = "O30",
    ['K' - 'A'] = "W30Z20",
    ['L' - 'A'] = "B28C32I21T20U20V21Y25",
    ['M' - 'A'] = "C27D24E22K19N20R27T31U30",
    ['N' - 'A'] = "I28L18O15",
    ['O' - 'A'] = "M23",
    ['P' - 'A'] = "K24L28S29T25",
    ['Q' - 'A'] = "A29",
    ['R' - 'A'] = "O24S22U33",
    ['S' - 'A'] = "A24C31D18E24I19K24M27O23T25V28",
    ['T' - 'A'] = "L23N24R26",
    ['U' - 'A'] = "A29",
    ['V' - 'A'] = "A22G24",
    ['X' - 'A'] = "K20",
    ['Y' - 'A'] = "E30",
};

static int country_length(uint8_t first, uint8_t second)
{
    const char *row = is_upper(first) ? countries[first - 'A'] : NULL;
    for (; row && *row; row += 3)
        if ((uint8_t)row[0] == second)
            return (row[1] - '0') * 10 + row[2] - '0';
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

static uint8_t to_upper(uint8_t c)
{
    return is_letter(c) ? (uint8_t)(c & ~0x20) : c;
}

/* The number that begins at `begin`; `any_case`: small letters count as capitals. Made for each of
 * its two callers: one is called often. */
static inline __attribute__((always_inline)) bool
read_number(const uint8_t *at, int begin, bool any_case, struct scan_value *value)
{
    char text[IBAN_MAX];
    uint8_t first = near_byte(at, begin);
    uint8_t second = near_byte(at, begin + 1);
    int length = any_case ? country_length(to_upper(first), to_upper(second))
                          : country_length(first, second);
    if (length == 0 || !near_word_begins(at, begin))
        return false;
    int count = 0;
    int i = begin;
    bool grouped = near_byte(at, begin + 4) == ' ';
    while (count < length) {
        uint8_t c = near_byte(at, i);
        if (grouped && c == ' ' && count % 4 == 0) {
            i++;
            continue;
        }
        if (any_case)
            c = to_upper(c);
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

bool iban_read(const uint8_t *at, struct scan_value *value)
{
    return read_number(at, -3, false, value);
}

/* Rare, so kept out of the loop over marks. */
__attribute__((cold, noinline)) bool iban_read_small(const uint8_t *at, int begin,
                                                     struct scan_value *value)
{
    return !is_upper(near_byte(at, begin)) && read_number(at, begin, true, value);
}
