/*
 * Which runs are one entry: domain rules "Which lines are one entry". Chain of keys: number, +
 * journal, + period, + date, + document. A field joins the key only when it splits groups and
 * at least 99 % of the groups that it splits and that balanced stay balanced in every part.
 * Where numbers begin anew so often that hardly a group balances (ten numbers, used in twelve
 * months and three journals), that says nothing: then the coarsest of a few keys under which nine
 * of ten groups balance is taken. When there is none the numbers are useless, and each journal is
 * cut where its running sum returns.
 */
#include "base/assert.h"
#include "base/hash.h"
#include "book/build.h"
#include "book/serial.h"
#include <stdlib.h>

#define BALANCED_MIN_PERCENT 90 /* fewer balanced groups: numbers do not tell entries apart */
#define STAY_MIN_PERCENT     99
#define FEW_GROUPS           10

typedef struct keyed {
	uint64_t key;
	uint32_t run;
} keyed;

typedef struct finder {
	rd_builder *b;
	rd_arena *scratch;
	rd_minor *net;   /* by run */
	uint32_t *group; /* of each run, numbered in order of the key sort */
	keyed *order;    /* runs by group, then position */
	uint32_t n_runs, n_groups;
} finder;

static const uint8_t chain_column[] = {R_NUMBER, R_JOURNAL, R_PERIOD, R_DATE, R_DOCUMENT};
static const uint32_t chain_part[] = {RD_KEY_NUMBER, RD_KEY_JOURNAL, RD_KEY_PERIOD, RD_KEY_DATE,
                                      RD_KEY_DOCUMENT};

static uint64_t value_at(const rd_table *t, uint32_t c, uint32_t i)
{
	if (!t->used[c])
		return 0;
	if (t->size[c] == 8)
		return ((const uint64_t *)t->col[c])[i];
	return ((const uint32_t *)t->col[c])[i];
}

static uint32_t run_end(const rd_builder *b, uint32_t run)
{
	return run + 1 < b->runs.n ? rd_col(b->runs, uint32_t, R_FIRST)[run + 1] : b->lines.n;
}

static int keyed_cmp(const void *x, const void *y)
{
	const keyed *a = x, *b = y;
	int c = (a->key > b->key) - (a->key < b->key);

	return c ? c : (a->run > b->run) - (a->run < b->run);
}

/* Groups the runs by hash of the key's fields; lines without a number are one blank group each
 * stretch, so that they are not thrown together. */
static void group_by(finder *f, const uint8_t *columns, uint32_t n_columns)
{
	const rd_table *t = &f->b->runs;
	uint32_t blank = 0;

	for (uint32_t r = 0; r < f->n_runs; r++) {
		uint64_t h = 1;

		for (uint32_t k = 0; k < n_columns; k++)
			h = rd_mix(h, value_at(t, columns[k], r) + 0x9e3779b97f4a7c15u);
		if (value_at(t, columns[0], r) == 0) {
			blank += r == 0 || value_at(t, columns[0], r - 1) != 0;
			h = rd_mix(h, blank);
		}
		f->order[r] = (keyed){h, r};
	}
	bool sorted = true;
	for (uint32_t r = 1; r < f->n_runs && sorted; r++)
		sorted = f->order[r - 1].key <= f->order[r].key;
	if (!sorted)
		qsort(f->order, f->n_runs, sizeof *f->order, keyed_cmp);
	f->n_groups = 0;
	for (uint32_t k = 0; k < f->n_runs; k++) {
		f->n_groups += k == 0 || f->order[k].key != f->order[k - 1].key;
		f->group[f->order[k].run] = f->n_groups - 1;
	}
}

/* Balanced groups among all, in percent. */
static uint32_t balanced_percent(const finder *f, uint32_t *ret_open)
{
	uint32_t open = 0;
	rd_minor sum = 0;

	for (uint32_t k = 0; k < f->n_runs; k++) {
		sum += f->net[f->order[k].run];
		if (k + 1 == f->n_runs || f->order[k + 1].key != f->order[k].key) {
			open += sum != 0;
			sum = 0;
		}
	}
	*ret_open = open;
	return f->n_groups ? (uint32_t)(100 * (uint64_t)(f->n_groups - open) / f->n_groups) : 0;
}

typedef struct sub {
	uint64_t value;
	rd_minor net;
} sub;

static int sub_cmp(const void *x, const void *y)
{
	const sub *a = x, *b = y;

	return (a->value > b->value) - (a->value < b->value);
}

typedef struct verdict {
	bool split; /* the column has several values in the group */
	uint32_t parts, balanced;
} verdict;

/* How one more column treats the group order[from..to). */
static verdict split_by(const finder *f, uint32_t column, uint32_t from, uint32_t to, sub *parts)
{
	uint32_t n = to - from;
	verdict v = {0};
	rd_minor sum = 0;

	for (uint32_t k = 0; k < n; k++) {
		parts[k] = (sub){value_at(&f->b->runs, column, f->order[from + k].run),
		                 f->net[f->order[from + k].run]};
		v.split |= parts[k].value != parts[0].value;
	}
	if (!v.split)
		return v;
	qsort(parts, n, sizeof *parts, sub_cmp);
	for (uint32_t k = 0; k < n; k++) {
		sum += parts[k].net;
		if (k + 1 == n || parts[k + 1].value != parts[k].value) {
			v.parts++;
			v.balanced += sum == 0;
			sum = 0;
		}
	}
	return v;
}

/* Does the column belong to the key? Balanced groups decide. When it splits none of them, groups
 * that are open as a whole decide: their parts must balance, all but one in each. */
static bool joins(const finder *f, uint32_t column, sub *parts)
{
	uint64_t split = 0, kept = 0, open = 0, cleared = 0;

	for (uint32_t from = 0, to; from < f->n_runs; from = to) {
		rd_minor sum = 0;

		for (to = from; to < f->n_runs && f->order[to].key == f->order[from].key; to++)
			sum += f->net[f->order[to].run];
		if (to - from < 2)
			continue;
		verdict v = split_by(f, column, from, to, parts);

		if (!v.split)
			continue;
		if (sum == 0) {
			split++;
			kept += v.balanced == v.parts;
		} else {
			open++;
			cleared += v.balanced > 0 && v.balanced + 1 >= v.parts;
		}
	}
	if (split == 0)
		return open > 0 && cleared == open;
	return kept * 100 >= split * STAY_MIN_PERCENT;
}

/* ---- cutting ---- */

typedef struct cutter {
	const uint32_t *lines; /* of one journal, in file order */
	uint32_t n;
	const rd_minor *sums; /* running sum after each line */
	uint32_t *group;      /* entry of each line of the book */
} cutter;

enum { LONG_ENTRY = 60, LOOK_AHEAD = 120, RECUR_MIN = 5 };

/* A value that recurs among the next running sums; returns the position of its first
 * occurrence, or n when there is none. */
static uint32_t recurring(const cutter *c, uint32_t from)
{
	uint32_t to = from + LOOK_AHEAD < c->n ? from + LOOK_AHEAD : c->n;

	for (uint32_t i = from; i < to; i++) {
		uint32_t seen = 0;

		for (uint32_t k = i; k < to; k++)
			seen += c->sums[k] == c->sums[i];
		if (seen >= RECUR_MIN)
			return i;
	}
	return c->n;
}

static void cut(cutter *c, uint32_t *next)
{
	rd_minor level = 0;

	for (uint32_t from = 0; from < c->n;) {
		uint32_t to = from, near = from + LONG_ENTRY < c->n ? from + LONG_ENTRY : c->n;

		while (to < near && c->sums[to] != level)
			to++;
		if (to == near) {
			uint32_t again = recurring(c, from);

			if (again < c->n) {
				to = again;
				level = c->sums[to];
			} else {
				while (to < c->n && c->sums[to] != level)
					to++;
			}
		}
		for (uint32_t k = from; k <= to && k < c->n; k++)
			c->group[c->lines[k]] = *next;
		++*next;
		from = to + 1;
	}
}

/* The first of `both` at or behind a line. */
static uint32_t both_from(const rd_builder *b, uint32_t line)
{
	uint32_t lo = 0, hi = b->n_both;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (b->both[mid].line < line)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static rd_minor line_net(const rd_builder *b, uint32_t i)
{
	rd_minor a = rd_col(b->lines, rd_minor, L_AMOUNT)[i];
	uint8_t flags = rd_col(b->lines, uint8_t, L_FLAGS)[i];
	if (flags & RD_LINE_CREDIT)
		return -a;
	if (!(flags & RD_LINE_BOTH))
		return a;
	uint32_t at = both_from(b, i);

	RD_ASSERT(at < b->n_both && b->both[at].line == i);
	return a - b->both[at].credit;
}

/* Cut entries in the order of their first line. */
static void number_lines(rd_arena *scratch, uint32_t *group, uint32_t n_lines, uint32_t n_groups)
{
	uint32_t *name = RD_NEW_N(scratch, uint32_t, n_groups + 1);
	uint32_t next = 0;

	for (uint32_t i = 0; i < n_lines; i++) {
		if (name[group[i]] == 0)
			name[group[i]] = ++next;
		group[i] = name[group[i]] - 1;
	}
}

static void cut_journals(finder *f, rd_entries *ret)
{
	rd_builder *b = f->b;
	uint32_t *group = RD_NEW_N(f->scratch, uint32_t, b->lines.n + 1);
	uint32_t *lines = RD_NEW_N(f->scratch, uint32_t, b->lines.n + 1);
	rd_minor *sums = RD_NEW_N(f->scratch, rd_minor, b->lines.n + 1);
	bool grouped = b->runs.used[R_JOURNAL];
	uint32_t next = 0;

	for (uint32_t r = 0; r < f->n_runs; r++)
		f->order[r] = (keyed){grouped ? value_at(&b->runs, R_JOURNAL, r) : 0, r};
	if (grouped)
		qsort(f->order, f->n_runs, sizeof *f->order, keyed_cmp);
	for (uint32_t from = 0, to; from < f->n_runs; from = to) {
		uint32_t n = 0;
		rd_minor sum = 0;

		for (to = from; to < f->n_runs && f->order[to].key == f->order[from].key; to++) {
			uint32_t run = f->order[to].run, end = run_end(b, run);

			for (uint32_t i = rd_col(b->runs, uint32_t, R_FIRST)[run]; i < end; i++) {
				sum += line_net(b, i);
				lines[n] = i;
				sums[n++] = sum;
			}
		}
		cut(&(cutter){lines, n, sums, group}, &next);
	}
	number_lines(f->scratch, group, b->lines.n, next);
	ret->key = RD_KEY_CUT | (grouped ? RD_KEY_JOURNAL : 0);
	ret->line_group = group;
	ret->n = next;
}

/* ---- the whole ---- */

/* Voucher numbers in the order in which their first run stands. */
static void number_groups(finder *f, rd_entries *ret)
{
	uint32_t *name = RD_NEW_N(f->scratch, uint32_t, f->n_groups + 1);
	uint32_t next = 0;
	bool identity = true;

	for (uint32_t r = 0; r < f->n_runs; r++) {
		if (name[f->group[r]] == 0)
			name[f->group[r]] = ++next;
		f->group[r] = name[f->group[r]] - 1;
		identity &= f->group[r] == r;
	}
	ret->n = next;
	ret->group = identity ? NULL : f->group;
}

static rd_minor run_net(const rd_builder *b, uint32_t run, uint32_t *both)
{
	const rd_minor *amount = rd_col(b->lines, rd_minor, L_AMOUNT);
	const uint8_t *flags = rd_col(b->lines, uint8_t, L_FLAGS);
	uint32_t to = run_end(b, run);
	rd_minor sum = 0;

	for (uint32_t i = rd_col(b->runs, uint32_t, R_FIRST)[run]; i < to; i++) {
		rd_minor s = -(rd_minor)(flags[i] & RD_LINE_CREDIT);

		sum += (amount[i] ^ s) - s;
		if (flags[i] & RD_LINE_BOTH)
			sum -= b->both[(*both)++].credit;
	}
	return sum;
}

/* Voucher of each run when ids only rise. */
static uint32_t *rising_groups(const rd_serial *id, uint32_t n_runs, rd_arena *scratch)
{
	uint32_t *group = RD_NEW_N(scratch, uint32_t, n_runs + 1), n = 0;

	for (uint32_t r = 0; r < n_runs; r++) {
		n += r && id[r] != id[r - 1];
		group[r] = n;
	}
	return group;
}

/* Entries and open ones among them by range of runs. */
typedef struct rising {
	const rd_builder *b;
	uint32_t n[RD_SEAL_CUTS], open[RD_SEAL_CUTS];
} rising;

/* The entries that begin in one range of runs. */
static void rise(void *ctx, uint32_t task, uint32_t worker)
{
	rising *x = ctx;
	const rd_serial *id = rd_col(x->b->runs, rd_serial, R_ENTRY);
	uint32_t end = x->b->runs.n, r = rd_seal_cut(end, task), to = rd_seal_cut(end, task + 1);

	(void)worker;
	while (r && r < to && id[r] == id[r - 1])
		r++; /* of an entry that began before */
	uint32_t both = r < to ? both_from(x->b, rd_col(x->b->runs, uint32_t, R_FIRST)[r]) : 0;

	while (r < to) {
		rd_serial entry = id[r];
		rd_minor sum = 0;

		for (; r < end && id[r] == entry; r++)
			sum += run_net(x->b, r, &both);
		x->open[task] += sum != 0;
		x->n[task]++;
	}
}

/* An entry id that only rises needs no sorting: every change starts a new entry. This is the
 * way of large exports, so it takes no memory when runs are entries. */
static bool rising_ids(rd_builder *b, rd_arena *scratch, rd_entries *ret)
{
	const rd_serial *id = rd_col(b->runs, rd_serial, R_ENTRY);
	uint32_t open = 0, n = 0;
	rising x = {.b = b};

	for (uint32_t r = 0; r < b->runs.n; r++)
		if (id[r] == 0 || (r && id[r] < id[r - 1]))
			return false;
	rd_seal_parallel(b, b->runs.n, rise, &x);
	for (uint32_t k = 0; k < RD_SEAL_CUTS; k++) {
		open += x.open[k];
		n += x.n[k];
	}
	if (100 * (uint64_t)(n - open) < (uint64_t)n * BALANCED_MIN_PERCENT)
		return false;
	ret->key = RD_KEY_ENTRY_ID;
	ret->open = open;
	ret->n = n;
	ret->group = n == b->runs.n ? NULL : rising_groups(id, b->runs.n, scratch);
	return true;
}

static bool by_entry_id(finder *f, rd_entries *ret)
{
	const uint8_t column[] = {R_ENTRY};

	if (!f->b->runs.used[R_ENTRY] || f->n_runs == 0)
		return false;
	group_by(f, column, 1);
	if (f->n_groups < 2 || balanced_percent(f, &ret->open) < BALANCED_MIN_PERCENT)
		return false;
	ret->key = RD_KEY_ENTRY_ID;
	number_groups(f, ret);
	return true;
}

/* Constant or mostly blank numbers tell nothing. */
static bool numbers_usable(const finder *f)
{
	const rd_serial *number = rd_col(f->b->runs, rd_serial, R_NUMBER);
	uint32_t blank = 0;
	bool constant = true;

	for (uint32_t r = 0; r < f->n_runs; r++) {
		blank += number[r] == 0;
		constant &= number[r] == number[0];
	}
	return !(constant && f->n_runs > 2 && f->b->lines.n > 12) && blank * 2 <= f->n_runs;
}

/* A key under construction: columns of the runs, the number first. */
typedef struct chain {
	uint8_t columns[5];
	uint32_t n, key;
} chain;

/* Takes what joins; leaves the runs grouped by the key. */
static void extend(finder *f, chain *c, sub *parts)
{
	for (uint32_t k = 1; k < sizeof chain_column; k++) {
		if (c->key & chain_part[k] || !f->b->runs.used[chain_column[k]] ||
		    !joins(f, chain_column[k], parts))
			continue;
		c->columns[c->n++] = chain_column[k];
		c->key |= chain_part[k];
		group_by(f, c->columns, c->n);
	}
}

/* The coarsest key under which most groups balance; leaves the runs grouped by it. */
static bool coarsest(finder *f, chain *ret)
{
	static const chain keys[] = {
		{{R_NUMBER, R_JOURNAL}, 2, RD_KEY_NUMBER | RD_KEY_JOURNAL},
		{{R_NUMBER, R_PERIOD}, 2, RD_KEY_NUMBER | RD_KEY_PERIOD},
		{{R_NUMBER, R_JOURNAL, R_PERIOD}, 3, RD_KEY_NUMBER | RD_KEY_JOURNAL | RD_KEY_PERIOD},
		{{R_NUMBER, R_DATE}, 2, RD_KEY_NUMBER | RD_KEY_DATE},
		{{R_NUMBER, R_JOURNAL, R_DATE}, 3, RD_KEY_NUMBER | RD_KEY_JOURNAL | RD_KEY_DATE},
	};
	uint32_t open;

	for (uint32_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		bool there = true;

		for (uint32_t c = 0; c < keys[k].n; c++)
			there &= f->b->runs.used[keys[k].columns[c]];
		if (!there)
			continue;
		group_by(f, keys[k].columns, keys[k].n);
		*ret = keys[k];
		if (balanced_percent(f, &open) >= BALANCED_MIN_PERCENT)
			return true;
	}
	return false;
}

static bool by_number(finder *f, rd_entries *ret)
{
	chain c = {{R_NUMBER}, 1, RD_KEY_NUMBER}, other;
	sub *parts;

	if (!numbers_usable(f))
		return false;
	parts = RD_NEW_N(f->scratch, sub, f->n_runs + 1);
	group_by(f, c.columns, c.n);
	extend(f, &c, parts);
	if (balanced_percent(f, &ret->open) < BALANCED_MIN_PERCENT) {
		bool few = f->n_groups <= FEW_GROUPS; /* too few to judge the numbers by */

		if (coarsest(f, &other)) {
			c = other;
			extend(f, &c, parts);
		} else if (few) {
			group_by(f, c.columns, c.n);
		} else {
			return false;
		}
		(void)balanced_percent(f, &ret->open);
	}
	ret->key = c.key;
	number_groups(f, ret);
	return true;
}

void rd_entries_find(rd_builder *b, rd_arena *scratch, rd_entries *ret)
{
	finder f = {.b = b, .scratch = scratch, .n_runs = b->runs.n};

	uint32_t both = 0;

	*ret = (rd_entries){0};
	if (f.n_runs && b->runs.used[R_ENTRY] && rising_ids(b, scratch, ret))
		return;
	f.net = RD_NEW_N(scratch, rd_minor, f.n_runs + 1);
	f.group = RD_NEW_N(scratch, uint32_t, f.n_runs + 1);
	for (uint32_t r = 0; r < f.n_runs; r++)
		f.net[r] = run_net(b, r, &both);
	f.order = RD_NEW_N(scratch, keyed, f.n_runs + 1);
	if (by_entry_id(&f, ret) || by_number(&f, ret))
		return;
	cut_journals(&f, ret);
}
