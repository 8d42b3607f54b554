/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the URL of a Redis. Messages repeat what was given, but nothing before the last '@':
 * that may be a password, even one that was not encoded as it should have been.
 */
#include "emit/redis_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The URL while it is taken apart. */
struct reader {
    const char *shown; /* the part of the text that messages may repeat */
    bool has_login;
    struct redis_url url;
    struct problem *problem;
};

static enum ajar_status wrong(const struct reader *reader, const char *what)
{
    return problem_set(reader->problem, AJAR_ERR_USAGE,
                       "Redis address %s: %s; right are redis://[user[:password]@]host[:port]"
                       "[/database] and unix:///path[?db=N]",
                       reader->shown, what);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes; false if a sequence is broken, a NUL results, or it does not fit. */
static bool decode(const char *from, size_t length, char *to, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = from[i];
        if (c == '%') {
            int high = length - i > 2 ? hex_value(from[i + 1]) : -1;
            int low = high >= 0 ? hex_value(from[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0))
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (used + 1 >= size)
            return false;
        to[used++] = c;
    }
    to[used] = '\0';
    return true;
}

static bool read_number(const char *text, uint32_t limit, uint32_t *number)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '\0')
        return false;
    unsigned long value = strtoul(text, NULL, 10);
    if (value > limit)
        return false;
    *number = (uint32_t)value;
    return true;
}

static enum ajar_status read_login(struct reader *reader, const char *login, size_t length)
{
    const char *colon = memchr(login, ':', length);
    size_t user = colon ? (size_t)(colon - login) : length;
    if (!decode(login, user, reader->url.user, sizeof reader->url.user) ||
        (colon &&
         !decode(colon + 1, length - user - 1, reader->url.password, sizeof reader->url.password)))
        return wrong(reader, "user or password is too long or has a broken %-sequence "
                             "(a % itself is %25)");
    return AJAR_OK;
}

/* What stands there may be user:password of somebody who forgot the host. */
static void hide_login(struct reader *reader)
{
    if (!reader->has_login)
        reader->shown = "redis://...";
}

static enum ajar_status read_port(struct reader *reader, const char *text)
{
    uint32_t port;
    if (text[strspn(text, "0123456789")] != '\0')
        hide_login(reader);
    if (!read_number(text, 65535, &port) || port == 0)
        return wrong(reader, "the port is not a number from 1 to 65535 (in a password, : / @ and % "
                             "are written %3A %2F %40 %25)");
    reader->url.port = (uint16_t)port;
    return AJAR_OK;
}

/* host, host:port, [address] or [address]:port */
static enum ajar_status read_host(struct reader *reader, const char *text, size_t length)
{
    char place[sizeof reader->url.host + 16];
    if (length == 0 || length >= sizeof place)
        return wrong(reader, length ? "the host is too long" : "the host is missing");
    memcpy(place, text, length);
    place[length] = '\0';
    char *host = place, *rest = place + strcspn(place, ":");
    if (place[0] == '[') {
        host = place + 1;
        char *bracket = strchr(place, ']');
        if (!bracket)
            return wrong(reader, "a ] is missing after the IPv6 address");
        *bracket = '\0';
        rest = bracket + 1;
    } else if (rest[0] == ':' && strchr(rest + 1, ':')) {
        return wrong(reader, "an IPv6 address is written in [brackets]");
    }
    if (rest[0] != '\0' && rest[0] != ':')
        return wrong(reader, "only :port may follow the ]");
    bool has_port = rest[0] == ':';
    rest[0] = '\0';
    if (host[0] == '\0')
        hide_login(reader);
    if (host[0] == '\0' || strlen(host) >= sizeof reader->url.host ||
        strpbrk(host, " \t\r\n?#\\") != NULL)
        return wrong(reader,
                     host[0] ? "the host is not a name or an address" : "the host is missing");
    (void)snprintf(reader->url.host, sizeof reader->url.host, "%s", host);
    reader->url.port = REDIS_PORT;
    return has_port ? read_port(reader, rest + 1) : AJAR_OK;
}

static enum ajar_status read_database(struct reader *reader, const char *text)
{
    if (!read_number(text, REDIS_DATABASE_MAX, &reader->url.database))
        return wrong(reader, "the database is not a number");
    return AJAR_OK;
}

static enum ajar_status read_tcp(struct reader *reader, const char *text)
{
    size_t length = strcspn(text, "/");
    enum ajar_status status = read_host(reader, text, length);
    if (status != AJAR_OK)
        return status;
    (void)snprintf(reader->url.name, sizeof reader->url.name,
                   strchr(reader->url.host, ':') ? "redis://[%s]:%u" : "redis://%s:%u",
                   reader->url.host, (unsigned)reader->url.port);
    if (text[length] == '/' && text[length + 1] != '\0')
        return read_database(reader, text + length + 1);
    return AJAR_OK;
}

static enum ajar_status read_unix(struct reader *reader, const char *text)
{
    size_t length = strcspn(text, "?");
    if (text[0] != '/' || length < 2)
        return wrong(reader, "the path of the socket has to begin with / (so there are three: "
                             "unix:///run/redis.sock)");
    if (!decode(text, length, reader->url.path, sizeof reader->url.path))
        return wrong(reader, "the path of the socket is longer than 107 bytes or has a broken "
                             "%-sequence");
    reader->url.is_unix = true;
    (void)snprintf(reader->url.name, sizeof reader->url.name, "unix://%s", reader->url.path);
    if (text[length] == '\0')
        return AJAR_OK;
    if (strncmp(text + length, "?db=", 4) != 0)
        return wrong(reader, "after the path only ?db=N is known");
    return read_database(reader, text + length + 4);
}

enum ajar_status redis_url_parse(const char *text, struct redis_url *url, struct problem *problem)
{
    bool is_unix = strncmp(text, "unix://", 7) == 0;
    bool is_path = is_unix && text[7] == '/'; /* an @ is part of the path then */
    const char *at = is_path ? NULL : strrchr(text, '@');
    struct reader reader = {
        .shown = at ? at + 1 : text, .has_login = at != NULL, .problem = problem};
    if (strncmp(text, "rediss://", 9) == 0)
        return wrong(&reader, "TLS (rediss) is not supported; use a TLS tunnel or a local Redis");
    if (!is_unix && strncmp(text, "redis://", 8) != 0)
        return wrong(&reader, "it does not begin with redis:// or unix://");
    const char *rest = text + (is_unix ? 7 : 8);
    enum ajar_status status = AJAR_OK;
    if (at) {
        status = read_login(&reader, rest, (size_t)(at - rest));
        rest = at + 1;
    }
    if (status == AJAR_OK)
        status = is_unix ? read_unix(&reader, rest) : read_tcp(&reader, rest);
    if (status == AJAR_OK)
        *url = reader.url;
    return status;
}
