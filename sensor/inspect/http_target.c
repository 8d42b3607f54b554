/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request targets (RFC 9112 section 3.2, RFC 3986): from what was sent to the path that the server
 * acts on. Used when a request head is read; signatures match the result.
 */
#include "inspect/http_head.h"

#include <string.h>

static struct slice behind(struct slice slice, size_t offset)
{
    return (struct slice){slice.text + offset, slice.length - offset};
}

/* Without "scheme://authority", if the target is in absolute form. */
static struct slice strip_authority(struct slice target)
{
    size_t colon = 0;
    while (colon < target.length && ((target.text[colon] | 0x20) >= 'a') &&
           ((target.text[colon] | 0x20) <= 'z'))
        colon++;
    if (colon == 0 || target.length < colon + 3 || memcmp(target.text + colon, "://", 3) != 0)
        return target;
    struct slice rest = behind(target, colon + 3);
    size_t end = 0;
    while (end < rest.length && !memchr("/?#", rest.text[end], 3))
        end++;
    return behind(rest, end);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes into scratch, and makes one slash of several in a row as most servers do (the others
 * answer with an error, which says so); a path without either is borrowed as it is. */
static struct slice decode(struct slice raw, char *scratch)
{
    if (raw.length == 0 ||
        (!memchr(raw.text, '%', raw.length) && !memmem(raw.text, raw.length, "//", 2)))
        return (struct slice){raw.text, raw.length < HTTP_PATH_MAX ? raw.length : HTTP_PATH_MAX};
    size_t used = 0;
    for (size_t i = 0; i < raw.length && used < HTTP_PATH_MAX; i++) {
        bool escape = raw.text[i] == '%' && raw.length - i > 2 && hex_value(raw.text[i + 1]) >= 0 &&
                      hex_value(raw.text[i + 2]) >= 0;
        scratch[used++] = raw.text[i];
        if (escape) {
            scratch[used - 1] =
                (char)(hex_value(raw.text[i + 1]) << 4 | hex_value(raw.text[i + 2]));
            i += 2;
        }
        if (used > 1 && scratch[used - 1] == '/' && scratch[used - 2] == '/')
            used--;
    }
    return (struct slice){scratch, used};
}

void http_target_split(struct slice target, bool is_authority, char scratch[static HTTP_PATH_MAX],
                       struct slice *path, struct slice *query)
{
    if (is_authority) {
        *path = *query = behind(target, target.length);
        return;
    }
    struct slice rest = strip_authority(target);
    const char *fragment = rest.length ? memchr(rest.text, '#', rest.length) : NULL;
    if (fragment)
        rest.length = (size_t)(fragment - rest.text);
    const char *mark = rest.length ? memchr(rest.text, '?', rest.length) : NULL;
    size_t path_length = mark ? (size_t)(mark - rest.text) : rest.length;
    *query = behind(rest, mark ? path_length + 1 : rest.length);
    rest.length = path_length;
    bool stripped = rest.text != target.text;
    *path = stripped && path_length == 0 ? (struct slice){"/", 1} : decode(rest, scratch);
}
