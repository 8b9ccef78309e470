/* What comes out of a case: feedback, effect review, measures, lesson, knowledge, summary, time. */
#include "desk/followup.h"
#include "base/day.h"
#include "desk/anonymous.h"
#include "desk/effect.h"
#include "desk/hooks.h"
#include "desk/knowledge.h"
#include "desk/lesson.h"
#include "desk/summary.h"
#include "office.h"
#include "record/rebuild.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct firm {
	office o;
	int64_t zhao, li, wang, chen; /* supervisor, accountant, another, reviewer */
	int64_t client, type, contact, c;
} firm;

#define L(id) ((long long)(id))

static int64_t number(const firm *f, const char *sql)
{
	return place_number(&f->o.place, sql);
}

static int64_t a_case(firm *f, const char *more)
{
	char body[800];

	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"断号 记-12\",\"type\":\"%lld\",\"client\":\"%lld\",\"owner\":\"%lld\","
		"\"reporter\":\"%lld\",\"appearance\":\"甲公司张三漏了记-12，金额 12,345.60 元\","
		"\"amount\":{\"minor\":1234560,\"currency\":\"CNY\"},\"grade\":\"p2\","
		"\"grade_reason\":\"急\",\"period\":\"2026-01\",\"place\":\"财务部\"%s%s}",
		L(f->type), L(f->client), L(f->li), L(f->wang),
		strstr(more, "persons") ? "" : ",\"persons\":[\"外人\"]", more);
	return office_record(&f->o, f->zhao, "case", body);
}

static void open_firm(firm *f)
{
	char body[400];

	office_open(&f->o);
	f->o.engine.hooks = rd_desk_hooks;
	f->o.engine.n_hooks = rd_desk_hooks_count;
	f->zhao = office_person(&f->o, "zhao", "supervisor", "zh");
	f->li = office_person(&f->o, "lili", "accountant", "zh");
	f->wang = office_person(&f->o, "wang", "department", "zh");
	f->chen = office_person(&f->o, "chen", "reviewer", "zh");
	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"甲公司\",\"accountant\":\"%lld\",\"legal_person\":\"张三\",\"portal\":true}",
		L(f->li));
	f->client = office_record(&f->o, 0, "client", body);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"钱会计\",\"client\":\"%lld\",\"portal\":true,\"mail\":"
	               "\"q@jia.example\"}",
	               L(f->client));
	f->contact = office_record(&f->o, 0, "contact", body);
	f->type =
		office_record(&f->o, 0, "exception_type",
	                  "{\"slug\":\"gap\",\"name\":\"凭证断号\",\"area\":\"voucher\",\"nature\":"
	                  "\"missing\",\"severity\":\"high\",\"finds\":\"查号\",\"correction\":"
	                  "\"查明缺号的凭证\",\"to_client\":true}");
	f->c = a_case(f, "");
}

static void close_case(firm *f, int64_t id)
{
	char body[200];
	int64_t cause = number(f, "SELECT coalesce(max(id), 0) FROM kind_cause");

	if (cause == 0)
		cause = office_record(&f->o, 0, "cause",
		                      "{\"code\":\"slip\",\"name\":\"疏忽\",\"branch\":\"human\"}");
	office_move(&f->o, f->zhao, "case", id, "triage", "{}");
	office_move(&f->o, f->zhao, "case", id, "analyse", "{}");
	(void)snprintf(body, sizeof body,
	               "{\"cause\":\"%lld\",\"whys\":[\"漏录\",\"没有核对 2,000.00\"],\"summary\":"
	               "\"甲公司已补录，钱会计确认\"}",
	               L(cause));
	office_change(&f->o, f->zhao, "case", id, body);
	office_move(&f->o, f->zhao, "case", id, "correct", "{}");
	office_move(&f->o, f->li, "case", id, "verify", "{}");
	office_move(&f->o, f->zhao, "case", id, "close", "{}");
}

/* ---- feedback ---- */

static void closing_tells_those_concerned(void)
{
	firm f;
	char sql[300];

	open_firm(&f);
	close_case(&f, f.c);
	/* The accountant handled the case and the supervisor closed it: they know. */
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_feedback"), 2);
	(void)
		snprintf(sql, sizeof sql,
	             "SELECT count(*) FROM kind_feedback WHERE audience = 'reporter' AND to_user_id = "
	             "%lld AND owner_id = %lld AND case_id = %lld AND state = 'sent' AND body LIKE "
	             "'%%您报告的异常%%疏忽%%'",
	             L(f.wang), L(f.wang), L(f.c));
	UNIT_INT(number(&f, sql), 1);
	(void)
		snprintf(sql, sizeof sql,
	             "SELECT count(*) FROM kind_feedback WHERE audience = 'client' AND to_contact_id = "
	             "%lld AND owner_id = %lld AND client_id = %lld AND body NOT LIKE '%%疏忽%%'",
	             L(f.contact), L(f.li), L(f.client));
	UNIT_INT(number(&f, sql), 1);
	/* Due on the 13th, five days later, when work ends. */
	UNIT_INT(number(&f, "SELECT min(due_at_us) FROM kind_feedback"),
	         ((int64_t)rd_day_of(2026, 1, 13) * 24 + 10) * OFFICE_HOUR);
	office_move(&f.o, f.wang, "feedback",
	            number(&f, "SELECT id FROM kind_feedback WHERE audience = 'reporter'"),
	            "acknowledge", "{\"answer\":\"知道了\"}");
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_feedback WHERE state = 'acknowledged' AND "
	                    "acknowledged_at_us IS NOT NULL AND answer = '知道了'"),
	         1);
	office_close(&f.o);
}

static void the_client_gets_a_letter_with_a_link(void)
{
	firm f;

	open_firm(&f);
	close_case(&f, f.c);
	UNIT_INT(office_jobs(&f.o), 1);
	UNIT_INT(f.o.n_sent, 1);
	UNIT_TEXT(rd_str_of(f.o.sent[0].to), "q@jia.example");
	UNIT_TEXT(rd_str_of(f.o.sent[0].title), "处理结果：E-2026-000001");
	UNIT_TRUE(strstr(f.o.sent[0].text, "钱会计，您好：") != NULL);
	UNIT_TRUE(strstr(f.o.sent[0].text, "https://r.example/link#") != NULL);
	UNIT_TRUE(strstr(f.o.sent[0].text, "疏忽") == NULL);
	UNIT_INT(number(&f, "SELECT count(*) FROM one_time_links l JOIN kind_feedback k ON k.firm_id = "
	                    "l.firm_id AND k.id = l.record_id AND k.audience = 'client'"),
	         1);
	office_close(&f.o);
	/* Acknowledged by telephone before it left: there is nothing to be sent. */
	open_firm(&f);
	close_case(&f, f.c);
	office_move(&f.o, f.li, "feedback",
	            number(&f, "SELECT id FROM kind_feedback WHERE audience = 'client'"), "acknowledge",
	            "{}");
	UNIT_INT(office_jobs(&f.o), 1);
	UNIT_INT(f.o.n_sent, 0);
	office_close(&f.o);
}

static void the_preparer_is_whom_the_case_names(void)
{
	firm f;
	char sql[200];

	open_firm(&f);
	office_set(&f.o, RD_SET_FEEDBACK_CLIENT, "never");
	close_case(&f, a_case(&f, ",\"persons\":[\"外人\",\"chen\"]"));
	(void)
		snprintf(sql, sizeof sql,
	             "SELECT count(*) FROM kind_feedback WHERE audience = 'preparer' AND to_user_id = "
	             "%lld",
	             L(f.chen));
	UNIT_INT(number(&f, sql), 1);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_feedback WHERE audience = 'client'"), 0);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_feedback"), 2);
	office_close(&f.o);
}

/* ---- effect ---- */

static void go_over(firm *f)
{
	rd_periodic_entry entry = rd_effects_entry(&f->o.engine);
	rd_err err = {0};

	UNIT_OK(entry.run(f->o.store, entry.ctx, f->o.place.arena, &err), &err);
}

static int64_t has_verdict(const firm *f, const char *verdict, const char *reason)
{
	char sql[300];

	(void)
		snprintf(sql, sizeof sql,
	             "SELECT count(*) FROM kind_effect_review WHERE verdict = '%s' AND verdict_reason "
	             "LIKE '%%%s%%'",
	             verdict, reason);
	return number(f, sql);
}

static void the_formula(void)
{
	static const struct {
		int64_t back, like, before;
		rd_effect want;
	} rows[] = {
		{0, 0, 0, RD_EFFECT_GOOD},     {0, 0, 5, RD_EFFECT_GOOD}, {0, 1, 2, RD_EFFECT_PARTLY},
		{0, 2, 2, RD_EFFECT_NONE},     {0, 1, 0, RD_EFFECT_NONE}, {1, 0, 9, RD_EFFECT_NONE},
		{0, 3, 100, RD_EFFECT_PARTLY},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("row %u", i);
		UNIT_INT(rd_effect_verdict(rows[i].back, rows[i].like, rows[i].before), rows[i].want);
	}
}

static void the_effect_is_judged_when_its_day_comes(void)
{
	firm f;

	open_firm(&f);
	close_case(&f, f.c);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_effect_review WHERE state = 'planned'"), 1);
	/* P2: 60 days, on Monday, the 9th of March. */
	UNIT_INT(number(&f, "SELECT due_at_us FROM kind_effect_review"),
	         ((int64_t)rd_day_of(2026, 3, 9) * 24 + 10) * OFFICE_HOUR);
	f.o.place.now_us += 50 * OFFICE_DAY;
	go_over(&f);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_effect_review WHERE verdict IS NULL"), 1);
	f.o.place.now_us += 10 * OFFICE_DAY;
	go_over(&f);
	UNIT_INT(has_verdict(&f, "effective", "B = 0 次；该客户同类新增 L = 0"), 1);
	/* The person sees it otherwise: then something is to become better. */
	office_move(&f.o, f.li, "effect_review", number(&f, "SELECT id FROM kind_effect_review"),
	            "finish", "{\"conclusion\":\"客户仍然迟交\",\"verdict\":\"not_effective\"}");
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_improvement i JOIN links l ON l.firm_id = "
	                    "i.firm_id AND l.kind = 'improvement' AND l.record_id = i.id AND l.meaning "
	                    "= 'follows-from' AND l.other_kind = 'effect_review' WHERE i.about_kind = "
	                    "'case'"),
	         1);
	office_close(&f.o);
}

static void what_comes_back_was_not_effective(void)
{
	firm f;
	char body[60];

	open_firm(&f);
	int64_t first = f.c;

	close_case(&f, first);
	f.o.place.now_us += 20 * OFFICE_DAY;
	(void)a_case(&f, "");
	f.o.place.now_us += 45 * OFFICE_DAY;
	go_over(&f);
	UNIT_INT(has_verdict(&f, "not_effective", "L = 1"), 1);
	/* Open again, and closed again: the review counts anew. */
	office_move(&f.o, f.zhao, "case", first, "reopen", "{\"reason\":\"又来了\"}");
	office_move(&f.o, f.zhao, "case", first, "analyse", "{}");
	office_move(&f.o, f.zhao, "case", first, "correct", "{}");
	office_move(&f.o, f.li, "case", first, "verify", "{}");
	office_move(&f.o, f.zhao, "case", first, "close", "{}");
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_effect_review"), 1);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_effect_review WHERE verdict IS NULL"), 1);
	(void)snprintf(body, sizeof body, "{\"times_back\":%d}", 1);
	office_change(&f.o, 0, "case", first, body);
	f.o.place.now_us += 70 * OFFICE_DAY;
	go_over(&f);
	UNIT_INT(has_verdict(&f, "not_effective", "B = 1"), 1);
	/* No verdict of the person: that of the figures stands, and an improvement is planned. */
	office_move(&f.o, f.li, "effect_review", number(&f, "SELECT id FROM kind_effect_review"),
	            "finish", "{\"conclusion\":\"同意\"}");
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_improvement"), 1);
	office_close(&f.o);
}

static void a_grade_of_no_days_has_no_review(void)
{
	firm f;

	open_firm(&f);
	office_set(&f.o, RD_SET_EFFECT_DAYS_P2, "0");
	close_case(&f, f.c);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_effect_review"), 0);
	office_close(&f.o);
}

/* ---- measures, lesson, knowledge ---- */

typedef struct doing {
	firm *f;
	rd_actor actor;
	rd_followup_new new;
	int64_t article;
	rd_record made;
	const rd_record *list;
	const rd_knowledge *articles;
	uint32_t n;
	bool on, english;
	char text[4000];
} doing;

static rd_rc make_measure(rd_tx *tx, void *ctx, rd_err *err)
{
	doing *d = ctx;

	return rd_followup_create(&d->f->o.engine, tx, &d->actor, d->f->c, &d->new, &d->made, err);
}

static rd_rc list(rd_tx *tx, void *ctx, rd_err *err)
{
	doing *d = ctx;

	return rd_followup_list(tx, &d->actor, d->f->c, &d->list, &d->n, err);
}

static doing as(firm *f, int64_t user, uint16_t roles)
{
	return (doing){.f = f, .actor = office_actor(user, roles)};
}

static void measures_come_of_a_case_in_one_step(void)
{
	static const char *const kinds[] = {"control", "risk", "improvement"};
	firm f;
	rd_err err = {0};

	open_firm(&f);
	doing d = as(&f, f.zhao, RD_KIND_SUPERVISOR);

	for (uint32_t i = 0; i < 3; i++) {
		d.new = (rd_followup_new){.kind = rd_str_of(kinds[i]),
		                          .name = RD_STR(""),
		                          .details = RD_STR("每周核对凭证号"),
		                          .owner_id = f.li,
		                          .due_us = OFFICE_NOW + OFFICE_DAY};
		office_write(&f.o, make_measure, &d);
	}
	d.new.kind = RD_STR("task");
	UNIT_INT(rd_store_write(f.o.store, OFFICE_FIRM, f.o.place.arena, make_measure, &d, &err),
	         RD_INPUT);
	UNIT_INT(number(&f,
	                "SELECT count(*) FROM kind_control WHERE name = '防止再次发生：凭证断号' AND "
	                "details LIKE '%每周核对凭证号' AND exception_types IS NOT NULL AND due_at_us "
	                "IS NOT NULL AND client_id IS NOT NULL"),
	         1);
	UNIT_INT(number(&f, "SELECT count(*) FROM kind_improvement WHERE action = '每周核对凭证号' AND "
	                    "about_kind = 'case'"),
	         1);
	UNIT_INT(number(&f, "SELECT count(*) FROM links WHERE other_kind = 'case' AND meaning IN "
	                    "('mitigates', 'concerns', 'follows-from')"),
	         3);
	err = (rd_err){0};
	UNIT_OK(rd_store_read(f.o.store, OFFICE_FIRM, f.o.place.arena, list, &d, &err), &err);
	UNIT_INT(d.n, 3);
	office_close(&f.o);
}

static rd_rc make_lesson(rd_tx *tx, void *ctx, rd_err *err)
{
	doing *d = ctx;

	return rd_lesson_create(&d->f->o.engine, tx, &d->actor, d->f->c, &d->made, err);
}

static rd_rc find_articles(rd_tx *tx, void *ctx, rd_err *err)
{
	doing *d = ctx;

	return rd_knowledge_find(tx, &d->actor, d->f->c, &d->articles, &d->n, err);
}

static rd_rc say_helped(rd_tx *tx, void *ctx, rd_err *err)
{
	doing *d = ctx;

	return rd_knowledge_helped(tx, &d->actor, d->f->c, d->article, d->on, err);
}

static void find(doing *d)
{
	rd_err err = {0};

	UNIT_OK(rd_store_read(d->f->o.store, OFFICE_FIRM, d->f->o.place.arena, find_articles, d, &err),
	        &err);
}

static void a_lesson_names_nobody_and_is_offered_next_time(void)
{
	firm f;
	rd_err err = {0};

	open_firm(&f);
	close_case(&f, f.c);
	doing d = as(&f, f.zhao, RD_KIND_SUPERVISOR);

	office_write(&f.o, make_lesson, &d);
	int64_t lesson = number(&f, "SELECT lesson_id FROM kind_case WHERE lesson_id IS NOT NULL");

	UNIT_INT(number(&f,
	                "SELECT count(*) FROM kind_article WHERE category = 'lesson' AND state = "
	                "'draft' AND body LIKE '%某客户%' AND body NOT LIKE '%甲公司%' AND body NOT "
	                "LIKE '%张三%' AND body NOT LIKE '%钱会计%' AND body NOT LIKE '%12,345%' AND "
	                "body LIKE '%几万%' AND body LIKE '%几千%' AND body LIKE '%记-12%'"),
	         1);
	UNIT_INT(rd_store_write(f.o.store, OFFICE_FIRM, f.o.place.arena, make_lesson, &d, &err),
	         RD_BARRED);
	/* A draft is not offered; what is published is, the playbook first. */
	f.c = a_case(&f, "");
	find(&d);
	UNIT_INT(d.n, 0);
	office_move(&f.o, f.li, "article", lesson, "submit", "{}");
	office_move(&f.o, f.zhao, "article", lesson, "publish", "{}");
	find(&d);
	UNIT_INT(d.n, 1);
	UNIT_TRUE(d.articles[0].by_type && !d.articles[0].by_cause && !d.articles[0].playbook);
	UNIT_INT(d.articles[0].helped, 0);
	int64_t book = office_record(&f.o, f.li, "article",
	                             "{\"name\":\"断号手册\",\"body\":\"x\","
	                             "\"category\":\"playbook\"}");
	char body[80];

	office_move(&f.o, f.li, "article", book, "submit", "{}");
	office_move(&f.o, f.zhao, "article", book, "publish", "{}");
	(void)snprintf(body, sizeof body, "{\"playbook\":\"%lld\"}", L(book));
	office_change(&f.o, 0, "exception_type", f.type, body);
	find(&d);
	UNIT_INT(d.n, 2);
	UNIT_TRUE(d.articles[0].playbook);
	d.article = lesson;
	d.actor = office_actor(f.zhao, RD_KIND_SUPERVISOR); /* there is one name for all */
	for (uint32_t i = 0; i < 2; i++) {                  /* once a case */
		d.on = true;
		office_write(&f.o, say_helped, &d);
		find(&d);
		UNIT_INT(d.articles[1].helped, 1);
		UNIT_TRUE(d.articles[1].here);
	}
	d.on = false;
	office_write(&f.o, say_helped, &d);
	find(&d);
	UNIT_INT(d.articles[1].helped, 0);
	office_close(&f.o);
}

static rd_rc draft(rd_tx *tx, void *ctx, rd_err *err)
{
	doing *d = ctx;
	rd_record c;
	rd_story s;
	rd_buf b;

	RD_TRY(rd_record_get(tx, &d->actor, rd_kind_find(RD_STR("case")), d->f->c, &c, err));
	RD_TRY(rd_story_load(tx, &d->f->o.engine, &c, d->english, &s, err));
	rd_buf_init(&b, RD_SUMMARY_MAX);
	rd_rc rc = rd_summary_draft(tx, &s, &b, err);

	(void)snprintf(d->text, sizeof d->text, "%.*s", (int)b.size, b.data);
	rd_buf_done(&b);
	return rc;
}

static void the_summary_says_what_the_record_says(void)
{
	static const char *const zh[] = {"E-2026-000001", "凭证断号",     "甲公司",
	                                 "报告人 wang",   "疏忽",         "为什么 1：漏录",
	                                 "处理人 lili",   "用时 90 分钟", "30.00 CNY"};
	static const char *const en[] = {"Case: E-2026-000001", "Type: ", "reported by wang",
	                                 "handled by lili", "90 minutes"};
	firm f;
	char body[200];
	rd_err err = {0};

	open_firm(&f);
	close_case(&f, f.c);
	(void)snprintf(body, sizeof body,
	               "{\"name\":\"查\",\"about\":{\"kind\":\"case\",\"id\":\"%lld\"},\"minutes\":90,"
	               "\"day\":\"2026-01-08\",\"rate\":{\"minor\":2000,\"currency\":\"CNY\"}}",
	               L(f.c));
	(void)office_record(&f.o, f.li, "time_entry", body);
	doing d = as(&f, f.zhao, RD_KIND_SUPERVISOR);

	UNIT_OK(rd_store_read(f.o.store, OFFICE_FIRM, f.o.place.arena, draft, &d, &err), &err);
	for (uint32_t i = 0; i < sizeof zh / sizeof *zh; i++) {
		unit_case("%s in %s", zh[i], d.text);
		UNIT_TRUE(strstr(d.text, zh[i]) != NULL);
	}
	d.english = true;
	UNIT_OK(rd_store_read(f.o.store, OFFICE_FIRM, f.o.place.arena, draft, &d, &err), &err);
	for (uint32_t i = 0; i < sizeof en / sizeof *en; i++) {
		unit_case("%s in %s", en[i], d.text);
		UNIT_TRUE(strstr(d.text, en[i]) != NULL);
	}
	office_close(&f.o);
}

/* ---- without names ---- */

static void names_and_figures_go_years_stay(void)
{
	static const struct {
		const char *text, *zh;
	} rows[] = {
		{"2026年3月 1122 应收", "2026年3月 1122 应收"},
		{"12,345.60", "几万"},
		{"付 500 元", "付 几百 元"},
		{"¥88", "¥几十"},
		{"20260301 转 1234567", "20260301 转 几百万"},
		{"账号 6222021234567890123", "账号 〔号码〕"},
		{"91350100M000100Y43", "〔号码〕"},
		{"写信 a.b@c.example 问", "写信 〔邮箱〕 问"},
		{"张三和张三丰", "有关人员和某往来单位"},
		{"Li 与 Lisbon", "有关人员 与 Lisbon"},
		{"记-12 第 3 笔", "记-12 第 3 笔"},
		{"见 E-2026-000017。", "见 〔编号〕。"},
		{"X-2026-", "X-2026-"},
		{"X-2026-00", "X-2026-00"},
		{"", ""},
	};
	const rd_name names[] = {{RD_STR("张三"), {"有关人员", "person"}},
	                         {RD_STR("张三丰"), {"某往来单位", "partner"}},
	                         {RD_STR("Li"), {"有关人员", "person"}},
	                         {RD_STR("第"), {"错", "wrong"}}};

	for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_buf b;

		unit_case("%s", rows[i].text);
		rd_buf_init(&b, 1000);
		rd_anonymous_put(&b, rd_str_of(rows[i].text), names, 4, false);
		UNIT_TEXT(rd_buf_view(&b), rows[i].zh);
		rd_buf_done(&b);
	}
	UNIT_TEXT(rd_str_of(rd_anonymous_size(INT64_MIN, true)), "hundreds of millions");
	UNIT_TEXT(rd_str_of(rd_anonymous_size(99, false)), "几");
	UNIT_TEXT(rd_str_of(rd_anonymous_size(-100000, false)), "几千");
}

/* ---- time ---- */

static int64_t of_case(const firm *f, const char *column)
{
	char sql[200];

	(void)snprintf(sql, sizeof sql, "SELECT coalesce(%s, -1) FROM kind_case WHERE id = %lld",
	               column, L(f->c));
	return number(f, sql);
}

typedef struct shelving {
	firm *f;
	int64_t id;
	bool on;
} shelving;

static rd_rc shelve(rd_tx *tx, void *ctx, rd_err *err)
{
	const shelving *s = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record r;

	return rd_record_archive(&s->f->o.engine, tx, &system, rd_kind_find(RD_STR("time_entry")),
	                         s->id, RD_ANY_VERSION, s->on, &r, err);
}

static int64_t book(firm *f, int64_t minutes, const char *more)
{
	char body[300];

	(void)
		snprintf(body, sizeof body,
	             "{\"name\":\"查\",\"about\":{\"kind\":\"case\",\"id\":\"%lld\"},\"minutes\":%lld,"
	             "\"day\":\"2026-01-08\"%s}",
	             L(f->c), L(minutes), more);
	return office_record(&f->o, f->li, "time_entry", body);
}

static void time_adds_up_on_the_case(void)
{
	firm f;

	open_firm(&f);
	int64_t first = book(&f, 30, "");

	UNIT_INT(of_case(&f, "spent_minutes"), 30);
	UNIT_INT(of_case(&f, "cost_minor"), -1);
	int64_t second = book(&f, 50, ",\"rate\":{\"minor\":12050,\"currency\":\"CNY\"}");

	UNIT_INT(of_case(&f, "spent_minutes"), 80);
	UNIT_INT(of_case(&f, "cost_minor"), 10042);
	office_change(&f.o, f.li, "time_entry", first,
	              "{\"minutes\":60,\"rate\":{\"minor\":100,\"currency\":\"CNY\"}}");
	UNIT_INT(of_case(&f, "spent_minutes"), 110);
	UNIT_INT(of_case(&f, "cost_minor"), 10142);
	shelving s = {&f, second, true};

	office_write(&f.o, shelve, &s);
	UNIT_INT(of_case(&f, "spent_minutes"), 60);
	s.on = false;
	office_write(&f.o, shelve, &s);
	UNIT_INT(of_case(&f, "spent_minutes"), 110);
	UNIT_INT(of_case(&f, "cost_minor"), 10142);
	/* Moved to another case, it counts there. */
	char body[100];
	int64_t before = f.c;

	f.c = a_case(&f, "");
	(void)snprintf(body, sizeof body, "{\"about\":{\"kind\":\"case\",\"id\":\"%lld\"}}", L(f.c));
	office_change(&f.o, f.li, "time_entry", second, body);
	UNIT_INT(of_case(&f, "spent_minutes"), 50);
	f.c = before;
	UNIT_INT(of_case(&f, "spent_minutes"), 60);
	UNIT_INT(of_case(&f, "cost_minor"), 100);
	office_close(&f.o);
}

static void the_log_makes_it_all_again(void)
{
	static const char *const sums[] = {
		"SELECT CAST(sum(version) + sum(spent_minutes) + sum(coalesce(cost_minor, 0)) AS BIGINT) FROM kind_case",
		"SELECT CAST(sum(version) + count(lesson_id) AS BIGINT) FROM kind_case",
		"SELECT CAST(sum(version) + count(acknowledged_at_us) AS BIGINT) FROM kind_feedback",
		"SELECT CAST(sum(version) + count(verdict) AS BIGINT) FROM kind_effect_review",
		"SELECT count(*) FROM kind_improvement",
		"SELECT count(*) FROM links",
		"SELECT count(*) FROM kind_article",
		"SELECT count(*) FROM record_refs",
	};
	int64_t before[sizeof sums / sizeof *sums], n = 0;
	firm f;

	open_firm(&f);
	(void)book(&f, 30, ",\"rate\":{\"minor\":6000,\"currency\":\"CNY\"}");
	close_case(&f, f.c);
	doing d = as(&f, f.zhao, RD_KIND_SUPERVISOR);

	office_write(&f.o, make_lesson, &d);
	f.o.place.now_us += 70 * OFFICE_DAY;
	go_over(&f);
	office_move(&f.o, f.li, "effect_review", number(&f, "SELECT id FROM kind_effect_review"),
	            "finish", "{\"conclusion\":\"x\",\"verdict\":\"not_effective\"}");
	for (uint32_t i = 0; i < sizeof sums / sizeof *sums; i++)
		before[i] = number(&f, sums[i]);
	office_write(&f.o, rd_rebuild, &n);
	UNIT_TRUE(n > 10);
	for (uint32_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		unit_case("%s", sums[i]);
		UNIT_INT(number(&f, sums[i]), before[i]);
		UNIT_TRUE(before[i] > 0);
	}
	office_close(&f.o);
}

const unit_test followup_tests[] = {
	{"closing tells those concerned", closing_tells_those_concerned},
	{"the client gets a letter with a link", the_client_gets_a_letter_with_a_link},
	{"the preparer is whom the case names", the_preparer_is_whom_the_case_names},
	{"the formula of the effect", the_formula},
	{"the effect is judged when its day comes", the_effect_is_judged_when_its_day_comes},
	{"what comes back was not effective", what_comes_back_was_not_effective},
	{"a grade of no days has no review", a_grade_of_no_days_has_no_review},
	{"measures come of a case in one step", measures_come_of_a_case_in_one_step},
	{"a lesson names nobody and is offered next time",
     a_lesson_names_nobody_and_is_offered_next_time},
	{"the summary says what the record says", the_summary_says_what_the_record_says},
	{"names and figures go, years stay", names_and_figures_go_years_stay},
	{"time adds up on the case", time_adds_up_on_the_case},
	{"the log makes it all again", the_log_makes_it_all_again},
	{0},
};
