/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the shipped files relative to the running program, so that an unpacked or just built tree
 * works without options; and the folder for what can be made again.
 */
#include "config/folder.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_INSTALLED "/usr/share/ajar/signatures"

/* From the folder of the program: PREFIX/bin, BUILD, BUILD/sensor. */
static const char *const places[] = {"../share/ajar/signatures", "../signatures",
                                     "../../signatures"};

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The folder of the running program, without a slash at the end; false if it is not known. */
static bool find_program_folder(char folder[static PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0)
        return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

void folder_find_signatures(char *path, size_t size)
{
    char folder[PATH_MAX];
    if (find_program_folder(folder)) {
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            char candidate[PATH_MAX + 64], whole[PATH_MAX];
            (void)snprintf(candidate, sizeof candidate, "%s/%s", folder, places[i]);
            if (is_folder(candidate) && realpath(candidate, whole) && strlen(whole) < size) {
                (void)snprintf(path, size, "%s", whole);
                return;
            }
        }
    }
    (void)snprintf(path, size, "%s", FOLDER_INSTALLED);
}

void folder_find_cache(char *path, size_t size)
{
    static const struct {
        const char *variable, *rest;
    } caches[] = {{"CACHE_DIRECTORY", ""}, {"XDG_CACHE_HOME", "/ajar"}, {"HOME", "/.cache/ajar"}};
    path[0] = '\0';
    for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
        const char *value = getenv(caches[i].variable);
        if (!value || value[0] != '/')
            continue;
        if (strlen(value) + strlen(caches[i].rest) < size)
            (void)snprintf(path, size, "%s%s", value, caches[i].rest);
        return;
    }
}
