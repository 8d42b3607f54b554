/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of options and the one table of commands. Everything a person can set is a row
 * here; the readers, the help, the sample file and the effective configuration follow from it.
 */
#include "config/schema.h"

#include "config/check.h"

#include <string.h>

#define MEMBER(member)                                                                             \
    .offset = offsetof(struct config, member), .size = sizeof(((struct config *)0)->member)

#define FOR_RUNS (FOR_READ | FOR_WATCH)
#define FOR_ALL  (FOR_READ | FOR_WATCH | FOR_CHECK | FOR_SIGNATURES)
#define FOR_LIVE (FOR_WATCH | FOR_CHECK)

const struct option schema_options[] = {
    {.key = "home",
     .flag = "home",
     .type = OPTION_NETS,
     .value = "NET[,NET]|any",
     MEMBER(home),
     .initial_note = "RFC 1918, ULA, link-local and loopback",
     .sample = "10.0.0.0/8,192.0.2.0/24",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_ALL,
     .help = "networks being protected; \"any\" treats every server as home and every client as "
             "outside"},
    {.key = "site",
     .flag = "site",
     .type = OPTION_TEXT,
     .value = "NAME",
     MEMBER(site),
     .initial_note = "the sensor's name",
     .sample = "hq",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_ALL,
     .check = check_name,
     .help = "whose address plan this is: two sites may both have a 10.0.0.5"},
    {.key = "sensor",
     .flag = "sensor",
     .type = OPTION_TEXT,
     .value = "NAME",
     MEMBER(sensor),
     .initial_note = "the host name",
     .sample = "span-1",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_ALL,
     .check = check_name,
     .help = "name of this sensor in its events"},
    {.key = "signatures",
     .flag = "signatures",
     .type = OPTION_TEXT,
     .value = "DIR",
     MEMBER(signatures),
     .initial_note = "the installed folder",
     .sample = "/usr/share/ajar/signatures",
     .commands = FOR_ALL,
     .file_commands = FOR_ALL,
     .help = "folder with the descriptions of the stores"},
    {.key = "geo",
     .flag = "geo",
     .type = OPTION_LIST,
     .value = "FILE",
     MEMBER(geo),
     .count_offset = offsetof(struct config, geo_count),
     .initial_note = "none",
     .sample = "/var/lib/ajar/city.mmdb",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_ALL,
     .help = "city, country or AS database in MaxMind format; earlier ones win"},
    {.key = "capture.interfaces",
     .flag = "interface",
     .letter = 'i',
     .type = OPTION_LIST,
     .value = "IFACE",
     MEMBER(interfaces),
     .count_offset = offsetof(struct config, interface_count),
     .initial_note = "none",
     .sample = "eth1",
     .commands = FOR_LIVE,
     .file_commands = FOR_LIVE,
     .check = check_interface,
     .help = "interface to listen on"},
    {.key = "capture.filter",
     .flag = "filter",
     .type = OPTION_TEXT,
     .value = "BPF",
     MEMBER(filter),
     .initial = "",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_LIVE,
     .help = "look only at packets that this filter passes, e.g. \"not port 22\""},
    {.key = "capture.snaplen",
     .flag = "snaplen",
     .type = OPTION_NUMBER,
     .value = "BYTES",
     MEMBER(snaplen),
     .minimum = 256,
     .maximum = 262144,
     .unit = 1,
     .initial = "262144",
     .commands = FOR_LIVE,
     .file_commands = FOR_LIVE,
     .help = "bytes captured of each packet; cut replies cannot be read in full"},
    {.key = "capture.ring_mib",
     .flag = "ring-mib",
     .type = OPTION_NUMBER,
     .value = "MIB",
     MEMBER(ring_bytes),
     .minimum = 1,
     .maximum = 2047,
     .unit = 1 << 20,
     .initial = "64",
     .commands = FOR_LIVE,
     .file_commands = FOR_LIVE,
     .help = "memory of the kernel's capture ring; more of it rides out longer bursts"},
    {.key = "capture.promiscuous",
     .flag = "promiscuous",
     .type = OPTION_SWITCH,
     .words = {"false", "true"},
     MEMBER(promiscuous),
     .initial = "true",
     .commands = FOR_LIVE,
     .file_commands = FOR_LIVE,
     .help = "take packets addressed to others, as a mirror port shows them"},
    {.key = "flows",
     .flag = "flows",
     .type = OPTION_NUMBER,
     .value = "N",
     MEMBER(flows_max),
     .minimum = 1024,
     .maximum = 16777216,
     .unit = 1,
     .initial = "262144",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_ALL,
     .help = "flows followed at once; when full, the least worth goes first"},
    {.key = "classify.all",
     .flag = "classify-all",
     .type = OPTION_SWITCH,
     .words = {"false", "true"},
     MEMBER(classify_all),
     .initial = "false",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_ALL,
     .help = "name the application of every flow, not only of those whose server can matter; "
             "slower"},
    {.key = "scan",
     .flag = "scan",
     .type = OPTION_SWITCH,
     .words = {"sampled", "full"},
     .value = "full|sampled",
     MEMBER(scan_full),
     .initial_note = "full for read, sampled for watch",
     .sample = "sampled",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_LIVE,
     .help =
         "how much of a reply is read: all of it, or 8 KiB of records a reply and 256 KiB a flow"},
    {.key = "output",
     .flag = "output",
     .type = OPTION_TEXT,
     .value = "FILE",
     MEMBER(output),
     .initial = "",
     .commands = FOR_RUNS,
     .file_commands = FOR_LIVE,
     .help = "append the events to this file, one JSON object a line"},
    {.key = "json",
     .flag = "json",
     .type = OPTION_SWITCH,
     .words = {"false", "true"},
     MEMBER(json),
     .initial = "false",
     .commands = FOR_RUNS,
     .file_commands = FOR_WATCH,
     .help = "write the events to standard output and nothing else there"},
    {.key = "redis.url",
     .flag = "redis",
     .type = OPTION_TEXT,
     .value = "URL",
     MEMBER(redis_url),
     .initial = "",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_LIVE,
     .check = check_redis_url,
     .help = "redis://[USER[:PASSWORD]@]HOST[:PORT][/DB] or unix:///PATH[?db=N]"},
    {.key = "redis.password_file",
     .flag = "redis-password-file",
     .type = OPTION_TEXT,
     .value = "FILE",
     MEMBER(redis_password_file),
     .initial = "",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_LIVE,
     .help = "file whose first line is the Redis password, so that no process list shows it"},
    {.key = "redis.prefix",
     .flag = "redis-prefix",
     .type = OPTION_TEXT,
     .value = "TEXT",
     MEMBER(redis_prefix),
     .initial = "{ajar}",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_LIVE,
     .check = check_prefix,
     .help = "what every Redis key begins with; the braces keep them in one cluster slot"},
    {.key = "redis.stream_max",
     .flag = "redis-stream-max",
     .type = OPTION_NUMBER,
     .value = "N",
     MEMBER(redis_stream_max),
     .minimum = 1000,
     .maximum = 1000000000,
     .unit = 1,
     .initial = "1000000",
     .commands = FOR_RUNS | FOR_CHECK,
     .file_commands = FOR_LIVE,
     .help = "events kept in the Redis stream, about"},
    {.key = "quiet",
     .flag = "quiet",
     .letter = 'q',
     .type = OPTION_SWITCH,
     .words = {"false", "true"},
     MEMBER(quiet),
     .initial = "false",
     .commands = FOR_ALL,
     .file_commands = FOR_WATCH,
     .help = "no progress and no remarks on standard error, only warnings and errors"},
};

const size_t schema_option_count = sizeof schema_options / sizeof schema_options[0];

const char *const schema_sections[SCHEMA_SECTIONS] = {"capture", "classify", "redis"};

const struct command_row schema_commands[COMMANDS] = {
    [COMMAND_READ] = {.name = "read",
                      .arguments = "FILE|DIR|- ...",
                      .help = "read captures; a table of what stands open, or events with --json",
                      .example = "ajar read captures/",
                      .fewest = 1,
                      .most = SIZE_MAX},
    [COMMAND_WATCH] = {.name = "watch",
                       .arguments = "-i IFACE",
                       .help = "listen on a mirror port until stopped",
                       .example = "ajar watch -i eth1 --json",
                       .default_file = true},
    [COMMAND_CHECK] = {.name = "check",
                       .arguments = "",
                       .help = "say what would go wrong: configuration, signatures, databases, "
                               "Redis, interface",
                       .example = "ajar check -c /etc/ajar/ajar.yaml",
                       .default_file = true},
    [COMMAND_SIGNATURES] = {.name = "signatures",
                            .arguments = "list | show NAME | test",
                            .help = "what is known of the stores, and whether its examples hold",
                            .example = "ajar signatures list",
                            .fewest = 1,
                            .most = 2},
    [COMMAND_HELP] = {.name = "help",
                      .arguments = "[COMMAND|config]",
                      .help = "this text; \"help config\" writes a sample configuration file",
                      .example = "ajar help read",
                      .most = 1},
    [COMMAND_VERSION] = {.name = "version",
                         .arguments = "",
                         .help = "the version of ajar",
                         .example = "ajar version"},
};

const struct option *schema_find_key(const char *key)
{
    for (size_t i = 0; i < schema_option_count; i++)
        if (strcmp(schema_options[i].key, key) == 0)
            return &schema_options[i];
    return NULL;
}

const struct option *schema_find_flag(const char *flag, size_t length)
{
    for (size_t i = 0; i < schema_option_count; i++) {
        const char *known = schema_options[i].flag;
        if (strlen(known) == length && memcmp(known, flag, length) == 0)
            return &schema_options[i];
    }
    return NULL;
}

const struct option *schema_find_letter(char letter)
{
    for (size_t i = 0; i < schema_option_count; i++)
        if (letter && schema_options[i].letter == letter)
            return &schema_options[i];
    return NULL;
}

bool schema_has_section(const char *section)
{
    for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
        if (strcmp(schema_sections[i], section) == 0)
            return true;
    return false;
}

const char *command_name(enum command command)
{
    return schema_commands[command].name;
}

enum ajar_status command_find(const char *name, enum command *command)
{
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (strcmp(schema_commands[i].name, name) == 0) {
            *command = (enum command)i;
            return AJAR_OK;
        }
    }
    return AJAR_ERR_NOT_FOUND;
}
