/*
 * What it finds: one and the same entry that was cancelled and booked anew three times or more
 * within the window.
 *
 * Why it matters: a correction should succeed the first time. Turning round and round points to a
 * rule that nobody knows, an interface that books again and again, or trying out what the figures
 * look like.
 *
 * What to do: ask the one who keyed the vouchers for the reason and see that exactly one valid
 * entry is left.
 *
 * Known limits: revaluations and daily accruals turn round by design and are left out by their
 * summary or by their steady distances. When all happened on one day by one person it is taken
 * for an exercise and reported as information. Pairs are found as red-ink-pair describes.
 *
 * 发现什么:同一笔分录在期限内被冲销又重做三次以上。
 *
 * 为什么要紧:更正应当一次到位。反复冲销重做,不是规则没弄清,就是接口反复传入,或者在试数字。
 *
 * 怎么办:向制单人了解原因,并确认最后只保留一笔有效分录。
 *
 * 已知局限:调汇和按日计提本来就会反复,凭摘要或固定间隔排除。全部发生在同一天、同一人的,看作练习,
 * 只作提示。配对方法见 red-ink-pair。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/rate.h"
#include "check/similar.h"
#include "check/wording.h"
#include <stdlib.h>

enum { P_CYCLES, P_WINDOW };
static const rd_param params[] = {
	[P_CYCLES] = {"cycles",
                  "count",
                  {"至少被冲销几次", "times that it was cancelled at least"},
                  RD_PARAM_INT,
                  2,
                  100,
                  3,
                  NULL},
	[P_WINDOW] = {"window",
                  "days",
                  {"第一次到最后一次最多相隔多少天",
                   "days from the first to the last cancellation at most"},
                  RD_PARAM_INT,
                  1,
                  366,
                  90,
                  NULL},
	{0},
};

enum { K_CYCLES };
static const rd_message messages[] = {
	[K_CYCLES] = {"cycles",
                  {"同一笔分录（金额 {amount}）从 {first_day} 到 {day} 被冲销 {count} 次，最早是 "
                   "{first}，最后一次冲销是 {voucher}。请了解原因，并确认只保留一笔有效分录。",
                   "One entry (amount {amount}) was cancelled {count} times from {first_day} to "
                   "{day}: first {first}, last cancelled by {voucher}. Ask for the reason and see "
                   "that one valid entry is left."}},
	{0},
};

/* A cancelled original: what it was, and when. */
typedef struct turn {
	uint64_t hash; /* of the original */
	rd_day day;    /* of the original */
	rd_row original, red;
} turn;

static int turn_order(const void *pa, const void *pb)
{
	const turn *a = pa, *b = pb;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return a->original < b->original ? -1 : a->original > b->original;
}

static bool one_hand(const rd_book *b, const turn *t, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (t[i].day != t[0].day || rd_voucher_day(b, t[i].red) != t[0].day ||
		    (b->voucher.preparer &&
		     b->voucher.preparer[t[i].original] != b->voucher.preparer[t[0].original]))
			return false;
	return true;
}

/* Revaluation, or an accrual that comes at steady distances. */
static bool by_design(const rd_book *b, rd_arena *a, const uint8_t *words, const turn *t,
                      uint32_t n)
{
	rd_day *days = RD_NEW_N(a, rd_day, n);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (rd_voucher_words(b, words, t[i].original) & (RD_WORD_REVALUE | RD_WORD_ACCRUAL))
			return true;
		if (kept == 0 || days[kept - 1] != t[i].day)
			days[kept++] = t[i].day;
	}
	return rd_steady_days(days, kept);
}

static void report(rd_run *run, const rd_book *b, const turn *t, uint32_t n, uint32_t hits)
{
	rd_row lines[12];
	rd_hit hit = rd_hit_at_voucher(b, t[n - 1].red);

	for (uint32_t i = 0; i < n && i < 12; i++) {
		lines[i] = b->voucher.first[t[i].original];
		hit.n_lines++;
	}
	hit.kind = K_CYCLES;
	hit.severity = one_hand(b, t, n) ? RD_SEV_INFO : RD_SEV_PRESET;
	hit.other = t[0].original;
	hit.lines = lines;
	hit.at_stake = rd_entry_volume(b, t[0].original);
	hit.key = rd_entry_key(b, t[0].original);
	hit.millibits = rd_millibits(hits, b->voucher.n);
	RD_EMIT(run, &hit, rd_money("amount", hit.at_stake), rd_int("count", n),
	        rd_on_day("first_day", t[0].day), rd_on_day("day", rd_voucher_day(b, t[n - 1].red)),
	        rd_vch("first", t[0].original),
	        rd_permille("base_rate", rd_rate_permille(hits, b->voucher.n)));
}

/* Longest stretches of cancellations of one entry within the window. */
static uint32_t walk(rd_run *run, const rd_book *b, const turn *t, uint32_t n, bool emit,
                     uint32_t hits)
{
	const uint32_t cycles = (uint32_t)rd_run_param(run, P_CYCLES);
	const int64_t window = rd_run_param(run, P_WINDOW);
	const uint8_t *words = rd_index_wording(run, b)->texts;
	uint32_t found = 0;

	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && t[end].hash == t[i].hash && t[end].day - t[i].day <= window;
		     end++)
			;
		if (end - i < cycles ||
		    (rd_run_guards(run) && by_design(b, rd_run_scratch(run), words, t + i, end - i)))
			continue;
		found++;
		if (emit)
			report(run, b, t + i, end - i, hits);
	}
	return found;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_pairs *pairs = rd_index_pairs(run, b);
	uint32_t n = 0;

	(void)range;
	(void)err;
	if (pairs->n == 0)
		return RD_OK;
	turn *t = RD_NEW_N(rd_run_scratch(run), turn, pairs->n);

	for (rd_row v = 0; v < b->voucher.n; v++)
		if (pairs->red[v])
			t[n++] = (turn){rd_entry_hash(b, pairs->other[v], RD_LIKE_SAME),
			                rd_voucher_day(b, pairs->other[v]), pairs->other[v], v};
	RD_ASSERT(n == pairs->n);
	qsort(t, n, sizeof *t, turn_order);
	uint32_t hits = walk(run, b, t, n, false, 0);

	if (hits > 0)
		walk(run, b, t, n, true, hits);
	return RD_OK;
}

const rd_check rd_check_repeated_reverse_repost = {
	.slug = "repeated-reverse-repost",
	.family = "correction",
	.nature = "异常波动",
	.title = {"反复冲销重做", "Reversed and reposted again and again"},
	.finds = {"同一笔分录反复冲销又重做，达到三次以上。",
              "The same entry was cancelled and booked anew three times or more."},
	.correction = {"核实原因并保留一笔有效分录", "Ask for the reason and keep one valid entry"},
	.basis = {"实务", "Practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_LOW,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
