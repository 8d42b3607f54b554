/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/findings.h"
#include "ledger/identity.h"

#include <ctype.h>

static void event_id(const struct finding *f, char id[static EVENT_ID_HEX])
{
    identity_event("hq", EVENT_STORE_QUERY, f, id);
}

Test(identity, of_an_event_is_32_hex_digits_and_stays)
{
    struct finding f = make_finding(VERDICT_DATA);
    char id[EVENT_ID_HEX], again[EVENT_ID_HEX];
    event_id(&f, id);
    cr_assert_eq(strlen(id), 32);
    for (int i = 0; i < 32; i++)
        cr_assert(isxdigit((unsigned char)id[i]) && !isupper((unsigned char)id[i]));
    /* What is not part of the identity: counts and names grow while the fact stays the same. */
    f.returned = 7;
    SET(f.version, "6.8.23");
    event_id(&f, again);
    cr_assert_str_eq(id, again);
}

Test(identity, of_an_event_is_pinned_across_versions)
{
    struct finding f = make_finding(VERDICT_DATA);
    char id[EVENT_ID_HEX];
    event_id(&f, id);
    /* computed by another program from the description in docs/events.md */
    cr_assert_str_eq(id, "826b5aeaca5968166fbdd69ad5e650fa");
}

Test(identity, of_an_event_changes_with_each_part)
{
    struct finding f = make_finding(VERDICT_DATA);
    char base[EVENT_ID_HEX], id[EVENT_ID_HEX];
    event_id(&f, base);
    identity_event("hq2", EVENT_STORE_QUERY, &f, id);
    cr_assert_str_neq(id, base, "site");
    identity_event("hq", EVENT_STORE_SESSION, &f, id);
    cr_assert_str_neq(id, base, "action");

    struct finding changed[8];
    for (int i = 0; i < 8; i++)
        changed[i] = f;
    SET(changed[0].store, "solr");
    changed[1].client = address("203.0.113.62");
    changed[2].server = address("10.20.30.12");
    changed[3].client_port++;
    changed[4].server_port++;
    changed[5].time_ns++;
    changed[6].exchange++;
    changed[7].verdict = VERDICT_DRAINED;
    for (int i = 0; i < 8; i++) {
        event_id(&changed[i], id);
        cr_assert_str_neq(id, base, "part %d", i);
    }
}

Test(identity, does_not_mix_site_and_store)
{
    struct finding f = make_finding(VERDICT_DATA);
    char one[EXPOSURE_ID_HEX], two[EXPOSURE_ID_HEX];
    identity_exposure("ab", "c", &f.server, 1, ZONE_OUTSIDE, one);
    identity_exposure("a", "bc", &f.server, 1, ZONE_OUTSIDE, two);
    cr_assert_str_neq(one, two);
    identity_exposure("ab", "c", &f.server, 1, ZONE_OUTSIDE, two);
    cr_assert_str_eq(one, two);
}

Test(identity, of_an_exposure_is_pinned_and_has_its_zone)
{
    struct addr server = address("10.20.30.11");
    char outside[EXPOSURE_ID_HEX], other[EXPOSURE_ID_HEX];
    identity_exposure("hq", "elasticsearch", &server, 9200, ZONE_OUTSIDE, outside);
    identity_exposure("hq", "elasticsearch", &server, 9200, ZONE_INTERNAL, other);
    cr_assert_str_neq(outside, other);
    identity_exposure("hq", "elasticsearch", &server, 9200, ZONE_ALLOWED, other);
    cr_assert_str_neq(outside, other);
    /* computed by another program from the description in docs/events.md */
    cr_assert_str_eq(outside, "c90d046b915c36df9fcf75213e498a1e");
}

Test(identity, of_life_changes_with_each_part)
{
    char one[EVENT_ID_HEX], two[EVENT_ID_HEX];
    identity_life("aa", EVENT_EXPOSURE_CLOSED, 1, one);
    identity_life("ab", EVENT_EXPOSURE_CLOSED, 1, two);
    cr_assert_str_neq(one, two);
    identity_life("aa", EVENT_EXPOSURE_UPDATED, 1, two);
    cr_assert_str_neq(one, two);
    identity_life("aa", EVENT_EXPOSURE_CLOSED, 2, two);
    cr_assert_str_neq(one, two);
    identity_life("aa", EVENT_EXPOSURE_CLOSED, 1, two);
    cr_assert_str_eq(one, two);
}

Test(identity, of_a_status_changes_with_time_and_sequence)
{
    char one[EVENT_ID_HEX], two[EVENT_ID_HEX];
    identity_status("hq", 1, 1, one);
    identity_status("hq", 1, 2, two);
    cr_assert_str_neq(one, two);
    identity_status("hq", 2, 1, two);
    cr_assert_str_neq(one, two);
    identity_status("hq", 1, 1, two);
    cr_assert_str_eq(one, two);
}

Test(identity, of_trouble_depends_on_all_that_it_says)
{
    char first[EVENT_ID_HEX], other[EVENT_ID_HEX];
    struct trouble trouble = {TROUBLE_PACKET_SIDE_DIED, 1, "text"};
    identity_trouble("hq", WHEN, &trouble, first);
    trouble.text = "another text";
    identity_trouble("hq", WHEN, &trouble, other);
    cr_assert_str_eq(first, other, "but for the text");
    identity_trouble("lab", WHEN, &trouble, other);
    cr_assert_str_neq(first, other);
    identity_trouble("hq", WHEN + 1, &trouble, other);
    cr_assert_str_neq(first, other);
    trouble.count = 2;
    identity_trouble("hq", WHEN, &trouble, other);
    cr_assert_str_neq(first, other);
    trouble.count = 1;
    trouble.kind = TROUBLE_DELIVERY_SIDE_DIED;
    identity_trouble("hq", WHEN, &trouble, other);
    cr_assert_str_neq(first, other);
}
