/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/files.h"

#include "support/frames.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(filter, .init = files_init, .fini = files_clear);

static struct frame_builder frame;

/* One TCP packet to each port. */
static const char *write_ports(const uint16_t *ports, size_t count)
{
    static struct file_builder builder;
    file_put_pcap_header(&builder, FILE_MAGIC_MICRO, 1);
    for (size_t i = 0; i < count; i++) {
        frame_build_begin(&frame, 1);
        frame_build_ethernet(&frame, 0x0800);
        frame_build_ipv4(&frame, "192.0.2.1", "10.0.0.5", PACKET_TCP);
        frame_build_tcp(&frame, 40000, ports[i], TCP_SYN, 1, 0);
        struct frame built = frame_build_end(&frame);
        file_put_u32(&builder, 1);
        file_put_u32(&builder, 0);
        file_put_u32(&builder, built.captured);
        file_put_u32(&builder, built.captured);
        file_put(&builder, built.data, built.captured);
    }
    return files_write("ports.pcap", &builder);
}

Test(filter, passes_what_matches)
{
    static const uint16_t ports[] = {9200, 80, 9200, 443};
    struct file_frames frames;
    const char *path = write_ports(ports, 4);
    file_read_all(path, "tcp dst port 9200", 100, &frames);
    cr_assert(frames.status == AJAR_END && frames.count == 2);
    cr_assert_eq(frames.frames[1].ordinal, 2);
    file_read_all(path, "udp", 1, &frames);
    cr_assert(frames.status == AJAR_END && frames.count == 0);
}

Test(filter, says_what_is_no_filter)
{
    static const uint16_t ports[] = {9200};
    struct file_frames frames;
    file_read_all(write_ports(ports, 1), "port elastic search", 100, &frames);
    cr_assert_eq(frames.status, AJAR_ERR_USAGE);
    cr_assert_eq(
        strncmp(frames.problem.text, "filter \"port elastic search\" is not usable for ", 47), 0,
        "%s", frames.problem.text);
}
