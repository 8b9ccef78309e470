#include "check/notes.h"

#include "base/assert.h"
#include "base/hash.h"
#include <stdio.h>

_Static_assert(RD_NOTE_KINDS <= 32, "kinds are a 32-bit set");

/* What makes two notes of one group equal, then the line. Dictionary ids serve for equality
 * only; the order of the answer does not come from them. */
static int order(const rd_note *x, const rd_note *y, unsigned by)
{
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (by & RD_BY_COLUMN && x->column != y->column)
		return x->column < y->column ? -1 : 1;
	if (by & RD_BY_FOUND && x->found != y->found)
		return x->found < y->found ? -1 : 1;
	return 0;
}

static bool before(const rd_note *x, const rd_note *y, unsigned by)
{
	int c = order(x, y, by);

	return c < 0 || (c == 0 && x->line < y->line);
}

/* Merge sort, bottom up: notes are at most some hundred thousand. */
static const rd_note **sorted(rd_arena *a, const rd_note **items, uint32_t n, unsigned by)
{
	const rd_note **from = items, **to = RD_NEW_N(a, const rd_note *, (size_t)n + 1);

	for (size_t width = 1; width < n; width *= 2) {
		for (size_t at = 0; at < n; at += 2 * width) {
			size_t i = at, mid = at + width < n ? at + width : n, k = mid;
			size_t end = at + 2 * width < n ? at + 2 * width : n;

			for (size_t out = at; out < end; out++) {
				bool left = i < mid && (k == end || !before(from[k], from[i], by));

				to[out] = left ? from[i++] : from[k++];
			}
		}
		const rd_note **swap = from;

		from = to;
		to = swap;
	}
	return from;
}

static uint64_t not_kept(const rd_book *b, const rd_note *n)
{
	uint32_t all = b->files[n->file].notes[n->kind];

	return all > RD_NOTES_MAX ? all - RD_NOTES_MAX : 0;
}

static void add_amount(rd_note_group *g, rd_minor amount)
{
	if (__builtin_add_overflow(g->amount, amount < 0 ? -amount : amount, &g->amount))
		g->amount = RD_MINOR_MAX;
}

static void take(rd_note_group *g, const rd_note *n)
{
	g->count++;
	g->rejected += n->rejected;
	if (n->rejected)
		add_amount(g, n->amount);
	if (n->line && g->n_lines < RD_NOTE_LINES &&
	    (g->n_lines == 0 || g->lines[g->n_lines - 1] != n->line))
		g->lines[g->n_lines++] = n->line;
}

uint32_t rd_note_groups(rd_arena *a, const rd_book *b, uint32_t kinds, unsigned by,
                        bool rejected_only, rd_note_group **ret_groups)
{
	const rd_note **items = RD_NEW_N(a, const rd_note *, (size_t)b->n_notes + 1);
	uint32_t n = 0, n_groups = 0;

	for (uint32_t i = 0; i < b->n_notes; i++)
		if (kinds >> b->notes[i].kind & 1 && (b->notes[i].rejected || !rejected_only))
			items[n++] = &b->notes[i];
	items = sorted(a, items, n, by);
	rd_note_group *groups = RD_NEW_N(a, rd_note_group, (size_t)n + 1);

	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || order(items[i - 1], items[i], by) != 0) {
			groups[n_groups].more = not_kept(b, items[i]);
			groups[n_groups++].first = items[i];
		}
		take(&groups[n_groups - 1], items[i]);
	}
	*ret_groups = groups;
	return n_groups;
}

static void keep_lowest(rd_note_group *g, uint32_t line)
{
	uint32_t at = g->n_lines;

	if (at == RD_NOTE_LINES && g->lines[--at] <= line)
		return;
	g->n_lines = at + 1;
	for (; at > 0 && g->lines[at - 1] > line; at--)
		g->lines[at] = g->lines[at - 1];
	g->lines[at] = line;
}

void rd_note_join(rd_note_group *sum, const rd_note_group *g)
{
	if (sum->first == NULL || g->first->line < sum->first->line)
		sum->first = g->first;
	sum->count += g->count;
	sum->rejected += g->rejected;
	add_amount(sum, g->amount);
	for (uint32_t i = 0; i < g->n_lines; i++)
		keep_lowest(sum, g->lines[i]);
}

rd_str rd_note_lines(rd_arena *a, const rd_note_group *g)
{
	size_t size = RD_NOTE_LINES * 12 + 8, at = 0;
	char *out = rd_arena_alloc(a, size, 1);

	for (uint32_t i = 0; i < g->n_lines; i++) {
		int n = snprintf(out + at, size - at, "%s%u", i ? ", " : "", g->lines[i]);

		RD_ASSERT(n > 0 && (size_t)n < size - at);
		at += (size_t)n;
	}
	if (g->n_lines == RD_NOTE_LINES && g->count > RD_NOTE_LINES)
		at += (size_t)snprintf(out + at, size - at, " …");
	return (rd_str){out, (uint32_t)at};
}

static rd_str base_name(const rd_book *b, rd_row file)
{
	rd_str name = rd_book_text(b, b->files[file].name);

	for (uint32_t i = name.len; i > 0; i--)
		if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\')
			return (rd_str){name.ptr + i, name.len - i};
	return name;
}

uint64_t rd_file_key(const rd_book *b, rd_row file)
{
	return rd_hash_str(RD_HASH_START, base_name(b, file));
}

rd_fact rd_fact_file(const rd_book *b, const char *name, rd_row file)
{
	return rd_string(name, base_name(b, file));
}

rd_hit rd_hit_at_note(const rd_book *b, const rd_note_group *g)
{
	rd_hit hit = rd_hit_at_place(g->first->file, g->first->line);

	hit.key = rd_hash_i64(rd_file_key(b, g->first->file), g->first->kind);
	hit.key = rd_hash_str(hit.key, rd_book_text(b, g->first->field));
	hit.key = rd_hash_str(hit.key, rd_book_text(b, g->first->found));
	hit.weight = g->count;
	return hit;
}

rd_str rd_note_column(rd_arena *a, const rd_book *b, const rd_note *n)
{
	if (n->field)
		return rd_book_text(b, n->field);
	if (n->column == 0)
		return RD_STR("");
	char *out = rd_arena_alloc(a, 8, 1);
	int len = snprintf(out, 8, "%u", n->column);

	return (rd_str){out, (uint32_t)len};
}
