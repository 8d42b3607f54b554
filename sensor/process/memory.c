/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory figures for the status event, from /proc/PID/status.
 */
#include "process/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum ajar_status memory_read(pid_t process, uint64_t *bytes)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%d/status", process ? process : getpid());
    FILE *file = fopen(path, "re");
    if (!file)
        return AJAR_ERR_SYSTEM;
    char line[128];
    uint64_t kib = 0;
    bool found = false;
    while (!found && fgets(line, sizeof line, file))
        found = sscanf(line, "RssAnon: %" SCNu64 " kB", &kib) == 1;
    (void)fclose(file);
    if (!found)
        return AJAR_ERR_SYSTEM;
    *bytes = kib * 1024;
    return AJAR_OK;
}
