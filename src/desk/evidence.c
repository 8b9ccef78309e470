#include "desk/evidence.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "record/around.h"
#include "record/beside.h"
#include "store/blob.h"
#include "store/queries.gen.h"
#include <sodium.h>
#include <stdio.h>

#define DAY_US  86400000000LL
#define AT_ONCE 20u /* pieces of evidence read in one run of one firm */

/* ---- how long ---- */

/* The class of records (annex of the law) that a piece of evidence belongs to; "" = none. */
static rd_str class_of(rd_str kind_of)
{
	static const struct {
		const char *kind_of, *code;
	} classes[] = {{"voucher", "2"}, {"original", "1"}, {"invoice", "1"}, {"statement", "11"}};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (rd_str_is(kind_of, classes[i].kind_of))
			return rd_str_of(classes[i].code);
	return RD_STR("");
}

static rd_rc choose_rule(rd_hook_call *call, rd_err *err)
{
	rd_value *rule = rd_field_cell(call->now, "retention");
	rd_str code = class_of(rd_field_str(call->now, "kind_of"));
	rd_q_retention_of_row row;
	bool found;

	if (rule->type != RD_NULL || code.len == 0)
		return RD_OK;
	RD_TRY(rd_q_retention_of(call->tx, code, &row, &found, err));
	if (found)
		*rule = RD_VALUE_INT(row.id);
	return RD_OK;
}

static rd_day dated(const rd_hook_call *call)
{
	int64_t local_us = call->tx->now_us + (int64_t)call->engine->zone_offset_s * 1000000;
	int64_t received = rd_field_int(call->now, "received_on", local_us / DAY_US);

	return (rd_day)rd_field_int(call->now, "dated_on", received);
}

static rd_rc set_keep_until(rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_desk_system(call->tx->firm_id);
	int64_t rule_id = rd_field_int(call->now, "retention", 0);
	rd_record rule;
	rd_day until;

	if (rule_id == 0)
		return RD_OK;
	RD_TRY(rd_record_get(call->tx, &system, rd_kind_find(RD_STR("retention_rule")), rule_id, &rule,
	                     err));
	until = rd_retention_until(dated(call), rd_field_int(&rule, "years", 0));
	*rd_field_cell(call->now, "keep_until") =
		until == RD_DAY_NONE ? RD_VALUE_NULL : RD_VALUE_INT(until);
	return RD_OK;
}

/* Evidence of a case is about the client of that case. */
static rd_rc of_case(rd_hook_call *call, rd_err *err)
{
	const rd_actor system = rd_desk_system(call->tx->firm_id);
	int64_t case_id = rd_field_int(call->now, "case", 0);
	rd_value *client = rd_cell(call->now, RD_COL_CLIENT);
	rd_record c;

	if (case_id == 0)
		return RD_OK;
	RD_TRY(rd_record_get(call->tx, &system, rd_kind_find(RD_STR("case")), case_id, &c, err));
	if (client->type == RD_NULL)
		*client = *rd_cell(&c, RD_COL_CLIENT);
	if (rd_cell(&c, RD_COL_RESTRICTED)->i)
		*rd_cell(call->now, RD_COL_RESTRICTED) = RD_VALUE_INT(1);
	return RD_OK;
}

rd_rc rd_hook_evidence_create(rd_hook_call *call, rd_err *err)
{
	RD_TRY(of_case(call, err));
	RD_TRY(choose_rule(call, err));
	return set_keep_until(call, err);
}

rd_rc rd_hook_evidence_change(rd_hook_call *call, rd_err *err)
{
	const rd_value *until = rd_field_cell(call->now, "keep_until"),
				   *was = rd_field_cell(call->was, "keep_until");

	/* A day that a person has set stays. */
	if (until->type != was->type || until->i != was->i)
		return RD_OK;
	RD_TRY(choose_rule(call, err));
	return set_keep_until(call, err);
}

rd_rc rd_hook_evidence_dispose(rd_hook_call *call, rd_err *err)
{
	const rd_value *client = rd_cell(call->now, RD_COL_CLIENT),
				   *until = rd_field_cell(call->now, "keep_until");
	int64_t local_us = call->tx->now_us + (int64_t)call->engine->zone_offset_s * 1000000;
	rd_q_hold_on_row hold;
	char day[16];
	bool found;

	RD_TRY(rd_q_hold_on(call->tx, client->type == RD_NULL ? 0 : client->i,
	                    rd_field_int(call->now, "case", 0), &hold, &found, err));
	if (found)
		return rd_fail(err, RD_BARRED,
		               "冻结令 " RD_STR_FMT "“" RD_STR_FMT "”仍然有效，不得销毁；请先解除冻结令",
		               "the hold " RD_STR_FMT " “" RD_STR_FMT
		               "” is in force: nothing may be disposed of until it is released",
		               RD_STR_ARG(hold.number), RD_STR_ARG(hold.name));
	if (until->type == RD_NULL && rd_field_int(call->now, "retention", 0) != 0)
		return rd_fail(err, RD_BARRED, "该类会计档案永久保管，不得销毁",
		               "records of this class are kept for ever");
	if (until->type == RD_NULL || until->i < local_us / DAY_US)
		return RD_OK;
	rd_day_format((rd_day)until->i, day);
	return rd_fail(err, RD_BARRED, "保管期限至 %s，尚未届满，不得销毁",
	               "it is kept until %s and may not be disposed of before", day);
}

/* ---- intact? ---- */

typedef struct checking {
	const rd_engine *engine;
	int64_t ids[AT_ONCE];
	uint32_t n;
	int64_t id; /* of the one at hand */
	const rd_attached *files;
	uint32_t n_files;
	const char *bad; /* name of a file that is not what it was; NULL = all are */
} checking;

static rd_rc list_due(rd_tx *tx, void *ctx, rd_err *err)
{
	checking *c = ctx;
	const rd_q_evidence_unchecked_row *rows;

	RD_TRY(rd_q_evidence_unchecked(tx, tx->now_us - RD_EVIDENCE_DAYS * DAY_US, AT_ONCE, &rows,
	                               &c->n, err));
	for (uint32_t i = 0; i < c->n; i++)
		c->ids[i] = rows[i].id;
	return RD_OK;
}

static rd_rc list_files(rd_tx *tx, void *ctx, rd_err *err)
{
	checking *c = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);

	return rd_around_attachments(tx, &system, rd_kind_find(RD_STR("evidence")), c->id, &c->files,
	                             &c->n_files, err);
}

static rd_rc note(rd_tx *tx, void *ctx, rd_err *err)
{
	const checking *c = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record was, now;
	char text[400];
	int64_t id;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("evidence")), c->id, &was, err));
	now = rd_record_copy(tx->arena, &was);
	*rd_field_cell(&now, "checked_at") = RD_VALUE_INT(tx->now_us);
	*rd_field_cell(&now, "intact") = RD_VALUE_INT(c->bad == NULL);
	RD_TRY(rd_record_write(tx, &system, &was, &now, err));
	if (c->bad == NULL || rd_field_int(&was, "intact", 1) == 0)
		return RD_OK;
	(void)snprintf(text, sizeof text,
	               "定期核验：文件“%.200s”与登记的指纹不符或读不出来；请从备份恢复，"
	               "并由管理员运行 redink verify --blobs。",
	               c->bad);
	return rd_comment_add(c->engine, tx, &system, was.kind, c->id,
	                      &(rd_comment_new){.body = rd_str_of(text)}, &id, err);
}

static bool is_whole(rd_store *s, int64_t firm_id, const rd_attached *file)
{
	rd_blob blob = {.size = file->size};
	rd_err ignored;
	size_t n;

	if (file->sha256.len != 64 ||
	    sodium_hex2bin(blob.id.sha256, sizeof blob.id.sha256, file->sha256.ptr, file->sha256.len,
	                   NULL, &n, NULL) != 0)
		return false;
	return rd_blob_check(s, firm_id, &blob, &ignored) == RD_OK;
}

static rd_rc check_firm(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	checking c = {.engine = ctx};

	RD_TRY(rd_store_read(s, firm_id, a, list_due, &c, err));
	for (uint32_t i = 0; i < c.n; i++) {
		c.id = c.ids[i];
		c.bad = NULL;
		RD_TRY(rd_store_read(s, firm_id, a, list_files, &c, err));
		for (uint32_t k = 0; k < c.n_files && c.bad == NULL; k++)
			if (!is_whole(s, firm_id, &c.files[k]))
				c.bad = rd_arena_copy(a, c.files[k].name.ptr, c.files[k].name.len);
		RD_TRY(rd_store_write(s, firm_id, a, note, &c, err));
	}
	return RD_OK;
}

static rd_rc check_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, check_firm, ctx, err);
}

static rd_rc fill_firm(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	uint32_t added;

	(void)s;
	(void)a;
	return rd_retention_fill(ctx, firm_id, &added, err);
}

static rd_rc fill_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, fill_firm, ctx, err);
}

void rd_evidence_entries(const rd_engine *e, rd_periodic_entry entries[RD_EVIDENCE_ENTRIES_N])
{
	entries[0] = (rd_periodic_entry){.name = "retention",
	                                 .interval_s = 86400,
	                                 .lease_s = 600,
	                                 .run = fill_all,
	                                 .ctx = (void *)(uintptr_t)e};
	entries[1] = (rd_periodic_entry){.name = "evidence",
	                                 .interval_s = 3600,
	                                 .lease_s = 3600,
	                                 .run = check_all,
	                                 .ctx = (void *)(uintptr_t)e};
}
