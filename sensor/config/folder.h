/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files that come with ajar lie. */
#ifndef AJAR_CONFIG_FOLDER_H
#define AJAR_CONFIG_FOLDER_H

#include <stddef.h>

/*
 * Writes the folder of the signatures: the one beside the running program (installed, or the
 * source tree it was built in), else the one of a system installation, whether or not it exists.
 */
void folder_find_signatures(char *path, size_t size);

#endif
