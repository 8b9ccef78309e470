/* The small parts of src/base: buffers, errors, hashes, arenas, threads, digests, JSON. */
#include "base/arena.h"
#include "base/digest.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/threads.h"
#include "base/writer.h"
#include "unit.h"
#include <errno.h>
#include <stdatomic.h>

/* ---- buf, writer ---- */

static void buffer_stops_at_its_maximum(void)
{
	rd_buf b;

	rd_buf_init(&b, 10);
	UNIT_TEXT(rd_buf_view(&b), "");
	rd_buf_puts(&b, "12345");
	rd_buf_char(&b, '6');
	rd_buf_str(&b, RD_STR("7890"));
	UNIT_TEXT(rd_buf_view(&b), "1234567890");
	UNIT_TRUE(!b.full);
	rd_buf_char(&b, 'x');
	UNIT_TRUE(b.full);
	rd_buf_puts(&b, "");
	UNIT_TEXT(rd_buf_view(&b), "1234567890"); /* nothing is cut */
	UNIT_INT(b.data[b.size], 0);
	rd_buf_clear(&b);
	UNIT_TRUE(!b.full);
	rd_buf_printf(&b, "%d-%s", 42, "ab");
	UNIT_TEXT(rd_buf_view(&b), "42-ab");
	rd_buf_printf(&b, "%s", "too long for it");
	UNIT_TRUE(b.full);
	UNIT_TEXT(rd_buf_view(&b), "42-ab");
	rd_buf_done(&b);
}

static void buffer_formats_any_length(void)
{
	rd_buf b;
	char text[2001];

	for (uint32_t n = 500; n < 530; n++) {
		memset(text, 'a', sizeof text);
		text[n] = '\0';
		rd_buf_init(&b, 4000);
		rd_buf_printf(&b, "<%s>", text);
		unit_case("%u letters", n);
		UNIT_INT(b.size, n + 2);
		UNIT_INT(strlen(b.data), n + 2);
		rd_buf_done(&b);
	}
}

typedef struct sink {
	rd_buf all;
	uint32_t calls, fail_from;
} sink;

static bool take(void *ctx, const char *data, size_t size)
{
	sink *s = ctx;

	if (++s->calls >= s->fail_from)
		return false;
	rd_buf_add(&s->all, data, size);
	return true;
}

static void writer_hands_over_everything_or_tells(void)
{
	for (uint32_t fail = 1; fail < 6; fail++) {
		sink s = {.fail_from = fail};
		rd_writer w;

		rd_buf_init(&s.all, 1 << 20);
		rd_writer_init(&w, take, &s);
		for (int i = 0; i < 20000; i++) {
			rd_buf_printf(&w.buf, "%05d\n", i);
			rd_writer_spill(&w);
		}
		bool ok = rd_writer_end(&w);

		unit_case("fails at call %u", fail);
		UNIT_INT(ok, s.all.size == 120000);
		UNIT_TRUE(s.calls <= fail); /* after a failure nobody is asked again */
		rd_buf_done(&s.all);
	}
}

/* ---- err ---- */

static rd_rc inner(rd_err *err)
{
	return rd_fail(err, RD_LIMIT, "第 %u 行有 %s", "line %u has %s", 7u, "x");
}

static rd_rc outer(rd_err *err)
{
	RD_TRY(inner(err));
	return RD_OK;
}

static void errors_carry_cause_and_place(void)
{
	rd_err err = {0};

	UNIT_INT(outer(&err), RD_LIMIT);
	UNIT_INT(err.code, RD_LIMIT);
	UNIT_TEXT(rd_str_of(err.zh), "第 7 行有 x");
	UNIT_TEXT(rd_str_of(err.en), "line 7 has x");
	UNIT_INT(rd_err_at(&err, "a.csv", 3), RD_LIMIT);
	UNIT_INT(rd_err_at(&err, "b.csv", 4), RD_LIMIT); /* the first place stays */
	UNIT_TEXT(rd_str_of(err.file), "a.csv");
	UNIT_INT(err.line, 3);
	UNIT_INT(rd_fail_os(&err, ENOENT, "打不开", "cannot open"), RD_NOT_FOUND);
	UNIT_INT(rd_fail_os(&err, EACCES, "打不开", "cannot open"), RD_IO);
	UNIT_TRUE(strstr(err.en, "cannot open") == err.en && strlen(err.en) > strlen("cannot open"));
	UNIT_TEXT(rd_str_of(rd_rc_name(RD_ASK)), "ASK");
	UNIT_INT(rd_rc_http(RD_NOT_FOUND), 404);
}

static void errors_keep_the_end_of_long_paths_and_whole_characters(void)
{
	rd_err err = {0};
	char path[600], text[900];

	memset(path, 'd', sizeof path);
	memcpy(path + sizeof path - 7, "/x.csv", 7);
	UNIT_INT(rd_fail(&err, RD_IO, "x", "x"), RD_IO);
	UNIT_INT(rd_err_at(&err, path, 1), RD_IO);
	UNIT_TRUE(rd_str_ends(rd_str_of(err.file), "/x.csv"));
	for (uint32_t pad = 0; pad < 3; pad++) { /* a cut must not halve a character */
		memset(text, 'a', pad);
		for (uint32_t i = pad; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "凭\0", 4);
		UNIT_INT(rd_fail(&err, RD_IO, "%s", "%s", text), RD_IO);
		unit_case("pad %u", pad);
		UNIT_INT(rd_utf8_check(err.zh, strlen(err.zh)), -1);
		UNIT_INT(rd_utf8_check(err.en, strlen(err.en)), -1);
		UNIT_TRUE(strlen(err.zh) > 300);
	}
}

/* ---- hash, digest ---- */

static void hashes_stay_what_they_are(void)
{
	/* Stored with findings: these values may never change. */
	UNIT_INT(rd_hash_bytes(RD_HASH_START, "redink", 6), (int64_t)UINT64_C(0xcca5bcc29a1e4312));
	UNIT_INT(rd_hash_i64(RD_HASH_START, -1), (int64_t)UINT64_C(0xa2e4fe0a8a14645b));
	UNIT_TRUE(rd_hash_str(rd_hash_str(1, RD_STR("ab")), RD_STR("c")) !=
	          rd_hash_str(rd_hash_str(1, RD_STR("a")), RD_STR("bc")));
	UNIT_TRUE(rd_hash_fast("12345678", 8) != rd_hash_fast("12345678\0", 9));
	UNIT_TRUE(rd_hash_fast("", 0) != rd_hash_fast("\0", 1));
}

static void digests_are_sha_256(void)
{
	/* FIPS 180-4 examples, and a million letters a. */
	static const struct {
		const char *text;
		uint32_t times;
		const char *want;
	} rows[] = {
		{"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_sha256 d;
		uint8_t out[32];
		char hex[65];

		rd_sha256_init(&d);
		for (uint32_t k = 0; k < rows[i].times; k++)
			rd_sha256_add(&d, rows[i].text, strlen(rows[i].text));
		rd_sha256_end(&d, out);
		for (int k = 0; k < 32; k++) {
			hex[2 * k] = "0123456789abcdef"[out[k] >> 4];
			hex[2 * k + 1] = "0123456789abcdef"[out[k] & 15];
		}
		unit_case("row %zu", i);
		UNIT_BYTES(((rd_str){hex, 64}), rd_str_of(rows[i].want));
	}
}

/* ---- arena ---- */

static void arenas_give_zeroed_aligned_memory_of_their_own(void)
{
	rd_arena *a = rd_arena_new();
	uint64_t seed = 1;
	static struct {
		unsigned char *p;
		uint32_t n;
	} got[2000];

	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 2000; i++) {
			uint32_t align = 1u << unit_below(&seed, 7),
					 n = unit_below(&seed, i % 100 ? 300 : 100000);
			unsigned char *p = rd_arena_alloc(a, n, align);
			uint32_t sum = 0;

			for (uint32_t k = 0; k < n; k++)
				sum += p[k];
			if ((uintptr_t)p % align || sum)
				UNIT_INT((uintptr_t)p % align, 0);
			memset(p, (int)(i & 255), n);
			got[i].p = p;
			got[i].n = n;
		}
		for (uint32_t i = 0; i < 2000; i++)
			for (uint32_t k = 0; k < got[i].n; k++)
				if (got[i].p[k] != (i & 255)) { /* nobody else wrote there */
					UNIT_INT(got[i].p[k], i & 255);
					break;
				}
		UNIT_TRUE(rd_arena_used(a) > 0);
		rd_arena_reset(a);
		UNIT_INT(rd_arena_used(a), 0);
	}
	rd_arena_free(a);
	rd_arena_free(NULL);
}

static void columns_keep_what_is_in_them(void)
{
	size_t n = 10;
	uint32_t *c = rd_column_new(n * 4);

	for (size_t i = 0; i < n; i++)
		c[i] = (uint32_t)i;
	for (size_t want = 1000; want < 5000000; want *= 9) {
		c = rd_column_resize(c, n * 4, want * 4);
		for (size_t i = 0; i < want; i++) {
			if (i < n && c[i] != i)
				UNIT_INT(c[i], i);
			if (i >= n && c[i] != 0)
				UNIT_INT(c[i], 0);
			c[i] = (uint32_t)i;
		}
		n = want;
	}
	rd_column_free(c, n * 4);
	rd_column_free(NULL, 0);
	c = rd_column_resize(NULL, 0, 40);
	UNIT_INT(c[9], 0);
	rd_column_free(c, 40);
}

static void arrays_grow(void)
{
	rd_arena *a = rd_arena_new();
	uint32_t cap = 0, *items = NULL;

	for (uint32_t n = 0; n < 5000; n++) {
		items = rd_grow(a, items, n, &cap, sizeof *items);
		UNIT_TRUE(cap > n);
		items[n] = n * 3;
	}
	for (uint32_t n = 0; n < 5000; n++)
		if (items[n] != n * 3)
			UNIT_INT(items[n], n * 3);
	rd_arena_free(a);
}

/* ---- threads ---- */

typedef struct counted {
	atomic_uint runs[300];
	atomic_uint workers[RD_THREADS_MAX];
} counted;

static void count(void *ctx, uint32_t task, uint32_t worker)
{
	counted *c = ctx;

	atomic_fetch_add(&c->runs[task], 1);
	atomic_fetch_add(&c->workers[worker], 1);
}

static void every_task_runs_once(void)
{
	static const uint32_t threads[] = {1, 2, 3, 8, RD_THREADS_MAX};
	static counted c;

	for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
		for (uint32_t n = 0; n <= 300; n += 75) {
			memset(&c, 0, sizeof c);
			rd_parallel(threads[t], n, count, &c);
			unit_case("%u threads, %u tasks", threads[t], n);
			for (uint32_t i = 0; i < 300; i++)
				UNIT_INT(c.runs[i], i < n);
			for (uint32_t w = threads[t]; w < RD_THREADS_MAX; w++)
				UNIT_INT(c.workers[w], 0);
		}
}

/* ---- json ---- */

static void json_puts_commas_and_lines(void)
{
	rd_buf b;
	rd_json j;

	rd_buf_init(&b, 1 << 16);
	rd_json_init(&j, &b, 1);
	rd_json_object(&j);
	rd_json_put_int(&j, "n", INT64_MIN);
	rd_json_put_bool(&j, "yes", true);
	rd_json_put_text(&j, "none", NULL);
	rd_json_key(&j, "list");
	rd_json_array(&j);
	rd_json_int(&j, 1);
	rd_json_text(&j, "x");
	rd_json_null(&j);
	rd_json_array(&j);
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_put_words(&j, "words", (rd_words){"凭证", "voucher"});
	rd_json_put_words(&j, "no words", (rd_words){NULL, NULL});
	rd_json_close(&j);
	rd_json_end(&j);
	UNIT_TEXT(rd_buf_view(&b),
	          "{\n\t\"n\": -9223372036854775808,\n\t\"yes\": true,\n\t\"none\": null,\n"
	          "\t\"list\": [1, \"x\", null, []],\n"
	          "\t\"words\": {\"zh\": \"凭证\", \"en\": \"voucher\"},\n\t\"no words\": null\n}\n");
	rd_buf_done(&b);
}

/* One array, its members written in stretches: the bytes are those of one writer. */
static void json_parts_join(void)
{
	for (uint32_t stretch = 1; stretch < 6; stretch++) {
		rd_buf whole, joined, piece;
		rd_json j[2], part;

		rd_buf_init(&whole, 1 << 16);
		rd_buf_init(&joined, 1 << 16);
		rd_buf_init(&piece, 1 << 16);
		rd_json_init(&j[0], &whole, 2);
		rd_json_init(&j[1], &joined, 2);
		for (int k = 0; k < 2; k++)
			rd_json_array(&j[k]);
		for (uint32_t i = 0; i < 5; i++)
			rd_json_int(&j[0], i);
		for (uint32_t from = 0; from < 5; from += stretch) {
			rd_json_part(&j[1], &part, &piece, from == 0);
			for (uint32_t i = from; i < 5 && i < from + stretch; i++)
				rd_json_int(&part, i);
			rd_json_join(&j[1], &piece);
			rd_buf_clear(&piece);
		}
		for (int k = 0; k < 2; k++) {
			rd_json_close(&j[k]);
			rd_json_end(&j[k]);
		}
		UNIT_TEXT(rd_buf_view(&joined), whole.data);
		rd_buf_done(&whole);
		rd_buf_done(&joined);
		rd_buf_done(&piece);
	}
}

static void json_escapes(void)
{
	static const struct {
		const char *in;
		uint32_t n;
		const char *want;
	} rows[] = {
		{"a\"b\\c", 5, "\"a\\\"b\\\\c\"\n"},
		{"\n\r\t", 3, "\"\\n\\r\\t\"\n"},
		{"\0\x01\x1F\x7F", 4, "\"\\u0000\\u0001\\u001f\\u007f\"\n"},
		{"</script>", 9, "\"\\u003c/script>\"\n"},
		{"\xE2\x80\xA8\xE2\x80\xA9", 6, "\"\\u2028\\u2029\"\n"},
		{"\xFF\xC3", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
		{"\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
		{"凭证\xF0\x9F\x98\x80", 10, "\"凭证\xF0\x9F\x98\x80\"\n"},
		{"", 0, "\"\"\n"},
		{"\xEF\xBF\xBD", 3, "\"\xEF\xBF\xBD\"\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_buf b;
		rd_json j;

		rd_buf_init(&b, 1000);
		rd_json_init(&j, &b, 0);
		rd_json_str(&j, (rd_str){rows[i].in, rows[i].n});
		rd_json_end(&j);
		unit_case("row %zu", i);
		UNIT_TEXT(rd_buf_view(&b), rows[i].want);
		rd_buf_done(&b);
	}
}

const unit_test base_tests[] = {
	{"a buffer stops at its maximum and cuts nothing", buffer_stops_at_its_maximum},
	{"a buffer formats texts around the size of its first try", buffer_formats_any_length},
	{"a writer hands over every byte, or says that it did not",
     writer_hands_over_everything_or_tells},
	{"an error keeps its cause and its first place", errors_carry_cause_and_place},
	{"long paths keep their end, long messages whole characters",
     errors_keep_the_end_of_long_paths_and_whole_characters},
	{"hashes that are stored stay what they are", hashes_stay_what_they_are},
	{"digests are SHA-256", digests_are_sha_256},
	{"arena memory is zeroed, aligned and nobody else's",
     arenas_give_zeroed_aligned_memory_of_their_own},
	{"columns keep what is in them when they grow", columns_keep_what_is_in_them},
	{"arrays in an arena grow", arrays_grow},
	{"every task runs once, by a worker that was allowed", every_task_runs_once},
	{"JSON has its commas and lines where they belong", json_puts_commas_and_lines},
	{"JSON that is written in parts is the same", json_parts_join},
	{"JSON strings are escaped, also against script elements", json_escapes},
	{0},
};
