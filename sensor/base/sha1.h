/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 of short messages, for community ids only: not for anything that must resist attack. */
#ifndef AJAR_BASE_SHA1_H
#define AJAR_BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_BYTES 20

/* The digest of `length` bytes (FIPS 180-4). Pure; any thread. */
void sha1_digest(const void *data, size_t length, uint8_t digest[static SHA1_BYTES]);

#endif
