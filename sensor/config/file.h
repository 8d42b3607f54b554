/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML file as a source of option values. Inside config/ only. */
#ifndef AJAR_CONFIG_FILE_H
#define AJAR_CONFIG_FILE_H

#include "config/value.h"

#include "base/yaml.h"

/* Which rows of the table a source has given. */
struct said {
    bool option[96];
};

/*
 * Stores every value of the file in *config and marks it in *said. Every key is checked; values
 * that the command does not take from a file are checked and passed over. On failure *config is
 * half filled: the caller throws it away.
 */
enum ajar_status file_apply(const struct yaml_file *file, struct config *config, struct said *said,
                            struct problem *problem);

#endif
