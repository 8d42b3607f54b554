/* SPDX-License-Identifier: Apache-2.0 */
/* How much memory the process has. */
#ifndef AJAR_PROCESS_MEMORY_H
#define AJAR_PROCESS_MEMORY_H

#include "ajar/status.h"

#include <stdint.h>

/*
 * The anonymous resident memory in bytes (RssAnon of proc(5)): what ajar itself took, without
 * mapped databases and without the capture ring. AJAR_ERR_SYSTEM leaves *bytes alone. Any thread.
 */
enum ajar_status memory_read(uint64_t *bytes);

#endif
