#include "auth/gate.h"
#include "base/assert.h"

void rd_gate_init(rd_gate *g, uint32_t places, uint32_t queue_max)
{
	RD_ASSERT(places >= 1);
	*g = (rd_gate){.places = places, .queue_max = queue_max};
	RD_ASSERT(pthread_mutex_init(&g->lock, NULL) == 0);
	RD_ASSERT(pthread_cond_init(&g->moved, NULL) == 0);
}

void rd_gate_done(rd_gate *g)
{
	RD_ASSERT(g->inside == 0 && g->serving == g->next_ticket);
	pthread_cond_destroy(&g->moved);
	pthread_mutex_destroy(&g->lock);
}

static bool must_wait(const rd_gate *g, uint64_t ticket)
{
	return g->serving != ticket || g->inside == g->places;
}

rd_rc rd_gate_enter(rd_gate *g, rd_err *err)
{
	pthread_mutex_lock(&g->lock);
	uint64_t ticket = g->next_ticket;

	if (must_wait(g, ticket) && ticket - g->serving >= g->queue_max) {
		pthread_mutex_unlock(&g->lock);
		return rd_fail(err, RD_TOO_MANY, "现在登录的人太多；请过几秒再试",
		               "too many people are signing in just now; try again in a few seconds");
	}
	g->next_ticket++;
	while (must_wait(g, ticket))
		pthread_cond_wait(&g->moved, &g->lock);
	g->serving++;
	g->inside++;
	/* The next in the queue may find another place free. */
	pthread_cond_broadcast(&g->moved);
	pthread_mutex_unlock(&g->lock);
	return RD_OK;
}

void rd_gate_leave(rd_gate *g)
{
	pthread_mutex_lock(&g->lock);
	RD_ASSERT(g->inside > 0);
	g->inside--;
	pthread_cond_broadcast(&g->moved);
	pthread_mutex_unlock(&g->lock);
}
