/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_oracle FILE|DIRECTORY...: reads every HTTP connection of the captures that has no gap with
 * the inspector and with libhtp and lists where they differ. Exit status 1 if they do, 2 if nothing
 * could be compared. docs/http.md explains the differences that are known.
 */
#include "transcript.h"

#include "capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    const char *path;
    unsigned connections;
    unsigned exchanges;
    unsigned passed_over; /* with a gap, or not HTTP/1 from its first byte to its last */
    unsigned different;
};

static const char *line_of(const struct exchanges *exchanges, size_t index)
{
    return index < exchanges->count ? exchanges->lines[index] : "(nothing)";
}

static bool begins_with(const struct piece *piece, const char *text, size_t length)
{
    return piece->length >= length && memcmp(piece->bytes, text, length) == 0;
}

/* What libhtp does not read: HTTP/2 by prior knowledge or upgrade, a PROXY protocol prefix. */
static bool is_for_one_only(const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        const struct piece *piece = &transcript->pieces[i];
        if (begins_with(piece, "PRI * HTTP/2.0", 14) || begins_with(piece, "PROXY ", 6) ||
            begins_with(piece, "\r\n\r\n\0\r\nQUIT\n", 12))
            return true;
    }
    return false;
}

static void compare(void *context, const struct flow *flow, const struct transcript *transcript)
{
    struct tally *tally = context;
    if (!transcript->whole || is_for_one_only(transcript)) {
        tally->passed_over++;
        return;
    }
    struct exchanges mine = exchanges_by_inspector(transcript);
    struct exchanges theirs = exchanges_by_libhtp(transcript);
    size_t count = mine.count > theirs.count ? mine.count : theirs.count;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(line_of(&mine, i), line_of(&theirs, i)) == 0)
            continue;
        printf("%s ports %u %u exchange %zu\n  ajar   %s\n  libhtp %s\n", tally->path,
               flow->port[0], flow->port[1], i + 1, line_of(&mine, i), line_of(&theirs, i));
        tally->different++;
        break;
    }
    tally->connections++;
    tally->exchanges += (unsigned)mine.count;
    exchanges_clear(&mine);
    exchanges_clear(&theirs);
}

int main(int count, char **arguments)
{
    struct capture_list list = {0};
    struct problem problem = {""};
    struct tally tally = {0};
    size_t passed_over = 0;
    if (count < 2 ||
        capture_list_find(arguments + 1, (size_t)count - 1, &list, &passed_over, &problem)) {
        fprintf(stderr, "%s\n", count < 2 ? "usage: http_oracle FILE|DIRECTORY..." : problem.text);
        return 2;
    }
    for (size_t i = 0; i < list.count; i++) {
        tally.path = list.items[i].path;
        transcript_read(tally.path, compare, &tally);
    }
    capture_list_clear(&list);
    printf("%u connections with %u exchanges compared, %u passed over, %u different\n",
           tally.connections, tally.exchanges, tally.passed_over, tally.different);
    if (tally.connections == 0)
        return 2;
    return tally.different ? 1 : 0;
}
