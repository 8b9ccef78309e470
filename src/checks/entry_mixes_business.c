/*
 * What it finds: vouchers with several debit and several credit accounts that fall apart into
 * complete vouchers: their lines belong to different partners or documents, and the lines of
 * each balance alone.
 *
 * Why it matters: papers of different content may not be summed up in one voucher, because
 * afterwards nobody can read who paid whom for what.
 *
 * What to do: reverse the voucher in red and enter each business on a voucher of its own, or
 * note why they belong together.
 *
 * Known limits: lines without partner and document join the part that they complete. Wages,
 * depreciation, taxes, opening and closing entries and the collective postings of tills and
 * platforms are let pass; so are vouchers with more lines than `max_lines`.
 *
 * 发现什么:有多个借方科目和多个贷方科目、并且能拆成几张完整凭证的凭证:各行属于不同的往来单位或单据,每一部分
 * 单独就是平的。
 *
 * 为什么要紧:不同内容的原始凭证不得汇总填制在一张凭证上,否则事后看不出谁为什么付款给谁。
 *
 * 怎么办:红字冲销原凭证,按业务分别重做;确属一笔业务的,注明理由。
 *
 * 已知局限:没有往来单位和单据号的行,归入它恰好配平的那一部分;工资、折旧、税费、期初、结转凭证以及收银台、平台的
 * 汇总凭证不报;行数超过 max_lines 的凭证不判断。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/names.h"
#include "check/papers.h"
#include "check/rate.h"

enum { P_SIDES, P_MAX_LINES };
static const rd_param params[] = {
	[P_SIDES] = {"sides",
                 "accounts",
                 {"借方和贷方各至少有多少个不同科目",
                  "least number of different accounts on each side"},
                 RD_PARAM_INT,
                 1,
                 64,
                 2,
                 NULL},
	[P_MAX_LINES] = {"max_lines",
                     "lines",
                     {"最多判断多少行的凭证", "most lines of a voucher that is "
                                              "judged"},
                     RD_PARAM_INT,
                     4,
                     64,
                     64,
                     NULL},
	{0},
};

enum { K_PARTS };
static const rd_message messages[] = {
	[K_PARTS] =
		{"parts",
         {"凭证 {voucher} 看来由 {parts} 笔互不相干的业务合成：{debit_accounts} 个借方科目、{credit_accounts} "
          "个贷方科目，按往来单位和单据可拆成 {parts} 张各自平衡的凭证。请核对，必要时拆分重做。",
          "Voucher {voucher} looks like {parts} businesses in one: {debit_accounts} debit "
          "and {credit_accounts} credit accounts that fall into {parts} parts by partner and "
          "document, each balanced alone. Compare, and divide it if need be."}},
	{0},
};

#define LINES_MAX 64u
#define STRETCH   4u /* lines in a row without partner that may complete a part */
#define FREE      255u

typedef struct entry {
	uint32_t n;
	uint8_t part[LINES_MAX]; /* of each line; FREE = none yet */
	rd_minor net[LINES_MAX];
	rd_row party[LINES_MAX];
	rd_serial document[LINES_MAX];
	uint32_t parts;
	rd_minor sum[LINES_MAX]; /* of each part */
} entry;

static bool same_papers(const entry *e, uint32_t i, uint32_t k)
{
	return (e->party[i] && e->party[i] == e->party[k]) ||
	       (e->document[i] && e->document[i] == e->document[k]);
}

/* Parts by partner and document. Lines with equal partner or document share a part; joining two
 * parts renames one. */
static void join_papers(entry *e)
{
	for (uint32_t i = 0; i < e->n; i++) {
		e->part[i] = FREE;
		if (e->party[i] == 0 && e->document[i] == 0)
			continue;
		e->part[i] = (uint8_t)i;
		for (uint32_t k = 0; k < i; k++) {
			uint8_t old = e->part[k];

			if (old == FREE || old == e->part[i] || !same_papers(e, i, k))
				continue;
			for (uint32_t j = 0; j <= i; j++)
				if (e->part[j] == old)
					e->part[j] = e->part[i];
		}
	}
}

static void sum_parts(entry *e)
{
	uint8_t name[LINES_MAX];

	e->parts = 0;
	for (uint32_t i = 0; i < e->n; i++) {
		uint32_t p = 0;

		if (e->part[i] == FREE)
			continue;
		while (p < e->parts && name[p] != e->part[i])
			p++;
		if (p == e->parts) {
			name[p] = e->part[i];
			e->sum[e->parts++] = 0;
		}
		e->sum[p] += e->net[i];
	}
	for (uint32_t i = 0; i < e->n; i++)
		for (uint32_t p = 0; e->part[i] != FREE && p < e->parts; p++)
			if (name[p] == e->part[i]) {
				e->part[i] = (uint8_t)p;
				break;
			}
}

/* Looks for `length` free lines in a row that complete part p, and gives them to it. */
static bool complete(entry *e, uint32_t p, uint32_t length)
{
	for (uint32_t i = 0; i + length <= e->n; i++) {
		rd_minor sum = 0;
		uint32_t k = 0;

		while (k < length && e->part[i + k] == FREE)
			sum += e->net[i + k++];
		if (k < length || sum != -e->sum[p])
			continue;
		for (k = 0; k < length; k++)
			e->part[i + k] = (uint8_t)p;
		e->sum[p] = 0;
		return true;
	}
	return false;
}

/* Number of complete vouchers that the entry is made of; 0 when it does not fall apart. */
static uint32_t falls_apart(entry *e)
{
	rd_minor rest = 0;
	uint32_t n_rest = 0;

	join_papers(e);
	sum_parts(e);
	if (e->parts < 2)
		return 0;
	for (uint32_t length = 1; length <= STRETCH; length++)
		for (uint32_t p = 0; p < e->parts; p++)
			if (e->sum[p] != 0)
				complete(e, p, length);
	for (uint32_t p = 0; p < e->parts; p++)
		if (e->sum[p] != 0)
			return 0;
	for (uint32_t i = 0; i < e->n; i++)
		if (e->part[i] == FREE) {
			rest += e->net[i];
			n_rest++;
		}
	return rest == 0 ? e->parts + (n_rest != 0) : 0;
}

/* Different accounts on the debit and on the credit side. */
static void sides(const rd_book *b, rd_row v, uint32_t ret_n[2])
{
	rd_row seen[2][LINES_MAX];

	ret_n[0] = ret_n[1] = 0;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		int side = rd_line_is_credit(b, i);
		uint32_t k = 0;

		while (k < ret_n[side] && seen[side][k] != b->line.account[i])
			k++;
		if (k == ret_n[side])
			seen[side][ret_n[side]++] = b->line.account[i];
	}
}

/* One partner and one document on all lines: nothing to divide. */
static bool one_paper(const rd_book *b, rd_row v)
{
	rd_row from = b->voucher.first[v], party = 0;
	rd_serial document = 0;

	for (rd_row i = from; i < b->voucher.first[v + 1]; i++) {
		rd_row p = b->line.party[i];
		rd_serial d = b->line.document ? b->line.document[i] : 0;

		if ((p && party && p != party) || (d && document && d != document))
			return false;
		party = p ? p : party;
		document = d ? d : document;
	}
	return true;
}

/* Entries that sum up many things by nature. */
static bool collective(rd_run *run, const rd_book *b, rd_row v)
{
	static const char *const words[] = {
		"汇总", "批量", "日报", "日结", "收银", "平台", "POS", "工资", "社保", "公积金", NULL,
	};
	bool only_tax = true;

	if (!rd_run_guards(run))
		return false;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t role = b->account.role[b->line.account[i]];

		if (role == RD_ROLE_WAGES || role == RD_ROLE_DEPRECIATION || role == RD_ROLE_PROFIT)
			return true;
		only_tax &=
			role == RD_ROLE_TAX || role == RD_ROLE_TAX_SURCHARGE || role == RD_ROLE_INCOME_TAX;
	}
	return only_tax || rd_name_has(rd_book_text(b, rd_voucher_text(b, v)), words) ||
	       rd_run_leave_out(run, v);
}

static uint32_t parts_of(const rd_book *b, rd_row v)
{
	rd_row from = b->voucher.first[v];
	entry e = {.n = b->voucher.first[v + 1] - from};

	RD_ASSERT(e.n <= LINES_MAX);
	for (uint32_t i = 0; i < e.n; i++) {
		e.net[i] = rd_line_net(b, from + i);
		e.party[i] = b->line.party[from + i];
		rd_serial document = b->line.document ? b->line.document[from + i] : 0;

		e.document[i] = rd_document_tells(b, document, v) ? document : 0;
	}
	return falls_apart(&e);
}

typedef struct tally {
	rd_row *hits;
	uint32_t n, cap;
	uint64_t judged, long_ones;
	uint32_t sides, max_lines; /* the parameters */
} tally;

static void look_at(rd_run *run, const rd_book *b, rd_row v, tally *t)
{
	const uint32_t least = t->sides;
	rd_row lines = b->voucher.first[v + 1] - b->voucher.first[v];
	uint32_t n[2];

	if (lines < 4)
		return;
	if (lines > t->max_lines) {
		t->long_ones++;
		return;
	}
	t->judged++;
	if (one_paper(b, v))
		return;
	sides(b, v, n);
	if (n[0] < least || n[1] < least || parts_of(b, v) < 2 || collective(run, b, v))
		return;
	t->hits = rd_grow(rd_run_scratch(run), t->hits, t->n, &t->cap, sizeof *t->hits);
	t->hits[t->n++] = v;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	tally t = {
		.sides = (uint32_t)rd_run_param(run, P_SIDES),
		.max_lines = (uint32_t)rd_run_param(run, P_MAX_LINES),
	};

	(void)range;
	(void)err;
	for (rd_row v = 0; v < b->voucher.n; v++)
		look_at(run, b, v, &t);
	for (uint32_t i = 0; i < t.n; i++) {
		rd_hit hit = rd_hit_at_voucher(b, t.hits[i]);
		uint32_t n[2];

		sides(b, t.hits[i], n);
		hit.at_stake = rd_entry_volume(b, t.hits[i]);
		hit.key = rd_entry_key(b, t.hits[i]);
		hit.millibits = rd_millibits(t.n, t.judged);
		RD_EMIT(run, &hit, rd_int("parts", parts_of(b, t.hits[i])), rd_int("debit_accounts", n[0]),
		        rd_int("credit_accounts", n[1]), rd_money("amount", hit.at_stake),
		        rd_permille("base_rate", rd_rate_permille(t.n, t.judged)));
	}
	if (t.long_ones)
		rd_run_remark(run, "行数超过 max_lines 的凭证没有判断",
		              "vouchers with more lines than max_lines were not judged");
	return RD_OK;
}

const rd_check rd_check_entry_mixes_business = {
	.slug = "entry-mixes-business",
	.family = "structure",
	.nature = "操作错误",
	.title = {"多借多贷混合业务", "Many-to-many entry mixes unrelated business"},
	.finds =
		{"一张凭证汇总了互不相干的业务：多个借方、多个贷方科目，往来单位各不相同，看不出对应关系。",
         "One voucher sums up unrelated items: two or more debit and credit accounts "
         "with different partners. Who paid whom can no longer be read."},
	.correction = {"拆分为多张凭证：红字冲销原凭证，分别蓝字重做",
                   "Divide it: reverse the voucher in red, enter each part on a voucher of "
                   "its own."},
	.basis = {"会计基础工作规范 51(3)", "Basic accounting work rules 51(3)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT,
	.needs_any = RD_HAS_PARTY | RD_HAS_DOCUMENT_NO,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
