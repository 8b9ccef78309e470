#include "api/inner.h"
#include "base/assert.h"

#define SLOW_WAITING_MAX 64u

static rd_call *take(rd_api *api)
{
	rd_call *call;

	pthread_mutex_lock(&api->lock);
	while (api->first == NULL && !api->ending)
		pthread_cond_wait(&api->more, &api->lock);
	call = api->first;
	if (call) {
		api->first = call->next;
		api->waiting--;
		if (api->first == NULL)
			api->last = &api->first;
	}
	pthread_mutex_unlock(&api->lock);
	return call;
}

static void *work(void *arg)
{
	rd_api *api = arg;
	rd_call *call;

	while ((call = take(api))) {
		rd_err err;
		rd_rc rc = call->route->handle(call, NULL, &err);

		rd_call_finish(call, rc, &err);
	}
	return NULL;
}

void rd_slow_start(rd_api *api)
{
	pthread_mutex_init(&api->lock, NULL);
	pthread_cond_init(&api->more, NULL);
	api->last = &api->first;
	for (size_t i = 0; i < sizeof api->slow / sizeof *api->slow; i++)
		RD_ASSERT(pthread_create(&api->slow[i], NULL, work, api) == 0);
}

void rd_slow_stop(rd_api *api)
{
	pthread_mutex_lock(&api->lock);
	api->ending = true;
	pthread_cond_broadcast(&api->more);
	pthread_mutex_unlock(&api->lock);
	for (size_t i = 0; i < sizeof api->slow / sizeof *api->slow; i++)
		pthread_join(api->slow[i], NULL);
	pthread_cond_destroy(&api->more);
	pthread_mutex_destroy(&api->lock);
}

rd_rc rd_slow_add(rd_api *api, rd_call *call, rd_err *err)
{
	bool full;

	pthread_mutex_lock(&api->lock);
	full = api->waiting >= SLOW_WAITING_MAX;
	if (!full) {
		call->next = NULL;
		*api->last = call;
		api->last = &call->next;
		api->waiting++;
		pthread_cond_signal(&api->more);
	}
	pthread_mutex_unlock(&api->lock);
	if (full)
		return rd_fail(err, RD_TOO_MANY, "现在的请求太多；请稍后再试",
		               "too many requests now; try again later");
	return RD_OK;
}

rd_rc rd_busy_begin(rd_api *api, int64_t places[RD_BUSY_MAX], int64_t firm_id, rd_err *err)
{
	int64_t *free_place = NULL;
	bool mine = false;

	pthread_mutex_lock(&api->lock);
	for (uint32_t i = 0; i < RD_BUSY_MAX; i++) {
		mine = mine || places[i] == firm_id;
		if (places[i] == 0)
			free_place = &places[i];
	}
	if (!mine && free_place)
		*free_place = firm_id;
	pthread_mutex_unlock(&api->lock);
	if (!mine && free_place)
		return RD_OK;
	(void)rd_fail(err, RD_TOO_MANY, "已有一个导入或导出在进行；请等它结束后再试",
	              "an import or export is running already; try again when it is over");
	err->line = 5; /* seconds, for Retry-After */
	return RD_TOO_MANY;
}

void rd_busy_end(rd_api *api, int64_t places[RD_BUSY_MAX], int64_t firm_id)
{
	pthread_mutex_lock(&api->lock);
	for (uint32_t i = 0; i < RD_BUSY_MAX; i++)
		if (places[i] == firm_id)
			places[i] = 0;
	pthread_mutex_unlock(&api->lock);
}
