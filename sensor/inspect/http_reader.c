/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From in-order bytes to whole heads (RFC 9112 section 2.1), for either direction of an HTTP
 * connection. Empty lines before a head are passed over (2.2). The start line is judged as soon as
 * its bytes allow, so that what is no HTTP is neither collected nor waited for.
 */
#include "inspect/http_reader.h"

#include <string.h>

void http_reader_init(struct http_reader *reader, enum http_head_kind kind, bool midstream)
{
    *reader = (struct http_reader){
        .kind = (uint8_t)kind,
        .searching = midstream,
        .at_line = midstream,
        .resynced = midstream,
    };
}

bool http_reader_inside_head(const struct http_reader *reader)
{
    return reader->used > 0;
}

static void drop_buffer(struct http_reader *reader, struct http_pool *pool)
{
    http_pool_return(pool, reader->buffer);
    reader->buffer = NULL;
    reader->used = 0;
    reader->line_known = false;
}

void http_reader_done(struct http_reader *reader, struct http_pool *pool)
{
    drop_buffer(reader, pool);
    reader->resynced = false;
    reader->proven = true;
}

void http_reader_lose(struct http_reader *reader, struct http_pool *pool)
{
    drop_buffer(reader, pool);
    reader->searching = true;
    reader->at_line = true;
    reader->resynced = true;
}

/* What the bytes at `data` can be. A head without version is believed only as the first thing on a
 * connection that was seen from its beginning. */
static enum http_start judge(const struct http_reader *reader, const uint8_t *data, size_t length)
{
    size_t most = length < HTTP_HEAD_MAX ? length : HTTP_HEAD_MAX;
    enum http_start start = http_head_recognise((enum http_head_kind)reader->kind, data, most);
    if (start == HTTP_START_SIMPLE && (reader->proven || reader->resynced))
        return HTTP_START_NO;
    return start;
}

/* Behind the next line end; false (and the cursor at its end) when there is none. */
static bool skip_line(struct cursor *c)
{
    const uint8_t *end = cursor_left(c) ? memchr(c->at, '\n', cursor_left(c)) : NULL;
    c->at = end ? end + 1 : c->end;
    return end != NULL;
}

/* Moves to the next line that can begin a head. A gap often ends where a message begins, so the
 * first byte behind one counts as the begin of a line too, and so does what follows a NUL there:
 * the byte of a keep-alive probe (RFC 1122 4.2.3.6) with which a flow was picked up. */
static void search(struct http_reader *reader, struct cursor *c)
{
    while (cursor_left(c)) {
        if (reader->at_line) {
            reader->searching = judge(reader, c->at, cursor_left(c)) == HTTP_START_NO;
            if (!reader->searching)
                return;
            if (*c->at == 0) {
                c->at++;
                continue;
            }
        }
        reader->at_line = skip_line(c);
    }
}

/* What stands where a head must begin is none. After lost bytes that only means to search on. A
 * client may send rubbish to a server that speaks HTTP (its reply tells that); a server that begins
 * with rubbish does not. */
static enum http_reader_step reject(struct http_reader *reader, struct http_pool *pool,
                                    struct cursor *c)
{
    bool was_searching = reader->resynced;
    drop_buffer(reader, pool);
    if (!reader->proven && !was_searching && reader->kind == HTTP_HEAD_REPLY)
        return HTTP_READER_RUBBISH;
    bool line = skip_line(c);
    http_reader_lose(reader, pool);
    reader->at_line = line;
    return was_searching ? HTTP_READER_MORE : HTTP_READER_LOST;
}

/* Bytes of the head that begins at `data`; 0 if its end is not there. */
static size_t find_end(enum http_start start, const uint8_t *data, size_t length, size_t from)
{
    if (start != HTTP_START_SIMPLE)
        return http_head_length(data, length, from);
    const uint8_t *end = memchr(data, '\n', length);
    return end ? (size_t)(end - data) + 1 : 0;
}

static enum http_reader_step accept_head(const uint8_t *data, size_t length, struct slice *head)
{
    *head = (struct slice){(const char *)data, length};
    return HTTP_READER_HEAD;
}

/* Copies up to `length` bytes into the buffer, without moving the cursor. */
static void copy_bytes(struct http_reader *reader, const struct cursor *c, size_t length)
{
    memcpy(reader->buffer + reader->used, c->at, length);
    reader->used += (uint32_t)length;
}

/* Gives the head up that is being read; what follows its first HTTP_HEAD_MAX bytes is searched. */
static enum http_reader_step give_up(struct http_reader *reader, struct http_pool *pool)
{
    http_reader_lose(reader, pool);
    reader->at_line = false;
    return HTTP_READER_TOO_LONG;
}

/* A head that ends in a later segment begins here: keeps what is there. */
static enum http_reader_step begin_buffer(struct http_reader *reader, struct http_pool *pool,
                                          struct cursor *c)
{
    size_t length = cursor_left(c) < HTTP_HEAD_MAX ? cursor_left(c) : HTTP_HEAD_MAX;
    if (length < HTTP_HEAD_MAX)
        reader->buffer = http_pool_take(pool);
    if (reader->buffer)
        copy_bytes(reader, c, length);
    cursor_skip(c, length);
    return reader->buffer ? HTTP_READER_MORE : give_up(reader, pool);
}

/* The next byte begins a head. */
static enum http_reader_step begin_head(struct http_reader *reader, struct http_pool *pool,
                                        struct cursor *c, struct slice *head)
{
    while (cursor_left(c) && (*c->at == '\r' || *c->at == '\n'))
        c->at++;
    size_t left = cursor_left(c);
    if (left == 0)
        return HTTP_READER_MORE;
    enum http_start start = judge(reader, c->at, left);
    if (start == HTTP_START_NO)
        return reject(reader, pool, c);
    reader->line_known = start == HTTP_START_YES;
    size_t length = find_end(start, c->at, left < HTTP_HEAD_MAX ? left : HTTP_HEAD_MAX, 0);
    return length ? accept_head(cursor_take(c, length), length, head)
                  : begin_buffer(reader, pool, c);
}

/* A head goes on that began in an earlier segment. */
static enum http_reader_step go_on(struct http_reader *reader, struct http_pool *pool,
                                   struct cursor *c, struct slice *head)
{
    uint32_t before = reader->used;
    size_t room = HTTP_HEAD_MAX - before;
    size_t left = cursor_left(c);
    copy_bytes(reader, c, left < room ? left : room);
    enum http_start start =
        reader->line_known ? HTTP_START_YES : judge(reader, reader->buffer, reader->used);
    if (start == HTTP_START_NO)
        return reject(reader, pool, c);
    reader->line_known = start == HTTP_START_YES;
    size_t length = find_end(start, reader->buffer, reader->used, before > 2 ? before - 2 : 0);
    if (length) {
        cursor_skip(c, length - before);
        return accept_head(reader->buffer, length, head);
    }
    cursor_skip(c, reader->used - before);
    if (reader->used < HTTP_HEAD_MAX)
        return HTTP_READER_MORE;
    return give_up(reader, pool);
}

enum http_reader_step http_reader_next(struct http_reader *reader, struct http_pool *pool,
                                       struct cursor *c, struct slice *head)
{
    if (reader->searching)
        search(reader, c);
    if (cursor_left(c) == 0)
        return HTTP_READER_MORE;
    return reader->used ? go_on(reader, pool, c, head) : begin_head(reader, pool, c, head);
}
