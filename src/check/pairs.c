#include "check/pairs.h"

#include "base/assert.h"

#define SIDE_MAX 1000u /* lines of one side that are taken apart */

/* A line and what is left of it. */
typedef struct rest {
	rd_row line;
	rd_minor left;
} rest;

static rd_minor size_of(rd_minor v)
{
	return v < 0 ? -v : v;
}

static uint32_t take_side(const rd_book *b, rd_row v, bool credit, rest *out)
{
	uint32_t n = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && n < SIDE_MAX; i++) {
		rd_minor a = credit ? rd_line_credit(b, i) : rd_line_debit(b, i);

		if (a != 0 && b->line.account[i] != 0)
			out[n++] = (rest){i, a};
	}
	return n;
}

/* The largest that is left; n = none. */
static uint32_t largest(const rest *r, uint32_t n)
{
	uint32_t best = n;

	for (uint32_t i = 0; i < n; i++)
		if (r[i].left != 0 && (best == n || size_of(r[i].left) > size_of(r[best].left)))
			best = i;
	return best;
}

static void put(const rd_book *b, rd_flow *flows, uint32_t *n, uint32_t max, rest *d, rest *c,
                rd_minor amount)
{
	if (*n < max)
		flows[(*n)++] =
			(rd_flow){b->line.account[d->line], b->line.account[c->line], d->line, amount};
	d->left -= amount;
	c->left -= amount;
}

/* Takes one or several lines of each side apart. */
static uint32_t take_apart(const rd_book *b, rd_row voucher, rd_flow *flows, uint32_t max)
{
	rest debit[SIDE_MAX], credit[SIDE_MAX];
	uint32_t n = 0;
	uint32_t nd = take_side(b, voucher, false, debit), nc = take_side(b, voucher, true, credit);

	for (uint32_t i = 0; i < nd && nd > 1 && nc > 1; i++)
		for (uint32_t k = 0; k < nc; k++)
			if (debit[i].left != 0 && debit[i].left == credit[k].left) {
				put(b, flows, &n, max, &debit[i], &credit[k], debit[i].left);
				break;
			}
	for (;;) {
		uint32_t i = largest(debit, nd), k = largest(credit, nc);

		if (i == nd || k == nc)
			return n;
		/* Different signs never settle each other; the smaller one is passed over. */
		if ((debit[i].left < 0) != (credit[k].left < 0)) {
			if (size_of(debit[i].left) < size_of(credit[k].left))
				debit[i].left = 0;
			else
				credit[k].left = 0;
			continue;
		}
		put(b, flows, &n, max, &debit[i], &credit[k],
		    size_of(debit[i].left) < size_of(credit[k].left) ? debit[i].left : credit[k].left);
	}
}

uint32_t rd_voucher_flows(const rd_book *b, rd_row voucher, rd_flow *flows, uint32_t max)
{
	rd_row lines = b->voucher.first[voucher + 1] - b->voucher.first[voucher];

	if (lines > SIDE_MAX)
		return 0;
	if (lines == 2 && max > 0) {
		rd_row i = b->voucher.first[voucher], k = i + 1;

		/* Most vouchers: one debit, one credit. */
		if (b->line.flags[i] & RD_LINE_CREDIT) {
			k = i;
			i = k + 1;
		}
		if ((b->line.flags[i] & (RD_LINE_CREDIT | RD_LINE_BOTH)) == 0 &&
		    (b->line.flags[k] & (RD_LINE_CREDIT | RD_LINE_BOTH)) == RD_LINE_CREDIT &&
		    b->line.amount[i] == b->line.amount[k] && b->line.amount[i] != 0 &&
		    b->line.account[i] && b->line.account[k]) {
			flows[0] = (rd_flow){b->line.account[i], b->line.account[k], i, b->line.amount[i]};
			return 1;
		}
	}
	return take_apart(b, voucher, flows, max);
}

void rd_pair_table_init(rd_pair_table *t, rd_arena *a)
{
	*t = (rd_pair_table){a, RD_NEW_N(a, rd_pair_slot, 4096), 4096, 0};
}

/* The slot of a key, or the free one where it belongs. */
static rd_pair_slot *slot_of(const rd_pair_table *t, uint64_t key)
{
	uint64_t at = rd_mix(0x51afd7ed558ccd25u, key) & (t->slots - 1);

	while (t->items[at].key != 0 && t->items[at].key != key)
		at = (at + 1) & (t->slots - 1);
	return &t->items[at];
}

static void grow(rd_pair_table *t)
{
	rd_pair_table old = *t;

	t->slots *= 2;
	t->items = RD_NEW_N(t->arena, rd_pair_slot, t->slots);
	for (uint64_t i = 0; i < old.slots; i++)
		if (old.items[i].key != 0)
			*slot_of(t, old.items[i].key) = old.items[i];
}

void rd_pair_add(rd_pair_table *t, rd_row debit, rd_row credit, rd_row voucher, uint64_t times)
{
	uint64_t key = (uint64_t)debit << 32 | credit;
	rd_pair_slot *s = slot_of(t, key);

	RD_ASSERT(key != 0);
	if (s->key == 0) {
		s->key = key;
		s->first = voucher;
		t->used++;
	}
	s->count += times;
	s->last = voucher;
	if (t->used * 2 > t->slots)
		grow(t);
}

uint64_t rd_pair_count(const rd_pair_table *t, rd_row debit, rd_row credit)
{
	return slot_of(t, (uint64_t)debit << 32 | credit)->count;
}

/* Accounts of both sides of the voucher at hand, each once. */
typedef struct sides {
	rd_row *stamp[2]; /* by account: 1 + the last voucher that has it on this side */
	rd_row accounts[2][RD_PAIR_ACCOUNTS];
	uint32_t n[2];
	bool full;
} sides;

static void put_account(sides *s, uint32_t side, rd_row account, rd_row v)
{
	if (account == 0 || s->stamp[side][account] == v + 1)
		return;
	s->stamp[side][account] = v + 1;
	if (s->n[side] == RD_PAIR_ACCOUNTS)
		s->full = true;
	else
		s->accounts[side][s->n[side]++] = account;
}

static void take_voucher(sides *s, const rd_book *b, rd_row v)
{
	s->n[0] = s->n[1] = 0;
	s->full = false;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t flags = b->line.flags[i];

		if (b->line.amount[i] > 0)
			put_account(s, flags & RD_LINE_CREDIT, b->line.account[i], v);
		if (flags & RD_LINE_BOTH && rd_book_both_credit(b, i) > 0)
			put_account(s, 1, b->line.account[i], v);
	}
}

void rd_pairs_of_vouchers(rd_pair_table *t, rd_arena *a, const rd_book *b)
{
	sides s = {
		.stamp = {RD_NEW_N(a, rd_row, b->account.n + 1), RD_NEW_N(a, rd_row, b->account.n + 1)}};

	_Static_assert(RD_LINE_CREDIT == 1, "the flag is the side");
	for (rd_row v = 0; v < b->voucher.n; v++) {
		take_voucher(&s, b, v);
		for (uint32_t i = 0; i < s.n[0] && !s.full; i++)
			for (uint32_t k = 0; k < s.n[1]; k++)
				rd_pair_add(t, s.accounts[0][i], s.accounts[1][k], v, 1);
	}
}
