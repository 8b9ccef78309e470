/* The job that looks for posted corrections in what has become the current import. */
#include "desk/cell.h"
#include "desk/corrections.h"
#include "desk/person.h"
#include "desk/send.h"
#include "desk/shelf.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define LEASE_S   1200u /* the shelf may have to read the files once more */
#define TRIES_MAX 4u

typedef struct seeking {
	const rd_correction_seeker *seeker;
	rd_job_run *run;
	int64_t import_id, books_id;
	bool any; /* it is still the current import, and something is posted */
	const rd_book *book;
} seeking;

rd_rc rd_correction_imported(const rd_engine *e, rd_tx *tx, int64_t books_id, int64_t import_id,
                             rd_err *err)
{
	const rd_q_correction_posted_row *rows;
	char body[64];
	int64_t job_id;
	uint32_t n;

	RD_TRY(rd_q_correction_posted(tx, books_id, 1, &rows, &n, err));
	if (n == 0 || import_id == 0)
		return RD_OK;
	int len = snprintf(body, sizeof body, "{\"import\":%lld}", (long long)import_id);

	return rd_job_add(e->store, tx,
	                  &(rd_job_new){.queue = RD_STR(RD_IMPORT_QUEUE),
	                                .kind = RD_STR("correction.seek"),
	                                .body = {body, (uint32_t)len}},
	                  &job_id, err);
}

static rd_rc load(rd_tx *tx, void *ctx, rd_err *err)
{
	seeking *s = ctx;
	rd_actor system = rd_desk_system(tx->firm_id);
	const rd_q_correction_posted_row *rows;
	rd_record import, books;
	uint32_t n;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("import")), s->import_id, &import, err));
	s->books_id = rd_field_int(&import, "books", 0);
	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("books")), s->books_id, &books, err));
	RD_TRY(rd_q_correction_posted(tx, s->books_id, 1, &rows, &n, err));
	s->any = n > 0 && rd_field_int(&books, "current_import", 0) == s->import_id;
	return RD_OK;
}

static rd_rc finish(rd_tx *tx, void *ctx, rd_err *err)
{
	seeking *s = ctx;
	uint32_t seen, missing;

	RD_TRY(load(tx, s, err));
	if (s->any && s->book)
		RD_TRY(rd_correction_seen(s->seeker->engine, tx, s->books_id, s->import_id, s->book, &seen,
		                          &missing, err));
	return rd_job_finish(s->run, tx, err);
}

static rd_rc seek(rd_job_run *run, void *ctx, rd_err *err)
{
	seeking s = {.seeker = ctx, .run = run, .import_id = rd_job_number(run, "import")};
	rd_shelved *book = NULL;

	RD_TRY(rd_store_read(run->store, run->firm_id, run->arena, load, &s, err));
	if (s.any) {
		RD_TRY(rd_shelf_take_import(s.seeker->shelf, run->firm_id, s.import_id, &book, err));
		s.book = rd_shelved_book(book);
	}
	rd_rc rc = rd_store_write(run->store, run->firm_id, run->arena, finish, &s, err);

	rd_shelf_give(s.seeker->shelf, book);
	return rc;
}

rd_job_kind rd_correction_job(const rd_correction_seeker *seeker)
{
	return (rd_job_kind){.kind = "correction.seek",
	                     .run = seek,
	                     .ctx = (void *)(uintptr_t)seeker,
	                     .lease_s = LEASE_S,
	                     .tries_max = TRIES_MAX};
}
