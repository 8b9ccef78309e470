/*
 * record.h - records of named fields, for the formats whose cells have names (XML).
 *
 * rd_fields collects the fields of one record. rd_records collects journal records and hands
 * them to the builder in blocks. What a journal has is told from the fields that were met, not
 * from those that the format could have: books without a reviewer element are not books
 * whose vouchers nobody reviewed. An element that is there and empty counts as met.
 *
 * Both own what they hold; texts are copied in.
 */
#ifndef RD_IO_RECORD_H
#define RD_IO_RECORD_H
#include "book/builder.h"

typedef struct rd_fields {
	rd_arena *arena;
	rd_str cell[RD_FIELD_COUNT];
	bool met[RD_FIELD_COUNT];
} rd_fields;

void rd_fields_init(rd_fields *f);
void rd_fields_done(rd_fields *f);
void rd_fields_clear(rd_fields *f);
void rd_fields_set(rd_fields *f, rd_field field, rd_str value);
/* Fills the cells that are blank here from `from`. */
void rd_fields_inherit(rd_fields *f, const rd_fields *from);
/* The layout that names exactly the fields that were met. */
void rd_fields_layout(const rd_fields *f, rd_layout *ret_layout);

/* Small numbers by number, for what one table says about ids in another. In an arena. */
typedef struct rd_idmap {
	rd_arena *arena;
	uint64_t *keys; /* 0 = free */
	uint32_t *values;
	uint32_t n, size;
} rd_idmap;

void rd_idmap_put(rd_idmap *m, uint64_t key, uint32_t value); /* key is not 0 */
uint32_t rd_idmap_get(const rd_idmap *m, uint64_t key);       /* 0 = not there */

typedef struct rd_records rd_records;

/* chinese: the fields have Chinese names in notes, as in the file. */
rd_records *rd_records_new(rd_builder *b, rd_row file, bool chinese);
void rd_records_name(const rd_records *r, rd_layout *l); /* the same names for another table */
void rd_records_free(rd_records *r); /* NULL is fine; what was not flushed is lost */
/* For periods given without a year. Holds from the next record on. */
RD_NODISCARD rd_rc rd_records_year(rd_records *r, int32_t year, rd_err *err);
RD_NODISCARD rd_rc rd_records_add(rd_records *r, const rd_fields *f, uint32_t line, rd_err *err);
RD_NODISCARD rd_rc rd_records_flush(rd_records *r, rd_err *err);
#endif
