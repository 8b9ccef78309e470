/*
 * gate.h - at most so many at a time, a bounded queue before it, and a refusal behind that.
 *
 * For work that takes much memory (password hashes: 64 MiB each). Who waits is let in in the
 * order of coming. With r places, a queue of q and w seconds of work nobody waits longer than
 * about (q / r + 1) * w. Any thread may enter; the owner ends all users before rd_gate_done.
 */
#ifndef RD_AUTH_GATE_H
#define RD_AUTH_GATE_H
#include "base/err.h"
#include <pthread.h>
#include <stdbool.h>

typedef struct rd_gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint32_t places, queue_max; /* as given */
	uint32_t inside;
	uint64_t next_ticket, serving; /* waiting = next_ticket - serving */
} rd_gate;

/* places >= 1; queue_max 0 means that nobody waits. */
void rd_gate_init(rd_gate *g, uint32_t places, uint32_t queue_max);
void rd_gate_done(rd_gate *g);
/* Waits for a place; TOO_MANY at once when the queue is full. */
RD_NODISCARD rd_rc rd_gate_enter(rd_gate *g, rd_err *err);
void rd_gate_leave(rd_gate *g);
#endif
