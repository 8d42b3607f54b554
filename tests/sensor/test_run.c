/* SPDX-License-Identifier: Apache-2.0 */
/* The exit status of commands, run as main() runs them. */
#include "run.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdarg.h>
#include <string.h>

#define SIGNATURES "--signatures=" AJAR_SOURCE "/signatures"
#define OPEN       AJAR_SOURCE "/tests/captures/elasticsearch-7.10.2-open.pcap"

static void redirect(void)
{
    cr_redirect_stdout();
    cr_redirect_stderr();
}

/* Runs "ajar" with the words up to NULL. */
static enum exit_status run(const char *first, ...)
{
    char *words[16] = {(char[]){"ajar"}, (char *)(uintptr_t)first};
    int count = 2;
    va_list more;
    va_start(more, first);
    for (char *word = va_arg(more, char *); word; word = va_arg(more, char *))
        words[count++] = word;
    va_end(more);
    struct config config;
    struct problem problem = {.text = ""};
    cr_assert_eq(config_read(count, words, &config, &problem), AJAR_OK, "%s", problem.text);
    enum exit_status status = run_command(&config);
    config_clear(&config);
    return status;
}

TestSuite(run, .init = redirect, .timeout = 60);

Test(run, gives_3_for_a_store_that_stands_open)
{
    cr_assert_eq(run("read", OPEN, SIGNATURES, NULL), EXIT_EXPOSED);
}

Test(run, gives_0_for_the_same_capture_without_the_packets_of_the_store)
{
    cr_assert_eq(run("read", OPEN, SIGNATURES, "--filter=udp", NULL), EXIT_NOTHING);
}

Test(run, gives_1_for_a_capture_that_is_not_there)
{
    cr_assert_eq(run("read", "/nowhere/x.pcap", SIGNATURES, NULL), EXIT_ERROR);
}

Test(run, gives_1_when_there_are_no_signatures)
{
    cr_assert_eq(run("read", OPEN, "--signatures=/nowhere", NULL), EXIT_ERROR);
}

Test(run, gives_1_for_a_check_that_finds_an_error)
{
    cr_assert_eq(run("check", SIGNATURES, "--journal", "memory", NULL), EXIT_NOTHING);
    cr_assert_eq(run("check", SIGNATURES, "-i", "nope0", NULL), EXIT_ERROR);
    cr_assert_eq(run("check", "--signatures=/nowhere", NULL), EXIT_ERROR);
}

Test(run, lists_shows_and_tests_signatures)
{
    cr_assert_eq(run("signatures", "list", SIGNATURES, NULL), EXIT_NOTHING);
    cr_assert_eq(run("signatures", "test", SIGNATURES, NULL), EXIT_NOTHING);
    cr_assert_eq(run("signatures", "show", "elasticsearch", SIGNATURES, NULL), EXIT_NOTHING);
    cr_assert_eq(run("signatures", "show", "nothing", SIGNATURES, NULL), EXIT_ERROR);
    cr_assert_eq(run("signatures", "show", SIGNATURES, NULL), EXIT_USAGE);
    cr_assert_eq(run("signatures", "frobnicate", SIGNATURES, NULL), EXIT_USAGE);
}

Test(run, helps_with_known_words_only)
{
    cr_assert_eq(run("help", NULL), EXIT_NOTHING);
    cr_assert_eq(run("help", "watch", NULL), EXIT_NOTHING);
    cr_assert_eq(run("help", "config", NULL), EXIT_NOTHING);
    cr_assert_eq(run("help", "frobnicate", NULL), EXIT_USAGE);
    cr_assert_eq(run("version", NULL), EXIT_NOTHING);
}
