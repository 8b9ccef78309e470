/*
 * serial.h - numbers as printed (voucher, document, entry numbers) in 64 bits.
 *
 * Bits 63..40 are the text id of the number's shape, bits 39..0 its value. The shape is
 * the text around the last run of digits ("FP" of FP000123, with the width when it is
 * padded by zeros); the value is that run. Two serials are equal exactly when the texts
 * are equal after trimming, so equality and order inside one shape are integer
 * operations, and ten million document numbers take eight bytes each.
 * "3 1/2" (fraction numbers of one business over several vouchers) has the value 3 and the
 * shape "# 1/2". 0 is the blank serial.
 */
#ifndef RD_BOOK_SERIAL_H
#define RD_BOOK_SERIAL_H
#include "book/book.h"

#define RD_SERIAL_VALUE_BITS 40
#define RD_SERIAL_VALUE_MAX  ((UINT64_C(1) << RD_SERIAL_VALUE_BITS) - 1)

static inline uint64_t rd_serial_value(rd_serial s)
{
	return s & RD_SERIAL_VALUE_MAX;
}

static inline rd_text rd_serial_shape(rd_serial s)
{
	return (rd_text)(s >> RD_SERIAL_VALUE_BITS);
}

static inline rd_serial rd_serial_of(rd_text shape, uint64_t value)
{
	return (uint64_t)shape << RD_SERIAL_VALUE_BITS | value;
}

/* A number text taken apart. `shape` is written into buf (prefix, 0x01, width byte, suffix);
 * a text without digits, or with a 0x01 of its own, has value 0 and no width byte; the shape of the
 * latter begins with two 0x01. */
typedef struct rd_serial_parts {
	rd_str prefix, suffix;
	uint32_t width; /* digits written when padded with zeros, else 0 */
	uint64_t value;
	bool has_value;
} rd_serial_parts;

rd_serial_parts rd_serial_split(rd_str s);
/* Writes the shape of `p` into out; false when it does not fit. */
bool rd_serial_shape_text(const rd_serial_parts *p, char *out, uint32_t size, uint32_t *ret_len);
/* The text as printed; at most size-1 bytes, always terminated. */
void rd_serial_format(const rd_book *b, rd_serial s, char *out, size_t size);
/* Prefix, value, suffix of a serial, from the book's texts. */
rd_serial_parts rd_serial_parts_of(const rd_book *b, rd_serial s);
#endif
