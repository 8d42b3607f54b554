/* SPDX-License-Identifier: Apache-2.0 */
/* Power cuts: what JOURNAL_FULL accepted survives them, and JOURNAL_NORMAL stays consistent. */
#include "journal/journals.h"
#include "journal/ledgers.h"
#include "journal/power_cut.h"

#define ROUNDS 60

static struct place_of_test place;

static void setup(void)
{
    make_place(&place);
    power_cut_install();
}

static void teardown(void)
{
    remove_place(&place);
}

TestSuite(power, .init = setup, .fini = teardown, .timeout = 120);

/* Adds and commits until the power goes after `changes` writes; the last sequence accepted. */
static uint64_t write_until_cut(const struct journal_options *options, unsigned long changes)
{
    struct journal *journal = NULL;
    struct ledger *ledger = new_ledger();
    uint64_t accepted = 0;
    power_cut_after(changes);
    if (journal_open(options, &journal, NULL) != AJAR_OK) {
        ledger_free(ledger);
        return 0;
    }
    uint64_t sequence = journal_last_sequence(journal);
    cr_assert_eq(journal_restore(journal, ledger, "", NULL), AJAR_OK);
    while (!power_cut_happened()) {
        for (unsigned i = 0; i < 5; i++) {
            cr_assert_eq(add_sized(journal, ++sequence, 3000), AJAR_OK);
            prove(ledger, 1);
        }
        if (journal_commit(journal, ledger, "", 7, sequence) == AJAR_OK)
            accepted = sequence;
    }
    journal_close(journal);
    ledger_free(ledger);
    return accepted;
}

/* The last sequence that is there; everything up to it has to agree. */
static uint64_t check_after_reboot(const struct journal_options *options)
{
    struct journal *journal = open_with(options);
    struct ledger *ledger = new_ledger();
    uint64_t last = journal_last_sequence(journal);
    cr_assert_null(journal_moved_aside(journal));
    cr_assert_eq(count_after(journal, 0), last);
    cr_assert_eq(journal_ring_position(journal, 7), last);
    cr_assert_eq(journal_restore(journal, ledger, "", NULL), AJAR_OK);
    const struct exposure *exposure = exposures_first(ledger->exposures);
    cr_assert_eq(exposure ? exposure->requests : 0, last);
    ledger_free(ledger);
    journal_close(journal);
    return last;
}

/* How many rounds lost something that was accepted. */
static unsigned count_losses(enum journal_durability durability)
{
    struct journal_options options = options_for(place.path);
    unsigned seed = 20191229, losses = 0;
    options.bytes_max = 4u << 20; /* so that checkpoints come often */
    options.feeds_redis = true;
    options.durability = durability;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t accepted = write_until_cut(&options, 1 + (unsigned long)rand_r(&seed) % 600);
        power_cut_reboot((unsigned)rand_r(&seed));
        losses += check_after_reboot(&options) < accepted;
        power_cut_forget();
        remove_place(&place);
        make_place(&place);
    }
    return losses;
}

Test(power, loses_nothing_accepted_with_full_durability)
{
    cr_assert_eq(count_losses(JOURNAL_FULL), 0);
}

Test(power, stays_consistent_with_normal_durability)
{
    /* That something is lost shows that the disk of this test loses what was not synced. */
    cr_assert_gt(count_losses(JOURNAL_NORMAL), 0);
}
