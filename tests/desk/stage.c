#include "stage.h"
#include "base/assert.h"
#include "store/db_impl.h"
#include "unit.h"
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool law_broken;

static void must(rd_rc rc, const rd_err *err, const char *what)
{
	if (rc == RD_OK)
		return;
	(void)fprintf(stderr, "stage: %s: %s\n", what, err->en);
	exit(2);
}

void law_says(const char *fmt, ...)
{
	va_list args;

	if (law_broken)
		return;
	law_broken = true;
	va_start(args, fmt);
	(void)printf("  broken: ");
	(void)vprintf(fmt, args);
	(void)printf("\n");
	va_end(args);
}

/* What the helpers of tests/ground find wrong is a broken law here (unit.h). */
void unit_true(bool cond, const char *what, const char *file, int line)
{
	LAW(cond, "%s:%d: %s", file, line, what);
}

void unit_int(int64_t got, int64_t want, const char *what, const char *file, int line)
{
	LAW(got == want, "%s:%d: %s is %" PRId64 ", not %" PRId64, file, line, what, got, want);
}

void unit_text(rd_str got, rd_str want, const char *what, const char *file, int line)
{
	LAW(rd_str_eq(got, want), "%s:%d: %s says " RD_STR_FMT, file, line, what, RD_STR_ARG(got));
}

/* ---- folders ---- */

static const char *copy_from, *copy_to;

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char block[65536];
	size_t n;

	if (in == NULL || out == NULL)
		exit(2);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		if (fwrite(block, 1, n, out) != n)
			exit(2);
	(void)fclose(in);
	if (fclose(out) != 0)
		exit(2);
}

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	char to[512];

	(void)at;
	(void)snprintf(to, sizeof to, "%s%s", copy_to, path + strlen(copy_from));
	if (type == FTW_D)
		return mkdir(to, 0700) == 0 || strcmp(path, copy_from) == 0 ? 0 : 1;
	copy_file(path, to);
	return chmod(to, st->st_mode & 0777);
}

static void copy_folder(const char *from, const char *to)
{
	copy_from = from;
	copy_to = to;
	if (nftw(from, copy_one, 16, FTW_PHYS) != 0)
		exit(2);
}

/* In memory where the machine has such a folder: thousands of commands each wait for the disk. */
static void into_memory(place *p)
{
	char folder[sizeof p->folder] = "/dev/shm/redink-test-XXXXXX";

	if (access("/dev/shm", W_OK) != 0 || mkdtemp(folder) == NULL)
		return;
	(void)rmdir(p->folder);
	(void)memcpy(p->folder, folder, sizeof folder);
	(void)snprintf(p->url, sizeof p->url, "%s", folder);
}

/* ---- the firm ---- */

static const person everybody[PEOPLE] = {
	{"li", "accountant", RD_KIND_ACCOUNTANT, 0},
	{"zhang", "accountant", RD_KIND_ACCOUNTANT, 0},
	{"zhao", "reviewer", RD_KIND_REVIEWER, 0},
	{"qian", "reviewer", RD_KIND_REVIEWER, 0},
	{"wang", "supervisor", RD_KIND_SUPERVISOR, 0},
	{"sun", "supervisor", RD_KIND_SUPERVISOR, 0},
	{"chen", "administrator", RD_KIND_ADMINISTRATOR, 0},
	{"shen", "auditor", RD_KIND_AUDITOR, 0},
	{"wu", "compliance", RD_KIND_COMPLIANCE, 0},
	{"xu", "department", RD_KIND_DEPARTMENT, 0},
};

static void set_up_clients(stage *s)
{
	static const char *const level[CLIENTS] = {"priority", "basic"};
	office *o = &s->c.o;
	char body[400];

	s->clients[0] = s->c.client;
	s->clients[1] = office_record(o, 0, "client", "{\"name\":\"乙公司\"}");
	for (uint32_t i = 0; i < CLIENTS; i++) {
		(void)snprintf(body, sizeof body,
		               "{\"accountant\":\"%lld\",\"reviewer\":\"%lld\",\"service_level\":\"%s\"}",
		               (long long)s->people[i].id, (long long)s->people[2 + i].id, level[i]);
		office_change(o, 0, "client", s->clients[i], body);
	}
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"乙公司 2026\",\"year\":2026,\"client\":\"%lld\"}",
	               (long long)s->clients[1]);
	s->books[0] = s->c.books;
	s->books[1] = office_record(o, 0, "books", body);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"周老板\",\"client\":\"%lld\",\"mail\":\"z@example.com\"}",
	               (long long)s->clients[0]);
	s->contact = office_record(o, 0, "contact", body);
}

static rd_rc load_rules(rd_tx *tx, void *ctx, rd_err *err)
{
	return rd_clock_rules_load(tx, ctx, err);
}

static void set_up(stage *s)
{
	/* Minutes of triage and correction by the type stand in laws.c, too. */
	static const char *const types[TYPES][2] = {
		{"", ""},
		{"voucher-number-gap", ""},
		{"summary-missing-or-vague", ",\"triage_minutes\":30,\"correct_minutes\":90"},
		{"hand-made", ",\"correct_minutes\":700"},
		{"few-know", ",\"need_to_know\":true"},
	};
	checked_open(&s->c);
	for (uint32_t i = 0; i < PEOPLE; i++) {
		s->people[i] = everybody[i];
		s->people[i].id = office_person(&s->c.o, everybody[i].login, everybody[i].role, "zh");
	}
	set_up_clients(s);
	s->types[0] = s->c.type;
	for (uint32_t i = 1; i < TYPES; i++)
		s->types[i] = checked_type(&s->c, types[i][0], types[i][1]);
	s->cause = office_record(&s->c.o, 0, "cause",
	                         "{\"name\":\"录入错误\",\"code\":\"a1\",\"branch\":\"human\"}");
	s->department = office_record(&s->c.o, 0, "department", "{\"name\":\"信息部\"}");
	office_write(&s->c.o, load_rules, &s->rules);
}

static void look(stage *s)
{
	rd_err err = {0};

	must(rd_db_open(rd_str_of(s->c.o.place.url), RD_DB_UPGRADE, &s->look, &err), &err, "look");
}

void stage_open(stage *s)
{
	*s = (stage){0};
	if (place_is_pg())
		return;
	set_up(s);
	rd_store_close(s->c.o.store);
	s->set_up = s->c.o.place;
}

void stage_close(stage *s)
{
	if (!place_is_pg())
		place_close(&s->set_up);
}

void stage_begin(stage *s)
{
	office *o = &s->c.o;

	law_broken = false;
	if (place_is_pg()) {
		set_up(s);
	} else {
		place_open(&o->place);
		into_memory(&o->place);
		copy_folder(s->set_up.folder, o->place.folder);
		o->place.now_us = s->set_up.now_us;
		o->store = place_store(&o->place);
		o->engine.store = o->store;
		o->desk.store = o->store;
	}
	look(s);
}

void stage_end(stage *s)
{
	rd_db_close(s->look);
	s->look = NULL;
	checked_close(&s->c);
	s->c.n = 0;
}

/* ---- what is seen ---- */

static rd_rows select_rows(stage *s, rd_arena *a, const char *sql, uint32_t max)
{
	rd_rows rows = {0};
	rd_err err = {0};

	must(rd_db_begin(s->look, false, &err), &err, sql);
	must(rd_db_firm(s->look, OFFICE_FIRM, &err), &err, sql);
	must(rd_db_select(s->look, rd_str_of(sql), NULL, 0, max, a, &rows, &err), &err, sql);
	rd_db_rollback(s->look);
	return rows;
}

void stage_see(stage *s, sight *out)
{
	static const char sql[] = "SELECT "
#define X(name, what) what " AS " #name "_, "
		CASE_COLUMNS(X)
#undef X
			"(SELECT max(seq) FROM events) AS n FROM kind_case ORDER BY id";
	rd_arena *a = rd_arena_new();
	rd_rows rows = select_rows(s, a, sql, CASES_SEEN);

	out->n = rows.n;
	out->now_us = s->c.o.place.now_us;
	for (uint32_t i = 0; i < rows.n; i++)
		for (uint32_t k = 0; k < C_COLUMNS; k++) {
			const rd_value *v = &rows.cells[i * rows.width + k];

			out->cases[i].v[k] = v->type == RD_NULL ? NONE : v->i;
		}
	out->events = rows.n ? rows.cells[C_COLUMNS].i : stage_number(s, "SELECT max(seq) FROM events");
	rd_arena_free(a);
}

int64_t stage_number(stage *s, const char *sql, ...)
{
	rd_arena *a = rd_arena_new();
	char text[2000];
	va_list args;

	va_start(args, sql);
	(void)vsnprintf(text, sizeof text, sql, args);
	va_end(args);
	rd_rows rows = select_rows(s, a, text, 1);
	int64_t n = rows.n && rows.cells[0].type != RD_NULL ? rows.cells[0].i : NONE;

	rd_arena_free(a);
	return n;
}

const case_seen *sight_case(const sight *s, int64_t id)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->cases[i].v[C_ID] == id)
			return &s->cases[i];
	return NULL;
}

/* ---- tables ---- */

uint32_t stage_tables(const char *const **ret_names)
{
	static const char *const beside[] = {"comments",    "watchers",  "links",      "tags",
	                                     "attachments", "reminders", "record_refs"};
	static const char *names[128];
	uint32_t n = 0;

	for (; n < sizeof beside / sizeof *beside; n++)
		names[n] = beside[n];
	for (uint32_t i = 0; i < rd_kinds_count; i++, n++) {
		RD_ASSERT(n < sizeof names / sizeof *names);
		names[n] = rd_kinds[i]->table;
	}
	*ret_names = names;
	return n;
}

static uint64_t mix(uint64_t h, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The sum over its rows, in whatever order they stand. */
uint64_t stage_table_sum(stage *s, const char *table)
{
	rd_arena *a = rd_arena_new();
	char sql[100];
	uint64_t sum = 0;

	(void)snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
	rd_rows rows = select_rows(s, a, sql, 100000);

	for (uint32_t i = 0; i < rows.n; i++) {
		uint64_t h = UINT64_C(0xcbf29ce484222325);

		for (uint32_t k = 0; k < rows.width; k++) {
			const rd_value *v = &rows.cells[i * rows.width + k];

			h = mix(h, &(unsigned char){(unsigned char)v->type}, 1);
			if (v->type == RD_INT)
				h = mix(h, &v->i, sizeof v->i);
			else if (v->type != RD_NULL)
				h = mix(h, v->str.ptr, v->str.len);
		}
		sum += h | 1;
	}
	rd_arena_free(a);
	return sum;
}
