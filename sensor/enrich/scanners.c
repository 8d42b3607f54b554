/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding -> + names of scanners: by User-Agent what a client says it is, by address what it is.
 * All of it is data in one folder, read once; asked by the ledger for each finding.
 */
#include "enrich/scanners.h"

#include "base/text.h"
#include "base/yaml.h"
#include "enrich/scanner_list.h"
#include "enrich/scanner_ranges.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FORMAT       1
#define AGENT_LEAST  4 /* characters: fewer fit what is not meant */
#define AGENT_MAX    96
#define AGENT_LOOKED 256 /* so much of a User-Agent is looked at, NUL included */
#define LISTS_MAX    16  /* of one scanner */
#define ZONES_MAX    64

enum scanner_kind { KIND_SEARCH_ENGINE, KIND_RESEARCH, KIND_TOOL, KINDS };

static const char *const kind_names[KINDS] = {"search-engine", "research", "tool"};

struct scanner {
    char name[SCANNER_NAME_MAX];
    enum scanner_kind kind;
    bool has_agent, has_network;
};

/* A text to be found in a User-Agent, in lower case. */
struct agent {
    char text[AGENT_MAX];
    size_t length;
    bool begins, ends; /* "^text", "text$" */
    uint16_t owner;
};

struct scanners {
    struct scanner *names;
    size_t name_count;
    struct agent *agents; /* in the order of the names */
    size_t agent_count, agent_room;
    struct scanner_ranges ranges;
    size_t network_count;
    char oldest[11], newest[11];
};

/* While a folder is read. */
struct loading {
    struct scanners *scanners; /* being made */
    const char *folder;
    const struct yaml_file *file;
    struct scanner_nets nets;
    struct problem *problem;
};

#define fail_at(l, node, ...) yaml_problem((l)->file, (node), (l)->problem, __VA_ARGS__)

static enum ajar_status out_of_memory(const struct loading *l)
{
    return problem_set(l->problem, AJAR_ERR_MEMORY, "%s: out of memory", l->folder);
}

static void lower(char *to, const char *from, size_t room)
{
    size_t i = 0;
    for (; i + 1 < room && from[i]; i++)
        to[i] = (char)tolower((unsigned char)from[i]);
    to[i] = '\0';
}

/* A list of plain texts under `key`, or none; *list stays NULL where there is none. */
static enum ajar_status find_texts(const struct loading *l, const struct yaml *map, const char *key,
                                   size_t most, const struct yaml **list)
{
    const struct yaml *node = yaml_find(map, key);
    if (!node)
        return AJAR_OK;
    if (node->kind != YAML_LIST || node->count > most)
        return fail_at(l, node, "'%s' must be a list of at most %zu texts", key, most);
    for (const struct yaml *item = node->first; item; item = item->next)
        if (item->kind != YAML_TEXT || item->text[0] == '\0')
            return fail_at(l, item, "'%s' must hold plain texts", key);
    *list = node;
    return AJAR_OK;
}

static enum ajar_status read_name(const struct loading *l, const struct yaml *map,
                                  struct scanner *scanner)
{
    const struct scanners *s = l->scanners;
    const struct yaml *node = yaml_find(map, "name");
    if (!node || node->kind != YAML_TEXT || node->text[0] == '\0')
        return fail_at(l, node ? node : map, "a scanner needs a name: write name: Example");
    if (strlen(node->text) >= sizeof scanner->name || !text_is_utf8(node->text, strlen(node->text)))
        return fail_at(l, node, "the name '%.40s' is too long: write at most %zu bytes of UTF-8",
                       node->text, sizeof scanner->name - 1);
    for (size_t i = 0; i < s->name_count; i++)
        if (strcasecmp(s->names[i].name, node->text) == 0)
            return fail_at(l, node, "a scanner called '%s' stands here a second time: join the two",
                           node->text);
    (void)text_copy(scanner->name, sizeof scanner->name, node->text, strlen(node->text));
    return AJAR_OK;
}

static enum ajar_status read_kind(const struct loading *l, const struct yaml *map,
                                  struct scanner *scanner)
{
    const struct yaml *node = yaml_find(map, "kind");
    if (node && node->kind == YAML_TEXT)
        for (int kind = 0; kind < KINDS; kind++)
            if (strcmp(kind_names[kind], node->text) == 0) {
                scanner->kind = (enum scanner_kind)kind;
                return AJAR_OK;
            }
    return fail_at(l, node ? node : map, "'kind' must be search-engine, research or tool");
}

static struct agent *add_agent(struct scanners *s)
{
    if (s->agent_count == s->agent_room) {
        size_t room = s->agent_room ? s->agent_room * 2 : 64;
        struct agent *agents = realloc(s->agents, room * sizeof *agents);
        if (!agents)
            return NULL;
        s->agents = agents;
        s->agent_room = room;
    }
    return &s->agents[s->agent_count++];
}

static enum ajar_status read_agent(const struct loading *l, const struct yaml *node, uint16_t owner)
{
    const char *text = node->text;
    size_t length = strlen(text);
    bool begins = text[0] == '^';
    bool ends = length > 1 && text[length - 1] == '$';
    text += begins;
    length -= (size_t)begins + (size_t)ends;
    if (length < AGENT_LEAST || length >= AGENT_MAX)
        return fail_at(l, node,
                       "'%.40s' must have %d to %d characters: write a part of the User-Agent that "
                       "only this scanner has, ^ before it or $ after it for beginning and end",
                       node->text, AGENT_LEAST, AGENT_MAX - 1);
    if (l->scanners->agent_count >= SCANNERS_AGENTS_MAX)
        return fail_at(l, node, "more than %d agents in all", SCANNERS_AGENTS_MAX);
    struct agent *agent = add_agent(l->scanners);
    if (!agent)
        return out_of_memory(l);
    *agent = (struct agent){.length = length, .begins = begins, .ends = ends, .owner = owner};
    lower(agent->text, text, length + 1);
    return AJAR_OK;
}

static enum ajar_status read_agents(const struct loading *l, const struct yaml *map, uint16_t owner)
{
    const struct yaml *list = NULL;
    enum ajar_status status = find_texts(l, map, "agents", SCANNERS_AGENTS_MAX, &list);
    for (const struct yaml *item = list ? list->first : NULL; item && status == AJAR_OK;
         item = item->next)
        status = read_agent(l, item, owner);
    l->scanners->names[owner].has_agent = list && list->count > 0;
    return status;
}

static void note_date(struct scanners *s, const char *date)
{
    if (date[0] == '\0')
        return;
    if (s->oldest[0] == '\0' || strcmp(date, s->oldest) < 0)
        memcpy(s->oldest, date, sizeof s->oldest);
    if (strcmp(date, s->newest) > 0)
        memcpy(s->newest, date, sizeof s->newest);
}

/* A list is a file of the folder: data that is shipped names no other place. */
static enum ajar_status read_list(struct loading *l, const struct yaml *node, uint16_t owner)
{
    char path[PATH_MAX];
    char date[11] = "";
    if (strchr(node->text, '/') || node->text[0] == '.')
        return fail_at(l, node, "'%.80s' must be the name of a file beside this one", node->text);
    int length = snprintf(path, sizeof path, "%s/%s", l->folder, node->text);
    if (length < 0 || (size_t)length >= sizeof path)
        return fail_at(l, node, "the path of '%.80s' is too long", node->text);
    size_t before = l->nets.count;
    struct problem cause = {.text = ""};
    enum ajar_status status = scanner_list_read(path, owner, &l->nets, date, &cause);
    if (status == AJAR_ERR_NOT_FOUND)
        return fail_at(l, node, "there is no list %s: write it, or take its name out here", path);
    if (status != AJAR_OK)
        return problem_set(l->problem, status, "%s", cause.text);
    if (l->nets.count > before) {
        l->scanners->names[owner].has_network = true;
        note_date(l->scanners, date);
    }
    return AJAR_OK;
}

static enum ajar_status read_lists(struct loading *l, const struct yaml *map, uint16_t owner)
{
    const struct yaml *list = NULL;
    enum ajar_status status = find_texts(l, map, "lists", LISTS_MAX, &list);
    for (const struct yaml *item = list ? list->first : NULL; item && status == AJAR_OK;
         item = item->next)
        status = read_list(l, item, owner);
    return status;
}

/* What is for people alone: where a list comes from, and who that is. */
static enum ajar_status check_notes(const struct loading *l, const struct yaml *map)
{
    const struct yaml *zones = NULL;
    const struct yaml *url = yaml_find(map, "url");
    if (url && url->kind != YAML_TEXT)
        return fail_at(l, url, "'url' must be plain text");
    return find_texts(l, map, "zones", ZONES_MAX, &zones);
}

static enum ajar_status read_scanner(struct loading *l, const struct yaml *map)
{
    static const char *const keys[] = {"name", "kind", "url", "agents", "lists", "zones", NULL};
    struct scanners *s = l->scanners;
    struct scanner scanner = {.name = ""};
    enum ajar_status status = yaml_check_keys(l->file, map, keys, l->problem);
    if (status == AJAR_OK)
        status = read_name(l, map, &scanner);
    if (status == AJAR_OK)
        status = read_kind(l, map, &scanner);
    if (status == AJAR_OK)
        status = check_notes(l, map);
    if (status != AJAR_OK)
        return status;
    uint16_t owner = (uint16_t)s->name_count;
    s->names[s->name_count++] = scanner;
    status = read_agents(l, map, owner);
    return status == AJAR_OK ? read_lists(l, map, owner) : status;
}

static enum ajar_status check_format(const struct loading *l, const struct yaml *root)
{
    uint64_t format = 0;
    const struct yaml *node = yaml_find(root, "format");
    if (!node)
        return fail_at(l, root, "no format: begin with format: %d", FORMAT);
    return yaml_read_number(l->file, node, FORMAT, FORMAT, &format, l->problem);
}

static enum ajar_status read_scanners(struct loading *l, const struct yaml *root)
{
    static const char *const keys[] = {"format", "scanners", NULL};
    enum ajar_status status = yaml_check_keys(l->file, root, keys, l->problem);
    if (status == AJAR_OK)
        status = check_format(l, root);
    if (status != AJAR_OK)
        return status;
    const struct yaml *list = yaml_find(root, "scanners");
    if (!list || list->kind != YAML_LIST || list->count > SCANNERS_MAX)
        return fail_at(l, list ? list : root, "'scanners' must be a list of at most %d scanners",
                       SCANNERS_MAX);
    l->scanners->names = calloc(list->count + 1, sizeof *l->scanners->names);
    if (!l->scanners->names)
        return out_of_memory(l);
    for (const struct yaml *item = list->first; item && status == AJAR_OK; item = item->next)
        status = read_scanner(l, item);
    if (status != AJAR_OK)
        return status;
    if (scanner_ranges_init(&l->scanners->ranges, &l->nets) != AJAR_OK)
        return out_of_memory(l);
    l->scanners->network_count = l->nets.count;
    return AJAR_OK;
}

static enum ajar_status check_folder(const char *folder, struct problem *problem)
{
    struct stat info;
    if (stat(folder, &info) == 0)
        return AJAR_OK;
    enum ajar_status status = errno == ENOENT ? AJAR_ERR_NOT_FOUND : AJAR_ERR_SYSTEM;
    return problem_set(problem, status, "%s: %s", folder, strerror(errno));
}

enum ajar_status scanners_load(const char *folder, struct scanners **scanners,
                               struct problem *problem)
{
    char path[PATH_MAX];
    enum ajar_status status = check_folder(folder, problem);
    if (status != AJAR_OK)
        return status;
    int length = snprintf(path, sizeof path, "%s/scanners.yaml", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: the path is too long", folder);
    struct yaml_file *file = NULL;
    status = yaml_open(path, &file, problem);
    if (status != AJAR_OK)
        return status;
    struct loading loading = {.scanners = calloc(1, sizeof *loading.scanners),
                              .folder = folder,
                              .file = file,
                              .problem = problem};
    status = loading.scanners ? read_scanners(&loading, yaml_root(file)) : out_of_memory(&loading);
    if (status == AJAR_OK)
        *scanners = loading.scanners;
    else
        scanners_free(loading.scanners);
    scanner_nets_clear(&loading.nets);
    yaml_close(file);
    return status;
}

void scanners_free(struct scanners *scanners)
{
    if (!scanners)
        return;
    scanner_ranges_clear(&scanners->ranges);
    free(scanners->agents);
    free(scanners->names);
    free(scanners);
}

static bool fits(const struct agent *agent, const char *text, size_t length)
{
    if (agent->length > length)
        return false;
    const char *tail = text + length - agent->length;
    if (agent->begins && agent->ends)
        return strcmp(text, agent->text) == 0;
    if (agent->begins)
        return memcmp(text, agent->text, agent->length) == 0;
    if (agent->ends)
        return memcmp(tail, agent->text, agent->length) == 0;
    return strstr(text, agent->text) != NULL;
}

static const struct scanner *find_claimed(const struct scanners *s, const char *user_agent)
{
    char text[AGENT_LOOKED];
    if (!user_agent || user_agent[0] == '\0')
        return NULL;
    lower(text, user_agent, sizeof text);
    size_t length = strlen(text);
    for (size_t i = 0; i < s->agent_count; i++)
        if (fits(&s->agents[i], text, length))
            return &s->names[s->agents[i].owner];
    return NULL;
}

static const struct scanner *find_confirmed(const struct scanners *s, const struct addr *addr)
{
    uint16_t owner = scanner_ranges_find(&s->ranges, addr);
    return owner == SCANNER_NOBODY ? NULL : &s->names[owner];
}

void scanners_find(const struct scanners *scanners, const struct addr *addr, const char *user_agent,
                   struct actor_view *actor)
{
    const struct scanner *claimed = scanners ? find_claimed(scanners, user_agent) : NULL;
    const struct scanner *confirmed = scanners ? find_confirmed(scanners, addr) : NULL;
    const struct scanner *meant = confirmed ? confirmed : claimed;
    memset(actor->claimed, 0, sizeof actor->claimed);
    memset(actor->confirmed, 0, sizeof actor->confirmed);
    if (claimed)
        memcpy(actor->claimed, claimed->name, sizeof actor->claimed);
    if (confirmed)
        memcpy(actor->confirmed, confirmed->name, sizeof actor->confirmed);
    actor->search_engine = meant && meant->kind == KIND_SEARCH_ENGINE;
}

struct scanners_counts scanners_counts(const struct scanners *scanners)
{
    struct scanners_counts counts = {.names = 0};
    if (!scanners)
        return counts;
    counts.names = scanners->name_count;
    counts.agents = scanners->agent_count;
    counts.networks = scanners->network_count;
    memcpy(counts.oldest, scanners->oldest, sizeof counts.oldest);
    memcpy(counts.newest, scanners->newest, sizeof counts.newest);
    for (size_t i = 0; i < scanners->name_count; i++)
        counts.empty += !scanners->names[i].has_agent && !scanners->names[i].has_network;
    return counts;
}
