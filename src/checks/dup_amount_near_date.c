/*
 * What it finds: the same partner, account, side and amount twice within a few days, in different
 * vouchers, when no document numbers tell the two apart.
 *
 * Why it matters: most double bookings and double payments look like this, because the number is
 * missing or was keyed in another way.
 *
 * What to do: compare the documents of both vouchers. If it is one business, cancel the later
 * voucher in red; if there are two, nothing is wrong.
 *
 * Known limits: equal amounts do occur. Left out are amounts that a partner has five times a year
 * or at steady distances, pairs whose document numbers clearly differ, wages and travel
 * allowances, cancelled pairs, closing vouchers and hidden partners; and what is left is reported
 * only when chance would bring fewer pairs than max_chance. One pair of vouchers is reported
 * once.
 *
 * 发现什么:同一往来单位、同一科目、同一方向、同一金额,几天之内在不同凭证里出现两次,且没有单据号能
 * 区分。
 *
 * 为什么要紧:重复入账、重复付款多半是这个样子,因为单据号没录或录得不同。
 *
 * 怎么办:核对两张凭证的单据。是同一笔业务的,红字冲销后一张;确有两笔的,不必处理。
 *
 * 已知局限:金额相同本来就会发生。同一单位一年内出现五次以上或按固定间隔出现的金额、单据号明显不同
 * 的、工资和差旅补贴、已冲销的凭证、结转凭证、名称已脱敏的单位都不报;其余只在按概率几乎不会巧合(
 * 低于 max_chance)时才报。两张凭证之间只报一次。
 */
#include "base/assert.h"
#include "book/chart.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/rate.h"
#include "check/similar.h"
#include "check/sort.h"
#include "check/wording.h"
#include <stdlib.h>

enum { P_WINDOW, P_MIN_AMOUNT, P_MAX_CHANCE };
static const rd_param params[] = {
	[P_WINDOW] = {"window",
                  "days",
                  {"前后最多相隔多少天", "days between the two at most"},
                  RD_PARAM_INT,
                  0,
                  366,
                  7,
                  NULL},
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller amounts are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      50000,
                      NULL},
	[P_MAX_CHANCE] = {"max_chance",
                      "permille",
                      {"按概率最多允许多少对巧合（千分之一对）",
                       "pairs that chance may bring, in thousandths of a pair"},
                      RD_PARAM_INT,
                      0,
                      100000,
                      200,
                      NULL},
	{0},
};

enum { K_NEAR, K_SAME_DAY };
static const rd_message messages[] = {
	[K_NEAR] =
		{"near",
         {"{party} 的 {account} 在 {first_day}（{first}）和 {day}（{voucher}）各记 {amount}，"
          "方向相同，没有单据号能区分。请核对单据；确属重复的，红字冲销后一张。",
          "{account} of {party} has {amount} on the same side on {first_day} ({first}) "
          "and on {day} ({voucher}), with no document numbers that tell them apart. "
          "Compare the documents; if it is there twice, cancel the later one in red."}},
	[K_SAME_DAY] =
		{"same-day",
         {"{party} 的 {account} 在 {day} 有 {count} 笔金额都是 {amount}、方向相同，分别在 "
          "{first} 和 {voucher} 等凭证里。请核对单据；确属重复的，红字冲销。",
          "{account} of {party} has {count} lines of {amount} on the same side on {day}, "
          "in vouchers {first}, {voucher} and so on. Compare the documents; if it is "
          "there twice, cancel in red."}},
	{0},
};

#define USUAL_TIMES 5u  /* an amount that a partner has so often a year is usual */
#define CLUSTER_MAX 64u /* lines of one cluster that are looked at one by one */

/* A cluster of lines within the window: what may be one business booked twice. */
typedef struct cluster {
	rd_row first, last; /* lines */
	uint32_t count;     /* lines */
	uint32_t n_lines;
	rd_row lines[4];
	int64_t chance; /* expected pairs by chance, in thousandths */
} cluster;

typedef struct work {
	rd_run *run;
	const rd_book *b;
	rd_arena *a;
	bool guards;
	int64_t window, min_amount, max_chance;
	bool *unwanted; /* by text: wages and allowances; NULL = no such text */
	cluster *found;
	uint32_t n, cap;
} work;

static inline uint32_t key_of(const work *w, rd_row i)
{
	const rd_book *b = w->b;
	uint64_t h = rd_mix(29, (uint64_t)b->line.account[i] << 32 | b->line.party[i]);

	h = rd_mix(h, (uint64_t)b->line.amount[i] * 2 + (b->line.flags[i] & RD_LINE_CREDIT));
	return rd_fold(h);
}

static inline bool wanted(const work *w, rd_row i)
{
	rd_minor a = w->b->line.amount[i];

	return w->b->line.party[i] != 0 && (a >= w->min_amount || -a >= w->min_amount) &&
	       (a != 0 || !w->guards);
}

static bool same_key(const rd_book *b, rd_row i, rd_row k)
{
	return b->line.party[i] == b->line.party[k] && b->line.account[i] == b->line.account[k] &&
	       b->line.amount[i] == b->line.amount[k] &&
	       (b->line.flags[i] & RD_LINE_CREDIT) == (b->line.flags[k] & RD_LINE_CREDIT) &&
	       rd_line_credit(b, i) == rd_line_credit(b, k);
}

/* Lines that no duplicate is looked for in. Only lines with a twin come here. */
static bool left_out(const work *w, rd_row i)
{
	const rd_book *b = w->b;

	if (rd_line_date(b, i) == RD_DAY_NONE)
		return true;
	if (!w->guards)
		return false;
	rd_role role = (rd_role)b->account.role[b->line.account[i]];

	return rd_run_leave_out(w->run, rd_line_voucher(b, i)) || role == RD_ROLE_WAGES ||
	       !rd_party_named(b, b->line.party[i]) ||
	       (w->unwanted && b->line.text && w->unwanted[b->line.text[i]]);
}

/* Two usable document numbers that no slip makes equal. */
static bool clearly_different(const rd_book *b, rd_row i, rd_row k)
{
	rd_serial x = rd_line_document(b, i), y = rd_line_document(b, k);
	char tx[64], ty[64];

	if (x == y || !rd_number_usable(b, x, 4) || !rd_number_usable(b, y, 4))
		return false;
	rd_serial_format(b, x, tx, sizeof tx);
	rd_serial_format(b, y, ty, sizeof ty);
	uint64_t vx = rd_serial_value(x), vy = rd_serial_value(y);

	/* Numbers of one form with different values are two documents, even if near. */
	if (rd_serial_shape(x) == rd_serial_shape(y) && vx != vy)
		return true;
	return !rd_one_slip(rd_str_of(tx), rd_str_of(ty));
}

/* Some two lines of different vouchers that documents do not tell apart. */
static bool may_be_one(const work *w, const uint64_t *rows, uint32_t n)
{
	const rd_book *b = w->b;
	uint32_t most = n < CLUSTER_MAX ? n : CLUSTER_MAX;

	for (uint32_t i = 0; i < most; i++)
		for (uint32_t k = i + 1; k < most; k++) {
			rd_row x = (rd_row)rows[i], y = (rd_row)rows[k];

			if (rd_line_voucher(b, x) != rd_line_voucher(b, y) && !clearly_different(b, x, y))
				return true;
		}
	return false;
}

static void add_cluster(work *w, const uint64_t *rows, uint32_t n)
{
	const rd_book *b = w->b;
	cluster c = {(rd_row)rows[0], (rd_row)rows[0], n, 0, {0}, 0};
	bool several = false;

	for (uint32_t i = 1; i < n; i++) {
		rd_row r = (rd_row)rows[i];

		several |= rd_line_voucher(b, r) != rd_line_voucher(b, c.first);
	}
	if (!several || (w->guards && !may_be_one(w, rows, n)))
		return;
	for (uint32_t i = 0; i < n; i++) {
		rd_row r = (rd_row)rows[i];

		if (rd_voucher_order(b, rd_line_voucher(b, r), rd_line_voucher(b, c.first)) < 0)
			c.first = r;
		if (rd_voucher_order(b, rd_line_voucher(b, r), rd_line_voucher(b, c.last)) > 0)
			c.last = r;
		if (i < 4)
			c.lines[c.n_lines++] = r;
	}
	if (w->n == w->cap)
		w->found = rd_grow(w->a, w->found, w->n, &w->cap, sizeof *w->found);
	w->found[w->n++] = c;
}

/* The amount is usual for the partner: five times a year, or at steady distances. */
static bool usual(const work *w, const uint64_t *rows, uint32_t n)
{
	rd_day first = (rd_day)((int64_t)(rows[0] >> 32) + INT32_MIN);
	rd_day last = (rd_day)((int64_t)(rows[n - 1] >> 32) + INT32_MIN);
	uint32_t years = 1 + (uint32_t)(last - first) / 366;

	if (n >= USUAL_TIMES * years)
		return true;
	rd_day *days = RD_NEW_N(w->a, rd_day, n);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		rd_day day = (rd_day)((int64_t)(rows[i] >> 32) + INT32_MIN);

		if (kept == 0 || days[kept - 1] != day)
			days[kept++] = day;
	}
	return rd_steady_days(days, kept);
}

/* Rows of one key: by day, then cut where the window is left. `tmp` has room for n. */
static void take_group(work *w, uint64_t *rows, uint64_t *tmp, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		rd_row r = (rd_row)rows[i];

		if (!left_out(w, r))
			rows[kept++] = (uint64_t)(rd_line_date(w->b, r) - (int64_t)INT32_MIN) << 32 | r;
	}
	if (kept < 2)
		return;
	rd_sort_u64(rows, tmp, kept);
	if (w->guards && usual(w, rows, kept))
		return;
	for (uint32_t i = 0, end; i < kept; i = end) {
		for (end = i + 1;
		     end < kept && (int64_t)(rows[end] >> 32) - (int64_t)(rows[end - 1] >> 32) <= w->window;
		     end++)
			;
		if (end - i > 1)
			add_cluster(w, rows + i, end - i);
	}
}

/* Takes runs of equal hashes apart into runs of equal keys. */
static void take_runs(work *w, rd_twins *t)
{
	uint64_t *tmp = RD_NEW_N(w->a, uint64_t, t->n + 1);

	for (size_t i = 0, end; i < t->n; i = end) {
		end = rd_twins_run(t, i);
		for (size_t from = i; from < end;) {
			rd_row first = (rd_row)t->items[from];
			size_t to = from, rest = from;

			/* Equal ones to the front; strangers wait for the next turn. */
			for (size_t k = from; k < end; k++)
				if (same_key(w->b, first, (rd_row)t->items[k])) {
					uint64_t swap = t->items[k];

					t->items[k] = t->items[rest];
					t->items[rest++] = swap;
				}
			to = rest;
			if (to - from > 1)
				take_group(w, t->items + from, tmp, (uint32_t)(to - from));
			from = to;
		}
	}
}

static void find(work *w)
{
	const rd_book *b = w->b;
	rd_twins t;

	rd_twins_begin(&t, w->a);
	for (rd_row i = 0; i < b->line.n; i++)
		if (wanted(w, i))
			rd_twins_count(&t, key_of(w, i));
	rd_twins_ready(&t);
	for (rd_row i = 0; i < b->line.n; i++)
		if (wanted(w, i))
			rd_twins_add(&t, key_of(w, i), i);
	rd_twins_end(&t);
	take_runs(w, &t);
}

static uint32_t amount_slot(const rd_book *b, rd_row i, uint32_t slots)
{
	return rd_fold(rd_mix(b->line.account[i], (uint64_t)b->line.amount[i])) & (slots - 1);
}

static uint32_t partner_slot(const rd_book *b, rd_row i, uint32_t slots)
{
	return rd_fold(rd_mix(5, (uint64_t)b->line.account[i] << 32 | b->line.party[i])) & (slots - 1);
}

/* How many pairs chance would bring: n^2 * share of the amount in the account * window / 365,
 * n being the partner's lines on that account. One pass over the lines counts what the clusters
 * need; slots that two keys share count too much, which errs towards silence. */
static void judge(work *w)
{
	const rd_book *b = w->b;
	uint32_t slots = 1024;

	while (slots < w->n * 4 && slots < 1u << 28)
		slots *= 2;
	uint32_t *amounts = RD_NEW_N(w->a, uint32_t, slots),
			 *partners = RD_NEW_N(w->a, uint32_t, slots);
	uint32_t *accounts = RD_NEW_N(w->a, uint32_t, b->account.n + 1);
	uint8_t *marked = RD_NEW_N(w->a, uint8_t, slots);

	for (uint32_t i = 0; i < w->n; i++) {
		marked[amount_slot(b, w->found[i].first, slots)] |= 1;
		marked[partner_slot(b, w->found[i].first, slots)] |= 2;
	}
	for (rd_row i = 0; i < b->line.n; i++) {
		uint32_t amount = amount_slot(b, i, slots), partner = partner_slot(b, i, slots);

		accounts[b->line.account[i]]++;
		amounts[amount] += marked[amount] & 1;
		partners[partner] += marked[partner] >> 1;
	}
	const uint64_t window = w->window > 0 ? (uint64_t)w->window : 1;

	for (uint32_t i = 0; i < w->n; i++) {
		rd_row r = w->found[i].first;
		uint64_t n = partners[partner_slot(b, r, slots)];
		unsigned __int128 pairs = (unsigned __int128)n * n * amounts[amount_slot(b, r, slots)];

		pairs = pairs * window * 1000 / 365 / accounts[b->line.account[r]];
		w->found[i].chance = pairs > INT32_MAX ? INT32_MAX : (int64_t)pairs;
	}
}

/* Best cluster of each pair of vouchers first: least chance, then the partner's account, then
 * the account code. */
typedef struct ranked {
	rd_row first, last; /* vouchers */
	int64_t chance;
	bool partner;
	uint32_t at;
} ranked;

static int rank_order(const void *pa, const void *pb)
{
	const ranked *a = pa, *b = pb;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	if (a->partner != b->partner)
		return a->partner ? -1 : 1;
	if (a->chance != b->chance)
		return a->chance < b->chance ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void report(work *w, const cluster *c)
{
	const rd_book *b = w->b;
	rd_row first = rd_line_voucher(b, c->first);
	rd_hit hit = rd_hit_at_line(b, c->last);
	rd_minor amount =
		b->line.amount[c->last] < 0 ? -b->line.amount[c->last] : b->line.amount[c->last];
	rd_day from = rd_line_date(b, c->first), to = rd_line_date(b, c->last);
	uint64_t expected = c->chance > 0 ? (uint64_t)c->chance : 1;

	hit.kind = from == to ? K_SAME_DAY : K_NEAR;
	hit.other = first;
	hit.at_stake = amount;
	hit.key = (uint64_t)b->line.amount[c->last] * 2 + rd_line_is_credit(b, c->last);
	hit.lines = c->lines;
	hit.n_lines = c->n_lines;
	if (w->guards && expected < 1000)
		hit.millibits = rd_millibits(expected, 1000);
	RD_EMIT(w->run, &hit, rd_money("amount", amount), rd_on_day("first_day", from),
	        rd_on_day("day", to), rd_vch("first", first), rd_int("count", c->count),
	        rd_milli("expected_by_chance", c->chance));
}

static void report_all(work *w)
{
	const rd_book *b = w->b;
	ranked *r = RD_NEW_N(w->a, ranked, w->n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		const cluster *c = &w->found[i];

		if (!w->guards)
			report(w, c);
		else if (c->chance <= w->max_chance)
			r[n++] =
				(ranked){rd_line_voucher(b, c->first), rd_line_voucher(b, c->last), c->chance,
			             rd_role_has_partner((rd_role)b->account.role[b->line.account[c->first]]),
			             i};
	}
	if (n > 1)
		qsort(r, n, sizeof *r, rank_order);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || r[i].first != r[i - 1].first || r[i].last != r[i - 1].last)
			report(w, &w->found[r[i].at]);
}

static const char *const allowances[] = {
	"工资", "薪酬",   "奖金", "社保",    "公积金",           "差旅",     "补贴",
	"津贴", "salary", "wage", "payroll", "travel allowance", "per diem", "salaire",
};

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run,
	          .b = b,
	          .a = rd_run_scratch(run),
	          .guards = rd_run_guards(run),
	          .window = rd_run_param(run, P_WINDOW),
	          .min_amount = rd_run_param(run, P_MIN_AMOUNT),
	          .max_chance = rd_run_param(run, P_MAX_CHANCE)};

	(void)range;
	(void)err;
	if (w.guards && b->line.text) {
		rd_lexicon l;

		rd_lexicon_init(&l, allowances, sizeof allowances / sizeof allowances[0]);
		w.unwanted = rd_lexicon_marks(w.a, b, &l);
	}
	find(&w);
	if (w.n == 0)
		return RD_OK;
	if (w.guards)
		judge(&w);
	report_all(&w);
	return RD_OK;
}

const rd_check rd_check_dup_amount_near_date = {
	.slug = "dup-amount-near-date",
	.family = "duplicate",
	.nature = "操作错误",
	.title = {"疑似重复入账", "Probable duplicate: same partner, account and amount within days"},
	.finds = {"同一往来单位、科目、方向、金额，几天内在不同凭证里出现两次，又没有单据号能区分。",
              "Same partner, account, side and amount twice within a few days, without "
              "different document numbers to tell them apart."},
	.correction = {"核对单据；确认后红字冲销",
                   "Compare the documents; once confirmed, cancel the later voucher in red"},
	.basis = {"实务；MindBridge 重复检验", "Practice; MindBridge duplicate test"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_INDICATOR,
	.needs = RD_HAS_LINES | RD_HAS_PARTY | RD_HAS_ACCOUNT | RD_HAS_DATE,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
