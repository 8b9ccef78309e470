#include "trail/tile.h"
#include "base/assert.h"

_Static_assert(sizeof(((rd_tile *)0)->hash) == RD_TILE_BYTES, "a tile is its bytes");

enum { TILE_HEIGHT = 8 }; /* levels of the tree in a tile */

uint32_t rd_range_add_tiled(rd_range *r, const rd_hash256 *leaf,
                            rd_tile_entry ret_entries[RD_TILE_LEVELS - 1])
{
	rd_hash256 h = *leaf;
	uint32_t level = 0, n = 0;

	RD_ASSERT(r->size < RD_TREE_SIZE_MAX);
	for (uint64_t carry = r->size; carry & 1; carry >>= 1) {
		h = rd_tree_node(&r->hash[--r->n], &h);
		level++;
		if (level % TILE_HEIGHT == 0 && level / TILE_HEIGHT < RD_TILE_LEVELS) {
			uint64_t index = carry >> 1;

			ret_entries[n++] = (rd_tile_entry){.level = level / TILE_HEIGHT,
			                                   .at = (uint32_t)(index % RD_TILE_HASHES),
			                                   .tile = index / RD_TILE_HASHES,
			                                   .hash = h};
		}
	}
	r->hash[r->n++] = h;
	r->size++;
	return n;
}

void rd_tile_source_init(rd_tile_source *s,
                         rd_rc (*read)(void *, uint32_t, uint64_t, rd_tile *, rd_err *), void *ctx)
{
	s->read = read;
	s->ctx = ctx;
	for (uint32_t i = 0; i < RD_TILE_LEVELS; i++)
		s->kept[i].known = false;
}

static rd_rc load(rd_tile_source *s, uint32_t level, uint64_t n, const rd_tile **ret_tile,
                  rd_err *err)
{
	if (!s->kept[level].known || s->kept[level].n != n) {
		s->kept[level].known = false;
		s->kept[level].tile.n = 0;
		RD_TRY(s->read(s->ctx, level, n, &s->kept[level].tile, err));
		RD_ASSERT(s->kept[level].tile.n <= RD_TILE_HASHES);
		s->kept[level].n = n;
		s->kept[level].known = true;
	}
	*ret_tile = &s->kept[level].tile;
	return RD_OK;
}

/* The hash number `index` of a tile level: from its tile, or else from the tile below, whose root
 * it is. Goes down one level at each call, seven times at most. */
static rd_rc entry(rd_tile_source *s, uint32_t level, uint64_t index, rd_hash256 *ret_hash,
                   rd_err *err)
{
	const rd_tile *tile;
	rd_range r;

	RD_TRY(load(s, level, index / RD_TILE_HASHES, &tile, err));
	if (index % RD_TILE_HASHES < tile->n) {
		*ret_hash = tile->hash[index % RD_TILE_HASHES];
		return RD_OK;
	}
	if (level == 0)
		return rd_fail(err, RD_CORRUPT, "日志缺少第 %llu 条记录：请运行 verify 核对",
		               "event %llu of the log is missing: run verify", (unsigned long long)index);
	rd_range_init(&r);
	for (uint64_t i = 0; i < RD_TILE_HASHES; i++) {
		rd_hash256 h;

		RD_TRY(entry(s, level - 1, index * RD_TILE_HASHES + i, &h, err));
		rd_range_add(&r, &h);
	}
	*ret_hash = rd_range_root(&r);
	return RD_OK;
}

static rd_rc subtree(void *ctx, uint32_t level, uint64_t index, rd_hash256 *ret_hash, rd_err *err)
{
	rd_tile_source *s = ctx;
	uint32_t tile_level = level / TILE_HEIGHT;
	rd_range r;

	if (tile_level >= RD_TILE_LEVELS)
		tile_level = RD_TILE_LEVELS - 1;
	/* Inside a tile the levels between are hashed again: 128 nodes at most. */
	uint32_t above = level - tile_level * TILE_HEIGHT;
	uint64_t n = (uint64_t)1 << above;

	rd_range_init(&r);
	for (uint64_t i = 0; i < n; i++) {
		rd_hash256 h;

		RD_TRY(entry(s, tile_level, (index << above) + i, &h, err));
		rd_range_add(&r, &h);
	}
	*ret_hash = rd_range_root(&r);
	return RD_OK;
}

rd_tree_source rd_tile_tree(rd_tile_source *s)
{
	return (rd_tree_source){.subtree = subtree, .ctx = s};
}

rd_rc rd_tile_make(rd_tile_source *s, uint32_t level, uint64_t n, rd_tile *ret_tile, rd_err *err)
{
	rd_tile t;

	RD_ASSERT(level >= 1 && level < RD_TILE_LEVELS);
	for (t.n = 0; t.n < RD_TILE_HASHES; t.n++)
		RD_TRY(entry(s, level, n * RD_TILE_HASHES + t.n, &t.hash[t.n], err));
	*ret_tile = t;
	return RD_OK;
}

rd_rc rd_tile_parse(rd_str bytes, rd_tile *ret_tile, rd_err *err)
{
	if (bytes.len % 32 != 0 || bytes.len > RD_TILE_BYTES)
		return rd_fail(err, RD_CORRUPT, "审计树的一块长度不对（%u 字节）：请运行 verify 核对",
		               "a tile of the audit tree has the wrong length (%u bytes): run verify",
		               bytes.len);
	ret_tile->n = bytes.len / 32;
	if (bytes.len)
		memcpy(ret_tile->hash, bytes.ptr, bytes.len);
	return RD_OK;
}
