/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the recogniser of TLS: once it knows a message, more bytes change nothing. */
#include "classify/tls.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum tls_message last = TLS_NONE;
    for (size_t length = 0; length <= size && length < 16; length++) {
        uint8_t *bytes = malloc(length ? length : 1); /* its end is where a sanitizer sees it */
        if (!bytes)
            abort();
        if (length)
            memcpy(bytes, data, length);
        enum tls_message now = tls_recognise(bytes, length);
        free(bytes);
        if (last != TLS_NONE && now != last)
            abort();
        last = now;
    }
    return 0;
}
