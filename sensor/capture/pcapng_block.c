/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng blocks (draft-ietf-opsawg-pcapng): sections, interfaces and packets; all others are
 * passed over by the reader. Numbers are in the byte order of the machine that wrote them.
 */
#include "capture/pcapng_block.h"

#include "capture/source.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define OPTION_END       0
#define OPTION_TSRESOL   9
#define OPTION_TSOFFSET  14
#define OPTIONS_MAX      1000 /* looked at in one block */
#define DECIMALS_MAX     19   /* 10^19 is the last power that 64 bits hold */

#define LINKTYPE_RAW 101 /* in files; */
#define DLT_RAW_IP   12  /* the same as libpcap numbers it in memory */

uint32_t pcapng_read_u32(const uint8_t bytes[static 4], bool big_endian)
{
    struct cursor c = cursor_over(bytes, 4);
    return big_endian ? cursor_read_be32(&c) : cursor_read_le32(&c);
}

static uint32_t read_u32(struct cursor *c, bool big_endian)
{
    return big_endian ? cursor_read_be32(c) : cursor_read_le32(c);
}

static uint16_t read_u16(struct cursor *c, bool big_endian)
{
    uint16_t value = cursor_read_be16(c);
    return big_endian ? value : __builtin_bswap16(value);
}

enum ajar_status pcapng_parse_section(const uint8_t start[static PCAPNG_SECTION_START],
                                      bool *big_endian)
{
    struct cursor c = cursor_over(start, PCAPNG_SECTION_START);
    uint32_t magic = cursor_read_be32(&c);
    bool is_big = magic == BYTE_ORDER_MAGIC;
    if (!is_big && magic != __builtin_bswap32(BYTE_ORDER_MAGIC))
        return AJAR_ERR_FORMAT;
    uint16_t major = read_u16(&c, is_big);
    uint16_t minor = read_u16(&c, is_big);
    /* 1.2 was written for a while and is 1.0 (section 4.1 of the draft). */
    if (major != 1 || (minor != 0 && minor != 2))
        return AJAR_ERR_FORMAT;
    *big_endian = is_big;
    return AJAR_OK;
}

static bool is_known_resolution(uint8_t resolution)
{
    return (resolution & 0x80) ? (resolution & 0x7f) < 64 : resolution <= DECIMALS_MAX;
}

static enum ajar_status parse_option(uint16_t code, struct cursor value, bool big_endian,
                                     struct pcapng_interface *interface)
{
    if (code == OPTION_TSRESOL) {
        interface->resolution = cursor_read_u8(&value);
    } else if (code == OPTION_TSOFFSET) {
        uint64_t first = read_u32(&value, big_endian);
        uint64_t second = read_u32(&value, big_endian);
        interface->offset = (int64_t)(big_endian ? first << 32 | second : second << 32 | first);
    }
    if (cursor_failed(&value) || !is_known_resolution(interface->resolution))
        return AJAR_ERR_FORMAT;
    return AJAR_OK;
}

static enum ajar_status parse_options(struct cursor *c, bool big_endian,
                                      struct pcapng_interface *interface)
{
    for (int i = 0; i < OPTIONS_MAX && cursor_left(c) >= 4; i++) {
        uint16_t code = read_u16(c, big_endian);
        uint16_t length = read_u16(c, big_endian);
        if (code == OPTION_END)
            break;
        const uint8_t *value = cursor_take(c, length);
        if (!value)
            return AJAR_ERR_FORMAT;
        enum ajar_status status =
            parse_option(code, cursor_over(value, length), big_endian, interface);
        if (status != AJAR_OK)
            return status;
        cursor_skip(c, (size_t)(-length & 3)); /* values are padded to 32 bits */
    }
    return AJAR_OK;
}

enum ajar_status pcapng_parse_interface(struct cursor body, bool big_endian,
                                        struct pcapng_interface *interface)
{
    struct pcapng_interface parsed = {.resolution = 6};
    parsed.link_type = read_u16(&body, big_endian);
    if (parsed.link_type == LINKTYPE_RAW)
        parsed.link_type = DLT_RAW_IP;
    cursor_skip(&body, 2);
    parsed.snaplen = read_u32(&body, big_endian);
    if (cursor_failed(&body))
        return AJAR_ERR_FORMAT;
    enum ajar_status status = parse_options(&body, big_endian, &parsed);
    if (status == AJAR_OK)
        *interface = parsed;
    return status;
}

/* Interface, time, lengths: blocks of type 6, and of type 2 with a shorter interface number. */
static void parse_full(enum pcapng_type type, struct cursor *body, bool big_endian,
                       struct pcapng_packet *packet)
{
    if (type == PCAPNG_OLD_PACKET) {
        packet->interface = read_u16(body, big_endian);
        cursor_skip(body, 2); /* drops */
    } else {
        packet->interface = read_u32(body, big_endian);
    }
    uint64_t high = read_u32(body, big_endian);
    packet->ticks = high << 32 | read_u32(body, big_endian);
    packet->has_time = true;
    packet->captured = read_u32(body, big_endian);
    packet->on_wire = read_u32(body, big_endian);
}

/* Only the length on the wire: how much was captured follows from snaplen and block. */
static void parse_simple(struct cursor *body, bool big_endian, uint32_t snaplen,
                         struct pcapng_packet *packet)
{
    packet->on_wire = read_u32(body, big_endian);
    packet->captured = packet->on_wire;
    if (snaplen != 0 && packet->captured > snaplen)
        packet->captured = snaplen;
}

enum ajar_status pcapng_parse_packet(enum pcapng_type type, struct cursor body, bool big_endian,
                                     uint32_t snaplen, struct pcapng_packet *packet)
{
    struct pcapng_packet parsed = {.interface = 0};
    if (type == PCAPNG_SIMPLE_PACKET)
        parse_simple(&body, big_endian, snaplen, &parsed);
    else
        parse_full(type, &body, big_endian, &parsed);
    parsed.data = cursor_take(&body, parsed.captured);
    if (cursor_failed(&body))
        return AJAR_ERR_FORMAT;
    if (parsed.on_wire < parsed.captured)
        parsed.on_wire = parsed.captured;
    *packet = parsed;
    return AJAR_OK;
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

uint64_t pcapng_time(const struct pcapng_interface *interface, uint64_t ticks)
{
    unsigned exponent = interface->resolution & 0x7f;
    uint64_t seconds;
    uint64_t fraction; /* ns */
    if (interface->resolution & 0x80) {
        uint64_t below = exponent ? ticks & (UINT64_MAX >> (64 - exponent)) : 0;
        seconds = ticks >> exponent;
        fraction = (uint64_t)((unsigned __int128)below * 1000000000u >> exponent);
    } else {
        uint64_t unit = power_of_ten(exponent);
        seconds = ticks / unit;
        fraction = exponent <= 9 ? ticks % unit * power_of_ten(9 - exponent)
                                 : ticks % unit / power_of_ten(exponent - 9);
    }
    if (interface->offset < 0 && seconds < -(uint64_t)interface->offset)
        return 0;
    if (interface->offset > 0 && seconds > UINT64_MAX - (uint64_t)interface->offset)
        return UINT64_MAX;
    return capture_time(seconds + (uint64_t)interface->offset, fraction);
}
