#include "io/gbt.h"
#include "base/assert.h"
#include <stdlib.h>

void rd_gbt_balances_add(rd_gbt_balances *b, const rd_gbt_balance *row)
{
	b->rows = rd_grow(b->arena, b->rows, b->n, &b->cap, sizeof *b->rows);
	b->rows[b->n++] = *row;
}

void rd_gbt_balances_credit(rd_gbt_balances *b, rd_text account)
{
	b->credit = rd_grow(b->arena, b->credit, b->n_credit, &b->cap_credit, sizeof *b->credit);
	b->credit[b->n_credit++] = account;
}

static int text_cmp(const void *a, const void *b)
{
	rd_text x = *(const rd_text *)a, y = *(const rd_text *)b;

	return (x > y) - (x < y);
}

static int row_cmp(const void *a, const void *b)
{
	const rd_gbt_balance *x = a, *y = b;

	if (x->period != y->period)
		return x->period < y->period ? -1 : 1;
	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	if (x->party != y->party)
		return x->party < y->party ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static rd_minor add(rd_minor a, rd_minor b)
{
	rd_minor sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? -RD_MINOR_MAX : RD_MINOR_MAX;
	return sum;
}

/*
 * GB/T 19581 writes one balance without a side. Exporters take it either on the account's own
 * side or as debit positive; opening + movement = closing tells which, on the accounts that
 * have a credit balance by their chart. Without such rows it is the account's own side.
 */
static bool debit_positive(const rd_gbt_balances *b)
{
	uint32_t own = 0, positive = 0;

	for (uint32_t i = 0; i < b->n; i++) {
		const rd_gbt_balance *r = &b->rows[i];
		rd_minor move = add(r->credit, -r->debit), change = add(r->close, -r->open);

		if (move == 0 || b->n_credit == 0 ||
		    bsearch(&r->account, b->credit, b->n_credit, sizeof *b->credit, text_cmp) == NULL)
			continue;
		own += change == move;
		positive += change == -move;
	}
	return positive > own;
}

/* Adds a row to a sum; the side as written is kept while there is only one row. */
static void sum_add(rd_gbt_balance *sum, const rd_gbt_balance *r, uint32_t n)
{
	if (n == 0) {
		*sum = *r;
		return;
	}
	if (n == 1) {
		sum->open = sum->open_credit ? -sum->open : sum->open;
		sum->close = sum->close_credit ? -sum->close : sum->close;
		sum->open_credit = sum->close_credit = false;
	}
	sum->open = add(sum->open, r->open_credit ? -r->open : r->open);
	sum->close = add(sum->close, r->close_credit ? -r->close : r->close);
	sum->debit = add(sum->debit, r->debit);
	sum->credit = add(sum->credit, r->credit);
}

/* A sum of several rows stands on the side it comes to; one row stays as it was written. */
static void set_balance(rd_fields *f, rd_field debit, rd_minor v, bool credit, bool summed)
{
	char text[RD_MINOR_TEXT];

	if (summed && v < 0) {
		v = -v;
		credit = true;
	}
	rd_minor_format(v, 2, false, text);
	rd_fields_set(f, debit, credit ? RD_STR("0") : rd_str_of(text));
	rd_fields_set(f, debit + 1, credit ? rd_str_of(text) : RD_STR("0"));
}

static void set_money(rd_fields *f, rd_field field, rd_minor v)
{
	char text[RD_MINOR_TEXT];

	rd_minor_format(v, 2, false, text);
	rd_fields_set(f, field, rd_str_of(text));
}

/* natural: balances stand on the account's own side, which the chart tells at the seal. */
static void emit(rd_builder *builder, rd_row file, rd_fields *f, const rd_gbt_balance *r,
                 rd_text party, bool summed, bool natural)
{
	rd_layout layout;

	rd_fields_clear(f);
	rd_fields_set(f, RD_F_ACCOUNT_CODE, rd_builder_str(builder, r->account));
	if (party)
		rd_fields_set(f, RD_F_PARTY_NAME, rd_builder_str(builder, party));
	set_money(f, RD_F_MOVE_D, r->debit);
	set_money(f, RD_F_MOVE_C, r->credit);
	if (natural) {
		set_money(f, RD_F_OPEN, r->open);
		set_money(f, RD_F_CLOSE, r->close);
	} else {
		set_balance(f, RD_F_OPEN_D, r->open, r->open_credit, summed);
		set_balance(f, RD_F_CLOSE_D, r->close, r->close_credit, summed);
	}
	rd_fields_layout(f, &layout);
	rd_builder_add_tb(builder, file, &layout, r->period, f->cell, RD_FIELD_COUNT, r->line);
}

/* One account and period: rows[from..to), sorted by party. */
static void account_rows(const rd_gbt_balances *b, rd_builder *builder, rd_row file, rd_fields *f,
                         uint32_t from, uint32_t to, bool natural)
{
	rd_gbt_balance sum = {0};
	bool has_plain = false;
	uint32_t n = 0;

	for (uint32_t i = from; i < to; i++)
		has_plain |= b->rows[i].plain;
	for (uint32_t i = from; i < to; i++)
		if (!has_plain || b->rows[i].plain)
			sum_add(&sum, &b->rows[i], n++);
	emit(builder, file, f, &sum, 0, n > 1 || !b->sides, natural);
	for (uint32_t i = from; i < to;) {
		rd_text party = b->rows[i].party;

		for (n = 0; i < to && b->rows[i].party == party; i++)
			sum_add(&sum, &b->rows[i], n++);
		if (party)
			emit(builder, file, f, &sum, party, n > 1 || !b->sides, natural);
	}
}

void rd_gbt_balances_end(rd_gbt_balances *b, rd_builder *builder, rd_row file)
{
	rd_fields f;

	if (b->n == 0)
		return;
	if (b->n_credit)
		qsort(b->credit, b->n_credit, sizeof *b->credit, text_cmp);
	bool natural = !b->sides && !debit_positive(b);
	qsort(b->rows, b->n, sizeof *b->rows, row_cmp);
	_Static_assert(RD_F_OPEN_C == RD_F_OPEN_D + 1 && RD_F_CLOSE_C == RD_F_CLOSE_D + 1,
	               "set_balance fills a pair");
	rd_fields_init(&f);
	for (uint32_t from = 0, to; from < b->n; from = to) {
		const rd_gbt_balance *r = &b->rows[from];

		for (to = from + 1;
		     to < b->n && b->rows[to].period == r->period && b->rows[to].account == r->account;
		     to++)
			;
		account_rows(b, builder, file, &f, from, to, natural);
	}
	rd_fields_done(&f);
}
