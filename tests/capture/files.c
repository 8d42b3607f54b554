/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes and reads captures for the tests of capture; see files.h.
 */
#include "capture/files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/ajar-capture-XXXXXX";

void files_init(void)
{
    if (!mkdtemp(folder))
        abort();
}

static void remove_folder(const char *path)
{
    DIR *opened = opendir(path);
    const struct dirent *entry;
    while (opened && (entry = readdir(opened)) != NULL) {
        char inside[512];
        struct stat about;
        (void)snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (lstat(inside, &about) == 0 && S_ISDIR(about.st_mode))
            remove_folder(inside);
        else
            (void)unlink(inside);
    }
    if (opened)
        (void)closedir(opened);
    (void)rmdir(path);
}

void files_clear(void)
{
    remove_folder(folder);
}

const char *files_path(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *files_write(const char *name, const struct file_builder *b)
{
    const char *path = files_path(name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(b->bytes, 1, b->length, file) != b->length || fclose(file) != 0)
        abort();
    return path;
}

void file_put(struct file_builder *b, const void *data, size_t length)
{
    if (length > sizeof b->bytes - b->length)
        abort();
    if (length)
        memcpy(b->bytes + b->length, data, length);
    b->length += length;
}

static void put_number(struct file_builder *b, uint32_t value, unsigned bytes)
{
    uint8_t out[4];
    for (unsigned i = 0; i < bytes; i++)
        out[b->big_endian ? bytes - 1 - i : i] = (uint8_t)(value >> 8 * i);
    file_put(b, out, bytes);
}

void file_put_u16(struct file_builder *b, uint16_t value)
{
    put_number(b, value, 2);
}

void file_put_u32(struct file_builder *b, uint32_t value)
{
    put_number(b, value, 4);
}

void file_put_pcap_header(struct file_builder *b, uint32_t magic, uint32_t link_type)
{
    file_put_u32(b, magic);
    file_put_u16(b, 2);
    file_put_u16(b, 4);
    file_put_u32(b, 0);     /* time zone */
    file_put_u32(b, 0);     /* accuracy */
    file_put_u32(b, 65535); /* snapshot length */
    file_put_u32(b, link_type);
}

void file_put_pcap_packet(struct file_builder *b, uint32_t seconds, uint32_t fraction,
                          const char *text)
{
    uint32_t length = (uint32_t)strlen(text);
    file_put_u32(b, seconds);
    file_put_u32(b, fraction);
    file_put_u32(b, length);
    file_put_u32(b, length + 100); /* the snaplen cut 100 bytes */
    file_put(b, text, length);
}

static void keep_frame(void *context, const struct frame *frame)
{
    struct file_frames *frames = context;
    if (frames->count < FILES_FRAMES_MAX) {
        size_t length = frame->captured < 31 ? frame->captured : 31;
        frames->frames[frames->count] = *frame;
        memcpy(frames->texts[frames->count], frame->data, length);
        frames->texts[frames->count][length] = '\0';
    }
    frames->count++;
}

void file_read_all(const char *path, const char *filter, int most, struct file_frames *frames)
{
    memset(frames, 0, sizeof *frames);
    struct capture *capture;
    frames->status = capture_open_file(path, filter, &capture, &frames->problem);
    if (frames->status != AJAR_OK)
        return;
    uint64_t ordinal = 0;
    do
        frames->status =
            capture_run(capture, most, 0, &ordinal, keep_frame, frames, &frames->problem);
    while (frames->status == AJAR_OK);
    capture_read_statistics(capture, &frames->statistics);
    frames->position = capture_position(capture);
    capture_close(capture);
}
