#include "book/dict.h"
#include "base/assert.h"
#include "base/hash.h"

#define SLOTS_MIN 1024u

uint32_t rd_dict_hash(rd_str s)
{
	uint64_t h = rd_hash_fast(s.ptr, s.len);

	return (uint32_t)(h ^ (h >> 29));
}

const char *rd_dict_store(rd_arena *a, rd_str s)
{
	char *p = rd_arena_alloc(a, (size_t)s.len + 5, 4);

	memcpy(p, &s.len, 4);
	if (s.len)
		memcpy(p + 4, s.ptr, s.len);
	return p + 4;
}

static rd_dict_slot *slots_new(uint32_t n)
{
	return rd_column_new(n * sizeof(rd_dict_slot));
}

void rd_dict_init(rd_dict *d)
{
	*d = (rd_dict){.arena = rd_arena_new(), .mask = SLOTS_MIN - 1};
	d->slots = slots_new(SLOTS_MIN);
	d->cap = SLOTS_MIN;
	d->texts = rd_column_new(d->cap * sizeof *d->texts);
	d->texts[d->n++] = rd_dict_store(d->arena, RD_STR(""));
}

void rd_dict_done(rd_dict *d)
{
	rd_column_free(d->slots, ((size_t)d->mask + 1) * sizeof *d->slots);
	rd_column_free(d->texts, d->cap * sizeof *d->texts);
	rd_arena_free(d->arena);
	*d = (rd_dict){0};
}

static void place(rd_dict_slot *slots, uint32_t mask, uint32_t hash, uint32_t id, const char *text)
{
	uint32_t i = hash & mask;

	while (slots[i].id)
		i = (i + 1) & mask;
	slots[i] = (rd_dict_slot){hash, id, text};
}

static void grow(rd_dict *d)
{
	uint32_t n = (d->mask + 1) * 2;
	rd_dict_slot *slots = slots_new(n);

	RD_ASSERT(n > d->mask);
	for (uint32_t i = 0; i <= d->mask; i++)
		if (d->slots[i].id)
			place(slots, n - 1, d->slots[i].hash, d->slots[i].id, d->slots[i].text);
	rd_column_free(d->slots, ((size_t)d->mask + 1) * sizeof *d->slots);
	d->slots = slots;
	d->mask = n - 1;
}

uint32_t rd_dict_find_text(const rd_dict *d, rd_str s, uint32_t hash, const char **ret_text)
{
	if (s.len == 0)
		return 0;
	for (uint32_t i = hash & d->mask; d->slots[i].id; i = (i + 1) & d->mask)
		if (d->slots[i].hash == hash && rd_dict_len(d->slots[i].text) == s.len &&
		    rd_same_bytes(d->slots[i].text, s.ptr, s.len)) {
			*ret_text = d->slots[i].text;
			return d->slots[i].id;
		}
	return 0;
}

uint32_t rd_dict_find(const rd_dict *d, rd_str s, uint32_t hash)
{
	const char *text;

	return rd_dict_find_text(d, s, hash, &text);
}

uint32_t rd_dict_add(rd_dict *d, rd_str s, uint32_t hash)
{
	uint32_t id = rd_dict_find(d, s, hash);

	if (id || s.len == 0)
		return id;
	if (d->n > d->mask / 2)
		grow(d);
	RD_ASSERT(d->n < UINT32_C(0x7fffffff));
	if (d->n == d->cap) {
		d->texts = rd_column_resize(d->texts, d->cap * sizeof *d->texts,
		                            2 * (size_t)d->cap * sizeof *d->texts);
		d->cap *= 2;
	}
	d->texts[d->n] = rd_dict_store(d->arena, s);
	place(d->slots, d->mask, hash, d->n, d->texts[d->n]);
	return d->n++;
}
