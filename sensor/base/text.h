/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of the wire into bounded text, and what else is done with texts everywhere. Lengths are in
 * bytes; sources with a length need no NUL, and none is kept. Pure; any thread.
 */
#ifndef AJAR_BASE_TEXT_H
#define AJAR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copies at most `size` - 1 bytes and a NUL; never cuts inside a UTF-8 character. For text that is
 * known to be valid; text_make_utf8() is for bytes that others chose. `size` is at least 1.
 * Returns the bytes copied, without the NUL.
 */
size_t text_copy(char *destination, size_t size, const char *source, size_t length);

/*
 * Copies as valid UTF-8 without NUL characters (RFC 3629): each maximal broken sequence and each
 * NUL byte becomes U+FFFD. Ends before the character that would not fit with a NUL into `size`
 * (at least 1). Returns the bytes written, without the NUL.
 */
size_t text_make_utf8(char *destination, size_t size, const void *source, size_t length);

/* Whether the bytes are valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(const void *source, size_t length);

/* Whether the text begins with the other one. */
bool text_starts(const char *text, const char *start);

/* "10.20.30.11:9200", "[2001:db8::1]:9200" of an address or a name; cut at `size` bytes. */
void text_make_endpoint(char *destination, size_t size, const char *host, uint16_t port);

/* Ends the text of an array that was filled by somebody who may have left the NUL out. */
#define TEXT_END(array) ((array)[sizeof(array) - 1] = '\0')

#endif
