#include "desk/send.h"
#include "base/assert.h"
#include "base/json.h"
#include "desk/inbox.h"
#include "desk/letter.h"
#include "desk/settings.h"
#include "desk/webhooks.h"
#include "store/queries.gen.h"
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#define TEXT_MAX      (256u << 10) /* of one message; a digest of 50 lines is a tenth of it */
#define MAIL_LEASE_S  120u
#define GROUP_LEASE_S 60u
#define GROUP_TRIES   4u   /* a message to a group that comes tomorrow is of no use */
#define ITEMS_MAX     500u /* of one digest: written are RD_DIGEST_ITEMS_MAX, the rest is counted */

int64_t rd_job_number(const rd_job_run *run, const char *key)
{
	json_t *body = json_loadb(run->body.ptr, run->body.len, 0, NULL);
	int64_t v = json_integer_value(json_object_get(body, key));

	json_decref(body);
	return v;
}

rd_str rd_job_text(const rd_job_run *run, const char *key)
{
	json_t *body = json_loadb(run->body.ptr, run->body.len, 0, NULL);
	const json_t *v = json_object_get(body, key);
	rd_str s = {"", 0};

	if (json_is_string(v)) {
		s.len = (uint32_t)json_string_length(v);
		s.ptr = rd_arena_copy(run->arena, json_string_value(v), s.len);
	}
	json_decref(body);
	return s;
}

rd_rc rd_send_judge(rd_job_run *run, rd_rc rc)
{
	run->give_up = rc != RD_OK && rc != RD_UNAVAILABLE && rc != RD_TOO_MANY && rc != RD_IO;
	return rc;
}

static rd_str keep(rd_arena *a, const rd_buf *b)
{
	rd_str s = rd_buf_view(b);

	return (rd_str){rd_arena_copy(a, s.ptr, s.len), s.len};
}

/* ---- letters ---- */

typedef struct letter_job {
	const rd_sender *sender;
	rd_job_run *run;
	int64_t id; /* of the notice, or the person of a digest */
	rd_letter letter;
	bool skip; /* there is nothing (any more) to be sent */
} letter_job;

static rd_rc send_letter(letter_job *j, rd_tx_fn *compose, rd_tx_fn *note, rd_err *err)
{
	rd_job_run *run = j->run;
	const rd_post *post = &j->sender->post;

	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, compose, j, err));
	if (!j->skip)
		RD_TRY(rd_send_judge(run, post->mail(post->ctx, &j->letter, err)));
	return rd_store_write(run->store, run->firm_id, run->arena, note, j, err);
}

/* ---- one notice ---- */

static rd_rc compose_one(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;
	rd_q_notice_get_row row;
	rd_message_facts facts;
	rd_person p;
	bool found, may = false;

	j->skip = true;
	RD_TRY(rd_q_notice_get(tx, j->id, &row, &found, err));
	/* Read in the inbox meanwhile: quiet hours made the mail late. */
	if (!found || row.sent_at_us || (row.read_at_us && row.read_at_us != row.at_us))
		return RD_OK;
	rd_notice_words words = {rd_message_find(row.notice), row.kind, row.actor, row.detail,
	                         row.record_id};

	RD_TRY(rd_person_load(tx, row.user_id, &p, &found, err));
	if (!found || !p.active || words.what == RD_MESSAGE_KINDS)
		return RD_OK;
	RD_TRY(rd_notice_facts(tx, &p.actor, p.language, j->sender->desk->zone_offset_s, &words, &facts,
	                       &may, err));
	if (!may)
		return RD_OK;
	RD_TRY(rd_letter_address(tx, p.name, p.mail, &j->letter, &j->skip, err));
	rd_buf subject, body;

	rd_buf_init(&subject, TEXT_MAX);
	rd_buf_init(&body, TEXT_MAX);
	rd_message_write(words.what, p.language, &facts, &subject, &body);
	j->letter.subject = keep(tx->arena, &subject);
	j->letter.text = keep(tx->arena, &body);
	rd_buf_done(&subject);
	rd_buf_done(&body);
	rd_letter_name(tx, "notice", j->id, &j->letter);
	return RD_OK;
}

static rd_rc note_one(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;

	if (!j->skip)
		RD_TRY(rd_q_notice_sent(tx, j->id, tx->now_us, NULL, err));
	return rd_job_finish(j->run, tx, err);
}

static rd_rc send_one(rd_job_run *run, void *ctx, rd_err *err)
{
	letter_job j = {.sender = ctx, .run = run, .id = rd_job_number(run, "notice")};

	return send_letter(&j, compose_one, note_one, err);
}

/* ---- a digest ---- */

static rd_rc collect(rd_tx *tx, letter_job *j, const rd_person *p, rd_digest_item *items,
                     uint32_t *ret_n, rd_err *err)
{
	const rd_q_digest_items_row *rows;
	uint32_t n_rows, n = 0;

	RD_TRY(rd_q_digest_items(tx, p->id, j->run->id, ITEMS_MAX, &rows, &n_rows, err));
	for (uint32_t i = 0; i < n_rows; i++) {
		rd_notice_words words = {rd_message_find(rows[i].notice), rows[i].kind, rows[i].actor,
		                         rows[i].detail, rows[i].record_id};
		bool may = false;

		items[n].kind = words.what;
		if (words.what < RD_MESSAGE_KINDS)
			RD_TRY(rd_notice_facts(tx, &p->actor, p->language, j->sender->desk->zone_offset_s,
			                       &words, &items[n].facts, &may, err));
		n += may;
	}
	*ret_n = n;
	return RD_OK;
}

static rd_rc compose_digest(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;
	rd_digest_item *items = RD_NEW_N(tx->arena, rd_digest_item, ITEMS_MAX + 1);
	rd_str url;
	rd_person p;
	bool found;
	uint32_t n;

	j->skip = true;
	RD_TRY(rd_person_load(tx, j->id, &p, &found, err));
	if (!found || !p.active)
		return RD_OK;
	RD_TRY(collect(tx, j, &p, items, &n, err));
	if (n == 0)
		return RD_OK;
	RD_TRY(rd_letter_address(tx, p.name, p.mail, &j->letter, &j->skip, err));
	RD_TRY(rd_setting_text(tx, RD_SET_PUBLIC_URL, &url, err));
	rd_buf subject, body;

	rd_buf_init(&subject, TEXT_MAX);
	rd_buf_init(&body, TEXT_MAX);
	rd_message_digest(p.language, items, n, url, &subject, &body);
	j->letter.subject = keep(tx->arena, &subject);
	j->letter.text = keep(tx->arena, &body);
	rd_buf_done(&subject);
	rd_buf_done(&body);
	rd_letter_name(tx, "digest", j->run->id, &j->letter);
	return RD_OK;
}

static rd_rc note_digest(rd_tx *tx, void *ctx, rd_err *err)
{
	letter_job *j = ctx;

	if (!j->skip)
		RD_TRY(rd_q_digest_sent(tx, j->id, j->run->id, tx->now_us, NULL, err));
	return rd_job_finish(j->run, tx, err);
}

static rd_rc send_digest(rd_job_run *run, void *ctx, rd_err *err)
{
	letter_job j = {.sender = ctx, .run = run, .id = rd_job_number(run, "user")};

	return send_letter(&j, compose_digest, note_digest, err);
}

/* ---- a group ---- */

typedef struct group_job {
	const rd_sender *sender;
	rd_job_run *run;
	rd_robot_row robot;
	rd_notice_words words;
	rd_str title, text, link;
	int64_t now_us;
	bool skip;
} group_job;

static rd_rc compose_group(rd_tx *tx, void *ctx, rd_err *err)
{
	group_job *j = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_q_firm_manner_row firm = {.language = {"zh", 2}};
	const rd_robot_row *robots;
	rd_message_facts facts;
	int64_t id = rd_job_number(j->run, "robot");
	uint32_t n;
	bool found, may = false;

	j->skip = true;
	j->now_us = tx->now_us;
	RD_TRY(rd_robots_load(tx, &robots, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (robots[i].id == id && robots[i].active) {
			j->robot = robots[i];
			j->skip = false;
		}
	if (j->skip)
		return RD_OK;
	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	rd_language language =
		found && rd_str_is(firm.language, "en") ? RD_LANGUAGE_EN : RD_LANGUAGE_ZH;

	RD_TRY(rd_notice_facts(tx, &system, language, j->sender->desk->zone_offset_s, &j->words, &facts,
	                       &may, err));
	j->skip = !may;
	if (!may)
		return RD_OK;
	RD_TRY(rd_robots_open(tx, &j->robot, err));
	rd_buf title, body;

	j->link = facts.url;
	facts.url = RD_STR(""); /* the robot puts the link where it can be pressed */
	rd_buf_init(&title, TEXT_MAX);
	rd_buf_init(&body, TEXT_MAX);
	rd_message_write(j->words.what, language, &facts, &title, &body);
	j->title = keep(tx->arena, &title);
	j->text = rd_str_trim(keep(tx->arena, &body));
	rd_buf_done(&title);
	rd_buf_done(&body);
	return RD_OK;
}

/* What a plain address gets. */
static rd_rc call_group(group_job *j, rd_err *err)
{
	const rd_post *post = &j->sender->post;
	char delivery[32];
	int32_t status;
	rd_buf body;
	rd_json w;

	rd_buf_init(&body, TEXT_MAX * 2);
	rd_json_init(&w, &body, 0);
	rd_json_object(&w);
	rd_json_put_text(&w, "notice", rd_message_name(j->words.what));
	rd_json_put_str(&w, "title", j->title);
	rd_json_put_str(&w, "text", j->text);
	rd_json_put_str(&w, "url", j->link);
	rd_json_close(&w);
	rd_json_end(&w);
	rd_rc rc =
		post->call(post->ctx,
	               &(rd_web_call){.url = j->robot.url,
	                              .secret = j->robot.secret,
	                              .delivery = {delivery,
	                                           (uint32_t)snprintf(delivery, sizeof delivery, "%lld",
	                                                              (long long)j->run->id)},
	                              .event = RD_STR("notice"),
	                              .body = rd_buf_view(&body),
	                              .at_us = j->now_us},
	               &status, err);

	rd_buf_done(&body);
	return rc;
}

static rd_rc send_group(rd_job_run *run, void *ctx, rd_err *err)
{
	group_job j = {.sender = ctx, .run = run};
	const rd_post *post = &j.sender->post;

	j.words = (rd_notice_words){rd_message_find(rd_job_text(run, "notice")),
	                            rd_job_text(run, "kind"), rd_job_text(run, "actor"),
	                            rd_job_text(run, "detail"), rd_job_number(run, "record")};
	if (j.words.what == RD_MESSAGE_KINDS)
		return RD_OK; /* ordered by a release that knew more */
	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, compose_group, &j, err));
	if (j.skip)
		return RD_OK;
	if (j.robot.service == RD_SERVICE_WEBHOOK)
		return rd_send_judge(run, call_group(&j, err));
	return rd_send_judge(run, post->group(post->ctx,
	                                      &(rd_group_message){.service = j.robot.service,
	                                                          .url = j.robot.url,
	                                                          .secret = j.robot.secret,
	                                                          .title = j.title,
	                                                          .text = j.text,
	                                                          .link = j.link,
	                                                          .at_us = j.now_us},
	                                      err));
}

void rd_send_jobs(const rd_sender *sender, rd_job_kind kinds[RD_SEND_JOBS_N])
{
	void *ctx = (void *)sender;

	kinds[0] = (rd_job_kind){"notice.mail", send_one, ctx, MAIL_LEASE_S, 0};
	kinds[1] = (rd_job_kind){"notice.digest", send_digest, ctx, MAIL_LEASE_S, 0};
	kinds[2] = (rd_job_kind){"notice.robot", send_group, ctx, GROUP_LEASE_S, GROUP_TRIES};
	kinds[3] = (rd_job_kind){"webhook.deliver", rd_webhook_deliver, ctx, GROUP_LEASE_S, 0};
}
