/* SPDX-License-Identifier: Apache-2.0 */
/* Each side's walls, from inside: a child enters and tries. What it must still do is its twin. */
#include "process/sandbox.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

TestSuite(sandbox, .timeout = 60);

enum { ENTERED_NOT = 100 };

/* What `attempt` gave in a child behind the wall: 0 it went well, else its errno. */
static int attempt(enum ajar_status (*enter)(struct problem *problem), int (*what)(void))
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        if (enter && enter(NULL) != AJAR_OK)
            _exit(ENTERED_NOT);
        errno = 0;
        _exit(what() >= 0 ? 0 : errno);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int try_inet(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int try_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int try_packet(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0);
}

static int try_raw(void)
{
    return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
}

static int try_raw6(void)
{
    return socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
}

static int try_open(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static int try_create(void)
{
    char path[] = "/tmp/ajar-test-XXXXXX";
    int file = mkstemp(path);
    if (file >= 0)
        (void)unlink(path);
    return file;
}

static int try_program(void)
{
    char *arguments[] = {NULL};
    return execve("/bin/true", arguments, arguments);
}

static int try_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child;
}

static int try_trace(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int try_look(void)
{
    char byte = 0;
    struct iovec here = {.iov_base = &byte, .iov_len = 1};
    return (int)process_vm_readv(getppid(), &here, 1, &here, 1, 0);
}

static int try_kill(void)
{
    return kill(getppid(), 0);
}

static int try_bpf(void)
{
    char attributes[128] = "";
    return (int)syscall(SYS_bpf, 0, attributes, sizeof attributes);
}

static int try_unshare(void)
{
    return unshare(CLONE_NEWUSER);
}

static int try_key(void)
{
    return (int)syscall(SYS_keyctl, 0, -3, 0);
}

static int try_code(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static void *nothing(void *context)
{
    return context;
}

static int try_thread(void)
{
    pthread_t thread;
    errno = pthread_create(&thread, NULL, nothing, NULL);
    return errno == 0 && pthread_join(thread, NULL) == 0 ? 0 : -1;
}

/* Memory, time, waiting and a message: what the packet side lives on. */
static int try_work(void)
{
    struct timespec now;
    char *memory = malloc((size_t)8 << 20);
    char *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!memory || mapped == MAP_FAILED || munmap(mapped, 1 << 20) != 0)
        return -1;
    memset(memory, 1, (size_t)8 << 20);
    free(memory);
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0 || poll(NULL, 0, 1) != 0)
        return -1;
    return (int)write(STDERR_FILENO, "", 0);
}

static int try_abort(void)
{
    abort();
}

static int try_read_own_status(void)
{
    char text[4096] = "";
    FILE *file = fopen("/proc/self/status", "re");
    if (!file)
        return -1;
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    const char *wanted[] = {"\nCapEff:\t0000000000000000\n", "\nCapPrm:\t0000000000000000\n",
                            "\nNoNewPrivs:\t1\n"};
    for (size_t i = 0; i < 3; i++)
        if (length == 0 || !strstr(text, wanted[i]))
            return -1;
    return 0;
}

static int in_packet(int (*what)(void))
{
    return attempt(sandbox_enter_packet, what);
}

static int in_delivery(int (*what)(void))
{
    return attempt(sandbox_enter_delivery, what);
}

Test(sandbox, lets_the_packet_side_work)
{
    cr_expect_eq(in_packet(try_work), 0);
    cr_expect_eq(in_packet(try_abort), 1000 + SIGABRT);
}

Test(sandbox, leaves_the_packet_side_no_network_and_no_files)
{
    if (!sandbox_has_filters())
        cr_skip_test("a sanitizer is built in");
    static int (*const attempts[])(void) = {
        try_inet,  try_unix, try_packet, try_raw, try_open, try_create,  try_program, try_process,
        try_trace, try_look, try_kill,   try_bpf, try_key,  try_unshare, try_code};
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        cr_expect_eq(in_packet(attempts[i]), EPERM, "attempt %zu", i);
    cr_expect_eq(attempt(NULL, try_inet), 0);
    cr_expect_eq(attempt(NULL, try_open), 0);
    cr_expect_eq(attempt(NULL, try_process), 0);
}

Test(sandbox, lets_the_delivery_side_talk_and_write)
{
    static int (*const attempts[])(void) = {try_inet,   try_unix,   try_open,
                                            try_create, try_thread, try_read_own_status};
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        cr_expect_eq(in_delivery(attempts[i]), 0, "attempt %zu", i);
}

Test(sandbox, keeps_the_delivery_side_from_what_it_has_no_use_for)
{
    if (!sandbox_has_filters())
        cr_skip_test("a sanitizer is built in");
    static int (*const attempts[])(void) = {try_packet,  try_raw,   try_raw6,   try_program,
                                            try_process, try_trace, try_look,   try_kill,
                                            try_bpf,     try_key,   try_unshare};
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        cr_expect_eq(in_delivery(attempts[i]), EPERM, "attempt %zu", i);
}

static enum ajar_status become_nobody(struct problem *problem)
{
    return sandbox_become("nobody", problem);
}

static int try_be_nobody(void)
{
    const struct passwd *nobody = getpwnam("nobody");
    bool is = nobody && getuid() == nobody->pw_uid && geteuid() == nobody->pw_uid &&
              getgid() == nobody->pw_gid;
    return is && setuid(0) != 0 ? 0 : -1;
}

static int try_keep_capture_only(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &header, data) != 0)
        return -1;
    bool only = (data[0].effective & ~(1u << CAP_NET_RAW)) == 0 && data[1].effective == 0 &&
                data[0].permitted == data[0].effective;
    return only && data[0].effective != 0 ? 0 : -1;
}

static enum ajar_status keep_capture(struct problem *problem)
{
    return sandbox_become("", problem);
}

Test(sandbox, becomes_another_user_who_can_still_capture)
{
    if (geteuid() != 0 || attempt(NULL, try_packet) != 0)
        cr_skip_test("needs root with CAP_NET_RAW");
    cr_expect_eq(attempt(become_nobody, try_be_nobody), 0);
    cr_expect_eq(attempt(become_nobody, try_keep_capture_only), 0);
    cr_expect_eq(attempt(become_nobody, try_packet), 0);
    cr_expect_eq(attempt(keep_capture, try_keep_capture_only), 0);
    cr_expect_eq(attempt(keep_capture, try_packet), 0);
}

Test(sandbox, says_which_user_there_is_not)
{
    struct problem problem = {.text = ""};
    cr_assert_eq(sandbox_become("nobody-of-this-name", &problem), AJAR_ERR_USAGE);
    cr_assert_not_null(strstr(problem.text, "nobody-of-this-name"), "%s", problem.text);
}
