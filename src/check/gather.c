/* From the parts of a run to its findings: counts, collapse, limits. */
#include "base/assert.h"
#include "base/limits.h"
#include "check/engine.h"
#include <stdlib.h>

#define COLLAPSE_PERCENT 20 /* checks.md, guard 3 */
#define COLLAPSE_MIN     12 /* fewer single findings are still a list one can read */
#define EXAMPLES         3

static uint64_t distinct_parties(const rd_book *b)
{
	return b->party.n ? b->party.n - 1 : 0;
}

uint64_t rd_check_population(const rd_book *b, rd_unit unit)
{
	switch (unit) {
	case RD_UNIT_LINES: return b->line.n;
	case RD_UNIT_VOUCHERS:
	case RD_UNIT_NUMBERS:
	case RD_UNIT_GROUPS: return b->voucher.n;
	case RD_UNIT_ACCOUNTS: return b->account.n ? b->account.n - 1 : 0;
	case RD_UNIT_PARTIES: return distinct_parties(b);
	case RD_UNIT_FILES: return b->n_files ? b->n_files - 1 : 0;
	case RD_UNIT_PERIODS: return b->n_periods;
	case RD_UNIT_DAYS:
		return b->first_day == RD_DAY_NONE ? 0 : (uint64_t)(b->last_day - b->first_day) + 1;
	}
	return 0;
}

static void copy_finding(rd_result *r, rd_finding *to, const rd_finding *from)
{
	uint32_t n = 0;

	*to = *from;
	if (from->facts == NULL)
		return;
	while (from->facts[n].kind != RD_FACT_END)
		n++;
	rd_fact *facts = RD_NEW_N(r->arena, rd_fact, n + 1);

	memcpy(facts, from->facts, n * sizeof *facts);
	for (uint32_t i = 0; i < n; i++)
		if (facts[i].kind == RD_FACT_STR)
			facts[i].s.ptr = rd_arena_copy(r->arena, facts[i].s.ptr, facts[i].s.len);
	to->facts = facts;
}

/* Place, then fingerprint: an order that does not depend on how the work was cut. */
static int place_cmp(const void *x, const void *y)
{
	const rd_finding *a = x, *b = y;
	rd_place p = a->places[0], q = b->places[0];

	if (p.file != q.file)
		return p.file < q.file ? -1 : 1;
	if (p.line != q.line)
		return p.line < q.line ? -1 : 1;
	return memcmp(a->fingerprint, b->fingerprint, 16);
}

/* Many hits are a property of the books: one finding with count, share and examples. */
static void collapse(rd_result *r, uint32_t check, rd_finding *all, uint32_t n, rd_finding *to)
{
	const rd_check_result *c = &r->checks[check];
	rd_finding *f = to;

	*f = (rd_finding){.check = check,
	                  .kind = RD_KIND_COLLAPSED,
	                  .voucher = RD_NONE,
	                  .line = RD_NONE,
	                  .other = RD_NONE,
	                  .day = RD_DAY_NONE,
	                  .certainty = all[0].certainty,
	                  .severity = RD_SEV_INFO,
	                  .score = 0,
	                  .weight = c->hits > UINT32_MAX ? UINT32_MAX : (uint32_t)c->hits};
	for (uint32_t i = 0; i < n; i++) {
		if (all[i].severity > f->severity)
			f->severity = all[i].severity;
		if (all[i].score > f->score)
			f->score = all[i].score;
		f->at_stake += f->at_stake < RD_MINOR_MAX ? all[i].at_stake : 0;
		if (f->n_places < EXAMPLES && all[i].n_places)
			f->places[f->n_places++] = all[i].places[0];
	}
	rd_fact *facts = RD_NEW_N(r->arena, rd_fact, 5);

	facts[0] = rd_int("hits", (int64_t)c->hits);
	facts[1] = rd_int("population", (int64_t)c->population);
	facts[2] = rd_permille("share", c->population ? (int64_t)(c->hits * 1000 / c->population) : 0);
	rd_words unit = rd_unit_words(rd_checks[check]->unit);
	facts[3] = rd_word("unit", unit.zh, unit.en);
	f->facts = facts;
	rd_finding_fingerprint(r->book, f, 0, true);
}

static bool must_collapse(const rd_engine *e, const rd_check *check, const rd_check_result *c)
{
	return !e->options->no_guards && !check->no_collapse && c->emitted > COLLAPSE_MIN &&
	       c->population && c->hits * 100 > c->population * COLLAPSE_PERCENT;
}

/* The findings of one check, from its parts in range order. */
static void gather_check(rd_engine *e, rd_result *r, uint32_t check, rd_finding *all)
{
	rd_check_result *c = &r->checks[check];
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->n_parts; i++) {
		const rd_part *p = &e->parts[i];

		if (p->check != check)
			continue;
		c->hits += p->hits;
		c->ns += p->ns;
		c->emitted += (uint32_t)p->emitted;
		if (p->not_run.zh)
			c->reason = p->not_run;
		if (p->remark.zh)
			c->remark = p->remark;
		if (p->n)
			memcpy(all + n, p->findings, p->n * sizeof *all);
		n += p->n;
	}
	if (c->emitted == 0 && c->reason.zh)
		c->state = RD_CHECK_NOT_RUN;
	else
		c->reason = (rd_words){"", ""};
	if (n)
		qsort(all, n, sizeof *all, place_cmp);
	if (must_collapse(e, rd_checks[check], c)) {
		collapse(r, check, all, n, &r->findings[r->n_findings++]);
		c->collapsed = true;
		c->findings = 1;
		return;
	}
	if (n > RD_FINDINGS_MAX)
		n = RD_FINDINGS_MAX;
	for (uint32_t i = 0; i < n; i++)
		copy_finding(r, &r->findings[r->n_findings++], &all[i]);
	c->findings = n;
}

void rd_engine_gather(rd_engine *e, rd_result *r)
{
	uint64_t total = 0, most = 0;

	for (uint32_t c = 0; c < rd_checks_count; c++) {
		uint64_t n = 0;

		for (uint32_t i = 0; i < e->n_parts; i++)
			n += e->parts[i].check == c ? e->parts[i].n : 0;
		most = n > most ? n : most;
		total += n < RD_FINDINGS_MAX ? n + 1 : RD_FINDINGS_MAX;
	}
	r->findings = RD_NEW_N(r->arena, rd_finding, total + 1);
	rd_finding *all = RD_NEW_N(e->arena, rd_finding, most + 1);

	for (uint32_t c = 0; c < rd_checks_count; c++)
		if (r->checks[c].state == RD_CHECK_RAN)
			gather_check(e, r, c, all);
}
