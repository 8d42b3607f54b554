/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the readers of X-Forwarded-For and Forwarded: an address that is not found changes
 * nothing, one that is found is found again in its text form, and whatever stands before an address
 * in a list, the address is the last one.
 */
#include "detect/forwarded.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool (*reader)(struct slice value, struct addr *client);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_reader(reader read, struct slice value, const char *before, const char *after)
{
    struct addr client, untouched, again;
    char text[ADDR_TEXT_MAX];
    char line[ADDR_TEXT_MAX + 16];
    memset(&untouched, 0x55, sizeof untouched);
    client = untouched;
    if (!read(value, &client)) {
        require(addr_compare(&client, &untouched) == 0);
        return;
    }
    addr_format(&client, text);
    size_t length = strlen(before);
    memcpy(line, before, length);
    memcpy(line + length, text, strlen(text));
    length += strlen(text);
    memcpy(line + length, after, strlen(after));
    length += strlen(after);
    require(read((struct slice){line, length}, &again));
    require(addr_compare(&client, &again) == 0);
}

static void check_last(const uint8_t *data, size_t size)
{
    static const char last[] = ", 203.0.113.5";
    struct addr client, expected;
    char *text = malloc(size + sizeof last);
    require(text && addr_parse("203.0.113.5", &expected) == AJAR_OK);
    if (size)
        memcpy(text, data, size);
    memcpy(text + size, last, sizeof last - 1);
    require(forwarded_read_list((struct slice){text, size + sizeof last - 1}, &client));
    require(addr_compare(&client, &expected) == 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size ? size : 1); /* its end is where a sanitizer sees it */
    require(text != NULL);
    if (size)
        memcpy(text, data, size);
    struct slice value = {text, size};
    check_reader(forwarded_read_list, value, "", "");
    check_reader(forwarded_read_elements, value, "for=\"[", "]\"");
    check_last(data, size);
    free(text);
    return 0;
}
