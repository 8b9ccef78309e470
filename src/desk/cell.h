/*
 * cell.h - the value of a field by its name, for the parts of the desk that know their kind.
 *
 * A name that the kind has not is a mistake of the program. The cell belongs to the record.
 */
#ifndef RD_DESK_CELL_H
#define RD_DESK_CELL_H
#include "base/assert.h"
#include "record/fact.h"

static inline rd_value *rd_field_cell(const rd_record *r, const char *name)
{
	int32_t i = rd_kind_field_find(r->kind, rd_str_of(name));

	RD_ASSERT(i >= 0);
	return rd_cell(r, r->kind->fields[i].column);
}

/* Whole numbers, ids, times, days; `otherwise` when there is none. */
static inline int64_t rd_field_int(const rd_record *r, const char *name, int64_t otherwise)
{
	const rd_value *v = rd_field_cell(r, name);

	return v->type == RD_NULL ? otherwise : v->i;
}

/* Texts; "" when there is none. */
static inline rd_str rd_field_str(const rd_record *r, const char *name)
{
	const rd_value *v = rd_field_cell(r, name);

	return v->type == RD_NULL ? RD_STR("") : v->str;
}
#endif
