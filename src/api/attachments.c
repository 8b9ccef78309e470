#include "api/handlers.h"
#include "api/inner.h"
#include "api/media.h"
#include "base/assert.h"
#include "record/around.h"
#include "record/beside.h"
#include "store/blob.h"
#include "store/log.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Files at a record. What comes is hashed and packed piece by piece into the store of blobs; only
 * when it is whole it gets its name there, and then a row. A file whose command is refused in the
 * end stays in the store without a row, as if it had been detached: it has the content's name,
 * which another upload may have been given in the same moment. */

static rd_rc end_list(rd_json *j)
{
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

void rd_put_attached(rd_json *j, const rd_attached *a)
{
	rd_json_object(j);
	rd_put_id(j, "id", a->id);
	rd_json_put_str(j, "name", a->name);
	rd_json_put_int(j, "size", a->size);
	rd_json_put_str(j, "media_type", a->media_type);
	rd_json_put_str(j, "sha256", a->sha256);
	rd_json_put_str(j, "author", a->author);
	rd_put_time(j, "at", a->at_us);
	rd_json_close(j);
}

rd_rc rd_api_attachment_list(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_attached *list;
	uint32_t n;

	RD_TRY(rd_around_attachments(tx, &call->who.actor, call->kind, call->id, &list, &n, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_key(j, "attachments");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++)
		rd_put_attached(j, &list[i]);
	return end_list(j);
}

rd_rc rd_api_attachment_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	if (call->who.shown == RD_BY_LINK)
		return rd_may_not_found(err);
	return rd_attachment_remove(tx, &call->who.actor, call->id, err);
}

/* ---- taking one ---- */

typedef struct upload {
	rd_blob_writer *writer;
	rd_blob blob;
	rd_attachment file;
	uint64_t size;
	uint32_t n_head;
	char head[RD_MEDIA_HEAD];
	char hex[65];
	int64_t id;
} upload;

/* Asked before the first byte: a gigabyte is not taken to be refused. */
static rd_rc may_attach(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_call *call = ctx;
	rd_record r;

	RD_TRY(rd_record_get(tx, &call->who.actor, call->kind, call->id, &r, err));
	return rd_may_record(tx, &call->who.actor, &r, RD_KIND_COMMENT, err);
}

static rd_rc good_name(rd_str name, rd_err *err)
{
	bool bad = rd_str_trim(name).len == 0 || name.len > RD_FILE_NAME_MAX || rd_str_is(name, ".") ||
	           rd_str_is(name, "..");

	for (uint32_t at = 0; at < name.len && !bad;) {
		uint32_t cp = rd_utf8_next(name, &at);

		/* No paths, no controls, nothing that turns the direction of what is read. */
		bad = cp < 0x20 || cp == '/' || cp == '\\' || (cp >= 0x7F && cp < 0xA0) ||
		      (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
	}
	if (bad)
		return rd_fail(err, RD_INPUT, "文件名 name 应为 1 到 %u 字节，不含斜线和控制字符",
		               "name is 1 to %u bytes without slashes and control characters",
		               RD_FILE_NAME_MAX);
	return RD_OK;
}

static rd_rc upload_open(rd_call *call, rd_err *err)
{
	rd_api *api = call->api;
	upload *u = RD_NEW(call->req->arena, upload);

	u->file.name = rd_call_query(call, "name");
	RD_TRY(good_name(u->file.name, err));
	RD_TRY(rd_store_read(api->store, call->who.actor.firm_id, call->req->arena, may_attach, call,
	                     err));
	RD_TRY(rd_blob_begin(api->store, call->who.actor.firm_id,
	                     call->who.shown == RD_BY_LINK ? RD_LINK_UPLOAD_MAX
	                                                   : (int64_t)call->route->body_max,
	                     &u->writer, err));
	call->stream = u;
	return RD_OK;
}

static rd_rc upload_piece(rd_call *call, const void *data, size_t size, rd_err *err)
{
	upload *u = call->stream;
	size_t room = RD_MEDIA_HEAD - u->n_head, n = size < room ? size : room;

	memcpy(u->head + u->n_head, data, n);
	u->n_head += (uint32_t)n;
	u->size += size;
	return rd_blob_write(u->writer, data, size, err);
}

static void upload_drop(rd_call *call)
{
	upload *u = call->stream;

	call->stream = NULL;
	rd_blob_drop(u->writer);
}

const rd_upload rd_upload_attachment = {upload_open, upload_piece, upload_drop};

static rd_rc add(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_call *call = ctx;
	upload *u = call->user;
	bool found;

	rd_buf_clear(&call->out);
	RD_TRY(rd_once_find(call, tx, &found, err));
	if (found)
		return RD_OK;
	RD_TRY(rd_blob_add(tx, &u->blob, err));
	RD_TRY(rd_attachment_add(&call->api->engine, tx, &call->who.actor, call->kind, call->id,
	                         &u->file, &u->id, err));
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "id", u->id);
	rd_json_put_str(j, "name", u->file.name);
	rd_json_put_int(j, "size", u->file.size);
	rd_json_put_str(j, "media_type", u->file.media_type);
	rd_json_put_str(j, "sha256", u->file.sha256);
	rd_json_close(j);
	call->reply.status = 201;
	return rd_once_keep(call, tx, err);
}

rd_rc rd_api_attachment_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	upload *u = call->stream;

	(void)tx;
	if (u->size == 0)
		return rd_fail(err, RD_INPUT, "文件是空的", "the file is empty");
	call->stream = NULL;
	call->user = u;
	RD_TRY(rd_blob_end(u->writer, &u->blob, err));
	for (uint32_t i = 0; i < 32; i++)
		snprintf(u->hex + 2 * i, 3, "%02x", u->blob.id.sha256[i]);
	u->file.sha256 = (rd_str){u->hex, 64};
	u->file.size = u->blob.size;
	u->file.media_type = rd_str_of(rd_media_type(u->file.name, u->head, u->n_head));
	call->content = (rd_str){(const char *)u->blob.id.sha256, 32};
	return rd_store_write(call->api->store, call->who.actor.firm_id, call->req->arena, add, call,
	                      err);
}

/* ---- giving one ---- */

typedef struct download {
	rd_call *call;
	rd_attached file;
} download;

/* A link opens one record, whatever else its contact may read. */
static rd_rc find(rd_tx *tx, void *ctx, rd_err *err)
{
	download *d = ctx;
	const rd_record *of = &d->file.of;
	char record[96];

	RD_TRY(rd_around_attachment(tx, &d->call->who.actor, d->call->id, &d->file, err));
	snprintf(record, sizeof record, "%s/%jd", of->kind->name, (intmax_t)rd_cell(of, RD_COL_ID)->i);
	if (d->call->who.shown == RD_BY_LINK && !rd_str_is(d->call->who.scope, record))
		return rd_may_not_found(err);
	return RD_OK;
}

/* Reading what only those may who need to know, or evidence, is a fact of the record. */
static rd_rc write_event(rd_tx *tx, void *ctx, rd_err *err)
{
	const download *d = ctx;
	const rd_actor *who = &d->call->who.actor;
	const rd_record *of = &d->file.of;
	char type[96], payload[64];
	int64_t seq;
	int n = snprintf(type, sizeof type, "%s.attachment_read", of->kind->name);
	int m = snprintf(payload, sizeof payload, "{\"attachment\":\"%jd\"}", (intmax_t)d->file.id);

	return rd_log_append(tx,
	                     &(rd_log_event){.type = {type, (uint32_t)n},
	                                     .kind = rd_str_of(of->kind->name),
	                                     .record_id = rd_cell(of, RD_COL_ID)->i,
	                                     .actor = who->name,
	                                     .request_id = who->request_id,
	                                     .payload = {payload, (uint32_t)m}},
	                     &seq, err);
}

static bool write_all(int fd, const char *p, size_t size)
{
	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

/* Unpacks it and compares its hash before the first byte goes out. */
static rd_rc unpack(rd_blob_reader *r, int fd, rd_arena *a, rd_err *err)
{
	const size_t room = 1u << 16;
	char *block = rd_arena_alloc(a, room, 1);
	size_t n = 1;

	while (n) {
		RD_TRY(rd_blob_read(r, block, room, &n, err));
		if (!write_all(fd, block, n))
			return rd_fail_os(err, errno, "写不了临时文件", "a temporary file cannot be written");
	}
	return RD_OK;
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static rd_rc open_file(const download *d, int *ret_fd, rd_err *err)
{
	rd_call *call = d->call;
	rd_store *s = call->api->store;
	rd_blob_reader *r;
	rd_blob_id id;

	RD_ASSERT(d->file.sha256.len == 64);
	for (uint32_t i = 0; i < 32; i++)
		id.sha256[i] =
			(uint8_t)(digit(d->file.sha256.ptr[2 * i]) << 4 | digit(d->file.sha256.ptr[2 * i + 1]));
	RD_TRY(rd_blob_open(s, call->who.actor.firm_id, &id, &r, err));
	rd_rc rc = rd_store_temp(s, ret_fd, err);

	if (rc == RD_OK) {
		rc = unpack(r, *ret_fd, call->req->arena, err);
		if (rc != RD_OK)
			close(*ret_fd);
	}
	rd_blob_close(r);
	return rc;
}

rd_rc rd_api_attachment_get(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_store *s = call->api->store;
	rd_arena *a = call->req->arena;
	int64_t firm = call->who.actor.firm_id;
	download d = {.call = call};
	int fd;

	(void)tx;
	RD_TRY(rd_store_read(s, firm, a, find, &d, err));
	RD_TRY(open_file(&d, &fd, err));
	if (rd_cell(&d.file.of, RD_COL_RESTRICTED)->i || d.file.of.kind->keeps_files) {
		rd_rc rc = rd_store_write(s, firm, a, write_event, &d, err);

		if (rc != RD_OK) {
			close(fd);
			return rc;
		}
	}
	call->reply.class_ = RD_HTTP_DOWNLOAD;
	call->reply.content_type = rd_arena_copy(a, d.file.media_type.ptr, d.file.media_type.len);
	call->reply.filename = rd_arena_copy(a, d.file.name.ptr, d.file.name.len);
	call->reply.from_fd = true;
	call->reply.fd = fd;
	call->reply.fd_size = (uint64_t)d.file.size;
	return RD_OK;
}
