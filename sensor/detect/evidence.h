/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of one flow to a store while it lives: requests that wait for their reply, the
 * reply being read, and what the replies have proven so far. One fixed-size block a flow.
 */
#ifndef AJAR_DETECT_EVIDENCE_H
#define AJAR_DETECT_EVIDENCE_H

#include "ajar/finding.h"
#include "detect/signature.h"
#include "inspect/xml_scan.h"
#include "scan/scan.h"

#define EVIDENCE_WINDOW                                                                            \
    2048 /* of a text body: the longest line; of YAML, CBOR, SMILE: what is searched at once */
#define EVIDENCE_PREFIX      1024 /* first bytes of a body, kept for texts, refusals, emptiness */
#define EVIDENCE_WAITING_MAX 256  /* waiting requests kept; of later ones only the number is */
#define EVIDENCE_DETAILS_MAX                                                                       \
    6 /* waiting requests whose text is kept; the rest keep their rule only */
#define EVIDENCE_BODY_WINDOW 1024 /* of a request body: what is searched for marks */

/* What a request said, kept in full. */
struct request_detail {
    char method[16];
    char url[512];
    char dataset[96]; /* {index} of the path when it is one plain name, else "" */
    bool selects;     /* the search names what it wants */
    bool page;        /* asks for a later page */
    bool form;        /* says that its body is parameters, as those of a query */
    bool vouched;     /* a relay to that store carries it */
    struct body_effects body;
    bool heading;                           /* a text listing begins with its heading */
    bool help;                              /* asks what columns there are */
    bool forwarded;                         /* a proxy says for whom it is: */
    uint8_t column_count;                   /* columns named by the request, 0 = none */
    uint8_t columns[SIGNATURE_COLUMNS_MAX]; /* enum role of each */
    struct addr forwarded_for;
};

/* What every waiting request keeps. */
struct request_note {
    uint16_t signature;  /* number in the set; its rules are meant */
    uint16_t rule;       /* SIGNATURE_NONE = no rule fits */
    uint8_t credentials; /* enum credentials */
    uint8_t detail;      /* slot, 0xff = not kept */
    bool head;           /* HEAD: no body will come */
    bool options;        /* OPTIONS: answered before any access control */
    bool unknown;        /* stands for a request that was not seen */
};

enum body_format {
    BODY_UNDECIDED,
    BODY_JSON,
    BODY_XML,
    BODY_LINES,
    BODY_YAML,
    BODY_CBOR,
    BODY_SMILE,
    BODY_OTHER,
};

/* The data sets that replies named. */
struct dataset_list {
    uint16_t count;
    uint16_t dropped;
    struct finding_dataset list[FINDING_DATASETS_MAX];
    uint64_t told[FINDING_DATASETS_MAX]; /* of `returned`, in findings */
};

/* A line or object that describes one data set, while it is being read. */
struct dataset_row {
    bool open;
    bool unproven; /* counts only once a row-proof was seen */
    char name[96];
    uint64_t records;
    uint64_t bytes;
};

/* The reply being read: what it said so far. */
struct reply {
    const struct request_rule *rule; /* NULL = request unknown */
    const struct plan *plan;
    const struct table *table;
    struct request_note note;
    struct request_detail detail;
    uint16_t status;
    bool protocol_error;   /* 400 in HTTP/1.0: the server could not read the request */
    bool not_written;      /* the write changed nothing */
    bool written_if_asked; /* what only a reply to a write says */
    enum body_format format;
    uint64_t marks;
    uint64_t texts_matched;   /* text facts whose expression the first bytes match, a bit each */
    uint64_t refusal_headers; /* refusal rules whose header test holds */
    const char *product;
    bool active;      /* between reply() and reply_end() */
    bool names_seen;  /* names, sizes, schema: metadata */
    bool values_seen; /* values of records */
    bool cursor_seen;
    bool written_seen;
    bool error_seen;
    bool failed;        /* a success that says it failed */
    bool returned_said; /* the server itself says how many records it hands out */
    bool absent;        /* the data set that the request names is not there */
    bool lower_bound;   /* the total is not exact */
    bool scan_broken;
    bool given_up;   /* its first bytes said too little for too long: no more of it is read */
    bool cut;        /* not all of the body was read */
    bool sampled;    /* enough was read, the rest is estimated */
    uint32_t totals; /* totals read (several in one reply: none of them is the store's) */
    uint32_t rows;   /* data sets described */
    uint32_t lines;  /* lines of a text body with content */
    uint64_t total;
    uint64_t count_held;             /* ROLE_RECORDS outside a row, FINDING_NO_COUNT = none */
    uint64_t bytes_held;             /* ROLE_BYTES outside a row, FINDING_NO_COUNT = none */
    uint64_t records_all;            /* FINDING_NO_COUNT = none */
    bool rows_counted;               /* at least one row said a number */
    uint64_t rows_records;           /* sum over the rows */
    uint64_t returned;               /* records handed out */
    uint64_t unassigned;             /* of them, whose data set did not follow */
    uint64_t sampled_at;             /* ordinal of the packet with which enough was read */
    uint64_t body_bytes;             /* decoded bytes seen */
    uint64_t wire_bytes;             /* of the body as sent, once it is over */
    struct finding_dataset *current; /* data set that a record named last */
    bool mixed;                      /* records named more than one */
    char version[32];
    char cluster_id[48];
    char cluster_name[64];
    char error_type[64];
    char error_reason[192];
    struct dataset_row row;
    uint16_t prefix_length;
    uint16_t window_length;
    bool line_cut;       /* the line in the window is not whole */
    bool format_known;   /* enough of the body was seen to say what it is */
    bool texts_read;     /* the first bytes were held against the text facts; no more are kept */
    uint8_t each_length; /* bytes in each_tail */
    uint8_t each_tail[SIGNATURE_EACH_LENGTH]; /* last bytes of the body so far */
    uint8_t prefix[EVIDENCE_PREFIX];
    uint8_t window[EVIDENCE_WINDOW];
    union {
        struct json_scan json;
        struct xml_scan xml;
    } scan;
};

/* Requests that wait for their reply, oldest first. */
struct waiting {
    uint16_t first;
    uint16_t count;
    uint32_t overflow;    /* waiting behind those kept, without a note */
    uint8_t details_used; /* bit per slot */
    struct request_note notes[EVIDENCE_WAITING_MAX];
    struct request_detail details[EVIDENCE_DETAILS_MAX];
};

struct trial; /* detect/choose.h */

struct evidence {
    const struct signature *signature;
    struct trial *trial;    /* of the reply being read, until its signature is chosen */
    enum identity identity; /* best so far */
    uint8_t reached[CREDENTIALS_PROVEN]; /* highest verdict told, by what the client showed */
    bool weak_open;                      /* open by a weak proof only */
    bool told;                           /* at least one finding was made */
    bool partial;
    bool sampled;
    bool request_unseen;
    bool paging; /* a reply with records and a cursor was seen */
    bool credentials_seen;
    bool forwarded;         /* by whom the exchanges that are not told yet were asked for */
    uint8_t actors_changed; /* how often somebody else behind the proxy asked */
    uint32_t exchanges;
    uint32_t requests_told;
    uint64_t returned;
    uint64_t returned_told;
    uint64_t gave_bytes;
    uint64_t gave_bytes_told;
    uint64_t gave_ns; /* packet time of the last reply that gave something, 0 = none */
    uint64_t records; /* held, best so far */
    uint8_t records_source;
    uint64_t scanned_bytes;  /* body bytes read in this flow */
    struct scan_reply *scan; /* the search of the reply being read, NULL = none */
    bool scan_left;          /* not all of that reply was searched */
    struct scan_book book;   /* classes of data in the replies so far */
    char product[32];
    char version[32];
    char cluster_id[48];
    char cluster_name[64];
    char host[128];
    char user_agent[192];
    struct addr forwarded_for;
    uint16_t body_length; /* request body window */
    uint64_t reply_ns;    /* packet time of the reply's head */
    uint64_t proof_ns;    /* packet time since when a proof waits to be told, 0 = none */
    uint64_t proof_ordinal;
    struct flow *flow;       /* whose evidence it is */
    uint32_t reading_before; /* list of flows whose reply is being read */
    uint32_t reading_after;
    uint32_t next_free; /* pool */
    uint8_t body[EVIDENCE_BODY_WINDOW];
    struct dataset_list datasets;
    struct waiting waiting;
    struct reply reply;
};

#endif
