/*
 * What it finds: vouchers without a single attachment and without a document number. Closing,
 * correcting and carrying-forward vouchers need none and are left out; calculated entries
 * (depreciation, accruals) are reported as low.
 *
 * Why it matters: only a document proves that the business took place; an expense without one is
 * usually not deductible.
 *
 * What to do: get the document from the client. If it hangs on another voucher, note that
 * voucher's number.
 *
 * Known limits: a number of attachments says nothing of what they are. When no voucher of the
 * books has any, the column was probably not kept; that is one finding.
 *
 * 发现什么:附件数为零或空白、也没有单据号的凭证。结账、更正、结转类凭证可以不附原始凭证,不报告;折
 * 旧、计提等自制计算类只列为低。
 *
 * 为什么要紧:业务是否发生要靠原始凭证证明;没有凭证的费用一般不能税前扣除。
 *
 * 怎么办:向客户补取原始凭证;凭证附在别处的,注明主凭证号。
 *
 * 已知局限:附件数不说明附件的内容。全账都没有附件数的,多半是没有登记,只报告一次。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/names.h"

enum { P_MIN_AMOUNT };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"低于此金额的凭证不报告", "vouchers below this amount are not reported"},
                      RD_PARAM_MONEY,
                      0,
                      RD_MINOR_MAX,
                      0,
                      NULL},
	{0},
};

enum { K_NONE, K_CALCULATED, K_BOOK };
static const rd_message messages[] = {
	[K_NONE] = {"no-document",
                {"凭证 {voucher} 金额 {amount}，没有附件也没有单据号（摘要：{text}）。请补取原始"
                 "凭证。",
                 "Voucher {voucher}, {amount}, has neither an attachment nor a document "
                 "number (summary: {text}). Get its document."}},
	[K_CALCULATED] =
		{"calculated",
         {"凭证 {voucher} 金额 {amount}（摘要：{text}）没有附件。计提、折旧、摊销类凭证应"
          "附计算表。",
          "Voucher {voucher}, {amount} (summary: {text}) has no attachment. Accruals "
          "and depreciation should have their calculation attached."}},
	[K_BOOK] = {"whole-book",
                {"全部 {vouchers} 张凭证的附件数都是零或空白，也没有单据号。请核对附件数是否未登"
                 "记或未导出。",
                 "None of the {vouchers} voucher(s) has an attachment or a document number. See "
                 "whether the number of attachments was kept and exported."}},
	{0},
};

static const char *const exempt_words[] = {
	"结转", "更正", "注销", "订正", "冲销",    "红冲",          "红字",
	"转回", "期初", "年初", "上年", "closing", "carry forward", NULL,
};
static const char *const calculated_words[] = {
	"计提", "折旧", "摊销",   "暂估",         "预提",    "分摊",
	"调汇", "汇兑", "重分类", "depreciation", "accrual", NULL,
};

/* What a summary is, looked up once for each text. */
enum { T_UNKNOWN, T_PLAIN, T_CALCULATED, T_EXEMPT };

static uint8_t text_kind(const rd_book *b, uint8_t *memo, rd_text t)
{
	if (memo[t] == T_UNKNOWN) {
		rd_str s = rd_book_text(b, t);

		memo[t] = rd_name_has(s, exempt_words)       ? T_EXEMPT
		          : rd_name_has(s, calculated_words) ? T_CALCULATED
		                                             : T_PLAIN;
	}
	return memo[t];
}

static bool has_document(const rd_book *b, rd_row v)
{
	if (b->voucher.attachments[v] > 0)
		return true;
	if (b->voucher.document && b->voucher.document[v] != 0)
		return true;
	if (b->line.document)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (b->line.document[i] != 0)
				return true;
	return false;
}

static void report_book(rd_run *run, const rd_book *b)
{
	rd_hit hit = rd_hit_new();

	hit.kind = K_BOOK;
	hit.line = 0;
	hit.keyless = true;
	hit.weight = b->voucher.n;
	RD_EMIT(run, &hit, rd_int("vouchers", b->voucher.n));
}

static bool none_has(const rd_book *b)
{
	for (rd_row v = 0; v < b->voucher.n; v++)
		if (has_document(b, v))
			return false;
	return b->voucher.n > 0;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_minor min = rd_run_param(run, P_MIN_AMOUNT);
	const bool guards = rd_run_guards(run);
	uint8_t *memo = NULL;

	(void)range;
	(void)err;
	if (!b->voucher.attachments) {
		rd_run_not_run(run, "没有附件数", "no number of attachments");
		return RD_OK;
	}
	if (guards && none_has(b)) {
		report_book(run, b);
		return RD_OK;
	}
	memo = RD_NEW_N(rd_run_scratch(run), uint8_t, (size_t)rd_book_n_texts(b) + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint8_t kind;

		if (has_document(b, v))
			continue;
		rd_text text = rd_voucher_text(b, v);

		kind = text_kind(b, memo, text);
		if (guards && (kind == T_EXEMPT || rd_run_leave_out(run, v)))
			continue;
		rd_minor amount = rd_entry_volume(b, v);

		if (amount < min)
			continue;
		rd_hit hit = rd_hit_at_voucher(b, v);

		hit.kind = kind == T_CALCULATED ? K_CALCULATED : K_NONE;
		hit.severity = kind == T_CALCULATED ? RD_SEV_LOW : RD_SEV_PRESET;
		hit.at_stake = amount;
		hit.key = (uint64_t)amount;
		RD_EMIT(run, &hit, rd_money("amount", amount), rd_txt("text", text));
	}
	return RD_OK;
}

const rd_check rd_check_no_supporting_document = {
	.slug = "no-supporting-document",
	.family = "authorisation",
	.nature = "数据缺失",
	.title = {"附件数为零或不符", "No attachment or document reference"},
	.finds = {"凭证没有附件，也没有单据号。",
              "A voucher has no attachment and no document reference."},
	.correction = {"向客户补取原始凭证；结转与更正凭证除外",
                   "Get the document from the client; closing and correcting vouchers need none."},
	.basis = {"会计基础工作规范 51(4)", "Basic accounting work rules 51(4)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ATTACHMENTS,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
