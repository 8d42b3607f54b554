/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the opening of a client's bytes (PROXY protocol, HTTP/2 preface): the answer is the same
 * however the bytes are cut, and what is handed back is what came.
 */
#include "inspect/http_opening.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    struct http_opening opening;
    enum http_opening_step step;
    size_t used;
};

static struct outcome read_in(const uint8_t *data, size_t size, size_t piece)
{
    struct outcome outcome = {0};
    while (outcome.used < size && outcome.step == HTTP_OPENING_MORE) {
        size_t length = size - outcome.used < piece ? size - outcome.used : piece;
        struct cursor c = cursor_over(data + outcome.used, length);
        outcome.step = http_opening_read(&outcome.opening, &c);
        outcome.used += length - cursor_left(&c);
        if (outcome.step == HTTP_OPENING_MORE && cursor_left(&c))
            abort();
    }
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole = read_in(data, size, SIZE_MAX);
    struct outcome bytes = read_in(data, size, 1);
    const struct http_opening *opening = &whole.opening;
    if (whole.step != bytes.step || whole.used != bytes.used ||
        memcmp(opening, &bytes.opening, sizeof *opening) != 0)
        abort();
    if (opening->used > whole.used ||
        memcmp(opening->bytes, data + whole.used - opening->used, opening->used) != 0)
        abort();
    if (!opening->prefixed && whole.step == HTTP_OPENING_HTTP1 && opening->used != whole.used)
        abort();
    return 0;
}
