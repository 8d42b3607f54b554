/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interface flags and offloads by ioctl (netdevice(7), linux/ethtool.h). Merged packets are
 * larger than the wire ever carried and hide which segment came when; `ajar check` says so.
 */
#include "process/interface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* "eth0, eth1, lo" */
static void list_interfaces(char *text, size_t size)
{
    struct if_nameindex *all = if_nameindex();
    size_t used = 0;
    text[0] = '\0';
    for (struct if_nameindex *one = all; one && one->if_name && used < size; one++) {
        int more = snprintf(text + used, size - used, "%s%s", used ? ", " : "", one->if_name);
        used += more > 0 ? (size_t)more : 0;
    }
    if (all)
        if_freenameindex(all);
}

/* One value of the ethtool interface; 0 where the driver has no such thing. */
static uint32_t ask_ethtool(int descriptor, const char *name, uint32_t command)
{
    struct ethtool_value value = {.cmd = command};
    struct ifreq request = {.ifr_flags = 0};
    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    request.ifr_data = (void *)&value;
    return ioctl(descriptor, SIOCETHTOOL, &request) == 0 ? value.data : 0;
}

enum ajar_status interface_read(const char *name, struct interface_state *state,
                                struct problem *problem)
{
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "%s: %s", name, strerror(errno));
    struct ifreq request = {.ifr_flags = 0};
    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    enum ajar_status status = AJAR_OK;
    if (ioctl(descriptor, SIOCGIFFLAGS, &request) == 0) {
        *state = (struct interface_state){
            .up = request.ifr_flags & IFF_UP,
            .gro = ask_ethtool(descriptor, name, ETHTOOL_GGRO) != 0,
            .lro = ask_ethtool(descriptor, name, ETHTOOL_GFLAGS) & ETH_FLAG_LRO,
        };
    } else {
        char known[256];
        list_interfaces(known, sizeof known);
        status = problem_set(problem, AJAR_ERR_NOT_FOUND, "%s: no such interface; there are %s",
                             name, known);
    }
    (void)close(descriptor);
    return status;
}
