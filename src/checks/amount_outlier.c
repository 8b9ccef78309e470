/*
 * What it finds: amounts far above what the account on that side, or the partner, normally has;
 * and partners whose largest amount is more than rsf times the next one.
 *
 * Why it matters: a decimal point, a wrong account or two amounts typed into one look like this,
 * and so does a business that should not be missed.
 *
 * What to do: compare with the original document; correct a slip in red.
 *
 * Known limits: amounts are judged on a logarithmic scale against median and median absolute
 * deviation, so that a few large ones do not hide each other. Two clusters in one account are
 * judged each by itself. An account side needs min_n lines, a partner five amounts; amounts below
 * half a percent of the yearly turnover are let pass, and so are closing, opening, depreciation
 * and capital entries and cancelled pairs. One voucher is one finding.
 *
 * 发现什么:金额远高于该科目该方向、或该往来单位的常态;以及最大一笔是第二大的 rsf 倍以上的往来单位。
 *
 * 为什么要紧:小数点错位、科目用错、两个数连着录成一个,都是这个样子;真正重大、不该漏看的业务也是。
 *
 * 怎么办:与原始单据核对,录错的红字冲销。
 *
 * 已知局限:金额取对数,与中位数和绝对中位差比较,几笔大额不会互相掩盖。同一科目有两群金额时各自判断。
 * 科目每个方向至少 min_n 行,往来单位至少五笔;低于全年营业额千分之五的不报,结转、期初、折旧、资本
 * 类凭证和已冲销的凭证不报。一张凭证只报一次。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/index.h"
#include "check/fences.h"
#include "check/outliers.h"
#include "check/rate.h"
#include <stdlib.h>

enum { P_MIN_N, P_Z, P_RSF, P_MEASURE };
static const rd_param params[] = {
	[P_MIN_N] = {"min_n",
                 "lines",
                 {"至少多少行才判断", "lines that are needed to judge"},
                 RD_PARAM_INT,
                 5,
                 1000000,
                 30,
                 NULL},
	[P_Z] = {"z",
             "sd",
             {"离中位数多少个标准差", "standard deviations from the median"},
             RD_PARAM_INT,
             1,
             1000,
             4,
             NULL},
	[P_RSF] = {"rsf",
               "times",
               {"最大一笔超过第二大的多少倍", "times that the largest amount exceeds the next"},
               RD_PARAM_INT,
               2,
               1000000,
               10,
               NULL},
	[P_MEASURE] = {"measure",
                   "-",
                   {"0 = 取对数按方向和单位判断，1 = 按科目比较原值",
                    "0 = logarithms by side and partner, 1 = plain amounts by account"},
                   RD_PARAM_INT,
                   0,
                   1,
                   0,
                   NULL},
	{0},
};

enum { K_ACCOUNT, K_PARTY, K_LARGEST, K_RAW };
static const rd_message messages[] = {
	[K_ACCOUNT] =
		{"account",
         {"{voucher} 的 {account} 金额 {amount}，该科目这个方向通常在 {median} 左右（"
          "{lines} 行）。请与原始单据核对，看小数点和科目。",
          "{voucher} has {amount} on {account}, where this side usually has about "
          "{median} ({lines} lines). Compare with the document: decimal point, account."}},
	[K_PARTY] = {"party",
                 {"{voucher} 与 {party} 的金额 {amount}，该单位通常在 {median} 左右（{lines} 笔）。"
                  "请与原始单据核对。",
                  "{voucher} has {amount} with {party}, who usually has about {median} ({lines} "
                  "amounts). Compare with the document."}},
	[K_LARGEST] = {"largest",
                   {"{voucher} 与 {party} 的金额 {amount}，是该单位第二大金额 {median} 的 {times} "
                    "倍。请与原始单据核对。",
                    "{voucher} has {amount} with {party}, {times} times the next largest ({median}"
                    "). Compare with the document."}},
	[K_RAW] = {"raw",
               {"{voucher} 的 {account} 金额 {amount}，与该科目中位数 {median} 相差超过绝对中位"
                "差的设定倍数。请与原始单据核对。",
                "{voucher} has {amount} on {account}, further from the median {median} than "
                "the set multiple of the deviation. Compare with the document."}},
	{0},
};

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	bool guards;
	rd_outliers found;
} work;

static rd_minor size_of(const rd_book *b, rd_row i)
{
	return b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];
}

/* A line that the bare rule hits. */
typedef struct raw {
	rd_row voucher, line;
	rd_minor median;
} raw;

static raw *find_raw(work *w, int64_t z, uint32_t *ret_n)
{
	const rd_book *b = w->b;
	const uint32_t min_n = w->guards ? (uint32_t)rd_run_param(w->run, P_MIN_N) : 1;
	const rd_fence *fences = rd_fences_of(w->a, b);
	rd_minor *reach = RD_NEW_N(w->a, rd_minor, b->account.n + 1);
	raw *found = NULL;
	uint32_t n_found = 0, cap = 0;

	/* Deviations stay below 9 * 10^17 (RD_MINOR_MAX), so that the product needs a limit. */
	for (rd_row k = 0; k < b->account.n; k++) {
		bool judged = k && fences[k].n >= min_n && fences[k].mad > 0;

		reach[k] = !judged || fences[k].mad > RD_MINOR_MAX / z ? RD_MINOR_MAX : fences[k].mad * z;
	}
	for (rd_row i = 0; i < b->line.n; i++) {
		rd_row k = b->line.account[i];
		rd_minor off = size_of(b, i) - fences[k].median;

		if ((off < 0 ? -off : off) <= reach[k])
			continue;
		rd_row v = rd_line_voucher(b, i);

		if (w->guards && rd_run_leave_out(w->run, v))
			continue;
		if (n_found == cap)
			found = rd_grow(w->a, found, n_found, &cap, sizeof *found);
		found[n_found++] = (raw){v, i, fences[k].median};
	}
	*ret_n = n_found;
	return found;
}

static void look_raw(work *w, int64_t z)
{
	const rd_book *b = w->b;
	uint32_t n = 0;
	raw *r = find_raw(w, z, &n);

	for (uint32_t i = 0, end; i < n; i = end) {
		uint32_t best = i, n_lines = 0;
		rd_row lines[12];

		for (end = i; end < n && r[end].voucher == r[i].voucher; end++) {
			if (size_of(b, r[end].line) > size_of(b, r[best].line))
				best = end;
			if (n_lines < 12)
				lines[n_lines++] = r[end].line;
		}
		rd_hit hit = rd_hit_at_line(b, r[best].line);
		rd_minor amount = size_of(b, r[best].line);

		hit.kind = K_RAW;
		hit.weight = end - i;
		hit.lines = lines;
		hit.n_lines = n_lines;
		hit.at_stake = amount;
		hit.key = (uint64_t)amount;
		RD_EMIT(w->run, &hit, rd_money("amount", amount), rd_money("median", r[best].median));
	}
}

/* Capital, depreciation and the like: large by nature. */
static bool left_out(const work *w, rd_row v)
{
	const rd_book *b = w->b;

	if (!w->guards)
		return false;
	if (rd_run_leave_out(w->run, v))
		return true;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t role = b->account.role[b->line.account[i]];

		if (role == RD_ROLE_CAPITAL || role == RD_ROLE_DEPRECIATION || role == RD_ROLE_PROFIT ||
		    role == RD_ROLE_RETAINED)
			return true;
	}
	return false;
}

static void report(const work *w, const rd_outlier *o, uint32_t hits)
{
	static const uint8_t kinds[] = {
		[RD_OUTLIER_ACCOUNT] = K_ACCOUNT,
		[RD_OUTLIER_PARTY] = K_PARTY,
		[RD_OUTLIER_LARGEST] = K_LARGEST,
	};
	const rd_book *b = w->b;
	rd_hit hit = rd_hit_at_line(b, o->line);
	rd_minor amount = size_of(b, o->line);

	hit.kind = kinds[o->why];
	hit.at_stake = amount;
	hit.key = (uint64_t)amount;
	hit.millibits = rd_millibits(hits, b->voucher.n);
	RD_EMIT(w->run, &hit, rd_money("amount", amount), rd_money("median", o->usual),
	        rd_int("lines", o->n), rd_milli("z", o->z_milli),
	        rd_int("times", o->usual > 0 ? amount / o->usual : 0),
	        rd_permille("base_rate", rd_rate_permille(hits, b->voucher.n)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run, .b = b, .a = rd_run_scratch(run), .guards = rd_run_guards(run)};
	const int64_t z = rd_run_param(run, P_Z);
	uint32_t hits = 0;

	(void)range;
	(void)err;
	if (rd_run_param(run, P_MEASURE) == 1) {
		look_raw(&w, z);
		return RD_OK;
	}
	rd_outlier_rules rules = {(uint32_t)rd_run_param(run, P_MIN_N), z, rd_run_param(run, P_RSF),
	                          w.guards ? rd_outlier_materiality(b) : 0, w.guards};

	if (!rd_outliers_find(&w.found, w.a, b, rd_index_by_account(run, b), &rules)) {
		rd_run_not_run(run, "各科目和往来单位的金额都太少",
		               "no account or partner has enough amounts");
		return RD_OK;
	}
	RD_ASSERT(w.found.n <= b->voucher.n);
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < w.found.n; i++) {
			if (left_out(&w, rd_line_voucher(b, w.found.items[i].line)))
				continue;
			if (pass == 0)
				hits++;
			else
				report(&w, &w.found.items[i], hits);
		}
	return RD_OK;
}

const rd_check rd_check_amount_outlier = {
	.slug = "amount-outlier",
	.family = "statistics",
	.nature = "异常波动",
	.title = {"金额离群", "Amount far from what is usual here"},
	.finds = {"金额远高于该科目或该往来单位的常态：可能小数点错位、科目用错。",
              "An amount far outside what the account or partner normally has, perhaps a "
              "decimal point or a wrong account."},
	.correction = {"核对原始凭证，错记的红字更正",
                   "Compare with the document and correct a slip in red"},
	.basis = {"Nigrini 相对规模因子；MindBridge；ISA 520",
              "Nigrini relative size factor; MindBridge; ISA 520"},
	.since = "0.1",
	.wave = 2,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
