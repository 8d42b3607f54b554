/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes capture files as a whole, packed or not: the input is the file. Frames must be readable
 * to their last byte, and whatever is wrong must be said.
 */
#include "capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see_frame(void *context, const struct frame *frame)
{
    uint64_t *sum = context;
    if (frame->on_wire < frame->captured || frame->ordinal == 0)
        abort();
    for (uint32_t i = 0; i < frame->captured; i++)
        *sum += frame->data[i];
}

static void read_all(const char *path)
{
    struct capture *capture;
    struct problem problem = {.text = ""};
    if (capture_open_file(path, NULL, &capture, &problem) != AJAR_OK) {
        if (problem.text[0] == '\0')
            abort();
        return;
    }
    uint64_t ordinal = 0;
    uint64_t sum = 0;
    enum ajar_status status;
    do
        status = capture_run(capture, 16, 0, &ordinal, see_frame, &sum, &problem);
    while (status == AJAR_OK);
    if (status != AJAR_END && problem.text[0] == '\0')
        abort();
    capture_close(capture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    static char path[32];
    if (file < 0) {
        file = memfd_create("capture", MFD_CLOEXEC);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    read_all(path);
    return 0;
}
