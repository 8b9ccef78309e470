/*
 * What it finds: lines in a currency that the chart does not allow for the account: dollars on an
 * account that is kept in yuan, or yuan on a dollar account. One finding an account and currency.
 *
 * Why it matters: the foreign balance of the account cannot be compared with the bank or the
 * partner, and the revaluation at month end works on wrong figures.
 *
 * What to do: reverse in red and enter the amount on the account of that currency, or allow the
 * currency in the chart when it belongs there.
 *
 * Known limits: needs a chart with a currency setting. Lines in base currency on a foreign
 * account pass when they carry no foreign amount and their voucher also books exchange
 * differences.
 *
 * 发现什么:分录的币种不在科目允许的范围内:美元记在只核算人民币的科目上,或人民币记在美元科目上。每
 * 个科目、每种币种报告一次。
 *
 * 为什么要紧:科目的原币余额无法与银行或对方核对,月末调汇也会算错。
 *
 * 怎么办:红字冲销,改记到对应币种的科目;该币种确属此科目的,在科目表中补设。
 *
 * 已知局限:科目表须有外币核算设置。外币科目上没有原币金额、且同一凭证记有汇兑差额的本位币分录,视为
 * 调汇,不报告。
 */
#include "base/assert.h"
#include "check/check.h"
#include "check/currency.h"
#include "check/names.h"
#include "check/tally.h"

static const rd_param params[] = {{0}};

enum { K_FOREIGN, K_OTHER, K_BASE };
static const rd_message messages[] = {
	[K_FOREIGN] = {"foreign-on-base",
                   {"科目 {account} 未设外币核算，却有 {lines} 行以 {currency} 记账，折合本位币 "
                    "{amount}。请改记到 {currency} 科目，或补设外币核算。",
                    "Account {account} is kept in the base currency, but {lines} line(s) are in "
                    "{currency}, worth {amount}. Move them to an account in {currency}, or allow "
                    "the currency in the chart."}},
	[K_OTHER] = {"other-currency",
                 {"科目 {account} 只核算 {allowed}，却有 {lines} 行以 {currency} 记账，折合本位币 "
                  "{amount}。请核对币种。",
                  "Account {account} is kept in {allowed}, but {lines} line(s) are in {currency}"
                  ", worth {amount}. See which currency is right."}},
	[K_BASE] = {"base-on-foreign",
                {"科目 {account} 只核算 {allowed}，却有 {lines} 行以本位币记账，金额 {amount}。请"
                 "改记到本位币科目，或补填原币。",
                 "Account {account} is kept in {allowed}, but {lines} line(s) are in the base "
                 "currency, {amount}. Move them to an account in base currency, or fill in "
                 "the foreign amount."}},
	{0},
};

/* Words for currencies that people write instead of the code. */
static const struct {
	const char *code, *names[4];
} currencies[] = {
	{"USD", {"美元", "美金", "US$"}},
	{"EUR", {"欧元"}},
	{"HKD", {"港币", "港元", "港"}},
	{"JPY", {"日元", "日圆"}},
	{"GBP", {"英镑"}},
	{"AUD", {"澳元", "澳大利亚元"}},
	{"CAD", {"加元", "加拿大元"}},
	{"SGD", {"新加坡元", "新元"}},
	{"KRW", {"韩元", "韩币"}},
	{"TWD", {"台币", "新台币"}},
	{"CHF", {"瑞士法郎"}},
	{"RUB", {"卢布"}},
};

enum { ANY, BASE_ONLY, LISTED };
#define BASE_SLOT 0u
#define SLOTS_MAX 64u

typedef struct state {
	const rd_book *b;
	uint8_t *mode;           /* of each account */
	rd_text seen[SLOTS_MAX]; /* currencies met; slot 0 is the base currency */
	uint32_t n_seen;
	rd_tally tally;
} state;

/* The code that a word stands for, or the word itself. */
static rd_str canonical(rd_str s)
{
	s = rd_str_trim(s);
	for (size_t i = 0; i < sizeof(currencies) / sizeof(*currencies); i++)
		for (size_t k = 0; k < 4 && currencies[i].names[k]; k++)
			if (rd_str_is(s, currencies[i].names[k]))
				return rd_str_of(currencies[i].code);
	return s;
}

/* The cell only says that foreign currencies are kept, not which. */
static bool any_currency(rd_str s)
{
	static const char *const yes[] = {"是",       "Y",    "y",    "1",        "√",
	                                  "true",     "yes",  "核算", "外币核算", "所有币别",
	                                  "所有币种", "全部", "*",    NULL};

	for (const char *const *w = yes; *w; w++)
		if (rd_str_is(rd_str_trim(s), *w))
			return true;
	return false;
}

static bool is_divider(char c)
{
	return c == '|' || c == ',' || c == ';' || c == '/' || c == ' ';
}

/* Whether a currency stands in a list. */
static bool listed(const rd_book *b, rd_text list, rd_text currency)
{
	rd_str all = rd_book_text(b, list), want = canonical(rd_book_text(b, currency));

	for (uint32_t from = 0, i = 0; i <= all.len; i++) {
		if (i < all.len && !is_divider(all.ptr[i]))
			continue;
		if (rd_str_eq(canonical((rd_str){all.ptr + from, i - from}), want))
			return true;
		from = i + 1;
	}
	return false;
}

/* The base currency is in the list itself. */
static bool base_listed(const rd_book *b, rd_text list)
{
	rd_str all = rd_book_text(b, list);

	return listed(b, list, b->base_currency) || rd_str_has(all, "人民币") ||
	       rd_str_has(all, "RMB") || rd_str_has(all, "CNY") || rd_str_has(all, "本位币");
}

/* Slot of a foreign currency; when there are too many to tell apart they share the last one. */
static uint32_t slot_of(state *s, rd_text currency)
{
	for (uint32_t k = 1; k < s->n_seen; k++)
		if (s->seen[k] == currency)
			return k;
	if (s->n_seen == SLOTS_MAX)
		return SLOTS_MAX - 1;
	s->seen[s->n_seen] = currency;
	return s->n_seen++;
}

/* The voucher also books exchange differences or other finance cost: a revaluation. */
static bool revalues(const rd_book *b, rd_row v)
{
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_row a = b->line.account[i];

		if (b->account.role[a] == RD_ROLE_FINANCE ||
		    rd_str_has(rd_book_text(b, b->account.name[a]), "汇兑"))
			return true;
	}
	return false;
}

static void look_at(rd_run *run, state *s, rd_row v, rd_row i)
{
	const rd_book *b = s->b;
	rd_row a = b->line.account[i];
	rd_text currency = b->line.currency ? b->line.currency[i] : 0;
	uint32_t slot = BASE_SLOT;

	if (rd_currency_is_base(b, currency)) {
		bool foreign = b->line.foreign && b->line.foreign[i] != 0;

		if (s->mode[a] != LISTED || (currency == 0 && foreign) ||
		    base_listed(b, b->account.currencies[a]))
			return;
		if (rd_run_guards(run) && !foreign && revalues(b, v))
			return;
	} else {
		if (s->mode[a] == LISTED && listed(b, b->account.currencies[a], currency))
			return;
		slot = slot_of(s, currency);
	}
	rd_tally_add(&s->tally, a * SLOTS_MAX + slot, i, b->line.amount[i], RD_DAY_NONE);
}

/* How each account may be used; false when the chart has no currency setting at all. */
static bool read_chart(state *s, rd_arena *arena)
{
	const rd_accounts *acc = &s->b->account;
	bool known = false;

	s->mode = RD_NEW_N(arena, uint8_t, (size_t)acc->n + 1);
	for (rd_row a = 1; a < acc->n; a++) {
		if (!(acc->flags[a] & RD_ACC_FOREIGN_KNOWN))
			continue;
		known = true;
		if (!(acc->flags[a] & RD_ACC_FOREIGN))
			s->mode[a] = BASE_ONLY;
		else if (acc->currencies[a] != 0 && !any_currency(rd_book_text(s->b, acc->currencies[a])))
			s->mode[a] = LISTED;
	}
	return known;
}

static void report(rd_run *run, const state *s)
{
	const rd_book *b = s->b;

	for (uint32_t k = 0; k < s->tally.n; k++) {
		const rd_tally_item *it = &s->tally.items[k];
		rd_row a = it->key / SLOTS_MAX;
		uint32_t slot = it->key % SLOTS_MAX;
		rd_hit hit = rd_hit_at_account(a);

		hit.kind = slot == BASE_SLOT ? K_BASE : s->mode[a] == LISTED ? K_OTHER : K_FOREIGN;
		hit.line = it->rows[0];
		hit.keyless = true;
		hit.weight = it->count;
		hit.at_stake = it->sum;
		hit.lines = it->rows + 1;
		hit.n_lines = it->n_rows - 1;
		hit.key = slot == BASE_SLOT ? 0 : rd_name_hash(rd_book_text(b, s->seen[slot]));
		RD_EMIT(run, &hit, rd_txt("currency", slot == BASE_SLOT ? b->base_currency : s->seen[slot]),
		        rd_txt("allowed", b->account.currencies[a]), rd_int("lines", it->count),
		        rd_money("amount", it->sum));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *arena = rd_run_scratch(run);
	state *s = RD_NEW(arena, state);

	(void)range;
	(void)err;
	*s = (state){.b = b, .n_seen = 1};
	if (!read_chart(s, arena)) {
		rd_run_not_run(run, "科目表没有外币核算设置", "the chart has no currency setting");
		return RD_OK;
	}
	RD_ASSERT(b->account.n < UINT32_MAX / SLOTS_MAX);
	rd_tally_init(&s->tally, arena, b->account.n * SLOTS_MAX, false);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING))
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			uint8_t mode = s->mode[b->line.account[i]];

			if (mode == LISTED ||
			    (mode == BASE_ONLY && b->line.currency && b->line.currency[i] != b->base_currency &&
			     b->line.currency[i] != 0))
				look_at(run, s, v, i);
		}
	}
	report(run, s);
	return RD_OK;
}

const rd_check rd_check_currency_not_allowed = {
	.slug = "currency-not-allowed",
	.family = "master-data",
	.nature = "操作错误",
	.title = {"科目不允许的币种", "Currency not allowed for the account"},
	.finds = {"美元记在人民币科目上，或人民币记在美元科目上。",
              "A dollar posting on a yuan account, or the reverse."},
	.correction = {"红字更正至对应币种科目",
                   "Reverse in red and post to the account of that currency."},
	.basis = {"实务惯例；beancount 的币种约束", "Practice; beancount currency constraints"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_CURRENCY | RD_HAS_CHART,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
