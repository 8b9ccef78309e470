#include "api/inner.h"
#include "record/once.h"
#include <stdio.h>

struct rd_many {
	pthread_mutex_t lock;
	pthread_cond_t over;
	uint32_t left;
};

static void unit_done(rd_command *c)
{
	struct rd_many *of = ((rd_unit *)(void *)c)->of;

	pthread_mutex_lock(&of->lock);
	if (--of->left == 0)
		pthread_cond_signal(&of->over);
	pthread_mutex_unlock(&of->lock);
}

void rd_many_run(rd_call *call, rd_arena *a, void *units, uint32_t n, size_t step)
{
	struct rd_many of = {.left = n};

	pthread_mutex_init(&of.lock, NULL);
	pthread_cond_init(&of.over, NULL);
	for (uint32_t i = 0; i < n; i++) {
		rd_unit *u = (rd_unit *)(void *)((char *)units + i * step);

		u->of = &of;
		u->command.firm_id = call->who.actor.firm_id;
		u->command.arena = a;
		u->command.done = unit_done;
		rd_store_submit(call->api->store, &u->command);
	}
	pthread_mutex_lock(&of.lock);
	while (of.left)
		pthread_cond_wait(&of.over, &of.lock);
	pthread_mutex_unlock(&of.lock);
	pthread_cond_destroy(&of.over);
	pthread_mutex_destroy(&of.lock);
}

/* The unit separator cannot stand in a header, so this is nobody's own key. */
static rd_str key_of(const rd_call *call, uint32_t i, char out[RD_ONCE_KEY_MAX + 16])
{
	rd_str key = call->req->header.idempotency_key;
	int n = snprintf(out, RD_ONCE_KEY_MAX + 16, "%.*s\x1f%u", (int)key.len, key.ptr, i);

	return (rd_str){out, (uint32_t)n};
}

rd_rc rd_many_find(const rd_call *call, rd_tx *tx, uint32_t i, rd_str *ret_body, bool *ret_found,
                   rd_err *err)
{
	rd_str key = call->req->header.idempotency_key;
	char text[RD_ONCE_KEY_MAX + 16];
	rd_once_answer was;
	uint8_t digest[32];
	bool found;

	*ret_found = false;
	if (key.len == 0)
		return RD_OK;
	if (key.len > RD_ONCE_KEY_MAX)
		return rd_fail(err, RD_USAGE, "Idempotency-Key 不能超过 %u 字节",
		               "Idempotency-Key is at most %u bytes", RD_ONCE_KEY_MAX);
	RD_TRY(rd_once_get(tx, call->who.actor.name, key_of(call, i, text), &was, &found, err));
	if (!found)
		return RD_OK;
	rd_once_digest(call, digest);
	if (was.request.len != 32 || memcmp(was.request.ptr, digest, 32) != 0)
		return rd_fail(err, RD_CONFLICT, "这个 Idempotency-Key 已用于另一个请求；请换一个",
		               "this Idempotency-Key was used for another request; take a new one");
	*ret_body = was.body;
	*ret_found = true;
	return RD_OK;
}

rd_rc rd_many_keep(const rd_call *call, rd_tx *tx, uint32_t i, rd_str body, rd_err *err)
{
	char text[RD_ONCE_KEY_MAX + 16];
	uint8_t digest[32];

	if (call->req->header.idempotency_key.len == 0)
		return RD_OK;
	rd_once_digest(call, digest);
	return rd_once_put(tx, call->who.actor.name, key_of(call, i, text),
	                   &(rd_once_answer){.request = {(const char *)digest, sizeof digest},
	                                     .status = 200,
	                                     .body = body},
	                   err);
}
