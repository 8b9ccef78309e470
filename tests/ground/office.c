#include "office.h"
#include "desk/feedback.h"
#include "desk/questions.h"
#include "desk/webhooks.h"
#include "record/beside.h"
#include "store/queries.gen.h"
#include <stdio.h>
#include <stdlib.h>

static void must(rd_rc rc, const rd_err *err, const char *what)
{
	if (rc == RD_OK)
		return;
	(void)fprintf(stderr, "office: %s: %s\n", what, err->en);
	exit(2);
}

/* ---- what is caught ---- */

static office_sent *caught(office *o, char what, rd_str to, rd_str title, rd_str text, rd_str key,
                           int64_t at_us)
{
	office_sent *s = &o->sent[o->n_sent < OFFICE_SENT ? o->n_sent++ : OFFICE_SENT - 1];

	*s = (office_sent){.what = what, .at_us = at_us};
	(void)snprintf(s->to, sizeof s->to, RD_STR_FMT, RD_STR_ARG(to));
	(void)snprintf(s->title, sizeof s->title, RD_STR_FMT, RD_STR_ARG(title));
	(void)snprintf(s->text, sizeof s->text, RD_STR_FMT, RD_STR_ARG(text));
	(void)snprintf(s->key, sizeof s->key, RD_STR_FMT, RD_STR_ARG(key));
	return s;
}

static rd_rc answer(const office *o, rd_err *err)
{
	return o->answer == RD_OK ? RD_OK : rd_fail(err, o->answer, "不行", "the far side says no");
}

static rd_rc mail(void *ctx, const rd_letter *l, rd_err *err)
{
	(void)caught(ctx, 'm', l->to, l->subject, l->text, l->message_id, l->at_us);
	return answer(ctx, err);
}

static rd_rc group(void *ctx, const rd_group_message *m, rd_err *err)
{
	(void)caught(ctx, 'g', m->url, m->title, m->text, m->secret, m->at_us);
	return answer(ctx, err);
}

static rd_rc call(void *ctx, const rd_web_call *c, int32_t *ret_status, rd_err *err)
{
	office *o = ctx;

	office_sent *s = caught(o, 'c', c->url, c->event, c->body, c->delivery, c->at_us);

	(void)snprintf(s->secret, sizeof s->secret, RD_STR_FMT, RD_STR_ARG(c->secret));
	*ret_status = o->status;
	return answer(o, err);
}

/* ---- the firm ---- */

static rd_rc allow(rd_hook_call *hook_call, rd_err *err)
{
	(void)hook_call;
	(void)err;
	return RD_OK;
}

static const rd_hook hooks[] = {
#define RD_HOOK(name, help) {#name, allow},
#include "../../model/hooks.def"
#undef RD_HOOK
};

rd_actor office_actor(int64_t user_id, uint16_t roles)
{
	static char name[32]; /* of one actor at a time */
	int n = snprintf(name, sizeof name, "user:%lld", (long long)user_id);

	if (user_id == 0)
		return rd_desk_system(OFFICE_FIRM);
	return (rd_actor){.firm_id = OFFICE_FIRM,
	                  .user_id = user_id,
	                  .roles = roles,
	                  .name = {name, (uint32_t)n},
	                  .request_id = RD_STR("r1")};
}

typedef struct order {
	office *o;
	rd_actor actor;
	const rd_kind *kind;
	int64_t id;
	const char *transition, *body;
	bool create;
	const int64_t *mentions;
	uint32_t n_mentions;
} order;

static rd_rc run(rd_tx *tx, void *ctx, rd_err *err)
{
	order *r = ctx;
	rd_problems problems = {0};
	rd_record record;
	json_t *body = NULL;

	const rd_comment_new comment = {.body = rd_str_of(r->body),
	                                .mentions = r->mentions,
	                                .n_mentions = r->n_mentions};

	if (r->mentions || r->body[0] != '{')
		return rd_comment_add(&r->o->engine, tx, &r->actor, r->kind, r->id, &comment, &(int64_t){0},
		                      err);
	RD_TRY(rd_check_parse(rd_str_of(r->body), &body, err));
	rd_rc rc = r->create ? rd_record_create(&r->o->engine, tx, &r->actor, r->kind, r->id, body,
	                                        &record, &problems, err)
	           : r->transition
	               ? rd_record_move(&r->o->engine, tx, &r->actor, r->kind, r->id, RD_ANY_VERSION,
	                                rd_str_of(r->transition), body, &record, &problems, err)
	               : rd_record_change(&r->o->engine, tx, &r->actor, r->kind, r->id, RD_ANY_VERSION,
	                                  body, &record, &problems, err);

	if (rc == RD_OK)
		r->id = rd_cell(&record, RD_COL_ID)->i;
	json_decref(body);
	return rc;
}

static int64_t do_it(office *o, int64_t by, order r)
{
	/* Administrators may do everything that these tests do. */
	r.o = o;
	r.actor = office_actor(by, RD_KIND_ADMINISTRATOR | RD_KIND_SUPERVISOR);
	rd_err err = {0};

	must(rd_store_write(o->store, OFFICE_FIRM, o->place.arena, run, &r, &err), &err, r.body);
	return r.id;
}

void office_open(office *o)
{
	*o = (office){0};
	place_open_ready(&o->place);
	o->place.now_us = OFFICE_NOW;
	o->store = place_store(&o->place);
	o->engine = (rd_engine){o->store, hooks, sizeof hooks / sizeof hooks[0], 28800};
	o->desk = (rd_desk){o->store, 28800};
	o->sender = (rd_sender){&o->desk, {mail, group, call, o}};
	o->status = 200;
	(void)do_it(o, 0,
	            (order){.kind = rd_kind_find(RD_STR("firm")),
	                    .id = OFFICE_FIRM,
	                    .create = true,
	                    .body = "{\"name\":\"小会计所\"}"});
	office_set(o, RD_SET_MAIL_HOST, "mail.example.com");
	office_set(o, RD_SET_MAIL_FROM, "desk@example.com");
	office_set(o, RD_SET_PUBLIC_URL, "https://r.example");
}

void office_close(office *o)
{
	rd_store_close(o->store);
	place_close(&o->place);
}

int64_t office_record(office *o, int64_t by, const char *kind, const char *body)
{
	return do_it(o, by,
	             (order){.kind = rd_kind_find(rd_str_of(kind)), .create = true, .body = body});
}

void office_change(office *o, int64_t by, const char *kind, int64_t id, const char *body)
{
	(void)do_it(o, by, (order){.kind = rd_kind_find(rd_str_of(kind)), .id = id, .body = body});
}

void office_move(office *o, int64_t by, const char *kind, int64_t id, const char *transition,
                 const char *body)
{
	(void)do_it(o, by,
	            (order){.kind = rd_kind_find(rd_str_of(kind)),
	                    .id = id,
	                    .transition = transition,
	                    .body = body});
}

void office_comment(office *o, int64_t by, const char *kind, int64_t id, const char *text,
                    const int64_t *mentions, uint32_t n)
{
	(void)do_it(o, by,
	            (order){.kind = rd_kind_find(rd_str_of(kind)),
	                    .id = id,
	                    .body = text,
	                    .mentions = mentions,
	                    .n_mentions = n});
}

int64_t office_person(office *o, const char *login, const char *role, const char *language)
{
	char body[400];

	(void)
		snprintf(body, sizeof body,
	             "{\"login\":\"%s\",\"name\":\"%s\",\"mail\":\"%s@example.com\",\"roles\":[\"%s\"],"
	             "\"language\":\"%s\"}",
	             login, login, login, role, language);
	int64_t id = office_record(o, 0, "user", body);

	office_move(o, 0, "user", id, "activate", "{}");
	return id;
}

typedef struct set_order {
	rd_setting which;
	const char *value;
} set_order;

static rd_rc set_it(rd_tx *tx, void *ctx, rd_err *err)
{
	set_order *s = ctx;
	rd_setting_row rows[RD_SETTINGS_N];
	rd_actor system = rd_desk_system(OFFICE_FIRM);
	int64_t version;

	RD_TRY(rd_setting_list(tx, rows, err));
	return rd_setting_set(tx, &system, s->which, rd_str_of(s->value), rows[s->which].version,
	                      &version, err);
}

void office_set(office *o, rd_setting which, const char *value)
{
	set_order s = {which, value};

	office_write(o, set_it, &s);
}

void office_write(office *o, rd_tx_fn *fn, void *ctx)
{
	rd_err err = {0};

	must(rd_store_write(o->store, OFFICE_FIRM, o->place.arena, fn, ctx, &err), &err, "write");
}

/* ---- work ---- */

void office_followers(office *o, rd_follower followers[2])
{
	followers[0] = (rd_follower){"notices", rd_notice_follow, &o->desk, rd_notice_look};
	followers[1] = (rd_follower){"webhooks", rd_webhook_follow, &o->desk, rd_webhook_look};
}

uint32_t office_jobs(office *o)
{
	static const char *const queues[] = {"post"};
	rd_job_kind kinds[RD_SEND_JOBS_N + RD_QUESTION_JOBS_N + 1];
	uint32_t ran = 0;
	rd_err err = {0};

	rd_send_jobs(&o->sender, kinds);
	rd_question_jobs(&o->sender, kinds + RD_SEND_JOBS_N);
	kinds[RD_SEND_JOBS_N + RD_QUESTION_JOBS_N] = rd_feedback_job(&o->sender);
	must(rd_jobs_run(&(rd_jobs_config){.store = o->store,
	                                   .kinds = kinds,
	                                   .n_kinds = sizeof kinds / sizeof *kinds,
	                                   .queues = queues,
	                                   .n_queues = 1},
	                 1000, &ran, &err),
	     &err, "jobs");
	return ran;
}

void office_work(office *o)
{
	rd_follower followers[2];
	rd_err err = {0};

	office_followers(o, followers);
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t n = 1;

		while (n)
			must(rd_follow_batch(o->store, &followers[i], OFFICE_FIRM, o->place.arena, &n, &err),
			     &err, followers[i].name);
	}
	(void)office_jobs(o);
}

typedef struct looking {
	int64_t user_id;
	char *out;
} looking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;
	const rd_q_inbox_unread_row *rows;
	uint32_t n, at = 0;

	RD_TRY(rd_q_inbox_unread(tx, l->user_id, INT64_MAX, 30, &rows, &n, err));
	l->out[0] = '\0';
	for (uint32_t i = n; i > 0; i--)
		at += (uint32_t)snprintf(l->out + at, 400 - at, "%s" RD_STR_FMT, at ? " " : "",
		                         RD_STR_ARG(rows[i - 1].notice));
	return RD_OK;
}

const char *office_notices(office *o, int64_t user_id, char out[400])
{
	looking l = {user_id, out};
	rd_err err = {0};

	must(rd_store_read(o->store, OFFICE_FIRM, o->place.arena, look, &l, &err), &err, "notices");
	return out;
}
