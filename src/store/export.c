/* Writes everything of one firm into a folder of open formats (store/bundle.h). */
#include "base/digest.h"
#include "base/json.h"
#include "store/bundle_impl.h"
#include "store/checkpoint.h"
#include "store/files.h"
#include "store/heads.h"
#include "store/migrate.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include "store/tables.h"
#include "trail/lines.h"
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#define PAGE       500u
#define LABELS_MAX 100u

/* A file that is being written, and its hash. */
typedef struct out_file {
	FILE *f;
	rd_sha256 d;
	char name[128], path[RD_BUNDLE_PATH];
} out_file;

typedef struct exporting {
	rd_store *s;
	const char *to;
	rd_tx *tx;
	rd_arena *page;
	rd_buf line;
	out_file out, sums;
	rd_vkey keys[RD_BUNDLE_KEYS_MAX];
	uint32_t n_keys;
	rd_str last_note;
	rd_head_files head;
	rd_range range;
	rd_bundle_done done;
} exporting;

/* ---- files ---- */

static rd_rc refused(const out_file *o, rd_err *err)
{
	(void)rd_fail_os(err, errno, "写不了文件", "the file cannot be written");
	return rd_err_at(err, o->path, 0);
}

static rd_rc start(exporting *x, out_file *o, const char *name, rd_err *err)
{
	(void)snprintf(o->name, sizeof o->name, "%s", name);
	(void)snprintf(o->path, sizeof o->path, "%s/%s", x->to, name);
	rd_sha256_init(&o->d);
	o->f = fopen(o->path, "wbxe");
	return o->f ? RD_OK : refused(o, err);
}

static rd_rc put(out_file *o, const void *data, size_t size, rd_err *err)
{
	rd_sha256_add(&o->d, data, size);
	return fwrite(data, 1, size, o->f) == size ? RD_OK : refused(o, err);
}

static rd_rc finish(out_file *o, char ret_hex[65], rd_err *err)
{
	uint8_t hash[32];
	bool good = fflush(o->f) == 0 && fsync(fileno(o->f)) == 0;

	good = fclose(o->f) == 0 && good;
	o->f = NULL;
	rd_sha256_end(&o->d, hash);
	(void)sodium_bin2hex(ret_hex, 65, hash, sizeof hash);
	return good ? RD_OK : refused(o, err);
}

/* Ends the file at hand and lists it. */
static rd_rc finish_listed(exporting *x, rd_err *err)
{
	char hex[65], entry[300];

	RD_TRY(finish(&x->out, hex, err));
	int n = snprintf(entry, sizeof entry, "%s  %s\n", hex, x->out.name);

	return put(&x->sums, entry, (size_t)n, err);
}

static rd_rc put_line(exporting *x, rd_json *j, rd_err *err)
{
	rd_json_end(j);
	if (x->line.full)
		return rd_fail(err, RD_LIMIT, "一条记录超过 64 MB，无法导出",
		               "a record of more than 64 MB cannot be exported");
	return put(&x->out, x->line.data, x->line.size, err);
}

static void begin_line(exporting *x, rd_json *j)
{
	rd_buf_clear(&x->line);
	rd_json_init(j, &x->line, 0);
	rd_json_object(j);
}

static void put_base64(rd_json *j, const char *key, rd_str bytes)
{
	rd_buf text;

	rd_buf_init(&text, RD_BUNDLE_LINE_MAX);
	rd_base64_put(&text, bytes.ptr, bytes.len);
	rd_json_put_str(j, key, rd_buf_view(&text));
	rd_buf_done(&text);
}

/* ---- the log ---- */

static rd_rc put_event(exporting *x, const rd_q_event_rows_row *e, rd_err *err)
{
	rd_hash256 leaf = rd_event_leaf(e->body);
	rd_json j;

	rd_range_add(&x->range, &leaf);
	begin_line(x, &j);
	rd_json_put_int(&j, "seq", e->seq);
	rd_json_put_int(&j, "at_us", e->at_us);
	rd_json_put_str(&j, "type", e->type);
	rd_json_put_str(&j, "kind", e->kind);
	rd_json_put_int(&j, "record_id", e->record_id);
	rd_json_put_str(&j, "actor", e->actor);
	put_base64(&j, "event", e->body);
	if (e->salt.ptr == NULL) {
		rd_json_key(&j, "salt");
		rd_json_null(&j);
		rd_json_key(&j, "payload");
		rd_json_null(&j);
	} else {
		put_base64(&j, "salt", e->salt);
		if (rd_utf8_check(e->payload.ptr, e->payload.len) < 0)
			rd_json_put_str(&j, "payload", e->payload);
		else
			put_base64(&j, "payload_base64", e->payload);
	}
	rd_json_close(&j);
	x->done.events++;
	return put_line(x, &j, err);
}

static rd_rc export_events(exporting *x, rd_err *err)
{
	rd_tx tx = *x->tx;
	uint32_t n = PAGE;

	tx.arena = x->page;
	rd_range_init(&x->range);
	RD_TRY(start(x, &x->out, "events.jsonl", err));
	while (n == PAGE) {
		const rd_q_event_rows_row *rows;

		rd_arena_reset(x->page);
		RD_TRY(rd_q_event_rows(&tx, (int64_t)x->range.size, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			if (rows[i].seq != (int64_t)x->range.size)
				return rd_fail(err, RD_CORRUPT, "日志缺少第 %jd 条；请运行 redink verify",
				               "event %jd of the log is missing; run redink verify",
				               (intmax_t)x->range.size);
			RD_TRY(put_event(x, &rows[i], err));
		}
	}
	return finish_listed(x, err);
}

/* The keys of ours that signed what is exported; who else signed is not told. */
static void note_key(exporting *x, rd_str note)
{
	rd_err none = {0};
	rd_checkpoint c;
	rd_vkey key;

	for (uint32_t i = 0; i < x->n_keys; i++)
		if (rd_checkpoint_verify(note, &x->keys[i], &c, &none) == RD_OK)
			return;
	if (x->n_keys < RD_BUNDLE_KEYS_MAX &&
	    rd_store_signer(x->s, x->tx->firm_id, note, &key, &none) == RD_OK)
		x->keys[x->n_keys++] = key;
}

static rd_rc export_notes(exporting *x, rd_err *err)
{
	rd_tx tx = *x->tx;
	uint32_t n = PAGE;
	int64_t size = -1;

	tx.arena = x->page;
	RD_TRY(start(x, &x->out, "checkpoints.jsonl", err));
	while (n == PAGE) {
		const rd_q_checkpoint_after_row *rows;

		rd_arena_reset(x->page);
		RD_TRY(rd_q_checkpoint_after(&tx, size, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			rd_json j;

			begin_line(x, &j);
			rd_json_put_int(&j, "size", rows[i].size);
			rd_json_put_str(&j, "note", rows[i].note);
			rd_json_close(&j);
			RD_TRY(put_line(x, &j, err));
			note_key(x, rows[i].note);
			size = rows[i].size;
		}
		if (n)
			x->last_note =
				(rd_str){rd_arena_copy(x->tx->arena, rows[n - 1].note.ptr, rows[n - 1].note.len),
			             rows[n - 1].note.len};
	}
	RD_TRY(finish_listed(x, err));
	if (x->last_note.len == 0)
		return RD_OK;
	RD_TRY(start(x, &x->out, "checkpoint.note", err));
	RD_TRY(put(&x->out, x->last_note.ptr, x->last_note.len, err));
	return finish_listed(x, err);
}

/* ---- rows ---- */

static rd_rc put_row(void *ctx, const rd_table *t, const rd_value *cells, rd_err *err)
{
	exporting *x = ctx;
	rd_json j;

	begin_line(x, &j);
	for (uint32_t c = 0; c < t->n_columns; c++) {
		const char *name = t->columns[c].name;

		switch (cells[c].type) {
		case RD_INT: rd_json_put_int(&j, name, cells[c].i); break;
		case RD_TEXT: rd_json_put_str(&j, name, cells[c].str); break;
		case RD_BLOB: put_base64(&j, name, cells[c].str); break;
		default: rd_json_key(&j, name); rd_json_null(&j);
		}
	}
	rd_json_close(&j);
	x->done.rows++;
	return put_line(x, &j, err);
}

static rd_rc export_tables(exporting *x, rd_err *err)
{
	char name[100];

	for (uint32_t i = 0; i < rd_tables_count; i++) {
		const rd_table *t = &rd_tables[i];

		if (t->what != RD_TABLE_RECORDS && t->what != RD_TABLE_ROWS)
			continue;
		(void)snprintf(name, sizeof name, "tables/%s.jsonl", t->name);
		RD_TRY(start(x, &x->out, name, err));
		RD_TRY(rd_table_each(x->tx, t, put_row, x, err));
		RD_TRY(finish_listed(x, err));
	}
	return RD_OK;
}

/* ---- blobs ---- */

static rd_rc copy_blob(exporting *x, rd_blob_reader *r, rd_err *err)
{
	char chunk[16384];
	size_t n = 1;

	while (n) {
		RD_TRY(rd_blob_read(r, chunk, sizeof chunk, &n, err));
		RD_TRY(put(&x->out, chunk, n, err));
	}
	return RD_OK;
}

static rd_rc export_blob(exporting *x, const rd_blob_id *id, rd_err *err)
{
	char hex[65], name[100], folder[RD_BUNDLE_PATH];
	rd_blob_reader *r = NULL;

	(void)sodium_bin2hex(hex, sizeof hex, id->sha256, 32);
	(void)snprintf(folder, sizeof folder, "%s/blobs/%.2s", x->to, hex);
	(void)snprintf(name, sizeof name, "blobs/%.2s/%s", hex, hex);
	RD_TRY(rd_folder_make(folder, err));
	RD_TRY(start(x, &x->out, name, err));
	RD_TRY(rd_blob_open(x->s, x->tx->firm_id, id, &r, err));
	rd_rc rc = copy_blob(x, r, err);

	rd_blob_close(r);
	x->done.blobs++;
	return rc == RD_OK ? finish_listed(x, err) : rd_err_at(err, x->out.path, 0);
}

static rd_rc export_blobs(exporting *x, rd_err *err)
{
	rd_tx tx = *x->tx;
	rd_blob_id id = {{0}};
	rd_str after = {(const char *)id.sha256, 0};
	uint32_t n = PAGE;

	tx.arena = x->page;
	while (n == PAGE) {
		const rd_q_blob_after_row *rows;

		rd_arena_reset(x->page);
		RD_TRY(rd_q_blob_after(&tx, after, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			if (rows[i].sha256.len != 32)
				return rd_fail(err, RD_CORRUPT, "附件的名称已损坏",
				               "the name of a blob is damaged");
			memcpy(id.sha256, rows[i].sha256.ptr, 32);
			after.len = 32;
			RD_TRY(export_blob(x, &id, err));
		}
	}
	return RD_OK;
}

/* ---- the manifest ---- */

static rd_rc put_labels(exporting *x, rd_json *j, rd_err *err)
{
	const rd_q_firm_labels_of_row *rows;
	uint32_t n;

	RD_TRY(rd_db_firm(x->tx->db, 0, err));
	RD_TRY(rd_q_firm_labels_of(x->tx, x->tx->firm_id, LABELS_MAX, &rows, &n, err));
	RD_TRY(rd_db_firm(x->tx->db, x->tx->firm_id, err));
	rd_json_key(j, "labels");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		rd_json_str(j, rows[i].label);
	rd_json_close(j);
	return RD_OK;
}

static void put_head(exporting *x, rd_json *j)
{
	rd_hash256 root = rd_range_root(&x->range);
	rd_buf key;

	rd_json_key(j, "log");
	rd_json_object(j);
	rd_json_put_int(j, "size", (int64_t)x->range.size);
	put_base64(j, "root", (rd_str){(const char *)root.byte, 32});
	rd_json_close(j);
	rd_json_key(j, "keys");
	rd_json_array(j);
	rd_buf_init(&key, 1024);
	for (uint32_t i = 0; i < x->n_keys; i++) {
		rd_buf_clear(&key);
		rd_vkey_format(&x->keys[i], &key);
		rd_json_str(j, rd_buf_view(&key));
	}
	rd_buf_done(&key);
	rd_json_close(j);
}

static rd_rc export_manifest(exporting *x, const char *sums, rd_err *err)
{
	char firm_id[24], path[RD_BUNDLE_PATH];
	rd_json j;

	(void)snprintf(firm_id, sizeof firm_id, "%jd", (intmax_t)x->tx->firm_id);
	rd_buf_clear(&x->line);
	rd_json_init(&j, &x->line, 2);
	rd_json_object(&j);
	rd_json_put_text(&j, "format", RD_BUNDLE_FORMAT);
	rd_json_put_text(&j, "firm_id", firm_id);
	RD_TRY(put_labels(x, &j, err));
	rd_json_put_int(&j, "schema", rd_n_migrations);
	rd_json_put_text(&j, "schema_checksum", rd_migrations[rd_n_migrations - 1].checksum);
	put_head(x, &j);
	rd_json_put_text(&j, "sums_sha256", sums);
	rd_json_close(&j);
	rd_json_end(&j);
	(void)snprintf(path, sizeof path, "%s/manifest.json", x->to);
	return rd_file_save(path, rd_buf_view(&x->line), 0600, true, err);
}

static rd_rc export_text(exporting *x, const char *name, rd_str text, rd_err *err)
{
	RD_TRY(start(x, &x->out, name, err));
	RD_TRY(put(&x->out, text.ptr, text.len, err));
	return finish_listed(x, err);
}

static rd_rc export_head(exporting *x, rd_err *err)
{
	if (x->head.size == 0)
		return RD_OK;
	RD_TRY(export_text(x, RD_HEAD_PROOF_FILE, x->head.proof, err));
	return export_text(x, RD_HEAD_OPEN_FILE, x->head.open, err);
}

static rd_rc export_all(rd_tx *tx, void *ctx, rd_err *err)
{
	exporting *x = ctx;
	rd_q_tree_load_row tree;
	bool found = false;
	char hex[65];

	x->tx = tx;
	RD_TRY(rd_q_tree_load(tx, &tree, &found, err));
	if (!found || tree.size == 0)
		return rd_fail(err, RD_NOT_FOUND, "没有机构 %jd；redink key 列出各机构",
		               "there is no firm %jd; redink key lists them", (intmax_t)tx->firm_id);
	RD_TRY(start(x, &x->sums, "SHA256SUMS", err));
	RD_TRY(export_events(x, err));
	RD_TRY(export_notes(x, err));
	RD_TRY(export_head(x, err));
	RD_TRY(export_tables(x, err));
	RD_TRY(export_blobs(x, err));
	RD_TRY(finish(&x->sums, hex, err));
	return export_manifest(x, hex, err);
}

static rd_rc make_folders(const char *to, rd_err *err)
{
	char path[RD_BUNDLE_PATH];

	RD_TRY(rd_folder_must_be_empty(to, err));
	(void)snprintf(path, sizeof path, "%s/tables", to);
	return rd_folder_make(path, err);
}

rd_rc rd_store_export(rd_store *s, int64_t firm_id, const char *to, rd_bundle_done *ret,
                      rd_err *err)
{
	rd_signed head;
	rd_err unsigned_ = {0}; /* a log that may not be signed is exported all the same */

	RD_TRY(make_folders(to, err));
	rd_arena *a = rd_arena_new();
	exporting *x = RD_NEW(a, exporting);

	x->s = s;
	x->to = to;
	x->page = rd_arena_new();
	x->done.firm_id = firm_id;
	rd_buf_init(&x->line, RD_BUNDLE_LINE_MAX);
	rd_rc rc = rd_store_sign(s, firm_id, a, &head, &unsigned_);

	/* Before the firm itself is read: what stands there, is then among its checkpoints. */
	rc = rd_head_prove(s, firm_id, a, &x->head, err);
	if (rc == RD_OK)
		rc = rd_store_read(s, firm_id, a, export_all, x, err);
	if (x->out.f)
		(void)fclose(x->out.f);
	if (x->sums.f)
		(void)fclose(x->sums.f);
	if (rc == RD_OK)
		*ret = x->done;
	rd_buf_done(&x->line);
	rd_arena_free(x->page);
	rd_arena_free(a);
	return rc;
}
