#include "desk/package.h"
#include "base/digest.h"
#include "base/json.h"
#include "desk/package_impl.h"
#include "record/find.h"
#include "record/guard.h"
#include "record/show.h"
#include "store/blob.h"
#include "store/queries.gen.h"
#include "trail/proof.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#define TEXT_MAX    (256u << 20)
#define EVENTS_PAGE 500u

rd_rc rd_package_person(rd_tx *tx, rd_str actor, rd_str *ret, rd_err *err)
{
	int64_t id = rd_guard_person(actor);
	rd_q_recipient_get_row row;
	bool found = false;

	*ret = RD_STR("");
	if (id)
		RD_TRY(rd_q_recipient_get(tx, id, &row, &found, err));
	if (found)
		*ret = row.name;
	return RD_OK;
}

/* ---- what belongs to it ---- */

static rd_rc too_much(rd_err *err)
{
	return rd_fail(err, RD_LIMIT, "这起异常的资料太多，一个资料包放不下；请按附件分别下载",
	               "the case has too much for one package; download its files one by one");
}

static rd_rc add_record(package *p, const rd_record *r, rd_err *err)
{
	for (uint32_t i = 0; i < p->n_records; i++)
		if (p->records[i].kind == r->kind &&
		    rd_cell(&p->records[i], RD_COL_ID)->i == rd_cell(r, RD_COL_ID)->i)
			return RD_OK;
	if (p->n_records == RD_PACKAGE_RECORDS_MAX)
		return too_much(err);
	p->records[p->n_records++] = *r;
	return RD_OK;
}

static rd_rc gather_records(package *p, rd_err *err)
{
	const rd_kind *kind = rd_kind_find(RD_STR("case"));
	const rd_actor *actor = p->order->actor;
	const rd_reference *refs;
	const rd_linked *links;
	rd_record c;
	uint32_t n;

	RD_TRY(rd_record_get(p->tx, actor, kind, p->order->case_id, &c, err));
	RD_TRY(add_record(p, &c, err));
	RD_TRY(rd_find_references(p->tx, actor, kind, p->order->case_id, &refs, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(add_record(p, &refs[i].from, err));
	RD_TRY(rd_around_links(p->tx, actor, kind, p->order->case_id, &links, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(add_record(p, &links[i].other, err));
	return RD_OK;
}

/* A name that every file system takes: what is not letter, digit or CJK becomes '-'. */
static void path_of(package_file *f, uint32_t number)
{
	char *out = f->path;
	int n = snprintf(out, sizeof f->path, "files/%04u-", number);
	uint32_t room = (uint32_t)sizeof f->path - 1;
	rd_str name = f->attached.name;
	uint32_t at = (uint32_t)n;

	for (uint32_t i = 0; i < name.len && at < room; i++) {
		unsigned char c = (unsigned char)name.ptr[i];

		out[at++] = c < 0x20 || strchr("\\/:*?\"<>|", c) ? '-' : (char)c;
	}
	while (at > 0 && ((unsigned char)out[at - 1] & 0xc0) == 0x80 && name.len > room)
		at--; /* no half of a character at the end */
	out[at] = '\0';
}

static rd_rc gather_files(package *p, rd_err *err)
{
	int64_t bytes = 0;

	p->files = RD_NEW_N(p->tx->arena, package_file, RD_PACKAGE_FILES_MAX);
	for (uint32_t r = 0; r < p->n_records; r++) {
		const rd_record *of = &p->records[r];
		const rd_attached *list;
		uint32_t n;

		RD_TRY(rd_around_attachments(p->tx, p->order->actor, of->kind, rd_cell(of, RD_COL_ID)->i,
		                             &list, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			package_file *f = &p->files[p->n_files];

			bytes += list[i].size;
			if (p->n_files == RD_PACKAGE_FILES_MAX || bytes > RD_PACKAGE_BYTES_MAX)
				return too_much(err);
			*f = (package_file){.attached = list[i], .record = r};
			path_of(f, ++p->n_files);
		}
	}
	return RD_OK;
}

/* ---- events and proofs ---- */

static rd_rc add_event(package *p, const rd_q_event_of_record_row *row, rd_err *err)
{
	package_event *e = &p->events[p->n_events];

	/* What was written after the log was signed is in the next package. */
	if (row->seq >= p->signed_head.size)
		return RD_OK;
	if (p->n_events == RD_PACKAGE_EVENTS_MAX)
		return too_much(err);
	*e = (package_event){.seq = row->seq,
	                     .at_us = row->at_us,
	                     .type = row->type,
	                     .actor = row->actor,
	                     .body = row->body,
	                     .erased = row->salt.ptr == NULL};
	if (!e->erased) {
		e->salt = row->salt;
		e->payload = row->payload;
	}
	p->n_events++;
	return rd_package_person(p->tx, row->actor, &e->actor_name, err);
}

static int by_seq(const void *a, const void *b)
{
	const package_event *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static rd_rc gather_events(package *p, rd_err *err)
{
	p->events = RD_NEW_N(p->tx->arena, package_event, RD_PACKAGE_EVENTS_MAX);
	for (uint32_t r = 0; r < p->n_records; r++) {
		const rd_record *of = &p->records[r];
		int64_t before = INT64_MAX;
		uint32_t n = EVENTS_PAGE;

		while (n == EVENTS_PAGE) {
			const rd_q_event_of_record_row *rows;

			RD_TRY(rd_q_event_of_record(p->tx, rd_str_of(of->kind->name), rd_cell(of, RD_COL_ID)->i,
			                            before, EVENTS_PAGE, &rows, &n, err));
			for (uint32_t i = 0; i < n; i++)
				RD_TRY(add_event(p, &rows[i], err));
			before = n ? rows[n - 1].seq : 0;
		}
	}
	qsort(p->events, p->n_events, sizeof *p->events, by_seq);
	return RD_OK;
}

static rd_rc write_proofs(package *p, rd_err *err)
{
	rd_tree_source tree = rd_log_tree(p->tx);

	p->proofs = RD_NEW_N(p->tx->arena, rd_buf, p->n_events + 1);
	for (uint32_t i = 0; i < p->n_events; i++) {
		const package_event *e = &p->events[i];
		rd_proof_file file = {.index = (uint64_t)e->seq,
		                      .extra = e->body,
		                      .note = p->signed_head.note};

		rd_buf_init(&p->proofs[i], RD_PROOF_TEXT_MAX);
		RD_TRY(rd_prove_inclusion((uint64_t)e->seq, (uint64_t)p->signed_head.size, &tree,
		                          &file.proof, err));
		RD_TRY(rd_proof_file_format(&file, &p->proofs[i], err));
	}
	return RD_OK;
}

static void write_lines(package *p)
{
	for (uint32_t i = 0; i < p->n_events; i++) {
		const package_event *e = &p->events[i];
		char salt[2 * RD_EVENT_SALT_BYTES + 1] = "", time[40];
		rd_json j;

		if (e->salt.len == RD_EVENT_SALT_BYTES)
			(void)sodium_bin2hex(salt, sizeof salt, (const unsigned char *)e->salt.ptr,
			                     e->salt.len);
		rd_show_time(e->at_us, time);
		rd_json_init(&j, &p->lines, 0);
		rd_json_object(&j);
		rd_json_put_int(&j, "seq", e->seq);
		rd_json_put_text(&j, "at", time);
		rd_json_put_str(&j, "type", e->type);
		rd_json_put_str(&j, "actor", e->actor);
		rd_json_put_str(&j, "name", e->actor_name);
		rd_json_put_bool(&j, "erased", e->erased);
		rd_json_put_text(&j, "salt", salt);
		rd_json_put_str(&j, "payload", e->payload);
		rd_json_close(&j);
		rd_json_end(&j);
	}
}

/* ---- for programs ---- */

static rd_rc write_json(package *p, rd_err *err)
{
	rd_json j;

	rd_json_init(&j, &p->json, 1);
	rd_json_object(&j);
	rd_json_key(&j, "records");
	rd_json_array(&j);
	for (uint32_t i = 0; i < p->n_records; i++) {
		const rd_record *r = &p->records[i];
		const rd_comment *comments;
		uint32_t n;
		char time[40];

		RD_TRY(rd_around_comments(p->tx, p->order->actor, r->kind, rd_cell(r, RD_COL_ID)->i, 0,
		                          RD_BESIDE_LIST_MAX, &comments, &n, err));
		rd_json_object(&j);
		rd_show_members(&j, r->kind, r->cells, (rd_show_view){.labels = true});
		rd_json_key(&j, "comments");
		rd_json_array(&j);
		for (uint32_t k = 0; k < n; k++) {
			rd_show_time(comments[k].at_us, time);
			rd_json_object(&j);
			rd_json_put_text(&j, "at", time);
			rd_json_put_str(&j, "author", comments[k].author);
			rd_json_put_bool(&j, "for_client", comments[k].for_client);
			rd_json_put_str(&j, "body", comments[k].body);
			rd_json_close(&j);
		}
		rd_json_close(&j);
		rd_json_close(&j);
	}
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_end(&j);
	return RD_OK;
}

static void start(package *p)
{
	rd_buf *all[] = {&p->page, &p->json, &p->lines, &p->note, &p->vkey, &p->manifest};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		rd_buf_init(all[i], TEXT_MAX);
}

static void finish(package *p)
{
	rd_buf *all[] = {&p->page, &p->json, &p->lines, &p->note, &p->vkey, &p->manifest};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		rd_buf_done(all[i]);
	for (uint32_t i = 0; p->proofs && i < p->n_events; i++)
		if (p->proofs[i].max)
			rd_buf_done(&p->proofs[i]);
}

static rd_rc gather(rd_tx *tx, void *ctx, rd_err *err)
{
	package *p = ctx;
	rd_q_firm_manner_row firm;
	bool found;

	p->tx = tx;
	RD_TRY(gather_records(p, err));
	RD_TRY(gather_files(p, err));
	RD_TRY(gather_events(p, err));
	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	p->firm = found ? firm.name : RD_STR("");
	RD_TRY(write_proofs(p, err));
	write_lines(p);
	rd_buf_str(&p->note, p->signed_head.note);
	rd_vkey_format(&p->key, &p->vkey);
	rd_buf_char(&p->vkey, '\n');
	RD_TRY(write_json(p, err));
	return rd_package_page(p, err);
}

/* ---- the archive ---- */

static rd_rc zip_failed(const char *why, rd_err *err)
{
	return rd_fail(err, RD_IO, "写不了资料包：%s", "the package cannot be written: %s", why);
}

static void list(package *p, const uint8_t hash[32], const char *path)
{
	char hex[65];

	(void)sodium_bin2hex(hex, sizeof hex, hash, 32);
	rd_buf_printf(&p->manifest, "%s  %s\n", hex, path);
}

static rd_rc put_source(zip_t *z, const char *path, zip_source_t *source, rd_err *err)
{
	if (source == NULL || zip_file_add(z, path, source, ZIP_FL_ENC_UTF_8) < 0) {
		zip_source_free(source);
		return zip_failed(zip_strerror(z), err);
	}
	return RD_OK;
}

/* The bytes must live until the archive is closed. */
static rd_rc put_bytes(package *p, zip_t *z, const char *path, const rd_buf *b, rd_err *err)
{
	uint8_t hash[32];

	if (b->full)
		return too_much(err);
	crypto_hash_sha256(hash, (const unsigned char *)(b->data ? b->data : ""), b->size);
	if (b != &p->manifest)
		list(p, hash, path);
	return put_source(z, path, zip_source_buffer(z, b->data, b->size, 0), err);
}

/* Unpacked into a file of its own, which the archive closes. */
static rd_rc put_original(package *p, zip_t *z, const package_file *f, rd_err *err)
{
	rd_store *s = p->order->engine->store;
	char block[1u << 15];
	rd_blob_reader *r;
	rd_blob_id id;
	size_t n = 1;
	int fd;

	if (sodium_hex2bin(id.sha256, 32, f->attached.sha256.ptr, f->attached.sha256.len, NULL, &n,
	                   NULL) != 0)
		return rd_fail(err, RD_CORRUPT, "附件的指纹无法读取", "the hash of a file cannot be read");
	RD_TRY(rd_blob_open(s, p->order->actor->firm_id, &id, &r, err));
	rd_rc rc = rd_store_temp(s, &fd, err);
	FILE *file = rc == RD_OK ? fdopen(fd, "w+b") : NULL;

	while (rc == RD_OK && file && n) {
		rc = rd_blob_read(r, block, sizeof block, &n, err);
		if (rc == RD_OK && n && fwrite(block, 1, n, file) != n)
			rc = rd_fail_os(err, errno, "写不了临时文件", "a temporary file cannot be written");
	}
	rd_blob_close(r);
	if (rc == RD_OK && (file == NULL || fflush(file) != 0))
		rc = rd_fail_os(err, errno, "写不了临时文件", "a temporary file cannot be written");
	if (rc != RD_OK) {
		if (file)
			(void)fclose(file);
		return rc;
	}
	rewind(file);
	list(p, id.sha256, f->path);
	return put_source(z, f->path, zip_source_filep(z, file, 0, 0), err);
}

static rd_rc put_all(package *p, zip_t *z, rd_err *err)
{
	char path[64];

	RD_TRY(put_bytes(p, z, "index.html", &p->page, err));
	RD_TRY(put_bytes(p, z, "case.json", &p->json, err));
	RD_TRY(put_bytes(p, z, "events.jsonl", &p->lines, err));
	RD_TRY(put_bytes(p, z, "checkpoint.note", &p->note, err));
	RD_TRY(put_bytes(p, z, "log.vkey", &p->vkey, err));
	for (uint32_t i = 0; i < p->n_events; i++) {
		(void)snprintf(path, sizeof path, "proofs/%lld.tlog-proof", (long long)p->events[i].seq);
		RD_TRY(put_bytes(p, z, path, &p->proofs[i], err));
	}
	for (uint32_t i = 0; i < p->n_files; i++)
		RD_TRY(put_original(p, z, &p->files[i], err));
	return put_bytes(p, z, "manifest.sha256", &p->manifest, err);
}

/* In the folder of the store, and without a name as soon as it is open. */
static rd_rc write_archive(package *p, int *ret_fd, int64_t *ret_size, rd_err *err)
{
	char path[4096];
	int n =
		snprintf(path, sizeof path, "%s/package-XXXXXX", rd_store_folder(p->order->engine->store));
	int fd = n < (int)sizeof path ? mkstemp(path) : -1, why = 0;
	zip_t *z = fd < 0 ? NULL : zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
	rd_rc rc = z ? put_all(p, z, err) : zip_failed("cannot begin", err);

	if (fd >= 0)
		close(fd);
	if (rc == RD_OK && zip_close(z) != 0) {
		rc = zip_failed(zip_strerror(z), err);
		zip_discard(z);
	} else if (rc != RD_OK && z) {
		zip_discard(z);
	}
	if (rc == RD_OK) {
		*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
		*ret_size = *ret_fd < 0 ? -1 : lseek(*ret_fd, 0, SEEK_END);
		if (*ret_size < 0 || lseek(*ret_fd, 0, SEEK_SET) != 0)
			rc = rd_fail_os(err, errno, "读不了资料包", "the package cannot be read back");
	}
	if (fd >= 0)
		(void)unlink(path);
	return rc;
}

rd_rc rd_package_write(const rd_package_order *order, rd_arena *a, int *ret_fd, int64_t *ret_size,
                       rd_err *err)
{
	rd_store *s = order->engine->store;
	int64_t firm_id = order->actor->firm_id;
	package *p = RD_NEW(a, package);

	p->order = order;
	RD_TRY(rd_store_sign(s, firm_id, a, &p->signed_head, err));
	RD_TRY(rd_store_signer(s, firm_id, p->signed_head.note, &p->key, err));
	start(p);
	rd_rc rc = rd_store_read(s, firm_id, a, gather, p, err);

	if (rc == RD_OK)
		rc = write_archive(p, ret_fd, ret_size, err);
	finish(p);
	return rc;
}
