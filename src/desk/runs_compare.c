/* What a run would change, and what lies between two runs. */
#include "desk/cell.h"
#include "desk/person.h"
#include "desk/runs_impl.h"
#include "store/queries.gen.h"
#include <stdlib.h>

#define KEYS_MAX   1000000u
#define RESULT_MAX ((size_t)256 << 20) /* bytes of a result that is compared */

/* ---- dry ---- */

typedef struct drying {
	const rd_engine *engine;
	int64_t books_id;
	rd_run_basis basis;
	const rd_q_finding_keys_row *keys;
	uint32_t n_keys;
} drying;

static rd_rc read_books(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	drying *d = ctx;
	rd_record books;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("books")), d->books_id, &books, err));
	RD_TRY(rd_run_basis_load(tx, d->engine, rd_cell(&books, RD_COL_CLIENT)->i, d->books_id, 0,
	                         &d->basis, err));
	return rd_q_finding_keys(tx, d->books_id, KEYS_MAX, &d->keys, &d->n_keys, err);
}

static int by_print(const void *x, const void *y)
{
	const rd_q_finding_keys_row *a = x, *b = y;

	return rd_str_cmp(a->fingerprint, b->fingerprint);
}

static bool judged(const rd_checking *c, rd_str slug)
{
	for (uint32_t i = 0; i < c->n_checks; i++)
		if (rd_str_is(slug, c->checks[i].slug))
			return c->checks[i].judged;
	return true;
}

static void compare(const drying *d, const rd_checking *c, rd_arena *a, rd_dry_run *r)
{
	rd_q_finding_keys_row *keys = RD_NEW_N(a, rd_q_finding_keys_row, d->n_keys + 1);
	bool *seen = RD_NEW_N(a, bool, d->n_keys + 1);

	if (d->n_keys) {
		memcpy(keys, d->keys, d->n_keys * sizeof *keys);
		qsort(keys, d->n_keys, sizeof *keys, by_print);
	}
	for (uint32_t i = 0; i < c->n_found; i++) {
		const rd_found *f = &c->found[i];
		const rd_q_finding_keys_row key = {.fingerprint = {f->fingerprint, 32}};
		const rd_q_finding_keys_row *was =
			d->n_keys ? bsearch(&key, keys, d->n_keys, sizeof *keys, by_print) : NULL;
		bool there = was && !rd_str_is(was->state, "gone");

		if (was)
			seen[was - keys] = true;
		r->found += f->pass_id == 0;
		r->suppressed += f->pass_id != 0;
		if (f->pass_id)
			continue;
		r->known += there;
		r->back += was && !there;
		r->new += was == NULL;
		r->new_by_severity[f->severity] += !there;
	}
	for (uint32_t i = 0; i < d->n_keys; i++)
		if (!seen[i] && rd_str_is(keys[i].state, "live") && judged(c, keys[i].slug)) {
			r->gone++;
			r->gone_by_severity[keys[i].severity]++;
		}
}

rd_rc rd_runs_dry(const rd_engine *e, int64_t firm_id, int64_t books_id, const rd_book *book,
                  rd_arena *a, rd_dry_run *ret, rd_err *err)
{
	drying d = {.engine = e, .books_id = books_id};
	rd_checking c;
	rd_dry_run r = {0};

	RD_TRY(rd_store_read(e->store, firm_id, a, read_books, &d, err));
	const rd_checking_input in = {.book = book,
	                              .params = d.basis.params,
	                              .n_params = d.basis.n_params,
	                              .passes = d.basis.passes,
	                              .n_passes = d.basis.n_passes,
	                              .threads = 1};

	RD_TRY(rd_checking_run(&in, a, &c, err));
	compare(&d, &c, a, &r);
	r.ran = c.n_ran;
	for (uint32_t i = 0; i < c.n_checks; i++)
		r.not_run += !c.checks[i].ran && !c.checks[i].off;
	*ret = r;
	return RD_OK;
}

/* ---- two results ---- */

typedef struct reading {
	const rd_actor *actor;
	int64_t ids[2], books[2];
	rd_str hash[2];
	rd_blob blobs[2];
} reading;

static bool parse_hash(rd_str hex, rd_blob_id *ret)
{
	static const char digits[] = "0123456789abcdef";

	if (hex.len != 64)
		return false;
	for (uint32_t i = 0; i < 64; i++) {
		const char *at = hex.ptr[i] ? strchr(digits, hex.ptr[i]) : NULL;

		if (at == NULL)
			return false;
		ret->sha256[i / 2] = (uint8_t)(ret->sha256[i / 2] << 4 | (at - digits));
	}
	return true;
}

static rd_rc find_results(rd_tx *tx, void *ctx, rd_err *err)
{
	reading *r = ctx;

	for (int i = 0; i < 2; i++) {
		rd_blob_id id = {0};
		rd_record run;

		RD_TRY(rd_record_get(tx, r->actor, rd_kind_find(RD_STR("run")), r->ids[i], &run, err));
		r->books[i] = rd_field_int(&run, "books", 0);
		if (!parse_hash(rd_field_str(&run, "result"), &id))
			return rd_fail(err, RD_BARRED, "检查尚未完成，没有结果可比",
			               "a run that has not ended well has no result to compare");
		RD_TRY(rd_blob_find(tx, &id, &r->blobs[i], err));
	}
	if (r->books[0] != r->books[1])
		return rd_fail(err, RD_USAGE, "只能比较同一账套的两次检查",
		               "only runs of the same books are compared");
	return RD_OK;
}

static rd_rc read_blob(rd_store *s, int64_t firm_id, const rd_blob *blob, rd_buf *out, rd_err *err)
{
	char *piece;
	rd_blob_reader *reader;
	size_t n = 1, room = 64 << 10;
	rd_rc rc;

	RD_TRY(rd_blob_open(s, firm_id, &blob->id, &reader, err));
	rd_arena *scratch = rd_arena_new();

	piece = rd_arena_alloc(scratch, room, 8);
	do {
		rc = rd_blob_read(reader, piece, room, &n, err);
		if (rc == RD_OK && n)
			rd_buf_add(out, piece, n);
	} while (rc == RD_OK && n);
	rd_blob_close(reader);
	rd_arena_free(scratch);
	if (rc == RD_OK && out->full)
		return rd_fail(err, RD_LIMIT, "检查结果过大，不能在线比较；请下载后比较",
		               "the result is too large to be compared here; download both");
	return rc;
}

static rd_rc read_result(rd_store *s, int64_t firm_id, const rd_blob *blob, json_t **ret,
                         rd_err *err)
{
	rd_buf text;
	rd_rc rc;

	rd_buf_init(&text, RESULT_MAX);
	rc = read_blob(s, firm_id, blob, &text, err);
	*ret = rc == RD_OK ? json_loadb(text.data ? text.data : "", text.size, 0, NULL) : NULL;
	rd_buf_done(&text);
	if (rc == RD_OK && !json_is_object(*ret)) {
		json_decref(*ret);
		return rd_fail(err, RD_CORRUPT, "检查结果无法读取", "the result cannot be read");
	}
	return rc;
}

static rd_str member(const json_t *o, const char *key, rd_arena *a)
{
	const json_t *v = json_object_get(o, key);
	uint32_t n = (uint32_t)json_string_length(v);

	return json_is_string(v) ? (rd_str){rd_arena_copy(a, json_string_value(v), n), n} : RD_STR("");
}

static rd_run_change change_of(const json_t *f, rd_arena *a)
{
	const json_t *message = json_object_get(f, "message");
	int32_t severity = rd_checking_severity_of(member(f, "severity", a));

	return (rd_run_change){.fingerprint = member(f, "fingerprint", a),
	                       .slug = member(f, "check", a),
	                       .voucher = member(f, "voucher", a),
	                       .account = member(f, "account", a),
	                       .period = member(f, "period", a),
	                       .zh = member(message, "zh", a),
	                       .en = member(message, "en", a),
	                       .severity = severity < 0 ? 0 : (uint32_t)severity,
	                       .at_stake = json_integer_value(json_object_get(f, "at_stake"))};
}

/* Findings that count: suppressed ones are not there. */
static json_t *prints_of(const json_t *result)
{
	json_t *set = json_object();
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(result, "findings"), i, f)
	{
		const char *print = json_string_value(json_object_get(f, "fingerprint"));

		if (print && json_is_null(json_object_get(f, "suppression")))
			json_object_set_new(set, print, json_true());
	}
	return set;
}

static int by_weight(const void *x, const void *y)
{
	const rd_run_change *a = x, *b = y;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return rd_str_cmp(a->fingerprint, b->fingerprint);
}

/* Those of `result` that the other one has not; *ret_same counts those that both have. */
static rd_run_change *only_in(const json_t *result, const json_t *other, rd_arena *a,
                              int64_t *ret_n, int64_t *ret_same)
{
	const json_t *list = json_object_get(result, "findings"), *f;
	rd_run_change *out = RD_NEW_N(a, rd_run_change, json_array_size(list) + 1);
	size_t i, n = 0;

	*ret_same = 0;
	json_array_foreach(list, i, f)
	{
		const char *print = json_string_value(json_object_get(f, "fingerprint"));

		if (print == NULL || !json_is_null(json_object_get(f, "suppression")))
			continue;
		if (json_object_get(other, print))
			++*ret_same;
		else
			out[n++] = change_of(f, a);
	}
	if (n)
		qsort(out, n, sizeof *out, by_weight);
	*ret_n = (int64_t)n;
	return out;
}

rd_rc rd_runs_compare(rd_store *s, const rd_actor *actor, int64_t before, int64_t after,
                      rd_arena *a, rd_run_comparison *ret, rd_err *err)
{
	reading r = {.actor = actor, .ids = {before, after}};
	json_t *old = NULL, *new = NULL;
	rd_run_comparison c = {0};

	RD_TRY(rd_store_read(s, actor->firm_id, a, find_results, &r, err));
	RD_TRY(read_result(s, actor->firm_id, &r.blobs[0], &old, err));
	rd_rc rc = read_result(s, actor->firm_id, &r.blobs[1], &new, err);

	if (rc == RD_OK) {
		json_t *old_prints = prints_of(old), *new_prints = prints_of(new);
		int64_t same;

		c.fresh = only_in(new, old_prints, a, &c.n_new, &c.n_known);
		c.gone = only_in(old, new_prints, a, &c.n_gone, &same);
		c.n_fresh_shown = c.n_new < RD_RUN_CHANGES_MAX ? (uint32_t)c.n_new : RD_RUN_CHANGES_MAX;
		c.n_gone_shown = c.n_gone < RD_RUN_CHANGES_MAX ? (uint32_t)c.n_gone : RD_RUN_CHANGES_MAX;
		json_decref(old_prints);
		json_decref(new_prints);
		*ret = c;
	}
	json_decref(old);
	json_decref(new);
	return rc;
}
