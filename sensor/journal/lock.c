/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flock(2) on a file beside the journal: it ends with the process however that ends, and does not
 * disturb SQLite's own locks, by which other programs may read at any time.
 */
#include "journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_MODE 0640

static bool make_name(const char *path, char name[static PATH_MAX])
{
    return snprintf(name, PATH_MAX, "%s.lock", path) < PATH_MAX;
}

static long read_holder(int fd)
{
    char text[24] = "";
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    return length > 0 ? strtol(text, NULL, 10) : 0;
}

static enum ajar_status tell_holder(int fd, const char *path, struct problem *problem)
{
    long holder = read_holder(fd);
    if (holder <= 0)
        return problem_set(problem, AJAR_ERR_USAGE, "%s: another ajar writes this journal", path);
    return problem_set(problem, AJAR_ERR_USAGE,
                       "%s: another ajar (process %ld) writes this journal; stop it, or name "
                       "another file",
                       path, holder);
}

/* A full disk has no room for the number, which is only for people. */
static void write_holder(int fd)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0)
        length -= (int)pwrite(fd, text, (size_t)length, 0);
    (void)length;
}

enum ajar_status lock_open(const char *path, struct lock *lock, struct problem *problem)
{
    char name[PATH_MAX];
    if (!make_name(path, name))
        return problem_set(problem, AJAR_ERR_USAGE, "%s: the name is too long", path);
    bool was_there = access(name, F_OK) == 0;
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (fd < 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", name, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        enum ajar_status status =
            errno == EWOULDBLOCK
                ? tell_holder(fd, path, problem)
                : problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", name, strerror(errno));
        (void)close(fd);
        return status;
    }
    write_holder(fd);
    *lock = (struct lock){.fd = fd, .was_there = was_there};
    return AJAR_OK;
}

void lock_close(struct lock *lock, const char *path, bool remove)
{
    char name[PATH_MAX];
    if (lock->fd < 0)
        return;
    if (remove && make_name(path, name))
        (void)unlink(name);
    (void)close(lock->fd);
    lock->fd = -1;
}

bool lock_is_there(const char *path)
{
    char name[PATH_MAX];
    return make_name(path, name) && access(name, F_OK) == 0;
}

bool lock_is_held(const char *path, pid_t *holder)
{
    char name[PATH_MAX];
    int fd = make_name(path, name) ? open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    long process = held ? read_holder(fd) : 0;
    (void)close(fd);
    if (held)
        *holder = process > 0 ? (pid_t)process : 0;
    return held;
}
