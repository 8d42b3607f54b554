/* SPDX-License-Identifier: Apache-2.0 */
#include "ajar/event.h"
#include "ledger/findings.h"

Test(words, are_those_of_the_events)
{
    cr_assert_str_eq(event_action_name(EVENT_STORE_QUERY), "store-query");
    cr_assert_str_eq(event_action_name(EVENT_STORE_SESSION), "store-session");
    cr_assert_str_eq(event_action_name(EVENT_EXPOSURE_OPENED), "exposure-opened");
    cr_assert_str_eq(event_action_name(EVENT_SENSOR_STATUS), "sensor-status");
    cr_assert_str_eq(credentials_name(CREDENTIALS_NONE), "none");
    cr_assert_str_eq(credentials_name(CREDENTIALS_PRESENTED), "presented");
    cr_assert_str_eq(credentials_name(CREDENTIALS_PROVEN), "proven");
    cr_assert_str_eq(direction_name(DIRECTION_INBOUND), "inbound");
    cr_assert_str_eq(direction_name(DIRECTION_INTERNAL), "internal");
    cr_assert_str_eq(direction_name(DIRECTION_OUTBOUND), "outbound");
    cr_assert_str_eq(direction_name(DIRECTION_EXTERNAL), "external");
}

Test(words, are_never_null)
{
    cr_assert(event_action_name((enum event_action)99));
    cr_assert(direction_name((enum direction)99));
    cr_assert(credentials_name((enum credentials)99));
}

static enum direction between(const struct netset *home, const char *client, const char *server)
{
    struct addr c = address(client), s = address(server);
    return direction_between(home, &c, &s);
}

Test(words, direction_is_seen_from_home)
{
    struct netset home;
    netset_init_private(&home);
    cr_assert_eq(between(&home, "203.0.113.1", "10.0.0.1"), DIRECTION_INBOUND);
    cr_assert_eq(between(&home, "10.0.0.2", "10.0.0.1"), DIRECTION_INTERNAL);
    cr_assert_eq(between(&home, "10.0.0.2", "203.0.113.1"), DIRECTION_OUTBOUND);
    cr_assert_eq(between(&home, "198.51.100.1", "203.0.113.1"), DIRECTION_EXTERNAL);
    cr_assert_eq(between(&home, "2001:db8::1", "fd00::1"), DIRECTION_INBOUND);
}

Test(words, everything_is_inbound_when_any_server_is_home)
{
    struct netset home;
    struct problem problem = {""};
    cr_assert_eq(netset_parse("any", &home, &problem), AJAR_OK);
    cr_assert_eq(between(&home, "10.0.0.2", "203.0.113.1"), DIRECTION_INBOUND);
    cr_assert_eq(between(&home, "10.0.0.2", "10.0.0.1"), DIRECTION_INBOUND);
}
