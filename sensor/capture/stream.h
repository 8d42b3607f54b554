/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored file as a FILE of its plain bytes: plain, gzip or zstd by its first bytes, never
 * unpacked as a whole. Private to capture. One thread.
 */
#ifndef AJAR_CAPTURE_STREAM_H
#define AJAR_CAPTURE_STREAM_H

#include "ajar/problem.h"

#include <stdint.h>
#include <stdio.h>

struct stream;

/*
 * Opens the file, or standard input for "-", and gives a FILE to read. After fclose(*file) the
 * stream is freed with stream_free(). An unreadable or empty file, or a kind of compression that is
 * not read, is AJAR_ERR_SYSTEM or AJAR_ERR_FORMAT and one sentence.
 */
enum ajar_status stream_open(const char *path, struct stream **stream, FILE **file,
                             struct problem *problem);

/* Frees the stream; its FILE must be closed. Accepts NULL. */
void stream_free(struct stream *stream);

/* Bytes taken from the stored file so far; only while its FILE is open. */
uint64_t stream_position(const struct stream *stream);

/* What is wrong with the stored bytes, as the end of a sentence, or NULL. A reader that meets the
 * end of the FILE asks, as damaged compressed data looks like an early end. Static text. */
const char *stream_fault(const struct stream *stream);

#endif
