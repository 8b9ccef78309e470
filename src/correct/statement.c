#include "correct/statement.h"
#include "book/chart.h"
#include <stdlib.h>

/* Balance of one account and partner, for the lines that look at each partner. */
typedef struct slice {
	rd_row account, party;
	rd_minor balance;
} slice;

typedef struct values {
	const rd_holdings *l;
	rd_arena *arena;
	rd_period period;
	slice *slices; /* by account, then party; every account has at least one */
	uint32_t n;
	rd_minor *out;
} values;

static int slice_cmp(const void *x, const void *y)
{
	const slice *a = x, *b = y;

	if (a->account != b->account)
		return a->account < b->account ? -1 : 1;
	return (a->party > b->party) - (a->party < b->party);
}

/* What a partner holds: lines of the journal, openings of the trial balance's auxiliary rows. */
static void slice_book(values *v)
{
	const rd_book *b = v->l->b;
	uint32_t cap = b->line.n + b->tb.n + b->account.n + 1, n = 0;

	v->slices = RD_NEW_N(v->arena, slice, cap);
	for (rd_row i = 0; i < b->line.n; i++) {
		rd_row voucher = rd_line_voucher(b, i), a = b->line.account[i];

		if (!rd_role_has_partner((rd_role)b->account.role[a]) ||
		    b->voucher.flags[voucher] & RD_VCH_VOID || b->voucher.period[voucher] > v->period)
			continue;
		v->slices[n++] = (slice){a, b->line.party[i], rd_line_net(b, i)};
	}
	for (rd_row r = 0; r < b->tb.n; r++)
		if (b->tb.party[r] && b->n_periods && b->tb.period[r] == b->periods[0] && b->line.n)
			v->slices[n++] = (slice){b->tb.account[r], b->tb.party[r],
			                         b->tb.amount[RD_TB_OPEN_D][r] - b->tb.amount[RD_TB_OPEN_C][r]};
	if (n)
		qsort(v->slices, n, sizeof *v->slices, slice_cmp);
	for (uint32_t i = 0; i < n; i++) {
		if (v->n && slice_cmp(&v->slices[v->n - 1], &v->slices[i]) == 0)
			v->slices[v->n - 1].balance += v->slices[i].balance;
		else
			v->slices[v->n++] = v->slices[i];
	}
}

static rd_minor year_to_date(const rd_holdings *l, rd_row account, rd_period period)
{
	rd_minor sum = 0;

	for (uint32_t p = 0; p < l->n_periods; p++) {
		size_t at = (size_t)account * l->n_periods + p;

		if (l->b->periods[p] / 100 != period / 100 || l->b->periods[p] > period)
			continue;
		sum += l->debit[at] - l->credit[at] - l->closing_debit[at] + l->closing_credit[at];
	}
	return sum;
}

/* The balances of one account that stand on a side; what no partner explains counts as one. */
static rd_minor one_side(const values *v, rd_row account, rd_minor balance, bool debit)
{
	slice key = {account, 0, 0};
	uint32_t lo = 0, hi = v->n;
	rd_minor sum = 0, left = balance;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (slice_cmp(&v->slices[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < v->n && v->slices[lo].account == account; lo++) {
		rd_minor one = v->slices[lo].balance;

		if (v->slices[lo].party == 0)
			continue;
		left -= one;
		if (debit ? one > 0 : one < 0)
			sum += debit ? one : -one;
	}
	if (debit ? left > 0 : left < 0)
		sum += debit ? left : -left;
	return sum;
}

static rd_minor of_accounts(const values *v, char kind, rd_str prefix, rd_statement statement)
{
	const rd_book *b = v->l->b;
	char text[16];
	rd_minor sum = 0;

	if (prefix.len >= sizeof text)
		return 0;
	memcpy(text, prefix.ptr, prefix.len);
	text[prefix.len] = '\0';
	for (rd_row a = 1; a < b->account.n; a++) {
		if (!rd_str_starts(rd_book_text(b, b->account.code[a]), text))
			continue;
		rd_minor x = statement == RD_STATEMENT_INCOME ? year_to_date(v->l, a, v->period)
		                                              : rd_holdings_closing(v->l, a, v->period);

		if (kind == 'D' || kind == 'C')
			sum += one_side(v, a, x, kind == 'D');
		else
			sum += kind == 'd' ? x : -x;
	}
	return sum;
}

static rd_minor of_line(const values *v, uint32_t from, uint32_t number)
{
	const rd_statement_line *own = &rd_statement_lines[from];

	for (uint32_t i = from; i-- > 0;)
		if (rd_statement_lines[i].standard == own->standard &&
		    rd_statement_lines[i].statement == own->statement &&
		    rd_statement_lines[i].line == number)
			return v->out[i];
	return 0;
}

static rd_minor value_of(const values *v, uint32_t i)
{
	const char *f = rd_statement_lines[i].formula;
	rd_minor sum = 0;

	while (*f) {
		char kind = *f++;
		const char *from = f;

		while (*f && *f != ' ')
			f++;
		if (kind == '=' || kind == '!')
			sum += (kind == '=' ? 1 : -1) * of_line(v, i, (uint32_t)strtoul(from, NULL, 10));
		else
			sum += of_accounts(v, kind, (rd_str){from, (uint32_t)(f - from)},
			                   rd_statement_lines[i].statement);
		while (*f == ' ')
			f++;
	}
	return sum;
}

rd_minor *rd_statement_values(rd_arena *arena, const rd_holdings *l, rd_period period)
{
	values v = {.l = l, .arena = arena, .period = period};

	v.out = RD_NEW_N(arena, rd_minor, rd_statement_lines_n + 1);
	slice_book(&v);
	for (uint32_t i = 0; i < rd_statement_lines_n; i++)
		if (rd_statement_lines[i].standard == l->b->standard)
			v.out[i] = value_of(&v, i);
	return v.out;
}

rd_minor rd_profit_before_tax(const rd_holdings *l, rd_period period)
{
	const rd_book *b = l->b;
	rd_minor sum = 0;

	for (rd_row a = 1; a < b->account.n; a++)
		if (rd_role_is_pl((rd_role)b->account.role[a]) && b->account.role[a] != RD_ROLE_INCOME_TAX)
			sum -= year_to_date(l, a, period);
	return sum;
}
