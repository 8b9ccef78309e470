/*
 * What it finds: places where the file states the balance of an account and the lines up to there
 * give another one. Lines are taken by date, within a day in the order of the file. After a
 * difference the stated balance is taken over, so that one slip is reported once.
 *
 * Why it matters: the balance was right when it was printed. A line is missing, was added later or
 * was changed between the last balance that agreed and this one.
 *
 * What to do: go through the lines since the last balance that agreed; enter what is missing or
 * reverse what is there twice.
 *
 * Known limits: where the opening of the account is not known the first stated balance is taken
 * for it. A balance of a parent is compared with the parent's own lines only.
 *
 * 发现什么:文件写明了科目余额,而按分录累计到该处是另一个数。分录按日期排,同一天按文件中的先后。出
 * 现差额后以写明的余额继续,一处差错只报一次。
 *
 * 为什么要紧:余额打印出来时是对的。上一次相符之后,有分录缺失、后来补插,或被改动。
 *
 * 怎么办:逐笔核对上一次相符之后的分录,缺的补充登记,多的红字冲销。
 *
 * 已知局限:科目期初不知道时,以第一个写明的余额为起点。上级科目的余额只与它本身的分录比较。
 */
#include "base/assert.h"
#include "check/index.h"
#include "check/partners.h"
#include "check/sort.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_SINCE, K_FIRST };
static const rd_message messages[] = {
	[K_SINCE] =
		{
			"since-last",
			{"{account} {date} 写明余额 {asserted}，按分录累计为 {computed}，相差 "
             "{difference}。上一次相符是 {held_on}，请核对其后的 {postings} 笔分录。",
             "{account}: the balance stated on {date} is {asserted}, the lines give "
             "{computed}, difference {difference}. It last agreed on {held_on}: go through "
             "the lines since ({postings})."},
		},
	[K_FIRST] =
		{
			"from-opening",
			{"{account} {date} 写明余额 {asserted}，由期初累计为 {computed}，相差 "
             "{difference}。请核对期初余额和此前的 {postings} 笔分录。",
             "{account}: the balance stated on {date} is {asserted}, counting from the "
             "opening gives {computed}, difference {difference}. Check the opening and the "
             "lines before ({postings})."},
		},
	{0},
};

typedef struct walk {
	rd_minor balance, tolerance;
	bool known, held;
	rd_day held_on;
	uint32_t since; /* position of the first line after the last balance */
} walk;

static uint64_t by_day(rd_day day, uint32_t order)
{
	return (uint64_t)((uint32_t)day ^ 0x80000000u) << 32 | order;
}

/* Compares one stated balance; rows[w->since .. at) are the lines since the last one. */
static void compare(rd_run *run, const rd_book *b, walk *w, const rd_assertion *s,
                    const rd_row *rows, uint32_t at)
{
	rd_minor difference = s->balance - w->balance;
	const bool same = difference <= w->tolerance && difference >= -w->tolerance;

	if (w->known && !same) {
		rd_hit hit = rd_hit_at_place(s->file, s->file_line);

		if (s->line != RD_NONE)
			hit = rd_hit_at_line(b, s->line);
		hit.kind = w->held ? K_SINCE : K_FIRST;
		hit.account = s->account;
		hit.day = s->day;
		hit.at_stake = difference < 0 ? -difference : difference;
		hit.key = (uint64_t)difference;
		hit.lines = rows + w->since;
		hit.n_lines = at - w->since;
		RD_EMIT(run, &hit, rd_money("asserted", s->balance), rd_money("computed", w->balance),
		        rd_money("difference", hit.at_stake), rd_on_day("held_on", w->held_on),
		        rd_int("postings", at - w->since));
	}
	w->held = true;
	w->known = true;
	w->held_on = s->day;
	w->balance = s->balance;
	w->since = at;
}

/* Lines of the account that count, by date; *ret_keys are their packed keys. */
static uint32_t sorted_lines(rd_run *run, const rd_book *b, rd_row account, uint64_t **ret_keys)
{
	const rd_by_account *by = rd_index_by_account(run, b);
	const uint32_t from = by->start[account], n = by->start[account + 1] - from;
	rd_arena *a = rd_run_scratch(run);
	uint64_t *keys = RD_NEW_N(a, uint64_t, (size_t)n + 1);
	uint64_t *tmp = RD_NEW_N(a, uint64_t, (size_t)n + 1);
	uint32_t k = 0;

	for (uint32_t i = from; i < from + n; i++) {
		const rd_row line = by->rows[i], v = rd_line_voucher(b, line);

		if (b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		if (b->voucher.flags[v] & RD_VCH_OPENING &&
		    (!rd_opening_counts(b, v) || b->account.flags[account] & RD_ACC_OPENING))
			continue;
		keys[k++] = by_day(rd_line_date(b, line), line);
	}
	rd_sort_u64(keys, tmp, k);
	*ret_keys = keys;
	return k;
}

/* The stated balances picks[0 .. n) of one account against its lines. */
static void check_account(rd_run *run, const rd_book *b, rd_row account, const uint64_t *picks,
                          uint32_t n, rd_minor tolerance)
{
	uint64_t *keys;
	const uint32_t n_lines = sorted_lines(run, b, account, &keys);
	rd_row *rows = RD_NEW_N(rd_run_scratch(run), rd_row, (size_t)n_lines + 1);
	walk w = {.balance = b->account.opening[account],
	          .tolerance = tolerance,
	          .known = b->account.flags[account] & RD_ACC_OPENING,
	          .held_on = RD_DAY_NONE};
	uint32_t at = 0;

	for (uint32_t i = 0; i < n_lines; i++)
		rows[i] = (rd_row)keys[i];
	for (uint32_t i = 0; i < n; i++) {
		const rd_assertion *s = &b->assertions[(uint32_t)picks[i]];
		/* up to and with its line, or up to the end of its day */
		const uint64_t last = by_day(s->day, s->line != RD_NONE ? s->line : UINT32_MAX);

		for (; at < n_lines && keys[at] <= last; at++)
			w.balance += rd_line_net(b, rows[at]);
		compare(run, b, &w, s, rows, at);
	}
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	rd_arena *a = rd_run_scratch(run);
	const size_t n = b->n_assertions;
	uint64_t *words = RD_NEW_N(a, uint64_t, n + 1), *tmp = RD_NEW_N(a, uint64_t, n + 1);
	uint64_t *picks = RD_NEW_N(a, uint64_t, n + 1);

	(void)err;
	(void)range;
	/* by line or day first, then (stable) by account */
	for (size_t i = 0; i < n; i++)
		words[i] = by_day(b->assertions[i].day, (uint32_t)i);
	rd_sort_u64(words, tmp, n);
	for (size_t i = 0; i < n; i++)
		picks[i] = (uint32_t)words[i];
	for (size_t i = 0; i < n; i++)
		words[i] = (uint64_t)b->assertions[picks[i]].account << 32 | i;
	rd_sort_u64(words, tmp, n);
	for (size_t i = 0; i < n; i++)
		tmp[i] = picks[(uint32_t)words[i]];
	for (size_t i = 0, e; i < n; i = e) {
		const rd_row account = b->assertions[tmp[i]].account;

		for (e = i; e < n && b->assertions[tmp[e]].account == account; e++)
			;
		check_account(run, b, account, tmp + i, (uint32_t)(e - i), tolerance);
	}
	return RD_OK;
}

const rd_check rd_check_balance_assertion_fails = {
	.slug = "balance-assertion-fails",
	.family = "balance",
	.nature = "账目不符",
	.title = {"余额断言不成立", "Balance assertion fails"},
	.finds = {"文件写明了某日的科目余额，按分录累计却是另一个数。",
              "A journal states the balance of an account at a date and the postings give "
              "another one."},
	.correction =
		{"逐笔核对上一次相符之后的分录，补充登记或红字更正",
         "Go through the lines since the last balance that agreed; enter what is missing, "
         "reverse in red what is too much."},
	.basis = {"余额断言（明文余额与分录相符）", "balance assertions of plain-text accounting"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_ASSERTION,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.params = params,
	.messages = messages,
	.run = run,
};
