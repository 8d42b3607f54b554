/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options: one table (key, flag, type, default, range, help) that reads the command line and the
 * YAML file, and prints the help, the sample file and the effective configuration. Read once into
 * a struct that is const from then on and handed down.
 */
#ifndef AJAR_CONFIG_H
#define AJAR_CONFIG_H

#include "ajar/addr.h"
#include "ajar/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_LIST_MAX 16

/* Read by `watch` and `check` when it exists and no -c was given. */
#define CONFIG_FILE_DEFAULT "/etc/ajar/ajar.yaml"

/* The journal of `watch` unless another is named; and the name that means none on disk. */
#define CONFIG_JOURNAL_DEFAULT "/var/lib/ajar/journal.db"
#define CONFIG_JOURNAL_MEMORY  "memory"

enum command {
    COMMAND_READ,
    COMMAND_WATCH,
    COMMAND_CHECK,
    COMMAND_REPORT,
    COMMAND_SIGNATURES,
    COMMAND_HELP,
    COMMAND_VERSION,
    COMMANDS
};

struct config {
    enum command command;
    char file[512]; /* the configuration file read, "" = none */
    struct netset home;
    bool home_given;            /* home was said */
    struct netset trust;        /* clients that may do everything */
    struct netset proxies;      /* that are believed when they name the client */
    char site[64];              /* default: the sensor's name */
    char sensor[64];            /* default: host name */
    char signatures[512];       /* folder; default: the installed one, else the source tree's */
    char own_signatures[512];   /* folder of the user's, "" = none */
    char cache[512];            /* folder, made where it is missing; "" = none */
    char *geo[CONFIG_LIST_MAX]; /* database files */
    size_t geo_count;
    char *interfaces[CONFIG_LIST_MAX];
    size_t interface_count;
    char filter[1024]; /* BPF, "" = none */
    uint32_t snaplen;
    uint32_t ring_bytes;
    bool promiscuous;
    char *public_parts[CONFIG_LIST_MAX]; /* see ledger/policy.h, as the next */
    size_t public_count;
    char *maintenance[CONFIG_LIST_MAX];
    size_t maintenance_count;
    char countries[256];        /* "CN,RU": from where a client makes an exposure worse */
    uint32_t update_interval_s; /* between two updates of an exposure */
    char classes[512];          /* file or folder of the user's classes of data, "" = none */
    bool scan_samples;          /* one masked sample a class */
    char output[512];           /* NDJSON file, "" = none */
    bool json;                  /* --json: NDJSON on stdout, nothing else there */
    char syslog[16];            /* facility, "" = none */
    bool journald;
    char journal[512];          /* file; "memory"; "" = none */
    bool journal_full;          /* durability full, else normal */
    uint64_t journal_bytes;     /* bound of the file */
    uint64_t journal_age_s;     /* and of its events */
    uint32_t events_per_minute; /* of one store and client told one by one; 0 = all */
    char user[64];              /* to run as, "" = who started it */
    char redis_url[1024];       /* "" = none */
    char redis_user[128];
    char redis_password_file[512];
    char redis_sentinel_password_file[512];
    char redis_ca_file[512];
    char redis_certificate_file[512];
    char redis_key_file[512];
    bool redis_verify;
    char redis_prefix[64];
    bool redis_stream;
    uint64_t redis_stream_max;
    char redis_list[128]; /* key, "" = none */
    uint64_t redis_list_max;
    uint32_t flows_max;
    bool classify_all;     /* nDPI sees every flow */
    bool scan_full;        /* false = sampled */
    char report_html[512]; /* file of the page, "-" = stdout, "" = none */
    bool report_all;       /* also what is allowed, and the stores that are not exposed */
    bool report_reads;     /* the readings in the journal, not what is live */
    char report_since[32]; /* "" = no bound; so is the next */
    char report_until[32];
    bool quiet;
    char **arguments; /* what follows the options: files, or "list"; each borrowed from argv */
    size_t argument_count;
};

/*
 * Reads the command line (argv[1] is the command) and the YAML file: the one -c names, else for
 * `watch` and `check` CONFIG_FILE_DEFAULT where it exists. The command line wins. On failure
 * *problem is one sentence (file and line, or the option; what would be right) and *config is
 * unchanged. `argv` must outlive *config. Free with config_clear().
 */
enum ajar_status config_read(int argc, char **argv, struct config *config, struct problem *problem);

/* Frees what config_read() allocated and zeroes the rest. */
void config_clear(struct config *config);

/* Help from the table: for one command, or for all with COMMAND_HELP. */
void config_write_help(enum command about, FILE *out);

/* The sample configuration file: every key with its help, range and default, commented out. */
void config_write_sample(FILE *out);

/* The effective configuration as YAML that config_read() would take. Passwords are not printed. */
void config_write(const struct config *config, FILE *out);

/* The word of the command line for a command; never NULL. */
const char *command_name(enum command command);

/* Which command a word names; AJAR_ERR_NOT_FOUND leaves *command alone. */
enum ajar_status command_find(const char *name, enum command *command);

#endif
