/* Interning of cell texts for rd_rows: the last value of a column, then a cache, then fresh. */
#include "base/assert.h"
#include "base/digits.h"
#include "base/hash.h"
#include "base/limits.h"
#include "book/rows.h"
#include "book/serial.h"

#define CACHE_MIN 4096u
#define FRESH_MIN 1024u

void rd_rows_texts_init(rd_rows *r)
{
	rd_str plain = RD_STR("\001"
	                      "0");

	r->arena = rd_arena_new();
	r->shape_plain = rd_dict_add(&r->b->store->dict, plain, rd_dict_hash(plain));
	if (!r->shared)
		return;
	r->cache_mask = CACHE_MIN - 1;
	r->cache = rd_column_new(CACHE_MIN * sizeof *r->cache);
	r->fresh_mask = FRESH_MIN - 1;
	r->fresh_table = rd_column_new(FRESH_MIN * sizeof *r->fresh_table);
}

void rd_rows_texts_done(rd_rows *r)
{
	rd_column_free(r->cache, ((size_t)r->cache_mask + 1) * sizeof *r->cache);
	rd_column_free(r->fresh_table, ((size_t)r->fresh_mask + 1) * sizeof *r->fresh_table);
	rd_column_free(r->fresh, r->fresh_cap * sizeof *r->fresh);
	rd_arena_free(r->arena);
}

static void cache_put(rd_rows *r, uint32_t hash, uint32_t id, const char *text)
{
	if (r->cache_n > r->cache_mask / 2) {
		rd_cache_slot *old = r->cache;
		uint32_t n = r->cache_mask + 1;

		r->cache = rd_column_new(2 * (size_t)n * sizeof *r->cache);
		r->cache_mask = 2 * n - 1;
		for (uint32_t i = 0; i < n; i++) {
			if (old[i].text == NULL)
				continue;
			uint32_t k = old[i].hash & r->cache_mask;

			while (r->cache[k].text)
				k = (k + 1) & r->cache_mask;
			r->cache[k] = old[i];
		}
		rd_column_free(old, n * sizeof *old);
	}
	uint32_t i = hash & r->cache_mask;

	while (r->cache[i].text)
		i = (i + 1) & r->cache_mask;
	r->cache[i] = (rd_cache_slot){hash, id, text};
	r->cache_n++;
}

static bool same_text(const char *text, rd_str s)
{
	return rd_dict_len(text) == s.len && rd_same_bytes(text, s.ptr, s.len);
}

static void fresh_room(rd_rows *r)
{
	if (r->fresh_n == r->fresh_cap) {
		uint32_t cap = r->fresh_cap ? r->fresh_cap * 2 : 512;

		r->fresh =
			rd_column_resize(r->fresh, r->fresh_cap * sizeof *r->fresh, cap * sizeof *r->fresh);
		r->fresh_cap = cap;
	}
	if (r->fresh_n <= r->fresh_mask / 2)
		return;
	size_t bytes = ((size_t)r->fresh_mask + 1) * sizeof *r->fresh_table;

	rd_column_free(r->fresh_table, bytes);
	r->fresh_table = rd_column_new(bytes * 2);
	r->fresh_mask = r->fresh_mask * 2 + 1;
	for (uint32_t i = 0; i < r->fresh_n; i++) {
		uint32_t k = r->fresh[i].hash & r->fresh_mask;

		while (r->fresh_table[k])
			k = (k + 1) & r->fresh_mask;
		r->fresh_table[k] = i + 1;
	}
}

/* Whether the first two bytes of what is_mojibake looks for stand anywhere: they hardly ever do,
 * and no branch lets the compiler look at many bytes at a time. */
static bool maybe_mojibake(rd_str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	unsigned char any = 0;

	for (uint32_t i = 0; i + 1 < s.len; i++)
		any |= (unsigned char)((p[i] == 0xC3) | ((p[i] == 0xEF) & (p[i + 1] == 0xBF)) |
		                       ((p[i] == 0xE9) & (p[i + 1] == 0x94)) |
		                       ((p[i] == 0xE7) & (p[i + 1] == 0x83)) |
		                       ((p[i] == 0xE5) & (p[i + 1] == 0xB1)));
	return any;
}

/* Text decoded wrongly before: UTF-8 read as Latin-1 (Ã©), and the marks of broken GBK. */
static bool is_mojibake(rd_str s)
{
	static const char *const marks[] = {"\xEF\xBF\xBD", "锟斤拷", "烫烫烫", "屯屯屯", NULL};

	if (!maybe_mojibake(s))
		return false;
	for (int i = 0; marks[i]; i++)
		if (rd_str_has(s, marks[i]))
			return true;
	for (uint32_t i = 0; i + 3 < s.len; i++) {
		const unsigned char *p = (const unsigned char *)s.ptr + i;

		if (p[0] == 0xC3 && (p[1] == 0x82 || p[1] == 0x83) && p[2] == 0xC2 && p[3] >= 0x80 &&
		    p[3] <= 0xBF)
			return true;
	}
	return false;
}

/* A text that was not found: repaired when it is not UTF-8, which is noted for every cell. What was
 * decoded wrongly before is to be noted once for a text: *ret_odd. */
static rd_str vet(rd_rows *r, rd_field f, rd_str s, uint32_t line, bool *ret_odd)
{
	*ret_odd = false;
	if (rd_utf8_check(s.ptr, s.len) < 0) {
		*ret_odd = is_mojibake(s);
		return s;
	}
	char *out = rd_arena_alloc(r->arena, (size_t)s.len * 3 + 1, 1);
	uint32_t n = 0;

	for (uint32_t at = 0; at < s.len;)
		n += rd_utf8_put(out + n, rd_utf8_next(s, &at));
	rd_rows_note(r, RD_NOTE_BYTES_INVALID, line, f, false, (rd_str){out, n});
	return (rd_str){out, n};
}

/* Two hints a record, for two records: the one being added and the next. */
void rd_rows_hint(rd_rows *r, const rd_str *cells, uint32_t n)
{
	static const rd_field fields[] = {RD_F_TEXT, RD_F_PARTY_NAME};

	for (uint32_t k = 0; k < 2; k++) {
		rd_str s = rd_rows_cell(r, fields[k], cells, n);
		rd_hint *now = &r->hints[k], *next = &r->hints[2 + k];

		*now = *next;
		if (s.len <= RD_SHORT_LEN || (now->len == s.len && rd_same_bytes(now->ptr, s.ptr, s.len))) {
			next->len = 0;
			continue;
		}
		*next = (rd_hint){s.ptr, s.len, rd_dict_hash(s)};
		if (r->shared)
			__builtin_prefetch(&r->cache[next->hash & r->cache_mask]);
		else
			__builtin_prefetch(&r->b->store->dict.slots[next->hash & r->b->store->dict.mask]);
	}
	/* By now the slots of the record before are here: fetch the texts they name. */
	for (uint32_t k = 0; k < 2; k++) {
		const rd_dict *d = &r->b->store->dict;
		uint32_t h = r->hints[k].hash;
		const char *text =
			r->shared ? r->cache[h & r->cache_mask].text : d->slots[h & d->mask].text;

		if (r->hints[k].len && text)
			__builtin_prefetch(text - 4);
	}
}

static uint32_t hash_of(const rd_rows *r, rd_str s)
{
	for (uint32_t k = 0; k < RD_HINTS; k++)
		if (r->hints[k].ptr == s.ptr && r->hints[k].len == s.len)
			return r->hints[k].hash;
	return rd_dict_hash(s);
}

/* The id of a text that this reader has met. */
static bool find_shared(const rd_rows *r, rd_str s, uint32_t hash, rd_text *ret_id,
                        const char **ret_text)
{
	for (uint32_t i = hash & r->cache_mask; r->cache[i].text; i = (i + 1) & r->cache_mask)
		if (r->cache[i].hash == hash && same_text(r->cache[i].text, s)) {
			*ret_text = r->cache[i].text;
			*ret_id = r->cache[i].id;
			return true;
		}
	for (uint32_t i = hash & r->fresh_mask; r->fresh_table[i]; i = (i + 1) & r->fresh_mask) {
		const rd_fresh *x = &r->fresh[r->fresh_table[i] - 1];

		if (x->hash == hash && same_text(x->text, s)) {
			*ret_text = x->text;
			*ret_id = (r->fresh_table[i] - 1) | RD_FRESH;
			return true;
		}
	}
	return false;
}

/* A text is new to the book where the book meets it first, which only the commit knows. */
static rd_text intern_shared(rd_rows *r, rd_field f, rd_str s, uint32_t line, const char **ret_text)
{
	uint32_t hash = hash_of(r, s);
	rd_text id;
	bool odd;

	if (find_shared(r, s, hash, &id, ret_text))
		return id;
	rd_str vetted = vet(r, f, s, line, &odd);

	if (vetted.ptr != s.ptr) {
		hash = rd_dict_hash(vetted);
		if (find_shared(r, vetted, hash, &id, ret_text))
			return id;
	}
	fresh_room(r);
	uint32_t i = hash & r->fresh_mask;

	while (r->fresh_table[i])
		i = (i + 1) & r->fresh_mask;
	*ret_text = rd_dict_store(r->arena, vetted);
	r->fresh[r->fresh_n] =
		(rd_fresh){.text = *ret_text, .hash = hash, .line = line, .odd = odd, .field = (uint8_t)f};
	r->fresh_table[i] = ++r->fresh_n;
	return (r->fresh_n - 1) | RD_FRESH;
}

static rd_text intern(rd_rows *r, rd_field f, rd_str s, uint32_t line, const char **ret_text)
{
	if (r->shared)
		return intern_shared(r, f, s, line, ret_text);
	rd_dict *d = &r->b->store->dict;
	uint32_t hash = hash_of(r, s), id = rd_dict_find_text(d, s, hash, ret_text);
	bool odd;

	if (id)
		return id;
	rd_str v = vet(r, f, s, line, &odd);

	if (v.ptr != s.ptr) {
		hash = rd_dict_hash(v);
		id = rd_dict_find(d, v, hash);
	}
	if (id == 0) {
		id = rd_dict_add(d, v, hash);
		if (odd)
			rd_rows_note(r, RD_NOTE_MOJIBAKE, line, f, false, v);
	}
	*ret_text = d->texts[id];
	return id;
}

/* Texts of up to sixteen bytes (codes, names of people) by their bytes. */
static rd_text short_text(rd_rows *r, rd_field f, rd_str s, uint32_t line)
{
	uint64_t a = 0, b = 0;
	const char *text;

	if (s.len >= 8) {
		memcpy(&a, s.ptr, 8);
		memcpy(&b, s.ptr + s.len - 8, 8);
	} else if (s.len >= 4) {
		uint32_t x, y;

		memcpy(&x, s.ptr, 4);
		memcpy(&y, s.ptr + s.len - 4, 4);
		a = (uint64_t)y << 32 | x;
	} else {
		for (uint32_t i = 0; i < s.len; i++)
			a = a << 8 | (unsigned char)s.ptr[i];
	}
	rd_short_slot *x = &r->shorts[rd_mix(a ^ b << 7, s.len) >> (64 - RD_SHORT_BITS)];

	if (x->a != a || x->b != b || x->len != s.len) {
		rd_text id = intern(r, f, s, line, &text);

		if (id & RD_FRESH || !same_text(text, s))
			return id; /* not yet an id of the book, or repaired: every cell is noted */
		*x = (rd_short_slot){a, b, s.len, id};
	}
	return x->id;
}

rd_text rd_rows_text(rd_rows *r, rd_field f, rd_str s, uint32_t line)
{
	rd_text_slot *slot = &r->slot[f];
	const char *text;

	if (s.len == 0)
		return 0;
	if (slot->len == s.len && rd_same_bytes(slot->ptr, s.ptr, s.len))
		return slot->id;
	if (s.len <= RD_SHORT_LEN)
		return short_text(r, f, s, line);
	rd_text id = intern(r, f, s, line, &text);

	*slot = (rd_text_slot){text, rd_dict_len(text), id};
	return id;
}

/* The uses of a name that another one follows are put aside for the commit. */
static void put_aside(rd_rows *r, rd_name_slot *x)
{
	if (x->lines == 0)
		return;
	r->uses = rd_rows_room(r->uses, r->n_uses, &r->cap_uses, sizeof *r->uses);
	r->uses[r->n_uses++] = *x;
	x->lines = 0;
}

/* The name of an account is almost always the one that its code had last. */
void rd_rows_name(rd_rows *r, rd_text code, rd_str name, uint32_t line, uint32_t i)
{
	rd_name_slot *x = &r->last_name[code & ((1u << RD_SHORT_BITS) - 1)];
	const rd_day day = r->head.date;

	if (x->code != code || x->len != name.len || !rd_same_bytes(x->ptr, name.ptr, name.len)) {
		const char *text;

		put_aside(r, x);
		rd_text id = intern(r, RD_F_ACCOUNT_NAME, name, line, &text);
		*x = (rd_name_slot){
			.ptr = text, .code = code, .len = rd_dict_len(text), .id = id, .touched = x->touched};
	}
	if (x->lines++ == 0) {
		x->row = i;
		x->first = x->last = day;
		if (!x->touched)
			r->touched[r->n_touched++] = (uint16_t)(x - r->last_name);
		x->touched = true;
		return;
	}
	if (day != RD_DAY_NONE && (x->first == RD_DAY_NONE || day < x->first))
		x->first = day;
	if (day > x->last)
		x->last = day;
}

/* A number of up to twelve digits that does not begin with a zero. */
static bool plain_number(const char *p, uint32_t n, uint64_t *ret)
{
	uint32_t high = 0, low;

	if (n == 0 || n > 12 || p[0] == '0')
		return false;
	if (n > 8 && !rd_digits(p, n - 8, &high))
		return false;
	if (!rd_digits(n > 8 ? p + n - 8 : p, n > 8 ? 8 : n, &low))
		return false;
	*ret = (uint64_t)high * 100000000 + low;
	return true;
}

/* The form of the last number of this kind: the same letters before a plain number. */
static bool formed_as_before(const rd_rows *r, int which, rd_str s, uint64_t *ret)
{
	uint32_t len = r->shape[which].len;

	return r->shape[which].set && s.len > len &&
	       rd_same_bytes(r->shape[which].prefix, s.ptr, len) &&
	       plain_number(s.ptr + len, s.len - len, ret);
}

/* A form of number whose text comes too late has no place in 24 bits: the commit will refuse. */
static rd_serial compose(rd_rows *r, rd_text shape, uint64_t value)
{
	uint64_t fresh = shape & RD_FRESH ? RD_SERIAL_FRESH : 0;

	shape &= ~RD_FRESH;
	if (shape >= RD_SHAPES_MAX) {
		r->shapes_full = true;
		return 0;
	}
	return fresh | rd_serial_of(shape, value);
}

rd_serial rd_rows_serial(rd_rows *r, int which, rd_str s, uint32_t line)
{
	char buf[512];
	const char *text;
	uint32_t n;
	uint64_t value;

	if (s.len == 0)
		return 0;
	if (plain_number(s.ptr, s.len, &value))
		return rd_serial_of(r->shape_plain, value);
	if (formed_as_before(r, which, s, &value))
		return compose(r, r->shape[which].shape, value);
	rd_serial_parts p = rd_serial_split(s);
	bool simple = p.has_value && p.width == 0 && p.suffix.len == 0 &&
	              p.prefix.len < sizeof r->shape[which].prefix;

	if (!rd_serial_shape_text(&p, buf, sizeof buf, &n)) {
		p.prefix.len = p.prefix.len > 200 ? 200 : p.prefix.len;
		p.suffix.len = p.suffix.len > 200 ? 200 : p.suffix.len;
		rd_rows_note(r, RD_NOTE_CELL_LONG, line, RD_F_DOCUMENT, false, s);
		if (!rd_serial_shape_text(&p, buf, sizeof buf, &n))
			return 0;
	}
	rd_text shape = intern(r, RD_F_DOCUMENT, (rd_str){buf, n}, line, &text);

	if (simple) {
		memcpy(r->shape[which].prefix, p.prefix.ptr, p.prefix.len);
		r->shape[which].len = (uint8_t)p.prefix.len;
		r->shape[which].shape = shape;
		r->shape[which].set = true;
	}
	return compose(r, shape, p.value);
}

void rd_rows_texts_commit(rd_rows *r)
{
	if (!r->shared)
		return;
	for (uint32_t i = 0; i < r->fresh_n; i++) {
		rd_fresh *x = &r->fresh[i];
		rd_str s = {x->text, rd_dict_len(x->text)};

		uint32_t known = r->b->store->dict.n;

		x->id = rd_dict_add(&r->b->store->dict, s, x->hash);
		if (x->odd && x->id == known)
			rd_rows_note(r, RD_NOTE_MOJIBAKE, x->line, (rd_field)x->field, false, s);
		cache_put(r, x->hash, x->id, r->b->store->dict.texts[x->id]);
	}
}
