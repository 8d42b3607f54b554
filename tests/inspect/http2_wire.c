/* SPDX-License-Identifier: Apache-2.0 */
/* Test support: HTTP/2 frames (RFC 9113 section 4) and literal header lines (RFC 7541 6.2.2). */
#include "http2_wire.h"

#include <stdlib.h>
#include <string.h>

void wire_bytes(struct wire *wire, const void *bytes, size_t length)
{
    if (length > sizeof wire->bytes - wire->length)
        abort();
    if (length)
        memcpy(wire->bytes + wire->length, bytes, length);
    wire->length += length;
}

void wire_frame(struct wire *wire, unsigned type, unsigned flags, uint32_t stream,
                const void *payload, size_t length)
{
    const uint8_t header[] = {
        (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length,
        (uint8_t)type,           (uint8_t)flags,         (uint8_t)(stream >> 24),
        (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};
    wire_bytes(wire, header, sizeof header);
    wire_bytes(wire, payload, length);
}

void wire_preface(struct wire *wire)
{
    wire_bytes(wire, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
    wire_settings(wire);
}

void wire_settings(struct wire *wire)
{
    wire_frame(wire, SETTINGS, 0, 0, "\0\3\0\0\0\x64", 6);
}

/* A length in 7 bits (RFC 7541 5.1). */
static void add_length(struct wire *block, size_t length)
{
    uint8_t byte = (uint8_t)(length < 127 ? length : 127);
    wire_bytes(block, &byte, 1);
    if (length < 127)
        return;
    for (length -= 127; length >= 128; length >>= 7) {
        byte = (uint8_t)(length | 0x80);
        wire_bytes(block, &byte, 1);
    }
    byte = (uint8_t)length;
    wire_bytes(block, &byte, 1);
}

static void add_text(struct wire *block, const char *text)
{
    add_length(block, strlen(text));
    wire_bytes(block, text, strlen(text));
}

void wire_lines(struct wire *block, const char *lines)
{
    while (*lines) {
        const char *value = lines + strlen(lines) + 1;
        wire_bytes(block, "", 1);
        add_text(block, lines);
        add_text(block, value);
        lines = value + strlen(value) + 1;
    }
}

void wire_head(struct wire *wire, uint32_t stream, unsigned flags, const char *lines)
{
    struct wire *block = calloc(1, sizeof *block);
    wire_lines(block, lines);
    wire_frame(wire, HEADERS, flags | END_HEADERS, stream, block->bytes, block->length);
    free(block);
}

void wire_get(struct wire *wire, uint32_t stream, const char *path)
{
    struct wire *block = calloc(1, sizeof *block);
    wire_lines(block, ":method\0GET\0:scheme\0http\0:authority\0store:9200\0");
    wire_bytes(block, "\0\5:path", 7);
    add_text(block, path);
    wire_frame(wire, HEADERS, END_HEADERS | END_STREAM, stream, block->bytes, block->length);
    free(block);
}

void wire_reply(struct wire *wire, uint32_t stream, unsigned flags, const char *status)
{
    struct wire *block = calloc(1, sizeof *block);
    wire_bytes(block, "\0\7:status", 9);
    add_text(block, status);
    wire_frame(wire, HEADERS, flags | END_HEADERS, stream, block->bytes, block->length);
    free(block);
}

void wire_data(struct wire *wire, uint32_t stream, unsigned flags, const char *text)
{
    wire_frame(wire, DATA, flags, stream, text, strlen(text));
}
