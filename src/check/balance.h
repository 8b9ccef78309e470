/*
 * balance.h - trial balance rows in order, and balances of accounts over the periods.
 *
 * Everything here is built in the caller's scratch arena from a sealed book and is valid as
 * long as that arena. It is for the checks that compare balances; their work is a matter of
 * accounts and periods, not of lines. Balances and nets are debit positive.
 */
#ifndef RD_CHECK_BALANCE_H
#define RD_CHECK_BALANCE_H
#include "check/index.h"

/* The four pairs of columns of a trial balance. */
typedef enum rd_tb_part {
	RD_PART_OPEN,
	RD_PART_MOVE,
	RD_PART_YTD,
	RD_PART_CLOSE,
	RD_PARTS
} rd_tb_part;

typedef struct rd_trial {
	const rd_book *book;
	rd_row n;
	rd_row *rows;      /* by account, party, period, then as read */
	rd_row *start;     /* account a owns rows[start[a]] .. rows[start[a + 1] - 1] */
	rd_row *by_period; /* the same rows by period, then account and party */
	rd_row *from;      /* by_period[from[p]] .. from[p + 1] - 1: p = 0 no period, 1 + index else */
	uint8_t *parts;    /* of each file: bit p is set when it fills pair p anywhere */
	uint8_t *above;    /* of each account: some account below it has a row */
} rd_trial;

void rd_trial_begin(rd_trial *t, const rd_book *b, rd_arena *scratch);

/* The row states this pair: a blank pair is nil when its file has the columns. */
bool rd_trial_has(const rd_trial *t, rd_row row, rd_tb_part part);
rd_minor rd_trial_debit(const rd_book *b, rd_row row, rd_tb_part part);
rd_minor rd_trial_credit(const rd_book *b, rd_row row, rd_tb_part part);
rd_minor rd_trial_net(const rd_book *b, rd_row row, rd_tb_part part);
rd_words rd_part_words(rd_tb_part part); /* 期初余额, opening balance */
/* The side a balance stands on, as ledgers print it: 借, 贷, 平. */
static inline rd_fact rd_side_of(const char *name, rd_minor balance)
{
	if (balance == 0)
		return rd_word(name, "平", "nil");
	return balance > 0 ? rd_word(name, "借", "debit") : rd_word(name, "贷", "credit");
}

/* The amount that goes with it. */
static inline rd_fact rd_size(const char *name, rd_minor balance)
{
	return rd_money(name, balance < 0 ? -balance : balance);
}

/* A hit at the place of a trial balance row, with its account, party and period. */
rd_hit rd_hit_at_trial(const rd_book *b, rd_row row);

/* Balances at period ends, of accounts themselves: a parent is counted without what stands below
 * it. The journal leads; in periods without a single line of the journal the trial balance does.
 * Opening vouchers of later years, and those of accounts whose opening is stated elsewhere, repeat
 * what is known and do not count. */
typedef struct rd_balances {
	const rd_book *book;
	const rd_movements *moves;
	rd_trial trial;
	rd_minor *opening; /* by account, at the start of the books */
	uint8_t *vague;    /* by account: its opening is only known as a part of its parent's */
	uint8_t *covered;  /* by period: the journal has lines in it */
	rd_minor *carried; /* shape of moves: lines that only repeat an opening; may be NULL */
} rd_balances;

void rd_balances_begin(rd_balances *s, rd_run *run, const rd_book *b);
/* Openings are known from a table or an opening voucher; when not, the run is "not run". */
bool rd_balances_known(const rd_balances *s, rd_run *run);
/* Closing balance of each of book->n_periods periods. */
void rd_balances_get(const rd_balances *s, rd_row account, rd_minor *ret_balances);

/* Net movement (debit - credit) of a role and period without opening, closing and void
 * vouchers: [role * n_periods + period index]. */
rd_minor *rd_role_flows(rd_run *run, const rd_book *b);

/* How many vouchers close P&L accounts in each period (transfers of the year's profit do not
 * count); *ret_first, unless NULL, is the first one of each, RD_NONE = none. */
uint32_t *rd_closings(const rd_book *b, rd_arena *scratch, rd_row **ret_first);
/* Periods to judge by their ends: all, but the last one when it has no closing voucher although
 * an earlier one has. */
uint32_t rd_periods_ended(const rd_book *b, const uint32_t *closings);

/* What an account still holds at the end of the books. */
typedef struct rd_open {
	rd_minor balance;
	rd_day oldest;    /* of the open items; RD_DAY_NONE = not known */
	bool before;      /* the oldest one is older than the books */
	rd_day last;      /* last movement; RD_DAY_NONE = not known */
	rd_minor overdue; /* sum (>= 0) of the items dated on or before the limit; what is older
	                      * than    the books counts when these begin on or before it */
	uint32_t items, n_lines;
	rd_row lines[12]; /* of the oldest open items */
} rd_open;

/* The day on which ages are counted: the as-of day, but not after the end of the last period; what
 * happened later these books cannot know. */
rd_day rd_balances_day(const rd_balances *s, const rd_run *run);

/* First in, first out. With a journal its lines are the items; else the period since which the
 * balance stands on its side is taken, by its last day. Lines whose clearing mark sums to zero are
 * left out. */
void rd_open_find(const rd_balances *s, rd_run *run, rd_row account, rd_day limit, rd_open *ret);
#endif
