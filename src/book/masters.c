/* Sealing, part two: texts become accounts and parties, trial balance rows are settled. */
#include "base/assert.h"
#include "book/build.h"
#include "book/chart.h"
#include <stdlib.h>

static int text_cmp(const void *x, const void *y, void *ctx)
{
	const rd_text *a = x, *b = y;

	return rd_str_cmp(rd_dict_text(ctx, *a), rd_dict_text(ctx, *b));
}

/* Rows by text order: row 0 is blank, so the first id gets row 1. rows[] is by text id. */
static rd_text *collect(rd_builder *b, rd_arena *scratch, rd_row *rows, uint32_t *ret_n)
{
	uint32_t n = 0, n_texts = b->store->dict.n;
	rd_text *ids = RD_NEW_N(scratch, rd_text, n_texts + 1);

	for (rd_text id = 1; id < n_texts; id++)
		if (rows[id])
			ids[n++] = id;
	qsort_r(ids, n, sizeof *ids, text_cmp, &b->store->dict);
	for (uint32_t i = 0; i < n; i++)
		rows[ids[i]] = i + 1;
	*ret_n = n + 1;
	return ids;
}

/* A column of the lines that becomes row numbers. */
typedef struct column {
	rd_row *of_line;
	rd_row n;
	uint8_t *used; /* by text id: stands in a line */
	const rd_row *rows;
} column;

static void remap_some(void *ctx, uint32_t task, uint32_t worker)
{
	const column *c = ctx;
	rd_row to = rd_seal_cut(c->n, task + 1);

	(void)worker;
	for (rd_row i = rd_seal_cut(c->n, task); i < to; i++)
		c->of_line[i] = c->rows[c->of_line[i]];
}

static void look_for_used(void *ctx, uint32_t task, uint32_t worker)
{
	const column *c = (const column *)ctx + task;

	(void)worker;
	for (rd_row i = 0; i < c->n; i++)
		c->used[c->of_line[i]] = 1;
}

/* ---- accounts ---- */

static void new_accounts(rd_builder *b, uint32_t n)
{
	rd_accounts *a = &b->book->account;

	a->n = n;
	a->code = RD_NEW_N(b->arena, rd_text, n);
	a->name = RD_NEW_N(b->arena, rd_text, n);
	a->parent = RD_NEW_N(b->arena, rd_row, n);
	a->level = RD_NEW_N(b->arena, uint8_t, n);
	a->class_of = RD_NEW_N(b->arena, uint8_t, n);
	a->role = RD_NEW_N(b->arena, uint8_t, n);
	a->side = RD_NEW_N(b->arena, uint8_t, n);
	a->flags = RD_NEW_N(b->arena, uint32_t, n);
	a->open_from = RD_NEW_N(b->arena, rd_day, n);
	a->open_to = RD_NEW_N(b->arena, rd_day, n);
	a->currencies = RD_NEW_N(b->arena, rd_text, n);
	a->opening = RD_NEW_N(b->arena, rd_minor, n);
	a->file = RD_NEW_N(b->arena, rd_row, n);
	a->file_line = RD_NEW_N(b->arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
		a->open_from[i] = a->open_to[i] = RD_DAY_NONE;
}

static rd_class class_of_text(rd_str s)
{
	static const struct {
		const char *word;
		rd_class class_of;
	} words[] = {
		{"资产", RD_CLASS_ASSET},
		{"负债", RD_CLASS_LIABILITY},
		{"共同", RD_CLASS_COMMON},
		{"权益", RD_CLASS_EQUITY},
		{"成本", RD_CLASS_COST},
		{"损益", RD_CLASS_PL},
		{"收入", RD_CLASS_PL},
		{"费用", RD_CLASS_PL},
		{"表外", RD_CLASS_MEMO},
		{"Asset", RD_CLASS_ASSET},
		{"Liability", RD_CLASS_LIABILITY},
		{"Equity", RD_CLASS_EQUITY},
		{"Income", RD_CLASS_PL},
		{"Expense", RD_CLASS_PL},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (rd_str_has(s, words[i].word))
			return words[i].class_of;
	return RD_CLASS_UNKNOWN;
}

static void declare(rd_builder *b, const rd_row *rows)
{
	rd_accounts *a = &b->book->account;

	for (uint32_t i = 0; i < b->n_declared; i++) {
		const rd_declared *d = &b->declared[i];
		rd_row r = rows[d->code];

		a->flags[r] |= d->flags;
		if (d->side != RD_SIDE_BOTH)
			a->side[r] = (uint8_t)d->side;
		if (d->name && a->name[r] == 0)
			a->name[r] = d->name;
		if (d->class_text)
			a->class_of[r] = (uint8_t)class_of_text(rd_builder_str(b, d->class_text));
		if (d->from != RD_DAY_NONE)
			a->open_from[r] = d->from;
		if (d->to != RD_DAY_NONE)
			a->open_to[r] = d->to;
		if (d->currencies)
			a->currencies[r] = d->currencies;
		if (a->file[r] == 0) {
			a->file[r] = d->file;
			a->file_line[r] = d->line;
		}
	}
}

/* Names from the trial balance, else the name that most lines use (the smallest text on a tie). */
static void name_accounts(rd_builder *b, rd_arena *scratch, const rd_row *rows)
{
	rd_accounts *a = &b->book->account;
	uint32_t *most = RD_NEW_N(scratch, uint32_t, a->n);

	for (uint32_t i = 0; i < b->n_tb; i++) {
		rd_row r = rows[b->tb[i].account];

		a->flags[r] |= RD_ACC_IN_TRIAL_BALANCE;
		if (a->name[r] == 0 && b->tb[i].party == 0)
			a->name[r] = b->tb[i].name;
	}
	for (rd_row r = 0; r < a->n; r++)
		most[r] = a->name[r] ? UINT32_MAX : 0;
	for (uint32_t i = 0; i <= b->alias_mask; i++) {
		const rd_alias_slot *s = &b->aliases[i];

		if (s->lines == 0 || s->is_party)
			continue;
		rd_row r = rows[s->code];
		bool better = s->lines > most[r] ||
		              (s->lines == most[r] &&
		               rd_str_cmp(rd_builder_str(b, s->name), rd_builder_str(b, a->name[r])) < 0);
		if (better && most[r] != UINT32_MAX) {
			most[r] = s->lines;
			a->name[r] = s->name;
		}
	}
}

static void seal_accounts(rd_builder *b, rd_arena *scratch, column *c)
{
	rd_book *book = b->book;
	uint32_t n, n_texts = b->store->dict.n;
	rd_row *rows = RD_NEW_N(b->arena, rd_row, n_texts);

	for (rd_text id = 0; id < n_texts; id++)
		rows[id] = c->used[id];
	for (uint32_t i = 0; i < b->n_declared; i++)
		rows[b->declared[i].code] = 1;
	for (uint32_t i = 0; i < b->n_tb; i++)
		rows[b->tb[i].account] = 1;
	rows[0] = 0;
	rd_text *ids = collect(b, scratch, rows, &n);

	new_accounts(b, n);
	memcpy(book->account.code + 1, ids, (n - 1) * sizeof *ids);
	b->store->text_account = rows;
	b->store->n_text_account = n_texts;
	declare(b, rows);
	name_accounts(b, scratch, rows);
	c->rows = rows;
	rd_seal_parallel(b, c->n, remap_some, c);
	for (rd_text id = 0; id < n_texts; id++)
		if (c->used[id])
			book->account.flags[rows[id]] |= RD_ACC_HAS_LINES;
}

/* ---- parties ---- */

/* Master lists join a name to its code, so that lines with either mean one party. */
static void join_parties(rd_builder *b, rd_row *rows, rd_text *same_as)
{
	for (uint32_t i = 0; i < b->n_parties; i++) {
		const rd_party_raw *p = &b->parties[i];

		if (p->code && p->name && p->code != p->name && rows[p->name] && same_as[p->name] == 0)
			same_as[p->name] = p->code;
		rows[p->code ? p->code : p->name] = 1;
	}
	for (rd_text id = 1; id < b->store->dict.n; id++)
		if (same_as[id])
			rows[id] = 0;
}

static void fill_parties(rd_builder *b, const rd_row *rows, const rd_text *ids, uint32_t n)
{
	rd_parties *p = &b->book->party;

	p->n = n;
	p->key = RD_NEW_N(b->arena, rd_text, n);
	p->code = RD_NEW_N(b->arena, rd_text, n);
	p->name = RD_NEW_N(b->arena, rd_text, n);
	p->declared = RD_NEW_N(b->arena, uint8_t, n);
	memcpy(p->key + 1, ids, (n - 1) * sizeof *ids);
	for (uint32_t i = 0; i < b->n_parties; i++) {
		const rd_party_raw *raw = &b->parties[i];
		rd_row r = rows[raw->code ? raw->code : raw->name];

		p->declared[r] |= raw->declared;
		if (raw->code)
			p->code[r] = raw->code;
		if (raw->name && (p->name[r] == 0 || raw->declared))
			p->name[r] = raw->name;
	}
	for (uint32_t i = 0; i <= b->alias_mask; i++) {
		const rd_alias_slot *s = &b->aliases[i];

		if (s->lines == 0 || !s->is_party)
			continue;
		rd_row r = rows[s->code];

		p->code[r] = s->code;
		if (p->name[r] == 0 || (!p->declared[r] && rd_str_cmp(rd_builder_str(b, s->name),
		                                                      rd_builder_str(b, p->name[r])) < 0))
			p->name[r] = s->name;
	}
	for (rd_row r = 1; r < n; r++)
		if (p->name[r] == 0)
			p->name[r] = p->key[r];
}

static void seal_parties(rd_builder *b, rd_arena *scratch, column *c)
{
	uint32_t n, n_texts = b->store->dict.n;
	rd_row *rows = RD_NEW_N(scratch, rd_row, n_texts);
	rd_text *same_as = RD_NEW_N(scratch, rd_text, n_texts);

	for (rd_text id = 0; id < n_texts; id++)
		rows[id] = c->used[id];
	for (uint32_t i = 0; i < b->n_tb; i++)
		rows[b->tb[i].party] = 1;
	rows[0] = 0;
	join_parties(b, rows, same_as);
	rows[0] = 0;
	rd_text *ids = collect(b, scratch, rows, &n);

	for (rd_text id = 1; id < n_texts; id++)
		if (same_as[id])
			rows[id] = rows[same_as[id]];
	fill_parties(b, rows, ids, n);
	c->rows = rows;
	rd_seal_parallel(b, c->n, remap_some, c);
	for (uint32_t i = 0; i < b->n_tb; i++)
		b->tb[i].party = rows[b->tb[i].party];
	for (uint32_t i = 0; i <= b->alias_mask; i++)
		if (b->aliases[i].lines && b->aliases[i].is_party)
			b->aliases[i].code = rows[b->aliases[i].code]; /* a row from now on */
}

/* ---- trial balance ---- */

/* A balance without a side stands on the account's own side. */
static void to_own_side(const rd_book *book, rd_tb_raw *t, rd_row account)
{
	static const uint8_t pairs[] = {RD_TB_OPEN_D, RD_TB_CLOSE_D};

	if (!t->natural || book->account.side[account] != RD_SIDE_CREDIT)
		return;
	for (size_t i = 0; i < sizeof pairs; i++) {
		t->amount[pairs[i] + 1] = t->amount[pairs[i]];
		t->amount[pairs[i]] = 0;
	}
}

static int tb_cmp(const void *x, const void *y)
{
	const rd_tb_raw *a = x, *b = y;
	int c = (a->period > b->period) - (a->period < b->period);

	if (c == 0)
		c = (a->file > b->file) - (a->file < b->file);
	return c ? c : (a->line > b->line) - (a->line < b->line);
}

static void seal_tb(rd_builder *b)
{
	rd_tb_rows *to = &b->book->tb;
	const rd_row *rows = b->store->text_account;

	to->n = b->n_tb;
	to->period = RD_NEW_N(b->arena, rd_period, b->n_tb + 1);
	to->account = RD_NEW_N(b->arena, rd_row, b->n_tb + 1);
	to->party = RD_NEW_N(b->arena, rd_row, b->n_tb + 1);
	to->present = RD_NEW_N(b->arena, uint16_t, b->n_tb + 1);
	to->file = RD_NEW_N(b->arena, rd_row, b->n_tb + 1);
	to->line = RD_NEW_N(b->arena, uint32_t, b->n_tb + 1);
	for (uint32_t c = 0; c < RD_TB_COLUMNS; c++)
		to->amount[c] = RD_NEW_N(b->arena, rd_minor, b->n_tb + 1);
	if (b->n_tb)
		qsort(b->tb, b->n_tb, sizeof *b->tb, tb_cmp);
	for (uint32_t i = 0; i < b->n_tb; i++) {
		rd_tb_raw *t = &b->tb[i];
		rd_row account = rows[t->account];

		to_own_side(b->book, t, account);
		to->period[i] = t->period;
		to->account[i] = account;
		to->party[i] = t->party;
		to->present[i] = t->present;
		to->file[i] = t->file;
		to->line[i] = t->line;
		for (uint32_t c = 0; c < RD_TB_COLUMNS; c++)
			to->amount[c][i] = t->amount[c];
	}
}

/* Openings: of the chart when it has them, else of the earliest trial balance. */
static void seal_openings(rd_builder *b)
{
	rd_book *book = b->book;
	rd_accounts *a = &book->account;
	const rd_tb_rows *tb = &book->tb;

	for (uint32_t i = 0; i < b->n_declared; i++) {
		const rd_declared *d = &b->declared[i];
		rd_row r = b->store->text_account[d->code];

		if (d->flags & RD_ACC_OPENING)
			a->opening[r] =
				d->natural && a->side[r] == RD_SIDE_CREDIT ? -d->open_natural : d->open_debit;
	}
	for (rd_row i = 0; i < tb->n; i++) {
		rd_row r = tb->account[i];

		if (tb->party[i] || !(tb->present[i] & 3) || (a->flags[r] & RD_ACC_OPENING))
			continue;
		if (tb->period[i] != tb->period[0])
			continue; /* a later first row: the account opened during the year */
		a->opening[r] = tb->amount[RD_TB_OPEN_D][i] - tb->amount[RD_TB_OPEN_C][i];
		a->flags[r] |= RD_ACC_OPENING;
	}
	if (tb->n && (tb->present[0] & 3))
		for (rd_row r = 1; r < a->n; r++)
			a->flags[r] |= RD_ACC_OPENING; /* not listed: nothing was carried forward */
}

/* ---- aliases and assertions ---- */

static int alias_cmp(const void *x, const void *y, void *ctx)
{
	const rd_alias *a = x, *b = y;
	int c = (int)a->is_party - (int)b->is_party;

	if (c == 0)
		c = (a->row > b->row) - (a->row < b->row);
	return c ? c : rd_str_cmp(rd_dict_text(ctx, a->name), rd_dict_text(ctx, b->name));
}

static rd_place place_in_reading_order(const rd_builder *b, uint32_t line)
{
	uint32_t lo = 0, hi = b->n_segments;

	while (lo + 1 < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (b->segments[mid].first <= line)
			lo = mid;
		else
			hi = mid;
	}
	if (b->n_segments == 0)
		return (rd_place){0};
	return (rd_place){b->segments[lo].file, b->segments[lo].line + line - b->segments[lo].first};
}

static void seal_aliases(rd_builder *b)
{
	rd_book *book = b->book;

	book->aliases = RD_NEW_N(b->arena, rd_alias, b->n_aliases + 1);
	for (uint32_t i = 0; i <= b->alias_mask; i++) {
		const rd_alias_slot *s = &b->aliases[i];

		if (s->lines == 0)
			continue;
		rd_place p = place_in_reading_order(b, s->row);
		rd_row row = s->is_party ? s->code : b->store->text_account[s->code];

		book->aliases[book->n_aliases++] =
			(rd_alias){s->is_party, row, s->name, s->lines, s->first, s->last, p.file, p.line};
	}
	qsort_r(book->aliases, book->n_aliases, sizeof *book->aliases, alias_cmp, &b->store->dict);
}

static void seal_assertions(rd_builder *b)
{
	rd_book *book = b->book;

	book->assertions = RD_NEW_N(b->arena, rd_assertion, b->n_asserts + 1);
	book->n_assertions = b->n_asserts;
	for (uint32_t i = 0; i < b->n_asserts; i++) {
		const rd_assert_raw *s = &b->asserts[i];

		book->assertions[i] = (rd_assertion){.line = s->line,
		                                     .balance = s->balance,
		                                     .account = b->store->text_account[s->account],
		                                     .day = rd_line_date(book, s->line),
		                                     .file = s->file,
		                                     .file_line = s->file_line};
	}
	if (b->n_asserts)
		b->has |= RD_HAS_ASSERTION;
}

void rd_seal_masters(rd_builder *b, rd_arena *scratch, rd_standard stated)
{
	const rd_lines *l = &b->book->line;
	column columns[] = {{l->account, l->n, RD_NEW_N(scratch, uint8_t, b->store->dict.n), NULL},
	                    {l->party, l->n, RD_NEW_N(scratch, uint8_t, b->store->dict.n), NULL}};

	rd_parallel(rd_seal_threads(b, l->n), 2, look_for_used, columns);
	seal_accounts(b, scratch, &columns[0]);
	seal_parties(b, scratch, &columns[1]);
	rd_chart_apply(b->book, stated);
	seal_tb(b);
	seal_openings(b);
	seal_aliases(b);
	seal_assertions(b);
}
