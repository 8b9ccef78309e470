/* The letter with which a client is told what became of a case: the text of the feedback, and a
 * link on which it is acknowledged. */
#include "desk/cell.h"
#include "desk/feedback.h"
#include "desk/identity.h"
#include "desk/letter.h"
#include "desk/person.h"
#include "desk/settings.h"
#include <sodium.h>
#include <stdio.h>

#define MAIL_LEASE_S 120u
#define LETTER_MAX   (256u << 10)
#define KIND         "feedback.mail"

rd_rc rd_feedback_letter_order(rd_store *s, rd_tx *tx, int64_t feedback_id, rd_err *err)
{
	char body[48];
	int n = snprintf(body, sizeof body, "{\"feedback\":%lld}", (long long)feedback_id);
	int64_t job_id;

	return rd_job_add(s, tx,
	                  &(rd_job_new){.queue = RD_STR("post"),
	                                .kind = RD_STR(KIND),
	                                .body = {body, (uint32_t)n}},
	                  &job_id, err);
}

typedef struct letter_job {
	const rd_sender *sender;
	rd_job_run *run;
	rd_record feedback, contact;
	rd_letter letter;
	bool skip; /* there is nothing (any more) to be sent */
} letter_job;

static void write_body(rd_buf *out, const letter_job *j, bool english, rd_str url, const char *link)
{
	rd_str who = rd_field_str(&j->contact, "name"), text = rd_field_str(&j->feedback, "body");

	rd_buf_printf(out, english ? "Dear %.*s,\n\n%.*s\n" : "%.*s，您好：\n\n%.*s\n", RD_STR_ARG(who),
	              RD_STR_ARG(text));
	rd_buf_puts(out, english ? "\nOpen this link to acknowledge or to answer; no password is "
	                           "needed:\n"
	                         : "\n请打开下面的链接确认或回复，无需密码：\n");
	rd_buf_printf(out, "%.*s/link#%s\n", RD_STR_ARG(url), link);
	rd_buf_puts(out, english
	                     ? "\nThe link is good for three days and opens once. When it is good no "
	                       "more, tell your accountant and we send another.\n"
	                     : "\n链接三天内有效，只能打开一次。如已失效，请直接与您的会计联系。\n");
}

static rd_rc write_letter(rd_tx *tx, letter_job *j, rd_err *err)
{
	bool english = rd_str_is(rd_field_str(&j->contact, "language"), "en");
	rd_str url;
	rd_buf body;
	rd_token link;

	RD_TRY(rd_setting_text(tx, RD_SET_PUBLIC_URL, &url, err));
	j->skip = j->skip || url.len == 0;
	if (j->skip)
		return RD_OK;
	RD_TRY(rd_identity_link_mail(j->run->store, tx, rd_cell(&j->contact, RD_COL_ID)->i,
	                             j->feedback.kind, rd_cell(&j->feedback, RD_COL_ID)->i,
	                             RD_FEEDBACK_LINK_US, &link, err));
	rd_buf_init(&body, LETTER_MAX);
	write_body(&body, j, english, url, link.text);
	sodium_memzero(&link, sizeof link);
	j->letter.subject = rd_field_str(&j->feedback, "name");
	j->letter.text = (rd_str){rd_arena_copy(tx->arena, body.data, body.size), (uint32_t)body.size};
	rd_buf_done(&body);
	rd_letter_name(tx, "feedback", j->run->id, &j->letter);
	return RD_OK;
}

static rd_rc load(rd_tx *tx, letter_job *j, bool *ret_any, rd_err *err)
{
	RD_TRY(rd_story_record(tx, "feedback", rd_job_number(j->run, "feedback"), &j->feedback, ret_any,
	                       err));
	if (*ret_any && rd_str_is(rd_cell(&j->feedback, RD_COL_STATE)->str, "sent"))
		return rd_story_record(tx, "contact", rd_field_int(&j->feedback, "to_contact", 0),
		                       &j->contact, ret_any, err);
	*ret_any = false; /* acknowledged meanwhile, by telephone say */
	return RD_OK;
}

/* The link is part of the letter: what was made for a letter that did not leave opens nothing that
 * somebody knows of. */
static rd_rc compose(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;
	rd_err why = {0};
	bool any;

	j->skip = true;
	RD_TRY(load(tx, j, &any, err));
	if (!any)
		return RD_OK;
	rd_rc rc = rd_letter_address(tx, rd_field_str(&j->contact, "name"),
	                             rd_field_str(&j->contact, "mail"), &j->letter, &j->skip, &why);

	if (rc == RD_OK)
		rc = write_letter(tx, j, &why);
	if (rc == RD_BARRED || rc == RD_NOT_FOUND) {
		j->skip = true; /* the portal is not open to this contact */
		return RD_OK;
	}
	if (rc != RD_OK)
		*err = why;
	return rc;
}

static rd_rc send_letter(rd_job_run *run, void *ctx, rd_err *err)
{
	letter_job j = {.sender = ctx, .run = run};
	const rd_post *post = &j.sender->post;

	RD_TRY(rd_store_write(run->store, run->firm_id, run->arena, compose, &j, err));
	return j.skip ? RD_OK : rd_send_judge(run, post->mail(post->ctx, &j.letter, err));
}

rd_job_kind rd_feedback_job(const rd_sender *sender)
{
	return (rd_job_kind){KIND, send_letter, (void *)(uintptr_t)sender, MAIL_LEASE_S, 0};
}
