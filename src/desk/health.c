#include "desk/health.h"
#include "desk/checking.h"
#include <string.h>

#define QUARTERS     4 /* a clue counts one, a fact four */
#define VOUCHERS_MIN 500
#define TOP          5u /* checks that are named */

static const int64_t weights[] = {0, 1, 5, 20, 100};
static const int64_t limits[] = {10, 50, 150, 400, 1000};

static int64_t weight_of(const rd_health_row *r)
{
	int64_t n = r->n < RD_HEALTH_OF_CHECK ? r->n : RD_HEALTH_OF_CHECK;

	return n * weights[r->severity] * (r->indicator ? 1 : QUARTERS);
}

static int64_t per_thousand(int64_t quarters, int64_t vouchers)
{
	int64_t of = vouchers > VOUCHERS_MIN ? vouchers : VOUCHERS_MIN;

	return (quarters * 1000 + QUARTERS * of / 2) / (QUARTERS * of);
}

/* The best grade that the kind of the findings allows: 0 = A. */
static uint32_t best_of(const rd_health_row *rows, uint32_t n)
{
	uint32_t blockers = 0, best = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].indicator || rows[i].n == 0)
			continue;
		blockers += rows[i].severity == 4;
		if (rows[i].severity == 3)
			best = 1;
	}
	return blockers >= 3 ? 4 : blockers ? 3 : best;
}

rd_health rd_health_of(const rd_health_row *rows, uint32_t n, int64_t vouchers)
{
	rd_health h = {0};
	int64_t quarters = 0;
	uint32_t grade = 0, best = best_of(rows, n);

	for (uint32_t i = 0; i < n; i++)
		quarters += weight_of(&rows[i]);
	h.points = per_thousand(quarters, vouchers);
	while (grade < 5 && h.points > limits[grade])
		grade++;
	h.capped = grade < best;
	if (h.capped)
		grade = best;
	h.grade[0] = (char)('a' + grade);
	return h;
}

/* ---- reasons ---- */

static void put_sum(const rd_health *h, const rd_health_row *rows, uint32_t n, int64_t vouchers,
                    int lang, rd_buf *out)
{
	int64_t facts[5] = {0}, clues[5] = {0};
	bool any = false;

	for (uint32_t i = 0; i < n; i++)
		*(rows[i].indicator ? &clues[rows[i].severity] : &facts[rows[i].severity]) += rows[i].n;
	if (lang == RD_ZH)
		rd_buf_printf(out, "每千张凭证 %lld 分（共 %lld 张凭证）。", (long long)h->points,
		              (long long)vouchers);
	else
		rd_buf_printf(out, "%lld points for 1,000 vouchers (%lld vouchers). ", (long long)h->points,
		              (long long)vouchers);
	for (int s = 4; s >= 0; s--) {
		if (facts[s] + clues[s] == 0)
			continue;
		if (lang == RD_ZH)
			rd_buf_printf(out, "%s%s：事实 %lld、线索 %lld", any ? "；" : "",
			              rd_checking_severity_words((uint32_t)s).zh, (long long)facts[s],
			              (long long)clues[s]);
		else
			rd_buf_printf(out, "%s%s: %lld facts, %lld clues", any ? "; " : "",
			              rd_checking_severity_words((uint32_t)s).en, (long long)facts[s],
			              (long long)clues[s]);
		any = true;
	}
	if (!any)
		rd_buf_puts(out, lang == RD_ZH ? "没有现存线索" : "no live findings");
	rd_buf_puts(out, lang == RD_ZH ? "。\n" : ".\n");
}

static void put_top(const rd_health_row *rows, uint32_t n, int lang, rd_buf *out)
{
	bool told[256] = {false};

	for (uint32_t k = 0; k < TOP; k++) {
		int64_t best = 0;
		uint32_t at = 0;

		for (uint32_t i = 0; i < n && i < sizeof told / sizeof *told; i++)
			if (!told[i] && weight_of(&rows[i]) > best) {
				best = weight_of(&rows[i]);
				at = i;
			}
		if (best == 0)
			return;
		told[at] = true;
		rd_buf_printf(out, lang == RD_ZH ? "%s：%lld 项\n" : "%s: %lld\n",
		              lang == RD_ZH ? rows[at].title.zh : rows[at].title.en, (long long)rows[at].n);
	}
}

static void put_cap(const rd_health *h, int lang, rd_buf *out)
{
	static const rd_words why[] = {
		{"", ""},
		{"有严重程度为高的事实，最高为 B。\n", "A fact of severity high: B at best.\n"},
		{"", ""},
		{"有阻断性事实，最高为 D。\n", "A fact of severity blocker: D at best.\n"},
		{"三类以上阻断性事实，最高为 E。\n", "Blockers of three checks: E at best.\n"},
		{"", ""}};
	uint32_t grade = (uint32_t)(h->grade[0] - 'a');

	if (h->capped)
		rd_buf_puts(out, lang == RD_ZH ? why[grade].zh : why[grade].en);
}

void rd_health_reasons(const rd_health *h, const rd_health_row *rows, uint32_t n, int64_t vouchers,
                       uint32_t ran, uint32_t not_run, int lang, rd_buf *out)
{
	put_sum(h, rows, n, vouchers, lang, out);
	put_cap(h, lang, out);
	put_top(rows, n, lang, out);
	if (lang == RD_ZH)
		rd_buf_printf(out, "运行检查 %u 项，%u 项因资料不足未运行。", ran, not_run);
	else
		rd_buf_printf(out, "%u checks ran, %u could not for lack of data.", ran, not_run);
}
