/*
 * What it finds: vouchers in which two or more currencies do not balance for themselves, although
 * nothing says at which rate one became the other: no line carries a rate, and amounts in base
 * currency are missing or merely repeat the foreign figure.
 *
 * Why it matters: 100 dollars against 100 yuan looks balanced and is not. Without a rate the
 * conversion cannot be checked, and the base currency balance of the accounts is wrong.
 *
 * What to do: enter the rate and the base currency amount. If the voucher is posted, reverse it in
 * red and enter it anew.
 *
 * Known limits: files with a currency but only one column of amounts are not judged, because the
 * column may well be base currency. Currencies that really stand one to one look the same.
 *
 * 发现什么:凭证中两种以上的币种各自都不平,却没有任何一行写明汇率,本位币金额缺失,或只是把原币数字照
 * 抄了一遍。
 *
 * 为什么要紧:100 美元对 100 人民币,数字上平了,实际并不平。没有汇率,折算无从核对,科目的本位币余额也
 * 就不对。
 *
 * 怎么办:补记汇率与本位币金额;已记账的红字冲销后重做。
 *
 * 已知局限:只有币别、没有单独原币金额列的文件不判断,因为那一列可能就是本位币。两种货币确实按 1 比
 * 1 折算时,也会被列出。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/check.h"
#include "check/currency.h"

enum { K_COPIED, K_NO_BASE };
static const rd_message messages[] = {
	[K_COPIED] =
		{
			"base-repeats-foreign",
			{"凭证 {voucher} 含 {currencies} 种货币（{first} {first_sum}，{second} "
             "{second_sum}），没有汇率，本位币金额与原币数字相同。请补记汇率和本位币金额。",
             "Voucher {voucher} mixes {currencies} currencies ({first} {first_sum}, "
             "{second} {second_sum}) without a rate; the base amounts repeat the foreign "
             "figures. Enter rate and base amounts."},
		},
	[K_NO_BASE] =
		{
			"no-base-amount",
			{"凭证 {voucher} 含 {currencies} 种货币（{first} {first_sum}，{second} "
             "{second_sum}），既没有汇率，也没有本位币金额。请补记汇率和本位币金额。",
             "Voucher {voucher} mixes {currencies} currencies ({first} {first_sum}, "
             "{second} {second_sum}) without a rate and without base amounts. Enter both."},
		},
	{0},
};

enum { CURRENCIES_MAX = 16 }; /* of one voucher; more are not told apart */

typedef struct sums {
	uint32_t n;
	bool foreign, no_base, rate, converted;
	rd_text currency[CURRENCIES_MAX];
	rd_minor sum[CURRENCIES_MAX];
} sums;

static void add(sums *s, rd_text currency, rd_minor amount)
{
	uint32_t i = 0;

	while (i < s->n && s->currency[i] != currency)
		i++;
	if (i == CURRENCIES_MAX)
		return;
	if (i == s->n) {
		s->currency[i] = currency;
		s->sum[i] = 0;
		s->n++;
	}
	s->sum[i] += amount;
}

static void add_line(sums *s, const rd_book *b, rd_row i)
{
	const uint8_t f = b->line.flags[i];
	const rd_text currency = b->line.currency ? b->line.currency[i] : 0;
	const bool credit = f & RD_LINE_CREDIT;

	s->rate |= (f & RD_LINE_RATE) != 0;
	if (rd_currency_is_base(b, currency) || b->line.foreign[i] == 0) {
		add(s, 0, rd_line_net(b, i));
		return;
	}
	s->foreign = true;
	s->no_base |= (f & RD_LINE_AMOUNT_BLANK) != 0;
	rd_minor base = b->line.amount[i], foreign = b->line.foreign[i];

	s->converted |= !(f & RD_LINE_AMOUNT_BLANK) && base != foreign && base != -foreign;
	add(s, currency, credit ? -foreign : foreign);
}

/* 0 stands for the base currency. */
static rd_str name_of(const rd_book *b, rd_text currency)
{
	if (currency == 0 && b->base_currency == 0)
		return RD_STR("CNY");
	return rd_book_text(b, currency != 0 ? currency : b->base_currency);
}

static void judge(rd_run *run, const rd_book *b, rd_row v)
{
	sums s = {0};
	uint32_t open[CURRENCIES_MAX], n = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		add_line(&s, b, i);
	for (uint32_t i = 0; i < s.n; i++) {
		uint32_t k = n;

		if (s.sum[i] == 0)
			continue;
		/* by name, so that the order of the lines does not matter */
		const rd_str name = name_of(b, s.currency[i]);

		for (n++; k > 0 && rd_str_cmp(name, name_of(b, s.currency[open[k - 1]])) < 0; k--)
			open[k] = open[k - 1];
		open[k] = i;
	}
	if (!s.foreign || s.rate || s.converted || n < 2)
		return;
	rd_hit hit = rd_hit_at_voucher(b, v);
	rd_str names[2];

	for (uint32_t i = 0; i < 2; i++) {
		rd_minor sum = s.sum[open[i]];

		names[i] = name_of(b, s.currency[open[i]]);
		if (hit.at_stake < (sum < 0 ? -sum : sum))
			hit.at_stake = sum < 0 ? -sum : sum;
		hit.key = rd_hash_str(rd_hash_i64(hit.key, sum), names[i]);
	}
	hit.kind = s.no_base ? K_NO_BASE : K_COPIED;
	RD_EMIT(run, &hit, rd_int("currencies", n), rd_string("first", names[0]),
	        rd_money("first_sum", s.sum[open[0]]), rd_string("second", names[1]),
	        rd_money("second_sum", s.sum[open[1]]));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)err;
	RD_ASSERT(range.from <= range.to && range.to <= b->voucher.n);
	if (!b->line.foreign || !b->line.currency) {
		rd_run_not_run(run, "没有原币金额列", "no column of foreign amounts");
		return RD_OK;
	}
	for (rd_row v = range.from; v < range.to; v++) {
		uint8_t flags = 0;

		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			flags |= b->line.flags[i];
		if ((flags & (RD_LINE_FOREIGN | RD_LINE_RATE)) == RD_LINE_FOREIGN &&
		    !(b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING)))
			judge(run, b, v);
	}
	return RD_OK;
}

const rd_check rd_check_entry_currency_unbalanced = {
	.slug = "entry-currency-unbalanced",
	.family = "balance",
	.nature = "账目不符",
	.title = {"外币分录未按币种平衡", "Currencies of an entry do not balance and no rate is given"},
	.finds = {"凭证只有把不同币种的数字混在一起才平，又没有写明汇率，折算是隐含的。",
              "The entry balances only by mixing currencies without a stated rate, so the "
              "conversion is implied."},
	.correction = {"补记汇率与本位币金额；已记账的红字冲销后重做",
                   "Enter rate and base amount; posted: reverse in red and enter anew."},
	.basis = {"各币种分别平衡的记账规则；会计法 12（待核对原文）",
              "balance rule per currency; Accounting Law art. 12 (text to be compared with the "
              "primary source)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_CURRENCY,
	.split = RD_SPLIT_VOUCHERS,
	.unit = RD_UNIT_VOUCHERS,
	.messages = messages,
	.run = run,
};
