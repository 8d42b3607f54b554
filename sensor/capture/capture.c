/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The face of all sources: the first stage of the packet's road. What differs between files and
 * interfaces is behind struct capture_kind.
 */
#include "capture/source.h"

enum ajar_status capture_run(struct capture *capture, int most, int timeout_ms, uint64_t *ordinal,
                             capture_listener listener, void *context, struct problem *problem)
{
    if (capture->stopped)
        return AJAR_END;
    capture->ordinal = *ordinal;
    capture->listener = listener;
    capture->context = context;
    enum ajar_status status = capture->kind->run(capture, most, timeout_ms, problem);
    *ordinal = capture->ordinal;
    return capture->stopped ? AJAR_END : status;
}

void capture_stop(struct capture *capture)
{
    capture->stopped = 1;
    if (capture->kind->stop)
        capture->kind->stop(capture);
}

void capture_read_statistics(struct capture *capture, struct capture_statistics *statistics)
{
    *statistics = (struct capture_statistics){.frames = capture->frames, .bytes = capture->bytes};
    capture->kind->read_statistics(capture, statistics);
}

uint64_t capture_position(const struct capture *capture)
{
    return capture->kind->position ? capture->kind->position(capture) : 0;
}

void capture_close(struct capture *capture)
{
    if (capture)
        capture->kind->close(capture);
}

enum ajar_status capture_report_damage(const char *path, uint64_t packets, const char *what,
                                       struct problem *problem)
{
    return problem_set(problem, AJAR_ERR_FORMAT, "%s is cut or damaged after %llu packets: %s",
                       path, (unsigned long long)packets, what);
}
