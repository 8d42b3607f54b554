/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of capture share: captures made by hand, in a folder that goes away. */
#ifndef AJAR_TESTS_CAPTURE_FILES_H
#define AJAR_TESTS_CAPTURE_FILES_H

#include "capture/capture.h"

#include <stddef.h>
#include <stdint.h>

#define FILES_FRAMES_MAX 16

/* Bytes under construction. */
struct file_builder {
    uint8_t bytes[1 << 16];
    size_t length;
    bool big_endian;
};

/* A new folder below /tmp for the running test; files_clear() removes it and what is in it. */
void files_init(void);
void files_clear(void);

/* The path of a name in the folder; valid until the next four calls. */
const char *files_path(const char *name);

/* Writes the builder's bytes to a file in the folder and returns its path. */
const char *files_write(const char *name, const struct file_builder *b);

void file_put(struct file_builder *b, const void *data, size_t length);
void file_put_u16(struct file_builder *b, uint16_t value); /* in the builder's byte order */
void file_put_u32(struct file_builder *b, uint32_t value);

/* The classic format: the header, and one packet. `magic` chooses micro- or nanoseconds. */
#define FILE_MAGIC_MICRO 0xa1b2c3d4u
#define FILE_MAGIC_NANO  0xa1b23c4du
void file_put_pcap_header(struct file_builder *b, uint32_t magic, uint32_t link_type);
void file_put_pcap_packet(struct file_builder *b, uint32_t seconds, uint32_t fraction,
                          const char *text);

/* What was read of a file. */
struct file_frames {
    size_t count;
    struct frame frames[FILES_FRAMES_MAX]; /* `data` is dead: see `texts` */
    char texts[FILES_FRAMES_MAX][32];      /* the first bytes */
    enum ajar_status status;               /* what ended it */
    struct problem problem;
    struct capture_statistics statistics;
    uint64_t position;
};

/* Opens, reads in batches of `most`, closes. */
void file_read_all(const char *path, const char *filter, int most, struct file_frames *frames);

#endif
