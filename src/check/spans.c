#include "check/spans.h"

#include "base/assert.h"

bool rd_file_declares(const rd_file *f, rd_day *ret_from, rd_day *ret_to)
{
	*ret_from = f->from;
	*ret_to = f->to;
	if (f->from == RD_DAY_NONE && f->to == RD_DAY_NONE && f->year >= 1 && f->year <= 9999) {
		*ret_from = rd_day_of(f->year, 1, 1);
		*ret_to = rd_day_of(f->year, 12, 31);
	}
	return *ret_from != RD_DAY_NONE || *ret_to != RD_DAY_NONE;
}

/* The only file that lines can come from, 0 when there are several. */
static rd_row only_file(const rd_book *b)
{
	rd_row only = 0;

	for (rd_row i = 1; i < b->n_files; i++) {
		const rd_file *f = &b->files[i];

		if (f->records == 0 || (f->kind != RD_FILE_JOURNAL && f->kind != RD_FILE_STANDARD))
			continue;
		if (only)
			return 0;
		only = i;
	}
	return only;
}

static void add(rd_span *s, const rd_book *b, rd_row line, rd_day day)
{
	int side = day < s->from && s->from != RD_DAY_NONE ? RD_SPAN_BEFORE
	           : day > s->to && s->to != RD_DAY_NONE   ? RD_SPAN_AFTER
	                                                   : RD_SPAN_SIDES;

	if (day == RD_DAY_NONE)
		return;
	s->dated++;
	s->first = s->first == RD_DAY_NONE || day < s->first ? day : s->first;
	s->last = day > s->last ? day : s->last;
	if (side == RD_SPAN_SIDES)
		return;
	rd_minor debit = rd_line_debit(b, line);

	s->outside[side]++;
	if (__builtin_add_overflow(s->amount[side], debit < 0 ? -debit : debit, &s->amount[side]))
		s->amount[side] = RD_MINOR_MAX;
	if (s->n_rows[side] < RD_SPAN_ROWS)
		s->rows[side][s->n_rows[side]++] = line;
}

rd_span *rd_file_spans(rd_run *run, const rd_book *b, int32_t floor_months)
{
	rd_span *spans = RD_NEW_N(rd_run_scratch(run), rd_span, (size_t)b->n_files + 1);
	const uint8_t skipped = rd_run_guards(run) ? RD_VCH_OPENING : 0;
	rd_row only = only_file(b);
	bool any = false;

	for (rd_row i = 0; i < b->n_files; i++) {
		rd_span *s = &spans[i];

		s->first = s->last = RD_DAY_NONE;
		s->declared = i > 0 && rd_file_declares(&b->files[i], &s->from, &s->to);
		any |= s->declared;
		/* A name tells the closing day; how long the fiscal year was it does not. */
		if (i > 0 && b->files[i].identity_from_name && s->to != RD_DAY_NONE)
			s->from = RD_DAY_NONE;
		if (s->declared && s->from == RD_DAY_NONE && floor_months > 0)
			s->from = rd_period_first(rd_period_add(rd_day_period(s->to), 1 - floor_months));
	}
	if (!any || b->voucher.date == NULL)
		return spans;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & skipped)
			continue;
		rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];
		rd_row file = only ? only : rd_line_place(b, from).file;

		RD_ASSERT(file < b->n_files);
		if (!spans[file].declared)
			continue;
		for (rd_row i = from; i < to; i++)
			add(&spans[file], b, i, b->line.date ? b->line.date[i] : b->voucher.date[v]);
	}
	return spans;
}
