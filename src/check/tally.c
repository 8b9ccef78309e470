#include "check/tally.h"
#include "base/assert.h"

void rd_tally_init(rd_tally *t, rd_arena *a, uint32_t n_keys, bool by_amount)
{
	*t = (rd_tally){.arena = a, .n_keys = n_keys, .by_amount = by_amount};
	t->slot = RD_NEW_N(a, uint32_t, n_keys ? n_keys : 1);
}

/* Keeps the rows sorted by amount, largest first; of equal amounts the earlier row wins. */
static void keep_largest(rd_tally_item *it, rd_row row, rd_minor amount)
{
	uint32_t at = it->n_rows;

	if (at == RD_TALLY_ROWS && amount <= it->amounts[at - 1])
		return;
	if (at == RD_TALLY_ROWS)
		at--;
	else
		it->n_rows++;
	for (; at > 0 && it->amounts[at - 1] < amount; at--) {
		it->amounts[at] = it->amounts[at - 1];
		it->rows[at] = it->rows[at - 1];
	}
	it->amounts[at] = amount;
	it->rows[at] = row;
}

void rd_tally_add(rd_tally *t, uint32_t key, rd_row row, rd_minor amount, rd_day day)
{
	RD_ASSERT(key < t->n_keys);
	if (t->slot[key] == 0) {
		if (t->n == t->cap)
			t->items = rd_grow(t->arena, t->items, t->n, &t->cap, sizeof(*t->items));
		t->items[t->n] = (rd_tally_item){.key = key, .first = RD_DAY_NONE, .last = RD_DAY_NONE};
		t->slot[key] = ++t->n;
	}
	rd_tally_item *it = &t->items[t->slot[key] - 1];

	amount = amount < 0 ? -amount : amount;
	it->count++;
	it->sum += amount;
	t->total++;
	if (day != RD_DAY_NONE) {
		it->first = it->first == RD_DAY_NONE || day < it->first ? day : it->first;
		it->last = day > it->last ? day : it->last;
	}
	if (t->by_amount) {
		keep_largest(it, row, amount);
	} else if (it->n_rows < RD_TALLY_ROWS) {
		it->amounts[it->n_rows] = amount;
		it->rows[it->n_rows++] = row;
	}
}

const rd_tally_item *rd_tally_get(const rd_tally *t, uint32_t key)
{
	RD_ASSERT(key < t->n_keys);
	return t->slot[key] == 0 ? NULL : &t->items[t->slot[key] - 1];
}
