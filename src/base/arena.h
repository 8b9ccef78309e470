/*
 * arena.h - memory that is freed all at once, and columns that grow in place.
 *
 * Who owns what: everything in an arena lives until rd_arena_reset() or _free(). There
 * is no per-object free. Redink has four lifetimes and no others: process, book, run
 * (or request) and scratch; each is an arena.
 *
 * Allocation never returns NULL: being out of memory ends the process with a message,
 * and every input-sized allocation was bounded before (base/limits.h). Arena memory is
 * zeroed. An arena belongs to one thread at a time. With -Daudit=true each allocation is its
 * own malloc, so that ASan sees one-byte overruns.
 *
 * rd_column_* is for large arrays: whole pages straight from the system, taken when first
 * written and moved, not copied, when the array grows, so that ten million rows cost
 * what they hold.
 */
#ifndef RD_BASE_ARENA_H
#define RD_BASE_ARENA_H
#include <stddef.h>
#include <stdint.h>

typedef struct rd_arena rd_arena;

rd_arena *rd_arena_new(void);
void rd_arena_reset(rd_arena *a);
void rd_arena_free(rd_arena *a); /* NULL is fine */
size_t rd_arena_used(const rd_arena *a);

void *rd_arena_alloc(rd_arena *a, size_t size, size_t align)
	__attribute__((malloc, alloc_size(2), alloc_align(3), returns_nonnull));
char *rd_arena_copy(rd_arena *a, const void *data, size_t size); /* adds a final NUL */

#define RD_NEW(a, type)      ((type *)rd_arena_alloc((a), sizeof(type), _Alignof(type)))
#define RD_NEW_N(a, type, n) ((type *)rd_arena_alloc((a), rd_mul((n), sizeof(type)), 64))
size_t rd_mul(size_t a, size_t b); /* panics on overflow */

/* Zeroed memory of `bytes`; pages are taken as they are first written. */
void *rd_column_new(size_t bytes);
/* Grows or shrinks without copying; the address may change. column NULL with old 0 is new. */
void *rd_column_resize(void *column, size_t old_bytes, size_t new_bytes);
void rd_column_free(void *column, size_t bytes); /* NULL is fine */

/* A growing array of plain structs in an arena; old copies stay in the arena. */
void *rd_grow(rd_arena *a, void *items, uint32_t n, uint32_t *cap, size_t item_size);
#endif
