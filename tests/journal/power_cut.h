/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that loses what was not synced: an SQLite VFS, the default one from power_cut_install()
 * on, that notes all writes to each file. At a cut every file becomes what was synced, plus some of
 * the later writes, in no order.
 */
#ifndef AJAR_TESTS_POWER_CUT_H
#define AJAR_TESTS_POWER_CUT_H

#include <stdbool.h>

void power_cut_install(void);

/* From now on nothing more reaches the disk, and every call for it fails: the cut. */
void power_cut_now(void);

/* Makes the files what a reboot would find; `seed` says which writes survive. Everything that was
 * open has to be closed first. After it the disk works again. */
void power_cut_reboot(unsigned seed);

/* Forgets all files: they are about to be removed. */
void power_cut_forget(void);

/* Cuts by itself before write or sync number `count` from now on; 0 = never. */
void power_cut_after(unsigned long count);
bool power_cut_happened(void);

#endif
