#include "base/assert.h"
#include "book/chart.h"
#include "check/index.h"
#include "check/sort.h"
#include <stdlib.h>

/* What a line adds to a document: its amount on a partner account or on an expense account. */
typedef struct part {
	rd_document doc;
	rd_minor expense;
} part;

typedef struct work {
	const rd_book *b;
	uint8_t *kind;    /* by account */
	rd_document *all; /* a column */
	size_t n;
	part *parts; /* of one voucher */
	uint32_t n_parts, cap;
	rd_arena *scratch;
} work;

enum { KIND_NONE, KIND_PARTNER, KIND_EXPENSE };

static uint8_t *kinds_of(const rd_book *b, rd_arena *a)
{
	uint8_t *kind = RD_NEW_N(a, uint8_t, b->account.n + 1);

	for (rd_row i = 1; i < b->account.n; i++) {
		rd_role role = (rd_role)b->account.role[i];

		if (rd_role_has_partner(role))
			kind[i] = KIND_PARTNER;
		else if (rd_role_is_expense(role))
			kind[i] = KIND_EXPENSE;
	}
	return kind;
}

static int part_order(const void *pa, const void *pb)
{
	const part *a = pa, *b = pb;

	if (a->doc.party != b->doc.party)
		return a->doc.party < b->doc.party ? -1 : 1;
	if (a->doc.number != b->doc.number)
		return a->doc.number < b->doc.number ? -1 : 1;
	return a->doc.line < b->doc.line ? -1 : a->doc.line > b->doc.line;
}

static void take_parts(work *w, rd_row v)
{
	const rd_book *b = w->b;
	const rd_serial one = b->line.document || !b->voucher.document ? 0 : b->voucher.document[v];

	w->n_parts = 0;
	for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++) {
		uint8_t kind = w->kind[b->line.account[i]];
		rd_serial number = b->line.document ? b->line.document[i] : one;

		if (kind == KIND_NONE || b->line.party[i] == 0 || number == 0)
			continue;
		rd_minor net = rd_line_net(b, i);

		if (w->n_parts == w->cap)
			w->parts = rd_grow(w->scratch, w->parts, w->n_parts, &w->cap, sizeof *w->parts);
		w->parts[w->n_parts++] = (part){{v, i, b->line.party[i], number,
		                                 b->line.date ? b->line.date[i] : b->voucher.date[v],
		                                 kind == KIND_PARTNER ? net : 0, 0},
		                                kind == KIND_EXPENSE ? net : 0};
	}
}

/* The lines of one document are one record. What the partner's account says counts; an expense
 * paid at once has no line there, or lines that cancel out. */
static void add_voucher(work *w, rd_row v)
{
	take_parts(w, v);
	if (w->n_parts > 1)
		qsort(w->parts, w->n_parts, sizeof *w->parts, part_order);
	for (uint32_t i = 0; i < w->n_parts;) {
		rd_document d = w->parts[i].doc;
		rd_minor expense = 0;

		d.amount = 0;
		for (; i < w->n_parts && w->parts[i].doc.party == d.party &&
		       w->parts[i].doc.number == d.number;
		     i++) {
			d.amount += w->parts[i].doc.amount;
			expense += w->parts[i].expense;
		}
		if (d.amount == 0)
			d.amount = expense;
		if (d.amount != 0)
			w->all[w->n++] = d;
	}
}

/* The three ways in which two documents may be the same one. */
static inline uint32_t key_of(const rd_document *d, int way)
{
	switch (way) {
	case 0: return rd_fold(rd_mix(rd_mix(11, d->party), d->number));
	case 1:
		return rd_fold(
			rd_mix(rd_mix(rd_mix(13, d->number), (uint32_t)d->day), (uint64_t)d->amount));
	default:
		return rd_fold(
			rd_mix(rd_mix(17, (uint64_t)d->party << 32 | (uint32_t)d->day), (uint64_t)d->amount));
	}
}

static bool agree(const rd_document *a, const rd_document *b, int way)
{
	switch (way) {
	case 0: return a->party == b->party && a->number == b->number;
	case 1: return a->number == b->number && a->day == b->day && a->amount == b->amount;
	default: return a->party == b->party && a->day == b->day && a->amount == b->amount;
	}
}

/* Marks the documents that agree in this way with one of another voucher. A run that holds
 * strangers with the same hash is kept whole when it has more than two: to keep too many costs
 * nothing but time, for the checks compare the real keys. */
static void mark(work *w, int way, uint8_t *keep)
{
	rd_arena *a = rd_arena_new();
	rd_twins t;

	rd_twins_begin(&t, a);
	for (size_t i = 0; i < w->n; i++)
		rd_twins_count(&t, key_of(&w->all[i], way));
	rd_twins_ready(&t);
	for (size_t i = 0; i < w->n; i++)
		rd_twins_add(&t, key_of(&w->all[i], way), (uint32_t)i);
	rd_twins_end(&t);
	for (size_t i = 0; i < t.n;) {
		size_t end = rd_twins_run(&t, i);
		const rd_document *first = &w->all[(uint32_t)t.items[i]];
		bool strangers = false, several = false;

		for (size_t k = i + 1; k < end; k++) {
			const rd_document *d = &w->all[(uint32_t)t.items[k]];

			strangers |= !agree(first, d, way);
			several |= d->voucher != first->voucher;
		}
		for (size_t k = i; k < end && (several || strangers) && (end - i > 2 || !strangers); k++)
			keep[(uint32_t)t.items[k]] = 1;
		i = end;
	}
	rd_arena_free(a);
}

/* Fills `strangers` of the documents kept: documents with the number, less those of the party
 * too. Counted in slots; two numbers in one slot count too much, once in many thousand. */
static void count_strangers(work *w, rd_documents *kept)
{
	uint32_t slots = 1024;

	while (slots < kept->n * 8 && slots < 1u << 26)
		slots *= 2;
	uint32_t *number = RD_NEW_N(w->scratch, uint32_t, slots);
	uint32_t *own = RD_NEW_N(w->scratch, uint32_t, slots);

	for (size_t i = 0; i < w->n; i++) {
		const rd_document *d = &w->all[i];

		number[rd_fold(rd_mix(19, d->number)) & (slots - 1)]++;
		own[key_of(d, 0) & (slots - 1)]++;
	}
	for (uint32_t i = 0; i < kept->n; i++) {
		rd_document *d = &kept->items[i];
		uint32_t all = number[rd_fold(rd_mix(19, d->number)) & (slots - 1)];
		uint32_t same = own[key_of(d, 0) & (slots - 1)];

		d->strangers = all > same ? all - same : 0;
	}
}

void rd_documents_build(rd_arena *arena, const rd_book *b, rd_documents *out)
{
	*out = (rd_documents){0};
	if (!b->line.document && !b->voucher.document)
		return;
	size_t bytes = rd_mul((size_t)b->line.n + 1, sizeof(rd_document));
	work w = {.b = b, .scratch = rd_arena_new(), .all = rd_column_new(bytes)};

	w.kind = kinds_of(b, w.scratch);
	for (rd_row v = 0; v < b->voucher.n; v++)
		add_voucher(&w, v);
	uint8_t *keep = RD_NEW_N(w.scratch, uint8_t, w.n + 1);
	size_t kept = 0;

	for (int way = 0; way < 3; way++)
		mark(&w, way, keep);
	for (size_t i = 0; i < w.n; i++)
		kept += keep[i];
	RD_ASSERT(w.n <= b->line.n && kept <= w.n);
	out->total = w.n;
	out->items = RD_NEW_N(arena, rd_document, kept + 1);
	for (size_t i = 0; i < w.n; i++)
		if (keep[i])
			out->items[out->n++] = w.all[i];
	count_strangers(&w, out);
	rd_column_free(w.all, bytes);
	rd_arena_free(w.scratch);
}
