/* rd_rows: records in, lines and runs out, and their commit into the builder. */
#include "book/rows.h"
#include "base/assert.h"
#include "base/limits.h"
#include "book/serial.h"
#include <stdio.h>

static const rd_field head_fields[] = {
	RD_F_JOURNAL, RD_F_ENTRY_ID,    RD_F_NUMBER,     RD_F_DATE,     RD_F_YEAR,     RD_F_MONTH,
	RD_F_DAY,     RD_F_PERIOD,      RD_F_PREPARER,   RD_F_REVIEWER, RD_F_POSTER,   RD_F_POSTED,
	RD_F_VOID,    RD_F_ATTACHMENTS, RD_F_ENTRY_TIME, RD_F_SOURCE,   RD_F_DOCUMENT,
};
_Static_assert(sizeof head_fields / sizeof *head_fields <= H_MAX, "room for all head fields");

static const rd_field party_fields[] = {RD_F_PARTY_NAME, RD_F_CUSTOMER, RD_F_SUPPLIER,
                                        RD_F_EMPLOYEE, RD_F_AUX};

static const struct {
	rd_field field;
	uint8_t column;
	uint32_t has;
	bool run;
} uses[] = {
	{RD_F_ENTRY_ID, R_ENTRY, 0, true},
	{RD_F_NUMBER, R_NUMBER, RD_HAS_ENTRY_NO, true},
	{RD_F_JOURNAL, R_JOURNAL, RD_HAS_JOURNAL, true},
	{RD_F_PERIOD, R_PERIOD, RD_HAS_PERIOD, true},
	{RD_F_DATE, R_DATE, RD_HAS_DATE, true},
	{RD_F_DAY, R_DATE, RD_HAS_DATE, true},
	{RD_F_PREPARER, R_PREPARER, RD_HAS_PREPARER, true},
	{RD_F_REVIEWER, R_REVIEWER, RD_HAS_REVIEWER, true},
	{RD_F_POSTER, R_POSTER, RD_HAS_POSTER, true},
	{RD_F_POSTED, R_FLAGS, RD_HAS_POSTER, true},
	{RD_F_ATTACHMENTS, R_ATTACHMENTS, RD_HAS_ATTACHMENTS, true},
	{RD_F_ENTRY_TIME, R_TIME, RD_HAS_ENTRY_TIME, true},
	{RD_F_DOCUMENT, R_DOCUMENT, RD_HAS_DOCUMENT_NO, true},
	{RD_F_ACCOUNT_CODE, L_ACCOUNT, RD_HAS_ACCOUNT, false},
	{RD_F_ACCOUNT_NAME, L_ACCOUNT, RD_HAS_ACCOUNT, false},
	{RD_F_ACCOUNT, L_ACCOUNT, RD_HAS_ACCOUNT, false},
	{RD_F_PARTY_CODE, L_PARTY, RD_HAS_PARTY, false},
	{RD_F_PARTY_NAME, L_PARTY, RD_HAS_PARTY, false},
	{RD_F_CUSTOMER, L_PARTY, RD_HAS_PARTY, false},
	{RD_F_SUPPLIER, L_PARTY, RD_HAS_PARTY, false},
	{RD_F_EMPLOYEE, L_PARTY, RD_HAS_PARTY, false},
	{RD_F_AUX, L_PARTY, RD_HAS_PARTY, false},
	{RD_F_TEXT, L_TEXT, RD_HAS_TEXT, false},
	{RD_F_DOCUMENT_DATE, L_DOCUMENT_DATE, RD_HAS_DOCUMENT_DATE, false},
	{RD_F_CLEARING, L_CLEARING, RD_HAS_CLEARING, false},
	{RD_F_CURRENCY, L_CURRENCY, RD_HAS_CURRENCY, false},
	{RD_F_FOREIGN, L_FOREIGN, RD_HAS_CURRENCY, false},
	{RD_F_FOREIGN_DEBIT, L_FOREIGN, RD_HAS_CURRENCY, false},
	{RD_F_FOREIGN_CREDIT, L_FOREIGN, RD_HAS_CURRENCY, false},
	{RD_F_RATE, L_RATE, RD_HAS_CURRENCY, false},
	{RD_F_RATE, L_RATE_DIGITS, 0, false},
};

uint32_t rd_field_has(rd_field f)
{
	for (uint32_t i = 0; i < sizeof uses / sizeof *uses; i++)
		if (uses[i].field == f && uses[i].has)
			return uses[i].has;
	return 0;
}

/* Columns of the voucher's fields that are neighbours: what is the same as in the line above is
 * found stretch by stretch. */
static void find_spans(rd_rows *r)
{
	bool head[RD_COLUMNS_MAX + 1] = {false};

	for (uint32_t k = 0; k < r->n_heads; k++)
		head[r->head_at[k]] = true;
	for (uint32_t c = 0; c < RD_COLUMNS_MAX; c++) {
		if (!head[c])
			continue;
		uint32_t from = c;

		while (head[c + 1])
			c++;
		r->spans[r->n_spans].from = (uint16_t)from;
		r->spans[r->n_spans].to = (uint16_t)c;

		r->n_spans++;
	}
}

void rd_rows_joined(rd_rows *r, bool joined)
{
	RD_ASSERT(r->lines.n == 0 && !r->begun);
	r->joined = joined;
}

rd_rows *rd_rows_new(rd_builder *b, rd_row file, const rd_layout *layout)
{
	rd_rows *r = rd_column_new(sizeof *r);

	r->b = b;
	r->file = file;
	r->layout = *layout;
	rd_table_lines(&r->lines);
	rd_table_runs(&r->runs);
	for (uint32_t i = 0; i < sizeof uses / sizeof *uses; i++)
		if (layout->column[uses[i].field] >= 0)
			rd_table_use(uses[i].run ? &r->runs : &r->lines, uses[i].column);
	for (uint32_t i = 0; i < sizeof head_fields / sizeof *head_fields; i++)
		if (layout->column[head_fields[i]] >= 0) {
			r->head_at[r->n_heads] = (uint32_t)layout->column[head_fields[i]];
			if (r->head_at[r->n_heads] > r->head_last)
				r->head_last = r->head_at[r->n_heads];
			r->heads[r->n_heads++] = (uint8_t)head_fields[i];
		}
	find_spans(r);
	for (uint32_t i = 0; i < sizeof party_fields / sizeof *party_fields; i++)
		if (layout->column[party_fields[i]] >= 0)
			r->parties[r->n_parties++] = (uint8_t)party_fields[i];
	static const uint8_t rare[] = {L_DOCUMENT_DATE, L_CLEARING, L_CURRENCY, L_FOREIGN, L_RATE};

	for (uint32_t i = 0; i < sizeof rare; i++)
		r->rare |= r->lines.used[rare[i]];
	r->rare |= layout->column[RD_F_QUANTITY] >= 0 || layout->column[RD_F_BALANCE] >= 0;
	rd_rows_texts_init(r);
	return r;
}

void rd_rows_share(rd_rows *r)
{
	RD_ASSERT(r->lines.n == 0 && !r->shared);
	rd_rows_texts_done(r);
	r->shared = true;
	rd_rows_texts_init(r);
}

void rd_rows_free(rd_rows *r)
{
	if (r == NULL)
		return;
	rd_table_done(&r->lines);
	rd_table_done(&r->runs);
	rd_column_free(r->uses, r->cap_uses * sizeof *r->uses);
	rd_column_free(r->party_names, r->party_names_cap * sizeof *r->party_names);
	rd_column_free(r->notes, r->cap_notes * sizeof *r->notes);
	rd_column_free(r->both, r->cap_both * sizeof *r->both);
	rd_column_free(r->segments, r->cap_segments * sizeof *r->segments);
	rd_column_free(r->asserts, r->cap_asserts * sizeof *r->asserts);
	rd_rows_texts_done(r);
	rd_column_free(r, sizeof *r);
}

void rd_rows_reject(rd_rows *r, rd_note_kind kind, uint32_t line, bool rejected, rd_str found)
{
	rd_rows_note(r, kind, line, RD_FIELD_COUNT, rejected, found);
	r->rejected += rejected;
}

uint32_t rd_rows_count(const rd_rows *r)
{
	return r->lines.n;
}

/* Room for one more item in a plain growing array. */
void *rd_rows_room(void *items, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	uint32_t want = *cap ? *cap * 2 : 64;
	void *p = rd_column_resize(items, *cap * size, want * size);

	*cap = want;
	return p;
}

/* ---- one record ---- */

static void write_run(rd_rows *r)
{
	rd_table *t = &r->runs;
	uint32_t i = t->n;
	const rd_run_head *h = &r->head;

	rd_table_room(t, i + 1);
	rd_col(*t, uint32_t, R_FIRST)[i] = r->lines.n;
	rd_col(*t, rd_serial, R_NUMBER)[i] = h->number;
	rd_col(*t, rd_period, R_PERIOD)[i] = h->period;
	rd_col(*t, rd_day, R_DATE)[i] = h->date;
	rd_col(*t, uint8_t, R_FLAGS)[i] = h->flags;
	if (t->used[R_ENTRY])
		rd_col(*t, rd_serial, R_ENTRY)[i] = h->entry;
	if (t->used[R_DOCUMENT])
		rd_col(*t, rd_serial, R_DOCUMENT)[i] = h->document;
	if (h->journal && !t->used[R_JOURNAL])
		rd_table_use(t, R_JOURNAL); /* a number that holds its journal: "记-12" */
	if (t->used[R_JOURNAL])
		rd_col(*t, rd_text, R_JOURNAL)[i] = h->journal;
	if (t->used[R_PREPARER])
		rd_col(*t, rd_text, R_PREPARER)[i] = h->preparer;
	if (t->used[R_REVIEWER])
		rd_col(*t, rd_text, R_REVIEWER)[i] = h->reviewer;
	if (t->used[R_POSTER])
		rd_col(*t, rd_text, R_POSTER)[i] = h->poster;
	if (t->used[R_ATTACHMENTS])
		rd_col(*t, int32_t, R_ATTACHMENTS)[i] = h->attachments;
	if (t->used[R_TIME])
		rd_col(*t, int32_t, R_TIME)[i] = h->time;
	t->n++;
	r->pending = false;
}

/* Code and name in one cell: "1002 银行存款", "1002_银行存款", "1002-银行存款", "[1002]银行存款".
 */
static void split_account(rd_str s, rd_str *code, rd_str *name)
{
	uint32_t i = 0;

	if (s.len && (s.ptr[0] == '[' || s.ptr[0] == '('))
		s = (rd_str){s.ptr + 1, s.len - 1};
	while (i < s.len && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '.'))
		i++;
	*code = (rd_str){s.ptr, i};
	while (i < s.len && strchr(" _-/|])\t", s.ptr[i]))
		i++;
	*name = rd_str_trim((rd_str){s.ptr + i, s.len - i});
	if (code->len == 0)
		*code = *name; /* a name alone: it identifies the account as well as it can */
}

/* Returns the name that the record gives the account. */
static rd_str read_account(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint32_t i)
{
	rd_str code = rd_rows_cell(r, RD_F_ACCOUNT_CODE, cells, n);
	rd_str name = rd_rows_cell(r, RD_F_ACCOUNT_NAME, cells, n);

	if (r->layout.column[RD_F_ACCOUNT] >= 0 && code.len == 0)
		split_account(rd_rows_cell(r, RD_F_ACCOUNT, cells, n), &code, &name);
	else if (r->layout.column[RD_F_ACCOUNT_CODE] < 0)
		code = name;
	rd_col(r->lines, rd_text, L_ACCOUNT)[i] = rd_rows_text(r, RD_F_ACCOUNT_CODE, code, line);
	return name;
}

static void read_party(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint32_t i)
{
	rd_str code = rd_rows_cell(r, RD_F_PARTY_CODE, cells, n), name = {"", 0};

	for (uint32_t k = 0; k < r->n_parties && name.len == 0; k++)
		name = rd_rows_cell(r, (rd_field)r->parties[k], cells, n);
	if (name.len < 4 && (rd_str_is(name, "-") || rd_str_is(name, "无")))
		name.len = 0;
	rd_col(r->lines, rd_text, L_PARTY)[i] =
		rd_rows_text(r, RD_F_PARTY_CODE, code.len ? code : name, line);
	if (r->party_names)
		r->party_names[i] =
			rd_rows_text(r, RD_F_PARTY_NAME, code.len ? name : (rd_str){"", 0}, line);
}

/* Decimals written behind the mark, trailing zeros included. */
static uint8_t digits_behind(rd_str s, char mark)
{
	uint32_t i = 0;

	while (i < s.len && s.ptr[i] != mark)
		i++;
	return i < s.len ? (uint8_t)(s.len - i - 1) : 0;
}

static void read_currency(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint32_t i)
{
	rd_table *t = &r->lines;
	rd_str code = rd_rows_cell(r, RD_F_CURRENCY, cells, n);
	uint32_t decimals = rd_currency_decimals(code);
	static const rd_field amounts[] = {RD_F_FOREIGN, RD_F_FOREIGN_DEBIT, RD_F_FOREIGN_CREDIT};
	rd_minor v;

	if (t->used[L_CURRENCY])
		rd_col(*t, rd_text, L_CURRENCY)[i] = rd_rows_text(r, RD_F_CURRENCY, code, line);
	if (t->used[L_FOREIGN]) {
		rd_col(*t, int64_t, L_FOREIGN)[i] = 0;
		for (uint32_t k = 0; k < 3; k++) {
			rd_str s = rd_rows_cell(r, amounts[k], cells, n);
			rd_amount_read got = rd_minor_parse(s, r->layout.mark, decimals, &v);

			if ((got == RD_AMOUNT_OK || got == RD_AMOUNT_DECIMALS) && v != 0) {
				rd_col(*t, int64_t, L_FOREIGN)[i] = v;
				rd_col(*t, uint8_t, L_FLAGS)[i] |= RD_LINE_FOREIGN;
				break;
			}
			if (got != RD_AMOUNT_BLANK && got != RD_AMOUNT_OK)
				rd_rows_note(r, RD_NOTE_AMOUNT_BAD, line, amounts[k], false, s);
		}
	}
	if (t->used[L_RATE]) {
		rd_str s = rd_rows_cell(r, RD_F_RATE, cells, n);
		rd_amount_read got = rd_minor_parse(s, r->layout.mark, 8, &v);
		bool ok = (got == RD_AMOUNT_OK || got == RD_AMOUNT_DECIMALS) && v > 0;

		rd_col(*t, int64_t, L_RATE)[i] = ok ? v : 0;
		rd_col(*t, uint8_t, L_RATE_DIGITS)[i] = ok ? digits_behind(s, r->layout.mark) : 0;
		if (ok)
			rd_col(*t, uint8_t, L_FLAGS)[i] |= RD_LINE_RATE;
	}
}

static void read_day_column(rd_rows *r, rd_str s, uint32_t line, uint32_t i)
{
	rd_day day = RD_DAY_NONE;

	if (rd_day_parse(s, r->layout.order, r->layout.excel, &day) == RD_DATE_BAD)
		rd_rows_note(r, RD_NOTE_DATE_BAD, line, RD_F_DOCUMENT_DATE, false, s);
	rd_col(r->lines, rd_day, L_DOCUMENT_DATE)[i] = day;
}

static void read_balance(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint32_t i)
{
	rd_minor v;
	bool blank;
	rd_str s = rd_rows_cell(r, RD_F_BALANCE, cells, n);

	if (s.len == 0 || rd_minor_parse(s, r->layout.mark, r->layout.decimals, &v) != RD_AMOUNT_OK)
		return;
	if (r->layout.column[RD_F_BALANCE_SIDE] >= 0 &&
	    rd_side_parse(rd_rows_cell(r, RD_F_BALANCE_SIDE, cells, n), &blank) == RD_SIDE_CREDIT)
		v = -v;
	r->asserts = rd_rows_room(r->asserts, r->n_asserts, &r->cap_asserts, sizeof *r->asserts);
	r->asserts[r->n_asserts++] = (rd_assert_raw){.line = i,
	                                             .balance = v,
	                                             .file_line = line,
	                                             .account = rd_col(r->lines, rd_text, L_ACCOUNT)[i],
	                                             .file = r->file};
	rd_col(r->lines, uint8_t, L_FLAGS)[i] |= RD_LINE_ASSERT;
}

static bool blank_record(const rd_str *cells, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_trim(cells[i]).len)
			return false;
	return true;
}

/* Rows that are no records: totals, carried-forward rows, signatures at the foot. */
static bool is_no_record(rd_rows *r, const rd_str *cells, uint32_t n, bool *ret_grand)
{
	static const rd_field where[] = {RD_F_TEXT,    RD_F_ACCOUNT_CODE, RD_F_ACCOUNT_NAME,
	                                 RD_F_ACCOUNT, RD_F_DATE,         RD_F_NUMBER};

	*ret_grand = false;
	for (uint32_t k = 0; k < sizeof where / sizeof *where; k++)
		if (rd_text_is_total(rd_rows_cell(r, where[k], cells, n), ret_grand))
			return true;
	return n > 0 && rd_text_is_total(cells[0], ret_grand);
}

/* A record without account and amount: blank, a foot line, or really incomplete. */
static bool passed_over(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint8_t flags)
{
	bool grand, no_account = rd_rows_cell(r, RD_F_ACCOUNT_CODE, cells, n).len == 0 &&
	                         rd_rows_cell(r, RD_F_ACCOUNT_NAME, cells, n).len == 0 &&
	                         rd_rows_cell(r, RD_F_ACCOUNT, cells, n).len == 0;
	rd_minor d, c;

	if (!no_account && !(flags & RD_LINE_AMOUNT_BLANK))
		return false;
	if (blank_record(cells, n)) {
		rd_rows_note(r, RD_NOTE_EMPTY_LINE, line, RD_FIELD_COUNT, false, (rd_str){"", 0});
		r->skipped++;
		return true;
	}
	if (is_no_record(r, cells, n, &grand)) {
		r->skipped++;
		r->total_last = grand &&
		                rd_minor_parse(rd_rows_cell(r, RD_F_DEBIT, cells, n), r->layout.mark,
		                               r->layout.decimals, &d) == RD_AMOUNT_OK &&
		                rd_minor_parse(rd_rows_cell(r, RD_F_CREDIT, cells, n), r->layout.mark,
		                               r->layout.decimals, &c) == RD_AMOUNT_OK;
		if (r->total_last) {
			r->total_debit = d;
			r->total_credit = c;
			r->total_line = line;
		}
		return true;
	}
	if (no_account && (flags & RD_LINE_AMOUNT_BLANK)) {
		rd_rows_note(r, RD_NOTE_SKIPPED, line, RD_FIELD_COUNT, false, cells[0]);
		r->skipped++;
		return true;
	}
	return false;
}

/* Foot rows are often cut short: no account, no amount, and not the beginning of a voucher. */
static bool is_short_foot(const rd_rows *r, const rd_str *cells, uint32_t n)
{
	static const rd_field body[] = {RD_F_ACCOUNT_CODE, RD_F_ACCOUNT_NAME, RD_F_ACCOUNT, RD_F_DEBIT,
	                                RD_F_CREDIT,       RD_F_AMOUNT,       RD_F_SIGNED};

	for (uint32_t k = 0; k < sizeof body / sizeof *body; k++)
		if (rd_rows_cell(r, body[k], cells, n).len)
			return false;
	return rd_rows_cell(r, RD_F_DATE, cells, n).len == 0 ||
	       rd_rows_cell(r, RD_F_NUMBER, cells, n).len == 0;
}

static bool wrong_width(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line)
{
	char found[32];

	if (r->layout.n_columns == 0 || n == r->layout.n_columns)
		return false;
	bool extra = n > r->layout.n_columns &&
	             !blank_record(cells + r->layout.n_columns, n - r->layout.n_columns);

	if (n > r->layout.n_columns && !extra) {
		rd_rows_note(r, RD_NOTE_TRAILING_COLUMN, line, RD_FIELD_COUNT, false, (rd_str){"", 0});
		return false;
	}
	if (n < r->layout.n_columns && is_short_foot(r, cells, n))
		return false;
	int len = snprintf(found, sizeof found, "%u", n);

	rd_rows_note(r, RD_NOTE_FIELD_COUNT, line, RD_FIELD_COUNT, extra,
	             (rd_str){found, (uint32_t)len});
	r->rejected += extra;
	return extra;
}

static void note_place(rd_rows *r, uint32_t line)
{
	rd_segment *g = r->n_segments ? &r->segments[r->n_segments - 1] : NULL;

	if (g && g->line + (r->lines.n - g->first) == line)
		return;
	r->segments = rd_rows_room(r->segments, r->n_segments, &r->cap_segments, sizeof *r->segments);
	r->segments[r->n_segments++] = (rd_segment){r->lines.n, r->file, line, 1};
}

/* Room for one more line in all line arrays. */
static void lines_room(rd_rows *r)
{
	uint32_t before = r->lines.cap;

	rd_table_room(&r->lines, r->lines.n + 1);
	if (r->layout.column[RD_F_PARTY_CODE] >= 0)
		r->party_names = rd_column_resize(r->party_names, before * sizeof(rd_text),
		                                  r->lines.cap * sizeof(rd_text));
	r->party_names_cap = r->lines.cap;
}

static void read_rare(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line, uint32_t i)
{
	rd_table *t = &r->lines;

	if (t->used[L_DOCUMENT_DATE])
		read_day_column(r, rd_rows_cell(r, RD_F_DOCUMENT_DATE, cells, n), line, i);
	if (t->used[L_CLEARING])
		rd_col(*t, rd_text, L_CLEARING)[i] =
			rd_rows_text(r, RD_F_CLEARING, rd_rows_cell(r, RD_F_CLEARING, cells, n), line);
	if (t->used[L_CURRENCY] || t->used[L_FOREIGN] || t->used[L_RATE])
		read_currency(r, cells, n, line, i);
	if (r->layout.column[RD_F_QUANTITY] >= 0) {
		rd_str q = rd_rows_cell(r, RD_F_QUANTITY, cells, n);
		if (q.len && !rd_str_is(q, "0") && !rd_str_is(q, "-"))
			rd_col(*t, uint8_t, L_FLAGS)[i] |= RD_LINE_QUANTITY;
	}
	if (r->layout.column[RD_F_BALANCE] >= 0)
		read_balance(r, cells, n, line, i);
}

/* What was noted about the amounts of a row that turns out to be no record is taken back; `noted`
 * is how many notes there were before it was passed over. */
static void take_back(rd_rows *r, uint32_t noted, uint32_t line)
{
	uint32_t from = noted;

	while (from && r->notes[from - 1].line == line && r->notes[from - 1].rejected)
		r->counts[r->notes[--from].kind]--;
	if (from == noted)
		return;
	memmove(r->notes + from, r->notes + noted, (r->n_notes - noted) * sizeof *r->notes);
	r->n_notes -= noted - from;
}

void rd_rows_add(rd_rows *r, const rd_str *cells, uint32_t n, uint32_t line)
{
	rd_minor amount = 0, other = 0;
	uint8_t flags = 0;
	uint32_t i = r->lines.n;

	if (wrong_width(r, cells, n, line))
		return;
	if (!rd_rows_amounts(r, cells, n, line, &flags, &amount, &other)) {
		uint32_t noted = r->n_notes;

		if (passed_over(r, cells, n, line, RD_LINE_AMOUNT_BLANK)) {
			take_back(r, noted, line);
		} else {
			r->rejected++;
			rd_rows_head(r, cells, n, line); /* lines below may carry its date and number */
		}
		return;
	}
	if (i == r->lines.cap)
		lines_room(r);
	read_party(r, cells, n, line, i);
	rd_str name = read_account(r, cells, n, line, i);
	rd_text account = rd_col(r->lines, rd_text, L_ACCOUNT)[i];

	if ((account == 0 || (flags & RD_LINE_AMOUNT_BLANK)) && passed_over(r, cells, n, line, flags))
		return;
	rd_rows_head(r, cells, n, line);
	if (r->pending)
		write_run(r);
	note_place(r, line);
	rd_col(r->lines, rd_minor, L_AMOUNT)[i] = amount;
	rd_col(r->lines, uint8_t, L_FLAGS)[i] = flags;
	if (flags & RD_LINE_BOTH) {
		r->both = rd_rows_room(r->both, r->n_both, &r->cap_both, sizeof *r->both);
		r->both[r->n_both++] = (rd_both){i, other};
	}
	r->debit += flags & RD_LINE_CREDIT ? 0 : amount;
	r->credit += flags & RD_LINE_CREDIT ? amount : other;
	if (r->lines.used[L_TEXT])
		rd_col(r->lines, rd_text, L_TEXT)[i] =
			rd_rows_text(r, RD_F_TEXT, rd_rows_cell(r, RD_F_TEXT, cells, n), line);
	if (account && name.len)
		rd_rows_name(r, account, name, line, i);
	if (r->rare)
		read_rare(r, cells, n, line, i);
	r->total_last = false;
	r->lines.n++;
}
