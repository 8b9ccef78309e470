#include "book/image.h"
#include "correct/apply.h"
#include "correct/diff.h"
#include "correct/propose.h"
#include "correct/seen.h"
#include "ledger.h"
#include "shelf.h"
#include <stdio.h>

#define HEAD                                                                                       \
	"number|journal|date|account-code|account-name|party-name|debit|credit|text|preparer|reviewer|poster"

/* Two months under 小企业会计准则; January is closed. */
static rd_book *small_book(void)
{
	return shelf_book(HEAD, "1|记|2024-01-05|1002|银行存款||5000||收投资款|甲|乙|乙\n"
	                        "1|记|2024-01-05|3001|实收资本|||5000|收投资款|甲|乙|乙\n"
	                        "2|记|2024-01-10|5602|管理费用||300||付办公费|甲|乙|乙\n"
	                        "2|记|2024-01-10|1002|银行存款|||300|付办公费|甲|乙|乙\n"
	                        "3|记|2024-01-31|3103|本年利润||300||结转本期损益|甲|乙|乙\n"
	                        "3|记|2024-01-31|5602|管理费用|||300|结转本期损益|甲|乙|乙\n"
	                        "1|记|2024-02-08|5602|管理费用||1200||购电脑|甲|乙|乙\n"
	                        "1|记|2024-02-08|2202|应付账款|华城||1200|购电脑|甲|乙|乙\n"
	                        "2|记|2024-02-09|1122|应收账款|新都|2000||销售|甲|乙|乙\n"
	                        "2|记|2024-02-09|5001|主营业务收入|||2000|销售|甲|乙|乙\n"
	                        "3|记|2024-02-20|5602|管理费用||80||付快递费|甲|乙|\n"
	                        "3|记|2024-02-20|1002|银行存款|||80|付快递费|甲|乙|\n");
}

static rd_correct_terms terms_of(rd_period open)
{
	return (rd_correct_terms){.as_of = RD_DAY_NONE, .first_open = open};
}

/* "red 2024-02-20 记 | 5602 D -1200.00 text | …" for all vouchers. */
static rd_str shown(rd_arena *arena, const rd_drafts *drafts)
{
	rd_buf out;

	rd_buf_init(&out, 1 << 20);
	for (uint32_t v = 0; v < drafts->n; v++) {
		const rd_voucher_draft *d = &drafts->items[v];
		char day[16];

		rd_day_format(d->date, day);
		rd_buf_printf(&out, "%s%s %s %.*s\n", v ? "\n" : "", rd_draft_role_name(d->role), day,
		              RD_STR_ARG(d->journal));
		for (uint32_t i = 0; i < d->n_lines; i++) {
			char money[RD_MINOR_TEXT];

			rd_minor_format(d->lines[i].amount, 2, false, money);
			rd_buf_printf(&out, "%.*s %s %s %.*s\n", RD_STR_ARG(d->lines[i].account),
			              d->lines[i].credit ? "C" : "D", money, RD_STR_ARG(d->lines[i].text));
		}
	}
	rd_str s = {rd_arena_copy(arena, out.data ? out.data : "", out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return s;
}

static rd_row voucher_named(const rd_book *b, const char *name)
{
	for (rd_row v = 0; v < b->voucher.n; v++) {
		char text[64];

		rd_voucher_name(b, v, true, text, sizeof text);
		if (strcmp(text, name) == 0)
			return v;
	}
	UNIT_TRUE(!"no such voucher");
	return 0;
}

typedef struct trial {
	rd_arena *arena;
	rd_book *b;
	rd_row v;
	rd_draft_line *lines;
	uint32_t n;
	rd_correct_terms terms;
	rd_proposal p;
} trial;

static trial trial_of(rd_book *b, const char *voucher, rd_period open)
{
	trial t = {.arena = rd_arena_new(), .b = b, .terms = terms_of(open)};

	t.v = voucher_named(b, voucher);
	t.lines = rd_correct_lines(t.arena, b, t.v, &t.n);
	return t;
}

static void rewrite(trial *t)
{
	rd_correct_rewrite(t->arena, t->b, t->v, t->lines, t->n, &t->terms, &t->p);
}

static void done(trial *t)
{
	rd_arena_free(t->arena);
	rd_book_free(t->b);
}

/* ---- methods ---- */

static void wrong_account(void)
{
	trial t = trial_of(small_book(), "2024-02 记-1", 0);

	t.lines[0].account = RD_STR("1601");
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_RED_BLUE);
	UNIT_INT(t.p.profit_effect, 120000);
	UNIT_TRUE(t.p.ready);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "red 2024-02-20 记\n"
	                                       "5602 D -1200.00 注销2月8日记-1号凭证\n"
	                                       "2202 C -1200.00 注销2月8日记-1号凭证\n"
	                                       "\n"
	                                       "blue 2024-02-20 记\n"
	                                       "1601 D 1200.00 订正2月8日记-1号凭证\n"
	                                       "2202 C 1200.00 订正2月8日记-1号凭证\n");
	done(&t);
}

/* January's profit and loss was closed: what is moved is closed again. */
static void what_is_moved_in_a_closed_month_is_closed(void)
{
	trial t = trial_of(small_book(), "2024-01 记-2", 202401);
	rd_book *after;
	rd_err err;

	t.lines[0].amount = t.lines[1].amount = 20000;
	t.terms.as_of = rd_day_of(2024, 1, 31);
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_LESS);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "less 2024-01-31 记\n"
	                                       "5602 D -100.00 更正1月10日记-2号凭证多记金额\n"
	                                       "1002 C -100.00 更正1月10日记-2号凭证多记金额\n"
	                                       "\n"
	                                       "entry 2024-01-31 记\n"
	                                       "5602 C -100.00 结转本期损益\n"
	                                       "3103 D -100.00 结转本期损益\n");
	UNIT_OK(rd_drafts_apply(t.b, &t.p.drafts, &after, &err), &err);
	UNIT_TRUE(after->voucher.flags[after->voucher.n - 1] & RD_VCH_CLOSING);
	rd_book_free(after);
	done(&t);
}

static void amount_wrong(void)
{
	trial t = trial_of(small_book(), "2024-02 记-2", 0);

	t.lines[0].amount = t.lines[1].amount = 150000;
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_LESS);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "less 2024-02-20 记\n"
	                                       "1122 D -500.00 更正2月9日记-2号凭证多记金额\n"
	                                       "5001 C -500.00 更正2月9日记-2号凭证多记金额\n");
	t.lines[0].amount = t.lines[1].amount = 260000;
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_MORE);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "more 2024-02-20 记\n"
	                                       "1122 D 600.00 更正2月9日记-2号凭证少记金额\n"
	                                       "5001 C 600.00 更正2月9日记-2号凭证少记金额\n");
	done(&t);
}

static void not_there_at_all(void)
{
	trial t = trial_of(small_book(), "2024-02 记-1", 0);

	t.n = 0;
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_RED);
	UNIT_INT(t.p.drafts.n, 1);
	UNIT_INT(t.p.profit_effect, 120000);
	done(&t);
}

static void not_posted(void)
{
	trial t = trial_of(small_book(), "2024-02 记-3", 0);

	t.lines[0].amount = t.lines[1].amount = 8800;
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_REENTER);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "reenter 2024-02-20 记\n"
	                                       "5602 D 88.00 付快递费\n"
	                                       "1002 C 88.00 付快递费\n");
	done(&t);
}

static void earlier_year_small(void)
{
	trial t = trial_of(small_book(), "2024-02 记-1", 202501);

	t.lines[0].account = RD_STR("1601");
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_PRIOR_NOW);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "prior-year 2025-01-31 记\n"
	                                       "5602 C 1200.00 更正2024年2月8日记-1号凭证\n"
	                                       "1601 D 1200.00 更正2024年2月8日记-1号凭证\n");
	done(&t);
}

static void earlier_year_enterprise(void)
{
	rd_book *b = shelf_book(HEAD, "1|记|2024-02-08|6602|管理费用||1200||购电脑|甲|乙|乙\n"
	                              "1|记|2024-02-08|2202|应付账款|华城||1200|购电脑|甲|乙|乙\n"
	                              "2|记|2024-02-09|6001|主营业务收入|||50|销售|甲|乙|乙\n"
	                              "2|记|2024-02-09|1002|银行存款||50||销售|甲|乙|乙\n"
	                              "3|记|2024-02-09|4103|本年利润||50||结转|甲|乙|乙\n"
	                              "3|记|2024-02-09|4104|利润分配|||50|结转|甲|乙|乙\n");
	trial t = trial_of(b, "2024-02 记-1", 202501);

	UNIT_INT(b->standard, RD_STD_ENTERPRISE);
	t.lines[0].account = RD_STR("1601");
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_PRIOR_YEAR);
	UNIT_TEXT(shown(t.arena, &t.p.drafts), "prior-year 2025-01-31 记\n"
	                                       "6901 C 1200.00 更正2024年2月8日记-1号凭证\n"
	                                       "1601 D 1200.00 更正2024年2月8日记-1号凭证\n"
	                                       "\n"
	                                       "entry 2025-01-31 记\n"
	                                       "6901 D 1200.00 结转以前年度损益调整\n"
	                                       "4104 C 1200.00 结转以前年度损益调整\n");
	t.terms.materiality = 500000;
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_PRIOR_NOW);
	done(&t);
}

/* ---- checking as typed ---- */

static bool says(const rd_draft_problems *p, uint32_t voucher, uint32_t line, const char *field)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->items[i].voucher == voucher && p->items[i].line == line &&
		    strcmp(p->items[i].field, field) == 0)
			return true;
	return false;
}

static void problems_name_their_field(void)
{
	trial t = trial_of(small_book(), "2024-02 记-1", 0);
	rd_draft_problems p;
	rd_draft_terms terms = {0};

	t.lines[0].account = RD_STR("1601");
	rewrite(&t);
	rd_voucher_draft *d = t.p.drafts.items;

	rd_drafts_check(t.arena, t.b, &t.p.drafts, &terms, &p);
	UNIT_INT(p.errors, 0);
	UNIT_TRUE(says(&p, 1, 0, "account")); /* 1601 is not in the books yet: a warning */
	d[0].date = rd_day_of(2024, 1, 31);
	d[0].lines[0].amount = -1;
	d[1].lines[0].account = RD_STR("9999");
	d[1].lines[1].amount = 0;
	d[1].lines[1].text = RD_STR(" ");
	d[1].lines[1].party = RD_STR("没有这一家");
	rd_drafts_check(t.arena, t.b, &t.p.drafts, &terms, &p);
	UNIT_TRUE(says(&p, 0, RD_NONE, "date"));
	UNIT_TRUE(says(&p, 0, RD_NONE, "lines"));
	UNIT_TRUE(says(&p, 1, 0, "account"));
	UNIT_TRUE(says(&p, 1, 1, "credit"));
	UNIT_TRUE(says(&p, 1, 1, "text"));
	UNIT_TRUE(says(&p, 1, 1, "party"));
	UNIT_TRUE(says(&p, 1, RD_NONE, "lines"));
	d[0].has_original = false;
	rd_drafts_check(t.arena, t.b, &t.p.drafts, &terms, &p);
	UNIT_TRUE(says(&p, 0, RD_NONE, "original"));
	rd_drafts_check(t.arena, t.b, &(rd_drafts){0}, &terms, &p);
	UNIT_TRUE(says(&p, RD_NONE, RD_NONE, "vouchers"));
	done(&t);
}

/* Without numbers, two vouchers of one day fit: the one with these amounts is meant. */
static void books_without_numbers_are_corrected(void)
{
	rd_book *b = shelf_book("date|account-code|account-name|debit|credit|text",
	                        "2024-02-08|5602|管理费用|10||a\n2024-02-08|1002|银行存款||10|a\n"
	                        "2024-02-08|5602|管理费用|25||b\n2024-02-08|1002|银行存款||25|b\n");
	rd_arena *a = rd_arena_new();
	rd_correct_terms terms = terms_of(0);
	rd_draft_problems problems;
	rd_proposal p;

	UNIT_INT(b->voucher.n, 2);
	rd_correct_rewrite(a, b, 1, NULL, 0, &terms, &p);
	UNIT_TRUE(p.ready);
	p.drafts.items[0].lines[0].amount = p.drafts.items[0].lines[1].amount = -2600;
	rd_drafts_check(a, b, &p.drafts, &(rd_draft_terms){0}, &problems);
	UNIT_INT(problems.errors, 1);
	rd_arena_free(a);
	rd_book_free(b);
}

static void a_closed_period_is_not_open(void)
{
	rd_book *b = small_book();

	UNIT_INT(rd_book_first_open(b), 202402);
	rd_book_free(b);
}

/* ---- applying ---- */

static rd_minor closing_of(const rd_book *b, const char *code)
{
	rd_arena *a = rd_arena_new();
	rd_holdings *l = rd_holdings_new(a, b);
	rd_minor x = rd_holdings_closing(l, rd_book_find_account(b, rd_str_of(code)), 999912);

	rd_arena_free(a);
	return x;
}

static void the_old_book_stays(void)
{
	trial t = trial_of(small_book(), "2024-02 记-1", 0);
	rd_book *after;
	rd_err err;
	char name[64];

	t.lines[0].account = RD_STR("1601");
	rewrite(&t);
	UNIT_OK(rd_drafts_apply(t.b, &t.p.drafts, &after, &err), &err);
	UNIT_INT(t.b->voucher.n, 6);
	UNIT_INT(after->voucher.n, 8);
	UNIT_INT(closing_of(t.b, "5602"), 128000);
	UNIT_INT(closing_of(after, "5602"), 8000);
	UNIT_INT(closing_of(after, "1601"), 120000);
	UNIT_INT(closing_of(after, "2202"), -120000);
	rd_voucher_name(after, 7, true, name, sizeof name);
	UNIT_TEXT(rd_str_of(name), "2024-02 记-5");
	UNIT_TEXT(rd_str_of(rd_file_name(after, rd_line_place(after, after->line.n - 1).file)),
	          RD_CORRECT_PLACE);
	UNIT_INT(rd_line_place(after, 0).line, rd_line_place(t.b, 0).line);
	UNIT_INT(after->account.role[rd_book_find_account(after, RD_STR("1601"))], RD_ROLE_FIXED_ASSET);
	rd_book_free(after);
	done(&t);
}

static void what_is_not_posted_gives_way(void)
{
	trial t = trial_of(small_book(), "2024-02 记-3", 0);
	rd_book *after;
	rd_err err;

	t.lines[0].amount = t.lines[1].amount = 8800;
	rewrite(&t);
	UNIT_OK(rd_drafts_apply(t.b, &t.p.drafts, &after, &err), &err);
	UNIT_INT(closing_of(after, "5602"), 128800);
	rd_book_free(after);
	done(&t);
}

static void trial_balances_follow(void)
{
	shelf s;
	rd_book *after;
	rd_err err;
	rd_row r;

	shelf_open(&s);
	shelf_journal(&s, HEAD,
	              "1|记|2024-01-08|560201|办公费||100||付|甲|乙|乙\n"
	              "1|记|2024-01-08|1002|银行存款|||100|付|甲|乙|乙\n"
	              "1|记|2024-02-08|560201|办公费||30||付|甲|乙|乙\n"
	              "1|记|2024-02-08|1002|银行存款|||30|付|甲|乙|乙\n");
	shelf_trial(
		&s,
		"account-code|account-name|open-debit|open-credit|debit|credit|close-debit|close-credit",
		"1002|银行存款|900|||100|800|\n5602|管理费用|||100||100|\n560201|办公费|||100||100|\n",
		202401);
	shelf_trial(
		&s,
		"account-code|account-name|open-debit|open-credit|debit|credit|close-debit|close-credit",
		"1002|银行存款|800|||30|770|\n5602|管理费用|100||30||130|\n560201|办公费|100||30||130|\n",
		202402);
	trial t = trial_of(shelf_seal(&s), "2024-01 记-1", 202401);

	t.lines[0].amount = t.lines[1].amount = 4000;
	t.terms.as_of = rd_day_of(2024, 1, 31);
	rewrite(&t);
	UNIT_INT(t.p.method, RD_METHOD_LESS);
	UNIT_OK(rd_drafts_apply(t.b, &t.p.drafts, &after, &err), &err);
	UNIT_INT(after->tb.n, t.b->tb.n);
	for (r = 0; r < after->tb.n; r++) {
		rd_str code = rd_book_text(after, after->account.code[after->tb.account[r]]);
		bool bank = rd_str_is(code, "1002"), first = after->tb.period[r] == 202401;
		int64_t close = bank ? (first ? 86000 : 83000) : first ? 4000 : 7000;

		UNIT_INT(after->tb.amount[RD_TB_CLOSE_D][r], close);
		UNIT_INT(after->tb.amount[RD_TB_OPEN_D][r], bank    ? (first ? 90000 : 86000)
		                                            : first ? 0
		                                                    : 4000);
	}
	rd_book_free(after);
	done(&t);
}

/* ---- properties on random books ---- */

static rd_book *random_book(uint64_t seed)
{
	ledger l = {.seed = seed, .vouchers = 120, .wrong = 30, .months = 4, .plain = true};
	rd_buf journal;
	rd_book *b = NULL;
	rd_err err;

	rd_buf_init(&journal, 1 << 20);
	ledger_journal(&l, &journal);
	shelf_file file = {"journal.csv", journal.data, journal.size};

	UNIT_OK(shelf_read(&file, 1, &(rd_read_options){.threads = 1}, &b, &err), &err);
	rd_buf_done(&journal);
	return b;
}

/* What the accounts hold by code, as one number. */
static void same_balances(const rd_book *x, const rd_book *y)
{
	rd_arena *a = rd_arena_new();
	rd_holdings *l = rd_holdings_new(a, x), *m = rd_holdings_new(a, y);

	for (rd_row i = 1; i < y->account.n; i++) {
		rd_str code = rd_book_text(y, y->account.code[i]);
		rd_row k = rd_book_find_account(x, code);

		UNIT_INT(k ? rd_holdings_closing(l, k, 999912) : 0, rd_holdings_closing(m, i, 999912));
	}
	rd_arena_free(a);
}

/* A full reversal leaves the accounts as they would be without the voucher; reversal and blue as
 * they would be with the right one alone. */
static void reversals_add_up(void)
{
	uint64_t state = 4711;

	for (uint64_t seed = 1; seed <= 12; seed++) {
		rd_book *b = random_book(seed);
		rd_row v = unit_below(&state, b->voucher.n);
		rd_arena *a = rd_arena_new();
		rd_correct_terms terms = terms_of(b->periods[0]);
		rd_proposal p;
		rd_book *without, *after;
		rd_err err;
		uint32_t n;
		rd_draft_line *lines = rd_correct_lines(a, b, v, &n);

		unit_case("seed %d, voucher %u", (int)seed, v);
		/* Without it: the voucher is void, as when it is entered anew. */
		rd_voucher_draft moved = {.role = RD_DRAFT_REENTER,
		                          .date = b->voucher.date[v],
		                          .has_original = true,
		                          .original = rd_voucher_ref_of(a, b, v),
		                          .lines = lines,
		                          .n_lines = n};
		rd_draft_line *right = rd_correct_lines(a, b, v, &n);

		right[0].account = rd_book_text(b, b->account.code[1]);
		moved.lines = right;
		if (rd_voucher_ref_find(b, &moved.original) == v && b->voucher.date[v] != RD_DAY_NONE) {
			rd_correct_rewrite(a, b, v, NULL, 0, &terms, &p);
			UNIT_OK(rd_drafts_apply(b, &(rd_drafts){&moved, 1}, &without, &err), &err);
			rd_voucher_draft both[2] = {p.drafts.items[0], moved};

			both[1].role = RD_DRAFT_BLUE;
			UNIT_OK(rd_drafts_apply(b, &(rd_drafts){both, 2}, &after, &err), &err);
			same_balances(without, after);
			rd_book_free(without);
			rd_book_free(after);
		}
		rd_arena_free(a);
		rd_book_free(b);
	}
}

static void differences_sum_to_zero(void)
{
	for (uint64_t seed = 20; seed < 28; seed++) {
		rd_book *b = random_book(seed), *after;
		rd_arena *a = rd_arena_new();
		rd_correct_terms terms = terms_of(b->periods[0]);
		rd_proposal p;
		rd_diff d;
		rd_err err;
		rd_minor sum[2] = {0, 0}, moved[2] = {0, 0};

		unit_case("seed %d", (int)seed);
		rd_correct_rewrite(a, b, 3, NULL, 0, &terms, &p);
		UNIT_OK(rd_drafts_apply(b, &p.drafts, &after, &err), &err);
		rd_diff_books(a, b, after, &d);
		for (uint32_t i = 0; i < d.n_accounts; i++) {
			const rd_diff_account *x = &d.accounts[i];

			sum[0] += x->debit[1] - x->debit[0];
			sum[1] += x->credit[1] - x->credit[0];
		}
		moved[0] = d.total_debit[1] - d.total_debit[0];
		moved[1] = d.total_credit[1] - d.total_credit[0];
		UNIT_INT(sum[0], moved[0]);
		UNIT_INT(sum[1], moved[1]);
		UNIT_INT(sum[0] - sum[1], d.closing[1] - d.closing[0]);
		rd_diff_books(a, b, b, &d);
		UNIT_INT(d.n_accounts, 0);
		UNIT_INT(d.n_lines, 0);
		rd_book_free(after);
		rd_arena_free(a);
		rd_book_free(b);
	}
}

/* ---- statements ---- */

static void statements_balance(void)
{
	rd_book *b = small_book();
	rd_arena *a = rd_arena_new();
	rd_minor *x = rd_statement_values(a, rd_holdings_new(a, b), 202402);
	rd_minor assets = 0, claims = 0, profit = 0, receivable = 0;

	for (uint32_t i = 0; i < rd_statement_lines_n; i++) {
		const rd_statement_line *l = &rd_statement_lines[i];

		if (l->standard != RD_STD_SMALL)
			continue;
		if (l->statement == RD_STATEMENT_BALANCE && l->line == 30)
			assets = x[i];
		if (l->statement == RD_STATEMENT_BALANCE && l->line == 53)
			claims = x[i];
		if (l->statement == RD_STATEMENT_BALANCE && l->line == 4)
			receivable = x[i];
		if (l->statement == RD_STATEMENT_INCOME && l->line == 32)
			profit = x[i];
	}
	UNIT_INT(assets, 662000);
	UNIT_INT(claims, assets);
	UNIT_INT(receivable, 200000);
	UNIT_INT(profit, 200000 - 30000 - 120000 - 8000);
	UNIT_INT(rd_profit_before_tax(rd_holdings_new(a, b), 202402), profit);
	rd_arena_free(a);
	rd_book_free(b);
}

/* Assets less claims is what the books do not balance by, month by month. */
static void statements_hold_every_account(void)
{
	for (uint64_t seed = 60; seed < 66; seed++) {
		rd_book *b = random_book(seed);
		rd_arena *a = rd_arena_new();
		rd_holdings *l = rd_holdings_new(a, b);

		unit_case("seed %d", (int)seed);
		UNIT_INT(b->standard, RD_STD_SMALL);
		for (uint32_t p = 0; p < b->n_periods; p++) {
			rd_minor *x = rd_statement_values(a, l, b->periods[p]), sum = 0, left = 0;

			for (uint32_t i = 0; i < rd_statement_lines_n; i++) {
				const rd_statement_line *s = &rd_statement_lines[i];

				if (s->standard != RD_STD_SMALL || s->statement != RD_STATEMENT_BALANCE)
					continue;
				left += s->line == 30 ? x[i] : s->line == 53 ? -x[i] : 0;
			}
			for (rd_row k = 1; k < b->account.n; k++)
				sum += rd_holdings_closing(l, k, b->periods[p]);
			UNIT_INT(left, sum);
		}
		rd_arena_free(a);
		rd_book_free(b);
	}
}

/* ---- the whole ---- */

static void a_duplicate_is_gone(void)
{
	rd_book *b = shelf_book(HEAD, "1|记|2024-02-08|5602|管理费用||1380||付办公费|甲|乙|乙\n"
	                              "1|记|2024-02-08|1002|银行存款|||1380|付办公费|甲|乙|乙\n"
	                              "2|记|2024-02-08|5602|管理费用||1380||付办公费|甲|乙|乙\n"
	                              "2|记|2024-02-08|1002|银行存款|||1380|付办公费|甲|乙|乙\n");
	rd_arena *a = rd_arena_new();
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE};
	rd_correct_terms terms = terms_of(0);
	rd_simulation s;
	rd_proposal p;
	rd_result *r;
	rd_err err;

	UNIT_OK(rd_run_checks(b, &o, &r, &err), &err);
	for (uint32_t i = 0; i < r->n_findings; i++) {
		if (strcmp(rd_checks[r->findings[i].check]->slug, "dup-entry") != 0)
			continue;
		rd_correct_propose(a, r, &r->findings[i], &terms, &p);
		UNIT_INT(p.method, RD_METHOD_RED);
		UNIT_TRUE(p.ready);
		UNIT_OK(rd_simulate(a, b, r, &p.drafts, &o, r->findings[i].fingerprint, &s, &err), &err);
		UNIT_TRUE(s.target_gone);
		UNIT_INT(s.diff.tax.profit, 138000);
		UNIT_INT(s.diff.tax.income_tax, 34500);
		for (uint32_t k = 0; k < s.findings.n_fresh; k++)
			UNIT_INT(s.result->findings[s.findings.fresh[k]].severity, RD_SEV_INFO);
		rd_simulation_done(&s);
	}
	rd_result_free(r);
	rd_arena_free(a);
	rd_book_free(b);
}

/* Every finding of a random book gets a proposal, and what it proposes can be tried. */
static void every_finding_has_an_answer(void)
{
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE};
	rd_correct_terms terms = terms_of(0);

	for (uint64_t seed = 40; seed < 44; seed++) {
		rd_book *b = random_book(seed), *after;
		rd_result *r;
		rd_err err;

		UNIT_OK(rd_run_checks(b, &o, &r, &err), &err);
		for (uint32_t i = 0; i < r->n_findings; i++) {
			rd_arena *a = rd_arena_new();
			rd_proposal p;

			unit_case("seed %d, %s", (int)seed, rd_checks[r->findings[i].check]->slug);
			rd_correct_propose(a, r, &r->findings[i], &terms, &p);
			UNIT_TRUE(p.reason.zh && p.reason.zh[0] && p.reason.en && p.reason.en[0]);
			UNIT_TRUE(p.drafts.n > 0 || !p.ready);
			if (p.drafts.n) {
				rd_rc rc = rd_drafts_apply(b, &p.drafts, &after, &err);

				UNIT_TRUE(rc == RD_OK || rc == RD_INPUT);
				if (rc == RD_OK)
					rd_book_free(after);
			}
			rd_arena_free(a);
		}
		rd_result_free(r);
		rd_book_free(b);
	}
}

/* ---- the next import ---- */

static void what_was_posted_is_seen(void)
{
	trial t = trial_of(small_book(), "2024-02 记-1", 0);
	rd_book *after;
	rd_draft_seen *seen;
	uint32_t missing;
	rd_buf out;
	rd_err err;

	t.lines[0].account = RD_STR("1601");
	rewrite(&t);
	UNIT_OK(rd_drafts_apply(t.b, &t.p.drafts, &after, &err), &err);
	seen = rd_drafts_seen(t.arena, t.b, &t.p.drafts, &missing);
	UNIT_INT(missing, 2);
	seen = rd_drafts_seen(t.arena, after, &t.p.drafts, &missing);
	UNIT_INT(missing, 0);
	UNIT_INT(seen[0].voucher, 6);
	UNIT_INT(seen[1].voucher, 7);
	UNIT_TRUE(seen[0].same_text);
	/* The blue one was entered with another amount and other words. */
	rd_voucher_draft *blue = &t.p.drafts.items[1];

	blue->lines[0].amount = blue->lines[1].amount = 100000;
	blue->lines[0].text = blue->lines[1].text = RD_STR("x");
	seen = rd_drafts_seen(t.arena, after, &t.p.drafts, &missing);
	UNIT_INT(missing, 1);
	UNIT_INT(seen[1].voucher, 7);
	rd_buf_init(&out, 4096);
	rd_drafts_missing_text(after, &t.p.drafts, seen, RD_ZH, &out);
	UNIT_TEXT(
		rd_buf_view(&out),
		"第 2 张（蓝字更正，2024-02-20，1,000.00）在账里没有找到；最接近的是 2024-02 记-5。\n");
	rd_buf_done(&out);
	rd_book_free(after);
	done(&t);
}

/* A book from an image is extended like the one it was made of. */
static void images_are_extended(void)
{
	trial t = trial_of(random_book(77), "2024-01 记-3", 202401);
	size_t size = rd_image_size(t.b);
	void *image = rd_column_new(size);
	rd_book *copy, *x, *y;
	rd_err err;

	rd_image_write(t.b, image);
	UNIT_OK(rd_image_open(image, size, &copy, &err), &err);
	rewrite(&t);
	UNIT_OK(rd_drafts_apply(t.b, &t.p.drafts, &x, &err), &err);
	UNIT_OK(rd_drafts_apply(copy, &t.p.drafts, &y, &err), &err);
	UNIT_INT(rd_image_size(x), rd_image_size(y));
	if (rd_image_size(x) == rd_image_size(y)) {
		size_t n = rd_image_size(x);
		void *a = rd_column_new(n), *b = rd_column_new(n);

		rd_image_write(x, a);
		rd_image_write(y, b);
		UNIT_INT(memcmp(a, b, n), 0);
		rd_column_free(b, n);
		/* Opening an image looks at all that book.h promises. */
		rd_book *whole;
		rd_rc rc = rd_image_open(a, n, &whole, &err);

		UNIT_OK(rc, &err);
		if (rc == RD_OK)
			rd_book_free(whole);
		else
			rd_column_free(a, n);
	}
	rd_book_free(x);
	rd_book_free(y);
	rd_book_free(copy);
	done(&t);
}

const unit_test correct_tests[] = {
	{"wrong account: reversed in red, entered in blue", wrong_account},
	{"what is moved in a closed month is closed", what_is_moved_in_a_closed_month_is_closed},
	{"wrong amount: the difference alone", amount_wrong},
	{"a voucher that should not be there is reversed", not_there_at_all},
	{"what is not posted is entered anew", not_posted},
	{"an earlier year, small enterprises: in the current period", earlier_year_small},
	{"an earlier year, CAS: through prior-year adjustments", earlier_year_enterprise},
	{"problems name their voucher, line and field", problems_name_their_field},
	{"books without numbers are corrected", books_without_numbers_are_corrected},
	{"the first open period is behind the last closing", a_closed_period_is_not_open},
	{"applying leaves the book as it was", the_old_book_stays},
	{"a voucher that is entered anew gives way", what_is_not_posted_gives_way},
	{"trial balances follow the new vouchers", trial_balances_follow},
	{"reversal and blue are the right voucher alone", reversals_add_up},
	{"differences add up", differences_sum_to_zero},
	{"the balance sheet balances", statements_balance},
	{"statements hold every account", statements_hold_every_account},
	{"a duplicate is gone in the trial", a_duplicate_is_gone},
	{"every finding has an answer", every_finding_has_an_answer},
	{"what was posted is seen in the next import", what_was_posted_is_seen},
	{"a book from an image is extended alike", images_are_extended},
	{0},
};
