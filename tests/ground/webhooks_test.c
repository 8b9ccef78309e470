/* Webhooks: which events, what the call says, with which secret, tried again, turned off. */
#include "desk/webhooks.h"
#include "office.h"
#include "store/checkpoint.h"
#include "store/queries.gen.h"
#include "unit.h"
#include <stdio.h>

static void patterns_fit(void)
{
	static const struct {
		const char *patterns, *type;
		bool want;
	} rows[] = {
		{"*", "task.created", true},
		{"task.created", "task.created", true},
		{"task.created", "task.created-twice", false},
		{"task.*", "task.created", true},
		{"task.*", "taskforce.created", false},
		{"*.moved", "client.moved", true},
		{"*.moved", "client.removed", false},
		{"client.*, *.commented", "task.commented", true},
		{"client.*,,*.commented", "task.changed", false},
		{"", "task.created", false},
		{"*.*", "task.created", true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s %s", rows[i].patterns, rows[i].type);
		UNIT_INT(rd_webhook_matches(rd_str_of(rows[i].patterns), rd_str_of(rows[i].type)),
		         rows[i].want);
	}
}

typedef struct order {
	office *o;
	rd_actor actor;
	rd_webhook hook;
	char secret[RD_WEBHOOK_SECRET];
	int64_t id;
} order;

static rd_rc add(rd_tx *tx, void *ctx, rd_err *err)
{
	order *r = ctx;

	return rd_webhook_add(r->o->store, tx, &r->actor, &r->hook, &r->id, r->secret, err);
}

static rd_rc change(rd_tx *tx, void *ctx, rd_err *err)
{
	order *r = ctx;

	return rd_webhook_change(tx, &r->actor, &r->hook, r->secret, err);
}

static rd_rc drop(rd_tx *tx, void *ctx, rd_err *err)
{
	order *r = ctx;

	return rd_webhook_remove(tx, &r->actor, r->id, err);
}

static order order_of(office *o, const char *url, const char *patterns)
{
	return (order){.o = o,
	               .actor = office_actor(1, RD_KIND_ADMINISTRATOR),
	               .hook = {.name = RD_STR("ERP"),
	                        .url = rd_str_of(url),
	                        .patterns = rd_str_of(patterns),
	                        .active = true,
	                        .version = 1}};
}

static void only_good_ones_are_made(void)
{
	static const struct {
		const char *url, *patterns;
		rd_rc want;
	} rows[] = {
		{"https://erp.example/hook?key=geheim", "task.*", RD_OK},
		{"ftp://erp.example", "task.*", RD_INPUT},
		{"", "task.*", RD_INPUT},
		{"https://erp.example", "", RD_INPUT},
		{"https://erp.example", ",", RD_INPUT},
		{"https://erp.example", "task", RD_INPUT},
		{"https://erp.example", "ta*k.created", RD_INPUT},
		{"https://erp.example", "Task.created", RD_INPUT},
		{"https://erp.example", "task..created", RD_INPUT},
		{"https://erp.example", "*, task.*", RD_OK},
	};
	office o;
	rd_err err = {0};

	office_open(&o);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		order r = order_of(&o, rows[i].url, rows[i].patterns);

		unit_case("%s %s", rows[i].url, rows[i].patterns);
		UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, add, &r, &err), rows[i].want);
	}
	order r = order_of(&o, "https://erp.example", "*");

	r.actor = office_actor(1, RD_KIND_SUPERVISOR);
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, add, &r, &err), RD_FORBIDDEN);
	office_close(&o);
}

typedef struct looking {
	office *o;
	int64_t webhook_id;
	const rd_delivery *list;
	uint32_t n;
	bool leaked;
	const char *secret;
} looking;

static rd_rc deliveries(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;
	rd_actor admin = office_actor(1, RD_KIND_ADMINISTRATOR);
	const rd_log_row *rows;
	uint32_t n;

	RD_TRY(rd_log_from(tx, 0, 1000, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		l->leaked = l->leaked || rd_str_has(rows[i].payload, l->secret) ||
		            rd_str_has(rows[i].payload, "geheim");
	return rd_delivery_list(tx, &admin, l->webhook_id, 0, 100, &l->list, &l->n, err);
}

static looking look(office *o, const order *r)
{
	looking l = {.o = o, .webhook_id = r->id, .secret = r->secret};

	office_write(o, deliveries, &l);
	return l;
}

static void events_are_called_for(void)
{
	office o;

	office_open(&o);
	int64_t li = office_person(&o, "li", "accountant", "zh");
	order r = order_of(&o, "https://erp.example/hook?key=geheim", "task.created, *.moved");

	(void)office_record(&o, li, "task", "{\"name\":\"before\"}");
	office_write(&o, add, &r);
	int64_t task = office_record(&o, li, "task", "{\"name\":\"密件\"}");

	office_change(&o, li, "task", task, "{\"details\":\"x\"}");
	office_move(&o, li, "task", task, "finish", "{\"result\":\"密件办了\"}");
	office_work(&o);
	UNIT_INT(o.n_sent, 2); /* not what was before, not the change */
	UNIT_TEXT(rd_str_of(o.sent[0].to), "https://erp.example/hook?key=geheim");
	UNIT_TEXT(rd_str_of(o.sent[0].title), "task.created");
	UNIT_TEXT(rd_str_of(o.sent[0].secret), r.secret); /* hook_test.c signs with it */
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM webhooks WHERE secret LIKE 'sealed:%'"),
	         1);
	UNIT_TEXT(rd_str_of(o.sent[1].title), "task.moved");
	UNIT_TRUE(
		rd_str_has(rd_str_of(o.sent[1].text), "\"transition\": \"finish\", \"state\": \"done\""));
	UNIT_TRUE(!rd_str_has(rd_str_of(o.sent[1].text), "密件")); /* names and numbers, no values */
	UNIT_TRUE(strcmp(o.sent[0].key, o.sent[1].key) != 0);
	looking l = look(&o, &r);

	UNIT_INT(l.n, 2);
	UNIT_TRUE(!l.leaked);
	UNIT_TEXT(l.list[0].state, "sent");
	UNIT_INT(l.list[0].status, 200);
	UNIT_INT(l.list[0].attempts, 1);
	UNIT_INT(rd_str_of(r.secret).len, RD_WEBHOOK_SECRET - 1);
	/* Nothing comes twice, and removed ones are called no more. */
	office_work(&o);
	UNIT_INT(o.n_sent, 2);
	(void)office_record(&o, li, "task", "{\"name\":\"another\"}");
	office_write(&o, drop, &r);
	office_work(&o);
	UNIT_INT(o.n_sent, 2);
	office_close(&o);
}

static rd_rc again(rd_tx *tx, void *ctx, rd_err *err)
{
	looking *l = ctx;
	rd_actor admin = office_actor(1, RD_KIND_ADMINISTRATOR);

	return rd_delivery_again(l->o->store, tx, &admin, l->list[0].id, err);
}

static void failures_are_tried_again(void)
{
	office o;
	order r = order_of(&o, "https://erp.example/hook", "task.created");
	rd_err err = {0};

	office_open(&o);
	office_write(&o, add, &r);
	o.answer = RD_UNAVAILABLE;
	o.status = 503;
	(void)office_record(&o, 0, "task", "{\"name\":\"a\"}");
	office_work(&o);
	looking l = look(&o, &r);

	UNIT_TEXT(l.list[0].state, "waiting");
	UNIT_INT(l.list[0].status, 503);
	UNIT_INT(l.list[0].attempts, 1);
	UNIT_TEXT(l.list[0].error, "不行 / the far side says no");
	UNIT_TRUE(l.list[0].next_at_us > o.place.now_us + 40000000 &&
	          l.list[0].next_at_us < o.place.now_us + 80000000);
	UNIT_INT(rd_store_write(o.store, OFFICE_FIRM, o.place.arena, again, &l, &err), RD_BARRED);
	o.place.now_us = l.list[0].next_at_us;
	o.answer = RD_OK;
	o.status = 204;
	UNIT_INT(office_jobs(&o), 1);
	l = look(&o, &r);
	UNIT_TEXT(l.list[0].state, "sent");
	UNIT_INT(l.list[0].attempts, 2);
	UNIT_INT(o.n_sent, 2);
	UNIT_TEXT(rd_str_of(o.sent[1].key), o.sent[0].key); /* receivers can tell repeats */
	office_write(&o, again, &l);
	UNIT_INT(office_jobs(&o), 1);
	UNIT_INT(o.n_sent, 3);
	UNIT_TEXT(rd_str_of(o.sent[2].key), o.sent[0].key);
	/* An address that may not be called is refused at once. */
	o.answer = RD_FORBIDDEN;
	o.status = 0;
	(void)office_record(&o, 0, "task", "{\"name\":\"b\"}");
	office_work(&o);
	l = look(&o, &r);
	UNIT_TEXT(l.list[0].state, "failed");
	UNIT_INT(l.list[0].next_at_us, 0);
	office_close(&o);
}

static void a_dead_receiver_is_turned_off(void)
{
	office o;
	order r = order_of(&o, "https://erp.example/hook", "task.created");

	office_open(&o);
	office_set(&o, RD_SET_WEBHOOK_FAIL_DAYS, "2");
	office_write(&o, add, &r);
	o.answer = RD_UNAVAILABLE;
	o.status = 500;
	for (int day = 0; day < 3; day++) {
		(void)office_record(&o, 0, "task", "{\"name\":\"a\"}");
		office_work(&o);
		UNIT_INT(place_number(&o.place, "SELECT active FROM webhooks"), day < 2);
		o.place.now_us += OFFICE_DAY;
	}
	UNIT_INT(place_number(&o.place,
	                      "SELECT count(*) FROM events WHERE type = 'firm.webhook-disabled'"),
	         1);
	uint32_t sent = o.n_sent;

	(void)office_record(&o, 0, "task", "{\"name\":\"while it is off\"}");
	office_work(&o);
	UNIT_INT(o.n_sent, sent); /* old tries end, new events are not ordered */
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM deliveries WHERE state = 'waiting'"), 0);
	/* Turned on again: from now on. */
	o.answer = RD_OK;
	o.status = 200;
	r.hook.id = r.id;
	char before[RD_WEBHOOK_SECRET];

	memcpy(before, r.secret, sizeof before);
	office_write(&o, change, &r);
	UNIT_TRUE(strcmp(before, r.secret) != 0);
	(void)office_record(&o, 0, "task", "{\"name\":\"after\"}");
	office_work(&o);
	UNIT_INT(o.n_sent, sent + 1);
	UNIT_INT(place_number(&o.place, "SELECT failing_since_us FROM webhooks"), 0);
	office_close(&o);
}

const unit_test webhooks_tests[] = {
	{"patterns fit", patterns_fit},
	{"only good ones are made", only_good_ones_are_made},
	{"events are called for", events_are_called_for},
	{"failures are tried again", failures_are_tried_again},
	{"a dead receiver is turned off", a_dead_receiver_is_turned_off},
	{0},
};
