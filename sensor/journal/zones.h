/* SPDX-License-Identifier: Apache-2.0 */
/* The ids of exposures to clients in home, for a journal of a time when there were none. */
#ifndef AJAR_JOURNAL_ZONES_H
#define AJAR_JOURNAL_ZONES_H

#include "journal/database.h"

/*
 * Gives the exposures whose id is "internal " and the id of the store's only exposure the id that
 * is theirs. It takes the site, which the events say or the sensor's name is; an exposure whose
 * site is found in neither gets an id that no site makes: people see it, the ledger does not take
 * it.
 */
enum ajar_status zones_name(struct database *database);

#endif
