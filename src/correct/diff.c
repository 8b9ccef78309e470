#include "correct/diff.h"
#include "book/chart.h"
#include "correct/apply.h"
#include <stdlib.h>

/* ---- accounts ---- */

typedef struct pairing {
	rd_arena *arena;
	const rd_holdings *l[2];
	rd_period *periods; /* of both */
	uint32_t n_periods;
	rd_diff *to;
	uint32_t cap;
} pairing;

static rd_str keep(rd_arena *arena, rd_str s)
{
	return (rd_str){rd_arena_copy(arena, s.ptr, s.len), s.len};
}

static void merge_periods(pairing *p)
{
	const rd_book *a = p->l[0]->b, *b = p->l[1]->b;
	uint32_t i = 0, k = 0;

	p->periods = RD_NEW_N(p->arena, rd_period, (size_t)a->n_periods + b->n_periods + 1);
	while (i < a->n_periods || k < b->n_periods) {
		rd_period x = i < a->n_periods ? a->periods[i] : INT32_MAX;
		rd_period y = k < b->n_periods ? b->periods[k] : INT32_MAX;

		i += x <= y;
		k += y <= x;
		p->periods[p->n_periods++] = x < y ? x : y;
	}
}

static void movement(const rd_holdings *l, rd_row account, rd_period period, rd_minor *ret_debit,
                     rd_minor *ret_credit)
{
	uint32_t at = rd_book_period_index(l->b, period);

	*ret_debit = *ret_credit = 0;
	if (account == 0 || at == RD_NONE)
		return;
	*ret_debit = l->debit[(size_t)account * l->n_periods + at];
	*ret_credit = l->credit[(size_t)account * l->n_periods + at];
}

static void compare(pairing *p, const rd_row account[2])
{
	const rd_book *named = p->l[account[1] ? 1 : 0]->b;
	rd_row own = account[1] ? account[1] : account[0];
	rd_minor closing[2] = {0, 0};

	for (int k = 0; k < 2; k++)
		closing[k] = account[k] ? p->l[k]->opening[account[k]] : 0;
	for (uint32_t i = 0; i < p->n_periods; i++) {
		rd_diff_account d = {.period = p->periods[i]};

		for (int k = 0; k < 2; k++) {
			movement(p->l[k], account[k], d.period, &d.debit[k], &d.credit[k]);
			closing[k] += d.debit[k] - d.credit[k];
			d.closing[k] = closing[k];
			p->to->total_debit[k] += d.debit[k];
			p->to->total_credit[k] += d.credit[k];
		}
		if (d.debit[0] == d.debit[1] && d.credit[0] == d.credit[1] && d.closing[0] == d.closing[1])
			continue;
		d.code = keep(p->arena, rd_book_text(named, named->account.code[own]));
		d.name = keep(p->arena, rd_book_text(named, named->account.name[own]));
		p->to->accounts =
			rd_grow(p->arena, p->to->accounts, p->to->n_accounts, &p->cap, sizeof *p->to->accounts);
		p->to->accounts[p->to->n_accounts++] = d;
	}
	for (int k = 0; k < 2; k++)
		p->to->closing[k] += closing[k];
}

static int account_cmp(const void *x, const void *y)
{
	const rd_diff_account *a = x, *b = y;
	int c = rd_str_cmp(a->code, b->code);

	return c ? c : (a->period > b->period) - (a->period < b->period);
}

static void compare_accounts(pairing *p)
{
	const rd_book *a = p->l[0]->b, *b = p->l[1]->b;

	for (rd_row i = 1; i < a->account.n; i++)
		compare(p, (rd_row[2]){i, rd_book_find_account(b, rd_book_text(a, a->account.code[i]))});
	for (rd_row i = 1; i < b->account.n; i++)
		if (rd_book_find_account(a, rd_book_text(b, b->account.code[i])) == 0)
			compare(p, (rd_row[2]){0, i});
	if (p->to->n_accounts)
		qsort(p->to->accounts, p->to->n_accounts, sizeof *p->to->accounts, account_cmp);
}

/* ---- statements and tax ---- */

static void compare_statements(pairing *p)
{
	rd_minor *x[2];

	for (int k = 0; k < 2; k++)
		x[k] = rd_statement_values(p->arena, p->l[k], p->to->period);
	p->to->lines = RD_NEW_N(p->arena, rd_diff_line, rd_statement_lines_n + 1);
	for (uint32_t i = 0; i < rd_statement_lines_n; i++)
		if (rd_statement_lines[i].standard == p->to->standard && x[0][i] != x[1][i])
			p->to->lines[p->to->n_lines++] =
				(rd_diff_line){&rd_statement_lines[i], {x[0][i], x[1][i]}};
}

/* Movement (credit positive) over all periods of the tax accounts whose name says so, without
 * transfers at the end of a period, which the summary of a closing voucher tells. */
static rd_minor tax_of(const rd_holdings *l, const char *word, const char *without)
{
	const rd_book *b = l->b;
	rd_minor sum = 0;

	for (rd_row a = 1; a < b->account.n; a++) {
		rd_str name = rd_book_text(b, b->account.name[a]);

		if (b->account.role[a] != RD_ROLE_TAX || !rd_str_has(name, word) ||
		    (without && rd_str_has(name, without)))
			continue;
		for (uint32_t p = 0; p < l->n_periods; p++) {
			size_t at = (size_t)a * l->n_periods + p;

			sum += l->credit[at] - l->debit[at];
		}
	}
	return sum;
}

static rd_minor all_profit(const rd_holdings *l)
{
	rd_minor sum = 0;

	for (uint32_t p = 0; p < l->n_periods; p++) {
		bool last = p + 1 == l->n_periods || l->b->periods[p + 1] / 100 != l->b->periods[p] / 100;

		sum += last ? rd_profit_before_tax(l, l->b->periods[p]) : 0;
	}
	return sum;
}

static void estimate_tax(pairing *p)
{
	rd_diff_tax *t = &p->to->tax;

	t->output = tax_of(p->l[1], "销项税", NULL) - tax_of(p->l[0], "销项税", NULL);
	t->input = tax_of(p->l[0], "进项税", "转出") - tax_of(p->l[1], "进项税", "转出");
	t->transferred = tax_of(p->l[1], "进项税额转出", NULL) - tax_of(p->l[0], "进项税额转出", NULL);
	t->vat = t->output - t->input + t->transferred;
	t->profit = all_profit(p->l[1]) - all_profit(p->l[0]);
	t->income_tax = t->profit / 4;
}

void rd_diff_books(rd_arena *arena, const rd_book *before, const rd_book *after, rd_diff *ret)
{
	pairing p = {.arena = arena, .to = ret};

	*ret = (rd_diff){.standard = after->standard};
	p.l[0] = rd_holdings_new(arena, before);
	p.l[1] = rd_holdings_new(arena, after);
	merge_periods(&p);
	ret->period = p.n_periods ? p.periods[p.n_periods - 1] : 0;
	compare_accounts(&p);
	compare_statements(&p);
	estimate_tax(&p);
}

/* ---- findings ---- */

static int print_cmp(const void *x, const void *y)
{
	return memcmp(x, y, 16);
}

static uint8_t (*prints_of(rd_arena *arena, const rd_result *r))[16]
{
	uint8_t(*list)[16] = rd_arena_alloc(arena, ((size_t)r->n_findings + 1) * 16, 16);

	for (uint32_t i = 0; i < r->n_findings; i++)
		memcpy(list[i], r->findings[i].fingerprint, 16);
	if (r->n_findings)
		qsort(list, r->n_findings, 16, print_cmp);
	return list;
}

static uint32_t *not_in(rd_arena *arena, const rd_result *r, uint8_t (*others)[16], uint32_t n,
                        uint32_t *ret_n)
{
	uint32_t *list = RD_NEW_N(arena, uint32_t, r->n_findings + 1);

	*ret_n = 0;
	for (uint32_t i = 0; i < r->n_findings; i++)
		if (n == 0 || !bsearch(r->findings[i].fingerprint, others, n, 16, print_cmp))
			list[(*ret_n)++] = i;
	return list;
}

void rd_diff_results(rd_arena *arena, const rd_result *before, const rd_result *after,
                     rd_diff_findings *ret)
{
	*ret = (rd_diff_findings){0};
	ret->gone = not_in(arena, before, prints_of(arena, after), after->n_findings, &ret->n_gone);
	ret->fresh = not_in(arena, after, prints_of(arena, before), before->n_findings, &ret->n_fresh);
	ret->n_kept = before->n_findings - ret->n_gone;
}

rd_rc rd_simulate(rd_arena *arena, const rd_book *book, const rd_result *before,
                  const rd_drafts *drafts, const rd_run_options *options, const uint8_t target[16],
                  rd_simulation *ret, rd_err *err)
{
	rd_simulation s = {.target_gone = true};
	rd_run_options o = *options;

	/* The same day counts as today for both, but the new vouchers are not of tomorrow. */
	o.as_of = before->as_of;
	for (uint32_t i = 0; i < drafts->n; i++)
		if (o.as_of != RD_DAY_NONE && drafts->items[i].date > o.as_of)
			o.as_of = drafts->items[i].date;
	RD_TRY(rd_drafts_apply(book, drafts, &s.after, err));
	rd_rc rc = rd_run_checks(s.after, &o, &s.result, err);

	if (rc != RD_OK) {
		rd_book_free(s.after);
		return rc;
	}
	rd_diff_books(arena, book, s.after, &s.diff);
	rd_diff_results(arena, before, s.result, &s.findings);
	for (uint32_t i = 0; target && i < s.result->n_findings; i++)
		if (memcmp(s.result->findings[i].fingerprint, target, 16) == 0)
			s.target_gone = false;
	*ret = s;
	return RD_OK;
}

void rd_simulation_done(rd_simulation *s)
{
	rd_result_free(s->result);
	rd_book_free(s->after);
	s->result = NULL;
	s->after = NULL;
}
