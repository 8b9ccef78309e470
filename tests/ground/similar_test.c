/* Closed cases that are like one: scores, reasons, order, rights, and that the work is bounded. */
#include "desk/similar.h"
#include "desk/hooks.h"
#include "office.h"
#include "unit.h"
#include <stdio.h>

#define L(id) ((long long)(id))

typedef struct firm {
	office o;
	int64_t types[2], clients[2], causes[2];
} firm;

static int64_t a_type(firm *f, const char *slug)
{
	char body[300];

	(void)snprintf(body, sizeof body,
	               "{\"slug\":\"%s\",\"name\":\"类型\",\"area\":\"voucher\",\"nature\":\"missing\","
	               "\"severity\":\"high\",\"finds\":\"查号\"}",
	               slug);
	return office_record(&f->o, 0, "exception_type", body);
}

static void open_firm(firm *f)
{
	office_open(&f->o);
	f->types[0] = a_type(f, "a");
	f->types[1] = a_type(f, "b");
	f->clients[0] = office_record(&f->o, 0, "client", "{\"name\":\"甲\"}");
	f->clients[1] = office_record(&f->o, 0, "client", "{\"name\":\"乙\"}");
	f->causes[0] =
		office_record(&f->o, 0, "cause", "{\"code\":\"a\",\"name\":\"疏忽\",\"branch\":\"human\"}");
	f->causes[1] = office_record(&f->o, 0, "cause",
	                             "{\"code\":\"b\",\"name\":\"系统\",\"branch\":\"system\"}");
}

typedef struct row {
	uint32_t type, client;
	int32_t cause; /* -1 = none */
	const char *account, *party, *voucher;
	int64_t amount;
} row;

static int64_t a_case(firm *f, const row *r, bool closed)
{
	char body[900], cause[60] = "";
	int64_t id;

	if (r->cause >= 0)
		(void)snprintf(cause, sizeof cause, ",\"cause\":\"%lld\"", L(f->causes[r->cause]));
	(void)snprintf(
		body, sizeof body,
		"{\"name\":\"异常\",\"type\":\"%lld\",\"client\":\"%lld\",\"appearance\":\"x\","
		"\"account\":\"%s\",\"party\":\"%s\",\"voucher\":\"%s\",\"amount\":{\"minor\":%lld,"
		"\"currency\":\"CNY\"}%s}",
		L(f->types[r->type]), L(f->clients[r->client]), r->account, r->party, r->voucher,
		L(r->amount), cause);
	id = office_record(&f->o, 0, "case", body);
	if (closed) {
		char sql[200];

		/* The gate of closing is not what is tried here. */
		f->o.place.now_us += OFFICE_HOUR;
		(void)snprintf(sql, sizeof sql,
		               "UPDATE kind_case SET state = 'closed', closed_at_us = %lld WHERE id = %lld",
		               L(f->o.place.now_us), L(id));
		place_sql(&f->o.place, sql);
	}
	return id;
}

typedef struct asking {
	firm *f;
	rd_actor actor;
	int64_t id;
	uint32_t max;
	const rd_similar *list;
	uint32_t n;
} asking;

static rd_rc ask(rd_tx *tx, void *ctx, rd_err *err)
{
	asking *q = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record c;

	RD_TRY(rd_record_get(tx, &system, rd_kind_find(RD_STR("case")), q->id, &c, err));
	return rd_similar_find(tx, &q->actor, &c, q->max, &q->list, &q->n, err);
}

static asking find(firm *f, int64_t id, int64_t user, uint16_t roles)
{
	asking q = {.f = f, .actor = office_actor(user, roles), .id = id, .max = RD_SIMILAR_MAX};
	rd_err err = {0};

	UNIT_OK(rd_store_read(f->o.store, OFFICE_FIRM, f->o.place.arena, ask, &q, &err), &err);
	return q;
}

static int64_t id_at(const asking *q, uint32_t i)
{
	return i < q->n ? rd_cell(&q->list[i].record, RD_COL_ID)->i : 0;
}

static void the_most_like_comes_first_with_its_reasons(void)
{
	static const row rows[] = {
		{0, 0, 0, "1122 应收账款", "大华贸易", "记-12", 100000}, /* the same in all */
		{0, 1, 0, "1122 应收账款", "大华贸易", "转-9", 150000},  /* another client */
		{0, 1, 1, "1122001 应收甲", "小明商店", "转-9", 900000}, /* type, leading code */
		{1, 1, 0, "6602 管理费用", "无关", "转-9", 99},          /* the cause alone */
		{1, 1, 1, "1122 应收账款", "大华贸易", "记-12", 100000}, /* found by its words */
		{1, 1, 1, "2202 应付账款", "别家", "转-1", 7},           /* nothing */
	};
	static const uint32_t points[][RD_LIKES] = {
		{30, 15, 15, 10, 10, 10, 10},
		{30, 15, 15, 0, 10, 9, 10},
	};
	firm f;
	int64_t ids[6];

	open_firm(&f);
	for (uint32_t i = 0; i < 6; i++)
		ids[i] = a_case(&f, &rows[i], true);
	int64_t self = a_case(&f, &rows[0], false);
	asking q = find(&f, self, 0, 0);

	UNIT_INT(id_at(&q, 0), ids[0]);
	UNIT_INT(id_at(&q, 1), ids[1]);
	UNIT_INT(id_at(&q, 2), ids[2]);
	UNIT_INT(id_at(&q, 3), ids[4]);
	UNIT_INT(q.n, 4);
	for (uint32_t i = 0; i < 2 && i < q.n; i++) {
		uint32_t sum = 0;

		for (uint32_t k = 0; k < RD_LIKES; k++) {
			unit_case("case %u, %s", i, rd_like_name(k));
			UNIT_INT(q.list[i].points[k], points[i][k]);
			sum += q.list[i].points[k];
			UNIT_TRUE(rd_like_words(k).zh && rd_like_words(k).en);
		}
		UNIT_INT(q.list[i].score, sum);
	}
	UNIT_INT(q.list[2].points[RD_LIKE_ACCOUNT], 8);
	UNIT_INT(q.list[2].points[RD_LIKE_AMOUNT], 5);
	UNIT_INT(q.list[3].points[RD_LIKE_TYPE], 0);
	q = find(&f, self, 0, 0);
	UNIT_INT(id_at(&q, 0), ids[0]);
	office_close(&f.o);
}

static void what_is_open_archived_or_not_for_me_is_left_out(void)
{
	static const row r = {0, 0, 0, "1001", "甲", "记-1", 500};
	firm f;
	char sql[200];

	open_firm(&f);
	int64_t closed = a_case(&f, &r, true), open = a_case(&f, &r, false),
			gone = a_case(&f, &r, true);
	int64_t few = a_case(&f, &r, true), self = a_case(&f, &r, false);
	int64_t wu = office_person(&f.o, "wu", "department", "zh");

	(void)open;
	(void)snprintf(sql, sizeof sql, "UPDATE kind_case SET archived_at_us = 1 WHERE id = %lld",
	               L(gone));
	place_sql(&f.o.place, sql);
	(void)snprintf(sql, sizeof sql, "UPDATE kind_case SET restricted = 1 WHERE id = %lld", L(few));
	place_sql(&f.o.place, sql);
	asking q = find(&f, self, 0, 0);

	UNIT_INT(q.n, 2);
	UNIT_INT(id_at(&q, 0), few); /* closed last */
	q = find(&f, self, wu, RD_KIND_SUPERVISOR);
	UNIT_INT(q.n, 1);
	UNIT_INT(id_at(&q, 0), closed);
	q = find(&f, self, wu, RD_KIND_DEPARTMENT); /* has to do with nothing of this here */
	UNIT_INT(q.n, 0);
	office_close(&f.o);
}

static void of_many_the_latest(void)
{
	static const row r = {0, 0, 0, "1001 库存现金", "甲方", "记-1", 500};
	firm f;

	open_firm(&f);
	for (uint32_t i = 0; i < 90; i++)
		(void)a_case(&f, &r, true);
	int64_t self = a_case(&f, &r, false);
	asking q = find(&f, self, 0, 0);

	UNIT_INT(q.n, RD_SIMILAR_MAX);
	/* All alike: the latest first. */
	for (uint32_t i = 1; i < q.n; i++)
		UNIT_TRUE(id_at(&q, i) < id_at(&q, i - 1));
	office_close(&f.o);
}

const unit_test similar_tests[] = {
	{"the most like comes first, with its reasons", the_most_like_comes_first_with_its_reasons},
	{"what is open, archived or not for me is left out",
     what_is_open_archived_or_not_for_me_is_left_out},
	{"of many, the latest", of_many_the_latest},
	{0},
};
