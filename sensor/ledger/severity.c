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
#define WEIGHT_SENSITIVE   10 /* of a kind of store; more is critical */
#define WEIGHT_MANY        3
#define WEIGHT_MASS        6
#define WEIGHT_LARGE       3
#define WEIGHT_HUGE        6
#define MASS_HELD          1000000
#define WEIGHT_HELD        3
#define WEIGHT_SERVERS     3
#define WEIGHT_INDEXED     5
#define WEIGHT_COUNTRY     3
#define WEIGHT_PRESENTED   (-40)
#define WEIGHT_WEAK        (-30)
#define SEVERITY_ALLOWED   10
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

/* What such a store gives away beside its data: of some a whole machine, of others nothing. */
static void add_kind(struct severity *severity, int weight)
{
    if (weight < 0)
        add(severity, weight, "harmless kind of store");
    else if (weight > WEIGHT_SENSITIVE)
        add(severity, weight, "critical kind of store");
    else if (weight > 0)
        add(severity, weight, "sensitive kind of store");
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

static const char *servers_reason(uint32_t servers)
{
    static const char *const reasons[] = {
        "2 servers one data set", "3 servers one data set", "4 servers one data set",
        "5 servers one data set", "6 servers one data set", "7 servers one data set",
        "8 servers one data set", "9 servers one data set", "10 servers or more one data set"};
    size_t last = sizeof reasons / sizeof reasons[0] - 1;
    return reasons[servers - 2 < last ? servers - 2 : last];
}

/* What is known of what it holds and of who found it. */
static void add_circumstances(struct severity *severity, const struct severity_facts *facts)
{
    if (facts->class_weight > 0)
        add(severity, facts->class_weight, facts->class_reason);
    if (facts->indexed)
        add(severity, WEIGHT_INDEXED, "indexed by a search engine");
    if (facts->sensitive_country)
        add(severity, WEIGHT_COUNTRY, "sensitive country");
    if (facts->servers >= 2)
        add(severity, WEIGHT_SERVERS, servers_reason(facts->servers));
    if (facts->held != FINDING_NO_COUNT && facts->held >= MASS_HELD)
        add(severity, WEIGHT_HELD, "1000000 records held");
}

static void set_fixed(struct severity *severity, int value, const char *reason)
{
    *severity = (struct severity){.value = 0};
    add(severity, value, reason);
}

void severity_judge(const struct severity_facts *facts, struct severity *severity)
{
    *severity = (struct severity){.value = 0};
    add(severity, verdict_weights[facts->verdict < VERDICTS ? facts->verdict : VERDICT_NONE],
        verdict_name(facts->verdict));
    if (!verdict_exposes(facts->verdict))
        return;
    if (facts->allowed) {
        set_fixed(severity, SEVERITY_ALLOWED, "allowed by policy");
        return;
    }
    if (facts->credentials == CREDENTIALS_PROVEN) {
        set_fixed(severity, SEVERITY_LOGGED_IN, "credentials proven");
        return;
    }
    add_direction(severity, facts->direction);
    add_kind(severity, facts->kind_weight);
    add_circumstances(severity, facts);
    add_volume(severity, facts);
    if (facts->credentials == CREDENTIALS_PRESENTED)
        add(severity, WEIGHT_PRESENTED, "credentials presented");
    if (facts->weak)
        add(severity, WEIGHT_WEAK, "weak proof");
    if (severity->value > 100)
        severity->value = 100;
    if (severity->value < 0)
        severity->value = 0;
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
