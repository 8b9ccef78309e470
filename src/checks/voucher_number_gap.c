/*
 * What it finds: numbers that are missing inside a series of voucher numbers, and at its
 * beginning. A series is what is numbered together: one journal (凭证字) in one month, or
 * year, wherever the numbers begin anew.
 *
 * Why it matters: a voucher was deleted, left out of the export, or a number was skipped. Numbers
 * of a month must run without a gap, so that nothing can disappear unseen.
 *
 * What to do: look for the voucher first: void, or in another export? Before the close and
 * posting the following ones may be numbered anew; else record the reason with an approval.
 *
 * Known limits: the open end of a series cannot be judged. Short series, and series in which
 * more than half of the numbers would be missing, are taken for identifiers. Void vouchers count
 * as present, a number split into fractions (3 1/2, 3 2/2) counts once.
 *
 * 发现什么:凭证编号序列中间或开头缺少的号码。同一凭证字、同一月份(或年度,视编号从何处重新开始)为一个序列。
 *
 * 为什么要紧:可能凭证被删除、没有导出,或者跳号。凭证应按月连续编号,才能保证没有凭证悄悄消失。
 *
 * 怎么办:先找这张凭证:是否作废、是否在别的导出文件里。未结账且未过账的可重新编号;否则登记断号原因并附审批。
 *
 * 已知局限:序列的末尾无从判断;过短的序列,以及缺号过半的序列,视为标识而不是编号;作废凭证视为在号;分数编号
 * (3 1/2、3 2/2)只算一个号。
 */
#include "base/hash.h"
#include "book/serial.h"
#include "check/series.h"

enum { P_RESET_SHARE, P_MIN_SERIES, P_DENSITY };
static const rd_param params[] = {
	[P_RESET_SHARE] =
		{"reset_share",
         "%",
         {"有多大比例的月份（年度）从头编号，才视为按月（年）编号",
          "share of months (years) that begin anew for numbers to count by month (year)"},
         RD_PARAM_INT,
         50,
         100,
         RD_RESET_SHARE,
         NULL},
	[P_MIN_SERIES] = {"min_series",
                      "numbers",
                      {"序列至少有多少个号才判断", "least number of numbers of a series"},
                      RD_PARAM_INT,
                      1,
                      100000,
                      10,
                      NULL},
	[P_DENSITY] = {"density",
                   "%",
                   {"序列中现有号码至少占多大比例才判断",
                    "least share of the numbers that must be there"},
                   RD_PARAM_INT,
                   1,
                   100,
                   50,
                   NULL},
	{0},
};

enum { K_ONE, K_RUN, K_FIRST, K_START };
static const rd_message messages[] = {
	[K_ONE] =
		{"one",
         {"凭证编号序列 {series} 缺 {from} 号：前一张 {before}，后一张 {voucher}。请查是否作废、漏导出或被删除，并登记断号原因。",
          "Series {series} lacks number {from}: {before} stands before, {voucher} behind it. "
          "See whether it is void, left out of the export or deleted, and record the "
          "reason."}},
	[K_RUN] =
		{"run",
         {"凭证编号序列 {series} 缺 {from} 至 {to} 共 {missing} 个号：前一张 {before}，后一张 {voucher}。"
          "请查是否作废、漏导出或被删除，并登记断号原因。",
          "Series {series} lacks {missing} numbers, {from} to {to}: {before} stands before, "
          "{voucher} behind them. See whether they are void, left out of the export or "
          "deleted."}},
	[K_FIRST] =
		{"first",
         {"凭证编号序列 {series} 从 {voucher} 开始，缺 {from} 号。请查是否漏导出、作废或被删除，并登记断号原因。",
          "Series {series} begins with {voucher}: number {from} is missing. See whether it "
          "is void, left out of the export or deleted, and record the reason."}},
	[K_START] =
		{"start",
         {"凭证编号序列 {series} 从 {voucher} 开始，缺 {from} 至 {to} 共 {missing} 个号。请查是否漏导出期初部分或被删除。",
          "Series {series} begins with {voucher}: {missing} numbers, {from} to {to}, are "
          "missing. See whether the beginning was left out of the export."}},
	{0},
};

typedef struct job {
	rd_run *run;
	const rd_book *b;
	const rd_number_set *set;
} job;

/* Missing numbers from .. to, before the voucher at item `at`. */
static void report(const job *j, const rd_numbers *q, size_t at, uint64_t from, uint64_t to)
{
	rd_row v = rd_number_voucher(j->set, at);
	rd_text shape = rd_serial_shape(j->b->voucher.number[v]);
	rd_hit hit = rd_hit_at_voucher(j->b, v);
	uint64_t missing = to - from + 1;
	char name[96];

	rd_numbers_name(j->set, j->b, q, name, sizeof name);
	hit.kind = (uint8_t)((at == q->from ? K_FIRST : K_ONE) + (missing > 1));
	hit.keyless = true;
	hit.period = j->set->strands[q->strand].reset == RD_RESET_MONTH ? q->period : 0;
	hit.day = RD_DAY_NONE;
	hit.weight = (uint32_t)(missing < UINT32_MAX ? missing : UINT32_MAX);
	hit.key = rd_hash_i64(rd_numbers_key(j->set, j->b, q), (int64_t)from);
	hit.key = rd_hash_i64(hit.key, (int64_t)to);
	if (at > q->from)
		hit.other = rd_number_voucher(j->set, at - 1);
	RD_EMIT(j->run, &hit, rd_string("series", rd_str_of(name)),
	        rd_num("from", rd_serial_of(shape, from)), rd_num("to", rd_serial_of(shape, to)),
	        rd_int("missing", (int64_t)missing),
	        hit.other == RD_NONE ? (rd_fact){0} : rd_vch("before", hit.other));
}

static void gaps(const job *j, const rd_numbers *q)
{
	uint64_t expected = q->starts ? 1 : q->first;

	for (size_t at = q->from; at < q->to; at = rd_number_run(j->set, q, at)) {
		uint64_t number = rd_number_value(j->set, q, at);

		if (number > expected)
			report(j, q, at, expected, number - 1);
		expected = number + 1;
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const uint64_t least = (uint64_t)rd_run_param(run, P_MIN_SERIES);
	const uint64_t density = (uint64_t)rd_run_param(run, P_DENSITY);
	const bool guards = rd_run_guards(run);
	bool judged = false, passed = false;

	(void)range;
	(void)err;
	if (b->key & RD_KEY_CUT) {
		rd_run_not_run(run, "凭证号不可用（恒定、大多空白或与凭证对不上）",
		               "voucher numbers are unusable (constant, mostly blank or unlike the "
		               "entries)");
		return RD_OK;
	}
	const int64_t share = rd_run_param(run, P_RESET_SHARE);
	job j = {run, b,
	         share == RD_RESET_SHARE ? rd_index_numbers(run, b)
	                                 : rd_number_set_build(rd_run_scratch(run), b, share)};

	for (uint32_t i = 0; i < j.set->n; i++) {
		const rd_numbers *q = &j.set->series[i];
		uint64_t from = q->starts ? 1 : q->first;

		uint64_t span = q->last - from + 1;
		bool thin = j.set->strands[q->strand].numbers < least ||
		            q->numbers * UINT64_C(100) < density * span;

		if (q->wide || (guards && thin)) {
			passed = true;
			continue;
		}
		judged = true;
		if (span > q->numbers)
			gaps(&j, q);
	}
	if (!judged)
		rd_run_not_run(run, "没有足够长而连续的凭证编号序列",
		               "no series of voucher numbers is long "
		               "and dense enough");
	else if (passed)
		rd_run_remark(run, "过短或过疏的编号序列视为标识，未查断号",
		              "short or sparse series are taken for identifiers and were not "
		              "judged");
	return RD_OK;
}

const rd_check rd_check_voucher_number_gap = {
	.slug = "voucher-number-gap",
	.family = "sequence",
	.nature = "数据缺失",
	.title = {"凭证断号", "Gap in voucher numbers"},
	.finds = {"编号序列中缺号：凭证被删除、没有导出，或者跳号。",
              "Numbers are missing inside a series. A voucher was deleted, not exported, or "
              "the number was skipped."},
	.correction = {"未结账且未过账：重新编号；否则登记断号原因并附审批",
                   "Before close and posting: number anew. Else record the reason, with an "
                   "approval."},
	.basis =
		{"会计基础工作规范 51(2)；财会〔2024〕12号 21(3)；SAF-T（葡萄牙）；法国税务程序法 A47 A-1 条",
         "Basic accounting work rules 51(2); Caikuai [2024] 12, art. 21(3); SAF-T PT; "
         "LPF art. A47 A-1"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ENTRY_NO,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_NUMBERS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
