#include "book/bank_image.h"
#include "base/hash.h"

static const char magic[8] = {'R', 'D', 'B', 'A', 'N', 'K', RD_BANK_IMAGE_VERSION, 0};

/* ---- writing ---- */

static void put(rd_buf *o, uint64_t v, uint32_t bytes)
{
	char p[8];

	for (uint32_t i = 0; i < bytes; i++)
		p[i] = (char)(v >> (8 * i));
	rd_buf_add(o, p, bytes);
}

static void put_part(rd_buf *o, const rd_bank_part *p)
{
	const rd_text texts[] = {p->account, p->holder, p->bank, p->currency};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put(o, texts[i], 4);
	put(o, p->decimals, 4);
	put(o, p->n, 4);
	put(o, (uint64_t)p->opening, 8);
	put(o, (uint64_t)p->closing, 8);
	put(o, p->has_opening | p->has_closing << 1 | p->opening_stated << 2 | p->closing_stated << 3,
	    4);
	put(o, p->breaks, 4);
}

static void put_line(rd_buf *o, const rd_bank_line *l)
{
	const rd_text texts[] = {l->party,   l->account, l->bank,   l->summary,
	                         l->purpose, l->serial,  l->receipt};

	put(o, (uint64_t)l->amount, 8);
	put(o, (uint64_t)l->balance, 8);
	put(o, (uint32_t)l->date, 4);
	put(o, (uint32_t)l->time, 4);
	put(o, l->part, 4);
	put(o, l->line, 4);
	put(o, l->flags, 4);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put(o, texts[i], 4);
}

static void put_note(rd_buf *o, const rd_bank_note *n)
{
	put(o, n->kind, 4);
	put(o, n->line, 4);
	put(o, n->field, 4);
	put(o, n->found, 4);
	put(o, (uint64_t)n->apart, 8);
}

void rd_bank_image_write(const rd_bank *b, rd_buf *o)
{
	const rd_text texts[] = {b->name, b->format, b->encoding, b->layout};
	size_t from = o->size;
	uint32_t n = rd_bank_n_texts(b);

	rd_buf_add(o, magic, sizeof magic);
	put(o, n, 4);
	for (uint32_t i = 1; i < n; i++) {
		rd_str s = rd_bank_text(b, i);

		put(o, s.len, 4);
		rd_buf_str(o, s);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put(o, texts[i], 4);
	put(o, b->head_line, 4);
	put(o, b->rejected, 8);
	put(o, b->skipped, 8);
	for (int k = 0; k < RD_BANK_NOTE_KINDS; k++)
		put(o, b->note_counts[k], 8);
	put(o, b->n_parts, 4);
	for (uint32_t i = 0; i < b->n_parts; i++)
		put_part(o, &b->parts[i]);
	put(o, b->n_lines, 4);
	for (uint32_t i = 0; i < b->n_lines; i++)
		put_line(o, &b->lines[i]);
	put(o, b->n_notes, 4);
	for (uint32_t i = 0; i < b->n_notes; i++)
		put_note(o, &b->notes[i]);
	put(o, rd_hash_fast(o->data + from, o->size - from), 8);
}

/* ---- reading ---- */

typedef struct input {
	const unsigned char *p;
	size_t n, at;
	bool bad;
	uint32_t n_texts;
} input;

static uint64_t get(input *in, uint32_t bytes)
{
	uint64_t v = 0;

	if (in->bad || in->n - in->at < bytes) {
		in->bad = true;
		return 0;
	}
	for (uint32_t i = 0; i < bytes; i++)
		v |= (uint64_t)in->p[in->at + i] << (8 * i);
	in->at += bytes;
	return v;
}

static uint32_t get_below(input *in, uint32_t limit)
{
	uint32_t v = (uint32_t)get(in, 4);

	if (v >= limit)
		in->bad = true;
	return in->bad ? 0 : v;
}

static rd_text get_text(input *in)
{
	return get_below(in, in->n_texts);
}

static rd_minor get_money(input *in, rd_minor max)
{
	rd_minor v = (rd_minor)get(in, 8);

	if (v > max || v < -max)
		in->bad = true;
	return in->bad ? 0 : v;
}

/* A count whose items take at least `least` bytes each. */
static uint32_t get_count(input *in, uint32_t max, uint32_t least)
{
	uint32_t v = (uint32_t)get(in, 4);

	if (v > max || (uint64_t)v * least > in->n - in->at)
		in->bad = true;
	return in->bad ? 0 : v;
}

static void get_texts(input *in, rd_bank *b)
{
	uint32_t n = get_count(in, UINT32_MAX / 2, 0);

	if (n == 0 || (uint64_t)(n - 1) * 5 > in->n) /* no text but the first is empty */
		in->bad = true;
	for (uint32_t i = 1; i < n && !in->bad; i++) {
		uint32_t len = (uint32_t)get(in, 4);

		if (len == 0 || len > in->n - in->at ||
		    rd_utf8_check((const char *)in->p + in->at, len) >= 0) {
			in->bad = true;
			return;
		}
		/* ids come out as they went in, unless a text stands there twice */
		if (rd_bank_intern(b, (rd_str){(const char *)in->p + in->at, len}) != i)
			in->bad = true;
		in->at += len;
	}
	in->n_texts = n;
}

#define DAY_LEAST (-719162) /* year 1 */
#define DAY_MOST  2932896   /* year 9999 */

static rd_rc get_parts(input *in, rd_bank *b, rd_err *err)
{
	uint32_t n = get_count(in, RD_BANK_PARTS_MAX, 40), at = 0, part;

	for (uint32_t i = 0; i < n && !in->bad; i++) {
		RD_TRY(rd_bank_add_part(b, &part, err));
		rd_bank_part *p = &b->parts[part];

		p->account = get_text(in);
		p->holder = get_text(in);
		p->bank = get_text(in);
		p->currency = get_text(in);
		p->decimals = get_below(in, 5);
		p->first = at;
		p->n = get_below(in, RD_BANK_LINES_MAX + 1);
		p->opening = (rd_minor)get(in, 8);
		p->closing = (rd_minor)get(in, 8);
		uint32_t flags = get_below(in, 16);

		p->has_opening = flags & 1;
		p->has_closing = flags & 2;
		p->opening_stated = flags & 4;
		p->closing_stated = flags & 8;
		p->breaks = (uint32_t)get(in, 4);
		at += p->n;
		if (at > RD_BANK_LINES_MAX)
			in->bad = true;
	}
	return RD_OK;
}

static rd_rc get_lines(input *in, rd_bank *b, rd_err *err)
{
	uint32_t n = get_count(in, RD_BANK_LINES_MAX, 64);

	for (uint32_t i = 0; i < n && !in->bad; i++) {
		rd_bank_line l = {.amount = get_money(in, RD_BANK_AMOUNT_MAX)};

		l.balance = get_money(in, RD_BANK_BALANCE_MAX);
		l.date = (rd_day)(int32_t)get(in, 4);
		l.time = (int32_t)get(in, 4);
		l.part = get_below(in, b->n_parts);
		l.line = (uint32_t)get(in, 4);
		l.flags = get_below(in, 8);
		l.party = get_text(in);
		l.account = get_text(in);
		l.bank = get_text(in);
		l.summary = get_text(in);
		l.purpose = get_text(in);
		l.serial = get_text(in);
		l.receipt = get_text(in);
		if (l.date < DAY_LEAST || l.date > DAY_MOST || l.time < -1 || l.time >= 86400 || in->bad ||
		    i < b->parts[l.part].first || i >= b->parts[l.part].first + b->parts[l.part].n) {
			in->bad = true;
			break;
		}
		RD_TRY(rd_bank_add_line(b, &l, err));
	}
	return RD_OK;
}

static void get_notes(input *in, rd_bank *b, const uint64_t *counts)
{
	uint64_t rejected = b->rejected, skipped = b->skipped;
	uint32_t n = get_count(in, RD_BANK_NOTE_KINDS * RD_BANK_NOTES_MAX, 24);

	for (uint32_t i = 0; i < n && !in->bad; i++) {
		rd_bank_note_kind kind = (rd_bank_note_kind)get_below(in, RD_BANK_NOTE_KINDS);
		uint32_t line = (uint32_t)get(in, 4);
		rd_str field = rd_bank_text(b, get_text(in)), found = rd_bank_text(b, get_text(in));
		rd_minor apart = (rd_minor)get(in, 8);
		uint32_t before = b->n_notes;

		rd_bank_add_note(b, kind, line, field, found);
		if (b->n_notes > before)
			b->notes[before].apart = apart;
	}
	b->rejected = rejected;
	b->skipped = skipped;
	for (int k = 0; k < RD_BANK_NOTE_KINDS; k++)
		b->note_counts[k] = counts[k];
}

/* What follows from the lines is counted again. */
static void recount(rd_bank *b)
{
	for (uint32_t i = 0; i < b->n_parts; i++) {
		rd_bank_part *p = &b->parts[i];

		for (uint32_t k = p->first; k < p->first + p->n; k++) {
			const rd_bank_line *l = &b->lines[k];

			if (l->amount >= 0)
				p->sum_in += l->amount;
			else
				p->sum_out -= l->amount;
			p->from = p->from == RD_DAY_NONE || l->date < p->from ? l->date : p->from;
			p->to = p->to == RD_DAY_NONE || l->date > p->to ? l->date : p->to;
		}
	}
}

static rd_rc read_all(input *in, rd_bank *b, rd_err *err)
{
	uint64_t counts[RD_BANK_NOTE_KINDS];

	get_texts(in, b);
	b->name = get_text(in);
	b->format = get_text(in);
	b->encoding = get_text(in);
	b->layout = get_text(in);
	b->head_line = (uint32_t)get(in, 4);
	b->rejected = get(in, 8);
	b->skipped = get(in, 8);
	for (int k = 0; k < RD_BANK_NOTE_KINDS; k++)
		counts[k] = get(in, 8);
	RD_TRY(get_parts(in, b, err));
	RD_TRY(get_lines(in, b, err));
	get_notes(in, b, counts);
	uint32_t lines = 0;

	for (uint32_t i = 0; i < b->n_parts; i++)
		lines += b->parts[i].n;
	if (lines != b->n_lines || in->at != in->n)
		in->bad = true;
	return RD_OK;
}

rd_rc rd_bank_image_open(rd_str image, rd_bank **ret_bank, rd_err *err)
{
	input in = {(const unsigned char *)image.ptr, image.len, sizeof magic, false, 1};
	input sum;

	if (image.len < sizeof magic + 8 || memcmp(image.ptr, magic, sizeof magic) != 0)
		in.bad = true;
	else
		in.n -= 8;
	sum = (input){in.p, in.n + 8, in.n, in.bad, 1};
	if (!in.bad && get(&sum, 8) != rd_hash_fast(image.ptr, in.n))
		in.bad = true;
	rd_bank *b = rd_bank_new();
	rd_rc rc = in.bad ? RD_OK : read_all(&in, b, err);

	if (rc == RD_OK && in.bad)
		rc = rd_fail(err, RD_CORRUPT, "银行对账单的缓存已损坏；请重新读取原文件",
		             "the cached bank statement is damaged; read the file again");
	if (rc != RD_OK) {
		rd_bank_free(b);
		return rc;
	}
	recount(b);
	*ret_bank = b;
	return RD_OK;
}
