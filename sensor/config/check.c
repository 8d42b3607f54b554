/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules for single values that the option table refers to.
 */
#include "config/check.h"

#include "base/timestamp.h"
#include "emit/emit.h"
#include "emit/log_format.h"
#include "ledger/policy.h"

#include <net/if.h>
#include <stdbool.h>
#include <string.h>

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

static bool is_blank_or_control(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

enum ajar_status check_name(const char *value, struct problem *problem)
{
    for (const char *c = value; *c; c++)
        if (!is_name_character(*c))
            return problem_set(problem, AJAR_ERR_USAGE,
                               "\"%s\" is not a name; use letters, digits, '.', '-' and '_'",
                               value);
    return AJAR_OK;
}

enum ajar_status check_interface(const char *value, struct problem *problem)
{
    if (strlen(value) >= IFNAMSIZ)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "\"%s\" is longer than an interface name can be (%d); \"ip link\" lists "
                           "them",
                           value, IFNAMSIZ - 1);
    for (const char *c = value; *c; c++)
        if (is_blank_or_control(*c) || *c == '/')
            return problem_set(problem, AJAR_ERR_USAGE,
                               "\"%s\" is not an interface name; \"ip link\" lists them", value);
    return AJAR_OK;
}

static enum ajar_status check_word(const char *value, const char *example, struct problem *problem)
{
    for (const char *c = value; *c; c++)
        if (is_blank_or_control(*c))
            return problem_set(problem, AJAR_ERR_USAGE,
                               "\"%s\" has a blank or a character that cannot be printed; give a "
                               "word such as %s",
                               value, example);
    return AJAR_OK;
}

enum ajar_status check_prefix(const char *value, struct problem *problem)
{
    return check_word(value, "{ajar}", problem);
}

enum ajar_status check_list(const char *value, struct problem *problem)
{
    return check_word(value, "{ajar}:list", problem);
}

enum ajar_status check_user(const char *value, struct problem *problem)
{
    return check_word(value, "ajar", problem);
}

enum ajar_status check_facility(const char *value, struct problem *problem)
{
    unsigned number;
    if (value[0] == '\0' || log_facility_find(value, &number) == AJAR_OK)
        return AJAR_OK;
    return problem_set(problem, AJAR_ERR_USAGE,
                       "\"%s\" is not a facility; give user, daemon, auth or local0 to local7",
                       value);
}

enum ajar_status check_journal(const char *value, struct problem *problem)
{
    size_t length = strlen(value);
    if (length > 0 && value[length - 1] == '/')
        return problem_set(problem, AJAR_ERR_USAGE,
                           "\"%s\" is a folder; give a file in it, such as %sjournal.db", value,
                           value);
    if (value[0] == ':' || strncmp(value, "file:", 5) == 0)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "\"%s\" means something else to SQLite; give the path of a file, or "
                           "memory",
                           value);
    return AJAR_OK;
}

enum ajar_status check_redis_url(const char *value, struct problem *problem)
{
    return value[0] ? emitter_check_url(value, problem) : AJAR_OK;
}

enum ajar_status check_public(const char *value, struct problem *problem)
{
    return policy_check_public(value, problem);
}

enum ajar_status check_maintenance(const char *value, struct problem *problem)
{
    return policy_check_maintenance(value, problem);
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

enum ajar_status check_countries(const char *value, struct problem *problem)
{
    const char *c = value;
    while (*c) {
        if (!is_capital(c[0]) || !is_capital(c[1]) || (c[2] && (c[2] != ',' || !c[3])))
            return problem_set(problem, AJAR_ERR_USAGE,
                               "\"%s\" is not a list of countries; give two capital letters each, "
                               "such as CN,RU",
                               value);
        c += c[2] ? 3 : 2;
    }
    return AJAR_OK;
}

enum ajar_status check_date(const char *value, struct problem *problem)
{
    uint64_t time_ns;
    if (!value[0] || timestamp_parse(value, &time_ns) == AJAR_OK)
        return AJAR_OK;
    return problem_set(problem, AJAR_ERR_USAGE,
                       "\"%s\" is not a time; write UTC as 2019-12-05 or 2019-12-05T09:14Z", value);
}
