/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A finding: what the packet side says to the delivery side. Flat, bounded, without pointers, so
 * that the two sides can be two processes joined by shared memory. Text is NUL-terminated, UTF-8
 * is not promised (emit makes it valid), longer text is cut.
 */
#ifndef AJAR_FINDING_H
#define AJAR_FINDING_H

#include "ajar/addr.h"
#include "ajar/sketch.h"
#include "ajar/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The ladder: how far the evidence goes, in rising order. */
enum verdict {
    VERDICT_NONE = 0,
    VERDICT_PROBED,
    VERDICT_REVEALED,
    VERDICT_REFUSED,
    VERDICT_OPEN,
    VERDICT_METADATA,
    VERDICT_DATA,
    VERDICT_DRAINED,
    VERDICT_TAMPERED,
    VERDICTS
};

/* What the client showed. CREDENTIALS_PROVEN is said by the ledger: this server also refuses
 * without. */
enum credentials {
    CREDENTIALS_NONE = 0,
    CREDENTIALS_PRESENTED,
    CREDENTIALS_PROVEN,
};

/* How sure it is that the server is the store that the signature describes. */
enum identity {
    IDENTITY_NONE = 0, /* the request asks for such a store; the reply could be anything's */
    IDENTITY_LIKELY,   /* request and reply both have the store's ways */
    IDENTITY_PROVEN,   /* the reply says so */
};

enum finding_kind {
    FINDING_QUERY,   /* a flow reached a higher verdict */
    FINDING_SESSION, /* such a flow ended */
    FINDING_DOOR,    /* what became of a connection to a known store, without any dialogue */
};

/* What became of it. */
enum door {
    DOOR_NONE = 0, /* the finding is of another kind */
    DOOR_ANSWERED, /* SYN-ACK */
    DOOR_RESET,    /* RST in answer to a SYN */
    DOOR_SILENT,   /* a SYN without an answer, while others of the server's network answered */
    DOOR_OPAQUE,   /* TLS at the usual port of a store: something answers, nothing can be read */
};

/* Which program sends SYNs like the one that began the flow. */
enum syn_tool {
    SYN_TOOL_NONE = 0,
    SYN_TOOL_MASSCAN,
    SYN_TOOL_ZMAP,
};

/* Where a number of records held comes from; a later one in this list is the better source. */
enum count_source {
    COUNT_NONE = 0,
    COUNT_AT_LEAST, /* "10000 or more", a search that was cut short, a query that selects */
    COUNT_SEARCH,   /* total of a search over everything */
    COUNT_COUNT,    /* a count */
    COUNT_LISTING,  /* index listing or statistics */
};

#define FINDING_DATASETS_MAX 48
#define FINDING_EVIDENCE_MAX 8
#define FINDING_CLASSES_MAX  24
#define FINDING_NO_COUNT     UINT64_MAX /* number not known */

/* One data set (index, table, bucket) as the replies of this flow named it. */
struct finding_dataset {
    char name[96];
    uint64_t records;      /* held, FINDING_NO_COUNT if not said */
    uint64_t bytes;        /* held, FINDING_NO_COUNT if not said */
    uint64_t returned;     /* records of it handed out in this flow so far */
    uint64_t returned_new; /* of them, not yet in an earlier finding of this flow */
    uint8_t source;        /* enum count_source of records */
};

/* Values of one class of data that replies of this flow handed out. */
struct finding_class {
    char name[24];          /* "email", "payment_card", or a class of the user's; docs/classes.md */
    char sample[48];        /* one value, masked; "" unless samples are asked for */
    bool by_name;           /* some field is called so; values may be 0 */
    uint64_t values;        /* in this flow so far */
    uint64_t values_new;    /* of them, not yet in an earlier finding of this flow */
    uint64_t odd_new;       /* of values_new: written so that a filter would miss them */
    uint64_t masked_new;    /* values of fields of this name that look masked ("j***") */
    uint64_t hashed_new;    /* or hashed; neither is in `values` */
    struct sketch distinct; /* of `values`, normalised */
};

/* Bounds of kind_weight. */
#define FINDING_WEIGHT_LEAST (-10)
#define FINDING_WEIGHT_MOST  20

struct finding {
    uint8_t kind;          /* enum finding_kind */
    uint8_t verdict;       /* enum verdict: reached now (QUERY), highest of the flow (SESSION) */
    uint8_t credentials;   /* enum credentials, of the exchange that reached it */
    bool credentials_seen; /* some request of the flow showed credentials */
    uint8_t identity;      /* enum identity */
    uint8_t transport;     /* IP protocol number */
    uint8_t client_by;     /* enum client_by */
    uint8_t asked;         /* enum verdict: what the request asks for, VERDICT_NONE = not known */
    uint8_t door;          /* enum door, FINDING_DOOR only */
    uint8_t tool;          /* enum syn_tool */
    int8_t kind_weight;    /* how much worse than others such a store stands open: -10, 0, 10, 20 */
    bool forwarded;        /* the request names the client it was sent for, see forwarded_for */
    bool partial;          /* bytes missing or evicted: counts are lower bounds */
    bool request_unseen;   /* judged from the reply alone */
    bool weak;    /* open by an error that some stores make before access control: no exposure by
                     itself */
    bool sampled; /* not all of the replies was read */
    bool midstream;
    uint64_t time_ns;  /* packet time of the proof (QUERY), of the end (SESSION) */
    uint64_t proof_ns; /* SESSION: of the last reply that proved as much, 0 = none */
    uint64_t first_ns; /* first packet of the flow */
    uint64_t ordinal;  /* packet ordinal: findings of several workers merge by it */
    uint32_t exchange; /* number of the exchange in its flow, from 1 */
    struct addr client;
    struct addr server;
    struct addr forwarded_for; /* X-Forwarded-For or Forwarded (RFC 7239), the last address in it */
    uint16_t client_port;
    uint16_t server_port;
    uint16_t vlan;         /* outermost VLAN id, 0 = none */
    uint64_t client_bytes; /* payload sent by the client / the server in this flow so far */
    uint64_t server_bytes;
    char store[32];   /* kind: name of the signature */
    char product[32]; /* variant where the wire shows it, e.g. opensearch; "" = unknown */
    char version[32];
    char cluster_id[48];
    char cluster_name[64];
    char protection[48];  /* who refused: "Elastic security", ... */
    char application[24]; /* nDPI's name for the flow, lower case, "" = unknown */
    uint64_t risks;       /* nDPI's flow risk bits */
    char method[16];
    char url[512]; /* as sent, cut; credentials in it removed */
    char host[128];
    char user_agent[192];
    uint16_t status;        /* of the reply, 0 = none */
    uint64_t body_bytes;    /* of the reply's body on the wire */
    uint64_t records;       /* held in all, FINDING_NO_COUNT if not said */
    uint8_t records_source; /* enum count_source */
    uint64_t returned;      /* records handed out in this flow so far */
    uint64_t returned_new;  /* of them, not yet in an earlier finding of this flow */
    uint64_t gave_bytes;    /* body bytes of proving replies so far in this flow */
    uint64_t gave_bytes_new;
    uint32_t requests; /* requests to the store in this flow so far */
    uint32_t requests_new;
    int64_t oldest_s; /* dates in records handed out, seconds since 1970, 0 = none seen */
    int64_t newest_s;
    uint64_t scanned_bytes; /* of reply bodies searched for classes in this flow so far */
    uint8_t evidence_count;
    char evidence[FINDING_EVIDENCE_MAX][48];
    uint16_t dataset_count;    /* in datasets[] */
    uint16_t datasets_dropped; /* more were named than fit */
    uint16_t class_count;      /* in classes[] */
    uint16_t classes_dropped;  /* more classes were seen than fit */
    struct finding_dataset datasets[FINDING_DATASETS_MAX];
    struct finding_class classes[FINDING_CLASSES_MAX];
};

/* Copies a finding without the rows it does not have: findings are large and mostly empty. */
static inline void finding_copy(struct finding *to, const struct finding *from)
{
    uint16_t datasets =
        from->dataset_count < FINDING_DATASETS_MAX ? from->dataset_count : FINDING_DATASETS_MAX;
    uint16_t classes =
        from->class_count < FINDING_CLASSES_MAX ? from->class_count : FINDING_CLASSES_MAX;
    memcpy(to, from, offsetof(struct finding, datasets) + datasets * sizeof from->datasets[0]);
    memcpy(to->classes, from->classes, classes * sizeof from->classes[0]);
    to->dataset_count = datasets;
    to->class_count = classes;
}

/*
 * Takes a finding over from memory that a side which is not trusted may still write to: copies it
 * once, then makes the copy sound whatever was there: counts within their arrays, enums within
 * their words, booleans 0 or 1, VLAN ids 12 bits, every text ended, data sets beyond the count
 * zeroed. What cannot be mended (kind, verdict, store or ports that no finding has) is refused:
 * AJAR_ERR_FORMAT, *own is then undefined. `shared` may change while this runs; `own` is private.
 */
enum ajar_status finding_accept(const volatile struct finding *shared, struct finding *own);

/* The ladder's word for a verdict; never NULL. */
const char *verdict_name(enum verdict verdict);

/* Whether a verdict without credentials is an exposure: open and above. */
static inline bool verdict_exposes(enum verdict verdict)
{
    return verdict >= VERDICT_OPEN;
}

#endif
