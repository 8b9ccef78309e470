/*
 * What it finds: entries dated (or keyed) when nobody works here as a rule: a Saturday or Sunday
 * that is no exchanged working day, a public holiday, or between 22:00 and 06:00.
 *
 * Why it matters: an entry that somebody made alone, outside the usual course, is worth a
 * question. Mostly there is a good answer.
 *
 * What to do: ask for the reason and note it.
 *
 * Known limits: many books bear weekend dates on every tenth line, because the date of the
 * document is used; so an entry is reported only where the share among the vouchers of its
 * journal and its preparer is at most max_base, and only where there are 30 vouchers. The last
 * day of a month and journals of cash and bank are left out. The calendar of mainland China is
 * compiled in for 2020 to 2026; other years are not judged, and books with another chart are
 * judged by weekends only.
 *
 * 发现什么:日期(或录入时间)落在这里通常没有人上班的时候:不是调休上班日的周六周日、法定节假日,或
 * 22:00 至次日 6:00。
 *
 * 为什么要紧:一个人在平常时间之外做的分录,值得问一句。多半有合理的原因。
 *
 * 怎么办:了解原因并记下来。
 *
 * 已知局限:不少账套用单据日期作凭证日期,十分之一的行都在周末;所以只有同一凭证字、同一制单人的凭证
 * 里这种比例不高于 max_base、且凭证不少于 30 张时才报。月末最后一天和现金银行类凭证字不报。内置
 * 2020 至 2026 年中国大陆日历,其他年份不判断;非中国科目表的账套只看周末。
 */
#include "base/assert.h"
#include "base/calendar.h"
#include "check/check.h"
#include "check/country.h"
#include "check/rate.h"

enum { P_MAX_BASE, P_CALENDAR };
static const rd_param params[] = {
	[P_MAX_BASE] = {"max_base",
                    "permille",
                    {"同类凭证里的比例高于此数的不报",
                     "left out where the share among its like is larger"},
                    RD_PARAM_INT,
                    0,
                    1000,
                    20,
                    NULL},
	[P_CALENDAR] = {"calendar",
                    "-",
                    {"0 = 中国法定节假日，1 = 只看周末",
                     "0 = public holidays of China, 1 = weekends only"},
                    RD_PARAM_INT,
                    0,
                    1,
                    0,
                    NULL},
	{0},
};

enum { K_WEEKEND, K_HOLIDAY, K_NIGHT };
static const rd_message messages[] = {
	[K_WEEKEND] = {"weekend",
                   {"{voucher} 的日期 {day} 是{weekday}。同类 {population} 张凭证里只有 "
                    "{base_rate} 在休息日。请了解原因。",
                    "{voucher} is dated {day}, a {weekday}. Of {population} vouchers of its kind "
                    "{base_rate} fall on days off. Ask for the reason."}},
	[K_HOLIDAY] = {"holiday",
                   {"{voucher} 的日期 {day} 在{holiday}假期内。同类 {population} 张凭证里只有 "
                    "{base_rate} 在休息日。请了解原因。",
                    "{voucher} is dated {day}, a public holiday ({holiday}). Of {population} "
                    "vouchers of its kind {base_rate} fall on days off. Ask for the reason."}},
	[K_NIGHT] = {"night",
                 {"{voucher} 在 {time} 录入。同类 {population} 张凭证里只有 {base_rate} 在这样的"
                  "时候。请了解原因。",
                  "{voucher} was keyed at {time}. Of {population} vouchers of its kind "
                  "{base_rate} come at such times. Ask for the reason."}},
	{0},
};

#define MIN_VOUCHERS  30u /* of a journal or preparer, for a base rate */
#define MONEY_JOURNAL 900 /* permille of vouchers with a cash or bank line: a cash or bank book */

/* Vouchers and those on days off, of one journal or preparer. */
typedef struct rate {
	uint32_t all, off, money;
} rate;

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	bool guards, weekends;
	int64_t max_base;
	rd_day first;             /* kinds[0] */
	uint8_t *kinds;           /* rd_day_kind by day */
	uint8_t *ends;            /* by day: the last one of a month */
	rate *journal, *preparer; /* by text; preparer may be NULL */
	uint32_t unknown;         /* vouchers of years without a calendar */
	bool several;             /* there are journals that are no cash or bank books */
} work;

static void fill_days(work *w)
{
	const rd_book *b = w->b;
	uint32_t n = (uint32_t)(b->last_day - b->first_day) + 1;

	w->first = b->first_day;
	w->kinds = RD_NEW_N(w->a, uint8_t, n);
	w->ends = RD_NEW_N(w->a, uint8_t, n);
	for (rd_period p = rd_day_period(w->first); rd_period_last(p) <= b->last_day;
	     p = rd_period_add(p, 1))
		w->ends[rd_period_last(p) - w->first] = 1;
	if (!w->weekends) {
		rd_calendar_fill(w->first, n, w->kinds);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		w->kinds[i] = rd_day_weekday(w->first + (rd_day)i) >= 5 ? RD_DAY_WEEKEND : RD_DAY_WORK;
}

static inline rd_day_kind kind_of(const work *w, rd_day day)
{
	if (day == RD_DAY_NONE || day < w->first || day > w->b->last_day)
		return RD_DAY_NOT_KNOWN;
	return (rd_day_kind)w->kinds[day - w->first];
}

static inline bool day_off(rd_day_kind kind)
{
	return kind == RD_DAY_WEEKEND || kind == RD_DAY_HOLIDAY;
}

static bool at_night(const rd_book *b, rd_row v)
{
	int32_t minute = b->voucher.entry_time ? b->voucher.entry_time[v] : -1;

	return minute >= 22 * 60 || (minute >= 0 && minute < 6 * 60);
}

static bool has_money(const rd_book *b, rd_row v)
{
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t role = b->account.role[b->line.account[i]];

		if (role == RD_ROLE_CASH || role == RD_ROLE_BANK)
			return true;
	}
	return false;
}

/* Dated on the last day of a month: closing entries and accruals carry it, workday or not. */
static inline bool ends_month(const work *w, rd_row v)
{
	rd_day day = w->b->voucher.date[v];

	return day != RD_DAY_NONE && day >= w->first && day <= w->b->last_day &&
	       w->ends[day - w->first];
}

static bool is_money_journal(const rate *j)
{
	return (uint64_t)j->money * 1000 >= (uint64_t)j->all * MONEY_JOURNAL;
}

/* Base rates, of the vouchers that indicators look at. */
static void count(work *w)
{
	const rd_book *b = w->b;
	uint32_t n = rd_book_n_texts(b);

	w->journal = RD_NEW_N(w->a, rate, n);
	w->preparer = b->voucher.preparer ? RD_NEW_N(w->a, rate, n) : NULL;
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (rd_run_leave_out(w->run, v) || ends_month(w, v))
			continue;
		bool off = day_off(kind_of(w, b->voucher.date[v])) || at_night(b, v);
		rate *j = &w->journal[b->voucher.journal ? b->voucher.journal[v] : 0];

		j->all++;
		j->off += off;
		j->money += w->guards && b->voucher.journal && has_money(b, v);
		if (w->preparer) {
			w->preparer[b->voucher.preparer[v]].all++;
			w->preparer[b->voucher.preparer[v]].off += off;
		}
	}
	for (rd_text t = 0; t < n; t++)
		w->several |= w->journal[t].all > 0 && !is_money_journal(&w->journal[t]);
}

/* The rate by which a voucher is judged, all = 0 when it is not reported. */
static rate judged_by(const work *w, rd_row v)
{
	const rd_book *b = w->b;
	rate j = w->journal[b->voucher.journal ? b->voucher.journal[v] : 0];

	if (rd_run_leave_out(w->run, v) || j.all < MIN_VOUCHERS || ends_month(w, v))
		return (rate){0, 0, 0};
	if (w->several && is_money_journal(&j))
		return (rate){0, 0, 0};
	if (w->preparer && b->voucher.preparer[v]) {
		rate p = w->preparer[b->voucher.preparer[v]];

		if (p.all >= MIN_VOUCHERS && (uint64_t)p.off * j.all > (uint64_t)j.off * p.all)
			j = p; /* the larger share counts: it is usual for this person */
	}
	if ((int64_t)j.off * 1000 > w->max_base * (int64_t)j.all)
		return (rate){0, 0, 0};
	return j;
}

static void report(const work *w, rd_row v, rd_day_kind kind, uint32_t weight, rate base)
{
	static const rd_words names[] = {
		{"星期一", "Monday"},   {"星期二", "Tuesday"}, {"星期三", "Wednesday"},
		{"星期四", "Thursday"}, {"星期五", "Friday"},  {"星期六", "Saturday"},
		{"星期日", "Sunday"},
	};
	const rd_book *b = w->b;
	rd_hit hit = rd_hit_at_voucher(b, v);
	rd_fact what;
	char time[8] = "00:00";

	if (day_off(kind)) {
		rd_day day = b->voucher.date[v];
		rd_words name =
			kind == RD_DAY_HOLIDAY ? rd_calendar_occasion(day) : names[rd_day_weekday(day)];

		hit.kind = kind == RD_DAY_HOLIDAY ? K_HOLIDAY : K_WEEKEND;
		what = rd_word(kind == RD_DAY_HOLIDAY ? "holiday" : "weekday", name.zh, name.en);
	} else {
		int32_t minute = b->voucher.entry_time[v];

		time[0] = (char)('0' + minute / 600);
		time[1] = (char)('0' + minute / 60 % 10);
		time[3] = (char)('0' + minute % 60 / 10);
		time[4] = (char)('0' + minute % 10);
		hit.kind = K_NIGHT;
		what = rd_string("time", rd_str_of(time));
	}
	hit.weight = weight;
	hit.millibits = rd_millibits(base.off, base.all);
	RD_EMIT(w->run, &hit, rd_on_day("day", b->voucher.date[v]), what,
	        rd_int("population", base.all),
	        rd_permille("base_rate", rd_rate_permille(base.off, base.all)));
}

/* Lines of a voucher on days off, when lines have dates of their own. */
static uint32_t lines_off(const work *w, rd_row v)
{
	const rd_book *b = w->b;
	uint32_t n = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		n += day_off(kind_of(w, b->line.date[i]));
	return n;
}

static void look_at(work *w, rd_row v)
{
	const rd_book *b = w->b;
	rd_day_kind kind = kind_of(w, b->voucher.date[v]);
	uint32_t lines = b->voucher.first[v + 1] - b->voucher.first[v];
	uint32_t weight = day_off(kind) ? lines : 0;
	rate base = {0, 0, 0};

	w->unknown += b->voucher.date[v] != RD_DAY_NONE && kind == RD_DAY_NOT_KNOWN;
	if (b->line.date) {
		weight = lines_off(w, v);
		if (weight && !day_off(kind))
			return; /* the voucher's own day is a working day */
	}
	if (weight == 0 && at_night(b, v))
		weight = lines;
	if (weight == 0)
		return;
	if (!w->journal)
		count(w);
	base = w->guards ? judged_by(w, v) : w->journal[b->voucher.journal ? b->voucher.journal[v] : 0];
	if (w->guards && base.all == 0)
		return;
	report(w, v, kind, weight, base);
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run,
	          .b = b,
	          .a = rd_run_scratch(run),
	          .guards = rd_run_guards(run),
	          .max_base = rd_run_param(run, P_MAX_BASE),
	          .weekends = rd_run_param(run, P_CALENDAR) == 1 || !rd_book_is_chinese(b)};

	(void)range;
	(void)err;
	if (b->first_day == RD_DAY_NONE)
		return RD_OK;
	RD_ASSERT(b->first_day <= b->last_day);
	fill_days(&w);
	if (w.guards && b->voucher.n < MIN_VOUCHERS) {
		rd_run_not_run(run, "不足 30 张凭证，无法判断", "fewer than 30 vouchers: too few to judge");
		return RD_OK;
	}
	for (rd_row v = 0; v < b->voucher.n; v++)
		look_at(&w, v);
	if (w.unknown == b->voucher.n)
		rd_run_not_run(run, "没有这些年份的工作日历", "no calendar for these years");
	else if (w.unknown > 0)
		rd_run_remark(run, "部分凭证的年份没有工作日历，没有判断",
		              "some vouchers lie in years without a calendar and were not judged");
	return RD_OK;
}

const rd_check rd_check_weekend_or_holiday_entry = {
	.slug = "weekend-or-holiday-entry",
	.family = "statistics",
	.nature = "异常波动",
	.title = {"周末、节假日或夜间分录", "Entry on a weekend, holiday or at night"},
	.finds = {"日期落在休息日、法定节假日，或在夜间录入，而同类凭证很少这样。",
              "An entry bears a date (or a time) at which nobody normally works here."},
	.correction = {"说明原因", "Ask for the reason and note it"},
	.basis = {"CAQ 实务指引（2008）；MindBridge；ISA 240",
              "CAQ practice aid 2008; MindBridge; ISA 240"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
