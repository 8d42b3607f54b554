/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(list, .init = files_init, .fini = files_clear);

static struct capture_list list;
static size_t passed_over;
static struct problem problem;

/* A capture with one packet at that second; 0: without any. */
static void write_capture(const char *name, uint32_t seconds)
{
    static struct file_builder builder;
    builder.length = 0;
    file_put_pcap_header(&builder, FILE_MAGIC_MICRO, 1);
    if (seconds)
        file_put_pcap_packet(&builder, seconds, 0, "x");
    (void)files_write(name, &builder);
}

static void write_text(const char *name)
{
    static struct file_builder builder;
    builder.length = 0;
    file_put(&builder, "not a capture", 13);
    (void)files_write(name, &builder);
}

static enum ajar_status find(const char *first, const char *second)
{
    char *names[2] = {strdup(first), second ? strdup(second) : NULL};
    problem.text[0] = '\0';
    enum ajar_status status =
        capture_list_find(names, second ? 2 : 1, &list, &passed_over, &problem);
    free(names[0]);
    free(names[1]);
    return status;
}

/* The list is the names, separated by spaces, as they lie in the test's folder. */
static void expect_list(const char *names)
{
    char found[1024] = "";
    for (size_t i = 0; i < list.count; i++) {
        size_t used = strlen(found);
        const char *path = list.items[i].path;
        size_t folder = strlen(files_path(""));
        const char *name = strncmp(path, files_path(""), folder) == 0 ? path + folder : path;
        (void)snprintf(found + used, sizeof found - used, "%s%s", i ? " " : "", name);
    }
    cr_expect_str_eq(found, names);
    capture_list_clear(&list);
}

Test(list, sorts_a_folder_by_first_packet_then_name)
{
    write_capture("c.pcap", 100);
    write_capture("b.pcap", 300);
    write_capture("a.pcap", 200);
    write_capture("d.pcap", 100);
    cr_assert_eq(find(files_path("."), NULL), AJAR_OK, "%s", problem.text);
    cr_assert(list.items[0].first_ns == 100000000000u && list.items[0].bytes == 24 + 16 + 1);
    expect_list("./c.pcap ./d.pcap ./a.pcap ./b.pcap");
    cr_assert_eq(passed_over, 0);
}

Test(list, goes_into_folders_and_passes_over_what_is_no_capture)
{
    cr_assert_eq(mkdir(files_path("deep"), 0700), 0);
    cr_assert_eq(mkdir(files_path("deep/er"), 0700), 0);
    cr_assert_eq(mkfifo(files_path("deep/pipe"), 0600), 0);
    write_capture("deep/er/b.pcap", 100);
    write_capture("deep/a.pcap", 200);
    write_text("deep/notes.txt");
    cr_assert_eq(find(files_path("deep"), NULL), AJAR_OK, "%s", problem.text);
    expect_list("deep/er/b.pcap deep/a.pcap");
    cr_assert_eq(passed_over, 2);
}

Test(list, puts_captures_without_packets_after_the_others)
{
    write_capture("a.pcap", 0);
    write_capture("b.pcap", 100);
    cr_assert_eq(find(files_path("."), NULL), AJAR_OK);
    cr_assert_eq(list.items[1].first_ns, UINT64_MAX);
    expect_list("./b.pcap ./a.pcap");
}

Test(list, counts_a_file_once_whatever_leads_to_it)
{
    write_capture("a.pcap", 100);
    cr_assert_eq(symlink("a.pcap", files_path("latest")), 0);
    cr_assert_eq(link(files_path("a.pcap"), files_path("hard")), 0);
    cr_assert_eq(find(files_path("a.pcap"), files_path(".")), AJAR_OK);
    expect_list("a.pcap");
}

Test(list, is_not_caught_in_a_loop_of_links)
{
    cr_assert_eq(mkdir(files_path("deep"), 0700), 0);
    cr_assert_eq(symlink("..", files_path("deep/up")), 0);
    cr_assert_eq(symlink(".", files_path("deep/self")), 0);
    cr_assert_eq(symlink("nowhere", files_path("deep/broken")), 0);
    write_capture("deep/a.pcap", 100);
    cr_assert_eq(find(files_path("deep"), NULL), AJAR_OK, "%s", problem.text);
    expect_list("deep/a.pcap");
    cr_assert_eq(passed_over, 1);
}

Test(list, takes_a_folder_named_twice_once)
{
    write_capture("a.pcap", 100);
    cr_assert_eq(find(files_path("."), files_path(".")), AJAR_OK, "%s", problem.text);
    expect_list("./a.pcap");
}

Test(list, keeps_named_files_as_they_are_and_stdin_last)
{
    write_text("notes.txt");
    cr_assert_eq(find("-", files_path("notes.txt")), AJAR_OK, "%s", problem.text);
    expect_list("notes.txt -");
}

Test(list, does_not_look_into_a_pipe_that_was_named)
{
    cr_assert_eq(mkfifo(files_path("pipe"), 0600), 0);
    cr_assert_eq(find(files_path("pipe"), NULL), AJAR_OK);
    cr_assert_eq(list.items[0].first_ns, UINT64_MAX);
    expect_list("pipe");
}

Test(list, says_which_name_is_missing)
{
    list.count = 7;
    cr_assert_eq(find(files_path("gone.pcap"), NULL), AJAR_ERR_USAGE);
    char expected[PROBLEM_TEXT_MAX];
    (void)snprintf(expected, sizeof expected, "%s cannot be read: No such file or directory",
                   files_path("gone.pcap"));
    cr_assert_str_eq(problem.text, expected);
    cr_assert_eq(list.count, 7);
}

Test(list, says_which_folder_holds_no_capture)
{
    write_capture("a.pcap", 100);
    cr_assert_eq(mkdir(files_path("deep"), 0700), 0);
    write_text("deep/notes.txt");
    cr_assert_eq(find(files_path("a.pcap"), files_path("deep")), AJAR_ERR_USAGE);
    char expected[PROBLEM_TEXT_MAX];
    (void)snprintf(expected, sizeof expected, "%s holds no capture (1 files passed over)",
                   files_path("deep"));
    cr_assert_str_eq(problem.text, expected);
}
