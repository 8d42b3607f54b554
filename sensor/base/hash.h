/* SPDX-License-Identifier: Apache-2.0 */
/* The uses of XXH3: keyed for tables, unkeyed for identifiers and contents. Pure; any thread. */
#ifndef AJAR_BASE_HASH_H
#define AJAR_BASE_HASH_H

#include "ajar/status.h"

#include <stddef.h>
#include <stdint.h>

#define HASH_TEXT_MAX 33 /* 32 hex digits and a NUL */

/* Draws a secret seed from the kernel, once at start-up; AJAR_ERR_SYSTEM leaves *seed alone. */
enum ajar_status hash_make_seed(uint64_t *seed);

/*
 * The hash of `length` bytes for a table in memory. With a secret seed nobody on the wire can
 * choose keys that collide. Never stored, never compared between processes.
 */
uint64_t hash_keyed(uint64_t seed, const void *data, size_t length);

/*
 * The hash of `length` bytes as 32 lower-case hex digits, for identifiers: the same on every
 * machine and in every version (128-bit XXH3 without a seed, canonical byte order).
 */
void hash_identifier(const void *data, size_t length, char text[static HASH_TEXT_MAX]);

/* The hash of `length` bytes for what is kept in files: the same on every machine (64-bit XXH3
 * without a seed). Tells an accident, not an attack. */
uint64_t hash_content(const void *data, size_t length);

#endif
