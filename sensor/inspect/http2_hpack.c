/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HPACK (RFC 7541) through nghttp2's inflater, between the frames and the heads of streams. The
 * only file that knows nghttp2. Its memory comes from pools made at the start.
 */
#include "inspect/http2_hpack.h"

#include "inspect/http_pool.h"

#include <nghttp2/nghttp2.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_MIN  64
#define LINE_BYTES 32 /* what a line counts beside its text */

/* In front of every piece of memory. */
struct mark {
    alignas(max_align_t) uint32_t class;
    uint32_t bytes; /* usable, behind the mark */
};

struct hpack_heap {
    struct http_pool classes[HTTP2_HPACK_CLASSES];
    nghttp2_mem memory;
    struct hpack *user; /* whose call is running */
};

static void *take_memory(size_t size, void *context)
{
    struct hpack_heap *heap = context;
    size_t needed = size + sizeof(struct mark);
    for (uint32_t class = 0; class < HTTP2_HPACK_CLASSES; class ++) {
        size_t bytes = (size_t)CLASS_MIN << class;
        if (bytes < needed)
            continue;
        if (heap->user->used + bytes > HTTP2_HPACK_BYTES_MAX)
            return NULL;
        struct mark *mark = http_pool_take(&heap->classes[class]);
        if (!mark)
            continue;
        *mark = (struct mark){class, (uint32_t)(bytes - sizeof *mark)};
        heap->user->used += (uint32_t)bytes;
        return mark + 1;
    }
    return NULL;
}

static void leave_memory(void *memory, void *context)
{
    struct hpack_heap *heap = context;
    if (!memory)
        return;
    struct mark *mark = (struct mark *)memory - 1;
    uint32_t class = mark->class;
    heap->user->used -= (uint32_t)CLASS_MIN << class;
    http_pool_return(&heap->classes[class], mark);
}

static void *take_zeroed(size_t count, size_t size, void *context)
{
    if (size && count > HTTP2_HPACK_BYTES_MAX / size)
        return NULL;
    void *memory = take_memory(count * size, context);
    return memory ? memset(memory, 0, count * size) : NULL;
}

static void *resize(void *memory, size_t size, void *context)
{
    if (!memory)
        return take_memory(size, context);
    const struct mark *mark = (const struct mark *)memory - 1;
    if (mark->bytes >= size)
        return memory;
    void *larger = take_memory(size, context);
    if (!larger)
        return NULL;
    memcpy(larger, memory, mark->bytes);
    leave_memory(memory, context);
    return larger;
}

enum ajar_status hpack_heap_new(struct hpack_heap **heap)
{
    struct hpack_heap *made = calloc(1, sizeof *made);
    if (!made)
        return AJAR_ERR_MEMORY;
    made->memory = (nghttp2_mem){made, take_memory, leave_memory, take_zeroed, resize};
    for (uint32_t class = 0; class < HTTP2_HPACK_CLASSES; class ++) {
        size_t bytes = (size_t)CLASS_MIN << class;
        uint32_t count = (uint32_t)(HTTP2_HPACK_CLASS_BYTES / bytes);
        if (http_pool_init(&made->classes[class], count, bytes) != AJAR_OK) {
            hpack_heap_free(made);
            return AJAR_ERR_MEMORY;
        }
    }
    *heap = made;
    return AJAR_OK;
}

void hpack_heap_free(struct hpack_heap *heap)
{
    if (!heap)
        return;
    for (uint32_t class = 0; class < HTTP2_HPACK_CLASSES; class ++)
        http_pool_clear(&heap->classes[class]);
    free(heap);
}

enum ajar_status hpack_open(struct hpack_heap *heap, struct hpack *hpack)
{
    nghttp2_hd_inflater *inflater = NULL;
    *hpack = (struct hpack){0};
    heap->user = hpack;
    if (nghttp2_hd_inflate_new2(&inflater, &heap->memory) != 0)
        return AJAR_ERR_LIMIT;
    hpack->inflater = inflater;
    if (nghttp2_hd_inflate_change_table_size(inflater, HTTP2_HPACK_TABLE_MAX) == 0)
        return AJAR_OK;
    hpack_close(heap, hpack);
    return AJAR_ERR_LIMIT;
}

/* Tells one line; false when the block is over its limit. */
static bool tell_line(struct hpack *hpack, const nghttp2_nv *line, hpack_sink sink, void *context)
{
    hpack->decoded += (uint32_t)(line->namelen + line->valuelen) + LINE_BYTES;
    if (hpack->decoded > HTTP2_BLOCK_MAX)
        return false;
    sink(context, (struct slice){(const char *)line->name, line->namelen},
         (struct slice){(const char *)line->value, line->valuelen});
    return true;
}

enum ajar_status hpack_read(struct hpack_heap *heap, struct hpack *hpack, struct slice piece,
                            bool whole, hpack_sink sink, void *context)
{
    static const uint8_t nothing[1];
    const uint8_t *at = piece.length ? (const uint8_t *)piece.text : nothing;
    size_t left = piece.length;
    heap->user = hpack;
    for (;;) {
        nghttp2_nv line;
        int flags = 0;
        ssize_t used =
            nghttp2_hd_inflate_hd2(hpack->inflater, &line, &flags, at, left, whole ? 1 : 0);
        if (used < 0)
            return used == NGHTTP2_ERR_NOMEM ? AJAR_ERR_LIMIT : AJAR_ERR_FORMAT;
        at += used;
        left -= (size_t)used;
        if (flags & NGHTTP2_HD_INFLATE_EMIT && !tell_line(hpack, &line, sink, context))
            return AJAR_ERR_LIMIT;
        if (flags & NGHTTP2_HD_INFLATE_FINAL) {
            (void)nghttp2_hd_inflate_end_headers(hpack->inflater);
            hpack->decoded = 0;
            return AJAR_OK;
        }
        if (!(flags & NGHTTP2_HD_INFLATE_EMIT) && left == 0)
            return AJAR_OK;
    }
}

void hpack_close(struct hpack_heap *heap, struct hpack *hpack)
{
    heap->user = hpack;
    if (hpack->inflater)
        nghttp2_hd_inflate_del(hpack->inflater);
    hpack->inflater = NULL;
}
