/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648 section 4). Pure; any thread. */
#ifndef AJAR_BASE_BASE64_H
#define AJAR_BASE_BASE64_H

#include "ajar/status.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of text for `length` bytes of data, with the NUL. */
#define BASE64_TEXT_SIZE(length) (((length) + 2) / 3 * 4 + 1)

/* Writes BASE64_TEXT_SIZE(length) bytes: the text with padding, and a NUL. */
void base64_encode(const void *data, size_t length, char *text);

/*
 * Decodes `length` characters into at most `size` bytes and writes how many to *decoded. Padding
 * may be missing, as many clients leave it out. AJAR_ERR_FORMAT for a character that does not
 * belong, AJAR_ERR_LIMIT when the data is longer than `size`; *decoded is then unchanged, what was
 * decoded up to there may have been written to `data`.
 */
enum ajar_status base64_decode(const char *text, size_t length, void *data, size_t size,
                               size_t *decoded);

#endif
