#include "desk/statements.h"
#include "base/assert.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "desk/sandbox.h"
#include "desk/send.h"
#include "store/blob.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define QUEUE    "books"
#define JOB_KIND "bank.read"
#define LEASE_S  420u /* longer than a sandbox may take */

static const rd_kind *statement_kind(void)
{
	return rd_kind_find(RD_STR("bank_statement"));
}

/* ---- one file ---- */

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

rd_rc rd_content_copy(rd_store *s, int64_t firm_id, rd_str sha256, int fd, rd_err *err)
{
	rd_blob_reader *r;
	rd_blob_id id;
	size_t n = 1, room = 1u << 16;
	rd_rc rc;

	RD_ASSERT(sha256.len == 64);
	for (uint32_t i = 0; i < 32; i++)
		id.sha256[i] = (uint8_t)(digit(sha256.ptr[2 * i]) << 4 | digit(sha256.ptr[2 * i + 1]));
	RD_TRY(rd_blob_open(s, firm_id, &id, &r, err));
	char *block = rd_column_new(room);

	while ((rc = rd_blob_read(r, block, room, &n, err)) == RD_OK && n)
		for (size_t at = 0; at < n && rc == RD_OK;) {
			ssize_t k = write(fd, block + at, n - at);

			if (k > 0)
				at += (size_t)k;
			else if (errno != EINTR)
				rc = rd_fail_os(err, errno, "写不了临时文件", "a temporary file cannot be written");
		}
	rd_column_free(block, room);
	rd_blob_close(r);
	return rc;
}

typedef struct reading {
	rd_store *store;
	int64_t firm_id;
	rd_str sha256;
} reading;

static rd_rc copy(void *ctx, uint32_t i, int fd, rd_err *err)
{
	const reading *r = ctx;

	RD_ASSERT(i == 0);
	return rd_content_copy(r->store, r->firm_id, r->sha256, fd, err);
}

rd_rc rd_statement_read(rd_store *s, int64_t firm_id, const rd_attached *file, const char *program,
                        rd_bank **ret_bank, rd_err *err)
{
	reading r = {s, firm_id, file->sha256};
	const rd_sandbox_file f = {file->name, file->size};
	const rd_sandbox_job job = {.program = program,
	                            .limits = &rd_sandbox_preset,
	                            .store = s,
	                            .files = &f,
	                            .n_files = 1,
	                            .copy = copy,
	                            .ctx = &r,
	                            .task = RD_SANDBOX_BANK};

	return rd_sandbox_bank(&job, ret_bank, err);
}

rd_rc rd_statement_file(rd_tx *tx, const rd_actor *actor, int64_t id, rd_record *ret_record,
                        rd_attached *ret_file, rd_err *err)
{
	const rd_attached *list;
	uint32_t n, newest = 0;

	RD_TRY(rd_record_get(tx, actor, statement_kind(), id, ret_record, err));
	RD_TRY(rd_around_attachments(tx, actor, statement_kind(), id, &list, &n, err));
	if (n == 0)
		return rd_fail(err, RD_NOT_FOUND, "还没有上传文件；请先把银行导出的文件附到此对账单",
		               "there is no file yet; attach the file that the bank exported");
	for (uint32_t i = 1; i < n; i++)
		if (list[i].id > list[newest].id)
			newest = i;
	*ret_file = list[newest];
	return RD_OK;
}

/* ---- taking in ---- */

rd_rc rd_hook_bank_statement_take_in(rd_hook_call *call, rd_err *err)
{
	int64_t id = rd_cell(call->now, RD_COL_ID)->i, job_id;
	const rd_actor system = rd_desk_system(call->tx->firm_id);
	rd_attached file;
	rd_record r;
	char body[48];
	int n = snprintf(body, sizeof body, "{\"statement\":%lld}", (long long)id);

	if (rd_statement_file(call->tx, &system, id, &r, &file, err) != RD_OK) {
		if (err->code == RD_NOT_FOUND)
			err->code = RD_BARRED;
		return err->code;
	}
	*rd_field_cell(call->now, "problem") = RD_VALUE_NULL;
	return rd_job_add(call->engine->store, call->tx,
	                  &(rd_job_new){.queue = RD_STR(QUEUE),
	                                .kind = RD_STR(JOB_KIND),
	                                .body = {body, (uint32_t)n}},
	                  &job_id, err);
}

typedef struct taking {
	const rd_statement_jobs_ctx *of;
	rd_job_run *run;
	rd_record record;
	rd_attached file;
	bool skip; /* withdrawn meanwhile, or read by another run */
	const rd_bank *bank;
	rd_err why; /* of a file that could not be read */
} taking;

static rd_rc find(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_rc rc = rd_statement_file(tx, &system, rd_job_number(t->run, "statement"), &t->record,
	                             &t->file, err);

	if (rc == RD_NOT_FOUND)
		t->skip = true;
	if (rc == RD_OK)
		t->skip = !rd_str_is(rd_cell(&t->record, RD_COL_STATE)->str, "reading");
	return rc == RD_NOT_FOUND ? RD_OK : rc;
}

static void put_money(rd_record *r, const char *field, rd_minor v, rd_str currency)
{
	rd_value *cell = rd_field_cell(r, field);

	cell[0] = RD_VALUE_INT(v);
	cell[1] = RD_VALUE_TEXT(currency);
}

/* What was recognised, as people see it: JSON with the notes that were met. */
static rd_str recognised(rd_arena *a, const rd_bank *b)
{
	rd_str layout = rd_bank_text(b, b->layout);
	int64_t cut = rd_str_find(layout, "\n");
	rd_buf out;
	rd_json j;

	rd_buf_init(&out, 100000);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "format", rd_bank_text(b, b->format));
	rd_json_put_str(&j, "encoding", rd_bank_text(b, b->encoding));
	rd_json_put_int(&j, "head_line", b->head_line);
	rd_json_key(&j, "layout");
	rd_json_object(&j);
	rd_json_put_str(&j, "zh", cut < 0 ? layout : (rd_str){layout.ptr, (uint32_t)cut});
	rd_json_put_str(&j, "en",
	                cut < 0 ? layout
	                        : (rd_str){layout.ptr + cut + 1, layout.len - (uint32_t)cut - 1});
	rd_json_close(&j);
	rd_json_put_int(&j, "skipped", (int64_t)b->skipped);
	rd_json_put_int(&j, "accounts", b->n_parts);
	rd_json_key(&j, "notes");
	rd_json_object(&j);
	for (int k = 0; k < RD_BANK_NOTE_KINDS; k++)
		if (b->note_counts[k])
			rd_json_put_int(&j, rd_bank_note_name((rd_bank_note_kind)k),
			                (int64_t)b->note_counts[k]);
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_str s = {rd_arena_copy(a, out.data, out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return s;
}

/* What the file says goes into the record; what a person has filled in stays. */
static void fill(rd_arena *a, rd_record *now, const rd_bank *b)
{
	const rd_bank_part *first = b->n_parts ? &b->parts[0] : NULL;
	rd_day from = RD_DAY_NONE, to = RD_DAY_NONE;

	for (uint32_t i = 0; i < b->n_parts; i++) {
		const rd_bank_part *p = &b->parts[i];

		if (p->n && (from == RD_DAY_NONE || p->from < from))
			from = p->from;
		if (p->n && (to == RD_DAY_NONE || p->to > to))
			to = p->to;
	}
	*rd_field_cell(now, "lines") = RD_VALUE_INT(b->n_lines);
	*rd_field_cell(now, "rejected") = RD_VALUE_INT((int64_t)b->rejected);
	*rd_field_cell(now, "recognised") = RD_VALUE_TEXT(recognised(a, b));
	*rd_field_cell(now, "problem") = RD_VALUE_NULL;
	*rd_field_cell(now, "first_day") = from == RD_DAY_NONE ? RD_VALUE_NULL : RD_VALUE_INT(from);
	*rd_field_cell(now, "last_day") = to == RD_DAY_NONE ? RD_VALUE_NULL : RD_VALUE_INT(to);
	if (first == NULL)
		return;
	rd_str account = rd_bank_text(b, first->account), bank = rd_bank_text(b, first->bank);
	rd_str currency = rd_bank_text(b, first->currency);

	if (rd_field_str(now, "bank_account").len == 0 && account.len && account.len <= 60)
		*rd_field_cell(now, "bank_account") = RD_VALUE_TEXT(account);
	if (rd_field_str(now, "bank").len == 0 && bank.len && bank.len <= 120)
		*rd_field_cell(now, "bank") = RD_VALUE_TEXT(bank);
	if (currency.len == 3)
		*rd_field_cell(now, "currency") = RD_VALUE_TEXT(currency);
	const rd_bank_part *last = first;

	for (uint32_t i = 1; i < b->n_parts; i++)
		if (b->parts[i].account == first->account && b->parts[i].currency == first->currency)
			last = &b->parts[i];
	if (first->has_opening && currency.len == 3)
		put_money(now, "opening", first->opening, currency);
	if (last->has_closing && currency.len == 3)
		put_money(now, "closing", last->closing, currency);
}

static rd_rc note(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_problems problems = {0};
	rd_record was, now, moved;

	if (!t->skip) {
		RD_TRY(rd_record_get(tx, &system, statement_kind(), rd_job_number(t->run, "statement"),
		                     &was, err));
		t->skip = !rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "reading");
	}
	if (!t->skip) {
		now = rd_record_copy(tx->arena, &was);
		if (t->bank) {
			fill(tx->arena, &now, t->bank);
		} else {
			rd_buf text;

			rd_buf_init(&text, 2000);
			rd_buf_printf(&text, "%s\n%s", t->why.zh, t->why.en);
			*rd_field_cell(&now, "problem") = RD_VALUE_TEXT(
				((rd_str){rd_arena_copy(tx->arena, text.data, text.size), (uint32_t)text.size}));
			rd_buf_done(&text);
		}
		RD_TRY(rd_record_write(tx, &system, &was, &now, err));
		json_t *nothing = json_object();
		rd_rc rc = rd_record_move(t->of->engine, tx, &system, statement_kind(),
		                          rd_cell(&was, RD_COL_ID)->i, RD_ANY_VERSION,
		                          t->bank ? RD_STR("present") : RD_STR("fail"), nothing, &moved,
		                          &problems, err);

		json_decref(nothing);
		RD_TRY(rc);
	}
	return rd_job_finish(t->run, tx, err);
}

static rd_rc take_in(rd_job_run *run, void *ctx, rd_err *err)
{
	taking t = {.of = ctx, .run = run};
	rd_bank *bank = NULL;

	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, find, &t, err));
	if (!t.skip) {
		rd_rc rc =
			rd_statement_read(run->store, run->firm_id, &t.file, t.of->program, &bank, &t.why);

		/* what is wrong with the file is told; what is wrong with us is tried again */
		if (rc != RD_OK && rc != RD_INPUT && rc != RD_ASK && rc != RD_LIMIT) {
			*err = t.why;
			return rc;
		}
		t.bank = bank;
	}
	rd_rc rc = rd_store_write(run->store, run->firm_id, run->arena, note, &t, err);

	rd_bank_free(bank);
	return rc;
}

void rd_statement_jobs(const rd_statement_jobs_ctx *ctx, rd_job_kind kinds[RD_STATEMENT_JOBS_N])
{
	kinds[0] = (rd_job_kind){JOB_KIND, take_in, (void *)(uintptr_t)ctx, LEASE_S, 3};
}
