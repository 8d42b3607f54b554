/* SPDX-License-Identifier: Apache-2.0 */
/* How much memory a process has. */
#ifndef AJAR_PROCESS_MEMORY_H
#define AJAR_PROCESS_MEMORY_H

#include "ajar/status.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * The anonymous resident memory in bytes (RssAnon of proc(5)) of a process, 0 = this one: what ajar
 * itself took, without mapped databases and without the capture ring. AJAR_ERR_SYSTEM leaves *bytes
 * alone. Any thread.
 */
enum ajar_status memory_read(pid_t process, uint64_t *bytes);

#endif
