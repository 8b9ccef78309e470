#include "desk/grade.h"
#include "base/assert.h"

#define UNIT      100 /* minor units of one yuan */
#define LEAST     (1000 * UNIT)
#define MOST      (500000 * UNIT)
#define A_HEAD    (500 * UNIT)
#define CAPITAL   200 /* capital / 200 = 0.5 % */
#define STEPS_MAX 3   /* together, up or down: the table stays what decides */

static const rd_words natures[RD_GRADE_NATURES] = {
	{"账目不符", "accounts that do not agree"},
	{"数据缺失", "missing data"},
	{"操作错误", "an operating error"},
	{"异常波动", "an unusual movement"},
	{"违规风险", "a risk of breaking a rule"},
	{"时限", "a time limit"},
	{"系统故障", "a system fault"},
};

static const rd_words priorities[] = {{"一级", "P1"},
                                      {"二级", "P2"},
                                      {"三级", "P3"},
                                      {"四级", "P4"}};

bool rd_grading_row(rd_str text, uint8_t ret_row[RD_GRADE_LEVELS])
{
	if (text.len != RD_GRADE_LEVELS)
		return false;
	for (uint32_t i = 0; i < RD_GRADE_LEVELS; i++) {
		if (text.ptr[i] < '1' || text.ptr[i] > '4')
			return false;
		ret_row[i] = (uint8_t)(text.ptr[i] - '0');
	}
	return true;
}

/* ---- words ---- */

typedef struct reasons {
	rd_buf *zh, *en;
	int32_t steps; /* up so far */
} reasons;

static void say_steps(reasons *r, int32_t steps)
{
	rd_buf_printf(r->zh, "%s%d级；", steps > 0 ? "升" : "降", steps > 0 ? steps : -steps);
	rd_buf_printf(r->en, "%d %s; ", steps > 0 ? steps : -steps, steps > 0 ? "up" : "down");
	r->steps += steps;
}

/* ---- one reason each ---- */

static int32_t level(int32_t judged, int32_t severity)
{
	if (judged >= 1 && judged <= RD_GRADE_LEVELS)
		return judged;
	return severity >= 0 && severity < RD_GRADE_LEVELS ? RD_GRADE_LEVELS - severity : 3;
}

static int32_t look_up(const rd_grading *g, const rd_grade_facts *f, reasons *r)
{
	int32_t impact = level(f->impact, f->severity), urgency = level(f->urgency, f->severity);
	int32_t p = g->table[impact - 1][urgency - 1];

	RD_ASSERT(p >= 1 && p <= 4);
	rd_buf_printf(r->zh, "影响 %d × 紧急 %d 查表为%s；", impact, urgency, priorities[p - 1].zh);
	rd_buf_printf(r->en, "impact %d × urgency %d is %s in the table; ", impact, urgency,
	              priorities[p - 1].en);
	return p;
}

static void by_nature(const rd_grading *g, const rd_grade_facts *f, reasons *r)
{
	if (f->nature < 0 || f->nature >= RD_GRADE_NATURES || g->nature[f->nature] == 0)
		return;
	rd_buf_printf(r->zh, "性质为%s，", natures[f->nature].zh);
	rd_buf_printf(r->en, "by its nature, %s: ", natures[f->nature].en);
	say_steps(r, g->nature[f->nature]);
}

/* amount / materiality in per cent, without overflow; large ones are all the same. */
static int64_t per_cent(rd_minor amount, rd_minor materiality)
{
	if (amount > INT64_MAX / 100)
		return INT64_MAX / 100;
	return amount * 100 / materiality;
}

static void by_money(const rd_grading *g, const rd_grade_facts *f, reasons *r)
{
	rd_minor amount = f->amount < 0 ? -f->amount : f->amount;
	char a[RD_MINOR_TEXT], m[RD_MINOR_TEXT];

	if (amount == 0 || f->materiality <= 0)
		return;
	int64_t share = per_cent(amount, f->materiality);
	bool up = share >= g->money_up;

	if (!up && (share >= g->money_down || amount >= f->materiality))
		return;
	rd_minor_format(amount, 2, true, a);
	rd_minor_format(f->materiality, 2, true, m);
	rd_buf_printf(r->zh, "金额 %s %s重要性水平 %s 的 %d%%，", a, up ? "达到" : "不足", m,
	              up ? g->money_up : g->money_down);
	rd_buf_printf(r->en, "the amount %s is %s %d %% of the materiality %s: ", a,
	              up ? "at least" : "below", up ? g->money_up : g->money_down, m);
	say_steps(r, up ? 1 : -1);
}

static void by_deadline(const rd_grading *g, const rd_grade_facts *f, reasons *r)
{
	if (!f->has_deadline)
		return;
	if (f->days_left < 0) {
		rd_buf_puts(r->zh, "申报期限已过，需要时更正申报；");
		rd_buf_puts(r->en, "the filing deadline has passed, a return may have to be corrected; ");
		return;
	}
	if (f->days_left > g->deadline_days)
		return;
	rd_buf_printf(r->zh, "距申报期限 %d 天，", f->days_left);
	rd_buf_printf(r->en, "%d days to the filing deadline: ", f->days_left);
	say_steps(r, 1);
}

static void by_history(const rd_grading *g, const rd_grade_facts *f, reasons *r)
{
	if (g->recurrences > 0 && f->recurrences >= g->recurrences) {
		rd_buf_printf(r->zh, "复发 %d 次，", f->recurrences);
		rd_buf_printf(r->en, "it came back %d times: ", f->recurrences);
		say_steps(r, 1);
	}
	if (g->client_weight > 0 && f->client_weight >= g->client_weight) {
		rd_buf_printf(r->zh, "客户重要程度 %d，", f->client_weight);
		rd_buf_printf(r->en, "the weight of the client is %d: ", f->client_weight);
		say_steps(r, 1);
	}
}

static int32_t clamped(int32_t v, int32_t least, int32_t most)
{
	return v < least ? least : v > most ? most : v;
}

int32_t rd_grade_of(const rd_grading *g, const rd_grade_facts *f, rd_buf *zh, rd_buf *en)
{
	reasons r = {zh, en, 0};
	int32_t p = look_up(g, f, &r);

	by_nature(g, f, &r);
	by_money(g, f, &r);
	by_deadline(g, f, &r);
	by_history(g, f, &r);
	p = clamped(p - clamped(r.steps, -STEPS_MAX, STEPS_MAX), 1, 4);
	if (f->severity == 0 && p > g->blocker) {
		p = g->blocker;
		rd_buf_printf(zh, "阻断类至少为%s；", priorities[p - 1].zh);
		rd_buf_printf(en, "a blocker is at least %s; ", priorities[p - 1].en);
	}
	rd_buf_printf(zh, "定为%s。", priorities[p - 1].zh);
	rd_buf_printf(en, "so %s.", priorities[p - 1].en);
	return p;
}

rd_minor rd_materiality_of(rd_minor of_books, rd_minor of_client, rd_minor capital,
                           int64_t headcount)
{
	rd_minor m = 0;

	if (of_books > 0 || of_client > 0)
		return of_books > 0 ? of_books : of_client;
	if (capital > 0)
		m = capital / CAPITAL;
	else if (headcount > 0)
		m = (headcount < 1000000 ? headcount : 1000000) * A_HEAD;
	if (m == 0)
		return 0;
	return m < LEAST ? LEAST : m > MOST ? MOST : m;
}

rd_day rd_tax_day(rd_period period, rd_tax_rhythm rhythm)
{
	int32_t month = (int32_t)(period % 100);

	if (period == 0 || rhythm == RD_TAX_NONE)
		return RD_DAY_NONE;
	if (month > 12) /* adjustment periods are of December */
		month = 12;
	if (rhythm == RD_TAX_QUARTERLY)
		month = (month + 2) / 3 * 3;
	return rd_deadline_of(rd_period_add(rd_period_of((int32_t)(period / 100), month), 1)).day;
}
