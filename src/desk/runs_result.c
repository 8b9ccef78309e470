/* The result of a run as a document: redink.run/1 (docs/runs.md). Its hash stands in the log. */
#include "base/json.h"
#include "base/writer.h"
#include "desk/cell.h"
#include "desk/runs_impl.h"
#include <stdio.h>

#define RESULT_MAX ((int64_t)1 << 30)

typedef struct sink {
	rd_blob_writer *writer;
	rd_err *err;
	rd_rc rc;
} sink;

static bool put_bytes(void *ctx, const char *data, size_t size)
{
	sink *s = ctx;

	s->rc = rd_blob_write(s->writer, data, size, s->err);
	return s->rc == RD_OK;
}

static void put_id(rd_json *j, const char *key, int64_t id)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)id);
	rd_json_put_text(j, key, id ? text : NULL);
}

static void put_day(rd_json *j, const char *key, rd_day day)
{
	char text[16];

	rd_day_format(day, text);
	rd_json_put_text(j, key, text[0] ? text : NULL);
}

static void put_raw(rd_json *j, const char *key, rd_str json)
{
	rd_json_key(j, key);
	rd_json_raw(j, json);
}

static void put_found(rd_json *j, const rd_found *f)
{
	rd_json_object(j);
	rd_json_put_text(j, "fingerprint", f->fingerprint);
	rd_json_put_text(j, "check", f->slug);
	rd_json_put_text(j, "kind", f->kind);
	rd_json_put_text(j, "severity", rd_checking_severity(f->severity));
	rd_json_put_text(j, "certainty", f->indicator ? "indicator" : "fact");
	rd_json_put_str(j, "voucher", f->voucher);
	rd_json_put_str(j, "account", f->account);
	rd_json_put_str(j, "party", f->party);
	rd_json_put_str(j, "period", f->period);
	put_day(j, "day", f->day);
	rd_json_put_int(j, "at_stake", f->at_stake);
	put_id(j, "suppression", f->pass_id);
	rd_json_key(j, "message");
	rd_json_object(j);
	rd_json_put_str(j, "zh", f->zh);
	rd_json_put_str(j, "en", f->en);
	rd_json_close(j);
	put_raw(j, "facts", f->facts);
	put_raw(j, "places", f->places);
	put_raw(j, "lines", f->lines);
	rd_json_close(j);
}

static void put_checks(rd_json *j, const rd_checking *c)
{
	rd_json_key(j, "checks");
	rd_json_array(j);
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const rd_checked *x = &c->checks[i];

		rd_json_object(j);
		rd_json_put_text(j, "check", x->slug);
		rd_json_put_text(j, "state", x->ran ? "ran" : x->off ? "off" : "not-run");
		if (!x->ran && !x->off)
			rd_json_put_words(j, "reason", x->reason);
		rd_json_put_bool(j, "judged", x->judged);
		rd_json_put_int(j, "left_out", x->left_out);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static bool few_may_know(const rd_run_work *w, const rd_found *f)
{
	const rd_finding_type *t = rd_finding_type_of(w->types, w->n_types, rd_str_of(f->slug));

	return t && t->need_to_know;
}

static void put_all(const rd_run_work *w, rd_writer *out, bool secret)
{
	rd_json j;

	rd_json_init(&j, &out->buf, 2);
	rd_json_object(&j);
	rd_json_put_text(&j, "schema", "redink.run/1");
	put_id(&j, "run", w->run_id);
	rd_json_put_str(&j, "number", rd_cell(&w->run, RD_COL_NUMBER)->str);
	put_id(&j, "books", rd_cell(&w->books, RD_COL_ID)->i);
	put_id(&j, "import", w->import_id);
	rd_json_put_bool(&j, "need_to_know", secret);
	put_day(&j, "as_of", w->checking.as_of);
	rd_json_put_int(&j, "vouchers", w->checking.vouchers);
	rd_json_put_int(&j, "lines", w->checking.lines);
	put_checks(&j, &w->checking);
	rd_json_key(&j, "findings");
	rd_json_array(&j);
	for (uint32_t i = 0; i < w->checking.n_found; i++)
		if (few_may_know(w, &w->checking.found[i]) == secret) {
			put_found(&j, &w->checking.found[i]);
			rd_writer_spill(out);
		}
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_end(&j);
}

static rd_rc store_part(rd_run_work *w, rd_store *s, bool secret, rd_blob *ret, rd_err *err)
{
	sink to = {.err = err};
	rd_writer out;

	RD_TRY(rd_blob_begin(s, w->firm_id, RESULT_MAX, &to.writer, err));
	rd_writer_init(&out, put_bytes, &to);
	put_all(w, &out, secret);
	if (!rd_writer_end(&out)) {
		rd_blob_drop(to.writer);
		return to.rc;
	}
	return rd_blob_end(to.writer, ret, err);
}

rd_rc rd_run_store(rd_run_work *w, rd_store *s, rd_err *err)
{
	for (uint32_t i = 0; i < w->checking.n_found && !w->has_of; i++)
		w->has_of = few_may_know(w, &w->checking.found[i]);
	RD_TRY(store_part(w, s, false, &w->blob, err));
	return w->has_of ? store_part(w, s, true, &w->blob_of, err) : RD_OK;
}

void rd_run_hash_hex(const rd_blob *b, char out[65])
{
	for (int i = 0; i < 32; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", b->id.sha256[i]);
}
