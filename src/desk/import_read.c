/* The job that reads an import: from uploaded files to a preview, or to what is wrong with them. */
#include "base/assert.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/import.h"
#include "desk/person.h"
#include "desk/recognised.h"
#include "desk/runs.h"
#include "desk/send.h"
#include "desk/shelf.h"
#include <stdio.h>

#define RECOGNISED_MAX  199000u /* bytes; model/import.toml allows a little more */
#define DIFFERENCES_MAX 97000u
#define CHECKS_MAX      2000u
#define TRIES_MAX       4u
#define SLACK_S         60u /* beyond the patience of the sandbox, twice: two books may be read */

typedef struct reading {
	const rd_importer *importer;
	rd_job_run *run;
	int64_t import_id;
	rd_import_source source;
	bool gone; /* nobody waits for it any more */
	rd_str recognised, differences;
	const rd_book *book;
	rd_rc rc;
	const rd_err *why;
} reading;

static rd_rc load(rd_tx *tx, void *ctx, rd_err *err)
{
	reading *r = ctx;

	RD_TRY(rd_import_source_load(tx, r->import_id, &r->source, err));
	r->gone = !rd_str_is(r->source.state, "reading");
	return RD_OK;
}

static rd_str keep(rd_arena *a, rd_buf *b)
{
	rd_str s = rd_buf_view(b);

	s.ptr = rd_arena_copy(a, s.ptr, s.len);
	rd_buf_done(b);
	return s;
}

static void put_severities(rd_json *j, const char *key, const int64_t n[RD_SEVERITIES])
{
	rd_json_key(j, key);
	rd_json_object(j);
	for (uint32_t s = RD_SEVERITIES; s-- > 0;)
		rd_json_put_int(j, rd_checking_severity(s), n[s]);
	rd_json_close(j);
}

/* The differences with one member more: what the checks would find, beside what is live now. */
static rd_str with_checks(const reading *r, rd_buf *differences, const rd_dry_run *dry)
{
	rd_str text = rd_str_trim(rd_buf_view(differences));
	rd_buf out;
	rd_json j;

	RD_ASSERT(rd_str_ends(text, "}"));
	rd_buf_init(&out, DIFFERENCES_MAX + CHECKS_MAX);
	rd_buf_add(&out, text.ptr, text.len - 1);
	rd_buf_puts(&out, ", \"checks\": ");
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_json_put_int(&j, "found", dry->found);
	rd_json_put_int(&j, "new", dry->new);
	rd_json_put_int(&j, "back", dry->back);
	rd_json_put_int(&j, "known", dry->known);
	rd_json_put_int(&j, "gone", dry->gone);
	rd_json_put_int(&j, "suppressed", dry->suppressed);
	put_severities(&j, "new_by_severity", dry->new_by_severity);
	put_severities(&j, "gone_by_severity", dry->gone_by_severity);
	rd_json_put_int(&j, "ran", dry->ran);
	rd_json_put_int(&j, "not_run", dry->not_run);
	rd_json_close(&j);
	rd_buf_char(&out, '}');
	rd_buf_done(differences);
	return keep(r->run->arena, &out);
}

static rd_rc describe(reading *r, const rd_book *was, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	rd_book_changes changes;
	rd_rc rc = RD_OK;
	rd_dry_run dry;
	rd_buf out;

	rd_recognised_write(r->book, RECOGNISED_MAX, &out);
	r->recognised = keep(r->run->arena, &out);
	if (was || r->source.before_id == 0) {
		rd_books_compare(was, r->book, a, &changes);
		rd_differences_write(was, r->book, &changes, DIFFERENCES_MAX, &out);
		rc = rd_runs_dry(r->importer->engine, r->run->firm_id, r->source.books_id, r->book, a, &dry,
		                 err);
		if (rc == RD_OK)
			r->differences = with_checks(r, &out, &dry);
		else
			rd_buf_done(&out);
	}
	rd_arena_free(a);
	return rc;
}

/* ---- writing what came of it ---- */

static rd_rc move(reading *r, rd_tx *tx, const rd_actor *system, const char *transition,
                  rd_err *err)
{
	rd_problems problems = {0};
	rd_record record;
	json_t *body = json_object();
	rd_rc rc = rd_record_move(r->importer->engine, tx, system, rd_kind_find(RD_STR("import")),
	                          r->import_id, RD_ANY_VERSION, rd_str_of(transition), body, &record,
	                          &problems, err);

	json_decref(body);
	return rc;
}

static void put_number(rd_record *now, const char *field, uint64_t v)
{
	*rd_field_cell(now, field) = RD_VALUE_INT((int64_t)(v & INT64_MAX));
}

static void put_day(rd_record *now, const char *field, rd_day day)
{
	*rd_field_cell(now, field) = day == RD_DAY_NONE ? RD_VALUE_NULL : RD_VALUE_INT(day);
}

static void put_result(const reading *r, rd_record *now, rd_arena *a)
{
	const rd_book *b = r->book;
	char *hex = rd_arena_alloc(a, 65, 1);
	uint64_t rejected = 0;

	for (uint32_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", r->source.contents[i]);
	for (uint32_t i = 1; i < b->n_files; i++)
		rejected += b->files[i].rejected;
	*rd_field_cell(now, "recognised") = RD_VALUE_TEXT(r->recognised);
	*rd_field_cell(now, "differences") =
		r->differences.len ? RD_VALUE_TEXT(r->differences) : RD_VALUE_NULL;
	*rd_field_cell(now, "contents") = RD_VALUE_TEXT(((rd_str){hex, 64}));
	*rd_field_cell(now, "before") =
		r->source.before_id ? RD_VALUE_INT(r->source.before_id) : RD_VALUE_NULL;
	put_number(now, "files", r->source.n_files);
	put_number(now, "records", (uint64_t)b->line.n + b->tb.n);
	put_number(now, "rejected", rejected);
	put_number(now, "vouchers", b->voucher.n);
	put_day(now, "first_day", b->first_day);
	put_day(now, "last_day", b->last_day);
}

/* Both languages, one below the other, with the place in front. */
static rd_str problem_of(const rd_err *e, rd_arena *a)
{
	char text[1200], place[300] = "";

	if (e->file[0] && e->line)
		snprintf(place, sizeof place, "%s:%u: ", e->file, e->line);
	else if (e->file[0])
		snprintf(place, sizeof place, "%s: ", e->file);
	int n = snprintf(text, sizeof text, "%s%s\n%s%s", place, e->zh, place, e->en);

	return (rd_str){rd_arena_copy(a, text, (size_t)n), (uint32_t)n};
}

static rd_rc write(rd_tx *tx, void *ctx, rd_err *err)
{
	reading *r = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record was, now;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("import")), r->import_id, &was, err));
	if (!rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "reading"))
		return rd_job_finish(r->run, tx, err);
	now = rd_record_copy(tx->arena, &was);
	if (r->rc == RD_OK)
		put_result(r, &now, tx->arena);
	else
		*rd_field_cell(&now, "problem") = RD_VALUE_TEXT(problem_of(r->why, tx->arena));
	RD_TRY(rd_record_write(tx, &system, &was, &now, err));
	RD_TRY(move(r, tx, &system, r->rc == RD_OK ? "present" : "fail", err));
	return rd_job_finish(r->run, tx, err);
}

/* ---- the job ---- */

/* What the files are to blame for is told to people; what the machine is, is tried again. */
static bool is_of_files(rd_rc rc)
{
	return rc == RD_INPUT || rc == RD_ASK || rc == RD_LIMIT;
}

/* The books as they are now. When their files can no longer be read - a newer program may refuse
 * what an older one took - that does not hold up those to come: there is nothing to compare. */
static rd_rc take_before(const reading *r, rd_shelved **ret, rd_err *err)
{
	*ret = NULL;
	if (r->source.before_id == 0)
		return RD_OK;
	rd_rc rc =
		rd_shelf_take_import(r->importer->shelf, r->source.firm_id, r->source.before_id, ret, err);

	return is_of_files(rc) ? RD_OK : rc;
}

static rd_rc read_books(reading *r, rd_err *err)
{
	rd_shelf *shelf = r->importer->shelf;
	rd_shelved *now, *before;

	RD_TRY(rd_shelf_take(shelf, &r->source, &now, err));
	rd_rc rc = take_before(r, &before, err);

	if (rc == RD_OK) {
		r->book = rd_shelved_book(now);
		rc = describe(r, before ? rd_shelved_book(before) : NULL, err);
	}
	if (rc == RD_OK)
		rc = rd_store_write(r->run->store, r->run->firm_id, r->run->arena, write, r, err);
	rd_shelf_give(shelf, before);
	rd_shelf_give(shelf, now);
	return rc;
}

static rd_rc read_import(rd_job_run *run, void *ctx, rd_err *err)
{
	reading r = {.importer = ctx, .run = run, .import_id = rd_job_number(run, "import")};
	rd_err why;
	rd_rc rc = rd_store_read(run->store, run->firm_id, run->arena, load, &r, &why);

	if (rc == RD_OK && r.gone)
		return RD_OK;
	if (rc == RD_OK)
		rc = read_books(&r, &why);
	if (rc == RD_OK)
		return RD_OK;
	if (rc == RD_CONFLICT || (!is_of_files(rc) && run->attempt < run->tries_max)) {
		*err = why;
		return rc;
	}
	r.rc = rc;
	r.why = &why;
	return rd_store_write(run->store, run->firm_id, run->arena, write, &r, err);
}

rd_job_kind rd_import_job(const rd_importer *importer)
{
	return (rd_job_kind){.kind = "import.read",
	                     .run = read_import,
	                     .ctx = (void *)(uintptr_t)importer,
	                     .lease_s = 2 * (rd_sandbox_preset.total_s + SLACK_S),
	                     .tries_max = TRIES_MAX};
}
