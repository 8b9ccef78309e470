#include "check/outliers.h"

#include "base/assert.h"
#include "stat/logscale.h"
#include "stat/select.h"
#include <stdlib.h>

#define FLOOR      9455  /* 0.1 on natural logarithms, in 1/65536 of a doubling */
#define CONSISTENT 14826 /* 1.4826: MAD of a normal distribution to its deviation, in 1/10000 */
#define RSF_MIN    5u    /* amounts of a partner for the relative size factor */
#define GAP_BINS   8u    /* two doublings without an amount part two clusters */
#define BIN_SHIFT  14u   /* a quarter of a doubling */
#define BINS       (64u << 2)

static rd_minor size_of(const rd_book *b, rd_row i)
{
	return b->line.amount[i] < 0 ? -b->line.amount[i] : b->line.amount[i];
}

typedef struct work {
	const rd_book *b;
	const rd_outlier_rules *rules;
	rd_arena *a;
	rd_log_table logs;
	int64_t *values, *spare, *tmp; /* room for the largest group */
	rd_outlier *found;
	uint32_t n, cap;
	uint32_t *account, *party; /* 1 = holds an amount that could be reported */
	bool judged;
} work;

static void add(work *w, rd_row line, rd_outlier_why why, rd_minor usual, uint32_t n, int64_t z)
{
	if (w->n == w->cap)
		w->found = rd_grow(w->a, w->found, w->n, &w->cap, sizeof *w->found);
	w->found[w->n++] = (rd_outlier){line, why, usual, n, z};
}

/* The log value that parts two clusters, 0 = there is one. The gap must be wide and leave a
 * tenth of the amounts on either side; the widest counts. */
static int64_t gap_of(const int64_t *values, uint32_t n)
{
	uint32_t count[BINS] = {0}, below = 0, empty = 0, widest = GAP_BINS - 1;
	int64_t at = 0;

	for (uint32_t i = 0; i < n; i++)
		count[values[i] >> BIN_SHIFT]++;
	for (uint32_t k = 0; k < BINS; k++) {
		if (count[k] == 0) {
			empty++;
			continue;
		}
		if (empty > widest && below * 10 >= n && (n - below) * 10 >= n) {
			widest = empty;
			at = (int64_t)k << BIN_SHIFT;
		}
		empty = 0;
		below += count[k];
	}
	return at;
}

/* Judges one cluster of `rows` whose log values are in `values`: those in [low, high). */
static void judge(work *w, const rd_row *rows, const int64_t *values, uint32_t n, int64_t low,
                  int64_t high, rd_outlier_why why)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		w->spare[kept] = values[i];
		kept += values[i] >= low && values[i] < high;
	}
	if (kept < w->rules->min_n)
		return;
	w->judged = true;
	rd_spread s = rd_spread_of(w->spare, kept, w->tmp);
	int64_t unit = s.mad * CONSISTENT / 10000;

	unit = unit < FLOOR ? FLOOR : unit;
	int64_t fence = s.median + w->rules->z * unit;
	rd_minor usual = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (values[i] <= fence || values[i] < low || values[i] >= high ||
		    size_of(w->b, rows[i]) < w->rules->min_amount)
			continue;
		/* The amount whose logarithm is the median; found when the first outlier is. */
		for (uint32_t k = 0; k < n && usual == 0; k++)
			if (values[k] == s.median)
				usual = size_of(w->b, rows[k]);
		add(w, rows[i], why, usual, kept, (values[i] - s.median) * 1000 / unit);
	}
}

static void judge_group(work *w, const rd_row *rows, uint32_t n, rd_outlier_why why)
{
	if (n < w->rules->min_n)
		return;
	for (uint32_t i = 0; i < n; i++)
		w->values[i] = rd_log_scale(&w->logs, (uint64_t)size_of(w->b, rows[i]));
	int64_t gap = gap_of(w->values, n);

	if (gap == 0) {
		judge(w, rows, w->values, n, 0, INT64_MAX, why);
		return;
	}
	judge(w, rows, w->values, n, 0, gap, why);
	judge(w, rows, w->values, n, gap, INT64_MAX, why);
}

/* Everything goes through a bank account, so that no amount is unusual there; the other line of
 * the entry tells what it was for. Cash is another matter: its amounts are small. */
static bool is_bank(rd_role role)
{
	return role == RD_ROLE_BANK || role == RD_ROLE_OTHER_MONEY;
}

/* Marks accounts and parties with an amount that is large enough to be reported at all. Whether
 * there would be enough amounts to judge is asked of all. */
static void mark_material(work *w)
{
	const rd_book *b = w->b;

	w->account = RD_NEW_N(w->a, uint32_t, b->account.n + 1);
	w->party = RD_NEW_N(w->a, uint32_t, b->party.n + 1);
	for (rd_row i = 0; i < b->line.n; i++) {
		if (size_of(b, i) < w->rules->min_amount || size_of(b, i) == 0)
			continue;
		w->account[b->line.account[i]] = 1;
		w->party[b->line.party[i]] = 1;
	}
}

static void by_accounts(work *w, const rd_by_account *x, rd_row *rows)
{
	const rd_book *b = w->b;

	for (rd_row k = 1; k < b->account.n; k++) {
		if (w->rules->skip_bank && is_bank((rd_role)b->account.role[k]))
			continue;
		w->judged |= x->start[k + 1] - x->start[k] >= 2 * w->rules->min_n;
		for (uint32_t side = 0; side < 2 && w->account[k]; side++) {
			uint32_t n = 0;

			for (rd_row i = x->start[k]; i < x->start[k + 1]; i++) {
				rd_row r = x->rows[i];

				rows[n] = r;
				n += (b->line.flags[r] & RD_LINE_CREDIT) == side && b->line.amount[r] != 0;
			}
			judge_group(w, rows, n, RD_OUTLIER_ACCOUNT);
		}
	}
}

/* Largest amount more than rsf times the next one. */
static void largest(work *w, const rd_row *rows, uint32_t n)
{
	uint32_t first = 0;
	rd_minor next = 0;

	if (n < RSF_MIN)
		return;
	w->judged = true;
	for (uint32_t i = 1; i < n; i++)
		if (size_of(w->b, rows[i]) > size_of(w->b, rows[first]))
			first = i;
	for (uint32_t i = 0; i < n; i++)
		if (i != first && size_of(w->b, rows[i]) > next)
			next = size_of(w->b, rows[i]);
	rd_minor top = size_of(w->b, rows[first]);

	if (next > 0 && top / next >= w->rules->rsf && top > next * w->rules->rsf &&
	    top >= w->rules->min_amount)
		add(w, rows[first], RD_OUTLIER_LARGEST, next, n, 0);
}

/* The larger amount; of equal ones the later account code, so that rows have no say. */
static bool counts_more(const rd_book *b, rd_row i, rd_row k)
{
	rd_minor x = size_of(b, i), y = size_of(b, k);

	if (x != y)
		return x > y;
	return rd_str_cmp(rd_book_text(b, b->account.code[b->line.account[i]]),
	                  rd_book_text(b, b->account.code[b->line.account[k]])) > 0;
}

/* Lines by party, one for each voucher: the largest. */
static void by_parties(work *w)
{
	const rd_book *b = w->b;
	rd_row *start = RD_NEW_N(w->a, rd_row, b->party.n + 2);
	rd_row *end = RD_NEW_N(w->a, rd_row, b->party.n + 1), total = 0;
	rd_row *of = RD_NEW_N(w->a, rd_row, b->party.n + 1); /* 1 + voucher of the last row kept */

	for (rd_row i = 0; i < b->line.n; i++)
		start[b->line.party[i] + 1] += w->party[b->line.party[i]];
	start[1] = 0; /* lines without a partner */
	for (rd_row p = 1; p < b->party.n; p++) {
		total += start[p + 1];
		start[p + 1] = total;
		end[p] = start[p];
	}
	rd_row *rows = RD_NEW_N(w->a, rd_row, total + 1);

	for (rd_row v = 0; v < b->voucher.n; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			rd_row p = b->line.party[i];

			if (p == 0 || !w->party[p] || b->line.amount[i] == 0)
				continue;
			if (of[p] == v + 1) {
				if (counts_more(b, i, rows[end[p] - 1]))
					rows[end[p] - 1] = i;
				continue;
			}
			of[p] = v + 1;
			rows[end[p]++] = i;
		}
	for (rd_row p = 1; p < b->party.n; p++) {
		judge_group(w, rows + start[p], end[p] - start[p], RD_OUTLIER_PARTY);
		largest(w, rows + start[p], end[p] - start[p]);
	}
}

/* By voucher, the strongest first; a total order that does not depend on rows of others. */
typedef struct ranked {
	rd_row voucher;
	rd_outlier o;
} ranked;

static int rank_order(const void *pa, const void *pb)
{
	const ranked *a = pa, *b = pb;

	if (a->voucher != b->voucher)
		return a->voucher < b->voucher ? -1 : 1;
	if (a->o.z_milli != b->o.z_milli)
		return a->o.z_milli > b->o.z_milli ? -1 : 1;
	if (a->o.why != b->o.why)
		return a->o.why < b->o.why ? -1 : 1;
	return a->o.line < b->o.line ? -1 : a->o.line > b->o.line;
}

static void keep_strongest(work *w, rd_outliers *ret)
{
	ranked *r = RD_NEW_N(w->a, ranked, w->n + 1);

	for (uint32_t i = 0; i < w->n; i++)
		r[i] = (ranked){rd_line_voucher(w->b, w->found[i].line), w->found[i]};
	if (w->n > 1)
		qsort(r, w->n, sizeof *r, rank_order);
	for (uint32_t i = 0; i < w->n; i++)
		if (i == 0 || r[i].voucher != r[i - 1].voucher)
			w->found[ret->n++] = r[i].o;
	ret->items = w->found;
}

bool rd_outliers_find(rd_outliers *ret, rd_arena *a, const rd_book *b, const rd_by_account *x,
                      const rd_outlier_rules *rules)
{
	work w = {.b = b, .rules = rules, .a = a};
	rd_row most = b->voucher.n + 1; /* a party has one amount a voucher */

	for (rd_row k = 0; k < b->account.n; k++)
		if (x->start[k + 1] - x->start[k] > most)
			most = x->start[k + 1] - x->start[k];
	*ret = (rd_outliers){NULL, 0};
	w.values = RD_NEW_N(a, int64_t, most);
	w.spare = RD_NEW_N(a, int64_t, most);
	w.tmp = RD_NEW_N(a, int64_t, most);
	rd_log_table_init(&w.logs);
	mark_material(&w);
	by_accounts(&w, x, RD_NEW_N(a, rd_row, most));
	by_parties(&w);
	keep_strongest(&w, ret);
	RD_ASSERT(ret->n <= w.n);
	return w.judged;
}

rd_minor rd_outlier_materiality(const rd_book *b)
{
	rd_minor turnover = 0;
	int32_t years = 1;

	for (rd_row i = 0; i < b->line.n && turnover < RD_MINOR_MAX; i++)
		if (b->account.role[b->line.account[i]] == RD_ROLE_REVENUE && b->line.amount[i] > 0 &&
		    b->line.flags[i] & RD_LINE_CREDIT)
			turnover += b->line.amount[i];
	if (b->first_day != RD_DAY_NONE)
		years += rd_day_date(b->last_day).year - rd_day_date(b->first_day).year;
	return turnover / years / 200;
}
