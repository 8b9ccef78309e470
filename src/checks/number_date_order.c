/*
 * What it finds: vouchers that stand out of order: put by number, their date does not fit between
 * the dates before and behind them. The fewest vouchers that explain the disorder are
 * named, not every inversion.
 *
 * Why it matters: harmless alone. Together with other signs it points to a voucher that was
 * put in later or dated back.
 *
 * What to do: before the close put the vouchers in order; after it note the reason.
 *
 * Known limits: series of fewer than 20 vouchers are not judged. Where more than a fifth is out
 * of order, numbers are given at posting and not by date, and nothing is reported. Entries of the
 * month end (close, accrual, depreciation) may lawfully be numbered early. Of two vouchers that
 * changed places either one may be named.
 *
 * 发现什么:按编号排列时日期前后不相接的凭证。只指出足以说明乱序的最少几张,不逐对罗列。
 *
 * 为什么要紧:单独看无妨;与其他迹象一起出现时,可能有凭证是事后插入或倒填日期的。
 *
 * 怎么办:结账前整理顺序;已记账的说明原因。
 *
 * 已知局限:不足 20 张凭证的序列不判断;五分之一以上乱序的,说明编号是记账时给的而不是按日期给的,不报;月末结转、
 * 计提、折旧凭证可以先编号;两张凭证互换位置时,指出的可能是其中任一张。
 */
#include "base/hash.h"
#include "check/names.h"
#include "check/rate.h"
#include "check/series.h"

enum { P_MAX_SHARE, P_MIN_DAYS };
static const rd_param params[] = {
	[P_MAX_SHARE] = {"max_share",
                     "%",
                     {"乱序凭证超过多大比例时视为不按日期编号",
                      "share out of order above which numbers do not go by "
                      "date"},
                     RD_PARAM_INT,
                     1,
                     100,
                     20,
                     NULL},
	[P_MIN_DAYS] = {"min_days",
                    "days",
                    {"与相邻凭证日期至少相差多少天",
                     "least distance in days to the neighbouring dates"},
                    RD_PARAM_INT,
                    1,
                    366,
                    1,
                    NULL},
	{0},
};

enum { K_EARLIER, K_LATER };
static const rd_message messages[] = {
	[K_EARLIER] =
		{"dated-earlier",
         {"凭证 {voucher} 日期为 {dated}，编号在它之前的凭证 {before} 却是 {before_day}。该序列 {vouchers} 张中有 "
          "{out} 张次序不符。请核对是否补录，并说明原因。",
          "Voucher {voucher} is dated {dated}, but {before}, numbered before it, is of "
          "{before_day}. {out} of {vouchers} vouchers of this series are out of order. See "
          "whether it was put in later."}},
	[K_LATER] =
		{"dated-later",
         {"凭证 {voucher} 日期为 {dated}，编号在它之后的凭证 {after} 却是 {after_day}。该序列 {vouchers} 张中有 "
          "{out} 张次序不符。请核对日期是否有误，并说明原因。",
          "Voucher {voucher} is dated {dated}, but {after}, numbered behind it, is of "
          "{after_day}. {out} of {vouchers} vouchers of this series are out of order. See "
          "whether the date is right."}},
	{0},
};

#define MIN_ENTRIES 20u

typedef struct job {
	rd_run *run;
	const rd_book *b;
	const rd_number_set *set;
	rd_row *v;      /* vouchers of the series that count, by number */
	uint32_t *tail; /* tail[k]: end of the best chain of k + 1 vouchers */
	rd_day *day;    /* date of tail[k] */
	uint32_t *prev;
	uint8_t *in; /* belongs to the longest chain */
} job;

/* The vouchers of a series with a date, by number; equal numbers by date. */
static uint32_t gather(job *j, const rd_numbers *q)
{
	const rd_book *b = j->b;
	const rd_day *date = b->voucher.date;
	const uint8_t lawful = RD_VCH_VOID | RD_VCH_OPENING | RD_VCH_CLOSING;
	const uint8_t skipped = rd_run_guards(j->run) ? lawful : 0;
	uint32_t n = 0;

	for (size_t i = q->from; i < q->to;) {
		size_t to = rd_number_run(j->set, q, i);
		uint32_t first = n;

		for (; i < to; i++) {
			rd_row v = rd_number_voucher(j->set, i);
			uint32_t at = n;

			if (date[v] == RD_DAY_NONE || b->voucher.flags[v] & skipped)
				continue;
			/* Long runs of one number are no order at all: they stay as they are. */
			for (; to - i < 64 && at > first && date[j->v[at - 1]] > date[v]; at--)
				j->v[at] = j->v[at - 1];
			j->v[at] = v;
			n++;
		}
	}
	return n;
}

/* By number the dates never fall: nothing to look at, whatever is left out. */
static bool in_order(const job *j, const rd_numbers *q)
{
	rd_day last = RD_DAY_NONE;

	for (size_t i = q->from; i < q->to; i++) {
		rd_day day = j->b->voucher.date[rd_number_voucher(j->set, i)];

		if (day < last && day != RD_DAY_NONE)
			return false;
		last = day == RD_DAY_NONE ? last : day;
	}
	return true;
}

static bool ordered(const job *j, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (j->b->voucher.date[j->v[i]] < j->b->voucher.date[j->v[i - 1]])
			return false;
	return true;
}

/* Marks the longest chain of vouchers whose dates do not fall (patience sorting); the answer is
 * its length. */
static uint32_t longest(job *j, uint32_t n)
{
	const rd_day *date = j->b->voucher.date;
	uint32_t length = 0;

	for (uint32_t i = 0; i < n; i++) {
		rd_day d = date[j->v[i]];
		/* Nearly always the voucher goes on with the longest chain. */
		bool goes_on = length == 0 || j->day[length - 1] <= d;
		uint32_t lo = goes_on ? length : 0, hi = length;

		while (lo < hi) {
			uint32_t mid = (lo + hi) / 2;

			if (j->day[mid] <= d)
				lo = mid + 1;
			else
				hi = mid;
		}
		j->tail[lo] = i;
		j->day[lo] = d;
		j->prev[i] = lo ? j->tail[lo - 1] : UINT32_MAX;
		length += lo == length;
		j->in[i] = 0;
	}
	for (uint32_t i = j->tail[length - 1]; i != UINT32_MAX; i = j->prev[i])
		j->in[i] = 1;
	return length;
}

/* Entries of the month end are prepared, and numbered, before the day that they bear. */
static bool may_be_early(const job *j, rd_row v)
{
	static const char *const words[] = {
		"结转",  "计提",  "折旧",   "摊销",   "损益",    "暂估",  "月末",  "clos",  "Clos", "CLOS",
		"accru", "Accru", "deprec", "Deprec", "cloture", "amort", "Amort", "AMORT", NULL,
	};
	rd_day day = j->b->voucher.date[v];

	return rd_run_guards(j->run) && day == rd_period_last(rd_day_period(day)) &&
	       rd_name_has(rd_book_text(j->b, rd_voucher_text(j->b, v)), words);
}

static void report(job *j, const rd_numbers *q, uint32_t at, uint32_t before, uint32_t after,
                   uint32_t n, uint32_t out)
{
	const rd_day *date = j->b->voucher.date;
	rd_row v = j->v[at];
	bool earlier = before != UINT32_MAX && date[v] < date[j->v[before]];
	rd_row near = j->v[earlier ? before : after];
	rd_hit hit = rd_hit_at_voucher(j->b, v);
	rd_day distance = date[v] < date[near] ? date[near] - date[v] : date[v] - date[near];

	if (distance < rd_run_param(j->run, P_MIN_DAYS) || (!earlier && may_be_early(j, v)) ||
	    rd_run_leave_out(j->run, v))
		return;
	hit.kind = earlier ? K_EARLIER : K_LATER;
	hit.other = near;
	hit.key = rd_numbers_key(j->set, j->b, q);
	hit.millibits = rd_millibits(out, n);
	RD_EMIT(j->run, &hit, rd_on_day("dated", date[v]), rd_vch(earlier ? "before" : "after", near),
	        rd_on_day(earlier ? "before_day" : "after_day", date[near]), rd_int("days", distance),
	        rd_int("out", out), rd_int("vouchers", n),
	        rd_permille("base_rate", rd_rate_permille(out, n)));
}

/* False when so much is out of order that numbers cannot have been given by date. */
static bool judge(job *j, const rd_numbers *q, uint32_t n)
{
	uint32_t out, before = UINT32_MAX;

	if (ordered(j, n))
		return true;
	out = n - longest(j, n);
	if (rd_run_guards(j->run) &&
	    (uint64_t)out * 100 > (uint64_t)n * (uint64_t)rd_run_param(j->run, P_MAX_SHARE))
		return false;
	/* tail is free now: the next voucher of the chain behind each place. */
	for (uint32_t i = n, next = UINT32_MAX; i-- > 0;) {
		j->tail[i] = next;
		next = j->in[i] ? i : next;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (j->in[i])
			before = i;
		else
			report(j, q, i, before, j->tail[i], n, out);
	}
	return true;
}

static void job_init(job *j, rd_run *run, const rd_book *b)
{
	rd_arena *a = rd_run_scratch(run);
	size_t most = 1;

	*j = (job){.run = run, .b = b, .set = rd_index_numbers(run, b)};
	for (uint32_t i = 0; i < j->set->n; i++) {
		const rd_numbers *q = &j->set->series[i];

		most = q->to - q->from > most ? q->to - q->from : most;
	}
	j->v = RD_NEW_N(a, rd_row, most);
	j->tail = RD_NEW_N(a, uint32_t, most);
	j->day = RD_NEW_N(a, rd_day, most);
	j->prev = RD_NEW_N(a, uint32_t, most);
	j->in = RD_NEW_N(a, uint8_t, most);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	bool judged = false, by_posting = false;
	job j;

	(void)range;
	(void)err;
	if (b->key & RD_KEY_CUT) {
		rd_run_not_run(run, "凭证号不可用（恒定、大多空白或与凭证对不上）",
		               "voucher numbers are unusable (constant, mostly blank or unlike the "
		               "entries)");
		return RD_OK;
	}
	job_init(&j, run, b);
	for (uint32_t i = 0; i < j.set->n; i++) {
		const rd_numbers *q = &j.set->series[i];
		bool fine = in_order(&j, q);
		uint32_t n = fine ? (uint32_t)(q->to - q->from) : gather(&j, q);

		if (n == 0 || (n < MIN_ENTRIES && rd_run_guards(run)))
			continue;
		judged = true;
		by_posting |= !fine && !judge(&j, q, n);
	}
	if (!judged)
		rd_run_not_run(run, "没有 20 张以上凭证的编号序列", "no series of 20 vouchers or more");
	else if (by_posting)
		rd_run_remark(run, "有的序列五分之一以上不按日期排列，视为记账时编号，未判断",
		              "in some series more than a fifth does not go by date: numbered at "
		              "posting, not judged");
	return RD_OK;
}

const rd_check rd_check_number_date_order = {
	.slug = "number-date-order",
	.family = "sequence",
	.nature = "操作错误",
	.title = {"凭证号与日期倒序", "Number order against date order"},
	.finds = {"号码在后、日期却在前的凭证。单独看无妨，与其他迹象一起可能说明补录或倒填日期。",
              "A higher number carries an earlier date. Harmless alone; with other signs it "
              "points to inserted or back-dated vouchers."},
	.correction = {"结账前整理顺序；已记账的说明原因",
                   "Put in order before the close; once posted, state the reason."},
	.basis = {"通行做法；法国 FEC 时序要求；hledger 日期有序检查",
              "practice; FEC chronology; hledger ordereddates"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ENTRY_NO | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
