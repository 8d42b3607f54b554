/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

TestSuite(file, .init = files_init, .fini = files_clear);

static struct file_builder builder;
static struct file_frames read_back;

static const char *write_two_packets(const char *name)
{
    file_put_pcap_header(&builder, FILE_MAGIC_MICRO, 1);
    file_put_pcap_packet(&builder, 1577614272, 123456, "first");
    file_put_pcap_packet(&builder, 1577614273, 0, "second");
    return files_write(name, &builder);
}

/* The sentence begins with the path; the rest is compared. */
static void expect_problem(const char *path, const char *rest)
{
    size_t length = strlen(path);
    cr_expect(strncmp(read_back.problem.text, path, length) == 0, "%s", read_back.problem.text);
    cr_expect_str_eq(read_back.problem.text + length, rest);
}

Test(file, gives_every_field_of_a_frame)
{
    file_read_all(write_two_packets("a.pcap"), NULL, 100, &read_back);
    cr_assert_eq(read_back.status, AJAR_END, "%s", read_back.problem.text);
    cr_assert_eq(read_back.count, 2);
    const struct frame *first = &read_back.frames[0];
    cr_assert(first->captured == 5 && first->on_wire == 105 && first->link_type == 1);
    cr_assert_eq(first->time_ns, 1577614272123456000u);
    cr_assert(first->ordinal == 1 && read_back.frames[1].ordinal == 2);
    cr_assert_str_eq(read_back.texts[1], "second");
    cr_assert(read_back.statistics.frames == 2 && read_back.statistics.bytes == 211);
    cr_assert(read_back.statistics.received == 2 && read_back.statistics.dropped_kernel == 0);
    cr_assert_eq(read_back.position, builder.length);
}

Test(file, gives_no_more_than_a_batch_at_once)
{
    file_read_all(write_two_packets("a.pcap"), NULL, 1, &read_back);
    cr_assert(read_back.status == AJAR_END && read_back.count == 2);
    cr_assert_eq(read_back.frames[1].ordinal, 2);
}

Test(file, reads_both_byte_orders_and_both_units_of_time)
{
    static const uint32_t magics[] = {FILE_MAGIC_MICRO, FILE_MAGIC_NANO};
    for (unsigned i = 0; i < 4; i++) {
        builder = (struct file_builder){.big_endian = i & 1};
        file_put_pcap_header(&builder, magics[i / 2], 101);
        file_put_pcap_packet(&builder, 100, 7, "x");
        file_read_all(files_write("a.pcap", &builder), NULL, 100, &read_back);
        cr_expect(read_back.status == AJAR_END && read_back.count == 1);
        cr_expect_eq(read_back.frames[0].time_ns, 100000000000u + (i / 2 ? 7 : 7000));
        /* 101 is LINKTYPE_RAW, which libpcap calls 12 */
        cr_expect_eq(read_back.frames[0].link_type, 12);
    }
}

Test(file, reads_times_after_2038)
{
    file_put_pcap_header(&builder, FILE_MAGIC_MICRO, 1);
    file_put_pcap_packet(&builder, 4000000000u, 1, "x");
    file_read_all(files_write("a.pcap", &builder), NULL, 100, &read_back);
    cr_assert_eq(read_back.frames[0].time_ns, 4000000000000001000u);
}

Test(file, has_no_frame_but_no_error_in_an_empty_capture)
{
    file_put_pcap_header(&builder, FILE_MAGIC_MICRO, 1);
    file_read_all(files_write("a.pcap", &builder), NULL, 100, &read_back);
    cr_assert(read_back.status == AJAR_END && read_back.count == 0);
}

Test(file, gives_what_lies_before_a_cut_and_says_where_it_is)
{
    (void)write_two_packets("a.pcap");
    builder.length -= 2;
    const char *path = files_write("cut.pcap", &builder);
    file_read_all(path, NULL, 100, &read_back);
    cr_assert(read_back.status == AJAR_ERR_FORMAT && read_back.count == 1);
    expect_problem(path, " is cut or damaged after 1 packets: truncated dump file; tried to read "
                         "6 captured bytes, only got 4");
}

Test(file, says_what_is_no_capture)
{
    file_put(&builder, "just some text that somebody wrote", 34);
    const char *path = files_write("a.txt", &builder);
    file_read_all(path, NULL, 100, &read_back);
    cr_expect_eq(read_back.status, AJAR_ERR_FORMAT);
    expect_problem(path, " is not a capture: unknown file format");

    builder.length = 0;
    path = files_write("empty", &builder);
    file_read_all(path, NULL, 100, &read_back);
    cr_expect_eq(read_back.status, AJAR_ERR_FORMAT);
    expect_problem(path, " is empty: a capture has a header");

    path = files_path("missing");
    file_read_all(path, NULL, 100, &read_back);
    cr_expect_eq(read_back.status, AJAR_ERR_SYSTEM);
    expect_problem(path, " cannot be opened: No such file or directory");

    file_read_all("/tmp", NULL, 100, &read_back);
    cr_expect_eq(read_back.status, AJAR_ERR_SYSTEM);
    expect_problem("/tmp", " cannot be read: Is a directory");
}

Test(file, reads_standard_input)
{
    const char *path = write_two_packets("a.pcap");
    cr_assert_not_null(freopen(path, "rb", stdin));
    file_read_all("-", NULL, 100, &read_back);
    cr_assert(read_back.status == AJAR_END && read_back.count == 2);
}

static void stop_at_first(void *context, const struct frame *frame)
{
    (void)frame;
    capture_stop(*(struct capture **)context);
}

Test(file, ends_soon_after_a_stop)
{
    struct capture *capture;
    cr_assert_eq(capture_open_file(write_two_packets("a.pcap"), NULL, &capture, NULL), AJAR_OK);
    uint64_t ordinal = 40;
    cr_assert_eq(capture_run(capture, 100, 0, &ordinal, stop_at_first, &capture, NULL), AJAR_END);
    cr_assert_eq(ordinal, 41);
    cr_assert_eq(capture_run(capture, 100, 0, &ordinal, stop_at_first, &capture, NULL), AJAR_END);
    cr_assert_eq(ordinal, 41);
    capture_close(capture);
    capture_close(NULL);
}
