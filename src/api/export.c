#include "api/columns.h"
#include "api/handlers.h"
#include "api/inner.h"
#include "base/assert.h"
#include "base/writer.h"
#include "record/list.h"
#include "store/log.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* All rows of a list as one file. They are read page by page, each in a read transaction of its
 * own, into a file without a name, so that neither memory nor the database is held while it is
 * long; what changes meanwhile may be in it or not. */

#define ROWS_MAX 100000u
#define PAGE     RD_LIST_MAX

typedef struct out {
	rd_call *call;
	rd_list_input in;
	rd_columns columns;
	rd_column_reader reader;
	rd_records_xlsx *xlsx; /* NULL: CSV */
	rd_writer csv;
	int fd;
	uint32_t n;
	rd_buf cursor;
	bool more;
} out;

static bool to_file(void *ctx, const char *data, size_t size)
{
	const out *o = ctx;

	while (size) {
		ssize_t n = write(o->fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

static rd_rc put_row(out *o, const rd_out *cells, rd_err *err)
{
	if (o->xlsx)
		return rd_records_xlsx_row(o->xlsx, cells, o->columns.n, err);
	rd_records_csv_row(cells, o->columns.n, &o->csv.buf);
	rd_writer_spill(&o->csv);
	return RD_OK;
}

static rd_rc put_head(out *o, rd_err *err)
{
	rd_out *cells = RD_NEW_N(o->call->req->arena, rd_out, o->columns.n + 1);

	for (uint32_t i = 0; i < o->columns.n; i++) {
		const rd_words *head = &o->columns.items[i].head;

		cells[i] = RD_OUT_TEXT_OF(rd_str_of(o->reader.english ? head->en : head->zh));
	}
	return put_row(o, cells, err);
}

static rd_rc put_record(out *o, rd_tx *tx, const rd_record *r, rd_err *err)
{
	rd_out *cells = RD_NEW_N(tx->arena, rd_out, o->columns.n + 1);
	rd_rc rc = rd_may_record(tx, o->reader.actor, r, RD_KIND_EXPORT, err);

	/* May be read but not taken out: as if the filter had left it out. */
	if (rc == RD_FORBIDDEN || rc == RD_NOT_FOUND)
		return RD_OK;
	RD_TRY(rc);
	for (uint32_t i = 0; i < o->columns.n; i++)
		RD_TRY(rd_column_show(&o->reader, &o->columns.items[i], r->cells, &cells[i], err));
	o->n++;
	return put_row(o, cells, err);
}

static rd_rc too_many(rd_err *err)
{
	return rd_fail(err, RD_LIMIT, "超过 %u 行；请缩小筛选范围，分几次导出",
	               "more than %u rows; narrow the filter and export in parts", ROWS_MAX);
}

static rd_rc read_page(rd_tx *tx, void *ctx, rd_err *err)
{
	out *o = ctx;
	rd_list list;
	uint32_t n;

	if (o->in.cursor.len == 0) {
		RD_TRY(rd_list_count(tx, o->reader.actor, &o->in, ROWS_MAX, &n, err));
		if (n > ROWS_MAX)
			return too_many(err);
	}
	RD_TRY(rd_list_get(tx, o->reader.actor, &o->in, &list, err));
	o->reader.tx = tx;
	if (o->n + list.n > ROWS_MAX)
		return too_many(err);
	for (uint32_t i = 0; i < list.n; i++)
		RD_TRY(put_record(o, tx, &list.records[i], err));
	/* The page's memory goes before the next one is read. */
	rd_buf_clear(&o->cursor);
	rd_buf_str(&o->cursor, list.next);
	o->more = list.next.len > 0;
	return RD_OK;
}

static rd_rc put_all(out *o, rd_err *err)
{
	rd_arena *page = rd_arena_new();
	rd_rc rc = put_head(o, err);

	o->more = true;
	while (rc == RD_OK && o->more) {
		o->in.cursor = rd_buf_view(&o->cursor);
		rc =
			rd_store_read(o->call->api->store, o->call->who.actor.firm_id, page, read_page, o, err);
		rd_arena_reset(page);
	}
	rd_arena_free(page);
	return rc;
}

static rd_rc make_csv(out *o, rd_err *err)
{
	rd_writer_init(&o->csv, to_file, o);
	rd_buf_puts(&o->csv.buf, RD_RECORDS_BOM);
	rd_rc rc = put_all(o, err);

	if (!rd_writer_end(&o->csv) && rc == RD_OK)
		rc = rd_fail_os(err, errno, "写不了导出文件", "the export cannot be written");
	return rc;
}

static rd_rc make_xlsx(out *o, rd_err *err)
{
	const rd_kind *k = o->call->kind;
	char path[64];

	/* The library opens files by name: this is the one that is open already. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", o->fd);
	RD_TRY(rd_records_xlsx_begin(path, rd_store_folder(o->call->api->store),
	                             o->reader.english ? k->plural.en : k->plural.zh,
	                             o->call->req->at_us, &o->xlsx, err));
	rd_rc rc = put_all(o, err);

	if (rc != RD_OK) {
		rd_records_xlsx_drop(o->xlsx);
		return rc;
	}
	return rd_records_xlsx_end(o->xlsx, err);
}

/* What left the firm is a fact: who, how many, by which filter. */
static rd_rc write_event(rd_tx *tx, void *ctx, rd_err *err)
{
	const out *o = ctx;
	const rd_actor *who = o->reader.actor;
	char type[96];
	int64_t seq;
	rd_json j;
	rd_buf b;

	int n = snprintf(type, sizeof type, "%s.exported", o->call->kind->name);

	rd_buf_init(&b, 1u << 16);
	rd_json_init(&j, &b, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "format", o->xlsx ? "xlsx" : "csv");
	rd_json_put_str(&j, "filter", o->in.filter);
	rd_json_put_str(&j, "sort", o->in.sort);
	rd_json_put_int(&j, "rows", o->n);
	rd_json_key(&j, "columns");
	rd_json_array(&j);
	for (uint32_t i = 0; i < o->columns.n; i++)
		rd_json_text(&j, o->columns.items[i].key);
	rd_json_close(&j);
	rd_json_close(&j);
	rd_rc rc = rd_log_append(tx,
	                         &(rd_log_event){.type = {type, (uint32_t)n},
	                                         .kind = rd_str_of(o->call->kind->name),
	                                         .actor = who->name,
	                                         .request_id = who->request_id,
	                                         .payload = rd_buf_view(&b)},
	                         &seq, err);

	rd_buf_done(&b);
	return rc;
}

static void attach(out *o, uint64_t size)
{
	rd_call *call = o->call;
	const rd_words *plural = &call->kind->plural;
	char name[256], day[16];

	rd_day_format((rd_day)((call->req->at_us / 1000000 + o->reader.offset_s) / 86400), day);
	int n = snprintf(name, sizeof name, "%s-%s.%s", o->reader.english ? plural->en : plural->zh,
	                 day, o->xlsx ? "xlsx" : "csv");

	call->reply.class_ = RD_HTTP_DOWNLOAD;
	call->reply.content_type =
		o->xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
				: "text/csv; charset=utf-8";
	call->reply.filename = rd_arena_copy(call->req->arena, name, (size_t)n);
	call->reply.from_fd = true;
	call->reply.fd = o->fd;
	call->reply.fd_size = size;
}

static rd_rc export_all(out *o, bool xlsx, rd_err *err)
{
	rd_call *call = o->call;
	struct stat st;

	RD_TRY(rd_store_temp(call->api->store, &o->fd, err));
	rd_rc rc = xlsx ? make_xlsx(o, err) : make_csv(o, err);

	if (rc == RD_OK && fstat(o->fd, &st) != 0)
		rc = rd_fail_os(err, errno, "读不了导出文件", "the export cannot be read");
	if (rc == RD_OK)
		rc = rd_store_write(call->api->store, call->who.actor.firm_id, call->req->arena,
		                    write_event, o, err);
	if (rc != RD_OK) {
		close(o->fd);
		return rc;
	}
	attach(o, (uint64_t)st.st_size);
	return RD_OK;
}

static rd_rc ask(rd_call *call, out *o, bool *ret_xlsx, rd_err *err)
{
	rd_str format = rd_call_query(call, "format"), lang = rd_call_query(call, "lang");
	rd_columns all;

	*ret_xlsx = rd_str_is(format, "xlsx");
	if (format.len && !*ret_xlsx && !rd_str_is(format, "csv"))
		return rd_fail(err, RD_USAGE, "format 应为 csv 或 xlsx", "format is csv or xlsx");
	if (lang.len && !rd_str_is(lang, "zh") && !rd_str_is(lang, "en"))
		return rd_fail(err, RD_USAGE, "lang 应为 zh 或 en", "lang is zh or en");
	*o = (out){.call = call,
	           .in = {.kind = call->kind,
	                  .filter = rd_call_query(call, "filter"),
	                  .sort = rd_call_query(call, "sort"),
	                  .limit = PAGE,
	                  .zone_offset_s = call->api->engine.zone_offset_s},
	           .reader = {.actor = &call->who.actor,
	                      .titles = rd_titles_new(call->req->arena),
	                      .view = rd_call_view(call),
	                      .english =
	                          lang.len ? rd_str_is(lang, "en") : strcmp(call->who.lang, "en") == 0,
	                      .offset_s = call->api->engine.zone_offset_s}};
	/* A file goes from hand to hand: secrets are not in it, whoever asks. */
	o->reader.view.secrets = false;
	all = rd_columns_of(call->kind, o->reader.view, call->req->arena);
	return rd_columns_pick(call->kind, &all, rd_call_query(call, "columns"), call->req->arena,
	                       &o->columns, err);
}

rd_rc rd_api_export(rd_call *call, rd_tx *tx, rd_err *err)
{
	int64_t firm = call->who.actor.firm_id;
	bool xlsx;
	out o;

	(void)tx;
	RD_TRY(ask(call, &o, &xlsx, err));
	RD_TRY(rd_busy_begin(call->api, call->api->exporting, firm, err));
	rd_buf_init(&o.cursor, 1u << 16);
	rd_rc rc = export_all(&o, xlsx, err);

	rd_buf_done(&o.cursor);
	rd_busy_end(call->api, call->api->exporting, firm);
	return rc;
}
