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

/* The only look at the shared memory. How many data sets there are is read before and once: the
 * copied count could be another one. */
static void copy_once(const volatile struct finding *shared, struct finding *own)
{
    uint16_t count = shared->dataset_count;
    if (count > FINDING_DATASETS_MAX)
        count = FINDING_DATASETS_MAX;
    size_t length = offsetof(struct finding, datasets) + count * sizeof own->datasets[0];
    memcpy(own, (const void *)(uintptr_t)shared, length);
    atomic_signal_fence(memory_order_seq_cst); /* no check may be made on a second read */
    memset((char *)own + length, 0, sizeof *own - length);
    own->dataset_count = count;
}

static void mend_words(struct finding *f)
{
    f->credentials = make_word(f->credentials, CREDENTIALS_PROVEN);
    f->identity = make_word(f->identity, IDENTITY_PROVEN);
    f->client_by = make_word(f->client_by, CLIENT_BY_CONTENT);
    f->records_source = make_word(f->records_source, COUNT_LISTING);
    f->vlan &= VLAN_ID_MASK;
    make_bool(&f->credentials_seen);
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
}

static bool is_possible(const struct finding *f)
{
    bool has_transport = f->transport == IPPROTO_TCP || f->transport == IPPROTO_UDP;
    return f->kind <= FINDING_SESSION && f->verdict > VERDICT_NONE && f->verdict < VERDICTS &&
           f->store[0] && has_transport && f->server_port != 0;
}

enum ajar_status finding_accept(const volatile struct finding *shared, struct finding *own)
{
    copy_once(shared, own);
    mend_words(own);
    mend_texts(own);
    mend_lists(own);
    return is_possible(own) ? AJAR_OK : AJAR_ERR_FORMAT;
}
