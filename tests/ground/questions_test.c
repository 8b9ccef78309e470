/* Questions to clients: the letter with its link, reminders by working days, and when they end. */
#include "desk/questions.h"
#include "desk/hooks.h"
#include "office.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

typedef struct asked {
	office o;
	int64_t li, client, contact, question;
} asked;

static void go_over(office *o, int64_t now_us)
{
	rd_periodic_entry entry = rd_question_entry(&o->engine);
	rd_err err = {0};

	o->place.now_us = now_us;
	UNIT_OK(entry.run(o->store, entry.ctx, o->place.arena, &err), &err);
}

static void ask(asked *a, const char *portal, const char *language)
{
	char body[400];

	office_open(&a->o);
	a->o.engine.hooks = rd_desk_hooks;
	a->o.engine.n_hooks = rd_desk_hooks_count;
	a->li = office_person(&a->o, "li", "accountant", "zh");
	(void)snprintf(body, sizeof body, "{\"name\":\"甲公司\",\"portal\":%s,\"accountant\":\"%lld\"}",
	               portal, (long long)a->li);
	a->client = office_record(&a->o, 0, "client", body);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"陈会计\",\"client\":\"%lld\",\"portal\":true,\"language\":\"%s\","
	               "\"mail\":\"chen@jia.example\"}",
	               (long long)a->client, language);
	a->contact = office_record(&a->o, 0, "contact", body);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"三月房租有发票吗？\",\"client\":\"%lld\",\"owner\":\"%lld\"}",
	               (long long)a->client, (long long)a->li);
	a->question = office_record(&a->o, 0, "question", body);
}

static int64_t of_question(const asked *a, const char *column)
{
	char sql[300];

	(void)snprintf(sql, sizeof sql, "SELECT coalesce(%s, -1) FROM kind_question", column);
	return place_number(&a->o.place, sql);
}

static void a_letter_brings_a_link(void)
{
	asked a;

	ask(&a, "true", "zh");
	UNIT_INT(of_question(&a, "sent_at_us"), -1);
	UNIT_INT(office_jobs(&a.o), 1);
	UNIT_INT(a.o.n_sent, 1);
	UNIT_TEXT(rd_str_of(a.o.sent[0].to), "chen@jia.example");
	UNIT_TEXT(rd_str_of(a.o.sent[0].title), "请您确认：三月房租有发票吗？");
	UNIT_TRUE(strstr(a.o.sent[0].text, "陈会计，您好：") != NULL);
	UNIT_TRUE(strstr(a.o.sent[0].text, "https://r.example/link#") != NULL);
	UNIT_INT(of_question(&a, "sent_at_us"), OFFICE_NOW);
	/* The link is of this question, for three days; its text is nowhere in the tables. */
	UNIT_INT(place_number(&a.o.place, "SELECT record_id FROM one_time_links"), a.question);
	UNIT_INT(place_number(&a.o.place, "SELECT expires_at_us FROM one_time_links"),
	         OFFICE_NOW + RD_QUESTION_LINK_US);
	office_close(&a.o);
}

static void in_the_language_of_the_contact(void)
{
	asked a;

	ask(&a, "true", "en");
	(void)office_jobs(&a.o);
	UNIT_INT(a.o.n_sent, 1);
	UNIT_TEXT(rd_str_of(a.o.sent[0].title), "Please answer: 三月房租有发票吗？");
	office_close(&a.o);
}

static void without_portal_or_address_nothing_is_sent(void)
{
	asked a;

	ask(&a, "false", "zh");
	(void)office_jobs(&a.o);
	UNIT_INT(a.o.n_sent, 0);
	UNIT_INT(of_question(&a, "sent_at_us"), -1);
	UNIT_INT(place_number(&a.o.place, "SELECT count(*) FROM one_time_links"), 0);
	office_close(&a.o);
	ask(&a, "true", "zh");
	office_set(&a.o, RD_SET_PUBLIC_URL, "");
	(void)office_jobs(&a.o);
	UNIT_INT(a.o.n_sent, 0);
	UNIT_INT(of_question(&a, "sent_at_us"), -1);
	office_close(&a.o);
}

/* Asked on a Thursday: two days on is a Saturday, so the letter goes on Monday, then on Wednesday.
 * */
static void reminders_come_on_working_days_and_end(void)
{
	asked a;

	ask(&a, "true", "zh");
	office_set(&a.o, RD_SET_QUESTIONS_REMINDERS, "2");
	(void)office_jobs(&a.o);
	go_over(&a.o, OFFICE_NOW + 3 * OFFICE_DAY);
	UNIT_INT(office_jobs(&a.o), 0);
	go_over(&a.o, OFFICE_NOW + 4 * OFFICE_DAY);
	UNIT_INT(office_jobs(&a.o), 1);
	UNIT_INT(a.o.n_sent, 2);
	UNIT_INT(of_question(&a, "reminders"), 1);
	go_over(&a.o, OFFICE_NOW + 4 * OFFICE_DAY);
	UNIT_INT(office_jobs(&a.o), 0);
	go_over(&a.o, OFFICE_NOW + 6 * OFFICE_DAY);
	UNIT_INT(office_jobs(&a.o), 1);
	UNIT_INT(of_question(&a, "reminders"), 2);
	/* Twice was the most: now its owner is told, once. */
	go_over(&a.o, OFFICE_NOW + 20 * OFFICE_DAY);
	UNIT_INT(office_jobs(&a.o), 0);
	UNIT_INT(of_question(&a, "next_reminder_at_us"), -1);
	UNIT_INT(place_number(&a.o.place, "SELECT count(*) FROM comments WHERE for_client = 0"), 1);
	go_over(&a.o, OFFICE_NOW + 40 * OFFICE_DAY);
	UNIT_INT(place_number(&a.o.place, "SELECT count(*) FROM comments"), 1);
	office_close(&a.o);
}

static void an_answer_ends_them(void)
{
	asked a;

	ask(&a, "true", "zh");
	(void)office_jobs(&a.o);
	office_move(&a.o, a.li, "question", a.question, "answer", "{\"answer\":\"有\"}");
	UNIT_INT(of_question(&a, "next_reminder_at_us"), -1);
	go_over(&a.o, OFFICE_NOW + 10 * OFFICE_DAY);
	UNIT_INT(office_jobs(&a.o), 0);
	/* Asked again: a letter at once, and reminders from then on. */
	office_move(&a.o, a.li, "question", a.question, "ask_again", "{\"reason\":\"看不清\"}");
	UNIT_INT(office_jobs(&a.o), 1);
	UNIT_INT(a.o.n_sent, 2);
	UNIT_INT(of_question(&a, "reminders"), 0);
	office_close(&a.o);
}

const unit_test questions_tests[] = {
	{"a letter brings a link to one question", a_letter_brings_a_link},
	{"the letter is in the language of the contact", in_the_language_of_the_contact},
	{"without portal or address nothing is sent", without_portal_or_address_nothing_is_sent},
	{"reminders come on working days, and end", reminders_come_on_working_days_and_end},
	{"an answer ends the reminders", an_answer_ends_them},
	{0},
};
