/* SPDX-License-Identifier: Apache-2.0 */
/* Events made by hand. */
#ifndef AJAR_TESTS_EVENTS_H
#define AJAR_TESTS_EVENTS_H

#include "ajar/event.h"
#include "enrich/enrich.h"
#include "ledger/findings.h"

/* An event with all that it borrows. */
struct sample {
    struct event event;
    struct finding finding;
    struct place source;
    struct place target;
    struct exposure_view exposure;
};

/* A query from Amsterdam that got this verdict; the number makes its id. */
static inline struct sample *make_sample(struct sample *s, enum verdict verdict, unsigned number)
{
    memset(s, 0, sizeof *s);
    s->finding = make_finding(verdict);
    SET(s->source.country_code, "NL");
    SET(s->source.city_name, "Amsterdam");
    s->source.has_location = true;
    s->source.latitude = 52.37;
    s->source.longitude = 4.9;
    s->event.action = EVENT_STORE_QUERY;
    s->event.direction = DIRECTION_INBOUND;
    s->event.sequence = number;
    s->event.time_ns = WHEN + 123456789;
    s->event.severity = 60;
    s->event.finding = &s->finding;
    s->event.source = &s->source;
    s->event.target = &s->target;
    (void)snprintf(s->event.id, sizeof s->event.id, "%032x", number);
    return s;
}

/* Makes the event one of an exposure. */
static inline void add_exposure(struct sample *s, unsigned number)
{
    s->exposure = (struct exposure_view){.first_ns = WHEN,
                                         .last_ns = WHEN + SECOND,
                                         .times = 1,
                                         .verdict = s->finding.verdict,
                                         .records = 1656,
                                         .records_source = COUNT_LISTING,
                                         .returned = 10,
                                         .gave_bytes = 1000,
                                         .actors = 2,
                                         .requests = 3,
                                         .countries = "NL,US",
                                         .datasets = "customers,cases",
                                         .indexed = "",
                                         .severity = 80};
    (void)snprintf(s->exposure.id, sizeof s->exposure.id, "%032x", 0xe0000000U + number);
    s->event.exposure = &s->exposure;
}

#endif
