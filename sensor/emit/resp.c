/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing commands in RESP, version 2: "*<words>\r\n" and for each word "$<bytes>\r\n...\r\n".
 */
#include "emit/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESP_BYTES_FIRST 4096

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

static void append_head(struct resp *resp, char type, size_t number)
{
    char head[32];
    int length = snprintf(head, sizeof head, "%c%zu\r\n", type, number);
    append(resp, head, (size_t)length);
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
    char text[24];
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    resp_add(resp, text, (size_t)length);
}

void resp_join(struct resp *resp, const struct resp *words)
{
    append(resp, words->bytes, words->used);
    resp->words += words->words;
    resp->failed |= words->failed;
}
