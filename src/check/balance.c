#include "check/balance.h"
#include "base/assert.h"
#include "book/chart.h"
#include "check/partners.h"
#include "check/sort.h"

static const uint16_t part_bits[RD_PARTS] = {
	[RD_PART_OPEN] = 1u << RD_TB_OPEN_D | 1u << RD_TB_OPEN_C,
	[RD_PART_MOVE] = 1u << RD_TB_DEBIT | 1u << RD_TB_CREDIT,
	[RD_PART_YTD] = 1u << RD_TB_YTD_D | 1u << RD_TB_YTD_C,
	[RD_PART_CLOSE] = 1u << RD_TB_CLOSE_D | 1u << RD_TB_CLOSE_C,
};

/* Stable: sorts the order by a 32-bit key of its rows. */
static void order_by(rd_row *order, const uint32_t *key, uint64_t *words, uint64_t *tmp,
                     rd_row *next, rd_row n)
{
	for (rd_row i = 0; i < n; i++)
		words[i] = (uint64_t)key[order[i]] << 32 | i;
	rd_sort_u64(words, tmp, n);
	for (rd_row i = 0; i < n; i++)
		next[i] = order[(uint32_t)words[i]];
	memcpy(order, next, n * sizeof *order);
}

/* Spreads the ordered rows by period. */
static void group_by_period(rd_trial *t, rd_arena *scratch)
{
	const rd_book *b = t->book;
	uint32_t *slot = RD_NEW_N(scratch, uint32_t, (size_t)t->n + 1);
	rd_row *at = RD_NEW_N(scratch, rd_row, (size_t)b->n_periods + 3);

	t->from = RD_NEW_N(scratch, rd_row, (size_t)b->n_periods + 3);
	t->by_period = RD_NEW_N(scratch, rd_row, (size_t)t->n + 1);
	for (rd_row i = 0; i < t->n; i++) {
		rd_period p = b->tb.period[t->rows[i]];
		uint32_t index = p == 0 ? RD_NONE : rd_book_period_index(b, p);

		slot[i] = index == RD_NONE ? 0 : index + 1;
		t->from[slot[i] + 1]++;
	}
	for (uint32_t p = 0; p <= b->n_periods; p++)
		t->from[p + 1] += t->from[p];
	memcpy(at, t->from, ((size_t)b->n_periods + 2) * sizeof *at);
	for (rd_row i = 0; i < t->n; i++)
		t->by_period[at[slot[i]]++] = t->rows[i];
}

void rd_trial_begin(rd_trial *t, const rd_book *b, rd_arena *scratch)
{
	const rd_row n = b->tb.n;
	uint64_t *words = RD_NEW_N(scratch, uint64_t, n + 1), *tmp = RD_NEW_N(scratch, uint64_t, n + 1);
	rd_row *next = RD_NEW_N(scratch, rd_row, n + 1);

	*t = (rd_trial){.book = b, .n = n};
	t->rows = RD_NEW_N(scratch, rd_row, n + 1);
	t->start = RD_NEW_N(scratch, rd_row, (size_t)b->account.n + 1);
	t->parts = RD_NEW_N(scratch, uint8_t, (size_t)b->n_files + 1);
	t->above = RD_NEW_N(scratch, uint8_t, (size_t)b->account.n + 1);
	for (rd_row i = 0; i < n; i++)
		t->rows[i] = i;
	if (n) {
		order_by(t->rows, (const uint32_t *)b->tb.period, words, tmp, next, n);
		order_by(t->rows, b->tb.party, words, tmp, next, n);
		order_by(t->rows, b->tb.account, words, tmp, next, n);
	}
	for (rd_row i = 0; i < n; i++) {
		RD_ASSERT(b->tb.account[i] < b->account.n);
		t->start[b->tb.account[i] + 1]++;
		for (uint32_t p = 0; p < RD_PARTS; p++)
			if (b->tb.present[i] & part_bits[p])
				t->parts[b->tb.file[i]] |= (uint8_t)(1u << p);
	}
	for (rd_row a = 0; a < b->account.n; a++)
		t->start[a + 1] += t->start[a];
	group_by_period(t, scratch);
	for (rd_row i = 0; i < n; i++) {
		rd_row a = b->account.parent[b->tb.account[i]];

		for (; a != 0 && !t->above[a]; a = b->account.parent[a])
			t->above[a] = 1;
	}
}

bool rd_trial_has(const rd_trial *t, rd_row row, rd_tb_part part)
{
	return t->book->tb.present[row] != 0 && (t->parts[t->book->tb.file[row]] >> part & 1u);
}

rd_minor rd_trial_debit(const rd_book *b, rd_row row, rd_tb_part part)
{
	return b->tb.amount[part * 2][row];
}

rd_minor rd_trial_credit(const rd_book *b, rd_row row, rd_tb_part part)
{
	return b->tb.amount[part * 2 + 1][row];
}

rd_minor rd_trial_net(const rd_book *b, rd_row row, rd_tb_part part)
{
	return rd_trial_debit(b, row, part) - rd_trial_credit(b, row, part);
}

_Static_assert(RD_TB_OPEN_D == RD_PART_OPEN * 2 && RD_TB_DEBIT == RD_PART_MOVE * 2 &&
                   RD_TB_YTD_D == RD_PART_YTD * 2 && RD_TB_CLOSE_D == RD_PART_CLOSE * 2,
               "a pair stands at twice its number");

rd_words rd_part_words(rd_tb_part part)
{
	static const rd_words words[RD_PARTS] = {
		[RD_PART_OPEN] = {"期初余额", "opening balance"},
		[RD_PART_MOVE] = {"本期发生额", "movement of the period"},
		[RD_PART_YTD] = {"本年累计", "year to date"},
		[RD_PART_CLOSE] = {"期末余额", "closing balance"},
	};

	RD_ASSERT(part < RD_PARTS);
	return words[part];
}

rd_hit rd_hit_at_trial(const rd_book *b, rd_row row)
{
	rd_hit hit = rd_hit_at_place(b->tb.file[row], b->tb.line[row]);

	hit.account = b->tb.account[row];
	hit.party = b->tb.party[row];
	hit.period = b->tb.period[row];
	return hit;
}

/* ---- balances ---- */

/* Lines of opening vouchers that say what is known already. */
static void find_carried(rd_balances *s, rd_arena *scratch)
{
	const rd_book *b = s->book;
	const size_t np = b->n_periods;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if ((b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID)) != RD_VCH_OPENING)
			continue;
		const uint32_t p = rd_book_period_index(b, b->voucher.period[v]);
		const bool first = rd_opening_counts(b, v);

		if (p == RD_NONE)
			continue;
		if (!s->carried)
			s->carried = RD_NEW_N(scratch, rd_minor, b->account.n * np + 1);
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row a = b->line.account[i];

			if (!first || b->account.flags[a] & RD_ACC_OPENING)
				s->carried[a * np + p] += rd_line_net(b, i);
		}
	}
}

/* Openings of accounts themselves. */
static void take_openings(rd_balances *s, rd_arena *scratch)
{
	const rd_accounts *acc = &s->book->account;
	uint8_t *below = RD_NEW_N(scratch, uint8_t, (size_t)acc->n + 1);

	s->opening = RD_NEW_N(scratch, rd_minor, (size_t)acc->n + 1);
	s->vague = RD_NEW_N(scratch, uint8_t, (size_t)acc->n + 1);
	for (rd_row a = 1; a < acc->n; a++)
		if (acc->opening[a] != 0 || acc->flags[a] & RD_ACC_IN_TRIAL_BALANCE)
			below[acc->parent[a]] = 1;
	for (rd_row a = 1; a < acc->n; a++) {
		const rd_row up = acc->parent[a];

		s->opening[a] = below[a] ? 0 : acc->opening[a];
		/* parents stand before their children */
		s->vague[a] = up != 0 && !below[up] && (s->opening[up] != 0 || s->vague[up]);
	}
}

/* The first trial balance may begin later than the journal. Then its openings are those of the
 * journal's start when they close with all lines since, else of its own period. */
static void shift_openings(rd_balances *s, uint32_t at)
{
	const rd_book *b = s->book;
	const size_t np = b->n_periods;
	uint32_t since_start = 0, own_period = 0;
	bool before = false;

	for (uint32_t p = 0; p < at && at != RD_NONE; p++)
		before |= s->covered[p];
	for (int pass = 0; before && pass < 2; pass++)
		for (rd_row i = 0; i < s->trial.n; i++) {
			const rd_row r = s->trial.rows[i], a = b->tb.account[r];
			rd_minor past = 0;

			if (b->tb.party[r] != 0 || s->trial.above[a] || b->tb.period[r] != b->periods[at])
				continue;
			for (uint32_t p = 0; p < at; p++)
				past += s->moves->debit[a * np + p] - s->moves->credit[a * np + p];
			if (pass == 1) {
				s->opening[a] -= own_period > since_start ? past : 0;
				continue;
			}
			rd_minor d = rd_trial_net(b, r, RD_PART_CLOSE) - rd_trial_net(b, r, RD_PART_OPEN);
			rd_minor now = s->moves->debit[a * np + at] - s->moves->credit[a * np + at];

			since_start += past != 0 && d == past + now;
			own_period += past != 0 && d == now;
		}
}

void rd_balances_begin(rd_balances *s, rd_run *run, const rd_book *b)
{
	rd_arena *scratch = rd_run_scratch(run);

	*s = (rd_balances){.book = b, .moves = rd_index_movements(run, b)};
	rd_trial_begin(&s->trial, b, scratch);
	s->covered = RD_NEW_N(scratch, uint8_t, (size_t)b->n_periods + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		/* vouchers of one period stand together in almost all books */
		if (v > 0 && b->voucher.period[v] == b->voucher.period[v - 1])
			continue;
		uint32_t p = rd_book_period_index(b, b->voucher.period[v]);
		if (p != RD_NONE)
			s->covered[p] = 1;
	}
	find_carried(s, scratch);
	take_openings(s, scratch);
	if (b->tb.n > 0 && b->tb.period[0] != 0)
		shift_openings(s, rd_book_period_index(b, b->tb.period[0]));
}

bool rd_balances_known(const rd_balances *s, rd_run *run)
{
	const rd_book *b = s->book;

	if (b->has & RD_HAS_OPENING)
		return true;
	for (rd_row v = 0; v < b->voucher.n; v++)
		if ((b->voucher.flags[v] & (RD_VCH_OPENING | RD_VCH_VOID)) == RD_VCH_OPENING &&
		    rd_opening_counts(b, v))
			return true;
	rd_run_not_run(run, "没有期初余额", "no opening balances");
	return false;
}

/* The account's own row of the period at or after *at (which moves on), RD_NONE = none. */
static rd_row trial_row(const rd_trial *t, rd_row account, rd_period period, rd_row *at)
{
	const rd_book *b = t->book;
	rd_row found = RD_NONE;

	for (; *at < t->start[account + 1]; ++*at) {
		rd_row r = t->rows[*at];

		if (b->tb.party[r] != 0 || b->tb.period[r] > period)
			break;
		if (b->tb.period[r] == period && found == RD_NONE)
			found = r;
	}
	return found;
}

void rd_balances_get(const rd_balances *s, rd_row account, rd_minor *ret_balances)
{
	const rd_book *b = s->book;
	const size_t base = (size_t)account * s->moves->n_periods;
	rd_minor balance = s->opening[account];
	rd_row at = s->trial.start[account];

	RD_ASSERT(account < b->account.n && s->moves->n_periods == b->n_periods);
	for (uint32_t p = 0; p < b->n_periods; p++) {
		rd_row r = RD_NONE;

		if (!s->trial.above[account])
			r = trial_row(&s->trial, account, b->periods[p], &at);
		if (r != RD_NONE && p > 0 && s->covered[p] && !s->covered[p - 1] &&
		    rd_trial_has(&s->trial, r, RD_PART_OPEN))
			balance = rd_trial_net(b, r, RD_PART_OPEN);
		balance += s->moves->debit[base + p] - s->moves->credit[base + p];
		if (s->carried)
			balance -= s->carried[base + p];
		if (r != RD_NONE && !s->covered[p] && rd_trial_has(&s->trial, r, RD_PART_CLOSE))
			balance = rd_trial_net(b, r, RD_PART_CLOSE);
		ret_balances[p] = balance;
	}
}

/* ---- roles and closing vouchers ---- */

rd_minor *rd_role_flows(rd_run *run, const rd_book *b)
{
	const rd_movements *m = rd_index_movements(run, b);
	const uint32_t np = b->n_periods;
	rd_minor *flows = RD_NEW_N(rd_run_scratch(run), rd_minor, (size_t)RD_ROLE_COUNT * np + 1);
	const uint8_t out = RD_VCH_CLOSING | RD_VCH_OPENING;

	for (rd_row a = 1; a < b->account.n; a++)
		for (uint32_t p = 0; p < np; p++)
			flows[b->account.role[a] * (size_t)np + p] +=
				m->debit[(size_t)a * np + p] - m->credit[(size_t)a * np + p];
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (!(b->voucher.flags[v] & out) || b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		uint32_t p = rd_book_period_index(b, b->voucher.period[v]);
		if (p == RD_NONE)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (b->line.account[i] != 0)
				flows[b->account.role[b->line.account[i]] * (size_t)np + p] -= rd_line_net(b, i);
	}
	return flows;
}

uint32_t *rd_closings(const rd_book *b, rd_arena *scratch, rd_row **ret_first)
{
	uint32_t *n = RD_NEW_N(scratch, uint32_t, (size_t)b->n_periods + 1);
	rd_row *first = RD_NEW_N(scratch, rd_row, (size_t)b->n_periods + 1);

	for (uint32_t p = 0; p < b->n_periods; p++)
		first[p] = RD_NONE;
	if (ret_first)
		*ret_first = first;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (!(b->voucher.flags[v] & RD_VCH_CLOSING) || b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		uint32_t p = rd_book_period_index(b, b->voucher.period[v]);
		bool pl = false;

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			pl |= rd_role_is_pl((rd_role)b->account.role[b->line.account[i]]);
		if (p != RD_NONE && pl && n[p]++ == 0)
			first[p] = v;
	}
	return n;
}

uint32_t rd_periods_ended(const rd_book *b, const uint32_t *closings)
{
	if (b->n_periods == 0 || closings[b->n_periods - 1] > 0)
		return b->n_periods;
	for (uint32_t p = 0; p + 1 < b->n_periods; p++)
		if (closings[p] > 0)
			return b->n_periods - 1;
	return b->n_periods;
}

/* ---- open items ---- */

rd_day rd_balances_day(const rd_balances *s, const rd_run *run)
{
	const rd_day as_of = rd_run_as_of(run);

	if (s->book->n_periods == 0)
		return as_of;
	const rd_day end = rd_period_last(s->book->periods[s->book->n_periods - 1]);

	return as_of != RD_DAY_NONE && as_of < end ? as_of : end;
}

/* What was there when the books began is known to be as old as the limit. */
static bool begin_by(const rd_book *b, rd_day limit)
{
	return b->n_periods > 0 && limit != RD_DAY_NONE && rd_period_first(b->periods[0]) <= limit;
}

/* Lines of the account without void vouchers and cleared marks, by date. */
static rd_row *lines_by_date(const rd_book *b, rd_run *run, rd_row account, uint32_t *ret_n)
{
	const rd_by_account *by = rd_index_by_account(run, b);
	rd_arena *scratch = rd_run_scratch(run);
	const rd_row *from = by->rows + by->start[account];
	uint32_t n = by->start[account + 1] - by->start[account], k = 0, m = 0;
	rd_row *rows = RD_NEW_N(scratch, rd_row, (size_t)n + 1);
	uint64_t *words = RD_NEW_N(scratch, uint64_t, (size_t)n + 1);
	uint64_t *tmp = RD_NEW_N(scratch, uint64_t, (size_t)n + 1);

	for (uint32_t i = 0; b->line.clearing && i < n; i++)
		words[m++] = (uint64_t)b->line.clearing[from[i]] << 32 | i;
	rd_sort_u64(words, tmp, m);
	uint8_t *cleared = RD_NEW_N(scratch, uint8_t, (size_t)n + 1);
	for (uint32_t i = 0, e; i < m; i = e) {
		rd_minor sum = 0;

		for (e = i; e < m && words[e] >> 32 == words[i] >> 32; e++)
			sum += rd_line_net(b, from[(uint32_t)words[e]]);
		if (words[i] >> 32 == 0 || sum != 0)
			continue;
		for (uint32_t j = i; j < e; j++)
			cleared[(uint32_t)words[j]] = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		rd_day day = rd_line_date(b, from[i]);

		rd_row v = rd_line_voucher(b, from[i]);

		if (cleared[i] || b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		if (b->voucher.flags[v] & RD_VCH_OPENING &&
		    (!rd_opening_counts(b, v) || b->account.flags[account] & RD_ACC_OPENING))
			continue;
		words[k++] = (uint64_t)((uint32_t)day ^ 0x80000000u) << 32 | from[i];
	}
	rd_sort_u64(words, tmp, k);
	for (uint32_t i = 0; i < k; i++)
		rows[i] = (rd_row)words[i];
	*ret_n = k;
	return rows;
}

static void open_by_lines(const rd_balances *s, rd_run *run, rd_row account, rd_day limit,
                          rd_open *ret)
{
	const rd_book *b = s->book;
	uint32_t n = 0;
	rd_row *rows = lines_by_date(b, run, account, &n);
	const bool debit = ret->balance > 0;
	rd_minor opening = debit ? s->opening[account] : -s->opening[account];
	rd_open_item *items = NULL;

	if (n > 0)
		ret->last = rd_line_date(b, rows[n - 1]);
	uint32_t k = rd_fifo(rd_run_scratch(run), b, rows, n, opening > 0 ? opening : 0, debit, &items);
	/* an opening on the other side is paid off by the oldest items */
	rd_minor less = opening < 0 ? -opening : 0;

	for (uint32_t i = 0; i < k; i++) {
		rd_minor cut = items[i].open < less ? items[i].open : less;

		less -= cut;
		if (items[i].open - cut <= 0)
			continue;
		if (ret->items++ == 0) {
			ret->oldest = items[i].day;
			ret->before = items[i].line == RD_NONE;
		}
		if (items[i].line == RD_NONE ? begin_by(b, limit) : items[i].day <= limit)
			ret->overdue += items[i].open - cut;
		if (items[i].line != RD_NONE && ret->n_lines < 12)
			ret->lines[ret->n_lines++] = items[i].line;
	}
}

static void open_by_periods(const rd_balances *s, const rd_minor *balances, uint32_t end,
                            rd_row account, rd_day limit, rd_open *ret)
{
	const rd_book *b = s->book;
	const bool debit = ret->balance > 0;
	uint32_t p = end;

	while (p > 0 && (balances[p - 1] > 0) == debit && balances[p - 1] != 0)
		p--;
	ret->items = 1;
	ret->before = p == 0 && s->opening[account] != 0 && (s->opening[account] > 0) == debit;
	if (p < end && !ret->before)
		ret->oldest = rd_period_last(b->periods[p]);
	if (ret->before ? begin_by(b, limit) : ret->oldest != RD_DAY_NONE && ret->oldest <= limit)
		ret->overdue = debit ? ret->balance : -ret->balance;
	for (p = end; p > 0 && ret->last == RD_DAY_NONE; p--)
		if (balances[p - 1] != (p > 1 ? balances[p - 2] : s->opening[account]))
			ret->last = rd_period_last(b->periods[p - 1]);
}

void rd_open_find(const rd_balances *s, rd_run *run, rd_row account, rd_day limit, rd_open *ret)
{
	const rd_book *b = s->book;
	rd_minor *balances = RD_NEW_N(rd_run_scratch(run), rd_minor, (size_t)b->n_periods + 1);
	bool lines = false;

	*ret = (rd_open){.oldest = RD_DAY_NONE, .last = RD_DAY_NONE, .balance = s->opening[account]};
	rd_balances_get(s, account, balances);
	if (b->n_periods > 0)
		ret->balance = balances[b->n_periods - 1];
	else if (s->trial.start[account] < s->trial.start[account + 1] && !s->trial.above[account])
		ret->balance = rd_trial_net(b, s->trial.rows[s->trial.start[account]], RD_PART_CLOSE);
	for (uint32_t p = 0; p < b->n_periods; p++)
		lines |= s->moves->lines[(size_t)account * b->n_periods + p] > 0;
	if (ret->balance == 0)
		return;
	if (lines && s->covered[b->n_periods - 1]) /* lines: there is a period */
		open_by_lines(s, run, account, limit, ret);
	else
		open_by_periods(s, balances, b->n_periods, account, limit, ret);
}
