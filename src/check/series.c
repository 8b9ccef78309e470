#include "check/series.h"

#include "base/assert.h"
#include "base/hash.h"
#include "book/serial.h"
#include "check/engine.h"
#include "check/sort.h"
#include <stdio.h>

/* A month or year has begun anew when its smallest number is at most this. */
#define BEGINS 3u
#define CACHE  256u

/* Small map from 64-bit keys to positions; keys are stored plus one, 0 = free. */
typedef struct map {
	rd_arena *arena;
	uint64_t *keys;
	uint32_t *values;
	uint32_t n, mask;
} map;

typedef struct shape { /* one printed form */
	uint32_t form;     /* position in forms; UINT32_MAX = no digits */
	uint32_t fraction;
} shape;

typedef struct form { /* prefix and suffix without zeros and fraction */
	rd_str prefix, suffix;
	uint32_t piles, cells;
	bool merged;              /* numbers run through all journals */
	bool strong;              /* apart they would leave holes everywhere */
	bool refused;             /* merging was tried and given up */
	uint64_t numbers, shared; /* of the merged series; shared by two journals */
} form;

typedef struct pile { /* one journal and one form */
	rd_text journal;
	uint32_t form, cells;
} pile;

typedef struct cell { /* one pile in one period */
	uint32_t pile, n, series;
	rd_period period;
	uint64_t min, max;
} cell;

typedef struct slot {
	rd_text journal, shape;
	rd_period period;
	uint32_t cell; /* plus one; 0 = empty */
} slot;

struct rd_number_maps {
	rd_arena *arena; /* stays with the set */
	rd_arena *work;  /* freed when the set is built */
	map by_shape, by_form, by_pile, by_cell;
	shape *shapes;
	form *forms;
	pile *piles;
	cell *cells;
	uint32_t n_shapes, cap_shapes, n_forms, cap_forms, n_piles, cap_piles, n_cells, cap_cells;
	uint32_t max_cells;
	uint32_t *cell_of; /* of each voucher; RD_NONE = in no series */
	rd_period earliest;
	int64_t share;
	slot cache[CACHE];
};
typedef struct rd_number_maps maps;

static void map_init(map *m, rd_arena *a)
{
	*m = (map){.arena = a, .mask = 63};
	m->keys = RD_NEW_N(a, uint64_t, 64);
	m->values = RD_NEW_N(a, uint32_t, 64);
}

/* Position of the key, or of the free place for it. */
static uint32_t map_at(const map *m, uint64_t key)
{
	uint32_t at = (uint32_t)rd_mix(0x51ed, key) & m->mask;

	while (m->keys[at] && m->keys[at] != key + 1)
		at = (at + 1) & m->mask;
	return at;
}

static void map_grow(map *m)
{
	map old = *m;

	m->mask = m->mask * 2 + 1;
	m->keys = RD_NEW_N(m->arena, uint64_t, (size_t)m->mask + 1);
	m->values = RD_NEW_N(m->arena, uint32_t, (size_t)m->mask + 1);
	for (uint32_t i = 0; i <= old.mask; i++) {
		if (old.keys[i] == 0)
			continue;
		uint32_t at = map_at(m, old.keys[i] - 1);

		m->keys[at] = old.keys[i];
		m->values[at] = old.values[i];
	}
}

/* The value of the key; when it is new it gets the value `next` and *added is set. */
static uint32_t map_get(map *m, uint64_t key, uint32_t next, bool *added)
{
	uint32_t at = map_at(m, key);

	*added = m->keys[at] == 0;
	if (!*added)
		return m->values[at];
	if (m->n * 2 >= m->mask) {
		map_grow(m);
		at = map_at(m, key);
	}
	m->keys[at] = key + 1;
	m->values[at] = next;
	m->n++;
	return next;
}

static bool digits(rd_str s, uint32_t *at)
{
	uint32_t from = *at;

	while (*at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9')
		++*at;
	return *at > from;
}

/* " 1/2" or "-1/2" behind a number. */
static bool is_fraction(rd_str s)
{
	uint32_t at = 1;

	if (s.len < 4 || (s.ptr[0] != ' ' && s.ptr[0] != '-'))
		return false;
	return digits(s, &at) && at < s.len && s.ptr[at++] == '/' && digits(s, &at) && at == s.len;
}

static uint32_t form_of(maps *m, rd_str prefix, rd_str suffix)
{
	bool added;
	uint64_t h = rd_hash_str(rd_hash_str(RD_HASH_START, prefix), suffix);
	uint32_t i = map_get(&m->by_form, h >> 1, m->n_forms, &added);

	if (added) {
		m->forms = rd_grow(m->arena, m->forms, m->n_forms, &m->cap_forms, sizeof *m->forms);
		m->forms[m->n_forms++] = (form){.prefix = prefix, .suffix = suffix};
	}
	return i;
}

static const shape *shape_of(maps *m, const rd_book *b, rd_serial s)
{
	bool added;
	uint32_t i = map_get(&m->by_shape, rd_serial_shape(s), m->n_shapes, &added);

	if (added) {
		rd_serial_parts p = rd_serial_parts_of(b, s);
		shape q = {.form = UINT32_MAX};

		if (p.has_value) {
			bool part = is_fraction(p.suffix);

			q.fraction = part ? rd_fold(rd_hash_str(RD_HASH_START, p.suffix)) | 1 : 0;
			q.form = form_of(m, p.prefix, part ? RD_STR("") : p.suffix);
		}
		m->shapes = rd_grow(m->arena, m->shapes, m->n_shapes, &m->cap_shapes, sizeof q);
		m->shapes[m->n_shapes++] = q;
	}
	return &m->shapes[i];
}

/* The cell of a voucher that is not in the cache; RD_NONE when its number has no digits. */
static uint32_t cell_find(maps *m, const rd_book *b, rd_row v, rd_text journal)
{
	const shape *q = shape_of(m, b, b->voucher.number[v]);
	bool added;

	if (q->form == UINT32_MAX)
		return RD_NONE;
	uint64_t key = (uint64_t)journal << 32 | q->form;
	uint32_t p = map_get(&m->by_pile, key, m->n_piles, &added);

	if (added) {
		m->piles = rd_grow(m->work, m->piles, m->n_piles, &m->cap_piles, sizeof *m->piles);
		m->piles[m->n_piles++] = (pile){.journal = journal, .form = q->form};
		m->forms[q->form].piles++;
	}
	rd_period period = b->voucher.period[v];
	uint32_t c = map_get(&m->by_cell, (uint64_t)p << 32 | (uint32_t)period, m->n_cells, &added);

	if (added) {
		m->cells = rd_grow(m->work, m->cells, m->n_cells, &m->cap_cells, sizeof *m->cells);
		m->cells[m->n_cells++] = (cell){.pile = p, .period = period, .min = UINT64_MAX};
		m->piles[p].cells++;
		m->forms[q->form].cells++;
		if (period && (m->earliest == 0 || period < m->earliest))
			m->earliest = period;
	}
	return c;
}

/* Puts every voucher into its cell. False when there are too many cells to be series. */
static bool collect(maps *m, const rd_book *b)
{
	for (rd_row v = 0; v < b->voucher.n; v++) {
		rd_serial s = b->voucher.number[v];
		uint64_t value = rd_serial_value(s);
		rd_text journal = b->voucher.journal ? b->voucher.journal[v] : 0;
		rd_period period = b->voucher.period[v];
		rd_text printed = rd_serial_shape(s);

		m->cell_of[v] = RD_NONE;
		if (value == 0)
			continue;
		slot *e = &m->cache[(journal * 37 + printed * 11 + (uint32_t)period) % CACHE];
		if (e->cell == 0 || e->journal != journal || e->shape != printed || e->period != period) {
			uint32_t c = cell_find(m, b, v, journal);

			if (c == RD_NONE)
				continue;
			if (m->n_cells > m->max_cells)
				return false;
			*e = (slot){journal, printed, period, c + 1};
		}
		cell *c = &m->cells[e->cell - 1];
		m->cell_of[v] = e->cell - 1;
		c->n++;
		c->min = value < c->min ? value : c->min;
		c->max = value > c->max ? value : c->max;
	}
	return true;
}

/* ---- where a strand begins anew ---- */

typedef struct span { /* one period of a strand */
	rd_period period;
	uint32_t n;
	uint64_t min, max;
} span;

typedef struct plan {
	span *spans;
	uint32_t n;
	rd_reset reset;
	int32_t start;    /* first month of the year, 1..12 */
	uint64_t missing; /* holes, taking every voucher for a number of its own */
} plan;

static int64_t series_of(const plan *p, const span *s)
{
	int32_t month = s->period % 100 > 12 ? 12 : s->period % 100;

	switch (p->reset) {
	case RD_RESET_MONTH: return s->period;
	case RD_RESET_YEAR: return s->period ? (s->period / 100 * 12 + month - p->start) / 12 : 0;
	default: return 0;
	}
}

/* Do enough series of this plan begin at the bottom, and does one of them really go back? Below a
 * quarter of what the series before reached is the bottom, too: its first numbers are missing. */
static bool plan_fits(const plan *p, int64_t share)
{
	uint64_t top = 0, min = 0, max = 0, bottom = BEGINS;
	int64_t n = 0, good = 0;
	bool back = false;

	for (uint32_t i = 0; i < p->n; i++) {
		const span *s = &p->spans[i];

		if (i == 0 || series_of(p, s) != series_of(p, s - 1)) {
			good += n && min <= bottom;
			n++;
			bottom = max / 4 > BEGINS ? max / 4 : BEGINS;
			min = s->min;
			max = 0;
			back |= min <= top;
		}
		min = s->min < min ? s->min : min;
		max = s->max > max ? s->max : max;
		top = s->max > top ? s->max : top;
	}
	good += n && min <= bottom;
	return n && good * 100 >= share * n && (n == 1 || back);
}

static uint64_t holes(uint64_t min, uint64_t max, uint64_t n)
{
	return max - min + 1 > n ? max - min + 1 - n : 0;
}

static void plan_missing(plan *p)
{
	span sum = {0};

	p->missing = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		const span *s = &p->spans[i];

		if (i && series_of(p, s) != series_of(p, s - 1)) {
			p->missing += holes(sum.min, sum.max, sum.n);
			sum.n = 0;
		}
		sum.min = sum.n && sum.min < s->min ? sum.min : s->min;
		sum.max = sum.n && sum.max > s->max ? sum.max : s->max;
		sum.n += s->n;
	}
	p->missing += p->n ? holes(sum.min, sum.max, sum.n) : 0;
}

/* More vouchers than the series have numbers for: a tenth of them at least would repeat. */
static bool is_crowded(const plan *p)
{
	span sum = {0};
	uint64_t n = 0, room = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const span *s = &p->spans[i];

		if (i && series_of(p, s) != series_of(p, s - 1)) {
			room += sum.max - sum.min + 1;
			sum.n = 0;
		}
		sum.min = sum.n && sum.min < s->min ? sum.min : s->min;
		sum.max = sum.n && sum.max > s->max ? sum.max : s->max;
		sum.n += s->n;
		n += s->n;
	}
	room += p->n ? sum.max - sum.min + 1 : 0;
	return n / 11 * 10 > room;
}

static void choose_reset(plan *p, int64_t share)
{
	p->reset = RD_RESET_MONTH;
	if (plan_fits(p, share))
		return;
	p->reset = RD_RESET_YEAR;
	for (p->start = 1; p->start <= 12; p->start++)
		if (plan_fits(p, share) && !is_crowded(p))
			return;
	p->start = 1;
	p->reset = RD_RESET_NONE;
	if (is_crowded(p))
		p->reset = RD_RESET_MONTH;
}

/* keys: period << 32 | cell, of all cells of the strand, sorted. */
static plan plan_of(maps *m, const uint64_t *keys, uint32_t n)
{
	plan p = {.spans = RD_NEW_N(m->work, span, (size_t)n + 1), .start = 1};

	for (uint32_t i = 0; i < n; i++) {
		const cell *c = &m->cells[(uint32_t)keys[i]];
		span *s = &p.spans[p.n];

		if (i && (s - 1)->period == c->period) {
			(s - 1)->n += c->n;
			(s - 1)->min = c->min < (s - 1)->min ? c->min : (s - 1)->min;
			(s - 1)->max = c->max > (s - 1)->max ? c->max : (s - 1)->max;
		} else {
			*s = (span){c->period, c->n, c->min, c->max};
			p.n++;
		}
	}
	choose_reset(&p, m->share);
	plan_missing(&p);
	return p;
}

/* ---- from cells to series ---- */

typedef struct layout {
	rd_number_set *set;
	uint32_t cap, cap_strands;
} layout;

/* Makes the series of one strand and tells its cells. */
static void lay_strand(layout *l, maps *m, const plan *p, const uint64_t *keys, uint32_t n,
                       rd_text journal, uint32_t form_index)
{
	rd_number_set *set = l->set;
	uint32_t i = 0;

	set->strands =
		rd_grow(m->arena, set->strands, set->n_strands, &l->cap_strands, sizeof *set->strands);
	set->strands[set->n_strands] = (rd_number_strand){.journal = journal, .reset = p->reset};
	for (uint32_t k = 0; k < p->n; k++) {
		const span *s = &p->spans[k];

		if (k == 0 || series_of(p, s) != series_of(p, s - 1)) {
			set->series = rd_grow(m->arena, set->series, set->n, &l->cap, sizeof *set->series);
			set->series[set->n++] = (rd_numbers){
				.strand = set->n_strands,
				.form = form_index,
				.period = s->period,
				.first = s->min,
				.last = s->max,
			};
		}
		rd_numbers *q = &set->series[set->n - 1];

		q->first = s->min < q->first ? s->min : q->first;
		q->last = s->max > q->last ? s->max : q->last;
		q->to += s->n; /* the count, until the places are given out */
		q->starts = p->reset != RD_RESET_NONE &&
		            (q->first <= BEGINS || (q->period && q->period > m->earliest));
		for (; i < n && m->cells[(uint32_t)keys[i]].period == s->period; i++)
			m->cells[(uint32_t)keys[i]].series = set->n - 1;
	}
	set->n_strands++;
}

/* Lays out the piles of one form: together or each for itself. keys holds the cells of all
 * piles, pile by pile; sorted within each. */
static void lay_form(layout *l, maps *m, form *f, const uint32_t *piles, uint64_t *keys,
                     uint64_t *tmp)
{
	plan together = {0};
	plan *each = RD_NEW_N(m->work, plan, (size_t)f->piles);
	uint64_t missing = 0, vouchers = 0;
	uint32_t at = 0;

	for (uint32_t i = 0; i < f->piles; i++) {
		each[i] = plan_of(m, keys + at, m->piles[piles[i]].cells);
		missing += each[i].missing;
		at += m->piles[piles[i]].cells;
	}
	if (f->piles > 1 && !f->refused) {
		uint64_t *all = RD_NEW_N(m->work, uint64_t, (size_t)at);

		memcpy(all, keys, at * sizeof *all);
		rd_sort_u64(all, tmp, at);
		together = plan_of(m, all, at);
		for (uint32_t i = 0; i < together.n; i++)
			vouchers += together.spans[i].n;
		f->merged = together.missing < missing;
		f->strong = missing > vouchers / 4 + together.missing * 2;
		if (f->merged) {
			lay_strand(l, m, &together, all, at, 0, (uint32_t)(f - m->forms));
			return;
		}
	}
	f->merged = false;
	at = 0;
	for (uint32_t i = 0; i < f->piles; i++) {
		uint32_t n = m->piles[piles[i]].cells;

		lay_strand(l, m, &each[i], keys + at, n, m->piles[piles[i]].journal,
		           (uint32_t)(f - m->forms));
		at += n;
	}
}

/* Positions of `n` things in `groups` groups: starts by group, groups + 1 of them. */
static uint32_t *starts_new(rd_arena *a, uint32_t groups)
{
	return RD_NEW_N(a, uint32_t, (size_t)groups + 2);
}

static void lay_out(layout *l, maps *m)
{
	uint32_t *pile_at = starts_new(m->work, m->n_forms);
	uint32_t *cell_at = starts_new(m->work, m->n_piles);
	uint32_t *piles = RD_NEW_N(m->work, uint32_t, (size_t)m->n_piles + 1);
	uint64_t *keys = RD_NEW_N(m->work, uint64_t, (size_t)m->n_cells + 1);
	uint64_t *tmp = RD_NEW_N(m->work, uint64_t, (size_t)m->n_cells + 1);
	uint32_t at = 0;

	for (uint32_t f = 0; f < m->n_forms; f++) {
		pile_at[f] = at;
		at += m->forms[f].piles;
	}
	for (uint32_t p = 0; p < m->n_piles; p++)
		piles[pile_at[m->piles[p].form]++] = p;
	at = 0;
	for (uint32_t i = 0; i < m->n_piles; i++) { /* cells stand in the order of piles[] */
		cell_at[piles[i]] = at;
		at += m->piles[piles[i]].cells;
	}
	for (uint32_t c = 0; c < m->n_cells; c++) {
		uint64_t period = (uint32_t)m->cells[c].period;

		keys[cell_at[m->cells[c].pile]++] = period << 32 | c;
	}
	at = 0;
	for (uint32_t i = 0; i < m->n_piles; i++) {
		rd_sort_u64(keys + at, tmp, m->piles[piles[i]].cells);
		at += m->piles[piles[i]].cells;
	}
	at = 0;
	for (uint32_t f = 0, p = 0; f < m->n_forms; f++) {
		lay_form(l, m, &m->forms[f], piles + p, keys + at, tmp);
		p += m->forms[f].piles;
		at += m->forms[f].cells;
	}
}

/* Gives every series its places and puts the vouchers there, by number. */
static void scatter(rd_number_set *set, maps *m, const rd_book *b)
{
	size_t *at = RD_NEW_N(m->work, size_t, (size_t)set->n + 1), sum = 0, largest = 0;
	uint64_t room = UINT64_MAX >> set->shift;

	for (uint32_t i = 0; i < set->n; i++) {
		rd_numbers *q = &set->series[i];
		size_t n = q->to;

		q->wide = q->last - q->first > room;
		q->from = at[i] = sum;
		sum += q->wide ? 0 : n;
		q->to = sum;
		largest = n > largest ? n : largest;
	}
	if (set->items == NULL)
		set->items = RD_NEW_N(m->arena, uint64_t, sum + 1);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		uint32_t c = m->cell_of[v];

		if (c == RD_NONE)
			continue;
		uint32_t i = m->cells[c].series;
		const rd_numbers *q = &set->series[i];
		uint64_t value = rd_serial_value(b->voucher.number[v]);

		if (!q->wide)
			set->items[at[i]++] = (value - q->first) << set->shift | v;
	}
	uint64_t *tmp = NULL;

	for (uint32_t i = 0; i < set->n; i++) {
		const rd_numbers *q = &set->series[i];
		size_t k = q->from + 1;

		while (k < q->to && set->items[k - 1] < set->items[k])
			k++;
		if (k >= q->to)
			continue;
		if (tmp == NULL)
			tmp = RD_NEW_N(m->work, uint64_t, largest + 1);
		rd_sort_u64(set->items + q->from, tmp, q->to - q->from);
	}
}

/* Is one of these vouchers of the same number an equal of another? Fractions are not. */
static bool repeats(const rd_number_set *set, const rd_book *b, size_t from, size_t to)
{
	if (to - from > 64)
		return true; /* nobody splits one voucher into so many */
	for (size_t i = from; i < to; i++)
		for (size_t k = from; k < i; k++)
			if (rd_number_fraction(set, b, rd_number_voucher(set, i)) ==
			    rd_number_fraction(set, b, rd_number_voucher(set, k)))
				return true;
	return false;
}

/* Numbers that two journals share are duplicates when the rest speaks for one common
 * series and they are few (one in fifty); else each journal counts for itself. False when a
 * form was refused: then it is laid out again, journal by journal. */
static bool judge(maps *m)
{
	bool good = true;

	for (uint32_t i = 0; i < m->n_forms; i++) {
		form *f = &m->forms[i];

		if (!f->merged || f->shared == 0 || (f->strong && f->shared * 50 <= f->numbers))
			continue;
		f->refused = true;
		good = false;
	}
	return good;
}

static void count(rd_number_set *set, maps *m, const rd_book *b)
{
	const rd_text *journal = b->voucher.journal;

	for (uint32_t i = 0; i < m->n_forms; i++)
		m->forms[i].numbers = m->forms[i].shared = 0;
	for (uint32_t i = 0; i < set->n; i++) {
		rd_numbers *q = &set->series[i];
		rd_number_strand *strand = &set->strands[q->strand];
		uint64_t shared = 0;

		for (size_t k = q->from; k < q->to;) {
			size_t to = rd_number_run(set, q, k), j = k + 1;

			while (j < to && (journal == NULL || journal[rd_number_voucher(set, j)] ==
			                                         journal[rd_number_voucher(set, k)]))
				j++;
			q->numbers++;
			q->repeated += to > k + 1 && repeats(set, b, k, to);
			shared += j < to;
			k = to;
		}
		strand->numbers += q->numbers;
		strand->repeated += q->repeated;
		m->forms[q->form].numbers += q->numbers;
		m->forms[q->form].shared += shared;
	}
}

static void build(rd_number_set *set, maps *m, const rd_book *b)
{
	if (!collect(m, b)) {
		set->hopeless = true;
		return;
	}
	for (int attempt = 0; attempt < 2; attempt++) {
		layout l = {.set = set};

		set->n = set->n_strands = 0;
		set->series = NULL;
		set->strands = NULL;
		lay_out(&l, m);
		scatter(set, m, b);
		count(set, m, b);
		if (judge(m))
			break;
	}
}

const rd_number_set *rd_number_set_build(rd_arena *a, const rd_book *b, int64_t reset_share)
{
	rd_number_set *set = RD_NEW(a, rd_number_set);
	maps *m = RD_NEW(a, maps);

	set->maps = m;
	while (UINT64_C(1) << set->shift < b->voucher.n)
		set->shift++;
	if (b->voucher.number == NULL || b->voucher.n == 0)
		return set;
	m->arena = a;
	m->work = rd_arena_new();
	m->share = reset_share;
	m->max_cells = b->voucher.n / 2 + 1000;
	map_init(&m->by_shape, a);
	map_init(&m->by_form, a);
	map_init(&m->by_pile, m->work);
	map_init(&m->by_cell, m->work);
	m->cell_of = RD_NEW_N(m->work, uint32_t, (size_t)b->voucher.n);
	build(set, m, b);
	rd_arena_free(m->work);
	m->work = NULL;
	return set;
}

static const void *build_index(rd_arena *a, rd_run *run)
{
	return rd_number_set_build(a, run->engine->book, RD_RESET_SHARE);
}

const rd_number_set *rd_index_numbers(rd_run *run, const rd_book *b)
{
	RD_ASSERT(b == run->engine->book);
	return rd_index_once(run, RD_INDEX_SERIES, build_index);
}

uint32_t rd_number_fraction(const rd_number_set *s, const rd_book *b, rd_row voucher)
{
	return shape_of(s->maps, b, b->voucher.number[voucher])->fraction;
}

void rd_numbers_name(const rd_number_set *s, const rd_book *b, const rd_numbers *q, char *out,
                     size_t size)
{
	const rd_number_strand *t = &s->strands[q->strand];
	rd_str journal = rd_book_text(b, t->journal);
	char when[16] = "";

	rd_period_format(q->period, when);
	if (t->reset == RD_RESET_YEAR)
		snprintf(when, sizeof when, "%d", (int)(q->period / 100));
	else if (t->reset == RD_RESET_NONE)
		when[0] = '\0';
	snprintf(out, size, "%s%s" RD_STR_FMT, when, when[0] && journal.len ? " " : "",
	         RD_STR_ARG(journal));
}

uint64_t rd_numbers_key(const rd_number_set *s, const rd_book *b, const rd_numbers *q)
{
	const rd_number_strand *t = &s->strands[q->strand];
	uint64_t h = rd_hash_str(RD_HASH_START, rd_book_text(b, t->journal));
	rd_period when = t->reset == RD_RESET_MONTH ? q->period : q->period / 100;

	const form *f = &s->maps->forms[q->form];

	h = rd_hash_str(rd_hash_str(h, f->prefix), f->suffix);
	return rd_hash_i64(h, t->reset == RD_RESET_NONE ? 0 : when);
}
