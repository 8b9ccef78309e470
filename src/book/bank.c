#include "book/bank.h"
#include "base/assert.h"
#include "book/dict.h"
#include <stdlib.h>

struct rd_bank_store {
	rd_arena *arena; /* the statement itself, parts and notes */
	rd_dict texts;
	uint32_t cap_parts, cap_lines, cap_notes;
};

typedef struct note_kind {
	const char *name;
	rd_words words;
	bool rejects;
} note_kind;

static const note_kind kinds[RD_BANK_NOTE_KINDS] = {
#define RD_BANK_NOTE(name, word, rejects, zh, en) {word, {zh, en}, rejects},
#include "book/bank_notes.def"
#undef RD_BANK_NOTE
};

const char *rd_bank_note_name(rd_bank_note_kind kind)
{
	return kinds[kind].name;
}

rd_words rd_bank_note_words(rd_bank_note_kind kind)
{
	return kinds[kind].words;
}

bool rd_bank_note_rejects(rd_bank_note_kind kind)
{
	return kinds[kind].rejects;
}

rd_bank *rd_bank_new(void)
{
	rd_arena *a = rd_arena_new();
	rd_bank *b = RD_NEW(a, rd_bank);

	b->store = RD_NEW(a, struct rd_bank_store);
	b->store->arena = a;
	rd_dict_init(&b->store->texts);
	return b;
}

void rd_bank_free(rd_bank *b)
{
	if (b == NULL)
		return;
	rd_column_free(b->lines, (size_t)b->store->cap_lines * sizeof *b->lines);
	rd_dict_done(&b->store->texts);
	rd_arena_free(b->store->arena);
}

rd_str rd_bank_text(const rd_bank *b, rd_text id)
{
	RD_ASSERT(id < b->store->texts.n);
	return rd_dict_text(&b->store->texts, id);
}

uint32_t rd_bank_n_texts(const rd_bank *b)
{
	return b->store->texts.n;
}

/* Bytes that are no UTF-8 become U+FFFD. */
static rd_str repaired(rd_bank *b, rd_str s)
{
	if (rd_utf8_check(s.ptr, s.len) < 0)
		return s;
	char *fixed = rd_arena_alloc(b->store->arena, (size_t)s.len * 3 + 4, 1);
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len;)
		n += rd_utf8_put(fixed + n, rd_utf8_next(s, &at));
	return (rd_str){fixed, n};
}

rd_text rd_bank_intern(rd_bank *b, rd_str s)
{
	if (s.len == 0)
		return 0;
	s = repaired(b, s);
	return rd_dict_add(&b->store->texts, s, rd_dict_hash(s));
}

rd_rc rd_bank_add_part(rd_bank *b, uint32_t *ret_part, rd_err *err)
{
	if (b->n_parts >= RD_BANK_PARTS_MAX)
		return rd_fail(err, RD_LIMIT, "一个文件中的账户或对账单超过 %u 个；请分开上传",
		               "more than %u accounts or statements in one file; upload them apart",
		               RD_BANK_PARTS_MAX);
	b->parts =
		rd_grow(b->store->arena, b->parts, b->n_parts, &b->store->cap_parts, sizeof *b->parts);
	b->parts[b->n_parts] = (rd_bank_part){.decimals = 2, .from = RD_DAY_NONE, .to = RD_DAY_NONE};
	*ret_part = b->n_parts++;
	return RD_OK;
}

rd_rc rd_bank_add_line(rd_bank *b, const rd_bank_line *line, rd_err *err)
{
	uint32_t *cap = &b->store->cap_lines;

	RD_ASSERT(line->part < b->n_parts);
	RD_ASSERT(line->amount >= -RD_BANK_AMOUNT_MAX && line->amount <= RD_BANK_AMOUNT_MAX);
	RD_ASSERT(line->balance >= -RD_BANK_BALANCE_MAX && line->balance <= RD_BANK_BALANCE_MAX);
	if (b->n_lines >= RD_BANK_LINES_MAX)
		return rd_fail(err, RD_LIMIT, "一个文件的流水超过 %u 行；请按月分开上传",
		               "more than %u lines in one file; upload it month by month",
		               RD_BANK_LINES_MAX);
	if (b->n_lines == *cap) {
		uint32_t more = *cap ? *cap * 2 : 1024;

		b->lines = rd_column_resize(b->lines, *cap * sizeof *b->lines, more * sizeof *b->lines);
		*cap = more;
	}
	b->lines[b->n_lines++] = *line;
	return RD_OK;
}

static void add_note(rd_bank *b, rd_bank_note note)
{
	if (kinds[note.kind].rejects)
		b->rejected++;
	b->skipped += note.kind == RD_BANK_NOTE_SKIPPED;
	if (b->note_counts[note.kind]++ >= RD_BANK_NOTES_MAX)
		return;
	b->notes =
		rd_grow(b->store->arena, b->notes, b->n_notes, &b->store->cap_notes, sizeof *b->notes);
	b->notes[b->n_notes++] = note;
}

#define FOUND_MAX 80u

void rd_bank_add_note(rd_bank *b, rd_bank_note_kind kind, uint32_t line, rd_str field, rd_str found)
{
	/* what is cut before it is repaired may grow behind the cut */
	if (found.len > 4 * FOUND_MAX)
		found.len = 4 * FOUND_MAX;
	if (found.len)
		found = repaired(b, found);
	if (found.len > FOUND_MAX) {
		found.len = FOUND_MAX;
		while (found.len && ((unsigned char)found.ptr[found.len] & 0xC0) == 0x80)
			found.len--;
	}
	add_note(b, (rd_bank_note){kind, line, rd_bank_intern(b, field), rd_bank_intern(b, found), 0});
}

/* ---- sealing ---- */

/* Lines stand together by part, in the order of the file within one. */
static void group_parts(rd_bank *b)
{
	uint32_t at = 0;
	bool sorted = true;

	for (uint32_t i = 1; i < b->n_lines; i++)
		sorted = sorted && b->lines[i - 1].part <= b->lines[i].part;
	for (uint32_t i = 0; i < b->n_lines; i++)
		b->parts[b->lines[i].part].n++;
	for (uint32_t p = 0; p < b->n_parts; p++) {
		b->parts[p].first = at;
		at += b->parts[p].n;
	}
	if (sorted)
		return;
	size_t bytes = (size_t)b->n_lines * sizeof *b->lines;
	rd_bank_line *copy = rd_column_new(bytes);
	uint32_t *to = RD_NEW_N(b->store->arena, uint32_t, b->n_parts);

	memcpy(copy, b->lines, bytes);
	for (uint32_t p = 0; p < b->n_parts; p++)
		to[p] = b->parts[p].first;
	for (uint32_t i = 0; i < b->n_lines; i++)
		b->lines[to[copy[i].part]++] = copy[i];
	rd_column_free(copy, bytes);
}

/* How many lines' balances follow from the balance of the line `step` beside them, with the amounts
 * as they stand or turned. Sums beyond 64 bits wrap and do not fit. */
static uint32_t follow(const rd_bank *b, const rd_bank_part *p, int step, bool turned)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k + 1 < p->n; k++) {
		uint32_t i = p->first + k + (step > 0), before = p->first + k + (step < 0);
		const rd_bank_line *l = &b->lines[i], *was = &b->lines[before];
		uint64_t move = turned ? 0 - (uint64_t)l->amount : (uint64_t)l->amount;

		n += (l->flags & was->flags & RD_BANK_BALANCE) &&
		     (uint64_t)l->balance == (uint64_t)was->balance + move;
	}
	return n;
}

static void reverse(rd_bank *b, const rd_bank_part *p)
{
	for (uint32_t i = 0; i < p->n / 2; i++) {
		rd_bank_line *x = &b->lines[p->first + i], *y = &b->lines[p->first + p->n - 1 - i];
		rd_bank_line t = *x;

		*x = *y;
		*y = t;
	}
}

/* Which way the lines run and whose view the amounts are: what most balances agree with. */
static void settle_order(rd_bank *b, const rd_bank_part *p)
{
	uint32_t best = follow(b, p, 1, false);
	bool backward = false, turned = false;

	for (int way = 1; way < 4; way++) {
		bool back = way & 1, turn = way & 2;

		if (turn && !p->open_view)
			break;
		uint32_t fits = follow(b, p, back ? -1 : 1, turn);

		if (fits > best) {
			best = fits;
			backward = back;
			turned = turn;
		}
	}
	if (best == 0 && p->n > 1)
		backward = b->lines[p->first].date > b->lines[p->first + p->n - 1].date;
	if (backward)
		reverse(b, p);
	for (uint32_t i = 0; turned && i < p->n; i++)
		b->lines[p->first + i].amount = -b->lines[p->first + i].amount;
	if (turned)
		add_note(b, (rd_bank_note){.kind = RD_BANK_NOTE_BANK_VIEW});
}

/* The opening balance that was stated must be the one before the first line that states one. */
static void verify_opening(rd_bank *b, rd_bank_part *p)
{
	rd_minor before = 0;

	for (uint32_t i = p->first; i < p->first + p->n; i++) {
		before += b->lines[i].amount;
		if (!(b->lines[i].flags & RD_BANK_BALANCE))
			continue;
		rd_minor opening = b->lines[i].balance - before;

		if (!p->has_opening) {
			p->opening = opening;
			p->has_opening = true;
		} else if (p->opening != opening) {
			add_note(b, (rd_bank_note){.kind = RD_BANK_NOTE_OPENING_DIFFERS,
			                           .line = b->lines[i].line,
			                           .apart = p->opening - opening});
		}
		return;
	}
}

static void verify_balances(rd_bank *b, rd_bank_part *p)
{
	bool known = false;
	rd_minor running = 0;

	for (uint32_t i = p->first; i < p->first + p->n; i++) {
		rd_bank_line *l = &b->lines[i];

		running += l->amount;
		if (l->flags & RD_BANK_BALANCE) {
			if (known && running != l->balance) {
				l->flags |= RD_BANK_BREAK;
				p->breaks++;
				add_note(b, (rd_bank_note){.kind = RD_BANK_NOTE_BALANCE_BREAK,
				                           .line = l->line,
				                           .apart = l->balance - running});
			}
			running = l->balance;
			known = true;
		}
		if (l->amount >= 0)
			p->sum_in += l->amount;
		else
			p->sum_out -= l->amount;
		if (p->from == RD_DAY_NONE || l->date < p->from)
			p->from = l->date;
		if (p->to == RD_DAY_NONE || l->date > p->to)
			p->to = l->date;
	}
	if (!known && p->has_opening)
		running += p->opening;
	known = known || p->has_opening;
	if (known && p->has_closing && p->closing != running)
		add_note(b, (rd_bank_note){.kind = RD_BANK_NOTE_CLOSING_DIFFERS,
		                           .apart = p->closing - running});
	if (known && !p->has_closing) {
		p->closing = running;
		p->has_closing = true;
	}
	if (!p->has_opening && p->has_closing) { /* only the end is stated */
		p->opening = p->closing - (p->sum_in - p->sum_out);
		p->has_opening = true;
	}
}

typedef struct seen {
	rd_text serial;
	uint32_t line;
} seen;

static int seen_cmp(const void *x, const void *y)
{
	const seen *a = x, *b = y;

	if (a->serial != b->serial)
		return a->serial < b->serial ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* The same transaction twice. Lines that share a serial number but not the amount are parts of one
 * transaction (a payment and its fee). */
static void mark_duplicates(rd_bank *b)
{
	size_t bytes = (size_t)b->n_lines * sizeof(seen);
	seen *s = rd_column_new(bytes + sizeof(seen));
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->n_lines; i++)
		if (b->lines[i].serial)
			s[n++] = (seen){b->lines[i].serial, i};
	qsort(s, n, sizeof *s, seen_cmp);
	for (uint32_t i = 1; i < n; i++) {
		rd_bank_line *l = &b->lines[s[i].line];
		const rd_bank_line *was = &b->lines[s[i - 1].line];

		if (l->serial != was->serial || l->date != was->date || l->amount != was->amount ||
		    l->part != was->part || l->time != was->time ||
		    (l->flags & was->flags & RD_BANK_BALANCE && l->balance != was->balance))
			continue;
		l->flags |= RD_BANK_DUPLICATE;
		rd_bank_add_note(b, RD_BANK_NOTE_DUPLICATE, l->line, RD_STR(""),
		                 rd_bank_text(b, l->serial));
	}
	rd_column_free(s, bytes + sizeof(seen));
}

static int note_cmp(const void *x, const void *y)
{
	const rd_bank_note *a = x, *b = y;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

void rd_bank_seal(rd_bank *b)
{
	group_parts(b);
	for (uint32_t i = 0; i < b->n_parts; i++) {
		rd_bank_part *p = &b->parts[i];

		p->opening_stated = p->has_opening;
		p->closing_stated = p->has_closing;
		settle_order(b, p);
		verify_opening(b, p);
		verify_balances(b, p);
		if (p->currency == 0)
			p->currency = rd_bank_intern(b, RD_STR("CNY"));
	}
	mark_duplicates(b);
	if (b->n_notes)
		qsort(b->notes, b->n_notes, sizeof *b->notes, note_cmp);
}
