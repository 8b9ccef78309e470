#include "book/book.h"
#include "base/assert.h"
#include "base/hash.h"
#include "book/serial.h"
#include "book/store.h"
#include <stdio.h>

void rd_store_keep(rd_book_store *s, void *column, size_t bytes)
{
	RD_ASSERT(s->n_columns < RD_STORE_COLUMNS);
	s->columns[s->n_columns].ptr = column;
	s->columns[s->n_columns++].bytes = bytes;
}

void rd_book_free(rd_book *b)
{
	if (b == NULL)
		return;
	rd_book_store *s = b->store;
	rd_arena *arena = s->arena;

	for (uint32_t i = 0; i < s->n_columns; i++)
		rd_column_free(s->columns[i].ptr, s->columns[i].bytes);
	rd_dict_done(&s->dict);
	rd_arena_free(arena);
}

rd_str rd_book_text(const rd_book *b, rd_text id)
{
	RD_ASSERT(id < b->store->dict.n);
	return rd_dict_text(&b->store->dict, id);
}

uint32_t rd_book_n_texts(const rd_book *b)
{
	return b->store->dict.n;
}

rd_text rd_book_find_text(const rd_book *b, rd_str s)
{
	return rd_dict_find(&b->store->dict, s, rd_dict_hash(s));
}

rd_row rd_book_find_account(const rd_book *b, rd_str code)
{
	rd_text id = rd_book_find_text(b, code);

	return id && id < b->store->n_text_account ? b->store->text_account[id] : 0;
}

uint32_t rd_book_period_index(const rd_book *b, rd_period p)
{
	uint32_t lo = 0, hi = b->n_periods;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (b->periods[mid] < p)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < b->n_periods && b->periods[lo] == p ? lo : RD_NONE;
}

void rd_store_index_vouchers(rd_book *b)
{
	rd_book_store *s = b->store;
	rd_row n = b->line.n, blocks = n / 512 + 1;
	uint32_t rank = 0;

	s->starts = RD_NEW_N(s->arena, uint64_t, (size_t)blocks * 8);
	s->ranks = RD_NEW_N(s->arena, uint32_t, blocks);
	for (rd_row v = 0; v < b->voucher.n; v++)
		s->starts[b->voucher.first[v] / 64] |= UINT64_C(1) << b->voucher.first[v] % 64;
	for (rd_row k = 0; k < blocks; k++) {
		s->ranks[k] = rank;
		for (int w = 0; w < 8; w++)
			rank += (uint32_t)__builtin_popcountll(s->starts[(size_t)k * 8 + (size_t)w]);
	}
	RD_ASSERT(rank == b->voucher.n);
}

rd_row rd_line_voucher(const rd_book *b, rd_row line)
{
	const rd_book_store *s = b->store;
	uint32_t word = line / 64, block = line / 512, rank = s->ranks[block];

	RD_ASSERT(line < b->line.n);
	for (uint32_t w = block * 8; w < word; w++)
		rank += (uint32_t)__builtin_popcountll(s->starts[w]);
	/* Bits 0 .. line % 64 inclusive. */
	rank += (uint32_t)__builtin_popcountll(s->starts[word] << (63 - line % 64));
	return rank - 1;
}

rd_place rd_line_place(const rd_book *b, rd_row line)
{
	const rd_book_store *s = b->store;
	rd_row at = s->origin ? s->origin[line] : line;
	uint32_t lo = 0, hi = s->n_segments;

	while (lo + 1 < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->segments[mid].first <= at)
			lo = mid;
		else
			hi = mid;
	}
	if (s->n_segments == 0)
		return (rd_place){0};
	const rd_segment *g = &s->segments[lo];

	return (rd_place){g->file, g->line + (at - g->first) * g->step};
}

rd_minor rd_book_both_credit(const rd_book *b, rd_row line)
{
	uint32_t lo = 0, hi = b->n_both;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (b->both[mid].line < line)
			lo = mid + 1;
		else
			hi = mid;
	}
	RD_ASSERT(lo < b->n_both && b->both[lo].line == line);
	return b->both[lo].credit;
}

rd_text rd_voucher_text(const rd_book *b, rd_row v)
{
	if (b->line.text)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1]; i++)
			if (b->line.text[i])
				return b->line.text[i];
	return 0;
}

rd_minor rd_voucher_net(const rd_book *b, rd_row v)
{
	rd_minor sum = 0;
	rd_row to = b->voucher.first[v + 1];

	for (rd_row i = b->voucher.first[v]; i < to; i++) {
		rd_minor a = b->line.amount[i], s = -(rd_minor)(b->line.flags[i] & RD_LINE_CREDIT);

		sum += (a ^ s) - s;
		if (__builtin_expect(b->line.flags[i] & RD_LINE_BOTH, 0))
			sum -= rd_book_both_credit(b, i);
	}
	return sum;
}

/* snprintf cuts bytes; text for people must not end inside a character. */
static void cut_utf8(char *s)
{
	size_t n = strlen(s), back = 0;

	while (back < n && back < 4 && ((unsigned char)s[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back >= n)
		return;
	unsigned char lead = (unsigned char)s[n - 1 - back];
	size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
	if (back < want)
		s[n - 1 - back] = '\0';
}

void rd_voucher_name(const rd_book *b, rd_row v, bool with_period, char *out, size_t size)
{
	char number[96] = "", when[16] = "";
	rd_str journal = {"", 0};

	RD_ASSERT(v < b->voucher.n && size >= 16);
	if (b->voucher.journal)
		journal = rd_book_text(b, b->voucher.journal[v]);
	if (with_period)
		rd_period_format(b->voucher.period[v], when);
	if (b->voucher.number[v]) {
		rd_serial_format(b, b->voucher.number[v], number, sizeof number);
		snprintf(out, size, "%s%s" RD_STR_FMT "%s%s", when, when[0] ? " " : "", RD_STR_ARG(journal),
		         journal.len ? "-" : "#", number);
	} else {
		rd_place p = rd_line_place(b, b->voucher.first[v]);

		rd_day_format(b->voucher.date[v], when);
		snprintf(out, size, "%s%s" RD_STR_FMT "%s@%u", when, when[0] ? " " : "",
		         RD_STR_ARG(journal), journal.len ? " " : "", p.line);
	}
	cut_utf8(out);
}

void rd_account_name(const rd_book *b, rd_row account, char *out, size_t size)
{
	rd_str code = rd_book_text(b, b->account.code[account]);
	rd_str name = rd_book_text(b, b->account.name[account]);

	RD_ASSERT(size > 0);
	snprintf(out, size, RD_STR_FMT "%s" RD_STR_FMT, RD_STR_ARG(code),
	         code.len && name.len ? " " : "", RD_STR_ARG(name));
	cut_utf8(out);
}

void rd_party_name(const rd_book *b, rd_row party, char *out, size_t size)
{
	rd_text id = b->party.name[party] ? b->party.name[party] : b->party.key[party];

	RD_ASSERT(size > 0);
	snprintf(out, size, RD_STR_FMT, RD_STR_ARG(rd_book_text(b, id)));
	cut_utf8(out);
}

const char *rd_file_name(const rd_book *b, rd_row file)
{
	return rd_book_text(b, b->files[file].name).ptr;
}
