#include "correct/holdings.h"

static void from_journal(rd_holdings *l)
{
	const rd_book *b = l->b;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint8_t flags = b->voucher.flags[v];
		uint32_t p = rd_book_period_index(b, b->voucher.period[v]);

		if (flags & RD_VCH_VOID || p == RD_NONE)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row a = b->line.account[i];
			size_t at = (size_t)a * l->n_periods + p;
			rd_minor debit = rd_line_debit(b, i), credit = rd_line_credit(b, i);

			if (flags & RD_VCH_OPENING) {
				if (!(b->account.flags[a] & RD_ACC_OPENING) &&
				    b->voucher.period[v] == b->periods[0])
					l->opening[a] += debit - credit;
				continue;
			}
			l->debit[at] += debit;
			l->credit[at] += credit;
			if (flags & RD_VCH_CLOSING) {
				l->closing_debit[at] += debit;
				l->closing_credit[at] += credit;
			}
		}
	}
}

/* Rows of accounts that have no sub-account: what stands above them repeats it. */
static void from_trial_balance(rd_holdings *l)
{
	const rd_book *b = l->b;

	for (rd_row r = 0; r < b->tb.n; r++) {
		rd_row a = b->tb.account[r];
		uint32_t p = rd_book_period_index(b, b->tb.period[r]);

		if (b->tb.party[r] || p == RD_NONE || !(b->account.flags[a] & RD_ACC_LEAF))
			continue;
		l->debit[(size_t)a * l->n_periods + p] += b->tb.amount[RD_TB_DEBIT][r];
		l->credit[(size_t)a * l->n_periods + p] += b->tb.amount[RD_TB_CREDIT][r];
	}
}

/* Openings of parents repeat those of their sub-accounts, when these have any. */
static void openings(rd_holdings *l, rd_arena *arena)
{
	const rd_accounts *a = &l->b->account;
	uint8_t *below = RD_NEW_N(arena, uint8_t, (size_t)a->n + 1);

	for (rd_row i = 1; i < a->n; i++)
		if (a->flags[i] & RD_ACC_OPENING)
			for (rd_row up = a->parent[i]; up && !below[up]; up = a->parent[up])
				below[up] = 1;
	for (rd_row i = 1; i < a->n; i++)
		if (a->flags[i] & RD_ACC_OPENING && !below[i])
			l->opening[i] = a->opening[i];
}

rd_holdings *rd_holdings_new(rd_arena *arena, const rd_book *b)
{
	rd_holdings *l = RD_NEW(arena, rd_holdings);
	size_t n = ((size_t)b->account.n + 1) * (b->n_periods + 1);

	*l = (rd_holdings){.b = b, .n_periods = b->n_periods};
	l->opening = RD_NEW_N(arena, rd_minor, (size_t)b->account.n + 1);
	l->debit = RD_NEW_N(arena, rd_minor, n);
	l->credit = RD_NEW_N(arena, rd_minor, n);
	l->closing_debit = RD_NEW_N(arena, rd_minor, n);
	l->closing_credit = RD_NEW_N(arena, rd_minor, n);
	if (b->account.n == 0)
		return l;
	openings(l, arena);
	if (b->voucher.n)
		from_journal(l);
	else
		from_trial_balance(l);
	return l;
}

rd_minor rd_holdings_closing(const rd_holdings *l, rd_row account, rd_period period)
{
	rd_minor sum = l->opening[account];

	for (uint32_t p = 0; p < l->n_periods && l->b->periods[p] <= period; p++) {
		size_t at = (size_t)account * l->n_periods + p;

		sum += l->debit[at] - l->credit[at];
	}
	return sum;
}
