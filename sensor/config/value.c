/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options: text to struct member by the type that the table names, and back to YAML.
 * Both readers and the defaults of the table come through here, so each rule exists once.
 */
#include "config/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *member_of(const struct option *option, struct config *config)
{
    return (char *)config + option->offset;
}

static const void *const_member_of(const struct option *option, const struct config *config)
{
    return (const char *)config + option->offset;
}

static size_t *count_of(const struct option *option, struct config *config)
{
    return (size_t *)(void *)((char *)config + option->count_offset);
}

enum ajar_status value_fail(const struct option *option, const struct origin *origin,
                            struct problem *problem, const char *format, ...)
{
    char text[PROBLEM_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!origin->file)
        return problem_set(problem, AJAR_ERR_USAGE, "--%s: %s", option->flag, text);
    return problem_set(problem, AJAR_ERR_USAGE, "%s:%d:%d: %s: %s", origin->file, origin->line,
                       origin->column, option->key, text);
}

void value_describe(const struct option *option, char *text, size_t size)
{
    switch (option->type) {
    case OPTION_NUMBER:
        (void)snprintf(text, size, "a whole number from %" PRIu64 " to %" PRIu64, option->minimum,
                       option->maximum);
        return;
    case OPTION_SWITCH:
        (void)snprintf(text, size, "%s or %s", option->words[1], option->words[0]);
        return;
    case OPTION_NETS:
        (void)snprintf(text, size, "networks such as 10.0.0.0/8,2001:db8::/32, or any");
        return;
    case OPTION_LIST:
        (void)snprintf(text, size, "one or more of %s", option->value);
        return;
    case OPTION_TEXT:
        (void)snprintf(text, size, "%s", option->value);
        return;
    }
}

static enum ajar_status set_text(const struct option *option, struct config *config,
                                 const char *text, const struct origin *origin,
                                 struct problem *problem)
{
    size_t length = strlen(text);
    if (length >= option->size)
        return value_fail(option, origin, problem, "%zu bytes long; give at most %zu", length,
                          option->size - 1);
    memcpy(member_of(option, config), text, length + 1);
    return AJAR_OK;
}

static enum ajar_status set_number(const struct option *option, struct config *config,
                                   const char *text, const struct origin *origin,
                                   struct problem *problem)
{
    char right[96];
    value_describe(option, right, sizeof right);
    if (!*text || text[strspn(text, "0123456789")] != '\0')
        return value_fail(option, origin, problem, "\"%s\" is not a whole number; give %s", text,
                          right);
    errno = 0;
    uint64_t number = strtoull(text, NULL, 10);
    if (errno == ERANGE || number < option->minimum || number > option->maximum)
        return value_fail(option, origin, problem, "%s is out of range; give %s", text, right);
    number *= option->unit;
    if (option->size == sizeof(uint32_t))
        *(uint32_t *)member_of(option, config) = (uint32_t)number;
    else
        *(uint64_t *)member_of(option, config) = number;
    return AJAR_OK;
}

static enum ajar_status set_switch(const struct option *option, struct config *config,
                                   const char *text, const struct origin *origin,
                                   struct problem *problem)
{
    static const char *const no[] = {"false", "no", "off"};
    static const char *const yes[] = {"true", "yes", "on"};
    bool *member = member_of(option, config);
    bool plain = strcmp(option->words[0], "false") == 0;
    for (unsigned word = 0; word < 2; word++) {
        if (strcmp(text, option->words[word]) == 0) {
            *member = word == 1;
            return AJAR_OK;
        }
    }
    for (unsigned i = 0; plain && i < sizeof no / sizeof no[0]; i++) {
        bool on = strcmp(text, yes[i]) == 0;
        if (on || strcmp(text, no[i]) == 0) {
            *member = on;
            return AJAR_OK;
        }
    }
    return value_fail(option, origin, problem, "\"%s\" is not known; give %s or %s", text,
                      option->words[1], option->words[0]);
}

static enum ajar_status add_nets(const struct option *option, struct config *config,
                                 const char *text, const struct origin *origin,
                                 struct problem *problem)
{
    struct netset more;
    struct problem inner = {.text = ""};
    memset(&more, 0, sizeof more);
    if (netset_parse(text, &more, &inner) != AJAR_OK)
        return value_fail(option, origin, problem, "%s", inner.text);
    struct netset *set = member_of(option, config);
    if ((set->any && more.count) || (more.any && set->count))
        return value_fail(option, origin, problem,
                          "\"any\" stands for every network: write it alone");
    if (more.count > NETSET_MAX - set->count)
        return value_fail(option, origin, problem, "more than %d networks; join neighbours",
                          NETSET_MAX);
    memcpy(set->nets + set->count, more.nets, more.count * sizeof more.nets[0]);
    set->count += more.count;
    set->any = set->any || more.any;
    return AJAR_OK;
}

static enum ajar_status add_to_list(const struct option *option, struct config *config,
                                    const char *text, const struct origin *origin,
                                    struct problem *problem)
{
    char **list = member_of(option, config);
    size_t *count = count_of(option, config);
    if (*count == CONFIG_LIST_MAX)
        return value_fail(option, origin, problem, "more than %d; leave some out", CONFIG_LIST_MAX);
    char *copy = strdup(text);
    if (!copy)
        return problem_set(problem, AJAR_ERR_MEMORY, "out of memory while reading the options");
    list[(*count)++] = copy;
    return AJAR_OK;
}

enum ajar_status value_set(const struct option *option, struct config *config, const char *text,
                           const struct origin *origin, struct problem *problem)
{
    bool may_be_empty = option->type == OPTION_TEXT && option->initial && !option->initial[0];
    if (!*text && !may_be_empty) {
        char right[96];
        value_describe(option, right, sizeof right);
        return value_fail(option, origin, problem, "the value is empty; give %s", right);
    }
    struct problem inner = {.text = ""};
    if (option->check && option->check(text, &inner) != AJAR_OK)
        return value_fail(option, origin, problem, "%s", inner.text);
    switch (option->type) {
    case OPTION_TEXT:
        return set_text(option, config, text, origin, problem);
    case OPTION_NUMBER:
        return set_number(option, config, text, origin, problem);
    case OPTION_SWITCH:
        return set_switch(option, config, text, origin, problem);
    case OPTION_NETS:
        return add_nets(option, config, text, origin, problem);
    case OPTION_LIST:
        return add_to_list(option, config, text, origin, problem);
    }
    return AJAR_ERR_USAGE;
}

void value_reset(const struct option *option, struct config *config)
{
    if (option->type == OPTION_NETS) {
        struct netset *set = member_of(option, config);
        set->count = 0;
        set->any = false;
    } else if (option->type == OPTION_LIST) {
        char **list = member_of(option, config);
        size_t *count = count_of(option, config);
        while (*count) {
            free(list[--*count]);
            list[*count] = NULL;
        }
    }
}

/* Double quotes, with the escapes that YAML needs; bytes above ASCII are UTF-8 and stay. */
static void write_quoted(const char *text, FILE *out)
{
    (void)fputc('"', out);
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            (void)fprintf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            (void)fprintf(out, "\\x%02x", (unsigned char)*c);
        else
            (void)fputc(*c, out);
    }
    (void)fputc('"', out);
}

/* Hides what stands between the first ':' after "//" and the last '@' of a URL. */
static void write_url(const char *url, FILE *out)
{
    const char *start = strstr(url, "//");
    const char *at = start ? strrchr(start, '@') : NULL;
    const char *colon = at ? memchr(start, ':', (size_t)(at - start)) : NULL;
    char masked[sizeof((struct config *)0)->redis_url + 8];
    if (!colon) {
        write_quoted(url, out);
        return;
    }
    (void)snprintf(masked, sizeof masked, "%.*s:***%s", (int)(colon - url), url, at);
    write_quoted(masked, out);
}

static void write_nets(const struct netset *set, FILE *out)
{
    if (set->any) {
        (void)fputs("any", out);
        return;
    }
    (void)fputc('[', out);
    for (size_t i = 0; i < set->count; i++) {
        const struct net *net = &set->nets[i];
        char text[ADDR_TEXT_MAX];
        addr_format(&net->base, text);
        unsigned prefix = net->prefix;
        if (addr_is_ipv4(&net->base) && prefix >= 96)
            prefix -= 96;
        (void)fprintf(out, "%s\"%s/%u\"", i ? ", " : "", text, prefix);
    }
    (void)fputc(']', out);
}

static void write_list(const struct option *option, const struct config *config, FILE *out)
{
    char *const *list = const_member_of(option, config);
    size_t count = *(const size_t *)(const void *)((const char *)config + option->count_offset);
    (void)fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i ? ", " : "", out);
        write_quoted(list[i], out);
    }
    (void)fputc(']', out);
}

void value_write(const struct option *option, const struct config *config, FILE *out)
{
    const void *member = const_member_of(option, config);
    switch (option->type) {
    case OPTION_TEXT:
        if (option->offset == offsetof(struct config, redis_url))
            write_url(member, out);
        else
            write_quoted(member, out);
        return;
    case OPTION_NUMBER:
        (void)fprintf(out, "%" PRIu64,
                      (option->size == sizeof(uint32_t) ? *(const uint32_t *)member
                                                        : *(const uint64_t *)member) /
                          option->unit);
        return;
    case OPTION_SWITCH:
        (void)fputs(option->words[*(const bool *)member], out);
        return;
    case OPTION_NETS:
        write_nets(member, out);
        return;
    case OPTION_LIST:
        write_list(option, config, out);
        return;
    }
}
