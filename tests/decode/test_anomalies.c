/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include <criterion/criterion.h>
#include <string.h>

Test(anomalies, have_a_name_each)
{
    for (int i = 0; i < ANOMALY_COUNT; i++) {
        const char *name = anomaly_name((enum anomaly)i);
        cr_expect_not_null(strchr(name, '.'), "%s", name);
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(name, anomaly_name((enum anomaly)j));
    }
}

Test(anomalies, keep_names_that_dashboards_use)
{
    cr_assert_str_eq(anomaly_name(ANOMALY_IPV4_HEADER), "ipv4.header");
    cr_assert_str_eq(anomaly_name(ANOMALY_SNAPLEN_CUT), "snaplen.cut");
    cr_assert_str_eq(anomaly_name(ANOMALY_COUNT), "unknown");
}
