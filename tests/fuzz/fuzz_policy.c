/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the readers of policy items: what is rejected leaves the result alone and says why in one
 * line; what is accepted is in its bounds.
 */
#include "ledger/policy_rules.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_public(const char *text)
{
    struct policy_public part, untouched;
    struct problem problem = {""};
    memset(&untouched, 0x55, sizeof untouched);
    memcpy(&part, &untouched, sizeof part);
    if (policy_public_parse(text, &part, &problem) != AJAR_OK) {
        if (memcmp(&part, &untouched, sizeof part) != 0 || problem.text[0] == '\0')
            abort();
        return;
    }
    if (!memchr(part.store, '\0', sizeof part.store) ||
        !memchr(part.path, '\0', sizeof part.path) ||
        !memchr(part.dataset, '\0', sizeof part.dataset) ||
        (part.path[0] && (part.path[0] != '/' || part.path[1] == '\0')) ||
        (part.place.nets.count == 0 && !part.place.nets.any))
        abort();
}

static void check_window(const char *text)
{
    struct policy_window window, untouched;
    struct problem problem = {""};
    memset(&untouched, 0x55, sizeof untouched);
    memcpy(&window, &untouched, sizeof window);
    if (policy_window_parse(text, &window, &problem) != AJAR_OK) {
        if (memcmp(&window, &untouched, sizeof window) != 0 || problem.text[0] == '\0')
            abort();
        return;
    }
    bool is_absolute = window.period_min == 0 && window.from_ns < window.to_ns;
    bool is_repeated = window.length_min > 0 && window.length_min <= 1440 &&
                       window.start_min <= window.period_min &&
                       (window.period_min == 1440 || window.period_min == 7 * 1440);
    if (!is_absolute && !is_repeated)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    check_public(text);
    check_window(text);
    free(text);
    return 0;
}
