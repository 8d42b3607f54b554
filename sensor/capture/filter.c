/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters in the language that everybody knows from tcpdump (pcap-filter(7)), for files and
 * interfaces alike.
 */
#include "capture/source.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#define FILTER_SNAPLEN 262144 /* what libpcap itself takes for the longest packet */

struct capture_filter {
    struct bpf_program program;
};

static enum ajar_status compile(pcap_t *pcap, const char *filter, const char *name,
                                struct bpf_program *program, struct problem *problem)
{
    if (pcap_compile(pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return problem_set(problem, AJAR_ERR_USAGE, "filter \"%s\" is not usable for %s: %s",
                           filter, name, pcap_geterr(pcap));
    return AJAR_OK;
}

enum ajar_status capture_set_filter(struct pcap *pcap, const char *filter, const char *name,
                                    struct problem *problem)
{
    struct bpf_program program;
    enum ajar_status status = compile(pcap, filter, name, &program, problem);
    if (status != AJAR_OK)
        return status;
    if (pcap_setfilter(pcap, &program) != 0)
        status = problem_set(problem, AJAR_ERR_SYSTEM, "filter \"%s\" cannot be set for %s: %s",
                             filter, name, pcap_geterr(pcap));
    pcap_freecode(&program);
    return status;
}

enum ajar_status capture_filter_new(const char *filter, int link_type, const char *name,
                                    struct capture_filter **made, struct problem *problem)
{
    struct capture_filter *f = calloc(1, sizeof *f);
    pcap_t *pcap = pcap_open_dead(link_type, FILTER_SNAPLEN);
    enum ajar_status status = AJAR_OK;
    if (!f || !pcap)
        status = problem_set(problem, AJAR_ERR_MEMORY, "%s: out of memory", name);
    if (status == AJAR_OK)
        status = compile(pcap, filter, name, &f->program, problem);
    if (pcap)
        pcap_close(pcap);
    if (status != AJAR_OK) {
        free(f);
        return status;
    }
    *made = f;
    return AJAR_OK;
}

void capture_filter_free(struct capture_filter *filter)
{
    if (!filter)
        return;
    pcap_freecode(&filter->program);
    free(filter);
}

bool capture_filter_matches(const struct capture_filter *filter, const struct frame *frame)
{
    struct pcap_pkthdr header = {.caplen = frame->captured, .len = frame->on_wire};
    return pcap_offline_filter(&filter->program, &header, frame->data) != 0;
}
