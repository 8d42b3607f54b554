/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which captures to read, in which order: names as people give them become a list sorted by the
 * time of the first packet, so that files of a rotating capture are read as one. Links that lead
 * to the same file or folder count once.
 */
#include "base/log.h"
#include "capture/capture.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LIST_FILES_MAX   1000000 /* captures in one list */
#define LIST_FOLDERS_MAX 65536   /* folders looked into */
#define LIST_DEPTH_MAX   64      /* folders inside folders */

struct identity {
    dev_t device;
    ino_t inode;
};

struct found {
    struct capture_list_item item;
    struct identity identity;
    size_t order; /* in which it was named */
};

/* A list under construction. */
struct search {
    struct found *files;
    size_t file_count;
    size_t file_room;
    struct identity *folders;
    size_t folder_count;
    size_t folder_room;
    size_t passed_over;
    struct problem *problem;
};

static enum ajar_status no_memory(struct search *s)
{
    return problem_set(s->problem, AJAR_ERR_MEMORY, "out of memory for the list of captures");
}

/* Makes room for one more element of `size` bytes. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t wanted = *room ? *room * 2 : 16;
    void *grown = reallocarray(array, wanted, size);
    if (grown)
        *room = wanted;
    return grown;
}

static enum ajar_status add_file(struct search *s, const char *path, const struct stat *stat,
                                 uint64_t first_ns)
{
    if (s->file_count == LIST_FILES_MAX)
        return problem_set(s->problem, AJAR_ERR_LIMIT, "more than %d captures: name fewer",
                           LIST_FILES_MAX);
    struct found *files = grow(s->files, s->file_count, &s->file_room, sizeof *files);
    if (!files)
        return no_memory(s);
    s->files = files;
    struct found *added = &files[s->file_count];
    *added = (struct found){
        .item = {.path = strdup(path),
                 .first_ns = first_ns,
                 .bytes = S_ISREG(stat->st_mode) ? (uint64_t)stat->st_size : 0},
        .identity = {stat->st_dev, stat->st_ino},
        .order = s->file_count,
    };
    if (!added->item.path)
        return no_memory(s);
    s->file_count++;
    return AJAR_OK;
}

static void keep_time(void *context, const struct frame *frame)
{
    *(uint64_t *)context = frame->time_ns;
}

/* Reads up to the first packet. *first_ns stays as it is when there is none. AJAR_OK: a capture,
 * even if it is damaged or empty after its header. */
static enum ajar_status read_first_time(const char *path, uint64_t *first_ns,
                                        struct problem *problem)
{
    struct capture *capture;
    enum ajar_status status = capture_open_file(path, NULL, &capture, problem);
    if (status != AJAR_OK)
        return status;
    uint64_t ordinal = 0;
    (void)capture_run(capture, 1, 0, &ordinal, keep_time, first_ns, NULL);
    capture_close(capture);
    return AJAR_OK;
}

/* A file in a folder: passed over if it is not a capture. */
static enum ajar_status consider_file(struct search *s, const char *path, const struct stat *stat)
{
    struct problem why = {.text = ""};
    uint64_t first_ns = UINT64_MAX;
    enum ajar_status status = AJAR_ERR_FORMAT;
    if (S_ISREG(stat->st_mode))
        status = read_first_time(path, &first_ns, &why);
    if (status == AJAR_OK)
        return add_file(s, path, stat, first_ns);
    if (status == AJAR_ERR_SYSTEM)
        log_warning("%s", why.text);
    s->passed_over++;
    return AJAR_OK;
}

/* Notes the folder; false if it was there before. */
static enum ajar_status enter_folder(struct search *s, const struct stat *stat, bool *is_new)
{
    for (size_t i = 0; i < s->folder_count; i++) {
        if (s->folders[i].inode == stat->st_ino && s->folders[i].device == stat->st_dev) {
            *is_new = false;
            return AJAR_OK;
        }
    }
    if (s->folder_count == LIST_FOLDERS_MAX)
        return problem_set(s->problem, AJAR_ERR_LIMIT, "more than %d folders: name fewer",
                           LIST_FOLDERS_MAX);
    struct identity *folders = grow(s->folders, s->folder_count, &s->folder_room, sizeof *folders);
    if (!folders)
        return no_memory(s);
    s->folders = folders;
    folders[s->folder_count++] = (struct identity){stat->st_dev, stat->st_ino};
    *is_new = true;
    return AJAR_OK;
}

static enum ajar_status search_folder(struct search *s, const char *path, const struct stat *stat,
                                      int depth);

static enum ajar_status consider_entry(struct search *s, const char *folder, const char *name,
                                       int depth)
{
    char path[PATH_MAX];
    struct stat about;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path || stat(path, &about) != 0) {
        s->passed_over++; /* a name too long, or a link to nothing */
        return AJAR_OK;
    }
    if (S_ISDIR(about.st_mode))
        return search_folder(s, path, &about, depth + 1);
    return consider_file(s, path, &about);
}

static enum ajar_status search_folder(struct search *s, const char *path, const struct stat *stat,
                                      int depth)
{
    bool is_new = false;
    enum ajar_status status = enter_folder(s, stat, &is_new);
    if (status != AJAR_OK || !is_new)
        return status;
    if (depth > LIST_DEPTH_MAX)
        return problem_set(s->problem, AJAR_ERR_LIMIT, "%s lies below more than %d folders", path,
                           LIST_DEPTH_MAX);
    DIR *folder = opendir(path);
    if (!folder) {
        log_warning("%s cannot be read: %s", path, strerror(errno));
        s->passed_over++;
        return AJAR_OK;
    }
    const struct dirent *entry;
    while (status == AJAR_OK && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            status = consider_entry(s, path, entry->d_name, depth);
    }
    (void)closedir(folder);
    return status;
}

static enum ajar_status search_named_folder(struct search *s, const char *name,
                                            const struct stat *stat)
{
    size_t files_before = s->file_count;
    size_t folders_before = s->folder_count;
    size_t passed_before = s->passed_over;
    enum ajar_status status = search_folder(s, name, stat, 0);
    if (status != AJAR_OK || s->file_count > files_before)
        return status;
    if (s->folder_count == folders_before)
        return AJAR_OK; /* named before, itself or a folder above it */
    return problem_set(s->problem, AJAR_ERR_USAGE, "%s holds no capture (%zu files passed over)",
                       name, s->passed_over - passed_before);
}

/* A file that was named is kept whatever it is: opening it says what is wrong with it. Only
 * regular files are looked into, as a pipe can be read once. */
static enum ajar_status consider_name(struct search *s, const char *name)
{
    struct stat about = {0};
    if (strcmp(name, "-") == 0)
        return add_file(s, name, &about, UINT64_MAX);
    if (stat(name, &about) != 0)
        return problem_set(s->problem, AJAR_ERR_USAGE, "%s cannot be read: %s", name,
                           strerror(errno));
    if (S_ISDIR(about.st_mode))
        return search_named_folder(s, name, &about);
    uint64_t first_ns = UINT64_MAX;
    if (S_ISREG(about.st_mode))
        (void)read_first_time(name, &first_ns, NULL);
    return add_file(s, name, &about, first_ns);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_identity(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;
    int order = compare_numbers(a->identity.device, b->identity.device);
    if (order == 0)
        order = compare_numbers(a->identity.inode, b->identity.inode);
    return order != 0 ? order : compare_numbers(a->order, b->order);
}

static int compare_time(const void *left, const void *right)
{
    const struct capture_list_item *a = &((const struct found *)left)->item;
    const struct capture_list_item *b = &((const struct found *)right)->item;
    int order = (strcmp(a->path, "-") == 0) - (strcmp(b->path, "-") == 0);
    if (order == 0)
        order = compare_numbers(a->first_ns, b->first_ns);
    return order != 0 ? order : strcmp(a->path, b->path);
}

/* Keeps the first name of every file. */
static void drop_repeats(struct search *s)
{
    size_t kept = 0;
    qsort(s->files, s->file_count, sizeof *s->files, compare_identity);
    for (size_t i = 0; i < s->file_count; i++) {
        const struct identity *last = kept ? &s->files[kept - 1].identity : NULL;
        const struct identity *this = &s->files[i].identity;
        if (last && last->device == this->device && last->inode == this->inode)
            free(s->files[i].item.path);
        else
            s->files[kept++] = s->files[i];
    }
    s->file_count = kept;
}

static enum ajar_status make_list(struct search *s, struct capture_list *list)
{
    struct capture_list_item *items = calloc(s->file_count + 1, sizeof *items);
    if (!items)
        return no_memory(s);
    if (s->file_count > 0) {
        drop_repeats(s);
        qsort(s->files, s->file_count, sizeof *s->files, compare_time);
    }
    for (size_t i = 0; i < s->file_count; i++)
        items[i] = s->files[i].item;
    *list = (struct capture_list){.items = items, .count = s->file_count};
    s->file_count = 0; /* the paths are the list's now */
    return AJAR_OK;
}

enum ajar_status capture_list_find(char *const *names, size_t count, struct capture_list *list,
                                   size_t *passed_over, struct problem *problem)
{
    struct search s = {.problem = problem};
    enum ajar_status status = AJAR_OK;
    for (size_t i = 0; i < count && status == AJAR_OK; i++)
        status = consider_name(&s, names[i]);
    if (status == AJAR_OK)
        status = make_list(&s, list);
    if (status == AJAR_OK)
        *passed_over = s.passed_over;
    for (size_t i = 0; i < s.file_count; i++)
        free(s.files[i].item.path);
    free(s.files);
    free(s.folders);
    return status;
}

void capture_list_clear(struct capture_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].path);
    free(list->items);
    *list = (struct capture_list){0};
}
