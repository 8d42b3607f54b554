/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/power_cut.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 16

/* A write (or, without bytes, a change of size) that was not synced yet. */
struct change {
    struct change *next;
    sqlite3_int64 offset;
    int length;
    unsigned char bytes[];
};

/* What is known of a file by its name: connections come and go. */
struct disk_file {
    char path[256];
    unsigned char *synced;
    size_t size;
    struct change *first;
    struct change **last;
};

struct open_file {
    sqlite3_file base;
    struct disk_file *disk; /* NULL: a file that does not matter */
    sqlite3_file *real;
};

static sqlite3_vfs shim;
static sqlite3_vfs *real_vfs;
static struct disk_file files[FILES_MAX];
static size_t file_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_cut;
static unsigned long countdown;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct open_file *)file)->real;
}

/* Whether the disk still works for one more change. */
static bool is_powered(void)
{
    if (!is_cut && countdown && --countdown == 0)
        is_cut = true;
    return !is_cut;
}

static struct disk_file *disk_file_of(const char *path)
{
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    cr_assert_lt(file_count, FILES_MAX);
    struct disk_file *file = &files[file_count++];
    memset(file, 0, sizeof *file);
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->last = &file->first;
    return file;
}

static void note(struct disk_file *file, sqlite3_int64 offset, const void *bytes, int length)
{
    struct change *change = malloc(sizeof *change + (size_t)length);
    cr_assert_not_null(change);
    *change = (struct change){.offset = offset, .length = length};
    if (length)
        memcpy(change->bytes, bytes, (size_t)length);
    *file->last = change;
    file->last = &change->next;
}

static void resize(struct disk_file *file, size_t size)
{
    if (size > file->size) {
        file->synced = realloc(file->synced, size);
        cr_assert_not_null(file->synced);
        memset(file->synced + file->size, 0, size - file->size);
    }
    file->size = size;
}

static void apply(struct disk_file *file, const struct change *change)
{
    size_t end = (size_t)change->offset + (size_t)change->length;
    if (change->length == 0 || end > file->size)
        resize(file, end);
    if (change->length)
        memcpy(file->synced + change->offset, change->bytes, (size_t)change->length);
}

/* Takes the changes over to the synced state: all of them, or by chance. */
static void settle(struct disk_file *file, unsigned *seed)
{
    while (file->first) {
        struct change *change = file->first;
        file->first = change->next;
        if (!seed || rand_r(seed) % 2)
            apply(file, change);
        free(change);
    }
    file->last = &file->first;
}

static int shim_close(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    int result = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
    sqlite3_free(real);
    return result;
}

static int shim_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, length, offset);
}

static int shim_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
    struct disk_file *disk = ((struct open_file *)file)->disk;
    (void)pthread_mutex_lock(&lock);
    bool works = is_powered();
    if (works && disk)
        note(disk, offset, bytes, length);
    (void)pthread_mutex_unlock(&lock);
    return works ? real_of(file)->pMethods->xWrite(real_of(file), bytes, length, offset)
                 : SQLITE_IOERR_WRITE;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct disk_file *disk = ((struct open_file *)file)->disk;
    (void)pthread_mutex_lock(&lock);
    bool works = is_powered();
    if (works && disk)
        note(disk, size, NULL, 0);
    (void)pthread_mutex_unlock(&lock);
    return works ? real_of(file)->pMethods->xTruncate(real_of(file), size) : SQLITE_IOERR_TRUNCATE;
}

static int shim_sync(sqlite3_file *file, int flags)
{
    struct disk_file *disk = ((struct open_file *)file)->disk;
    (void)flags;
    (void)pthread_mutex_lock(&lock);
    bool works = is_powered();
    if (works && disk)
        settle(disk, NULL);
    (void)pthread_mutex_unlock(&lock);
    return works ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int shim_check(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int shim_control(sqlite3_file *file, int code, void *argument)
{
    if (code == SQLITE_FCNTL_SIZE_HINT) /* would change the size past us */
        return SQLITE_NOTFOUND;
    return real_of(file)->pMethods->xFileControl(real_of(file), code, argument);
}

static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **map)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, map);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_shm_unmap(sqlite3_file *file, int delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {.iVersion = 2,
                                           .xClose = shim_close,
                                           .xRead = shim_read,
                                           .xWrite = shim_write,
                                           .xTruncate = shim_truncate,
                                           .xSync = shim_sync,
                                           .xFileSize = shim_size,
                                           .xLock = shim_lock,
                                           .xUnlock = shim_unlock,
                                           .xCheckReservedLock = shim_check,
                                           .xFileControl = shim_control,
                                           .xSectorSize = shim_sector,
                                           .xDeviceCharacteristics = shim_traits,
                                           .xShmMap = shim_shm_map,
                                           .xShmLock = shim_shm_lock,
                                           .xShmBarrier = shim_shm_barrier,
                                           .xShmUnmap = shim_shm_unmap};

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                     int *flags_out)
{
    (void)vfs;
    struct open_file *open = (struct open_file *)file;
    *open = (struct open_file){.real = sqlite3_malloc(real_vfs->szOsFile)};
    memset(open->real, 0, (size_t)real_vfs->szOsFile);
    int result = real_vfs->xOpen(real_vfs, path, open->real, flags, flags_out);
    if (result != SQLITE_OK) {
        sqlite3_free(open->real);
        return result;
    }
    open->base.pMethods = &methods;
    if (path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))) {
        (void)pthread_mutex_lock(&lock);
        open->disk = disk_file_of(path);
        (void)pthread_mutex_unlock(&lock);
    }
    return SQLITE_OK;
}

/* What is deleted is gone at once: SQLite deletes only what it needs no more. */
static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    (void)pthread_mutex_lock(&lock);
    bool works = is_powered();
    if (works) {
        struct disk_file *file = disk_file_of(path);
        settle(file, NULL);
        resize(file, 0);
    }
    (void)pthread_mutex_unlock(&lock);
    return works ? real_vfs->xDelete(real_vfs, path, sync) : SQLITE_IOERR_DELETE;
}

void power_cut_install(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim = *real_vfs;
    shim.szOsFile = (int)sizeof(struct open_file);
    shim.zName = "power-cut";
    shim.xOpen = shim_open;
    shim.xDelete = shim_delete;
    cr_assert_eq(sqlite3_vfs_register(&shim, 1), SQLITE_OK);
}

void power_cut_now(void)
{
    (void)pthread_mutex_lock(&lock);
    is_cut = true;
    (void)pthread_mutex_unlock(&lock);
}

void power_cut_after(unsigned long count)
{
    (void)pthread_mutex_lock(&lock);
    countdown = count;
    (void)pthread_mutex_unlock(&lock);
}

bool power_cut_happened(void)
{
    (void)pthread_mutex_lock(&lock);
    bool happened = is_cut;
    (void)pthread_mutex_unlock(&lock);
    return happened;
}

static void write_file(const struct disk_file *disk)
{
    if (disk->size == 0) {
        (void)unlink(disk->path);
        return;
    }
    FILE *file = fopen(disk->path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(disk->synced, 1, disk->size, file), disk->size);
    cr_assert_eq(fclose(file), 0);
}

void power_cut_reboot(unsigned seed)
{
    char shared[FILES_MAX * 512];
    for (size_t i = 0; i < file_count; i++) {
        settle(&files[i], &seed);
        write_file(&files[i]);
        (void)snprintf(shared, sizeof shared, "%s-shm", files[i].path);
        (void)unlink(shared);
    }
    is_cut = false;
    countdown = 0;
}

void power_cut_forget(void)
{
    for (size_t i = 0; i < file_count; i++) {
        settle(&files[i], NULL);
        free(files[i].synced);
    }
    file_count = 0;
}
