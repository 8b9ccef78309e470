/* The column tables of a builder, and the words of cells that are no numbers. */
#include "base/assert.h"
#include "book/build.h"

static const uint8_t line_size[L_COLUMNS] = {
	[L_AMOUNT] = 8,  [L_FLAGS] = 1,         [L_ACCOUNT] = 4,     [L_PARTY] = 4,
	[L_TEXT] = 4,    [L_DOCUMENT_DATE] = 4, [L_CLEARING] = 4,    [L_CURRENCY] = 4,
	[L_FOREIGN] = 8, [L_RATE] = 8,          [L_RATE_DIGITS] = 1,
};
static const uint8_t run_size[R_COLUMNS] = {
	[R_FIRST] = 4,       [R_ENTRY] = 8, [R_NUMBER] = 8,   [R_DOCUMENT] = 8, [R_JOURNAL] = 4,
	[R_PERIOD] = 4,      [R_DATE] = 4,  [R_PREPARER] = 4, [R_REVIEWER] = 4, [R_POSTER] = 4,
	[R_ATTACHMENTS] = 4, [R_TIME] = 4,  [R_FLAGS] = 1,
};

void rd_table_lines(rd_table *t)
{
	*t = (rd_table){.n_cols = L_COLUMNS};
	memcpy(t->size, line_size, sizeof line_size);
	t->used[L_AMOUNT] = t->used[L_FLAGS] = t->used[L_ACCOUNT] = t->used[L_PARTY] = true;
}

void rd_table_runs(rd_table *t)
{
	*t = (rd_table){.n_cols = R_COLUMNS};
	memcpy(t->size, run_size, sizeof run_size);
	t->used[R_FIRST] = t->used[R_NUMBER] = t->used[R_PERIOD] = t->used[R_DATE] = t->used[R_FLAGS] =
		true;
}

size_t rd_table_bytes(const rd_table *t, uint32_t column)
{
	return (size_t)t->cap * t->size[column];
}

/* Day columns are blank as RD_DAY_NONE, attachments and times as -1, all else as 0. */
static void blank(rd_table *t, uint32_t c, uint32_t from, uint32_t to)
{
	bool lines = t->n_cols == L_COLUMNS;
	int32_t *v = t->col[c];

	if (lines ? c == L_DOCUMENT_DATE : c == R_DATE)
		for (uint32_t i = from; i < to; i++)
			v[i] = RD_DAY_NONE;
	else if (!lines && (c == R_ATTACHMENTS || c == R_TIME))
		for (uint32_t i = from; i < to; i++)
			v[i] = -1;
}

void rd_table_use(rd_table *t, uint32_t column)
{
	RD_ASSERT(column < t->n_cols);
	if (t->used[column])
		return;
	t->used[column] = true;
	if (t->cap) {
		t->col[column] = rd_column_new(rd_table_bytes(t, column));
		blank(t, column, 0, t->n);
	}
}

void rd_table_drop(rd_table *t, uint32_t column)
{
	rd_column_free(t->col[column], rd_table_bytes(t, column));
	t->col[column] = NULL;
	t->used[column] = false;
}

void rd_table_room(rd_table *t, uint32_t n)
{
	if (n <= t->cap)
		return;
	uint64_t cap = t->cap ? t->cap : 4096;

	while (cap < n)
		cap = cap < (16u << 20) ? cap * 2 : cap + (16u << 20);
	for (uint32_t c = 0; c < t->n_cols; c++)
		if (t->used[c])
			t->col[c] = rd_column_resize(t->col[c], rd_table_bytes(t, c), cap * t->size[c]);
	t->cap = (uint32_t)cap;
}

void rd_table_done(rd_table *t)
{
	for (uint32_t c = 0; c < t->n_cols; c++)
		rd_column_free(t->col[c], rd_table_bytes(t, c));
	*t = (rd_table){0};
}

static bool is_any(rd_str s, const char *const *words)
{
	for (; *words; words++)
		if (s.len == strlen(*words) && strncasecmp(s.ptr, *words, s.len) == 0)
			return true;
	return false;
}

rd_side rd_side_parse(rd_str s, bool *ret_blank)
{
	static const char *const debit[] = {"借", "借方", "D",    "DR",    "Debit", "0", "1",
	                                    "+1", "+",    "Soll", "Debet", "S",     NULL};
	static const char *const credit[] = {"贷", "贷方",  "C",      "CR", "Credit", "-1",
	                                     "-",  "Haben", "Kredit", "H",  "K",      NULL};
	static const char *const none[] = {"平", "", NULL};

	s = rd_str_trim(s);
	*ret_blank = is_any(s, none);
	if (is_any(s, debit))
		return RD_SIDE_DEBIT;
	return is_any(s, credit) ? RD_SIDE_CREDIT : RD_SIDE_BOTH;
}

bool rd_flag_parse(rd_str s)
{
	static const char *const yes[] = {"是",   "1",    "Y",      "YES",    "T",      "true",
	                                  "√",    "✓",    "已记账", "已过账", "已作废", "作废",
	                                  "停用", "禁用", "已停用", ".T.",    NULL};

	return is_any(rd_str_trim(s), yes);
}

bool rd_text_is_total(rd_str s, bool *ret_grand)
{
	static const char *const grand[] = {"合计",  "总计",  "Total", "Totals", "Grand total",
	                                    "合 计", "总 计", "合计:", "合计：", NULL};
	static const char *const part[] = {"小计",     "本月合计", "本期合计",        "本年累计",
	                                   "本日合计", "过次页",   "承前页",          "期初余额",
	                                   "上年结转", "结转下年", "本页合计",        "小 计",
	                                   "月初余额", "年初余额", "期末余额",        "当前合计",
	                                   "当前累计", "Subtotal", "Opening balance", "Closing balance",
	                                   NULL};

	s = rd_str_trim(s);
	*ret_grand = false;
	if (s.len == 0 || (unsigned)(s.ptr[0] - '0') <= 9)
		return false; /* account codes, dates: no word begins with a digit */
	*ret_grand = is_any(s, grand);
	return *ret_grand || is_any(s, part);
}
