#include "record/show.h"
#include "base/assert.h"
#include "base/day.h"
#include <stdio.h>

static void put_id(rd_json *j, int64_t id)
{
	char text[24];

	snprintf(text, sizeof text, "%jd", (intmax_t)id);
	rd_json_text(j, text);
}

void rd_show_time(int64_t at_us, char out[40])
{
	int64_t us = at_us % 1000000, s = at_us / 1000000, day;

	if (us < 0) {
		us += 1000000;
		s--;
	}
	day = s / 86400;
	s %= 86400;
	if (s < 0) {
		s += 86400;
		day--;
	}
	rd_date d = rd_day_date((rd_day)day);
	int n = snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day,
	                 (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));

	if (us)
		n += snprintf(out + n, 40 - (size_t)n, ".%06d", (int)us);
	snprintf(out + n, 40 - (size_t)n, "Z");
}

static void put_time(rd_json *j, int64_t at_us)
{
	char text[40];

	rd_show_time(at_us, text);
	rd_json_text(j, text);
}

static void put_masked(rd_json *j)
{
	rd_json_object(j);
	rd_json_put_bool(j, "masked", true);
	rd_json_close(j);
}

static void put_money(rd_json *j, const rd_value *cells)
{
	rd_json_object(j);
	rd_json_put_int(j, "minor", cells[0].i);
	rd_json_put_str(j, "currency", cells[1].str);
	rd_json_close(j);
}

static void put_any(rd_json *j, const rd_value *cells)
{
	rd_json_object(j);
	rd_json_put_str(j, "kind", cells[1].str);
	rd_json_key(j, "id");
	put_id(j, cells[0].i);
	rd_json_close(j);
}

void rd_show_value(rd_json *j, const rd_field *f, const rd_value *cells, rd_show_view view)
{
	char day[16];

	if (cells->type == RD_NULL) {
		rd_json_null(j);
		return;
	}
	if (f->secret && !view.secrets) {
		put_masked(j);
		return;
	}
	switch (f->type) {
	case RD_FIELD_TEXT:
	case RD_FIELD_LONG:
	case RD_FIELD_ENUM: rd_json_str(j, cells->str); break;
	case RD_FIELD_INT: rd_json_int(j, cells->i); break;
	case RD_FIELD_BOOL: rd_json_bool(j, cells->i != 0); break;
	case RD_FIELD_MONEY: put_money(j, cells); break;
	case RD_FIELD_DATE:
		rd_day_format((rd_day)cells->i, day);
		rd_json_text(j, day);
		break;
	case RD_FIELD_TIME: put_time(j, cells->i); break;
	case RD_FIELD_REF:
	case RD_FIELD_FILE: put_id(j, cells->i); break;
	case RD_FIELD_ANY: put_any(j, cells); break;
	default: rd_json_raw(j, cells->str); /* a JSON array, as the writer made it */
	}
}

/* A common column as it is shown; client, owner, team and due are fields of their own. */
static void put_common(rd_json *j, const rd_kind *k, const rd_value *row, rd_common column)
{
	const rd_value *v = row + column;

	rd_json_key(j, k->columns[column].key);
	if (v->type == RD_NULL)
		rd_json_null(j);
	else if (v->type == RD_TEXT)
		rd_json_str(j, v->str);
	else if (column == RD_COL_VERSION)
		rd_json_int(j, v->i);
	else if (column == RD_COL_RESTRICTED)
		rd_json_bool(j, v->i != 0);
	else if (column == RD_COL_CREATED_AT || column == RD_COL_CHANGED_AT ||
	         column == RD_COL_ARCHIVED_AT || column == RD_COL_DUE)
		put_time(j, v->i);
	else
		put_id(j, v->i);
}

bool rd_show_has(const rd_kind *k, rd_common column, rd_show_view view)
{
	switch (column) {
	case RD_COL_OWNER:
		return (k->common[column].used || k->own == RD_OWN_OWNER) &&
		       (!view.client || k->common[column].client_visible);
	case RD_COL_CLIENT: return k->common[column].used || k->own == RD_OWN_CLIENT;
	case RD_COL_TEAM:
	case RD_COL_DUE:
		return k->common[column].used && (!view.client || k->common[column].client_visible);
	case RD_COL_NUMBER: return k->number != NULL;
	case RD_COL_FIRM: return false;
	case RD_COL_RESTRICTED:
	case RD_COL_CREATED_BY:
	case RD_COL_CHANGED_BY: return !view.client;
	default: return true;
	}
}

rd_str rd_show_title(const rd_kind *k, const rd_value *row)
{
	const rd_value *v = row + k->fields[k->title].column;

	return v->type == RD_TEXT ? v->str : RD_STR("");
}

static void put_title(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view)
{
	const rd_field *f = &k->fields[k->title];

	if (strcmp(f->name, "title") == 0)
		return; /* it is shown among the fields */
	if (view.client && !f->client_visible)
		return;
	rd_json_put_str(j, "title", rd_show_title(k, row));
}

static void put_labels(rd_json *j, const rd_field *f, const rd_value *cells)
{
	const rd_option *o;
	char key[64];

	if (f->type != RD_FIELD_ENUM || cells->type != RD_TEXT)
		return;
	o = rd_field_option_find(f, cells->str);
	snprintf(key, sizeof key, "%s_label", f->name);
	if (o)
		rd_json_put_words(j, key, o->label);
}

static void put_state(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view)
{
	int32_t state =
		row[RD_COL_STATE].type == RD_TEXT ? rd_kind_state_find(k, row[RD_COL_STATE].str) : -1;

	put_common(j, k, row, RD_COL_STATE);
	if (view.labels && state >= 0)
		rd_json_put_words(j, "state_label", k->states[state].label);
}

static void put_field(rd_json *j, const rd_field *f, const rd_value *row, rd_show_view view)
{
	if (view.client && !f->client_visible)
		return;
	rd_json_key(j, f->name);
	rd_show_value(j, f, row + f->column, view);
	if (view.labels)
		put_labels(j, f, row + f->column);
}

static void put_head(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view)
{
	put_common(j, k, row, RD_COL_ID);
	rd_json_put_text(j, "kind", k->name);
	put_common(j, k, row, RD_COL_VERSION);
	put_title(j, k, row, view);
	put_state(j, k, row, view);
}

void rd_show_members(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view)
{
	put_head(j, k, row, view);
	for (int c = RD_COL_NUMBER; c < RD_COMMON_COUNT; c++)
		if (c != RD_COL_STATE && rd_show_has(k, (rd_common)c, view))
			put_common(j, k, row, (rd_common)c);
	for (uint16_t i = 0; i < k->n_fields; i++)
		put_field(j, &k->fields[i], row, view);
}

void rd_show_record(rd_json *j, const rd_kind *k, const rd_value *row, rd_show_view view)
{
	rd_json_object(j);
	rd_show_members(j, k, row, view);
	rd_json_close(j);
}

void rd_show_columns(rd_json *j, const rd_kind *k, const rd_value *row, const uint16_t *columns,
                     uint32_t n, rd_show_view view)
{
	bool shown[RD_KIND_COLUMNS_MAX] = {[RD_COL_ID] = true,
	                                   [RD_COL_VERSION] = true,
	                                   [RD_COL_STATE] = true,
	                                   [RD_COL_ARCHIVED_AT] = true};

	rd_json_object(j);
	put_head(j, k, row, view);
	put_common(j, k, row, RD_COL_ARCHIVED_AT);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t c = columns[i];

		RD_ASSERT(c < k->n_columns);
		if (shown[c])
			continue;
		shown[c] = true;
		if (c >= RD_COMMON_COUNT)
			put_field(j, &k->fields[k->columns[c].field], row, view);
		else if (rd_show_has(k, (rd_common)c, view))
			put_common(j, k, row, (rd_common)c);
	}
	rd_json_close(j);
}

bool rd_value_same(const rd_value *a, const rd_value *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == RD_NULL)
		return true;
	return a->type == RD_INT ? a->i == b->i : rd_str_eq(a->str, b->str);
}

uint32_t rd_show_changed(rd_json *j, const rd_kind *k, const rd_value *before,
                         const rd_value *after)
{
	static const rd_value none = {.type = RD_NULL};
	uint32_t n = 0;

	rd_json_object(j);
	for (uint16_t i = RD_COL_VERSION; i < k->n_columns; i++) {
		const rd_value *v = after + i;

		if (rd_value_same(before ? before + i : &none, v))
			continue;
		rd_json_key(j, k->columns[i].name);
		if (v->type == RD_NULL)
			rd_json_null(j);
		else if (v->type == RD_INT)
			rd_json_int(j, v->i);
		else
			rd_json_str(j, v->str);
		n++;
	}
	rd_json_close(j);
	return n;
}
