/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of networks: what is read, and that each refusal names the line and what would be right. */
#include "enrich/scanner_list.h"
#include "enrich/scanners.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scanner_nets nets;
static struct problem problem;
static char date[11];

static void setup(void)
{
    nets = (struct scanner_nets){.items = NULL};
    problem.text[0] = date[0] = '\0';
}

static void teardown(void)
{
    scanner_nets_clear(&nets);
}

TestSuite(scanner_list, .init = setup, .fini = teardown);

static enum ajar_status parse(const char *text)
{
    return scanner_list_parse("x.txt", text, strlen(text), 5, &nets, date, &problem);
}

static void assert_accepted(const char *text, size_t networks)
{
    cr_assert_eq(parse(text), AJAR_OK, "%s", problem.text);
    cr_assert_eq(nets.count, networks);
}

static void assert_refused(const char *text, const char *message)
{
    cr_assert_neq(parse(text), AJAR_OK, "accepted: %s", text);
    cr_assert_str_eq(problem.text, message);
}

Test(scanner_list, reads_addresses_and_networks_of_both_families)
{
    assert_accepted("192.0.2.0/24\n198.51.100.7\n2001:db8::/32\n2001:db9::1\n", 4);
    cr_assert_eq(nets.items[0].net.prefix, 96 + 24);
    cr_assert_eq(nets.items[1].net.prefix, 128);
    cr_assert_eq(nets.items[2].net.prefix, 32);
    cr_assert_eq(nets.items[3].owner, 5);
}

Test(scanner_list, passes_over_comments_blanks_and_carriage_returns)
{
    assert_accepted("# head\r\n\r\n  192.0.2.0/24  # office\r\n\t\n198.51.100.7", 2);
}

Test(scanner_list, may_be_empty)
{
    assert_accepted("", 0);
    assert_accepted("# nothing yet\n", 0);
}

Test(scanner_list, reads_the_date_in_a_comment)
{
    assert_accepted("# date: 2026-11-22\n192.0.2.0/24\n", 1);
    cr_assert_str_eq(date, "2026-11-22");
}

Test(scanner_list, refuses_a_date_that_is_none)
{
    assert_refused("# x\n# date: 22.11.2026\n", "x.txt:2: no date: write \"# date: 2026-11-22\"");
    cr_assert_str_empty(date);
}

Test(scanner_list, refuses_a_month_that_is_none)
{
    assert_refused("# date: 2026-13-22\n", "x.txt:1: no date: write \"# date: 2026-11-22\"");
}

Test(scanner_list, refuses_host_bits_and_names_the_network_meant)
{
    assert_refused("192.0.2.0/24\n192.0.2.77/26\n",
                   "x.txt:2: 192.0.2.77/26 has bits set below the prefix: write 192.0.2.64/26");
}

Test(scanner_list, refuses_what_is_no_address)
{
    assert_refused("scan.example\n", "x.txt:1: \"scan.example\" is not an IP address: write for "
                                     "example 10.0.0.0/8");
}

Test(scanner_list, refuses_two_networks_in_one_line)
{
    cr_assert_neq(parse("192.0.2.0/24 198.51.100.0/24\n"), AJAR_OK);
    cr_assert_eq(strncmp(problem.text, "x.txt:1: ", 9), 0, "%s", problem.text);
}

Test(scanner_list, refuses_everybody)
{
    assert_refused("any\n", "x.txt:1: \"any\" is not an IP address: write for example 10.0.0.0/8");
}

Test(scanner_list, refuses_an_overlong_line)
{
    char text[512];
    memset(text, '1', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_refused(text, "x.txt:1: not a network: write one a line, for example 192.0.2.0/24");
}

Test(scanner_list, refuses_a_nul_byte)
{
    cr_assert_neq(scanner_list_parse("x.txt", "192.0.2.1\0", 10, 0, &nets, date, &problem),
                  AJAR_OK);
    cr_assert_eq(nets.count, 0);
}

Test(scanner_list, refuses_half_the_internet)
{
    assert_refused("128.0.0.0/7\n", "x.txt:1: /7 is too wide to be one scanner: write networks of "
                                    "/8 or narrower");
    problem.text[0] = '\0';
    assert_refused("2000::/15\n", "x.txt:1: /15 is too wide to be one scanner: write networks of "
                                  "/16 or narrower");
    assert_accepted("11.0.0.0/8\n2001::/16\n", 2);
}

/* A file of `lines` addresses; freed by the caller. */
static char *make_lines(unsigned lines, size_t *length)
{
    char *text = malloc((size_t)lines * 16);
    cr_assert_not_null(text);
    *length = 0;
    for (unsigned i = 0; i < lines; i++)
        *length +=
            (size_t)snprintf(text + *length, 16, "11.%u.%u.%u\n", i >> 16, i >> 8 & 255, i & 255);
    return text;
}

Test(scanner_list, takes_so_many_networks_and_no_more)
{
    size_t length = 0;
    char *text = make_lines(SCANNERS_NETWORKS_MAX, &length);
    cr_assert_eq(scanner_list_parse("x.txt", text, length, 0, &nets, date, &problem), AJAR_OK);
    cr_assert_eq(nets.count, SCANNERS_NETWORKS_MAX);
    cr_assert_eq(parse("192.0.2.1\n"), AJAR_ERR_LIMIT);
    cr_assert_str_eq(problem.text, "x.txt:1: more than 131072 networks in all lists: join "
                                   "neighbours, or drop a list");
    free(text);
}

Test(scanner_list, is_read_from_a_file)
{
    char path[] = "/tmp/ajar-list-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "192.0.2.0/24\nx\n", 15), 15);
    cr_assert_eq(scanner_list_read(path, 0, &nets, date, &problem), AJAR_ERR_FORMAT);
    cr_assert_not_null(strstr(problem.text, ":2: \"x\""), "%s", problem.text);
    cr_assert_eq(ftruncate(fd, 13), 0);
    nets.count = 0;
    cr_assert_eq(scanner_list_read(path, 0, &nets, date, &problem), AJAR_OK);
    cr_assert_eq(nets.count, 1);
    close(fd);
    unlink(path);
    cr_assert_eq(scanner_list_read(path, 0, &nets, date, NULL), AJAR_ERR_NOT_FOUND);
}

Test(scanner_list, refuses_what_is_no_file, .timeout = 10)
{
    char folder[] = "/tmp/ajar-list-XXXXXX";
    char fifo[64];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    cr_assert_eq(scanner_list_read(folder, 0, &nets, date, NULL), AJAR_ERR_SYSTEM);
    cr_assert_eq(scanner_list_read(fifo, 0, &nets, date, NULL), AJAR_ERR_SYSTEM);
    unlink(fifo);
    rmdir(folder);
}

Test(scanner_list, refuses_an_oversized_file)
{
    char path[] = "/tmp/ajar-list-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(ftruncate(fd, (off_t)SCANNER_LIST_BYTES_MAX + 1), 0);
    cr_assert_eq(scanner_list_read(path, 0, &nets, date, &problem), AJAR_ERR_LIMIT);
    close(fd);
    unlink(path);
}
