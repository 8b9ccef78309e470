#include "desk/hands.h"
#include "base/assert.h"
#include "desk/anchors.h"
#include "desk/case.h"
#include "desk/catalogue.h"
#include "desk/duty.h"
#include "desk/emergencies.h"
#include "desk/causes.h"
#include "desk/corrections.h"
#include "desk/effect.h"
#include "desk/evidence.h"
#include "desk/feedback.h"
#include "desk/follow.h"
#include "desk/ladder.h"
#include "desk/indexing.h"
#include "desk/notice.h"
#include "desk/questions.h"
#include "desk/reminders.h"
#include "desk/reviews.h"
#include "desk/runs.h"
#include "desk/send.h"
#include "desk/shelf.h"
#include "desk/statements.h"
#include "desk/webhooks.h"
#include "store/checkpoint.h"
#include "store/heads.h"

#define FOLLOWERS_N 3u

static const char *const queues[] = {"post"};
static const char *const queues_of_books[] = {RD_IMPORT_QUEUE, RD_RUNS_QUEUE};

struct rd_hands {
	rd_hands_config config;
	rd_arena *arena;
	rd_desk desk;
	rd_outbound *outbound;
	rd_sender sender;
	rd_anchors anchors;
	rd_statement_jobs_ctx statement_jobs;
	rd_statements *statements;
	rd_job_kind kinds[RD_JOB_KINDS_MAX];
	uint32_t n_kinds;
	rd_follower followers[FOLLOWERS_N];
	rd_indexing indexing;
	rd_periodic_entry entries[RD_PERIODIC_MAX];
	uint32_t n_entries;
	rd_shelf *shelf;
	rd_importer importer;
	rd_correction_seeker seeker;
	rd_runs runs;
	rd_jobs *jobs;
	rd_jobs *books; /* minutes of reading and checking do not hold up a mail */
	rd_follow *follow;
	rd_periodic *periodic;
};

static void tell(rd_hands *h, const char *what, const rd_err *why)
{
	if (h->config.told)
		h->config.told(h->config.ctx, what, why);
}

static void told_job(void *ctx, const rd_job_run *run, const rd_err *why)
{
	char what[96];

	if (why->code == RD_OK)
		return;
	snprintf(what, sizeof what, "job %.*s", (int)run->kind.len, run->kind.ptr);
	tell(ctx, what, why);
}

static void told_follower(void *ctx, const char *follower, int64_t firm_id, const rd_err *why)
{
	(void)firm_id;
	tell(ctx, follower, why);
}

static void told_entry(void *ctx, const char *entry, const rd_err *why)
{
	if (why->code != RD_OK)
		tell(ctx, entry, why);
}

static void worked(void *ctx)
{
	rd_hands *h = ctx;

	if (h->jobs)
		rd_jobs_wake(h->jobs);
	if (h->books)
		rd_jobs_wake(h->books);
}

static void looked(void *ctx)
{
	rd_hands *h = ctx;
	rd_err err = {0};

	if (rd_indexing_look(&h->indexing, &err) != RD_OK)
		tell(h, "indexing", &err);
}

static void live(void *ctx, int64_t firm_id, const rd_log_row *row)
{
	rd_hands *h = ctx;

	h->config.live(h->config.ctx, firm_id, row);
}

static rd_rc start(rd_hands *h, rd_err *err)
{
	rd_store *store = h->desk.store;
	const rd_jobs_config jobs = {.store = store,
	                             .kinds = h->kinds,
	                             .n_kinds = h->n_kinds,
	                             .queues = queues,
	                             .n_queues = sizeof queues / sizeof *queues,
	                             .threads = h->config.threads ? h->config.threads : 2,
	                             .told = told_job,
	                             .told_ctx = h};
	const rd_follow_config follow = {.store = store,
	                                 .followers = h->followers,
	                                 .n_followers = FOLLOWERS_N,
	                                 .live = h->config.live ? live : NULL,
	                                 .live_ctx = h,
	                                 .worked = worked,
	                                 .worked_ctx = h,
	                                 .looked = looked,
	                                 .looked_ctx = h,
	                                 .told = told_follower,
	                                 .told_ctx = h};
	const rd_periodic_config periodic = {.store = store,
	                                     .entries = h->entries,
	                                     .n_entries = h->n_entries,
	                                     .told = told_entry,
	                                     .told_ctx = h,
	                                     .worked = worked,
	                                     .worked_ctx = h};

	rd_jobs_config books = jobs;

	books.queues = queues_of_books;
	books.poll_ms = 100; /* somebody waits before the page of a preview */
	books.n_queues = sizeof queues_of_books / sizeof *queues_of_books;
	RD_TRY(rd_jobs_start(&jobs, &h->jobs, err));
	RD_TRY(rd_jobs_start(&books, &h->books, err));
	RD_TRY(rd_follow_start(&follow, &h->follow, err));
	return rd_periodic_start(&periodic, &h->periodic, err);
}

static rd_rc take_book(void *ctx, int64_t firm_id, int64_t import_id, const rd_book **ret_book,
                       void **ret_hold, rd_err *err)
{
	rd_shelved *shelved;

	RD_TRY(rd_shelf_take_import(ctx, firm_id, import_id, &shelved, err));
	*ret_book = rd_shelved_book(shelved);
	*ret_hold = shelved;
	return RD_OK;
}

static void give_book(void *ctx, void *hold)
{
	rd_shelf_give(ctx, hold);
}

static void make_kinds(rd_hands *h)
{
	uint32_t n = 0;

	rd_send_jobs(&h->sender, h->kinds);
	n += RD_SEND_JOBS_N;
	rd_anchor_jobs(&h->sender, h->kinds + n);
	n += RD_ANCHOR_JOBS_N;
	rd_question_jobs(&h->sender, h->kinds + n);
	n += RD_QUESTION_JOBS_N;
	h->kinds[n++] = rd_feedback_job(&h->sender);
	h->statement_jobs = (rd_statement_jobs_ctx){h->config.engine, NULL};
	rd_statement_jobs(&h->statement_jobs, h->kinds + n);
	n += RD_STATEMENT_JOBS_N;
	h->kinds[n++] = rd_import_job(&h->importer);
	h->seeker = (rd_correction_seeker){h->config.engine, h->shelf};
	h->kinds[n++] = rd_correction_job(&h->seeker);
	rd_runs_jobs(&h->runs, h->kinds + n);
	n += RD_RUNS_JOBS_N;
	h->kinds[n++] = (rd_job_kind){rd_case_grade_job, rd_case_grade_all, &h->desk, 600, 0};
	RD_ASSERT(n <= RD_JOB_KINDS_MAX);
	h->n_kinds = n;
}

static void make_entries(rd_hands *h)
{
	uint32_t n = RD_UPKEEP_N + RD_REMINDERS_N;

	rd_upkeep_entries(h->entries);
	rd_reminders_entries(&h->desk, h->entries + RD_UPKEEP_N);
	h->entries[n++] = rd_catalogue_entry(h->config.engine);
	h->entries[n++] = rd_causes_entry(h->config.engine);
	h->entries[n++] = rd_effects_entry(h->config.engine);
	h->entries[n++] = rd_reviews_entry(h->config.engine);
	h->entries[n++] = rd_runs_entry(&h->runs);
	h->entries[n++] = rd_ladder_entry(h->config.engine);
	h->entries[n++] = rd_duty_entry(h->config.engine);
	h->entries[n++] = rd_emergency_entry(h->config.engine);
	h->entries[n++] = rd_question_entry(h->config.engine);
	rd_evidence_entries(h->config.engine, h->entries + n);
	n += RD_EVIDENCE_ENTRIES_N;
	h->entries[n++] = rd_case_entry(h->config.engine);
	rd_anchors_init(&h->anchors, &h->desk, h->config.checkpoints_to);
	n += rd_anchor_entries(&h->anchors, h->entries + n);
	RD_ASSERT(n <= RD_PERIODIC_MAX);
	h->n_entries = n;
}

rd_rc rd_hands_start(const rd_hands_config *config, rd_hands **ret_hands, rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	rd_hands *h = RD_NEW(arena, rd_hands);

	h->arena = arena;
	h->config = *config;
	h->desk = (rd_desk){config->engine->store, config->engine->zone_offset_s};
	h->outbound = rd_outbound_new(&h->config.outbound);
	h->sender = (rd_sender){&h->desk, rd_post_real(h->outbound)};
	h->shelf = rd_shelf_new(&(rd_shelf_config){.store = h->desk.store});
	h->statements = rd_statements_new(h->desk.store, NULL);
	h->importer = (rd_importer){config->engine, h->shelf};
	h->runs = (rd_runs){config->engine, {take_book, give_book, h->shelf}};
	make_kinds(h);
	h->indexing = (rd_indexing){h->desk.store, 0};
	h->followers[0] = (rd_follower){"notices", rd_notice_follow, &h->desk, rd_notice_look};
	h->followers[1] = (rd_follower){"webhooks", rd_webhook_follow, &h->desk, rd_webhook_look};
	h->followers[2] = (rd_follower){.name = "emergencies",
	                                .run = rd_emergency_follow,
	                                .ctx = (void *)(uintptr_t)h->config.engine,
	                                .look = rd_emergency_passes};
	make_entries(h);

	rd_rc rc = start(h, err);

	if (rc != RD_OK) {
		rd_hands_stop(h);
		return rc;
	}
	*ret_hands = h;
	return RD_OK;
}

/* Nothing stays unsigned while nobody is there to sign it. */
static void sign_all(rd_hands *h)
{
	uint32_t n;
	rd_err err = {0};

	if (rd_store_sign_due(h->desk.store, true, &n, &err) != RD_OK)
		tell(h, "checkpoints", &err);
	if (rd_heads_take(h->desk.store, true, &err) != RD_OK)
		tell(h, "heads", &err);
}

rd_statements *rd_hands_statements(const rd_hands *h)
{
	return h->statements;
}

rd_shelf *rd_hands_shelf(const rd_hands *h)
{
	return h->shelf;
}

void rd_hands_poke(rd_hands *h, int64_t firm_id)
{
	rd_follow_poke(h->follow, firm_id);
}

void rd_hands_stop(rd_hands *h)
{
	if (h == NULL)
		return;
	if (h->periodic) {
		rd_periodic_stop(h->periodic);
		sign_all(h);
	}
	rd_follow_stop(h->follow);
	rd_jobs_stop(h->jobs);
	rd_jobs_stop(h->books);
	rd_shelf_free(h->shelf);
	rd_statements_free(h->statements);
	rd_outbound_free(h->outbound);
	rd_arena_free(h->arena);
}
