/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the recognisers: they are asked about every beginning of the input, as a flow asks them.
 * Once no they stay no, and once sure they stay sure of the same, up to a whole prefix.
 */
#include "classify/classify.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum recognition ask(const uint8_t *data, size_t size)
{
    enum application_protocol protocol = APPLICATION_NONE;
    enum recognition answer = classify_recognise(data, size, &protocol);
    if ((answer == RECOGNITION_REQUEST || answer == RECOGNITION_REPLY) !=
        (protocol == APPLICATION_HTTP))
        abort();
    return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum recognition last = RECOGNITION_WAIT;
    for (size_t length = 0; length <= size && length < FLOW_PREFIX_MAX; length++) {
        enum recognition now = ask(data, length);
        if (last == RECOGNITION_NO && now != RECOGNITION_NO)
            abort();
        if (last == RECOGNITION_REQUEST && now == RECOGNITION_REPLY)
            abort();
        last = now;
    }
    (void)ask(data, size);
    return 0;
}
