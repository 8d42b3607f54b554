/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sensor in trouble must not fill its own journal with saying so.
 */
#include "trouble.h"

uint64_t trouble_take(struct trouble_gate *gate, enum trouble_kind kind, uint64_t count,
                      uint64_t interval_ns, uint64_t now_ns)
{
    bool is_early = gate->told_ns[kind] && now_ns - gate->told_ns[kind] < interval_ns;
    if (count <= gate->told[kind] || is_early)
        return 0;
    uint64_t more = count - gate->told[kind];
    gate->told[kind] = count;
    gate->told_ns[kind] = now_ns;
    return more;
}
