/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures that a configuration names: for every command that needs them. */
#ifndef AJAR_SIGNATURES_H
#define AJAR_SIGNATURES_H

#include "config/config.h"
#include "detect/signature.h"

/* signature_set_load() with the folders of the configuration. Free with signature_set_free(). */
enum ajar_status signatures_load(const struct config *config, struct signature_set **set,
                                 struct problem *problem);

#endif
