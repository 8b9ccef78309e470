/* Imports and the shelf: what is read once stays read, what is derived may go, what is undone. */
#include "desk/shelf.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "office.h"
#include "record/beside.h"
#include "unit.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static const char january[] = "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额\n"
							  "2024-01-05,记,1,提现,1001,库存现金,100.00,\n"
							  "2024-01-05,记,1,提现,1002,银行存款,,100.00\n";
static const char february[] = "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额\n"
							   "2024-02-05,记,1,提现,1001,库存现金,200.00,\n"
							   "2024-02-05,记,1,提现,1002,银行存款,,200.00\n";
static const rd_sandbox_limits limits = {256u << 20, 64u << 20, 20, 40};

typedef struct firm {
	office o;
	rd_shelf *shelf;
	rd_importer importer;
	int64_t client, books;
} firm;

static rd_shelf *new_shelf(firm *f, size_t budget)
{
	return rd_shelf_new(&(rd_shelf_config){
		.store = f->o.store, .budget = budget, .limits = &limits, .program = RD_SANDBOXED});
}

static void open_firm_of_books(firm *f)
{
	char body[200];

	office_open(&f->o);
	f->o.engine.hooks = rd_desk_hooks;
	f->o.engine.n_hooks = rd_desk_hooks_count;
	f->shelf = new_shelf(f, 0);
	f->importer = (rd_importer){&f->o.engine, f->shelf};
	int64_t sue = office_person(&f->o, "sue", "supervisor", "zh");
	(void)snprintf(body, sizeof body, "{\"name\":\"甲公司\",\"supervisor\":\"%jd\"}",
	               (intmax_t)sue);
	f->client = office_record(&f->o, 0, "client", body);
	(void)snprintf(body, sizeof body, "{\"name\":\"甲 2024\",\"year\":2024,\"client\":\"%jd\"}",
	               (intmax_t)f->client);
	f->books = office_record(&f->o, 0, "books", body);
}

static void close_firm_of_books(firm *f)
{
	rd_shelf_free(f->shelf);
	office_close(&f->o);
}

/* ---- what people do ---- */

typedef struct attaching {
	firm *f;
	int64_t import;
	const char *name, *data;
	rd_blob blob;
	int64_t id;
	rd_rc rc; /* of a removal */
} attaching;

static rd_rc attach_it(rd_tx *tx, void *ctx, rd_err *err)
{
	attaching *a = ctx;
	rd_actor system = rd_desk_system(OFFICE_FIRM);
	char hex[65];

	for (uint32_t i = 0; i < 32; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", a->blob.id.sha256[i]);
	RD_TRY(rd_blob_add(tx, &a->blob, err));
	return rd_attachment_add(
		&a->f->o.engine, tx, &system, rd_kind_find(RD_STR("import")), a->import,
		&(rd_attachment){rd_str_of(a->name), {hex, 64}, RD_STR("text/csv"), a->blob.size}, &a->id,
		err);
}

static int64_t attach(firm *f, int64_t import, const char *name, const char *data)
{
	attaching a = {.f = f, .import = import, .name = name};
	rd_blob_writer *w;
	rd_err err = {0};

	UNIT_OK(rd_blob_begin(f->o.store, OFFICE_FIRM, 1 << 20, &w, &err), &err);
	UNIT_OK(rd_blob_write(w, data, strlen(data), &err), &err);
	UNIT_OK(rd_blob_end(w, &a.blob, &err), &err);
	office_write(&f->o, attach_it, &a);
	return a.id;
}

static int64_t new_import(firm *f, const char *mode)
{
	char body[200];

	(void)snprintf(body, sizeof body,
	               "{\"name\":\"导入\",\"mode\":\"%s\",\"books\":\"%jd\",\"client\":\"%jd\"}", mode,
	               (intmax_t)f->books, (intmax_t)f->client);
	return office_record(&f->o, 0, "import", body);
}

static uint32_t work(firm *f)
{
	static const char *const queues[] = {RD_IMPORT_QUEUE};
	rd_job_kind kinds[] = {rd_import_job(&f->importer)};
	uint32_t ran = 0;
	rd_err err = {0};

	UNIT_OK(rd_jobs_run(&(rd_jobs_config){.store = f->o.store,
	                                      .kinds = kinds,
	                                      .n_kinds = 1,
	                                      .queues = queues,
	                                      .n_queues = 1},
	                    100, &ran, &err),
	        &err);
	return ran;
}

static void preview(firm *f, int64_t import)
{
	office_move(&f->o, 0, "import", import, "preview", "{}");
	UNIT_INT(work(f), 1);
}

/* A transition that may be refused. */
typedef struct moving {
	firm *f;
	int64_t import;
	const char *transition, *body;
} moving;

static rd_rc move_it(rd_tx *tx, void *ctx, rd_err *err)
{
	moving *m = ctx;
	rd_actor system = rd_desk_system(OFFICE_FIRM);
	rd_problems problems = {0};
	rd_record record;
	json_t *body;

	RD_TRY(rd_check_parse(rd_str_of(m->body), &body, err));
	rd_rc rc =
		rd_record_move(&m->f->o.engine, tx, &system, rd_kind_find(RD_STR("import")), m->import,
	                   RD_ANY_VERSION, rd_str_of(m->transition), body, &record, &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc try_move(firm *f, int64_t import, const char *transition, const char *body,
                      rd_err *err)
{
	moving m = {f, import, transition, body};

	return rd_store_write(f->o.store, OFFICE_FIRM, f->o.place.arena, move_it, &m, err);
}

static bool is_in(const firm *f, int64_t import, const char *state)
{
	char sql[200];

	(void)snprintf(sql, sizeof sql,
	               "SELECT count(*) FROM kind_import WHERE id = %jd AND state = '%s'",
	               (intmax_t)import, state);
	return place_number(&f->o.place, sql) == 1;
}

static int64_t current(const firm *f)
{
	return place_number(&f->o.place, "SELECT coalesce(current_import_id, 0) FROM kind_books");
}

static uint32_t lines(rd_shelf *s, int64_t import)
{
	rd_shelved *b = NULL;
	rd_err err = {0};
	uint32_t n = 0;

	UNIT_OK(rd_shelf_take_import(s, OFFICE_FIRM, import, &b, &err), &err);
	if (b)
		n = rd_shelved_book(b)->line.n;
	rd_shelf_give(s, b);
	return n;
}

/* ---- the shelf ---- */

static void a_book_is_read_once(void)
{
	firm f;

	open_firm_of_books(&f);
	int64_t import = new_import(&f, "replace");
	attach(&f, import, "1.csv", january);
	UNIT_INT(lines(f.shelf, import), 2);
	UNIT_INT(lines(f.shelf, import), 2);
	UNIT_INT(rd_shelf_counted(f.shelf).readings, 1);
	UNIT_INT(rd_shelf_counted(f.shelf).hits, 1);
	/* another process finds the image */
	rd_shelf *other = new_shelf(&f, 0);
	UNIT_INT(lines(other, import), 2);
	UNIT_INT(rd_shelf_counted(other).loads, 1);
	UNIT_INT(rd_shelf_counted(other).readings, 0);
	rd_shelf_free(other);
	/* another file is another book */
	attach(&f, import, "2.csv", february);
	UNIT_INT(lines(f.shelf, import), 4);
	UNIT_INT(rd_shelf_counted(f.shelf).readings, 2);
	close_firm_of_books(&f);
}

/* Calls `fn` for each image of the firm. */
static uint32_t each_image(const firm *f, void (*fn)(const char *path))
{
	char folder[600], path[1200];
	uint32_t n = 0;

	(void)snprintf(folder, sizeof folder, "%s/books/%d", rd_store_folder(f->o.store), OFFICE_FIRM);
	DIR *d = opendir(folder);
	for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.') {
			(void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
			fn(path);
			n++;
		}
	if (d)
		closedir(d);
	return n;
}

static void damage(const char *path)
{
	int fd = open(path, O_WRONLY);

	UNIT_TRUE(fd >= 0 && pwrite(fd, "x", 1, 700) == 1);
	close(fd);
}

static void drop(const char *path)
{
	UNIT_INT(unlink(path), 0);
}

static void images_may_be_damaged_or_gone(void)
{
	firm f;

	open_firm_of_books(&f);
	int64_t import = new_import(&f, "replace");
	attach(&f, import, "1.csv", january);
	UNIT_INT(lines(f.shelf, import), 2);
	UNIT_INT(each_image(&f, damage), 1);
	rd_shelf *other = new_shelf(&f, 0);
	UNIT_INT(lines(other, import), 2);
	UNIT_INT(rd_shelf_counted(other).readings, 1);
	rd_shelf_free(other);
	UNIT_INT(each_image(&f, drop), 1);
	other = new_shelf(&f, 0);
	UNIT_INT(lines(other, import), 2);
	UNIT_INT(rd_shelf_counted(other).readings, 1);
	rd_shelf_free(other);
	close_firm_of_books(&f);
}

static void a_small_shelf_keeps_what_is_taken(void)
{
	firm f;
	rd_shelved *first = NULL;
	rd_err err = {0};

	open_firm_of_books(&f);
	rd_shelf *small = new_shelf(&f, 1);
	int64_t a = new_import(&f, "replace"), b = new_import(&f, "replace");
	attach(&f, a, "1.csv", january);
	attach(&f, b, "2.csv", february);
	UNIT_OK(rd_shelf_take_import(small, OFFICE_FIRM, a, &first, &err), &err);
	UNIT_INT(lines(small, b), 2);
	UNIT_INT(rd_shelf_counted(small).books, 1);
	UNIT_INT(rd_shelved_book(first)->line.n, 2);
	rd_shelf_give(small, first);
	UNIT_INT(rd_shelf_counted(small).books, 0);
	UNIT_INT(rd_shelf_counted(small).bytes, 0);
	rd_shelf_free(small);
	close_firm_of_books(&f);
}

typedef struct crowd {
	firm *f;
	int64_t import[3];
	uint64_t seed;
	uint32_t wrong;
} crowd;

static void *one_of_many(void *ctx)
{
	crowd *c = ctx;

	for (uint32_t i = 0; i < 30; i++) {
		uint32_t k = unit_below(&c->seed, 3);
		rd_shelved *b = NULL;
		rd_err err = {0};
		rd_rc rc = rd_shelf_take_import(c->f->shelf, OFFICE_FIRM, c->import[k], &b, &err);

		/* the third holds no books */
		c->wrong += k == 2 ? rc != RD_INPUT : rc != RD_OK || rd_shelved_book(b)->line.n != 2;
		rd_shelf_give(c->f->shelf, b);
	}
	return NULL;
}

static void many_ask_at_a_time(void)
{
	firm f;
	pthread_t threads[4];
	crowd crowds[4];

	open_firm_of_books(&f);
	rd_shelf_free(f.shelf);
	f.shelf = new_shelf(&f, 1); /* hardly any room: books come and go */
	const char *data[] = {january, february, "nothing\n"};
	int64_t imports[3];
	for (int i = 0; i < 3; i++) {
		imports[i] = new_import(&f, "replace");
		attach(&f, imports[i], "a.csv", data[i]);
	}
	for (uint32_t i = 0; i < 4; i++) {
		crowds[i] = (crowd){.f = &f, .seed = i + 1};
		memcpy(crowds[i].import, imports, sizeof imports);
		UNIT_INT(pthread_create(&threads[i], NULL, one_of_many, &crowds[i]), 0);
	}
	for (uint32_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		UNIT_INT(crowds[i].wrong, 0);
	}
	UNIT_INT(rd_shelf_counted(f.shelf).books, 0);
	close_firm_of_books(&f);
}

/* ---- imports ---- */

static void an_import_is_previewed_committed_and_undone(void)
{
	firm f;
	rd_err err = {0};

	open_firm_of_books(&f);
	int64_t first = new_import(&f, "replace");
	attach(&f, first, "1.csv", january);
	preview(&f, first);
	UNIT_TRUE(is_in(&f, first, "previewed"));
	UNIT_INT(current(&f), 0);
	UNIT_OK(try_move(&f, first, "commit", "{}", &err), &err);
	UNIT_INT(current(&f), first);

	int64_t second = new_import(&f, "add");
	attach(&f, second, "2.csv", february);
	preview(&f, second);
	UNIT_OK(try_move(&f, second, "commit", "{}", &err), &err);
	UNIT_INT(current(&f), second);
	UNIT_INT(lines(f.shelf, second), 4);
	UNIT_INT(place_number(&f.o.place, "SELECT count(*) FROM attachments WHERE removed = 0"), 3);

	UNIT_INT(try_move(&f, first, "undo", "{\"reason\":\"x\"}", &err), RD_BARRED);
	UNIT_OK(try_move(&f, second, "undo", "{\"reason\":\"x\"}", &err), &err);
	UNIT_INT(current(&f), first);
	UNIT_OK(try_move(&f, first, "undo", "{\"reason\":\"x\"}", &err), &err);
	UNIT_INT(current(&f), 0);
	close_firm_of_books(&f);
}

static void what_changed_since_the_preview_stops_a_commit(void)
{
	firm f;
	rd_err err = {0};

	open_firm_of_books(&f);
	int64_t a = new_import(&f, "replace"), b = new_import(&f, "replace");
	attach(&f, a, "1.csv", january);
	attach(&f, b, "1.csv", february);
	preview(&f, a);
	preview(&f, b);
	UNIT_OK(try_move(&f, a, "commit", "{}", &err), &err);
	/* another import came between */
	UNIT_INT(try_move(&f, b, "commit", "{}", &err), RD_BARRED);
	UNIT_TRUE(strstr(err.en, "another import") != NULL);
	preview(&f, b);
	attach(&f, b, "3.csv", january);
	UNIT_INT(try_move(&f, b, "commit", "{}", &err), RD_BARRED);
	UNIT_TRUE(strstr(err.en, "changed after the preview") != NULL);
	preview(&f, b);
	office_change(&f.o, 0, "import", b, "{\"mapping\":\"files: '*.csv'\"}");
	UNIT_INT(try_move(&f, b, "commit", "{}", &err), RD_BARRED);
	UNIT_INT(current(&f), a);
	close_firm_of_books(&f);
}

static void an_undo_names_what_is_lost(void)
{
	firm f;
	char body[300];
	rd_err err = {0};

	open_firm_of_books(&f);
	int64_t import = new_import(&f, "replace");
	attach(&f, import, "1.csv", january);
	preview(&f, import);
	UNIT_OK(try_move(&f, import, "commit", "{}", &err), &err);
	/* A case that the run on it has found, and that somebody has begun to work on. */
	int64_t type = office_record(&f.o, 0, "exception_type",
	                             "{\"slug\":\"x\",\"name\":\"x\",\"area\":\"voucher\",\"nature\":"
	                             "\"mismatch\",\"severity\":\"high\",\"finds\":\"x\"}");

	(void)snprintf(body, sizeof body,
	               "{\"name\":\"x\",\"type\":\"%jd\",\"client\":\"%jd\",\"appearance\":\"y\","
	               "\"first_run\":\"%jd\"}",
	               (intmax_t)type, (intmax_t)f.client,
	               (intmax_t)place_number(&f.o.place, "SELECT max(id) FROM kind_run"));
	int64_t found = office_record(&f.o, 0, "case", body);

	office_move(&f.o, 0, "case", found, "triage", "{}");
	UNIT_INT(try_move(&f, import, "undo", "{\"reason\":\"x\"}", &err), RD_BARRED);
	UNIT_TRUE(strstr(err.en, "1 cases, 0 posted corrections") != NULL);
	UNIT_INT(current(&f), import);
	UNIT_OK(try_move(&f, import, "undo", "{\"reason\":\"x\",\"accept_loss\":true}", &err), &err);
	UNIT_INT(current(&f), 0);
	close_firm_of_books(&f);
}

static void a_bad_file_fails_its_import_alone(void)
{
	firm f;
	rd_err err = {0};

	open_firm_of_books(&f);
	int64_t good = new_import(&f, "replace"), bad = new_import(&f, "replace");
	attach(&f, good, "1.csv", january);
	attach(&f, bad, "1.csv", january);
	attach(&f, bad, "bomb.xlsx", "PK\3\4 and no more");
	office_move(&f.o, 0, "import", good, "preview", "{}");
	office_move(&f.o, 0, "import", bad, "preview", "{}");
	UNIT_INT(work(&f), 2);
	UNIT_TRUE(is_in(&f, good, "previewed") && is_in(&f, bad, "failed"));
	UNIT_INT(place_number(&f.o.place, "SELECT count(*) FROM kind_import WHERE problem LIKE "
	                                  "'bomb.xlsx: %'"),
	         1);
	UNIT_INT(try_move(&f, bad, "commit", "{}", &err), RD_BARRED);
	close_firm_of_books(&f);
}

const unit_test shelf_tests[] = {
	{"a book is read once", a_book_is_read_once},
	{"images may be damaged or gone", images_may_be_damaged_or_gone},
	{"a small shelf keeps what is taken", a_small_shelf_keeps_what_is_taken},
	{"many ask at a time", many_ask_at_a_time},
	{"an import is previewed, committed and undone", an_import_is_previewed_committed_and_undone},
	{"what changed since the preview stops a commit",
     what_changed_since_the_preview_stops_a_commit},
	{"an undo names what is lost", an_undo_names_what_is_lost},
	{"a bad file fails its import alone", a_bad_file_fails_its_import_alone},
	{0},
};
