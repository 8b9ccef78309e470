#include "store/tables.h"
#include "base/assert.h"

#define PAGE 500u /* rows; the LIMIT of the statements */

const rd_table *rd_table_find(rd_str name)
{
	for (uint32_t i = 0; i < rd_tables_count; i++)
		if (rd_str_is(name, rd_tables[i].name))
			return &rd_tables[i];
	return NULL;
}

rd_rc rd_table_each(rd_tx *tx, const rd_table *t, rd_table_row_fn *fn, void *ctx, rd_err *err)
{
	rd_arena *pages[2] = {rd_arena_new(), rd_arena_new()}; /* the last key lies in the one before */
	rd_value in[RD_TABLE_COLUMNS_MAX + 1] = {RD_VALUE_INT(tx->firm_id)};
	uint32_t n = PAGE;
	rd_rc rc = RD_OK;

	RD_ASSERT(t->n_columns <= RD_TABLE_COLUMNS_MAX);
	for (uint32_t p = 0; rc == RD_OK && n == PAGE; p++) {
		rd_arena *page = pages[p & 1];
		rd_rows rows = {0};

		rd_arena_reset(page);
		rc = rd_db_all(tx->db, p ? &t->next : &t->first, in, PAGE, page, &rows, err);
		n = rows.n;
		for (uint32_t r = 0; rc == RD_OK && r < n; r++)
			rc = fn(ctx, t, rows.cells + (size_t)r * rows.width, err);
		for (uint32_t k = 0; rc == RD_OK && n && k < t->n_key; k++)
			in[k + 1] = rows.cells[(size_t)(n - 1) * rows.width + t->key[k]];
	}
	rd_arena_free(pages[0]);
	rd_arena_free(pages[1]);
	return rc;
}

rd_rc rd_table_add(rd_tx *tx, const rd_table *t, const rd_value *cells, rd_err *err)
{
	rd_value in[RD_TABLE_COLUMNS_MAX + 1] = {RD_VALUE_INT(tx->firm_id)};

	memcpy(in + 1, cells, t->n_columns * sizeof *cells);
	return rd_db_exec(tx->db, &t->insert, in, NULL, err);
}

typedef struct digesting {
	rd_sha256 d;
	int64_t rows;
} digesting;

static rd_rc digest_row(void *ctx, const rd_table *t, const rd_value *cells, rd_err *err)
{
	digesting *g = ctx;

	(void)err;
	for (uint32_t c = 0; c < t->n_columns; c++) {
		const rd_value *v = &cells[c];
		bool number = v->type == RD_INT;
		uint8_t type = (uint8_t)v->type;
		int64_t size = number ? v->i : v->type == RD_NULL ? 0 : (int64_t)v->str.len;

		rd_sha256_add(&g->d, &type, 1);
		rd_sha256_add(&g->d, &size, sizeof size);
		if (!number && size)
			rd_sha256_add(&g->d, v->str.ptr, v->str.len);
	}
	g->rows++;
	return RD_OK;
}

rd_rc rd_table_digest_of(rd_tx *tx, const rd_table *t, rd_table_digest *ret, rd_err *err)
{
	digesting g = {0};

	rd_sha256_init(&g.d);
	RD_TRY(rd_table_each(tx, t, digest_row, &g, err));
	rd_sha256_end(&g.d, ret->sha256);
	ret->rows = g.rows;
	return RD_OK;
}
