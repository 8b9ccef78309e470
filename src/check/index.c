/* The shared indexes of a run: who builds what, once. */
#include "check/index.h"
#include "base/assert.h"
#include "check/cash.h"
#include "check/engine.h"
#include "check/partners.h"
#include "check/wording.h"

/* Runs `build` into the slot unless somebody did; others wait on the slot's own lock. */
const void *rd_index_once(rd_run *run, rd_index_slot slot, rd_index_build *build)
{
	rd_index *x = &run->engine->index[slot];

	pthread_mutex_lock(&x->lock);
	if (x->value == NULL) {
		x->arena = rd_arena_new();
		x->value = build(x->arena, run);
		RD_ASSERT(x->value != NULL);
	}
	pthread_mutex_unlock(&x->lock);
	return x->value;
}

/* ---- movements ---- */

static const void *build_movements(rd_arena *a, rd_run *run)
{
	const rd_book *b = run->engine->book;
	size_t cells = rd_mul(b->account.n, b->n_periods + 1);
	rd_movements *m = RD_NEW(a, rd_movements);

	*m = (rd_movements){b->account.n, b->n_periods, RD_NEW_N(a, rd_minor, cells),
	                    RD_NEW_N(a, rd_minor, cells), RD_NEW_N(a, uint32_t, cells)};
	rd_period last = 0;
	uint32_t p = RD_NONE;

	for (rd_row v = 0; v < b->voucher.n; v++) {
		if (b->voucher.flags[v] & RD_VCH_VOID)
			continue;
		if (b->voucher.period[v] != last) {
			last = b->voucher.period[v];
			p = rd_book_period_index(b, last);
		}
		if (p == RD_NONE)
			continue;
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
			size_t at = (size_t)b->line.account[i] * m->n_periods + p;

			if (b->line.flags[i] & RD_LINE_CREDIT) {
				m->credit[at] += b->line.amount[i];
			} else {
				m->debit[at] += b->line.amount[i];
				if (b->line.flags[i] & RD_LINE_BOTH)
					m->credit[at] += rd_book_both_credit(b, i);
			}
			m->lines[at]++;
		}
	}
	return m;
}

const rd_movements *rd_index_movements(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_MOVEMENTS, build_movements);
}

/* ---- lines by account ---- */

static const void *build_by_account(rd_arena *a, rd_run *run)
{
	const rd_book *b = run->engine->book;
	rd_by_account *x = RD_NEW(a, rd_by_account);

	x->start = RD_NEW_N(a, rd_row, b->account.n + 1);
	x->rows = RD_NEW_N(a, rd_row, b->line.n + 1);
	for (rd_row i = 0; i < b->line.n; i++)
		x->start[b->line.account[i]]++;
	rd_row sum = 0;

	for (rd_row k = 0; k <= b->account.n; k++) {
		rd_row n = k < b->account.n ? x->start[k] : 0;

		x->start[k] = sum;
		sum += n;
	}
	for (rd_row i = 0; i < b->line.n; i++)
		x->rows[x->start[b->line.account[i]]++] = i;
	for (rd_row k = b->account.n; k > 0; k--)
		x->start[k] = x->start[k - 1];
	x->start[0] = 0;
	return x;
}

const rd_by_account *rd_index_by_account(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_BY_ACCOUNT, build_by_account);
}

/* ---- words in texts ---- */

/* A word can start only at a byte whose bit is set; most texts are passed in one sweep. */
uint64_t *rd_texts_matching(rd_run *run, const rd_book *b, const rd_str *words, uint32_t n)
{
	uint32_t n_texts = rd_book_n_texts(b);
	uint64_t *hits = RD_NEW_N(rd_run_scratch(run), uint64_t, n_texts);
	uint64_t pair_words[256] = {0};

	RD_ASSERT(n <= 64);
	for (uint32_t k = 0; k < n; k++)
		if (words[k].len)
			pair_words[(unsigned char)(words[k].ptr[words[k].len - 1] ^
			                           (words[k].len > 1 ? words[k].ptr[words[k].len - 2] * 7
			                                             : 0))] |= UINT64_C(1) << k;
	for (rd_text id = 1; id < n_texts; id++) {
		rd_str s = rd_book_text(b, id);

		for (uint32_t i = 0; i < s.len; i++) {
			uint64_t maybe = (i ? pair_words[(unsigned char)(s.ptr[i] ^ s.ptr[i - 1] * 7)] : 0) |
			                 pair_words[(unsigned char)s.ptr[i]];

			for (; maybe; maybe &= maybe - 1) {
				uint32_t k = (uint32_t)__builtin_ctzll(maybe);

				if (words[k].len <= i + 1 &&
				    memcmp(s.ptr + i + 1 - words[k].len, words[k].ptr, words[k].len) == 0)
					hits[id] |= UINT64_C(1) << k;
			}
		}
	}
	return hits;
}

/* ---- indexes with files of their own ---- */

static const void *build_pairs(rd_arena *a, rd_run *run)
{
	rd_pairs *p = RD_NEW(a, rd_pairs);

	rd_pairs_build(a, run->engine->book, rd_index_wording(run, run->engine->book)->texts, p);
	return p;
}

const rd_pairs *rd_index_pairs(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_PAIRS, build_pairs);
}

static const void *build_wording(rd_arena *a, rd_run *run)
{
	rd_wording *w = RD_NEW(a, rd_wording);

	w->texts = rd_correction_texts(a, run->engine->book);
	return w;
}

const rd_wording *rd_index_wording(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_WORDING, build_wording);
}

static const void *build_documents(rd_arena *a, rd_run *run)
{
	rd_documents *d = RD_NEW(a, rd_documents);

	rd_documents_build(a, run->engine->book, d);
	return d;
}

const rd_documents *rd_index_documents(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_DOCUMENTS, build_documents);
}

static const void *build_partners(rd_arena *a, rd_run *run)
{
	return rd_partners_build(a, run->engine->book);
}

const rd_partners *rd_index_partners(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_PARTNERS, build_partners);
}

static const void *build_cash(rd_arena *a, rd_run *run)
{
	return rd_cash_days_build(a, run->engine->book);
}

const rd_cash_days *rd_index_cash_days(rd_run *run, const rd_book *b)
{
	(void)b;
	return rd_index_once(run, RD_INDEX_CASH, build_cash);
}

/* ---- vouchers that indicators leave out ---- */

bool rd_run_leave_out(rd_run *run, rd_row voucher)
{
	const rd_engine *e = run->engine;

	if (e->options->no_guards)
		return false;
	if (e->book->voucher.flags[voucher] & (RD_VCH_VOID | RD_VCH_OPENING | RD_VCH_CLOSING))
		return true;
	if (run->pairs == NULL)
		run->pairs = rd_index_pairs(run, e->book);
	return run->pairs->other && run->pairs->other[voucher] != RD_NONE;
}
