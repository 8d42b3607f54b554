/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heading is a line of at least two names with one sign between them: comma, semicolon, bar or
 * tabulator. Anything that is not a name makes the line content.
 */
#include "scan/header.h"

#include "scan/classes.h"
#include "scan/names.h"
#include "scan/near.h"

#include <string.h>

#define COLUMNS_MAX 256

static uint8_t separator_of(const uint8_t *text, size_t length)
{
    static const uint8_t signs[] = {'\t', ';', '|', ','};
    for (size_t i = 0; i < sizeof signs; i++)
        if (memchr(text, signs[i], length))
            return signs[i];
    return 0;
}

static bool is_name(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_word(text[i]) && text[i] != '-' && text[i] != '.' && text[i] != ' ')
            return false;
    return length > 0 && length <= NAMES_LENGTH_MAX && !is_digit(text[0]);
}

static void strip(const uint8_t **text, size_t *length)
{
    while (*length > 0 && (**text == ' ' || **text == '"')) {
        (*text)++;
        (*length)--;
    }
    while (*length > 0 && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '"' ||
                           (*text)[*length - 1] == '\r'))
        (*length)--;
}

uint64_t header_read(const uint8_t *text, size_t length)
{
    const uint8_t *end = memchr(text, '\n', length);
    uint64_t classes = 0;
    size_t line = end ? (size_t)(end - text) : 0;
    uint8_t sign = line ? separator_of(text, line) : 0;
    if (sign == 0)
        return 0;
    for (size_t at = 0, columns = 0; at <= line && columns < COLUMNS_MAX; columns++) {
        const uint8_t *next = at < line ? memchr(text + at, sign, line - at) : NULL;
        size_t stop = next ? (size_t)(next - text) : line;
        const uint8_t *name = text + at;
        size_t size = stop - at;
        strip(&name, &size);
        if (!is_name(name, size))
            return 0;
        const struct field_name *known = names_find((const char *)name, size);
        if (known && !known->only_values && known->class_of < CLASSES_BUILTIN)
            classes |= UINT64_C(1) << known->class_of;
        at = stop + 1;
    }
    return classes;
}
