/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters in the language that everybody knows from tcpdump (pcap-filter(7)), for files and
 * interfaces alike.
 */
#include "capture/source.h"

#include <pcap/pcap.h>

enum ajar_status capture_set_filter(struct pcap *pcap, const char *filter, const char *name,
                                    struct problem *problem)
{
    struct bpf_program program;
    if (pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return problem_set(problem, AJAR_ERR_USAGE, "filter \"%s\" is not usable for %s: %s",
                           filter, name, pcap_geterr(pcap));
    enum ajar_status status = AJAR_OK;
    if (pcap_setfilter(pcap, &program) != 0)
        status = problem_set(problem, AJAR_ERR_SYSTEM, "filter \"%s\" cannot be set for %s: %s",
                             filter, name, pcap_geterr(pcap));
    pcap_freecode(&program);
    return status;
}
