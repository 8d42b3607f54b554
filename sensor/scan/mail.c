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

/* Endings of file names and of systemd's units: "icon@2x.png" and "getty@tty1.service" are no
 * addresses. Eight bytes each, to be compared at once. */
static const char endings[][8] = {
    "png",    "jpg",   "jpeg",  "gif",    "svg",  "webp", "ico",     "css",    "scss",  "less",
    "js",     "jsx",   "mjs",   "ts",     "tsx",  "vue",  "json",    "html",   "htm",   "xml",
    "txt",    "pdf",   "ttf",   "woff",   "php",  "bmp",  "zip",     "gz",     "tar",   "min",
    "map",    "class", "java",  "jar",    "exe",  "dll",  "service", "socket", "timer", "mount",
    "target", "slice", "scope", "device", "swap", "path"};
/* Top-level domains that a broken address may end in, besides those of two letters. */
static const char domains[][8] = {"com",   "org",  "net",     "edu",    "gov",    "mil",   "int",
                                  "info",  "biz",  "name",    "mobi",   "online", "email", "app",
                                  "dev",   "shop", "site",    "xyz",    "cloud",  "club",  "tech",
                                  "local", "test", "example", "invalid"};

static bool in_list(const uint8_t *word, size_t length, const char (*list)[8], size_t count)
{
    uint64_t wanted = 0;
    uint64_t known;
    if (length > sizeof known)
        return false;
    memcpy(&wanted, word, length);
    for (size_t i = 0; i < count; i++) {
        memcpy(&known, list[i], sizeof known);
        if (known == wanted)
            return true;
    }
    return false;
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
    while (end - begin <= LOCAL_MAX && near_kinds[at[begin - 1]] & NEAR_LOCAL)
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

/* Nothing but x, four at least: what is left of a masked name. */
static bool is_crossed_out(const uint8_t *at, struct scan_span local)
{
    int i = local.begin;
    while (i < local.end && (near_byte(at, i) | 0x20) == 'x')
        i++;
    return i == local.end && local.end - local.begin >= 4;
}

/* SERVICE/_HOST@REALM: the name of a service in Kerberos, as configurations have it. */
static bool is_host_of_service(const uint8_t *at, struct scan_span local)
{
    return local.end - local.begin == 5 && near_byte(at, local.begin - 1) == '/' &&
           near_is(at, local.begin, "_host");
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

/* A host name in lower case. */
struct domain {
    int end;    /* behind it, counted from the place; its beginning if it is none */
    int length; /* of the text */
    int top;    /* where the last label begins in the text, 0 = there is one label only */
    bool twice; /* two points stand together */
    uint8_t text[DOMAIN_MAX];
};

static void cut_signs(struct domain *domain)
{
    while (domain->length > 0 &&
           (domain->text[domain->length - 1] == '.' || domain->text[domain->length - 1] == '-')) {
        domain->length--;
        domain->end--;
    }
}

static void find_labels(struct domain *domain)
{
    domain->top = 0;
    domain->twice = false;
    for (int k = domain->length - 1; k > 0; k--) {
        if (domain->text[k - 1] != '.')
            continue;
        domain->top = domain->top ? domain->top : k;
        domain->twice |= domain->text[k] == '.';
    }
    if (domain->length == DOMAIN_MAX - 1)
        domain->top = 0;
}

/* A host name with "[dot]" in it. */
static void read_words(const uint8_t *at, int begin, struct domain *domain)
{
    int i = begin;
    domain->length = 0;
    while (domain->length < DOMAIN_MAX - 1) {
        uint8_t c = near_byte(at, i);
        bool known = near_kinds[c] & NEAR_HOST;
        int dot = known ? 0 : dot_word(at, i);
        if (!known && !dot)
            break;
        domain->text[domain->length++] = dot ? '.' : to_lower(c);
        i += dot ? dot : 1;
    }
    domain->end = i;
}

static void read_plain(const uint8_t *at, int begin, struct domain *domain)
{
    int length = 0;
    while (length < DOMAIN_MAX - 1 && near_kinds[at[begin + length]] & NEAR_HOST)
        length++;
    near_lower(at + begin, (size_t)length, domain->text);
    domain->length = length;
    domain->end = begin + length;
}

static void read_domain(const uint8_t *at, int begin, bool words, struct domain *domain)
{
    if (words)
        read_words(at, begin, domain);
    else
        read_plain(at, begin, domain);
    cut_signs(domain);
    find_labels(domain);
}

static bool is_domain(const struct domain *domain, bool strict)
{
    const uint8_t *top = domain->text + domain->top;
    size_t size = (size_t)(domain->length - domain->top);
    if (domain->top < 2 || !is_alnum(domain->text[0]) || domain->twice)
        return false;
    if (size == 3 && memcmp(top, "com", 3) == 0)
        return true;
    bool encoded = size >= 4 && memcmp(top, "xn--", 4) == 0;
    for (size_t i = 0; i < size && !encoded; i++)
        if (!is_letter(top[i]))
            return false;
    if (size < 2 || size > 24)
        return false;
    if (strict)
        return size == 2 || in_list(top, size, domains, sizeof domains / sizeof domains[0]);
    return !in_list(top, size, endings, sizeof endings / sizeof endings[0]);
}

/* The hash that the address would have if it were not written oddly. */
static uint64_t hash_written_out(const uint8_t *at, struct scan_span local,
                                 const struct domain *domain)
{
    uint8_t text[LOCAL_MAX + 1 + DOMAIN_MAX];
    size_t size = (size_t)(local.end - local.begin);
    near_lower(at + local.begin, size, text);
    text[size++] = '@';
    memcpy(text + size, domain->text, (size_t)domain->length);
    return hash_keyed(0, text, size + (size_t)domain->length);
}

static bool finish_email(const uint8_t *at, struct scan_span local, int from, bool words, bool odd,
                         struct scan_value *value)
{
    struct domain domain;
    read_domain(at, from, words, &domain);
    if (!is_domain(&domain, odd))
        return false;
    if (local.end - local.begin == 3 && near_is(at, local.begin, "git") &&
        near_byte(at, domain.end) == ':')
        return false;
    struct scan_span all = {local.begin, domain.end};
    uint64_t hash = odd ? hash_written_out(at, local, &domain) : near_hash(at, all, false);
    *value = (struct scan_value){all.begin, all.end, hash, odd};
    return true;
}

bool email_read(const uint8_t *at, struct scan_value *value)
{
    struct scan_span local;
    bool blank = near_byte(at, -1) == ' ';
    bool blank_behind = near_byte(at, 1) == ' ';
    if (!read_local(at, blank ? -1 : 0, &local) || is_crossed_out(at, local) ||
        is_host_of_service(at, local))
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

bool url_credentials_read(const uint8_t *at, bool *userinfo, struct scan_value *value)
{
    int begin = 0;
    int colon = 0;
    while (begin > -USERINFO_MAX && !(near_kinds[at[begin - 1]] & NEAR_END)) {
        begin--;
        if (at[begin] == ':')
            colon = begin;
    }
    *userinfo = near_byte(at, begin - 1) == '/' && near_byte(at, begin - 2) == '/' &&
                near_byte(at, begin - 3) == ':' && is_alnum(near_byte(at, begin - 4));
    if (!*userinfo || colon == 0 || colon == -1 || !is_alnum(near_byte(at, 1)))
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
