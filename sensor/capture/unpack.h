/* SPDX-License-Identifier: Apache-2.0 */
/* gzip and zstd behind one face, bytes in and bytes out. Private to capture. One thread. */
#ifndef AJAR_CAPTURE_UNPACK_H
#define AJAR_CAPTURE_UNPACK_H

#include "ajar/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unpacker;

/* Makes an unpacker if the first bytes are of a kind it knows, else sets *unpacker to NULL (plain);
 * both AJAR_OK. AJAR_ERR_MEMORY leaves *unpacker alone. Free with unpacker_free(). */
enum ajar_status unpacker_new(const uint8_t *start, size_t length, struct unpacker **unpacker);

/* Accepts NULL. */
void unpacker_free(struct unpacker *unpacker);

struct unpack_step {
    const uint8_t *input; /* borrowed */
    size_t input_length;
    char *output; /* borrowed */
    size_t output_size;
    size_t taken; /* out: of the input */
    size_t made;  /* out: of the output */
};

/* Unpacks what fits. Several packed parts one after the other are one text. Returns NULL, or what
 * is wrong as the end of a sentence (static); what was made before that is good. */
const char *unpacker_run(struct unpacker *unpacker, struct unpack_step *step);

/* Whether the packed data may end here. */
bool unpacker_is_whole(const struct unpacker *unpacker);

#endif
