#include "net/sigv4.h"
#include "base/day.h"
#include "base/digest.h"
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
/* Names and values of headers and a query of at most outbound.h's 2 KiB, each byte up to three. */
#define CANONICAL_MAX (64u << 10)

static void put_hex(const uint8_t bytes[32], char out[65])
{
	static const char digits[] = "0123456789abcdef";

	for (uint32_t i = 0; i < 32; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[64] = 0;
}

static bool unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_' || c == '~';
}

void rd_sigv4_encode(rd_buf *out, rd_str s, bool path)
{
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (unreserved(c) || (path && c == '/'))
			rd_buf_char(out, (char)c);
		else
			rd_buf_printf(out, "%%%02X", c);
	}
}

/* Order of the encoded forms: reserved characters are compared as '%' and their digits. */
static int compare_encoded(rd_str a, rd_str b)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t i = 0;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	if (i == a.len || i == b.len)
		return (i < a.len) - (i < b.len);
	unsigned char x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
	bool plain_x = unreserved(x), plain_y = unreserved(y);
	if (plain_x || plain_y)
		return (plain_x ? x : '%') - (plain_y ? y : '%');
	int high = digits[x >> 4] - digits[y >> 4];
	return high != 0 ? high : digits[x & 15] - digits[y & 15];
}

static int compare_pairs(const void *a, const void *b)
{
	const rd_sigv4_pair *x = a, *y = b;
	int order = compare_encoded(x->name, y->name);

	return order != 0 ? order : compare_encoded(x->value, y->value);
}

void rd_sigv4_query(rd_buf *out, rd_sigv4_pair *pairs, uint32_t n)
{
	if (n > 1)
		qsort(pairs, n, sizeof *pairs, compare_pairs);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			rd_buf_char(out, '&');
		rd_sigv4_encode(out, pairs[i].name, false);
		rd_buf_char(out, '=');
		rd_sigv4_encode(out, pairs[i].value, false);
	}
}

void rd_sigv4_time(int64_t at_us, char out[24])
{
	int64_t seconds = at_us / 1000000 - (at_us % 1000000 < 0);
	int64_t day = seconds / 86400 - (seconds % 86400 < 0);
	int32_t second = (int32_t)(seconds - day * 86400);
	rd_date d = rd_day_date((rd_day)day);

	snprintf(out, 24, "%04d%02d%02dT%02d%02d%02dZ", d.year % 10000, d.month, d.day, second / 3600,
	         second / 60 % 60, second % 60);
}

void rd_sigv4_hash(rd_str data, char out[65])
{
	rd_sha256 d;
	uint8_t bytes[32];

	rd_sha256_init(&d);
	rd_sha256_add(&d, data.ptr, data.len);
	rd_sha256_end(&d, bytes);
	put_hex(bytes, out);
}

static void hmac(const uint8_t *key, size_t key_size, rd_str data, uint8_t out[32])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, key_size, key);
	hmac_sha256_update(&ctx, data.len, (const uint8_t *)data.ptr);
	hmac_sha256_digest(&ctx, 32, out);
	explicit_bzero(&ctx, sizeof ctx);
}

static void signing_key(const rd_sigv4_keys *keys, rd_str day, uint8_t out[32])
{
	rd_buf first;

	rd_buf_init(&first, 4096);
	rd_buf_puts(&first, "AWS4");
	rd_buf_str(&first, keys->secret_key);
	hmac((const uint8_t *)first.data, first.size, day, out);
	hmac(out, 32, keys->region, out);
	hmac(out, 32, keys->service, out);
	hmac(out, 32, RD_STR("aws4_request"), out);
	explicit_bzero(first.data, first.size);
	rd_buf_done(&first);
}

static void put_signed_names(rd_buf *out, const rd_sigv4_request *q)
{
	for (uint32_t i = 0; i < q->n_headers; i++) {
		if (i > 0)
			rd_buf_char(out, ';');
		rd_buf_str(out, q->headers[i].name);
	}
}

static void hash_canonical(const rd_sigv4_request *q, char out[65])
{
	rd_buf b;

	rd_buf_init(&b, CANONICAL_MAX);
	rd_buf_str(&b, q->method);
	rd_buf_char(&b, '\n');
	rd_buf_str(&b, q->path);
	rd_buf_char(&b, '\n');
	rd_buf_str(&b, q->query);
	rd_buf_char(&b, '\n');
	for (uint32_t i = 0; i < q->n_headers; i++) {
		rd_buf_str(&b, q->headers[i].name);
		rd_buf_char(&b, ':');
		rd_buf_str(&b, q->headers[i].value);
		rd_buf_char(&b, '\n');
	}
	rd_buf_char(&b, '\n');
	put_signed_names(&b, q);
	rd_buf_char(&b, '\n');
	rd_buf_str(&b, q->payload_sha256);
	rd_sigv4_hash(rd_buf_view(&b), out);
	rd_buf_done(&b);
}

static void put_scope(rd_buf *out, const rd_sigv4_keys *keys, rd_str day)
{
	rd_buf_str(out, day);
	rd_buf_char(out, '/');
	rd_buf_str(out, keys->region);
	rd_buf_char(out, '/');
	rd_buf_str(out, keys->service);
	rd_buf_puts(out, "/aws4_request");
}

void rd_sigv4_sign(rd_buf *out, const rd_sigv4_keys *keys, const rd_sigv4_request *q)
{
	rd_str day = {q->at.ptr, q->at.len < 8 ? q->at.len : 8};
	uint8_t key[32], signature[32];
	char hash[65];
	rd_buf text;

	hash_canonical(q, hash);
	rd_buf_init(&text, 4096);
	rd_buf_puts(&text, ALGORITHM "\n");
	rd_buf_str(&text, q->at);
	rd_buf_char(&text, '\n');
	put_scope(&text, keys, day);
	rd_buf_char(&text, '\n');
	rd_buf_puts(&text, hash);
	signing_key(keys, day, key);
	hmac(key, 32, rd_buf_view(&text), signature);
	explicit_bzero(key, sizeof key);
	rd_buf_done(&text);

	put_hex(signature, hash);
	rd_buf_puts(out, ALGORITHM " Credential=");
	rd_buf_str(out, keys->access_key);
	rd_buf_char(out, '/');
	put_scope(out, keys, day);
	rd_buf_puts(out, ",SignedHeaders=");
	put_signed_names(out, q);
	rd_buf_puts(out, ",Signature=");
	rd_buf_puts(out, hash);
}
