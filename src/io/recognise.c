#include "io/recognise.h"
#include "base/assert.h"
#include "base/buf.h"
#include "base/limits.h"
#include "io/heads.h"
#include "io/titles.h"

void rd_sample_add(rd_sample *s, const rd_str *cells, uint32_t n_cells, uint32_t line)
{
	s->rows = rd_grow(s->arena, s->rows, s->n, &s->cap, sizeof *s->rows);
	rd_sample_row *r = &s->rows[s->n++];

	*r = (rd_sample_row){line, n_cells, RD_NEW_N(s->arena, rd_str, n_cells + 1)};
	for (uint32_t i = 0; i < n_cells; i++)
		r->cells[i] = (rd_str){rd_arena_copy(s->arena, cells[i].ptr, cells[i].len), cells[i].len};
}

/* ---- heads ---- */

typedef struct heads {
	rd_str *names; /* normalised, by column */
	rd_str *shown; /* as people know them */
	uint32_t n;
	uint32_t rows; /* one or two */
	uint32_t at;   /* row of the sample */
} heads;

static rd_str normal_of(rd_arena *a, rd_str cell)
{
	char buf[256];
	uint32_t n = rd_head_normal(cell, buf, sizeof buf);

	return (rd_str){rd_arena_copy(a, buf, n), n};
}

static uint32_t known_cells(rd_arena *a, const rd_sample_row *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n_cells; i++)
		if (r->cells[i].len && r->cells[i].len < 120)
			n += rd_head_known(normal_of(a, r->cells[i]));
	return n;
}

static bool is_sub_head(rd_str normal)
{
	static const char *const subs[] = {"借方",     "贷方", "借",       "贷",       "方向",
	                                   "余额",     "月",   "日",       "年",       "字",
	                                   "号",       "金额", "借方金额", "贷方金额", "借方余额",
	                                   "贷方余额", "编码", "名称",     "debit",    "credit",
	                                   "数量",     "原币", "本币",     NULL};

	for (int i = 0; subs[i]; i++)
		if (rd_str_is(normal, subs[i]))
			return true;
	return false;
}

/* A second head row: under blank or grouped cells stand only sub-heads. */
static bool second_row(rd_arena *a, const rd_sample_row *top, const rd_sample_row *r)
{
	uint32_t filled = 0, subs = 0;

	for (uint32_t i = 0; i < r->n_cells; i++) {
		rd_str n = normal_of(a, r->cells[i]);

		/* a head merged over both rows of a workbook is repeated in the second */
		if (i < top->n_cells && rd_str_eq(n, normal_of(a, top->cells[i])) && !is_sub_head(n))
			continue;
		filled += n.len > 0;
		subs += n.len > 0 && is_sub_head(n);
	}
	return filled >= 2 && subs == filled;
}

static rd_str joined(rd_arena *a, rd_str top, rd_str sub)
{
	char *p = rd_arena_alloc(a, (size_t)top.len + sub.len + 1, 1);

	if (top.len)
		memcpy(p, top.ptr, top.len);
	if (sub.len)
		memcpy(p + top.len, sub.ptr, sub.len);
	return (rd_str){p, top.len + sub.len};
}

/* "2017年" over 月 and 日: the sub-head is the whole meaning. */
static bool sub_alone(rd_str top, rd_str sub)
{
	return rd_str_is(sub, "月") || rd_str_is(sub, "日") || rd_str_is(sub, "字") ||
	       rd_str_is(sub, "号") || (top.len == 0);
}

static void read_heads(rd_arena *a, const rd_sample *s, heads *h)
{
	const rd_sample_row *top = &s->rows[h->at];
	const rd_sample_row *low = h->rows == 2 ? &s->rows[h->at + 1] : NULL;
	rd_str above = {"", 0};

	h->n = top->n_cells;
	if (low && low->n_cells > h->n)
		h->n = low->n_cells;
	while (h->n > top->n_cells ||
	       (h->n && low == NULL && rd_str_trim(top->cells[h->n - 1]).len == 0)) {
		if (low && h->n <= low->n_cells)
			break;
		h->n--;
	}
	h->names = RD_NEW_N(a, rd_str, h->n + 1);
	h->shown = RD_NEW_N(a, rd_str, h->n + 1);
	for (uint32_t i = 0; i < h->n; i++) {
		rd_str t = i < top->n_cells ? normal_of(a, top->cells[i]) : (rd_str){"", 0};
		rd_str sub = low && i < low->n_cells ? normal_of(a, low->cells[i]) : (rd_str){"", 0};

		if (t.len)
			above = t;
		if (low == NULL || sub.len == 0 || rd_str_eq(t, sub))
			h->names[i] = t;
		else
			h->names[i] = sub_alone(above, sub) ? sub : joined(a, above, sub);
		h->shown[i] = h->names[i].len && low && sub.len ? h->names[i]
		              : i < top->n_cells                ? rd_str_trim(top->cells[i])
		                                                : (rd_str){"", 0};
	}
}

/* The first row with at least three known names; two do when it has no more than three cells. */
static bool is_head(rd_arena *a, const rd_sample_row *r)
{
	uint32_t filled = 0, known = known_cells(a, r);

	for (uint32_t i = 0; i < r->n_cells; i++)
		filled += rd_str_trim(r->cells[i]).len > 0;
	return known >= 3 || (known == 2 && filled <= 3);
}

static bool find_heads(rd_arena *a, const rd_sample *s, const rd_mapping *m, heads *h)
{
	uint32_t limit = s->n < RD_HEAD_ROWS_MAX ? s->n : RD_HEAD_ROWS_MAX;

	for (uint32_t i = 0; i < limit; i++) {
		const rd_sample_row *r = &s->rows[i];
		bool is_it = m && m->head_row ? r->line == m->head_row : is_head(a, r);

		if (!is_it)
			continue;
		h->at = i;
		h->rows = i + 1 < s->n && second_row(a, r, &s->rows[i + 1]) ? 2 : 1;
		read_heads(a, s, h);
		return true;
	}
	return false;
}

/* ---- columns to fields ---- */

static void map_heads(rd_layout *l, rd_file_kind kind, const heads *h)
{
	for (uint32_t i = 0; i < h->n; i++) {
		rd_field f = rd_head_field(kind, h->names[i]);

		if (f != RD_FIELD_COUNT && l->column[f] < 0)
			l->column[f] = (int16_t)i;
	}
}

static bool has(const rd_layout *l, rd_field f)
{
	return l->column[f] >= 0;
}

static bool has_account(const rd_layout *l)
{
	return has(l, RD_F_ACCOUNT_CODE) || has(l, RD_F_ACCOUNT_NAME) || has(l, RD_F_ACCOUNT);
}

static bool is_journal(const rd_layout *l)
{
	bool money = has(l, RD_F_DEBIT) || has(l, RD_F_CREDIT) || has(l, RD_F_SIGNED) ||
	             (has(l, RD_F_AMOUNT) && has(l, RD_F_SIDE));
	bool when = has(l, RD_F_DATE) || has(l, RD_F_NUMBER) || has(l, RD_F_DAY) ||
	            has(l, RD_F_ENTRY_ID) || has(l, RD_F_TEXT);

	return money && when && has_account(l);
}

static bool is_tb(const rd_layout *l)
{
	int n = 0;

	for (int f = RD_F_OPEN; f <= RD_F_CLOSE_C; f++)
		n += has(l, (rd_field)f) && f != RD_F_OPEN_SIDE && f != RD_F_CLOSE_SIDE;
	return has_account(l) && n >= 2 &&
	       (has(l, RD_F_MOVE_D) || has(l, RD_F_YTD_D) || has(l, RD_F_CLOSE) ||
	        has(l, RD_F_CLOSE_D));
}

static bool is_chart(const rd_layout *l)
{
	return (has(l, RD_F_ACCOUNT_CODE) || has(l, RD_F_ACCOUNT)) &&
	       (has(l, RD_F_ACCOUNT_NAME) || has(l, RD_F_ACCOUNT)) &&
	       (has(l, RD_F_NORMAL_SIDE) || has(l, RD_F_CLASS) || has(l, RD_F_OPEN) ||
	        has(l, RD_F_OPEN_D) || has(l, RD_F_OPEN_FROM) || has(l, RD_F_DISABLED) ||
	        has(l, RD_F_CURRENCIES) || l->n_columns <= 3);
}

/* 凭证字 alone may hold "记-12": then it is the number. */
static void number_in_journal(rd_layout *l, const rd_sample *s, uint32_t first)
{
	if (has(l, RD_F_NUMBER) || !has(l, RD_F_JOURNAL))
		return;
	for (uint32_t i = first; i < s->n && i < first + 50; i++) {
		int c = l->column[RD_F_JOURNAL];
		rd_str v = (uint32_t)c < s->rows[i].n_cells ? s->rows[i].cells[c] : (rd_str){"", 0};

		for (uint32_t k = 0; k < v.len; k++)
			if (v.ptr[k] >= '0' && v.ptr[k] <= '9') {
				l->column[RD_F_NUMBER] = l->column[RD_F_JOURNAL];
				l->column[RD_F_JOURNAL] = -1;
				return;
			}
	}
}

/* Amount columns named 金额 alone may be signed: negative values and no side column. */
static rd_file_kind choose_kind(const heads *h, rd_layout *l, const rd_sample *s,
                                rd_file_kind stated)
{
	static const rd_file_kind order[] = {RD_FILE_JOURNAL, RD_FILE_TRIAL_BALANCE, RD_FILE_CHART};
	bool (*const fits[])(const rd_layout *) = {is_journal, is_tb, is_chart};
	rd_layout blank = *l;

	for (int i = 0; i < 3; i++) {
		if (stated != RD_FILE_OTHER && stated != order[i])
			continue;
		*l = blank;
		map_heads(l, order[i], h);
		if (order[i] == RD_FILE_JOURNAL)
			number_in_journal(l, s, h->at + h->rows);
		if (fits[i](l) || stated == order[i])
			return order[i];
	}
	*l = blank;
	return RD_FILE_OTHER;
}

/* ---- how numbers and dates are written ---- */

static const rd_field money_fields[] = {
	RD_F_DEBIT, RD_F_CREDIT, RD_F_AMOUNT, RD_F_SIGNED,  RD_F_BALANCE,
	RD_F_OPEN,  RD_F_OPEN_D, RD_F_OPEN_C, RD_F_MOVE_D,  RD_F_MOVE_C,
	RD_F_YTD_D, RD_F_YTD_C,  RD_F_CLOSE,  RD_F_CLOSE_D, RD_F_CLOSE_C,
};
static const rd_field date_fields[] = {RD_F_DATE, RD_F_DOCUMENT_DATE};

enum { MARK_DOT = 1, MARK_COMMA = 2, MARK_EITHER = 4 };
enum { SEEN_YMD = 1, SEEN_DMY = 2, SEEN_MDY = 4, SEEN_EITHER = 8 };

/* What one date says about its order. */
static uint8_t order_of(rd_str s)
{
	rd_day d, m;

	s = rd_str_trim(s);
	if (rd_day_parse(s, RD_ORDER_YMD, false, &d) == RD_DATE_OK)
		return SEEN_YMD;
	bool dmy = rd_day_parse(s, RD_ORDER_DMY, false, &d) == RD_DATE_OK;
	bool mdy = rd_day_parse(s, RD_ORDER_MDY, false, &m) == RD_DATE_OK;

	if (dmy && mdy)
		return d == m ? 0 : SEEN_EITHER;
	return dmy ? SEEN_DMY : mdy ? SEEN_MDY : 0;
}

void rd_plan_look(rd_plan *p, const rd_str *cells, uint32_t n)
{
	for (size_t k = 0; k < sizeof money_fields / sizeof *money_fields; k++) {
		int c = p->layout.column[money_fields[k]];

		if (c < 0 || (uint32_t)c >= n)
			continue;
		char m = rd_minor_mark(cells[c]);
		p->marks |= m == '.' ? MARK_DOT : m == ',' ? MARK_COMMA : m == '?' ? MARK_EITHER : 0;
	}
	for (size_t k = 0; k < sizeof date_fields / sizeof *date_fields; k++) {
		int c = p->layout.column[date_fields[k]];

		if (c >= 0 && (uint32_t)c < n)
			p->orders |= order_of(cells[c]);
	}
}

static void weigh(rd_plan *p, const rd_mapping *m)
{
	if (m && m->order >= 0) {
		p->layout.order = (rd_date_order)m->order;
	} else {
		bool dmy = p->orders & SEEN_DMY, mdy = p->orders & SEEN_MDY;

		p->layout.order = dmy ? RD_ORDER_DMY : mdy ? RD_ORDER_MDY : RD_ORDER_YMD;
		p->open_order = (dmy && mdy) || (!dmy && !mdy && p->orders & SEEN_EITHER);
	}
	if (m && m->mark) {
		p->layout.mark = m->mark;
	} else {
		p->layout.mark = p->marks & MARK_DOT ? '.' : p->marks & MARK_COMMA ? ',' : '.';
		p->open_mark = !(p->marks & (MARK_DOT | MARK_COMMA)) && p->marks & MARK_EITHER;
	}
}

/* Both marks were met: the one of most values, by a second look at the sample. */
static void majority_mark(rd_plan *p, const rd_sample *s)
{
	uint32_t dots = 0, commas = 0;

	for (uint32_t i = p->first_row; i < s->n; i++)
		for (size_t k = 0; k < sizeof money_fields / sizeof *money_fields; k++) {
			int c = p->layout.column[money_fields[k]];

			if (c < 0 || (uint32_t)c >= s->rows[i].n_cells)
				continue;
			char m = rd_minor_mark(s->rows[i].cells[c]);
			dots += m == '.';
			commas += m == ',';
		}
	p->layout.mark = commas > dots ? ',' : '.';
}

rd_rc rd_plan_settle(rd_plan *p, rd_err *err)
{
	if (p->open_order) {
		bool dmy = p->orders & SEEN_DMY, mdy = p->orders & SEEN_MDY;

		if (dmy != mdy)
			p->layout.order = dmy ? RD_ORDER_DMY : RD_ORDER_MDY;
		else
			return rd_fail(
				err, RD_ASK,
				"日期列可以读作“日/月/年”，也可以读作“月/日/年”；请在映射文件中写明 date-order: dmy 或 mdy（见 docs/mapping.md）",
				"the date column can be day/month/year or month/day/year; state date-order: dmy or mdy in a mapping file (docs/mapping.md)");
		p->open_order = false;
	}
	if (p->open_mark) {
		if (!(p->marks & (MARK_DOT | MARK_COMMA)))
			return rd_fail(
				err, RD_ASK,
				"金额列里的“1.234”或“1,234”可以是一千二百三十四，也可以是一点二三四；请在映射文件中写明 decimal: \".\" 或 \"，\"（见 docs/mapping.md）",
				"amounts such as 1.234 or 1,234 can be a thousand or one and a fraction; state decimal: \".\" or \",\" in a mapping file (docs/mapping.md)");
		p->layout.mark = p->marks & MARK_DOT ? '.' : ',';
		p->open_mark = false;
	}
	return RD_OK;
}

/* ---- mapping ---- */

static rd_rc apply_mapping(rd_plan *p, const rd_mapping *m, const heads *h, rd_arena *a,
                           rd_err *err)
{
	for (uint32_t i = 0; m && i < m->n_columns; i++) {
		const rd_mapping_column *c = &m->columns[i];
		int at = c->head.len ? -1 : (int)c->column - 1;

		for (uint32_t k = 0; c->head.len && k < h->n && at < 0; k++)
			if (rd_str_eq(normal_of(a, c->head), h->names[k]) || rd_str_eq(c->head, h->shown[k]))
				at = (int)k;
		if (at < 0 || (h->n && (uint32_t)at >= h->n))
			return rd_fail(err, RD_INPUT, "映射文件要求的列 '" RD_STR_FMT "' 在表头中找不到",
			               "the mapping names a column '" RD_STR_FMT
			               "' that the head does not have",
			               RD_STR_ARG(c->head));
		for (uint32_t f = 0; f < RD_FIELD_COUNT; f++)
			if (p->layout.column[f] == at)
				p->layout.column[f] = -1;
		p->layout.column[c->field] = (int16_t)at;
	}
	if (m && m->year)
		p->layout.year = m->year;
	if (m && m->period)
		p->period = m->period;
	return RD_OK;
}

/* ---- layouts without a head ---- */

/* 用友 T3/T6/U8: the first line says 填制凭证 and a version; positions are fixed. */
static bool yonyou_text(const rd_sample *s, rd_plan *p)
{
	static const rd_field at[] = {RD_F_DATE,        RD_F_JOURNAL,  RD_F_NUMBER,
	                              RD_F_ATTACHMENTS, RD_F_TEXT,     RD_F_ACCOUNT_CODE,
	                              RD_F_DEBIT,       RD_F_CREDIT,   RD_F_QUANTITY,
	                              RD_F_FOREIGN,     RD_F_RATE,     RD_F_PREPARER,
	                              RD_FIELD_COUNT,   RD_F_DOCUMENT, RD_F_DOCUMENT_DATE,
	                              RD_FIELD_COUNT,   RD_F_EMPLOYEE, RD_F_CUSTOMER,
	                              RD_F_SUPPLIER};

	if (s->n < 2 || s->rows[0].n_cells < 2 ||
	    !rd_str_starts(rd_str_trim(s->rows[0].cells[0]), "填制凭证"))
		return false;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++)
		if (at[i] != RD_FIELD_COUNT)
			p->layout.column[at[i]] = (int16_t)i;
	p->kind = RD_FILE_JOURNAL;
	p->first_row = 1;
	p->head_line = s->rows[0].line;
	return true;
}

/* ---- the whole ---- */

static void keep_heads(rd_source *s, rd_plan *p, const heads *h, rd_arena *a)
{
	(void)a;
	p->layout.n_columns = h->n;
	p->layout.heads = NULL;
	if (h->n == 0)
		return;
	rd_file *f = rd_builder_file(s->builder, s->file);

	f->columns = h->n;
	rd_text *texts = rd_builder_heads(s->builder, h->n);
	for (uint32_t i = 0; i < h->n; i++)
		texts[i] = rd_builder_text(s->builder, h->shown[i]);
	p->layout.heads = texts;
}

/* What a journal should have besides what makes it one. */
static void note_missing(rd_source *s, rd_row file, const rd_plan *p)
{
	static const struct {
		rd_field a, b;
		const char *zh;
	} wanted[] = {
		{RD_F_NUMBER, RD_F_ENTRY_ID, "凭证号"},
		{RD_F_DATE, RD_F_DAY, "日期"},
		{RD_F_ACCOUNT_CODE, RD_F_ACCOUNT, "科目编码"},
		{RD_F_TEXT, RD_F_TEXT, "摘要"},
	};

	if (p->kind != RD_FILE_JOURNAL)
		return;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (!has(&p->layout, wanted[i].a) && !has(&p->layout, wanted[i].b))
			rd_builder_note_at(s->builder, file, p->head_line, RD_NOTE_COLUMN_MISSING, false,
			                   rd_str_of(wanted[i].zh));
	if (!has(&p->layout, RD_F_SIGNED) && !has(&p->layout, RD_F_AMOUNT) &&
	    (!has(&p->layout, RD_F_DEBIT) || !has(&p->layout, RD_F_CREDIT)))
		rd_builder_note_at(s->builder, file, p->head_line, RD_NOTE_COLUMN_MISSING, false,
		                   rd_str_of(has(&p->layout, RD_F_DEBIT) ? "贷方金额" : "借方金额"));
}

static bool is_fec(const heads *h)
{
	return h->n >= 18 && rd_str_is(h->names[0], "journalcode") &&
	       rd_str_is(h->names[2], "ecriturenum");
}

static rd_rc nearly(const heads *h, rd_err *err)
{
	return rd_fail(
		err, RD_INPUT,
		"找到了表头（第 %u 个单元格行），但缺少必需的列：日记账需要科目、借贷金额和日期或凭证号；余额表需要科目和余额。可用映射文件指定列",
		"a head was found (row %u of cells) but columns are missing: a journal needs account, amounts and a date or number, a trial balance accounts and balances; a mapping file can name the columns",
		h->at + 1);
}

rd_rc rd_recognise(rd_source *s, rd_row file, bool excel, const rd_sample *sample, rd_plan *p,
                   rd_err *err)
{
	rd_arena *a = sample->arena;
	const rd_mapping *m = s->mapping;
	heads h = {0};

	*p = (rd_plan){0};
	rd_layout_init(&p->layout);
	p->layout.excel = excel;
	if (!yonyou_text(sample, p)) {
		if (!find_heads(a, sample, m, &h)) {
			if (m && m->n_columns && m->kind != RD_FILE_OTHER)
				p->kind = m->kind; /* columns by number, no head */
			else
				return RD_OK;
		} else {
			p->layout.n_columns = h.n;
			p->kind = choose_kind(&h, &p->layout, sample, m ? m->kind : RD_FILE_OTHER);
			p->first_row = h.at + h.rows;
			p->head_line = sample->rows[h.at].line;
		}
	}
	RD_TRY(apply_mapping(p, m, &h, a, err));
	if (p->kind == RD_FILE_OTHER)
		return nearly(&h, err);
	rd_titles_read(s, file, sample, p);
	keep_heads(s, p, &h, a);
	if (is_fec(&h)) {
		rd_builder_file(s->builder, file)->format = rd_builder_text(s->builder, RD_STR("fec"));
		rd_builder_set_base_currency(s->builder, RD_STR("EUR"));
	}
	for (uint32_t i = p->first_row; i < sample->n; i++)
		rd_plan_look(p, sample->rows[i].cells, sample->rows[i].n_cells);
	weigh(p, m);
	if ((p->marks & 3) == 3 && !(m && m->mark))
		majority_mark(p, sample);
	note_missing(s, file, p);
	return RD_OK;
}

void rd_plan_describe(rd_source *s, rd_row file, const rd_plan *p)
{
	static const rd_words kinds[] = {
		[RD_FILE_OTHER] = {"未识别", "not recognised"},
		[RD_FILE_JOURNAL] = {"序时账", "journal"},
		[RD_FILE_TRIAL_BALANCE] = {"科目余额表", "trial balance"},
		[RD_FILE_CHART] = {"科目表", "chart of accounts"},
		[RD_FILE_PARTIES] = {"往来单位", "parties"},
		[RD_FILE_STANDARD] = {"标准数据接口", "standard format"},
	};
	rd_buf b;

	rd_buf_init(&b, 16384);
	for (int lang = 0; lang < 2; lang++) {
		bool first = true;

		rd_buf_printf(&b, lang ? "\n%s, head in line %u" : "%s，表头在第 %u 行",
		              lang ? kinds[p->kind].en : kinds[p->kind].zh, p->head_line);
		for (uint32_t f = 0; f < RD_FIELD_COUNT; f++) {
			if (p->layout.column[f] < 0)
				continue;
			rd_words w = rd_field_words((rd_field)f);

			rd_buf_printf(&b, "%s%s=%d",
			              first ? (lang ? "; columns " : "；列 ") : (lang ? ", " : "、"),
			              lang ? w.en : w.zh, p->layout.column[f] + 1);
			first = false;
		}
		if (p->orders & (SEEN_DMY | SEEN_MDY))
			rd_buf_printf(&b, lang ? "; dates %s" : "；日期按%s",
			              p->layout.order == RD_ORDER_DMY ? (lang ? "day/month/year" : "日/月/年")
			                                              : (lang ? "month/day/year" : "月/日/年"));
		if (p->layout.mark == ',')
			rd_buf_puts(&b, lang ? "; decimal comma" : "；小数点为逗号");
	}
	rd_builder_file(s->builder, file)->layout = rd_builder_text(s->builder, rd_buf_view(&b));
	rd_buf_done(&b);
}
