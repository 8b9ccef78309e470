/*
 * What people and programs send about records: the first byte says whether the rest is a filter, a
 * sort, a cursor, words to look for or the body of a new record, the second of which kind. A
 * filter that is taken holds no text of the input; a body that is taken says the same when it is
 * shown and read again.
 */
#include "base/assert.h"
#include "record/check.h"
#include "record/filter.h"
#include "record/show.h"
#include "record/words.h"

/* As in fuzz.h, which brings the books with it; their fields are others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No text of the input; a quotation mark stands in the constant '%"' and '"%' alone. */
static void plain(rd_str sql)
{
	for (uint32_t i = 0; i < sql.len; i++) {
		char c = sql.ptr[i];

		RD_ASSERT((unsigned char)c < 0x80 && c != '\0' && !strchr(";?", c));
		RD_ASSERT(c != '"' ||
		          (i > 0 && i + 1 < sql.len && (sql.ptr[i - 1] == '%' || sql.ptr[i + 1] == '%')));
	}
}

static void filter(const rd_kind *k, rd_str text, rd_str sort, rd_str cursor, rd_arena *a)
{
	rd_filter_input in = {.kind = k,
	                      .firm_id = 1,
	                      .text = text,
	                      .sort = sort,
	                      .cursor = cursor,
	                      .user_id = 2,
	                      .today = 20000};
	rd_filter f;
	rd_err err = {0};
	rd_rc rc = rd_filter_compile(&in, a, &f, &err);

	if (rc != RD_OK) {
		RD_ASSERT(err.code == rc && err.zh[0] && err.en[0]);
		return;
	}
	RD_ASSERT(rd_str_starts(f.where, "r.firm_id = $1") && f.n_in <= RD_FILTER_IN_MAX);
	plain(f.where);
	for (uint32_t i = 0; i < f.n_parts; i++) {
		plain(f.part[i].more);
		plain(f.part[i].order);
	}
}

static void words(rd_str text, rd_arena *a)
{
	rd_terms terms;
	rd_query q;

	rd_terms_of(&text, 1, a, &terms);
	for (uint32_t i = 1; i < terms.n; i++)
		RD_ASSERT(rd_str_cmp(terms.items[i - 1], terms.items[i]) < 0);
	rd_query_of(text, a, &q);
	/* What a text says is found by the text itself, unless it is longer than a query may be. */
	RD_ASSERT(terms.cut || q.cut || rd_query_meets(&q, &terms));
}

/* The fields of a row as the body of a record. */
static void again(const rd_kind *k, const rd_value *row, rd_buf *out)
{
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	for (uint16_t i = 0; i < k->n_fields; i++) {
		const rd_field *f = &k->fields[i];

		if (f->n_computed)
			continue;
		rd_json_key(&j, f->name);
		rd_show_value(&j, f, row + f->column, (rd_show_view){.secrets = true});
	}
	rd_json_close(&j);
}

static void body(const rd_kind *k, rd_str text, rd_arena *a)
{
	rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_problems problems = {0};
	rd_draft d, e;
	json_t *json = NULL;
	rd_err err;
	rd_buf b;

	if (rd_check_parse(text, &json, &err) != RD_OK)
		return;
	bool fine = rd_check_body(&in, json, a, &d, &problems);

	json_decref(json);
	RD_ASSERT(fine == (problems.n == 0));
	if (!fine) {
		RD_ASSERT(rd_check_fail(&problems, &err) == RD_INPUT);
		return;
	}
	/* A common column that must be there is not among the fields. */
	if (k->common[RD_COL_CLIENT].required)
		return;
	rd_buf_init(&b, 1u << 22);
	again(k, d.row, &b);
	RD_ASSERT(!b.full);
	if (b.size <= RD_BODY_BYTES_MAX) {
		RD_ASSERT(rd_check_parse(rd_buf_view(&b), &json, &err) == RD_OK);
		RD_ASSERT(rd_check_body(&in, json, a, &e, &problems));
		json_decref(json);
		for (uint16_t i = RD_COMMON_COUNT; i < k->n_columns; i++)
			RD_ASSERT(rd_value_same(&d.row[i], &e.row[i]));
	}
	rd_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rd_arena *a = rd_arena_new();
	rd_str text = {(const char *)data + 2, (uint32_t)(size - 2)}, none = RD_STR("");

	if (size >= 2) {
		const rd_kind *k = rd_kinds[data[1] % rd_kinds_count];

		switch (data[0]) {
		case 'f': filter(k, text, none, none, a); break;
		case 's': filter(k, none, text, none, a); break;
		case 'c': filter(k, none, none, text, a); break;
		case 'w': words(text, a); break;
		default: body(k, text, a);
		}
	}
	rd_arena_free(a);
	return 0;
}
