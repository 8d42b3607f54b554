/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exposures put back as they were kept. What was kept may have been edited by somebody: everything
 * is checked before it goes into the table.
 */
#include "ledger/exposures_inside.h"

#include "base/text.h"
#include "ledger/identity.h"
#include "ledger/ledger.h"

#include <stdlib.h>
#include <string.h>

static void end_texts(struct exposure *exposure)
{
    TEXT_END(exposure->id);
    TEXT_END(exposure->store);
    TEXT_END(exposure->product);
    TEXT_END(exposure->version);
    TEXT_END(exposure->cluster_id);
    for (uint32_t i = 0; i < EXPOSURE_COUNTRIES_MAX; i++)
        TEXT_END(exposure->countries[i]);
}

static bool has_sound_life(const struct exposure *exposure)
{
    bool is_closed = exposure->closing != CLOSING_NONE;
    return exposure->zone < ZONES && exposure->closing < CLOSINGS && exposure->times > 0 &&
           is_closed == (exposure->closed_ns != 0) && exposure->first_ns <= exposure->last_ns &&
           exposure->window_count <= EXPOSURE_WINDOWS_MAX &&
           exposure->silence.client_count <= SILENCE_CLIENTS_MAX;
}

static bool is_sound(const struct exposures *exposures, const struct exposure *exposure)
{
    char id[EXPOSURE_ID_HEX];
    if (!has_sound_life(exposure))
        return false;
    identity_exposure(exposures->options.site, exposure->store, &exposure->addr, exposure->port,
                      (enum zone)exposure->zone, id);
    return strcmp(id, exposure->id) == 0 && verdict_exposes((enum verdict)exposure->verdict) &&
           exposure->verdict < VERDICTS && exposure->actor_rows <= LEDGER_ACTORS_MAX &&
           exposure->actor_rows <= exposure->actor_count &&
           exposure->class_count <= EXPOSURE_CLASSES_MAX &&
           exposure->country_count <= EXPOSURE_COUNTRIES_MAX;
}

/* Each takes its rows out of what all exposures share; one that fails after others gives up rows
 * that this run then lacks, which is less than wrong. */
static enum ajar_status copy_tables(struct exposures *exposures, struct exposure *exposure,
                                    const struct exposure *kept)
{
    enum ajar_status status = actors_restore(exposure, kept, &exposures->actors);
    if (status == AJAR_OK)
        status = classes_restore(exposure, kept, &exposures->classes);
    if (status == AJAR_OK)
        status = holdings_restore(&exposure->holdings, &kept->holdings, &exposures->datasets);
    return status;
}

static struct exposure *copy_flat(const struct exposure *kept)
{
    struct exposure *exposure = malloc(sizeof *exposure);
    if (!exposure)
        return NULL;
    *exposure = *kept;
    exposure->bucket_next = exposure->next = exposure->next_changed = NULL;
    exposure->store_next = NULL;
    exposure->changed = false;
    exposure->place = 0;
    memset(exposure->marks, 0, sizeof exposure->marks);
    exposure->actors = NULL;
    exposure->sketch = NULL;
    exposure->classes = NULL;
    exposure->holdings = (struct holdings){.datasets = NULL};
    end_texts(exposure);
    exposure->severity = (struct severity){.value = kept->severity.value};
    return exposure;
}

enum ajar_status exposures_restore(struct exposures *exposures, const struct exposure *kept)
{
    if (exposures->count >= exposures->options.limit)
        return AJAR_ERR_LIMIT;
    struct exposure *exposure = copy_flat(kept);
    if (!exposure)
        return AJAR_ERR_MEMORY;
    bool fits = is_sound(exposures, exposure) &&
                !exposures_find(exposures, exposure->store, &exposure->addr, exposure->port,
                                (enum zone)exposure->zone);
    enum ajar_status status = fits ? copy_tables(exposures, exposure, kept) : AJAR_ERR_FORMAT;
    if (status != AJAR_OK) {
        exposure_free(exposure);
        return status;
    }
    exposures_link(exposures, exposure);
    exposures_mark_store(exposures, exposure, false);
    if (exposure->due_ns && agenda_put(&exposures->agenda, exposure) != AJAR_OK)
        exposure->due_ns = 0;
    exposures->count_open += exposure_is_counted_open(exposure);
    exposures->count_outside += exposure->outside && exposure->zone != ZONE_ALLOWED;
    return AJAR_OK;
}
