/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-bench-loop: the yardstick. Reads a capture with libpcap and looks at each packet's
 * EtherType, nothing more; what any program on libpcap must at least spend.
 */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *head;
    const unsigned char *bytes;
    uint64_t packets = 0, octets = 0, ip = 0;
    int status;

    if (argc != 2) {
        fprintf(stderr, "usage: ajar-bench-loop FILE\n");
        return 2;
    }
    pcap_t *p = pcap_open_offline(argv[1], error);
    if (p == NULL) {
        fprintf(stderr, "ajar-bench-loop: %s\n", error);
        return 1;
    }
    while ((status = pcap_next_ex(p, &head, &bytes)) == 1) {
        packets++;
        octets += head->len;
        if (head->caplen >= 14)
            ip += (bytes[12] == 0x08 && bytes[13] == 0) || (bytes[12] == 0x86 && bytes[13] == 0xdd);
    }
    if (status == PCAP_ERROR)
        fprintf(stderr, "ajar-bench-loop: %s\n", pcap_geterr(p));
    pcap_close(p);
    printf("{\"packets\":%llu,\"bytes\":%llu,\"untagged_ip\":%llu}\n", (unsigned long long)packets,
           (unsigned long long)octets, (unsigned long long)ip);
    return status == PCAP_ERROR;
}
