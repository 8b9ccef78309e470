#include "base/assert.h"
#include "check/cash.h"
#include "check/partners.h"
#include "check/sort.h"

/* Up to this many (account, day) cells are kept as a table; 64 MiB. Books with more banks or longer
 * spans are sorted instead. */
#define TABLE_CELLS_MAX (UINT64_C(1) << 22)

typedef struct cell {
	rd_minor in, out;
} cell;

typedef struct build {
	const rd_book *b;
	rd_arena *out, *tmp;
	uint32_t *slot; /* 1 + position in accounts; 0 = neither cash nor bank */
	rd_cash_days *ret;
	uint32_t n_days, cap_days;
} build;

/* Lines of void vouchers do not count, nor do those of an opening voucher that repeats what the
 * lines before it or a stated opening balance say. */
static bool counts(const build *x, rd_row voucher, uint32_t slot)
{
	uint8_t f = x->b->voucher.flags[voucher];

	if (!(f & (RD_VCH_VOID | RD_VCH_OPENING)))
		return true;
	return !(f & RD_VCH_VOID) && rd_opening_counts(x->b, voucher) &&
	       x->ret->accounts[slot - 1].opening == 0;
}

/* The journal itself carries the openings forward. */
static bool has_opening_voucher(const rd_book *b)
{
	for (rd_row v = 0; v < b->voucher.n; v++)
		if ((b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING)) == RD_VCH_OPENING &&
		    rd_opening_counts(b, v))
			return true;
	return false;
}

static void find_accounts(build *x)
{
	const rd_accounts *acc = &x->b->account;
	uint8_t *below = RD_NEW_N(x->tmp, uint8_t, (size_t)acc->n + 1);
	rd_cash_days *ret = x->ret;
	bool carried = has_opening_voucher(x->b);

	x->slot = RD_NEW_N(x->tmp, uint32_t, (size_t)acc->n + 1);
	for (rd_row a = 1; a < acc->n; a++) {
		ret->n += acc->role[a] == RD_ROLE_CASH || acc->role[a] == RD_ROLE_BANK;
		if (acc->flags[a] & RD_ACC_OPENING)
			below[acc->parent[a]] = 1;
	}
	ret->accounts = RD_NEW_N(x->out, rd_cash_account, (size_t)ret->n + 1);
	ret->n = 0;
	for (rd_row a = 1; a < acc->n; a++) {
		if (acc->role[a] != RD_ROLE_CASH && acc->role[a] != RD_ROLE_BANK)
			continue;
		/* The balance of a parent is the sum of what stands below it. */
		ret->accounts[ret->n] =
			(rd_cash_account){.account = a,
		                      .is_cash = acc->role[a] == RD_ROLE_CASH,
		                      .opening_known =
		                          carried || acc->flags[a] & RD_ACC_OPENING || below[a],
		                      .opening = below[a] ? 0 : acc->opening[a]};
		x->slot[a] = ++ret->n;
	}
}

static rd_cash_day *add_day(build *x, rd_day day)
{
	if (x->n_days == x->cap_days)
		x->ret->days =
			rd_grow(x->out, x->ret->days, x->n_days, &x->cap_days, sizeof(*x->ret->days));
	x->ret->days[x->n_days] = (rd_cash_day){.day = day};
	return &x->ret->days[x->n_days++];
}

/* A table of days for each account. */
typedef struct table {
	cell *cells;
	uint8_t *used;
	uint32_t span;
} table;

/* Lines of money accounts, found without branches and worked off in batches. */
#define BATCH 4096u
typedef struct batch {
	rd_row line[BATCH + 1], voucher[BATCH + 1];
	uint32_t n;
} batch;

static void work_off(build *x, table *t, batch *q)
{
	const rd_book *b = x->b;

	for (uint32_t k = 0; k < q->n; k++) {
		rd_row i = q->line[k], v = q->voucher[k];
		uint32_t slot = x->slot[b->line.account[i]];
		rd_day day = b->line.date ? b->line.date[i] : b->voucher.date[v];

		if (!counts(x, v, slot))
			continue;
		if (day == RD_DAY_NONE) {
			x->ret->accounts[slot - 1].undated++;
			continue;
		}
		size_t at = (size_t)(slot - 1) * t->span + (size_t)(day - b->first_day);

		RD_ASSERT(at < (size_t)x->ret->n * t->span);
		t->cells[at].in += rd_line_debit(b, i);
		t->cells[at].out += rd_line_credit(b, i);
		t->used[at] = 1;
	}
	q->n = 0;
}

/* Few accounts, a short span. */
static void by_table(build *x, uint32_t span)
{
	const rd_book *b = x->b;
	const size_t cells = (size_t)x->ret->n * span;
	table t = {RD_NEW_N(x->tmp, cell, cells + 1), RD_NEW_N(x->tmp, uint8_t, cells + 1), span};
	batch *q = RD_NEW(x->tmp, batch);

	for (rd_row v = 0; v < b->voucher.n; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			q->line[q->n] = i;
			q->voucher[q->n] = v;
			q->n += x->slot[b->line.account[i]] != 0;
			if (q->n == BATCH)
				work_off(x, &t, q);
		}
	work_off(x, &t, q);
	for (uint32_t s = 0; s < x->ret->n; s++) {
		x->ret->accounts[s].from = x->n_days;
		for (uint32_t d = 0; d < span; d++) {
			size_t at = (size_t)s * span + d;

			if (!t.used[at])
				continue;
			rd_cash_day *day = add_day(x, b->first_day + (rd_day)d);

			day->in = t.cells[at].in;
			day->out = t.cells[at].out;
		}
		x->ret->accounts[s].to = x->n_days;
	}
}

/* Adds up the sorted (day, row) words of one account. */
static void add_sorted(build *x, uint32_t slot, const uint64_t *words, size_t n)
{
	const rd_book *b = x->b;
	rd_cash_day *day = NULL;

	x->ret->accounts[slot].from = x->n_days;
	for (size_t k = 0; k < n; k++) {
		rd_day d = (rd_day)((uint32_t)(words[k] >> 32) ^ 0x80000000u);

		if (d == RD_DAY_NONE) {
			x->ret->accounts[slot].undated++;
			continue;
		}
		if (!day || day->day != d)
			day = add_day(x, d);
		day->in += rd_line_debit(b, (rd_row)words[k]);
		day->out += rd_line_credit(b, (rd_row)words[k]);
	}
	x->ret->accounts[slot].to = x->n_days;
}

static void by_sorting(build *x)
{
	const rd_book *b = x->b;
	const uint32_t n = x->ret->n;
	size_t *start = RD_NEW_N(x->tmp, size_t, (size_t)n + 2);
	uint64_t *words = NULL, *tmp;

	for (int pass = 0; pass < 2; pass++) {
		for (rd_row v = 0; v < b->voucher.n; v++) {
			for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
				uint32_t slot = x->slot[b->line.account[i]];

				if (slot == 0 || !counts(x, v, slot))
					continue;
				size_t at = start[slot]++;
				rd_day day = b->line.date ? b->line.date[i] : b->voucher.date[v];

				if (pass == 1)
					words[at] = (uint64_t)((uint32_t)day ^ 0x80000000u) << 32 | i;
			}
		}
		if (pass == 1)
			break;
		/* Counts become first places; in the second pass start[s] moves to the end of
		 * slot s, which is the start of the next. */
		size_t sum = 0;
		for (uint32_t s = 1; s <= n; s++) {
			size_t count = start[s];

			start[s] = sum;
			sum += count;
		}
		words = RD_NEW_N(x->tmp, uint64_t, sum + 1);
	}
	tmp = RD_NEW_N(x->tmp, uint64_t, start[n] + 1);
	start[0] = 0;
	for (uint32_t s = 0; s < n; s++) {
		size_t from = s == 0 ? 0 : start[s];

		rd_sort_u64(words + from, tmp, start[s + 1] - from);
		add_sorted(x, s, words + from, start[s + 1] - from);
	}
}

rd_cash_days *rd_cash_days_build(rd_arena *arena, const rd_book *b)
{
	build x = {.b = b, .out = arena, .tmp = rd_arena_new()};
	uint64_t span = b->first_day == RD_DAY_NONE ? 1 : (uint64_t)(b->last_day - b->first_day) + 1;

	x.ret = RD_NEW(arena, rd_cash_days);
	find_accounts(&x);
	if (x.ret->n != 0) {
		if (span * x.ret->n <= TABLE_CELLS_MAX)
			by_table(&x, (uint32_t)span);
		else
			by_sorting(&x);
	}
	rd_arena_free(x.tmp);
	return x.ret;
}
