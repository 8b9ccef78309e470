/* Signed heads leave the machine: into a folder, by mail, by a call; and who is told when not. */
#include "desk/anchors.h"
#include "office.h"
#include "store/checkpoint.h"
#include "unit.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SENT_SQL "SELECT count(*) FROM checkpoints WHERE sent_at_us > 0"
#define KEPT_SQL "SELECT count(*) FROM checkpoints WHERE sent_at_us = 0"

/* One more event, and a signed head over it. */
static void sign(office *o)
{
	uint32_t n = 0;
	rd_err err = {0};

	(void)office_record(o, 0, "task", "{\"name\":\"a\"}");
	UNIT_OK(rd_store_sign_due(o->store, true, &n, &err), &err);
	UNIT_INT(n, 1);
}

static uint32_t jobs(office *o)
{
	static const char *const queues[] = {"post"};
	rd_job_kind kinds[RD_ANCHOR_JOBS_N];
	uint32_t ran = 0;
	rd_err err = {0};

	rd_anchor_jobs(&o->sender, kinds);
	UNIT_OK(rd_jobs_run(&(rd_jobs_config){.store = o->store,
	                                      .kinds = kinds,
	                                      .n_kinds = RD_ANCHOR_JOBS_N,
	                                      .queues = queues,
	                                      .n_queues = 1},
	                    100, &ran, &err),
	        &err);
	return ran;
}

/* What is due of the entries, and the jobs that are ready; counts the jobs. */
static uint32_t work(office *o, const char *folder, rd_rc want)
{
	rd_periodic_entry entries[RD_ANCHOR_ENTRIES_MAX];
	rd_anchors anchors;
	rd_err err = {0};

	rd_anchors_init(&anchors, &o->desk, folder);
	uint32_t n = rd_anchor_entries(&anchors, entries);

	for (uint32_t i = 0; i < n; i++) {
		bool is_folder = i == 2;

		unit_case("%s", entries[i].name);
		UNIT_INT(entries[i].run(o->store, entries[i].ctx, o->place.arena, &err),
		         is_folder ? want : RD_OK);
	}
	return jobs(o);
}

static uint32_t notes_in(const char *text)
{
	uint32_t n = 0;

	for (const char *at = text; (at = strstr(at, "redink.example/7\n")) != NULL; at++)
		n++;
	return n;
}

static void a_folder_gets_them_all(void)
{
	char folder[100], path[200];
	office o;
	struct stat st;
	size_t size;

	office_open(&o);
	(void)snprintf(folder, sizeof folder, "%s/elsewhere", o.place.folder);
	for (int i = 0; i < 3; i++)
		sign(&o);
	(void)work(&o, folder, RD_OK);
	int64_t last = place_number(&o.place, "SELECT max(size) FROM checkpoints");

	UNIT_INT(place_number(&o.place, SENT_SQL), 3);
	(void)snprintf(path, sizeof path, "%s/7/%lld", folder, (long long)last);
	char *note = unit_read(path, &size);

	UNIT_TRUE(note && notes_in(note) == 1);
	unit_free(note);
	UNIT_TRUE(stat(path, &st) == 0 && (st.st_mode & 0777) == 0400);
	/* Another folder gets all of them again; the same one only what is new. */
	(void)snprintf(folder, sizeof folder, "%s/elsewhere-2", o.place.folder);
	(void)work(&o, folder, RD_OK);
	(void)snprintf(path, sizeof path, "%s/7/%lld", folder, (long long)last);
	UNIT_TRUE(access(path, R_OK) == 0);
	/* A file of another history is never replaced, and said. */
	(void)snprintf(path, sizeof path, "%s/7/%lld", folder, (long long)last + 1);
	FILE *f = fopen(path, "w");

	UNIT_TRUE(f && fputs("another", f) >= 0 && fclose(f) == 0);
	sign(&o);
	UNIT_INT(place_number(&o.place, "SELECT max(size) FROM checkpoints"), last + 1);
	(void)work(&o, folder, RD_CORRUPT);
	UNIT_INT(place_number(&o.place, KEPT_SQL), 1);
	note = unit_read(path, &size);
	UNIT_TEXT(rd_str_of(note ? note : ""), "another");
	unit_free(note);
	office_close(&o);
}

static void mail_goes_once_an_hour(void)
{
	office o;

	office_open(&o);
	for (int i = 0; i < 3; i++)
		sign(&o);
	UNIT_INT(work(&o, NULL, RD_OK), 0); /* nothing is set */
	office_set(&o, RD_SET_CHECKPOINTS_MAIL, "auditor@example.org");
	UNIT_INT(work(&o, NULL, RD_OK), 0); /* ordered, and waits for others */
	o.place.now_us += OFFICE_HOUR;
	UNIT_INT(work(&o, NULL, RD_OK), 1);
	UNIT_INT(o.n_sent, 1);
	UNIT_TEXT(rd_str_of(o.sent[0].to), "auditor@example.org");
	UNIT_INT(notes_in(o.sent[0].text), 1); /* the newest, which fixes the others */
	UNIT_INT(place_number(&o.place, KEPT_SQL), 0);
	UNIT_INT(work(&o, NULL, RD_OK), 0);
	/* From then on each. */
	sign(&o);
	UNIT_INT(work(&o, NULL, RD_OK), 0);
	sign(&o);
	UNIT_INT(work(&o, NULL, RD_OK), 0);
	o.place.now_us += OFFICE_HOUR;
	o.answer = RD_UNAVAILABLE;
	UNIT_INT(work(&o, NULL, RD_OK), 1);
	UNIT_INT(place_number(&o.place, KEPT_SQL), 2); /* not acknowledged */
	o.place.now_us += 120 * 1000000;
	o.answer = RD_OK;
	UNIT_INT(work(&o, NULL, RD_OK), 1);
	UNIT_INT(o.n_sent, 3);
	UNIT_INT(notes_in(o.sent[2].text), 2);
	UNIT_TEXT(rd_str_of(o.sent[2].key), o.sent[1].key); /* repeats can be told */
	UNIT_INT(place_number(&o.place, KEPT_SQL), 0);
	office_close(&o);
}

static void calls_fail_visibly_and_come_again(void)
{
	office o;

	office_open(&o);
	office_set(&o, RD_SET_CHECKPOINTS_URL, "https://audit.example/heads");
	office_set(&o, RD_SET_CHECKPOINTS_SECRET, "sixteen bytes at least");
	sign(&o);
	o.answer = RD_NOT_FOUND;
	o.status = 404;
	UNIT_INT(work(&o, NULL, RD_OK), 1);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM jobs WHERE state = 'failed'"), 1);
	UNIT_INT(work(&o, NULL, RD_OK), 0); /* not at once */
	o.place.now_us += RD_ANCHOR_PAUSE_US + 1000000;
	o.answer = RD_OK;
	o.status = 200;
	UNIT_INT(work(&o, NULL, RD_OK), 1);
	UNIT_INT(place_number(&o.place, KEPT_SQL), 0);
	UNIT_TEXT(rd_str_of(o.sent[1].title), "log.checkpoint");
	UNIT_TEXT(rd_str_of(o.sent[1].secret), "sixteen bytes at least");
	UNIT_TRUE(strstr(o.sent[1].text, "\"firm\": \"7\"") != NULL);
	UNIT_TRUE(strstr(o.sent[1].text, "redink.example/7\\n") != NULL);
	office_close(&o);
}

static void administrators_are_told_when_none_leaves(void)
{
	office o;
	char got[400];

	office_open(&o);
	int64_t boss = office_person(&o, "boss", "administrator", "zh");
	int64_t li = office_person(&o, "li", "accountant", "zh");

	sign(&o);
	(void)work(&o, NULL, RD_OK);
	UNIT_TEXT(rd_str_of(office_notices(&o, boss, got)), "");
	o.place.now_us += OFFICE_DAY;
	sign(&o);
	for (int i = 0; i < 2; i++) {
		(void)work(&o, NULL, RD_OK);
		UNIT_TEXT(rd_str_of(office_notices(&o, boss, got)), "unanchored");
		UNIT_TEXT(rd_str_of(office_notices(&o, li, got)), "");
		o.place.now_us += OFFICE_DAY;
	}
	/* Gone and late again: told again. */
	office_set(&o, RD_SET_CHECKPOINTS_URL, "https://audit.example/heads");
	UNIT_INT(work(&o, NULL, RD_OK), 1);
	UNIT_INT(place_number(&o.place, KEPT_SQL), 0);
	sign(&o);
	office_set(&o, RD_SET_CHECKPOINTS_URL, "");
	o.place.now_us += OFFICE_DAY;
	(void)work(&o, NULL, RD_OK);
	UNIT_TEXT(rd_str_of(office_notices(&o, boss, got)), "unanchored unanchored");
	o.n_sent = 0;
	(void)office_jobs(&o);
	UNIT_TRUE(o.n_sent > 0 && strstr(o.sent[0].text, "机外") != NULL);
	office_close(&o);
}

const unit_test anchors_tests[] = {
	{"a folder gets them all", a_folder_gets_them_all},
	{"mail goes once an hour", mail_goes_once_an_hour},
	{"calls fail visibly and come again", calls_fail_visibly_and_come_again},
	{"administrators are told when none leaves", administrators_are_told_when_none_leaves},
	{0},
};
