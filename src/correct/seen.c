#include "correct/seen.h"
#include <stdlib.h>

/* What a voucher does to one account on one side; party: 0 = none named. */
typedef struct effect {
	rd_row account;
	rd_text party;
	bool credit;
	rd_minor amount;
} effect;

typedef struct effects {
	effect *items;
	uint32_t n;
} effects;

static int effect_cmp(const void *x, const void *y)
{
	const effect *a = x, *b = y;

	if (a->account != b->account)
		return a->account < b->account ? -1 : 1;
	if (a->credit != b->credit)
		return a->credit ? 1 : -1;
	return (a->party > b->party) - (a->party < b->party);
}

/* Sorted, one for each account, side and party; nothing that sums to nil. */
static void fold(effects *e)
{
	uint32_t n = 0, kept = 0;

	if (e->n)
		qsort(e->items, e->n, sizeof *e->items, effect_cmp);
	for (uint32_t i = 0; i < e->n; i++) {
		if (n && effect_cmp(&e->items[n - 1], &e->items[i]) == 0)
			e->items[n - 1].amount += e->items[i].amount;
		else
			e->items[n++] = e->items[i];
	}
	for (uint32_t i = 0; i < n; i++)
		if (e->items[i].amount)
			e->items[kept++] = e->items[i];
	e->n = kept;
}

static rd_text party_id(const rd_book *b, rd_str key)
{
	rd_text id = key.len ? rd_book_find_text(b, key) : 0;

	for (rd_row p = 1; id && p < b->party.n; p++)
		if (b->party.key[p] == id || b->party.code[p] == id || b->party.name[p] == id)
			return b->party.key[p];
	return 0;
}

/* False when the draft names an account that the books do not have: it cannot be in them. */
static bool effects_of_draft(rd_arena *arena, const rd_book *b, const rd_voucher_draft *d,
                             effects *ret)
{
	ret->items = RD_NEW_N(arena, effect, d->n_lines + 1);
	ret->n = 0;
	for (uint32_t i = 0; i < d->n_lines; i++) {
		rd_row a = rd_book_find_account(b, d->lines[i].account);

		if (a == 0) {
			ret->n = 0;
			return false;
		}
		ret->items[ret->n++] =
			(effect){a, party_id(b, d->lines[i].party), d->lines[i].credit, d->lines[i].amount};
	}
	fold(ret);
	return true;
}

static void effects_of_voucher(rd_arena *arena, const rd_book *b, rd_row v, effects *ret)
{
	rd_row from = b->voucher.first[v], to = b->voucher.first[v + 1];

	ret->items = RD_NEW_N(arena, effect, (size_t)(to - from) * 2 + 1);
	ret->n = 0;
	for (rd_row i = from; i < to; i++) {
		rd_text party = b->line.party[i] ? b->party.key[b->line.party[i]] : 0;

		ret->items[ret->n++] =
			(effect){b->line.account[i], party, rd_line_is_credit(b, i), b->line.amount[i]};
		if (b->line.flags[i] & RD_LINE_BOTH)
			ret->items[ret->n++] =
				(effect){b->line.account[i], party, true, rd_book_both_credit(b, i)};
	}
	fold(ret);
}

static bool same(const effects *x, const effects *y)
{
	if (x->n != y->n)
		return false;
	for (uint32_t i = 0; i < x->n; i++) {
		const effect *a = &x->items[i], *b = &y->items[i];

		if (a->account != b->account || a->credit != b->credit || a->amount != b->amount ||
		    (a->party && b->party && a->party != b->party))
			return false;
	}
	return true;
}

/* Accounts and sides that both have: how near a voucher is that is not it. */
static uint32_t nearness(const effects *x, const effects *y)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < x->n; i++)
		for (uint32_t k = 0; k < y->n; k++)
			n += x->items[i].account == y->items[k].account &&
			     x->items[i].credit == y->items[k].credit &&
			     (x->items[i].amount < 0) == (y->items[k].amount < 0);
	return n;
}

static bool has_text(const rd_book *b, rd_row v, const rd_voucher_draft *d)
{
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		for (uint32_t k = 0; k < d->n_lines; k++)
			if (d->lines[k].text.len &&
			    rd_str_eq(rd_book_text(b, rd_line_text(b, i)), d->lines[k].text))
				return true;
	return false;
}

typedef struct looking {
	rd_arena *scratch;
	const rd_book *b;
	bool *taken; /* by voucher */
	const rd_voucher_draft *d;
	rd_row original;
	effects wanted;
	bool possible;
} looking;

static void look_at(looking *l, rd_row v, rd_draft_seen *best, uint32_t *score, uint32_t *near)
{
	effects e;
	uint32_t points;

	effects_of_voucher(l->scratch, l->b, v, &e);
	if (l->possible && same(&l->wanted, &e)) {
		bool text = has_text(l->b, v, l->d);

		points = 1 + (text ? 2 : 0) + (l->b->voucher.date[v] == l->d->date ? 1 : 0);
		if (points > *score)
			*best = (rd_draft_seen){.seen = true, .voucher = v, .same_text = text};
		*score = points > *score ? points : *score;
		return;
	}
	points = nearness(&l->wanted, &e) * 2 + (has_text(l->b, v, l->d) ? 5 : 0);
	if (!best->seen && points > *near) {
		best->voucher = v;
		*near = points;
	}
}

static rd_draft_seen find(looking *l)
{
	rd_draft_seen best = {.voucher = RD_NONE};
	uint32_t score = 0, near = 2;
	rd_period from = l->d->period ? l->d->period : rd_day_period(l->d->date);

	for (rd_row v = 0; v < l->b->voucher.n; v++) {
		if (l->taken[v] || v == l->original || l->b->voucher.flags[v] & RD_VCH_VOID ||
		    l->b->voucher.period[v] < from ||
		    l->b->voucher.first[v + 1] - l->b->voucher.first[v] > RD_DRAFT_LINES_MAX)
			continue;
		rd_arena_reset(l->scratch);
		look_at(l, v, &best, &score, &near);
	}
	return best;
}

rd_draft_seen *rd_drafts_seen(rd_arena *arena, const rd_book *book, const rd_drafts *drafts,
                              uint32_t *ret_missing)
{
	rd_draft_seen *all = RD_NEW_N(arena, rd_draft_seen, drafts->n + 1);
	looking l = {.b = book, .scratch = rd_arena_new()};

	l.taken = RD_NEW_N(arena, bool, (size_t)book->voucher.n + 1);
	*ret_missing = 0;
	for (uint32_t i = 0; i < drafts->n; i++) {
		l.d = &drafts->items[i];
		l.original = RD_NONE;
		/* What is entered anew may keep the number of the one whose place it takes. */
		if (l.d->has_original && l.d->role != RD_DRAFT_REENTER)
			l.original = rd_voucher_ref_find(book, &l.d->original);
		l.possible = effects_of_draft(arena, book, l.d, &l.wanted);
		all[i] = find(&l);
		if (all[i].seen)
			l.taken[all[i].voucher] = true;
		*ret_missing += !all[i].seen;
	}
	rd_arena_free(l.scratch);
	return all;
}

void rd_drafts_missing_text(const rd_book *book, const rd_drafts *drafts, const rd_draft_seen *seen,
                            int lang, rd_buf *out)
{
	for (uint32_t i = 0; i < drafts->n; i++) {
		const rd_voucher_draft *d = &drafts->items[i];
		rd_words role = rd_draft_role_words(d->role);
		char day[16], money[RD_MINOR_TEXT], name[96];

		if (seen[i].seen)
			continue;
		rd_day_format(d->date, day);
		rd_minor_format(rd_draft_debit(d), 2, true, money);
		rd_buf_printf(out,
		              lang == RD_EN ? "Voucher %u (%s, %s, %s) is not in the books"
		                            : "第 %u 张（%s，%s，%s）在账里没有找到",
		              i + 1, lang == RD_EN ? role.en : role.zh, day, money);
		if (seen[i].voucher != RD_NONE) {
			rd_voucher_name(book, seen[i].voucher, true, name, sizeof name);
			rd_buf_printf(out, lang == RD_EN ? "; the nearest one is %s" : "；最接近的是 %s", name);
		}
		rd_buf_puts(out, lang == RD_EN ? ".\n" : "。\n");
	}
}
