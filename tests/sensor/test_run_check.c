/* SPDX-License-Identifier: Apache-2.0 */
/* `ajar check`: what it says of outputs and rights, and its exit status. */
#include "emit/emit.h"
#include "emit/log_daemon.h"
#include "journal/journals.h"
#include "run.h"

#include <pwd.h>
#include <stdarg.h>
#include <sys/stat.h>

#define SIGNATURES "--signatures=" AJAR_SOURCE "/signatures"

static char folder[] = "/tmp/ajar-check-XXXXXX";
static char path[64];
static char said[16384];

static void setup(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chmod(folder, 0755), 0);
    (void)snprintf(path, sizeof path, "%s/file", folder);
}

static void teardown(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

TestSuite(run_check, .init = setup, .fini = teardown, .timeout = 60);

/* Runs "ajar check" with the signatures, no journal on disk, and the words up to NULL; fills
 * `said`. */
static enum exit_status check(const char *first, ...)
{
    char *words[24] = {(char[]){"ajar"}, (char[]){"check"}, (char[]){SIGNATURES}};
    int count = 3;
    va_list more;
    va_start(more, first);
    for (const char *word = first; word; word = va_arg(more, const char *))
        words[count++] = (char *)(uintptr_t)word;
    va_end(more);
    struct config config;
    struct problem problem = {.text = ""};
    cr_assert_eq(config_read(count, words, &config, &problem), AJAR_OK, "%s", problem.text);
    FILE *out = tmpfile();
    cr_assert(out);
    int kept = dup(STDOUT_FILENO);
    (void)fflush(stdout);
    (void)dup2(fileno(out), STDOUT_FILENO);
    enum exit_status status = run_check(&config);
    (void)fflush(stdout);
    (void)dup2(kept, STDOUT_FILENO);
    close(kept);
    rewind(out);
    said[fread(said, 1, sizeof said - 1, out)] = '\0';
    fclose(out);
    config_clear(&config);
    return status;
}

/* Whether a line of what was said is exactly this. */
static bool says(const char *line)
{
    size_t length = strlen(line);
    for (const char *at = said; (at = strstr(at, line)) != NULL; at++)
        if ((at == said || at[-1] == '\n') && at[length] == '\n')
            return true;
    return false;
}

static void expect(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    cr_assert(says(line), "\"%s\" is missing in:\n%s", line, said);
}

Test(run_check, says_what_is_right_once_and_in_order)
{
    cr_assert_eq(check("--journal", "memory", NULL), EXIT_NOTHING, "%s", said);
    expect("ok       configuration: defaults and the command line, no file");
    const char *signatures = strstr(said, "ok       ");
    cr_assert_not_null(strstr(signatures, "kinds of requests, from " AJAR_SOURCE "/signatures"));
    const char *scanners = strstr(signatures, "\nok       scanners: ");
    cr_assert(scanners);
    size_t names, agents, networks;
    cr_assert_eq(sscanf(scanners,
                        "\nok       scanners: %zu names, %zu agents, %zu networks (lists of",
                        &names, &agents, &networks),
                 3);
    cr_assert(names > 0 && agents > 0 && networks > 0);
    const char *settings = strstr(said, "\n# in force:\n");
    cr_assert_not_null(settings);
    cr_assert_null(strstr(settings + 2, "# in force:"));
    cr_assert_null(strstr(said, "ERROR"));
}

Test(run_check, fails_with_the_part_that_has_the_rights_of_the_run)
{
    cr_assert_eq(check("--journal", "memory", "--geo", "/nowhere/x.mmdb", NULL), EXIT_ERROR);
    cr_assert_not_null(strstr(said, "ERROR    geo database /nowhere/x.mmdb"), "%s", said);
    cr_assert_not_null(strstr(said, "# in force:"), "the rest is still said");
}

/* A configuration with an output, as `check` reads it. */
static enum exit_status check_output(const char *output)
{
    char name[80];
    (void)snprintf(name, sizeof name, "%s/ajar.yaml", folder);
    FILE *file = fopen(name, "w");
    cr_assert(file);
    (void)fprintf(file, "output: %s\njournal: {path: memory}\n", output);
    fclose(file);
    enum exit_status status = check("-c", name, NULL);
    (void)unlink(name);
    return status;
}

static void clean_journal(void)
{
    static const char *const parts[] = {"-wal", "-shm", ".lock"};
    char name[96];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, parts[i]);
        (void)unlink(name);
    }
    (void)unlink(path);
}

static struct journal *begin_journal(void)
{
    struct journal *journal = open_at(path);
    add_range(journal, 7, 7);
    cr_assert_eq(commit_at(journal, 1), AJAR_OK);
    return journal;
}

Test(run_check, says_what_is_in_the_journal_and_who_writes_it)
{
    cr_assert_eq(check("--journal", path, NULL), EXIT_NOTHING, "%s", said);
    expect("ok       journal %s: will be begun", path);
    cr_assert_neq(access(path, F_OK), 0, "it was made");
    struct journal *journal = begin_journal();
    cr_assert_eq(check("--journal", path, NULL), EXIT_NOTHING, "%s", said);
    char line[256];
    (void)snprintf(line, sizeof line, "ok       journal %s: about 1 events, ", path);
    cr_assert(strstr(said, line), "%s", said);
    (void)snprintf(line, sizeof line,
                   "MiB, 1 undelivered; in use by the running sensor (process %d)\n", getpid());
    cr_assert(strstr(said, line), "%s", said);
    journal_close(journal);
    cr_assert_eq(check("--journal", path, NULL), EXIT_NOTHING, "%s", said);
    cr_assert(strstr(said, "MiB, 1 undelivered\n"), "%s", said);
    clean_journal();
}

Test(run_check, warns_of_events_that_have_been_waiting_for_long)
{
    char command[256];
    journal_close(begin_journal());
    (void)snprintf(command, sizeof command,
                   "sqlite3 '%s' 'UPDATE events SET accepted = accepted - 10800000000000'", path);
    cr_assert_eq(system(command), 0);
    cr_assert_eq(check("--journal", path, NULL), EXIT_NOTHING, "%s", said);
    expect("WARNING  journal %s: about 1 events have been waiting for Redis, the oldest for 3 h",
           path);
    clean_journal();
}

Test(run_check, refuses_a_journal_that_is_none_or_cannot_be_begun)
{
    FILE *file = fopen(path, "w");
    cr_assert(file);
    (void)fputs("a page of text\n", file);
    fclose(file);
    cr_assert_eq(check("--journal", path, NULL), EXIT_ERROR);
    expect("ERROR    journal %s: is no journal of ajar; name another file", path);
    cr_assert_eq(check("--journal", "/nowhere/deep/journal.db", NULL), EXIT_ERROR);
    expect("ERROR    journal /nowhere/deep/journal.db: the folder /nowhere/deep cannot be made.   "
           "install -d -m 750 -o USER /nowhere/deep");
}

Test(run_check, tries_the_file_without_making_it)
{
    cr_assert_eq(check_output(path), EXIT_NOTHING, "%s", said);
    expect("ok       output %s: can be written", path);
    cr_assert_neq(access(path, F_OK), 0, "it was made");
    cr_assert_eq(check_output(folder), EXIT_ERROR);
    expect("ERROR    output %s: is a folder; name a file in it", folder);
    cr_assert_eq(check_output("/nowhere/deep/x"), EXIT_ERROR);
    expect("ERROR    output /nowhere/deep/x: there is no folder /nowhere/deep.   mkdir "
           "/nowhere/deep");
}

Test(run_check, tries_files_with_the_rights_of_the_run_not_of_root)
{
    if (geteuid() != 0)
        cr_skip("needs root");
    const struct passwd *nobody = getpwnam("nobody");
    cr_assert(nobody);
    cr_assert_eq(chown(folder, nobody->pw_uid, nobody->pw_gid), 0);
    cr_assert_eq(check_output(path), EXIT_ERROR, "root without capabilities cannot write there");
    expect("ERROR    output %s: the folder %s cannot be written: Permission denied.   "
           "chown USER %s",
           path, folder, folder);
    cr_assert_eq(chown(folder, 0, 0), 0);
    cr_assert_eq(chmod(folder, 0700), 0);
    cr_assert_eq(check("--journal", path, "--user", "nobody", NULL), EXIT_ERROR);
    expect("ERROR    journal %s: the folder %s cannot be written: Permission denied.   chown "
           "nobody %s",
           path, folder, folder);
    cr_assert_eq(chmod(folder, 0755), 0);
    cr_assert_eq(check_output(path), EXIT_NOTHING);
    cr_assert_eq(check("--journal", "memory", "--user", "nobody", NULL), EXIT_NOTHING, "%s", said);
    expect("ok       user nobody");
}

Test(run_check, names_a_user_who_does_not_exist)
{
    cr_assert_eq(check("--journal", "memory", "--user", "no-such-user", NULL), EXIT_ERROR);
    expect("ERROR    user: there is no user no-such-user.   useradd --system no-such-user");
}

Test(run_check, says_that_nobody_listens_to_the_system_log)
{
    if (access("/dev/log", F_OK) == 0 || access("/run/systemd/journal/socket", F_OK) == 0)
        cr_skip("a log daemon runs here");
    cr_assert_eq(check("--journal", "memory", "--syslog", "local0", NULL), EXIT_ERROR);
    expect("ERROR    no log daemon takes events at /dev/log: No such file or directory; start it, "
           "or leave that output out");
    cr_assert_eq(check("--journal", "memory", "--journald", NULL), EXIT_ERROR);
    expect("ERROR    no log daemon takes events at /run/systemd/journal/socket: No such file or "
           "directory; start it, or leave that output out");
}

Test(run_check, warns_of_keys_that_a_cluster_would_refuse)
{
    (void)check("--journal", "memory", "--redis", "unix:///nowhere/redis", "--redis-list", "logs",
                NULL);
    expect("WARNING  redis.list logs is not in the {braces} of the prefix: a Redis Cluster will "
           "refuse it.   redis.list: \"{ajar}:list\"");
    (void)check("--journal", "memory", "--redis", "unix:///nowhere/redis", "--redis-list",
                "{ajar}:logs", NULL);
    cr_assert_null(strstr(said, "WARNING  redis."), "%s", said);
    (void)check("--journal", "memory", "--redis", "unix:///nowhere/redis", "--redis-prefix", "ajar",
                NULL);
    expect("WARNING  redis.prefix ajar has no {braces}: a Redis Cluster will refuse the keys.   "
           "redis.prefix: \"{ajar}\"");
}

Test(run_check, fails_for_a_redis_that_is_not_there)
{
    cr_assert_eq(check("--journal", "memory", "--redis", "unix:///nowhere/redis", NULL),
                 EXIT_ERROR);
    cr_assert_not_null(strstr(said, "ERROR    Redis unix:///nowhere/redis"), "%s", said);
}

Test(run_check, warns_of_a_certificate_that_is_not_checked)
{
    static const char warning[] =
        "WARNING  redis.verify is off: whoever stands between may pose as the Redis.   "
        "redis.verify: true, redis.ca_file: FILE";
    if (emitter_check_url("rediss://127.0.0.1", NULL) != AJAR_OK)
        cr_skip("this build has no TLS");
    (void)check("--journal", "memory", "--redis", "rediss://127.0.0.1:1", "--redis-verify=false",
                NULL);
    expect("%s", warning);
    (void)check("--journal", "memory", "--redis", "rediss://127.0.0.1:1", NULL);
    cr_assert_not(says(warning));
    (void)check("--journal", "memory", "--redis", "redis://127.0.0.1:1", "--redis-verify=false",
                NULL);
    cr_assert_not(says(warning));
}
