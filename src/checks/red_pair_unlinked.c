/*
 * What it finds: a red entry whose original cannot be found: the summary names none and no entry
 * fits, it names a voucher that is not there, it cancels other accounts or more than the
 * original, or the original is cancelled already.
 *
 * Why it matters: a red voucher without its original cannot be checked by anyone who was not
 * there, and what it takes out of the books may never have been in them.
 *
 * What to do: name the original in the summary (注销某月某日某号凭证) and enter the right blue
 * voucher; where the amount is wrong, correct the difference.
 *
 * Known limits: returns, rebates and red invoices are negative by nature: an entry with a
 * document number or such a word needs no original. A smaller red amount on the same accounts is
 * the difference method and right. In the first month of the data the original may lie before
 * them; that is reported as information. Entries that several vouchers would fit are information
 * too. Red entries without a reference are judged in Chinese books only, because the rule is a
 * Chinese one.
 *
 * 发现什么:找不到原凭证的红字分录:摘要没有写明也没有相符的分录,写明的凭证不存在,冲销的科目与原凭
 * 证不同或金额大于原凭证,或原凭证已经冲销过。
 *
 * 为什么要紧:没有原凭证的红字凭证,不在场的人无从核对;它冲减的数,账上可能从来没有过。
 *
 * 怎么办:在摘要里注明原凭证(注销某月某日某号凭证),并补做正确的蓝字凭证;金额不符的,更正差额。
 *
 * 已知局限:退货、折让、红字发票本身就是负数:有单据号或这类字样的不要求原凭证。同科目、金额较小的
 * 红字是差额更正法,不报。数据第一个月的原凭证可能在数据之前,有几张凭证都相符的也可能配不上,都只作
 * 提示。没有写明原凭证的红字只在中国账套里判断,因为这是中国的规定。
 */
#include "base/assert.h"
#include "base/buf.h"
#include "book/serial.h"
#include "check/check.h"
#include "check/country.h"
#include "check/entries.h"
#include "check/index.h"
#include "check/sort.h"
#include "check/wording.h"
#include <stdlib.h>

enum { P_MIN_AMOUNT };
static const rd_param params[] = {
	[P_MIN_AMOUNT] = {"min_amount",
                      "yuan",
                      {"金额低于此数的不看", "smaller entries are not looked at"},
                      RD_PARAM_MONEY,
                      0,
                      100000000000,
                      0,
                      NULL},
	{0},
};

enum { K_NO_ORIGINAL, K_MISSING, K_MORE, K_ACCOUNTS, K_TWICE, K_BEFORE, K_SEVERAL };
static const rd_message messages[] = {
	[K_NO_ORIGINAL] =
		{"no-original",
         {"红字凭证 {voucher} 冲减 {amount}，摘要没有写明原凭证，账上也没有相符的分录。请"
          "注明原凭证，并补做蓝字订正凭证。",
          "Red voucher {voucher} takes out {amount}, names no original, and no entry of "
          "the books fits. Name the original and enter the right blue voucher."}},
	[K_MISSING] = {"missing-original",
                   {"{voucher} 的摘要写明更正或冲销 {named} 号凭证，账上没有这张凭证。请核对所写的"
                    "日期和号码。",
                    "The summary of {voucher} says that it corrects voucher {named}, which is not "
                    "in the books. Check the date and number it names."}},
	[K_MORE] = {"more-than-original",
                {"{voucher} 冲减 {amount}，多于所写明的 {original}（{original_amount}），相差 "
                 "{difference}。请核对冲销金额。",
                 "{voucher} takes out {amount}, more than the voucher {original} it names ("
                 "{original_amount}); difference {difference}. Check the amount."}},
	[K_ACCOUNTS] =
		{"other-accounts",
         {"{voucher}（金额 {amount}）写明冲销 {original}（{original_amount}），科目却不同。请"
          "核对原凭证号或科目。",
          "{voucher} (amount {amount}) says that it cancels {original} ("
          "{original_amount}), but the accounts differ. Check the number or the "
          "accounts."}},
	[K_TWICE] = {"cancelled-twice",
                 {"{voucher}（金额 {amount}）写明冲销 {original}，而该凭证已由 {earlier} 冲销。请核"
                  "对是否冲销了两次。",
                  "{voucher} (amount {amount}) says that it cancels {original}, which {earlier} "
                  "has cancelled already. Look whether it was cancelled twice."}},
	[K_BEFORE] =
		{"before-the-data",
         {"红字凭证 {voucher} 冲减 {amount}，原凭证不在本次数据里，可能在 {first_day} 之前。"
          "需要时请一并提供以前的账。",
          "Red voucher {voucher} takes out {amount}; its original is not in these data "
          "and may lie before {first_day}. Add the earlier books if this matters."}},
	[K_SEVERAL] =
		{"several-fit",
         {"红字凭证 {voucher} 冲减 {amount}，摘要没有写明原凭证，有 {count} 张凭证都相符。"
          "请在摘要里注明是哪一张。",
          "Red voucher {voucher} takes out {amount} and names no original; {count} "
          "vouchers would fit. Name the one that is meant."}},
	{0},
};

#define LOOK_MAX 500u /* vouchers of one number that are compared with a reference */

/* A voucher whose original is looked for. */
typedef struct suspect {
	rd_row voucher;
	bool named;
	rd_reference ref;
	uint64_t hash; /* of the entry that it would cancel */
	uint32_t fits; /* vouchers with that entry */
} suspect;

/* Vouchers with a number that some reference names. */
typedef struct numbered {
	uint64_t number;
	rd_row voucher;
} numbered;

typedef struct work {
	rd_run *run;
	const rd_book *b;
	const uint8_t *words;
	const rd_pairs *pairs;
	bool chinese;
	rd_arena *a;
	suspect *items;
	uint32_t n, cap;
	numbered *numbers;
	uint32_t n_numbers, cap_numbers;
} work;

/* Red by nature (returns, red invoices), or tied to a document: needs no original. */
static bool stands_alone(const work *w, rd_row v, uint32_t words)
{
	const rd_book *b = w->b;

	if (words & RD_WORD_NATURE)
		return true;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		if (rd_line_document(b, i) != 0)
			return true;
	return false;
}

static void find_suspects(work *w)
{
	const rd_book *b = w->b;
	const rd_minor min_amount = rd_run_param(w->run, P_MIN_AMOUNT);

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & (RD_VCH_VOID | RD_VCH_OPENING | RD_VCH_CLOSING) ||
		    (w->pairs->other && w->pairs->other[v] != RD_NONE))
			continue;
		uint32_t words = rd_voucher_words(b, w->words, v);
		bool says = words & (RD_WORD_CANCEL | RD_WORD_CORRECT);

		if (!says && rd_entry_gross(b, v) >= 0)
			continue;
		suspect s = {.voucher = v};

		s.named = says && rd_voucher_reference(b, w->words, v, &s.ref);
		bool alone = rd_entry_all_red(b, v) && w->chinese && !stands_alone(w, v, words);

		if ((!s.named && !alone) || rd_entry_volume(b, v) < min_amount)
			continue;
		s.hash = rd_entry_hash(b, v, rd_entry_gross(b, v) < 0 ? RD_LIKE_RED : RD_LIKE_SWAP);
		if (w->n == w->cap)
			w->items = rd_grow(w->a, w->items, w->n, &w->cap, sizeof *w->items);
		w->items[w->n++] = s;
	}
}

static int number_order(const void *pa, const void *pb)
{
	const numbered *a = pa, *b = pb;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->voucher < b->voucher ? -1 : a->voucher > b->voucher;
}

/* One pass over the vouchers: those with a wanted number, and how many hold a wanted entry. */
static void look_up(work *w)
{
	const rd_book *b = w->b;
	const uint32_t slots = 1u << 16;
	uint8_t *number = RD_NEW_N(w->a, uint8_t, slots), *entry = RD_NEW_N(w->a, uint8_t, slots);
	uint64_t *hashes = RD_NEW_N(w->a, uint64_t, w->n), *tmp = RD_NEW_N(w->a, uint64_t, w->n);
	uint32_t *count = RD_NEW_N(w->a, uint32_t, w->n), n = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		if (w->items[i].named) {
			number[rd_fold(w->items[i].ref.number) & (slots - 1)] = 1;
		} else {
			entry[rd_fold(w->items[i].hash) & (slots - 1)] = 1;
			hashes[n++] = w->items[i].hash;
		}
	}
	rd_sort_u64(hashes, tmp, n);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint64_t value = rd_serial_value(b->voucher.number[v]);

		if (number[rd_fold(value) & (slots - 1)]) {
			if (w->n_numbers == w->cap_numbers)
				w->numbers =
					rd_grow(w->a, w->numbers, w->n_numbers, &w->cap_numbers, sizeof *w->numbers);
			w->numbers[w->n_numbers++] = (numbered){value, v};
		}
		if (n == 0)
			continue;
		uint64_t hash = rd_entry_hash(b, v, RD_LIKE_SAME);

		if (!entry[rd_fold(hash) & (slots - 1)])
			continue;
		for (uint32_t from = 0, to = n; from < to;) {
			uint32_t mid = from + (to - from) / 2;

			if (hashes[mid] < hash)
				from = mid + 1;
			else
				to = mid;
			if (from == to && from < n && hashes[from] == hash)
				count[from]++;
		}
	}
	for (uint32_t i = 0; i < w->n; i++)
		for (uint32_t from = 0, to = n; !w->items[i].named && from < to;) {
			uint32_t mid = from + (to - from) / 2;

			if (hashes[mid] < w->items[i].hash)
				from = mid + 1;
			else
				to = mid;
			if (from == to)
				w->items[i].fits = count[from];
		}
	if (w->n_numbers > 1)
		qsort(w->numbers, w->n_numbers, sizeof *w->numbers, number_order);
}

/* The latest voucher before `s` that its reference fits, RD_NONE = none. */
static rd_row named_one(const work *w, const suspect *s)
{
	const rd_book *b = w->b;
	uint32_t from = 0, to = w->n_numbers;
	rd_row best = RD_NONE;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		if (w->numbers[mid].number < s->ref.number)
			from = mid + 1;
		else
			to = mid;
	}
	for (uint32_t i = from;
	     i < w->n_numbers && i - from < LOOK_MAX && w->numbers[i].number == s->ref.number; i++) {
		rd_row v = w->numbers[i].voucher;

		if (v != s->voucher && rd_reference_fits(b, &s->ref, v) &&
		    rd_voucher_order(b, v, s->voucher) < 0 &&
		    (best == RD_NONE || rd_voucher_order(b, v, best) > 0))
			best = v;
	}
	return best;
}

/* Year and month of the reference lie in no period of the books. A month without a year is the
 * latest such month before the voucher. */
static bool before_data(const work *w, const suspect *s)
{
	const rd_book *b = w->b;
	rd_day day = rd_voucher_day(b, s->voucher);

	if (day == RD_DAY_NONE || b->first_day == RD_DAY_NONE)
		return false;
	rd_date d = rd_day_date(day), first = rd_day_date(b->first_day);
	int32_t year = s->ref.year ? s->ref.year : d.year - (s->ref.month > d.month);
	int32_t month = s->ref.month ? s->ref.month : s->ref.year ? 12 : d.month;

	return year < first.year || (year == first.year && month < first.month);
}

/* A name such as 2024-03-05 记-15 from a reference. */
static void name_reference(const rd_reference *r, char *out, size_t size)
{
	rd_buf buf;

	rd_buf_init(&buf, size - 1);
	if (r->year)
		rd_buf_printf(&buf, "%d-", (int)r->year);
	if (r->month)
		rd_buf_printf(&buf, "%02d", (int)r->month);
	if (r->day)
		rd_buf_printf(&buf, r->month ? "-%02d" : "%d", (int)r->day);
	if (r->year || r->month || r->day)
		rd_buf_char(&buf, ' ');
	if (r->journal.len)
		rd_buf_printf(&buf, RD_STR_FMT "-", RD_STR_ARG(r->journal));
	rd_buf_printf(&buf, "%llu", (unsigned long long)r->number);
	memcpy(out, buf.data, buf.size + 1);
	rd_buf_done(&buf);
}

/* Each account of v is in w. Vouchers of more than 200 lines are no corrections: not judged. */
static bool accounts_within(const rd_book *b, rd_row v, rd_row w)
{
	rd_row from = b->voucher.first[w], to = b->voucher.first[w + 1];

	if (to - from > 200 || b->voucher.first[v + 1] - b->voucher.first[v] > 200)
		return true;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		rd_row k = from;

		while (k < to && b->line.account[k] != b->line.account[i])
			k++;
		if (k == to)
			return false;
	}
	return true;
}

static void report_named(const work *w, const suspect *s, rd_hit *hit, rd_minor amount)
{
	const rd_book *b = w->b;
	rd_row original = named_one(w, s);
	bool blue = rd_entry_gross(b, s->voucher) > 0 &&
	            (rd_voucher_words(b, w->words, s->voucher) & RD_WORD_CANCEL) == 0;

	if (original == RD_NONE) {
		char named[96];

		if (before_data(w, s)) {
			hit->kind = K_BEFORE;
			hit->severity = RD_SEV_INFO;
			RD_EMIT(w->run, hit, rd_money("amount", amount), rd_on_day("first_day", b->first_day));
			return;
		}
		name_reference(&s->ref, named, sizeof named);
		hit->kind = K_MISSING;
		RD_EMIT(w->run, hit, rd_string("named", rd_str_of(named)), rd_money("amount", amount));
		return;
	}
	if (blue)
		return; /* enters anew what was cancelled: its amounts are its own */
	rd_minor there = rd_entry_volume(b, original);
	rd_row line = b->voucher.first[original];

	hit->other = original;
	hit->lines = &line;
	hit->n_lines = 1;
	if (w->pairs->other && w->pairs->other[original] != RD_NONE &&
	    s->hash == rd_entry_hash(b, original, RD_LIKE_SAME)) {
		hit->kind = K_TWICE;
		RD_EMIT(w->run, hit, rd_money("amount", amount), rd_vch("original", original),
		        rd_vch("earlier", w->pairs->other[original]));
	} else if (!accounts_within(b, s->voucher, original) ||
	           !accounts_within(b, original, s->voucher)) {
		hit->kind = K_ACCOUNTS;
		RD_EMIT(w->run, hit, rd_money("amount", amount), rd_vch("original", original),
		        rd_money("original_amount", there));
	} else if (amount > there) {
		hit->kind = K_MORE;
		hit->at_stake = amount - there;
		RD_EMIT(w->run, hit, rd_money("amount", amount), rd_vch("original", original),
		        rd_money("original_amount", there), rd_money("difference", amount - there));
	}
}

static void report(const work *w, const suspect *s)
{
	const rd_book *b = w->b;
	rd_hit hit = rd_hit_at_voucher(b, s->voucher);
	rd_minor amount = rd_entry_volume(b, s->voucher);
	rd_day day = rd_voucher_day(b, s->voucher);

	hit.at_stake = amount;
	hit.key = rd_entry_key(b, s->voucher);
	if (s->named) {
		report_named(w, s, &hit, amount);
	} else if (s->fits > 0) {
		hit.kind = K_SEVERAL;
		hit.severity = RD_SEV_INFO;
		RD_EMIT(w->run, &hit, rd_money("amount", amount), rd_int("count", s->fits));
	} else if (day != RD_DAY_NONE && b->first_day != RD_DAY_NONE &&
	           rd_day_period(day) == rd_day_period(b->first_day)) {
		hit.kind = K_BEFORE;
		hit.severity = RD_SEV_INFO;
		RD_EMIT(w->run, &hit, rd_money("amount", amount), rd_on_day("first_day", b->first_day));
	} else {
		hit.kind = K_NO_ORIGINAL;
		RD_EMIT(w->run, &hit, rd_money("amount", amount));
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	work w = {.run = run,
	          .b = b,
	          .words = rd_index_wording(run, b)->texts,
	          .pairs = rd_index_pairs(run, b),
	          .chinese = rd_book_is_chinese(b),
	          .a = rd_run_scratch(run)};

	(void)range;
	(void)err;
	find_suspects(&w);
	if (w.n == 0)
		return RD_OK;
	look_up(&w);
	for (uint32_t i = 0; i < w.n; i++)
		report(&w, &w.items[i]);
	return RD_OK;
}

const rd_check rd_check_red_pair_unlinked = {
	.slug = "red-pair-unlinked",
	.family = "correction",
	.nature = "操作错误",
	.title = {"红字冲销不成对或金额不符", "Red entry without its original, or only in part"},
	.finds = {"红字凭证没有写明原凭证且找不到相符的分录，或写明的凭证不存在、科目不同、金额超"
              "出。",
              "A negative entry names no original, names one that does not exist, or cancels "
              "another amount."},
	.correction = {"补充注明原凭证号并补做蓝字订正凭证",
                   "Name the original in the summary and enter the right blue voucher"},
	.basis = {"会计基础工作规范 51 条（五）", "Basic accounting work rules 51 (5)"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_TEXT,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_VOUCHERS,
	.params = params,
	.messages = messages,
	.run = run,
};
