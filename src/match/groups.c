/* Step 4: one line that stands for several of the other side. */
#include "match/inner.h"
#include <stdlib.h>

/* ---- bundles: lines that belong together by themselves ---- */

typedef struct bundle {
	rd_minor sum;
	rd_day date;       /* of the last line */
	uint32_t first, n; /* of `members` */
	uint32_t why, row; /* the least row, for ties */
} bundle;

typedef struct bundles {
	bundle *items;
	uint32_t n, cap;
	uint32_t *members;
	uint32_t n_members, cap_members;
} bundles;

typedef struct keyed {
	uint64_t a, b;
	uint32_t at, row;
} keyed;

static int keyed_cmp(const void *x, const void *y)
{
	const keyed *a = x, *b = y;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static int bundle_cmp(const void *x, const void *y)
{
	const bundle *a = x, *b = y;

	if (a->sum != b->sum)
		return a->sum < b->sum ? -1 : 1;
	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

#define BUNDLE_MAX 1000u /* lines: a payroll of one month */

static void add_bundle(rd_arena *a, bundles *out, const rd_recon_side *s, const keyed *k,
                       uint32_t n, uint32_t why)
{
	bundle b = {.first = out->n_members, .n = n, .why = why, .row = UINT32_MAX};

	if (n > BUNDLE_MAX)
		return;
	for (uint32_t i = 0; i < n; i++) {
		const rd_recon_item *x = &s->items[k[i].at];

		b.sum += x->amount;
		b.date = i == 0 || x->date > b.date ? x->date : b.date;
		b.row = x->row < b.row ? x->row : b.row;
		out->members =
			rd_grow(a, out->members, out->n_members, &out->cap_members, sizeof *out->members);
		out->members[out->n_members++] = k[i].at;
	}
	out->items = rd_grow(a, out->items, out->n, &out->cap, sizeof *out->items);
	out->items[out->n++] = b;
}

/* Open items of one voucher, or of one day, direction and text. */
static void collect(rd_arena *a, bundles *out, const rd_recon_side *s, bool by_voucher)
{
	keyed *k = RD_NEW_N(a, keyed, s->n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		const rd_recon_item *x = &s->items[i];

		if (s->match[i] || x->amount == 0 || (!by_voucher && x->same_text == 0))
			continue;
		k[n].a =
			by_voucher ? x->group : (uint64_t)(x->date + INT64_C(4000000)) * 2 + (x->amount > 0);
		k[n].b = by_voucher ? 0 : x->same_text;
		k[n].at = i;
		k[n++].row = x->row;
	}
	if (n)
		qsort(k, n, sizeof *k, keyed_cmp);
	for (uint32_t i = 0, to; i < n; i = to) {
		for (to = i + 1; to < n && k[to].a == k[i].a && k[to].b == k[i].b;)
			to++;
		if (to - i >= 2)
			add_bundle(a, out, s, k + i, to - i, by_voucher ? RD_RECON_VOUCHER : RD_RECON_SAME);
	}
}

static void singles(rd_arena *a, bundles *out, const rd_recon_side *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (!s->match[i] && s->items[i].amount != 0) {
			keyed k = {.at = i};

			add_bundle(a, out, s, &k, 1, 0);
		}
}

static bool is_open(const bundles *l, const bundle *b, const rd_recon_side *s)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (s->match[l->members[b->first + i]])
			return false;
	return true;
}

static bool any_refused(const rd_recon_work *w, const uint32_t *bank, uint32_t n_bank,
                        const uint32_t *book, uint32_t n_book)
{
	for (uint32_t i = 0; w->n_refused && i < n_bank; i++)
		for (uint32_t k = 0; k < n_book; k++)
			if (rd_recon_refused(w, bank[i], book[k]))
				return true;
	return false;
}

#define EQUAL_MAX 24u /* bundles of one sum that are tried */

/* The nearest open bundle of the same sum takes it. */
static void match_bundles(rd_recon_work *w, const bundles *bank, const bundles *book)
{
	for (uint32_t i = 0, from = 0; i < bank->n; i++) {
		const bundle *b = &bank->items[i], *best = NULL;
		uint32_t least = w->o.window_days + 1, looked = 0;

		while (from < book->n && book->items[from].sum < b->sum)
			from++;
		for (uint32_t k = from; k < book->n && book->items[k].sum == b->sum && looked < EQUAL_MAX;
		     k++) {
			const bundle *l = &book->items[k];
			uint32_t apart = rd_recon_apart(b->date, l->date);

			if ((b->n == 1 && l->n == 1) || apart >= least)
				continue;
			looked++;
			if (is_open(book, l, &w->book) &&
			    !any_refused(w, bank->members + b->first, b->n, book->members + l->first, l->n)) {
				best = l;
				least = apart;
			}
		}
		if (best && is_open(bank, b, &w->bank))
			rd_recon_take(w, bank->members + b->first, b->n, book->members + best->first, best->n,
			              b->why | best->why | RD_RECON_AMOUNT |
			                  (least ? RD_RECON_WINDOW : RD_RECON_DAY),
			              90);
	}
}

static void sort_bundles(bundles *b)
{
	if (b->n)
		qsort(b->items, b->n, sizeof *b->items, bundle_cmp);
}

static void by_bundles(rd_recon_work *w)
{
	for (int step = 0; step < 3; step++) {
		rd_arena *a = rd_arena_new();
		bundles bank = {0}, book = {0};

		if (step != 1)
			singles(a, &bank, &w->bank);
		if (step != 0)
			collect(a, &bank, &w->bank, false);
		if (step != 1) {
			collect(a, &book, &w->book, true);
			collect(a, &book, &w->book, false);
		}
		if (step == 1)
			singles(a, &book, &w->book);
		sort_bundles(&bank);
		sort_bundles(&book);
		match_bundles(w, &bank, &book);
		rd_arena_free(a);
	}
}

/* ---- sums of a few lines ---- */

#define CANDIDATES_MAX 96u
#define SUM_MAX        16u
#define STEPS_MAX      UINT64_C(40000000) /* of all searches: about a fifth of a second */
#define CHANCE         50u /* a sum is taken when it fits by chance in fewer than one of so many */

typedef struct search {
	rd_minor amount[CANDIDATES_MAX]; /* positive, descending */
	uint32_t at[CANDIDATES_MAX];
	uint32_t n, size, found;
	uint32_t chosen[SUM_MAX], solution[SUM_MAX];
	uint64_t steps, max_steps;
} search;

/* Sums of `left` more amounts from `from` on. Stops at the second solution. */
static void find_sums(search *s, rd_minor target, uint32_t from, uint32_t left)
{
	for (uint32_t i = from; i + left <= s->n && s->found < 2 && s->steps < s->max_steps; i++) {
		s->steps++;
		if (s->amount[i] * (rd_minor)left < target)
			return;
		if (s->amount[i] + s->amount[s->n - 1] * (rd_minor)(left - 1) > target)
			continue;
		s->chosen[s->size - left] = i;
		if (left > 1) {
			find_sums(s, target - s->amount[i], i + 1, left - 1);
		} else if (s->amount[i] == target) {
			if (s->found++ == 0)
				memcpy(s->solution, s->chosen, s->size * sizeof *s->chosen);
		}
	}
}

/* n over k, at most 2^62. */
static uint64_t choose(uint32_t n, uint32_t k)
{
	uint64_t v = 1;

	for (uint32_t i = 1; i <= k; i++) {
		if (v > (UINT64_C(1) << 50))
			return UINT64_C(1) << 62;
		v = v * (n - k + i) / i;
	}
	return v;
}

static rd_minor gcd(rd_minor a, rd_minor b)
{
	while (b) {
		rd_minor t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/* How many different sums there can be: in steps of what all amounts are multiples of. Books of
 * round amounts have few, and a fit proves little there. */
static uint64_t spread_of(const search *s, rd_minor target)
{
	rd_minor unit = target;

	for (uint32_t i = 0; i < s->n; i++)
		unit = gcd(unit, s->amount[i]);
	return (uint64_t)(target / (unit ? unit : 1));
}

/* The one sum of the least lines; false when there is none, or several of that size. */
static bool one_sum(rd_recon_work *w, search *s, rd_minor target, bool proven)
{
	uint64_t tried = 0, spread = spread_of(s, target);

	for (s->size = 2; s->size <= w->o.group_max && s->size <= s->n && s->size <= SUM_MAX;
	     s->size++) {
		tried += choose(s->n, s->size);
		if (tried > (proven ? spread : spread / CHANCE))
			return false;
		s->found = 0;
		s->steps = 0;
		s->max_steps = 2000000;
		if (w->steps + s->max_steps > STEPS_MAX) {
			w->r->cut = true;
			return false;
		}
		find_sums(s, target, 0, s->size);
		w->steps += s->steps;
		if (s->steps >= s->max_steps)
			w->r->cut = true;
		if (s->found)
			return s->found == 1;
	}
	return false;
}

typedef struct candidate {
	rd_minor amount;
	uint32_t at, row;
} candidate;

static int candidate_cmp(const void *x, const void *y)
{
	const candidate *a = x, *b = y;

	if (a->amount != b->amount)
		return a->amount > b->amount ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Open items of the same direction and a smaller amount within `window` days. False when there
 * are more than a search takes. */
static bool gather(rd_recon_work *w, const rd_recon_side *one, uint32_t target,
                   const rd_recon_side *many, uint32_t window, bool proven, search *s)
{
	const rd_recon_item *t = &one->items[target];
	rd_minor sign = t->amount < 0 ? -1 : 1;
	candidate c[CANDIDATES_MAX];
	uint32_t n = 0;

	for (uint32_t i = rd_recon_from_day(many, t->date - (rd_day)window); i < many->n; i++) {
		uint32_t at = many->by_day[i];
		const rd_recon_item *x = &many->items[at];
		bool is_bank = one == &w->bank;

		if (x->date > t->date + (rd_day)window)
			break;
		w->steps++;
		if (many->match[at] || x->amount * sign <= 0 || x->amount * sign >= t->amount * sign ||
		    rd_recon_refused(w, is_bank ? target : at, is_bank ? at : target))
			continue;
		if (proven &&
		    !rd_evidence_strong(rd_evidence_like(&one->features[target], &many->features[at])))
			continue;
		if (n == CANDIDATES_MAX)
			return false;
		c[n++] = (candidate){x->amount * sign, at, x->row};
	}
	if (n)
		qsort(c, n, sizeof *c, candidate_cmp);
	for (uint32_t i = 0; i < n; i++) {
		s->amount[i] = c[i].amount;
		s->at[i] = c[i].at;
	}
	s->n = n;
	return true;
}

static bool take_sum(rd_recon_work *w, const rd_recon_side *one, uint32_t target,
                     const rd_recon_side *many, uint32_t window, bool proven)
{
	search s;
	uint32_t items[SUM_MAX];
	rd_minor amount = one->items[target].amount;

	if (!gather(w, one, target, many, window, proven, &s) || s.n < 2 ||
	    !one_sum(w, &s, amount < 0 ? -amount : amount, proven))
		return false;
	for (uint32_t i = 0; i < s.size; i++) { /* by row, as people read them */
		uint32_t at = s.at[s.solution[i]], k = i;

		for (; k > 0 && many->items[items[k - 1]].row > many->items[at].row; k--)
			items[k] = items[k - 1];
		items[k] = at;
	}
	uint32_t why = RD_RECON_SUM | RD_RECON_AMOUNT | (window ? RD_RECON_WINDOW : RD_RECON_DAY) |
	               (proven ? RD_RECON_TEXT : 0);

	if (one == &w->bank)
		rd_recon_take(w, &target, 1, items, s.size, why, proven ? 85 : 70);
	else
		rd_recon_take(w, items, s.size, &target, 1, why, proven ? 85 : 70);
	return true;
}

static void by_sums(rd_recon_work *w, const rd_recon_side *one, const rd_recon_side *many,
                    bool proven)
{
	static const uint8_t days[] = {0, 1, 2, 3, 5, 7, 10, 14, 21, 30};

	/* the tightest windows first over all items: fewer lines, less chance */
	for (size_t k = proven ? 6 : 0; k < sizeof days; k++) {
		if (days[k] > w->o.window_days && !proven)
			break;
		for (uint32_t i = 0; i < one->n && w->steps < STEPS_MAX; i++) {
			uint32_t at = one->by_day[i];

			if (!one->match[at] && one->items[at].amount != 0)
				take_sum(w, one, at, many, days[k], proven);
		}
	}
	if (w->steps >= STEPS_MAX)
		w->r->cut = true;
}

void rd_recon_groups(rd_recon_work *w)
{
	by_bundles(w);
	by_sums(w, &w->bank, &w->book, true);
	by_sums(w, &w->book, &w->bank, true);
	by_sums(w, &w->bank, &w->book, false);
	by_sums(w, &w->book, &w->bank, false);
}
