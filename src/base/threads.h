/*
 * threads.h - run n independent tasks on up to `threads` threads and wait for all.
 *
 * Tasks are taken in order by whoever is free; a task must not depend on another. The
 * result must not depend on which thread ran what: `worker` (0 .. threads-1) may choose
 * scratch memory and nothing else.
 */
#ifndef RD_BASE_THREADS_H
#define RD_BASE_THREADS_H
#include <stdint.h>

typedef void rd_task(void *ctx, uint32_t task, uint32_t worker);

#define RD_THREADS_MAX 64u
void rd_parallel(uint32_t threads, uint32_t n, rd_task *task, void *ctx);
#endif
