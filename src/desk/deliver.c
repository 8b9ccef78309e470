/* The job that calls a webhook for one event, and what follows from how it went. */
#include "base/json.h"
#include "desk/lines.h"
#include "desk/send.h"
#include "desk/settings.h"
#include "desk/webhooks.h"
#include "record/show.h"
#include "store/queries.gen.h"
#include <jansson.h>
#include <stdio.h>

#define BODY_MAX (8u << 10) /* names and numbers only */
#define DAY_US   86400000000LL

typedef struct delivery {
	const rd_sender *sender;
	rd_job_run *run;
	int64_t id;
	rd_q_delivery_get_row row;
	rd_q_webhook_get_row hook;
	rd_str body;
	int64_t now_us;
	bool gone; /* nothing is to be done: it was sent, or the webhook is gone */
	rd_rc rc;
	int32_t status;
	const rd_err *why;
} delivery;

static void put_id(rd_json *j, const char *key, int64_t id)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)id);
	rd_json_put_text(j, key, text);
}

/* Of the values only transition and state: names of the model, neither secret nor personal. */
static void put_move(rd_json *j, rd_str payload)
{
	json_t *o = json_loadb(payload.ptr, payload.len, 0, NULL);
	const char *transition = json_string_value(json_object_get(o, "transition"));
	const char *state = json_string_value(json_object_get(json_object_get(o, "set"), "state"));

	if (transition)
		rd_json_put_text(j, "transition", transition);
	if (state)
		rd_json_put_text(j, "state", state);
	json_decref(o);
}

static rd_str body_of(const delivery *d, const rd_log_row *e)
{
	rd_buf out;
	rd_json j;
	char at[40];

	rd_show_time(e->at_us, at);
	rd_buf_init(&out, BODY_MAX);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	put_id(&j, "delivery", d->id);
	put_id(&j, "firm", d->run->firm_id);
	rd_json_put_int(&j, "seq", e->seq);
	rd_json_put_str(&j, "type", e->type);
	rd_json_put_str(&j, "kind", e->kind);
	put_id(&j, "record", e->record_id);
	rd_json_put_str(&j, "actor", e->actor);
	rd_json_put_text(&j, "at", at);
	if (e->payload.len)
		put_move(&j, e->payload);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_str s = rd_str_trim(rd_buf_view(&out));

	s.ptr = rd_arena_copy(d->run->arena, s.ptr, s.len);
	rd_buf_done(&out);
	return s;
}

static rd_rc load(rd_tx *tx, void *ctx, rd_err *err)
{
	delivery *d = ctx;
	const rd_log_row *events;
	uint32_t n;
	bool found;

	d->gone = true;
	d->now_us = tx->now_us;
	RD_TRY(rd_q_delivery_get(tx, d->id, &d->row, &found, err));
	if (!found || !rd_str_is(d->row.state, "waiting"))
		return RD_OK;
	RD_TRY(rd_q_webhook_get(tx, d->row.webhook_id, &d->hook, &found, err));
	if (!found)
		return RD_OK;
	RD_TRY(rd_webhook_secret(tx, d->row.webhook_id, d->hook.secret, &d->hook.secret, err));
	RD_TRY(rd_log_from(tx, d->row.seq, 1, &events, &n, err));
	if (n == 0 || events[0].seq != d->row.seq)
		return rd_fail(err, RD_CORRUPT, "日志中没有这个事件；请运行 redink verify",
		               "the log does not have the event; run redink verify");
	d->body = body_of(d, &events[0]);
	d->gone = false;
	return RD_OK;
}

/* ---- how it went ---- */

static rd_rc switch_off(rd_tx *tx, const delivery *d, int64_t since_us, rd_err *err)
{
	const rd_actor system = {.firm_id = tx->firm_id,
	                         .system = true,
	                         .name = RD_STR("system"),
	                         .request_id = {"", 0}};
	rd_buf payload;

	RD_TRY(rd_q_webhook_failing(tx, d->row.webhook_id, since_us, 0, NULL, err));
	rd_buf_init(&payload, 64);
	rd_buf_printf(&payload, "{\"webhook\":%lld}", (long long)d->row.webhook_id);
	rd_rc rc =
		rd_firm_event(tx, &system, "firm.webhook-disabled", rd_buf_view(&payload), NULL, err);

	rd_buf_done(&payload);
	return rc;
}

static rd_str words_of(const delivery *d)
{
	char text[sizeof d->why->zh + sizeof d->why->en + 4];
	int n = snprintf(text, sizeof text, "%s / %s", d->why->zh, d->why->en);

	return (rd_str){rd_arena_copy(d->run->arena, text, (size_t)n), (uint32_t)n};
}

static rd_rc write_failure(rd_tx *tx, delivery *d, rd_err *err)
{
	rd_q_webhook_get_row hook;
	int64_t days, since = tx->now_us;
	bool found;

	RD_TRY(rd_setting_int(tx, RD_SET_WEBHOOK_FAIL_DAYS, &days, err));
	RD_TRY(rd_q_webhook_get(tx, d->row.webhook_id, &hook, &found, err));
	if (found && hook.failing_since_us)
		since = hook.failing_since_us;
	bool off = found && hook.active && tx->now_us - since >= days * DAY_US;

	/* A refusal before anything was called will be one the next time, too. */
	d->run->give_up = off || !found || !hook.active ||
	                  (d->status == 0 && (d->rc == RD_FORBIDDEN || d->rc == RD_USAGE));
	if (off)
		RD_TRY(switch_off(tx, d, since, err));
	else if (found)
		RD_TRY(rd_q_webhook_failing(tx, d->row.webhook_id, since, hook.active, NULL, err));
	RD_TRY(rd_job_fail(d->run, tx, d->why, err));
	return rd_q_delivery_tried(tx, d->id, d->run->next_us ? RD_STR("waiting") : RD_STR("failed"),
	                           d->status, words_of(d), d->run->next_us, 0, NULL, err);
}

static rd_rc write_outcome(rd_tx *tx, void *ctx, rd_err *err)
{
	delivery *d = ctx;
	rd_q_webhook_get_row hook; /* as it is now: somebody may have changed it meanwhile */
	bool found;

	if (d->gone)
		return rd_job_finish(d->run, tx, err);
	if (d->rc != RD_OK)
		return write_failure(tx, d, err);
	RD_TRY(rd_q_delivery_tried(tx, d->id, RD_STR("sent"), d->status, RD_STR(""), 0, tx->now_us,
	                           NULL, err));
	RD_TRY(rd_q_webhook_get(tx, d->row.webhook_id, &hook, &found, err));
	if (found && hook.failing_since_us)
		RD_TRY(rd_q_webhook_failing(tx, d->row.webhook_id, 0, hook.active, NULL, err));
	return rd_job_finish(d->run, tx, err);
}

rd_rc rd_webhook_deliver(rd_job_run *run, void *ctx, rd_err *err)
{
	delivery d = {.sender = ctx, .run = run, .id = rd_job_number(run, "delivery")};
	const rd_post *post = &d.sender->post;
	char name[24];
	rd_err why = {0};

	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, load, &d, err));
	d.why = &why;
	if (!d.gone && d.hook.active) {
		d.rc = post->call(post->ctx,
		                  &(rd_web_call){.url = d.hook.url,
		                                 .secret = d.hook.secret,
		                                 .delivery = {name,
		                                              (uint32_t)snprintf(name, sizeof name, "%lld",
		                                                                 (long long)d.id)},
		                                 .event = d.row.type,
		                                 .body = d.body,
		                                 .at_us = d.now_us},
		                  &d.status, &why);
	} else if (!d.gone) {
		d.rc = rd_fail(&why, RD_BARRED, "网络钩子已停用", "the webhook is turned off");
	}
	RD_TRY(rd_store_write(run->store, run->firm_id, run->arena, write_outcome, &d, err));
	if (d.rc != RD_OK)
		*err = why;
	return d.rc;
}
