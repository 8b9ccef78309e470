/*
 * dict.h - the dictionary of a book: every distinct text once, with an id.
 *
 * Ids are given in the order of rd_dict_add and never change; id 0 is "". Texts are
 * NUL-terminated, stand still in memory and carry their length in the four bytes before
 * them, so that a reader thread may keep pointers. One writer at a time; readers may use
 * ids they learnt before (the caller orders that).
 */
#ifndef RD_BOOK_DICT_H
#define RD_BOOK_DICT_H
#include "base/arena.h"
#include "base/str.h"

typedef struct rd_dict_slot {
	uint32_t hash, id;
	const char *text; /* beside its hash, so that a look-up touches two lines of cache */
} rd_dict_slot;

typedef struct rd_dict {
	rd_arena *arena;
	const char **texts; /* by id */
	uint32_t n, cap;
	rd_dict_slot *slots; /* power of two; id 0 = free */
	uint32_t mask;
} rd_dict;

void rd_dict_init(rd_dict *d);
void rd_dict_done(rd_dict *d);
uint32_t rd_dict_add(rd_dict *d, rd_str s, uint32_t hash);
uint32_t rd_dict_find(const rd_dict *d, rd_str s, uint32_t hash); /* 0 = not there */
/* The same; *ret_text is the text as stored, when it is there. */
uint32_t rd_dict_find_text(const rd_dict *d, rd_str s, uint32_t hash, const char **ret_text);
uint32_t rd_dict_hash(rd_str s);

static inline uint32_t rd_dict_len(const char *text)
{
	uint32_t n;

	memcpy(&n, text - 4, 4);
	return n;
}

static inline rd_str rd_dict_text(const rd_dict *d, uint32_t id)
{
	return (rd_str){d->texts[id], rd_dict_len(d->texts[id])};
}

/* Stores a text the way a dictionary does, in any arena. */
const char *rd_dict_store(rd_arena *a, rd_str s);
#endif
