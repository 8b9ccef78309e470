#include "api/handlers.h"
#include "api/inner.h"
#include "desk/cell.h"
#include "desk/corrections.h"
#include "desk/runs.h"
#include "desk/shelf.h"
#include <jansson.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The correction workshop: proposals, checks as it is typed, trials and files. All of them read a
 * book from the shelf, which may wait: they are slow ones, without a transaction meanwhile. */

#define ANSWER_MAX ((size_t)16 << 20)
#define FILE_MAX   ((size_t)64 << 20)
#define DAY_US     86400000000LL

enum { IN_OF, IN_WHAT };

static const rd_shape_field propose_fields[] = {
	[IN_OF] = {"case", RD_SHAPE_ID, true, 0, 0, "the case"},
	[IN_WHAT] = {"finding", RD_SHAPE_TEXT, true, 32, 32, "fingerprint of the finding"},
};
const rd_shape rd_shape_propose = {"CorrectionPropose", propose_fields, 2};

static const rd_shape_field typed_fields[] = {
	[IN_OF] = {"books", RD_SHAPE_ID, true, 0, 0, "the set of books"},
	[IN_WHAT] = {"correction", RD_SHAPE_OBJECT, true, 0, 0,
                 "{\"vouchers\": […]}, as proposals give them"},
};
const rd_shape rd_shape_typed = {"CorrectionTyped", typed_fields, 2};

typedef struct work {
	rd_call *call;
	int64_t correction_id, case_id, books_id;
	rd_record correction, books;
	rd_correction_ask ask;
	rd_str kept;
} work;

typedef rd_rc work_fn(rd_arena *arena, const rd_book *b, const rd_correction_ask *ask, rd_buf *out,
                      rd_err *err);

static rd_day today(const rd_call *call)
{
	return (rd_day)((call->req->at_us + (int64_t)call->api->engine.zone_offset_s * 1000000) /
	                DAY_US);
}

/* What the caller may read of it, and the terms of its books. */
static rd_rc load(rd_tx *tx, void *ctx, rd_err *err)
{
	work *w = ctx;
	const rd_actor *who = &w->call->who.actor;
	rd_record c;

	if (w->correction_id) {
		RD_TRY(rd_record_get(tx, who, rd_kind_find(RD_STR("correction")), w->correction_id,
		                     &w->correction, err));
		w->books_id = rd_field_int(&w->correction, "books", 0);
	}
	if (w->case_id) {
		RD_TRY(rd_record_get(tx, who, rd_kind_find(RD_STR("case")), w->case_id, &c, err));
		w->books_id = rd_field_int(&c, "books", 0);
	}
	if (w->books_id == 0)
		return rd_fail(err, RD_BARRED, "这起异常没有关联账套",
		               "the case is not about a set of books");
	RD_TRY(rd_record_get(tx, who, rd_kind_find(RD_STR("books")), w->books_id, &w->books, err));
	rd_str finding = w->ask.finding, vouchers = w->ask.vouchers;

	w->ask =
		rd_correction_ask_of(w->correction_id ? &w->correction : NULL, &w->books, today(w->call));
	rd_run_basis basis;
	int64_t import_id = rd_field_int(&w->books, "current_import", 0);

	RD_TRY(rd_run_basis_load(tx, &w->call->api->engine, rd_cell(&w->books, RD_COL_CLIENT)->i,
	                         w->books_id, import_id, &basis, err));
	w->ask.checks = (rd_checking_input){.params = basis.params,
	                                    .n_params = basis.n_params,
	                                    .passes = basis.passes,
	                                    .n_passes = basis.n_passes};
	if (finding.len)
		w->ask.finding = finding;
	if (vouchers.len)
		w->ask.vouchers = vouchers;
	return RD_OK;
}

static rd_rc take(work *w, rd_shelved **ret, rd_err *err)
{
	rd_call *call = w->call;
	int64_t import_id;

	RD_TRY(
		rd_store_read(call->api->store, call->who.actor.firm_id, call->req->arena, load, w, err));
	import_id = rd_field_int(&w->books, "current_import", 0);
	if (import_id == 0)
		return rd_fail(err, RD_BARRED, "这套账还没有导入资料",
		               "nothing was imported for these books yet");
	return rd_shelf_take_import(rd_hands_shelf(call->api->hands), call->who.actor.firm_id,
	                            import_id, ret, err);
}

/* Answers with the JSON that `fn` makes of the book. */
static rd_rc answer(work *w, work_fn *fn, rd_err *err)
{
	rd_shelved *book;
	rd_buf out;

	RD_TRY(take(w, &book, err));
	rd_buf_init(&out, ANSWER_MAX);
	rd_rc rc = fn(w->call->req->arena, rd_shelved_book(book), &w->ask, &out, err);

	rd_shelf_give(rd_hands_shelf(w->call->api->hands), book);
	if (rc == RD_OK)
		rd_json_raw(rd_call_json(w->call), rd_str_trim(rd_buf_view(&out)));
	rd_buf_done(&out);
	return rc;
}

rd_rc rd_api_correction_propose(rd_call *call, rd_tx *tx, rd_err *err)
{
	work w = {.call = call,
	          .case_id = call->in[IN_OF].i,
	          .ask = {.finding = call->in[IN_WHAT].str}};

	(void)tx;
	return answer(&w, rd_correction_propose, err);
}

static rd_rc typed(rd_call *call, work_fn *fn, rd_err *err)
{
	char *text = json_dumps(json_object_get(call->body, "correction"), JSON_COMPACT);
	work w = {.call = call, .books_id = call->in[IN_OF].i};

	if (text == NULL)
		return rd_answer_wrong(call, "correction", "不是正确的 JSON", "this is not JSON", err);
	w.ask.vouchers = rd_str_of(rd_arena_copy(call->req->arena, text, strlen(text)));
	free(text);
	return answer(&w, fn, err);
}

rd_rc rd_api_correction_check(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return typed(call, rd_correction_look, err);
}

rd_rc rd_api_correction_rewrite(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)tx;
	return typed(call, rd_correction_rewrite, err);
}

/* ---- the trial of a correction ---- */

static rd_rc keep(rd_tx *tx, void *ctx, rd_err *err)
{
	work *w = ctx;

	return rd_correction_keep(tx, &w->call->who.actor, w->correction_id, w->ask.vouchers, w->kept,
	                          err);
}

rd_rc rd_api_correction_try(rd_call *call, rd_tx *tx, rd_err *err)
{
	work w = {.call = call, .correction_id = call->id};
	rd_shelved *book;
	rd_buf out, kept;

	(void)tx;
	RD_TRY(take(&w, &book, err));
	rd_buf_init(&out, ANSWER_MAX);
	rd_buf_init(&kept, ANSWER_MAX);
	rd_rc rc = rd_correction_try(call->req->arena, rd_shelved_book(book), &w.ask, &out, &kept, err);

	rd_shelf_give(rd_hands_shelf(call->api->hands), book);
	if (rc == RD_OK) {
		w.kept = rd_str_trim(rd_buf_view(&kept));
		rc = rd_store_write(call->api->store, call->who.actor.firm_id, call->req->arena, keep, &w,
		                    err);
	}
	if (rc == RD_OK)
		rd_json_raw(rd_call_json(call), rd_str_trim(rd_buf_view(&out)));
	rd_buf_done(&out);
	rd_buf_done(&kept);
	return rc;
}

/* ---- files ---- */

static rd_rc may_export(const work *w, rd_err *err)
{
	static const char *const states[] = {"approved", "exported", "posted", "confirmed", "missing"};
	rd_str state = rd_cell(&w->correction, RD_COL_STATE)->str;

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (rd_str_is(state, states[i]))
			return RD_OK;
	return rd_fail(err, RD_BARRED, "批准以后才能导出更正凭证",
	               "correction vouchers are exported when they are approved");
}

static bool write_all(int fd, const char *p, size_t size)
{
	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static rd_rc fill(work *w, const rd_book *b, rd_correction_file *file, rd_err *err)
{
	rd_buf out;

	rd_buf_init(&out, FILE_MAX);
	rd_rc rc = rd_correction_export(w->call->req->arena, b, &w->ask, file, &out, err);

	if (rc == RD_OK && !write_all(file->fd, out.data, out.size))
		rc = rd_fail_os(err, errno, "写不了导出文件", "the export cannot be written");
	rd_buf_done(&out);
	return rc;
}

static const char *name_of(rd_call *call, rd_str form)
{
	const char *ending = rd_str_is(form, "xlsx") ? "xlsx" : rd_str_is(form, "t3") ? "txt" : "csv";
	char name[64];
	int n = snprintf(name, sizeof name, "correction-%jd.%s", (intmax_t)call->id, ending);

	return rd_arena_copy(call->req->arena, name, (size_t)n);
}

rd_rc rd_api_correction_file(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_str form = rd_call_query(call, "form"), encoding = rd_call_query(call, "encoding");
	rd_correction_file file = {.form = form.len ? form : RD_STR("csv"),
	                           .gb18030 = rd_str_is(encoding, "gb18030"),
	                           .folder = rd_store_folder(call->api->store),
	                           .at_us = call->req->at_us};
	work w = {.call = call, .correction_id = call->id};
	rd_shelved *book;

	(void)tx;
	if (encoding.len && !file.gb18030 && !rd_str_is(encoding, "utf-8"))
		return rd_fail(err, RD_INPUT, "encoding 应为 utf-8 或 gb18030",
		               "encoding is utf-8 or gb18030");
	RD_TRY(take(&w, &book, err));
	rd_rc rc = may_export(&w, err);

	if (rc == RD_OK)
		rc = rd_store_temp(call->api->store, &file.fd, err);
	if (rc == RD_OK) {
		rc = fill(&w, rd_shelved_book(book), &file, err);
		if (rc != RD_OK)
			close(file.fd);
	}
	rd_shelf_give(rd_hands_shelf(call->api->hands), book);
	if (rc != RD_OK)
		return rc;
	call->reply.class_ = RD_HTTP_DOWNLOAD;
	call->reply.content_type =
		rd_str_is(file.form, "xlsx")
			? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
			: "text/csv";
	call->reply.filename = name_of(call, file.form);
	call->reply.from_fd = true;
	call->reply.fd = file.fd;
	call->reply.fd_size = (uint64_t)lseek(file.fd, 0, SEEK_END);
	return RD_OK;
}
