#include "auth/secret.h"
#include "base/assert.h"
#include "base/digest.h"
#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>

static void oath_start(void)
{
	RD_ASSERT(oath_init() == OATH_OK);
}

rd_rc rd_auth_init(rd_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (sodium_init() < 0)
		return rd_fail(err, RD_UNAVAILABLE, "系统没有可用的随机数；请检查 /dev/urandom",
		               "the system has no random numbers to give; check /dev/urandom");
	pthread_once(&once, oath_start);
	return RD_OK;
}

void rd_secret_random(void *ret_bytes, size_t size)
{
	randombytes_buf(ret_bytes, size);
}

bool rd_secret_same(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

void rd_secret_wipe(void *bytes, size_t size)
{
	sodium_memzero(bytes, size);
}

void rd_secret_digest(rd_str text, uint8_t ret_digest[RD_DIGEST_SIZE])
{
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, text.ptr, text.len);
	rd_sha256_end(&d, ret_digest);
	rd_secret_wipe(&d, sizeof(d));
}

/* Both alphabets are written by the same loop: `bits` bits a character, high bits first. */
static void format_bits(const uint8_t *bytes, size_t size, const char *alphabet, uint32_t bits,
                        char *ret_text, size_t room)
{
	uint32_t held = 0, held_n = 0;
	size_t n = 0;

	RD_ASSERT(room > (size * 8 + bits - 1) / bits);
	for (size_t i = 0; i < size; i++) {
		held = held << 8 | bytes[i];
		for (held_n += 8; held_n >= bits; held_n -= bits)
			ret_text[n++] = alphabet[held >> (held_n - bits) & ((1u << bits) - 1)];
	}
	if (held_n)
		ret_text[n++] = alphabet[held << (bits - held_n) & ((1u << bits) - 1)];
	ret_text[n] = 0;
}

static int base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

static int base32_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Exactly `size` bytes, the unused low bits of the last character zero. */
static bool parse_bits(rd_str text, int (*digit)(char), uint32_t bits, bool skip,
                       uint8_t *ret_bytes, size_t size)
{
	uint32_t held = 0, held_n = 0;
	size_t digits = 0, n = 0;
	uint8_t bytes[64];

	RD_ASSERT(size <= sizeof(bytes));
	for (uint32_t i = 0; i < text.len; i++) {
		int d = digit(text.ptr[i]);

		if (skip && (text.ptr[i] == ' ' || text.ptr[i] == '-'))
			continue;
		if (d < 0 || ++digits > (size * 8 + bits - 1) / bits)
			return false;
		held = held << bits | (uint32_t)d;
		held_n += bits;
		if (held_n >= 8) {
			held_n -= 8;
			bytes[n++] = (uint8_t)(held >> held_n);
		}
	}
	if (n != size || digits != (size * 8 + bits - 1) / bits || (held & ((1u << held_n) - 1)))
		return false;
	memcpy(ret_bytes, bytes, size);
	rd_secret_wipe(bytes, sizeof(bytes));
	return true;
}

void rd_base64url_format(const uint8_t *bytes, size_t size, char *ret_text, size_t room)
{
	format_bits(bytes, size, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6,
	            ret_text, room);
}

bool rd_base64url_parse(rd_str text, uint8_t *ret_bytes, size_t size)
{
	return parse_bits(text, base64url_digit, 6, false, ret_bytes, size);
}

void rd_base32_format(const uint8_t *bytes, size_t size, char *ret_text, size_t room)
{
	format_bits(bytes, size, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, ret_text, room);
}

bool rd_base32_parse(rd_str text, uint8_t *ret_bytes, size_t size)
{
	return parse_bits(text, base32_digit, 5, true, ret_bytes, size);
}
