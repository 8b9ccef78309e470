#include "desk/compare.h"
#include "base/assert.h"
#include "base/hash.h"
#include "book/serial.h"
#include <stdlib.h>

typedef struct named {
	uint64_t name, content;
	rd_row voucher;
	bool paired;
} named;

static uint64_t add_text(uint64_t h, const rd_book *b, rd_text id)
{
	return rd_hash_str(h, rd_book_text(b, id));
}

static uint64_t content_of(const rd_book *b, rd_row v)
{
	uint64_t h = rd_hash_i64(RD_HASH_START, b->voucher.date[v]);

	h = rd_hash_i64(h, b->voucher.flags[v] & RD_VCH_VOID);
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		char number[96] = "";
		rd_serial document = rd_line_document(b, i);

		h = add_text(h, b, b->account.code[b->line.account[i]]);
		h = rd_hash_i64(h, rd_line_debit(b, i));
		h = rd_hash_i64(h, rd_line_credit(b, i));
		h = add_text(h, b, rd_line_text(b, i));
		h = add_text(h, b, b->party.key[b->line.party[i]]);
		if (document)
			rd_serial_format(b, document, number, sizeof number);
		h = rd_hash_str(h, rd_str_of(number));
	}
	return h;
}

static uint64_t name_of(const rd_book *b, rd_row v, uint64_t content)
{
	char number[96];
	uint64_t h = rd_hash_i64(RD_HASH_START, b->voucher.period[v]);

	if (b->voucher.number[v] == 0)
		return rd_hash_i64(h, (int64_t)content);
	if (b->voucher.journal)
		h = add_text(h, b, b->voucher.journal[v]);
	rd_serial_format(b, b->voucher.number[v], number, sizeof number);
	return rd_hash_str(h, rd_str_of(number));
}

static int named_cmp(const void *x, const void *y)
{
	const named *a = x, *b = y;
	int c = (a->name > b->name) - (a->name < b->name);

	if (c == 0)
		c = (a->content > b->content) - (a->content < b->content);
	return c ? c : (a->voucher > b->voucher) - (a->voucher < b->voucher);
}

static named *names_of(const rd_book *b, rd_arena *a, uint32_t *ret_n)
{
	uint32_t n = b ? b->voucher.n : 0;
	named *list = RD_NEW_N(a, named, n + 1u);

	for (rd_row v = 0; v < n; v++) {
		list[v].voucher = v;
		list[v].content = content_of(b, v);
		list[v].name = name_of(b, v, list[v].content);
	}
	if (n)
		qsort(list, n, sizeof *list, named_cmp);
	*ret_n = n;
	return list;
}

typedef struct comparing {
	const rd_book *was;
	rd_book_changes *ret;
	rd_voucher_change *list;
} comparing;

static void note(comparing *c, rd_change_kind kind, rd_row was, rd_row now)
{
	bool posted = was != RD_NONE && (c->was->voucher.flags[was] & RD_VCH_POSTED) != 0;
	uint32_t *counts[] = {&c->ret->changed, &c->ret->vanished, &c->ret->added};

	++*counts[kind];
	c->ret->posted += posted;
	c->list[c->ret->n++] = (rd_voucher_change){kind, posted, was, now};
}

/* One name: equal contents are the same voucher; what is left is paired in order. */
static void compare_name(comparing *c, named *was, uint32_t n_was, named *now, uint32_t n_now)
{
	uint32_t i = 0, k = 0;

	while (i < n_was && k < n_now) {
		if (was[i].content == now[k].content) {
			was[i++].paired = now[k++].paired = true;
			c->ret->same++;
		} else if (was[i].content < now[k].content) {
			i++;
		} else {
			k++;
		}
	}
	for (i = k = 0; i < n_was || k < n_now;) {
		if (i < n_was && was[i].paired)
			i++;
		else if (k < n_now && now[k].paired)
			k++;
		else if (i < n_was && k < n_now)
			note(c, RD_CHANGE_CHANGED, was[i++].voucher, now[k++].voucher);
		else if (i < n_was)
			note(c, RD_CHANGE_VANISHED, was[i++].voucher, RD_NONE);
		else
			note(c, RD_CHANGE_NEW, RD_NONE, now[k++].voucher);
	}
}

static uint32_t run_of(const named *list, uint32_t n)
{
	uint32_t k = 0;

	while (k < n && list[k].name == list[0].name)
		k++;
	return k;
}

static int change_cmp(const void *x, const void *y)
{
	const rd_voucher_change *a = x, *b = y;
	rd_row p = a->was == RD_NONE ? a->now : a->was, q = b->was == RD_NONE ? b->now : b->was;

	if (a->posted != b->posted)
		return a->posted ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (p > q) - (p < q);
}

void rd_books_compare(const rd_book *was, const rd_book *now, rd_arena *a, rd_book_changes *ret)
{
	comparing c = {.was = was, .ret = ret};
	uint32_t n, m, i = 0, k = 0;

	*ret = (rd_book_changes){0};
	named *x = names_of(was, a, &n), *y = names_of(now, a, &m);
	c.list = RD_NEW_N(a, rd_voucher_change, (size_t)n + m + 1);
	while (i < n || k < m) {
		bool left = i < n && (k == m || x[i].name <= y[k].name);
		bool right = k < m && (i == n || y[k].name <= x[i].name);
		uint32_t p = left ? run_of(x + i, n - i) : 0, q = right ? run_of(y + k, m - k) : 0;

		compare_name(&c, x + i, p, y + k, q);
		i += p;
		k += q;
	}
	RD_ASSERT(ret->same + ret->changed + ret->vanished == n && ret->n <= n + m);
	if (ret->n)
		qsort(c.list, ret->n, sizeof *c.list, change_cmp);
	ret->list = c.list;
}
