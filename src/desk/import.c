#include "desk/import.h"
#include "base/digest.h"
#include "desk/cell.h"
#include "desk/corrections.h"
#include "desk/hooks.h"
#include "desk/person.h"
#include "desk/runs.h"
#include "record/may.h"
#include "store/queries.gen.h"
#include <stdio.h>
#include <stdlib.h>

static const rd_kind *import_kind(void)
{
	return rd_kind_find(RD_STR("import"));
}

static rd_rc get(rd_tx *tx, const char *kind, int64_t id, rd_record *ret, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);

	return rd_record_get(tx, &system, rd_kind_find(rd_str_of(kind)), id, ret, err);
}

static int64_t id_of(const rd_record *r)
{
	return rd_cell(r, RD_COL_ID)->i;
}

static rd_rc closed(rd_err *err)
{
	return rd_fail(err, RD_BARRED, "账套已结账；请先重新打开账套",
	               "the set of books is closed; reopen it first");
}

/* ---- the files ---- */

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static int by_name(const void *x, const void *y)
{
	const rd_import_file *a = x, *b = y;
	int c = rd_str_cmp(a->name, b->name);

	return c ? c : (a->attachment_id > b->attachment_id) - (a->attachment_id < b->attachment_id);
}

static rd_rc add_files(rd_tx *tx, int64_t import_id, rd_import_file *list, uint32_t *n, rd_err *err)
{
	const rd_q_attachment_list_row *rows;
	uint32_t n_rows;

	RD_TRY(rd_q_attachment_list(tx, RD_STR("import"), import_id, RD_IMPORT_FILES + 1, &rows,
	                            &n_rows, err));
	if (n_rows + *n > RD_IMPORT_FILES)
		return rd_fail(err, RD_LIMIT, "一次导入最多 %u 个文件；请先合并文件",
		               "an import has at most %u files; join some of them", RD_IMPORT_FILES);
	for (uint32_t i = 0; i < n_rows; i++) {
		rd_import_file *f = &list[(*n)++];

		*f = (rd_import_file){.attachment_id = rows[i].id,
		                      .name = rows[i].name,
		                      .size = rows[i].size};
		for (uint32_t k = 0; k < 32; k++)
			f->blob.sha256[k] = (uint8_t)(digit(rows[i].sha256.ptr[2 * k]) << 4 |
			                              digit(rows[i].sha256.ptr[2 * k + 1]));
	}
	return RD_OK;
}

/* Of two files of one name the later stays. Those of the import before are earlier than all. */
static uint32_t one_a_name(rd_import_file *list, uint32_t n)
{
	uint32_t kept = 0;

	if (n)
		qsort(list, n, sizeof *list, by_name);
	for (uint32_t i = 0; i < n; i++)
		if (i + 1 == n || !rd_str_eq(list[i].name, list[i + 1].name))
			list[kept++] = list[i];
	return kept;
}

static bool is_sealed(rd_str state)
{
	return rd_str_is(state, "committed") || rd_str_is(state, "undone");
}

static void add_number(rd_sha256 *d, uint64_t v)
{
	rd_sha256_add(d, &v, sizeof v);
}

static void hash_contents(rd_import_source *s)
{
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, "redink import", 13);
	add_number(&d, (uint64_t)s->standard);
	add_number(&d, s->mapping.len);
	rd_sha256_add(&d, s->mapping.ptr, s->mapping.len);
	add_number(&d, s->n_files);
	for (uint32_t i = 0; i < s->n_files; i++) {
		add_number(&d, s->files[i].name.len);
		rd_sha256_add(&d, s->files[i].name.ptr, s->files[i].name.len);
		rd_sha256_add(&d, s->files[i].blob.sha256, 32);
	}
	rd_sha256_end(&d, s->contents);
}

static rd_standard standard_of(rd_str word)
{
	if (rd_str_is(word, "small"))
		return RD_STD_SMALL;
	return rd_str_is(word, "enterprise") ? RD_STD_ENTERPRISE : RD_STD_UNKNOWN;
}

static rd_rc load(rd_tx *tx, const rd_record *import, const rd_record *books, rd_import_source *ret,
                  rd_err *err)
{
	rd_import_file *list = RD_NEW_N(tx->arena, rd_import_file, RD_IMPORT_FILES);
	int64_t current = rd_field_int(books, "current_import", 0);
	rd_import_source s = {.firm_id = tx->firm_id,
	                      .import_id = id_of(import),
	                      .books_id = id_of(books)};
	uint32_t n = 0;

	s.state = rd_cell(import, RD_COL_STATE)->str;
	s.before_id = current == s.import_id ? rd_field_int(import, "before", 0) : current;
	s.mapping = rd_field_str(import, "mapping");
	if (s.mapping.len == 0 && !is_sealed(s.state))
		s.mapping = rd_field_str(books, "mapping");
	s.standard = standard_of(rd_field_str(books, "standard"));
	if (s.before_id && !is_sealed(s.state) && rd_str_is(rd_field_str(import, "mode"), "add"))
		RD_TRY(add_files(tx, s.before_id, list, &n, err));
	RD_TRY(add_files(tx, s.import_id, list, &n, err));
	s.n_files = one_a_name(list, n);
	s.files = list;
	hash_contents(&s);
	*ret = s;
	return RD_OK;
}

rd_rc rd_import_source_load(rd_tx *tx, int64_t import_id, rd_import_source *ret, rd_err *err)
{
	rd_record import, books;

	RD_TRY(get(tx, "import", import_id, &import, err));
	RD_TRY(get(tx, "books", rd_field_int(&import, "books", 0), &books, err));
	return load(tx, &import, &books, ret, err);
}

/* ---- what people may write ---- */

static bool same(const rd_value *a, const rd_value *b)
{
	if (a->type == RD_NULL || b->type == RD_NULL)
		return a->type == b->type;
	return a->type == RD_TEXT ? rd_str_eq(a->str, b->str) : a->i == b->i;
}

static bool differs(const rd_hook_call *call, const char *field)
{
	static const rd_value none = {.type = RD_NULL};

	return !same(rd_field_cell(call->now, field),
	             call->was ? rd_field_cell(call->was, field) : &none);
}

/* What reading, checking, commit and undo write, nobody writes by hand. */
static rd_rc by_program(const rd_hook_call *call, const char *const *fields, rd_err *err)
{
	for (; *fields; fields++)
		if (differs(call, *fields) && !call->actor->system)
			return rd_fail(err, RD_INPUT, "%s 由程序填写，不能手工修改",
			               "%s is written by the program and cannot be set by hand", *fields);
	return RD_OK;
}

rd_rc rd_hook_books_change(rd_hook_call *call, rd_err *err)
{
	static const char *const fields[] = {"current_import", "last_run",  "health",   "health_reason",
	                                     "live_findings",  "first_day", "last_day", NULL};

	return by_program(call, fields, err);
}

static rd_rc only_asked(const rd_hook_call *call, rd_err *err)
{
	static const char *const fields[] = {"recognised", "differences", "files",     "records",
	                                     "rejected",   "vouchers",    "first_day", "last_day",
	                                     "contents",   "before",      "problem",   NULL};

	return by_program(call, fields, err);
}

rd_rc rd_hook_import_change(rd_hook_call *call, rd_err *err)
{
	RD_TRY(only_asked(call, err));
	if (!same(rd_cell(call->now, RD_COL_CLIENT), rd_cell(call->was, RD_COL_CLIENT)))
		return rd_fail(err, RD_INPUT, "导入不能改到另一个客户；请另建导入",
		               "an import stays with its client; make another one");
	if (is_sealed(rd_cell(call->was, RD_COL_STATE)->str) &&
	    (differs(call, "mapping") || differs(call, "mode")))
		return rd_fail(err, RD_BARRED, "已确认的导入不能再改列映射和方式；请另建导入",
		               "mapping and mode of a committed import stay; make another import");
	return RD_OK;
}

/* ---- creation and preview ---- */

rd_rc rd_hook_import_create(rd_hook_call *call, rd_err *err)
{
	rd_record books;

	RD_TRY(only_asked(call, err));
	RD_TRY(get(call->tx, "books", rd_field_int(call->now, "books", 0), &books, err));
	if (rd_cell(&books, RD_COL_CLIENT)->i != rd_cell(call->now, RD_COL_CLIENT)->i)
		return rd_fail(err, RD_INPUT, "账套不属于这个客户；请选择该客户的账套",
		               "the set of books is of another client; choose one of this client");
	if (rd_str_is(rd_cell(&books, RD_COL_STATE)->str, "closed"))
		return closed(err);
	return RD_OK;
}

rd_rc rd_hook_import_preview(rd_hook_call *call, rd_err *err)
{
	rd_import_source source;
	char body[48];
	int64_t job_id;
	int n = snprintf(body, sizeof body, "{\"import\":%jd}", (intmax_t)id_of(call->now));

	RD_TRY(rd_import_source_load(call->tx, id_of(call->now), &source, err));
	if (source.n_files == 0)
		return rd_fail(err, RD_BARRED, "还没有文件；请先上传账簿文件再预览",
		               "there are no files yet; upload the books, then preview");
	*rd_field_cell(call->now, "problem") = RD_VALUE_NULL;
	return rd_job_add(call->engine->store, call->tx,
	                  &(rd_job_new){.queue = RD_STR(RD_IMPORT_QUEUE),
	                                .kind = RD_STR("import.read"),
	                                .body = {body, (uint32_t)n}},
	                  &job_id, err);
}

/* ---- commit ---- */

static void hex_of(const uint8_t sha256[32], char out[65])
{
	for (uint32_t i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", sha256[i]);
}

static rd_rc unchanged(const rd_record *now, const rd_record *books, const rd_import_source *s,
                       rd_err *err)
{
	char hex[65];

	hex_of(s->contents, hex);
	if (rd_str_is(rd_cell(books, RD_COL_STATE)->str, "closed"))
		return closed(err);
	if (!rd_str_is(rd_field_str(now, "contents"), hex))
		return rd_fail(err, RD_BARRED, "预览之后文件、列映射或会计准则有变动；请重新预览",
		               "files, mapping or standard changed after the preview; preview again");
	if (rd_field_int(now, "before", 0) != rd_field_int(books, "current_import", 0))
		return rd_fail(err, RD_BARRED, "预览之后账套有了另一次导入；请重新预览",
		               "another import was committed after the preview; preview again");
	return RD_OK;
}

/* Files that an import takes over from the one before become its own: its list is full. */
static rd_rc attach_all(rd_hook_call *call, const rd_import_source *s, rd_err *err)
{
	for (uint32_t i = 0; i < s->n_files; i++) {
		const rd_import_file *f = &s->files[i];
		rd_q_attachment_get_row row;
		bool found;
		int64_t seq;

		RD_TRY(rd_q_attachment_get(call->tx, f->attachment_id, &row, &found, err));
		if (!found || row.record_id == s->import_id)
			continue;
		rd_fact fact = {.type = RD_FACT_ATTACHED,
		                .kind = import_kind(),
		                .record_id = s->import_id,
		                .about_id = rd_store_new_id(call->engine->store),
		                .text = row.name,
		                .sha256 = row.sha256,
		                .media_type = row.media_type,
		                .size = row.size};

		RD_TRY(rd_fact_write(call->tx, call->actor, &fact, &seq, err));
	}
	return RD_OK;
}

static rd_rc write_books(rd_hook_call *call, const rd_record *was, rd_record *now, rd_err *err)
{
	rd_actor system = rd_desk_system(call->tx->firm_id);

	system.request_id = call->actor->request_id;
	return rd_record_write(call->tx, &system, was, now, err);
}

rd_rc rd_hook_import_commit(rd_hook_call *call, rd_err *err)
{
	rd_record was, now;
	rd_import_source s;
	int64_t run;

	RD_TRY(get(call->tx, "books", rd_field_int(call->now, "books", 0), &was, err));
	RD_TRY(load(call->tx, call->was, &was, &s, err));
	RD_TRY(unchanged(call->now, &was, &s, err));
	RD_TRY(attach_all(call, &s, err));
	now = rd_record_copy(call->tx->arena, &was);
	*rd_field_cell(&now, "current_import") = RD_VALUE_INT(s.import_id);
	*rd_field_cell(&now, "first_day") = *rd_field_cell(call->now, "first_day");
	*rd_field_cell(&now, "last_day") = *rd_field_cell(call->now, "last_day");
	/* What was read by this mapping is read by it for ever, and the next time by preset. */
	if (s.mapping.len) {
		*rd_field_cell(call->now, "mapping") = RD_VALUE_TEXT(s.mapping);
		*rd_field_cell(&now, "mapping") = RD_VALUE_TEXT(s.mapping);
	}
	RD_TRY(write_books(call, &was, &now, err));
	RD_TRY(rd_correction_imported(call->engine, call->tx, id_of(&now), s.import_id, err));
	return rd_runs_start(call->engine, call->tx, call->actor, id_of(&now), s.import_id, "import",
	                     &run, err);
}

/* ---- undo ---- */

typedef struct losing {
	rd_import_loss *list;
	uint32_t n;
	bool more;
} losing;

static rd_str number_of(const rd_record *r)
{
	const rd_value *v = rd_cell(r, RD_COL_NUMBER);

	return v->type == RD_NULL ? RD_STR("?") : v->str;
}

/* A case on which nobody has begun is no work: the next run withdraws it. */
static bool counts(const rd_record *r)
{
	static const char *const posted[] = {"posted", "confirmed", "missing"};
	rd_str state = rd_cell(r, RD_COL_STATE)->str;

	if (strcmp(r->kind->name, "case") == 0)
		return !rd_str_is(state, "reported");
	if (strcmp(r->kind->name, "run") == 0)
		return true;
	for (size_t i = 0; i < sizeof posted / sizeof *posted; i++)
		if (rd_str_is(state, posted[i]))
			return true;
	return false;
}

/* Records of a kind whose field refers to this record. */
static rd_rc lose(rd_tx *tx, losing *l, const char *to_kind, int64_t to_id, const char *kind,
                  const char *field, rd_err *err)
{
	const rd_q_ref_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_ref_list(tx, rd_str_of(to_kind), to_id, RD_IMPORT_LOSSES_MAX + 1, &rows, &n, err));
	l->more |= n > RD_IMPORT_LOSSES_MAX;
	for (uint32_t i = 0; i < n; i++) {
		rd_record r;

		if (!rd_str_is(rows[i].from_kind, kind) || !rd_str_is(rows[i].field, field))
			continue;
		if (l->n == RD_IMPORT_LOSSES_MAX) {
			l->more = true;
			return RD_OK;
		}
		RD_TRY(get(tx, kind, rows[i].from_id, &r, err));
		if (counts(&r))
			l->list[l->n++] = (rd_import_loss){kind, rows[i].from_id, number_of(&r),
			                                   rd_cell(&r, RD_COL_STATE)->str};
	}
	return RD_OK;
}

rd_rc rd_import_losses(rd_tx *tx, int64_t import_id, const rd_import_loss **ret_list,
                       uint32_t *ret_n, bool *ret_more, rd_err *err)
{
	losing l = {RD_NEW_N(tx->arena, rd_import_loss, RD_IMPORT_LOSSES_MAX), 0, false};
	losing runs = {RD_NEW_N(tx->arena, rd_import_loss, RD_IMPORT_LOSSES_MAX), 0, false};

	/* Runs are made by the program, and again when they are needed: what came of them counts. */
	RD_TRY(lose(tx, &runs, "import", import_id, "run", "import", err));
	l.more = runs.more;
	for (uint32_t i = 0; i < runs.n; i++)
		RD_TRY(lose(tx, &l, "run", runs.list[i].id, "case", "first_run", err));
	RD_TRY(lose(tx, &l, "import", import_id, "correction", "import", err));
	*ret_list = l.list;
	*ret_n = l.n;
	*ret_more = l.more;
	return RD_OK;
}

static rd_rc name_losses(const rd_import_loss *list, uint32_t n, bool more, rd_err *err)
{
	uint32_t cases = 0, corrections = 0;
	char first[160] = "";
	size_t at = 0;

	for (uint32_t i = 0; i < n; i++) {
		cases += strcmp(list[i].kind, "case") == 0;
		corrections += strcmp(list[i].kind, "correction") == 0;
		if (at + 24 < sizeof first)
			at += (size_t)snprintf(first + at, sizeof first - at, " %.*s",
			                       list[i].number.len < 20 ? (int)list[i].number.len : 20,
			                       list[i].number.ptr);
	}
	return rd_fail(err, RD_BARRED,
	               "撤销会使后续工作失去依据：已着手处理的异常 %u 起、已入账的更正 %u 项%s%s。"
	               "确认后请勾选“已知会失去后续工作”再撤销",
	               "later work would lose its ground: %u cases, %u posted "
	               "corrections%s%s; to undo in spite of it, say accept_loss",
	               cases, corrections, more ? " +" : "", first);
}

rd_rc rd_hook_import_undo(rd_hook_call *call, rd_err *err)
{
	int64_t id = id_of(call->now), before = rd_field_int(call->now, "before", 0);
	const rd_value *accept = &call->asked[1][0];
	const rd_import_loss *list;
	rd_record was, now, old;
	uint32_t n;
	bool more;

	RD_TRY(get(call->tx, "books", rd_field_int(call->now, "books", 0), &was, err));
	if (rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "closed"))
		return closed(err);
	if (rd_field_int(&was, "current_import", 0) != id)
		return rd_fail(err, RD_BARRED, "这不是账套的当前导入；请先撤销之后的导入",
		               "this is not the current import of the books; undo the later ones first");
	RD_TRY(rd_import_losses(call->tx, id, &list, &n, &more, err));
	if (n && (accept->type == RD_NULL || !accept->i))
		return name_losses(list, n, more, err);
	now = rd_record_copy(call->tx->arena, &was);
	*rd_field_cell(&now, "current_import") = RD_VALUE_NULL;
	*rd_field_cell(&now, "first_day") = *rd_field_cell(&now, "last_day") = RD_VALUE_NULL;
	if (before) {
		RD_TRY(get(call->tx, "import", before, &old, err));
		*rd_field_cell(&now, "current_import") = RD_VALUE_INT(before);
		*rd_field_cell(&now, "first_day") = *rd_field_cell(&old, "first_day");
		*rd_field_cell(&now, "last_day") = *rd_field_cell(&old, "last_day");
	}
	RD_TRY(write_books(call, &was, &now, err));
	RD_TRY(rd_correction_imported(call->engine, call->tx, id_of(&now), before, err));
	/* What the undone files showed is gone, and what those before them showed is back. */
	return before ? rd_runs_start(call->engine, call->tx, call->actor, id_of(&now), before,
	                              "import", &(int64_t){0}, err)
	              : RD_OK;
}
