/* rd_builder_seal: from what the readers left to an immutable book. */
#include "base/assert.h"
#include "base/limits.h"
#include "book/build.h"
#include "book/chart.h"
#include "book/serial.h"
#include <stdlib.h>

#define PARALLEL_FROM 100000u /* fewer rows are done before a second thread has started */

uint32_t rd_seal_threads(const rd_builder *b, uint32_t rows)
{
	return rows < PARALLEL_FROM ? 1 : b->threads;
}

void rd_seal_parallel(const rd_builder *b, uint32_t rows, rd_task *task, void *ctx)
{
	rd_parallel(rd_seal_threads(b, rows), RD_SEAL_CUTS, task, ctx);
}

/* ---- openings and closings among the vouchers ---- */

typedef struct texts_mark {
	uint8_t *opening, *closing; /* by text id */
} texts_mark;

/* Whether a text can be one of those below: it begins like an opening, or holds the first two
 * bytes of 结转. Hardly any does, and no branch lets the compiler look at many bytes at a time. */
static bool may_mark(rd_str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	unsigned char any = p[0] == 'O' || memcmp(p, "期", 3) == 0 || memcmp(p, "年", 3) == 0 ||
	                    memcmp(p, "上", 3) == 0;

	for (uint32_t i = 0; i + 1 < s.len; i++)
		any |= (unsigned char)((p[i] == 0xE7) & (p[i + 1] == 0xBB));
	return any;
}

static void mark_texts(const rd_book *book, rd_arena *scratch, texts_mark *m)
{
	uint32_t n = rd_book_n_texts(book);
	bool french = book->standard == RD_STD_FRENCH;

	m->opening = RD_NEW_N(scratch, uint8_t, n);
	m->closing = RD_NEW_N(scratch, uint8_t, n);
	for (rd_text id = 1; id < n; id++) {
		rd_str s = rd_book_text(book, id);

		if (s.len < 6 || s.len > 200 || (!french && !may_mark(s)))
			continue;
		m->opening[id] = rd_str_starts(s, "期初余额") || rd_str_starts(s, "年初余额") ||
		                 rd_str_starts(s, "上年结转") || rd_str_starts(s, "Opening balance") ||
		                 (french && (rd_str_has(s, "A nouveau") || rd_str_has(s, "A NOUVEAU") ||
		                             rd_str_has(s, "à nouveau") || rd_str_has(s, "À nouveau")));
		int64_t at = rd_str_find(s, "结转");
		m->closing[id] = at >= 0 && (rd_str_has(s, "损益") || rd_str_has(s, "本年利润"));
	}
}

/* Every P&L line is met by the profit of the year: no other account takes part. */
static bool closes(const rd_book *book, rd_row v)
{
	bool pl = false, profit = false;

	for (rd_row i = book->voucher.first[v]; i < book->voucher.first[v + 1]; i++) {
		rd_role role = (rd_role)book->account.role[book->line.account[i]];

		if (rd_role_is_pl(role))
			pl = true;
		else if (role == RD_ROLE_PROFIT)
			profit = true;
		else
			return false;
	}
	return pl && profit;
}

typedef struct flagging {
	rd_book *book;
	texts_mark texts;
	bool any_profit;
} flagging;

static void flag_some(void *ctx, uint32_t task, uint32_t worker)
{
	const flagging *f = ctx;
	rd_book *book = f->book;
	rd_row to = rd_seal_cut(book->voucher.n, task + 1);

	(void)worker;
	for (rd_row v = rd_seal_cut(book->voucher.n, task); v < to; v++) {
		rd_text t = rd_voucher_text(book, v);

		if (f->texts.opening[t])
			book->voucher.flags[v] |= RD_VCH_OPENING;
		if (f->texts.closing[t] || (f->any_profit && closes(book, v)))
			book->voucher.flags[v] |= RD_VCH_CLOSING;
	}
}

static void flag_vouchers(rd_builder *b, rd_arena *scratch)
{
	rd_book *book = b->book;
	flagging f = {.book = book};

	mark_texts(book, scratch, &f.texts);
	for (rd_row a = 1; a < book->account.n; a++)
		f.any_profit |= book->account.role[a] == RD_ROLE_PROFIT;
	rd_seal_parallel(b, book->voucher.n, flag_some, &f);
	for (rd_row v = 0;
	     book->standard == RD_STD_FRENCH && book->voucher.journal && v < book->voucher.n; v++) {
		rd_str j = rd_book_text(book, book->voucher.journal[v]);

		if (rd_str_is(j, "AN") || rd_str_is(j, "ANO") || rd_str_is(j, "RAN") || rd_str_is(j, "ANC"))
			book->voucher.flags[v] |= RD_VCH_OPENING;
	}
}

/* ---- periods and days ---- */

static int period_cmp(const void *x, const void *y)
{
	const rd_period *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static void add_period(rd_period **list, uint32_t *n, uint32_t *cap, rd_arena *a, rd_period p)
{
	for (uint32_t i = *n; i > 0; i--)
		if ((*list)[i - 1] == p)
			return;
	*list = rd_grow(a, *list, *n, cap, sizeof **list);
	(*list)[(*n)++] = p;
}

static void seal_periods(rd_book *book, rd_arena *arena)
{
	uint32_t cap = 0;
	rd_period last = 0;

	for (rd_row v = 0; v < book->voucher.n; v++) {
		rd_period p = book->voucher.period[v];

		if (p && p != last)
			add_period(&book->periods, &book->n_periods, &cap, arena, last = p);
	}
	for (rd_row i = 0; i < book->tb.n; i++)
		if (book->tb.period[i] && book->tb.period[i] != last)
			add_period(&book->periods, &book->n_periods, &cap, arena, last = book->tb.period[i]);
	if (book->n_periods)
		qsort(book->periods, book->n_periods, sizeof *book->periods, period_cmp);
}

static void add_day(rd_book *book, rd_day d)
{
	if (d == RD_DAY_NONE)
		return;
	if (book->first_day == RD_DAY_NONE || d < book->first_day)
		book->first_day = d;
	if (d > book->last_day)
		book->last_day = d;
}

/* Lines of one voucher may have days of their own. */
static void seal_days(rd_book *book)
{
	book->first_day = book->last_day = RD_DAY_NONE;
	for (rd_row v = 0; v < book->voucher.n; v++)
		add_day(book, book->voucher.date[v]);
	for (rd_row i = 0; book->line.date && i < book->line.n; i++)
		add_day(book, book->line.date[i]);
}

/* A trial balance without a period is of the last period of the journal. */
static void default_tb_period(rd_book *book)
{
	rd_period last = 0;

	for (rd_row v = 0; v < book->voucher.n; v++)
		if (book->voucher.period[v] > last)
			last = book->voucher.period[v];
	for (rd_row i = 0; i < book->tb.n; i++)
		if (book->tb.period[i] == 0) {
			const rd_file *f = &book->files[book->tb.file[i]];

			book->tb.period[i] = f->to != RD_DAY_NONE ? rd_day_period(f->to) : last;
		}
}

/* ---- what files say about themselves ---- */

static void seal_totals(rd_builder *b)
{
	for (rd_row f = 1; f < b->n_files; f++) {
		const struct rd_sums *s = &b->sums[f];

		if (b->files[f].from != RD_DAY_NONE || b->files[f].year)
			b->has |= RD_HAS_FILE_PERIOD;
		if (!s->total_pending || s->lines == 0)
			continue;
		rd_total t = {.file = f,
		              .line = s->total_line,
		              .kind = RD_TOTAL_DEBIT,
		              .declared = s->total_debit,
		              .computed = s->debit};

		rd_builder_add_total(b, &t);
		t.kind = RD_TOTAL_CREDIT;
		t.declared = s->total_credit;
		t.computed = s->credit;
		rd_builder_add_total(b, &t);
	}
	b->book->totals = b->totals;
	b->book->n_totals = b->n_totals;
}

static int note_cmp(const void *x, const void *y)
{
	const rd_note *a = x, *b = y;
	int c = (a->file > b->file) - (a->file < b->file);

	if (c == 0)
		c = (a->line > b->line) - (a->line < b->line);
	if (c == 0)
		c = (int)a->kind - (int)b->kind;
	return c ? c : (int)a->column - (int)b->column;
}

static void seal_files(rd_builder *b)
{
	rd_book *book = b->book;

	book->files = b->files;
	book->n_files = b->n_files;
	book->notes = b->notes;
	book->n_notes = b->n_notes;
	if (book->n_notes)
		qsort(book->notes, book->n_notes, sizeof *book->notes, note_cmp);
	b->store->segments = b->segments;
	b->store->n_segments = b->n_segments;
	if (book->n_files > 1)
		b->has |= RD_HAS_RAW;
}

static void count_open(rd_book *book)
{
	for (rd_row v = 0; v < book->voucher.n; v++)
		book->open_entries += rd_voucher_net(book, v) != 0;
}

/* What the builder alone needed. */
static void drop(rd_builder *b)
{
	rd_table_done(&b->lines);
	rd_table_done(&b->runs);
	rd_column_free(b->aliases, ((size_t)b->alias_mask + 1) * sizeof *b->aliases);
	b->aliases = NULL;
	b->alias_mask = 0;
}

rd_rc rd_builder_seal(rd_builder *b, const rd_seal_options *options, rd_book **ret_book,
                      rd_err *err)
{
	rd_arena *scratch = rd_arena_new();
	rd_entries entries;

	(void)err;
	b->threads = options->threads ? options->threads : 1;
	b->book = RD_NEW(b->arena, rd_book);
	b->book->store = b->store;
	b->book->base_currency = b->base_currency;
	rd_entries_find(b, scratch, &entries);
	b->book->key = entries.key;
	rd_seal_vouchers(b, scratch, &entries);
	rd_arena_reset(scratch);
	rd_store_index_vouchers(b->book);
	seal_files(b);
	rd_seal_masters(b, scratch, options->standard);
	default_tb_period(b->book);
	seal_totals(b);
	seal_periods(b->book, b->arena);
	seal_days(b->book);
	flag_vouchers(b, scratch);
	if (entries.key & RD_KEY_CUT)
		count_open(b->book);
	else
		b->book->open_entries = entries.open;
	if (b->book->voucher.journal)
		b->has |= RD_HAS_JOURNAL;
	b->book->has = b->has | (b->book->line.n ? RD_HAS_LINES : 0);
	if (b->book->has & RD_HAS_DATE && b->book->first_day == RD_DAY_NONE)
		b->book->has &= ~(uint32_t)RD_HAS_DATE;
	rd_arena_free(scratch);
	drop(b);
	*ret_book = b->book;
	b->sealed = true;
	return RD_OK;
}
