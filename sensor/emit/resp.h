/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redis commands in the Redis serialisation protocol (RESP): arrays of length-prefixed strings, so
 * any bytes can be in them. A growing buffer; after a failed allocation nothing more is added.
 */
#ifndef AJAR_EMIT_RESP_H
#define AJAR_EMIT_RESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESP_BYTES_MAX (8u << 20) /* of one buffer; more is a failure */

struct resp {
    char *bytes;
    size_t used;
    size_t size;
    size_t words; /* added so far */
    bool failed;
};

/* All zero is empty; frees the memory. */
void resp_clear(struct resp *resp);

/* Forgets what was added, keeps the memory. */
void resp_empty(struct resp *resp);

/* A command of `count` words follows, each added by one of the calls below. */
void resp_begin(struct resp *resp, size_t count);
void resp_add(struct resp *resp, const void *bytes, size_t length);
void resp_add_text(struct resp *resp, const char *text);
void resp_add_number(struct resp *resp, uint64_t number);

/* Adds all words of another buffer. */
void resp_join(struct resp *resp, const struct resp *words);

#endif
