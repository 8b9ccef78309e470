#include "desk/copies.h"
#include "base/json.h"
#include "desk/letter.h"
#include "desk/send.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define AT_ONCE  100u /* notes of some 300 bytes */
#define TEXT_MAX (128u << 10)

/* ---- ordering ---- */

typedef struct asking {
	const rd_desk *desk;
	bool wanted;
} asking;

static rd_rc is_wanted(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;
	const rd_q_checkpoint_unsent_row *rows;
	rd_str mail, url;
	uint32_t n = 0;

	RD_TRY(rd_setting_text(tx, RD_SET_CHECKPOINTS_MAIL, &mail, err));
	RD_TRY(rd_setting_text(tx, RD_SET_CHECKPOINTS_URL, &url, err));
	if (mail.len || url.len)
		RD_TRY(rd_q_checkpoint_unsent(tx, 1, &rows, &n, err));
	q->wanted = n > 0;
	return RD_OK;
}

static rd_rc order(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;
	int64_t id;

	return rd_job_add(q->desk->store, tx,
	                  &(rd_job_new){.queue = RD_STR("post"),
	                                .kind = RD_STR("checkpoint.copy"),
	                                .body = RD_STR("{}")},
	                  &id, err);
}

static rd_rc copies_of(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	asking q = {.desk = ctx};

	RD_TRY(rd_store_read(s, firm_id, a, is_wanted, &q, err));
	return q.wanted ? rd_store_write(s, firm_id, a, order, &q, err) : RD_OK;
}

static rd_rc copies(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, copies_of, ctx, err);
}

rd_periodic_entry rd_copies_entry(const rd_desk *desk)
{
	return (rd_periodic_entry){"checkpoint-copies", 3600, 600, copies, (void *)desk};
}

/* ---- sending ---- */

typedef struct copy_job {
	rd_job_run *run;
	const rd_q_checkpoint_unsent_row *rows;
	uint32_t n;
	rd_letter letter;
	rd_str url, secret, body; /* url "" = not called */
	int64_t now_us;
	bool no_mail;
} copy_job;

static rd_str keep(rd_arena *a, rd_buf *b)
{
	rd_str s = {rd_arena_copy(a, rd_buf_view(b).ptr, b->size), (uint32_t)b->size};

	rd_buf_done(b);
	return s;
}

static rd_str body_of(rd_tx *tx, const copy_job *j)
{
	rd_buf out;
	rd_json w;
	char firm[24];

	(void)snprintf(firm, sizeof firm, "%lld", (long long)tx->firm_id);
	rd_buf_init(&out, TEXT_MAX);
	rd_json_init(&w, &out, 0);
	rd_json_object(&w);
	rd_json_put_text(&w, "firm", firm);
	rd_json_key(&w, "checkpoints");
	rd_json_array(&w);
	for (uint32_t i = 0; i < j->n; i++)
		rd_json_str(&w, j->rows[i].note);
	rd_json_close(&w);
	rd_json_close(&w);
	rd_json_end(&w);
	return keep(tx->arena, &out);
}

static rd_rc compose(rd_tx *tx, void *ctx, rd_err *err)
{
	copy_job *j = ctx;
	rd_str to;
	rd_buf text;

	j->now_us = tx->now_us;
	RD_TRY(rd_q_checkpoint_unsent(tx, AT_ONCE, &j->rows, &j->n, err));
	RD_TRY(rd_setting_text(tx, RD_SET_CHECKPOINTS_URL, &j->url, err));
	RD_TRY(rd_setting_text(tx, RD_SET_CHECKPOINTS_SECRET, &j->secret, err));
	RD_TRY(rd_setting_text(tx, RD_SET_CHECKPOINTS_MAIL, &to, err));
	RD_TRY(rd_letter_address(tx, RD_STR(""), to, &j->letter, &j->no_mail, err));
	if (j->n == 0)
		return RD_OK;
	rd_buf_init(&text, TEXT_MAX);
	rd_buf_puts(&text,
	            "请保管好这封邮件：日志签名的副本，用于日后核对（redink verify --checkpoint）。\n"
	            "Keep this mail: signed heads of the log, to verify it by later (redink "
	            "verify --checkpoint).\n");
	for (uint32_t i = 0; i < j->n; i++) {
		rd_buf_char(&text, '\n');
		rd_buf_str(&text, j->rows[i].note);
	}
	j->letter.text = keep(tx->arena, &text);
	j->letter.subject = RD_STR("Redink 日志签名副本 / signed heads of the log");
	rd_letter_name(tx, "checkpoint", j->rows[j->n - 1].size, &j->letter);
	j->body = body_of(tx, j);
	return RD_OK;
}

static rd_rc note(rd_tx *tx, void *ctx, rd_err *err)
{
	copy_job *j = ctx;

	for (uint32_t i = 0; i < j->n; i++)
		RD_TRY(rd_q_checkpoint_sent(tx, j->rows[i].size, tx->now_us, NULL, err));
	return rd_job_finish(j->run, tx, err);
}

static rd_rc call(const rd_sender *sender, const copy_job *j, rd_err *err)
{
	char delivery[64];
	int32_t status;
	int n = snprintf(delivery, sizeof delivery, "checkpoint-%lld-%lld", (long long)j->run->firm_id,
	                 (long long)j->rows[j->n - 1].size);

	return sender->post.call(sender->post.ctx,
	                         &(rd_web_call){.url = j->url,
	                                        .secret = j->secret,
	                                        .delivery = {delivery, (uint32_t)n},
	                                        .event = RD_STR("checkpoint"),
	                                        .body = j->body,
	                                        .at_us = j->now_us},
	                         &status, err);
}

rd_rc rd_copies_send(rd_job_run *run, void *ctx, rd_err *err)
{
	const rd_sender *sender = ctx;
	copy_job j = {.run = run};

	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, compose, &j, err));
	if (j.n == 0 || (j.no_mail && j.url.len == 0))
		return RD_OK; /* another job was quicker, or it was switched off */
	if (!j.no_mail)
		RD_TRY(rd_send_judge(run, sender->post.mail(sender->post.ctx, &j.letter, err)));
	if (j.url.len)
		RD_TRY(rd_send_judge(run, call(sender, &j, err)));
	return rd_store_write(run->store, run->firm_id, run->arena, note, &j, err);
}
