#include "trail/verify.h"
#include "base/assert.h"
#include <stdlib.h>

typedef struct held {
	uint64_t size;
	rd_hash256 root;
	bool is_signed;
} held; /* what remains of a checkpoint that was read */

typedef struct runs {
	rd_seq_run *run;
	uint32_t n, cap;
} runs;

typedef struct walk {
	const rd_trail_source *source;
	const rd_trail_options *options;
	rd_arena *lists;   /* lives as long as the walk */
	rd_arena *scratch; /* emptied after each event of erasing */
	rd_trail_report r;
	rd_range range; /* of the events so far, while all are sound */
	uint64_t firm_id;
	uint64_t next_seq; /* behind the highest that was seen */

	held own;            /* the next checkpoint of the log, when there is one */
	bool own_there;      /* none is left when false */
	uint64_t own_before; /* size of the one before it */
	uint64_t own_fits;   /* size of the last one whose root was right */

	held *outside;
	uint32_t n_outside, next_outside;

	runs gone;  /* payloads that are not there, ascending */
	runs named; /* by events of erasing, in any order until the end */
} walk;

static const rd_words fault_words[] = {
#define RD_TRAIL_FAULT(name, zh, en) {zh, en},
#include "trail/fault.def"
#undef RD_TRAIL_FAULT
};

rd_words rd_trail_fault_words(rd_trail_fault fault)
{
	RD_ASSERT(fault < RD_TRAIL_FAULT_COUNT);
	return fault_words[fault];
}

/* The first fault is the one that is told; from it on events are only counted. */
static void note_fault(walk *w, rd_trail_fault fault)
{
	if (!w->r.intact)
		return;
	w->r.intact = false;
	w->r.fault = fault;
}

static void fault_between(walk *w, rd_trail_fault fault, uint64_t first, uint64_t last)
{
	if (!w->r.intact)
		return;
	note_fault(w, fault);
	w->r.located = true;
	w->r.first_bad_seq = first;
	w->r.last_bad_seq = last;
}

static void fault_at(walk *w, rd_trail_fault fault, uint64_t seq)
{
	fault_between(w, fault, seq, seq);
}

/* A root is wrong at `size`, and was right at `fits` last. An empty log has no seq to name. */
static void fault_of_root(walk *w, rd_trail_fault fault, uint64_t fits, uint64_t size)
{
	if (!w->r.intact)
		return;
	w->r.bad_size = size;
	if (fits < size)
		fault_between(w, fault, fits, size - 1);
	else
		note_fault(w, fault);
}

static void missing_from(walk *w, uint64_t seq)
{
	if (w->r.complete) {
		w->r.complete = false;
		w->r.first_missing_seq = seq;
	}
}

static rd_rc add_run(walk *w, runs *list, rd_seq_run run, rd_err *err)
{
	rd_seq_run *last = list->n ? &list->run[list->n - 1] : NULL;

	if (last && run.first > 0 && last->last == run.first - 1) {
		last->last = run.last;
		return RD_OK;
	}
	if (list->n == RD_TRAIL_RUNS_MAX)
		return rd_fail(err, RD_LIMIT, "被删除的内容超过 %u 段，无法核对",
		               "more than %u runs of payloads were erased: too many to check",
		               RD_TRAIL_RUNS_MAX);
	list->run = rd_grow(w->lists, list->run, list->n, &list->cap, sizeof *list->run);
	list->run[list->n++] = run;
	return RD_OK;
}

/* ---- events ---- */

static bool columns_fit(const rd_trail_row *row, const rd_event *e)
{
	return row->firm_id == e->firm_id && row->seq == e->seq && row->at_us == e->at_us &&
	       row->record_id == e->record_id && rd_str_eq(row->type, e->type) &&
	       rd_str_eq(row->kind, e->kind) && rd_str_eq(row->actor, e->actor);
}

static bool payload_fits(const rd_trail_row *row, const rd_event *e)
{
	rd_hash256 h;

	if (row->salt.len != RD_EVENT_SALT_BYTES)
		return false;
	h = rd_event_payload_hash((const uint8_t *)row->salt.ptr, row->payload);
	return rd_hash256_eq(&h, &e->payload_hash);
}

/* Keeps which events an event of erasing names; they are all before it. */
static rd_rc read_erasing(walk *w, const rd_trail_row *row, rd_err *err)
{
	rd_seq_run *run;
	rd_err wrong;
	uint32_t n;
	bool good;

	good = rd_erased_parse(row->payload, w->scratch, &run, &n, &wrong) == RD_OK &&
	       run[n - 1].last < row->seq;
	for (uint32_t i = 0; good && i < n; i++)
		RD_TRY(add_run(w, &w->named, run[i], err));
	if (!good)
		fault_at(w, RD_TRAIL_ERASURE, row->seq);
	rd_arena_reset(w->scratch);
	return RD_OK;
}

static rd_rc check_payload(walk *w, const rd_trail_row *row, const rd_event *e, rd_err *err)
{
	switch (row->payload_state) {
	case RD_PAYLOAD_ERASED:
		w->r.erased++;
		return add_run(w, &w->gone, (rd_seq_run){row->seq, row->seq}, err);
	case RD_PAYLOAD_WITHHELD: w->r.withheld++; return RD_OK;
	case RD_PAYLOAD_THERE: break;
	}
	if (!payload_fits(row, e)) {
		fault_at(w, RD_TRAIL_PAYLOAD, row->seq);
		return RD_OK;
	}
	return rd_str_is(e->type, RD_EVENT_ERASED) ? read_erasing(w, row, err) : RD_OK;
}

/* Everything about one row that can be seen without a root; adds it to the tree when sound. */
static rd_rc check_row(walk *w, const rd_trail_row *row, rd_err *err)
{
	uint64_t want = w->range.size;
	rd_hash256 leaf;
	rd_err wrong;
	rd_event e;

	if (row->seq > want)
		fault_at(w, RD_TRAIL_GAP, want);
	else if (row->seq < want)
		fault_between(w, RD_TRAIL_ORDER, row->seq, want);
	else if (rd_event_decode(row->body, &e, &wrong) != RD_OK)
		fault_at(w, RD_TRAIL_BODY, want);
	else if (!columns_fit(row, &e))
		fault_at(w, RD_TRAIL_COLUMNS, want);
	else if (want > 0 && e.at_us < w->r.last_at_us)
		fault_at(w, RD_TRAIL_TIME, want);
	if (!w->r.intact)
		return RD_OK;
	if (w->firm_id == 0)
		w->firm_id = e.firm_id;
	if (e.firm_id != w->firm_id)
		fault_at(w, RD_TRAIL_FIRM, want);
	RD_TRY(check_payload(w, row, &e, err));
	if (!w->r.intact)
		return RD_OK;
	leaf = rd_event_leaf(row->body);
	rd_range_add(&w->range, &leaf);
	w->r.last_at_us = e.at_us;
	return RD_OK;
}

/* ---- checkpoints ---- */

/* Reads a note by whichever key signed it. Without keys it is only parsed. */
static rd_rc read_note(const rd_trail_options *o, rd_str note, held *ret, rd_err *err)
{
	rd_checkpoint c;
	rd_rc rc;

	if (o->n_keys == 0) {
		RD_TRY(rd_checkpoint_parse(note, &c, err));
	} else {
		rc = RD_NOT_FOUND;
		for (uint32_t i = 0; rc == RD_NOT_FOUND && i < o->n_keys; i++)
			rc = rd_checkpoint_verify(note, &o->keys[i], &c, err);
		if (rc != RD_OK)
			return rc;
	}
	*ret = (held){.size = c.size, .root = c.root, .is_signed = o->n_keys > 0};
	return RD_OK;
}

static int by_size(const void *a, const void *b)
{
	const held *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

static rd_rc read_outside(walk *w, rd_err *err)
{
	const rd_trail_options *o = w->options;

	w->outside = RD_NEW_N(w->lists, held, o->n_outside);
	w->n_outside = o->n_outside;
	for (uint32_t i = 0; i < o->n_outside; i++) {
		rd_rc rc = read_note(o, o->outside[i], &w->outside[i], err);

		if (rc != RD_OK)
			return rd_err_at(err, "checkpoint", i + 1);
	}
	if (o->n_outside)
		qsort(w->outside, o->n_outside, sizeof *w->outside, by_size);
	for (uint32_t i = 0; i < o->n_outside; i++) {
		const held *h = &w->outside[i];

		if (h->size > w->r.claimed)
			w->r.claimed = h->size;
		if (i > 0 && h->is_signed && h[-1].size == h->size && !rd_hash256_eq(&h[-1].root, &h->root))
			fault_of_root(w, RD_TRAIL_FORK, 0, h->size);
	}
	return RD_OK;
}

/* The next checkpoint of the log that can be used; those that cannot are faults. */
static rd_rc next_own(walk *w, rd_err *err)
{
	rd_str note;
	bool more = true;

	w->own_before = w->own.size;
	w->own_there = false;
	while (w->source->next_checkpoint && !w->own_there) {
		rd_err wrong;
		rd_rc rc;

		RD_TRY(w->source->next_checkpoint(w->source->ctx, &note, &more, err));
		if (!more)
			return RD_OK;
		rc = read_note(w->options, note, &w->own, &wrong);
		if (rc != RD_OK) {
			note_fault(w, rc == RD_INPUT ? RD_TRAIL_NOTE : RD_TRAIL_SIGNATURE);
			continue;
		}
		if (w->own.size > w->r.claimed)
			w->r.claimed = w->own.size;
		if (w->own.size < w->own_before)
			note_fault(w, RD_TRAIL_NOTE_ORDER);
		else
			w->own_there = true;
	}
	return RD_OK;
}

/* The log's own checkpoint of the size reached. `root` is that of the events. */
static void compare_own(walk *w, const rd_hash256 *root)
{
	uint64_t size = w->range.size, fits = w->own_fits;

	if (fits < w->r.anchored_size)
		fits = w->r.anchored_size;
	for (uint32_t i = w->next_outside; i < w->n_outside && w->outside[i].size == size; i++)
		if (w->own.is_signed && !rd_hash256_eq(&w->outside[i].root, &w->own.root))
			fault_of_root(w, RD_TRAIL_FORK, w->r.anchored_size, size);
	if (!rd_hash256_eq(&w->own.root, root))
		fault_of_root(w, RD_TRAIL_ROOT, fits, size);
	if (!w->r.intact)
		return;
	w->r.checkpoints++;
	w->own_fits = size;
	if (w->own.is_signed)
		w->r.signed_size = size;
}

/* What the key holder signed again agrees with itself: only notes from outside tell. */
static void compare_outside(walk *w, const rd_hash256 *root)
{
	const held *h = &w->outside[w->next_outside++];

	if (!rd_hash256_eq(&h->root, root))
		fault_of_root(w, RD_TRAIL_OUTSIDE_ROOT, w->r.anchored_size, h->size);
	if (!w->r.intact)
		return;
	w->r.outside++;
	if (h->is_signed)
		w->r.anchored_size = h->size;
	if (h->is_signed && h->size > w->r.signed_size)
		w->r.signed_size = h->size;
}

static bool outside_is_due(const walk *w)
{
	return w->next_outside < w->n_outside && w->outside[w->next_outside].size == w->range.size;
}

static bool own_is_due(const walk *w)
{
	return w->own_there && w->own.size == w->range.size;
}

static rd_rc compare(walk *w, rd_err *err)
{
	rd_hash256 root;

	if (!own_is_due(w) && !outside_is_due(w))
		return RD_OK;
	root = rd_range_root(&w->range);
	while (w->r.intact && own_is_due(w)) {
		compare_own(w, &root);
		RD_TRY(next_own(w, err));
	}
	while (w->r.intact && outside_is_due(w))
		compare_outside(w, &root);
	return RD_OK;
}

/* ---- the end ---- */

static int by_first(const void *a, const void *b)
{
	const rd_seq_run *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sorted, and runs that meet or overlap made one. */
static void join(runs *list)
{
	uint32_t n = 0;

	if (list->n == 0)
		return;
	qsort(list->run, list->n, sizeof *list->run, by_first);
	for (uint32_t i = 1; i < list->n; i++) {
		rd_seq_run *last = &list->run[n];

		if (list->run[i].first > last->last + 1)
			list->run[++n] = list->run[i];
		else if (list->run[i].last > last->last)
			last->last = list->run[i].last;
	}
	list->n = n + 1;
}

/* How many numbers are in `a` and not in `b`, both joined, and the first of them. */
static uint64_t only_in(const runs *a, const runs *b, uint64_t *ret_first)
{
	uint64_t count = 0;
	uint32_t j = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		uint64_t at = a->run[i].first, end = a->run[i].last + 1;

		while (at < end) {
			uint64_t until = end;

			while (j < b->n && b->run[j].last < at)
				j++;
			if (j < b->n && b->run[j].first < end)
				until = b->run[j].first > at ? b->run[j].first : at;
			if (until > at && count == 0)
				*ret_first = at;
			count += until - at;
			at = until < end ? b->run[j].last + 1 : end;
		}
	}
	return count;
}

static void settle_erasures(walk *w)
{
	uint64_t seq = 0;

	join(&w->named);
	if (only_in(&w->gone, &w->named, &seq) > 0)
		fault_at(w, RD_TRAIL_UNNAMED_ERASURE, seq);
	w->r.erase_left = only_in(&w->named, &w->gone, &w->r.first_erase_left_seq);
}

static rd_rc walk_all(walk *w, rd_err *err)
{
	RD_TRY(read_outside(w, err));
	RD_TRY(next_own(w, err));
	RD_TRY(compare(w, err));
	for (;;) {
		rd_trail_row row = {0};
		bool more = true;

		RD_TRY(w->source->next_event(w->source->ctx, &row, &more, err));
		if (!more)
			break;
		w->r.events++;
		if (row.seq > w->next_seq)
			missing_from(w, w->next_seq);
		if (row.seq >= w->next_seq && row.seq < RD_TREE_SIZE_MAX)
			w->next_seq = row.seq + 1;
		if (w->r.intact) {
			RD_TRY(check_row(w, &row, err));
			RD_TRY(compare(w, err));
		}
	}
	/* What is left speaks of events that are not there, or comes after a fault. */
	while (w->own_there)
		RD_TRY(next_own(w, err));
	if (w->r.claimed > w->next_seq)
		missing_from(w, w->next_seq);
	if (w->r.intact)
		settle_erasures(w);
	return RD_OK;
}

rd_rc rd_trail_verify(const rd_trail_source *source, const rd_trail_options *options,
                      rd_trail_report *ret_report, rd_err *err)
{
	walk w = {.source = source, .options = options, .firm_id = options->firm_id};
	rd_rc rc;

	w.lists = rd_arena_new();
	w.scratch = rd_arena_new();
	w.r.intact = true;
	w.r.complete = true;
	rc = walk_all(&w, err);
	rd_arena_free(w.scratch);
	rd_arena_free(w.lists);
	if (rc != RD_OK)
		return rc;
	w.r.reason = rd_trail_fault_words(w.r.fault);
	w.r.unanchored = w.r.events > w.r.anchored_size ? w.r.events - w.r.anchored_size : 0;
	if (w.r.intact)
		w.r.root = rd_range_root(&w.range);
	*ret_report = w.r;
	return RD_OK;
}
