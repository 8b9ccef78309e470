/* http_floor: what libmicrohttpd and SQLite can do with nothing in between; the floor that the server is measured against.
 *   cc -O2 -o http_floor http_floor.c -lmicrohttpd -lsqlite3 -lpthread
 *   http_floor PORT DB THREADS [full|normal]
 * GET /static         fixed 200-byte JSON
 * GET /row/N          one row by primary key (100 000 rows are made on first start), JSON
 * POST /one           insert one row, one commit per request
 * POST /group         insert one row through a writer thread with group commit; answered after the commit
 */
#include <microhttpd.h>
#include <sqlite3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *db_path, *sync_mode = "FULL";
static const char fixed[] =
	"{\"id\":1,\"title\":\"................................................................\",\"state\":\"reported\",\"owner\":\"............\",\"amount_minor\":123456,\"currency\":\"CNY\",\"at\":\"2026-01-05T08:31:12Z\"}";
static __thread sqlite3 *tl_db;
static __thread sqlite3_stmt *tl_get, *tl_ins;

static sqlite3 *db_open(void)
{
	sqlite3 *db;
	char sql[64];
	if (sqlite3_open(db_path, &db) != SQLITE_OK)
		exit(1);
	sqlite3_busy_timeout(db, 10000);
	sqlite3_exec(db, "PRAGMA journal_mode=WAL", 0, 0, 0);
	snprintf(sql, sizeof sql, "PRAGMA synchronous=%s", sync_mode);
	sqlite3_exec(db, sql, 0, 0, 0);
	return db;
}
struct waiter {
	struct waiter *next;
	int done;
	pthread_cond_t cv;
};
static struct waiter *queue;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
struct conn {
	struct MHD_Connection *c;
	struct conn *next;
};
static struct conn *cq; /* suspended connections waiting for the group commit */
struct req {
	int begun;
	int done;
};

static void *writer(void *arg)
{
	(void)arg;
	sqlite3 *db = db_open();
	sqlite3_stmt *ins;
	sqlite3_prepare_v2(db, "INSERT INTO ev(body) VALUES(?1)", -1, &ins, 0);
	for (;;) {
		pthread_mutex_lock(&mu);
		while (!cq)
			pthread_cond_wait(&more, &mu);
		struct conn *batch = cq;
		cq = NULL;
		pthread_mutex_unlock(&mu);
		sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0);
		for (struct conn *b = batch; b; b = b->next) {
			sqlite3_bind_text(ins, 1, fixed, sizeof fixed - 1, SQLITE_STATIC);
			sqlite3_step(ins);
			sqlite3_reset(ins);
		}
		sqlite3_exec(db, "COMMIT", 0, 0, 0);
		while (batch) {
			struct conn *n = batch->next;
			MHD_resume_connection(batch->c);
			free(batch);
			batch = n;
		}
	}
}
static enum MHD_Result reply(struct MHD_Connection *c, unsigned code, const char *body, size_t n,
                             enum MHD_ResponseMemoryMode m)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(n, (void *)body, m);
	MHD_add_response_header(r, "Content-Type", "application/json");
	enum MHD_Result x = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return x;
}
static enum MHD_Result on(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                          const char *ver, const char *up, size_t *up_n, void **ctx)
{
	(void)cls;
	(void)ver;
	(void)up;
	struct req *q = *ctx;
	if (!q) {
		*ctx = calloc(1, sizeof *q);
		return MHD_YES;
	}
	if (*up_n) {
		*up_n = 0;
		return MHD_YES;
	}
	if (!strcmp(method, "GET") && !strncmp(url, "/row/", 5)) {
		if (!tl_db) {
			tl_db = db_open();
			sqlite3_prepare_v2(tl_db, "SELECT id,body FROM row WHERE id=?1", -1, &tl_get, 0);
		}
		sqlite3_bind_int64(tl_get, 1, atoll(url + 5));
		char out[512];
		int n = 0;
		if (sqlite3_step(tl_get) == SQLITE_ROW)
			n = snprintf(out, sizeof out, "{\"id\":%lld,\"row\":%s}",
			             (long long)sqlite3_column_int64(tl_get, 0),
			             sqlite3_column_text(tl_get, 1));
		sqlite3_reset(tl_get);
		return n ? reply(c, 200, out, n, MHD_RESPMEM_MUST_COPY)
		         : reply(c, 404, "{}", 2, MHD_RESPMEM_PERSISTENT);
	}
	if (!strcmp(method, "POST") && !strcmp(url, "/one")) {
		if (!tl_ins) {
			if (!tl_db)
				tl_db = db_open();
			sqlite3_prepare_v2(tl_db, "INSERT INTO ev(body) VALUES(?1)", -1, &tl_ins, 0);
		}
		sqlite3_bind_text(tl_ins, 1, fixed, sizeof fixed - 1, SQLITE_STATIC);
		int rc = sqlite3_step(tl_ins);
		sqlite3_reset(tl_ins);
		return rc == SQLITE_DONE ? reply(c, 201, "{}", 2, MHD_RESPMEM_PERSISTENT)
		                         : reply(c, 503, "{}", 2, MHD_RESPMEM_PERSISTENT);
	}
	if (!strcmp(method, "POST") && !strcmp(url, "/group")) {
		if (!q->begun) {
			q->begun = 1;
			struct conn *n = malloc(sizeof *n);
			n->c = c;
			MHD_suspend_connection(c);
			pthread_mutex_lock(&mu);
			n->next = cq;
			cq = n;
			pthread_cond_signal(&more);
			pthread_mutex_unlock(&mu);
			return MHD_YES;
		}
		return reply(c, 201, "{}", 2, MHD_RESPMEM_PERSISTENT);
	}
	return reply(c, 200, fixed, sizeof fixed - 1, MHD_RESPMEM_PERSISTENT);
}
static void over(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_RequestTerminationCode t)
{
	(void)cls;
	(void)c;
	(void)t;
	free(*ctx);
}
int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	db_path = argv[2];
	if (argc > 4 && !strcmp(argv[4], "normal"))
		sync_mode = "NORMAL";
	sqlite3 *db = db_open();
	sqlite3_exec(
		db,
		"CREATE TABLE IF NOT EXISTS row(id INTEGER PRIMARY KEY, body TEXT); CREATE TABLE IF NOT EXISTS ev(id INTEGER PRIMARY KEY, body TEXT)",
		0, 0, 0);
	char sql[1024];
	snprintf(
		sql, sizeof sql,
		"INSERT INTO row(id,body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100000) SELECT i,'%s' FROM n WHERE NOT EXISTS(SELECT 1 FROM row)",
		fixed);
	sqlite3_exec(db, sql, 0, 0, 0);
	sqlite3_close(db);
	pthread_t w;
	pthread_create(&w, 0, writer, 0);
	struct MHD_Daemon *d =
		MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME,
	                     (unsigned short)atoi(argv[1]), 0, 0, on, 0, MHD_OPTION_THREAD_POOL_SIZE,
	                     (unsigned)atoi(argv[3]), MHD_OPTION_NOTIFY_COMPLETED, over, 0,
	                     MHD_OPTION_END);
	if (!d) {
		perror("start");
		return 1;
	}
	pause();
	return 0;
}
