/*
 * What it finds: vouchers of closed periods without a reviewer, vouchers that were never posted,
 * and vouchers that were posted without a review. One finding for each period and kind.
 *
 * Why it matters: accounting software has to see before a close that every voucher of the period
 * is reviewed and posted; balances of such a period are not final.
 *
 * What to do: review what is missing, post it, then close the period again.
 *
 * Known limits: a period counts as closed when a later one is in the books or when it has its
 * closing entry. When a column is blank on every voucher, the review (or posting) was not
 * recorded at all; that is said once and not reported voucher by voucher. Exports carry no time
 * of review, so the order of review and posting is judged only by what is missing.
 *
 * 发现什么:已结账期间里没有审核人的凭证、没有记账的凭证,以及未经审核就记账的凭证。按期间和情形各报
 * 告一次。
 *
 * 为什么要紧:会计软件结账前应检查本期凭证是否全部记账;这类期间的余额还不是最终数。
 *
 * 怎么办:补审核、补记账后重新结账。
 *
 * 已知局限:账里有后续期间,或本期有结转损益分录的,视为已结账期间。某一栏全部为空,说明没有记录审核(
 * 或记账),只说明一次,不逐张报告。导出文件没有审核时间,先后次序只能按是否缺失判断。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/tally.h"

static const rd_param params[] = {{0}};

enum { K_UNREVIEWED, K_UNPOSTED, K_SKIPPED, K_NEITHER, KINDS };
static const rd_message messages[] = {
	[K_UNREVIEWED] =
		{"not-reviewed",
         {"{period} 有 {vouchers} 张凭证没有审核人（本期共 {all} 张），金额合计 {amount}。"
          "请补审核后再结账。",
          "{period}: {vouchers} of {all} vouchers have no reviewer, {amount} in all. "
          "Review them before the close."}},
	[K_UNPOSTED] =
		{"not-posted",
         {"{period} 有 {vouchers} 张凭证没有记账（本期共 {all} 张），金额合计 {amount}。请"
          "记账后再结账。",
          "{period}: {vouchers} of {all} vouchers were not posted, {amount} in all. "
          "Post them before the close."}},
	[K_SKIPPED] = {"posted-without-review",
                   {"{period} 有 {vouchers} 张凭证未经审核就已记账（本期共 {all} 张），金额合计 "
                    "{amount}。请补审核并留痕。",
                    "{period}: {vouchers} of {all} vouchers were posted without a reviewer, "
                    "{amount} in all. Review them and leave a trace."}},
	[K_NEITHER] = {"neither",
                   {"{period} 有 {vouchers} 张凭证既未审核也未记账（本期共 {all} 张），金额合计 "
                    "{amount}。请补审核并记账后再结账。",
                    "{period}: {vouchers} of {all} vouchers were neither reviewed nor posted, "
                    "{amount} in all. Review and post them before the close."}},
	{0},
};

/* What is recorded at all, and which periods are closed. */
typedef struct state {
	bool reviews, posts;
	uint8_t *closed; /* by period index */
	uint32_t *all;   /* vouchers of each period */
} state;

static bool is_posted(const rd_book *b, rd_row v)
{
	return b->voucher.flags[v] & RD_VCH_POSTED || (b->voucher.poster && b->voucher.poster[v] != 0);
}

static bool is_reviewed(const rd_book *b, rd_row v)
{
	return b->voucher.reviewer && b->voucher.reviewer[v] != 0;
}

static void look_around(state *s, rd_arena *a, const rd_book *b)
{
	uint32_t p = RD_NONE;

	s->closed = RD_NEW_N(a, uint8_t, (size_t)b->n_periods + 1);
	s->all = RD_NEW_N(a, uint32_t, (size_t)b->n_periods + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		s->reviews |= is_reviewed(b, v);
		s->posts |= is_posted(b, v);
		if (v == 0 || b->voucher.period[v] != b->voucher.period[v - 1])
			p = rd_book_period_index(b, b->voucher.period[v]);
		if (p == RD_NONE)
			continue;
		s->all[p]++;
		s->closed[p] |= (b->voucher.flags[v] & RD_VCH_CLOSING) != 0;
	}
	for (uint32_t k = 0, later = 0; k < b->n_periods; k++) {
		/* A trial balance of next month does not close this one, only vouchers do. */
		for (later = k + 1; later < b->n_periods && s->all[later] == 0; later++)
			;
		s->closed[k] |= later < b->n_periods;
	}
}

static uint32_t kind_of(const state *s, bool reviewed, bool posted)
{
	if (s->reviews && !reviewed)
		return !s->posts ? K_UNREVIEWED : posted ? K_SKIPPED : K_NEITHER;
	return s->posts && !posted ? K_UNPOSTED : KINDS;
}

static void report(rd_run *run, const rd_book *b, const state *s, const rd_tally *t)
{
	for (uint32_t k = 0; k < t->n; k++) {
		const rd_tally_item *it = &t->items[k];
		uint32_t p = it->key / KINDS;
		rd_row lines[RD_TALLY_ROWS];
		rd_hit hit = rd_hit_new();

		for (uint32_t i = 0; i < it->n_rows; i++)
			lines[i] = b->voucher.first[it->rows[i]];
		hit.kind = (uint8_t)(it->key % KINDS);
		hit.period = b->periods[p];
		hit.voucher = it->rows[0];
		hit.line = lines[0];
		hit.keyless = true;
		hit.weight = it->count;
		hit.at_stake = it->sum;
		hit.lines = lines + 1;
		hit.n_lines = it->n_rows - 1;
		RD_EMIT(run, &hit, rd_int("vouchers", it->count), rd_int("all", s->all[p]),
		        rd_money("amount", it->sum));
	}
}

/* What is blank on all vouchers; false when nothing is left to judge. */
static bool say_what_is_missing(rd_run *run, const state *s)
{
	if (!s->reviews && !s->posts) {
		rd_run_not_run(run, "没有审核和记账的记录", "neither reviews nor postings are recorded");
		return false;
	}
	if (!s->reviews)
		rd_run_remark(run, "账中没有审核记录，只检查了是否记账",
		              "no review is recorded in these books; only the posting was judged");
	else if (!s->posts)
		rd_run_remark(run, "账中没有记账记录，只检查了是否审核",
		              "no posting is recorded in these books; only the review was judged");
	return true;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	state s = {0};
	uint32_t p = RD_NONE;
	rd_tally t;

	(void)range;
	(void)err;
	look_around(&s, a, b);
	if (!say_what_is_missing(run, &s))
		return RD_OK;
	rd_tally_init(&t, a, (b->n_periods + 1) * KINDS, true);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint32_t kind = kind_of(&s, is_reviewed(b, v), is_posted(b, v));

		if (kind == KINDS || b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING))
			continue;
		p = rd_book_period_index(b, b->voucher.period[v]);
		if (p != RD_NONE && s.closed[p])
			rd_tally_add(&t, p * KINDS + kind, v, rd_entry_volume(b, v), b->voucher.date[v]);
	}
	report(run, b, &s, &t);
	return RD_OK;
}

const rd_check rd_check_not_reviewed_or_posted = {
	.slug = "not-reviewed-or-posted",
	.family = "authorisation",
	.nature = "违规风险",
	.title = {"未审核或未过账凭证", "Entry not reviewed or not posted"},
	.finds =
		{"已结账期间的凭证没有审核人、没有记账，或未经审核就已记账。",
         "A voucher of a closed or filed period has no reviewer or was never posted, or was posted before it was approved."},
	.correction = {"补审核并过账后再结账", "Review and post, then close the period."},
	.basis = {"财会〔2024〕12号 24；会计基础工作规范 51(1)",
              "Caikuai [2024] No. 12 art. 24; Basic accounting work rules 51(1)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES,
	.needs_any = RD_HAS_REVIEWER | RD_HAS_POSTER,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
