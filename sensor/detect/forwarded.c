/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X-Forwarded-For, Forwarded (RFC 7239) and X-Real-IP: who is behind a proxy, read from a request
 * before it waits for its reply.
 */
#include "detect/forwarded.h"

#include <string.h>

#define NODE_MAX 72 /* of a node with brackets, zone and port, and the NUL */

/* Ends the address before a port and before an IPv6 zone. */
static void cut_port(char *node)
{
    char *colon = strchr(node, ':');
    if (colon && !strchr(colon + 1, ':'))
        *colon = '\0';
    char *zone = strchr(node, '%');
    if (zone)
        *zone = '\0';
}

/* "192.0.2.43", "192.0.2.43:47011", "2001:db8::17", "[2001:db8::17]:47011" */
static bool read_node(struct slice slice, struct addr *client)
{
    char node[NODE_MAX];
    slice = slice_trim(slice);
    if (slice.length == 0 || slice.length >= sizeof node || memchr(slice.text, '\0', slice.length))
        return false;
    memcpy(node, slice.text, slice.length);
    node[slice.length] = '\0';
    char *address = node;
    if (node[0] == '[') {
        char *end = strchr(node, ']');
        if (!end || (end[1] != '\0' && end[1] != ':'))
            return false;
        *end = '\0';
        address = node + 1;
        char *zone = strchr(address, '%');
        if (zone)
            *zone = '\0';
    } else {
        cut_port(address);
    }
    return addr_parse(address, client) == AJAR_OK;
}

bool forwarded_read_list(struct slice value, struct addr *client)
{
    while (value.length) {
        const char *comma = memrchr(value.text, ',', value.length);
        size_t from = comma ? (size_t)(comma - value.text) + 1 : 0;
        struct slice item = slice_trim((struct slice){value.text + from, value.length - from});
        if (item.length >= 2 && item.text[0] == '"' && item.text[item.length - 1] == '"')
            item = (struct slice){item.text + 1, item.length - 2};
        if (read_node(item, client))
            return true;
        value.length = comma ? from - 1 : 0;
    }
    return false;
}

/* Takes everything up to the first of two delimiters that is not quoted, or to the end. */
static struct slice take_until(struct slice *rest, char first, char second)
{
    bool quoted = false;
    size_t at = 0;
    for (; at < rest->length; at++) {
        char c = rest->text[at];
        if (quoted && c == '\\')
            at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == first || c == second))
            break;
    }
    if (at > rest->length)
        at = rest->length;
    struct slice taken = {rest->text, at};
    size_t gone = at < rest->length ? at + 1 : at;
    rest->text += gone;
    rest->length -= gone;
    return taken;
}

/* A token, or the inside of a quoted string without its backslashes (RFC 9110 5.6.4). */
static bool read_value(struct slice value, struct addr *client)
{
    char plain[NODE_MAX];
    size_t used = 0;
    value = slice_trim(value);
    if (value.length == 0 || value.text[0] != '"')
        return read_node(value, client);
    for (size_t at = 1; at < value.length && value.text[at] != '"'; at++) {
        if (value.text[at] == '\\' && ++at == value.length)
            return false;
        if (used == sizeof plain)
            return false;
        plain[used++] = value.text[at];
    }
    return read_node((struct slice){plain, used}, client);
}

bool forwarded_read_elements(struct slice value, struct addr *client)
{
    bool found = false;
    while (value.length) {
        struct slice pair = take_until(&value, ',', ';');
        struct slice name = take_until(&pair, '=', '=');
        if (slice_equals_nocase(slice_trim(name), "for"))
            found |= read_value(pair, client);
    }
    return found;
}

static bool find_in(const struct http_headers *headers, const char *name,
                    bool (*read)(struct slice value, struct addr *client), struct addr *client)
{
    for (size_t i = headers->count; i > 0; i--) {
        const struct http_header *line = &headers->lines[i - 1];
        if (slice_equals_nocase(line->name, name) && read(line->value, client))
            return true;
    }
    return false;
}

bool forwarded_find(const struct http_headers *headers, struct addr *client)
{
    return find_in(headers, "x-forwarded-for", forwarded_read_list, client) ||
           find_in(headers, "forwarded", forwarded_read_elements, client) ||
           find_in(headers, "x-real-ip", forwarded_read_list, client);
}
