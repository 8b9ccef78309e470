/* What an error means for the books: with a correction, the voucher, the account alone. */
#include "correct/impact.h"
#include "correct/propose.h"
#include "shelf.h"

#define HEAD "number|journal|date|account-code|account-name|debit|credit|text"

static rd_book *books(void)
{
	return shelf_book(HEAD, "1|记|2024-01-05|1002|银行存款|5000||收投资款\n"
	                        "1|记|2024-01-05|3001|实收资本||5000|收投资款\n"
	                        "2|记|2024-01-10|5602|管理费用|300||付办公费\n"
	                        "2|记|2024-01-10|1002|银行存款||300|付办公费\n"
	                        "1|记|2024-02-08|5602|管理费用|1200||购电脑\n"
	                        "1|记|2024-02-08|1002|银行存款||1200|购电脑\n");
}

typedef struct trial {
	rd_arena *a;
	rd_book *b;
	rd_impact i;
} trial;

static trial find(const rd_impact_ask *ask)
{
	trial t = {.a = rd_arena_new(), .b = books()};
	rd_err err = {0};

	UNIT_OK(rd_impact_find(t.a, t.b, ask, &t.i, &err), &err);
	return t;
}

static void done(trial *t)
{
	rd_book_free(t->b);
	rd_arena_free(t->a);
}

static void a_voucher_is_compared_with_its_absence(void)
{
	trial t = find(&(rd_impact_ask){.voucher = RD_STR("2024-01 记-2"),
	                                .period = RD_STR(""),
	                                .account = RD_STR("1002")});

	UNIT_INT(t.i.basis, RD_IMPACT_VOUCHER);
	UNIT_TEXT(t.i.voucher, "2024-01 记-2");
	UNIT_INT(t.i.n_accounts, 2);
	for (uint32_t k = 0; k < t.i.diff.n_accounts; k++) {
		const rd_diff_account *a = &t.i.diff.accounts[k];

		/* The bank is 300 more from January on without it, and the expense 300 less. */
		UNIT_INT(a->closing[1] - a->closing[0], rd_str_is(a->code, "1002") ? 30000 : -30000);
	}
	UNIT_INT(t.i.diff.tax.profit, 30000);
	UNIT_INT(t.i.tax, 7500);
	done(&t);
}

static void a_name_that_fits_two_is_narrowed_by_the_period(void)
{
	rd_impact_ask ask = {.voucher = RD_STR("记-1"), .period = RD_STR(""), .account = RD_STR("")};
	trial t = find(&ask);

	UNIT_INT(t.i.basis, RD_IMPACT_NONE);
	done(&t);
	ask.period = RD_STR("2024-02");
	t = find(&ask);
	UNIT_INT(t.i.basis, RD_IMPACT_VOUCHER);
	UNIT_INT(t.i.diff.tax.profit, 120000);
	UNIT_INT(t.i.n_periods, 1);
	done(&t);
}

static void a_correction_outranks_the_voucher(void)
{
	rd_draft_line lines[] = {{.text = RD_STR("补记"),
	                          .account = RD_STR("5602"),
	                          .account_name = RD_STR("管理费用"),
	                          .party = RD_STR(""),
	                          .document = RD_STR(""),
	                          .currency = RD_STR(""),
	                          .amount = 10000},
	                         {.text = RD_STR("补记"),
	                          .account = RD_STR("1002"),
	                          .account_name = RD_STR("银行存款"),
	                          .party = RD_STR(""),
	                          .document = RD_STR(""),
	                          .currency = RD_STR(""),
	                          .credit = true,
	                          .amount = 10000}};
	rd_voucher_draft more = {.role = RD_DRAFT_MORE,
	                         .date = rd_day_of(2024, 2, 20),
	                         .period = 202402,
	                         .journal = RD_STR("记"),
	                         .lines = lines,
	                         .n_lines = 2};
	const rd_drafts drafts = {&more, 1};
	trial t = find(&(rd_impact_ask){.drafts = &drafts,
	                                .voucher = RD_STR("2024-01 记-2"),
	                                .period = RD_STR(""),
	                                .account = RD_STR("")});

	UNIT_INT(t.i.basis, RD_IMPACT_CORRECTION);
	UNIT_INT(t.i.diff.tax.profit, -10000);
	UNIT_INT(t.i.tax, 2500);
	done(&t);
}

static void an_account_alone_shows_its_balances(void)
{
	trial t = find(&(rd_impact_ask){.voucher = RD_STR("记-99"),
	                                .period = RD_STR(""),
	                                .account = RD_STR("1002 银行存款")});
	rd_buf b;
	rd_json j;

	UNIT_INT(t.i.basis, RD_IMPACT_ACCOUNT);
	UNIT_INT(t.i.n_balances, 2);
	UNIT_INT(t.i.balance[0].closing, 470000);
	UNIT_INT(t.i.balance[1].closing, 350000);
	rd_buf_init(&b, 4000);
	rd_json_init(&j, &b, 0);
	rd_json_object(&j);
	rd_impact_json(&j, &t.i);
	rd_json_close(&j);
	UNIT_TEXT(
		rd_buf_view(&b),
		"{\"schema\": \"redink.impact/1\", \"basis\": \"account\", \"account\": \"1002 银行存款\", "
		"\"balances\": [{\"period\": \"2024-01\", \"closing_minor\": 470000}, {\"period\": "
		"\"2024-02\", \"closing_minor\": 350000}]}");
	rd_buf_done(&b);
	done(&t);
}

const unit_test impact_tests[] = {
	{"a voucher is compared with its absence", a_voucher_is_compared_with_its_absence},
	{"a name that fits two is narrowed by the period",
     a_name_that_fits_two_is_narrowed_by_the_period},
	{"a correction outranks the voucher", a_correction_outranks_the_voucher},
	{"an account alone shows its balances", an_account_alone_shows_its_balances},
	{0},
};
