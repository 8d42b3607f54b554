/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures: the descriptions of stores as data (signatures/README.md), loaded once and constant
 * from then on, shared by all workers. Everything points into the set and lives as long as it.
 */
#ifndef AJAR_DETECT_SIGNATURE_H
#define AJAR_DETECT_SIGNATURE_H

#include "ajar/finding.h"
#include "ajar/http.h"
#include "ajar/problem.h"
#include "inspect/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SIGNATURE_MARKS_MAX   64
#define SIGNATURE_COLUMNS_MAX 24 /* columns of a text listing */
#define SIGNATURE_TEXTS_MAX   64 /* text facts: a bit each in the reply being read */
#define SIGNATURE_EACH_MAX    8  /* of them, counted over the whole body */
#define SIGNATURE_EACH_LENGTH 64 /* and how long such a text may be */
#define SIGNATURE_NONE        UINT16_MAX
#define REFUSAL_STATUS_MAX    7
#define WRITTEN_STATUS_MAX    7
#define CREDENTIAL_NAME_MAX   63
#define WORDS_MAX             32 /* of a list of texts, and the NULL at its end */

struct yaml; /* base/yaml.h */

/* Marks every signature has without naming them: bit numbers in a mark set. */
enum builtin_mark {
    MARK_BARE_HEADERS, /* the reply has neither Server nor Date nor Via */
    MARK_OWN_PATH,     /* the request names something only this store has */
    MARK_JSON_TYPE,
    MARK_TEXT_TYPE,
    MARK_BINARY_TYPE, /* YAML, CBOR, SMILE */
    MARK_TABLE_ROW,   /* a line of a listing that only this store writes */
    MARK_SUCCESS,     /* status 200 to 299 */
    MARK_NO_CONTENT,  /* of these without a body, to a write */
    MARKS_BUILTIN
};

/* What a fact says; signatures/README.md describes each. */
enum role {
    ROLE_NONE,
    ROLE_VERSION,
    ROLE_CLUSTER_NAME,
    ROLE_CLUSTER_ID,
    ROLE_NAME,        /* content that is no record: metadata */
    ROLE_DATASET,     /* the text is a data set's name */
    ROLE_DATASET_KEY, /* the member's name is a data set's name */
    ROLE_ROW,         /* an object that describes one data set */
    ROLE_ROW_KEY,     /* the same, named by its key */
    ROLE_NAMED_ROW,   /* the same, but only if a row-proof stands in it */
    ROLE_ROW_PROOF,
    ROLE_ROW_DATASET, /* inside a row: its name */
    ROLE_RECORDS,     /* number held: of the row, else of the request's data set */
    ROLE_BYTES,       /* size held: of the row */
    ROLE_RECORDS_ALL, /* number held in all */
    ROLE_BYTES_ALL,
    ROLE_TOTAL,          /* number a search found */
    ROLE_RELATION,       /* "gte": the total is a lower bound */
    ROLE_INEXACT,        /* true or above 0: the total is a lower bound */
    ROLE_RETURNED,       /* number of records in this reply as the server says it */
    ROLE_RECORD,         /* one record handed out; its data set may follow inside */
    ROLE_DOCUMENT,       /* one record handed out; its data set stood before */
    ROLE_RECORD_DATASET, /* data set of a record */
    ROLE_WRITTEN_DATASET,
    ROLE_VALUE,            /* values of records without the records */
    ROLE_CURSOR,           /* more pages can be asked for */
    ROLE_WRITTEN,          /* a write succeeded */
    ROLE_WRITTEN_IF_ASKED, /* the same, if the request was a write */
    ROLE_NOT_WRITTEN,      /* the write changed nothing, whatever else is said */
    ROLE_ABSENT,           /* what the request named is not there */
    ROLE_FAILED,           /* the request failed, whatever the status says */
    ROLE_ERROR,
    ROLE_ERROR_TYPE,
    ROLE_ERROR_REASON,
    ROLES
};

enum test_kind { TEST_NONE, TEST_EQUALS, TEST_STARTS, TEST_CONTAINS, TEST_ABOVE, TEST_BETWEEN };

/* A test on a text or number. */
struct test {
    enum test_kind kind;
    const char *text;
    double low;
    double high;
};

enum fact_kind { FACT_ANY, FACT_OBJECT, FACT_ARRAY, FACT_STRING };

/* What is learned when a path or header is there and its test holds. */
struct fact {
    enum role role;
    uint64_t mark; /* bit, 0 = none */
    struct test test;
    enum fact_kind kind; /* what the value must be */
    bool table;          /* the columns of the request's table are members of this object */
    const char *product; /* NULL = says nothing */
};

/* A value between two texts of one line. */
struct capture {
    const char *before; /* NULL = no capture */
    const char *behind; /* "" = the value ends with its line */
};

struct header_fact {
    const char *name;
    struct capture capture;
    struct fact fact;
};

enum text_kind {
    TEXT_TEST,    /* the fact's test (starts, contains), or its capture alone */
    TEXT_MATCHES, /* a regular expression: hints look for it, its bit is in reply->texts_matched */
    TEXT_HEX,     /* the first bytes */
    TEXT_EACH,    /* every occurrence in the whole body */
};

/* What the first EVIDENCE_PREFIX bytes of a body say (TEXT_EACH: all of it). */
struct text_fact {
    enum text_kind kind;
    const char *text; /* expression, bytes or literal; NULL for TEXT_TEST */
    size_t length;
    struct capture capture;
    struct fact fact;
    int line;
};

/* A fact at a path of a group. */
struct json_fact {
    const char *path;
    const struct yaml *node; /* where it stands, for messages */
    uint16_t fact;
};

struct json_group {
    const char *name;
    struct json_fact *facts;
    size_t count;
};

/* What a column of a text listing means. */
struct table {
    const char *name;
    struct column {
        const char *name; /* as typed in the request or the heading */
        enum role role;
    } *columns;
    size_t column_count;
    struct layout {
        enum role roles[SIGNATURE_COLUMNS_MAX];
        const char *names[SIGNATURE_COLUMNS_MAX];
        size_t count;
    } *layouts; /* by number of columns */
    size_t layout_count;
    const char *first_words[8]; /* words a line of this store may begin with, NULL-terminated */
    const char *second_words[8];
};

/* Paths and the facts at each. */
struct plan_paths {
    struct json_paths *paths;
    uint16_t *facts;  /* fact numbers, runs ended by SIGNATURE_NONE */
    uint32_t *starts; /* by tag: where the run begins */
    size_t tag_count;
};

/* What a member's name says in a body that is searched and not decoded. */
enum key_kind {
    KEY_MARK,     /* the fact's mark and product */
    KEY_DATASET,  /* one record, and its data set */
    KEY_DOCUMENT, /* data, if it is not null */
    KEY_LIST,     /* data, if an element is in it */
    KEY_MAP,      /* data, if a member is in it */
};

#define BODY_KEY_MAX 64

struct body_key {
    const char *name; /* not NUL-terminated */
    uint8_t length;
    enum key_kind kind;
    uint16_t fact; /* of KEY_MARK */
};

/* What to read in a JSON or XML reply: one for every mix of groups in use. */
struct plan {
    uint64_t groups;
    uint64_t xml_groups;
    uint16_t table; /* index, SIGNATURE_NONE = none */
    struct plan_paths json;
    struct plan_paths xml;
    struct body_key *keys; /* for YAML, CBOR and SMILE */
    size_t key_count;
    uint64_t key_lengths; /* bit (length - 1) of every key */
    bool top_list;        /* the body may be one list of records */
};

enum request_level { LEVEL_REVEALED, LEVEL_OPEN, LEVEL_METADATA, LEVEL_DATA, LEVEL_WRITE };

/* Which lines of a text reply are records. */
enum lines_kind { LINES_NONE, LINES_AFTER_FIRST, LINES_ALL };

/* Whether the body is one record: never, if it is JSON, whatever it is. */
enum document_kind { DOCUMENT_NONE, DOCUMENT_JSON, DOCUMENT_ANY };

/* One kind of request. */
struct request_rule {
    const char *name;
    enum request_level level;
    const char *methods[8]; /* NULL-terminated; empty = any */
    const char **paths;     /* NULL-terminated */
    const char *relay_path; /* query parameter that carries another store's request, or NULL */
    const char *relay_method;
    const char *relay_store;       /* whose requests it carries, NULL = anybody's */
    const char *dataset_parameter; /* query parameter that names the data set, or NULL */
    bool own;                      /* only this store has such a path */
    bool fallback; /* taken only where no other request fits, also behind a prefix */
    bool page;     /* a later page of something begun before */
    enum document_kind document;
    enum lines_kind lines;
    const char *comment;  /* lines that begin so are none of them, NULL = there are no such */
    bool written_success; /* every success says that the write was done */
    uint16_t written[WRITTEN_STATUS_MAX + 1]; /* these say so; 0-terminated */
    uint16_t table;
    uint64_t groups;
    uint64_t xml_groups;
    uint16_t plan;
    int line;
};

struct identity_rule {
    uint64_t marks;
    enum identity identity;
};

/* How a store says no; an exception only looks like a refusal or an exposure. */
struct refusal_rule {
    const char *name;
    enum verdict verdict;                    /* REFUSED, of an exception what it is instead */
    uint16_t status[REFUSAL_STATUS_MAX + 1]; /* 0-terminated */
    const char *header_name;
    struct test header_test;
    const char *error;    /* error type, NULL = any */
    const char *reason;   /* contained in the reason, NULL = any */
    const char *body;     /* the body begins with it, NULL = any */
    const char *contains; /* stands in the first bytes of the body, NULL = any */
    uint64_t mark;
    bool own_paths;        /* only for the store's own paths */
    bool with_credentials; /* only if the client showed some */
    bool unless_error;     /* not when the store itself answered with an error */
    enum identity identity;
};

/* What the body of a request says that it does. */
struct body_effects {
    bool page;    /* asks for a later page */
    bool selects; /* the total is a lower bound */
    bool names;   /* asks for names only: no more than metadata comes of it */
    bool writes;
};

struct body_rule {
    const char *starts;   /* the body's first word or words, NULL = any */
    const char *contains; /* those with a double quote in them as request_squeeze() leaves them */
    const char *unless;
    bool any_case; /* of `contains` and `unless` */
    struct body_effects effects;
};

struct hardening {
    const char *product;
    const char *url;
};

/* A request and a reply, and the finding that must come of it. Texts NULL and numbers
 * FINDING_NO_COUNT where the file does not say. */
struct example {
    const char *request; /* "GET /path" */
    const char *request_headers[8];
    const char *request_body;
    uint16_t status;
    const char *headers[8];
    const uint8_t *body;
    size_t body_length;
    enum verdict verdict;
    const char *store; /* whose finding; NULL = the signature's own */
    const char *product;
    const char *version;
    uint64_t records;
    uint64_t returned;
    uint64_t bytes; /* held, in all data sets */
    const char *datasets[8];
    int line;
};

/* What a signature was held against. */
enum proof {
    PROOF_NONE,          /* the file does not say */
    PROOF_SERVER,        /* recordings of real servers */
    PROOF_DOCUMENTATION, /* what the maker writes */
};

/* Something by its name, and what its value says or must not say (NULL = anything). Lists end with
 * the name NULL. */
struct named_text {
    const char *name;
    const char *text;
};

struct signature {
    uint16_t number;      /* in its set */
    bool has_expressions; /* some text is told by the hints: every reply is read through them */
    const char *file;
    const char *name;
    const char *title;
    const char *reference;
    uint16_t ports[8];
    enum proof proof;
    const char *versions[WORDS_MAX];            /* recorded; NULL-terminated like all lists here */
    const char *documentation[WORDS_MAX];       /* URLs that the examples follow */
    int8_t severity;                            /* points added for what such a store is */
    const char *weakness;                       /* "CWE-306" */
    const char *technique;                      /* of ATT&CK, NULL = not said */
    struct named_text credential_headers[8];    /* where clients show who they are, beside */
    struct named_text credential_parameters[8]; /* Authorization and the URL's user */
    struct named_text credential_cookies[8];
    struct hardening *hardening;
    size_t hardening_count;
    const char *mark_names[SIGNATURE_MARKS_MAX];
    const struct yaml *mark_nodes[SIGNATURE_MARKS_MAX]; /* where each is set first */
    size_t mark_count;
    uint64_t marks_used; /* named by identity, refusals or exceptions */
    struct header_fact *headers;
    size_t header_count;
    struct text_fact *texts;
    size_t text_count;
    struct fact *facts;
    size_t fact_count;
    struct json_group *groups;
    size_t group_count;
    struct json_group *xml_groups;
    size_t xml_group_count;
    struct table *tables;
    size_t table_count;
    struct plan *plans;
    size_t plan_count;
    struct identity_rule *identities;
    size_t identity_count;
    struct refusal_rule *refusals; /* exceptions first */
    size_t refusal_count;
    struct request_rule *requests;
    size_t request_count;
    struct path_node *path_tree; /* detect/paths.h */
    struct body_rule *bodies;
    size_t body_count;
    const char *page_parameters[8]; /* query parameters that, above 0, ask for a later page */
    struct named_text select_parameters[8]; /* those that select, but if they say the text */
    const char *lists[8];   /* members that hold lists of records, NULL-terminated */
    const char *ransom[16]; /* NULL-terminated */
    struct example *examples;
    size_t example_count;
    const char *dataset_key; /* last step of the first path with role record-dataset, or NULL */
    uint16_t unseen_plan;    /* for replies whose request was not seen */
    bool own;                /* of the user's folder */
    struct arena *arena;     /* owns all of it */
    struct yaml_file *yaml;
};

struct catalogue; /* detect/catalogue.h */
struct hints;     /* detect/hints.h */

struct signature_set {
    struct signature **signatures;
    size_t count;
    struct catalogue *catalogue;           /* detect/catalogue.h: requests of all of them */
    struct credential_places *credentials; /* detect/credentials.h; NULL = none but the usual */
    struct hints *hints;                   /* detect/hints.h; NULL = none were made */
};

/* Where signatures come from. Borrowed. */
struct signature_sources {
    const char *folder;     /* the shipped ones */
    const char *own_folder; /* the user's: same name overrides, new name adds; "" or NULL = none */
    const char *cache_folder; /* what is made of them may be kept here; "" or NULL = nowhere */
};

/*
 * Loads every *.yaml of the folders. The first error ends it: "FILE:LINE: what is wrong" and what
 * would be right; nothing is kept then. A folder of shipped ones without signatures is an error,
 * an own one is not. Free with signature_set_free(), which accepts NULL.
 */
enum ajar_status signature_set_load(const struct signature_sources *sources,
                                    struct signature_set **set, struct problem *problem);
void signature_set_free(struct signature_set *set);

/*
 * Adds the signature of one more file as the user's own, in place of one of the same name. The set
 * is unchanged on failure. *signature is borrowed from the set. Before the set is used.
 */
enum ajar_status signature_set_add(struct signature_set *set, const char *path,
                                   const struct signature **signature, struct problem *problem);

/* One signature from memory, for tests and the fuzzer; `name` stands for the file in messages. It
 * may be a part of one: signature_check() is the caller's. */
enum ajar_status signature_load_text(const char *name, const char *text, size_t length,
                                     struct signature **signature, struct problem *problem);

/* One that is complete, as signature_check() has it. */
enum ajar_status signature_load_file(const char *path, struct signature **signature,
                                     struct problem *problem);
void signature_free(struct signature *signature);

/*
 * Whether a loaded signature is complete and free of contradictions: how it was verified, no mark,
 * fact or rule that can do nothing, an example of every verdict that it can give and of none.
 * AJAR_ERR_FORMAT and "FILE:LINE: what is wrong" and what would be right.
 */
enum ajar_status signature_check(const struct signature *signature, struct problem *problem);

/*
 * Makes what a set needs beside its signatures, which are numbered: done by signature_set_load().
 * What was made before is replaced. signature_set_clear() frees it, but not the signatures.
 */
enum ajar_status signature_set_complete(struct signature_set *set, const char *cache_folder,
                                        struct problem *problem);
void signature_set_clear(struct signature_set *set);

/* The signature of that name, or NULL. */
const struct signature *signature_find(const struct signature_set *set, const char *name);

/* Where the maker says how to secure it: of the product, else of the store's first one; NULL if the
 * signature does not say. `set` may be NULL. Borrowed. */
const char *signature_hardening(const struct signature_set *set, const char *store,
                                const char *product);

/* One line a signature: name, title, ports, number of requests and examples, what it was verified
 * with; then how many there are. */
void signature_set_write_list(const struct signature_set *set, FILE *out);

/* What a signature knows, for people. */
void signature_write(const struct signature *signature, FILE *out);

/*
 * Runs the examples of a signature of the set through the inspector and the detector, against all
 * signatures of the set, and writes one line "FILE:LINE: REQUEST: what came instead" for each that
 * differs. Returns the number of examples that differ; adds to *run how many there were. One thread
 * at a time.
 */
size_t signature_test(const struct signature_set *set, const struct signature *signature, FILE *out,
                      size_t *run);

/* The same of all signatures of the set; *run is how many examples there were. */
size_t signature_set_test(const struct signature_set *set, FILE *out, size_t *run);

/* Whether a text (not NUL-terminated) passes a test. */
bool test_holds(const struct test *test, const char *text, size_t length);

/* The value of a capture in a text of one or more lines; false if it is not there. */
bool capture_find(const struct capture *capture, struct slice text, struct slice *value);

#endif
