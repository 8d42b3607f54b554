/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_samples SEED COUNT: writes so many documents of events of all actions, with every text that
 * others choose made of random bytes and every number at random between its ends. What comes out
 * must be JSON, UTF-8 and of the schema whatever went in (test_json_schema.py).
 */
#include "emit/json.h"
#include "enrich/enrich.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dULL >> 20) % below;
}

/* Kinds of bytes: any, control characters, beginnings of long UTF-8 sequences, UTF-8, ASCII. */
static void put_random(char *text, size_t size)
{
    static const char *const pieces[] = {"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\"", "\\",
                                         "\xed\xa0\x80"};
    uint64_t kind = draw(6);
    size_t length = draw(3) ? draw(size) : size - 1, used = 0;
    while (used < length) {
        const char *piece = pieces[draw(sizeof pieces / sizeof pieces[0])];
        switch (kind) {
        case 0:
            text[used++] = (char)(1 + draw(255));
            break;
        case 1:
            text[used++] = (char)(1 + draw(31));
            break;
        case 2:
            text[used++] = (char)(0xc0 + draw(64));
            break;
        case 3:
            text[used] = '\0';
            (void)snprintf(text + used, size - used, "%s", piece);
            used += strlen(text + used);
            length = used + strlen(piece) < size ? length : used;
            break;
        default:
            text[used++] = (char)(0x20 + draw(95));
        }
    }
    text[used] = '\0';
}

#define RANDOM(field) put_random(field, sizeof(field))

static uint64_t number(void)
{
    switch (draw(4)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX - draw(3); /* FINDING_NO_COUNT is one of them */
    case 2:
        return draw(UINT64_MAX) * 7;
    default:
        return draw(1000);
    }
}

static uint64_t count(void)
{
    return number() & INT64_MAX;
}

static void make_address(struct addr *addr)
{
    const char *text = draw(2) ? "203.0.113.9" : "2001:db8::9";
    if (addr_parse(text, addr) != AJAR_OK)
        abort();
    addr->bytes[15] = (uint8_t)draw(256);
}

static void make_datasets(struct finding *f)
{
    f->dataset_count = (uint16_t)(draw(3) ? draw(4) : draw(FINDING_DATASETS_MAX + 1));
    f->datasets_dropped = (uint16_t)(draw(2) ? 0 : draw(65536));
    for (uint16_t i = 0; i < f->dataset_count; i++) {
        RANDOM(f->datasets[i].name);
        f->datasets[i].records = number();
        f->datasets[i].bytes = number();
        f->datasets[i].returned = count();
        f->datasets[i].source = (uint8_t)(COUNT_AT_LEAST + draw(4));
    }
    f->evidence_count = (uint8_t)draw(FINDING_EVIDENCE_MAX + 1);
    for (uint8_t i = 0; i < f->evidence_count; i++)
        RANDOM(f->evidence[i]);
}

static void make_sketch(struct sketch *sketch)
{
    for (uint64_t left = draw(20); left; left--)
        (void)sketch_add(sketch, draw(UINT64_MAX) * 7);
}

static void make_classes(struct finding *f)
{
    f->class_count = (uint16_t)(draw(2) ? draw(3) : draw(FINDING_CLASSES_MAX + 1));
    f->classes_dropped = (uint16_t)(draw(2) ? 0 : draw(65536));
    f->scanned_bytes = draw(2) ? 0 : count();
    f->oldest_s = (int64_t)number();
    f->newest_s = (int64_t)draw(UINT32_MAX);
    for (uint16_t i = 0; i < f->class_count; i++) {
        struct finding_class *class = &f->classes[i];
        RANDOM(class->name);
        if (draw(2))
            RANDOM(class->sample);
        class->by_name = draw(2);
        class->values = count();
        make_sketch(&class->distinct);
    }
}

static void make_texts(struct finding *f)
{
    do
        RANDOM(f->store);
    while (f->store[0] == '\0'); /* finding_accept() takes none without */
    RANDOM(f->product);
    RANDOM(f->version);
    RANDOM(f->cluster_id);
    RANDOM(f->cluster_name);
    RANDOM(f->protection);
    RANDOM(f->application);
    RANDOM(f->method);
    RANDOM(f->url);
    RANDOM(f->host);
    RANDOM(f->user_agent);
}

static void make_finding_of(struct finding *f)
{
    memset(f, 0, sizeof *f);
    make_texts(f);
    make_datasets(f);
    make_classes(f);
    make_address(&f->client);
    make_address(&f->server);
    make_address(&f->forwarded_for);
    f->forwarded = draw(2);
    f->tool = (uint8_t)draw(3);
    f->kind = (uint8_t)draw(2);
    f->verdict = (uint8_t)(1 + draw(VERDICTS - 1));
    f->identity = (uint8_t)draw(3);
    f->transport = (uint8_t)draw(256);
    f->partial = draw(2);
    f->weak = draw(2);
    f->sampled = draw(2);
    f->midstream = draw(2);
    f->request_unseen = draw(2);
    f->time_ns = count();
    f->first_ns = count();
    f->client_port = (uint16_t)draw(65536);
    f->server_port = (uint16_t)draw(65536);
    f->vlan = (uint16_t)draw(4096);
    f->client_bytes = count() / 2;
    f->server_bytes = count() / 2;
    f->risks = number();
    f->status = (uint16_t)draw(65536);
    f->body_bytes = count();
    f->records = number();
    f->records_source = (uint8_t)(COUNT_AT_LEAST + draw(4));
    f->returned = count();
    f->gave_bytes = count();
    f->requests = (uint32_t)number();
}

static void make_place(struct place *place)
{
    memset(place, 0, sizeof *place);
    if (draw(2))
        return;
    memcpy(place->country_code, "NL", 3);
    RANDOM(place->country_name);
    RANDOM(place->region_name);
    RANDOM(place->city_name);
    RANDOM(place->as_name);
    place->as_number = (uint32_t)number();
    place->has_location = draw(2);
    place->latitude = (double)draw(180) - 90;
    place->longitude = (double)draw(360) - 180;
}

static void make_status(struct sensor_status *status)
{
    *status = (struct sensor_status){.packets = number(),
                                     .bytes = number(),
                                     .events = number(),
                                     .events_folded = number(),
                                     .queue = number(),
                                     .packet_deaths = (uint32_t)number()};
    RANDOM(status->redis);
    RANDOM(status->journal);
}

/* All that an event borrows. */
static struct finding finding;
static struct place source, target;
static struct sensor_status status;
static struct exposure_view view;
static char trouble_text[2000], sensor[300], site[300], import_id[300];
static struct trouble trouble = {.text = trouble_text};

static struct exposure_class classes[24];
static struct actor_view actor;

static void make_exposure_classes(void)
{
    memset(classes, 0, sizeof classes);
    view.class_count = (uint32_t)(draw(2) ? draw(3) : draw(25));
    for (uint32_t i = 0; i < view.class_count; i++) {
        RANDOM(classes[i].name);
        if (draw(2))
            RANDOM(classes[i].sample);
        classes[i].values = count();
        classes[i].odd = count();
        classes[i].masked = count();
        classes[i].hashed = count();
        classes[i].by_name = draw(2);
        make_sketch(&classes[i].distinct);
    }
    view.classes = classes;
}

static void make_exposure(void)
{
    view =
        (struct exposure_view){.first_ns = count(),
                               .last_ns = count(),
                               .before_ns = draw(2) ? 0 : count(),
                               .zone = (uint8_t)draw(ZONES),
                               .verdict = (uint8_t)(VERDICT_OPEN + draw(VERDICTS - VERDICT_OPEN)),
                               .times = (uint32_t)number(),
                               .records = number(),
                               .records_source = (uint8_t)(COUNT_AT_LEAST + draw(4)),
                               .returned = count(),
                               .gave_bytes = count(),
                               .actors = (uint32_t)number(),
                               .requests = (uint32_t)number(),
                               .countries = draw(2) ? "NL,US" : "",
                               .datasets = draw(2) ? "customers,\xff,a b" : "",
                               .indexed = draw(2) ? "Shodan" : "",
                               .oldest_s = (int64_t)number(),
                               .newest_s = (int64_t)draw(UINT32_MAX)};
    (void)snprintf(view.id, sizeof view.id, "%032" PRIx64, number());
    if (draw(2)) {
        (void)snprintf(view.group.id, sizeof view.group.id, "%032" PRIx64, number());
        view.group.servers = (uint32_t)number();
        view.group.same_data = draw(2);
    }
    make_exposure_classes();
}

static void make_actor(void)
{
    memset(&actor, 0, sizeof actor);
    if (draw(2)) {
        RANDOM(actor.claimed);
        RANDOM(actor.confirmed);
        RANDOM(actor.tool);
        actor.search_engine = draw(2);
    }
    actor.proxied = draw(2);
    make_address(&actor.via);
}

/* A connection without a dialogue: nothing of it is known but its ends. */
static void make_door(enum door door)
{
    struct finding of;
    make_finding_of(&of);
    memset(&finding, 0, sizeof finding);
    finding.kind = FINDING_DOOR;
    finding.door = (uint8_t)door;
    finding.client = of.client;
    finding.server = of.server;
    finding.records = FINDING_NO_COUNT;
    memcpy(finding.store, of.store, sizeof finding.store);
}

static void make_life(struct event *event)
{
    event->credentials = CREDENTIALS_NONE;
    event->folded = 0;
    event->exposure = &view;
    if (event->action == EVENT_EXPOSURE_CLOSED) {
        view.closing = (uint8_t)(CLOSING_REFUSED + draw(CLOSINGS - CLOSING_REFUSED));
        view.closed_ns = count();
        if (view.closing == CLOSING_REFUSED)
            finding.verdict = VERDICT_REFUSED;
        else
            make_door(view.closing == CLOSING_RESET ? DOOR_RESET : DOOR_SILENT);
        if (view.closing == CLOSING_SILENCE && draw(2))
            memset(&finding.client, 0, sizeof finding.client);
        return;
    }
    finding.verdict = (uint8_t)(VERDICT_OPEN + draw(VERDICTS - VERDICT_OPEN));
    finding.weak = false;
}

static void make_store_event(struct event *event)
{
    make_finding_of(&finding);
    make_place(&source);
    make_place(&target);
    make_exposure();
    make_actor();
    event->actor = draw(2) ? &actor : NULL;
    event->finding = &finding;
    event->direction = (enum direction)draw(4);
    event->credentials = (enum credentials)draw(3);
    event->folded = draw(2) ? 0 : number();
    event->exposure = draw(2) ? &view : NULL;
    if (event->action == EVENT_EXPOSURE_OPENED || event->action == EVENT_EXPOSURE_UPDATED ||
        event->action == EVENT_EXPOSURE_CLOSED)
        make_life(event);
    if (event->action == EVENT_STORE_REACHABLE) {
        event->folded = 0;
        if (draw(2))
            make_door(draw(2) ? DOOR_OPAQUE : DOOR_ANSWERED);
    }
    if (event->action == EVENT_EVENTS_FOLDED) {
        finding.dataset_count = finding.datasets_dropped = finding.evidence_count = 0;
        finding.class_count = finding.classes_dropped = 0;
        finding.method[0] = finding.url[0] = finding.host[0] = finding.user_agent[0] = '\0';
        finding.status = 0;
        event->folded = 1 + draw(1000);
    }
}

static void make_event(struct event *event)
{
    *event = (struct event){.action = (enum event_action)draw(EVENT_SENSOR_TROUBLE + 1),
                            .sequence = count(),
                            .time_ns = count(),
                            .severity = (int)draw(101),
                            .reasons = {"data", "outside"},
                            .reason_count = 2,
                            .source = &source,
                            .target = &target};
    (void)snprintf(event->id, sizeof event->id, "%032" PRIx64, number());
    if (event->action == EVENT_SENSOR_STATUS) {
        make_status(&status);
        event->status = &status;
        event->reason_count = 0;
    } else if (event->action == EVENT_SENSOR_TROUBLE) {
        trouble.kind = (enum trouble_kind)draw(TROUBLE_KINDS);
        trouble.count = number();
        RANDOM(trouble_text);
        event->trouble = &trouble;
    } else {
        make_store_event(event);
    }
}

static void make_options(struct emit_options *options)
{
    RANDOM(sensor);
    RANDOM(site);
    RANDOM(import_id);
    sensor[0] = site[0] = 'x'; /* the configuration takes none that is empty */
    *options = (struct emit_options){
        .sensor = sensor, .site = site, .import_id = draw(2) ? import_id : NULL};
}

int main(int count_of_words, char **words)
{
    static char text[EMIT_JSON_MAX];
    if (count_of_words != 3)
        return 2;
    state = strtoull(words[1], NULL, 10) * 2 + 1;
    for (unsigned long left = strtoul(words[2], NULL, 10); left; left--) {
        struct emit_options options;
        struct event event;
        size_t length;
        make_options(&options);
        make_event(&event);
        enum ajar_status result = json_write_event(&options, &event, text, sizeof text, &length);
        if (result != AJAR_OK) {
            fprintf(stderr, "json_samples: %s\n", ajar_status_text(result));
            return 1;
        }
        if (fwrite(text, 1, length, stdout) != length || putchar('\n') == EOF)
            return 1;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
