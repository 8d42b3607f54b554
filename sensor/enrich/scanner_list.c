/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of networks, one a line, into an array: for the names of scanners. Read once at start, and
 * strictly, for a line that is silently left out is a scanner that is not recognised.
 */
#include "enrich/scanner_list.h"
#include "enrich/scanners.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES (ADDR_TEXT_MAX + 5) /* an address, "/128" and a NUL */
#define IPV4_OFFSET    96                  /* bits before the IPv4 address in mapped form */
#define DATE_LENGTH    10

struct reading {
    const char *name;
    size_t line;
    uint16_t owner;
    struct scanner_nets *nets;
    char *date;
    struct problem *problem;
};

#define fail(reading, status, format, ...)                                                         \
    problem_set((reading)->problem, (status), "%s:%zu: " format, (reading)->name, (reading)->line, \
                ##__VA_ARGS__)

/* Cuts white space at both ends; carriage returns too, as lists travel. */
static void trim(const char **begin, const char **end)
{
    while (*begin < *end && strchr(" \t\r", **begin) && **begin)
        (*begin)++;
    while (*end > *begin && strchr(" \t\r", (*end)[-1]) && (*end)[-1])
        (*end)--;
}

/* "2026-11-22", with a month and a day that can be. */
static bool is_date(const char *text, size_t length)
{
    if (length != DATE_LENGTH || text[4] != '-' || text[7] != '-')
        return false;
    for (size_t i = 0; i < DATE_LENGTH; i++)
        if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9'))
            return false;
    int month = (text[5] - '0') * 10 + text[6] - '0';
    int day = (text[8] - '0') * 10 + text[9] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* What stands after '#'. */
static enum ajar_status read_comment(struct reading *r, const char *begin, const char *end)
{
    static const char key[] = "date:";
    trim(&begin, &end);
    if ((size_t)(end - begin) < sizeof key - 1 || memcmp(begin, key, sizeof key - 1) != 0)
        return AJAR_OK;
    begin += sizeof key - 1;
    trim(&begin, &end);
    if (!is_date(begin, (size_t)(end - begin)))
        return fail(r, AJAR_ERR_FORMAT, "no date: write \"# date: 2026-11-22\"");
    memcpy(r->date, begin, DATE_LENGTH);
    r->date[DATE_LENGTH] = '\0';
    return AJAR_OK;
}

static enum ajar_status check_width(const struct reading *r, const struct net *net)
{
    bool ipv4 = addr_is_ipv4(&net->base) && net->prefix >= IPV4_OFFSET;
    int prefix = ipv4 ? net->prefix - IPV4_OFFSET : net->prefix;
    int least = ipv4 ? SCANNER_LIST_PREFIX_IPV4 : SCANNER_LIST_PREFIX_IPV6;
    if (prefix >= least)
        return AJAR_OK;
    return fail(r, AJAR_ERR_FORMAT,
                "/%d is too wide to be one scanner: write networks of /%d or narrower", prefix,
                least);
}

static enum ajar_status read_network(struct reading *r, const char *begin, const char *end)
{
    char text[LINE_MAX_BYTES];
    size_t length = (size_t)(end - begin);
    if (length >= sizeof text || memchr(begin, '\0', length))
        return fail(r, AJAR_ERR_FORMAT,
                    "not a network: write one a line, for example 192.0.2.0/24");
    memcpy(text, begin, length);
    text[length] = '\0';
    struct net net;
    struct problem cause = {.text = ""};
    if (net_parse(text, &net, &cause) != AJAR_OK)
        return fail(r, AJAR_ERR_FORMAT, "%s", cause.text);
    enum ajar_status status = check_width(r, &net);
    if (status != AJAR_OK)
        return status;
    status = scanner_nets_add(r->nets, &net, r->owner, SCANNERS_NETWORKS_MAX);
    if (status == AJAR_ERR_LIMIT)
        return fail(r, status,
                    "more than %d networks in all lists: join neighbours, or drop a list",
                    SCANNERS_NETWORKS_MAX);
    return status == AJAR_OK ? status : fail(r, status, "%s", ajar_status_text(status));
}

static enum ajar_status read_line(struct reading *r, const char *begin, const char *end)
{
    const char *comment = memchr(begin, '#', (size_t)(end - begin));
    const char *stop = comment ? comment : end;
    trim(&begin, &stop);
    if (begin < stop)
        return read_network(r, begin, stop);
    return comment ? read_comment(r, comment + 1, end) : AJAR_OK;
}

enum ajar_status scanner_list_parse(const char *name, const char *text, size_t length,
                                    uint16_t owner, struct scanner_nets *nets, char date[static 11],
                                    struct problem *problem)
{
    struct reading reading = {
        .name = name, .owner = owner, .nets = nets, .date = date, .problem = problem};
    enum ajar_status status = AJAR_OK;
    const char *end = text + length;
    for (const char *at = text; at < end && status == AJAR_OK;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        reading.line++;
        status = read_line(&reading, at, stop);
        at = newline ? newline + 1 : end;
    }
    return status;
}

/* The bytes of a regular file; freed by the caller. */
static enum ajar_status read_file(int fd, const char *path, char **text, size_t *length,
                                  struct problem *problem)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: not a file", path);
    if (info.st_size > (off_t)SCANNER_LIST_BYTES_MAX)
        return problem_set(problem, AJAR_ERR_LIMIT, "%s: larger than %u MiB: split the list", path,
                           SCANNER_LIST_BYTES_MAX >> 20);
    size_t room = (size_t)info.st_size + 1;
    char *bytes = malloc(room);
    if (!bytes)
        return problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", path);
    size_t got = 0;
    ssize_t part = 1;
    while (got < room - 1 && (part = read(fd, bytes + got, room - 1 - got)) > 0)
        got += (size_t)part;
    if (part < 0) {
        free(bytes);
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    *text = bytes;
    *length = got;
    return AJAR_OK;
}

enum ajar_status scanner_list_read(const char *path, uint16_t owner, struct scanner_nets *nets,
                                   char date[static 11], struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */
    if (fd < 0)
        return problem_set(problem, errno == ENOENT ? AJAR_ERR_NOT_FOUND : AJAR_ERR_SYSTEM,
                           "%s: %s", path, strerror(errno));
    char *text = NULL;
    size_t length = 0;
    enum ajar_status status = read_file(fd, path, &text, &length, problem);
    if (status == AJAR_OK)
        status = scanner_list_parse(path, text, length, owner, nets, date, problem);
    free(text);
    (void)close(fd);
    return status;
}
