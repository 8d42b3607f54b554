/* SPDX-License-Identifier: Apache-2.0 */
#include "classify/tls.h"

#include <criterion/criterion.h>
#include <string.h>

#define SAYS(bytes) tls_recognise((const uint8_t *)(bytes), sizeof(bytes) - 1)

Test(tls, knows_hellos_and_alerts)
{
    cr_expect_eq(SAYS("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), TLS_CLIENT_HELLO);
    cr_expect_eq(SAYS("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"), TLS_SERVER_HELLO);
    cr_expect_eq(SAYS("\x16\x03\x00\x00\x2a\x02"), TLS_SERVER_HELLO); /* SSL 3, the shortest */
    cr_expect_eq(SAYS("\x15\x03\x03\x00\x02\x02\x28"), TLS_ALERT);
    cr_expect_eq(SAYS("\x15\x03\x01\x00\x02\x01\x00"), TLS_ALERT);
}

Test(tls, rejects_what_only_begins_like_it)
{
    cr_expect_eq(SAYS("\x16\x03\x03\x00\x29\x02"), TLS_NONE); /* too short for a hello */
    cr_expect_eq(SAYS("\x16\x03\x03\x40\x01\x02"), TLS_NONE); /* longer than a record */
    cr_expect_eq(SAYS("\x16\x03\x05\x00\x7a\x02"), TLS_NONE); /* no such version */
    cr_expect_eq(SAYS("\x16\x02\x03\x00\x7a\x02"), TLS_NONE);
    cr_expect_eq(SAYS("\x16\x03\x03\x00\x7a\x0b"), TLS_NONE);     /* a certificate comes later */
    cr_expect_eq(SAYS("\x17\x03\x03\x00\x7a\x02"), TLS_NONE);     /* application data */
    cr_expect_eq(SAYS("\x15\x03\x03\x00\x1a\x02\x28"), TLS_NONE); /* an encrypted alert */
    cr_expect_eq(SAYS("\x15\x03\x03\x00\x02\x03\x28"), TLS_NONE); /* no such level */
    cr_expect_eq(SAYS("HTTP/1.1 200 OK"), TLS_NONE);
}

Test(tls, rejects_what_is_cut)
{
    static const uint8_t hello[] = {0x16, 3, 3, 0, 0x7a, 2};
    static const uint8_t alert[] = {0x15, 3, 3, 0, 2, 2, 0x28};
    for (size_t length = 0; length < sizeof hello; length++)
        cr_expect_eq(tls_recognise(hello, length), TLS_NONE);
    cr_expect_eq(tls_recognise(hello, sizeof hello), TLS_SERVER_HELLO);
    for (size_t length = 0; length < sizeof alert; length++)
        cr_expect_eq(tls_recognise(alert, length), TLS_NONE);
    cr_expect_eq(tls_recognise(alert, sizeof alert), TLS_ALERT);
}

static struct tls_servers servers;

static bool note(uint32_t number, uint16_t port, bool client_is_home)
{
    struct addr server = {.bytes = {[12] = (uint8_t)(number >> 24),
                                    [13] = (uint8_t)(number >> 16),
                                    [14] = (uint8_t)(number >> 8),
                                    [15] = (uint8_t)number}};
    return tls_servers_note(&servers, &server, port, client_is_home);
}

Test(tls, notes_a_server_once_for_each_side_of_home)
{
    cr_expect(note(1, 9200, false));
    cr_expect_not(note(1, 9200, false));
    cr_expect(note(1, 9200, true));
    cr_expect_not(note(1, 9200, true));
    cr_expect(note(1, 9243, false));
    cr_expect(note(2, 9200, false));
    cr_expect_eq(servers.evicted, 0);
}

Test(tls, lets_the_oldest_servers_go)
{
    uint32_t count = 8 * TLS_SERVERS_MAX;
    for (uint32_t i = 0; i < count; i++)
        cr_assert(note(i, 9200, false));
    cr_expect_not(note(count - 1, 9200, false));
    cr_expect_geq(servers.evicted, 7 * TLS_SERVERS_MAX);
}
