/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ajar-bench-measure: runs a command and writes its wall time, CPU time, peak memory and exit
 * status as JSON. A program of its own because a child's peak includes the memory of the process
 * that started it: this one has next to none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void run_child(const char *output, const char *errors, char **command)
{
    int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int err = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0 || err < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(126);
    execvp(command[0], command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
}

int main(int argc, char **argv)
{
    int status;
    struct rusage used;
    if (argc < 4) {
        fprintf(stderr, "usage: ajar-bench-measure OUTPUT ERRORS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    double start = seconds_now();
    pid_t child = fork();
    if (child == 0)
        run_child(argv[1], argv[2], argv + 3);
    if (child < 0 || wait4(child, &status, 0, &used) < 0) {
        perror("ajar-bench-measure");
        return 1;
    }
    double wall = seconds_now() - start;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    printf("{\"wall\":%.6f,\"cpu\":%.6f,\"peak_kib\":%ld,\"status\":%d}\n", wall,
           seconds_of(used.ru_utime) + seconds_of(used.ru_stime), used.ru_maxrss, code);
    return 0;
}
