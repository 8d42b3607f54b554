/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The severity of an event or an exposure: a base by verdict, then what makes it worse or better.
 * Kept additive and small so that a reader can redo the sum from the reasons (docs/events.md).
 */
#include "ledger/severity.h"

#define MANY_RECORDS       1000
#define MASS_RECORDS       100000
#define LARGE_BYTES        (10ULL << 20)
#define HUGE_BYTES         (1ULL << 30)
#define WEIGHT_OUTSIDE     10
#define WEIGHT_INTERNAL    (-20)
#define WEIGHT_OUTBOUND    (-15)
#define WEIGHT_MANY        3
#define WEIGHT_MASS        6
#define WEIGHT_LARGE       3
#define WEIGHT_HUGE        6
#define WEIGHT_PRESENTED   (-40)
#define WEIGHT_WEAK        (-30)
#define SEVERITY_LOGGED_IN 10 /* a login that the store is known to demand: ordinary work */

static const int verdict_weights[VERDICTS] = {
    [VERDICT_PROBED] = 5,   [VERDICT_REVEALED] = 20, [VERDICT_REFUSED] = 10,
    [VERDICT_OPEN] = 50,    [VERDICT_METADATA] = 60, [VERDICT_DATA] = 70,
    [VERDICT_DRAINED] = 80, [VERDICT_TAMPERED] = 90,
};

static void add(struct severity *severity, int weight, const char *reason)
{
    severity->value += weight;
    if (severity->reason_count < EVENT_REASONS_MAX)
        severity->reasons[severity->reason_count++] = reason;
}

static void add_direction(struct severity *severity, enum direction direction)
{
    switch (direction) {
    case DIRECTION_INBOUND:
    case DIRECTION_EXTERNAL:
        add(severity, WEIGHT_OUTSIDE, "outside");
        break;
    case DIRECTION_INTERNAL:
        add(severity, WEIGHT_INTERNAL, "internal");
        break;
    case DIRECTION_OUTBOUND:
        add(severity, WEIGHT_OUTBOUND, "store outside");
        break;
    }
}

static void add_volume(struct severity *severity, const struct severity_facts *facts)
{
    if (facts->returned >= MASS_RECORDS)
        add(severity, WEIGHT_MASS, "100000 records returned");
    else if (facts->returned >= MANY_RECORDS)
        add(severity, WEIGHT_MANY, "1000 records returned");
    if (facts->bytes >= HUGE_BYTES)
        add(severity, WEIGHT_HUGE, "1 GiB returned");
    else if (facts->bytes >= LARGE_BYTES)
        add(severity, WEIGHT_LARGE, "10 MiB returned");
}

void severity_judge(const struct severity_facts *facts, struct severity *severity)
{
    *severity = (struct severity){.value = 0};
    add(severity, verdict_weights[facts->verdict < VERDICTS ? facts->verdict : VERDICT_NONE],
        verdict_name(facts->verdict));
    if (!verdict_exposes(facts->verdict))
        return;
    if (facts->credentials == CREDENTIALS_PROVEN) {
        *severity = (struct severity){.value = 0};
        add(severity, SEVERITY_LOGGED_IN, "credentials proven");
        return;
    }
    add_direction(severity, facts->direction);
    add_volume(severity, facts);
    if (facts->credentials == CREDENTIALS_PRESENTED)
        add(severity, WEIGHT_PRESENTED, "credentials presented");
    if (facts->weak)
        add(severity, WEIGHT_WEAK, "weak proof");
    if (severity->value > 100)
        severity->value = 100;
}

void severity_judge_trouble(enum trouble_kind kind, struct severity *severity)
{
    static const int weights[TROUBLE_KINDS] = {
        [TROUBLE_PACKET_SIDE_DIED] = 50,    [TROUBLE_DELIVERY_SIDE_DIED] = 50,
        [TROUBLE_JOURNAL_MOVED_ASIDE] = 60, [TROUBLE_JOURNAL_TRIMMED] = 60,
        [TROUBLE_EVENTS_NOT_ACCEPTED] = 60,
    };
    *severity = (struct severity){.value = 0};
    add(severity, weights[kind], trouble_name(kind));
}
