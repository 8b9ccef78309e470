/* Fingerprints, scores, order and states of findings. */
#include "base/assert.h"
#include "base/hash.h"
#include "book/serial.h"
#include "check/engine.h"
#include <stdlib.h>

/* ---- fingerprints ---- */

typedef struct print {
	uint64_t a, b;
} print;

static void add_str(print *p, rd_str s)
{
	p->a = rd_hash_str(p->a, s);
	p->b = rd_hash_str(p->b ^ 0x5bd1e9955bd1e995u, s);
}

static void add_i64(print *p, int64_t v)
{
	p->a = rd_hash_i64(p->a, v);
	p->b = rd_hash_i64(p->b ^ 0x5bd1e9955bd1e995u, v);
}

/* What a voucher is known by next month: journal, period, number; without a number its day
 * and the amounts of its lines, in an order-free sum. */
static void add_voucher(print *p, const rd_book *b, rd_row v)
{
	char number[256];

	add_i64(p, b->voucher.period[v]);
	add_str(p, b->voucher.journal ? rd_book_text(b, b->voucher.journal[v]) : (rd_str){"", 0});
	rd_serial_format(b, b->voucher.number[v], number, sizeof number);
	add_str(p, rd_str_of(number));
	if (b->voucher.number[v] && !(b->key & RD_KEY_CUT))
		return;
	uint64_t sum = 0;

	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
		sum += rd_hash_i64(rd_hash_str(RD_HASH_START,
		                               rd_book_text(b, b->account.code[b->line.account[i]])),
		                   rd_line_net(b, i));
	add_i64(p, b->voucher.date[v]);
	add_i64(p, (int64_t)sum);
}

static void store(uint8_t out[16], const print *p)
{
	for (int i = 0; i < 8; i++) {
		out[i] = (uint8_t)(p->a >> (56 - 8 * i));
		out[8 + i] = (uint8_t)(p->b >> (56 - 8 * i));
	}
}

void rd_finding_fingerprint(const rd_book *b, rd_finding *f, uint64_t key, bool keyless)
{
	const rd_check *c = rd_checks[f->check];
	print p = {RD_HASH_START, RD_HASH_START ^ 0x9e3779b97f4a7c15u};

	add_str(&p, rd_str_of(c->slug));
	add_str(&p, rd_str_of(f->kind == RD_KIND_COLLAPSED ? "collapsed" : c->messages[f->kind].name));
	if (f->kind == RD_KIND_COLLAPSED) {
		store(f->fingerprint, &p);
		return;
	}
	if (f->voucher != RD_NONE && !keyless)
		add_voucher(&p, b, f->voucher);
	add_str(&p, rd_book_text(b, b->account.code[f->account]));
	add_str(&p, rd_book_text(b, b->party.key[f->party]));
	add_i64(&p, f->voucher == RD_NONE || keyless ? f->period : 0);
	add_i64(&p, f->voucher == RD_NONE || keyless ? f->day : 0);
	add_i64(&p, (int64_t)key);
	store(f->fingerprint, &p);
}

/* Two findings alike in all that (two equal lines of one voucher): the second is #2. */
static void tell_apart(rd_finding *f, uint32_t nth)
{
	uint64_t h = rd_hash_i64(rd_hash_bytes(RD_HASH_START, f->fingerprint, 16), nth);

	for (int i = 0; i < 8; i++)
		f->fingerprint[8 + i] = (uint8_t)(h >> (8 * i));
}

/* ---- materiality and score ---- */

/* Half a percent of a year's turnover (credit of income accounts, else of all debits). */
static rd_minor materiality(const rd_book *b)
{
	rd_minor income = 0, all = 0;

	for (rd_row i = 0; i < b->line.n; i++) {
		rd_minor a = b->line.amount[i] > 0 ? b->line.amount[i] : 0;

		if (!(b->line.flags[i] & RD_LINE_CREDIT))
			all += a;
		else if (b->account.role[b->line.account[i]] == RD_ROLE_REVENUE)
			income += a;
		if (all > RD_MINOR_MAX / 2 || income > RD_MINOR_MAX / 2)
			break;
	}
	rd_minor m = (income ? income : all) / 200;

	return m > 100 ? m : 100;
}

/* severity (16, 8, 4, 2, 1) x evidence x a / (a + M), in thousandths; 0.5 without an amount. */
static int64_t score_of(const rd_finding *f, rd_minor m)
{
	static const int64_t weight[] = {[RD_SEV_INFO] = 1,
	                                 [RD_SEV_LOW] = 2,
	                                 [RD_SEV_MEDIUM] = 4,
	                                 [RD_SEV_HIGH] = 8,
	                                 [RD_SEV_BLOCKER] = 16};
	int64_t money = 500;

	if (f->at_stake > 0)
		money = (int64_t)((__int128)f->at_stake * 1000 / ((__int128)f->at_stake + m));
	return weight[f->severity] * f->score * money / 1000;
}

static int rank_cmp(const void *x, const void *y)
{
	const rd_finding *a = x, *b = y;

	if (a->certainty != b->certainty)
		return a->certainty == RD_FACT ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->check != b->check)
		return a->check < b->check ? -1 : 1;
	rd_place p = a->places[0], q = b->places[0];

	if (p.file != q.file)
		return p.file < q.file ? -1 : 1;
	if (p.line != q.line)
		return p.line < q.line ? -1 : 1;
	return memcmp(a->fingerprint, b->fingerprint, 16);
}

static int print_cmp(const void *x, const void *y)
{
	const rd_finding *const *a = x, *const *b = y;
	int c = memcmp((*a)->fingerprint, (*b)->fingerprint, 16);

	return c ? c : rank_cmp(*a, *b);
}

static void number_twins(rd_result *r)
{
	rd_finding **by = RD_NEW_N(r->arena, rd_finding *, r->n_findings + 1);
	uint32_t nth = 1;
	uint8_t last[16] = {0};

	for (uint32_t i = 0; i < r->n_findings; i++)
		by[i] = &r->findings[i];
	qsort(by, r->n_findings, sizeof *by, print_cmp);
	for (uint32_t i = 0; i < r->n_findings; i++) {
		bool same = i && memcmp(by[i]->fingerprint, last, 16) == 0;

		memcpy(last, by[i]->fingerprint, 16);
		nth = same ? nth + 1 : 1;
		if (same)
			tell_apart(by[i], nth);
	}
}

/* ---- states ---- */

static bool names_voucher(const rd_book *b, rd_row v, rd_str want)
{
	char name[256];

	if (v == RD_NONE)
		return false;
	rd_voucher_name(b, v, true, name, sizeof name);
	if (rd_str_is(want, name))
		return true;
	rd_voucher_name(b, v, false, name, sizeof name);
	return rd_str_is(want, name);
}

static bool fits(const rd_result *r, const rd_finding *f, const rd_suppression *s)
{
	char hex[33];
	const rd_book *b = r->book;

	rd_fingerprint_hex(f->fingerprint, hex);
	if (s->check.len && !rd_str_is(s->check, rd_checks[f->check]->slug))
		return false;
	if (s->fingerprint.len &&
	    (s->fingerprint.len > 32 || memcmp(hex, s->fingerprint.ptr, s->fingerprint.len) != 0))
		return false;
	if (s->voucher.len && !names_voucher(b, f->voucher, s->voucher))
		return false;
	if (s->account.len && !rd_str_eq(s->account, rd_book_text(b, b->account.code[f->account])))
		return false;
	if (s->party.len && !rd_str_eq(s->party, rd_book_text(b, b->party.key[f->party])) &&
	    !rd_str_eq(s->party, rd_book_text(b, b->party.name[f->party])))
		return false;
	return true;
}

static void suppress(rd_engine *e, rd_result *r)
{
	const rd_run_options *o = e->options;

	r->expired = RD_NEW_N(r->arena, uint32_t, o->n_suppressions + 1);
	for (uint32_t k = 0; k < o->n_suppressions; k++) {
		const rd_suppression *s = &o->suppressions[k];

		if (r->as_of != RD_DAY_NONE && s->until < r->as_of) {
			r->expired[r->n_expired++] = k;
			continue;
		}
		for (uint32_t i = 0; i < r->n_findings; i++)
			if (r->findings[i].state != RD_STATE_SUPPRESSED && fits(r, &r->findings[i], s)) {
				r->findings[i].state = RD_STATE_SUPPRESSED;
				r->findings[i].suppressed_by = s;
			}
	}
}

static int hash_cmp(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void compare_baseline(rd_engine *e, rd_result *r)
{
	const rd_run_options *o = e->options;
	uint8_t *seen = RD_NEW_N(e->arena, uint8_t, o->n_baseline + 1);

	if (o->baseline == NULL)
		return;
	for (uint32_t i = 0; i < r->n_findings; i++) {
		const uint8_t(*at)[16] =
			bsearch(r->findings[i].fingerprint, o->baseline, o->n_baseline, 16, hash_cmp);

		if (at == NULL)
			continue;
		seen[at - o->baseline] = 1;
		if (r->findings[i].state == RD_STATE_NEW)
			r->findings[i].state = RD_STATE_KNOWN;
	}
	r->gone = RD_NEW_N(r->arena, uint32_t, o->n_baseline + 1);
	for (uint32_t k = 0; k < o->n_baseline; k++)
		if (!seen[k])
			r->gone[r->n_gone++] = k;
}

void rd_engine_rank(rd_engine *e, rd_result *r)
{
	rd_minor m = r->n_findings ? materiality(r->book) : 0;

	for (uint32_t i = 0; i < r->n_findings; i++)
		r->findings[i].score = score_of(&r->findings[i], m);
	qsort(r->findings, r->n_findings, sizeof *r->findings, rank_cmp);
	number_twins(r);
	qsort(r->findings, r->n_findings, sizeof *r->findings, rank_cmp);
	suppress(e, r);
	compare_baseline(e, r);
	for (uint32_t i = 0; i < r->n_findings; i++) {
		r->n_new += r->findings[i].state == RD_STATE_NEW;
		r->n_known += r->findings[i].state == RD_STATE_KNOWN;
		r->n_suppressed += r->findings[i].state == RD_STATE_SUPPRESSED;
	}
}
