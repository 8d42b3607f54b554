/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of all signatures as one tree: which of them a request fits. What a search costs
 * does not depend on how many signatures there are. Immutable, any thread.
 */
#ifndef AJAR_DETECT_CATALOGUE_H
#define AJAR_DETECT_CATALOGUE_H

#include "ajar/http.h"
#include "detect/signature.h"

#define CATALOGUE_MATCHES_MAX                                                                      \
    8                            /* signatures that one request fits; of more, the first are taken \
                                  */
#define CATALOGUE_QUERY_MAX 1600 /* bytes of a query with the parameters of a body */
#define CATALOGUE_INNER_MAX 512  /* bytes of the target that a relay's request carries */

/* What a request asks of one store. */
struct catalogue_match {
    uint16_t signature;   /* number in the set */
    uint16_t rule;        /* of its requests */
    struct slice dataset; /* what the path names; borrowed from the path, or from `inner` */
    struct slice query;   /* raw; of what is relayed, where the request is a relay's */
    bool behind_prefix;   /* the path fits only without its first parts */
    bool relayed;         /* it is what a relay's request carries */
    bool vouched;         /* and the relay is one to that store */
};

/* One match for each signature: those of which only that store has such a path first. */
struct catalogue_matches {
    uint16_t count;
    struct catalogue_match list[CATALOGUE_MATCHES_MAX];
    char path[HTTP_PATH_MAX];        /* for the caller who decodes the request's path himself */
    char query[CATALOGUE_QUERY_MAX]; /* and joins the parameters in its body to its query */
    char inner[CATALOGUE_INNER_MAX]; /* decoded target of what is relayed */
    char inner_path[HTTP_PATH_MAX];  /* its decoded path */
};

/* A request, or what is kept of one. */
struct catalogue_request {
    struct slice method;
    struct slice path;  /* normalised */
    struct slice query; /* raw */
};

struct catalogue;

/* Made of all signatures of a set, which it borrows. Free with catalogue_free(), accepts NULL. */
enum ajar_status catalogue_new(const struct signature_set *set, struct catalogue **catalogue);
void catalogue_free(struct catalogue *catalogue);

/* The signatures whose requests it fits. Of a relay's request what it carries comes first. */
void catalogue_find(const struct catalogue *catalogue, const struct catalogue_request *request,
                    struct catalogue_matches *matches);

/* The same for one signature of the set, whatever others fit. Returns whether it fits. `match` is
 * borrowed from the request. */
bool catalogue_find_one(const struct catalogue *catalogue, uint16_t signature,
                        const struct catalogue_request *request, struct catalogue_match *match);

#endif
