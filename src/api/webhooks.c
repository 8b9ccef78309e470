#include "desk/webhooks.h"
#include "api/handlers.h"
#include "api/inner.h"
#include "auth/secret.h"

static const rd_shape_field webhook_fields[] = {
	{"name", RD_SHAPE_TEXT, true, 1, 100, "as people read it"},
	{"url", RD_SHAPE_TEXT, true, 1, 2000, "https address that is called"},
	{"patterns", RD_SHAPE_TEXT, true, 1, RD_PATTERNS_MAX,
     "types of events joined by commas: task.created, task.*, *.moved, *"},
	{"active", RD_SHAPE_BOOL, false, 0, 0, "preset true"},
};
const rd_shape rd_shape_webhook = {"WebhookNew", webhook_fields, 4};

static const rd_shape_field change_fields[] = {
	{"name", RD_SHAPE_TEXT, false, 1, 100, "as people read it"},
	{"url", RD_SHAPE_TEXT, false, 1, 2000, "https address that is called"},
	{"patterns", RD_SHAPE_TEXT, false, 1, RD_PATTERNS_MAX, "types of events joined by commas"},
	{"active", RD_SHAPE_BOOL, false, 0, 0, "false: nothing is called until it is on again"},
};
const rd_shape rd_shape_webhook_change = {"WebhookChange", change_fields, 4};

/* What was given put over what is there. */
static void merge(const rd_call *call, rd_webhook *hook)
{
	hook->name = rd_call_text(call, 0, hook->name);
	hook->url = rd_call_text(call, 1, hook->url);
	hook->patterns = rd_call_text(call, 2, hook->patterns);
	if (call->in[3].type == RD_INT)
		hook->active = call->in[3].i != 0;
}

/* The webhook {id} of the path. */
static rd_rc find(rd_call *call, rd_tx *tx, rd_webhook *ret, rd_err *err)
{
	const rd_webhook *list;
	uint32_t n;

	RD_TRY(rd_webhook_list(tx, &call->who.actor, &list, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (list[i].id == call->id) {
			*ret = list[i];
			return RD_OK;
		}
	return rd_fail(err, RD_NOT_FOUND, "没有这个网络钩子", "there is no such webhook");
}

rd_rc rd_api_webhooks(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_webhook *list;
	uint32_t n;

	RD_TRY(rd_webhook_list(tx, &call->who.actor, &list, &n, err));
	rd_json *j = rd_answer_list(call, "webhooks");

	for (uint32_t i = 0; i < n; i++) {
		rd_json_object(j);
		rd_put_id(j, "id", list[i].id);
		rd_json_put_int(j, "version", list[i].version);
		rd_json_put_str(j, "name", list[i].name);
		rd_json_put_str(j, "url", list[i].url);
		rd_json_put_str(j, "patterns", list[i].patterns);
		rd_json_put_bool(j, "active", list[i].active);
		rd_put_time(j, "made_at", list[i].made_at_us);
		rd_put_time(j, "failing_since", list[i].failing_since_us);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

/* The only answers that ever show a secret. */
static rd_rc with_secret(rd_call *call, const rd_webhook *hook, char secret[RD_WEBHOOK_SECRET])
{
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "id", hook->id);
	rd_json_put_int(j, "version", hook->version);
	rd_json_put_text(j, "secret", secret);
	rd_json_close(j);
	rd_secret_wipe(secret, RD_WEBHOOK_SECRET);
	rd_call_etag(call, hook->version);
	return RD_OK;
}

rd_rc rd_api_webhook_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_webhook hook = {.version = 1, .active = true};
	char secret[RD_WEBHOOK_SECRET];

	merge(call, &hook);
	RD_TRY(rd_webhook_add(call->api->store, tx, &call->who.actor, &hook, &hook.id, secret, err));
	call->reply.status = 201;
	return with_secret(call, &hook, secret);
}

rd_rc rd_api_webhook_change(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_webhook hook;

	RD_TRY(rd_call_versioned(call, err));
	RD_TRY(find(call, tx, &hook, err));
	merge(call, &hook);
	hook.version = call->version;
	RD_TRY(rd_webhook_change(tx, &call->who.actor, &hook, NULL, err));
	rd_call_etag(call, hook.version + 1);
	return RD_OK;
}

rd_rc rd_api_webhook_secret(rd_call *call, rd_tx *tx, rd_err *err)
{
	char secret[RD_WEBHOOK_SECRET];
	rd_webhook hook;

	RD_TRY(find(call, tx, &hook, err));
	RD_TRY(rd_webhook_change(tx, &call->who.actor, &hook, secret, err));
	hook.version++;
	return with_secret(call, &hook, secret);
}

rd_rc rd_api_webhook_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_webhook_remove(tx, &call->who.actor, call->id, err);
}

/* ---- how the calls went ---- */

static void put_delivery(rd_json *j, const rd_delivery *d)
{
	rd_json_object(j);
	rd_put_id(j, "id", d->id);
	rd_json_put_int(j, "seq", d->seq);
	rd_json_put_str(j, "type", d->type);
	rd_json_put_str(j, "state", d->state);
	rd_json_put_int(j, "attempts", d->attempts);
	if (d->status)
		rd_json_put_int(j, "status", d->status);
	else
		rd_json_put_text(j, "status", NULL);
	rd_json_put_str(j, "error", d->error);
	rd_put_time(j, "at", d->at_us);
	rd_put_time(j, "next_at", d->next_at_us);
	rd_put_time(j, "sent_at", d->sent_at_us);
	rd_json_close(j);
}

rd_rc rd_api_deliveries(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_delivery *list;
	int64_t before, limit;
	rd_webhook hook;
	uint32_t n;

	RD_TRY(rd_call_number(call, "before", 1, INT64_MAX, 0, &before, err));
	RD_TRY(rd_call_number(call, "limit", 1, RD_DELIVERY_LIST_MAX, 50, &limit, err));
	RD_TRY(find(call, tx, &hook, err));
	RD_TRY(
		rd_delivery_list(tx, &call->who.actor, call->id, before, (uint32_t)limit, &list, &n, err));
	rd_json *j = rd_answer_list(call, "deliveries");

	for (uint32_t i = 0; i < n; i++)
		put_delivery(j, &list[i]);
	return rd_answer_list_end(j);
}

rd_rc rd_api_delivery_again(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_delivery_again(call->api->store, tx, &call->who.actor, call->id, err);
}
