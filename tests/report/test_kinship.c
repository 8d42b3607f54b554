/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scene.h"

#define CUSTOMERS(records)                                                                         \
    ",\"records\":" records ",\"datasets\":[{\"name\":\"customers\",\"records\":" records "},"     \
    "{\"name\":\".hidden\",\"records\":99999}]"
#define EMAILS(distinct)                                                                           \
    ",\"classes\":[{\"name\":\"email\",\"values\":1300,\"distinct\":" distinct "}]"

static const struct node *group_at(const struct report *report, size_t index)
{
    return node_get(node_at(node_get(report_document(report), "exposures"), index), "group");
}

Test(kinship, groups_servers_with_equal_data)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN CUSTOMERS("1237") EMAILS("1200"));
    add(report, "10.0.0.2", OPEN CUSTOMERS("1237") EMAILS("1100"));
    add(report, "10.0.0.3", OPEN CUSTOMERS("1237"));
    add(report, "10.0.0.4", OPEN CUSTOMERS("1238"));
    finish(report);
    cr_assert_eq(node_number(group_at(report, 0), "servers", 0), 3);
    cr_assert_str_eq(node_text(group_at(report, 0), "same"), "data");
    cr_assert_eq(node_count(node_get(group_at(report, 0), "members")), 2);
    cr_assert_null(group_at(report, 3));
    cr_assert_eq(total(report, "records"), 1237 + 1238, "equal data counts once");
    cr_assert_eq(total(report, "distinct_emails"), 1200);
    cr_assert_eq(total(report, "servers"), 4);
    assert_says(report, FORM_TEXT, "data as 10.0.0.2:9200, 10.0.0.3:9200: 3 servers, 1 data set");
    report_free(report);
}

Test(kinship, zones_of_one_server_are_one_server)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN CUSTOMERS("1237"));
    add(report, "10.0.0.1", INTERNAL CUSTOMERS("1237"));
    finish(report);
    cr_assert_null(group_at(report, 0));
    cr_assert_eq(total(report, "servers"), 1);
    cr_assert_eq(total(report, "records"), 1237);
    report_free(report);
}

Test(kinship, small_data_sets_prove_nothing)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN CUSTOMERS("9"));
    add(report, "10.0.0.2", OPEN CUSTOMERS("9"));
    finish(report);
    cr_assert_null(group_at(report, 0));
    report_free(report);
}

Test(kinship, nodes_of_a_cluster_belong_together)
{
    struct report *report = make_report(false);
    add(report, "10.0.0.1", OPEN ",\"cluster_id\":\"IM-a7\"");
    add(report, "10.0.0.2", OPEN ",\"cluster_id\":\"IM-a7\"");
    add(report, "10.0.0.3", OPEN);
    finish(report);
    cr_assert_str_eq(node_text(group_at(report, 0), "same"), "cluster");
    cr_assert_eq(node_number(group_at(report, 1), "servers", 0), 2);
    cr_assert_null(group_at(report, 2));
    report_free(report);
}

Test(kinship, who_went_through_several_stores_is_one_actor)
{
    static const char actors[] =
        OPEN ",\"clients\":[{\"address\":\"203.0.113.1\",\"outside\":true},"
             "{\"address\":\"10.0.0.9\"}]";
    struct report *report = make_report(false);
    add(report, "10.0.0.1", actors);
    add(report, "10.0.0.2", actors);
    finish(report);
    cr_assert_eq(total(report, "actors"), 2);
    cr_assert_eq(total(report, "actors_outside"), 1);
    report_free(report);
}
