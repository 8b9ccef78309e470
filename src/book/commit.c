/* rd_rows_commit: the lines of a block, in file order, into the builder. */
#include "base/assert.h"
#include "base/limits.h"
#include "book/rows.h"
#include "book/serial.h"

static void append_texts(const rd_rows *r, rd_text *to, const rd_text *from, uint32_t n)
{
	if (r->fresh_n == 0) {
		memcpy(to, from, n * sizeof *to);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		to[i] = rd_rows_settled(r, from[i]);
}

static rd_serial settled_serial(rd_rows *r, rd_serial s)
{
	if (!(s & RD_SERIAL_FRESH))
		return s;
	s &= ~RD_SERIAL_FRESH;
	rd_text shape = r->fresh[rd_serial_shape(s)].id;

	r->shapes_full |= shape >= RD_SHAPES_MAX;
	return shape < RD_SHAPES_MAX ? rd_serial_of(shape, rd_serial_value(s)) : 0;
}

static void append_serials(rd_rows *r, rd_serial *to, const rd_serial *from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = settled_serial(r, from[i]);
}

/* Columns that one side has and the other has not are blank there. */
static void unite(rd_table *to, rd_table *from)
{
	for (uint32_t c = 0; c < to->n_cols; c++) {
		if (from->used[c])
			rd_table_use(to, c);
		else if (to->used[c])
			rd_table_use(from, c);
	}
}

static bool is_text_column(const rd_table *t, uint32_t c)
{
	if (t->n_cols == L_COLUMNS)
		return c == L_ACCOUNT || c == L_PARTY || c == L_TEXT || c == L_CLEARING || c == L_CURRENCY;
	return c == R_JOURNAL || c == R_PREPARER || c == R_REVIEWER || c == R_POSTER;
}

static bool is_serial_column(const rd_table *t, uint32_t c)
{
	return t->n_cols != L_COLUMNS && (c == R_ENTRY || c == R_NUMBER || c == R_DOCUMENT);
}

static void append(rd_rows *r, rd_table *to, rd_table *from)
{
	uint32_t at = to->n, n = from->n;

	if (n == 0)
		return;
	unite(to, from);
	rd_table_room(to, at + n);
	for (uint32_t c = 0; c < to->n_cols; c++) {
		if (!to->used[c])
			continue;
		char *dst = (char *)to->col[c] + (size_t)at * to->size[c];

		if (is_text_column(to, c))
			append_texts(r, (rd_text *)(void *)dst, from->col[c], n);
		else if (is_serial_column(to, c))
			append_serials(r, (rd_serial *)(void *)dst, from->col[c], n);
		else
			memcpy(dst, from->col[c], (size_t)n * to->size[c]);
	}
	to->n += n;
}

/* A voucher that a block's end cuts in two is one run again. Only then are the runs of a tidy
 * export its vouchers, and nothing has to be folded at the seal. */
static bool same_run(const rd_table *t, uint32_t a, uint32_t b)
{
	for (uint32_t c = 0; c < t->n_cols; c++)
		if (t->used[c] && c != R_FIRST &&
		    memcmp((char *)t->col[c] + (size_t)a * t->size[c],
		           (char *)t->col[c] + (size_t)b * t->size[c], t->size[c]) != 0)
			return false;
	return true;
}

static void join_runs(rd_table *t, uint32_t run)
{
	if (run == 0 || run >= t->n || !same_run(t, run - 1, run))
		return;
	for (uint32_t c = 0; c < t->n_cols; c++)
		if (t->used[c]) {
			char *p = (char *)t->col[c] + (size_t)run * t->size[c];

			memmove(p, p + t->size[c], (size_t)(t->n - run - 1) * t->size[c]);
		}
	t->n--;
}

/* The first run of a block that begins inside a voucher takes what the run before it says. */
static void inherit(rd_table *t, uint32_t first)
{
	if (first == 0)
		return;
	for (uint32_t c = 0; c < t->n_cols; c++) {
		if (!t->used[c] || c == R_FIRST)
			continue;
		char *p = (char *)t->col[c] + (size_t)first * t->size[c];
		char *q = p - t->size[c];
		static const char zero[8] = {0};
		int32_t none;

		memcpy(&none, p, t->size[c] < 4 ? 0 : 4);
		bool blank = c == R_DATE                         ? none == RD_DAY_NONE
		             : c == R_ATTACHMENTS || c == R_TIME ? none == -1
		                                                 : memcmp(p, zero, t->size[c]) == 0;
		if (blank)
			memcpy(p, q, t->size[c]);
	}
}

static void commit_notes(rd_rows *r)
{
	rd_builder *b = r->b;
	rd_file *f = &b->files[r->file];

	for (uint32_t i = 0; i < r->n_notes; i++) {
		const rd_row_note *n = &r->notes[i];
		uint32_t have = f->notes[n->kind];

		rd_builder_note(b, &(rd_note){.file = r->file,
		                              .line = n->line,
		                              .kind = n->kind,
		                              .column = r->layout.named ? 0 : n->column,
		                              .rejected = n->rejected,
		                              .amount = n->amount,
		                              .found = rd_builder_text(b, rd_str_of(n->found)),
		                              .field = n->column && r->layout.heads &&
		                                               n->column <= r->layout.n_columns
		                                           ? r->layout.heads[n->column - 1]
		                                           : 0});
		f = &b->files[r->file];
		RD_ASSERT(f->notes[n->kind] == have + 1);
	}
	for (uint32_t k = 0; k < RD_NOTE_KINDS; k++) {
		uint32_t keep = rd_notes_kept((rd_note_kind)k);
		uint32_t kept = r->counts[k] < keep ? r->counts[k] : keep;

		f->notes[k] += r->counts[k] - kept;
		r->counts[k] = 0;
	}
	f->rejected += r->rejected;
	f->skipped += r->skipped;
	r->n_notes = 0;
	r->rejected = r->skipped = 0;
}

static void commit_name(rd_rows *r, const rd_name_slot *x, uint32_t base_line)
{
	rd_alias_use(r->b, &(rd_alias_slot){.code = rd_rows_settled(r, x->code),
	                                    .name = rd_rows_settled(r, x->id),
	                                    .lines = x->lines,
	                                    .first = x->first,
	                                    .last = x->last,
	                                    .row = base_line + x->row});
}

/* What accounts were called. A slot whose ids were fresh does not outlive the block. */
static void commit_names(rd_rows *r, uint32_t base_line)
{
	for (uint32_t i = 0; i < r->n_uses; i++)
		commit_name(r, &r->uses[i], base_line);
	for (uint32_t i = 0; i < r->n_touched; i++) {
		rd_name_slot *x = &r->last_name[r->touched[i]];

		if (x->lines)
			commit_name(r, x, base_line);
		if ((x->code | x->id) & RD_FRESH)
			*x = (rd_name_slot){0};
		x->lines = 0;
		x->touched = false;
	}
	r->n_uses = r->n_touched = 0;
}

/* What parties with codes were called. */
static void commit_parties(rd_rows *r, uint32_t base_line)
{
	const rd_text *party = rd_col(r->lines, rd_text, L_PARTY);
	const rd_day *date = rd_col(r->runs, rd_day, R_DATE);
	const uint32_t *first = rd_col(r->runs, uint32_t, R_FIRST);

	for (uint32_t k = 0; r->party_names && k < r->runs.n; k++) {
		uint32_t to = k + 1 < r->runs.n ? first[k + 1] : r->lines.n;

		for (uint32_t i = first[k]; i < to; i++)
			if (party[i] && r->party_names[i])
				rd_alias_use(r->b, &(rd_alias_slot){.code = rd_rows_settled(r, party[i]),
				                                    .name = rd_rows_settled(r, r->party_names[i]),
				                                    .is_party = true,
				                                    .lines = 1,
				                                    .first = date[k],
				                                    .last = date[k],
				                                    .row = base_line + i});
	}
}

static void commit_places(rd_rows *r, uint32_t base)
{
	rd_builder *b = r->b;

	for (uint32_t i = 0; i < r->n_segments; i++) {
		rd_segment g = r->segments[i];
		rd_segment *last = b->n_segments ? &b->segments[b->n_segments - 1] : NULL;

		g.first += base;
		if (last && last->file == g.file && last->line + (g.first - last->first) == g.line)
			continue;
		b->segments = rd_grow(b->arena, b->segments, b->n_segments, &b->cap_segments, sizeof g);
		b->segments[b->n_segments++] = g;
	}
	for (uint32_t i = 0; i < r->n_both; i++) {
		b->both = rd_grow(b->arena, b->both, b->n_both, &b->cap_both, sizeof *b->both);
		b->both[b->n_both++] = (rd_both){r->both[i].line + base, r->both[i].credit};
	}
	for (uint32_t i = 0; i < r->n_asserts; i++) {
		rd_assert_raw a = r->asserts[i];

		a.line += base;
		a.account = rd_rows_settled(r, a.account);
		b->asserts = rd_grow(b->arena, b->asserts, b->n_asserts, &b->cap_asserts, sizeof a);
		b->asserts[b->n_asserts++] = a;
	}
	r->n_segments = r->n_both = r->n_asserts = 0;
}

static void commit_sums(rd_rows *r)
{
	struct rd_sums *s = &r->b->sums[r->file];

	s->lines += r->lines.n;
	s->debit += r->debit;
	s->credit += r->credit;
	if (r->lines.n)
		s->total_pending = false;
	if (r->total_last) {
		s->total_pending = true;
		s->total_debit = r->total_debit;
		s->total_credit = r->total_credit;
		s->total_line = r->total_line;
	}
	r->debit = r->credit = 0;
	r->total_last = false;
}

static void forget_texts(rd_rows *r)
{
	memset(r->hints, 0, sizeof r->hints);
	if (!r->shared)
		return;
	memset(r->slot, 0, sizeof r->slot);
	memset(r->shape, 0, sizeof r->shape);
	memset(r->fresh_table, 0, ((size_t)r->fresh_mask + 1) * sizeof *r->fresh_table);
	r->fresh_n = 0;
	rd_arena_reset(r->arena);
}

rd_rc rd_rows_commit(rd_rows *r, rd_err *err)
{
	rd_builder *b = r->b;
	uint32_t base = b->lines.n, run = b->runs.n;

	if ((uint64_t)base + r->lines.n > RD_ROWS_MAX)
		return rd_fail(err, RD_LIMIT, "分录超过 %u 行，请按期间分批检查",
		               "more than %u lines; check the books period by period", RD_ROWS_MAX);
	rd_rows_texts_commit(r);
	commit_names(r, base);
	commit_parties(r, base);
	append(r, &b->lines, &r->lines);
	append(r, &b->runs, &r->runs);
	if (r->shapes_full)
		return rd_fail(err, RD_LIMIT, "不同的文字超过 %u 种，编号无法再区分，请按期间分批检查",
		               "more than %u different texts: new forms of numbers cannot be told apart; "
		               "check the books period by period",
		               RD_SHAPES_MAX);
	for (uint32_t i = run; i < b->runs.n; i++)
		rd_col(b->runs, uint32_t, R_FIRST)[i] += base;
	if (r->inherit && run < b->runs.n)
		inherit(&b->runs, run);
	join_runs(&b->runs, run);
	commit_notes(r);
	commit_places(r, base);
	commit_sums(r);
	for (uint32_t i = 0; i < RD_FIELD_COUNT; i++)
		if (r->layout.column[i] >= 0)
			b->has |= r->lines.n ? rd_field_has((rd_field)i) : 0;
	b->files[r->file].records += r->lines.n;
	r->lines.n = r->runs.n = 0;
	r->begun = r->pending = r->inherit = r->carried = false;
	forget_texts(r);
	return RD_OK;
}
