#include "book/extend.h"
#include "base/limits.h"
#include "book/chart.h"
#include "book/extend_impl.h"
#include "book/serial.h"

/* A copy of a column with room for `n` rows; NULL stays NULL unless it is wanted. */
static void *longer(rd_extend *x, const void *old, size_t item, rd_row had, rd_row n, bool wanted)
{
	size_t bytes = ((size_t)n + 1) * item;

	if (old == NULL && !wanted)
		return NULL;
	void *copy = rd_column_new(bytes);

	if (old && had)
		memcpy(copy, old, had * item);
	rd_store_keep(x->store, copy, bytes);
	return copy;
}

static void *same(rd_extend *x, const void *old, size_t item, uint32_t n)
{
	void *copy = rd_arena_alloc(x->arena, ((size_t)n + 1) * item, 64);

	if (old && n)
		memcpy(copy, old, n * item);
	return copy;
}

rd_text rd_extend_text(rd_extend *x, rd_str s)
{
	return s.len ? rd_dict_add(&x->store->dict, s, rd_dict_hash(s)) : 0;
}

/* ---- what is the same in both books ---- */

static void copy_texts(rd_extend *x)
{
	for (rd_text id = 1; id < rd_book_n_texts(x->old); id++) {
		rd_str s = rd_book_text(x->old, id);

		rd_dict_add(&x->store->dict, s, rd_dict_hash(s));
	}
}

static void copy_accounts(rd_extend *x)
{
	const rd_accounts *o = &x->old->account;
	rd_accounts *a = &x->book->account;
	uint32_t room = o->n + x->n_lines;

	*a = (rd_accounts){.n = o->n};
#define COPY(column)                                                                               \
	do {                                                                                           \
		a->column = rd_arena_alloc(x->arena, ((size_t)room + 1) * sizeof *a->column, 64);          \
		if (o->column && o->n)                                                                     \
			memcpy(a->column, o->column, o->n * sizeof *a->column);                                \
	} while (0)
	COPY(code);
	COPY(name);
	COPY(parent);
	COPY(level);
	COPY(class_of);
	COPY(role);
	COPY(side);
	COPY(flags);
	COPY(open_from);
	COPY(open_to);
	COPY(currencies);
	COPY(opening);
	COPY(file);
	COPY(file_line);
}

static void copy_parties(rd_extend *x)
{
	const rd_parties *o = &x->old->party;
	rd_parties *p = &x->book->party;
	uint32_t room = o->n + x->n_lines;

	*p = (rd_parties){.n = o->n};
	p->key = rd_arena_alloc(x->arena, ((size_t)room + 1) * sizeof *p->key, 64);
	p->code = rd_arena_alloc(x->arena, ((size_t)room + 1) * sizeof *p->code, 64);
	p->name = rd_arena_alloc(x->arena, ((size_t)room + 1) * sizeof *p->name, 64);
	p->declared = rd_arena_alloc(x->arena, ((size_t)room + 1) * sizeof *p->declared, 64);
	if (o->n == 0) {
		p->n = 1;
		return;
	}
	memcpy(p->key, o->key, o->n * sizeof *p->key);
	memcpy(p->code, o->code, o->n * sizeof *p->code);
	memcpy(p->name, o->name, o->n * sizeof *p->name);
	memcpy(p->declared, o->declared, o->n * sizeof *p->declared);
}

static void copy_vouchers(rd_extend *x, bool wanted)
{
	const rd_vouchers *o = &x->old->voucher;
	rd_vouchers *v = &x->book->voucher;
	rd_row n = o->n + x->n_vouchers;

	v->n = o->n;
	v->first = longer(x, o->first, sizeof *v->first, o->first ? o->n + 1 : 0, n + 1, true);
	v->date = longer(x, o->date, sizeof *v->date, o->n, n, true);
	v->period = longer(x, o->period, sizeof *v->period, o->n, n, true);
	v->number = longer(x, o->number, sizeof *v->number, o->n, n, true);
	v->flags = longer(x, o->flags, sizeof *v->flags, o->n, n, true);
	v->journal = longer(x, o->journal, sizeof *v->journal, o->n, n, wanted);
	v->preparer = longer(x, o->preparer, sizeof *v->preparer, o->n, n, false);
	v->reviewer = longer(x, o->reviewer, sizeof *v->reviewer, o->n, n, false);
	v->poster = longer(x, o->poster, sizeof *v->poster, o->n, n, false);
	v->attachments = longer(x, o->attachments, sizeof *v->attachments, o->n, n, false);
	v->entry_time = longer(x, o->entry_time, sizeof *v->entry_time, o->n, n, false);
	v->document = longer(x, o->document, sizeof *v->document, o->n, n, false);
}

static void copy_lines(rd_extend *x)
{
	const rd_lines *o = &x->old->line;
	rd_lines *l = &x->book->line;
	rd_row n = o->n + x->n_lines;

	l->n = o->n;
	l->amount = longer(x, o->amount, sizeof *l->amount, o->n, n, true);
	l->flags = longer(x, o->flags, sizeof *l->flags, o->n, n, true);
	l->account = longer(x, o->account, sizeof *l->account, o->n, n, true);
	l->party = longer(x, o->party, sizeof *l->party, o->n, n, true);
	l->text = longer(x, o->text, sizeof *l->text, o->n, n, true);
	l->document = longer(x, o->document, sizeof *l->document, o->n, n, x->documents);
	l->date = longer(x, o->date, sizeof *l->date, o->n, n, false);
	l->document_date = longer(x, o->document_date, sizeof *l->document_date, o->n, n, false);
	l->clearing = longer(x, o->clearing, sizeof *l->clearing, o->n, n, false);
	l->currency = longer(x, o->currency, sizeof *l->currency, o->n, n, false);
	l->foreign = longer(x, o->foreign, sizeof *l->foreign, o->n, n, false);
	l->rate = longer(x, o->rate, sizeof *l->rate, o->n, n, false);
	l->rate_digits = longer(x, o->rate_digits, sizeof *l->rate_digits, o->n, n, false);
	/* Documents of whole vouchers become those of their lines, as soon as a new one has several. */
	if (l->document && o->document == NULL && x->old->voucher.document)
		for (rd_row v = 0; v < x->old->voucher.n; v++)
			for (rd_row i = x->old->voucher.first[v]; i < x->old->voucher.first[v + 1]; i++)
				l->document[i] = x->old->voucher.document[v];
}

static void copy_rest(rd_extend *x)
{
	const rd_book *o = x->old;
	rd_book *b = x->book;

	b->has = o->has;
	b->key = o->key;
	b->open_entries = o->open_entries;
	b->standard = o->standard;
	b->base_currency = o->base_currency;
	b->first_day = o->first_day;
	b->last_day = o->last_day;
	b->n_files = o->n_files;
	b->files = same(x, o->files, sizeof *b->files, o->n_files + 1);
	b->n_notes = o->n_notes;
	b->notes = same(x, o->notes, sizeof *b->notes, o->n_notes);
	b->n_aliases = o->n_aliases;
	b->aliases = same(x, o->aliases, sizeof *b->aliases, o->n_aliases);
	b->n_totals = o->n_totals;
	b->totals = same(x, o->totals, sizeof *b->totals, o->n_totals);
	b->n_both = o->n_both;
	b->both = same(x, o->both, sizeof *b->both, o->n_both);
	b->n_assertions = o->n_assertions;
	b->assertions = same(x, o->assertions, sizeof *b->assertions, o->n_assertions);
	b->n_mixed = o->n_mixed;
	b->mixed = same(x, o->mixed, sizeof *b->mixed, o->n_mixed);
	b->n_periods = o->n_periods;
	b->periods =
		rd_arena_alloc(x->arena, ((size_t)o->n_periods + x->n_vouchers + 1) * sizeof *b->periods,
	                   64);
	if (o->n_periods)
		memcpy(b->periods, o->periods, o->n_periods * sizeof *b->periods);
}

/* Reading positions: the new lines stand behind all others, in a file of their own. */
static void copy_places(rd_extend *x, rd_str place)
{
	const rd_book_store *o = x->old->store;
	rd_book *b = x->book;
	rd_row n = x->old->line.n;

	if (b->n_files == 0)
		b->n_files = 1;
	x->file = b->n_files++;
	b->files[x->file] = (rd_file){.name = rd_extend_text(x, place),
	                              .format = rd_extend_text(x, RD_STR("correction")),
	                              .encoding = rd_extend_text(x, RD_STR("UTF-8")),
	                              .kind = RD_FILE_JOURNAL,
	                              .records = x->n_lines,
	                              .from = RD_DAY_NONE,
	                              .to = RD_DAY_NONE};
	x->store->n_segments = o->n_segments + 1;
	x->store->segments = same(x, o->segments, sizeof *o->segments, o->n_segments + 1);
	x->store->segments[o->n_segments] = (rd_segment){n, x->file, 1, 1};
	if (o->origin) {
		x->store->origin = same(x, NULL, sizeof *o->origin, n + x->n_lines);
		memcpy(x->store->origin, o->origin, n * sizeof *o->origin);
		for (rd_row i = n; i < n + x->n_lines; i++)
			x->store->origin[i] = i;
	}
}

/* ---- accounts and parties of the new lines ---- */

static rd_row account_of(rd_extend *x, const rd_extra_line *l)
{
	rd_accounts *a = &x->book->account;
	rd_row row = rd_book_find_account(x->old, l->account);

	for (rd_row i = x->old->account.n; row == 0 && i < a->n; i++)
		if (rd_str_eq(rd_book_text(x->book, a->code[i]), l->account))
			row = i;
	if (row)
		return row;
	const rd_chart_entry *e = rd_chart_find(x->old->standard, l->account);
	rd_str name = e ? rd_str_of(e->name_zh) : l->account_name;

	if (a->n == 0)
		a->n = 1;
	row = a->n++;
	a->code[row] = rd_extend_text(x, l->account);
	a->name[row] = rd_extend_text(x, name);
	a->open_from[row] = a->open_to[row] = RD_DAY_NONE;
	a->level[row] = 1;
	a->flags[row] = RD_ACC_LEAF | RD_ACC_DECLARED;
	rd_chart_settle(x->book, row);
	return row;
}

static rd_row party_of(rd_extend *x, rd_str key)
{
	rd_parties *p = &x->book->party;
	rd_text id = key.len ? rd_book_find_text(x->book, key) : 0;

	if (key.len == 0)
		return 0;
	for (rd_row i = 1; id && i < p->n; i++)
		if (p->key[i] == id || p->code[i] == id || p->name[i] == id)
			return i;
	id = rd_extend_text(x, key);
	p->key[p->n] = p->name[p->n] = id;
	return p->n++;
}

static rd_serial serial_of(rd_extend *x, rd_str text)
{
	char buf[512];
	uint32_t n;
	rd_serial_parts p = rd_serial_split(rd_str_trim(text));

	if (text.len == 0 || !rd_serial_shape_text(&p, buf, sizeof buf, &n))
		return 0;
	return rd_serial_of(rd_extend_text(x, (rd_str){buf, n}), p.value);
}

/* ---- numbers ---- */

typedef struct series {
	rd_serial last; /* of the voucher's period */
	rd_serial before;
	rd_period period; /* the latest one before that has the journal */
	uint64_t low;     /* the lowest number of that one */
	bool earlier;     /* it is not the first one of the books */
} series;

static void look_at(series *s, rd_serial number, rd_period p, rd_period wanted, rd_period first)
{
	uint64_t value = rd_serial_value(number);

	if (p == wanted && value >= rd_serial_value(s->last))
		s->last = number;
	if (p >= wanted || p < s->period)
		return;
	if (p > s->period) {
		*s = (series){.last = s->last, .period = p, .low = value, .earlier = p > first};
		s->before = number;
	}
	s->low = value < s->low ? value : s->low;
	if (value >= rd_serial_value(s->before))
		s->before = number;
}

/* The next number of a journal in a period: numbers begin anew each month by law (会计基础工作规范
 * 51条(二)), unless those of the month before did not. */
static rd_serial next_number(const rd_extend *x, rd_text journal, rd_period period)
{
	const rd_vouchers *v = &x->book->voucher;
	rd_period first = x->book->n_periods ? x->book->periods[0] : 0;
	series s = {0};

	for (rd_row i = 0; i < v->n; i++)
		if (v->number[i] && (v->journal == NULL || v->journal[i] == journal))
			look_at(&s, v->number[i], v->period[i], period, first);
	if (s.last)
		return rd_serial_of(rd_serial_shape(s.last), rd_serial_value(s.last) + 1);
	if (s.before == 0)
		return 0;
	bool anew = s.low == 1 || !s.earlier || s.period / 100 != period / 100;

	return rd_serial_of(rd_serial_shape(s.before), anew ? 1 : rd_serial_value(s.before) + 1);
}

/* ---- the new rows ---- */

static void add_line(rd_extend *x, const rd_extra_voucher *e, const rd_extra_line *l)
{
	rd_lines *t = &x->book->line;
	rd_row i = t->n++;

	t->amount[i] = l->amount;
	t->flags[i] = (uint8_t)((l->credit ? RD_LINE_CREDIT : 0) |
	                        (l->currency.len && t->foreign ? RD_LINE_FOREIGN : 0) |
	                        (l->rate && t->rate ? RD_LINE_RATE : 0));
	t->account[i] = account_of(x, l);
	t->party[i] = party_of(x, l->party);
	t->text[i] = rd_extend_text(x, l->text);
	if (t->document)
		t->document[i] = serial_of(x, l->document);
	if (t->date)
		t->date[i] = e->date;
	if (t->document_date)
		t->document_date[i] = RD_DAY_NONE;
	if (t->currency)
		t->currency[i] = l->currency.len ? rd_extend_text(x, l->currency) : x->book->base_currency;
	if (t->foreign)
		t->foreign[i] = l->currency.len ? l->foreign : 0;
	if (t->rate)
		t->rate[i] = l->rate;
	if (t->rate_digits && l->rate)
		t->rate_digits[i] = 8;
	x->book->account.flags[t->account[i]] |= RD_ACC_HAS_LINES;
}

static void add_voucher(rd_extend *x, const rd_extra_voucher *e)
{
	rd_vouchers *v = &x->book->voucher;
	rd_text journal = rd_extend_text(x, e->journal);
	rd_period period = e->period ? e->period : rd_day_period(e->date);
	rd_serial number = next_number(x, journal, period);
	rd_row row = v->n++;

	v->first[row] = x->book->line.n;
	v->date[row] = e->date;
	v->period[row] = period;
	v->number[row] = number;
	v->flags[row] = (uint8_t)((x->posts ? RD_VCH_POSTED : 0) | (e->closing ? RD_VCH_CLOSING : 0));
	if (v->journal)
		v->journal[row] = journal;
	if (v->preparer)
		v->preparer[row] = rd_extend_text(x, e->preparer);
	if (v->reviewer)
		v->reviewer[row] = rd_extend_text(x, e->reviewer);
	if (v->poster)
		v->poster[row] = rd_extend_text(x, e->poster);
	if (v->attachments)
		v->attachments[row] = 0;
	if (v->entry_time)
		v->entry_time[row] = -1;
	if (v->document)
		v->document[row] = e->n_lines ? serial_of(x, e->lines[0].document) : 0;
	for (uint32_t i = 0; i < e->n_lines; i++)
		add_line(x, e, &e->lines[i]);
	v->first[v->n] = x->book->line.n;
	x->book->open_entries += rd_voucher_net(x->book, row) != 0;
}

static void add_period(rd_book *b, rd_period p)
{
	uint32_t at = b->n_periods;

	if (rd_book_period_index(b, p) != RD_NONE)
		return;
	while (at > 0 && b->periods[at - 1] > p) {
		b->periods[at] = b->periods[at - 1];
		at--;
	}
	b->periods[at] = p;
	b->n_periods++;
}

static void settle_days(rd_book *b, rd_row from)
{
	for (rd_row v = from; v < b->voucher.n; v++) {
		rd_day d = b->voucher.date[v];

		add_period(b, b->voucher.period[v]);
		if (b->first_day == RD_DAY_NONE || d < b->first_day)
			b->first_day = d;
		if (b->last_day == RD_DAY_NONE || d > b->last_day)
			b->last_day = d;
	}
}

/* Accounts that came behind the old ones are found by their codes as well. */
static void index_accounts(rd_extend *x)
{
	const rd_accounts *a = &x->book->account;

	x->store->n_text_account = x->store->dict.n;
	x->store->text_account = RD_NEW_N(x->arena, rd_row, x->store->dict.n);
	for (rd_row i = 1; i < a->n; i++)
		if (a->code[i])
			x->store->text_account[a->code[i]] = i;
}

static rd_rc look_over(rd_extend *x, const rd_extra_voucher *extra, uint32_t n, rd_err *err)
{
	for (uint32_t v = 0; v < n; v++) {
		if (extra[v].n_lines == 0 || extra[v].date == RD_DAY_NONE)
			return rd_fail(err, RD_INPUT, "第 %u 张凭证没有日期或没有分录",
			               "voucher %u has no date or no lines", v + 1);
		for (uint32_t i = 0; i < extra[v].n_lines; i++) {
			if (extra[v].lines[i].account.len == 0)
				return rd_fail(err, RD_INPUT, "第 %u 张凭证第 %u 行没有科目",
				               "voucher %u, line %u has no account", v + 1, i + 1);
			x->documents |= !rd_str_eq(extra[v].lines[i].document, extra[v].lines[0].document);
		}
		if ((uint64_t)x->old->line.n + x->n_lines + extra[v].n_lines > RD_ROWS_MAX)
			return rd_fail(err, RD_LIMIT, "分录超过上限", "too many lines");
		x->n_lines += extra[v].n_lines;
	}
	x->documents |= x->old->line.document != NULL;
	x->documents &= x->old->line.document || x->old->voucher.document;
	return RD_OK;
}

rd_rc rd_book_extend(const rd_book *old, const rd_extra_voucher *extra, uint32_t n,
                     const rd_row *annulled, uint32_t n_annulled, rd_str place, rd_book **ret_book,
                     rd_err *err)
{
	rd_extend x = {.old = old, .n_vouchers = n};

	RD_TRY(look_over(&x, extra, n, err));
	x.arena = rd_arena_new();
	x.store = RD_NEW(x.arena, rd_book_store);
	x.store->arena = x.arena;
	rd_dict_init(&x.store->dict);
	x.book = RD_NEW(x.arena, rd_book);
	x.book->store = x.store;
	copy_texts(&x);
	copy_accounts(&x);
	copy_parties(&x);
	copy_vouchers(&x, old->voucher.journal != NULL);
	copy_lines(&x);
	copy_rest(&x);
	copy_places(&x, place);
	for (rd_row v = 0; v < old->voucher.n && !x.posts; v++)
		x.posts = old->voucher.flags[v] & RD_VCH_POSTED;
	for (uint32_t i = 0; i < n_annulled; i++)
		x.book->voucher.flags[annulled[i]] |= RD_VCH_VOID;
	for (uint32_t v = 0; v < n; v++)
		add_voucher(&x, &extra[v]);
	if (x.book->voucher.document && x.book->line.document)
		x.book->voucher.document = NULL;
	settle_days(x.book, old->voucher.n);
	rd_extend_balances(&x);
	index_accounts(&x);
	rd_store_index_vouchers(x.book);
	*ret_book = x.book;
	return RD_OK;
}
