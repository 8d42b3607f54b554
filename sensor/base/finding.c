/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings taken over from the side that parses hostile bytes and may have been taken over itself:
 * between the ring and the ledger. One copy, then everything is checked on the copy. Pure but for
 * the one read.
 */
#include "ajar/finding.h"

#include "ajar/flow.h"
#include "base/text.h"

#include <netinet/in.h>
#include <stdatomic.h>

#define VLAN_ID_MASK 0xfffu

/* A boolean of the wire between the sides is any byte: it may not be read as `bool` before. */
static void make_bool(bool *value)
{
    unsigned char byte;
    memcpy(&byte, value, 1);
    *value = byte != 0;
}

/* An enum beyond its last word says the least it can. */
static uint8_t make_word(uint8_t value, unsigned last)
{
    return value <= last ? value : 0;
}

/* The only look at the shared memory. How many rows there are is read before and once: the copied
 * counts could be other ones. */
static void copy_once(const volatile struct finding *shared, struct finding *own)
{
    uint16_t datasets = shared->dataset_count, classes = shared->class_count;
    if (datasets > FINDING_DATASETS_MAX)
        datasets = FINDING_DATASETS_MAX;
    if (classes > FINDING_CLASSES_MAX)
        classes = FINDING_CLASSES_MAX;
    const struct finding *from = (const void *)(uintptr_t)shared;
    memcpy(own, from, offsetof(struct finding, datasets) + datasets * sizeof own->datasets[0]);
    memcpy(own->classes, from->classes, classes * sizeof own->classes[0]);
    atomic_signal_fence(memory_order_seq_cst); /* no check may be made on a second read */
    memset(own->datasets + datasets, 0, (FINDING_DATASETS_MAX - datasets) * sizeof *own->datasets);
    memset(own->classes + classes, 0, (FINDING_CLASSES_MAX - classes) * sizeof *own->classes);
    own->dataset_count = datasets;
    own->class_count = classes;
}

static void mend_words(struct finding *f)
{
    f->credentials = make_word(f->credentials, CREDENTIALS_PROVEN);
    f->identity = make_word(f->identity, IDENTITY_PROVEN);
    f->client_by = make_word(f->client_by, CLIENT_BY_CONTENT);
    f->asked = make_word(f->asked, VERDICTS - 1);
    f->door = make_word(f->door, DOOR_OPAQUE);
    f->tool = make_word(f->tool, SYN_TOOL_ZMAP);
    f->records_source = make_word(f->records_source, COUNT_LISTING);
    f->vlan &= VLAN_ID_MASK;
    if (f->kind_weight < FINDING_WEIGHT_LEAST || f->kind_weight > FINDING_WEIGHT_MOST)
        f->kind_weight = 0;
    make_bool(&f->credentials_seen);
    make_bool(&f->forwarded);
    make_bool(&f->partial);
    make_bool(&f->request_unseen);
    make_bool(&f->weak);
    make_bool(&f->sampled);
    make_bool(&f->midstream);
}

static void mend_texts(struct finding *f)
{
    TEXT_END(f->store);
    TEXT_END(f->product);
    TEXT_END(f->version);
    TEXT_END(f->cluster_id);
    TEXT_END(f->cluster_name);
    TEXT_END(f->protection);
    TEXT_END(f->application);
    TEXT_END(f->method);
    TEXT_END(f->url);
    TEXT_END(f->host);
    TEXT_END(f->user_agent);
}

static void mend_lists(struct finding *f)
{
    if (f->evidence_count > FINDING_EVIDENCE_MAX)
        f->evidence_count = FINDING_EVIDENCE_MAX;
    for (size_t i = 0; i < FINDING_EVIDENCE_MAX; i++)
        TEXT_END(f->evidence[i]);
    for (size_t i = 0; i < f->dataset_count; i++) {
        TEXT_END(f->datasets[i].name);
        f->datasets[i].source = make_word(f->datasets[i].source, COUNT_LISTING);
    }
    for (size_t i = 0; i < f->class_count; i++) {
        TEXT_END(f->classes[i].name);
        TEXT_END(f->classes[i].sample);
        make_bool(&f->classes[i].by_name);
    }
}

/* At a door nothing is said: only TLS at a usual port gives an idea which store it may be. */
static bool is_possible_door(const struct finding *f)
{
    return f->door != DOOR_NONE && f->verdict == VERDICT_NONE &&
           (f->door == DOOR_OPAQUE) == (f->store[0] != '\0');
}

static bool is_possible(const struct finding *f)
{
    bool has_transport = f->transport == IPPROTO_TCP || f->transport == IPPROTO_UDP;
    if (!has_transport || f->server_port == 0)
        return false;
    if (f->kind == FINDING_DOOR)
        return is_possible_door(f);
    return f->kind <= FINDING_SESSION && f->door == DOOR_NONE && f->verdict > VERDICT_NONE &&
           f->verdict < VERDICTS && f->store[0];
}

enum ajar_status finding_accept(const volatile struct finding *shared, struct finding *own)
{
    copy_once(shared, own);
    mend_words(own);
    mend_texts(own);
    mend_lists(own);
    return is_possible(own) ? AJAR_OK : AJAR_ERR_FORMAT;
}
