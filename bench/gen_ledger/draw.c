#include "ledger.h"
#include <string.h>

#define AMOUNT_MAX INT64_C(5000000000000)

static const char *const preparers[] = {"王芳", "李娜", "张敏", "刘洋", "陈静", "杨帆",
                                        "赵磊", "黄婷", "周杰", "吴倩", "徐明", "孙丽"};
static const char *const reviewers[] = {"何建国", "马春华", "朱海涛", "郭晓燕", "林志强", "罗文斌"};
enum {
	PREPARERS = sizeof preparers / sizeof *preparers,
	REVIEWERS = sizeof reviewers / sizeof *reviewers,
};

/* Drawing one voucher. */

static int party_draw(gen *g, int template)
{
	if (!templates[template].has_party)
		return -1;
	return g->party_pick[rng_next(&g->rng) >> 44]; /* 20 bits: PARTY_SLOTS */
}

static kind kind_draw(gen *g)
{
	double x = rng_unit(&g->rng);

	if (g->anom > 0 && x / g->anom < KINDS - 1)
		return (kind)(1 + (int)(x / g->anom));
	return KIND_NONE;
}

/* A duplicate repeats the voucher before, so that must be of this day and have a partner. */
static bool can_repeat(const gen *g, const voucher *v)
{
	return g->last.n > 0 && g->last.day == v->day && g->last.party >= 0;
}

/* Expenses just below 5,000 yuan: one account whose digits are far from Benford's law. */
static void draw_split_expense(gen *g, voucher *v)
{
	int64_t amount = 490000 + rng_below(&g->rng, 10000);

	v->template = CASH_EXPENSE;
	v->n = 2;
	v->party = -1;
	v->lines[0] = (line){.account = g->split_expense, .debit = amount};
	v->lines[1] = (line){.account = g->cash, .credit = amount};
}

static void draw_repeated(const gen *g, voucher *v)
{
	memcpy(v->lines, g->last.lines, sizeof v->lines);
	v->n = g->last.n;
	v->party = g->last.party;
	v->template = g->last.template;
}

/* Two accounts that no template brings together; after 1,000 tries any pair is taken. */
static void draw_rare_pair(gen *g, voucher *v)
{
	int debit, credit, tries = 0;

	do {
		debit = rng_below(&g->rng, g->n_accounts);
		credit = rng_below(&g->rng, g->n_accounts);
	} while ((debit == credit || g->usual_pair[debit][credit] || debit == g->cash ||
	          credit == g->cash) &&
	         ++tries < 1000);
	g->usual_pair[debit][credit] = true;

	int64_t amount = rng_amount(&g->rng, 8, 1.5) + 1;

	v->n = 2;
	v->party = -1;
	v->lines[0] = (line){.account = debit, .debit = amount};
	v->lines[1] = (line){.account = credit, .credit = amount};
}

static int64_t draw_amount(gen *g, const voucher *v)
{
	const struct template *t = &templates[v->template];
	int64_t amount = rng_amount(&g->rng, t->mu, t->sigma) + v->n * 100;

	if (v->kind == KIND_ROUND)
		amount = (1 + rng_below(&g->rng, 50)) * INT64_C(1000000);
	if (v->kind == KIND_OUTLIER)
		amount *= 20000;
	if (amount > AMOUNT_MAX)
		amount = AMOUNT_MAX + rng_below(&g->rng, 1000000);
	return amount;
}

/* The next part of `rest`; the last line of a side takes what is left. */
static int64_t draw_share(gen *g, int64_t *rest, bool is_last)
{
	int64_t share = *rest;

	if (!is_last)
		share = (int64_t)((double)*rest * (0.15 + 0.6 * rng_unit(&g->rng)));
	if (share < 1)
		share = 1;
	*rest -= share;
	return share;
}

static void draw_from_template(gen *g, voucher *v)
{
	int64_t amount = draw_amount(g, v);

	/* A round amount stays round only where it is not divided. */
	if (v->kind == KIND_ROUND) {
		while (g->template_lines[v->template] != 2)
			v->template = rng_below(&g->rng, TEMPLATES);
		v->n = 2;
		v->party = party_draw(g, v->template);
	}

	const int *codes = templates[v->template].accounts;
	const int *accounts = g->template_accounts[v->template][v->variant];
	int64_t debit_rest = amount, credit_rest = amount;
	int debits = 0, credits = 0;

	for (int k = 0; k < v->n; k++)
		*(codes[k] > 0 ? &debits : &credits) += 1;
	for (int k = 0; k < v->n; k++) {
		v->lines[k].account = accounts[k];
		if (codes[k] > 0)
			v->lines[k].debit = draw_share(g, &debit_rest, --debits == 0);
		else
			v->lines[k].credit = draw_share(g, &credit_rest, --credits == 0);
	}
}

static void draw_lines(gen *g, const month *m, voucher *v)
{
	uint64_t done = g->n_lines - m->first_line;

	*v = (voucher){.month = m->no, .kind = kind_draw(g)};
	v->template = g->template_pick[rng_below(&g->rng, TEMPLATE_SLOTS)];
	v->variant = rng_below(&g->rng, VARIANTS);
	v->n = g->template_lines[v->template];
	v->day = m->workdays[done * (uint64_t)m->n_workdays / m->n_lines];
	v->party = party_draw(g, v->template);
	if (v->kind == KIND_DUPLICATE && !can_repeat(g, v))
		v->kind = KIND_NONE;
	if (v->kind == KIND_DUP_NO && m->last_was_dup)
		v->kind = KIND_NONE;

	if (g->anom > 0 && v->kind == KIND_NONE && rng_below(&g->rng, 100) == 0)
		draw_split_expense(g, v);
	else if (v->kind == KIND_DUPLICATE)
		draw_repeated(g, v);
	else if (v->kind == KIND_RARE_PAIR)
		draw_rare_pair(g, v);
	else
		draw_from_template(g, v);
	g->last = *v;
}

/* Numbering, people, papers; the planted kind of exception is then put in. */

static void number_voucher(gen *g, month *m, voucher *v)
{
	v->id = ++g->n_vouchers;
	m->last_was_dup = v->kind == KIND_DUP_NO;
	if (v->kind == KIND_DUP_NO) {
		g->planted[KIND_DUP_NO]++;
	} else {
		m->last_number++;
		if (v->kind == KIND_GAP) {
			uint32_t gap = 1 + (uint32_t)rng_below(&g->rng, 3);

			m->last_number += gap;
			g->planted[KIND_GAP] += gap;
		}
	}
	v->number = m->last_number;
}

static void sign_voucher(gen *g, voucher *v)
{
	v->preparer = preparers[rng_below(&g->rng, PREPARERS)];
	v->reviewer = reviewers[rng_below(&g->rng, REVIEWERS)];
	v->attachments = 1 + rng_below(&g->rng, 9);
	v->document = 10000000 + (uint64_t)rng_below(&g->rng, 89999999);
}

static void plant_unbalanced(gen *g, voucher *v)
{
	line *l = &v->lines[rng_below(&g->rng, v->n)];

	*(l->debit ? &l->debit : &l->credit) += 1 + rng_below(&g->rng, 9999);
}

/* A blank summary belongs to one line, the other blanks to all lines: the count differs. */
static uint64_t plant_missing(gen *g, voucher *v)
{
	switch (rng_below(&g->rng, 4)) {
	case 0: v->lines[rng_below(&g->rng, v->n)].no_summary = true; return 1;
	case 1: v->reviewer = ""; break;
	case 2: v->attachments = 0; break;
	default: v->document = 0;
	}
	return (uint64_t)v->n;
}

static int draw_day(gen *g, int month_no, bool weekend)
{
	int n_days = g->month_start[month_no + 1] - g->month_start[month_no], day;

	do
		day = g->month_start[month_no] + rng_below(&g->rng, n_days);
	while (is_weekend(g, day) != weekend);
	return day;
}

static void plant(gen *g, voucher *v)
{
	uint64_t found = 1;

	switch (v->kind) {
	case KIND_UNBALANCED: plant_unbalanced(g, v); break;
	case KIND_MISSING: found = plant_missing(g, v); break;
	case KIND_UNKNOWN: {
		int k = rng_below(&g->rng, v->n);

		v->lines[k].unknown = 1 + rng_below(&g->rng, UNKNOWN_CODES);
		break;
	}
	case KIND_SELF_REVIEW: v->preparer = v->reviewer; break;
	case KIND_WEEKEND:
		v->day = draw_day(g, v->month, true);
		found = (uint64_t)v->n;
		break;
	case KIND_PERIOD:
		v->day = draw_day(g, v->month + (v->month < MONTHS - 1 ? 1 : -1), false);
		found = (uint64_t)v->n;
		break;
	case KIND_DUPLICATE: found = (uint64_t)v->n; break;
	default: return; /* counted elsewhere: numbers, pairs, round amounts */
	}
	g->planted[v->kind] += found;
}

void voucher_draw(gen *g, month *m, voucher *v)
{
	draw_lines(g, m, v);
	number_voucher(g, m, v);
	sign_voucher(g, v);
	plant(g, v);
}
