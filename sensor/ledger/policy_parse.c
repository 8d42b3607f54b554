/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items of the policy as people write them: parts of stores that are meant to be public and times
 * of maintenance (ISO 8601 in UTC, or every week). Read at start-up; every mistake is named.
 */
#include "ledger/policy_rules.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "ledger/policy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_EXAMPLE "10.0.0.5:9200 elasticsearch path=/products dataset=products*"
#define WINDOW_EXAMPLE                                                                             \
    "2026-11-22T02:00Z/2026-11-22T04:00Z 10.0.0.0/24, or Sun 02:00-04:00 10.0.0.0/24"
#define MINUTES_A_DAY  1440
#define MINUTES_A_WEEK (7 * MINUTES_A_DAY)

/* An item while it is read: its own copy, cut into words. */
struct item {
    const char *what; /* "public", for messages */
    const char *whole;
    char text[POLICY_TEXT_MAX];
    char *rest;
    struct problem *problem;
};

static enum ajar_status item_fail(const struct item *item, const char *wrong, const char *word,
                                  const char *right)
{
    return problem_set(item->problem, AJAR_ERR_USAGE, "%s \"%.200s\": \"%.100s\" %s: %s",
                       item->what, item->whole, word, wrong, right);
}

/* The next word; NULL at the end. */
static char *item_next(struct item *item)
{
    char *word = item->rest + strspn(item->rest, " \t");
    if (*word == '\0')
        return NULL;
    char *end = word + strcspn(word, " \t");
    item->rest = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

static enum ajar_status item_init(struct item *item, const char *what, const char *text,
                                  struct problem *problem)
{
    *item = (struct item){.what = what, .whole = text, .problem = problem};
    if (strlen(text) >= sizeof item->text)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "%s \"%.100s...\" is longer than %d bytes: write several items", what,
                           text, POLICY_TEXT_MAX - 1);
    for (const char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c) && *c != '\t')
            return problem_set(problem, AJAR_ERR_USAGE,
                               "%s: a control character is in the item: write for example %s", what,
                               PUBLIC_EXAMPLE);
    memcpy(item->text, text, strlen(text) + 1);
    item->rest = item->text;
    return AJAR_OK;
}

/* A decimal number of 1 to `digits_max` digits. */
static bool read_number(const char **at, size_t digits_max, unsigned *number)
{
    unsigned value = 0;
    size_t digits = 0;
    for (; digits < digits_max && isdigit((unsigned char)(*at)[digits]); digits++)
        value = value * 10 + (unsigned)((*at)[digits] - '0');
    *at += digits;
    *number = value;
    return digits > 0;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool port_parse(const char *text, uint16_t *port)
{
    unsigned number;
    if (!read_number(&text, 5, &number) || *text || number == 0 || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Where the port begins in "NET:PORT" or "[NET]:PORT", and the networks without it; NULL = none. */
static char *split_port(char *word, char **nets)
{
    *nets = word;
    if (word[0] == '[') {
        char *close = strchr(word, ']');
        if (!close || (close[1] != ':' && close[1] != '\0'))
            return NULL;
        *nets = word + 1;
        *close = '\0';
        return close[1] == ':' ? close + 2 : NULL;
    }
    char *colon = strchr(word, ':');
    if (!colon || strchr(colon + 1, ':'))
        return NULL; /* several: IPv6 without a port */
    *colon = '\0';
    return colon + 1;
}

static enum ajar_status place_parse(const struct item *item, char *word, struct policy_place *place)
{
    char *nets;
    const char *port = split_port(word, &nets);
    struct problem inner = {.text = ""};
    if (port && !port_parse(port, &place->port))
        return item_fail(item, "is not a port", port,
                         "write a number from 1 to 65535, IPv6 as [2001:db8::/32]:9200");
    if (netset_parse(nets, &place->nets, &inner) != AJAR_OK)
        return problem_set(item->problem, AJAR_ERR_USAGE, "%s \"%.150s\": %.250s", item->what,
                           item->whole, inner.text);
    return AJAR_OK;
}

static bool is_store_name(const char *word)
{
    return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-.")] == '\0';
}

static enum ajar_status store_parse(const struct item *item, const char *word,
                                    struct policy_public *part)
{
    if (part->store[0])
        return item_fail(item, "is a second store", word, "write one, or one item for each");
    if (strlen(word) >= sizeof part->store || !is_store_name(word))
        return item_fail(item, "is neither a store nor path= or dataset=", word,
                         "\"ajar signatures list\" has the stores");
    (void)text_copy(part->store, sizeof part->store, word, strlen(word));
    return AJAR_OK;
}

/* The path is compared with what was sent, byte for byte: it has to be as plain as that. */
static enum ajar_status path_parse(const struct item *item, const char *value,
                                   struct policy_public *part)
{
    size_t length = strlen(value);
    if (part->path[0])
        return item_fail(item, "is a second path", value, "write one item for each");
    if (value[0] != '/' || strpbrk(value, "*?#%\\") || strstr(value, "..") || strstr(value, "//"))
        return item_fail(item, "is not the beginning of a path", value,
                         "write plain segments such as path=/products, without *, ?, %, or ..");
    if (length >= sizeof part->path)
        return item_fail(item, "is too long", value, "write at most 255 bytes");
    while (length > 1 && value[length - 1] == '/')
        length--;
    if (length == 1)
        return item_fail(item, "is every path", value, "leave path= out to allow the whole store");
    (void)text_copy(part->path, sizeof part->path, value, length);
    return AJAR_OK;
}

static enum ajar_status dataset_parse(const struct item *item, const char *value,
                                      struct policy_public *part)
{
    if (part->dataset[0])
        return item_fail(item, "is a second data set", value, "write one item for each");
    if (value[0] == '\0' || strlen(value) >= sizeof part->dataset)
        return item_fail(item, "is not the name of a data set", value,
                         "write a name or a glob such as dataset=products*");
    (void)text_copy(part->dataset, sizeof part->dataset, value, strlen(value));
    return AJAR_OK;
}

static enum ajar_status part_word_parse(const struct item *item, const char *word,
                                        struct policy_public *part)
{
    if (text_starts(word, "path="))
        return path_parse(item, word + strlen("path="), part);
    if (text_starts(word, "dataset="))
        return dataset_parse(item, word + strlen("dataset="), part);
    if (strchr(word, '='))
        return item_fail(item, "is not known", word, "there are path=/PREFIX and dataset=GLOB");
    return store_parse(item, word, part);
}

enum ajar_status policy_public_parse(const char *text, struct policy_public *part,
                                     struct problem *problem)
{
    struct item item;
    struct policy_public parsed;
    memset(&parsed, 0, sizeof parsed);
    enum ajar_status status = item_init(&item, "public", text, problem);
    if (status != AJAR_OK)
        return status;
    char *word = item_next(&item);
    if (!word)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "public: an item is empty: write for example %s", PUBLIC_EXAMPLE);
    status = place_parse(&item, word, &parsed.place);
    while (status == AJAR_OK && (word = item_next(&item)))
        status = part_word_parse(&item, word, &parsed);
    if (status == AJAR_OK)
        *part = parsed;
    return status;
}

static enum ajar_status absolute_parse(const struct item *item, char *word,
                                       struct policy_window *window)
{
    static const char right[] = "write UTC as 2026-11-22T02:00Z";
    char *slash = strchr(word, '/');
    *slash = '\0';
    if (timestamp_parse(word, &window->from_ns) != AJAR_OK)
        return item_fail(item, "is not a time", word, right);
    if (timestamp_parse(slash + 1, &window->to_ns) != AJAR_OK)
        return item_fail(item, "is not a time", slash + 1, right);
    if (window->to_ns <= window->from_ns)
        return item_fail(item, "is not after the beginning", slash + 1, "write FROM/TO");
    return AJAR_OK;
}

/* "02:00", up to "24:00". */
static bool clock_parse(const char **text, uint32_t *minutes)
{
    unsigned hour, minute;
    if (!read_number(text, 2, &hour) || !read_char(text, ':') || !read_number(text, 2, &minute) ||
        minute > 59 || hour * 60 + minute > MINUTES_A_DAY)
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

static bool day_find(const char *word, struct policy_window *window)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    if (strcasecmp(word, "daily") == 0) {
        window->period_min = MINUTES_A_DAY;
        return true;
    }
    for (uint32_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        if (strcasecmp(word, days[i]) != 0)
            continue;
        window->period_min = MINUTES_A_WEEK;
        window->start_min = i * MINUTES_A_DAY;
        return true;
    }
    return false;
}

static enum ajar_status repeated_parse(struct item *item, const char *word,
                                       struct policy_window *window)
{
    uint32_t from, to;
    if (!day_find(word, window))
        return item_fail(item, "is neither FROM/TO nor a day", word,
                         "write Mon, Tue, Wed, Thu, Fri, Sat, Sun or daily, or "
                         "2026-11-22T02:00Z/2026-11-22T04:00Z");
    const char *span = item_next(item);
    const char *at = span;
    if (!span || !clock_parse(&at, &from) || !read_char(&at, '-') || !clock_parse(&at, &to) || *at)
        return item_fail(item, "is not a time of day", span ? span : "",
                         "write UTC as 02:00-04:00");
    if (from == to)
        return item_fail(item, "ends when it begins", span, "write UTC as 02:00-04:00");
    window->start_min += from;
    window->length_min = to > from ? to - from : to + MINUTES_A_DAY - from;
    return AJAR_OK;
}

enum ajar_status policy_window_parse(const char *text, struct policy_window *window,
                                     struct problem *problem)
{
    struct item item;
    struct policy_window parsed;
    memset(&parsed, 0, sizeof parsed);
    enum ajar_status status = item_init(&item, "maintenance", text, problem);
    if (status != AJAR_OK)
        return status;
    char *word = item_next(&item);
    if (!word)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "maintenance: an item is empty: write for example %s", WINDOW_EXAMPLE);
    status = strchr(word, '/') ? absolute_parse(&item, word, &parsed)
                               : repeated_parse(&item, word, &parsed);
    if (status != AJAR_OK)
        return status;
    char *place = item_next(&item);
    if (!place)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "maintenance \"%.200s\" does not say of which stores: write for "
                           "example %s",
                           text, WINDOW_EXAMPLE);
    status = place_parse(&item, place, &parsed.place);
    if (status == AJAR_OK && (word = item_next(&item)))
        status = item_fail(&item, "is one word too many", word, "write networks as NET,NET");
    if (status == AJAR_OK)
        *window = parsed;
    return status;
}
