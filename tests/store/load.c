/*
 * load - a store under load; for the crash test and for measuring.
 *
 *   load write URL FOLDER N OPEN    N commands of an event and a projection each (0: until
 *                                   killed), OPEN of them open at any time. Each that was
 *                                   acknowledged is a line "<firm> <seq> <id>", written at once.
 *   load measure URL FOLDER N OPEN  commands of one event; says commands a second.
 *   load check URL FOLDER           reads such lines: each event must be there with its id.
 *   load verify URL FOLDER          rd_store_verify, and as many projections as events.
 *   load sound URL FOLDER           rd_store_verify alone, of whatever wrote there.
 *   load furnish URL FOLDER         firm 1 gets what a bundle must carry: blobs, an erased payload,
 *                                   a payload that is no UTF-8, a view; it has 10 events at least.
 *
 * Exit code 0 = all is well.
 */
#include "store/blob.h"
#include "store/log.h"
#include "store/queries.gen.h"
#include "store/verify.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRMS 3
#define BLOBS 3

typedef struct work {
	rd_command command;
	struct load *load;
	int64_t id, seq;
} work;

typedef struct load {
	rd_store *store;
	pthread_mutex_t lock;
	pthread_cond_t room;
	work **free;
	uint32_t n_free;
	bool quiet, failed;
} load;

static void die(const char *what, const rd_err *err)
{
	(void)fprintf(stderr, "load: %s: %s\n", what, err->en);
	exit(3);
}

/* An event, and beside it a row that must be there if and only if the event is. */
static rd_rc one(rd_tx *tx, void *ctx, rd_err *err)
{
	static const rd_type in_types[] = {RD_INT, RD_TEXT, RD_TEXT, RD_INT};
	static const rd_statement project = {
		"project",
		"INSERT INTO search_term (firm_id, term, kind, id) VALUES (?1, ?2, ?3, ?4)",
		"INSERT INTO search_term (firm_id, term, kind, id) VALUES ($1, $2, $3, $4)",
		in_types,
		NULL,
		4,
		0};
	work *w = ctx;
	char payload[96];
	int n = snprintf(payload, sizeof payload,
	                 "{\"id\":%jd,\"title\":\"a task of an ordinary length\",\"state\":\"open\"}",
	                 (intmax_t)w->id);
	rd_log_event e = {
		.type = RD_STR("task.created"),
		.kind = RD_STR("task"),
		.record_id = w->id,
		.actor = RD_STR("user:1"),
		.request_id = RD_STR("01H8XGJWBWBAQ4"),
		.payload = {payload, (uint32_t)n},
	};
	rd_value in[] = {RD_VALUE_INT(tx->firm_id), RD_VALUE_TEXT(RD_STR("load")),
	                 RD_VALUE_TEXT(RD_STR("task")), RD_VALUE_INT(w->id)};

	RD_TRY(rd_log_append(tx, &e, &w->seq, err));
	return w->load->quiet ? RD_OK : rd_db_exec(tx->db, &project, in, NULL, err);
}

static void done(rd_command *c)
{
	work *w = (work *)c;
	load *l = w->load;
	char line[96];

	if (c->rc != RD_OK)
		die("command", &c->err);
	if (!l->quiet) {
		int n = snprintf(line, sizeof line, "%jd %jd %jd\n", (intmax_t)c->firm_id, (intmax_t)w->seq,
		                 (intmax_t)w->id);

		if (write(STDOUT_FILENO, line, (size_t)n) != n)
			_exit(4);
	}
	(void)pthread_mutex_lock(&l->lock);
	l->free[l->n_free++] = w;
	(void)pthread_cond_signal(&l->room);
	(void)pthread_mutex_unlock(&l->lock);
}

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void run(load *l, int64_t n, uint32_t open)
{
	rd_arena *a = rd_arena_new();
	int64_t start = now_us();

	l->free = RD_NEW_N(a, work *, open);
	for (uint32_t i = 0; i < open; i++) {
		l->free[i] = RD_NEW(a, work);
		*l->free[i] =
			(work){.load = l, .command = {.arena = rd_arena_new(), .run = one, .done = done}};
	}
	l->n_free = open;
	for (int64_t i = 0; n == 0 || i < n; i++) {
		(void)pthread_mutex_lock(&l->lock);
		while (l->n_free == 0)
			(void)pthread_cond_wait(&l->room, &l->lock);
		work *w = l->free[--l->n_free];

		(void)pthread_mutex_unlock(&l->lock);
		rd_arena_reset(w->command.arena);
		w->id = rd_store_new_id(l->store);
		w->command.ctx = w;
		w->command.firm_id = l->quiet ? 1 : 1 + i % FIRMS;
		rd_store_submit(l->store, &w->command);
	}
	(void)pthread_mutex_lock(&l->lock);
	while (l->n_free < open)
		(void)pthread_cond_wait(&l->room, &l->lock);
	(void)pthread_mutex_unlock(&l->lock);
	int64_t took = now_us() - start;

	(void)fprintf(stderr, "%jd commands, %jd a second\n", (intmax_t)n,
	              (intmax_t)(n * 1000000 / (took ? took : 1)));
	for (uint32_t i = 0; i < open; i++)
		rd_arena_free(l->free[i]->command.arena);
	rd_arena_free(a);
}

typedef struct checking {
	int64_t seq, id;
	bool good;
} checking;

static bool names_id(rd_str payload, int64_t id)
{
	char want[40];

	(void)snprintf(want, sizeof want, "{\"id\":%jd,", (intmax_t)id);
	return rd_str_starts(payload, want);
}

static rd_rc check_one(rd_tx *tx, void *ctx, rd_err *err)
{
	checking *c = ctx;
	const rd_log_row *rows;
	uint32_t n = 0;

	RD_TRY(rd_log_from(tx, c->seq, 1, &rows, &n, err));
	c->good = n == 1 && rows[0].seq == c->seq && rows[0].record_id == c->id &&
	          names_id(rows[0].payload, c->id);
	return RD_OK;
}

/* The projection of this program has as many rows as the log. */
static rd_rc check_rows(rd_tx *tx, void *ctx, rd_err *err)
{
	checking *c = ctx;
	int64_t size = 0;
	rd_value firm = RD_VALUE_INT(tx->firm_id);
	rd_rows rows = {0};

	RD_TRY(rd_log_size(tx, &size, err));
	RD_TRY(rd_db_select(tx->db, RD_STR("SELECT count(*) FROM search_term WHERE firm_id = $1"),
	                    &firm, 1, 1, tx->arena, &rows, err));
	c->good = rows.cells[0].i == size;
	return RD_OK;
}

static int verify(rd_store *s, const rd_store_config *config, bool rows)
{
	rd_arena *a = rd_arena_new();
	rd_err err = {0};
	rd_verify_order order = {.url = config->url, .folder = config->folder};
	bool good = false;

	if (rd_store_verify(&order, NULL, NULL, &good, &err) != RD_OK)
		die("verify", &err);
	for (int64_t f = 1; rows && f <= FIRMS; f++) {
		checking c = {0};

		if (rd_store_read(s, f, a, check_rows, &c, &err) != RD_OK)
			die("verify", &err);
		good = good && c.good;
	}
	rd_arena_free(a);
	return !good;
}

static int check(rd_store *s)
{
	rd_arena *a = rd_arena_new();
	rd_err err = {0};
	intmax_t firm, seq, id;
	char line[128];
	int bad = 0;

	while (fgets(line, sizeof line, stdin)) {
		checking c = {0};

		if (sscanf(line, "%jd %jd %jd", &firm, &seq, &id) != 3 || strchr(line, '\n') == NULL)
			continue; /* the line that the kill cut: its command was acknowledged all the same */
		c.seq = seq;
		c.id = id;
		if (rd_store_read(s, firm, a, check_one, &c, &err) != RD_OK)
			die("check", &err);
		if (!c.good && bad++ < 5)
			(void)fprintf(stderr, "acknowledged and not there: %s", line);
		rd_arena_reset(a);
	}
	rd_arena_free(a);
	return bad != 0;
}

/* ---- furnish ---- */

static rd_rc furnish_rows(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_seq_run runs[] = {{2, 2}, {4, 6}};
	const rd_log_erase_order order = {.actor = RD_STR("user:1"),
	                                  .reason = RD_STR("asked"),
	                                  .runs = runs,
	                                  .n_runs = 2};
	const rd_log_event odd = {.type = RD_STR("odd.bytes"),
	                          .actor = RD_STR("system"),
	                          .payload = RD_STR("\xff\xfe and \"quotes\"")};
	const rd_blob *blobs = ctx;
	int64_t seq;

	RD_TRY(rd_log_append(tx, &odd, &seq, err));
	RD_TRY(rd_log_erase(tx, &order, &seq, err));
	for (uint32_t i = 0; i < BLOBS; i++)
		RD_TRY(rd_blob_add(tx, &blobs[i], err));
	return rd_q_view_add(tx, 7, RD_STR("task"), 1, 1, RD_STR("红字\u2028<b>"), RD_STR("state:open"),
	                     RD_STR(""), RD_STR(""), NULL, err);
}

static void furnish(rd_store *s)
{
	static char big[300000];
	const rd_str texts[BLOBS] = {RD_STR(""), RD_STR("红字"), {big, sizeof big}};
	rd_blob blobs[BLOBS];
	rd_arena *a = rd_arena_new();
	rd_err err = {0};

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * i >> 7);
	for (uint32_t i = 0; i < BLOBS; i++) {
		rd_blob_writer *w;

		if (rd_blob_begin(s, 1, sizeof big, &w, &err) != RD_OK ||
		    rd_blob_write(w, texts[i].ptr, texts[i].len, &err) != RD_OK ||
		    rd_blob_end(w, &blobs[i], &err) != RD_OK)
			die("blob", &err);
	}
	if (rd_store_write(s, 1, a, furnish_rows, blobs, &err) != RD_OK)
		die("furnish", &err);
	rd_arena_free(a);
}

int main(int argc, char **argv)
{
	rd_err err = {0};
	load l = {.lock = PTHREAD_MUTEX_INITIALIZER, .room = PTHREAD_COND_INITIALIZER};
	int exit_code = 0;

	if (argc < 4)
		return 2;
	rd_store_config config = {.url = rd_str_of(argv[2]),
	                          .folder = rd_str_of(argv[3]),
	                          .origin = RD_STR("redink.example")};

	if (rd_store_open(&config, &l.store, &err) != RD_OK)
		die("open", &err);
	l.quiet = strcmp(argv[1], "measure") == 0;
	if (strcmp(argv[1], "check") == 0)
		exit_code = check(l.store);
	else if (strcmp(argv[1], "verify") == 0)
		exit_code = verify(l.store, &config, true);
	else if (strcmp(argv[1], "sound") == 0)
		exit_code = verify(l.store, &config, false);
	else if (strcmp(argv[1], "furnish") == 0)
		furnish(l.store);
	else
		run(&l, argc > 4 ? atoll(argv[4]) : 0, argc > 5 ? (uint32_t)atol(argv[5]) : 64);
	rd_store_close(l.store);
	return exit_code;
}
