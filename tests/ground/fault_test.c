/* Faults: the n-th read, write, truncation or sync of the database fails, for n = 1, 2, 3 … until
 * all pass; once, and for ever after. Whatever happens, what was acknowledged is there afterwards,
 * nothing is half, and the log verifies. */
#include "faulty.h"
#include "place.h"
#include "store/log.h"
#include "store/verify.h"
#include "unit.h"
#include <stdlib.h>

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
static int64_t acknowledged(place *p, int fail_at, bool for_ever, bool *ret_reached)
{
	rd_store *s = place_store(p);
	rd_err err = {0};
	int64_t good = 0;

	for (int i = 0; i < 3; i++)
		good += rd_store_write(s, 1, p->arena, three_events, NULL, &err) == RD_OK;
	faulty_begin(FAULTY_DB, fail_at, for_ever);
	for (int i = 0; i < 5; i++)
		good += rd_store_write(s, 1, p->arena, three_events, NULL, &err) == RD_OK;
	rd_store_close(s);
	*ret_reached = faulty_end();
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
	bool reached = false;
	int64_t good = acknowledged(&p, n, for_ever, &reached);
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
	faulty_open();
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int n = 1;

		while (n < MOST && one_round(n, for_ever))
			n++;
		unit_note("%d faults%s\n", n - 1, for_ever ? ", and all after each" : "");
		UNIT_TRUE(n > 20 && n < MOST);
	}
	faulty_close();
}

const unit_test fault_tests[] = {
	{"no fault of the disk bends the log", no_fault_of_the_disk_bends_the_log},
	{0},
};
