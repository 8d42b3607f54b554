/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stores that stand open: one exposure for each, opened at the first proof without
 * credentials, with who asked, what the store holds and what it gave.
 */
#ifndef AJAR_LEDGER_EXPOSURES_H
#define AJAR_LEDGER_EXPOSURES_H

#include "ajar/event.h"
#include "enrich/enrich.h"
#include "ledger/holdings.h"
#include "ledger/severity.h"

#include <stdbool.h>
#include <stdint.h>

#define EXPOSURES_ROWS_MAX     262144 /* rows of actors, and of data sets, of all exposures */
#define EXPOSURE_COUNTRIES_MAX 32
#define ACTOR_SKETCH_BYTES     256 /* tells further actors apart once their rows are full */

struct actor {
    struct addr addr;
    char country_code[4];
    char city_name[48];
    char as_name[48];
    char user_agent[64];
    uint32_t as_number;
    uint16_t verdicts; /* a bit for each verdict reached */
    bool outside;      /* of home */
    uint64_t first_ns;
    uint64_t last_ns;
};

/* What clients on one side of home got: they are judged apart, since a backup that reads all from
 * inside must not make a look from outside a theft. */
struct exposure_side {
    uint8_t verdict;
    uint64_t returned;
    uint64_t gave_bytes;
};

struct exposure {
    struct exposure *bucket_next;
    struct exposure *next; /* in the order of opening */
    struct exposure *next_changed;
    bool changed; /* since exposures_forget_changes() */
    char id[EXPOSURE_ID_HEX];
    char store[32];
    struct addr addr;
    uint16_t port;
    bool server_outside; /* the store is not in home */
    bool outside;        /* some client was not internal */
    uint8_t verdict;     /* highest so far */
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t returned;
    uint64_t gave_bytes;
    uint32_t requests;
    char product[32]; /* as the server was known at the last proof */
    char version[32];
    char cluster_id[48];
    struct exposure_side sides[2]; /* clients inside, clients outside */
    struct severity severity;
    struct holdings holdings;
    struct actor *actors;
    uint32_t actor_rows;
    uint32_t actor_capacity;
    uint32_t actor_count;                      /* distinct; a lower bound once the rows are full */
    uint32_t outside_count;                    /* of them, outside of home */
    uint8_t *sketch;                           /* of actors without a row, or NULL */
    char countries[EXPOSURE_COUNTRIES_MAX][4]; /* of the actors, sorted */
    uint32_t country_count;
};

/* What an exposing finding adds, beside itself. Borrowed. */
struct exposure_proof {
    const struct finding *finding;
    enum direction direction;
    const struct place *source; /* of the client */
};

struct exposures;

/* None yet; at most `limit`; `seed` is secret, `site` goes into the ids and stays borrowed. Free
 * with exposures_free(). */
enum ajar_status exposures_new(uint32_t limit, uint64_t seed, const char *site,
                               struct exposures **exposures);
void exposures_free(struct exposures *exposures);

/*
 * Adds a proof (verdict open or above, no credentials) and says whether it opened the exposure.
 * NULL: the limit is reached, or memory is out; counted in exposures_dropped().
 */
struct exposure *exposures_add(struct exposures *exposures, const struct exposure_proof *proof,
                               bool *opened);

/* The exposure of the finding's store, borrowed; NULL if it is not open. */
const struct exposure *exposures_find(const struct exposures *exposures,
                                      const struct finding *finding);

/* How many there are, how many of them served a client that was not internal, and what did not
 * fit. */
uint64_t exposures_count(const struct exposures *exposures);
uint64_t exposures_count_outside(const struct exposures *exposures);
uint64_t exposures_dropped(const struct exposures *exposures);
uint64_t exposures_dropped_actors(const struct exposures *exposures);
uint64_t exposures_dropped_datasets(const struct exposures *exposures);

/* The one opened first; the others follow by ->next. NULL if there is none. */
const struct exposure *exposures_first(const struct exposures *exposures);

/* Those that exposures_add() changed, in the order of their first change: the others follow by
 * ->next_changed. NULL if there is none. */
const struct exposure *exposures_first_changed(const struct exposures *exposures);
void exposures_forget_changes(struct exposures *exposures);

/* Makes all count as changed, in the order of their opening if none did. */
void exposures_change_all(struct exposures *exposures);

/*
 * Puts an exposure back as it was kept: all but the links and the reasons of its severity, which
 * only its opening tells; actors, data sets and the sketch are copied, texts are ended. It does not
 * count as changed.
 * AJAR_ERR_FORMAT: it is none (numbers beyond their arrays, an id that its site, store and address
 * do not make) or is there already; AJAR_ERR_LIMIT: no room; AJAR_ERR_MEMORY.
 */
enum ajar_status exposures_restore(struct exposures *exposures, const struct exposure *kept);

/* The texts of a view; lists that do not fit end at a whole name. */
struct exposure_texts {
    char countries[EXPOSURE_COUNTRIES_MAX * 4];
    char datasets[512];
};

/* The exposure as events carry it; the view borrows `texts`. */
void exposure_fill_view(const struct exposure *exposure, struct exposure_texts *texts,
                        struct exposure_view *view);

#endif
