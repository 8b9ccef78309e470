#include "record/words.h"
#include "base/assert.h"
#include <stdlib.h>

#define FOLD_MAX 64u /* bytes of a query word that is looked for among the synonyms */

/* Latin letters with accents, U+00C0 to U+017F, without them; 0 = as it is. ß, æ, œ and others that
 * would be two letters stay. */
static const char plain_latin[] =
	"AAAAAA\0CEEEEIIII\0NOOOOO\0OUUUUY\0\0aaaaaa\0ceeeeiiii\0nooooo\0ouuuuy\0y"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi\0\0JjKk\0LlLlLlLlLlNnNnNn\0\0\0OoOoOo\0\0"
	"RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz\0";

/* One code point made uniform: half width, small letters, no accents. */
static uint32_t fold(uint32_t cp)
{
	cp = rd_halfwidth(cp);
	if (cp >= 0xC0 && cp < 0x180 && plain_latin[cp - 0xC0])
		cp = (unsigned char)plain_latin[cp - 0xC0];
	if (cp >= 'A' && cp <= 'Z')
		return cp + 32;
	if ((cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) || (cp >= 0x391 && cp <= 0x3A9) ||
	    (cp >= 0x410 && cp <= 0x42F))
		return cp + 32; /* Latin, Greek, Cyrillic capitals stand 32 before their small letters */
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 80;
	if (cp == 0x3C2)
		return 0x3C3; /* final sigma */
	return cp;
}

/* Scripts without spaces between words: Han, kana, Hangul, Bopomofo. */
static bool is_cjk(uint32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0x3041 && cp <= 0x312F) ||
	       (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
	       (cp >= 0x20000 && cp <= 0x3134F) || cp == 0x3005 || cp == 0x3007;
}

/* Letters and digits of other scripts; everything else only separates. */
static bool is_word(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
	return cp >= 0xAA && cp != 0xAB && cp != 0xBB && cp != 0xD7 && cp != 0xF7 && cp != 0xBF &&
	       cp != 0xB7 && cp != 0xA0 && cp != 0xFFFD && !(cp >= 0x2000 && cp <= 0x2BFF) &&
	       !(cp >= 0x3000 && cp <= 0x3040) && !(cp >= 0xE000 && cp <= 0xF8FF) &&
	       !(cp >= 0xFE00 && cp <= 0xFE6F) && !(cp >= 0xFF00 && cp <= 0xFFEF) && cp < 0x1F000;
}

uint32_t rd_text_fold(rd_str text, char *out, uint32_t max)
{
	uint32_t n = 0;

	for (uint32_t at = 0; at < text.len;) {
		char bytes[4];
		uint32_t size = rd_utf8_put(bytes, fold(rd_utf8_next(text, &at)));

		if (n + size > max)
			break;
		memcpy(out + n, bytes, size);
		n += size;
	}
	return n;
}

/* ---- cutting ---- */

/* A word of letters and digits, or a run of CJK characters, folded. */
typedef struct piece {
	char text[RD_TERM_BYTES_MAX];
	uint32_t size;
	bool cjk;
} piece;

/* The next piece of `text` at *at; false at the end. A run of CJK that is longer than a piece goes
 * on in the next one, which begins with the last character of this one so that no pair is lost. A
 * word that is longer is cut, and its rest skipped. */
static bool next_piece(rd_str text, uint32_t *at, piece *p)
{
	*p = (piece){0};
	while (*at < text.len) {
		uint32_t before = *at, cp = fold(rd_utf8_next(text, at));
		bool cjk = is_cjk(cp), word = !cjk && is_word(cp);
		char bytes[4];

		if ((!cjk && !word) || (p->size && cjk != p->cjk)) {
			if (p->size == 0)
				continue;
			*at = cjk || word ? before : *at;
			return true;
		}
		uint32_t size = rd_utf8_put(bytes, cp);

		p->cjk = cjk;
		if (p->size + size <= sizeof p->text) {
			memcpy(p->text + p->size, bytes, size);
			p->size += size;
		} else if (cjk) {
			*at = before;
			while (*at > 0 && ((unsigned char)text.ptr[*at - 1] & 0xC0) == 0x80)
				(*at)--;
			*at -= *at > 0;
			return true;
		}
	}
	return p->size > 0;
}

static uint32_t char_size(const piece *p, uint32_t at)
{
	uint32_t end = at;

	rd_utf8_next((rd_str){p->text, p->size}, &end);
	return end - at;
}

/* ---- terms of a record ---- */

typedef struct gathering {
	rd_arena *a;
	rd_str *items;
	uint32_t n, cap;
	bool cut;
} gathering;

static void gather(gathering *g, const char *text, uint32_t size)
{
	/* Twice the limit before doubles are taken out; then the limit is judged. */
	if (g->n == 8 * RD_TERMS_MAX) {
		g->cut = true;
		return;
	}
	g->items = rd_grow(g->a, g->items, g->n, &g->cap, sizeof *g->items);
	g->items[g->n++] = (rd_str){rd_arena_copy(g->a, text, size), size};
}

static void gather_cjk(gathering *g, const piece *p)
{
	for (uint32_t at = 0; at < p->size;) {
		uint32_t one = char_size(p, at);

		gather(g, p->text + at, one);
		if (at + one < p->size)
			gather(g, p->text + at, one + char_size(p, at + one));
		at += one;
	}
}

/* Nobody knows a number by its beginning, and each beginning costs a row. */
static bool is_number(const piece *p)
{
	for (uint32_t i = 0; i < p->size; i++)
		if (p->text[i] < '0' || p->text[i] > '9')
			return false;
	return true;
}

static void gather_word(gathering *g, const piece *p)
{
	uint32_t chars = 0;

	if (is_number(p)) {
		gather(g, p->text, p->size);
		return;
	}

	for (uint32_t at = 0; at < p->size;) {
		at += char_size(p, at);
		chars++;
		if (at == p->size || (chars >= RD_TERM_PREFIX_MIN && chars <= RD_TERM_PREFIX_MAX))
			gather(g, p->text, at);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return rd_str_cmp(*(const rd_str *)a, *(const rd_str *)b);
}

static void finish(gathering *g, rd_terms *ret)
{
	uint32_t n = 0;

	if (g->n)
		qsort(g->items, g->n, sizeof *g->items, by_bytes);
	for (uint32_t i = 0; i < g->n; i++)
		if (n == 0 || !rd_str_eq(g->items[n - 1], g->items[i]))
			g->items[n++] = g->items[i];
	ret->cut = g->cut || n > RD_TERMS_MAX;
	ret->items = g->items;
	ret->n = n > RD_TERMS_MAX ? RD_TERMS_MAX : n;
}

void rd_terms_of(const rd_str *texts, uint32_t n, rd_arena *a, rd_terms *ret_terms)
{
	gathering g = {.a = a};
	piece p;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t at = 0; next_piece(texts[i], &at, &p);) {
			if (p.cjk)
				gather_cjk(&g, &p);
			else
				gather_word(&g, &p);
		}
	finish(&g, ret_terms);
}

/* ---- queries ---- */

static void way_add(rd_query_way *w, rd_arena *a, uint32_t *cap, const char *text, uint32_t size)
{
	rd_str term = {text, size};

	for (uint32_t i = 0; i < w->n; i++)
		if (rd_str_eq(w->terms[i], term))
			return;
	w->terms = rd_grow(a, w->terms, w->n, cap, sizeof *w->terms);
	w->terms[w->n++] = (rd_str){rd_arena_copy(a, text, size), size};
}

/* What must be there for a text: pairs of a run (or its only character), words as they are. */
static rd_query_way way_of(rd_str text, rd_arena *a)
{
	rd_query_way w = {0};
	uint32_t cap = 0;
	piece p;

	for (uint32_t at = 0; next_piece(text, &at, &p);) {
		if (!p.cjk) {
			way_add(&w, a, &cap, p.text, p.size);
			continue;
		}
		uint32_t first = char_size(&p, 0);

		if (first == p.size)
			way_add(&w, a, &cap, p.text, p.size);
		for (uint32_t i = 0; i + char_size(&p, i) < p.size; i += char_size(&p, i))
			way_add(&w, a, &cap, p.text + i,
			        char_size(&p, i) + char_size(&p, i + char_size(&p, i)));
	}
	return w;
}

static const rd_synonyms *group_of(rd_str folded)
{
	for (uint32_t g = 0; g < rd_synonym_groups_count; g++)
		for (uint32_t i = 0; i < rd_synonym_groups[g].n; i++)
			if (rd_str_is(folded, rd_synonym_groups[g].words[i]))
				return &rd_synonym_groups[g];
	return NULL;
}

/* A word between spaces, with everything that means the same. */
static rd_query_word word_of(rd_str text, rd_arena *a)
{
	char folded[FOLD_MAX];
	rd_str f = {folded, rd_text_fold(text, folded, sizeof folded)};
	const rd_synonyms *group = group_of(f);
	rd_query_word w = {RD_NEW_N(a, rd_query_way, 1 + (group ? group->n : 0)), 0};

	w.ways[w.n++] = way_of(text, a);
	for (uint32_t i = 0; group && i < group->n; i++)
		if (!rd_str_is(f, group->words[i]))
			w.ways[w.n++] = way_of(rd_str_of(group->words[i]), a);
	return w;
}

/* The next word between spaces (also the ideographic one). */
static rd_str next_word(rd_str text, uint32_t *at)
{
	uint32_t from = *at, end;

	for (uint32_t i = *at; i < text.len; *at = i) {
		uint32_t before = i, cp = rd_utf8_next(text, &i);

		if (cp > ' ' && cp != 0x3000 && cp != 0xA0)
			continue;
		if (before > from) {
			*at = i;
			return (rd_str){text.ptr + from, before - from};
		}
		from = i;
	}
	end = text.len;
	*at = end;
	return (rd_str){text.ptr + from, end - from};
}

void rd_query_of(rd_str text, rd_arena *a, rd_query *ret_query)
{
	uint32_t terms = 0;

	*ret_query = (rd_query){.words = RD_NEW_N(a, rd_query_word, RD_QUERY_WORDS_MAX)};
	for (uint32_t at = 0; at < text.len;) {
		rd_query_word w = word_of(next_word(text, &at), a);
		uint32_t more = 0;

		if (w.ways[0].n == 0)
			continue; /* only signs: nothing to look for */
		for (uint32_t i = 0; i < w.n; i++)
			more += w.ways[i].n;
		if (ret_query->n == RD_QUERY_WORDS_MAX || terms + more > RD_QUERY_TERMS_MAX) {
			ret_query->cut = true;
			return;
		}
		terms += more;
		ret_query->words[ret_query->n++] = w;
	}
}

static bool has_term(const rd_terms *terms, rd_str t)
{
	uint32_t from = 0, to = terms->n;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		int order = rd_str_cmp(t, terms->items[mid]);

		if (order == 0)
			return true;
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return false;
}

static bool way_meets(const rd_query_way *w, const rd_terms *terms)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (!has_term(terms, w->terms[i]))
			return false;
	return true;
}

bool rd_query_meets(const rd_query *q, const rd_terms *terms)
{
	for (uint32_t i = 0; i < q->n; i++) {
		bool met = false;

		for (uint32_t k = 0; k < q->words[i].n && !met; k++)
			met = way_meets(&q->words[i].ways[k], terms);
		if (!met)
			return false;
	}
	return true;
}
