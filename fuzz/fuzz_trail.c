/*
 * Everything of a log that comes from outside: the first byte says which reader gets the rest.
 * What is taken must say the same when it is written again.
 */
#include "fuzz.h"
#include "base/assert.h"
#include "trail/proof.h"

static void event(rd_str s, rd_arena *a)
{
	rd_event e;
	rd_str again;
	rd_err err;

	if (rd_event_decode(s, &e, &err) != RD_OK)
		return;
	RD_ASSERT(rd_event_encode(&e, a, &again, &err) == RD_OK && rd_str_eq(s, again));
}

static void note(rd_str s, rd_arena *a)
{
	static const uint8_t seed[RD_KEY_SEED_BYTES] = {1, 2, 3};
	rd_checkpoint c, verified;
	rd_vkey key;
	rd_err err;

	(void)a;
	if (rd_checkpoint_parse(s, &c, &err) != RD_OK)
		return;
	RD_ASSERT(rd_vkey_derive(c.origin, seed, &key, &err) == RD_OK);
	if (rd_checkpoint_verify(s, &key, &verified, &err) == RD_OK)
		RD_ASSERT(verified.size == c.size && rd_hash256_eq(&verified.root, &c.root));
}

static void proof(rd_str s, rd_arena *a)
{
	rd_proof_file file;
	rd_checkpoint c;
	rd_hash256 leaf;
	rd_err err;
	rd_buf b;

	if (rd_proof_file_parse(s, a, &file, &err) != RD_OK ||
	    rd_checkpoint_parse(file.note, &c, &err) != RD_OK)
		return;
	leaf = rd_event_leaf(file.extra);
	rd_check_inclusion(file.index, c.size, &leaf, &file.proof, &c.root);
	rd_check_consistency(file.index, c.size, &leaf, &c.root, &file.proof);
	rd_buf_init(&b, RD_PROOF_TEXT_MAX);
	RD_ASSERT(rd_proof_file_format(&file, &b, &err) == RD_OK);
	RD_ASSERT(rd_str_eq(rd_buf_view(&b), s));
	rd_buf_done(&b);
}

static void key(rd_str s, rd_arena *a)
{
	rd_vkey k;
	rd_err err;
	rd_buf b;

	(void)a;
	if (rd_vkey_parse(s, &k, &err) != RD_OK)
		return;
	rd_buf_init(&b, 1024);
	rd_vkey_format(&k, &b);
	RD_ASSERT(rd_str_eq(rd_buf_view(&b), rd_str_trim(s)));
	rd_buf_done(&b);
}

static void erased(rd_str s, rd_arena *a)
{
	rd_seq_run *runs;
	uint32_t n;
	rd_err err;

	if (rd_erased_parse(s, a, &runs, &n, &err) != RD_OK)
		return;
	RD_ASSERT(n > 0);
	for (uint32_t i = 0; i < n; i++)
		RD_ASSERT(runs[i].first <= runs[i].last && (i == 0 || runs[i - 1].last < runs[i].first));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(rd_str, rd_arena *) = {event, note, proof, key, erased};
	const size_t n = sizeof readers / sizeof *readers;
	rd_arena *a;

	if (size == 0)
		return 0;
	a = rd_arena_new();
	/* Letters, so that a seed can be read: e, f, g, h, i. */
	readers[(data[0] + n - 'e' % n) % n]((rd_str){(const char *)data + 1, (uint32_t)size - 1}, a);
	rd_arena_free(a);
	return 0;
}
