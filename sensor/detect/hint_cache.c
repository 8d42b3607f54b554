/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache: one file a list of patterns, named by a hash of all that its content depends on. A
 * file is written under another name first; one that is damaged or that others may write is not
 * read, for the engine trusts its databases.
 */
#include "detect/hint_cache.h"

#include "base/hash.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HINT_CACHE_SIZE_MAX (256 << 20)

#if defined(__x86_64__)
#define PROCESSOR "x86_64"
#elif defined(__aarch64__)
#define PROCESSOR "aarch64"
#else
#define PROCESSOR "other"
#endif

static const char file_begin[] = "signatures-";
static const char file_end[] = ".hints";

/* "FOLDER/signatures-KEY.hints"; false without memory or with a folder too long. */
static bool name_file(const char *folder, const struct hint_patterns *patterns,
                      char path[static PATH_MAX])
{
    char key[HASH_TEXT_MAX];
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return false;
    fprintf(out, "%s %s %s\n", AJAR_VERSION, engine_version(), PROCESSOR);
    for (size_t place = 0; place < CLUE_PLACES; place++)
        for (uint32_t i = 0; i < patterns->counts[place]; i++)
            fprintf(out, "%016llx\n",
                    (unsigned long long)hint_base_hash(patterns->clues[place][i]));
    bool made = fclose(out) == 0;
    if (made)
        hash_identifier(text, length, key);
    free(text);
    if (!made)
        return false;
    int used = snprintf(path, PATH_MAX, "%s/%s%s%s", folder, file_begin, key, file_end);
    return used > 0 && used < PATH_MAX;
}

/* Whether nobody but this user and root could have written the file. */
static bool is_ours(const struct stat *about)
{
    return S_ISREG(about->st_mode) && (about->st_uid == geteuid() || about->st_uid == 0) &&
           (about->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The bytes of a file that is ours, or NULL. */
static char *read_file(const char *path, size_t *length)
{
    struct stat about;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &about) == 0 && is_ours(&about) && about.st_size > 0 &&
        about.st_size < HINT_CACHE_SIZE_MAX)
        bytes = malloc((size_t)about.st_size);
    size_t used = 0;
    while (bytes && used < (size_t)about.st_size) {
        ssize_t got = read(fd, bytes + used, (size_t)about.st_size - used);
        if (got <= 0) {
            free(bytes);
            bytes = NULL;
        }
        used += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    *length = used;
    return bytes;
}

static bool has_patterns(const struct hint_base *base, const struct hint_patterns *patterns)
{
    for (size_t place = 0; place < CLUE_PLACES; place++) {
        if (base->counts[place] != patterns->counts[place])
            return false;
        for (uint32_t i = 0; i < base->counts[place]; i++)
            if (base->hashes[place][i] != hint_base_hash(patterns->clues[place][i]))
                return false;
    }
    return true;
}

bool hint_cache_find(const char *folder, const struct hint_patterns *patterns,
                     struct hint_base *base)
{
    char path[PATH_MAX];
    size_t length = 0;
    char *bytes = name_file(folder, patterns, path) ? read_file(path, &length) : NULL;
    bool found = bytes && hint_base_read(bytes, length, base) == AJAR_OK;
    free(bytes);
    if (found && !has_patterns(base, patterns)) {
        hint_base_clear(base);
        found = false;
    }
    return found;
}

static int is_cache_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return strncmp(entry->d_name, file_begin, strlen(file_begin)) == 0 &&
           length > strlen(file_end) &&
           strcmp(entry->d_name + length - strlen(file_end), file_end) == 0;
}

/* Removes the oldest file if there are more than HINT_CACHE_FILES. */
static void remove_oldest(const char *folder)
{
    struct dirent **names = NULL;
    char oldest[PATH_MAX] = "";
    time_t when = 0;
    int count = scandir(folder, &names, is_cache_file, alphasort);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct stat about;
        int used = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (used > 0 && used < PATH_MAX && stat(path, &about) == 0 &&
            (!oldest[0] || about.st_mtime < when)) {
            when = about.st_mtime;
            memcpy(oldest, path, (size_t)used + 1);
        }
        free(names[i]);
    }
    free(names);
    if (count > HINT_CACHE_FILES && oldest[0])
        (void)unlink(oldest);
}

/* Writes and renames; on failure errno says why and nothing is left. */
static bool write_file(const char *path, const char *bytes, size_t length)
{
    char other[PATH_MAX];
    int used = snprintf(other, sizeof other, "%s.XXXXXX", path);
    if (used < 0 || used >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkostemp(other, O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t done = 0;
    while (done < length) {
        ssize_t put = write(fd, bytes + done, length - done);
        if (put <= 0)
            break;
        done += (size_t)put;
    }
    bool kept = done == length && fsync(fd) == 0;
    kept &= close(fd) == 0;
    if (kept && rename(other, path) == 0)
        return true;
    int cause = errno;
    (void)unlink(other);
    errno = cause;
    return false;
}

void hint_cache_keep(const char *folder, const struct hint_patterns *patterns,
                     const struct hint_base *base)
{
    char path[PATH_MAX];
    char *bytes = NULL;
    size_t length = 0;
    if (!name_file(folder, patterns, path) || hint_base_write(base, &bytes, &length) != AJAR_OK)
        return;
    (void)mkdir(folder, 0700);
    if (write_file(path, bytes, length))
        remove_oldest(folder);
    else
        log_warning("%s: %s: the patterns of signatures cannot be kept here and are compiled at "
                    "every start",
                    folder, strerror(errno));
    free(bytes);
}
