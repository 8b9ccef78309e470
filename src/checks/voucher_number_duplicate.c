/*
 * What it finds: numbers that two or more vouchers of one series bear. A series is what is
 * numbered together: one journal (凭证字) in one month or year, wherever numbers begin anew.
 *
 * Why it matters: a number must lead to one voucher. With two of them a reference is open, and
 * one of the two may be a second booking of the same event.
 *
 * What to do: not posted yet: give the later one a new number. Posted: void it and enter it again
 * under the right number.
 *
 * Known limits: fractions (3 1/2, 3 2/2) are one number split by rule. Vouchers that share number
 * and date may have been put together as one voucher when the files were read. When more than
 * a fifth of the numbers of a series repeat, the numbers begin anew more often than was found;
 * then there is one finding that says so.
 *
 * 发现什么:同一编号序列中被两张以上凭证使用的号码。同一凭证字、同一月份(或年度,视编号从何处重新开始)为一个
 * 序列。
 *
 * 为什么要紧:一个号码应当只对应一张凭证;重号时引用不明,其中一张还可能是同一业务重复入账。
 *
 * 怎么办:未记账的,后一张重新编号;已记账的,作废后按正确号码重做。
 *
 * 已知局限:分数编号(3 1/2、3 2/2)按规定是同一号;同号同日的凭证在读取时可能已合为一张;一个序列有五分之一
 * 以上的号码重复时,说明编号重新开始得更频繁,只报一条说明。
 */
#include "base/hash.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/entries.h"
#include "check/series.h"

enum { K_TWO, K_SAME, K_MANY, K_UNCLEAR };
static const rd_message messages[] = {
	[K_TWO] =
		{"two",
         {"凭证编号序列 {series} 的 {number} 号有两张凭证：{first_day} 金额 {first_amount}，{other_day} 金额 "
          "{other_amount}。请核对后给其中一张重新编号。",
          "Number {number} of series {series} is on two vouchers: one of {first_day} over "
          "{first_amount}, one of {other_day} over {other_amount}. Compare them and give one "
          "a new number."}},
	[K_SAME] =
		{"same-content",
         {"凭证编号序列 {series} 的 {number} 号有两张内容完全相同的凭证（{first_day} 与 {other_day}，金额 "
          "{first_amount})。可能重复入账（另见 dup-entry），请核对后作废一张。",
          "Number {number} of series {series} is on two vouchers with the same lines "
          "({first_day} and {other_day}, {first_amount}). It may be booked twice (see "
          "dup-entry): compare, void one."}},
	[K_MANY] =
		{"many",
         {"凭证编号序列 {series} 的 {number} 号有 {vouchers} 张凭证（{first_day} 至 {other_day}）。请核对后重新编号。",
          "Number {number} of series {series} is on {vouchers} vouchers ({first_day} to "
          "{other_day}). Compare them and number anew."}},
	[K_UNCLEAR] =
		{"series-not-understood",
         {"编号序列 {series} 有 {repeated} 个号重复，占 {numbers} 个号的 {share}：编号很可能按别的单位重新开始，未逐号判断。"
          "例如凭证 {voucher}。",
          "{repeated} of the {numbers} numbers of series {series} repeat ({share}): they may "
          "begin anew by another unit, so they were not judged one by one. An example is "
          "voucher {voucher}."}},
	{0},
};

typedef struct job {
	rd_run *run;
	const rd_book *b;
	const rd_number_set *set;
	rd_comparer comparer;
} job;

#define REPEAT_PERCENT 20u /* above it the series is not understood */
#define SHOWN          12u

/* The vouchers of one number and one fraction, earliest first; at most `cap` are kept. */
static uint32_t together(const job *j, size_t from, size_t to, size_t lead, rd_row *vouchers,
                         uint32_t *ret_all)
{
	rd_row v = rd_number_voucher(j->set, lead);
	uint32_t fraction = rd_number_fraction(j->set, j->b, v), n = 0, all = 0;

	for (size_t i = from; i < to; i++) {
		rd_row w = rd_number_voucher(j->set, i);

		if (rd_number_fraction(j->set, j->b, w) != fraction)
			continue;
		if (i < lead)
			return 0; /* reported with the earlier one */
		all++;
		if (n == SHOWN)
			continue;
		uint32_t at = n++;

		for (; at > 0 && rd_voucher_order(j->b, w, vouchers[at - 1]) < 0; at--)
			vouchers[at] = vouchers[at - 1];
		vouchers[at] = w;
	}
	*ret_all = all;
	return n;
}

static void report(job *j, const rd_numbers *q, const rd_row *vouchers, uint32_t n, uint32_t all)
{
	const rd_book *b = j->b;
	rd_row first = vouchers[0], other = vouchers[n - 1], lines[SHOWN];
	rd_hit hit = rd_hit_at_voucher(b, first);
	rd_minor amount = rd_entry_volume(b, first);
	char name[96];

	for (uint32_t i = 0; i < n; i++)
		lines[i] = b->voucher.first[vouchers[i]];
	rd_numbers_name(j->set, b, q, name, sizeof name);
	hit.kind = all > 2                                                      ? K_MANY
	           : rd_entry_like(&j->comparer, b, first, other, RD_LIKE_SAME) ? K_SAME
	                                                                        : K_TWO;
	hit.keyless = true;
	hit.period = j->set->strands[q->strand].reset == RD_RESET_MONTH ? q->period : 0;
	hit.day = RD_DAY_NONE;
	hit.other = other;
	hit.lines = lines;
	hit.n_lines = n;
	hit.at_stake = amount;
	hit.key = rd_hash_i64(rd_numbers_key(j->set, b, q),
	                      (int64_t)rd_serial_value(b->voucher.number[first]));
	hit.key = rd_hash_i64(hit.key, rd_number_fraction(j->set, b, first));
	RD_EMIT(j->run, &hit, rd_string("series", rd_str_of(name)),
	        rd_num("number", b->voucher.number[first]),
	        rd_on_day("first_day", b->voucher.date[first]),
	        rd_on_day("other_day", b->voucher.date[other]), rd_money("first_amount", amount),
	        rd_money("other_amount", rd_entry_volume(b, other)), rd_int("vouchers", all));
}

static void duplicates(job *j, const rd_numbers *q)
{
	for (size_t from = q->from; from < q->to;) {
		size_t to = rd_number_run(j->set, q, from);
		/* Twelve vouchers of one number show what there is to see. */
		size_t last = to == from + 1 ? from : to < from + SHOWN ? to : from + SHOWN;

		for (size_t lead = from; lead < last; lead++) {
			rd_row vouchers[SHOWN];
			uint32_t all = 0, n = together(j, from, to, lead, vouchers, &all);

			if (n > 1)
				report(j, q, vouchers, n, all);
		}
		from = to;
	}
}

static bool is_unclear(const job *j, uint32_t strand)
{
	const rd_number_strand *s = &j->set->strands[strand];

	return rd_run_guards(j->run) && s->repeated > 1 &&
	       (uint64_t)s->repeated * 100 > (uint64_t)s->numbers * REPEAT_PERCENT;
}

/* One finding for a series of which too many numbers repeat. */
static void unclear(job *j, uint32_t strand)
{
	const rd_number_strand *s = &j->set->strands[strand];
	const rd_numbers *q = j->set->series;
	char name[96];

	while (q->strand != strand || q->repeated == 0)
		q++;
	size_t at = q->from;

	while (rd_number_run(j->set, q, at) == at + 1)
		at++;
	rd_hit hit = rd_hit_at_voucher(j->b, rd_number_voucher(j->set, at));

	rd_numbers_name(j->set, j->b, q, name, sizeof name);
	hit.kind = K_UNCLEAR;
	hit.severity = RD_SEV_LOW;
	hit.keyless = true;
	hit.period = 0;
	hit.day = RD_DAY_NONE;
	hit.key = rd_numbers_key(j->set, j->b, q);
	hit.weight = s->repeated;
	RD_EMIT(j->run, &hit, rd_string("series", rd_str_of(name)), rd_int("repeated", s->repeated),
	        rd_int("numbers", s->numbers),
	        rd_permille("share", (int64_t)s->repeated * 1000 / s->numbers));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	(void)range;
	(void)err;
	if (b->key & RD_KEY_CUT) {
		rd_run_not_run(run, "凭证号不可用（恒定、大多空白或与凭证对不上）",
		               "voucher numbers are unusable (constant, mostly blank or unlike the "
		               "entries)");
		return RD_OK;
	}
	job j = {run, b, rd_index_numbers(run, b), {.arena = rd_run_scratch(run)}};

	if (j.set->n == 0)
		rd_run_not_run(run, "没有可以理解的凭证编号序列", "there is no series of voucher numbers");
	for (uint32_t s = 0; s < j.set->n_strands; s++)
		if (is_unclear(&j, s))
			unclear(&j, s);
	for (uint32_t i = 0; i < j.set->n; i++)
		if (j.set->series[i].repeated && !is_unclear(&j, j.set->series[i].strand))
			duplicates(&j, &j.set->series[i]);
	return RD_OK;
}

const rd_check rd_check_voucher_number_duplicate = {
	.slug = "voucher-number-duplicate",
	.family = "sequence",
	.nature = "操作错误",
	.title = {"凭证重号", "Duplicate voucher number"},
	.finds = {"同一编号序列中，两张凭证用了同一个号。",
              "Two vouchers of one series bear the same number."},
	.correction = {"未记账：后一张重新编号；已记账：作废后按正确号码重做",
                   "Not posted: number the later one anew. Posted: void it, enter again with "
                   "the right number."},
	.basis = {"会计基础工作规范 51(2)；SAF-T（葡萄牙）",
              "Basic accounting work rules 51(2); SAF-T PT"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ENTRY_NO,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_GROUPS,
	.no_collapse = true,
	.messages = messages,
	.run = run,
};
