/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing commands in RESP, version 2: "*<words>\r\n" and for each word "$<bytes>\r\n...\r\n".
 */
#include "emit/resp.h"

#include <stdlib.h>
#include <string.h>

#define RESP_BYTES_FIRST 4096
#define NUMBER_TEXT_MAX  20 /* digits of 18446744073709551615 */

void resp_clear(struct resp *resp)
{
    free(resp->bytes);
    *resp = (struct resp){.bytes = NULL};
}

void resp_empty(struct resp *resp)
{
    resp->used = 0;
    resp->words = 0;
    resp->failed = false;
}

static bool reserve(struct resp *resp, size_t more)
{
    size_t size = resp->size ? resp->size : RESP_BYTES_FIRST;
    while (size < resp->used + more && size <= RESP_BYTES_MAX)
        size *= 2;
    if (resp->failed || size > RESP_BYTES_MAX) {
        resp->failed = true;
    } else if (size > resp->size) {
        char *bytes = realloc(resp->bytes, size);
        resp->failed = !bytes;
        if (bytes) {
            resp->bytes = bytes;
            resp->size = size;
        }
    }
    return !resp->failed;
}

static void append(struct resp *resp, const void *bytes, size_t length)
{
    if (!reserve(resp, length))
        return;
    if (length)
        memcpy(resp->bytes + resp->used, bytes, length);
    resp->used += length;
}

/* Writes the number and gives where it begins in `text`; snprintf() was a quarter of the work of a
 * batch. */
static const char *write_decimal(char text[static NUMBER_TEXT_MAX], uint64_t number, size_t *length)
{
    char *at = text + NUMBER_TEXT_MAX;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    *length = (size_t)(text + NUMBER_TEXT_MAX - at);
    return at;
}

static void append_head(struct resp *resp, char type, size_t number)
{
    char text[NUMBER_TEXT_MAX];
    size_t length;
    const char *digits = write_decimal(text, number, &length);
    if (!reserve(resp, length + 3))
        return;
    resp->bytes[resp->used++] = type;
    memcpy(resp->bytes + resp->used, digits, length);
    resp->used += length;
    resp->bytes[resp->used++] = '\r';
    resp->bytes[resp->used++] = '\n';
}

void resp_begin(struct resp *resp, size_t count)
{
    append_head(resp, '*', count);
}

void resp_add(struct resp *resp, const void *bytes, size_t length)
{
    append_head(resp, '$', length);
    append(resp, bytes, length);
    append(resp, "\r\n", 2);
    resp->words++;
}

void resp_add_text(struct resp *resp, const char *text)
{
    resp_add(resp, text, strlen(text));
}

void resp_add_number(struct resp *resp, uint64_t number)
{
    char text[NUMBER_TEXT_MAX];
    size_t length;
    const char *digits = write_decimal(text, number, &length);
    resp_add(resp, digits, length);
}

void resp_join(struct resp *resp, const struct resp *words)
{
    append(resp, words->bytes, words->used);
    resp->words += words->words;
    resp->failed |= words->failed;
}
