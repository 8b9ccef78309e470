/*
 * What it finds: summaries that speak of another month than that in which the voucher stands:
 * 3月房租 in June on an expense or income line, or another year on lines that pay nothing.
 *
 * Why it matters: cost or income may be in the wrong period, so that the result of both months
 * is off.
 *
 * What to do: find out for which period the amount is, and move it if it is in the wrong one.
 *
 * Known limits: prepaid and deferred items, deposits, late bookings that say so (补), yearly
 * bonuses, warranties, ranges of months and references to cancelled vouchers are let pass, as
 * are wages and taxes of the month before. Payments of old invoices are in the right period:
 * lines outside profit and loss are judged only in vouchers without money. A month without a
 * year is taken for the nearest one.
 *
 * 发现什么:摘要所说的月份与凭证所在期间不同:六月的费用或收入行写着「3月房租」,或者不涉及收付款的行写着别的年度。
 *
 * 为什么要紧:成本或收入可能记错了期间,两个月的损益都不准。
 *
 * 怎么办:核实款项归属的期间,跨期的予以调整。
 *
 * 已知局限:预付、待摊、押金、注明补记的、年终奖、质保、月份区间以及引用被冲销凭证的不报;上月的工资和税费不报;
 * 支付以前月份的发票本身并不跨期,所以损益以外的行只在没有货币资金的凭证中判断;没写年份的月份按最近的一个理解。
 */
#include "base/hash.h"
#include "book/chart.h"
#include "check/check.h"
#include "check/months.h"
#include "check/rate.h"
#include "check/wording.h"

enum { P_MONTHS };
static const rd_param params[] = {
	[P_MONTHS] = {"months",
                  "months",
                  {"相差多少个月以上才报告", "least distance in months to report"},
                  RD_PARAM_INT,
                  1,
                  120,
                  2,
                  NULL},
	{0},
};

enum { K_BEFORE, K_AFTER };
static const rd_message messages[] = {
	[K_BEFORE] =
		{"earlier-period",
         {"凭证 {voucher} 记在 {period}，科目 {account} 的摘要「{text}」说的却是 {distance} 个月之前。请核实归属期间，"
          "跨期的予以调整。",
          "Voucher {voucher} stands in {period}, but the summary of {account}, \"{text}\", "
          "speaks of {distance} month(s) earlier. Find out the period; move what is in the "
          "wrong one."}},
	[K_AFTER] =
		{"later-period",
         {"凭证 {voucher} 记在 {period}，科目 {account} 的摘要「{text}」说的却是 {distance} 个月之后。请核实归属期间，"
          "提前入账的予以调整。",
          "Voucher {voucher} stands in {period}, but the summary of {account}, \"{text}\", "
          "speaks of {distance} month(s) later. Find out the period; move what is booked too "
          "early."}},
	{0},
};

/* What a text says, in 32 bits, so that millions of texts take four bytes each: two tokens of 15
 * bits (year from 1989 on in 7 bits, 0 = not said; first and last month in 4 bits each), a bit for
 * what is of the month before, and one to tell it from a text that says nothing. */
#define SPEAKS     (1u << 31)
#define MONTHLY    (1u << 30)
#define TOKEN_BITS 15u
#define YEAR_ZERO  1989

typedef struct job {
	rd_run *run;
	const rd_book *b;
	uint32_t *speaks; /* by text id; 0 = nothing */
	rd_lexicon pass, pass_latin, monthly;
	int64_t months;
	uint64_t lines, hits; /* lines whose text names a period; of them that differ */
} job;

static const char *const pass_words[] = {
	"预付", "预提", "预收", "待摊", "摊销", "押金", "保证金", "补",   "年终奖", "质保", "注销",
	"冲销", "冲回", "红冲", "订正", "更正", "追溯", "汇算",   "清缴", "结转",   "到期", "合同",
};
static const char *const pass_latin_words[] = {
	"prepa",     "deposit",  "accru", "revers", "avance",   "acompte",
	"provision", "extourne", "regul", "amort",  "echeance",
};
static const char *const monthly_words[] = {
	"工资", "薪",    "社保",   "公积金", "税",  "水费",   "电费",
	"wage", "salar", "salair", "tax",    "tva", "urssaf",
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static uint32_t pack(const rd_month_token *t)
{
	uint32_t year = t->year ? (uint32_t)(t->year - YEAR_ZERO) : 0;

	return year << 8 | (uint32_t)t->from << 4 | (uint32_t)t->to;
}

static rd_month_token unpack(uint32_t said, uint32_t i)
{
	uint32_t v = said >> (i * TOKEN_BITS) & ((1u << TOKEN_BITS) - 1);
	int32_t year = (int32_t)(v >> 8);

	return (rd_month_token){year ? year + YEAR_ZERO : 0, v >> 4 & 15, v & 15};
}

static uint32_t what_is_said(const job *j, rd_str s)
{
	rd_month_token tokens[RD_MONTHS_MAX];
	bool range;
	uint32_t n = rd_months_find(s, tokens, &range);

	if (n == 0)
		return 0;
	/* Three months and more are a list, which fits many periods as a range does. */
	if (rd_run_guards(j->run) &&
	    (range || n > 2 || rd_lexicon_find(&j->pass, s) || rd_lexicon_find(&j->pass_latin, s)))
		return 0;
	uint32_t second = pack(&tokens[n > 1 ? 1 : 0]);

	return SPEAKS | (rd_lexicon_find(&j->monthly, s) ? MONTHLY : 0) | second << TOKEN_BITS |
	       pack(&tokens[0]);
}

/* Reads all distinct texts once. False when none of them names a period. */
static bool read_texts(job *j)
{
	uint32_t n = rd_book_n_texts(j->b), any = 0;

	rd_lexicon_init(&j->pass, pass_words, COUNT(pass_words));
	rd_lexicon_init(&j->pass_latin, pass_latin_words, COUNT(pass_latin_words));
	rd_lexicon_init(&j->monthly, monthly_words, COUNT(monthly_words));
	j->speaks = RD_NEW_N(rd_run_scratch(j->run), uint32_t, (size_t)n + 1);
	for (rd_text id = 1; id < n; id++)
		any |= j->speaks[id] = what_is_said(j, rd_book_text(j->b, id));
	return any != 0;
}

/* Distance of the nearest token that says its year (only_years), or of any; INT32_MAX = none.
 * Of equal distances the earlier one is told. */
static int32_t nearest(uint32_t said, rd_period period, bool only_years)
{
	int32_t best = INT32_MAX;

	for (uint32_t i = 0; i < 2; i++) {
		rd_month_token t = unpack(said, i);
		int32_t d = rd_month_distance(&t, period);
		int32_t size = d < 0 ? -d : d, best_size = best < 0 ? -best : best;

		if (only_years && t.year == 0)
			continue;
		/* A whole year is spoken of in the first months of the next: audits, returns. */
		if (t.from == 0 && d == -12 && period % 100 <= 5)
			d = size = 0;
		if (best == INT32_MAX || size < best_size || (size == best_size && d < best))
			best = d;
	}
	return best;
}

static bool is_pl(const rd_book *b, rd_row account)
{
	return b->account.class_of[account] == RD_CLASS_PL ||
	       b->account.class_of[account] == RD_CLASS_COST ||
	       rd_role_is_pl((rd_role)b->account.role[account]);
}

static bool pays(const rd_book *b, rd_row v)
{
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t role = b->account.role[b->line.account[i]];

		if (role == RD_ROLE_CASH || role == RD_ROLE_BANK || role == RD_ROLE_OTHER_MONEY)
			return true;
	}
	return false;
}

/* Months by which the text of a line is off its voucher's period; 0 = not off. */
static int32_t off(const job *j, rd_row v, rd_row i)
{
	uint32_t said = j->speaks[j->b->line.text[i]];
	rd_period period = j->b->voucher.period[v];
	bool pl = is_pl(j->b, j->b->line.account[i]);
	int32_t d = nearest(said, period, !pl);

	if (d == INT32_MAX || (d < 0 ? -d : d) < j->months || nearest(said, period, false) == 0)
		return 0;
	if (!rd_run_guards(j->run))
		return d;
	if ((said & MONTHLY && d == -1) || (!pl && pays(j->b, v)))
		return 0;
	return !pl && rd_period_add(period, d) / 100 == period / 100 ? 0 : d;
}

/* Which of two lines stands for the voucher, whatever their order: profit and loss first,
 * then the larger amount, then the account. */
static bool leads(const rd_book *b, rd_row x, rd_row y)
{
	rd_row p = b->line.account[x], q = b->line.account[y];
	rd_minor v = b->line.amount[x], w = b->line.amount[y];
	rd_str pc = rd_book_text(b, b->account.code[p]), qc = rd_book_text(b, b->account.code[q]);

	v = v < 0 ? -v : v;
	w = w < 0 ? -w : w;
	if (is_pl(b, p) != is_pl(b, q))
		return is_pl(b, p);
	return v != w ? v > w : rd_str_cmp(pc, qc) < 0;
}

static void report(const job *j, rd_row v)
{
	const rd_book *b = j->b;
	rd_row lines[12], lead = RD_NONE;
	uint32_t n = 0, weight = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		if (j->speaks[b->line.text[i]] == 0 || off(j, v, i) == 0)
			continue;
		weight++;
		if (n < 12)
			lines[n++] = i;
		if (lead == RD_NONE || leads(b, i, lead))
			lead = i;
	}
	int32_t distance = off(j, v, lead);
	rd_minor amount = b->line.amount[lead];
	rd_hit hit = rd_hit_at_line(b, lead);

	hit.kind = distance < 0 ? K_BEFORE : K_AFTER;
	hit.weight = weight;
	hit.lines = lines;
	hit.n_lines = n;
	hit.at_stake = amount < 0 ? -amount : amount;
	hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, b->line.text[lead]));
	hit.millibits = rd_millibits(j->hits, j->lines);
	RD_EMIT(j->run, &hit, rd_txt("text", b->line.text[lead]),
	        rd_int("distance", distance < 0 ? -distance : distance), rd_money("amount", amount),
	        rd_int("lines", weight), rd_permille("base_rate", rd_rate_permille(j->hits, j->lines)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	job j = {.run = run, .b = b, .months = rd_run_param(run, P_MONTHS)};
	rd_row *vouchers = NULL;
	uint32_t n = 0, cap = 0;

	(void)range;
	(void)err;
	if (!read_texts(&j))
		return RD_OK;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint64_t before = j.hits;

		if (b->voucher.period[v] == 0)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			if (j.speaks[b->line.text[i]] == 0)
				continue;
			j.lines++;
			j.hits += off(&j, v, i) != 0;
		}
		if (j.hits == before)
			continue;
		if (rd_run_leave_out(run, v)) {
			j.hits = before;
			continue;
		}
		vouchers = rd_grow(rd_run_scratch(run), vouchers, n, &cap, sizeof *vouchers);
		vouchers[n++] = v;
	}
	for (uint32_t i = 0; i < n; i++)
		report(&j, vouchers[i]);
	return RD_OK;
}

const rd_check rd_check_summary_names_other_period = {
	.slug = "summary-names-other-period",
	.family = "cut-off",
	.nature = "操作错误",
	.title = {"摘要所述期间与入账期间不符", "Summary names another period"},
	.finds = {"摘要说的是三月，凭证却在六月：成本或收入可能记错了期间。",
              "The text speaks of March, the voucher sits in June. Cost or income may be in "
              "the wrong period."},
	.correction = {"核实归属期，跨期的调整",
                   "Find out the period; adjust what is in the wrong one."},
	.basis = {"MindBridge 控制点；权责发生制", "MindBridge control point; accrual basis"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_TEXT,
	.needs_any = RD_HAS_DATE | RD_HAS_PERIOD,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
