/*
 * tile.h - the tree as C2SP tiles (tlog-tiles): what is stored of it beside the events.
 *
 * A tile is up to 256 hashes. Hash i of tile (level, n) is the complete subtree of 256^level leaves
 * number n * 256 + i: level 0 holds leaf hashes, and each hash of level 1 and above is the root
 * of a full tile one level below. Level 0 is never stored, events are; a full tile of level 1
 * comes once in 65,536 events, 0.125 bytes an event.
 *
 * Every 256th append completes a hash of level 1 and sometimes of higher ones. rd_range_add_tiled
 * says which. A store may add each hash to the row of its tile, which then always holds what there
 * is, and a proof near the end of the log costs 256 leaves at most; or store full tiles alone, made
 * by rd_tile_make when `at` is 255, and such a proof costs up to 65,535 leaves. Both read alike.
 *
 * Pure, no memory of its own; an rd_tile_source belongs to one thread and to one state of the
 * log, whose tiles it keeps as it reads them.
 */
#ifndef RD_TRAIL_TILE_H
#define RD_TRAIL_TILE_H
#include "trail/merkle.h"

#define RD_TILE_HASHES 256u
#define RD_TILE_BYTES  (RD_TILE_HASHES * 32u)
/* Levels 0 to 7: 256^7 = 2^56 leaves stand behind one hash of the highest. */
#define RD_TILE_LEVELS 8u

typedef struct rd_tile {
	uint32_t n; /* hashes in use: 256 = full, 0 = not stored */
	rd_hash256 hash[RD_TILE_HASHES];
} rd_tile;

/* One hash of level 1 or above that an append completed. */
typedef struct rd_tile_entry {
	uint32_t level; /* 1 .. 7 */
	uint32_t at;    /* place in its tile; 255 = the tile is now full */
	uint64_t tile;
	rd_hash256 hash;
} rd_tile_entry;

/* rd_range_add, and which hashes of tiles it completed, lowest level first; answers how many
 * (none for 255 appends of 256). */
uint32_t rd_range_add_tiled(rd_range *r, const rd_hash256 *leaf,
                            rd_tile_entry ret_entries[RD_TILE_LEVELS - 1]);

/*
 * A tree read from tiles and leaves. `read` fills *ret_tile with what there is of tile (level, n):
 * for level 0 the leaf hashes of events n * 256 .. n * 256 + 255 as far as there are events, for
 * the others the stored row or n = 0. What is not stored is computed from the level below.
 */
typedef struct rd_tile_source {
	rd_rc (*read)(void *ctx, uint32_t level, uint64_t n, rd_tile *ret_tile, rd_err *err);
	void *ctx;
	struct {
		bool known;
		uint64_t n;
		rd_tile tile;
	} kept[RD_TILE_LEVELS]; /* the tile read last, of each level */
} rd_tile_source;           /* 64 KiB: put it into an arena */

void rd_tile_source_init(rd_tile_source *s,
                         rd_rc (*read)(void *, uint32_t, uint64_t, rd_tile *, rd_err *), void *ctx);
/* The same as a source of subtrees, valid as long as `s`. CORRUPT when a leaf is missing. */
rd_tree_source rd_tile_tree(rd_tile_source *s);
/* Computes the full tile (level, n), level >= 1, for storing. */
RD_NODISCARD rd_rc rd_tile_make(rd_tile_source *s, uint32_t level, uint64_t n, rd_tile *ret_tile,
                                rd_err *err);
/* The bytes of a stored tile, 32 for each hash; the tile itself is them. */
static inline rd_str rd_tile_bytes(const rd_tile *t)
{
	return (rd_str){(const char *)t->hash, t->n * 32u};
}
/* CORRUPT when the length is no number of hashes from 0 to 256. */
RD_NODISCARD rd_rc rd_tile_parse(rd_str bytes, rd_tile *ret_tile, rd_err *err);
#endif
