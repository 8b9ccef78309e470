/*
 * What it finds: two vouchers or more of one date whose lines agree in account, partner, side and
 * amount. The message says whether the summaries agree too.
 *
 * Why it matters: a voucher that was saved, imported or copied twice doubles everything it holds
 * and stays in balance, so no other total shows it.
 *
 * What to do: compare the documents of the vouchers. If it is one business, cancel the later
 * voucher in red.
 *
 * Known limits: the same small business may occur twice on a day: entries that also occur on more
 * than five other days, and those with different document numbers, are left out. Vouchers with
 * one and the same number are the business of voucher-number-duplicate. Cancelled pairs and
 * closing vouchers are left out.
 *
 * 发现什么:同一日期的两张或更多凭证,各行的科目、往来单位、方向、金额完全相同。摘要是否也相同会注
 * 明。
 *
 * 为什么要紧:凭证重复保存、重复导入或误复制,其中一切都加倍,而借贷仍平,别的合计看不出来。
 *
 * 怎么办:核对各张凭证的单据。是同一笔业务的,红字冲销后一张。
 *
 * 已知局限:同样的小额业务一天里可能发生两次:在另外五天以上也出现过的、单据号不同的都不报。凭证号
 * 相同的由 voucher-number-duplicate 报告。已冲销的凭证和结转凭证不参与比较。
 */
#include "base/assert.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/rate.h"
#include "check/sort.h"

enum { P_MIN_AMOUNT };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"凭证金额低于此数的不看", "smaller vouchers are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      1000,
                      NULL},
	{0},
};

enum { K_SAME, K_OTHER };
static const rd_message messages[] = {
	[K_SAME] = {"same-text",
                {"{day} 的 {count} 张凭证分录完全相同，摘要也相同，金额 {amount}：最早是 {first}，"
                 "最后是 {voucher}。请核对单据；确属重复的，红字冲销后一张。",
                 "{count} vouchers of {day} agree in all lines and in the summary, amount "
                 "{amount}: first {first}, last {voucher}. Compare the documents; if it is "
                 "there twice, cancel the later one in red."}},
	[K_OTHER] = {"other-text",
                 {"{day} 的 {count} 张凭证分录完全相同而摘要不同，金额 {amount}：最早是 {first}，最"
                  "后是 {voucher}。请核对单据是否同一笔业务。",
                  "{count} vouchers of {day} agree in all lines but not in the summary, amount "
                  "{amount}: first {first}, last {voucher}. Look whether the documents show one "
                  "business."}},
	{0},
};

#define OTHER_DAYS 5u  /* an entry that comes back on more other days is usual */
#define GROUP_MAX  64u /* vouchers of one day that are compared by number and document */

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	rd_comparer comparer;
	bool guards;
	rd_minor min_amount;
	uint64_t population;
	uint32_t hits;
	bool emit;
} work;

static bool same_number(const rd_book *b, rd_row v, rd_row w)
{
	return b->voucher.number[v] != 0 && b->voucher.number[v] == b->voucher.number[w] &&
	       b->voucher.period[v] == b->voucher.period[w] &&
	       (!b->voucher.journal || b->voucher.journal[v] == b->voucher.journal[w]);
}

/* Keeps of vouchers with one number the first, and of those with a document number of their own
 * none: two different documents are two businesses. */
static uint32_t thin_out(const rd_book *b, uint64_t *rows, uint32_t n)
{
	uint32_t kept = 0, most = n < GROUP_MAX ? n : GROUP_MAX;
	bool alike = false;

	for (uint32_t i = 0; i < most; i++) {
		bool printed_twice = false;

		for (uint32_t k = 0; k < kept && !printed_twice; k++)
			printed_twice = same_number(b, (rd_row)rows[k], (rd_row)rows[i]);
		if (!printed_twice)
			rows[kept++] = rows[i];
	}
	for (uint32_t i = 0; i < kept && !alike; i++)
		for (uint32_t k = i + 1; k < kept && !alike; k++) {
			rd_serial x = rd_line_document(b, b->voucher.first[(rd_row)rows[i]]);
			rd_serial y = rd_line_document(b, b->voucher.first[(rd_row)rows[k]]);

			alike = x == y || x == 0 || y == 0;
		}
	return alike ? kept : 0;
}

static void report(work *w, const uint64_t *rows, uint32_t n)
{
	const rd_book *b = w->b;
	rd_row first = (rd_row)rows[0], last = first, lines[12];
	bool same_text = true;
	uint32_t n_lines = 0;

	for (uint32_t i = 0; i < n; i++) {
		rd_row v = (rd_row)rows[i];

		same_text &= rd_voucher_text(b, v) == rd_voucher_text(b, first);
		if (rd_voucher_order(b, v, first) < 0)
			first = v;
		if (rd_voucher_order(b, v, last) > 0)
			last = v;
	}
	for (uint32_t i = 0; i < n && n_lines < 12; i++)
		if ((rd_row)rows[i] != last)
			lines[n_lines++] = b->voucher.first[(rd_row)rows[i]];
	rd_hit hit = rd_hit_at_voucher(b, last);
	rd_minor volume = rd_entry_volume(b, last);

	hit.kind = same_text ? K_SAME : K_OTHER;
	hit.other = first;
	hit.at_stake = volume * (rd_minor)(n - 1);
	hit.key = rd_entry_key(b, last);
	hit.lines = lines;
	hit.n_lines = n_lines;
	hit.millibits = rd_millibits(w->hits, w->population);
	RD_EMIT(w->run, &hit, rd_int("count", n), rd_on_day("day", b->voucher.date[last]),
	        rd_money("amount", volume), rd_vch("first", first),
	        rd_permille("base_rate", rd_rate_permille(w->hits, w->population)));
}

/* Vouchers of one entry, by day. */
static void take_group(work *w, const uint64_t *rows, uint32_t n)
{
	uint32_t days = 1;

	for (uint32_t i = 1; i < n; i++)
		days += rows[i] >> 32 != rows[i - 1] >> 32;
	if (w->guards && days > OTHER_DAYS + 1)
		return;
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && rows[end] >> 32 == rows[i] >> 32; end++)
			;
		if (end - i < 2)
			continue;
		uint32_t count = end - i;
		uint64_t *day = RD_NEW_N(w->a, uint64_t, count);

		memcpy(day, rows + i, count * sizeof *day);
		if (w->guards)
			count = thin_out(w->b, day, count);
		if (count < 2)
			continue;
		if (w->emit)
			report(w, day, count);
		else
			w->hits++;
	}
}

/* Takes a run of equal hashes apart into runs of equal entries. */
static void take_run(work *w, uint64_t *rows, uint32_t n, uint64_t *tmp)
{
	const rd_book *b = w->b;

	for (uint32_t from = 0; from < n;) {
		rd_row first = (rd_row)rows[from];
		uint32_t to = from;

		for (uint32_t k = from; k < n; k++)
			if (k == from || rd_entry_like(&w->comparer, b, first, (rd_row)rows[k], RD_LIKE_SAME)) {
				uint64_t swap = rows[k];

				rows[k] = rows[to];
				rows[to++] = swap;
			}
		uint32_t kept = from, end = to;

		if (to - from < 2 || rd_entry_volume(b, first) < w->min_amount)
			end = from;
		for (uint32_t k = from; k < end; k++) {
			rd_row v = (rd_row)rows[k];

			if (!w->guards || !rd_run_leave_out(w->run, v))
				rows[kept++] = (uint64_t)(b->voucher.date[v] - (int64_t)INT32_MIN) << 32 | v;
		}
		if (kept - from > 1) {
			rd_sort_u64(rows + from, tmp, kept - from);
			take_group(w, rows + from, kept - from);
		}
		from = to;
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run,
	          .b = b,
	          .a = rd_run_scratch(run),
	          .guards = rd_run_guards(run),
	          .population = b->voucher.n,
	          .min_amount = rd_run_param(run, P_MIN_AMOUNT)};
	uint32_t *hashes = RD_NEW_N(w.a, uint32_t, (size_t)b->voucher.n + 1);
	rd_twins t;

	(void)range;
	(void)err;
	w.comparer.arena = w.a;
	rd_twins_begin(&t, w.a);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.date[v] == RD_DAY_NONE)
			continue; /* its hash stays 0 */
		hashes[v] = rd_fold(rd_entry_hash(b, v, RD_LIKE_SAME)) | 1u;
		rd_twins_count(&t, hashes[v]);
	}
	rd_twins_ready(&t);
	for (rd_row v = 0; v < b->voucher.n; v++)
		if (hashes[v])
			rd_twins_add(&t, hashes[v], v);
	rd_twins_end(&t);
	uint64_t *tmp = RD_NEW_N(w.a, uint64_t, t.n + 1), *rows = RD_NEW_N(w.a, uint64_t, t.n + 1);

	for (int pass = 0; pass < 2; pass++) {
		w.emit = pass == 1;
		memcpy(rows, t.items, t.n * sizeof *rows);
		for (size_t i = 0; i < t.n;) {
			size_t end = rd_twins_run(&t, i);

			take_run(&w, rows + i, (uint32_t)(end - i), tmp);
			i = end;
		}
		if (w.hits == 0)
			break;
	}
	return RD_OK;
}

const rd_check rd_check_dup_entry = {
	.slug = "dup-entry",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"整张凭证重复", "Whole entry booked twice"},
	.finds = {"两张凭证日期相同，各行的科目、往来单位、方向、金额也全部相同。",
              "Two entries have the same date, accounts, amounts and partners."},
	.correction = {"核对后红字冲销重复的一张",
                   "Compare the documents and cancel the doubled voucher in red"},
	.basis = {"beancount noduplicates 插件；MindBridge", "beancount noduplicates; MindBridge"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
