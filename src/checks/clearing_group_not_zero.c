/*
 * What it finds: lines that were marked as settling each other (lettrage, 核销号) and do not add
 * up to zero for their account and partner. When one unmarked line of that account and partner
 * would close the group, it is named.
 *
 * Why it matters: the open items of the partner are wrong: something was settled that was not
 * paid, or only a part of it.
 *
 * What to do: undo the clearing and clear again; enter the difference (bank fee, discount,
 * exchange difference) that is missing.
 *
 * Known limits: marks in lower case mean partial settlement in French ledgers and are left out
 * there. Where programs use the marks anew every year, the year is added to the key, if that
 * leaves a smaller share of groups open. Groups with a single line are left out: their
 * counterpart lies in another file.
 *
 * 发现什么:标记为互相核销的分录(核销号相同),按科目和单位合计不为零。若同一科目、单位有一笔未核销分
 * 录恰好可以补平,一并指出。
 *
 * 为什么要紧:该单位的未核销明细不准:没付清的被当作已结清。
 *
 * 怎么办:取消核销后重新核销;差额(手续费、折扣、汇兑差)补充登记。
 *
 * 已知局限:法国账套的小写核销号表示部分核销,不报告。核销号每年重复使用的,在未平组占比下降时把年度
 * 加入分组。只有一行的组,对方分录在其他文件里,不报告。
 */
#include "base/assert.h"
#include "base/hash.h"
#include "check/index.h"
#include "check/sort.h"

enum { P_TOLERANCE };
static const rd_param params[] = {
	[P_TOLERANCE] = RD_TOLERANCE("允许的差额", "difference that is let pass", 0),
	{0},
};

enum { K_PLAIN, K_CLOSER };
static const rd_message messages[] = {
	[K_PLAIN] = {"open-group",
                 {"{account} {party} 的核销组 {mark} 共 {lines} 行，借方 {debit}、贷方 {credit}，"
                  "差额 {difference}。请取消后重新核销，差额补充登记。",
                  "Clearing group {mark} of {account} {party} has {lines} line(s), debit {debit} "
                  "and credit {credit}: {difference} is open. Undo it and clear again, and "
                  "enter the difference."}},
	[K_CLOSER] = {"line-would-close",
                  {"{account} {party} 的核销组 {mark} 共 {lines} 行，借方 {debit}、贷方 {credit}，"
                   "差额 {difference}；凭证 {closer} 有一笔未核销分录恰好可以补平。",
                   "Clearing group {mark} of {account} {party} has {lines} line(s), debit {debit} "
                   "and credit {credit}: {difference} is open; one unmarked line of voucher "
                   "{closer} would close it."}},
	{0},
};

/* Marked lines: by mark, and within a mark by account, party and (perhaps) year. */
typedef struct state {
	const rd_book *b;
	rd_row *rows;
	uint32_t n;
	bool by_year;
} state;

/* A group that is open. */
typedef struct group {
	uint32_t from, to;
	rd_minor net;
	rd_row closer; /* unmarked line that would close it; RD_NONE = none */
	uint32_t closers;
} group;

/* Two lower-case letters and the like: partial settlement in French ledgers. */
static bool is_partial(const rd_book *b, rd_text mark)
{
	rd_str s = rd_book_text(b, mark);

	for (uint32_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 'a' || s.ptr[i] > 'z')
			return false;
	return s.len > 0 && b->standard == RD_STD_FRENCH;
}

static int32_t year_of(const rd_book *b, rd_row i)
{
	rd_day day = rd_line_date(b, i);

	return day == RD_DAY_NONE ? 0 : rd_day_date(day).year;
}

/* Sorts the lines of one mark by account and party; ties stay in book order. */
static void sort_mark(const rd_book *b, rd_row *rows, uint32_t n, uint64_t *words, uint64_t *tmp,
                      rd_row *copy)
{
	for (int pass = 0; pass < 2; pass++) {
		const rd_row *column = pass == 0 ? b->line.party : b->line.account;

		for (uint32_t k = 0; k < n; k++)
			words[k] = (uint64_t)(column ? column[rows[k]] : 0) << 32 | k;
		rd_sort_u64(words, tmp, n);
		for (uint32_t k = 0; k < n; k++)
			copy[k] = rows[(uint32_t)words[k]];
		memcpy(rows, copy, n * sizeof(*rows));
	}
}

static void collect(rd_run *run, state *s)
{
	const rd_book *b = s->b;
	rd_arena *a = rd_run_scratch(run);
	const uint32_t n_texts = rd_book_n_texts(b);
	uint32_t *start = RD_NEW_N(a, uint32_t, (size_t)n_texts + 2), largest = 0;

	for (rd_row i = 0; i < b->line.n; i++)
		if (b->line.clearing[i] != 0)
			start[b->line.clearing[i] + 1]++;
	for (uint32_t t = 0; t <= n_texts; t++) {
		largest = start[t + 1] > largest ? start[t + 1] : largest;
		start[t + 1] += start[t];
	}
	s->n = start[n_texts + 1];
	s->rows = RD_NEW_N(a, rd_row, (size_t)s->n + 1);
	for (rd_row i = 0; i < b->line.n; i++)
		if (b->line.clearing[i] != 0)
			s->rows[start[b->line.clearing[i]]++] = i;
	uint64_t *words = RD_NEW_N(a, uint64_t, (size_t)largest + 1);
	uint64_t *tmp = RD_NEW_N(a, uint64_t, (size_t)largest + 1);
	rd_row *copy = RD_NEW_N(a, rd_row, (size_t)largest + 1);

	for (uint32_t from = 0, to; from < s->n; from = to) {
		for (to = from + 1;
		     to < s->n && b->line.clearing[s->rows[to]] == b->line.clearing[s->rows[from]]; to++)
			;
		if (to - from > 1)
			sort_mark(b, s->rows + from, to - from, words, tmp, copy);
	}
}

static bool same_group(const state *s, rd_row i, rd_row k)
{
	const rd_book *b = s->b;

	return b->line.clearing[i] == b->line.clearing[k] && b->line.account[i] == b->line.account[k] &&
	       (!b->line.party || b->line.party[i] == b->line.party[k]);
}

/* The group from `from` on, and its net. With years in the key the lines of one mark, account and
 * party are walked once a year: they are in book order, so years mostly stand together. */
static uint32_t group_end(const state *s, uint32_t from, rd_minor *ret_net)
{
	uint32_t to = from;

	*ret_net = 0;
	for (; to < s->n && same_group(s, s->rows[from], s->rows[to]); to++) {
		if (s->by_year && year_of(s->b, s->rows[to]) != year_of(s->b, s->rows[from]))
			break;
		*ret_net += rd_line_net(s->b, s->rows[to]);
	}
	return to;
}

static bool is_open(rd_run *run, const state *s, uint32_t from, uint32_t to, rd_minor net)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);

	if (net <= tolerance && net >= -tolerance)
		return false;
	return !rd_run_guards(run) ||
	       (to - from > 1 && !is_partial(s->b, s->b->line.clearing[s->rows[from]]));
}

/* Groups that are not zero, and all groups. */
typedef struct tally {
	uint64_t uneven, all;
} tally;

static tally count_groups(rd_run *run, state *s, bool by_year)
{
	const rd_minor tolerance = rd_run_param(run, P_TOLERANCE);
	tally t = {0};
	rd_minor net;

	s->by_year = by_year;
	for (uint32_t from = 0; from < s->n; t.all++) {
		from = group_end(s, from, &net);
		t.uneven += net > tolerance || net < -tolerance;
	}
	return t;
}

/* Cutting a group cannot make fewer groups uneven, but where marks are used anew each year it
 * makes their share smaller; where groups run over the year end it makes it larger. */
static bool years_help(rd_run *run, state *s, tally whole)
{
	tally cut = count_groups(run, s, true);

	return cut.uneven * whole.all < whole.uneven * cut.all;
}

static uint64_t closer_key(const rd_book *b, rd_row i, rd_minor net)
{
	uint64_t h = rd_mix(0x27d4eb2f165667c5u, b->line.account[i]);

	h = rd_mix(h, b->line.party ? b->line.party[i] : 0);
	return rd_mix(h, (uint64_t)net);
}

static bool would_close(const state *s, const group *g, rd_row i, rd_minor net)
{
	const rd_book *b = s->b;
	rd_row first = s->rows[g->from];

	return g->net == -net && b->line.account[first] == b->line.account[i] &&
	       (!b->line.party || b->line.party[first] == b->line.party[i]);
}

/* Looks through the unmarked lines for those that would close a group: an open table from (account,
 * party, amount) to the first group that lacks it. */
static void find_closers(rd_run *run, const state *s, group *g, uint32_t n)
{
	const rd_book *b = s->b;
	rd_arena *a = rd_run_scratch(run);
	uint8_t *accounts = RD_NEW_N(a, uint8_t, (size_t)b->account.n + 1);
	uint32_t mask = 15;

	while (mask < n * 2)
		mask = mask * 2 + 1;
	uint32_t *table = RD_NEW_N(a, uint32_t, (size_t)mask + 1);

	for (uint32_t k = 0; k < n; k++) {
		rd_row i = s->rows[g[k].from];
		uint32_t at = rd_fold(closer_key(b, i, -g[k].net)) & mask;

		accounts[b->line.account[i]] = 1;
		while (table[at] != 0 && !would_close(s, &g[table[at] - 1], i, -g[k].net))
			at = (at + 1) & mask;
		if (table[at] == 0)
			table[at] = k + 1;
	}
	for (rd_row i = 0; i < b->line.n; i++) {
		if (!accounts[b->line.account[i]] || b->line.clearing[i] != 0)
			continue;
		rd_minor net = rd_line_net(b, i);

		uint32_t at = rd_fold(closer_key(b, i, net)) & mask;

		for (; table[at] != 0; at = (at + 1) & mask) {
			group *q = &g[table[at] - 1];

			if (!would_close(s, q, i, net))
				continue;
			q->closer = q->closers++ == 0 ? i : q->closer;
			break;
		}
	}
}

static void report(rd_run *run, const state *s, const group *g)
{
	const rd_book *b = s->b;
	rd_row first = s->rows[g->from], lines[12];
	rd_hit hit = rd_hit_at_line(b, first);
	rd_minor debit = 0, credit = 0;
	uint32_t n = 0;

	for (uint32_t k = g->from; k < g->to; k++) {
		debit += rd_line_debit(b, s->rows[k]);
		credit += rd_line_credit(b, s->rows[k]);
		if (k > g->from && n < 12)
			lines[n++] = s->rows[k];
	}
	hit.kind = g->closers == 1 ? K_CLOSER : K_PLAIN;
	hit.keyless = true;
	hit.period = 0;
	hit.day = RD_DAY_NONE;
	hit.key = rd_hash_str(RD_HASH_START, rd_book_text(b, b->line.clearing[first]));
	if (s->by_year)
		hit.key = rd_hash_i64(hit.key, year_of(b, first));
	hit.at_stake = g->net < 0 ? -g->net : g->net;
	hit.lines = lines;
	hit.n_lines = n;
	if (hit.kind == K_CLOSER) {
		hit.other = rd_line_voucher(b, g->closer);
		RD_EMIT(run, &hit, rd_txt("mark", b->line.clearing[first]),
		        rd_int("lines", g->to - g->from), rd_money("debit", debit),
		        rd_money("credit", credit), rd_money("difference", g->net),
		        rd_vch("closer", hit.other));
		return;
	}
	RD_EMIT(run, &hit, rd_txt("mark", b->line.clearing[first]), rd_int("lines", g->to - g->from),
	        rd_money("debit", debit), rd_money("credit", credit), rd_money("difference", g->net));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	state s = {.b = b};
	group *g = NULL;
	uint32_t n = 0, cap = 0;
	rd_minor net;

	(void)range;
	(void)err;
	if (!b->line.clearing)
		return RD_OK;
	collect(run, &s);
	tally whole = count_groups(run, &s, false);

	if (whole.uneven == 0)
		return RD_OK;
	s.by_year = years_help(run, &s, whole);
	for (uint32_t from = 0, to; from < s.n; from = to) {
		to = group_end(&s, from, &net);
		if (!is_open(run, &s, from, to, net))
			continue;
		if (n == cap)
			g = rd_grow(rd_run_scratch(run), g, n, &cap, sizeof(*g));
		g[n++] = (group){.from = from, .to = to, .net = net, .closer = RD_NONE};
	}
	if (n == 0)
		return RD_OK;
	find_closers(run, &s, g, n);
	for (uint32_t k = 0; k < n; k++)
		report(run, &s, &g[k]);
	return RD_OK;
}

const rd_check rd_check_clearing_group_not_zero = {
	.slug = "clearing-group-not-zero",
	.family = "receivable",
	.nature = "账目不符",
	.title = {"核销组未平", "Clearing group does not net to zero"},
	.finds = {"标记为互相核销的分录合计不为零。",
              "Lines that were marked as settling each other do not add up to zero."},
	.correction = {"取消核销后重新核销；差额补充登记",
                   "Undo the clearing and clear again; enter the difference."},
	.basis = {"法国税收程序法典 A47 A-1 条（EcritureLet）；实务惯例",
              "LPF art. A47 A-1 (EcritureLet); practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_MEDIUM,
	.certainty = RD_FACT,
	.needs = RD_HAS_LINES | RD_HAS_ACCOUNT | RD_HAS_CLEARING,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_GROUPS,
	.params = params,
	.messages = messages,
	.run = run,
};
