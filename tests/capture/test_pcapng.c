/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(pcapng, .init = files_init, .fini = files_clear);

static struct file_builder builder;
static struct file_frames frames;

/* A block with the body given, padded. */
static void put_block(uint32_t type, const void *body, size_t length)
{
    uint32_t total = (uint32_t)(12 + (length + 3) / 4 * 4);
    file_put_u32(&builder, type);
    file_put_u32(&builder, total);
    file_put(&builder, body, length);
    file_put(&builder, "\0\0\0", (size_t)(-length & 3));
    file_put_u32(&builder, total);
}

static void put_section(bool big_endian)
{
    builder.big_endian = big_endian;
    file_put_u32(&builder, 0x0a0d0d0a);
    file_put_u32(&builder, 28);
    file_put_u32(&builder, 0x1a2b3c4d);
    file_put_u16(&builder, 1);
    file_put_u16(&builder, 0);
    file_put_u32(&builder, UINT32_MAX); /* length of the section: not known */
    file_put_u32(&builder, UINT32_MAX);
    file_put_u32(&builder, 28);
}

static void put_interface(uint16_t link_type, uint32_t snaplen)
{
    static struct file_builder body;
    body.length = 0;
    body.big_endian = builder.big_endian;
    file_put_u16(&body, link_type);
    file_put_u16(&body, 0);
    file_put_u32(&body, snaplen);
    put_block(1, body.bytes, body.length);
}

/* Time in microseconds. */
static void put_packet(uint32_t interface, uint32_t time, const char *text)
{
    static struct file_builder body;
    body.length = 0;
    body.big_endian = builder.big_endian;
    file_put_u32(&body, interface);
    file_put_u32(&body, 0);
    file_put_u32(&body, time);
    file_put_u32(&body, (uint32_t)strlen(text));
    file_put_u32(&body, 100);
    file_put(&body, text, strlen(text));
    put_block(6, body.bytes, body.length);
}

static void read_builder(const char *filter)
{
    file_read_all(files_write("a.pcapng", &builder), filter, 1, &frames);
}

static void expect_damage(size_t packets, const char *what)
{
    char expected[PROBLEM_TEXT_MAX];
    (void)snprintf(expected, sizeof expected, "%s is cut or damaged after %zu packets: %s",
                   files_path("a.pcapng"), packets, what);
    cr_expect_eq(frames.status, AJAR_ERR_FORMAT);
    cr_expect_eq(frames.count, packets);
    cr_expect_str_eq(frames.problem.text, expected);
}

Test(pcapng, reads_interfaces_of_different_link_types)
{
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        builder.length = 0;
        put_section(big_endian);
        put_interface(1, 65535);
        put_interface(113, 128);
        put_packet(1, 5, "second");
        put_packet(0, 6, "first");
        read_builder(NULL);
        cr_assert_eq(frames.status, AJAR_END, "%s", frames.problem.text);
        cr_assert_eq(frames.count, 2);
        cr_assert(frames.frames[0].link_type == 113 && frames.frames[1].link_type == 1);
        cr_assert(frames.frames[0].time_ns == 5000 && frames.frames[1].time_ns == 6000);
        cr_assert(frames.frames[0].captured == 6 && frames.frames[0].on_wire == 100);
        cr_assert_str_eq(frames.texts[0], "second");
        cr_assert_str_eq(frames.texts[1], "first");
        cr_assert_eq(frames.position, builder.length);
    }
}

Test(pcapng, begins_anew_with_each_section)
{
    put_section(false);
    put_interface(1, 65535);
    put_packet(0, 1, "little");
    put_section(true);
    put_interface(113, 65535);
    put_packet(0, 2, "big");
    put_section(false);
    put_packet(0, 3, "nowhere");
    read_builder(NULL);
    cr_assert_eq(frames.frames[1].link_type, 113);
    expect_damage(2, "a packet is of an interface that was not described");
}

Test(pcapng, passes_over_blocks_that_it_does_not_know)
{
    put_section(false);
    put_block(0x0bad, "whatever this may be", 20);
    put_interface(1, 65535);
    put_block(5, "statistics  ", 12);
    put_packet(0, 1, "x");
    put_block(0x80000001, "", 0);
    read_builder(NULL);
    cr_assert(frames.status == AJAR_END && frames.count == 1);
}

Test(pcapng, gives_a_packet_without_time_the_time_before_it)
{
    put_section(false);
    put_interface(1, 4);
    put_packet(0, 7, "x");
    put_block(3, "\6\0\0\0abcd", 8);
    read_builder(NULL);
    cr_assert(frames.status == AJAR_END && frames.count == 2);
    cr_assert(frames.frames[1].time_ns == 7000 && frames.frames[1].captured == 4);
    cr_assert_eq(frames.frames[1].on_wire, 6);
}

Test(pcapng, filters_by_the_link_type_of_each_interface)
{
    put_section(false);
    put_interface(1, 65535);
    put_interface(101, 65535);
    put_packet(0, 1, "\1\1\1\1\1\1\2\2\2\2\2\2\x08\6 an ARP frame of Ethernet");
    put_packet(1, 1,
               "EEEEEEEEE\x11"
               "EEEEEEEEEEEEEEEEEEEEEE"); /* IPv4 with UDP */
    read_builder("not udp");
    cr_assert(frames.status == AJAR_END && frames.count == 1);
    cr_assert_eq(frames.frames[0].link_type, 1);
    read_builder("udp");
    cr_assert(frames.status == AJAR_END && frames.count == 1);
    cr_assert(frames.frames[0].link_type == 12 && frames.frames[0].ordinal == 1);
}

Test(pcapng, says_where_it_is_cut)
{
    put_section(false);
    put_interface(1, 65535);
    put_packet(0, 1, "whole");
    size_t whole = builder.length;
    put_packet(0, 2, "half");
    for (size_t cut = whole + 1; cut < whole + 36; cut += 7) {
        builder.length = cut;
        read_builder(NULL);
        expect_damage(1, "it ends inside a block");
    }
}

Test(pcapng, names_each_kind_of_damage)
{
    put_section(false);
    put_interface(1, 65535);
    put_packet(0, 1, "fine");
    size_t start = builder.length;
    put_packet(0, 2, "damaged");

    builder.bytes[start + 4] = 41; /* not a multiple of four */
    read_builder(NULL);
    expect_damage(1, "a block has an impossible length");
    builder.bytes[start + 4] = 8; /* below the least */
    read_builder(NULL);
    expect_damage(1, "a block has an impossible length");
    builder.bytes[start + 4] = 40;
    builder.bytes[start + 7] = 0x10; /* 256 MiB */
    read_builder(NULL);
    expect_damage(1, "a block has an impossible length");
    builder.bytes[start + 7] = 0;
    builder.bytes[builder.length - 4] ^= 4;
    read_builder(NULL);
    expect_damage(1, "the two lengths of a block differ");
    builder.bytes[builder.length - 4] ^= 4;
    builder.bytes[start + 20] = 0xff; /* captured */
    read_builder(NULL);
    expect_damage(1, "a packet is longer than its block");
    builder.bytes[start + 20] = 7;
    builder.bytes[start + 8] = 1; /* interface */
    read_builder(NULL);
    expect_damage(1, "a packet is of an interface that was not described");
    builder.bytes[start + 8] = 0;
    read_builder(NULL);
    cr_assert(frames.status == AJAR_END && frames.count == 2);
}

Test(pcapng, rejects_another_version)
{
    put_section(false);
    builder.bytes[12] = 2;
    read_builder(NULL);
    expect_damage(0, "a section is not of pcapng version 1");
}

Test(pcapng, knows_the_time_of_its_first_packet_in_a_list)
{
    put_section(false);
    put_interface(1, 65535);
    put_packet(0, 9, "x");
    char *name = (char *)(uintptr_t)files_write("a.pcapng", &builder);
    struct capture_list list;
    size_t passed_over;
    cr_assert_eq(capture_list_find(&name, 1, &list, &passed_over, NULL), AJAR_OK);
    cr_assert_eq(list.items[0].first_ns, 9000);
    capture_list_clear(&list);
}
