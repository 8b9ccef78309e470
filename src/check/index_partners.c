/*
 * index_partners.c - balances by account and party, and open items.
 *
 * Lines of partner accounts are partitioned by account (sequential reads), then each account by
 * party with a counting array over the parties that is cleared by the list of those it touched:
 * the work is linear in the lines, whatever the number of accounts and parties.
 */
#include "base/assert.h"
#include "book/chart.h"
#include "check/index.h"
#include "check/names.h"
#include "check/partners.h"
#include "check/sort.h"

/* One stated opening balance of a party. */
typedef struct stated {
	uint64_t key; /* slot of the account << 32 | party */
	rd_minor amount;
} stated;

typedef struct build {
	const rd_book *b;
	rd_arena *out, *tmp;
	uint32_t n_slots;
	rd_row *account;   /* of each slot */
	uint32_t *slot;    /* 1 + slot of each account; 0 = no partner account */
	uint8_t *detailed; /* slot: openings of single parties were stated */
	bool all_known;    /* an opening voucher carries whatever balances there were */
	rd_row *start;     /* n_slots + 1, into rows */
	rd_row *rows;      /* by account, in book order */
	rd_day *days;      /* of rows[] */
	rd_row *parties;   /* of rows[]: read three times, so gathered once */
	stated *stated;    /* ascending by key, one for each */
	uint32_t n_stated, cap_stated;
	/* of one account */
	uint32_t *count; /* by party: 1 + lines; 0 = not touched. Later: item */
	uint64_t *touched, *sort_tmp;
	uint32_t n_touched;
	rd_partner *items; /* room for all pairs */
	uint32_t n, cap;
	rd_row *sorted; /* by account and party */
} build;

bool rd_opening_counts(const rd_book *b, rd_row voucher)
{
	/* The carried-forward voucher of a later year repeats what the lines before it say. */
	return b->n_periods == 0 || b->voucher.period[voucher] <= b->periods[0];
}

static void find_accounts(build *x)
{
	const rd_accounts *acc = &x->b->account;

	x->slot = RD_NEW_N(x->tmp, uint32_t, acc->n + 1);
	x->account = RD_NEW_N(x->tmp, rd_row, acc->n + 1);
	for (rd_row a = 1; a < acc->n; a++) {
		if (!rd_role_has_partner((rd_role)acc->role[a]) || acc->flags[a] & RD_ACC_CONTRA)
			continue;
		x->account[x->n_slots] = a;
		x->slot[a] = ++x->n_slots;
	}
	x->detailed = RD_NEW_N(x->tmp, uint8_t, x->n_slots + 1);
}

static void state(build *x, uint32_t slot, rd_row party, rd_minor amount)
{
	if (x->n_stated == x->cap_stated)
		x->stated = rd_grow(x->tmp, x->stated, x->n_stated, &x->cap_stated, sizeof(stated));
	x->stated[x->n_stated++] = (stated){(uint64_t)slot << 32 | party, amount};
	x->detailed[slot] |= party != 0;
}

/* Openings of parties in the first trial balance. */
static void read_trial_balance(build *x)
{
	const rd_tb_rows *tb = &x->b->tb;
	const uint16_t opening = 1 << RD_TB_OPEN_D | 1 << RD_TB_OPEN_C;

	for (rd_row r = 0; r < tb->n; r++) {
		uint32_t slot = x->slot[tb->account[r]];

		if (slot == 0 || tb->party[r] == 0 || !(tb->present[r] & opening))
			continue;
		if (tb->period[r] != 0 && x->b->n_periods > 0 && tb->period[r] != x->b->periods[0])
			continue;
		state(x, slot - 1, tb->party[r], tb->amount[RD_TB_OPEN_D][r] - tb->amount[RD_TB_OPEN_C][r]);
	}
}

/* Openings of parties in the opening voucher; accounts that the trial balance details by
 * party keep what it says. */
static void read_opening_vouchers(build *x)
{
	const rd_book *b = x->b;
	uint8_t *by_tb = RD_NEW_N(x->tmp, uint8_t, x->n_slots + 1);

	memcpy(by_tb, x->detailed, x->n_slots);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if ((b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID)) != RD_VCH_OPENING ||
		    !rd_opening_counts(b, v))
			continue;
		x->all_known = true;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			uint32_t slot = x->slot[b->line.account[i]];

			if (slot != 0 && !by_tb[slot - 1])
				state(x, slot - 1, b->line.party[i], rd_line_net(b, i));
		}
	}
}

/* Puts the stated openings in order and adds up those of one party. */
static void order_stated(build *x)
{
	uint32_t n = x->n_stated, out = 0;
	uint64_t *keys = RD_NEW_N(x->tmp, uint64_t, n + 1), *tmp = RD_NEW_N(x->tmp, uint64_t, n + 1);
	stated *all = RD_NEW_N(x->tmp, stated, n + 1);

	for (uint32_t i = 0; i < n; i++)
		keys[i] = x->stated[i].key;
	rd_sort_u64(keys, tmp, n);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || keys[i] != keys[i - 1])
			all[out++].key = keys[i];
	for (uint32_t i = 0; i < n; i++) {
		uint32_t lo = 0, hi = out;

		while (lo + 1 < hi) {
			uint32_t mid = lo + (hi - lo) / 2;

			if (all[mid].key <= x->stated[i].key)
				lo = mid;
			else
				hi = mid;
		}
		RD_ASSERT(all[lo].key == x->stated[i].key);
		all[lo].amount += x->stated[i].amount;
	}
	x->stated = all;
	x->n_stated = out;
}

/* Void vouchers do not count, and opening vouchers were read as openings. */
static bool is_passed_over(const rd_book *b, rd_row v)
{
	return b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID);
}

/* Lines of partner accounts by account, with their days. Which lines those are follows no pattern
 * a processor could guess, so nothing branches on it: the others are counted in slot 0 and put
 * into one spare place behind the end. */
static void partition(build *x)
{
	const rd_book *b = x->b;
	rd_row *at = RD_NEW_N(x->tmp, rd_row, (size_t)x->n_slots + 1), n = 0;

	x->start = RD_NEW_N(x->tmp, rd_row, (size_t)x->n_slots + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (is_passed_over(b, v))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			at[x->slot[b->line.account[i]]]++;
	}
	for (uint32_t s = 0; s < x->n_slots; s++) {
		x->start[s] = n;
		n += at[s + 1];
		at[s + 1] = x->start[s];
	}
	x->start[x->n_slots] = n;
	at[0] = n;
	x->rows = RD_NEW_N(x->tmp, rd_row, (size_t)n + 1);
	x->days = RD_NEW_N(x->tmp, rd_day, (size_t)n + 1);
	x->parties = RD_NEW_N(x->tmp, rd_row, (size_t)n + 1);
	x->sorted = RD_NEW_N(x->out, rd_row, (size_t)n + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_day day = b->voucher.date[v];

		if (is_passed_over(b, v))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			uint32_t slot = x->slot[b->line.account[i]];
			rd_row k = at[slot];

			x->rows[k] = i;
			x->parties[k] = b->line.party[i];
			x->days[k] = b->line.date ? b->line.date[i] : day;
			at[slot] = k + (slot != 0);
		}
	}
}

/* Makes room for the pairs, of which there may be millions: counted first, allocated once. */
static void make_room(build *x)
{
	uint32_t *seen = RD_NEW_N(x->tmp, uint32_t, (size_t)x->b->party.n + 1);

	/* One more for each account, whose opening may belong to no party, and all stated openings. */
	x->cap = x->n_stated + x->n_slots;
	for (uint32_t slot = 0; slot < x->n_slots; slot++)
		for (rd_row k = x->start[slot]; k < x->start[slot + 1]; k++) {
			uint32_t *last = &seen[x->parties[k]];

			x->cap += *last != slot + 1;
			*last = slot + 1;
		}
	x->items = RD_NEW_N(x->out, rd_partner, (size_t)x->cap + 1);
}

static void touch(build *x, rd_row party)
{
	if (x->count[party] == 0) {
		x->touched[x->n_touched++] = party;
		x->count[party] = 1;
	}
}

/* Brings the parties that were met into order: many of all by looking through all. */
static void sort_touched(build *x)
{
	if (x->n_touched < x->b->party.n / 16) {
		rd_sort_u64(x->touched, x->sort_tmp, x->n_touched);
		return;
	}
	x->n_touched = 0;
	for (rd_row p = 0; p < x->b->party.n; p++) {
		x->touched[x->n_touched] = p;
		x->n_touched += x->count[p] != 0;
	}
}

/* The opening of a pair: stated, or nil where nothing is left to be stated. */
static void set_opening(build *x, uint32_t slot, uint32_t from, uint32_t to)
{
	const rd_accounts *acc = &x->b->account;
	rd_row a = x->account[slot];
	bool account_known = acc->flags[a] & RD_ACC_OPENING;
	bool details = x->detailed[slot] || x->all_known;
	rd_minor sum = 0;

	for (uint32_t i = from; i < to; i++)
		sum += x->items[i].opening;
	for (uint32_t i = from; i < to; i++) {
		rd_partner *p = &x->items[i];

		if (p->party == 0 && !x->all_known && account_known) {
			/* What no party claims belongs to the account itself. */
			p->opening = acc->opening[a] - (sum - p->opening);
			p->opening_known = details || to - from == 1 || p->opening == 0;
		} else {
			p->opening_known = details || (account_known && acc->opening[a] == 0);
		}
	}
}

/* Whether the account has an opening balance that no line and no party would show. */
static bool opens_alone(const build *x, uint32_t slot)
{
	const rd_accounts *acc = &x->b->account;
	rd_row a = x->account[slot];

	return acc->flags[a] & RD_ACC_OPENING && acc->flags[a] & RD_ACC_LEAF && acc->opening[a] != 0 &&
	       !x->all_known;
}

/* Makes the items of one account, ascending by party; count[] becomes 1 + item. */
static void make_items(build *x, uint32_t slot, uint32_t *stated_at)
{
	rd_row at = x->start[slot];

	x->n_touched = 0;
	for (rd_row k = x->start[slot]; k < x->start[slot + 1]; k++) {
		touch(x, x->parties[k]);
		x->count[x->parties[k]]++;
	}
	uint32_t s = *stated_at;
	for (; s < x->n_stated && x->stated[s].key >> 32 == slot; s++)
		touch(x, (rd_row)x->stated[s].key);
	if (opens_alone(x, slot))
		touch(x, 0);
	sort_touched(x);
	for (uint32_t t = 0; t < x->n_touched; t++) {
		rd_row party = (rd_row)x->touched[t];
		rd_row n = x->count[party] - 1;

		RD_ASSERT(x->n < x->cap);
		x->items[x->n] = (rd_partner){.account = x->account[slot],
		                              .party = party,
		                              .first = RD_DAY_NONE,
		                              .last = RD_DAY_NONE,
		                              .last_line = RD_NONE,
		                              .lines_from = at,
		                              .lines_to = at};
		at += n;
		x->count[party] = ++x->n;
	}
	RD_ASSERT(at == x->start[slot + 1]);
	for (; *stated_at < s; ++*stated_at)
		x->items[x->count[(rd_row)x->stated[*stated_at].key] - 1].opening =
			x->stated[*stated_at].amount;
}

/* Brings the lines of an item into the order of their dates. */
static void order_by_date(build *x, const rd_partner *p)
{
	uint32_t n = p->lines_to - p->lines_from;
	rd_arena *a = rd_arena_new();
	uint64_t *keys = RD_NEW_N(a, uint64_t, n), *tmp = RD_NEW_N(a, uint64_t, n);

	for (uint32_t i = 0; i < n; i++) {
		rd_row row = x->sorted[p->lines_from + i];

		keys[i] = (uint64_t)((uint32_t)rd_line_date(x->b, row) ^ 0x80000000u) << 32 | row;
	}
	rd_sort_u64(keys, tmp, n);
	for (uint32_t i = 0; i < n; i++)
		x->sorted[p->lines_from + i] = (rd_row)keys[i];
	rd_arena_free(a);
}

static void fill_items(build *x, uint32_t slot, uint32_t from)
{
	const rd_book *b = x->b;

	for (rd_row k = x->start[slot]; k < x->start[slot + 1]; k++) {
		rd_row row = x->rows[k];
		rd_partner *p = &x->items[x->count[x->parties[k]] - 1];
		rd_day day = x->days[k];

		p->debit += rd_line_debit(b, row);
		p->credit += rd_line_credit(b, row);
		/* Until the end `last_line` counts steps back in time. */
		if (p->lines_to > p->lines_from && day < p->last)
			p->last_line = 0;
		if (p->first == RD_DAY_NONE || (day != RD_DAY_NONE && day < p->first))
			p->first = day;
		if (day > p->last)
			p->last = day;
		x->sorted[p->lines_to++] = row;
	}
	for (uint32_t i = from; i < x->n; i++) {
		rd_partner *p = &x->items[i];

		if (p->last_line == 0)
			order_by_date(x, p);
		p->last_line = p->lines_to > p->lines_from ? x->sorted[p->lines_to - 1] : RD_NONE;
	}
	set_opening(x, slot, from, x->n);
	for (uint32_t t = 0; t < x->n_touched; t++)
		x->count[x->touched[t]] = 0;
}

rd_partners *rd_partners_build(rd_arena *arena, const rd_book *b)
{
	build x = {.b = b, .out = arena, .tmp = rd_arena_new()};
	rd_partners *ret = RD_NEW(arena, rd_partners);
	uint32_t stated_at = 0;

	find_accounts(&x);
	read_trial_balance(&x);
	read_opening_vouchers(&x);
	order_stated(&x);
	partition(&x);
	make_room(&x);
	x.count = RD_NEW_N(x.tmp, uint32_t, b->party.n + 1);
	x.touched = RD_NEW_N(x.tmp, uint64_t, b->party.n + 1);
	x.sort_tmp = RD_NEW_N(x.tmp, uint64_t, b->party.n + 1);
	for (uint32_t slot = 0; slot < x.n_slots; slot++) {
		uint32_t from = x.n;

		make_items(&x, slot, &stated_at);
		fill_items(&x, slot, from);
	}
	RD_ASSERT(stated_at == x.n_stated);
	*ret = (rd_partners){.n = x.n, .items = x.items, .rows = x.sorted};
	rd_arena_free(x.tmp);
	return ret;
}

bool rd_partner_is_named(const rd_book *b, const rd_partner *p)
{
	const rd_accounts *acc = &b->account;
	rd_row up = acc->parent[p->account];

	if (p->party != 0)
		return true;
	if (!(acc->flags[p->account] & RD_ACC_LEAF))
		return false;
	if (up != 0)
		return rd_role_has_partner((rd_role)acc->role[up]);
	/* The parent may stand in no file; roots of the Chinese charts have four digits. */
	return (b->standard == RD_STD_SMALL || b->standard == RD_STD_ENTERPRISE) &&
	       rd_book_text(b, acc->code[p->account]).len > 4;
}

uint32_t rd_partners_from(const rd_partners *all, rd_row account)
{
	uint32_t lo = 0, hi = all->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (all->items[mid].account < account)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

rd_text rd_partner_text(const rd_book *b, const rd_partner *p)
{
	rd_text name = p->party != 0 ? b->party.name[p->party] : b->account.name[p->account];

	return name == 0 && p->party != 0 ? b->party.key[p->party] : name;
}

rd_fact rd_partner_fact(const rd_book *b, const rd_partner *p)
{
	rd_text name = rd_partner_text(b, p);

	if (p->party != 0)
		return rd_txt("partner", name);
	return rd_string("partner", rd_name_leaf(rd_book_text(b, name)));
}

uint32_t rd_fifo(rd_arena *scratch, const rd_book *b, const rd_row *rows, uint32_t n,
                 rd_minor opening, bool debit_items, rd_open_item **ret_items)
{
	rd_open_item *q = RD_NEW_N(scratch, rd_open_item, (size_t)n + 1);
	rd_minor ahead = 0; /* settled before there was an item */
	uint32_t head = 0, tail = 0;

	if (opening > 0)
		q[tail++] = (rd_open_item){RD_NONE, RD_DAY_NONE, opening};
	else
		ahead = -opening;
	for (uint32_t i = 0; i < n; i++) {
		rd_minor net = debit_items ? rd_line_net(b, rows[i]) : -rd_line_net(b, rows[i]);

		if (net > 0) {
			rd_minor used = net < ahead ? net : ahead;

			ahead -= used;
			if (net > used)
				q[tail++] = (rd_open_item){rows[i], rd_line_date(b, rows[i]), net - used};
			continue;
		}
		for (net = -net; net > 0 && head < tail; head += q[head].open == 0) {
			rd_minor used = net < q[head].open ? net : q[head].open;

			q[head].open -= used;
			net -= used;
		}
		ahead += net;
	}
	*ret_items = q + head;
	return tail - head;
}
