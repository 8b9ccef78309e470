/* Rows of a table to lines of a bank statement. All rows are kept until the table ends, because how
 * dates, signs and marks are written is decided by the whole column. */
#include "base/buf.h"
#include "base/limits.h"
#include "io/bank_rows.h"
#include <stdio.h>

/* ---- what stands above the head ---- */

static void put_once(rd_bank *b, rd_text *to, rd_str v)
{
	v = rd_str_trim(v);
	if (*to == 0 && v.len)
		*to = rd_bank_intern(b, v);
}

/* A key and its value, in one cell ("账号：123") or in two. */
static void title(rd_bank_table *t, rd_str key, rd_str value)
{
	uint32_t rank;
	rd_minor v;

	switch (rd_bank_head(key, &rank)) {
	case RD_BF_OWN_ACCOUNT: put_once(t->bank, &t->titles.account, value); return;
	case RD_BF_OWN_NAME: put_once(t->bank, &t->titles.holder, value); return;
	case RD_BF_CURRENCY: put_once(t->bank, &t->titles.currency, value); return;
	default: break;
	}
	char buf[64];
	rd_str k = {buf, rd_head_normal(key, buf, sizeof buf)};

	if (rd_str_is(k, "开户行") || rd_str_is(k, "开户银行") || rd_str_is(k, "开户机构"))
		put_once(t->bank, &t->titles.bank, value);
	if ((rd_str_is(k, "期初余额") || rd_str_is(k, "上期余额") || rd_str_is(k, "openingbalance")) &&
	    rd_minor_parse(rd_str_trim(value), '.', 2, &v) == RD_AMOUNT_OK &&
	    v <= RD_BANK_BALANCE_MAX && v >= -RD_BANK_BALANCE_MAX) {
		t->titles.opening = v;
		t->titles.has_opening = true;
	}
	if ((rd_str_is(k, "期末余额") || rd_str_is(k, "closingbalance")) &&
	    rd_minor_parse(rd_str_trim(value), '.', 2, &v) == RD_AMOUNT_OK &&
	    v <= RD_BANK_BALANCE_MAX && v >= -RD_BANK_BALANCE_MAX) {
		t->titles.closing = v;
		t->titles.has_closing = true;
	}
}

static bool split_pair(rd_str cell, rd_str *ret_key, rd_str *ret_value)
{
	static const char *const colons[] = {"：", ":"};

	for (int i = 0; i < 2; i++) {
		int64_t at = rd_str_find(cell, colons[i]);
		uint32_t wide = (uint32_t)strlen(colons[i]);

		if (at <= 0)
			continue;
		*ret_key = (rd_str){cell.ptr, (uint32_t)at};
		*ret_value = (rd_str){cell.ptr + at + wide, cell.len - (uint32_t)at - wide};
		return true;
	}
	return false;
}

static void read_titles(rd_bank_table *t, const rd_str *cells, uint32_t n)
{
	rd_str key, value;

	for (uint32_t i = 0; i < n; i++) {
		rd_str c = rd_str_trim(cells[i]);

		if (c.len == 0 || c.len > 400)
			continue;
		if (split_pair(c, &key, &value) && rd_str_trim(value).len) {
			title(t, key, value);
		} else if (i + 1 < n) {
			uint32_t next = i + 1;

			while (next + 1 < n && rd_str_trim(cells[next]).len == 0)
				next++;
			title(t, c, cells[next]);
		} else if (n <= 2 && rd_str_ends(c, "银行")) {
			put_once(t->bank, &t->titles.bank, c);
		}
	}
}

/* ---- the head ---- */

static bool mapped(const rd_bank_table *t, rd_bank_field f)
{
	return t->column[f] >= 0;
}

static bool is_head(const rd_bank_table *t, uint32_t known)
{
	bool when = mapped(t, RD_BF_DATE) || mapped(t, RD_BF_TIME) || mapped(t, RD_BF_BOOKED);
	bool money = mapped(t, RD_BF_IN) || mapped(t, RD_BF_OUT) || mapped(t, RD_BF_CREDIT) ||
	             mapped(t, RD_BF_DEBIT) || mapped(t, RD_BF_AMOUNT);

	return when && money && known >= 3;
}

static void map_head(rd_bank_table *t, const rd_str *cells, uint32_t n, uint32_t *ret_known)
{
	uint32_t best[RD_BF_COUNT], rank;

	*ret_known = 0;
	for (int f = 0; f < RD_BF_COUNT; f++) {
		t->column[f] = t->other[f] = -1;
		best[f] = UINT32_MAX;
	}
	for (uint32_t i = 0; i < n && i < RD_COLUMNS_MAX; i++) {
		rd_bank_field f =
			cells[i].len && cells[i].len < 120 ? rd_bank_head(cells[i], &rank) : RD_BF_COUNT;

		if (f == RD_BF_COUNT)
			continue;
		++*ret_known;
		if (rank < best[f]) {
			t->other[f] = t->column[f];
			t->column[f] = (int16_t)i;
			best[f] = rank;
		} else if (t->other[f] < 0) {
			t->other[f] = (int16_t)i;
		}
	}
}

static bool take_head(rd_bank_table *t, const rd_str *cells, uint32_t n, uint32_t line)
{
	uint32_t known;
	bool stated = t->mapping && t->mapping->head_row;

	map_head(t, cells, n, &known);
	if (stated ? line != t->mapping->head_row : !is_head(t, known))
		return false;
	if (!is_head(t, known))
		return false;
	t->head_line = line;
	t->n_used = 0;
	for (int f = 0; f < RD_BF_COUNT; f++) {
		rd_str shown = {"", 0};

		if (mapped(t, (rd_bank_field)f)) {
			t->used[t->n_used++] = (uint8_t)f;
			shown = rd_str_trim(cells[t->column[f]]);
		}
		t->heads[f] =
			(rd_str){rd_arena_copy(t->arena, shown.len ? shown.ptr : "", shown.len), shown.len};
	}
	t->chinese = false;
	for (uint32_t i = 0; i < n && !t->chinese; i++)
		t->chinese = cells[i].len && (unsigned char)cells[i].ptr[0] >= 0xE0;
	return true;
}

/* ---- rows ---- */

static rd_str cell_at(const rd_str *cells, uint32_t n, int column)
{
	return (uint32_t)column < n ? rd_str_trim(cells[column]) : (rd_str){"", 0};
}

static bool is_repeated_head(const rd_bank_table *t, const rd_str *cells, uint32_t n)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < t->n_used; i++)
		same += rd_str_eq(cell_at(cells, n, t->column[t->used[i]]), t->heads[t->used[i]]);
	return same >= 3;
}

static rd_rc keep_row(rd_bank_table *t, const rd_str *cells, uint32_t n, uint32_t line, rd_err *err)
{
	bool filled = false;

	for (uint32_t i = 0; i < n && !filled; i++)
		filled = rd_str_trim(cells[i]).len > 0;
	if (!filled || is_repeated_head(t, cells, n)) {
		t->bank->skipped++;
		return RD_OK;
	}
	if (t->n_rows >= RD_BANK_LINES_MAX)
		return rd_fail(err, RD_LIMIT, "一个文件的流水超过 %u 行；请按月分开上传",
		               "more than %u lines in one file; upload it month by month",
		               RD_BANK_LINES_MAX);
	t->rows = rd_grow(t->arena, t->rows, t->n_rows, &t->cap_rows, sizeof *t->rows);
	rd_bank_row *r = &t->rows[t->n_rows++];

	r->line = line;
	r->first = (rd_str){"", 0};
	for (uint32_t i = 0; i < n && r->first.len == 0; i++) {
		rd_str v = rd_str_trim(cells[i]);

		if (v.len > 120)
			v.len = 120;
		if (v.len)
			r->first = (rd_str){rd_arena_copy(t->arena, v.ptr, v.len), v.len};
	}
	r->cells = RD_NEW_N(t->arena, rd_str, t->n_used);
	for (uint32_t i = 0; i < t->n_used; i++) {
		rd_bank_field f = (rd_bank_field)t->used[i];
		rd_str v = cell_at(cells, n, t->column[f]);

		if (v.len == 0 && t->other[f] >= 0)
			v = cell_at(cells, n, t->other[f]);
		if (v.len)
			r->cells[i] = (rd_str){rd_arena_copy(t->arena, v.ptr, v.len), v.len};
	}
	return RD_OK;
}

rd_str rd_bank_row_cell(const rd_bank_table *t, const rd_bank_row *r, rd_bank_field f)
{
	for (uint32_t i = 0; i < t->n_used; i++)
		if (t->used[i] == f)
			return r->cells[i].len ? r->cells[i] : (rd_str){"", 0};
	return (rd_str){"", 0};
}

/* ---- what was recognised, for people ---- */

static void describe(rd_bank_table *t)
{
	static const struct {
		rd_bank_field f;
		const char *zh, *en;
	} shown[] = {
		{RD_BF_DATE, "日期", "date"},         {RD_BF_TIME, "时间", "time"},
		{RD_BF_BOOKED, "记账日期", "booked"}, {RD_BF_IN, "收入", "in"},
		{RD_BF_OUT, "支出", "out"},           {RD_BF_CREDIT, "贷方", "credit"},
		{RD_BF_DEBIT, "借方", "debit"},       {RD_BF_AMOUNT, "金额", "amount"},
		{RD_BF_FLAG, "借贷标志", "mark"},     {RD_BF_BALANCE, "余额", "balance"},
		{RD_BF_PARTY, "对方", "party"},       {RD_BF_SUMMARY, "摘要", "summary"},
		{RD_BF_SERIAL, "流水号", "serial"},
	};
	rd_buf b;

	rd_buf_init(&b, 4096);
	for (int lang = 0; lang < 2; lang++) {
		rd_buf_printf(&b,
		              lang ? "\nbank statement, head in line %u:" : "银行流水，表头在第 %u 行：",
		              t->head_line);
		for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
			if (mapped(t, shown[i].f))
				rd_buf_printf(&b, " %s=" RD_STR_FMT, lang ? shown[i].en : shown[i].zh,
				              RD_STR_ARG(t->heads[shown[i].f]));
	}
	if (t->bank->layout == 0)
		t->bank->layout = rd_bank_intern(t->bank, rd_buf_view(&b));
	if (t->bank->head_line == 0)
		t->bank->head_line = t->head_line;
	rd_buf_done(&b);
}

/* ---- the taker ---- */

rd_bank_table *rd_bank_table_new(rd_bank *b, const rd_mapping *mapping)
{
	rd_arena *a = rd_arena_new();
	rd_bank_table *t = RD_NEW(a, rd_bank_table);

	t->self = a;
	t->arena = rd_arena_new();
	t->bank = b;
	t->mapping = mapping;
	return t;
}

void rd_bank_table_free(rd_bank_table *t)
{
	if (t == NULL)
		return;
	rd_arena_free(t->arena);
	rd_arena_free(t->self);
}

static void begin(void *ctx, bool excel)
{
	rd_bank_table *t = ctx;

	rd_arena_reset(t->arena);
	t->rows = NULL;
	t->n_rows = t->cap_rows = t->seen = t->head_line = 0;
	t->excel = excel;
	t->titles = (rd_bank_titles){0};
}

static rd_rc row(void *ctx, const rd_str *cells, uint32_t n, uint32_t line, rd_err *err)
{
	rd_bank_table *t = ctx;

	if (t->head_line)
		return keep_row(t, cells, n, line, err);
	if (t->seen++ >= RD_HEAD_ROWS_MAX)
		return RD_OK;
	if (!take_head(t, cells, n, line))
		read_titles(t, cells, n);
	return RD_OK;
}

static rd_rc end(void *ctx, bool *ret_taken, rd_err *err)
{
	rd_bank_table *t = ctx;

	*ret_taken = t->head_line > 0;
	if (!t->head_line)
		return RD_OK;
	describe(t);
	return rd_bank_rows_lines(t, err);
}

rd_taker rd_bank_table_taker(rd_bank_table *t)
{
	return (rd_taker){t, begin, row, end};
}
