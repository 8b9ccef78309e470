#include "io/record.h"
#include "base/assert.h"
#include "base/hash.h"

#define BLOCK 1024u /* records held back; 1 MiB of cells */

struct rd_records {
	rd_arena *arena; /* of the struct */
	rd_arena *texts; /* of the records held back */
	rd_builder *builder;
	rd_row file;
	rd_rows *rows;
	rd_layout layout;
	bool met[RD_FIELD_COUNT];
	rd_text *heads;
	bool widened; /* `met` grew since `rows` was made */
	uint32_t n;
	uint32_t lines[BLOCK];
	rd_str cells[BLOCK][RD_FIELD_COUNT];
};

void rd_fields_init(rd_fields *f)
{
	*f = (rd_fields){.arena = rd_arena_new()};
	rd_fields_clear(f);
}

void rd_fields_done(rd_fields *f)
{
	rd_arena_free(f->arena);
	f->arena = NULL;
}

void rd_fields_clear(rd_fields *f)
{
	rd_arena_reset(f->arena);
	for (uint32_t i = 0; i < RD_FIELD_COUNT; i++)
		f->cell[i] = RD_STR("");
	memset(f->met, 0, sizeof f->met);
}

void rd_fields_set(rd_fields *f, rd_field field, rd_str value)
{
	RD_ASSERT(field < RD_FIELD_COUNT);
	value = rd_str_trim(value);
	f->met[field] = true;
	f->cell[field] = (rd_str){rd_arena_copy(f->arena, value.ptr, value.len), value.len};
}

void rd_fields_inherit(rd_fields *f, const rd_fields *from)
{
	for (uint32_t i = 0; i < RD_FIELD_COUNT; i++)
		if (from->met[i] && f->cell[i].len == 0)
			rd_fields_set(f, (rd_field)i, from->cell[i]);
}

static void layout_of(const bool *met, rd_layout *ret)
{
	rd_layout_identity(ret);
	for (uint32_t i = 0; i < RD_FIELD_COUNT; i++)
		if (!met[i])
			ret->column[i] = -1;
}

void rd_fields_layout(const rd_fields *f, rd_layout *ret_layout)
{
	layout_of(f->met, ret_layout);
}

static uint32_t slot_of(const rd_idmap *m, uint64_t key)
{
	uint32_t i = (uint32_t)rd_mix(1, key) & (m->size - 1);

	while (m->keys[i] != 0 && m->keys[i] != key)
		i = (i + 1) & (m->size - 1);
	return i;
}

void rd_idmap_put(rd_idmap *m, uint64_t key, uint32_t value)
{
	RD_ASSERT(key != 0);
	if (m->n >= m->size / 2) {
		rd_idmap old = *m;

		m->size = old.size ? old.size * 2 : 64;
		m->keys = RD_NEW_N(m->arena, uint64_t, m->size);
		m->values = RD_NEW_N(m->arena, uint32_t, m->size);
		for (uint32_t k = 0; k < old.size; k++) {
			uint32_t i = old.keys[k] ? slot_of(m, old.keys[k]) : 0;

			if (old.keys[k] == 0)
				continue;
			m->keys[i] = old.keys[k];
			m->values[i] = old.values[k];
		}
	}
	uint32_t i = slot_of(m, key);
	m->n += m->keys[i] == 0;
	m->keys[i] = key;
	m->values[i] = value;
}

uint32_t rd_idmap_get(const rd_idmap *m, uint64_t key)
{
	if (m->n == 0 || key == 0)
		return 0;
	uint32_t i = slot_of(m, key);
	return m->keys[i] == key ? m->values[i] : 0;
}

rd_records *rd_records_new(rd_builder *b, rd_row file, bool chinese)
{
	rd_arena *a = rd_arena_new();
	rd_records *r = RD_NEW(a, rd_records);

	r->arena = a;
	r->texts = rd_arena_new();
	r->builder = b;
	r->file = file;
	r->heads = rd_builder_heads(b, RD_FIELD_COUNT);
	for (uint32_t i = 0; i < RD_FIELD_COUNT; i++) {
		rd_words w = rd_field_words((rd_field)i);

		r->heads[i] = rd_builder_text(b, rd_str_of(chinese ? w.zh : w.en));
	}
	return r;
}

void rd_records_name(const rd_records *r, rd_layout *l)
{
	l->heads = r->heads;
	l->n_columns = RD_FIELD_COUNT;
}

void rd_records_free(rd_records *r)
{
	if (r == NULL)
		return;
	rd_rows_free(r->rows);
	rd_arena_free(r->texts);
	rd_arena_free(r->arena);
}

rd_rc rd_records_year(rd_records *r, int32_t year, rd_err *err)
{
	if (r->layout.year == year)
		return RD_OK;
	RD_TRY(rd_records_flush(r, err));
	r->layout.year = year;
	r->widened = true;
	return RD_OK;
}

rd_rc rd_records_add(rd_records *r, const rd_fields *f, uint32_t line, rd_err *err)
{
	rd_str *cells = r->cells[r->n];

	for (uint32_t i = 0; i < RD_FIELD_COUNT; i++) {
		rd_str v = f->cell[i];

		r->widened |= f->met[i] && !r->met[i];
		r->met[i] |= f->met[i];
		cells[i] = RD_STR("");
		if (v.len)
			cells[i] = (rd_str){rd_arena_copy(r->texts, v.ptr, v.len), v.len};
	}
	r->lines[r->n++] = line;
	return r->n < BLOCK ? RD_OK : rd_records_flush(r, err);
}

rd_rc rd_records_flush(rd_records *r, rd_err *err)
{
	rd_rc rc = RD_OK;

	if (r->n == 0)
		return RD_OK;
	if (r->rows == NULL || r->widened) {
		int32_t year = r->layout.year;

		rd_rows_free(r->rows);
		layout_of(r->met, &r->layout);
		r->layout.year = year;
		rd_records_name(r, &r->layout);
		r->rows = rd_rows_new(r->builder, r->file, &r->layout);
		r->widened = false;
	}
	for (uint32_t i = 0; i < r->n; i++)
		rd_rows_add(r->rows, r->cells[i], RD_FIELD_COUNT, r->lines[i]);
	rc = rd_rows_commit(r->rows, err);
	r->n = 0;
	rd_arena_reset(r->texts);
	return rc;
}
