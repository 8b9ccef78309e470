/* Puts an exported firm into a store that does not have it (store/bundle.h). */
#include "store/bundle_impl.h"
#include "store/checkpoint.h"
#include "store/db_impl.h"
#include "store/files.h"
#include "store/migrate.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include "store/tables.h"
#include "trail/lines.h"
#include <errno.h>
#include <sodium.h>

#define BLOB_MAX ((int64_t)1 << 40)

typedef struct importing {
	rd_store *s;
	rd_bundle *b;
	rd_tx tx;
	rd_arena *page; /* of one row */
	rd_str last_note;
	rd_bundle_done done;
} importing;

/* ---- the log ---- */

static rd_rc add_tiles(importing *m, const rd_tile_entry *entries, uint32_t n, rd_err *err)
{
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(rd_q_tile_add(&m->tx, entries[i].level,
		                     (int64_t)(entries[i].tile * RD_TILE_HASHES + entries[i].at),
		                     (rd_str){(const char *)entries[i].hash.byte, 32}, NULL, err));
	return RD_OK;
}

static rd_rc add_event(importing *m, const rd_trail_row *r, rd_range *range, rd_err *err)
{
	rd_tile_entry entries[RD_TILE_LEVELS - 1];
	rd_hash256 leaf = rd_event_leaf(r->body);

	RD_TRY(rd_q_event_add(&m->tx, (int64_t)r->seq, r->at_us, r->type, r->kind,
	                      (int64_t)r->record_id, r->actor, r->body, NULL, err));
	if (r->payload_state == RD_PAYLOAD_THERE)
		RD_TRY(rd_q_payload_add(&m->tx, (int64_t)r->seq, r->salt, r->payload, NULL, err));
	m->done.events++;
	return add_tiles(m, entries, rd_range_add_tiled(range, &leaf, entries), err);
}

static rd_rc import_events(importing *m, rd_err *err)
{
	rd_trail_row r = {0};
	rd_range range;
	uint8_t bytes[RD_RANGE_BYTES_MAX];
	int64_t at_us = 0;
	bool more = true;

	rd_range_init(&range);
	RD_TRY(rd_q_tree_make(&m->tx, (rd_str){"", 0}, NULL, err));
	while (more) {
		RD_TRY(rd_bundle_next_event(m->b, &r, &more, err));
		if (!more)
			break;
		at_us = r.at_us;
		RD_TRY(add_event(m, &r, &range, err));
	}
	rd_hash256 root = rd_range_root(&range);

	if (range.size != (uint64_t)m->b->size || !rd_hash256_eq(&root, &m->b->root))
		return rd_fail(err, RD_CORRUPT, "导入的日志与清单中的根不符；没有导入任何内容",
		               "the log that was read does not have the root of the manifest; nothing was "
		               "imported");
	rd_str text = {(const char *)bytes, rd_range_format(&range, bytes)};

	return rd_q_tree_save(&m->tx, (int64_t)range.size, at_us, text, NULL, err);
}

static rd_rc import_notes(importing *m, rd_err *err)
{
	bool more = true;
	rd_checkpoint c;
	rd_str note;

	while (true) {
		RD_TRY(rd_bundle_next_note(m->b, &note, &more, err));
		if (!more)
			return RD_OK;
		if (rd_checkpoint_parse(note, &c, err) != RD_OK)
			return rd_err_at(err, m->b->notes.path, m->b->notes.n);
		RD_TRY(rd_q_checkpoint_add(&m->tx, (int64_t)c.size, (rd_str){(const char *)c.root.byte, 32},
		                           note, m->tx.now_us, NULL, err));
		m->last_note = (rd_str){rd_arena_copy(m->b->home, note.ptr, note.len), note.len};
	}
}

/* ---- rows ---- */

static bool cell_of(const rd_table_column *c, const json_t *v, rd_arena *a, rd_value *ret)
{
	size_t size = 0;

	if (json_is_null(v)) {
		*ret = RD_VALUE_NULL;
		return c->nullable;
	}
	if (c->type == RD_INT) {
		*ret = RD_VALUE_INT(json_integer_value(v));
		return json_is_integer(v);
	}
	if (!json_is_string(v))
		return false;
	rd_str text = {json_string_value(v), (uint32_t)json_string_length(v)};

	*ret = RD_VALUE_TEXT(text);
	if (c->type == RD_TEXT)
		return true;
	char *bytes = rd_arena_alloc(a, text.len + 1, 1);

	if (!rd_base64_read(text, bytes, text.len + 1, &size))
		return false;
	*ret = RD_VALUE_BLOB(((rd_str){bytes, (uint32_t)size}));
	return true;
}

static rd_rc import_row(importing *m, const rd_table *t, const rd_lines *l, rd_err *err)
{
	rd_value cells[RD_TABLE_COLUMNS_MAX];
	json_t *o = json_loadb(l->line.data, l->line.size, JSON_REJECT_DUPLICATES, NULL);
	bool good = json_object_size(o) == t->n_columns;

	rd_arena_reset(m->page);
	for (uint32_t c = 0; good && c < t->n_columns; c++)
		good = cell_of(&t->columns[c], json_object_get(o, t->columns[c].name), m->page, &cells[c]);
	rd_rc rc = good ? rd_table_add(&m->tx, t, cells, err) : rd_lines_bad(l, err);

	json_decref(o);
	m->done.rows++;
	return rc;
}

static rd_rc import_table(importing *m, const rd_table *t, rd_err *err)
{
	char name[100];
	rd_lines l = {0};
	bool more = true;

	(void)snprintf(name, sizeof name, "tables/%s.jsonl", t->name);
	rd_rc rc = rd_lines_open(&l, m->b->folder, name, err);

	while (rc == RD_OK && (rc = rd_lines_next(&l, &more, err)) == RD_OK && more)
		rc = import_row(m, t, &l, err);
	rd_lines_close(&l);
	return rc;
}

static rd_rc import_tables(importing *m, rd_err *err)
{
	for (uint32_t i = 0; i < rd_tables_count; i++)
		if (rd_tables[i].what == RD_TABLE_RECORDS || rd_tables[i].what == RD_TABLE_ROWS)
			RD_TRY(import_table(m, &rd_tables[i], err));
	return RD_OK;
}

/* ---- blobs ---- */

static rd_rc copy_blob(FILE *f, rd_blob_writer *w, rd_err *err)
{
	char chunk[16384];
	size_t n;

	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		RD_TRY(rd_blob_write(w, chunk, n, err));
	return ferror(f) ? rd_fail_os(err, errno, "读不了文件", "the file cannot be read") : RD_OK;
}

static rd_rc import_blob(importing *m, const char *name, rd_err *err)
{
	rd_lines l; /* only opened as such */
	rd_blob_writer *w = NULL;
	rd_blob blob;

	RD_TRY(rd_lines_open(&l, m->b->folder, name, err));
	rd_rc rc = rd_blob_begin(m->s, m->tx.firm_id, BLOB_MAX, &w, err);

	if (rc == RD_OK) {
		rc = copy_blob(l.f, w, err);
		if (rc != RD_OK)
			rd_blob_drop(w);
		else
			rc = rd_blob_end(w, &blob, err);
	}
	rd_lines_close(&l);
	m->done.blobs++;
	return rc == RD_OK ? rd_blob_add(&m->tx, &blob, err) : rc;
}

static rd_rc import_file(void *ctx, const char *name, bool good, rd_err *err)
{
	if (!good) {
		(void)rd_fail(err, RD_CORRUPT, "文件与 SHA256SUMS 不符",
		              "the file differs from SHA256SUMS");
		return rd_err_at(err, name, 0);
	}
	return strncmp(name, "blobs/", 6) == 0 ? import_blob(ctx, name, err) : RD_OK;
}

/* ---- who it is ---- */

static rd_rc import_labels(importing *m, rd_err *err)
{
	const json_t *labels = json_object_get(m->b->manifest, "labels");
	int64_t taken = 0;

	RD_TRY(rd_db_firm(m->tx.db, 0, err));
	for (size_t i = 0; i < json_array_size(labels); i++) {
		const char *label = json_string_value(json_array_get(labels, i));

		if (label == NULL)
			continue;
		RD_TRY(rd_q_firm_label_add(&m->tx, rd_str_of(label), m->tx.firm_id, &taken, err));
		/* "" is that of the first firm of a server. */
		if (taken == 0 && *label)
			return rd_fail(err, RD_CONFLICT, "已有机构用了代号 %.60s；请导入到空的服务器",
			               "another firm has the label %.60s; import into an empty server", label);
	}
	return rd_db_firm(m->tx.db, m->tx.firm_id, err);
}

static rd_rc must_be_new(importing *m, rd_err *err)
{
	rd_q_tree_load_row row;
	bool found = false;

	RD_TRY(rd_q_tree_load(&m->tx, &row, &found, err));
	return found && row.size ? rd_fail(err, RD_CONFLICT, "机构 %jd 已在这里；请导入到空的服务器",
	                                   "firm %jd is here already; import into an empty server",
	                                   (intmax_t)m->tx.firm_id)
	                         : RD_OK;
}

/* What was signed last is gone on from: the keys of the old server count as ours. */
static rd_rc keep_signed(importing *m, rd_err *err)
{
	const json_t *keys = json_object_get(m->b->manifest, "keys");
	const char *folder = m->s->config.folder.ptr;
	char path[RD_BUNDLE_PATH];

	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *text = json_string_value(json_array_get(keys, i));
		rd_vkey key;

		RD_TRY(rd_vkey_parse(rd_str_of(text ? text : ""), &key, err));
		RD_TRY(rd_store_trust(folder, &key, err));
	}
	if (m->last_note.len == 0)
		return RD_OK;
	(void)snprintf(path, sizeof path, "%s/signed", folder);
	RD_TRY(rd_folder_make(path, err));
	(void)snprintf(path, sizeof path, "%s/signed/%jd", folder, (intmax_t)m->tx.firm_id);
	return rd_file_save(path, m->last_note, 0600, false, err);
}

static rd_rc import_rows(importing *m, rd_tx_fn *derive, rd_err *err)
{
	bool whole = false;

	RD_TRY(rd_db_begin(m->tx.db, true, err));
	RD_TRY(rd_db_firm(m->tx.db, m->tx.firm_id, err));
	RD_TRY(must_be_new(m, err));
	RD_TRY(import_labels(m, err));
	RD_TRY(import_events(m, err));
	RD_TRY(import_notes(m, err));
	RD_TRY(import_tables(m, err));
	RD_TRY(derive(&m->tx, NULL, err));
	RD_TRY(rd_bundle_files(m->b, true, import_file, m, &whole, err));
	/* Before the commit: a firm that is there without them could be signed another history. */
	RD_TRY(keep_signed(m, err));
	return rd_db_commit(m->tx.db, err);
}

static rd_rc check_bundle(const char *from, const rd_bundle *b, rd_err *err)
{
	const rd_verify_order order = {.url = rd_str_of(from), .blobs = true};
	const json_t *checksum = json_object_get(b->manifest, "schema_checksum");
	bool sound = false;

	if (json_integer_value(json_object_get(b->manifest, "schema")) != rd_n_migrations ||
	    !json_is_string(checksum) ||
	    strcmp(json_string_value(checksum), rd_migrations[rd_n_migrations - 1].checksum) != 0)
		return rd_fail(err, RD_USAGE,
		               "这份导出来自另一版本的数据库；请用同一版本导入，再运行 redink upgrade",
		               "this export is of another schema; import it with the release that made it, "
		               "then run redink upgrade");
	RD_TRY(rd_bundle_verify(&order, NULL, NULL, &sound, err));
	return sound ? RD_OK
	             : rd_fail(err, RD_CORRUPT, "导出的内容通不过校验；请运行 redink verify 查看原因",
	                       "the export does not pass verification; run redink verify to see why");
}

rd_rc rd_store_import(rd_store *s, const char *from, rd_tx_fn *derive, rd_bundle_done *ret,
                      rd_err *err)
{
	rd_bundle b;

	if (s->config.folder.len == 0)
		return rd_fail(err, RD_USAGE, "没有存放密钥和附件的文件夹；请用 --folder 给出",
		               "there is no folder for keys and blobs; name one with --folder");
	RD_TRY(rd_bundle_open(from, &b, err));
	importing m = {.s = s, .b = &b, .page = rd_arena_new(), .done.firm_id = b.firm_id};
	rd_arena *a = rd_arena_new();
	rd_rc rc = check_bundle(from, &b, err);

	m.tx = (rd_tx){.firm_id = b.firm_id, .now_us = rd_store_now_us(s), .arena = a};
	if (rc == RD_OK)
		rc = rd_db_open(s->config.url, RD_DB_WRITE, &m.tx.db, err);
	if (rc == RD_OK)
		rc = import_rows(&m, derive, err);
	rd_db_close(m.tx.db);
	rd_arena_free(m.page);
	rd_arena_free(a);
	rd_bundle_close(&b);
	if (rc == RD_OK)
		*ret = m.done;
	return rc;
}
