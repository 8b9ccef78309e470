#include "correct/impact.h"
#include "correct/apply.h"
#include "correct/propose.h"

#define NAME_MAX_BYTES 160u

static const char *const bases[RD_IMPACT_BASES] = {"none", "correction", "voucher", "account"};

const char *rd_impact_basis_name(rd_impact_basis b)
{
	return bases[b];
}

static rd_str copied(rd_arena *arena, const char *text)
{
	size_t n = strlen(text);

	return (rd_str){rd_arena_copy(arena, text, n), (uint32_t)n};
}

/* ---- with and without ---- */

static rd_minor without_sign(rd_minor v)
{
	return v < 0 ? -v : v;
}

static void count(rd_impact *i)
{
	const rd_diff *d = &i->diff;
	rd_period first[RD_IMPACT_PERIODS * 10];
	uint32_t n = 0;

	for (uint32_t a = 0; a < d->n_accounts; a++) {
		bool known = false;

		if (a == 0 || !rd_str_eq(d->accounts[a].code, d->accounts[a - 1].code))
			i->n_accounts++;
		for (uint32_t p = 0; p < n && !known; p++)
			known = first[p] == d->accounts[a].period;
		if (!known && n < sizeof first / sizeof *first)
			first[n++] = d->accounts[a].period;
	}
	i->n_periods = n;
	i->tax = without_sign(d->tax.vat) + without_sign(d->tax.income_tax);
}

static rd_rc compare(rd_arena *arena, const rd_book *book, const rd_drafts *drafts, rd_impact *ret,
                     rd_err *err)
{
	rd_book *after;

	RD_TRY(rd_drafts_apply(book, drafts, &after, err));
	rd_diff_books(arena, book, after, &ret->diff);
	rd_book_free(after);
	count(ret);
	return RD_OK;
}

/* ---- the voucher ---- */

static bool in_period(const rd_book *b, rd_row v, rd_str period)
{
	char text[16];

	if (period.len == 0 || b->voucher.period[v] == 0)
		return true;
	rd_period_format(b->voucher.period[v], text);
	return rd_str_is(period, text);
}

/* RD_NONE when there is none of that name, or several. */
static rd_row find_voucher(const rd_book *b, const rd_impact_ask *ask)
{
	rd_row found = RD_NONE;

	if (ask->voucher.len == 0)
		return RD_NONE;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		char shorter[NAME_MAX_BYTES], longer[NAME_MAX_BYTES];

		if (!in_period(b, v, ask->period))
			continue;
		rd_voucher_name(b, v, false, shorter, sizeof shorter);
		rd_voucher_name(b, v, true, longer, sizeof longer);
		if (!rd_str_is(ask->voucher, shorter) && !rd_str_is(ask->voucher, longer))
			continue;
		if (found != RD_NONE)
			return RD_NONE;
		found = v;
	}
	return found;
}

/* The voucher in red on its own day: what the books would be without it. */
static rd_rc without_voucher(rd_arena *arena, const rd_book *b, rd_row v, rd_impact *ret,
                             rd_err *err)
{
	rd_voucher_draft red = {.role = RD_DRAFT_RED,
	                        .date = b->voucher.date[v],
	                        .period = b->voucher.period[v],
	                        .has_original = true,
	                        .original = rd_voucher_ref_of(arena, b, v)};
	const rd_drafts drafts = {&red, 1};
	char name[NAME_MAX_BYTES];

	red.journal = red.original.journal;
	red.lines = rd_correct_lines(arena, b, v, &red.n_lines);
	for (uint32_t i = 0; i < red.n_lines; i++) {
		red.lines[i].amount = -red.lines[i].amount;
		red.lines[i].foreign = -red.lines[i].foreign;
	}
	rd_voucher_name(b, v, true, name, sizeof name);
	ret->voucher = copied(arena, name);
	return compare(arena, b, &drafts, ret, err);
}

/* ---- the account ---- */

/* The code is what stands before the first blank. */
static rd_row find_account(const rd_book *b, rd_str account)
{
	int64_t blank = rd_str_find(account, " ");
	rd_str code = {account.ptr, blank < 0 ? account.len : (uint32_t)blank};

	for (rd_row a = 1; code.len && a < b->account.n; a++)
		if (rd_str_eq(rd_book_text(b, b->account.code[a]), code))
			return a;
	return RD_NONE;
}

static void balances(rd_arena *arena, const rd_book *b, rd_row account, rd_impact *ret)
{
	rd_holdings *l = rd_holdings_new(arena, b);
	uint32_t first = b->n_periods > RD_IMPACT_PERIODS ? b->n_periods - RD_IMPACT_PERIODS : 0;
	char name[NAME_MAX_BYTES];

	rd_account_name(b, account, name, sizeof name);
	ret->account = copied(arena, name);
	ret->balance = RD_NEW_N(arena, rd_impact_balance, RD_IMPACT_PERIODS);
	for (uint32_t p = first; p < b->n_periods; p++)
		ret->balance[ret->n_balances++] =
			(rd_impact_balance){b->periods[p], rd_holdings_closing(l, account, b->periods[p])};
}

rd_rc rd_impact_find(rd_arena *arena, const rd_book *book, const rd_impact_ask *ask, rd_impact *ret,
                     rd_err *err)
{
	rd_impact found = {.basis = RD_IMPACT_NONE, .voucher = {"", 0}, .account = {"", 0}};
	rd_row voucher = find_voucher(book, ask), account = find_account(book, ask->account);

	if (ask->drafts && ask->drafts->n) {
		found.basis = RD_IMPACT_CORRECTION;
		RD_TRY(compare(arena, book, ask->drafts, &found, err));
	} else if (voucher != RD_NONE) {
		found.basis = RD_IMPACT_VOUCHER;
		RD_TRY(without_voucher(arena, book, voucher, &found, err));
	} else if (account != RD_NONE) {
		found.basis = RD_IMPACT_ACCOUNT;
		balances(arena, book, account, &found);
	}
	*ret = found;
	return RD_OK;
}

/* ---- as JSON ---- */

static void put_pair(rd_json *j, const char *key, const rd_minor v[2])
{
	rd_json_key(j, key);
	rd_json_array(j);
	rd_json_int(j, v[0]);
	rd_json_int(j, v[1]);
	rd_json_close(j);
}

static void put_period(rd_json *j, rd_period p)
{
	char text[16];

	rd_period_format(p, text);
	rd_json_put_text(j, "period", p ? text : NULL);
}

static void put_accounts(rd_json *j, const rd_diff *d)
{
	rd_json_put_int(j, "account_rows", d->n_accounts);
	rd_json_key(j, "accounts");
	rd_json_array(j);
	for (uint32_t i = 0; i < d->n_accounts && i < RD_IMPACT_ROWS_MAX; i++) {
		const rd_diff_account *a = &d->accounts[i];

		rd_json_object(j);
		rd_json_put_str(j, "account", a->code);
		rd_json_put_str(j, "name", a->name);
		put_period(j, a->period);
		put_pair(j, "debit_minor", a->debit);
		put_pair(j, "credit_minor", a->credit);
		put_pair(j, "closing_minor", a->closing);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static void put_statements(rd_json *j, const rd_diff *d)
{
	rd_json_put_int(j, "statement_rows", d->n_lines);
	rd_json_key(j, "statements");
	rd_json_array(j);
	for (uint32_t i = 0; i < d->n_lines && i < RD_IMPACT_ROWS_MAX; i++) {
		const rd_statement_line *l = d->lines[i].line;

		rd_json_object(j);
		rd_json_put_text(j, "statement",
		                 l->statement == RD_STATEMENT_BALANCE ? "balance" : "income");
		rd_json_put_int(j, "line", l->line);
		rd_json_put_words(j, "name", l->name);
		put_pair(j, "value_minor", d->lines[i].value);
		rd_json_close(j);
	}
	rd_json_close(j);
}

static void put_tax(rd_json *j, const rd_impact *i)
{
	rd_json_key(j, "tax");
	rd_json_object(j);
	rd_json_put_int(j, "vat_minor", i->diff.tax.vat);
	rd_json_put_int(j, "profit_minor", i->diff.tax.profit);
	rd_json_put_int(j, "income_tax_minor", i->diff.tax.income_tax);
	rd_json_put_int(j, "at_stake_minor", i->tax);
	rd_json_close(j);
}

static void put_balances(rd_json *j, const rd_impact *i)
{
	rd_json_key(j, "balances");
	rd_json_array(j);
	for (uint32_t b = 0; b < i->n_balances; b++) {
		rd_json_object(j);
		put_period(j, i->balance[b].period);
		rd_json_put_int(j, "closing_minor", i->balance[b].closing);
		rd_json_close(j);
	}
	rd_json_close(j);
}

void rd_impact_json(rd_json *j, const rd_impact *i)
{
	rd_json_put_text(j, "schema", "redink.impact/1");
	rd_json_put_text(j, "basis", bases[i->basis]);
	if (i->voucher.len)
		rd_json_put_str(j, "voucher", i->voucher);
	if (i->account.len)
		rd_json_put_str(j, "account", i->account);
	if (i->basis == RD_IMPACT_CORRECTION || i->basis == RD_IMPACT_VOUCHER) {
		rd_json_put_int(j, "accounts_changed", i->n_accounts);
		rd_json_put_int(j, "periods_changed", i->n_periods);
		put_accounts(j, &i->diff);
		put_statements(j, &i->diff);
		put_tax(j, i);
	}
	if (i->basis == RD_IMPACT_ACCOUNT)
		put_balances(j, i);
}
