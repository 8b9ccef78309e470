/* The tree: published vectors, proofs of all small trees with mutations, compact ranges, tiles. */
#include "trail/tile.h"
#include "base/arena.h"
#include "unit.h"
#include <jansson.h>
#include <stdio.h>

enum { SMALL = 70, MANY = 70000 };

static rd_hash256 leaf_of(uint32_t i)
{
	char text[32];
	int n = snprintf(text, sizeof text, "event %u", i);

	return rd_tree_leaf(text, (size_t)n);
}

/* The definition of RFC 6962, 2.1, word for word. */
static rd_hash256 root_by_definition(const rd_hash256 *leaf, uint32_t n)
{
	rd_hash256 left, right;
	uint32_t k = 1;

	if (n == 0)
		return rd_tree_empty();
	if (n == 1)
		return leaf[0];
	while (k * 2 < n)
		k *= 2;
	left = root_by_definition(leaf, k);
	right = root_by_definition(leaf + k, n - k);
	return rd_tree_node(&left, &right);
}

static rd_rc subtree_of_array(void *ctx, uint32_t level, uint64_t index, rd_hash256 *ret_hash,
                              rd_err *err)
{
	const rd_hash256 *leaf = ctx;

	(void)err;
	*ret_hash = root_by_definition(leaf + (index << level), 1u << level);
	return RD_OK;
}

static bool unhex(const char *hex, uint8_t *out, size_t *ret_size)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned v;

		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return false;
		out[i] = (uint8_t)v;
	}
	*ret_size = n;
	return true;
}

static rd_hash256 hash_of(const json_t *hex)
{
	rd_hash256 h = {{0}};
	size_t n = 0;

	UNIT_TRUE(json_is_string(hex) && unhex(json_string_value(hex), h.byte, &n) && n == 32);
	return h;
}

static rd_proof proof_of(const json_t *list)
{
	rd_proof p = {.n = (uint32_t)json_array_size(list)};

	for (uint32_t i = 0; i < p.n; i++)
		p.hash[i] = hash_of(json_array_get(list, i));
	return p;
}

static uint64_t number_in(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static json_t *vectors(void)
{
	json_t *v = json_load_file(RD_SOURCE_ROOT "/tests/ground/vectors/merkle.json", 0, NULL);

	UNIT_TRUE(v != NULL);
	return v;
}

static void roots_are_the_published_ones(void)
{
	json_t *v = vectors(), *inputs = json_object_get(v, "ct_inputs_hex");
	json_t *want = json_object_get(v, "ct_roots"), *root;
	rd_hash256 empty = rd_tree_empty(), h = hash_of(json_object_get(v, "empty_root"));
	const char *size;
	rd_range r;

	UNIT_TRUE(rd_hash256_eq(&empty, &h));
	rd_range_init(&r);
	UNIT_INT(json_array_size(inputs), 8);
	for (size_t i = 0; i < json_array_size(inputs); i++) {
		uint8_t data[64];
		size_t n = 0;

		UNIT_TRUE(unhex(json_string_value(json_array_get(inputs, i)), data, &n));
		h = rd_tree_leaf(data, n);
		rd_range_add(&r, &h);
		empty = rd_range_root(&r);
		h = hash_of(json_array_get(want, i));
		UNIT_TRUE(rd_hash256_eq(&empty, &h));
	}
	json_object_foreach(json_object_get(v, "roots"), size, root)
	{
		rd_range_init(&r);
		for (uint32_t i = 0; i < (uint32_t)strtoul(size, NULL, 10); i++) {
			h = leaf_of(i);
			rd_range_add(&r, &h);
		}
		unit_case("roots of %s", size);
		empty = rd_range_root(&r);
		h = hash_of(root);
		UNIT_TRUE(rd_hash256_eq(&empty, &h));
	}
	json_decref(v);
}

static void published_proofs_hold_and_are_made(void)
{
	json_t *v = vectors(), *one;
	rd_hash256 leaf[SMALL];
	rd_tree_source source = {subtree_of_array, leaf};
	rd_err err;
	size_t i;

	for (uint32_t k = 0; k < SMALL; k++)
		leaf[k] = leaf_of(k);
	UNIT_INT(json_array_size(json_object_get(v, "inclusion")), 54);
	UNIT_INT(json_array_size(json_object_get(v, "consistency")), 53);
	json_array_foreach(json_object_get(v, "inclusion"), i, one)
	{
		rd_proof want = proof_of(json_object_get(one, "proof")), got;
		rd_hash256 h = hash_of(json_object_get(one, "leaf_hash"));
		rd_hash256 root = hash_of(json_object_get(one, "root"));
		uint64_t index = number_in(one, "i"), n = number_in(one, "n");

		unit_case("inclusion %zu", i);
		UNIT_TRUE(rd_check_inclusion(index, n, &h, &want, &root));
		UNIT_OK(rd_prove_inclusion(index, n, &source, &got, &err), &err);
		UNIT_TRUE(got.n == want.n && memcmp(got.hash, want.hash, want.n * 32) == 0);
	}
	json_array_foreach(json_object_get(v, "consistency"), i, one)
	{
		rd_proof want = proof_of(json_object_get(one, "proof")), got;
		rd_hash256 old = hash_of(json_object_get(one, "root1"));
		rd_hash256 root = hash_of(json_object_get(one, "root2"));
		uint64_t m = number_in(one, "m"), n = number_in(one, "n");

		unit_case("consistency %zu", i);
		UNIT_TRUE(rd_check_consistency(m, n, &old, &root, &want));
		UNIT_OK(rd_prove_consistency(m, n, &source, &got, &err), &err);
		UNIT_TRUE(got.n == want.n && memcmp(got.hash, want.hash, want.n * 32) == 0);
	}
	json_decref(v);
}

/* All ways to spoil a proof: a bit of each hash, one hash fewer, one more, two in other order. */
static bool stands_spoiled(bool (*holds)(void *, const rd_proof *), void *ctx, const rd_proof *p)
{
	rd_proof q = *p;

	for (uint32_t i = 0; i < p->n; i++) {
		q.hash[i].byte[i % 32] ^= 1;
		if (holds(ctx, &q))
			return true;
		q = *p;
	}
	if (p->n > 0) {
		q.n--;
		if (holds(ctx, &q))
			return true;
		q = *p;
	}
	if (p->n > 1 && !rd_hash256_eq(&p->hash[0], &p->hash[1])) {
		q.hash[0] = p->hash[1];
		q.hash[1] = p->hash[0];
		if (holds(ctx, &q))
			return true;
		q = *p;
	}
	if (p->n < RD_PROOF_MAX) {
		q.hash[q.n++] = rd_tree_empty();
		if (holds(ctx, &q))
			return true;
	}
	return false;
}

typedef struct claim {
	uint64_t a, n;
	rd_hash256 first, root; /* leaf hash or old root; root */
} claim;

static bool included(void *ctx, const rd_proof *p)
{
	const claim *c = ctx;

	return rd_check_inclusion(c->a, c->n, &c->first, p, &c->root);
}

static bool consistent(void *ctx, const rd_proof *p)
{
	const claim *c = ctx;

	return rd_check_consistency(c->a, c->n, &c->first, &c->root, p);
}

static void every_inclusion_in_small_trees(void)
{
	rd_hash256 leaf[SMALL], other = rd_tree_leaf("x", 1);
	rd_tree_source source = {subtree_of_array, leaf};
	rd_proof p;
	rd_err err;

	for (uint32_t i = 0; i < SMALL; i++)
		leaf[i] = leaf_of(i);
	for (uint32_t n = 1; n <= SMALL; n++)
		for (uint32_t i = 0; i < n; i++) {
			claim c = {i, n, leaf[i], root_by_definition(leaf, n)};

			unit_case("leaf %u of %u", i, n);
			UNIT_OK(rd_prove_inclusion(i, n, &source, &p, &err), &err);
			UNIT_TRUE(included(&c, &p));
			UNIT_TRUE(!stands_spoiled(included, &c, &p));
			UNIT_TRUE(!rd_check_inclusion(i, n, &other, &p, &c.root));
			UNIT_TRUE(!rd_check_inclusion(i, n, &leaf[i], &p, &other));
			for (uint32_t j = 0; j <= n; j++)
				UNIT_TRUE(j == i || !rd_check_inclusion(j, n, &leaf[i], &p, &c.root));
		}
	UNIT_INT(rd_prove_inclusion(SMALL, SMALL, &source, &p, &err), RD_USAGE);
}

static void every_consistency_of_small_trees(void)
{
	rd_hash256 leaf[SMALL], empty = rd_tree_empty();
	rd_tree_source source = {subtree_of_array, leaf};
	rd_proof p;
	rd_err err;

	for (uint32_t i = 0; i < SMALL; i++)
		leaf[i] = leaf_of(i);
	for (uint32_t n = 0; n <= SMALL; n++)
		for (uint32_t m = 0; m <= n; m++) {
			claim c = {m, n, root_by_definition(leaf, m), root_by_definition(leaf, n)};
			claim wrong = c;

			unit_case("%u in %u", m, n);
			UNIT_OK(rd_prove_consistency(m, n, &source, &p, &err), &err);
			UNIT_TRUE(consistent(&c, &p));
			UNIT_TRUE(!stands_spoiled(consistent, &c, &p));
			wrong.first.byte[7] ^= 4;
			UNIT_TRUE(!consistent(&wrong, &p));
			wrong = c;
			wrong.root.byte[7] ^= 4;
			UNIT_TRUE(m == 0 ? p.n == 0 : !consistent(&wrong, &p));
			UNIT_TRUE(m == n || !rd_check_consistency(n, m, &c.root, &c.first, &p));
			UNIT_TRUE(m == 0 || !rd_check_consistency(0, n, &c.first, &c.root, &p));
		}
	p.n = 0;
	UNIT_TRUE(rd_check_consistency(0, 0, &empty, &empty, &p));
	UNIT_INT(rd_prove_consistency(2, 1, &source, &p, &err), RD_USAGE);
}

static void compact_range_is_the_recomputed_root(void)
{
	enum { N = 2000 };
	static rd_hash256 leaf[N];
	uint8_t bytes[RD_RANGE_BYTES_MAX];
	rd_range r, back;
	rd_err err;

	rd_range_init(&r);
	for (uint32_t n = 0; n < N; n++) {
		rd_hash256 want, got;
		rd_str stored;

		leaf[n] = leaf_of(n);
		rd_range_add(&r, &leaf[n]);
		unit_case("size %u", n + 1);
		want = root_by_definition(leaf, n + 1);
		got = rd_range_root(&r);
		UNIT_TRUE(rd_hash256_eq(&want, &got));
		/* and it goes on from what was stored */
		stored = (rd_str){(const char *)bytes, rd_range_format(&r, bytes)};
		UNIT_OK(rd_range_parse(n + 1, stored, &back, &err), &err);
		got = rd_range_root(&back);
		UNIT_TRUE(rd_hash256_eq(&want, &got));
		r = back;
		stored.len--;
		UNIT_INT(rd_range_parse(n + 1, stored, &back, &err), RD_CORRUPT);
	}
	UNIT_OK(rd_range_parse(0, (rd_str){"", 0}, &back, &err), &err);
	UNIT_INT(rd_range_parse(UINT64_MAX, (rd_str){(const char *)bytes, 2048}, &back, &err),
	         RD_CORRUPT);
}

/* A store of tiles in memory: levels 0, 1 and 2 of 70,000 leaves. */
typedef struct shelf {
	uint32_t n; /* leaves */
	bool keep_part;
	rd_hash256 *hash[3];
	uint32_t have[3], reads;
} shelf;

static rd_rc read_tile(void *ctx, uint32_t level, uint64_t n, rd_tile *ret_tile, rd_err *err)
{
	shelf *s = ctx;
	uint64_t first = n * RD_TILE_HASHES;

	(void)err;
	s->reads++;
	ret_tile->n = 0;
	if (level > 2 || first >= s->have[level])
		return RD_OK;
	ret_tile->n = s->have[level] - first > RD_TILE_HASHES ? RD_TILE_HASHES
	                                                      : (uint32_t)(s->have[level] - first);
	if (level > 0 && ret_tile->n < RD_TILE_HASHES && !s->keep_part)
		ret_tile->n = 0;
	memcpy(ret_tile->hash, s->hash[level] + first, ret_tile->n * sizeof(rd_hash256));
	return RD_OK;
}

static void fill(shelf *s, rd_arena *a, rd_range *r)
{
	for (uint32_t l = 0; l < 3; l++)
		s->hash[l] = RD_NEW_N(a, rd_hash256, MANY >> 8 * l);
	rd_range_init(r);
	for (; s->n < MANY; s->n++) {
		rd_tile_entry e[RD_TILE_LEVELS - 1];
		rd_hash256 leaf = leaf_of(s->n);
		uint32_t k = rd_range_add_tiled(r, &leaf, e);

		s->hash[0][s->have[0]++] = leaf;
		UNIT_INT(k, (s->n + 1) % 65536 == 0 ? 2 : (s->n + 1) % 256 == 0);
		for (uint32_t i = 0; i < k; i++) {
			UNIT_INT(e[i].level, i + 1);
			UNIT_INT(e[i].tile * 256 + e[i].at, s->have[i + 1]);
			s->hash[i + 1][s->have[i + 1]++] = e[i].hash;
		}
	}
}

static void proofs_come_from_tiles(void)
{
	static const uint64_t at[] = {0, 255, 256, 65279, 65535, 65536, 69887, 69888, MANY - 1};
	rd_arena *a = rd_arena_new();
	rd_tile_source *tiles = RD_NEW(a, rd_tile_source);
	shelf s = {0};
	rd_tree_source tree;
	rd_hash256 root, got;
	rd_tile made;
	rd_range r;
	rd_err err;

	fill(&s, a, &r);
	root = rd_range_root(&r);
	UNIT_INT(s.have[1], 256 + 17); /* the example in tlog-tiles */
	UNIT_INT(s.have[2], 1);
	for (int part = 0; part < 2; part++) {
		s.keep_part = part == 1;
		rd_tile_source_init(tiles, read_tile, &s);
		tree = rd_tile_tree(tiles);
		UNIT_OK(rd_tree_root(MANY, &tree, &got, &err), &err);
		UNIT_TRUE(rd_hash256_eq(&root, &got));
		for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
			rd_proof p;

			unit_case("leaf %llu, tiles in part %d", (unsigned long long)at[i], part);
			s.reads = 0;
			rd_tile_source_init(tiles, read_tile, &s);
			UNIT_OK(rd_prove_inclusion(at[i], MANY, &tree, &p, &err), &err);
			UNIT_TRUE(rd_check_inclusion(at[i], MANY, &s.hash[0][at[i]], &p, &root));
			UNIT_TRUE(part == 0 || s.reads <= 8);
		}
		rd_tile_source_init(tiles, read_tile, &s);
		UNIT_OK(rd_tile_make(tiles, 1, 0, &made, &err), &err);
		UNIT_TRUE(made.n == 256 && memcmp(made.hash, s.hash[1], RD_TILE_BYTES) == 0);
	}
	UNIT_OK(rd_tile_parse(rd_tile_bytes(&made), &made, &err), &err);
	UNIT_INT(rd_tile_parse((rd_str){(const char *)made.hash, 31}, &made, &err), RD_CORRUPT);
	s.have[0]--;
	rd_tile_source_init(tiles, read_tile, &s);
	UNIT_INT(rd_tree_root(MANY, &tree, &got, &err), RD_CORRUPT);
	rd_arena_free(a);
}

/* Without any stored tile the tree comes from the leaves alone. */
static void tiles_are_made_from_leaves(void)
{
	rd_arena *a = rd_arena_new();
	rd_tile_source *tiles = RD_NEW(a, rd_tile_source);
	rd_hash256 want[256];
	shelf s = {0};
	rd_tile made;
	rd_range r;
	rd_err err;

	fill(&s, a, &r);
	memcpy(want, s.hash[1], sizeof want);
	s.have[1] = s.have[2] = 0;
	rd_tile_source_init(tiles, read_tile, &s);
	UNIT_OK(rd_tile_make(tiles, 1, 0, &made, &err), &err);
	UNIT_TRUE(made.n == 256 && memcmp(made.hash, want, sizeof want) == 0);
	UNIT_INT(rd_tile_make(tiles, 1, 1, &made, &err), RD_CORRUPT);
	rd_arena_free(a);
}

const unit_test trail_merkle_tests[] = {
	{"roots are the published ones", roots_are_the_published_ones},
	{"published proofs hold and are made", published_proofs_hold_and_are_made},
	{"every inclusion in small trees", every_inclusion_in_small_trees},
	{"every consistency of small trees", every_consistency_of_small_trees},
	{"compact range is the recomputed root", compact_range_is_the_recomputed_root},
	{"proofs come from tiles", proofs_come_from_tiles},
	{"tiles are made from leaves", tiles_are_made_from_leaves},
	{0},
};
