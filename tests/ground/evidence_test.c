/* Evidence: how long it is kept, what keeps it longer, and whether its files are what they were. */
#include "desk/evidence.h"
#include "base/day.h"
#include "desk/hooks.h"
#include "office.h"
#include "record/beside.h"
#include "store/blob.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void open_real(office *o)
{
	uint32_t added = 0;
	rd_err err = {0};

	office_open(o);
	o->engine.hooks = rd_desk_hooks;
	o->engine.n_hooks = rd_desk_hooks_count;
	UNIT_OK(rd_retention_fill(&o->engine, OFFICE_FIRM, &added, &err), &err);
	UNIT_INT(added, 16);
	UNIT_OK(rd_retention_fill(&o->engine, OFFICE_FIRM, &added, &err), &err);
}

static int64_t until(const office *o)
{
	return place_number(&o->place, "SELECT coalesce(keep_until_day, -1) FROM kind_evidence");
}

static void it_counts_from_the_end_of_the_fiscal_year(void)
{
	UNIT_INT(rd_retention_until(rd_day_of(2026, 1, 1), 30), rd_day_of(2056, 12, 31));
	UNIT_INT(rd_retention_until(rd_day_of(2026, 12, 31), 10), rd_day_of(2036, 12, 31));
	UNIT_INT(rd_retention_until(rd_day_of(2026, 3, 1), 0), RD_DAY_NONE);
}

static void the_class_follows_from_what_it_is(void)
{
	office o;

	open_real(&o);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_retention_rule"), 16);
	int64_t id = office_record(&o, 0, "evidence",
	                           "{\"name\":\"三月对账单\",\"kind_of\":\"statement\",\"dated_on\":"
	                           "\"2025-03-31\"}");

	UNIT_INT(until(&o), rd_day_of(2035, 12, 31));
	office_change(&o, 0, "evidence", id, "{\"kind_of\":\"original\",\"retention\":null}");
	UNIT_INT(until(&o), rd_day_of(2055, 12, 31));
	office_change(&o, 0, "evidence", id, "{\"keep_until\":\"2060-12-31\"}");
	UNIT_INT(until(&o), rd_day_of(2060, 12, 31));
	office_close(&o);
}

/* A file of the place, attached to a piece of evidence. */
typedef struct attaching {
	office *o;
	int64_t evidence;
	rd_blob blob;
	char hex[65];
} attaching;

static rd_rc attach(rd_tx *tx, void *ctx, rd_err *err)
{
	attaching *a = ctx;
	const rd_actor system = {.firm_id = OFFICE_FIRM, .name = RD_STR("system"), .system = true};
	int64_t id;

	RD_TRY(rd_blob_add(tx, &a->blob, err));
	return rd_attachment_add(&a->o->engine, tx, &system, rd_kind_find(RD_STR("evidence")),
	                         a->evidence,
	                         &(rd_attachment){.name = RD_STR("发票.pdf"),
	                                          .sha256 = {a->hex, 64},
	                                          .media_type = RD_STR("application/pdf"),
	                                          .size = a->blob.size},
	                         &id, err);
}

static void keep_file(attaching *a)
{
	rd_blob_writer *w;
	rd_err err = {0};

	UNIT_OK(rd_blob_begin(a->o->store, OFFICE_FIRM, 1000, &w, &err), &err);
	UNIT_OK(rd_blob_write(w, "发票内容", strlen("发票内容"), &err), &err);
	UNIT_OK(rd_blob_end(w, &a->blob, &err), &err);
	for (uint32_t i = 0; i < 32; i++)
		(void)snprintf(a->hex + 2 * i, 3, "%02x", a->blob.id.sha256[i]);
	office_write(a->o, attach, a);
}

static void check(office *o, int64_t now_us)
{
	rd_periodic_entry entries[RD_EVIDENCE_ENTRIES_N];
	rd_err err = {0};

	rd_evidence_entries(&o->engine, entries);
	o->place.now_us = now_us;
	UNIT_OK(entries[1].run(o->store, entries[1].ctx, o->place.arena, &err), &err);
}

static void damage_is_found_and_told_once(void)
{
	office o;
	char key[RD_BLOB_KEY_MAX], path[400];

	open_real(&o);
	attaching a = {.o = &o};

	a.evidence = office_record(&o, 0, "evidence", "{\"name\":\"发票\",\"kind_of\":\"invoice\"}");
	keep_file(&a);
	check(&o, OFFICE_NOW);
	UNIT_INT(place_number(&o.place, "SELECT intact FROM kind_evidence"), 1);
	/* Not again before its time. */
	check(&o, OFFICE_NOW + OFFICE_DAY);
	UNIT_INT(place_number(&o.place, "SELECT checked_at_us FROM kind_evidence"), OFFICE_NOW);
	rd_blob_key(OFFICE_FIRM, &a.blob.id, key);
	(void)snprintf(path, sizeof path, "%s/blobs/%s", o.place.folder, key);
	UNIT_INT(truncate(path, 3), 0);
	check(&o, OFFICE_NOW + 31 * OFFICE_DAY);
	UNIT_INT(place_number(&o.place, "SELECT intact FROM kind_evidence"), 0);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM comments"), 1);
	check(&o, OFFICE_NOW + 62 * OFFICE_DAY);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM comments"), 1);
	office_close(&o);
}

const unit_test evidence_tests[] = {
	{"it counts from the end of the fiscal year", it_counts_from_the_end_of_the_fiscal_year},
	{"the class follows from what it is", the_class_follows_from_what_it_is},
	{"damage is found, and told once", damage_is_found_and_told_once},
	{0},
};
