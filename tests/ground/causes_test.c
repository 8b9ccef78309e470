/* The tree of causes: what ships, what it may look like, and how many cases each node has. */
#include "desk/causes.h"
#include "desk/hooks.h"
#include "office.h"
#include "unit.h"
#include <stdio.h>

static void open_real(office *o)
{
	office_open(o);
	o->engine.hooks = rd_desk_hooks;
	o->engine.n_hooks = rd_desk_hooks_count;
}

static uint32_t fill(office *o)
{
	uint32_t added = 0;
	rd_err err = {0};

	UNIT_OK(rd_causes_fill(&o->engine, OFFICE_FIRM, &added, &err), &err);
	return added;
}

static int64_t cause_id(office *o, const char *code)
{
	char sql[200];

	(void)snprintf(sql, sizeof sql, "SELECT id FROM kind_cause WHERE code = '%s'", code);
	return place_number(&o->place, sql);
}

static void a_firm_begins_with_all_of_them_once(void)
{
	office o;

	open_real(&o);
	UNIT_INT(fill(&o), rd_cause_seeds_count);
	UNIT_TRUE(rd_cause_seeds_count >= 40);
	UNIT_INT(fill(&o), 0);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_cause WHERE parent_id IS NULL"), 4);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_cause c JOIN kind_cause p ON "
	                                "p.firm_id = c.firm_id AND p.id = c.parent_id WHERE p.branch "
	                                "<> c.branch"),
	         0);
	/* What the firm has made of one stays. */
	office_change(&o, 0, "cause", cause_id(&o, "human.slip"), "{\"name\":\"粗心\"}");
	UNIT_INT(fill(&o), 0);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_cause WHERE name = '粗心'"), 1);
	/* It runs for every firm, as the daily work does. */
	rd_periodic_entry entry = rd_causes_entry(&o.engine);
	rd_err err = {0};

	UNIT_OK(entry.run(o.store, entry.ctx, o.place.arena, &err), &err);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_cause"), rd_cause_seeds_count);
	office_close(&o);
}

typedef struct changing {
	office *o;
	int64_t id;
	const char *body;
	rd_rc rc;
	rd_err err;
} changing;

static rd_rc change(rd_tx *tx, void *ctx, rd_err *err)
{
	changing *c = ctx;
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_problems problems = {0};
	rd_record r;
	json_t *body;

	RD_TRY(rd_check_parse(rd_str_of(c->body), &body, err));
	rd_rc rc = rd_record_change(&c->o->engine, tx, &system, rd_kind_find(RD_STR("cause")), c->id,
	                            RD_ANY_VERSION, body, &r, &problems, err);

	json_decref(body);
	return rc;
}

static rd_rc try_parent(office *o, const char *code, const char *parent)
{
	char body[80];
	changing c = {.o = o, .id = cause_id(o, code), .body = body};

	(void)snprintf(body, sizeof body, "{\"parent\":\"%lld\"}", (long long)cause_id(o, parent));
	return rd_store_write(o->store, OFFICE_FIRM, o->place.arena, change, &c, &c.err);
}

static void it_has_no_circles_and_one_branch_a_root(void)
{
	office o;
	char body[200];
	int64_t id;

	open_real(&o);
	(void)fill(&o);
	UNIT_INT(try_parent(&o, "human", "human"), RD_INPUT);
	UNIT_INT(try_parent(&o, "human", "human.slip.typing"), RD_INPUT);
	UNIT_INT(try_parent(&o, "human.slip", "human.slip.typing"), RD_INPUT);
	/* A leaf goes where it is put, and is of that branch from then on. */
	UNIT_INT(try_parent(&o, "human.slip.typing", "process"), RD_OK);
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_cause WHERE code = "
	                                "'human.slip.typing' AND branch = 'process'"),
	         1);
	/* One that has others below it stays in its branch. */
	UNIT_INT(try_parent(&o, "human.knowledge", "process"), RD_BARRED);
	UNIT_INT(try_parent(&o, "human.knowledge", "human.slip"), RD_OK);
	/* As deep as it may be. */
	id = cause_id(&o, "system");
	for (uint32_t depth = 1; depth < RD_CAUSE_DEPTH_MAX; depth++) {
		(void)snprintf(
			body, sizeof body,
			"{\"code\":\"deep%u\",\"name\":\"深\",\"branch\":\"human\",\"parent\":\"%lld\"}", depth,
			(long long)id);
		id = office_record(&o, 0, "cause", body);
	}
	UNIT_INT(place_number(&o.place, "SELECT count(*) FROM kind_cause WHERE code LIKE 'deep%' AND "
	                                "branch = 'system'"),
	         RD_CAUSE_DEPTH_MAX - 1);
	(void)snprintf(body, sizeof body, "deep%u", RD_CAUSE_DEPTH_MAX - 1);
	UNIT_INT(try_parent(&o, "system.check", body), RD_INPUT);
	office_close(&o);
}

/* ---- counting ---- */

typedef struct counting {
	rd_cause_scope scope;
	const rd_cause_node *nodes;
	uint32_t n;
} counting;

static rd_rc count(rd_tx *tx, void *ctx, rd_err *err)
{
	counting *c = ctx;

	return rd_causes_count(tx, &c->scope, &c->nodes, &c->n, err);
}

static void count_in(office *o, counting *c)
{
	rd_err err = {0};

	UNIT_OK(rd_store_read(o->store, OFFICE_FIRM, o->place.arena, count, c, &err), &err);
}

static const rd_cause_node *node(const counting *c, const char *code)
{
	static const rd_cause_node none;

	for (uint32_t i = 0; i < c->n; i++)
		if (rd_str_is(c->nodes[i].code, code))
			return &c->nodes[i];
	return &none;
}

static int64_t a_case(office *o, int64_t type, int64_t client, const char *cause, const char *more)
{
	char body[500];

	(void)
		snprintf(body, sizeof body,
	             "{\"name\":\"断号\",\"type\":\"%lld\",\"client\":\"%lld\",\"appearance\":\"缺号\","
	             "\"cause\":\"%lld\"%s}",
	             (long long)type, (long long)client, (long long)cause_id(o, cause), more);
	return office_record(o, 0, "case", body);
}

static void it_counts_what_names_a_node_and_what_is_below(void)
{
	office o;
	counting c = {.scope = {.until_us = INT64_MAX, .restricted = true}};

	open_real(&o);
	(void)fill(&o);
	int64_t li = office_person(&o, "li", "accountant", "zh");
	char body[200];

	(void)snprintf(body, sizeof body, "{\"name\":\"甲公司\",\"accountant\":\"%lld\"}",
	               (long long)li);
	int64_t jia = office_record(&o, 0, "client", body);
	int64_t yi = office_record(&o, 0, "client", "{\"name\":\"乙公司\"}");
	int64_t gap =
		office_record(&o, 0, "exception_type",
	                  "{\"slug\":\"gap\",\"name\":\"断号\",\"area\":\"voucher\",\"nature\":"
	                  "\"missing\",\"severity\":\"high\",\"finds\":\"查号\"}");

	(void)a_case(&o, gap, jia, "human.slip.typing", "");
	(void)a_case(&o, gap, jia, "human.slip.omission", "");
	o.place.now_us += 10 * OFFICE_DAY;
	(void)a_case(&o, gap, yi, "human.slip.typing", "");
	(void)a_case(&o, gap, yi, "human", ",\"restricted\":true");
	count_in(&o, &c);
	UNIT_INT(node(&c, "human.slip.typing")->cases, 2);
	UNIT_INT(node(&c, "human.slip")->cases, 0);
	UNIT_INT(node(&c, "human.slip")->subtree, 3);
	UNIT_INT(node(&c, "human")->cases, 1);
	UNIT_INT(node(&c, "human")->subtree, 4);
	UNIT_INT(node(&c, "process")->subtree, 0);
	UNIT_INT(node(&c, "human.slip.typing")->depth, 2);
	/* Each before its children. */
	for (uint32_t i = 0; i < c.n; i++)
		UNIT_TRUE(c.nodes[i].depth == 0 || (i > 0 && c.nodes[i - 1].depth + 1 >= c.nodes[i].depth));
	c.scope.restricted = false;
	count_in(&o, &c);
	UNIT_INT(node(&c, "human")->subtree, 3);
	c.scope.client_id = jia;
	count_in(&o, &c);
	UNIT_INT(node(&c, "human")->subtree, 2);
	c.scope.client_id = 0;
	c.scope.until_us = OFFICE_NOW + OFFICE_DAY;
	c.scope.type_id = gap;
	count_in(&o, &c);
	UNIT_INT(node(&c, "human")->subtree, 2);
	c.scope.type_id = gap + 1;
	count_in(&o, &c);
	UNIT_INT(node(&c, "human")->subtree, 0);
	/* A retired one is shown as long as cases name it. */
	c.scope = (rd_cause_scope){.until_us = INT64_MAX};
	office_move(&o, 0, "cause", cause_id(&o, "human.slip.typing"), "retire", "{}");
	office_move(&o, 0, "cause", cause_id(&o, "human.slip.repeat"), "retire", "{}");
	count_in(&o, &c);
	UNIT_INT(node(&c, "human.slip.typing")->cases, 2);
	UNIT_INT(node(&c, "human.slip.repeat")->id, 0);
	office_close(&o);
}

const unit_test causes_tests[] = {
	{"a firm begins with all of them, once", a_firm_begins_with_all_of_them_once},
	{"it has no circles, and one branch a root", it_has_no_circles_and_one_branch_a_root},
	{"it counts what names a node and what is below",
     it_counts_what_names_a_node_and_what_is_below},
	{0},
};
