/*
 * shape.h - the JSON bodies that are no records: one table a body, from which come the check, the
 * values and the OpenAPI schema.
 *
 * Values come out in the order of the fields: TEXT and RAW as text, INT and BOOL as numbers, IDS
 * and ITEMS as the JSON array, ID as a number (JSON: a decimal string). What was not given is
 * RD_NULL. Unknown and repeated keys are refused; all problems are told at once.
 */
#ifndef RD_API_SHAPE_H
#define RD_API_SHAPE_H
#include "base/json.h"
#include "record/check.h"

typedef enum rd_shape_type {
	RD_SHAPE_TEXT, /* one line, without control characters */
	RD_SHAPE_RAW,  /* text as it is: several lines, or a password */
	RD_SHAPE_INT,
	RD_SHAPE_BOOL,
	RD_SHAPE_ID,     /* "123" */
	RD_SHAPE_IDS,    /* ["1", "2"] */
	RD_SHAPE_TIME,   /* RFC 3339; microseconds come out */
	RD_SHAPE_ITEMS,  /* [{"id": "1", "version": 2}, …]: records as they were read */
	RD_SHAPE_OBJECT, /* any object: checked by who uses it */
} rd_shape_type;

typedef struct rd_shape_field {
	const char *name;
	rd_shape_type type;
	bool required;
	int64_t min, max; /* TEXT, RAW: bytes; INT: values; IDS, ITEMS: how many */
	const char *help; /* English, for OpenAPI */
} rd_shape_field;

typedef struct rd_shape {
	const char *name; /* of the schema in OpenAPI */
	const rd_shape_field *fields;
	uint32_t n;
} rd_shape;

#define RD_SHAPE_FIELDS_MAX 16u

/* False: problems were added. `ret` has shape->n values; texts point into body. */
bool rd_shape_read(const rd_shape *shape, const json_t *body, rd_arena *a, rd_value *ret,
                   rd_problems *problems);
/* The ids of a field of type IDS. */
const int64_t *rd_shape_ids(const json_t *body, const char *name, rd_arena *a, uint32_t *ret_n);
typedef struct rd_shape_item {
	int64_t id, version;
} rd_shape_item;
/* The same of a field of type ITEMS. */
const rd_shape_item *rd_shape_items(const json_t *body, const char *name, rd_arena *a,
                                    uint32_t *ret_n);
/* An OpenAPI 3.1 schema as one value. */
void rd_shape_schema(const rd_shape *shape, rd_json *j);
#endif
