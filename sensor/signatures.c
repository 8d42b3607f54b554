/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the configuration to a set of signatures: the shipped folder, the user's own, and where what
 * is made of them may be kept.
 */
#include "signatures.h"

enum ajar_status signatures_load(const struct config *config, struct signature_set **set,
                                 struct problem *problem)
{
    const struct signature_sources sources = {.folder = config->signatures,
                                              .own_folder = config->own_signatures,
                                              .cache_folder = config->cache};
    return signature_set_load(&sources, set, problem);
}
