/* Faults: the n-th read, write, truncation or sync of the database fails, for n = 1, 2, 3 … until
 * all pass; once, and for ever after. Whatever happens, what was acknowledged is there afterwards,
 * nothing is half, and the log verifies. */
#include "place.h"
#include "store/log.h"
#include "store/verify.h"
#include "unit.h"
#include <sqlite3.h>
#include <stdlib.h>

typedef struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
} shim_file;

static struct {
	sqlite3_vfs vfs, *real;
	int seen, fail_at; /* 0 = none fails */
	bool for_ever;
} shim;

static bool fails(void)
{
	shim.seen++;
	return shim.fail_at && (shim.for_ever ? shim.seen >= shim.fail_at : shim.seen == shim.fail_at);
}

#define REAL(f) (((shim_file *)(f))->real)

static int f_close(sqlite3_file *f)
{
	return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return fails() ? SQLITE_IOERR_READ : REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (!fails())
		return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
	/* Half of it arrived. */
	(void)REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at);
	return shim.fail_at % 2 ? SQLITE_IOERR_WRITE : SQLITE_FULL;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fails() ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
	return fails() ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
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

static void shim_on(void)
{
	shim.real = sqlite3_vfs_find(NULL);
	shim.vfs = *shim.real;
	shim.vfs.zName = "shim";
	shim.vfs.szOsFile = (int)sizeof(shim_file) + shim.real->szOsFile;
	shim.vfs.xOpen = v_open;
	(void)sqlite3_vfs_register(&shim.vfs, 1);
}

static void shim_off(void)
{
	(void)sqlite3_vfs_unregister(&shim.vfs);
	(void)sqlite3_vfs_register(shim.real, 1);
}

static rd_rc three_events(rd_tx *tx, void *ctx, rd_err *err)
{
	(void)ctx;
	for (int i = 0; i < 3; i++) {
		int64_t seq;
		rd_log_event e = {.type = RD_STR("task.created"),
		                  .actor = RD_STR("user:1"),
		                  .payload = RD_STR("{\"a\":1}")};

		RD_TRY(rd_log_append(tx, &e, &seq, err));
	}
	return RD_OK;
}

/* Commands answered with success; the disk fails from the fourth on, and at the end. */
static int64_t acknowledged(place *p, int fail_at)
{
	rd_store *s = place_store(p);
	rd_err err = {0};
	int64_t good = 0;

	for (int i = 0; i < 3; i++)
		good += rd_store_write(s, 1, p->arena, three_events, NULL, &err) == RD_OK;
	shim.seen = 0;
	shim.fail_at = fail_at;
	for (int i = 0; i < 5; i++)
		good += rd_store_write(s, 1, p->arena, three_events, NULL, &err) == RD_OK;
	rd_store_close(s);
	shim.fail_at = 0;
	return good;
}

static void seen_firm(void *ctx, const rd_verify_firm *f)
{
	*(rd_verify_firm *)ctx = *f;
}

static bool one_round(int n, bool for_ever)
{
	place p;
	rd_err err = {0};
	rd_verify_firm f = {0};
	bool sound = false;

	unit_case("fault %d%s", n, for_ever ? " and all after it" : "");
	place_open(&p);
	rd_store_close(place_store(&p));
	shim.for_ever = for_ever;
	int64_t good = acknowledged(&p, n);
	bool reached = shim.seen >= n;
	rd_verify_order order = {.url = rd_str_of(p.url)};

	UNIT_OK(rd_store_verify(&order, seen_firm, &f, &sound, &err), &err);
	UNIT_TRUE(sound);
	UNIT_INT(f.trail.events % 3, 0);
	UNIT_TRUE((int64_t)f.trail.events >= good * 3);
	if (!reached)
		UNIT_INT(good, 8);
	/* The store goes on. */
	rd_store *s = place_store(&p);

	UNIT_OK(rd_store_write(s, 1, p.arena, three_events, NULL, &err), &err);
	rd_store_close(s);
	place_close(&p);
	return reached;
}

static void no_fault_of_the_disk_bends_the_log(void)
{
	enum { MOST = 2000 };

	if (place_is_pg()) {
		unit_skip("the files are PostgreSQL's own");
		return;
	}
	shim_on();
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int n = 1;

		while (n < MOST && one_round(n, for_ever))
			n++;
		unit_note("%d faults%s\n", n - 1, for_ever ? ", and all after each" : "");
		UNIT_TRUE(n > 20 && n < MOST);
	}
	shim_off();
}

const unit_test fault_tests[] = {
	{"no fault of the disk bends the log", no_fault_of_the_disk_bends_the_log},
	{0},
};
