#include "faulty.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
} shim_file;

static struct {
	sqlite3_vfs vfs, *real;
	sqlite3_mem_methods memory;
	faulty_kind kind;
	pthread_t files_of; /* files of this thread alone fail */
	_Atomic int seen;
	_Atomic int fail_at; /* 0 = none fails */
	bool for_ever;
} shim;

static bool fails(faulty_kind kind)
{
	int at = atomic_load(&shim.fail_at);

	if (at == 0 || kind != shim.kind ||
	    (kind == FAULTY_FILES && !pthread_equal(pthread_self(), shim.files_of)))
		return false;
	int seen = atomic_fetch_add(&shim.seen, 1) + 1;

	return shim.for_ever ? seen >= at : seen == at;
}

void faulty_begin(faulty_kind kind, int fail_at, bool for_ever)
{
	shim.kind = kind;
	shim.for_ever = for_ever;
	shim.files_of = pthread_self();
	atomic_store(&shim.seen, 0);
	atomic_store(&shim.fail_at, fail_at);
}

bool faulty_end(void)
{
	return atomic_load(&shim.seen) >= atomic_exchange(&shim.fail_at, 0);
}

/* ---- the files of SQLite ---- */

#define REAL(f) (((shim_file *)(f))->real)

static int f_close(sqlite3_file *f)
{
	return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return fails(FAULTY_DB) ? SQLITE_IOERR_READ : REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (!fails(FAULTY_DB))
		return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
	/* Half of it arrived. */
	(void)REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at);
	return atomic_load(&shim.fail_at) % 2 ? SQLITE_IOERR_WRITE : SQLITE_FULL;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fails(FAULTY_DB) ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
	return fails(FAULTY_DB) ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int f_lock(sqlite3_file *f, int how)
{
	return REAL(f)->pMethods->xLock(REAL(f), how);
}

static int f_unlock(sqlite3_file *f, int how)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), how);
}

static int f_reserved(sqlite3_file *f, int *out)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int f_control(sqlite3_file *f, int op, void *p)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, p);
}

static int f_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int f_traits(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int f_shm_unmap(sqlite3_file *f, int remove)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), remove);
}

/* Version 2: no memory map, so that every read of the file comes by here. */
static const sqlite3_io_methods methods = {
	2,          f_close,       f_read,      f_write,   f_truncate, f_sync,   f_size,
	f_lock,     f_unlock,      f_reserved,  f_control, f_sector,   f_traits, f_shm_map,
	f_shm_lock, f_shm_barrier, f_shm_unmap, NULL,      NULL,
};

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	shim_file *to = (shim_file *)f;

	(void)vfs;
	to->real = (sqlite3_file *)(to + 1);
	int rc = shim.real->xOpen(shim.real, name, to->real, flags, out);

	to->base.pMethods = to->real->pMethods ? &methods : NULL;
	return rc;
}

/* ---- the memory of SQLite ---- */

static void *m_malloc(int n)
{
	return fails(FAULTY_MEMORY) ? NULL : shim.memory.xMalloc(n);
}

static void *m_realloc(void *p, int n)
{
	return fails(FAULTY_MEMORY) ? NULL : shim.memory.xRealloc(p, n);
}

/* ---- our own files: tests/ground/meson.build lets the linker send calls here ---- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __wrap_read(int fd, void *p, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);

static bool file_fails(void)
{
	if (!fails(FAULTY_FILES))
		return false;
	errno = atomic_load(&shim.fail_at) % 2 ? EIO : ENOSPC;
	return true;
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return file_fails() ? -1 : __real_open(path, flags, mode);
}

ssize_t __wrap_read(int fd, void *p, size_t n)
{
	return file_fails() ? -1 : __real_read(fd, p, n);
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (!file_fails())
		return __real_write(fd, p, n);
	(void)!__real_write(fd, p, n / 2); /* half of it arrived */
	errno = ENOSPC;
	return -1;
}

int __wrap_fsync(int fd)
{
	return file_fails() ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
	return file_fails() ? -1 : __real_rename(from, to);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	return file_fails() ? -1 : __real_mkdir(path, mode);
}

DIR *__wrap_opendir(const char *path)
{
	return file_fails() ? NULL : __real_opendir(path);
}

/* ---- on and off ---- */

void faulty_open(void)
{
	sqlite3_mem_methods ours;

	(void)sqlite3_shutdown();
	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &shim.memory);
	ours = shim.memory;
	ours.xMalloc = m_malloc;
	ours.xRealloc = m_realloc;
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
	(void)sqlite3_initialize();
	shim.real = sqlite3_vfs_find(NULL);
	shim.vfs = *shim.real;
	shim.vfs.zName = "shim";
	shim.vfs.szOsFile = (int)sizeof(shim_file) + shim.real->szOsFile;
	shim.vfs.xOpen = v_open;
	(void)sqlite3_vfs_register(&shim.vfs, 1);
}

void faulty_close(void)
{
	(void)sqlite3_vfs_unregister(&shim.vfs);
	(void)sqlite3_vfs_register(shim.real, 1);
	(void)sqlite3_shutdown();
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &shim.memory);
}
