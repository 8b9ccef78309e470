#include "check/entries.h"

#include "base/assert.h"
#include "book/serial.h"
#include <stdlib.h>

static inline uint64_t item_hash(uint64_t who, uint64_t what)
{
	return rd_mix(rd_mix(0x2545f4914f6cdd1du, who), what);
}

static inline uint64_t who_of(const rd_book *b, rd_row i)
{
	return (uint64_t)b->line.account[i] << 32 | b->line.party[i];
}

uint64_t rd_entry_hash(const rd_book *b, rd_row voucher, rd_likeness how)
{
	const uint64_t flip = how == RD_LIKE_SWAP;
	const int64_t sign = how == RD_LIKE_RED ? -1 : 1;
	uint64_t h = 0;

	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++) {
		uint64_t credit = (b->line.flags[i] & RD_LINE_CREDIT) ^ flip;

		h += item_hash(who_of(b, i), (uint64_t)(sign * b->line.amount[i]) * 2 + credit);
		if (b->line.flags[i] & RD_LINE_BOTH)
			h += item_hash(who_of(b, i),
			               (uint64_t)(sign * rd_book_both_credit(b, i)) * 2 + (1 ^ flip));
	}
	return h;
}

typedef struct rd_entry_item {
	uint64_t who;
	rd_minor amount;
	uint32_t credit;
} rd_entry_item;

static int item_order(const void *pa, const void *pb)
{
	const rd_entry_item *a = pa, *b = pb;

	if (a->who != b->who)
		return a->who < b->who ? -1 : 1;
	if (a->credit != b->credit)
		return a->credit < b->credit ? -1 : 1;
	return a->amount < b->amount ? -1 : a->amount > b->amount;
}

/* Fills items[which] with the lines of a voucher, turned as `how` says, in order. */
static uint32_t fill(rd_comparer *c, int which, const rd_book *b, rd_row v, rd_likeness how)
{
	rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];
	uint32_t n = 0, most = (to - from) * 2;

	if (most > c->cap[which]) {
		c->cap[which] = most < 64 ? 64 : most;
		c->items[which] = RD_NEW_N(c->arena, rd_entry_item, c->cap[which]);
	}
	rd_entry_item *items = c->items[which];

	for (rd_row i = from; i < to; i++) {
		rd_minor a = b->line.amount[i];
		uint32_t credit = b->line.flags[i] & RD_LINE_CREDIT;

		items[n++] = (rd_entry_item){who_of(b, i), how == RD_LIKE_RED ? -a : a,
		                             credit ^ (how == RD_LIKE_SWAP)};
		if (b->line.flags[i] & RD_LINE_BOTH) {
			rd_minor o = rd_book_both_credit(b, i);

			items[n++] = (rd_entry_item){who_of(b, i), how == RD_LIKE_RED ? -o : o,
			                             1u ^ (how == RD_LIKE_SWAP)};
		}
	}
	if (n > 1)
		qsort(items, n, sizeof *items, item_order);
	return n;
}

bool rd_entry_like(rd_comparer *c, const rd_book *b, rd_row v, rd_row w, rd_likeness how)
{
	RD_ASSERT(v < b->voucher.n && w < b->voucher.n);
	if (b->voucher.first[v + 1] - b->voucher.first[v] !=
	    b->voucher.first[w + 1] - b->voucher.first[w])
		return false;
	uint32_t n = fill(c, 0, b, v, RD_LIKE_SAME), m = fill(c, 1, b, w, how);

	if (n != m)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (item_order(&c->items[0][i], &c->items[1][i]) != 0)
			return false;
	return true;
}

rd_minor rd_entry_gross(const rd_book *b, rd_row voucher)
{
	rd_minor sum = 0;

	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++)
		sum += rd_line_debit(b, i) + rd_line_credit(b, i);
	return sum;
}

rd_minor rd_entry_volume(const rd_book *b, rd_row voucher)
{
	rd_minor debit = 0, credit = 0;

	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++) {
		debit += rd_line_debit(b, i);
		credit += rd_line_credit(b, i);
	}
	debit = debit < 0 ? -debit : debit;
	credit = credit < 0 ? -credit : credit;
	return debit > credit ? debit : credit;
}

bool rd_entry_all_red(const rd_book *b, rd_row voucher)
{
	bool some = false;

	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++) {
		rd_minor d = rd_line_debit(b, i), c = rd_line_credit(b, i);

		if (d > 0 || c > 0)
			return false;
		some |= d < 0 || c < 0;
	}
	return some;
}

uint64_t rd_entry_key(const rd_book *b, rd_row voucher)
{
	uint64_t sum = 0;

	for (rd_row i = b->voucher.first[voucher]; i < b->voucher.first[voucher + 1]; i++) {
		uint64_t h =
			rd_hash_str(RD_HASH_START, rd_book_text(b, b->account.code[b->line.account[i]]));

		h = rd_hash_str(h, rd_book_text(b, b->party.key[b->line.party[i]]));
		h = rd_hash_i64(h, rd_line_debit(b, i));
		sum += rd_hash_i64(h, rd_line_credit(b, i));
	}
	return sum;
}

rd_day rd_voucher_day(const rd_book *b, rd_row voucher)
{
	if (b->voucher.date[voucher] != RD_DAY_NONE)
		return b->voucher.date[voucher];
	return rd_period_last(b->voucher.period[voucher]);
}

int rd_voucher_order(const rd_book *b, rd_row v, rd_row w)
{
	rd_day dv = rd_voucher_day(b, v), dw = rd_voucher_day(b, w);

	if (dv != dw)
		return dv < dw ? -1 : 1;
	uint64_t nv = rd_serial_value(b->voucher.number[v]), nw = rd_serial_value(b->voucher.number[w]);

	if (nv != nw)
		return nv < nw ? -1 : 1;
	return v < w ? -1 : v > w;
}
