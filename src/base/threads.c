#include "base/threads.h"
#include "base/assert.h"
#include <pthread.h>
#include <stdatomic.h>

typedef struct pool {
	rd_task *task;
	void *ctx;
	uint32_t n;
	atomic_uint next;
} pool;

typedef struct worker {
	pool *pool;
	uint32_t index;
	pthread_t thread;
} worker;

static void *work(void *arg)
{
	worker *w = arg;
	pool *p = w->pool;

	for (;;) {
		uint32_t i = atomic_fetch_add(&p->next, 1);

		if (i >= p->n)
			return NULL;
		p->task(p->ctx, i, w->index);
	}
}

void rd_parallel(uint32_t threads, uint32_t n, rd_task *task, void *ctx)
{
	pool p = {.task = task, .ctx = ctx, .n = n};
	worker workers[RD_THREADS_MAX];
	uint32_t started = 1;

	RD_ASSERT(threads >= 1 && threads <= RD_THREADS_MAX);
	if (threads > n)
		threads = n ? n : 1;
	for (uint32_t i = 0; i < threads; i++)
		workers[i] = (worker){.pool = &p, .index = i};
	for (; started < threads; started++)
		if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
			break; /* fewer threads do the same work */
	work(&workers[0]);
	for (uint32_t i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
}
