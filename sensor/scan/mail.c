/* SPDX-License-Identifier: Apache-2.0 */
/*
 * E-mail addresses, also those that are typed so that a filter misses them: "name @ host",
 * "name [at] host [dot] com". And what looks like one but is user information of a URL.
 */
#include "scan/recognise.h"

#include "base/hash.h"

#include <string.h>

#define LOCAL_MAX    64
#define DOMAIN_MAX   128
#define USERINFO_MAX 200

/* Endings of file names: "icon@2x.png" is no address. */
static const char *const endings[] = {"png",  "jpg",  "jpeg", "gif", "svg", "webp", "ico", "css",
                                      "scss", "less", "js",   "jsx", "mjs", "ts",   "tsx", "vue",
                                      "json", "html", "htm",  "xml", "txt", "pdf",  "ttf", "woff",
                                      "php",  "bmp",  "zip",  "gz",  "tar", "min",  "map", "class",
                                      "java", "jar",  "exe",  "dll", NULL};
/* Top-level domains that a broken address may end in, besides those of two letters. */
static const char *const domains[] = {
    "com",   "org",  "net",    "edu",   "gov",  "mil",     "int",     "info", "biz",
    "name",  "mobi", "online", "email", "app",  "dev",     "shop",    "site", "xyz",
    "cloud", "club", "tech",   "local", "test", "example", "invalid", NULL};

static bool in_list(const uint8_t *at, struct scan_span span, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (strlen(list[i]) == (size_t)(span.end - span.begin) && near_is(at, span.begin, list[i]))
            return true;
    return false;
}

static bool is_local_byte(uint8_t c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
}

/* Moves the beginning behind the letters of a JSON escape: in "\nname" the n is none of the name.
 */
static int skip_escape(const uint8_t *at, int begin)
{
    if (near_byte(at, begin - 1) != '\\')
        return begin;
    uint8_t c = near_byte(at, begin);
    if (c == 'u')
        return begin + 5;
    return c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f' ? begin + 1 : begin;
}

/* The local part that ends at `end`. */
static bool read_local(const uint8_t *at, int end, struct scan_span *local)
{
    int begin = end;
    while (end - begin <= LOCAL_MAX && is_local_byte(near_byte(at, begin - 1)))
        begin--;
    uint8_t before = near_byte(at, begin - 1);
    begin = skip_escape(at, begin);
    while (begin < end && !is_alnum(near_byte(at, begin)) && near_byte(at, begin) != '_')
        begin++;
    if (begin >= end || end - begin > LOCAL_MAX || before == '*' || before >= 0x80)
        return false;
    *local = (struct scan_span){begin, end};
    return near_byte(at, end - 1) != '.';
}

/* "[dot]", "(dot)" with blanks or without; its length or 0. */
static int dot_word(const uint8_t *at, int from)
{
    int blank = near_byte(at, from) == ' ';
    uint8_t open = near_byte(at, from + blank);
    if ((open != '[' && open != '(' && open != '{') || !near_is(at, from + blank + 1, "dot"))
        return 0;
    int behind = from + blank + 5;
    return behind - from + (near_byte(at, behind) == ' ');
}

/* A host name of at least two labels; the text goes into `name` in lower case. */
static int read_domain(const uint8_t *at, int begin, bool words, char name[static DOMAIN_MAX])
{
    int used = 0;
    int i = begin;
    while (used < DOMAIN_MAX - 1) {
        uint8_t c = near_byte(at, i);
        int dot = words && !is_alnum(c) ? dot_word(at, i) : 0;
        if (!dot && !is_alnum(c) && c != '.' && c != '-')
            break;
        name[used++] = dot ? '.' : (char)to_lower(c);
        i += dot ? dot : 1;
    }
    while (used > 0 && (name[used - 1] == '.' || name[used - 1] == '-')) {
        used--;
        i--;
    }
    name[used] = '\0';
    return used == DOMAIN_MAX - 1 ? begin : i;
}

static bool is_domain(const char *name, bool strict)
{
    size_t length = strlen(name);
    const char *last = strrchr(name, '.');
    if (!last || last == name || name[0] == '-' || strstr(name, ".."))
        return false;
    const char *top = last + 1;
    size_t size = length - (size_t)(top - name);
    struct scan_span span = {0, (int)size};
    for (size_t i = 0; i < size; i++)
        if (!is_letter((uint8_t)top[i]) && strncmp(top, "xn--", 4) != 0)
            return false;
    if (size < 2 || size > 24)
        return false;
    uint8_t text[32] = {0};
    memcpy(text, top, size);
    return strict ? size == 2 || in_list(text, span, domains) : !in_list(text, span, endings);
}

static bool finish_email(const uint8_t *at, struct scan_span local, int from, bool words, bool odd,
                         struct scan_value *value)
{
    char text[LOCAL_MAX + 1 + DOMAIN_MAX];
    char domain[DOMAIN_MAX];
    int end = read_domain(at, from, words, domain);
    if (end == from || !is_domain(domain, odd))
        return false;
    if (local.end - local.begin == 3 && near_is(at, local.begin, "git") &&
        near_byte(at, end) == ':')
        return false;
    size_t used = 0;
    for (int i = local.begin; i < local.end; i++)
        text[used++] = (char)to_lower(near_byte(at, i));
    text[used++] = '@';
    size_t size = strlen(domain);
    memcpy(text + used, domain, size);
    *value = (struct scan_value){local.begin, end, hash_keyed(0, text, used + size), odd};
    return true;
}

bool email_read(const uint8_t *at, struct scan_value *value)
{
    struct scan_span local;
    bool blank = near_byte(at, -1) == ' ';
    bool blank_behind = near_byte(at, 1) == ' ';
    if (!read_local(at, blank ? -1 : 0, &local))
        return false;
    return finish_email(at, local, blank_behind ? 2 : 1, false, blank || blank_behind, value);
}

bool email_read_word(const uint8_t *at, int length, struct scan_value *value)
{
    struct scan_span local;
    int begin = 1 - length;
    bool blank = near_byte(at, begin - 1) == ' ';
    if (!read_local(at, blank ? begin - 1 : begin, &local))
        return false;
    return finish_email(at, local, near_byte(at, 1) == ' ' ? 2 : 1, true, true, value);
}

static bool ends_userinfo(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '/' ||
           c == '@' || c == '?' || c == '#';
}

bool url_credentials_read(const uint8_t *at, bool *userinfo, struct scan_value *value)
{
    int begin = 0;
    int colon = 0;
    while (begin > -USERINFO_MAX && !ends_userinfo(near_byte(at, begin - 1))) {
        begin--;
        if (near_byte(at, begin) == ':')
            colon = begin;
    }
    *userinfo = near_byte(at, begin - 1) == '/' && near_byte(at, begin - 2) == '/' &&
                near_byte(at, begin - 3) == ':' && is_alnum(near_byte(at, begin - 4));
    if (!*userinfo || colon == 0 || colon == begin || colon == -1 || !is_alnum(near_byte(at, 1)))
        return false;
    if (near_byte(at, colon + 1) == '*' || near_byte(at, colon + 1) == '$' ||
        near_byte(at, colon + 1) == '{')
        return false;
    struct scan_span all = {begin, 0};
    while (is_alnum(near_byte(at, all.end + 1)) || near_byte(at, all.end + 1) == '.' ||
           near_byte(at, all.end + 1) == '-')
        all.end++;
    all.end++;
    *value = (struct scan_value){begin, all.end, near_hash(at, all, false), false};
    return true;
}
