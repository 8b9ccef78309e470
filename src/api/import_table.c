#include "api/import.h"
#include "base/csv.h"
#include <stdio.h>

#define HEADS_MAX 400u
#define SLACK     64u /* bytes behind the text that the scan may read */

typedef struct cutting {
	const char *p;
	const uint32_t *ends;
	uint32_t n_ends, at; /* next end */
	uint32_t from;       /* where the next cell begins */
	uint32_t line;
	rd_arena *a;
} cutting;

static const rd_csv form = {',', true};

static rd_rc failed_at(rd_err *err, uint32_t line, rd_words words)
{
	char zh[200], en[200];

	snprintf(zh, sizeof zh, "第 %u 行：%s", line, words.zh);
	snprintf(en, sizeof en, "line %u: %s", line, words.en);
	return rd_fail_words(err, RD_INPUT, (rd_words){zh, en});
}

/* The next record; false at the end. Cells beyond what heads may be are counted as bad. */
static bool next_row(cutting *c, rd_table_row *ret)
{
	rd_str cells[HEADS_MAX];
	bool last = false, bad = false;
	uint32_t n = 0, begin = c->from;

	if (c->at == c->n_ends)
		return false;
	ret->line = c->line;
	while (!last && c->at < c->n_ends) {
		uint32_t end = c->ends[c->at] & RD_CSV_AT;

		last = c->ends[c->at++] & RD_CSV_LAST;
		if (n < HEADS_MAX)
			cells[n++] = rd_csv_cell(form, c->p, c->from, end, last, c->a, &bad);
		else
			bad = true;
		c->from = end + 1;
	}
	for (uint32_t i = begin; i < c->from; i++)
		c->line += c->p[i] == '\n';
	rd_str *kept = RD_NEW_N(c->a, rd_str, n + 1);

	memcpy(kept, cells, n * sizeof *cells);
	*ret = (rd_table_row){ret->line, n, kept, bad};
	return true;
}

static bool is_blank(const rd_table_row *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (rd_str_trim(r->cells[i]).len)
			return false;
	return true;
}

/* ---- heads ---- */

/* The column of a head: one that can be set goes before others of the same name. */
static const rd_column *find_column(const rd_columns *all, rd_str head)
{
	const rd_column *best = NULL;

	for (uint32_t i = 0; i < all->n; i++) {
		const rd_column *c = &all->items[i];

		if (!rd_str_is(head, c->key) && !rd_str_is(head, c->head.zh) &&
		    !rd_str_is(head, c->head.en))
			continue;
		if (best == NULL || (c->takes && !best->takes))
			best = c;
	}
	return best;
}

static rd_rc read_heads(const rd_columns *all, const rd_table_row *r, rd_arena *a, rd_table *t,
                        rd_err *err)
{
	bool any = false;

	t->columns = RD_NEW_N(a, const rd_column *, r->n + 1);
	t->heads = r->cells;
	t->n_heads = r->n;
	for (uint32_t i = 0; i < r->n; i++) {
		const rd_column *c = find_column(all, rd_str_trim(r->cells[i]));

		t->columns[i] = c && c->takes ? c : NULL;
		any = any || t->columns[i];
		for (uint32_t k = 0; k < i && t->columns[i]; k++)
			if (t->columns[k] == t->columns[i])
				return rd_fail(err, RD_INPUT, "表头里有两列是同一项：%.*s",
				               "two columns of the head are the same: %.*s",
				               (int)(r->cells[i].len < 60 ? r->cells[i].len : 60), r->cells[i].ptr);
	}
	if (!any)
		return rd_fail(err, RD_INPUT,
		               "表头里没有可以导入的列；请用导出的文件作模板，第一行是字段名称",
		               "no column of the head can be imported; take an export as the pattern: its "
		               "first row names the fields");
	return RD_OK;
}

/* ---- the file ---- */

static rd_rc cut_rows(const rd_columns *all, cutting *c, rd_table *t, rd_err *err)
{
	rd_table_row *rows = NULL, r;
	uint32_t cap = 0;
	bool head = true;

	while (next_row(c, &r)) {
		if (is_blank(&r))
			continue;
		if (head) {
			RD_TRY(read_heads(all, &r, c->a, t, err));
			head = false;
			continue;
		}
		if (t->n_rows == RD_IMPORT_ROWS_MAX)
			return rd_fail(err, RD_LIMIT, "超过 %u 行；请分成几个文件",
			               "more than %u rows; make several files of it", RD_IMPORT_ROWS_MAX);
		rows = rd_grow(c->a, rows, t->n_rows, &cap, sizeof *rows);
		rows[t->n_rows++] = r;
	}
	t->rows = rows;
	return head ? rd_fail(err, RD_INPUT, "文件是空的", "the file is empty") : RD_OK;
}

static uint32_t line_of(rd_str text, uint32_t at)
{
	uint32_t line = 1;

	for (uint32_t i = 0; i < at && i < text.len; i++)
		line += text.ptr[i] == '\n';
	return line;
}

rd_rc rd_table_read(const rd_columns *columns, rd_str text, rd_arena *a, rd_table *ret, rd_err *err)
{
	rd_table t = {0};
	uint32_t open, *ends;
	int64_t bad = rd_utf8_check(text.ptr, text.len);

	if (bad >= 0)
		return failed_at(err, line_of(text, (uint32_t)bad),
		                 (rd_words){"不是 UTF-8；请另存为“CSV UTF-8”",
		                            "this is no UTF-8; save it as \"CSV UTF-8\""});
	if (rd_str_starts(text, RD_RECORDS_BOM))
		text = (rd_str){text.ptr + 3, text.len - 3};
	char *p = rd_arena_alloc(a, text.len + (size_t)SLACK + 1, 64);
	size_t room = ((size_t)text.len + 2) * sizeof *ends;

	/* The last row may lack its line end; one more is a blank row. */
	memcpy(p, text.ptr, text.len);
	p[text.len] = '\n';
	text = (rd_str){p, text.len + 1};
	ends = rd_column_new(room);
	cutting c = {.p = p, .ends = ends, .line = 1, .a = a};

	c.n_ends = rd_csv_index(form, p, text.len, ends, &open);
	rd_rc rc = open < text.len ? failed_at(err, line_of(text, open),
	                                       (rd_words){"引号没有结束", "a quote is not closed"})
	                           : cut_rows(columns, &c, &t, err);

	rd_column_free(ends, room);
	if (rc == RD_OK)
		*ret = t;
	return rc;
}

bool rd_table_body(const rd_table *t, uint32_t i, int32_t offset_s, rd_arena *a, json_t **ret_body,
                   rd_problems *problems)
{
	const rd_table_row *r = &t->rows[i];
	bool good = true;

	for (uint32_t k = t->n_heads; k < r->n && good; k++)
		good = rd_str_trim(r->cells[k]).len == 0;
	if (!good || r->bad) {
		rd_problem_add(
			problems, a, "",
			(rd_words){"这一行的列比表头多，或者引号放错了位置",
		               "the row has more cells than the head, or a quote in a wrong place"},
			(rd_words){NULL, NULL});
		*ret_body = NULL;
		return false;
	}
	return rd_columns_read(t->columns, r->cells, r->n < t->n_heads ? r->n : t->n_heads, offset_s, a,
	                       ret_body, problems);
}
