/*
 * image_form.h - the form of an image, between its writer and its reader: private to src/book.
 *
 * A head, then the sections of rd_image_sections in their order, each at a multiple of 64 bytes.
 * Where a section stands follows from the counts in the head, so no offset can be wrong.
 */
#ifndef RD_BOOK_IMAGE_FORM_H
#define RD_BOOK_IMAGE_FORM_H
#include "book/image.h"

#define RD_IMAGE_SECTIONS_MAX 80u
#define RD_IMAGE_ALIGN        64u

typedef enum rd_image_count {
	RD_IMAGE_TEXTS,
	RD_IMAGE_TEXT_BYTES, /* a multiple of 4 */
	RD_IMAGE_LINES,
	RD_IMAGE_VOUCHERS,
	RD_IMAGE_ACCOUNTS,
	RD_IMAGE_PARTIES,
	RD_IMAGE_TB,
	RD_IMAGE_FILES,
	RD_IMAGE_NOTES,
	RD_IMAGE_ALIASES,
	RD_IMAGE_TOTALS,
	RD_IMAGE_BOTH,
	RD_IMAGE_ASSERTIONS,
	RD_IMAGE_MIXED,
	RD_IMAGE_PERIODS,
	RD_IMAGE_SEGMENTS,
	RD_IMAGE_COUNTS,
	RD_IMAGE_FIRSTS = RD_IMAGE_COUNTS, /* vouchers + 1: not in the head */
} rd_image_count;

typedef struct rd_image_head {
	char magic[8];
	uint32_t version, sections;
	uint64_t size, checksum; /* of all behind this member */
	uint32_t has, key, open_entries, standard, base_currency;
	int32_t first_day, last_day;
	uint32_t zero;
	uint64_t counts[RD_IMAGE_COUNTS];
	uint8_t present[RD_IMAGE_SECTIONS_MAX]; /* 1: the section is there */
} rd_image_head;

_Static_assert(sizeof(rd_image_head) == 64 + 8 * RD_IMAGE_COUNTS + RD_IMAGE_SECTIONS_MAX,
               "no gaps in the head");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "columns are used as they stand");

/* What a value may be; the limits are in image_read.c. */
typedef enum rd_image_rule {
	RD_IMAGE_ANY,
	RD_IMAGE_BOOL,
	RD_IMAGE_TEXT,
	RD_IMAGE_FILE,
	RD_IMAGE_ACCOUNT,
	RD_IMAGE_PARTY,
	RD_IMAGE_VOUCHER,
	RD_IMAGE_LINE,
	RD_IMAGE_LINE_OR_NONE,
	RD_IMAGE_FIRST,
	RD_IMAGE_DAY,
	RD_IMAGE_PERIOD,
	RD_IMAGE_SERIAL,
	RD_IMAGE_MONEY,
	RD_IMAGE_SUM, /* of money */
	RD_IMAGE_CLASS,
	RD_IMAGE_ROLE,
	RD_IMAGE_SIDE,
	RD_IMAGE_DIGITS,
	RD_IMAGE_ATTACHED,
	RD_IMAGE_MINUTE,
	RD_IMAGE_YEAR,
	RD_IMAGE_FILE_KIND,
	RD_IMAGE_NOTE_KIND,
	RD_IMAGE_TOTAL_KIND,
	RD_IMAGE_FIELD,
	RD_IMAGE_RULES
} rd_image_rule;

typedef struct rd_image_field {
	uint16_t at, size; /* in the record, bytes */
	uint8_t rule;
} rd_image_field;

typedef struct rd_image_section {
	uint8_t count;    /* rd_image_count */
	bool in_store;    /* the pointer stands in rd_book_store, else in rd_book */
	bool needed;      /* always there when the count is not 0 */
	uint8_t n_fields; /* 1 of the whole size: a column */
	uint16_t at;      /* of the pointer */
	uint16_t size;    /* of an element, bytes */
	const rd_image_field *fields;
} rd_image_section;

extern const rd_image_section rd_image_sections[];
extern const uint32_t rd_image_sections_count;

/* Elements of a section. */
uint64_t rd_image_n(const rd_image_head *h, const rd_image_section *s);
/* Bytes up to the next section. */
uint64_t rd_image_room(uint64_t bytes);
/* The sum of a whole image. */
uint64_t rd_image_checksum(const void *image, size_t size);
#endif
