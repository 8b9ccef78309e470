/*
 * What it finds: why a journal as a whole does not balance when single vouchers do not explain it:
 * the export is partial (in all of it, one period or one journal more than a fifth of the vouchers
 * do not balance), or the opening entries taken together have more on one side.
 *
 * Why it matters: when the file holds only one account or one side of the entries, every sum drawn
 * from it is wrong, and hundreds of unbalanced vouchers have a single cause.
 *
 * What to do: export the complete journal again, with all accounts and both sides, and check anew.
 * Opening entries: compare them with the closing balances of the year before.
 *
 * Known limits: fewer than five unbalanced vouchers are left to entry-unbalanced, which names each
 * of them. Where entries are cut by their running sum there is no partial export to be seen.
 *
 * 发现什么:序时账整体借贷不等,而且不是个别凭证造成的:导出不完整(全部、某个期间或某个凭证字里,超过
 * 五分之一的凭证不平),或期初分录合计借贷不等。
 *
 * 为什么要紧:文件里只有一个科目或只有一方的分录时,由它汇总的数都不对;几百张不平的凭证,原因其实只有
 * 一个。
 *
 * 怎么办:重新导出完整的序时账(全部科目、借贷双方),再检查一次。期初分录则与上年期末余额核对。
 *
 * 已知局限:不平的凭证不足五张时,由"凭证借贷不平"逐张列出。按累计差额切分凭证时,看不出导出是否完整。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/rate.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_ALL, K_PERIOD, K_JOURNAL, K_OPENING };
static const rd_message messages[] = {
	[K_ALL] =
		{
			"partial-export",
			{"序时账借方合计 {debit}，贷方合计 {credit}，相差 {difference}；{vouchers} 张凭证"
             "中 {unbalanced} 张不平（{share}）。导出很可能不完整，请导出全部科目、借贷双方。",
             "The journal has {debit} debit and {credit} credit, difference {difference}; "
             "{unbalanced} of {vouchers} vouchers do not balance ({share}). The export "
             "looks partial: export all accounts and both sides."},
		},
	[K_PERIOD] =
		{
			"partial-period",
			{"{period} 借方合计 {debit}，贷方合计 {credit}，相差 {difference}；{vouchers} 张"
             "凭证中 {unbalanced} 张不平（{share}）。该期间导出很可能不完整，请重新导出。",
             "{period}: {debit} debit and {credit} credit, difference {difference}; "
             "{unbalanced} of {vouchers} vouchers do not balance ({share}). The export of "
             "this period looks partial."},
		},
	[K_JOURNAL] =
		{
			"partial-journal",
			{"凭证字 {journal} 借方合计 {debit}，贷方合计 {credit}，相差 {difference}；"
             "{vouchers} 张凭证中 {unbalanced} 张不平（{share}）。该凭证字导出很可能不完整，"
             "请重新导出。",
             "Journal {journal}: {debit} debit and {credit} credit, difference "
             "{difference}; {unbalanced} of {vouchers} vouchers do not balance ({share}). "
             "The export of this journal looks partial."},
		},
	[K_OPENING] =
		{
			"opening-entries",
			{"{period} 期初分录借方合计 {debit}，贷方合计 {credit}，相差 {difference}。请与上"
             "年期末余额逐科目核对。",
             "Opening entries of {period}: {debit} debit and {credit} credit, difference "
             "{difference}. Compare them with the closing balances of the year before."},
		},
	{0},
};

_Static_assert(RD_LINE_CREDIT == 1, "sum_voucher makes a mask of this bit");

enum { FEW = 5 }; /* unbalanced vouchers that entry-unbalanced may well name one by one */

typedef struct scope {
	rd_minor debit, credit;
	uint64_t vouchers, unbalanced;
} scope;

static void add(scope *s, rd_minor debit, rd_minor credit, rd_minor tolerance)
{
	rd_minor net = debit - credit;

	s->debit += debit;
	s->credit += credit;
	s->vouchers++;
	s->unbalanced += net > tolerance || net < -tolerance;
}

static bool partial(const rd_run *run, const scope *s, rd_minor tolerance)
{
	rd_minor net = s->debit - s->credit;

	if (net <= tolerance && net >= -tolerance)
		return false;
	return !rd_run_guards(run) || (s->unbalanced >= FEW && s->unbalanced * 5 > s->vouchers);
}

static void emit(rd_run *run, rd_hit *hit, const scope *s, rd_text journal)
{
	rd_minor net = s->debit - s->credit;

	hit->at_stake = net < 0 ? -net : net;
	RD_EMIT(run, hit, rd_money("debit", s->debit), rd_money("credit", s->credit),
	        rd_money("difference", hit->at_stake), rd_int("vouchers", (int64_t)s->vouchers),
	        rd_int("unbalanced", (int64_t)s->unbalanced),
	        rd_permille("share", rd_rate_permille(s->unbalanced, s->vouchers)),
	        rd_txt("journal", journal));
}

typedef struct sums {
	scope all, *period, *journal, *opening; /* by period, by text id of the journal */
	rd_row *first, *opening_first;          /* first voucher of each scope + 1 */
	rd_row *journal_first;
} sums;

/* Debits and credits of a voucher; without a branch per line, for all lines pass here. */
static rd_minor sum_voucher(const rd_book *b, rd_row v, rd_minor *ret_credit)
{
	rd_minor debit = 0, credit = 0;
	uint8_t seen = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		const rd_minor on_credit = -(rd_minor)(b->line.flags[i] & RD_LINE_CREDIT);

		credit += b->line.amount[i] & on_credit;
		debit += b->line.amount[i] & ~on_credit;
		seen |= b->line.flags[i];
	}
	for (rd_row i = b->voucher.first[v]; seen & RD_LINE_BOTH && i < b->voucher.first[v + 1]; i++)
		if (!rd_line_is_credit(b, i))
			credit += rd_line_credit(b, i);
	*ret_credit = credit;
	return debit;
}

static void sum_up(sums *s, const rd_book *b, rd_minor tolerance)
{
	uint32_t slot = b->n_periods;
	rd_period last = 0;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_minor credit, debit = sum_voucher(b, v, &credit);

		if (b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		if (b->voucher.period[v] != last) {
			last = b->voucher.period[v];
			slot = rd_book_period_index(b, last);
			slot = slot == RD_NONE ? b->n_periods : slot;
		}
		if (b->voucher.flags[v] & RD_VCH_OPENING) {
			if (s->opening_first[slot] == 0)
				s->opening_first[slot] = v + 1;
			add(&s->opening[slot], debit, credit, tolerance);
			continue;
		}
		if (s->first[slot] == 0)
			s->first[slot] = v + 1;
		add(&s->period[slot], debit, credit, tolerance);
		if (b->voucher.journal) {
			const rd_text j = b->voucher.journal[v];

			if (s->journal_first[j] == 0)
				s->journal_first[j] = v + 1;
			add(&s->journal[j], debit, credit, tolerance);
		}
	}
	for (uint32_t p = 0; p <= b->n_periods; p++) {
		s->all.debit += s->period[p].debit;
		s->all.credit += s->period[p].credit;
		s->all.vouchers += s->period[p].vouchers;
		s->all.unbalanced += s->period[p].unbalanced;
	}
}

/* A hit at the first voucher of a scope, without being about that voucher. */
static rd_hit hit_at(const rd_book *b, rd_row voucher, uint8_t kind)
{
	rd_place place = rd_line_place(b, b->voucher.first[voucher]);
	rd_hit hit = rd_hit_at_place(place.file, place.line);

	hit.kind = kind;
	return hit;
}

static void emit_openings(rd_run *run, const rd_book *b, const sums *s, rd_minor tolerance)
{
	for (uint32_t p = 0; p <= b->n_periods; p++) {
		const scope *o = &s->opening[p];
		rd_minor net = o->debit - o->credit;

		/* one-sided opening rows are a list of balances, not entries */
		if ((net <= tolerance && net >= -tolerance) ||
		    (rd_run_guards(run) && (o->debit == 0 || o->credit == 0)))
			continue;
		rd_hit hit = hit_at(b, s->opening_first[p] - 1, K_OPENING);

		hit.period = p < b->n_periods ? b->periods[p] : 0;
		hit.key = (uint64_t)net;
		emit(run, &hit, o, 0);
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	const size_t np = (size_t)b->n_periods + 1, nt = (size_t)rd_book_n_texts(b) + 1;
	rd_arena *a = rd_run_scratch(run);
	sums s = {.period = RD_NEW_N(a, scope, np),
	          .opening = RD_NEW_N(a, scope, np),
	          .first = RD_NEW_N(a, rd_row, np),
	          .opening_first = RD_NEW_N(a, rd_row, np)};

	(void)err;
	(void)range;
	if (b->voucher.journal) {
		s.journal = RD_NEW_N(a, scope, nt);
		s.journal_first = RD_NEW_N(a, rd_row, nt);
	}
	sum_up(&s, b, tolerance);
	emit_openings(run, b, &s, tolerance);
	if (partial(run, &s.all, tolerance)) {
		rd_hit hit = hit_at(b, 0, K_ALL);

		emit(run, &hit, &s.all, 0);
		return RD_OK; /* one cause, one finding */
	}
	for (uint32_t p = 0; p < np; p++) {
		if (!partial(run, &s.period[p], tolerance))
			continue;
		rd_hit hit = hit_at(b, s.first[p] - 1, K_PERIOD);

		hit.period = p < b->n_periods ? b->periods[p] : 0;
		emit(run, &hit, &s.period[p], 0);
	}
	for (size_t j = 0; s.journal && j < nt; j++) {
		if (!partial(run, &s.journal[j], tolerance))
			continue;
		rd_hit hit = hit_at(b, s.journal_first[j] - 1, K_JOURNAL);

		hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, (rd_text)j));
		emit(run, &hit, &s.journal[j], (rd_text)j);
	}
	return RD_OK;
}

const rd_check rd_check_ledger_unbalanced = {
	.slug = "ledger-unbalanced",
	.family = "balance",
	.nature = "账目不符",
	.title = {"全部借方与贷方合计不等", "Total debits differ from total credits"},
	.finds = {"序时账整体不平，而且不是个别凭证造成的：导出不完整，或期初分录借贷不等。",
              "The journal as a whole does not balance and single vouchers do not explain it: "
              "the export is partial, or the opening entries differ."},
	.correction = {"重新导出完整序时账；查找单边导入",
                   "Export the complete journal again; look for one-sided imports."},
	.basis = {"试算平衡；SAF-T", "trial balance; LPF art. A47 A-1; SAF-T"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_PERIODS,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
