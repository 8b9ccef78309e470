#include "match/evidence.h"
#include "base/hash.h"
#include <stdlib.h>

#define FEATURES_MAX 64u /* of one item */
#define PREFIX       5u  /* letters of a word */

typedef struct collect {
	uint64_t hash[FEATURES_MAX];
	uint32_t n;
} collect;

static void put(collect *c, uint64_t h, bool number)
{
	if (c->n < FEATURES_MAX)
		c->hash[c->n++] = (h & ~UINT64_C(1)) | number;
}

static bool is_letter(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= 0xC0 && cp < 0x2000);
}

static bool is_han(uint32_t cp)
{
	return cp >= 0x3400 && cp < 0xE000;
}

static void word_end(collect *c, uint64_t h, uint32_t letters)
{
	if (letters >= 2)
		put(c, rd_hash_i64(h, 'w'), false);
}

/* Zeros before a number are no part of it: banks fill up to a fixed width. */
static void number_end(collect *c, uint64_t h, uint32_t digits)
{
	if (digits >= 3)
		put(c, rd_hash_i64(h, 'n'), true);
}

static void add_text(collect *c, rd_str s)
{
	uint64_t word = RD_HASH_START, number = RD_HASH_START;
	uint32_t letters = 0, digits = 0, before = 0;

	for (uint32_t at = 0; at < s.len && at < 512;) {
		uint32_t cp = rd_halfwidth(rd_utf8_next(s, &at));

		if (cp >= 'A' && cp <= 'Z')
			cp += 32;
		bool letter = is_letter(cp), digit = cp >= '0' && cp <= '9';

		if (letter && letters++ < PREFIX)
			word = rd_hash_i64(word, cp);
		if (!letter && letters) {
			word_end(c, word, letters);
			word = RD_HASH_START;
			letters = 0;
		}
		if (digit && (digits || cp != '0')) {
			number = rd_hash_i64(number, cp);
			digits++;
		}
		if (!digit && digits) {
			number_end(c, number, digits);
			number = RD_HASH_START;
			digits = 0;
		}
		if (is_han(cp) && is_han(before))
			put(c, rd_hash_i64(rd_hash_i64(RD_HASH_START, before), cp), false);
		before = cp;
	}
	word_end(c, word, letters);
	number_end(c, number, digits);
}

static int hash_cmp(const void *x, const void *y)
{
	uint64_t a, b;

	memcpy(&a, x, sizeof a);
	memcpy(&b, y, sizeof b);
	return a < b ? -1 : a > b;
}

static void features_of(rd_arena *a, const rd_recon_item *item, rd_features *f)
{
	collect c = {.n = 0};
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof item->texts / sizeof *item->texts; i++)
		if (item->texts[i].len)
			add_text(&c, item->texts[i]);
	qsort(c.hash, c.n, sizeof *c.hash, hash_cmp);
	f->hash = RD_NEW_N(a, uint64_t, c.n + 1);
	for (uint32_t i = 0; i < c.n; i++)
		if (n == 0 || f->hash[n - 1] != c.hash[i])
			f->hash[n++] = c.hash[i];
	f->n = n;
	f->bits = rd_arena_alloc(a, n + 1, 1);
}

/* How many items have a feature. */
typedef struct census {
	uint64_t *hash;
	uint32_t *count, mask;
} census;

static uint32_t *count_of(census *c, uint64_t h)
{
	uint32_t at = (uint32_t)(rd_mix(h, 1)) & c->mask;

	while (c->count[at] && c->hash[at] != h)
		at = (at + 1) & c->mask;
	c->hash[at] = h;
	return &c->count[at];
}

static uint8_t bits_of(uint32_t all, uint32_t with)
{
	uint32_t times = all / (with ? with : 1);

	return times ? (uint8_t)(31 - __builtin_clz(times)) : 0;
}

static void weigh(census *c, rd_features *f, uint32_t n, uint32_t all)
{
	for (uint32_t i = 0; i < n; i++) {
		f[i].total = 0;
		for (uint32_t k = 0; k < f[i].n; k++) {
			f[i].bits[k] = bits_of(all, *count_of(c, f[i].hash[k]));
			f[i].total += f[i].bits[k];
		}
	}
}

void rd_evidence(rd_arena *a, const rd_recon_item *bank, uint32_t n_bank, const rd_recon_item *book,
                 uint32_t n_book, rd_features *ret_bank, rd_features *ret_book)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < n_bank; i++) {
		features_of(a, &bank[i], &ret_bank[i]);
		all += ret_bank[i].n;
	}
	for (uint32_t i = 0; i < n_book; i++) {
		features_of(a, &book[i], &ret_book[i]);
		all += ret_book[i].n;
	}
	size_t size = 64;

	while (size < all * 2)
		size *= 2;
	census c = {rd_column_new(size * 8), rd_column_new(size * 4), (uint32_t)(size - 1)};

	for (uint32_t i = 0; i < n_bank; i++)
		for (uint32_t k = 0; k < ret_bank[i].n; k++)
			++*count_of(&c, ret_bank[i].hash[k]);
	for (uint32_t i = 0; i < n_book; i++)
		for (uint32_t k = 0; k < ret_book[i].n; k++)
			++*count_of(&c, ret_book[i].hash[k]);
	weigh(&c, ret_bank, n_bank, n_bank + n_book);
	weigh(&c, ret_book, n_book, n_bank + n_book);
	rd_column_free(c.hash, size * 8);
	rd_column_free(c.count, size * 4);
}

/* Under four bits a feature is on every sixteenth item: a number like a year proves nothing. */
#define NUMBER_BITS 4u

rd_likeness rd_evidence_like(const rd_features *a, const rd_features *b)
{
	rd_likeness l = {0, 0, false};
	uint32_t least = a->total < b->total ? a->total : b->total;

	for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
		if (a->hash[i] == b->hash[k]) {
			l.bits += a->bits[i];
			l.number = l.number || ((a->hash[i] & 1) && a->bits[i] >= NUMBER_BITS);
			i++;
			k++;
		} else if (a->hash[i] < b->hash[k]) {
			i++;
		} else {
			k++;
		}
	}
	l.share = least ? l.bits * 100 / least : 0;
	return l;
}

bool rd_evidence_strong(rd_likeness l)
{
	/* half of what the shorter text says, and rarer than one in 2^6 items; or a number */
	return (l.share >= 50 && l.bits >= 6) || l.number;
}
