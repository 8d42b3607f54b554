/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the seeds of a fuzz target without libFuzzer, so that every test run covers them with any
 * compiler: each seed as it is, cut at every length, and with a fixed number of mutations that are
 * the same in every run. The bytes end at an inaccessible page: a read past the end dies even
 * without a sanitizer. Usage: replay_<x> DIRECTORY; AJAR_REPLAY_MUTATIONS changes the number.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REPLAY_BYTES_MAX     (1u << 20)  /* of one seed; a longer one is an error */
#define REPLAY_MUTATIONS     400         /* per seed */
#define REPLAY_CUTS_MAX      512         /* prefixes tried per seed, from its end */
#define REPLAY_MUTATED_BYTES (32u << 20) /* per seed: big seeds are mutated less often */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *count, char ***arguments) __attribute__((weak));

struct replay {
    uint8_t *seed;    /* the bytes of the file */
    uint8_t *mutated; /* a changed copy, REPLAY_BYTES_MAX long */
    uint8_t *edge;    /* the inaccessible page; inputs end here */
    size_t seed_size;
    uint64_t random;
    unsigned long mutations;
};

/* xorshift64*: good enough and the same everywhere. */
static uint64_t random_next(struct replay *r)
{
    r->random ^= r->random >> 12;
    r->random ^= r->random << 25;
    r->random ^= r->random >> 27;
    return r->random * 0x2545f4914f6cdd1dULL;
}

static size_t random_below(struct replay *r, size_t limit)
{
    return limit ? (size_t)(random_next(r) % limit) : 0;
}

static void run_input(struct replay *r, const uint8_t *data, size_t size)
{
    uint8_t *input = r->edge - size;
    if (size)
        memcpy(input, data, size);
    (void)LLVMFuzzerTestOneInput(input, size);
}

static void mutate_flip(struct replay *r, size_t size)
{
    r->mutated[random_below(r, size)] ^= (uint8_t)(1u << random_below(r, 8));
}

static void mutate_extreme(struct replay *r, size_t size)
{
    static const uint8_t extremes[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, '0', '9', '"', '\n'};
    size_t run = 1 + random_below(r, 8);
    size_t at = random_below(r, size);
    uint8_t value = extremes[random_below(r, sizeof extremes)];
    for (size_t i = at; i < size && i < at + run; i++)
        r->mutated[i] = value;
}

static size_t mutate_erase(struct replay *r, size_t size)
{
    size_t at = random_below(r, size);
    size_t length = 1 + random_below(r, size - at < 32 ? size - at : 32);
    memmove(r->mutated + at, r->mutated + at + length, size - at - length);
    return size - length;
}

static size_t mutate_repeat(struct replay *r, size_t size)
{
    size_t at = random_below(r, size);
    size_t length = 1 + random_below(r, size - at < 64 ? size - at : 64);
    if (size + length > REPLAY_BYTES_MAX)
        return size;
    memmove(r->mutated + at + length, r->mutated + at, size - at);
    return size + length;
}

/* Changes the copy in one to four places; returns its new size. */
static size_t mutate(struct replay *r)
{
    size_t size = r->seed_size;
    if (size)
        memcpy(r->mutated, r->seed, size);
    for (size_t times = 1 + random_below(r, 4); times > 0 && size > 0; times--) {
        switch (random_below(r, 6)) {
        case 0:
        case 1:
            mutate_flip(r, size);
            break;
        case 2:
        case 3:
            mutate_extreme(r, size);
            break;
        case 4:
            size = mutate_erase(r, size);
            break;
        default:
            size = mutate_repeat(r, size);
            break;
        }
    }
    return size;
}

static void run_seed(struct replay *r)
{
    run_input(r, r->seed, r->seed_size);
    size_t shortest = r->seed_size > REPLAY_CUTS_MAX ? r->seed_size - REPLAY_CUTS_MAX : 0;
    for (size_t size = r->seed_size; size-- > shortest;)
        run_input(r, r->seed, size);

    unsigned long times = REPLAY_MUTATED_BYTES / (r->seed_size + 1);
    r->random = 0x9e3779b97f4a7c15ULL ^ r->seed_size;
    for (unsigned long i = 0; i < times && i < r->mutations; i++) {
        size_t size = mutate(r);
        run_input(r, r->mutated, size);
    }
}

static int load_seed(struct replay *r, const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return -1;
    }
    r->seed_size = fread(r->seed, 1, REPLAY_BYTES_MAX + 1, file);
    (void)fclose(file);
    if (r->seed_size > REPLAY_BYTES_MAX) {
        (void)fprintf(stderr, "%s: longer than %u bytes\n", path, REPLAY_BYTES_MAX);
        return -1;
    }
    return 0;
}

static int run_folder(struct replay *r, const char *folder)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    if (count < 0) {
        perror(folder);
        return -1;
    }
    int result = 0;
    int seeds = 0;
    for (int i = 0; i < count; i++) {
        if (result == 0 && names[i]->d_name[0] != '.') {
            result = load_seed(r, folder, names[i]->d_name);
            if (result == 0)
                run_seed(r);
            seeds++;
        }
        free(names[i]);
    }
    free(names);
    if (seeds == 0) {
        (void)fprintf(stderr, "%s: no seed\n", folder);
        return -1;
    }
    return result;
}

static int make_buffers(struct replay *r)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *input = mmap(NULL, REPLAY_BYTES_MAX + page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (input == MAP_FAILED)
        return -1;
    r->edge = input + REPLAY_BYTES_MAX;
    if (mprotect(r->edge, page, PROT_NONE) != 0)
        return -1;
    r->seed = malloc(REPLAY_BYTES_MAX + 1);
    r->mutated = malloc(REPLAY_BYTES_MAX);
    return r->seed && r->mutated ? 0 : -1;
}

int main(int count, char **arguments)
{
    struct replay r = {.mutations = REPLAY_MUTATIONS};
    const char *mutations = getenv("AJAR_REPLAY_MUTATIONS");
    if (mutations)
        r.mutations = strtoul(mutations, NULL, 10);
    if (count != 2) {
        (void)fprintf(stderr, "usage: %s DIRECTORY\n", arguments[0]);
        return 2;
    }
    if (LLVMFuzzerInitialize)
        (void)LLVMFuzzerInitialize(&count, &arguments);
    int result = make_buffers(&r);
    if (result == 0)
        result = run_folder(&r, arguments[1]);
    free(r.seed);
    free(r.mutated);
    return result == 0 ? 0 : 1;
}
