/* Reports from outside the page: a mail handed on by a gateway, and a client with a link. */
#include "desk/report.h"
#include "api/handlers.h"
#include "api/inner.h"
#include "api/media.h"
#include "desk/lines.h"
#include "store/blob.h"
#include <stdio.h>

#define FILES_MAX (RD_MAIL_FILES_MAX + 1u) /* the mail itself is the first */

static rd_rc answer(rd_call *call, const rd_reported *r)
{
	char id[24];
	rd_json *j = rd_call_json(call);

	snprintf(id, sizeof id, "%lld", (long long)r->id);
	rd_json_object(j);
	rd_json_put_text(j, "id", id);
	rd_json_put_str(j, "number", r->number);
	rd_json_close(j);
	call->reply.status = 201;
	return RD_OK;
}

/* ---- by link ---- */

static const rd_shape_field report_fields[] = {
	{"appearance", RD_SHAPE_RAW, true, 1, 20000, "what it looks like"},
	{"name", RD_SHAPE_TEXT, false, 1, 400, "in a few words"},
	{"period", RD_SHAPE_TEXT, false, 7, 7, "YYYY-MM"},
};
const rd_shape rd_shape_report = {"Report", report_fields, 3};

rd_rc rd_api_report(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_report_text text = {.appearance = call->in[0].str,
	                             .name = rd_call_text(call, 1, RD_STR("")),
	                             .period = rd_call_text(call, 2, RD_STR(""))};
	rd_reported done;

	if (call->who.shown != RD_BY_LINK || call->who.actor.client_id == 0)
		return rd_fail(err, RD_FORBIDDEN, "这里是客户用链接报告的地方；机构人员请新建异常",
		               "this is for clients who came by a link; people of the firm create a case");
	RD_TRY(rd_report_link(&call->api->engine, tx, &call->who.actor, &text, &done, err));
	return answer(call, &done);
}

/* ---- by mail ---- */

typedef struct mailing {
	rd_call *call;
	rd_mail_in mail;
	rd_blob blobs[FILES_MAX];
	rd_attachment files[FILES_MAX];
	char hex[FILES_MAX][65];
	uint32_t n;
} mailing;

/* Whoever holds such a token speaks for every sender: only who sees all clients gives it away. */
static rd_rc may_carry(const rd_call *call, rd_err *err)
{
	const uint16_t roles = RD_KIND_SUPERVISOR | RD_KIND_ADMINISTRATOR;

	if (call->who.shown == RD_BY_TOKEN && (call->who.actor.roles & roles) &&
	    !call->who.actor.only_looks)
		return RD_OK;
	return rd_fail(err, RD_FORBIDDEN, "邮件网关须用主管或管理员的可写令牌",
	               "a mail gateway needs a writing token of a supervisor or an administrator");
}

/* ---- while it comes ---- */

static rd_rc mail_open(rd_call *call, rd_err *err)
{
	rd_buf *bytes;

	RD_TRY(may_carry(call, err));
	bytes = RD_NEW(call->req->arena, rd_buf);
	rd_buf_init(bytes, RD_MAIL_BYTES_MAX);
	call->stream = bytes;
	return RD_OK;
}

static rd_rc mail_piece(rd_call *call, const void *data, size_t size, rd_err *err)
{
	rd_buf *bytes = call->stream;

	rd_buf_add(bytes, data, size);
	if (bytes->full)
		return rd_fail(err, RD_LIMIT, "邮件太大", "the mail is too large");
	return RD_OK;
}

static void mail_drop(rd_call *call)
{
	rd_buf_done(call->stream);
	call->stream = NULL;
}

const rd_upload rd_upload_mail = {mail_open, mail_piece, mail_drop};

/* ---- when it is there ---- */

static rd_rc store_one(mailing *m, rd_str name, rd_str content, rd_err *err)
{
	rd_api *api = m->call->api;
	rd_blob_writer *w;
	rd_blob *blob = &m->blobs[m->n];

	RD_TRY(rd_blob_begin(api->store, m->call->who.actor.firm_id, (int64_t)content.len, &w, err));
	rd_rc rc = rd_blob_write(w, content.ptr, content.len, err);

	if (rc != RD_OK) {
		rd_blob_drop(w);
		return rc;
	}
	RD_TRY(rd_blob_end(w, blob, err));
	for (uint32_t i = 0; i < 32; i++)
		snprintf(m->hex[m->n] + 2 * i, 3, "%02x", blob->id.sha256[i]);
	m->files[m->n] = (rd_attachment){
		.name = name.len ? name : RD_STR("附件"),
		.sha256 = {m->hex[m->n], 64},
		.media_type =
			rd_str_of(rd_media_type(name, content.ptr,
	                                content.len < RD_MEDIA_HEAD ? content.len : RD_MEDIA_HEAD)),
		.size = blob->size,
	};
	m->n++;
	return RD_OK;
}

static rd_rc store_all(mailing *m, rd_str raw, rd_err *err)
{
	RD_TRY(store_one(m, RD_STR("邮件原件.eml"), raw, err));
	m->call->content = (rd_str){(const char *)m->blobs[0].id.sha256, 32};
	for (uint32_t i = 0; i < m->mail.n_files; i++)
		RD_TRY(store_one(m, m->mail.files[i].name, m->mail.files[i].content, err));
	return RD_OK;
}

static rd_rc add(rd_tx *tx, void *ctx, rd_err *err)
{
	mailing *m = ctx;
	rd_call *call = m->call;
	rd_reported done;
	bool found;

	rd_buf_clear(&call->out);
	RD_TRY(rd_once_find(call, tx, &found, err));
	if (found)
		return RD_OK;
	for (uint32_t i = 0; i < m->n; i++)
		RD_TRY(rd_blob_add(tx, &m->blobs[i], err));
	RD_TRY(rd_report_mail(&call->api->engine, tx, &call->who.actor, &m->mail, m->files, m->n, &done,
	                      err));
	RD_TRY(answer(call, &done));
	return rd_once_keep(call, tx, err);
}

/* A mail of somebody who is not known leaves a line in the log of the firm, and nothing else. */
static rd_rc note_refused(rd_tx *tx, void *ctx, rd_err *err)
{
	const mailing *m = ctx;
	rd_buf payload;
	rd_json j;

	rd_buf_init(&payload, 8192);
	rd_json_init(&j, &payload, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "from", m->mail.from);
	rd_json_put_str(&j, "message_id",
	                m->mail.message_id.len <= 1000 ? m->mail.message_id : RD_STR(""));
	rd_json_close(&j);
	rd_rc rc = rd_firm_event(tx, &m->call->who.actor, "firm.report-refused", rd_buf_view(&payload),
	                         NULL, err);

	rd_buf_done(&payload);
	return rc;
}

rd_rc rd_api_report_mail(rd_call *call, rd_tx *tx, rd_err *err)
{
	mailing *m = RD_NEW(call->req->arena, mailing);
	int64_t firm = call->who.actor.firm_id;
	rd_str raw = rd_buf_view(call->stream);

	(void)tx;
	m->call = call;
	RD_TRY(rd_mail_read(raw, call->req->arena, &m->mail, err));
	RD_TRY(store_all(m, raw, err));
	rd_rc rc = rd_store_write(call->api->store, firm, call->req->arena, add, m, err);

	if (rc != RD_FORBIDDEN)
		return rc;
	const rd_err why = *err;

	RD_TRY(rd_store_write(call->api->store, firm, call->req->arena, note_refused, m, err));
	*err = why;
	return rc;
}
