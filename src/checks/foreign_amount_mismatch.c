/*
 * What it finds: lines whose foreign amount times rate is not their base amount. The allowance is
 * one fen, or what the last printed digit of the rate can make out. Rates quoted for 100 units and
 * rates quoted the other way round are understood. A foreign line with rate 1 whose base amount
 * repeats the foreign figure is named once for its account.
 *
 * Why it matters: the balance of the account in foreign currency and the one in base currency
 * drift apart, and the exchange difference at the end of the period comes out wrong.
 *
 * What to do: compare the rate with the bank's or with the one fixed for the month; correct the
 * difference by a supplementary entry or in red, against exchange gains and losses.
 *
 * Known limits: whether the rate itself is right is not judged. Revaluation lines (foreign amount
 * nil) and lines without a rate are left out; signs of the foreign amount are ignored.
 *
 * 发现什么:原币金额×汇率不等于本位币金额的分录行。允许 1 分,或汇率最后一位小数所能造成的误差。按
 * 100 单位报价、按反向报价的汇率都认得。外币行汇率为 1、本位币照抄原币数字的,每个科目提示一次。
 *
 * 为什么要紧:科目的原币余额与本位币余额会越走越远,期末汇兑损益也就算错。
 *
 * 怎么办:与银行牌价或当月固定汇率核对;差额补充登记或红字更正(差额),记入汇兑损益。
 *
 * 已知局限:汇率本身对不对不作判断。调汇行(原币为零)和没有汇率的行不看;原币的正负号不看。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/currency.h"
#include "check/tally.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 1),
	{0},
};

enum { K_DIFFERS, K_RATE_ONE };
static const rd_message messages[] = {
	[K_DIFFERS] =
		{
			"differs",
			{"凭证 {voucher} {account}：原币 {foreign} {currency} × 汇率 {rate} = {expected}"
             "，本位币却记 {base}，相差 {difference}。请核对汇率和金额。",
             "Voucher {voucher} {account}: {foreign} {currency} at {rate} makes "
             "{expected}, the base amount is {base}, difference {difference}. Compare rate "
             "and amounts."},
		},
	[K_RATE_ONE] =
		{
			"rate-one",
			{"{account} 有 {lines} 行 {currency} 分录汇率为 1，本位币照抄原币，共 {base}。请"
             "核对这些行是否漏填汇率。",
             "{account}: lines in {currency} with the rate 1 that repeat the foreign "
             "figure as base amount: {lines}, {base} in all. Was the rate left out?"},
		},
	{0},
};

#define RATE_UNIT INT64_C(100000000)
/* Ten million for one unit: amount (2^63) x rate (10^15) x decimals (10^4) stays in 128 bits. */
#define RATE_MAX (INT64_C(10000000) * RATE_UNIT)
enum { DECIMALS_MAX = 4 };
typedef __int128 wide;

static wide wide_abs(wide v)
{
	return v < 0 ? -v : v;
}

static wide power10(uint32_t n)
{
	wide p = 1;

	for (uint32_t i = 0; i < n; i++)
		p *= 10;
	return p;
}

/* |a / b - base| in minor units, rounded half up; b > 0. */
static wide apart(wide a, wide b, wide base)
{
	return wide_abs((a + b / 2) / b - base);
}

/* The base amount of a line by its rate; *ret_slack is what the rate's last digit can make out.
 * All values are without sign. */
static wide expected_base(wide foreign, wide rate, uint32_t digits, wide up, wide down,
                          wide *ret_slack)
{
	/* half a unit of the last printed digit, in 10^-8 */
	wide half = digits >= 8 ? 0 : power10(8 - digits) / 2;

	*ret_slack = (foreign * half * up + RATE_UNIT * down - 1) / (RATE_UNIT * down);
	return (foreign * rate * up + RATE_UNIT * down / 2) / (RATE_UNIT * down);
}

static bool agrees(const rd_book *b, rd_row i, wide tolerance, wide *ret_expected)
{
	const wide foreign = wide_abs(b->line.foreign[i]), rate = wide_abs(b->line.rate[i]);
	const wide base = wide_abs(b->line.amount[i]);
	const uint32_t n = rd_currency_digits(b, 0);
	const uint32_t m = rd_currency_digits(b, b->line.currency ? b->line.currency[i] : 0);
	const wide up = power10(n < DECIMALS_MAX ? n : DECIMALS_MAX);
	const wide down = power10(m < DECIMALS_MAX ? m : DECIMALS_MAX);
	const uint32_t digits = b->line.rate_digits ? b->line.rate_digits[i] : 0;
	wide slack, e = expected_base(foreign, rate, digits, up, down, &slack);

	*ret_expected = e;
	if (slack < tolerance)
		slack = tolerance;
	if (wide_abs(e - base) <= slack)
		return true;
	if (apart(e, 100, base) <= slack / 100 + tolerance + 1)
		return true; /* quoted for 100 units */
	/* Quoted as foreign currency for one unit of base currency: compare base × rate. */
	wide back = expected_base(base, rate, digits, down, up, &slack);

	if (slack < tolerance)
		slack = tolerance;
	/* one minor unit of base is `rate` minor units of foreign */
	return wide_abs(back - foreign) <= slack + (rate * tolerance + RATE_UNIT - 1) / RATE_UNIT;
}

static void emit_differs(rd_run *run, const rd_book *b, rd_row i, wide expected)
{
	rd_hit hit = rd_hit_at_line(b, i);
	rd_minor base = b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];
	rd_minor e = expected > RD_MINOR_MAX ? RD_MINOR_MAX : (rd_minor)expected;
	rd_minor foreign = b->line.foreign[i] < 0 ? -b->line.foreign[i] : b->line.foreign[i];
	char rate[RD_MINOR_TEXT];

	rd_minor_format(b->line.rate[i], 8, false, rate);
	rd_str shown = rd_str_of(rate);
	while (shown.len > 1 && shown.ptr[shown.len - 1] == '0' && rd_str_has(shown, "."))
		shown.len--;
	if (shown.ptr[shown.len - 1] == '.')
		shown.len--;
	hit.kind = K_DIFFERS;
	hit.at_stake = e > base ? e - base : base - e;
	hit.key = rd_hash_i64(rd_hash_i64(RD_HASH_START, foreign), base);
	RD_EMIT(run, &hit, rd_money("foreign", foreign),
	        rd_txt("currency", b->line.currency ? b->line.currency[i] : 0),
	        rd_string("rate", shown), rd_money("expected", e), rd_money("base", base),
	        rd_money("difference", hit.at_stake));
}

/* Foreign lines of rate 1, gathered by account. */
static void emit_rate_one(rd_run *run, const rd_book *b, const rd_tally *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const rd_tally_item *item = &t->items[i];
		rd_hit hit = rd_hit_at_line(b, item->rows[0]);

		hit.kind = K_RATE_ONE;
		hit.keyless = true;
		hit.period = 0;
		hit.day = RD_DAY_NONE;
		hit.party = 0;
		hit.at_stake = item->sum;
		hit.weight = item->count;
		hit.lines = item->rows + 1;
		hit.n_lines = item->n_rows - 1;
		RD_EMIT(run, &hit, rd_int("lines", item->count), rd_money("base", item->sum),
		        rd_txt("currency", b->line.currency[item->rows[0]]));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const uint8_t want = RD_LINE_FOREIGN | RD_LINE_RATE;
	const wide tolerance = rd_run_param(run, P_TOLERANCE);
	rd_tally ones;

	(void)err;
	(void)range;
	if (!b->line.foreign || !b->line.rate) {
		rd_run_not_run(run, "没有原币金额或汇率列", "no column of foreign amounts or of rates");
		return RD_OK;
	}
	rd_tally_init(&ones, rd_run_scratch(run), b->account.n, false);
	for (rd_row i = 0; i < b->line.n; i++) {
		const uint8_t f = b->line.flags[i];
		wide expected;

		if ((f & want) != want || f & (RD_LINE_AMOUNT_BLANK | RD_LINE_BOTH))
			continue;
		if (b->line.foreign[i] == 0 || b->line.rate[i] <= 0 || b->line.rate[i] > RATE_MAX)
			continue;
		if (b->voucher.flags[rd_line_voucher(b, i)] & RD_VCH_VOID)
			continue;
		if (!agrees(b, i, tolerance, &expected))
			emit_differs(run, b, i, expected);
		else if (b->line.rate[i] == RATE_UNIT && b->line.currency &&
		         !rd_currency_is_base(b, b->line.currency[i]))
			rd_tally_add(&ones, b->line.account[i], i, b->line.amount[i], rd_line_date(b, i));
	}
	emit_rate_one(run, b, &ones);
	return RD_OK;
}

const rd_check rd_check_foreign_amount_mismatch = {
	.slug = "foreign-amount-mismatch",
	.family = "balance",
	.nature = "账目不符",
	.title = {"原币×汇率与本位币不符", "Foreign amount times rate differs from base amount"},
	.finds = {"一行的原币金额、汇率和本位币金额三者对不上，超出尾差。",
              "Original amount, rate and base amount of a line do not agree beyond rounding."},
	.correction = {"核对汇率；差额补充登记或红字更正（差额），记入汇兑损益",
                   "Compare the rate; book the difference by a supplementary or red entry against "
                   "exchange gains and losses."},
	.basis = {"SAF-T 外币金额规则；实务惯例", "SAF-T rule for currency amounts; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_CURRENCY,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
