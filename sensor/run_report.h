/* SPDX-License-Identifier: Apache-2.0 */
/* Where a report comes from. run_report*.c only. */
#ifndef AJAR_RUN_REPORT_H
#define AJAR_RUN_REPORT_H

#include "config/config.h"
#include "ledger/ledger.h"
#include "report/report.h"

/* Fill a report; one sentence in *problem. Exposures that cannot be read are left out and counted
 * in it. Neither the journal nor the Redis is written to. */
enum ajar_status report_from_journal(const struct config *config, struct report *report,
                                     struct problem *problem);
enum ajar_status report_from_redis(const struct config *config, struct report *report,
                                   struct problem *problem);
enum ajar_status report_from_ledger(const struct config *config, const struct ledger *ledger,
                                    const struct sensor_status *numbers, struct report *report,
                                    struct problem *problem);

#endif
