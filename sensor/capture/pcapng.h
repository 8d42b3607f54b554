/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a pcapng file, read without libpcap. Private to capture. */
#ifndef AJAR_CAPTURE_PCAPNG_H
#define AJAR_CAPTURE_PCAPNG_H

#include "capture/source.h"
#include "capture/stream.h"

#include <stdio.h>

/* Whether the file begins as pcapng does. Nothing is taken from it. */
bool pcapng_detect(FILE *file);

/*
 * Makes a capture of a file that begins so. On AJAR_OK the capture owns `file`, with `stream`
 * inside it; else they are still the caller's. The path is for messages and is copied. The filter
 * may be NULL.
 */
enum ajar_status pcapng_open(const char *path, FILE *file, struct stream *stream,
                             const char *filter, struct capture **capture, struct problem *problem);

#endif
