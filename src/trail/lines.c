#include "trail/lines.h"
#include <sodium.h>

bool rd_line_take(rd_str *rest, rd_str *ret_line)
{
	const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;

	if (end == NULL)
		return false;
	*ret_line = (rd_str){rest->ptr, (uint32_t)(end - rest->ptr)};
	rest->ptr += ret_line->len + 1;
	rest->len -= ret_line->len + 1;
	return true;
}

bool rd_decimal_read(rd_str s, uint64_t *ret_v)
{
	uint64_t v = 0;

	/* 19 digits stay below 2^64 */
	if (s.len == 0 || s.len > 19 || (s.ptr[0] == '0' && s.len > 1))
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.ptr[i] - '0');
	}
	if (v > RD_TREE_SIZE_MAX)
		return false;
	*ret_v = v;
	return true;
}

bool rd_base64_read(rd_str s, void *ret_bytes, size_t max, size_t *ret_size)
{
	/* libsodium 1.0.18 takes the byte 0xC1 for an 'A'. */
	for (uint32_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return sodium_base642bin(ret_bytes, max, s.ptr, s.len, NULL, ret_size, NULL,
	                         sodium_base64_VARIANT_ORIGINAL) == 0;
}

bool rd_base64_read_hash(rd_str s, rd_hash256 *ret_hash)
{
	rd_hash256 h;
	size_t size;

	if (!rd_base64_read(s, h.byte, sizeof h.byte, &size) || size != sizeof h.byte)
		return false;
	*ret_hash = h;
	return true;
}

void rd_base64_put(rd_buf *out, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;
	char four[5];

	/* Three bytes at a time, so that nothing has to be as large as the whole. */
	for (size_t i = 0; i < size; i += 3) {
		sodium_bin2base64(four, sizeof four, p + i, size - i < 3 ? size - i : 3,
		                  sodium_base64_VARIANT_ORIGINAL);
		rd_buf_puts(out, four);
	}
}
