/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heads of HTTP/2 messages (RFC 9113 section 8.3): from decoded header lines to the requests and
 * replies that detect knows from HTTP/1. Between the header decompression and the telling.
 */
#include "inspect/http2_head.h"

#include "inspect/http_head.h"

#include <stddef.h>
#include <string.h>

void http2_head_init(struct http2_head *head)
{
    memset(head, 0, offsetof(struct http2_head, lines));
}

static bool keep(struct http2_head *head, struct slice slice, struct http2_text *text)
{
    if (slice.length > sizeof head->text - head->used)
        return false;
    if (slice.length)
        memcpy(head->text + head->used, slice.text, slice.length);
    *text = (struct http2_text){head->used, (uint16_t)slice.length};
    head->used = (uint16_t)(head->used + slice.length);
    return true;
}

static uint16_t read_status(struct slice value)
{
    uint16_t status = 0;
    if (value.length != 3)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (value.text[i] < '0' || value.text[i] > '9')
            return 0;
        status = (uint16_t)(status * 10 + (value.text[i] - '0'));
    }
    return status < 100 ? 0 : status;
}

static bool keep_pseudo(struct http2_head *head, struct slice name, struct slice value)
{
    if (slice_equals(name, ":method"))
        return keep(head, value, &head->method);
    if (slice_equals(name, ":path"))
        return keep(head, value, &head->target);
    if (slice_equals(name, ":authority"))
        return keep(head, value, &head->authority);
    if (slice_equals(name, ":status"))
        head->status = read_status(value);
    return true;
}

static bool keep_line(struct http2_head *head, struct slice name, struct slice value)
{
    uint16_t used = head->used;
    if (head->count == HTTP_HEADERS_MAX || !keep(head, name, &head->lines[head->count].name))
        return false;
    if (!keep(head, value, &head->lines[head->count].value)) {
        head->used = used;
        return false;
    }
    head->count++;
    return true;
}

void http2_head_add(struct http2_head *head, struct slice name, struct slice value)
{
    bool pseudo = name.length && name.text[0] == ':';
    bool kept = pseudo ? keep_pseudo(head, name, value) : keep_line(head, name, value);
    head->dropped += !kept;
}

void http2_head_add_body(struct http2_head *head, struct slice data)
{
    size_t room = sizeof head->kept - head->body;
    size_t taken = data.length < room ? data.length : room;
    if (taken)
        memcpy(head->kept + head->body, data.text, taken);
    head->body = (uint16_t)(head->body + taken);
}

static struct slice text_of(const struct http2_head *head, struct http2_text text)
{
    return (struct slice){head->text + text.at, text.length};
}

static void read_lines(const struct http2_head *head, struct http_headers *headers,
                       struct http_framing *framing)
{
    for (size_t i = 0; i < head->count; i++)
        http_headers_add(headers, framing,
                         (struct http_header){text_of(head, head->lines[i].name),
                                              text_of(head, head->lines[i].value)});
}

bool http2_head_request(const struct http2_head *head, char path[static HTTP_PATH_MAX],
                        struct http_request *request, struct http_framing *framing)
{
    static const struct slice host = {"host", 4};
    struct slice method = text_of(head, head->method);
    bool is_authority = slice_equals(method, "CONNECT") && head->target.length == 0;
    struct slice target = text_of(head, is_authority ? head->authority : head->target);
    if (method.length == 0 || target.length == 0)
        return false;
    request->method = method;
    request->target = target;
    request->minor_version = 1;
    request->head_bytes = head->used;
    request->resynced = false;
    http_target_split(target, is_authority, path, &request->path, &request->query);
    request->headers.count = 0;
    *framing = (struct http_framing){.dropped = head->dropped};
    if (head->authority.length)
        http_headers_add(&request->headers, framing,
                         (struct http_header){host, text_of(head, head->authority)});
    read_lines(head, &request->headers, framing);
    return true;
}

void http2_head_reply(const struct http2_head *head, struct http_reply *reply,
                      struct http_framing *framing)
{
    reply->status = head->status;
    reply->minor_version = 1;
    reply->head_bytes = head->used;
    reply->resynced = false;
    reply->headers.count = 0;
    *framing = (struct http_framing){.dropped = head->dropped};
    read_lines(head, &reply->headers, framing);
}
