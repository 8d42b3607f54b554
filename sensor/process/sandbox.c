/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System call filters (libseccomp), capabilities and the change of user (libcap-ng): the walls
 * around the two sides. Lists are tables, in the order of what the calls are for.
 */
#include "process/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#define REFUSE SCMP_ACT_ERRNO(EPERM)

/* What the packet side needs once everything is open. */
static const int packet_calls[] = {
    /* frames: libpcap waits on its descriptors and asks the socket for errors and statistics */
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(pread64),
    /* messages on standard error; the descriptor that wakes libpcap; the end of the source */
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close),
    /* the ring's sleepers and pauses */
    SCMP_SYS(futex), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall),
    /* time, where the kernel does not map it */
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    /* memory; tables are reserved at the start and touched as they are used */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    /* signals, to itself */
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getrandom),
    /* the end */
    SCMP_SYS(exit), SCMP_SYS(exit_group)};

/* What the delivery side has no use for and somebody who took it over would have. */
static const int delivery_refusals[] = {
    /* other programs and processes */
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(kill),
    SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(pidfd_send_signal), SCMP_SYS(pidfd_getfd), SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
    SCMP_SYS(kcmp),
    /* namespaces, mounts, other roots */
    SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(mount),
    SCMP_SYS(umount), SCMP_SYS(umount2), SCMP_SYS(move_mount), SCMP_SYS(open_tree),
    SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(open_by_handle_at), SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    /* the kernel and the machine */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff),
    SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(syslog),
    SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime),
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
    /* keys, and being somebody else */
    SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(setuid), SCMP_SYS(setgid),
    SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
    SCMP_SYS(setgroups), SCMP_SYS(capset), SCMP_SYS(personality)};

static const int namespace_flags[] = {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS,    CLONE_NEWPID,
                                      CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};

bool sandbox_has_filters(void)
{
#ifdef HAS_SANITIZER
    return false;
#else
    return true;
#endif
}

/* A call that this architecture does not have needs no rule. */
static int add_rules(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        result = seccomp_rule_add(filter, action, calls[i], 0);
        if (result == -EDOM)
            result = 0;
    }
    return result;
}

/* abort() and failed assertions of libraries end the process by a signal to themselves. */
static int allow_own_signals(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0_32(SCMP_CMP_EQ, (uint32_t)getpid(), 0));
}

/* Memory to be read and written; code stays as it was loaded. */
static int allow_data_memory(scmp_filter_ctx filter)
{
    static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    int result = 0;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0] && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return result;
}

/* Whether an interface that is down is still there. */
static int allow_interface_flags(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                            SCMP_A1_32(SCMP_CMP_EQ, SIOCGIFFLAGS, 0));
}

static int fill_packet_filter(scmp_filter_ctx filter)
{
    int result = add_rules(filter, SCMP_ACT_ALLOW, packet_calls,
                           sizeof packet_calls / sizeof packet_calls[0]);
    if (result == 0)
        result = allow_interface_flags(filter);
    if (result == 0)
        result = allow_data_memory(filter);
    return result == 0 ? allow_own_signals(filter) : result;
}

static int refuse_raw_sockets(scmp_filter_ctx filter)
{
    static const int raw_families[] = {AF_INET, AF_INET6};
    int result = seccomp_rule_add(filter, REFUSE, SCMP_SYS(socket), 1,
                                  SCMP_A0_32(SCMP_CMP_EQ, AF_PACKET, 0));
    for (size_t i = 0; i < 2 && result == 0; i++)
        result =
            seccomp_rule_add(filter, REFUSE, SCMP_SYS(socket), 2,
                             SCMP_A0_32(SCMP_CMP_EQ, (uint32_t)raw_families[i], 0),
                             SCMP_A1_32(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW)); /* 0xf: the type */
    return result;
}

/* Threads only: no clone() of a process, none into a namespace. clone3() takes its flags where a
 * filter cannot see them; the C library falls back to clone() when there is none. */
static int refuse_processes(scmp_filter_ctx filter)
{
    int result = seccomp_rule_add(filter, REFUSE, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    for (size_t i = 0; i < sizeof namespace_flags / sizeof namespace_flags[0] && result == 0; i++) {
        scmp_datum_t flag = (scmp_datum_t)(unsigned)namespace_flags[i];
        result = seccomp_rule_add(filter, REFUSE, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    }
    if (result == 0)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return result;
}

static int fill_delivery_filter(scmp_filter_ctx filter)
{
    int result = add_rules(filter, REFUSE, delivery_refusals,
                           sizeof delivery_refusals / sizeof delivery_refusals[0]);
    if (result == 0)
        result = refuse_raw_sockets(filter);
    return result == 0 ? refuse_processes(filter) : result;
}

static enum ajar_status load_filter(uint32_t otherwise, int (*fill)(scmp_filter_ctx filter),
                                    struct problem *problem)
{
    if (!sandbox_has_filters())
        return AJAR_OK;
    scmp_filter_ctx filter = seccomp_init(otherwise);
    if (!filter)
        return problem_set(problem, AJAR_ERR_MEMORY, "system call filter: out of memory");
    int result = fill(filter);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "system call filter: %s", strerror(-result));
    return AJAR_OK;
}

/* No program that this process or its children may ever start gives them more than they have. */
static enum ajar_status close_privileges(struct problem *problem)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "privileges could not be closed: %m");
    return AJAR_OK;
}

static enum ajar_status drop_everything(struct problem *problem)
{
    capng_clear(CAPNG_SELECT_ALL);
    /* The bounding set can only be emptied with CAP_SETPCAP; without capabilities and with no new
     * privileges it has no effect. */
    if (capng_apply(CAPNG_SELECT_CAPS) != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "capabilities could not be dropped: %m");
    return close_privileges(problem);
}

enum ajar_status sandbox_enter_packet(struct problem *problem)
{
    enum ajar_status status = drop_everything(problem);
    return status == AJAR_OK ? load_filter(REFUSE, fill_packet_filter, problem) : status;
}

enum ajar_status sandbox_enter_delivery(struct problem *problem)
{
    enum ajar_status status = drop_everything(problem);
    return status == AJAR_OK ? load_filter(SCMP_ACT_ALLOW, fill_delivery_filter, problem) : status;
}

/* Whether there is anything to change; AJAR_ERR_USAGE where it cannot be. */
static enum ajar_status find_user(const char *name, const struct passwd **user,
                                  struct problem *problem)
{
    errno = 0;
    const struct passwd *found = getpwnam(name);
    if (!found)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "user: there is no user %s; `getent passwd` lists those there are",
                           name);
    if (found->pw_uid != geteuid() && geteuid() != 0)
        return problem_set(problem, AJAR_ERR_USAGE,
                           "user: only root can become %s; start ajar as root or as %s", name,
                           name);
    *user = found->pw_uid == geteuid() ? NULL : found;
    return AJAR_OK;
}

enum ajar_status sandbox_become(const char *user, struct problem *problem)
{
    const struct passwd *other = NULL;
    enum ajar_status status = user[0] ? find_user(user, &other, problem) : AJAR_OK;
    if (status != AJAR_OK)
        return status;
    bool may_capture = capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW);
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    capng_clear(CAPNG_SELECT_ALL);
    if (may_capture)
        (void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_RAW);
    int result = 0;
    if (other)
        result = capng_change_id((int)other->pw_uid, (int)other->pw_gid,
                                 CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING);
    else
        result = capng_apply(may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
    if (result != 0 && other)
        return problem_set(problem, AJAR_ERR_SYSTEM, "user: could not become %s: %m", user);
    if (result != 0)
        return problem_set(problem, AJAR_ERR_SYSTEM, "capabilities could not be dropped: %m");
    return close_privileges(problem);
}
