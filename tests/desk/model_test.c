/*
 * desk_model - plays random courses of events on the desk and holds its laws after each command.
 *
 *	desk_model [--seeds N] [--from N] [--steps N] [--jobs N] [-v]
 *	desk_model --seed N [--steps N]      one of them once more, told step by step
 *
 * A seed that breaks a law is told with its number and the last commands; the rest go on. Jobs are
 * processes (one with PostgreSQL, which has one database). Ends with "N passed, N failed".
 */
#include "laws.h"
#include "store/verify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 16

typedef struct order {
	long seeds, from, steps, jobs;
	bool verbose;
} order;

static void log_is_sound(play *p)
{
	const rd_verify_order o = {.url = rd_str_of(p->s->c.o.place.url),
	                           .folder = rd_str_of(p->s->c.o.place.folder),
	                           .firm_id = OFFICE_FIRM};
	bool sound = false;
	rd_err err = {0};
	rd_rc rc = rd_store_verify(&o, NULL, NULL, &sound, &err);

	LAW(rc == RD_OK, "the log cannot be verified: %s", err.en);
	LAW(rc != RD_OK || sound, "the log is not sound");
}

/* Whether all laws held. */
static bool play_seed(stage *s, long seed, const order *o)
{
	play *p = malloc(sizeof *p);
	sight *was = malloc(sizeof *was);
	laws l = {.n = 0};

	if (p == NULL || was == NULL)
		exit(2);
	stage_begin(s);
	play_begin(p, s, (uint64_t)seed);
	for (long i = 0; i < o->steps && !law_broken; i++) {
		*was = p->now;
		play_step(p);
		stage_see(s, &p->now);
		laws_hold(&l, p, was);
	}
	if (!law_broken)
		laws_replay(p);
	if (!law_broken)
		log_is_sound(p);
	if (law_broken || o->verbose) {
		(void)printf("  seed %ld, step %u; the last commands:\n", seed, p->step);
		play_tell(p);
	}
	if (o->verbose)
		(void)printf("  %u done, %u refused, %u cases, %lld events\n", p->done, p->refused,
		             p->now.n, (long long)p->now.events);
	bool kept = !law_broken;

	stage_end(s);
	free(was);
	free(p);
	(void)fflush(stdout);
	return kept;
}

/* Each job takes every jobs-th seed; how many failed. */
static int play_some(const order *o, long job)
{
	static stage s;
	int failed = 0;

	stage_open(&s);
	for (long i = job; i < o->seeds; i += o->jobs)
		failed += !play_seed(&s, o->from + i, o);
	stage_close(&s);
	return failed;
}

static int play_all(const order *o)
{
	pid_t jobs[JOBS_MAX];
	int failed = 0;

	if (o->jobs == 1)
		return play_some(o, 0);
	(void)fflush(stdout);
	for (long i = 0; i < o->jobs; i++) {
		jobs[i] = fork();
		if (jobs[i] < 0)
			exit(2);
		if (jobs[i] == 0) {
			int n = play_some(o, i);

			exit(n > 100 ? 100 : n);
		}
	}
	for (long i = 0; i < o->jobs; i++) {
		int status = 0;

		/* One that died has failed, whatever it had played. */
		if (waitpid(jobs[i], &status, 0) < 0 || !WIFEXITED(status))
			failed++;
		else
			failed += WEXITSTATUS(status);
	}
	return failed;
}

static bool read_order(int argc, char **argv, order *o)
{
	for (int i = 1; i < argc; i++) {
		long *to = NULL;

		if (strcmp(argv[i], "-v") == 0) {
			o->verbose = true;
			continue;
		}
		if (strcmp(argv[i], "--seeds") == 0)
			to = &o->seeds;
		else if (strcmp(argv[i], "--from") == 0 || strcmp(argv[i], "--seed") == 0)
			to = &o->from;
		else if (strcmp(argv[i], "--steps") == 0)
			to = &o->steps;
		else if (strcmp(argv[i], "--jobs") == 0)
			to = &o->jobs;
		if (to == NULL || i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--seed") == 0) {
			o->seeds = 1;
			o->verbose = true;
		}
		*to = strtol(argv[++i], NULL, 10);
	}
	return o->seeds > 0 && o->steps > 0 && o->jobs > 0 && o->jobs <= JOBS_MAX;
}

int main(int argc, char **argv)
{
	order o = {.seeds = 20, .from = 1, .steps = 40, .jobs = 1};

	if (!read_order(argc, argv, &o)) {
		(void)fprintf(stderr, "usage: desk_model [--seeds N] [--from N] [--seed N] [--steps N] "
		                      "[--jobs N] [-v]\n");
		return 2;
	}
	if (place_is_pg() || o.seeds < o.jobs)
		o.jobs = 1;
	laws_open();
	int failed = play_all(&o);

	(void)printf("%ld passed, %d failed\n", failed > o.seeds ? 0 : o.seeds - failed, failed);
	return failed > 0;
}
