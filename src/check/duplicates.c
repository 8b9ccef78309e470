#include "check/duplicates.h"

#include "base/assert.h"
#include "base/hash.h"
#include "book/serial.h"
#include "check/entries.h"
#include "check/papers.h"
#include "check/similar.h"
#include <stdlib.h>

/* A number that more documents of other parties bear is that of a batch or a month. */
#define STRANGERS_MAX 3u

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Amounts and days are signed, but any fixed order of them will do. */
static int day_amount(const rd_document *a, const rd_document *b)
{
	int c = a->day < b->day ? -1 : a->day > b->day;

	return c ? c : compare((uint64_t)a->amount, (uint64_t)b->amount);
}

static int by_party_number(const void *pa, const void *pb)
{
	const rd_document *a = pa, *b = pb;
	int c = compare(a->party, b->party);

	c = c ? c : compare(a->number, b->number);
	c = c ? c : day_amount(a, b);
	c = c ? c : compare(a->line, b->line);
	return c;
}

static int by_number_day(const void *pa, const void *pb)
{
	const rd_document *a = pa, *b = pb;
	int c = compare(a->number, b->number);

	c = c ? c : day_amount(a, b);
	c = c ? c : compare(a->party, b->party);
	c = c ? c : compare(a->line, b->line);
	return c;
}

static int by_party_day(const void *pa, const void *pb)
{
	const rd_document *a = pa, *b = pb;
	int c = compare(a->party, b->party);

	c = c ? c : day_amount(a, b);
	c = c ? c : compare(a->number, b->number);
	c = c ? c : compare(a->line, b->line);
	return c;
}

rd_docs rd_docs_for(rd_run *run, const rd_book *b, rd_docs_by by, rd_minor min_amount,
                    int64_t min_len)
{
	static int (*const orders[])(const void *, const void *) = {
		[RD_DOCS_PARTY_NUMBER] = by_party_number,
		[RD_DOCS_NUMBER_DAY] = by_number_day,
		[RD_DOCS_PARTY_DAY] = by_party_day,
	};
	const rd_documents *all = rd_index_documents(run, b);
	bool guards = rd_run_guards(run);
	rd_docs docs = {RD_NEW_N(rd_run_scratch(run), rd_document, all->n + 1), 0, all->total};

	for (uint32_t i = 0; i < all->n; i++) {
		const rd_document *d = &all->items[i];

		if (rd_doc_size(d) < min_amount || d->day == RD_DAY_NONE ||
		    !rd_number_usable(b, d->number, min_len))
			continue;
		if (guards &&
		    (rd_run_leave_out(run, d->voucher) || !rd_party_named(b, d->party) ||
		     !rd_document_tells(b, d->number, d->voucher) || d->strangers > STRANGERS_MAX))
			continue;
		docs.items[docs.n++] = *d;
	}
	if (docs.n > 1)
		qsort(docs.items, docs.n, sizeof *docs.items, orders[by]);
	return docs;
}

static int day_order(const void *pa, const void *pb)
{
	const rd_day *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

bool rd_docs_steady(rd_run *run, const rd_document *docs, uint32_t n)
{
	if (n < 3)
		return false;
	rd_day *days = RD_NEW_N(rd_run_scratch(run), rd_day, n);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++)
		days[i] = docs[i].day;
	qsort(days, n, sizeof *days, day_order);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || days[i] != days[i - 1])
			days[kept++] = days[i];
	return rd_steady_days(days, kept);
}

#define RHYTHM_DAYS 64u /* days of one amount that are looked at */

/* Days on which one party has one amount. */
typedef struct rhythm {
	uint64_t key;
	uint32_t n;
	rd_day days[RHYTHM_DAYS];
} rhythm;

static uint64_t rhythm_key(rd_row party, rd_minor amount)
{
	return rd_mix(rd_mix(61, party), amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount) | 1;
}

/* The slot of a key, or the free one where it belongs. */
static rhythm *rhythm_at(rhythm *table, uint32_t slots, uint64_t key)
{
	uint32_t at = (uint32_t)(key >> 32) & (slots - 1);

	while (table[at].key != 0 && table[at].key != key)
		at = (at + 1) & (slots - 1);
	return &table[at];
}

static bool is_steady(rhythm *r)
{
	uint32_t kept = 0;

	qsort(r->days, r->n, sizeof *r->days, day_order);
	for (uint32_t i = 0; i < r->n; i++)
		if (i == 0 || r->days[i] != r->days[i - 1])
			r->days[kept++] = r->days[i];
	r->n = kept;
	return rd_steady_days(r->days, kept);
}

bool *rd_docs_rhythm(rd_run *run, const rd_book *b, const rd_document *docs, uint32_t n)
{
	rd_arena *a = rd_run_scratch(run);
	bool *steady = RD_NEW_N(a, bool, n + 1);
	uint32_t slots = 64;

	while (slots < n * 2)
		slots *= 2;
	rhythm *table = RD_NEW_N(a, rhythm, slots);

	for (uint32_t i = 0; i < n; i++) {
		uint64_t key = rhythm_key(docs[i].party, docs[i].amount);

		rhythm_at(table, slots, key)->key = key;
	}
	for (rd_row i = 0; i < b->line.n && n > 0; i++) {
		if (b->line.party[i] == 0)
			continue;
		rhythm *r = rhythm_at(table, slots, rhythm_key(b->line.party[i], b->line.amount[i]));
		rd_day day = r->key ? rd_line_date(b, i) : RD_DAY_NONE;

		if (day != RD_DAY_NONE && r->n < RHYTHM_DAYS && (r->n == 0 || r->days[r->n - 1] != day))
			r->days[r->n++] = day;
	}
	for (uint32_t i = 0; i < n; i++)
		steady[i] = is_steady(rhythm_at(table, slots, rhythm_key(docs[i].party, docs[i].amount)));
	return steady;
}

rd_docs_span rd_docs_span_of(const rd_book *b, const rd_document *docs, uint32_t n)
{
	rd_docs_span s = {&docs[0], &docs[0], 1, 0, {0}};

	RD_ASSERT(n > 0);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = s.n_lines;

		if (rd_voucher_order(b, docs[i].voucher, s.first->voucher) < 0)
			s.first = &docs[i];
		if (rd_voucher_order(b, docs[i].voucher, s.last->voucher) > 0)
			s.last = &docs[i];
		if (i > 0)
			s.vouchers += docs[i].voucher != docs[i - 1].voucher;
		/* Keeps the twelve earliest, in order. */
		for (;
		     k > 0 && rd_voucher_order(b, docs[i].voucher, rd_line_voucher(b, s.lines[k - 1])) < 0;
		     k--)
			if (k < 12)
				s.lines[k] = s.lines[k - 1];
		if (k < 12) {
			s.lines[k] = docs[i].line;
			s.n_lines += s.n_lines < 12;
		}
	}
	return s;
}

rd_hit rd_hit_at_docs(const rd_book *b, const rd_docs_span *span)
{
	rd_hit hit = rd_hit_at_line(b, span->last->line);
	char number[256];

	rd_serial_format(b, span->last->number, number, sizeof number);
	hit.other = span->first->voucher;
	hit.party = span->last->party;
	hit.n_lines = span->n_lines;
	hit.lines = span->lines;
	hit.at_stake = rd_doc_size(span->last);
	hit.key = rd_hash_i64(rd_hash_str(RD_HASH_START, rd_str_of(number)), span->last->amount);
	return hit;
}
