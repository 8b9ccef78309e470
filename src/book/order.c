/* Sealing, part one: runs become vouchers, lines stand together by voucher. */
#include "base/assert.h"
#include "book/build.h"
#include <stdlib.h>

static uint32_t run_lines_end(const rd_builder *b, uint32_t run)
{
	return run + 1 < b->runs.n ? rd_col(b->runs, uint32_t, R_FIRST)[run + 1] : b->lines.n;
}

/* One more entry behind the last, for first[n]. */
static uint32_t *close_first(rd_builder *b, uint32_t *first, uint32_t n)
{
	first[n] = b->lines.n;
	return first;
}

static void *take(rd_builder *b, rd_table *t, uint32_t c)
{
	void *p = t->col[c];

	if (p)
		rd_store_keep(b->store, p, rd_table_bytes(t, c));
	t->col[c] = NULL;
	t->used[c] = false;
	return p;
}

/* Every run is one voucher: its columns are taken as they are. */
static void adopt_runs(rd_builder *b)
{
	rd_table *t = &b->runs;
	rd_vouchers *v = &b->book->voucher;

	rd_table_room(t, t->n + 1);
	v->n = t->n;
	if (t->col[R_FIRST])
		v->first = close_first(b, take(b, t, R_FIRST), t->n);
	v->date = take(b, t, R_DATE);
	v->period = take(b, t, R_PERIOD);
	v->number = take(b, t, R_NUMBER);
	v->journal = take(b, t, R_JOURNAL);
	v->preparer = take(b, t, R_PREPARER);
	v->reviewer = take(b, t, R_REVIEWER);
	v->poster = take(b, t, R_POSTER);
	v->attachments = take(b, t, R_ATTACHMENTS);
	v->entry_time = take(b, t, R_TIME);
	v->document = take(b, t, R_DOCUMENT);
	v->flags = take(b, t, R_FLAGS);
}

/* ---- the general case ---- */

typedef struct folder {
	rd_builder *b;
	uint32_t n;            /* vouchers */
	uint32_t *run_of_line; /* only when lines are grouped one by one */
	rd_table to;           /* voucher columns */
	uint32_t n_mixed, cap_mixed;
	rd_mixed *mixed;
	bool many_documents, many_dates;
} folder;

static const struct {
	uint8_t column;
	rd_field field;
	bool text;
} compared[] = {
	{R_DATE, RD_F_DATE, false},         {R_PERIOD, RD_F_PERIOD, false},
	{R_JOURNAL, RD_F_JOURNAL, true},    {R_PREPARER, RD_F_PREPARER, true},
	{R_REVIEWER, RD_F_REVIEWER, true},  {R_ATTACHMENTS, RD_F_ATTACHMENTS, false},
	{R_DOCUMENT, RD_F_DOCUMENT, false},
};

static bool is_blank(const rd_table *t, uint32_t c, uint32_t i)
{
	if (t->size[c] == 8)
		return rd_col(*t, uint64_t, c)[i] == 0;
	if (t->size[c] == 1)
		return rd_col(*t, uint8_t, c)[i] == 0;
	int32_t v = rd_col(*t, int32_t, c)[i];

	return c == R_DATE ? v == RD_DAY_NONE : c == R_ATTACHMENTS || c == R_TIME ? v == -1 : v == 0;
}

static bool is_same(const rd_table *a, uint32_t i, const rd_table *b, uint32_t j, uint32_t c)
{
	return memcmp((const char *)a->col[c] + (size_t)i * a->size[c],
	              (const char *)b->col[c] + (size_t)j * b->size[c], a->size[c]) == 0;
}

static rd_text as_text(rd_builder *b, const rd_table *t, uint32_t c, uint32_t i, bool text)
{
	char buf[40];

	if (text)
		return rd_col(*t, rd_text, c)[i];
	if (c == R_DATE)
		rd_day_format(rd_col(*t, rd_day, c)[i], buf);
	else if (c == R_PERIOD)
		rd_period_format(rd_col(*t, rd_period, c)[i], buf);
	else
		rd_minor_format(rd_col(*t, int32_t, c)[i], 0, false, buf);
	return rd_builder_text(b, rd_str_of(buf));
}

/* What the lines of one voucher say differently; documents are looked at by their own check. */
static void note_mixed(folder *f, uint32_t v, uint32_t run, uint32_t line, uint32_t k)
{
	rd_builder *b = f->b;

	f->mixed = rd_grow(b->arena, f->mixed, f->n_mixed, &f->cap_mixed, sizeof *f->mixed);
	f->mixed[f->n_mixed++] =
		(rd_mixed){.voucher = v,
	               .line = line,
	               .field = (uint8_t)compared[k].field,
	               .a = as_text(b, &f->to, compared[k].column, v, compared[k].text),
	               .b = as_text(b, &b->runs, compared[k].column, run, compared[k].text)};
}

/* Merges a run into its voucher: blanks are filled, differences noted. */
static void merge(folder *f, uint32_t v, uint32_t run, uint32_t line, bool first)
{
	rd_table *from = &f->b->runs;

	if (!first)
		for (uint32_t k = 0; k < sizeof compared / sizeof *compared; k++) {
			uint32_t c = compared[k].column;

			if (!from->used[c] || is_same(&f->to, v, from, run, c))
				continue;
			f->many_documents |= c == R_DOCUMENT;
			f->many_dates |= c == R_DATE;
			if (!is_blank(from, c, run) && !is_blank(&f->to, c, v) && c != R_DOCUMENT)
				note_mixed(f, v, run, line, k);
		}
	for (uint32_t c = 0; c < R_COLUMNS; c++) {
		if (!from->used[c] || c == R_FIRST)
			continue;
		size_t size = from->size[c];

		if (first || is_blank(&f->to, c, v))
			memcpy((char *)f->to.col[c] + v * size, (char *)from->col[c] + run * size, size);
		else if (c == R_FLAGS)
			rd_col(f->to, uint8_t, c)[v] |= rd_col(*from, uint8_t, c)[run];
	}
}

/* The same document or date for every line of a voucher, or a column of its own. */
static void spread(folder *f, uint32_t c, const uint32_t *order, void **ret_lines, size_t size)
{
	rd_builder *b = f->b;
	char *all = rd_column_new((size_t)b->lines.n * size + 1);
	char *sorted = rd_column_new((size_t)b->lines.n * size + 1);

	for (uint32_t r = 0; r < b->runs.n; r++)
		for (uint32_t i = rd_col(b->runs, uint32_t, R_FIRST)[r]; i < run_lines_end(b, r); i++)
			memcpy(all + i * size, (char *)b->runs.col[c] + r * size, size);
	for (uint32_t i = 0; i < b->lines.n; i++)
		memcpy(sorted + i * size, all + (order ? order[i] : i) * size, size);
	rd_column_free(all, (size_t)b->lines.n * size + 1);
	rd_store_keep(b->store, sorted, (size_t)b->lines.n * size + 1);
	*ret_lines = sorted;
}

static void permute(rd_builder *b, const uint32_t *order)
{
	rd_table *t = &b->lines;

	for (uint32_t c = 0; c < t->n_cols; c++) {
		if (!t->used[c])
			continue;
		size_t size = t->size[c];
		char *to = rd_column_new(rd_table_bytes(t, c));
		const char *from = t->col[c];

		for (uint32_t i = 0; i < t->n; i++)
			memcpy(to + i * size, from + order[i] * size, size);
		rd_column_free(t->col[c], rd_table_bytes(t, c));
		t->col[c] = to;
	}
}

static int both_cmp(const void *x, const void *y)
{
	const rd_both *a = x, *b = y;

	return (a->line > b->line) - (a->line < b->line);
}

/* Sparse facts name lines: they follow the lines to their new places. */
static void renumber(folder *f, rd_arena *scratch, const uint32_t *order)
{
	rd_builder *b = f->b;
	uint32_t *now = RD_NEW_N(scratch, uint32_t, b->lines.n + 1);

	for (uint32_t i = 0; i < b->lines.n; i++)
		now[order[i]] = i;
	for (uint32_t i = 0; i < b->n_both; i++)
		b->both[i].line = now[b->both[i].line];
	if (b->n_both)
		qsort(b->both, b->n_both, sizeof *b->both, both_cmp);
	for (uint32_t i = 0; i < b->n_asserts; i++)
		b->asserts[i].line = now[b->asserts[i].line];
	for (uint32_t i = 0; i < f->n_mixed; i++)
		f->mixed[i].line = now[f->mixed[i].line];
}

/* Line counts by voucher into first[], and the order of lines; NULL when they stand right. */
static uint32_t *order_lines(rd_builder *b, const rd_entries *e, uint32_t *first)
{
	uint32_t last = 0;
	bool sorted = true;

	for (uint32_t r = 0; r < b->runs.n; r++)
		for (uint32_t i = rd_col(b->runs, uint32_t, R_FIRST)[r]; i < run_lines_end(b, r); i++) {
			uint32_t v = e->line_group ? e->line_group[i] : e->group[r];

			first[v + 1]++;
			sorted &= v >= last;
			last = v;
		}
	for (uint32_t v = 0; v < e->n; v++)
		first[v + 1] += first[v];
	if (sorted)
		return NULL;
	uint32_t *order = RD_NEW_N(b->arena, uint32_t, b->lines.n + 1);

	for (uint32_t r = 0; r < b->runs.n; r++)
		for (uint32_t i = rd_col(b->runs, uint32_t, R_FIRST)[r]; i < run_lines_end(b, r); i++)
			order[first[e->line_group ? e->line_group[i] : e->group[r]]++] = i;
	for (uint32_t v = e->n; v > 0; v--)
		first[v] = first[v - 1];
	first[0] = 0;
	return order;
}

static void merge_all(folder *f, const rd_entries *e)
{
	rd_builder *b = f->b;
	uint8_t *seen = rd_column_new(e->n + 1);
	uint32_t last = RD_NONE;

	for (uint32_t r = 0; r < b->runs.n; r++) {
		uint32_t from = rd_col(b->runs, uint32_t, R_FIRST)[r];
		uint32_t to = e->line_group ? run_lines_end(b, r) : from + 1;

		for (uint32_t i = from; i < to; i++) {
			uint32_t v = e->line_group ? e->line_group[i] : e->group[r];

			if (i != from && v == last)
				continue;
			merge(f, v, r, i, !seen[v]);
			seen[v] = 1;
			last = v;
		}
	}
	rd_column_free(seen, e->n + 1);
}

static void fold(rd_builder *b, rd_arena *scratch, const rd_entries *e)
{
	folder f = {.b = b, .n = e->n};
	rd_book *book = b->book;
	uint32_t *first = RD_NEW_N(b->arena, uint32_t, e->n + 2);
	uint32_t *order;

	rd_table_runs(&f.to);
	for (uint32_t c = 0; c < R_COLUMNS; c++)
		f.to.used[c] = b->runs.used[c] && c != R_FIRST;
	rd_table_room(&f.to, e->n + 1);
	merge_all(&f, e);
	order = order_lines(b, e, first);
	if (b->runs.used[R_DOCUMENT] && f.many_documents)
		spread(&f, R_DOCUMENT, order, (void **)&book->line.document, sizeof(rd_serial));
	if (f.many_dates)
		spread(&f, R_DATE, order, (void **)&book->line.date, sizeof(rd_day));
	if (order) {
		permute(b, order);
		renumber(&f, scratch, order);
		b->store->origin = order;
	}
	book->mixed = f.mixed;
	book->n_mixed = f.n_mixed;
	rd_table_done(&b->runs);
	f.to.n = e->n;
	f.to.used[R_FIRST] = false;
	b->runs = f.to;
	RD_ASSERT(b->runs.col[R_FIRST] == NULL);
	adopt_runs(b);
	book->voucher.first = close_first(b, first, e->n);
	if (book->line.document)
		book->voucher.document = NULL;
}

static int mixed_cmp(const void *x, const void *y)
{
	const rd_mixed *a = x, *b = y;
	int c = (a->voucher > b->voucher) - (a->voucher < b->voucher);

	if (c == 0)
		c = (a->field > b->field) - (a->field < b->field);
	return c ? c : (a->line > b->line) - (a->line < b->line);
}

static void take_lines(rd_builder *b)
{
	rd_lines *l = &b->book->line;
	rd_table *t = &b->lines;

	l->n = t->n;
	l->amount = take(b, t, L_AMOUNT);
	l->flags = take(b, t, L_FLAGS);
	l->account = take(b, t, L_ACCOUNT);
	l->party = take(b, t, L_PARTY);
	l->text = take(b, t, L_TEXT);
	l->document_date = take(b, t, L_DOCUMENT_DATE);
	l->clearing = take(b, t, L_CLEARING);
	l->currency = take(b, t, L_CURRENCY);
	l->foreign = take(b, t, L_FOREIGN);
	l->rate = take(b, t, L_RATE);
	l->rate_digits = take(b, t, L_RATE_DIGITS);
}

void rd_seal_vouchers(rd_builder *b, rd_arena *scratch, const rd_entries *e)
{
	rd_book *book = b->book;

	rd_table_room(&b->lines, b->lines.n + 1);
	rd_table_drop(&b->runs, R_ENTRY); /* an entry id has done its work */
	if (e->group == NULL && e->line_group == NULL)
		adopt_runs(b);
	else
		fold(b, scratch, e);
	take_lines(b);
	if (book->n_mixed)
		qsort(book->mixed, book->n_mixed, sizeof *book->mixed, mixed_cmp);
	book->both = b->both;
	book->n_both = b->n_both;
}
