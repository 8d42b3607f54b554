/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the URL of a Redis. Messages repeat what was given, but nothing before the last '@', and
 * nothing at all where a ':' stands without an '@': that may be a password, even one that was not
 * encoded as it should have been or that lacks its host.
 */
#include "emit/redis_url.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The URL while it is taken apart. */
struct reader {
    const char *shown; /* the part of the text that messages may repeat */
    struct redis_url url;
    struct problem *problem;
};

static const struct scheme {
    const char *start;
    bool is_unix, tls, sentinel;
} schemes[] = {
    {.start = "redis://"},
    {.start = "rediss://", .tls = true},
    {.start = "redis+sentinel://", .sentinel = true},
    {.start = "rediss+sentinel://", .tls = true, .sentinel = true},
    {.start = "unix://", .is_unix = true},
};

static const struct scheme *find_scheme(const char *text)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (text_starts(text, schemes[i].start))
            return &schemes[i];
    return NULL;
}

static enum ajar_status wrong(const struct reader *reader, const char *what)
{
    return problem_set(reader->problem, AJAR_ERR_USAGE,
                       "Redis address %.100s: %s; right are redis://[user[:password]@]host[:port]"
                       "[,host...][/database], redis+sentinel://host[:port][,host...]/MASTER"
                       "[/database], both with rediss for TLS, and unix:///path[?db=N]",
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

/* user, user:password or :password */
static enum ajar_status read_login(struct reader *reader, const char *login, size_t length)
{
    const char *colon = memchr(login, ':', length), *at = memchr(login, '@', length);
    size_t user = colon ? (size_t)(colon - login) : length;
    if (at && memchr(at, ',', length - (size_t)(at - login)))
        return wrong(reader, "user and password are given once, before the first host (in a "
                             "password, @ and , are written %40 %2C)");
    if (!decode(login, user, reader->url.user, sizeof reader->url.user) ||
        (colon &&
         !decode(colon + 1, length - user - 1, reader->url.password, sizeof reader->url.password)))
        return wrong(reader, "user or password is too long or has a broken %-sequence "
                             "(a % itself is %25)");
    return AJAR_OK;
}

static enum ajar_status read_port(const struct reader *reader, const char *text, uint16_t *port)
{
    uint32_t number;
    if (!read_number(text, 65535, &number) || number == 0)
        return wrong(reader, "the port is not a number from 1 to 65535 (in a password, : / @ and % "
                             "are written %3A %2F %40 %25)");
    *port = (uint16_t)number;
    return AJAR_OK;
}

/* Names are printed and resolved; nothing in them may surprise a terminal or a resolver. */
static bool is_host_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("?#\\,/@", *c))
            return false;
    return true;
}

/* Cuts `place` into host and what follows it: "" or ":port". NULL: *what says what is wrong. */
static char *split_place(char *place, char **rest, const char **what)
{
    char *host = place;
    *rest = place + strcspn(place, ":");
    if (place[0] == '[') {
        host = place + 1;
        char *bracket = strchr(place, ']');
        *what = "a ] is missing after the IPv6 address";
        if (!bracket)
            return NULL;
        *bracket = '\0';
        *rest = bracket + 1;
    } else if ((*rest)[0] == ':' && strchr(*rest + 1, ':')) {
        *what = "an IPv6 address is written in [brackets]";
        return NULL;
    }
    *what = "only :port may follow the ]";
    return (*rest)[0] == '\0' || (*rest)[0] == ':' ? host : NULL;
}

/* host, host:port, [address] or [address]:port */
static enum ajar_status read_host(struct reader *reader, const char *text, size_t length)
{
    struct redis_host host = {.port = reader->url.sentinel ? REDIS_SENTINEL_PORT : REDIS_PORT};
    char place[sizeof host.name + 16], *rest;
    const char *what;
    if (length == 0 || length >= sizeof place)
        return wrong(reader, length ? "the host is too long" : "the host is missing");
    memcpy(place, text, length);
    place[length] = '\0';
    char *name = split_place(place, &rest, &what);
    if (!name)
        return wrong(reader, what);
    bool has_port = rest[0] == ':';
    rest[0] = '\0';
    if (name[0] == '\0')
        return wrong(reader, "the host is missing");
    if (!decode(name, strlen(name), host.name, sizeof host.name) || !is_host_name(host.name))
        return wrong(reader, "the host is not a name or an address");
    enum ajar_status status = has_port ? read_port(reader, rest + 1, &host.port) : AJAR_OK;
    if (status != AJAR_OK)
        return status;
    if (reader->url.host_count == REDIS_HOSTS_MAX)
        return wrong(reader, "there are more than 16 hosts");
    reader->url.hosts[reader->url.host_count++] = host;
    return AJAR_OK;
}

static enum ajar_status read_hosts(struct reader *reader, const char *text, size_t length)
{
    size_t from = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && text[i] != ',')
            continue;
        enum ajar_status status = read_host(reader, text + from, i - from);
        if (status != AJAR_OK)
            return status;
        from = i + 1;
    }
    return AJAR_OK;
}

void redis_host_format(const struct redis_host *host, char *text, size_t size)
{
    text_make_endpoint(text, size, host->name, host->port);
}

/* As many hosts as fit; the others are counted. */
static void make_name(struct redis_url *url, const struct scheme *scheme)
{
    char tail[sizeof url->master + 24], place[sizeof url->hosts[0].name + 16];
    size_t used = strlen(scheme->start);
    memcpy(url->name, scheme->start, used + 1);
    for (unsigned i = 0; i < url->host_count; i++) {
        redis_host_format(&url->hosts[i], place, sizeof place);
        bool fits = used + strlen(place) + 1 < sizeof url->name - 24;
        if (i > 0 && !fits) {
            (void)snprintf(url->name + used, sizeof url->name - used, ",+%u", url->host_count - i);
            break;
        }
        (void)snprintf(url->name + used, sizeof url->name - used, "%s%s", i ? "," : "", place);
        used = strlen(url->name);
    }
    (void)snprintf(tail, sizeof tail, "/%s", url->master);
    if (url->sentinel && strlen(url->name) + strlen(tail) < sizeof url->name)
        memcpy(url->name + strlen(url->name), tail, strlen(tail) + 1);
}

static enum ajar_status read_database(struct reader *reader, const char *text)
{
    if (!read_number(text, REDIS_DATABASE_MAX, &reader->url.database))
        return wrong(reader, "the database is not a number");
    return AJAR_OK;
}

/* MASTER or MASTER/database */
static enum ajar_status read_master(struct reader *reader, const char *text)
{
    size_t length = strcspn(text, "/");
    char *master = reader->url.master;
    if (length == 0)
        return wrong(reader, "after the Sentinels comes the name that they have for the master, "
                             "often mymaster");
    if (!decode(text, length, master, sizeof reader->url.master) || !is_host_name(master))
        return wrong(reader, "the name of the master is too long or has characters that it cannot "
                             "have");
    if (text[length] == '/' && text[length + 1] != '\0')
        return read_database(reader, text + length + 1);
    return AJAR_OK;
}

static enum ajar_status read_tcp(struct reader *reader, const struct scheme *scheme,
                                 const char *text)
{
    size_t length = strcspn(text, "/");
    const char *rest = text + length + (text[length] == '/');
    enum ajar_status status = read_hosts(reader, text, length);
    if (status == AJAR_OK && reader->url.sentinel)
        status = read_master(reader, rest);
    else if (status == AJAR_OK && rest[0] != '\0')
        status = read_database(reader, rest);
    if (status == AJAR_OK)
        make_name(&reader->url, scheme);
    return status;
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
    (void)snprintf(reader->url.name, sizeof reader->url.name, "unix://%s", reader->url.path);
    if (text[length] == '\0')
        return AJAR_OK;
    if (strncmp(text + length, "?db=", 4) != 0)
        return wrong(reader, "after the path only ?db=N is known");
    return read_database(reader, text + length + 4);
}

/* What messages may repeat. */
static const char *shown_part(const char *text, const struct scheme *scheme, const char *at,
                              bool is_path)
{
    if (at)
        return at + 1;
    bool may_hide_a_login = strchr(text + (scheme ? strlen(scheme->start) : 0), ':') != NULL;
    return may_hide_a_login && !is_path ? "as given" : text;
}

enum ajar_status redis_url_parse(const char *text, struct redis_url *url, struct problem *problem)
{
    const struct scheme *scheme = find_scheme(text);
    const char *rest = text + (scheme ? strlen(scheme->start) : 0);
    bool is_path = scheme && scheme->is_unix && rest[0] == '/'; /* an @ is part of the path then */
    const char *at = is_path ? NULL : strrchr(rest, '@');
    struct reader reader = {.shown = shown_part(text, scheme, at, is_path), .problem = problem};
    if (!scheme)
        return wrong(&reader, "it does not begin with one of these");
    reader.url.is_unix = scheme->is_unix;
    reader.url.tls = scheme->tls;
    reader.url.sentinel = scheme->sentinel;
    enum ajar_status status = AJAR_OK;
    if (at) {
        status = read_login(&reader, rest, (size_t)(at - rest));
        rest = at + 1;
    }
    if (status == AJAR_OK)
        status = scheme->is_unix ? read_unix(&reader, rest) : read_tcp(&reader, scheme, rest);
    if (status == AJAR_OK)
        *url = reader.url;
    explicit_bzero(&reader.url, sizeof reader.url);
    return status;
}
