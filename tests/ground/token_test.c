/* Tokens: their form, what is kept of them, and that one value has one text. */
#include "auth/token.h"
#include "unit.h"
#include <stdio.h>

static void texts_of_bytes_are_those_of_the_standard(void)
{
	/* RFC 4648, section 10, without padding. */
	static const struct {
		const char *bytes, *base64, *base32;
	} rows[] = {
		{"", "", ""},
		{"f", "Zg", "MY"},
		{"fo", "Zm8", "MZXQ"},
		{"foo", "Zm9v", "MZXW6"},
		{"foob", "Zm9vYg", "MZXW6YQ"},
		{"fooba", "Zm9vYmE", "MZXW6YTB"},
		{"foobar", "Zm9vYmFy", "MZXW6YTBOI"},
		{"\xfb\xff\xbf", "-_-_", "7P736"},
	};

	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].bytes);
		uint8_t back[16];
		char text[32];

		unit_case("%s", rows[i].bytes);
		rd_base64url_format((const uint8_t *)rows[i].bytes, size, text, sizeof(text));
		UNIT_TEXT(rd_str_of(text), rows[i].base64);
		UNIT_TRUE(rd_base64url_parse(rd_str_of(text), back, size));
		UNIT_TRUE(memcmp(back, rows[i].bytes, size) == 0);
		rd_base32_format((const uint8_t *)rows[i].bytes, size, text, sizeof(text));
		UNIT_TEXT(rd_str_of(text), rows[i].base32);
		UNIT_TRUE(rd_base32_parse(rd_str_of(text), back, size));
		UNIT_TRUE(memcmp(back, rows[i].bytes, size) == 0);
	}
}

static void one_value_has_one_text(void)
{
	uint8_t bytes[4] = {9, 9, 9, 9};

	/* "Zg" is "f"; "Zh" has a stray bit, "Zg==" padding, "Zg " a space. */
	static const char *const bad[] = {"Zh", "Zg==", "Zg ", "Z", "", "Zg.", "Z+", "ZgA", "Zm8"};

	for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unit_case("%s", bad[i]);
		UNIT_TRUE(!rd_base64url_parse(rd_str_of(bad[i]), bytes, 1));
		UNIT_INT(bytes[0], 9);
	}
	UNIT_TRUE(rd_base32_parse(RD_STR("mzxw 6ytb-oi"), (uint8_t[6]){0}, 6));
	UNIT_TRUE(!rd_base32_parse(RD_STR("MZ"), bytes, 1)); /* stray bit */
	UNIT_TRUE(!rd_base32_parse(RD_STR("M1"), bytes, 1));
}

static void sessions_and_links_have_their_length(void)
{
	rd_token a, b;
	uint8_t digest[RD_DIGEST_SIZE];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (uint32_t i = 0; i < 100; i++) {
		rd_token_session_new(&a);
		rd_token_session_new(&b);
		UNIT_INT(strlen(a.text), 43);
		UNIT_TRUE(strcmp(a.text, b.text) != 0);
		UNIT_TRUE(rd_token_session_parse(rd_str_of(a.text), digest));
		UNIT_TRUE(rd_token_is(a.digest, digest));
		UNIT_TRUE(!rd_token_is(b.digest, digest));
		UNIT_TRUE(!rd_token_link_parse(rd_str_of(a.text), digest));
		rd_token_link_new(&a);
		UNIT_INT(strlen(a.text), 22);
		UNIT_TRUE(rd_token_link_parse(rd_str_of(a.text), digest));
		UNIT_TRUE(rd_token_is(a.digest, digest));
		UNIT_TRUE(!rd_token_session_parse(rd_str_of(a.text), digest));
	}
}

/* The first example of FIPS 180-4. */
static void digest_is_sha256_of_the_text(void)
{
	static const uint8_t abc[RD_DIGEST_SIZE] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
	                                            0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
	                                            0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
	                                            0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	uint8_t digest[RD_DIGEST_SIZE];

	rd_secret_digest(RD_STR("abc"), digest);
	UNIT_TRUE(memcmp(digest, abc, sizeof(abc)) == 0);
}

static void api_tokens_carry_their_row(void)
{
	static const int64_t ids[] = {1, 42, INT64_MAX};
	rd_token token;
	uint8_t digest[RD_DIGEST_SIZE];
	rd_err err = {0};

	UNIT_OK(rd_auth_init(&err), &err);
	for (uint32_t i = 0; i < 3; i++) {
		int64_t id = 0;
		char head[32];

		snprintf(head, sizeof(head), "rdk_%lld_", (long long)ids[i]);
		rd_token_api_new(ids[i], &token);
		UNIT_TRUE(rd_str_starts(rd_str_of(token.text), head));
		UNIT_INT(strlen(token.text), strlen(head) + 43);
		UNIT_TRUE(rd_token_api_parse(rd_str_of(token.text), &id, digest));
		UNIT_INT(id, ids[i]);
		UNIT_TRUE(rd_token_is(token.digest, digest));
	}
}

static void broken_api_tokens_are_refused(void)
{
#define SECRET "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	static const char *const bad[] = {
		"",
		"rdk_",
		"rdk_1",
		"rdk_1_",
		"rdk__" SECRET,
		"rdk_0_" SECRET,
		"rdk_01_" SECRET,
		"rdk_-1_" SECRET,
		"rdk_+1_" SECRET,
		"rdk_9223372036854775808_" SECRET,
		"rdk_99999999999999999999_" SECRET,
		"RDK_1_" SECRET,
		"rdk_1_" SECRET "A",
		"rdk_1_" SECRET " ",
		" rdk_1_" SECRET,
		"rdk_1" SECRET,
		SECRET,
	};
	uint8_t digest[RD_DIGEST_SIZE];
	int64_t id;

	for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unit_case("%s", bad[i]);
		UNIT_TRUE(!rd_token_api_parse(rd_str_of(bad[i]), &id, digest));
	}
	UNIT_TRUE(rd_token_api_parse(RD_STR("rdk_1_" SECRET), &id, digest));
}

const unit_test token_tests[] = {
	{"texts of bytes are those of the standard", texts_of_bytes_are_those_of_the_standard},
	{"one value has one text", one_value_has_one_text},
	{"sessions and links have their length", sessions_and_links_have_their_length},
	{"digest is SHA-256 of the text", digest_is_sha256_of_the_text},
	{"api tokens carry their row", api_tokens_carry_their_row},
	{"broken api tokens are refused", broken_api_tokens_are_refused},
	{0},
};
