/* The classes of accounting records and how long each is kept. */
#include "desk/evidence.h"
#include "desk/make.h"
#include "desk/person.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define RULES_MAX 500u
#define BODY_MAX  2000u

typedef struct rule {
	const char *name, *name_en;
	int years; /* 0 = for ever */
	bool after_disposal;
} rule;

/* 会计档案管理办法 (财政部 国家档案局令第79号), annex: 企业和其他组织会计档案保管期限表. */
static const rule rules[] = {
	{"原始凭证", "Source documents", 30, false},
	{"记账凭证", "Vouchers", 30, false},
	{"总账", "General ledger", 30, false},
	{"明细账", "Subsidiary ledgers", 30, false},
	{"日记账", "Cash and bank journals", 30, false},
	{"固定资产卡片", "Fixed asset cards", 5, true},
	{"其他辅助性账簿", "Other auxiliary books", 30, false},
	{"月度、季度、半年度财务会计报告", "Monthly, quarterly and half-year reports", 10, false},
	{"年度财务会计报告", "Annual reports", 0, false},
	{"银行存款余额调节表", "Bank reconciliation statements", 10, false},
	{"银行对账单", "Bank statements", 10, false},
	{"纳税申报表", "Tax returns", 10, false},
	{"会计档案移交清册", "Handover lists", 30, false},
	{"会计档案保管清册", "Custody lists", 0, false},
	{"会计档案销毁清册", "Destruction lists", 0, false},
	{"会计档案鉴定意见书", "Appraisal opinions", 0, false},
};
#define RULES_N (sizeof rules / sizeof *rules)

typedef struct filling {
	const rd_engine *engine;
	uint32_t added;
	bool there[RULES_N + 1];
} filling;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	filling *f = ctx;
	const rd_q_retention_all_row *rows;
	uint32_t n;

	RD_TRY(rd_q_retention_all(tx, RULES_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 1; k <= RULES_N; k++) {
			char code[12];

			(void)snprintf(code, sizeof code, "%u", k);
			f->there[k] = f->there[k] || rd_str_is(rows[i].code, code);
		}
	return RD_OK;
}

static rd_rc add(filling *f, rd_tx *tx, uint32_t number, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	const rule *r = &rules[number - 1];
	rd_record made;
	char code[12];
	rd_buf body;
	rd_json j;

	(void)snprintf(code, sizeof code, "%u", number);
	rd_buf_init(&body, BODY_MAX);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "code", code);
	rd_json_put_text(&j, "name", r->name);
	rd_json_put_text(&j, "name_en", r->name_en);
	rd_json_put_int(&j, "years", r->years);
	rd_json_put_text(&j, "counts_from",
	                 r->after_disposal ? "资产报废清理后" : "会计年度终了后的第一天");
	rd_json_put_text(&j, "basis", "会计档案管理办法（财政部 国家档案局令第79号）附表");
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_make(f->engine, tx, &system, "retention_rule", &body, &made, err);

	rd_buf_done(&body);
	return rc;
}

static rd_rc fill(rd_tx *tx, void *ctx, rd_err *err)
{
	filling *f = ctx;

	f->added = 0;
	RD_TRY(look(tx, ctx, err));
	for (uint32_t i = 1; i <= RULES_N; i++)
		if (!f->there[i]) {
			RD_TRY(add(f, tx, i, err));
			f->added++;
		}
	return RD_OK;
}

rd_rc rd_retention_fill(const rd_engine *e, int64_t firm_id, uint32_t *ret_added, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	filling f = {.engine = e};
	bool all = true;
	rd_rc rc = rd_store_read(e->store, firm_id, a, look, &f, err);

	for (uint32_t i = 1; i <= RULES_N; i++)
		all = all && f.there[i];
	if (rc == RD_OK && !all)
		rc = rd_store_write(e->store, firm_id, a, fill, &f, err);
	rd_arena_free(a);
	if (rc == RD_OK)
		*ret_added = f.added;
	return rc;
}

rd_day rd_retention_until(rd_day dated, int64_t years)
{
	return years <= 0 ? RD_DAY_NONE : rd_day_of(rd_day_date(dated).year + (int32_t)years, 12, 31);
}
