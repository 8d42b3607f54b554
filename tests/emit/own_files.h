/* SPDX-License-Identifier: Apache-2.0 */
/* A test's own version of a file below /etc, in a mount namespace of its own. Needs root. */
#ifndef AJAR_TESTS_OWN_FILES_H
#define AJAR_TESTS_OWN_FILES_H

#include "ledger/findings.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* From here on this process reads `text` at `place`. */
static inline void replace_file(const char *text, const char *place)
{
    char path[] = "/tmp/ajar-etc-XXXXXX";
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(file);
    cr_assert_eq(chmod(path, 0644), 0);
    cr_assert_eq(unshare(CLONE_NEWNS), 0, "this test has to run as root");
    cr_assert_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    cr_assert_eq(mount(path, place, NULL, MS_BIND, NULL), 0, "%s", place);
    (void)unlink(path);
}

#endif
