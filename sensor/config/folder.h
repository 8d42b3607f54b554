/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files that come with ajar lie, and those that it keeps for itself. */
#ifndef AJAR_CONFIG_FOLDER_H
#define AJAR_CONFIG_FOLDER_H

#include <stddef.h>

/*
 * Writes the folder of the signatures: the one beside the running program (installed, or the
 * source tree it was built in), else the one of a system installation, whether or not it exists.
 */
void folder_find_signatures(char *path, size_t size);

/*
 * Writes the folder where things that can be made again may be kept: $CACHE_DIRECTORY (a service's,
 * systemd.exec(5)), $XDG_CACHE_HOME/ajar, $HOME/.cache/ajar; "" where none of them is set to a
 * whole path or it does not fit. Whether or not it exists.
 */
void folder_find_cache(char *path, size_t size);

#endif
