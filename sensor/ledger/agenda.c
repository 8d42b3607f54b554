/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary heap; every exposure knows its place in it, 0 = none.
 */
#include "ledger/agenda.h"

#include "ledger/exposures.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_FIRST 64

void agenda_clear(struct agenda *agenda)
{
    free(agenda->heap);
    *agenda = (struct agenda){.heap = NULL};
}

static bool is_before(const struct exposure *a, const struct exposure *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : strcmp(a->id, b->id) < 0;
}

static void set_place(const struct agenda *agenda, size_t place, struct exposure *exposure)
{
    agenda->heap[place] = exposure;
    exposure->place = place;
}

static void rise(const struct agenda *agenda, struct exposure *exposure)
{
    size_t place = exposure->place;
    for (; place > 1 && is_before(exposure, agenda->heap[place / 2]); place /= 2)
        set_place(agenda, place, agenda->heap[place / 2]);
    set_place(agenda, place, exposure);
}

static void sink(const struct agenda *agenda, struct exposure *exposure)
{
    size_t place = exposure->place;
    while (place * 2 <= agenda->count) {
        size_t child = place * 2;
        if (child < agenda->count && is_before(agenda->heap[child + 1], agenda->heap[child]))
            child++;
        if (!is_before(agenda->heap[child], exposure))
            break;
        set_place(agenda, place, agenda->heap[child]);
        place = child;
    }
    set_place(agenda, place, exposure);
}

static bool grow(struct agenda *agenda)
{
    if (agenda->count + 1 < agenda->capacity)
        return true;
    size_t capacity = agenda->capacity ? agenda->capacity * 2 : PLACES_FIRST;
    struct exposure **heap = realloc(agenda->heap, capacity * sizeof(struct exposure *));
    if (!heap)
        return false;
    agenda->heap = heap;
    agenda->capacity = capacity;
    return true;
}

enum ajar_status agenda_put(struct agenda *agenda, struct exposure *exposure)
{
    if (exposure->place == 0) {
        if (!grow(agenda))
            return AJAR_ERR_MEMORY;
        set_place(agenda, ++agenda->count, exposure);
    }
    rise(agenda, exposure);
    sink(agenda, exposure);
    return AJAR_OK;
}

void agenda_remove(struct agenda *agenda, struct exposure *exposure)
{
    size_t place = exposure->place;
    if (place == 0)
        return;
    exposure->place = 0;
    struct exposure *last = agenda->heap[agenda->count--];
    if (last == exposure)
        return;
    set_place(agenda, place, last);
    rise(agenda, last);
    sink(agenda, last);
}

struct exposure *agenda_first(const struct agenda *agenda, uint64_t time_ns)
{
    return agenda->count > 0 && agenda->heap[1]->due_ns <= time_ns ? agenda->heap[1] : NULL;
}
