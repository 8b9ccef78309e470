#include "desk/gate.h"
#include "desk/cell.h"
#include "desk/checking.h"
#include "store/queries.gen.h"
#include <stdio.h>

typedef struct asking {
	rd_tx *tx;
	const rd_record *r;
	int64_t id, books_id;
	rd_q_gate_findings_row findings;
	rd_q_gate_corrections_row corrections;
	int64_t since_us; /* books must be newer than that */
} asking;

static rd_str text(rd_tx *tx, const char *words, size_t n)
{
	return (rd_str){rd_arena_copy(tx->arena, words, n), (uint32_t)n};
}

static rd_gate_item item(rd_tx *tx, const char *name, bool passed, rd_words words)
{
	return (rd_gate_item){name, passed, text(tx, words.zh, strlen(words.zh)),
	                      text(tx, words.en, strlen(words.en))};
}

static rd_gate_item corrected(const asking *a)
{
	const rd_q_gate_corrections_row *c = &a->corrections;

	if (c->open)
		return item(
			a->tx, "corrected", false,
			(rd_words){"还有更正凭证没有入账：请批准、导出并在客户软件中入账，或撤回",
		               "a correction is not in the books yet: have it approved, exported and "
		               "posted, or withdraw it"});
	if (c->missing)
		return item(a->tx, "corrected", false,
		            (rd_words){"最近的导入中没有找到更正凭证：请核实是否已入账，再导入一次",
		                       "the last import lacks a correction: see whether it was posted, and "
		                       "import again"});
	if (c->posted_us)
		return item(a->tx, "corrected", true,
		            (rd_words){"更正凭证均已入账", "all corrections are posted"});
	return item(a->tx, "corrected", true,
	            (rd_words){"没有待入账的更正", "no correction is outstanding"});
}

static rd_gate_item live_ones(const asking *a)
{
	char zh[200], en[200];

	(void)snprintf(zh, sizeof zh, "账上还有 %lld 条线索：请更正后重新导入账簿，检查通过才能关闭",
	               (long long)a->findings.live);
	(void)snprintf(en, sizeof en,
	               "%lld findings are still in the books: correct them and import the books again",
	               (long long)a->findings.live);
	return item(a->tx, "passed", false, (rd_words){zh, en});
}

static rd_rc passed(const asking *a, rd_gate_item *ret, rd_err *err)
{
	rd_q_gate_run_row run;
	char zh[240], en[240];
	bool found = false;

	if (a->findings.n == 0) {
		*ret = item(a->tx, "passed", true,
		            (rd_words){"没有检查线索，由人员判断",
		                       "no check found this case: people judge it"});
		return RD_OK;
	}
	if (a->findings.live) {
		*ret = live_ones(a);
		return RD_OK;
	}
	if (a->books_id)
		RD_TRY(rd_q_gate_run(a->tx, a->books_id, &run, &found, err));
	if (!found || run.came_us <= a->since_us) {
		*ret =
			item(a->tx, "passed", false,
		         (rd_words){"更正之后还没有新的账簿：请导入更正后的账簿并等待检查完成",
		                    "no books have come since the correction: import the corrected books "
		                    "and wait for the checks"});
		return RD_OK;
	}
	(void)snprintf(zh, sizeof zh, "检查 " RD_STR_FMT " 已在更正后的账簿上通过",
	               RD_STR_ARG(run.number));
	(void)snprintf(en, sizeof en, "check run " RD_STR_FMT " passed on the corrected books",
	               RD_STR_ARG(run.number));
	*ret = item(a->tx, "passed", true, (rd_words){zh, en});
	return RD_OK;
}

static rd_rc quiet(const asking *a, rd_gate_item *ret, rd_err *err)
{
	int32_t severity = rd_checking_severity_of(rd_field_str(a->r, "severity"));
	rd_q_gate_new_row row = {0};
	char zh[240], en[240];
	bool found;

	if (a->books_id)
		RD_TRY(rd_q_gate_new(a->tx, a->books_id, a->id, rd_field_str(a->r, "account"),
		                     severity < 0 ? 0 : severity, a->since_us, &row, &found, err));
	if (row.n == 0) {
		*ret = item(a->tx, "quiet", true,
		            (rd_words){"相关科目没有同级或更严重的新线索",
		                       "nothing new as grave on the accounts that it touches"});
		return RD_OK;
	}
	(void)snprintf(zh, sizeof zh,
	               "相关科目出现 %lld 条同级或更严重的新线索（如科目 " RD_STR_FMT
	               "）：请先查明是否由更正引起",
	               (long long)row.n, RD_STR_ARG(row.account));
	(void)snprintf(en, sizeof en,
	               "%lld new findings as grave on the accounts that it touches (such as " RD_STR_FMT
	               "): see first whether the correction caused them",
	               (long long)row.n, RD_STR_ARG(row.account));
	*ret = item(a->tx, "quiet", false, (rd_words){zh, en});
	return RD_OK;
}

static rd_gate_item signed_off(const asking *a)
{
	if (rd_str_is(rd_cell(a->r, RD_COL_STATE)->str, "closed"))
		return item(a->tx, "signed", true,
		            (rd_words){"第二人已签署", "a second person has signed"});
	return item(
		a->tx, "signed", false,
		(rd_words){"须由提交验证者以外的主管或复核人员签署关闭",
	               "a supervisor or reviewer other than who handed it to verification signs"});
}

rd_rc rd_gate_check(rd_tx *tx, const rd_record *a_case, rd_gate_result *ret_result, rd_err *err)
{
	asking a = {.tx = tx,
	            .r = a_case,
	            .id = rd_cell(a_case, RD_COL_ID)->i,
	            .books_id = rd_field_int(a_case, "books", 0),
	            .since_us = rd_cell(a_case, RD_COL_CREATED_AT)->i};
	rd_gate_result g = {0};
	bool found;

	RD_TRY(rd_q_gate_findings(tx, a.id, &a.findings, &found, err));
	RD_TRY(rd_q_gate_corrections(tx, a.id, &a.corrections, &found, err));
	if (a.corrections.posted_us > a.since_us)
		a.since_us = a.corrections.posted_us;
	g.items[0] = corrected(&a);
	RD_TRY(passed(&a, &g.items[1], err));
	RD_TRY(quiet(&a, &g.items[2], err));
	g.items[3] = signed_off(&a);
	g.open = g.items[0].passed && g.items[1].passed && g.items[2].passed;
	*ret_result = g;
	return RD_OK;
}

rd_rc rd_gate_must_open(rd_tx *tx, const rd_record *a_case, rd_err *err)
{
	rd_gate_result g;

	RD_TRY(rd_gate_check(tx, a_case, &g, err));
	for (uint32_t i = 0; i + 1 < RD_GATE_ITEMS; i++)
		if (!g.items[i].passed)
			return rd_fail_words(err, RD_BARRED, (rd_words){g.items[i].zh.ptr, g.items[i].en.ptr});
	return RD_OK;
}
