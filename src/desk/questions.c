#include "desk/questions.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/clocks.h"
#include "desk/hooks.h"
#include "desk/hours.h"
#include "desk/identity.h"
#include "desk/letter.h"
#include "desk/settings.h"
#include "desk/tasks.h"
#include "record/beside.h"
#include "store/queries.gen.h"
#include <sodium.h>
#include <stdio.h>

#define DAY_US       86400000000LL
#define AT_ONCE      50u /* questions in one transaction */
#define MAIL_LEASE_S 120u
#define LETTER_MAX   (64u << 10)

static const rd_kind *question_kind(void)
{
	return rd_kind_find(RD_STR("question"));
}

/* ---- the next letter ---- */

static rd_rc order_letter(const rd_engine *e, rd_tx *tx, int64_t question_id, rd_err *err)
{
	char body[48];
	int n = snprintf(body, sizeof body, "{\"question\":%lld}", (long long)question_id);
	int64_t job_id;

	return rd_job_add(e->store, tx,
	                  &(rd_job_new){.queue = RD_STR("post"),
	                                .kind = RD_STR("question.mail"),
	                                .body = {body, (uint32_t)n}},
	                  &job_id, err);
}

/* The day on which the client is reminded next: some days on, when work begins to end. */
static rd_rc plan_reminder(const rd_engine *e, rd_tx *tx, rd_record *q, rd_err *err)
{
	int64_t days, most, at_us, local_us = tx->now_us + (int64_t)e->zone_offset_s * 1000000;

	RD_TRY(rd_setting_int(tx, RD_SET_QUESTIONS_DAYS, &days, err));
	RD_TRY(rd_setting_int(tx, RD_SET_QUESTIONS_REMINDERS, &most, err));
	RD_TRY(rd_hours_due(tx, (rd_day)(local_us / DAY_US + days), local_us % DAY_US, e->zone_offset_s,
	                    &at_us, err));
	*rd_field_cell(q, "next_reminder_at") =
		rd_field_int(q, "reminders", 0) <= most ? RD_VALUE_INT(at_us) : RD_VALUE_NULL;
	return RD_OK;
}

static rd_rc ask(const rd_engine *e, rd_tx *tx, rd_record *q, rd_err *err)
{
	*rd_field_cell(q, "answered_at") = RD_VALUE_NULL;
	*rd_field_cell(q, "reminders") = RD_VALUE_INT(0);
	if (rd_field_cell(q, "contact")->type == RD_NULL) {
		rd_q_question_contact_row contact;
		bool found;

		RD_TRY(rd_q_question_contact(tx, rd_cell(q, RD_COL_CLIENT)->i, &contact, &found, err));
		if (!found)
			return RD_OK;
		*rd_field_cell(q, "contact") = RD_VALUE_INT(contact.id);
	}
	RD_TRY(plan_reminder(e, tx, q, err));
	return order_letter(e, tx, rd_cell(q, RD_COL_ID)->i, err);
}

/* ---- the clocks of the case ---- */

/* A case that waits for others already, or does not stand where clocks run, stays as it is. */
static rd_rc hold_case(const rd_hook_call *call, bool hold, rd_err *err)
{
	const rd_actor system = rd_task_system(call);
	int64_t case_id = rd_field_int(call->now, "case", 0);
	rd_q_question_pausing_row others;
	bool found, paused;

	if (case_id == 0 || !rd_field_int(call->now, "pauses", 0))
		return RD_OK;
	RD_TRY(rd_q_question_pausing(call->tx, case_id, rd_cell(call->now, RD_COL_ID)->i, &others,
	                             &found, err));
	if (found && others.n > 0)
		return RD_OK; /* another question holds it, before and after */
	return hold ? rd_clocks_hold(call->engine, call->tx, &system, case_id, "client", &paused, err)
	            : rd_clocks_release(call->engine, call->tx, &system, case_id, "client", err);
}

/* ---- hooks ---- */

rd_rc rd_hook_question_create(rd_hook_call *call, rd_err *err)
{
	RD_TRY(ask(call->engine, call->tx, call->now, err));
	return hold_case(call, true, err);
}

rd_rc rd_hook_question_ask(rd_hook_call *call, rd_err *err)
{
	RD_TRY(ask(call->engine, call->tx, call->now, err));
	return hold_case(call, true, err);
}

rd_rc rd_hook_question_answer(rd_hook_call *call, rd_err *err)
{
	*rd_field_cell(call->now, "answered_at") = RD_VALUE_INT(call->tx->now_us);
	return rd_hook_question_end(call, err);
}

rd_rc rd_hook_question_end(rd_hook_call *call, rd_err *err)
{
	*rd_field_cell(call->now, "next_reminder_at") = RD_VALUE_NULL;
	return hold_case(call, false, err);
}

/* ---- the letter ---- */

typedef struct letter_job {
	const rd_sender *sender;
	rd_job_run *run;
	rd_record question;
	rd_letter letter;
	bool skip; /* there is nothing (any more) to be sent */
} letter_job;

static rd_str keep(rd_tx *tx, const rd_buf *b)
{
	rd_str s = rd_buf_view(b);

	return (rd_str){rd_arena_copy(tx->arena, s.ptr, s.len), s.len};
}

static void write_zh(rd_buf *out, const rd_record *q, const rd_record *contact, rd_str url,
                     const char *link)
{
	rd_str details = rd_field_str(q, "details"), name = rd_field_str(q, "name"),
		   who = rd_field_str(contact, "name");

	rd_buf_printf(out, RD_STR_FMT "，您好：\n\n" RD_STR_FMT "\n", RD_STR_ARG(who),
	              RD_STR_ARG(name));
	if (details.len)
		rd_buf_printf(out, RD_STR_FMT "\n", RD_STR_ARG(details));
	rd_buf_printf(out,
	              "\n请打开下面的链接回答，无需密码；可以点选、写几个字、上传照片，"
	              "也可以选“不清楚”：\n" RD_STR_FMT "/link#%s\n\n链接三天内有效，"
	              "只能打开一次。如已失效，请直接与您的会计联系，我们会重新发送。\n",
	              RD_STR_ARG(url), link);
}

static void write_en(rd_buf *out, const rd_record *q, const rd_record *contact, rd_str url,
                     const char *link)
{
	rd_str details = rd_field_str(q, "details"), name = rd_field_str(q, "name"),
		   who = rd_field_str(contact, "name");

	rd_buf_printf(out, "Dear " RD_STR_FMT ",\n\n" RD_STR_FMT "\n", RD_STR_ARG(who),
	              RD_STR_ARG(name));
	if (details.len)
		rd_buf_printf(out, RD_STR_FMT "\n", RD_STR_ARG(details));
	rd_buf_printf(
		out,
		"\nPlease open this link to answer; no password is needed. You can tap an answer, "
		"write a few words, add a photo, or say that you do not know:\n" RD_STR_FMT
		"/link#%s\n\nThe link is good for three days and opens once. When it is good no "
		"more, tell your accountant and we send another.\n",
		RD_STR_ARG(url), link);
}

static rd_rc write_letter(rd_tx *tx, letter_job *j, const rd_record *contact, rd_err *err)
{
	bool en = rd_str_is(rd_field_str(contact, "language"), "en");
	rd_str url, name = rd_field_str(&j->question, "name");
	rd_buf subject, body;
	rd_token link;

	RD_TRY(rd_setting_text(tx, RD_SET_PUBLIC_URL, &url, err));
	j->skip = j->skip || url.len == 0;
	if (j->skip)
		return RD_OK;
	RD_TRY(rd_identity_link_mail(j->run->store, tx, rd_cell(contact, RD_COL_ID)->i,
	                             j->question.kind, rd_cell(&j->question, RD_COL_ID)->i,
	                             RD_QUESTION_LINK_US, &link, err));
	rd_buf_init(&subject, LETTER_MAX);
	rd_buf_init(&body, LETTER_MAX);
	rd_buf_printf(&subject, en ? "Please answer: " RD_STR_FMT : "请您确认：" RD_STR_FMT,
	              RD_STR_ARG(name));
	(en ? write_en : write_zh)(&body, &j->question, contact, url, link.text);
	j->letter.subject = keep(tx, &subject);
	j->letter.text = keep(tx, &body);
	rd_buf_done(&subject);
	rd_buf_done(&body);
	sodium_memzero(&link, sizeof link);
	rd_letter_name(tx, "question", j->run->id, &j->letter);
	return RD_OK;
}

/* The link is part of the letter: what was made for a letter that did not leave opens nothing that
 * somebody knows of. */
static rd_rc compose(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record contact;
	rd_err why = {0};

	j->skip = true;
	rd_rc rc = rd_record_get(tx, &system, question_kind(), rd_job_number(j->run, "question"),
	                         &j->question, &why);

	if (rc == RD_OK && rd_str_is(rd_cell(&j->question, RD_COL_STATE)->str, "open"))
		rc = rd_record_get(tx, &system, rd_kind_find(RD_STR("contact")),
		                   rd_field_int(&j->question, "contact", 0), &contact, &why);
	else if (rc == RD_OK)
		return RD_OK; /* answered meanwhile */
	if (rc == RD_OK)
		rc = rd_letter_address(tx, rd_field_str(&contact, "name"), rd_field_str(&contact, "mail"),
		                       &j->letter, &j->skip, &why);
	if (rc == RD_OK)
		rc = write_letter(tx, j, &contact, &why);
	if (rc == RD_BARRED || rc == RD_NOT_FOUND) {
		j->skip = true; /* the portal was closed, the contact is gone */
		return RD_OK;
	}
	if (rc != RD_OK)
		*err = why;
	return rc;
}

static rd_rc note(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record was, now;

	if (!j->skip) {
		RD_TRY(rd_record_get(tx, &system, question_kind(), rd_cell(&j->question, RD_COL_ID)->i,
		                     &was, err));
		now = rd_record_copy(tx->arena, &was);
		*rd_field_cell(&now, "sent_at") = RD_VALUE_INT(tx->now_us);
		RD_TRY(rd_record_write(tx, &system, &was, &now, err));
	}
	return rd_job_finish(j->run, tx, err);
}

static rd_rc send_letter(rd_job_run *run, void *ctx, rd_err *err)
{
	letter_job j = {.sender = ctx, .run = run};
	const rd_post *post = &j.sender->post;

	RD_TRY(rd_store_write(run->store, run->firm_id, run->arena, compose, &j, err));
	if (!j.skip)
		RD_TRY(rd_send_judge(run, post->mail(post->ctx, &j.letter, err)));
	return rd_store_write(run->store, run->firm_id, run->arena, note, &j, err);
}

void rd_question_jobs(const rd_sender *sender, rd_job_kind kinds[RD_QUESTION_JOBS_N])
{
	kinds[0] =
		(rd_job_kind){"question.mail", send_letter, (void *)(uintptr_t)sender, MAIL_LEASE_S, 0};
}

/* ---- reminders ---- */

static rd_rc tell_owner(const rd_engine *e, rd_tx *tx, const rd_record *q, int64_t times,
                        rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	char text[160];
	int64_t id;

	(void)snprintf(text, sizeof text, "已提醒客户 %lld 次，仍未回答，不再自动提醒；请电话联系。",
	               (long long)times);
	return rd_comment_add(e, tx, &system, q->kind, rd_cell(q, RD_COL_ID)->i,
	                      &(rd_comment_new){.body = rd_str_of(text)}, &id, err);
}

static rd_rc remind(const rd_engine *e, rd_tx *tx, int64_t id, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	int64_t most, times;
	rd_record was, now;

	RD_TRY(rd_setting_int(tx, RD_SET_QUESTIONS_REMINDERS, &most, err));
	RD_TRY(rd_record_get(tx, &system, question_kind(), id, &was, err));
	now = rd_record_copy(tx->arena, &was);
	times = rd_field_int(&was, "reminders", 0);
	*rd_field_cell(&now, "next_reminder_at") = RD_VALUE_NULL;
	if (!rd_str_is(rd_cell(&was, RD_COL_STATE)->str, "open") ||
	    rd_cell(&was, RD_COL_ARCHIVED_AT)->type != RD_NULL)
		return rd_record_write(tx, &system, &was, &now, err);
	if (times >= most) {
		RD_TRY(rd_record_write(tx, &system, &was, &now, err));
		return tell_owner(e, tx, &was, times, err);
	}
	*rd_field_cell(&now, "reminders") = RD_VALUE_INT(times + 1);
	RD_TRY(plan_reminder(e, tx, &now, err));
	RD_TRY(order_letter(e, tx, id, err));
	return rd_record_write(tx, &system, &was, &now, err);
}

typedef struct reminding {
	const rd_engine *engine;
	uint32_t n;
} reminding;

static rd_rc any_due(rd_tx *tx, void *ctx, rd_err *err)
{
	reminding *r = ctx;
	const rd_q_question_due_row *rows;

	return rd_q_question_due(tx, tx->now_us, 1, &rows, &r->n, err);
}

static rd_rc remind_some(rd_tx *tx, void *ctx, rd_err *err)
{
	reminding *r = ctx;
	const rd_q_question_due_row *rows;

	RD_TRY(rd_q_question_due(tx, tx->now_us, AT_ONCE, &rows, &r->n, err));
	for (uint32_t i = 0; i < r->n; i++)
		RD_TRY(remind(r->engine, tx, rows[i].id, err));
	return RD_OK;
}

/* Asked by reading first: most firms have nothing due in most minutes. */
static rd_rc firm_reminders(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	reminding r = {.engine = ctx};

	RD_TRY(rd_store_read(s, firm_id, a, any_due, &r, err));
	while (r.n > 0)
		RD_TRY(rd_store_write(s, firm_id, a, remind_some, &r, err));
	return RD_OK;
}

static rd_rc reminders(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, firm_reminders, ctx, err);
}

rd_periodic_entry rd_question_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "questions",
	                           .interval_s = 300,
	                           .lease_s = 600,
	                           .run = reminders,
	                           .ctx = (void *)(uintptr_t)e};
}
