/* The engine: which checks run over which ranges, on which threads. */
#include "check/run.h"
#include "base/assert.h"
#include "base/limits.h"
#include "base/threads.h"
#include "check/engine.h"
#include <stdlib.h>

const rd_check *rd_check_find(const char *slug)
{
	for (uint32_t i = 0; i < rd_checks_count; i++)
		if (strcmp(rd_checks[i]->slug, slug) == 0)
			return rd_checks[i];
	return NULL;
}

/* ---- what a check may ask ---- */

int64_t rd_run_param(const rd_run *run, int index)
{
	uint32_t check = run->part->check;

	RD_ASSERT(run->check->params && run->check->params[index].kind != RD_PARAM_WORDS);
	return run->engine->params[check][index].number;
}

const rd_str *rd_run_words(const rd_run *run, int index, uint32_t *ret_n)
{
	const rd_param_value *p = &run->engine->params[run->part->check][index];

	RD_ASSERT(run->check->params[index].kind == RD_PARAM_WORDS);
	*ret_n = p->n_words;
	return p->words;
}

rd_arena *rd_run_scratch(rd_run *run)
{
	return run->scratch;
}

rd_day rd_run_as_of(const rd_run *run)
{
	return run->engine->as_of;
}

bool rd_run_guards(const rd_run *run)
{
	return !run->engine->options->no_guards;
}

void rd_run_not_run(rd_run *run, const char *zh, const char *en)
{
	run->part->not_run = (rd_words){zh, en};
}

void rd_run_remark(rd_run *run, const char *zh, const char *en)
{
	run->part->remark = (rd_words){zh, en};
}

/* ---- hits ---- */

rd_hit rd_hit_new(void)
{
	return (rd_hit){.severity = RD_SEV_PRESET,
	                .voucher = RD_NONE,
	                .line = RD_NONE,
	                .other = RD_NONE,
	                .day = RD_DAY_NONE,
	                .weight = 1};
}

rd_hit rd_hit_at_voucher(const rd_book *b, rd_row voucher)
{
	rd_hit h = rd_hit_new();

	h.voucher = voucher;
	h.period = b->voucher.period[voucher];
	h.day = b->voucher.date[voucher];
	return h;
}

rd_hit rd_hit_at_line(const rd_book *b, rd_row line)
{
	rd_hit h = rd_hit_at_voucher(b, rd_line_voucher(b, line));

	h.line = line;
	h.day = rd_line_date(b, line);
	h.account = b->line.account[line];
	h.party = b->line.party[line];
	return h;
}

rd_hit rd_hit_at_account(rd_row account)
{
	rd_hit h = rd_hit_new();

	h.account = account;
	return h;
}

rd_hit rd_hit_at_place(rd_row file, uint32_t line)
{
	rd_hit h = rd_hit_new();

	h.place = (rd_place){file, line};
	return h;
}

static void add_place(rd_finding *f, rd_place p)
{
	if (p.file == 0 || f->n_places == RD_FINDING_PLACES)
		return;
	for (uint32_t i = 0; i < f->n_places; i++)
		if (f->places[i].file == p.file && f->places[i].line == p.line)
			return;
	f->places[f->n_places++] = p;
}

static void places_of(const rd_book *b, rd_finding *f, const rd_hit *h)
{
	add_place(f, h->place);
	if (h->line != RD_NONE)
		add_place(f, rd_line_place(b, h->line));
	else if (h->voucher != RD_NONE && b->voucher.first[h->voucher] < b->line.n)
		add_place(f, rd_line_place(b, b->voucher.first[h->voucher]));
	for (uint32_t i = 0; i < h->n_lines; i++)
		add_place(f, rd_line_place(b, h->lines[i]));
	if (h->other != RD_NONE)
		add_place(f, rd_line_place(b, b->voucher.first[h->other]));
	if (f->n_places == 0 && h->account && b->account.file[h->account])
		add_place(f, (rd_place){b->account.file[h->account], b->account.file_line[h->account]});
}

static const rd_fact *copy_facts(rd_arena *a, const rd_fact *facts)
{
	uint32_t n = 0;

	if (facts == NULL)
		return NULL;
	while (facts[n].kind != RD_FACT_END)
		n++;
	rd_fact *to = RD_NEW_N(a, rd_fact, n + 1);

	memcpy(to, facts, n * sizeof *to);
	for (uint32_t i = 0; i < n; i++)
		if (to[i].kind == RD_FACT_STR)
			to[i].s.ptr = rd_arena_copy(a, to[i].s.ptr, to[i].s.len);
	return to;
}

/* bits of surprise over 16, in thousandths; a fact counts whole (checks.md, Ranking). */
static int64_t evidence_of(const rd_check *c, const rd_hit *h)
{
	if (c->certainty == RD_FACT)
		return 1000;
	if (h->millibits == 0)
		return 250; /* no base rate: the strength of one in sixteen */
	return h->millibits >= 16000 ? 1000 : h->millibits / 16;
}

void rd_emit(rd_run *run, const rd_hit *h, const rd_fact *facts)
{
	rd_part *p = run->part;
	const rd_book *b = run->engine->book;

	RD_ASSERT(h->at_stake >= 0 && h->weight >= 1);
	RD_ASSERT(run->check->messages && run->check->messages[h->kind].name);
	p->emitted++;
	p->hits += h->weight;
	if (p->n == RD_FINDINGS_MAX)
		return;
	p->findings = rd_grow(p->arena, p->findings, p->n, &p->cap, sizeof *p->findings);
	rd_finding *f = &p->findings[p->n++];

	*f = (rd_finding){.check = p->check,
	                  .kind = h->kind,
	                  .certainty = run->check->certainty,
	                  .severity = h->severity == RD_SEV_PRESET ? run->check->severity
	                                                           : (rd_severity)h->severity,
	                  .line = h->line,
	                  .other = h->other,
	                  .account = h->account,
	                  .party = h->party,
	                  .period = h->period,
	                  .day = h->day,
	                  .at_stake = h->at_stake,
	                  .weight = h->weight,
	                  .score = evidence_of(run->check, h)};
	f->voucher =
		h->voucher != RD_NONE || h->line == RD_NONE ? h->voucher : rd_line_voucher(b, h->line);
	places_of(b, f, h);
	f->facts = copy_facts(p->arena, facts);
	rd_finding_fingerprint(b, f, h->key, h->keyless);
}

/* ---- what runs ---- */

static bool in_list(const char *const *list, const char *slug)
{
	for (; list && *list; list++)
		if (strcmp(*list, slug) == 0)
			return true;
	return false;
}

static bool wanted(const rd_run_options *o, const rd_check *c)
{
	return (o->only == NULL || in_list(o->only, c->slug)) && !in_list(o->skip, c->slug);
}

static rd_rc known_slugs(const char *const *list, rd_err *err)
{
	for (; list && *list; list++)
		if (rd_check_find(*list) == NULL)
			return rd_fail(err, RD_USAGE, "没有名为 '%s' 的检查；用 redink checks 列出全部",
			               "no check is called '%s'; redink checks lists them all", *list);
	return RD_OK;
}

/* The lowest missing bit of what a check needs, 0 when all is there. */
static uint32_t missing(const rd_book *b, const rd_check *c)
{
	uint32_t lacks = c->needs & ~b->has;

	if (lacks)
		return lacks & -lacks;
	if (c->needs_any && !(c->needs_any & b->has))
		return c->needs_any & -c->needs_any;
	return 0;
}

static rd_row split_size(const rd_book *b, rd_split split)
{
	switch (split) {
	case RD_SPLIT_LINES: return b->line.n;
	case RD_SPLIT_VOUCHERS: return b->voucher.n;
	case RD_SPLIT_ACCOUNTS: return b->account.n;
	default: return 1;
	}
}

#define CUT_MIN_ROWS 200000u /* smaller ranges cost more than they save */

static uint32_t cuts_for(const rd_engine *e, rd_split split, rd_row n)
{
	if (split == RD_SPLIT_NONE)
		return 1;
	if (e->options->cuts)
		return e->options->cuts;
	uint32_t cuts = e->options->threads * 2;

	if (e->options->threads == 1 || (split != RD_SPLIT_ACCOUNTS && n / cuts < CUT_MIN_ROWS))
		return 1;
	return cuts < n ? cuts : n ? n : 1;
}

static void plan(rd_engine *e, rd_result *r)
{
	uint32_t cap = 0;

	for (uint32_t c = 0; c < rd_checks_count; c++) {
		const rd_check *check = rd_checks[c];
		rd_check_result *out = &r->checks[c];

		out->population = rd_check_population(e->book, check->unit);
		if (!wanted(e->options, check)) {
			out->state = RD_CHECK_SKIPPED;
			continue;
		}
		uint32_t lack = missing(e->book, check);
		if (lack) {
			out->state = RD_CHECK_NOT_RUN;
			out->reason = rd_has_words(lack);
			continue;
		}
		rd_row n = split_size(e->book, check->split);
		uint32_t cuts = cuts_for(e, check->split, n);

		for (uint32_t k = 0; k < cuts; k++) {
			e->parts = rd_grow(e->arena, e->parts, e->n_parts, &cap, sizeof *e->parts);
			e->parts[e->n_parts++] = (rd_part){.check = c,
			                                   .range = {(rd_row)((uint64_t)n * k / cuts),
			                                             (rd_row)((uint64_t)n * (k + 1) / cuts)}};
		}
	}
}

/* Whole-book checks first: they are the longest, so no thread waits for one at the end. */
static int part_cmp(const void *x, const void *y)
{
	const rd_part *a = x, *b = y;
	int wa = rd_checks[a->check]->split != RD_SPLIT_NONE;
	int wb = rd_checks[b->check]->split != RD_SPLIT_NONE;

	if (wa != wb)
		return wa - wb;
	if (a->check != b->check)
		return a->check < b->check ? -1 : 1;
	return (a->range.from > b->range.from) - (a->range.from < b->range.from);
}

static void run_part(void *ctx, uint32_t task, uint32_t worker)
{
	rd_engine *e = ctx;
	rd_part *p = &e->parts[task];
	rd_run run = {.engine = e, .check = rd_checks[p->check], .part = p};

	if (e->scratch[worker] == NULL)
		e->scratch[worker] = rd_arena_new();
	run.scratch = e->scratch[worker];
	p->arena = rd_arena_new();
	uint64_t start = e->options->clock_ns ? e->options->clock_ns() : 0;

	p->rc = run.check->run(&run, e->book, p->range, &p->err);
	p->ns = e->options->clock_ns ? e->options->clock_ns() - start : 0;
	rd_arena_reset(run.scratch);
	if (e->options->progress) {
		pthread_mutex_lock(&e->progress_lock);
		e->options->progress(e->options->progress_ctx, ++e->done, e->n_parts);
		pthread_mutex_unlock(&e->progress_lock);
	}
}

static void engine_done(rd_engine *e)
{
	for (uint32_t i = 0; i < e->n_parts; i++)
		rd_arena_free(e->parts[i].arena);
	for (uint32_t i = 0; i < RD_INDEX_SLOTS; i++) {
		rd_arena_free(e->index[i].arena);
		pthread_mutex_destroy(&e->index[i].lock);
	}
	for (uint32_t i = 0; i < e->options->threads; i++)
		rd_arena_free(e->scratch[i]);
	pthread_mutex_destroy(&e->progress_lock);
	rd_arena_free(e->arena);
}

static rd_rc first_failure(const rd_engine *e, rd_err *err)
{
	for (uint32_t i = 0; i < e->n_parts; i++)
		if (e->parts[i].rc != RD_OK) {
			*err = e->parts[i].err;
			return e->parts[i].rc;
		}
	return RD_OK;
}

rd_rc rd_run_checks(const rd_book *book, const rd_run_options *options, rd_result **ret_result,
                    rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	rd_engine e = {.book = book, .options = options, .arena = rd_arena_new()};
	rd_result *r = RD_NEW(arena, rd_result);

	RD_ASSERT(options->threads >= 1 && options->threads <= RD_THREADS_MAX);
	*r = (rd_result){.book = book,
	                 .arena = arena,
	                 .checks = RD_NEW_N(arena, rd_check_result, rd_checks_count + 1)};
	r->as_of = e.as_of = options->as_of == RD_DAY_NONE ? book->last_day : options->as_of;
	e.scratch = RD_NEW_N(e.arena, rd_arena *, options->threads);
	for (uint32_t i = 0; i < RD_INDEX_SLOTS; i++)
		pthread_mutex_init(&e.index[i].lock, NULL);
	pthread_mutex_init(&e.progress_lock, NULL);
	rd_rc rc = known_slugs(options->only, err);

	if (rc == RD_OK)
		rc = known_slugs(options->skip, err);
	if (rc == RD_OK)
		rc = rd_engine_params(&e, err);
	if (rc == RD_OK) {
		plan(&e, r);
		if (e.n_parts)
			qsort(e.parts, e.n_parts, sizeof *e.parts, part_cmp);
		rd_parallel(options->threads, e.n_parts, run_part, &e);
		rc = first_failure(&e, err);
	}
	if (rc == RD_OK) {
		rd_engine_gather(&e, r);
		rd_engine_rank(&e, r);
		*ret_result = r;
	} else {
		rd_arena_free(arena);
	}
	engine_done(&e);
	return rc;
}

void rd_result_free(rd_result *r)
{
	if (r)
		rd_arena_free(r->arena);
}
