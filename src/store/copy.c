#include "store/copy.h"
#include "base/buf.h"
#include "store/db_impl.h"

#define TABLES_MAX  1000u
#define COLUMNS_MAX 200u
#define PAGE        500u
#define TEXT_MAX    65536u

typedef struct table {
	rd_str name;
	rd_rows columns; /* name, type, place in the key (0 = none) */
	bool done;
} table;

/* The SQLite side knows the schema: it is asked for tables, columns and references. */
static rd_rc describe(rd_db *lite, rd_arena *a, table **ret, uint32_t *ret_n, rd_err *err)
{
	rd_rows names;

	RD_TRY(rd_db_select(lite,
	                    RD_STR("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT "
	                           "LIKE 'sqlite_%' AND name <> 'schema_version' ORDER BY name"),
	                    NULL, 0, TABLES_MAX, a, &names, err));
	table *tables = RD_NEW_N(a, table, names.n + 1);

	for (uint32_t i = 0; i < names.n; i++) {
		tables[i].name = names.cells[i].str;
		RD_TRY(rd_db_select(lite,
		                    RD_STR("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid"),
		                    &names.cells[i], 1, COLUMNS_MAX, a, &tables[i].columns, err));
	}
	*ret = tables;
	*ret_n = names.n;
	return RD_OK;
}

static rd_rc is_ready(rd_db *lite, table *tables, uint32_t n, const table *t, rd_arena *a,
                      bool *ret, rd_err *err)
{
	rd_value name = RD_VALUE_TEXT(t->name);
	rd_rows refs;

	RD_TRY(rd_db_select(lite, RD_STR("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)"),
	                    &name, 1, COLUMNS_MAX, a, &refs, err));
	*ret = true;
	for (uint32_t r = 0; r < refs.n; r++)
		for (uint32_t i = 0; i < n; i++)
			if (rd_str_eq(tables[i].name, refs.cells[r].str) && &tables[i] != t && !tables[i].done)
				*ret = false;
	return RD_OK;
}

static rd_type type_of(rd_str declared)
{
	return rd_str_is(declared, "BIGINT") ? RD_INT : rd_str_is(declared, "TEXT") ? RD_TEXT : RD_BLOB;
}

static void list_columns(const table *t, rd_buf *out)
{
	for (uint32_t c = 0; c < t->columns.n; c++)
		rd_buf_printf(out, "%s\"" RD_STR_FMT "\"", c ? ", " : "",
		              RD_STR_ARG(t->columns.cells[(size_t)c * 3].str));
}

/* Columns of the key in their order; answers how many. */
static uint32_t key_of(const table *t, uint32_t key[COLUMNS_MAX])
{
	uint32_t n = 0;

	for (uint32_t c = 0; c < t->columns.n; c++) {
		int64_t at = t->columns.cells[(size_t)c * 3 + 2].i;

		if (at > 0) {
			key[at - 1] = c;
			n++;
		}
	}
	return n;
}

/* SELECT … WHERE (key) > ($1, …) ORDER BY key LIMIT …; the first page without the condition. */
static rd_str page_text(const table *t, const uint32_t *key, uint32_t n_key, bool first,
                        rd_arena *a)
{
	rd_buf b, keys;

	rd_buf_init(&b, TEXT_MAX);
	rd_buf_init(&keys, TEXT_MAX);
	for (uint32_t i = 0; i < n_key; i++)
		rd_buf_printf(&keys, "%s\"" RD_STR_FMT "\"", i ? ", " : "",
		              RD_STR_ARG(t->columns.cells[(size_t)key[i] * 3].str));
	rd_buf_puts(&b, "SELECT ");
	list_columns(t, &b);
	rd_buf_printf(&b, " FROM \"" RD_STR_FMT "\"", RD_STR_ARG(t->name));
	if (!first) {
		rd_buf_printf(&b, " WHERE (%s) > (", keys.data);
		for (uint32_t i = 0; i < n_key; i++)
			rd_buf_printf(&b, "%s$%u", i ? ", " : "", i + 1);
		rd_buf_puts(&b, ")");
	}
	rd_buf_printf(&b, " ORDER BY %s LIMIT %u", keys.data, PAGE);
	rd_str out = {rd_arena_copy(a, b.data, b.size), (uint32_t)b.size};

	rd_buf_done(&keys);
	rd_buf_done(&b);
	return out;
}

static rd_statement *insert_of(const table *t, rd_arena *a)
{
	rd_statement *st = RD_NEW(a, rd_statement);
	rd_type *in = RD_NEW_N(a, rd_type, t->columns.n);
	rd_buf b;

	rd_buf_init(&b, TEXT_MAX);
	rd_buf_printf(&b, "INSERT INTO \"" RD_STR_FMT "\" (", RD_STR_ARG(t->name));
	list_columns(t, &b);
	rd_buf_puts(&b, ") VALUES (");
	for (uint32_t c = 0; c < t->columns.n; c++) {
		rd_buf_printf(&b, "%s$%u", c ? ", " : "", c + 1);
		in[c] = type_of(t->columns.cells[(size_t)c * 3 + 1].str);
	}
	rd_buf_puts(&b, ")");
	st->name = rd_arena_copy(a, t->name.ptr, t->name.len);
	st->pg = st->sqlite = rd_arena_copy(a, b.data, b.size);
	st->in = in;
	st->n_in = (uint16_t)t->columns.n;
	rd_buf_done(&b);
	return st;
}

static rd_rc copy_table(rd_db *from, rd_db *to, const table *t, rd_arena *a, rd_err *err)
{
	uint32_t key[COLUMNS_MAX], n_key = key_of(t, key), n = PAGE;
	rd_value last[COLUMNS_MAX];
	const rd_statement *insert = insert_of(t, a);
	rd_arena *pages[2] = {rd_arena_new(),
	                      rd_arena_new()}; /* the last key lies in the page before */
	rd_rc rc = RD_OK;

	for (uint32_t p = 0; rc == RD_OK && n == PAGE; p++) {
		rd_arena *page = pages[p & 1];
		rd_rows rows = {0};

		rd_arena_reset(page);
		rc = rd_db_select(from, page_text(t, key, n_key, p == 0, page), last, p ? n_key : 0, PAGE,
		                  page, &rows, err);
		n = rows.n;
		for (uint32_t r = 0; rc == RD_OK && r < n; r++)
			rc = rd_db_exec(to, insert, rows.cells + (size_t)r * rows.width, NULL, err);
		for (uint32_t k = 0; rc == RD_OK && n && k < n_key; k++)
			last[k] = rows.cells[(size_t)(n - 1) * rows.width + key[k]];
	}
	rd_arena_free(pages[0]);
	rd_arena_free(pages[1]);
	return rc;
}

rd_rc rd_db_copy(rd_db *from, rd_db *to, rd_err *err)
{
	rd_db *lite = rd_db_backend(from) == RD_SQLITE ? from : to;
	/* The statements of the target are known by addresses in here: it lives as long as `to`. */
	rd_arena *a = to->home;
	table *tables = NULL;
	uint32_t n = 0, left, before;

	RD_TRY(describe(lite, a, &tables, &n, err));
	for (left = before = n; left; before = left) {
		for (uint32_t i = 0; i < n; i++) {
			bool ready = false;

			if (tables[i].done)
				continue;
			RD_TRY(is_ready(lite, tables, n, &tables[i], a, &ready, err));
			if (!ready)
				continue;
			RD_TRY(copy_table(from, to, &tables[i], a, err));
			tables[i].done = true;
			left--;
		}
		if (left == before)
			return rd_fail(err, RD_USAGE, "表之间互相引用成环，无法复制",
			               "tables refer to each other in a circle and cannot be copied");
	}
	return RD_OK;
}
