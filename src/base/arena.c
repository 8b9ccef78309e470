#include "base/arena.h"
#include "base/assert.h"
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_MIN    (64u << 10)
#define BLOCK_MAX    (8u << 20)
#define BLOCK_MAPPED ((size_t)1 << 20)  /* from here on straight from the system, as columns */
#define BLOCK_KEPT   ((size_t)32 << 20) /* the largest block that a reset keeps for the next use */

typedef struct block {
	struct block *next;
	size_t size, used;
	size_t mapped; /* bytes of the mapping; 0 = from malloc */
	bool fresh;    /* all zero behind `used` */
	alignas(64) char data[];
} block;

struct rd_arena {
	block *blocks; /* newest first */
	size_t used;
};

size_t rd_mul(size_t a, size_t b)
{
	size_t r;

	if (__builtin_mul_overflow(a, b, &r))
		rd_panic(__FILE__, __LINE__, "size overflow");
	return r;
}

static void *must(void *p)
{
	if (p == NULL)
		rd_panic(__FILE__, __LINE__, "out of memory");
	return p;
}

rd_arena *rd_arena_new(void)
{
	return must(calloc(1, sizeof(rd_arena)));
}

static block *block_new(rd_arena *a, size_t size)
{
	size_t want = a->blocks ? a->blocks->size * 2 : BLOCK_MIN;

	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
#ifdef RD_WITH_AUDIT
	want = 0;
#endif
	if (want < size)
		want = size;
	size_t bytes = (sizeof(block) + want + 63) & ~(size_t)63;
	bool map = bytes >= BLOCK_MAPPED;
	block *b = map ? rd_column_new(bytes) : must(aligned_alloc(64, bytes));

	*b = (block){.next = a->blocks, .size = want, .mapped = map ? bytes : 0, .fresh = map};
	a->blocks = b;
	return b;
}

static void block_free(block *b)
{
	if (b->mapped)
		rd_column_free(b, b->mapped);
	else
		free(b);
}

void *rd_arena_alloc(rd_arena *a, size_t size, size_t align)
{
	block *b = a->blocks;
	size_t at = b ? (b->used + align - 1) & ~(align - 1) : 0;

	RD_ASSERT(align <= 64 && (align & (align - 1)) == 0);
	if (b == NULL || at > b->size || b->size - at < size) {
		b = block_new(a, size ? size : 1);
		at = 0;
	}
	b->used = at + size;
	a->used += size;
	return b->fresh ? b->data + at : memset(b->data + at, 0, size);
}

char *rd_arena_copy(rd_arena *a, const void *data, size_t size)
{
	char *p = rd_arena_alloc(a, size + 1, 1);

	if (size)
		memcpy(p, data, size);
	return p;
}

/* One block stays for the next use: clearing it again is cheaper than new pages. */
void rd_arena_reset(rd_arena *a)
{
	block *kept = NULL;

	for (block *b = a->blocks, *next; b; b = next) {
		next = b->next;
#ifndef RD_WITH_AUDIT
		if (b->size <= BLOCK_KEPT && (kept == NULL || b->size > kept->size)) {
			if (kept)
				block_free(kept);
			kept = b;
			continue;
		}
#endif
		block_free(b);
	}
	if (kept) {
		kept->next = NULL;
		kept->used = 0;
		kept->fresh = false;
	}
	a->blocks = kept;
	a->used = 0;
}

void rd_arena_free(rd_arena *a)
{
	if (a == NULL)
		return;
	for (block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		block_free(b);
	}
	free(a);
}

size_t rd_arena_used(const rd_arena *a)
{
	return a->used;
}

/* Large arrays stand on huge pages: a fourth of the time to touch them first, few TLB misses. That
 * only works when they begin at a multiple of a huge page and keep doing so when they move. */
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)2 << 20)

/* ASan does not see mremap: pages that it gave back to the system before may still count as its
 * own when a column grows into them. */
#if defined(__SANITIZE_ADDRESS__)
void __asan_unpoison_memory_region(void const volatile *at, size_t size);
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define UNPOISON(p, n) (void)(n)
#endif

static void *must_map(void *p, size_t bytes)
{
	if (p == MAP_FAILED)
		rd_panic(__FILE__, __LINE__, "out of memory");
	UNPOISON(p, bytes);
	return p;
}

/* Address space of `bytes` at a multiple of a huge page. */
static void *map_aligned(size_t bytes)
{
	char *p = must_map(mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
	                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	                   bytes + HUGE_PAGE);
	size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
	size_t end = (before + bytes + 4095) & ~(size_t)4095;

	if (before)
		munmap(p, before);
	munmap(p + end, bytes + HUGE_PAGE - end);
	(void)madvise(p + before, bytes, MADV_HUGEPAGE);
	return p + before;
}

void *rd_column_new(size_t bytes)
{
	if (bytes >= HUGE_FROM)
		return map_aligned(bytes);
	return must_map(mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
	                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	                bytes);
}

void *rd_column_resize(void *column, size_t old_bytes, size_t new_bytes)
{
	if (column == NULL)
		return rd_column_new(new_bytes);
	if (new_bytes < HUGE_FROM || new_bytes <= old_bytes)
		return must_map(mremap(column, old_bytes ? old_bytes : 1, new_bytes ? new_bytes : 1,
		                       MREMAP_MAYMOVE),
		                new_bytes);
	void *to = map_aligned(new_bytes);

	must_map(mremap(column, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to), new_bytes);
	(void)madvise(to, new_bytes, MADV_HUGEPAGE);
	return to;
}

void rd_column_free(void *column, size_t bytes)
{
	if (column)
		munmap(column, bytes ? bytes : 1);
}

void *rd_grow(rd_arena *a, void *items, uint32_t n, uint32_t *cap, size_t item_size)
{
	if (n < *cap)
		return items;
	uint32_t want = *cap ? *cap * 2 : 16;
	void *p = rd_arena_alloc(a, rd_mul(want, item_size), 64);

	RD_ASSERT(want > n);
	if (n)
		memcpy(p, items, n * item_size);
	*cap = want;
	return p;
}
