/* Event bytes: the layout byte for byte, strictness at every byte, limits; payloads of erasing. */
#include "trail/event.h"
#include "unit.h"

static rd_event sample(void)
{
	rd_event e = {.firm_id = 7,
	              .seq = 258,
	              .at_us = -2,
	              .type = RD_STR("risk.assessed"),
	              .kind = RD_STR("risk"),
	              .record_id = 0x0102030405060708,
	              .actor = RD_STR("u42"),
	              .request_id = RD_STR("审")};

	for (uint32_t i = 0; i < 32; i++)
		e.payload_hash.byte[i] = (uint8_t)(0xA0 + i);
	return e;
}

static bool same(const rd_event *a, const rd_event *b)
{
	return a->firm_id == b->firm_id && a->seq == b->seq && a->at_us == b->at_us &&
	       a->record_id == b->record_id && rd_str_eq(a->type, b->type) &&
	       rd_str_eq(a->kind, b->kind) && rd_str_eq(a->actor, b->actor) &&
	       rd_str_eq(a->request_id, b->request_id) &&
	       rd_hash256_eq(&a->payload_hash, &b->payload_hash);
}

static void layout_is_byte_for_byte(void)
{
	static const char want[] = "\x01\x01"
							   "\0\0\0\0\0\0\0\x07"
							   "\0\0\0\0\0\0\x01\x02"
							   "\xff\xff\xff\xff\xff\xff\xff\xfe"
							   "\0\x0d"
							   "risk.assessed"
							   "\0\x04"
							   "risk"
							   "\x01\x02\x03\x04\x05\x06\x07\x08"
							   "\0\x03"
							   "u42"
							   "\0\x03"
							   "\xe5\xae\xa1"
							   "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf"
							   "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf";
	rd_arena *a = rd_arena_new();
	rd_event e = sample(), back;
	rd_str bytes;
	rd_err err;

	UNIT_OK(rd_event_encode(&e, a, &bytes, &err), &err);
	UNIT_BYTES(bytes, RD_STR(want));
	UNIT_OK(rd_event_decode(bytes, &back, &err), &err);
	UNIT_TRUE(same(&e, &back));
	rd_arena_free(a);
}

/* Each byte string that differs in a bit either is no event or says something else; no two byte
 * strings say the same. */
static void no_two_byte_strings_are_one_event(void)
{
	rd_arena *a = rd_arena_new();
	rd_event e = sample(), back;
	rd_str bytes, again;
	rd_err err;

	UNIT_OK(rd_event_encode(&e, a, &bytes, &err), &err);
	for (uint32_t bit = 0; bit < bytes.len * 8; bit++) {
		char *copy = rd_arena_copy(a, bytes.ptr, bytes.len);
		rd_str flipped = {copy, bytes.len};

		unit_case("bit %u", bit);
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		if (rd_event_decode(flipped, &back, &err) != RD_OK)
			continue;
		UNIT_TRUE(!same(&e, &back));
		UNIT_OK(rd_event_encode(&back, a, &again, &err), &err);
		UNIT_BYTES(again, flipped);
	}
	for (uint32_t n = 0; n < bytes.len; n++)
		UNIT_INT(rd_event_decode((rd_str){rd_arena_copy(a, bytes.ptr, n), n}, &back, &err),
		         RD_CORRUPT);
	UNIT_INT(rd_event_decode((rd_str){rd_arena_copy(a, bytes.ptr, bytes.len), bytes.len + 1}, &back,
	                         &err),
	         RD_CORRUPT);
	rd_arena_free(a);
}

static void what_is_no_event_is_refused(void)
{
	rd_arena *a = rd_arena_new();
	rd_event e;
	rd_str bytes = {NULL, 0};
	rd_err err;

	e = sample();
	e.actor = (rd_str){"a\0b", 3};
	UNIT_INT(rd_event_encode(&e, a, &bytes, &err), RD_INPUT);
	e = sample();
	e.kind = RD_STR("\xc0\xaf");
	UNIT_INT(rd_event_encode(&e, a, &bytes, &err), RD_INPUT);
	e = sample();
	e.type = RD_STR("");
	UNIT_INT(rd_event_encode(&e, a, &bytes, &err), RD_INPUT);
	UNIT_TRUE(strstr(err.en, "it has no type") && strstr(err.zh, "没有类型"));
	e = sample();
	e.record_id = (uint64_t)INT64_MAX + 1;
	UNIT_INT(rd_event_encode(&e, a, &bytes, &err), RD_INPUT);
	e = sample();
	e.seq = UINT64_MAX;
	UNIT_INT(rd_event_encode(&e, a, &bytes, &err), RD_INPUT);
	UNIT_TRUE(bytes.ptr == NULL);
	rd_arena_free(a);
}

static void the_limit_passes_and_one_more_does_not(void)
{
	rd_arena *a = rd_arena_new();
	rd_event e = sample(), back;
	rd_str bytes;
	rd_err err;
	char *text = rd_arena_alloc(a, 70000, 1);

	memset(text, 'x', 70000);
	UNIT_OK(rd_event_encode(&e, a, &bytes, &err), &err);
	e.request_id = (rd_str){text, RD_EVENT_BYTES_MAX - (bytes.len - e.request_id.len)};
	UNIT_OK(rd_event_encode(&e, a, &bytes, &err), &err);
	UNIT_INT(bytes.len, RD_EVENT_BYTES_MAX);
	UNIT_OK(rd_event_decode(bytes, &back, &err), &err);
	UNIT_TRUE(same(&e, &back));
	e.request_id.len++;
	UNIT_INT(rd_event_encode(&e, a, &bytes, &err), RD_LIMIT);
	UNIT_INT(rd_event_decode((rd_str){text, 70000}, &back, &err), RD_CORRUPT);
	rd_arena_free(a);
}

/* SHA-256 of sixteen bytes 00 .. 0f and "abc"; made with sha256sum. */
static void payload_hash_covers_the_salt(void)
{
	uint8_t salt[16];
	char hex[65];
	rd_hash256 h;

	for (uint32_t i = 0; i < 16; i++)
		salt[i] = (uint8_t)i;
	h = rd_event_payload_hash(salt, RD_STR("abc"));
	for (uint32_t i = 0; i < 32; i++) {
		hex[2 * i] = "0123456789abcdef"[h.byte[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[h.byte[i] & 15];
	}
	UNIT_BYTES(((rd_str){hex, 64}),
	           RD_STR("f9b234fe3638bdd7671503b81bda6e249f96aea7e0d8ca758c8f5ab13096de90"));
}

static void erasing_is_written_in_one_form(void)
{
	static const rd_seq_run runs[] = {{0, 0}, {3, 3}, {10, 12}, {14, 9223372036854775806u}};
	static const rd_seq_run touching[] = {{1, 3}, {3, 4}}, backwards[] = {{5, 4}};
	rd_arena *a = rd_arena_new();
	rd_seq_run *back;
	uint32_t n;
	rd_buf b;
	rd_err err;

	rd_buf_init(&b, 1000);
	UNIT_TRUE(rd_erased_format(runs, 4, RD_STR("request \"12\" <x>\\"), &b));
	UNIT_TEXT(rd_buf_view(&b), "{\"seqs\":[[0,0],[3,3],[10,12],[14,9223372036854775806]],"
	                           "\"reason\":\"request \\\"12\\\" \\u003cx>\\\\\"}");
	UNIT_OK(rd_erased_parse(rd_buf_view(&b), a, &back, &n, &err), &err);
	UNIT_TRUE(n == 4 && memcmp(back, runs, sizeof runs) == 0);
	for (uint32_t len = 0; len < b.size; len++)
		UNIT_INT(rd_erased_parse((rd_str){rd_arena_copy(a, b.data, len), len}, a, &back, &n, &err),
		         RD_CORRUPT);
	UNIT_TRUE(!rd_erased_format(touching, 2, RD_STR(""), &b));
	UNIT_TRUE(!rd_erased_format(backwards, 1, RD_STR(""), &b));
	UNIT_TRUE(!rd_erased_format(runs, 0, RD_STR(""), &b));
	rd_buf_done(&b);
	rd_arena_free(a);
}

static void other_forms_of_erasing_are_refused(void)
{
	static const char *const wrong[] = {
		"",
		"{}",
		"{\"seqs\":[],\"reason\":\"\"}",
		"{\"seqs\":[[1,1],],\"reason\":\"\"}",
		"{\"seqs\":[[01,1]],\"reason\":\"\"}",
		"{\"seqs\":[[2,1]],\"reason\":\"\"}",
		"{\"seqs\":[[1,2],[2,3]],\"reason\":\"\"}",
		"{\"seqs\":[[-1,2]],\"reason\":\"\"}",
		"{\"seqs\":[[1,99999999999999999999]],\"reason\":\"\"}",
		"{\"seqs\":[[1,9223372036854775807]],\"reason\":\"\"}",
		"{\"seqs\":[[1,2]],\"reason\":\"\"} ",
		"{\"seqs\":[[1,2]],\"reason\":\"a\"b\"}",
		"{\"seqs\":[[1,2]],\"reason\":\"a\nb\"}",
		"{\"seqs\":[[1,2]],\"reason\":null}",
		"{\"seqs\":[[1,2]]}",
		" {\"seqs\":[[1,2]],\"reason\":\"\"}",
	};
	rd_arena *a = rd_arena_new();
	rd_seq_run *runs;
	uint32_t n;
	rd_err err;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		unit_case("%s", wrong[i]);
		UNIT_INT(rd_erased_parse(rd_str_of(wrong[i]), a, &runs, &n, &err), RD_CORRUPT);
	}
	rd_arena_free(a);
}

const unit_test trail_event_tests[] = {
	{"layout is byte for byte", layout_is_byte_for_byte},
	{"no two byte strings are one event", no_two_byte_strings_are_one_event},
	{"what is no event is refused", what_is_no_event_is_refused},
	{"the limit passes and one more does not", the_limit_passes_and_one_more_does_not},
	{"payload hash covers the salt", payload_hash_covers_the_salt},
	{"erasing is written in one form", erasing_is_written_in_one_form},
	{"other forms of erasing are refused", other_forms_of_erasing_are_refused},
	{0},
};
