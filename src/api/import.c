#include "api/columns.h"
#include "api/handlers.h"
#include "api/import.h"
#include "api/inner.h"
#include "base/assert.h"
#include "base/digest.h"
#include "store/log.h"
#include <stdio.h>

/* New records from a table. Every row is a command of its own, so that good ones are kept beside
 * bad ones; with atomic=1 all are one command. dry_run=1 does the same and takes everything back:
 * first row by row, for all that is wrong with each, then all together, for what they do to each
 * other. */

#define CHUNK       200u /* rows whose commands are made at once, and whose memory is given back */
#define CLASHES_MAX 50u  /* rows that a trial of all together may find bad, one after the other */
#define RESULT_MAX  (1u << 16)

typedef struct row {
	rd_unit unit;
	struct import *of;
	uint32_t index, line;
	json_t *body;
	bool read; /* the cells could be read */
	bool ok;
	rd_problems problems;
	rd_str result; /* JSON object */
} row;

typedef struct import {
	rd_call *call;
	rd_table table;
	row *rows;
	uint32_t n, bad;
	bool dry, atomic;
	bool trial;  /* what is done now is taken back */
	bool passed; /* of a trial: it would have been done */
	bool found;  /* the same request was answered before */
	row *clash;  /* of all together: the row that was refused */
} import;

static rd_str json_text(rd_buf *out, rd_arena *a)
{
	rd_str text = {rd_arena_copy(a, out->data, out->size), (uint32_t)out->size};

	rd_buf_done(out);
	return text;
}

static rd_json begin_result(const row *r, rd_buf *out, bool ok)
{
	rd_json j;

	rd_buf_init(out, RESULT_MAX);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_int(&j, "line", r->line);
	rd_json_put_bool(&j, "ok", ok);
	return j;
}

static void set_good(row *r, const rd_record *made, rd_arena *a)
{
	rd_buf out;
	rd_json j = begin_result(r, &out, true);

	/* Of a trial the id and the number are gone again. */
	if (!r->of->trial) {
		rd_put_id(&j, "id", rd_cell(made, RD_COL_ID)->i);
		if (rd_cell(made, RD_COL_NUMBER)->type == RD_TEXT)
			rd_json_put_str(&j, "number", rd_cell(made, RD_COL_NUMBER)->str);
	}
	rd_json_close(&j);
	r->result = json_text(&out, a);
}

static void set_bad(row *r, rd_rc rc, const rd_err *err, rd_arena *a)
{
	rd_buf out;
	rd_json j = begin_result(r, &out, false);

	rd_put_failure(&j, rc, err, &r->problems);
	rd_json_close(&j);
	if (out.full) { /* of a row with hundreds of problems the first says enough */
		rd_buf_done(&out);
		r->problems.n = 1;
		j = begin_result(r, &out, false);
		rd_put_failure(&j, rc, err, &r->problems);
		rd_json_close(&j);
	}
	r->result = json_text(&out, a);
	r->ok = false;
	r->of->bad++;
}

/* The transaction of a trial ends with this, which takes it back. */
static rd_rc take_back(import *im, rd_err *err)
{
	im->passed = true;
	return rd_fail(err, RD_BARRED, "试运行：没有写入", "a trial: nothing was written");
}

static rd_rc create(row *r, rd_tx *tx, rd_record *ret, rd_err *err)
{
	const rd_call *call = r->of->call;

	r->problems = (rd_problems){0};
	return rd_record_create(&call->api->engine, tx, &call->who.actor, call->kind, 0, r->body, ret,
	                        &r->problems, err);
}

/* ---- row by row ---- */

static rd_rc run_row(rd_tx *tx, void *ctx, rd_err *err)
{
	row *r = ctx;
	import *im = r->of;
	rd_record made;
	bool found = false;

	r->ok = false;
	if (!im->trial)
		RD_TRY(rd_many_find(im->call, tx, r->index, &r->result, &found, err));
	if (found) {
		r->ok = true;
		return RD_OK;
	}
	RD_TRY(create(r, tx, &made, err));
	set_good(r, &made, tx->arena);
	r->ok = true;
	return im->trial ? take_back(im, err) : rd_many_keep(im->call, tx, r->index, r->result, err);
}

/* What the commands left in their arena is taken over before that goes. */
static void settle(row *r, rd_arena *a)
{
	const rd_command *c = &r->unit.command;
	bool good = r->of->trial ? r->ok : c->rc == RD_OK;

	r->ok = good;
	if (good)
		r->result.ptr = rd_arena_copy(a, r->result.ptr, r->result.len);
	else
		set_bad(r, c->rc, &c->err, a);
	r->problems = (rd_problems){0};
}

static void run_each(import *im)
{
	rd_arena *scratch = rd_arena_new();

	for (uint32_t at = 0; at < im->n;) {
		uint32_t n = 0;

		/* A row that could not be read has its answer: it ends a run of commands. */
		while (at < im->n && !im->rows[at].read)
			at++;
		while (at + n < im->n && n < CHUNK && im->rows[at + n].read)
			n++;
		if (n)
			rd_many_run(im->call, scratch, &im->rows[at], n, sizeof *im->rows);
		for (uint32_t i = 0; i < n; i++)
			settle(&im->rows[at + i], im->call->req->arena);
		rd_arena_reset(scratch);
		at += n;
	}
	rd_arena_free(scratch);
}

/* ---- all together ---- */

static rd_rc write_event(rd_tx *tx, const import *im, rd_err *err)
{
	const rd_actor *who = &im->call->who.actor;
	rd_str body = im->call->req->body;
	char type[96], payload[256], hex[65];
	uint8_t digest[32];
	rd_sha256 d;
	int64_t seq;

	rd_sha256_init(&d);
	rd_sha256_add(&d, body.ptr, body.len);
	rd_sha256_end(&d, digest);
	for (uint32_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	int n = snprintf(type, sizeof type, "%s.imported", im->call->kind->name);
	int m = snprintf(payload, sizeof payload, "{\"rows\":%u,\"created\":%u,\"sha256\":\"%s\"}",
	                 im->n, im->n - im->bad, hex);

	return rd_log_append(tx,
	                     &(rd_log_event){.type = {type, (uint32_t)n},
	                                     .kind = rd_str_of(im->call->kind->name),
	                                     .actor = who->name,
	                                     .request_id = who->request_id,
	                                     .payload = {payload, (uint32_t)m}},
	                     &seq, err);
}

static void put_answer(import *im)
{
	rd_json *j = rd_call_json(im->call);
	const bool nothing = im->dry || (im->atomic && im->bad);

	rd_json_object(j);
	rd_json_put_bool(j, "dry_run", im->dry);
	rd_json_put_int(j, "rows", im->n);
	rd_json_put_int(j, "good", im->n - im->bad);
	rd_json_put_int(j, "bad", im->bad);
	rd_json_put_int(j, "created", nothing ? 0 : im->n - im->bad);
	rd_json_key(j, "ignored_columns");
	rd_json_array(j);
	for (uint32_t i = 0; i < im->table.n_heads; i++)
		if (im->table.columns[i] == NULL)
			rd_json_str(j, im->table.heads[i]);
	rd_json_close(j);
	rd_json_key(j, "records");
	rd_json_array(j);
	for (uint32_t i = 0; i < im->n; i++)
		rd_json_raw(j, im->rows[i].result);
	rd_json_close(j);
	rd_json_close(j);
	im->call->reply.status = im->atomic && im->bad && !im->dry ? 422 : 200;
}

/* Every row with memory of its own, which the next one has again. */
static rd_rc create_all(import *im, rd_tx *tx, rd_arena *scratch, rd_err *err)
{
	for (uint32_t i = 0; i < im->n; i++) {
		row *r = &im->rows[i];
		rd_tx own = *tx;
		rd_record made;

		if (!r->ok)
			continue;
		own.arena = scratch;
		rd_arena_reset(scratch);
		rd_rc rc = create(r, &own, &made, err);

		if (rc != RD_OK) {
			/* The words of problems are in that memory; the error says the first of them. */
			r->problems = (rd_problems){0};
			im->clash = r;
			return rc;
		}
		set_good(r, &made, im->call->req->arena);
	}
	return RD_OK;
}

static rd_rc run_all(rd_tx *tx, void *ctx, rd_err *err)
{
	import *im = ctx;
	rd_arena *scratch;
	rd_rc rc;

	im->clash = NULL;
	im->found = false;
	if (!im->trial)
		RD_TRY(rd_once_find(im->call, tx, &im->found, err));
	if (im->found)
		return RD_OK;
	scratch = rd_arena_new();
	rc = create_all(im, tx, scratch, err);
	rd_arena_free(scratch);
	RD_TRY(rc);
	if (im->trial)
		return take_back(im, err);
	RD_TRY(write_event(tx, im, err));
	rd_buf_clear(&im->call->out);
	put_answer(im);
	return rd_once_keep(im->call, tx, err);
}

static rd_rc write_all(import *im, rd_tx_fn *run, rd_err *err)
{
	return rd_store_write(im->call->api->store, im->call->who.actor.firm_id, im->call->req->arena,
	                      run, im, err);
}

/* Tries all that are good alone together, without those that the ones before them rule out. */
static rd_rc try_together(import *im, rd_err *err)
{
	for (uint32_t i = 0; i < CLASHES_MAX; i++) {
		im->passed = false;
		rd_rc rc = write_all(im, run_all, err);

		if (im->passed)
			return RD_OK;
		if (im->clash == NULL)
			return rc;
		set_bad(im->clash, rc, err, im->call->req->arena);
	}
	return rd_fail(
		err, RD_INPUT, "太多的行互相冲突（例如唯一的值重复）；请先整理文件",
		"too many rows rule each other out (unique values twice, say); sort the file out "
		"first");
}

static rd_rc event_alone(rd_tx *tx, void *ctx, rd_err *err)
{
	return write_event(tx, ctx, err);
}

static rd_rc answered_before(rd_tx *tx, void *ctx, rd_err *err)
{
	import *im = ctx;

	return rd_once_find(im->call, tx, &im->found, err);
}

/* All or nothing: what is wrong with single rows is found first, all of it. */
static rd_rc import_atomic(import *im, rd_err *err)
{
	rd_rc rc;

	RD_TRY(rd_store_read(im->call->api->store, im->call->who.actor.firm_id, im->call->req->arena,
	                     answered_before, im, err));
	if (im->found)
		return RD_OK;
	im->trial = true;
	run_each(im);
	im->trial = false;
	if (im->bad) {
		put_answer(im);
		return RD_OK;
	}
	rc = write_all(im, run_all, err);
	if (rc == RD_OK || im->clash == NULL)
		return rc;
	set_bad(im->clash, rc, err, im->call->req->arena);
	rd_buf_clear(&im->call->out);
	put_answer(im);
	return RD_OK;
}

static rd_rc import_dry(import *im, rd_err *err)
{
	im->trial = true;
	run_each(im);
	RD_TRY(try_together(im, err));
	put_answer(im);
	return RD_OK;
}

static rd_rc import_each(import *im, rd_err *err)
{
	run_each(im);
	if (im->bad < im->n)
		RD_TRY(write_all(im, event_alone, err));
	put_answer(im);
	return RD_OK;
}

/* ---- from the file to the rows ---- */

static void make_rows(import *im)
{
	rd_arena *a = im->call->req->arena;
	const rd_table *t = &im->table;

	im->n = t->n_rows;
	im->rows = RD_NEW_N(a, row, im->n + 1);
	for (uint32_t i = 0; i < im->n; i++) {
		row *r = &im->rows[i];
		rd_err err;

		r->of = im;
		r->index = i;
		r->line = t->rows[i].line;
		r->unit.command.run = run_row;
		r->unit.command.ctx = r;
		r->read =
			rd_table_body(t, i, im->call->api->engine.zone_offset_s, a, &r->body, &r->problems);
		if (!r->read)
			set_bad(r, rd_check_fail(&r->problems, &err), &err, a);
	}
}

static bool is_on(const rd_call *call, const char *name, rd_err *err, rd_rc *rc)
{
	int64_t v = 0;

	if (*rc == RD_OK)
		*rc = rd_call_number(call, name, 0, 1, 0, &v, err);
	return v == 1;
}

static rd_rc import_rows(rd_call *call, rd_err *err)
{
import im = {.call = call };
	rd_rc rc = RD_OK;

	im.dry = is_on(call, "dry_run", err, &rc);
	im.atomic = is_on(call, "atomic", err, &rc);
	RD_TRY(rc);
	rd_columns all = rd_columns_of(call->kind, rd_call_view(call), call->req->arena);

	RD_TRY(rd_table_read(&all, call->req->body, call->req->arena, &im.table, err));
	make_rows(&im);
	rc = im.dry      ? import_dry(&im, err)
	     : im.atomic ? import_atomic(&im, err)
	                 : import_each(&im, err);
	for (uint32_t i = 0; i < im.n; i++)
		json_decref(im.rows[i].body);
	return rc;
}

rd_rc rd_api_import(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t firm = call->who.actor.firm_id;

	(void)tx;
	RD_TRY(rd_busy_begin(call->api, call->api->importing, firm, err));
	rd_rc rc = import_rows(call, err);

	rd_busy_end(call->api, call->api->importing, firm);
	return rc;
}
