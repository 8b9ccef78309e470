/* rd_book_extend, part two: balances that the files state, after the new vouchers. */
#include "book/extend_impl.h"

enum { PAIRS = RD_TB_COLUMNS / 2 };

typedef struct restate {
	rd_extend *x;
	rd_tb_rows *tb;
	uint8_t *pairs; /* pairs of columns that a file fills anywhere, by file */
	uint32_t n_periods;
	rd_period *periods; /* of the rows, ascending */
} restate;

static void copy_rows(rd_extend *x, uint32_t room)
{
	const rd_tb_rows *o = &x->old->tb;
	rd_tb_rows *t = &x->book->tb;

	*t = (rd_tb_rows){.n = o->n};
#define COPY(column)                                                                               \
	do {                                                                                           \
		t->column = rd_arena_alloc(x->arena, ((size_t)room + 1) * sizeof *t->column, 64);          \
		if (o->column && o->n)                                                                     \
			memcpy(t->column, o->column, o->n * sizeof *t->column);                                \
	} while (0)
	COPY(period);
	COPY(account);
	COPY(party);
	COPY(present);
	COPY(file);
	COPY(line);
	for (int c = 0; c < RD_TB_COLUMNS; c++)
		COPY(amount[c]);
}

static void find_periods(restate *s)
{
	const rd_tb_rows *t = s->tb;

	s->periods = RD_NEW_N(s->x->arena, rd_period, s->x->book->n_periods + 1);
	s->pairs = RD_NEW_N(s->x->arena, uint8_t, s->x->book->n_files + 1);
	for (uint32_t p = 0; p < s->x->book->n_periods; p++) {
		bool there = false;

		for (rd_row r = 0; r < t->n && !there; r++)
			there = t->period[r] == s->x->book->periods[p];
		if (there)
			s->periods[s->n_periods++] = s->x->book->periods[p];
	}
	for (rd_row r = 0; r < t->n; r++)
		for (int p = 0; p < PAIRS; p++)
			if (t->present[r] >> (2 * p) & 3)
				s->pairs[t->file[r]] |= (uint8_t)(1u << p);
}

/* A balance stands on one side, unless the file gave both. */
static void add_balance(rd_tb_rows *t, rd_row r, int column, rd_minor net)
{
	rd_minor *d = &t->amount[column][r], *c = &t->amount[column + 1][r];

	if (*d && *c) {
		*(net > 0 ? d : c) += net > 0 ? net : -net;
	} else {
		rd_minor balance = *d - *c + net;

		*d = balance > 0 ? balance : 0;
		*c = balance < 0 ? -balance : 0;
	}
	t->present[r] |= (uint16_t)(3u << column);
}

static void add_turnover(rd_tb_rows *t, rd_row r, int column, bool credit, rd_minor amount)
{
	t->amount[column + credit][r] += amount;
	t->present[r] |= (uint16_t)(3u << column);
}

static void restate_row(const restate *s, rd_row r, rd_period moved, bool credit, rd_minor amount)
{
	rd_tb_rows *t = s->tb;
	uint8_t pairs = s->pairs[t->file[r]];
	rd_minor net = credit ? -amount : amount;

	if (t->period[r] == moved && pairs & 1u << RD_TB_DEBIT / 2)
		add_turnover(t, r, RD_TB_DEBIT, credit, amount);
	if (t->period[r] > moved && pairs & 1u << RD_TB_OPEN_D / 2)
		add_balance(t, r, RD_TB_OPEN_D, net);
	if (t->period[r] / 100 == moved / 100 && pairs & 1u << RD_TB_YTD_D / 2)
		add_turnover(t, r, RD_TB_YTD_D, credit, amount);
	if (pairs & 1u << RD_TB_CLOSE_D / 2)
		add_balance(t, r, RD_TB_CLOSE_D, net);
}

/* The row of an account in a period, one more when there is none: its file is that of a row of
 * the period. */
static void need_row(restate *s, rd_row account, rd_period period)
{
	rd_tb_rows *t = s->tb;
	rd_row like = RD_NONE;

	for (rd_row r = 0; r < t->n; r++) {
		if (t->period[r] != period)
			continue;
		if (t->account[r] == account && t->party[r] == 0)
			return;
		like = r;
	}
	if (like == RD_NONE)
		return;
	t->period[t->n] = period;
	t->account[t->n] = account;
	t->file[t->n] = t->file[like];
	t->line[t->n] = 0;
	t->n++;
	s->x->book->account.flags[account] |= RD_ACC_IN_TRIAL_BALANCE;
}

/* The period of the trial balances in which a movement of `p` is seen; 0 = after all of them. */
static rd_period seen_in(const restate *s, rd_period p)
{
	for (uint32_t i = 0; i < s->n_periods; i++)
		if (s->periods[i] >= p)
			return s->periods[i];
	return 0;
}

/* `above`: the account is a parent of the line's own. Only accounts that had no line before get
 * rows of their own: where one is missing beside lines, the trial balance was incomplete before. */
static void restate_account(restate *s, rd_row account, rd_row line, rd_period moved, bool above)
{
	const rd_lines *l = &s->x->book->line;
	rd_tb_rows *t = s->tb;
	bool credit = l->flags[line] & RD_LINE_CREDIT;

	bool fresh =
		account >= s->x->old->account.n || !(s->x->old->account.flags[account] & RD_ACC_HAS_LINES);

	for (uint32_t i = 0; i < s->n_periods && !above && fresh; i++)
		if (s->periods[i] >= moved)
			need_row(s, account, s->periods[i]);
	for (rd_row r = 0; r < t->n; r++)
		if (t->account[r] == account && t->period[r] >= moved &&
		    (t->party[r] == 0 || t->party[r] == l->party[line]))
			restate_row(s, r, moved, credit, l->amount[line]);
}

static void restate_assertions(rd_extend *x, rd_row account, rd_row voucher, rd_minor net)
{
	rd_book *b = x->book;

	for (uint32_t i = 0; i < b->n_assertions; i++)
		if (b->assertions[i].account == account && b->assertions[i].day != RD_DAY_NONE &&
		    b->assertions[i].day > b->voucher.date[voucher])
			b->assertions[i].balance += net;
}

void rd_extend_balances(rd_extend *x)
{
	rd_book *b = x->book;
	restate s = {.x = x, .tb = &b->tb};

	copy_rows(x, x->old->tb.n + x->n_lines * (b->n_periods + 1));
	find_periods(&s);
	for (rd_row v = x->old->voucher.n; v < b->voucher.n; v++) {
		rd_period moved = seen_in(&s, b->voucher.period[v]);

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_minor net =
				b->line.flags[i] & RD_LINE_CREDIT ? -b->line.amount[i] : b->line.amount[i];
			rd_row own = b->line.account[i];

			for (rd_row a = own; a; a = b->account.parent[a]) {
				if (moved)
					restate_account(&s, a, i, moved, a != own);
				restate_assertions(x, a, v, net);
			}
		}
	}
}
