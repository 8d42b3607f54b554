/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the members "open_at_least", "open_at_most" and "closed" (docs/redis.md). */
#include "report/life.h"

#include <string.h>

struct life life_of(const struct node *window)
{
    const struct node *least = node_get(window, "open_at_least");
    const struct node *most = node_get(window, "open_at_most");
    const struct node *closed = node_get(window, "closed");
    return (struct life){
        .first_ns = node_time(least, "since"),
        .last_ns = node_time(least, "until"),
        .before_ns = node_time(most, "since"),
        .closed_ns = node_time(closed, "at"),
        .by = node_text(closed, "by"),
    };
}

bool life_is_open(const struct node *exposure)
{
    return strcmp(node_text(exposure, "status"), "open") == 0;
}

bool life_is_outside(const struct node *exposure)
{
    return strcmp(node_text(exposure, "zone"), "outside") == 0;
}

uint64_t life_begin(const struct node *exposure)
{
    const struct node *earliest = node_at(node_get(exposure, "windows"), 0);
    return life_of(earliest ? earliest : exposure).first_ns;
}
