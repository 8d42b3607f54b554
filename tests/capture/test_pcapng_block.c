/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/pcapng_block.h"

#include "support/guard.h"

#include <criterion/criterion.h>
#include <string.h>

static struct pcapng_interface interface;
static struct pcapng_packet packet;

/* Parses a copy that ends at an inaccessible page. */
static enum ajar_status parse_interface(const char *bytes, size_t length, bool big_endian)
{
    struct guard guard = guard_copy(bytes, length);
    enum ajar_status status =
        pcapng_parse_interface(cursor_over(guard.data, length), big_endian, &interface);
    guard_free(&guard);
    return status;
}

static enum ajar_status parse_packet(enum pcapng_type type, const char *bytes, size_t length,
                                     uint32_t snaplen)
{
    struct guard guard = guard_copy(bytes, length);
    enum ajar_status status =
        pcapng_parse_packet(type, cursor_over(guard.data, length), false, snaplen, &packet);
    guard_free(&guard);
    return status;
}

static uint64_t time_of(uint8_t resolution, int64_t offset, uint64_t ticks)
{
    struct pcapng_interface about = {.resolution = resolution, .offset = offset};
    return pcapng_time(&about, ticks);
}

Test(pcapng_block, knows_the_byte_order_of_a_section)
{
    bool big_endian = false;
    const uint8_t big[PCAPNG_SECTION_START] = {0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0};
    const uint8_t little[PCAPNG_SECTION_START] = {0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0};
    cr_assert(pcapng_parse_section(big, &big_endian) == AJAR_OK && big_endian);
    cr_assert(pcapng_parse_section(little, &big_endian) == AJAR_OK && !big_endian);
}

Test(pcapng_block, rejects_other_magics_and_versions)
{
    bool big_endian = false;
    const uint8_t magic[PCAPNG_SECTION_START] = {0x1a, 0x2b, 0x3c, 0x4e, 0, 1, 0, 0};
    const uint8_t major[PCAPNG_SECTION_START] = {0x1a, 0x2b, 0x3c, 0x4d, 0, 2, 0, 0};
    const uint8_t minor[PCAPNG_SECTION_START] = {0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 1};
    cr_expect_eq(pcapng_parse_section(magic, &big_endian), AJAR_ERR_FORMAT);
    cr_expect_eq(pcapng_parse_section(major, &big_endian), AJAR_ERR_FORMAT);
    cr_expect_eq(pcapng_parse_section(minor, &big_endian), AJAR_ERR_FORMAT);
}

Test(pcapng_block, reads_an_interface_with_its_options)
{
    /* link type 113, snaplen 65536, name "eth" padded, tsresol 9, tsoffset 2 */
    static const char little[] = "\x71\0\0\0\0\0\1\0"
                                 "\2\0\3\0eth\0"
                                 "\x09\0\1\0\x09\0\0\0"
                                 "\x0e\0\x08\0\2\0\0\0\0\0\0\0"
                                 "\0\0\0\0";
    cr_assert_eq(parse_interface(little, sizeof little - 1, false), AJAR_OK);
    cr_assert(interface.link_type == 113 && interface.snaplen == 65536);
    cr_assert(interface.resolution == 9 && interface.offset == 2);
    static const char big[] = "\0\x65\0\0\0\0\0\0"
                              "\0\x0e\0\x08\xff\xff\xff\xff\xff\xff\xff\xff";
    cr_assert_eq(parse_interface(big, sizeof big - 1, true), AJAR_OK);
    /* LINKTYPE_RAW is 12 in memory; microseconds unless said otherwise */
    cr_assert(interface.link_type == 12 && interface.snaplen == 0);
    cr_assert(interface.resolution == 6 && interface.offset == -1);
}

Test(pcapng_block, rejects_interfaces_that_are_cut_or_impossible)
{
    interface.snaplen = 7;
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1", 7, false), AJAR_ERR_FORMAT);
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1\0\2\0\xff\xff"
                                 "eth",
                                 15, false),
                 AJAR_ERR_FORMAT);
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1\0\x09\0\0\0", 12, false), AJAR_ERR_FORMAT);
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1\0\x0e\0\4\0\0\0\0\0", 16, false), AJAR_ERR_FORMAT);
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1\0\x09\0\1\0\x14\0\0\0", 16, false),
                 AJAR_ERR_FORMAT); /* 10^20 ticks per second */
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1\0\x09\0\1\0\xc0\0\0\0", 16, false),
                 AJAR_ERR_FORMAT); /* 2^64 */
    cr_expect_eq(interface.snaplen, 7);
    cr_expect_eq(parse_interface("\1\0\0\0\0\0\1\0\x09\0\1\0\x13\0\0\0", 16, false), AJAR_OK);
}

Test(pcapng_block, reads_the_three_kinds_of_packets)
{
    static const char full[] = "\3\0\0\0\1\0\0\0\2\0\0\0\4\0\0\0\x64\0\0\0abcd";
    cr_assert_eq(parse_packet(PCAPNG_PACKET, full, sizeof full - 1, 0), AJAR_OK);
    cr_assert(packet.interface == 3 && packet.ticks == 0x100000002u && packet.has_time);
    cr_assert(packet.captured == 4 && packet.on_wire == 100);
    static const char old[] = "\3\0\xff\xff\1\0\0\0\2\0\0\0\4\0\0\0\x64\0\0\0abcd";
    cr_assert_eq(parse_packet(PCAPNG_OLD_PACKET, old, sizeof old - 1, 0), AJAR_OK);
    cr_assert(packet.interface == 3 && packet.captured == 4);
    static const char simple[] = "\6\0\0\0abcd";
    cr_assert_eq(parse_packet(PCAPNG_SIMPLE_PACKET, simple, sizeof simple - 1, 4), AJAR_OK);
    cr_assert(packet.interface == 0 && !packet.has_time);
    cr_assert(packet.captured == 4 && packet.on_wire == 6);
}

Test(pcapng_block, rejects_packets_longer_than_their_block)
{
    static const char full[] = "\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0abcd";
    for (size_t length = 0; length < sizeof full; length++)
        cr_expect_eq(parse_packet(PCAPNG_PACKET, full, length, 0),
                     length >= 24 ? AJAR_OK : AJAR_ERR_FORMAT, "%zu", length);
    cr_expect_eq(parse_packet(PCAPNG_SIMPLE_PACKET, "\6\0\0\0abcd", 8, 0), AJAR_ERR_FORMAT);
}

Test(pcapng_block, converts_every_resolution)
{
    cr_expect_eq(time_of(6, 0, 1577614272123456), 1577614272123456000u);
    cr_expect_eq(time_of(9, 0, 1577614272123456789), 1577614272123456789u);
    cr_expect_eq(time_of(0, 0, 1577614272), 1577614272000000000u);
    cr_expect_eq(time_of(12, 0, 1577614272123456), 1577614272123u);
    cr_expect_eq(time_of(19, 0, 15000000000000000000u), 1500000000u);
    cr_expect_eq(time_of(0x80, 0, 5), 5000000000u);
    cr_expect_eq(time_of(0x80 | 10, 0, 5 * 1024 + 512), 5500000000u);
    cr_expect_eq(time_of(0x80 | 63, 0, (1ull << 63) | (1ull << 62)), 1500000000u);
    cr_expect_eq(time_of(6, 10, 1000000), 11000000000u);
    cr_expect_eq(time_of(6, -1, 3000000), 2000000000u);
}

Test(pcapng_block, clamps_times_that_64_bits_do_not_hold)
{
    cr_expect_eq(time_of(0, 0, UINT64_MAX), UINT64_MAX);
    cr_expect_eq(time_of(6, INT64_MIN, 1000000), 0);
    cr_expect_eq(time_of(6, INT64_MAX, UINT64_MAX), UINT64_MAX);
    cr_expect_eq(time_of(0, INT64_MAX, UINT64_MAX), UINT64_MAX);
}
