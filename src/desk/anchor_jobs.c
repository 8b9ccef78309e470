/* The jobs that mail signed checkpoints and call an address for them (anchors.h). */
#include "base/json.h"
#include "desk/anchors.h"
#include "desk/letter.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define TEXT_MAX    (256u << 10) /* RD_ANCHOR_BATCH notes are a tenth of it */
#define MAIL_LEASE  120u
#define CALL_LEASE  60u
#define TITLE_BYTES 200

typedef struct anchor_job {
	const rd_sender *sender;
	rd_job_run *run;
	const char *place;
	int64_t was; /* position of the place */
	const rd_q_checkpoint_after_row *rows;
	uint32_t n;
	rd_str to, secret, text;
	int64_t now_us;
	rd_letter letter;
	bool skip; /* there is nothing (any more) to be sent */
} anchor_job;

static rd_rc text(rd_tx *tx, rd_setting which, rd_str *ret, rd_err *err)
{
	RD_TRY(rd_setting_text(tx, which, ret, err));
	ret->ptr = rd_arena_copy(tx->arena, ret->ptr, ret->len);
	return RD_OK;
}

static rd_str keep(rd_arena *a, rd_buf *b)
{
	rd_str s = {rd_arena_copy(a, b->data, b->size), (uint32_t)b->size};

	rd_buf_done(b);
	return s;
}

static int64_t newest(const anchor_job *j)
{
	return j->rows[j->n - 1].size;
}

/* What the place has not got; a place that is new begins with the newest. */
static rd_rc load(rd_tx *tx, anchor_job *j, rd_setting to, rd_err *err)
{
	rd_q_checkpoint_last_row last;
	rd_q_follower_get_row at;
	bool found, any;

	j->skip = true;
	j->now_us = tx->now_us;
	RD_TRY(text(tx, to, &j->to, err));
	RD_TRY(rd_q_follower_get(tx, rd_str_of(j->place), &at, &found, err));
	RD_TRY(rd_q_checkpoint_last(tx, &last, &any, err));
	if (!any || j->to.len == 0)
		return RD_OK;
	j->was = found ? at.next_seq : 0;
	RD_TRY(rd_q_checkpoint_after(tx, found ? j->was : last.size - 1, RD_ANCHOR_BATCH, &j->rows,
	                             &j->n, err));
	j->skip = j->n == 0;
	return RD_OK;
}

/* The position and what it means, in the transaction that ends the job. */
static rd_rc note(rd_tx *tx, void *ctx, rd_err *err)
{
	const anchor_job *j = ctx;

	if (!j->skip) {
		RD_TRY(rd_q_checkpoint_sent(tx, j->was, newest(j), tx->now_us, NULL, err));
		RD_TRY(rd_q_follower_set(tx, rd_str_of(j->place), newest(j), NULL, err));
	}
	return rd_job_finish(j->run, tx, err);
}

static rd_rc end(anchor_job *j, rd_err *err)
{
	return rd_store_write(j->run->store, j->run->firm_id, j->run->arena, note, j, err);
}

/* ---- by mail ---- */

static void write_mail(rd_tx *tx, anchor_job *j, rd_str firm, bool zh)
{
	char title[TITLE_BYTES];
	rd_buf out;
	int n = snprintf(title, sizeof title,
	                 zh ? "%.*s：事件日志的签名检查点，至第 %jd 条"
	                    : "%.*s: signed checkpoint of the event log, %jd events",
	                 (int)(firm.len < 100 ? firm.len : 100), firm.ptr, (intmax_t)newest(j));

	j->letter.subject = (rd_str){rd_arena_copy(tx->arena, title, (size_t)n), (uint32_t)n};
	rd_buf_init(&out, TEXT_MAX);
	rd_buf_puts(
		&out, zh ? "请保存本邮件，不要交给管理服务器的人。以下检查点使此前的记录不能再被悄悄改动；"
				   "每个存成一个文件，即可用 redink verify --checkpoint 核对。\n"
				 : "Keep this mail away from those who run the server. The checkpoints below "
				   "make every change of earlier records visible; saved as a file, each can "
				   "be given to redink verify --checkpoint.\n");
	for (uint32_t i = 0; i < j->n; i++) {
		rd_buf_printf(&out, "\n----- %jd -----\n", (intmax_t)j->rows[i].size);
		rd_buf_str(&out, j->rows[i].note);
	}
	j->letter.text = keep(tx->arena, &out);
}

static rd_rc compose_mail(rd_tx *tx, void *ctx, rd_err *err)
{
	anchor_job *j = ctx;
	rd_q_firm_manner_row firm = {.name = RD_STR("Redink"), .language = RD_STR("zh")};
	bool found, off;

	RD_TRY(load(tx, j, RD_SET_CHECKPOINTS_MAIL, err));
	if (j->skip)
		return RD_OK;
	RD_TRY(rd_letter_address(tx, RD_STR(""), j->to, &j->letter, &off, err));
	if (off)
		return rd_fail(err, RD_BARRED, "没有设置邮件服务器或发件人；请在设置中填写",
		               "no mail server or sender is set; fill in mail.host and mail.from");
	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	write_mail(tx, j, firm.name, !rd_str_is(firm.language, "en"));
	rd_letter_name(tx, "checkpoint", newest(j), &j->letter);
	return RD_OK;
}

static rd_rc send_mail(rd_job_run *run, void *ctx, rd_err *err)
{
	anchor_job j = {.sender = ctx, .run = run, .place = RD_ANCHOR_MAIL_PLACE};
	const rd_post *post = &j.sender->post;

	RD_TRY(rd_send_judge(run, rd_store_read(run->store, run->firm_id, run->arena, compose_mail, &j,
	                                        err)));
	if (!j.skip)
		RD_TRY(rd_send_judge(run, post->mail(post->ctx, &j.letter, err)));
	return end(&j, err);
}

/* ---- by a call ---- */

static rd_rc compose_call(rd_tx *tx, void *ctx, rd_err *err)
{
	anchor_job *j = ctx;
	char firm[24];
	rd_buf out;
	rd_json w;

	RD_TRY(load(tx, j, RD_SET_CHECKPOINTS_URL, err));
	if (j->skip)
		return RD_OK;
	RD_TRY(text(tx, RD_SET_CHECKPOINTS_SECRET, &j->secret, err));
	(void)snprintf(firm, sizeof firm, "%jd", (intmax_t)tx->firm_id);
	rd_buf_init(&out, TEXT_MAX);
	rd_json_init(&w, &out, 0);
	rd_json_object(&w);
	rd_json_put_text(&w, "firm", firm);
	rd_json_key(&w, "checkpoints");
	rd_json_array(&w);
	for (uint32_t i = 0; i < j->n; i++) {
		rd_json_object(&w);
		rd_json_put_int(&w, "size", j->rows[i].size);
		rd_json_put_str(&w, "note", j->rows[i].note);
		rd_json_close(&w);
	}
	rd_json_close(&w);
	rd_json_close(&w);
	rd_json_end(&w);
	j->text = keep(tx->arena, &out);
	return RD_OK;
}

static rd_rc send_call(rd_job_run *run, void *ctx, rd_err *err)
{
	anchor_job j = {.sender = ctx, .run = run, .place = RD_ANCHOR_CALL_PLACE};
	const rd_post *post = &j.sender->post;
	char delivery[24];
	int n = snprintf(delivery, sizeof delivery, "%jd", (intmax_t)run->id);
	int32_t status;

	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, compose_call, &j, err));
	if (!j.skip)
		RD_TRY(rd_send_judge(run, post->call(post->ctx,
		                                     &(rd_web_call){.url = j.to,
		                                                    .secret = j.secret,
		                                                    .delivery = {delivery, (uint32_t)n},
		                                                    .event = RD_STR("log.checkpoint"),
		                                                    .body = j.text,
		                                                    .at_us = j.now_us},
		                                     &status, err)));
	return end(&j, err);
}

void rd_anchor_jobs(const rd_sender *sender, rd_job_kind kinds[RD_ANCHOR_JOBS_N])
{
	void *ctx = (void *)(uintptr_t)sender;

	kinds[0] = (rd_job_kind){"anchor.mail", send_mail, ctx, MAIL_LEASE, 0};
	kinds[1] = (rd_job_kind){"anchor.webhook", send_call, ctx, CALL_LEASE, 0};
}
