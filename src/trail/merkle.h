/*
 * merkle.h - the tree over a log: RFC 6962 (section 2.1) on SHA-256.
 *
 * leaf = SHA-256(0x00 || data), node = SHA-256(0x01 || left || right), the empty tree is
 * SHA-256(""). Leaves are numbered from 0. A *subtree* (level, index) is complete: it covers the
 * 2^level leaves from index * 2^level on; level 0 is a leaf hash.
 *
 * Everything here is a pure function of its arguments: no clock, file, network or memory of its
 * own, and any number of threads at once. What is stored is asked for through rd_tree_source.
 *
 * Failure: the rd_check_ functions answer true or false, never anything between; the others fail
 * only where a source does or where stored bytes have the wrong length.
 */
#ifndef RD_TRAIL_MERKLE_H
#define RD_TRAIL_MERKLE_H
#include "base/err.h"
#include "base/str.h"
#include <stddef.h>

/* Numbers of leaves stay below 2^63: databases count in signed 64-bit integers. */
#define RD_TREE_SIZE_MAX ((uint64_t)INT64_MAX)
/* Most hashes of a proof or a compact range: 63 levels, and one for a consistency proof. */
#define RD_PROOF_MAX 64u

typedef struct rd_hash256 {
	uint8_t byte[32];
} rd_hash256;

static inline bool rd_hash256_eq(const rd_hash256 *a, const rd_hash256 *b)
{
	return memcmp(a->byte, b->byte, sizeof a->byte) == 0;
}

rd_hash256 rd_tree_leaf(const void *data, size_t size);
rd_hash256 rd_tree_node(const rd_hash256 *left, const rd_hash256 *right);
rd_hash256 rd_tree_empty(void); /* the root of no leaves */

/*
 * A compact range: the complete subtrees a tree of `size` leaves falls into, the largest first.
 * It is all that a log must keep to go on: one hash for each bit set in `size`.
 */
typedef struct rd_range {
	uint64_t size;
	uint32_t n; /* hashes in use = bits set in size */
	rd_hash256 hash[RD_PROOF_MAX];
} rd_range;

#define RD_RANGE_BYTES_MAX (RD_PROOF_MAX * 32u)

void rd_range_init(rd_range *r);
/* Appends the leaf hash as leaf number r->size; the size must be below RD_TREE_SIZE_MAX. */
void rd_range_add(rd_range *r, const rd_hash256 *leaf);
rd_hash256 rd_range_root(const rd_range *r);
/* The hashes one after the other, 32 bytes each; answers the bytes written. The size is not among
 * them: it is a column of its own. */
uint32_t rd_range_format(const rd_range *r, uint8_t out[RD_RANGE_BYTES_MAX]);
/* Reads what rd_range_format wrote for a tree of `size` leaves. CORRUPT when the bytes do not
 * have the length that the size asks for. */
RD_NODISCARD rd_rc rd_range_parse(uint64_t size, rd_str bytes, rd_range *ret_range, rd_err *err);

/* Where hashes of complete subtrees come from. */
typedef struct rd_tree_source {
	rd_rc (*subtree)(void *ctx, uint32_t level, uint64_t index, rd_hash256 *ret_hash, rd_err *err);
	void *ctx;
} rd_tree_source;

typedef struct rd_proof {
	uint32_t n;
	rd_hash256 hash[RD_PROOF_MAX];
} rd_proof;

/* The root of the first `size` leaves. */
RD_NODISCARD rd_rc rd_tree_root(uint64_t size, const rd_tree_source *source, rd_hash256 *ret_root,
                                rd_err *err);
/* That leaf `index` is in the tree of `size` leaves; the sibling of the leaf comes first.
 * USAGE when index >= size. */
RD_NODISCARD rd_rc rd_prove_inclusion(uint64_t index, uint64_t size, const rd_tree_source *source,
                                      rd_proof *ret_proof, rd_err *err);
/* That the tree of `size` leaves begins with that of `old_size` leaves. USAGE when old_size >
 * size. */
RD_NODISCARD rd_rc rd_prove_consistency(uint64_t old_size, uint64_t size,
                                        const rd_tree_source *source, rd_proof *ret_proof,
                                        rd_err *err);

/* RFC 9162, 2.1.3.2: nothing missing, nothing left over, all equal. */
bool rd_check_inclusion(uint64_t index, uint64_t size, const rd_hash256 *leaf,
                        const rd_proof *proof, const rd_hash256 *root);
/* RFC 9162, 2.1.4.2. The empty tree begins every tree, with an empty proof. */
bool rd_check_consistency(uint64_t old_size, uint64_t size, const rd_hash256 *old_root,
                          const rd_hash256 *root, const rd_proof *proof);
#endif
