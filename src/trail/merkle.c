#include "trail/merkle.h"
#include "base/assert.h"
#include "base/digest.h"

_Static_assert(sizeof(rd_hash256) == 32, "hashes lie in bytes one after the other");

rd_hash256 rd_tree_leaf(const void *data, size_t size)
{
	static const uint8_t mark = 0;
	rd_hash256 h;
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, &mark, 1);
	rd_sha256_add(&d, data, size);
	rd_sha256_end(&d, h.byte);
	return h;
}

rd_hash256 rd_tree_node(const rd_hash256 *left, const rd_hash256 *right)
{
	uint8_t both[65];
	rd_hash256 h;
	rd_sha256 d;

	both[0] = 1;
	memcpy(both + 1, left->byte, 32);
	memcpy(both + 33, right->byte, 32);
	rd_sha256_init(&d);
	rd_sha256_add(&d, both, sizeof both);
	rd_sha256_end(&d, h.byte);
	return h;
}

rd_hash256 rd_tree_empty(void)
{
	rd_hash256 h;
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_end(&d, h.byte);
	return h;
}

static uint32_t bits_of(uint64_t size)
{
	return (uint32_t)__builtin_popcountll(size);
}

/* The level of the largest complete subtree of a tree of `size` leaves, size > 0. */
static uint32_t top_level(uint64_t size)
{
	return 63u - (uint32_t)__builtin_clzll(size);
}

void rd_range_init(rd_range *r)
{
	r->size = 0;
	r->n = 0;
}

void rd_range_add(rd_range *r, const rd_hash256 *leaf)
{
	rd_hash256 h = *leaf;

	RD_ASSERT(r->size < RD_TREE_SIZE_MAX);
	/* As in a binary counter: each carry joins two subtrees of one size. */
	for (uint64_t carry = r->size; carry & 1; carry >>= 1)
		h = rd_tree_node(&r->hash[--r->n], &h);
	r->hash[r->n++] = h;
	r->size++;
	RD_ASSERT(r->n == bits_of(r->size));
}

rd_hash256 rd_range_root(const rd_range *r)
{
	rd_hash256 root;

	if (r->n == 0)
		return rd_tree_empty();
	root = r->hash[r->n - 1];
	for (uint32_t i = r->n - 1; i-- > 0;)
		root = rd_tree_node(&r->hash[i], &root);
	return root;
}

uint32_t rd_range_format(const rd_range *r, uint8_t out[RD_RANGE_BYTES_MAX])
{
	memcpy(out, r->hash, r->n * sizeof r->hash[0]);
	return r->n * 32u;
}

rd_rc rd_range_parse(uint64_t size, rd_str bytes, rd_range *ret_range, rd_err *err)
{
	if (size > RD_TREE_SIZE_MAX || bytes.len != bits_of(size) * 32u)
		return rd_fail(
			err, RD_CORRUPT,
			"审计树的存储状态长度不对（%u 字节，%llu 条记录）：请运行 verify 核对，再从备份恢复",
			"the stored state of the audit tree has the wrong length (%u bytes for %llu "
			"events): run verify, then restore a backup",
			bytes.len, (unsigned long long)size);
	ret_range->size = size;
	ret_range->n = bits_of(size);
	if (bytes.len)
		memcpy(ret_range->hash, bytes.ptr, bytes.len);
	return RD_OK;
}

/* The root of leaves first .. first + n - 1, where a subtree of a tree begins at `first`: its
 * complete subtrees from the left, joined from the right. */
static rd_rc span_root(uint64_t first, uint64_t n, const rd_tree_source *source,
                       rd_hash256 *ret_root, rd_err *err)
{
	rd_range r;

	r.size = n;
	r.n = 0;
	for (uint64_t left = n; left > 0;) {
		uint32_t level = top_level(left);

		RD_ASSERT((first & (((uint64_t)1 << level) - 1)) == 0);
		RD_TRY(source->subtree(source->ctx, level, first >> level, &r.hash[r.n], err));
		r.n++;
		first += (uint64_t)1 << level;
		left -= (uint64_t)1 << level;
	}
	*ret_root = rd_range_root(&r);
	return RD_OK;
}

rd_rc rd_tree_root(uint64_t size, const rd_tree_source *source, rd_hash256 *ret_root, rd_err *err)
{
	RD_ASSERT(size <= RD_TREE_SIZE_MAX);
	return span_root(0, size, source, ret_root, err);
}

/* The largest power of two below n; n > 1. */
static uint64_t split_of(uint64_t n)
{
	return (uint64_t)1 << top_level(n - 1);
}

/* Proofs are found from the root down, and written from the leaf up. */
static void reverse(rd_proof *p)
{
	for (uint32_t i = 0; i < p->n / 2; i++) {
		rd_hash256 h = p->hash[i];

		p->hash[i] = p->hash[p->n - 1 - i];
		p->hash[p->n - 1 - i] = h;
	}
}

rd_rc rd_prove_inclusion(uint64_t index, uint64_t size, const rd_tree_source *source,
                         rd_proof *ret_proof, rd_err *err)
{
	rd_proof p;
	uint64_t first = 0;

	if (index >= size || size > RD_TREE_SIZE_MAX)
		return rd_fail(err, RD_USAGE, "日志只有 %llu 条记录，没有第 %llu 条",
		               "the log has %llu events and none of number %llu", (unsigned long long)size,
		               (unsigned long long)index);
	p.n = 0;
	for (uint64_t n = size; n > 1; p.n++) {
		uint64_t k = split_of(n);

		if (index - first < k) {
			RD_TRY(span_root(first + k, n - k, source, &p.hash[p.n], err));
			n = k;
		} else {
			RD_TRY(span_root(first, k, source, &p.hash[p.n], err));
			first += k;
			n -= k;
		}
	}
	reverse(&p);
	*ret_proof = p;
	return RD_OK;
}

rd_rc rd_prove_consistency(uint64_t old_size, uint64_t size, const rd_tree_source *source,
                           rd_proof *ret_proof, rd_err *err)
{
	rd_proof p;
	uint64_t first = 0, n = size;

	if (old_size > size || size > RD_TREE_SIZE_MAX)
		return rd_fail(err, RD_USAGE, "日志只有 %llu 条记录，少于 %llu 条",
		               "the log has %llu events, fewer than %llu", (unsigned long long)size,
		               (unsigned long long)old_size);
	p.n = 0;
	/* The way down to where the old tree ends; what lies beside it is the proof. */
	while (old_size > 0 && old_size - first != n) {
		uint64_t k = split_of(n);

		if (old_size - first <= k) {
			RD_TRY(span_root(first + k, n - k, source, &p.hash[p.n], err));
			n = k;
		} else {
			RD_TRY(span_root(first, k, source, &p.hash[p.n], err));
			first += k;
			n -= k;
		}
		p.n++;
	}
	/* The verifier knows the old root; any other last subtree it must be told. */
	if (first > 0) {
		RD_TRY(span_root(first, n, source, &p.hash[p.n], err));
		p.n++;
	}
	reverse(&p);
	*ret_proof = p;
	return RD_OK;
}

bool rd_check_inclusion(uint64_t index, uint64_t size, const rd_hash256 *leaf,
                        const rd_proof *proof, const rd_hash256 *root)
{
	rd_hash256 h = *leaf;
	uint64_t at, last;

	if (index >= size || size > RD_TREE_SIZE_MAX || proof->n > RD_PROOF_MAX)
		return false;
	at = index;
	last = size - 1;
	for (uint32_t i = 0; i < proof->n; i++) {
		if (last == 0)
			return false;
		if ((at & 1) || at == last) {
			h = rd_tree_node(&proof->hash[i], &h);
			/* At the right edge, levels without a sibling are passed over. */
			while (at && !(at & 1)) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			h = rd_tree_node(&h, &proof->hash[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && rd_hash256_eq(&h, root);
}

/* 0 < old_size < size, and `proof` is not empty unless old_size is a power of two. */
static bool check_grown(uint64_t old_size, uint64_t size, const rd_hash256 *old_root,
                        const rd_hash256 *root, const rd_proof *proof)
{
	bool whole = (old_size & (old_size - 1)) == 0; /* then the old root begins the proof */
	uint64_t at = old_size - 1, last = size - 1;
	rd_hash256 old = whole ? *old_root : proof->hash[0], new = old;

	for (; at & 1; at >>= 1)
		last >>= 1;
	for (uint32_t i = whole ? 0 : 1; i < proof->n; i++) {
		if (last == 0)
			return false;
		if ((at & 1) || at == last) {
			old = rd_tree_node(&proof->hash[i], &old);
			new = rd_tree_node(&proof->hash[i], &new);
			while (at && !(at & 1)) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			new = rd_tree_node(&new, &proof->hash[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && rd_hash256_eq(&old, old_root) && rd_hash256_eq(&new, root);
}

bool rd_check_consistency(uint64_t old_size, uint64_t size, const rd_hash256 *old_root,
                          const rd_hash256 *root, const rd_proof *proof)
{
	rd_hash256 empty = rd_tree_empty();

	if (old_size > size || size > RD_TREE_SIZE_MAX || proof->n > RD_PROOF_MAX)
		return false;
	if (old_size == 0 && !rd_hash256_eq(old_root, &empty))
		return false;
	if (old_size == size)
		return proof->n == 0 && rd_hash256_eq(old_root, root);
	if (old_size == 0)
		return proof->n == 0;
	return proof->n > 0 && check_grown(old_size, size, old_root, root, proof);
}
