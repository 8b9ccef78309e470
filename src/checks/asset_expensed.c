/*
 * What it finds: expense lines of at least `min_amount` whose summary names a thing that usually
 * is a fixed asset: a computer, a car, a machine, furniture.
 *
 * Why it matters: an asset that serves for years is spread over them. Booked as an expense at once
 * it is missing in the asset register and lowers the profit of one month.
 *
 * What to do: look at the invoice. Reverse the line in red and book it on fixed assets; or note
 * that the firm's policy or the one-time deduction covers it.
 *
 * Known limits: only the summary is read. Repairs, parts, rent, insurance and software services
 * are left out by their words; several pieces ("20台") are judged by the price of one.
 *
 * 发现什么:费用科目上金额达到 `min_amount` 的分录,摘要写的却是通常属于固定资产的东西:电脑、汽车、
 * 机器设备、家具等。
 *
 * 为什么要紧:能用好几年的资产应分期计入成本费用。一次进费用,资产台账上就没有它,也压低了当月利润。
 *
 * 怎么办:查看发票。应资本化的红字更正转固定资产;属于企业政策或一次性扣除的,写明依据。
 *
 * 已知局限:只看摘要。修理、配件、租赁、保险、软件服务等按字样排除;写明数量的(如"20台")按单价判断。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "book/chart.h"
#include "check/check.h"
#include "check/index.h"
#include "check/rate.h"

enum { P_MIN };
static const rd_param params[] = {
	[P_MIN] = {"min_amount",
               "yuan",
               {"低于此数的分录不看", "lines below this are left out"},
               RD_PARAM_MONEY,
               0,
               RD_MINOR_MAX,
               500000,
               NULL},
	{0},
};

enum { K_LINE, K_PIECES };
static const rd_message messages[] = {
	[K_LINE] =
		{
			"asset-word",
			{"凭证 {voucher}:{account} {amount}，摘要\"{text}\"像是固定资产。请查看发票，确认"
             "应否资本化。",
             "Voucher {voucher}: {account} {amount}, \"{text}\" looks like a fixed asset. "
             "See the invoice: should it be capitalised?"},
		},
	[K_PIECES] =
		{
			"asset-word-pieces",
			{"凭证 {voucher}:{account} {amount}，摘要\"{text}\"像是固定资产，单价约 {price}。"
             "请查看发票，确认应否资本化。",
             "Voucher {voucher}: {account} {amount}, \"{text}\" looks like a fixed asset "
             "at about {price} a piece. See the invoice: should it be capitalised?"},
		},
	{0},
};

/* Bits below ASSETS are things, the rest says that it is something else. */
static const rd_str words[] = {
#define W(s)                                                                                       \
	{                                                                                              \
		s, sizeof(s) - 1                                                                           \
	}
	W("电脑"),   W("服务器"),   W("空调"), W("汽车"),     W("打印机"), W("复印机"),   W("设备"),
	W("家具"),   W("机床"),     W("轿车"), W("货车"),     W("叉车"),   W("投影仪"),   W("笔记本"),
	W("一体机"), W("办公桌椅"), W("机器"), W("车辆购置"), W("冰箱"),   W("电视机"),   W("发电机"),
	W("压缩机"), W("维修"),     W("修理"), W("配件"),     W("耗材"),   W("租赁"),     W("租金"),
	W("租用"),   W("保养"),     W("保险"), W("年费"),     W("服务费"), W("软件服务"), W("折旧"),
	W("摊销"),   W("运费"),     W("加油"), W("检测"),     W("安装费"), W("墨盒"),     W("硒鼓"),
	W("广告"),   W("清洗"),     W("拆除"), W("年检"),     W("车险"),   W("报废"),     W("清理"),
	W("损失"),   W("计提"),     W("结转"), W("调试费"),   W("技术"),   W("托管"),     W("洗车"),
#undef W
};
enum { ASSETS = 22, WORDS = sizeof words / sizeof *words };
_Static_assert(WORDS <= 64, "one bit a word");

/* How many pieces the text names ("20台" is 20), 1 when it names none. */
static int64_t pieces_of(rd_str s)
{
	static const char *const units[] = {"台", "套", "张", "把", "件", "部", "组", "个", "辆"};
	int64_t n = 0;

	for (uint32_t at = 0; at < s.len;) {
		const uint32_t from = at, c = rd_halfwidth(rd_utf8_next(s, &at));

		if (c >= '0' && c <= '9') {
			n = n < 100000 ? n * 10 + (int64_t)(c - '0') : n;
			continue;
		}
		for (size_t u = 0; n > 1 && u < sizeof units / sizeof *units; u++)
			if (at - from == strlen(units[u]) && memcmp(s.ptr + from, units[u], at - from) == 0)
				return n;
		n = 0;
	}
	return 1;
}

typedef struct work {
	rd_run *run;
	rd_row *rows;
	uint32_t n, cap;
	uint64_t large; /* expense lines of the size: what the hits are compared with */
} work;

/* Expense lines of at least `min` with an asset word; few are left. */
static void select_lines(work *w, const rd_book *b, rd_minor min)
{
	const uint64_t *hits = rd_texts_matching(w->run, b, words, WORDS);
	const uint64_t things = (UINT64_C(1) << ASSETS) - 1;
	uint8_t *expense = RD_NEW_N(rd_run_scratch(w->run), uint8_t, (size_t)b->account.n + 1);

	for (rd_row a = 1; a < b->account.n; a++) {
		const rd_role role = (rd_role)b->account.role[a];

		expense[a] = rd_role_is_expense(role) && role != RD_ROLE_COST_OF_SALES &&
		             role != RD_ROLE_TAX_SURCHARGE && role != RD_ROLE_FINANCE &&
		             role != RD_ROLE_INCOME_TAX && role != RD_ROLE_NONOP_EXPENSE;
	}
	for (rd_row i = 0; i < b->line.n; i++) {
		if (b->line.amount[i] < min || !expense[b->line.account[i]] ||
		    b->line.flags[i] & RD_LINE_CREDIT)
			continue;
		w->large++;
		const uint64_t bits = hits[b->line.text[i]];

		if (!(bits & things) || bits & ~things)
			continue;
		if (w->n == w->cap)
			w->rows = rd_grow(rd_run_scratch(w->run), w->rows, w->n, &w->cap, sizeof *w->rows);
		w->rows[w->n++] = i;
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_minor min = rd_run_param(run, P_MIN) > 1 ? rd_run_param(run, P_MIN) : 1;
	work w = {.run = run};
	uint32_t hits = 0;

	(void)err;
	(void)range;
	if (!b->line.text)
		return RD_OK;
	select_lines(&w, b, min);
	for (uint32_t k = 0; k < w.n; k++) {
		const rd_row i = w.rows[k];
		const int64_t pieces = pieces_of(rd_book_text(b, b->line.text[i]));

		if (rd_run_leave_out(run, rd_line_voucher(b, i)) ||
		    (rd_run_guards(run) && b->line.amount[i] / pieces < min))
			continue;
		w.rows[hits++] = i;
	}
	for (uint32_t k = 0; k < hits; k++) {
		const rd_row i = w.rows[k];
		const int64_t pieces = pieces_of(rd_book_text(b, b->line.text[i]));
		rd_hit hit = rd_hit_at_line(b, i);

		hit.kind = pieces > 1 ? K_PIECES : K_LINE;
		hit.at_stake = b->line.amount[i];
		hit.key =
			rd_hash_str(rd_hash_i64(RD_HASH_START, hit.at_stake), rd_book_text(b, b->line.text[i]));
		hit.millibits = rd_millibits(hits, w.large);
		RD_EMIT(run, &hit, rd_money("amount", hit.at_stake), rd_txt("text", b->line.text[i]),
		        rd_money("price", hit.at_stake / pieces),
		        rd_permille("base_rate", rd_rate_permille(hits, w.large)));
	}
	return RD_OK;
}

const rd_check rd_check_asset_expensed = {
	.slug = "asset-expensed",
	.family = "asset",
	.nature = "违规风险",
	.title = {"固定资产计入费用", "Asset expensed"},
	.finds = {"机器、汽车、电脑之类记入了费用。",
              "A machine, car or computer was booked as an expense."},
	.correction = {"红字更正转固定资产；或说明一次性扣除政策",
                   "Correct in red to fixed assets; or note the policy or the one-time deduction."},
	.basis = {"实务惯例（固定资产的确认）", "practice (recognition of fixed assets)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_TEXT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
