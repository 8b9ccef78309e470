/* Checkpoints and proofs as texts: the vector made by openssl, RFC 8032, every byte changed. */
#include "trail/proof.h"
#include "unit.h"
#include <jansson.h>
#include <stdio.h>

static const uint8_t seed_of_tests[RD_KEY_SEED_BYTES] = {1, 2, 3};
#define NAME RD_STR("redink.example/acme")

static rd_vkey key_of_tests(void)
{
	rd_vkey key;
	rd_err err;

	UNIT_OK(rd_vkey_derive(NAME, seed_of_tests, &key, &err), &err);
	return key;
}

static void the_vector_of_openssl_holds(void)
{
	json_t *v = json_load_file(RD_SOURCE_ROOT "/tests/ground/vectors/checkpoint.json", 0, NULL);
	const char *vkey = json_string_value(json_object_get(v, "vkey"));
	const char *note = json_string_value(json_object_get(v, "note"));
	rd_hash256 root;
	rd_checkpoint c;
	rd_range r;
	rd_vkey key;
	rd_err err;
	rd_buf b;

	UNIT_TRUE(vkey && note);
	UNIT_OK(rd_vkey_parse(rd_str_of(vkey), &key, &err), &err);
	UNIT_OK(rd_checkpoint_verify(rd_str_of(note), &key, &c, &err), &err);
	UNIT_TEXT(c.origin, "redink.example/acme");
	UNIT_INT(c.size, 33);
	rd_range_init(&r);
	for (uint32_t i = 0; i < 33; i++) {
		char text[32];
		rd_hash256 h = rd_tree_leaf(text, (size_t)snprintf(text, sizeof text, "event %u", i));

		rd_range_add(&r, &h);
	}
	root = rd_range_root(&r);
	UNIT_TRUE(rd_hash256_eq(&root, &c.root));
	rd_buf_init(&b, 1000);
	rd_vkey_format(&key, &b);
	UNIT_TEXT(rd_buf_view(&b), vkey);
	rd_buf_done(&b);
	json_decref(v);
}

/* RFC 8032, 7.1, test 1. */
static void public_key_is_that_of_rfc_8032(void)
{
	static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
	                                 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
	                                 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
	                                 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
	static const uint8_t want[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
	                                 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
	                                 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
	                                 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
	rd_vkey key;
	rd_err err;

	UNIT_OK(rd_vkey_derive(NAME, seed, &key, &err), &err);
	UNIT_TRUE(memcmp(key.public_key, want, 32) == 0);
}

static void sign(uint64_t size, rd_buf *b)
{
	rd_hash256 root = rd_tree_leaf("root", 4);
	rd_err err;

	rd_buf_init(b, RD_NOTE_BYTES_MAX);
	UNIT_OK(rd_checkpoint_sign(NAME, size, &root, seed_of_tests, b, &err), &err);
}

static void what_is_signed_verifies(void)
{
	static const uint64_t sizes[] = {0, 1, 1000, RD_TREE_SIZE_MAX};
	static const uint8_t other_seed[RD_KEY_SEED_BYTES] = {9};
	rd_vkey key = key_of_tests(), other, stranger;
	rd_checkpoint c;
	rd_err err;
	rd_buf b;

	UNIT_OK(rd_vkey_derive(NAME, other_seed, &other, &err), &err);
	UNIT_OK(rd_vkey_derive(RD_STR("redink.example/b"), seed_of_tests, &stranger, &err), &err);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		sign(sizes[i], &b);
		UNIT_OK(rd_checkpoint_verify(rd_buf_view(&b), &key, &c, &err), &err);
		UNIT_TRUE(c.size == sizes[i]);
		UNIT_INT(rd_checkpoint_verify(rd_buf_view(&b), &other, &c, &err), RD_NOT_FOUND);
		UNIT_INT(rd_checkpoint_verify(rd_buf_view(&b), &stranger, &c, &err), RD_NOT_FOUND);
		/* Another key under this key's name and id. */
		memcpy(other.id, key.id, sizeof key.id);
		UNIT_INT(rd_checkpoint_verify(rd_buf_view(&b), &other, &c, &err), RD_CORRUPT);
		other.id[0] ^= 1;
		rd_buf_done(&b);
	}
}

static void no_byte_of_a_checkpoint_can_change(void)
{
	rd_vkey key = key_of_tests();
	rd_checkpoint c;
	rd_err err;
	rd_buf b;

	sign(1234, &b);
	for (size_t i = 0; i < b.size; i++)
		for (int v = 1; v < 256; v++) {
			b.data[i] = (char)(b.data[i] ^ v);
			unit_case("byte %zu, change %d", i, v);
			UNIT_TRUE(rd_checkpoint_verify(rd_buf_view(&b), &key, &c, &err) != RD_OK);
			b.data[i] = (char)(b.data[i] ^ v);
		}
	for (uint32_t n = 0; n < b.size; n++)
		UNIT_TRUE(rd_checkpoint_verify((rd_str){b.data, n}, &key, &c, &err) != RD_OK);
	rd_buf_done(&b);
}

#define ROOT "dIsEGlF/3xqNl/s2p2vEnhubDRjBsBhxxg3Pg1yDhW8=\n"
#define SIG  "\xe2\x80\x94 a 2G7BFeUYQGHZ\n"

static void only_checkpoints_are_parsed(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"a\n33\n" ROOT "\n" SIG, true},
		{"a\n0\n" ROOT "\n" SIG SIG, true},
		{"a\n33\n" ROOT "\n" SIG "\xe2\x80\x94 witness/\xe5\xae\xa1 2G7BFeUYQGHZ\n", true},
		{"a\n33\n" ROOT "\n", false},
		{"a\n33\n" ROOT SIG, false},
		{"a\n33\n" ROOT "more\n\n" SIG, false},
		{"a\n33\n" ROOT "\n" SIG "\n", false},
		{"a\n33\n" ROOT "\n" SIG "x", false},
		{"a\n033\n" ROOT "\n" SIG, false},
		{"a\n+33\n" ROOT "\n" SIG, false},
		{"a\n\n" ROOT "\n" SIG, false},
		{"a\n9223372036854775808\n" ROOT "\n" SIG, false},
		{"a\n99999999999999999999\n" ROOT "\n" SIG, false},
		{"\n33\n" ROOT "\n" SIG, false},
		{"a b\n33\n" ROOT "\n" SIG, false},
		{"a+b\n33\n" ROOT "\n" SIG, false},
		{"a\xe3\x80\x80\n33\n" ROOT "\n" SIG, false},
		{"a\r\n33\r\n" ROOT "\r\n" SIG, false},
		{"a\n33\ndIsEGlF/3xqNl/s2p2vEnhubDRjBsBhxxg3Pg1yDhW9=\n\n" SIG, false},
		{"a\n33\ndIsEGlF/3xqNl/s2p2vEnhubDRjBsBhxxg3Pg1yDhW8\n\n" SIG, false},
		{"a\n33\nAAAA\n\n" SIG, false},
		{"a\n33\n" ROOT "\n- a 2G7BFeUYQGHZ\n", false},
		{"a\n33\n" ROOT "\n\xe2\x80\x94 a\n", false},
		{"a\n33\n" ROOT "\n\xe2\x80\x94 a AAA\n", false},
	};
	rd_checkpoint c;
	rd_err err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %zu", i);
		UNIT_INT(rd_checkpoint_parse(rd_str_of(rows[i].text), &c, &err),
		         rows[i].good ? RD_OK : RD_INPUT);
	}
}

static void signatures_of_others_stand_beside_ours(void)
{
	rd_vkey key = key_of_tests();
	rd_checkpoint c;
	rd_err err;
	rd_buf b;

	sign(5, &b);
	for (uint32_t i = 0; i < 16; i++)
		rd_buf_printf(&b, "\xe2\x80\x94 witness%u.example 2G7BFeUYQGHZ\n", i);
	/* our name with another id: an older key of ours */
	rd_buf_puts(&b, "\xe2\x80\x94 redink.example/acme AAAAAAAAAAAA\n");
	UNIT_OK(rd_checkpoint_verify(rd_buf_view(&b), &key, &c, &err), &err);
	rd_buf_done(&b);
}

static void only_keys_are_parsed(void)
{
	static const char good[] =
		"redink.example/acme+d86ec115+AdglHBur5oOBjDxZoCH4HXHJeYy4EXBu0GNMwpemv7BR";
	rd_vkey key;
	rd_err err;
	char text[sizeof good + 2];

	UNIT_OK(rd_vkey_parse(RD_STR(good), &key, &err), &err);
	snprintf(text, sizeof text, "%s\n", good);
	UNIT_OK(rd_vkey_parse(rd_str_of(text), &key, &err), &err);
	for (size_t i = 0; i < sizeof good - 1; i++) {
		memcpy(text, good, sizeof good);
		text[i] = (char)(text[i] ^ 1);
		unit_case("byte %zu", i);
		UNIT_INT(rd_vkey_parse(rd_str_of(text), &key, &err), RD_INPUT);
		UNIT_INT(rd_vkey_parse((rd_str){good, (uint32_t)i}, &key, &err), RD_INPUT);
	}
	UNIT_INT(rd_vkey_derive(RD_STR("a b"), seed_of_tests, &key, &err), RD_INPUT);
	UNIT_INT(rd_vkey_derive(RD_STR(""), seed_of_tests, &key, &err), RD_INPUT);
}

/* A log of three events and the proof file of the second, the event in its extra line. */
static void proof_of_three(rd_arena *a, rd_buf *ret_text, rd_str *ret_event)
{
	rd_proof_file file = {.index = 1};
	rd_str bytes[3];
	rd_hash256 leaf[3], both, root;
	rd_buf note;
	rd_err err;

	for (uint32_t i = 0; i < 3; i++) {
		rd_event e = {.firm_id = 1, .seq = i, .type = RD_STR("case.closed")};

		UNIT_OK(rd_event_encode(&e, a, &bytes[i], &err), &err);
		leaf[i] = rd_event_leaf(bytes[i]);
	}
	both = rd_tree_node(&leaf[0], &leaf[1]);
	root = rd_tree_node(&both, &leaf[2]);
	rd_buf_init(&note, 4096);
	UNIT_OK(rd_checkpoint_sign(NAME, 3, &root, seed_of_tests, &note, &err), &err);
	file.proof.n = 2;
	file.proof.hash[0] = leaf[0];
	file.proof.hash[1] = leaf[2];
	file.extra = bytes[1];
	file.note = rd_buf_view(&note);
	rd_buf_init(ret_text, RD_PROOF_TEXT_MAX);
	UNIT_OK(rd_proof_file_format(&file, ret_text, &err), &err);
	rd_buf_done(&note);
	*ret_event = bytes[1];
}

static void a_proof_file_proves_its_event(void)
{
	rd_vkey key = key_of_tests();
	rd_arena *a = rd_arena_new();
	rd_proof_file file;
	rd_checkpoint c;
	rd_event e;
	rd_str event;
	rd_err err;
	rd_buf b;

	proof_of_three(a, &b, &event);
	UNIT_TRUE(rd_str_starts(rd_buf_view(&b), "c2sp.org/tlog-proof@v1\nextra AQEAAAA"));
	UNIT_OK(rd_proof_file_parse(rd_buf_view(&b), a, &file, &err), &err);
	UNIT_BYTES(file.extra, event);
	UNIT_INT(file.proof.n, 2);
	UNIT_OK(rd_proof_file_check(rd_buf_view(&b), &key, (rd_str){"", 0}, a, &e, &c, &err), &err);
	UNIT_INT(e.seq, 1);
	UNIT_INT(c.size, 3);
	UNIT_OK(rd_proof_file_check(rd_buf_view(&b), &key, event, a, &e, &c, &err), &err);
	for (size_t i = 0; i < b.size; i++)
		for (int bit = 0; bit < 8; bit++) {
			b.data[i] = (char)(b.data[i] ^ 1 << bit);
			unit_case("byte %zu bit %d", i, bit);
			UNIT_TRUE(rd_proof_file_check(rd_buf_view(&b), &key, (rd_str){"", 0}, a, &e, &c,
			                              &err) != RD_OK);
			b.data[i] = (char)(b.data[i] ^ 1 << bit);
		}
	rd_buf_done(&b);
	rd_arena_free(a);
}

static void a_proof_file_of_one_event_has_no_hashes(void)
{
	static const char text[] = "c2sp.org/tlog-proof@v1\nindex 0\n\na\n1\n" ROOT "\n" SIG;
	rd_arena *a = rd_arena_new();
	rd_proof_file file;
	rd_err err;
	rd_buf b;

	UNIT_OK(rd_proof_file_parse(RD_STR(text), a, &file, &err), &err);
	UNIT_TRUE(file.proof.n == 0 && file.index == 0 && file.extra.ptr == NULL);
	rd_buf_init(&b, 1000);
	UNIT_OK(rd_proof_file_format(&file, &b, &err), &err);
	UNIT_TEXT(rd_buf_view(&b), text);
	UNIT_INT(rd_proof_file_parse(RD_STR("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\na\n1\n" ROOT
	                                    "\n" SIG),
	                             a, &file, &err),
	         RD_INPUT);
	rd_buf_done(&b);
	rd_arena_free(a);
}

const unit_test trail_checkpoint_tests[] = {
	{"the vector of openssl holds", the_vector_of_openssl_holds},
	{"public key is that of RFC 8032", public_key_is_that_of_rfc_8032},
	{"what is signed verifies", what_is_signed_verifies},
	{"no byte of a checkpoint can change", no_byte_of_a_checkpoint_can_change},
	{"only checkpoints are parsed", only_checkpoints_are_parsed},
	{"signatures of others stand beside ours", signatures_of_others_stand_beside_ours},
	{"only keys are parsed", only_keys_are_parsed},
	{"a proof file proves its event", a_proof_file_proves_its_event},
	{"a proof file of one event has no hashes", a_proof_file_of_one_event_has_no_hashes},
	{0},
};
