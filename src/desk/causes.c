#include "desk/causes.h"
#include "base/assert.h"
#include "desk/cell.h"
#include "desk/hooks.h"
#include "desk/make.h"
#include "desk/person.h"
#include "store/queries.gen.h"

#define BODY_MAX (16u << 10)

/* ---- what a firm begins with ---- */

typedef struct filling {
	const rd_engine *engine;
	uint32_t added;
} filling;

static int64_t id_of(const rd_q_cause_all_row *rows, uint32_t n, const char *code)
{
	for (uint32_t i = 0; i < n; i++)
		if (rd_str_is(rows[i].code, code))
			return rows[i].id;
	return 0;
}

static void write_body(const rd_cause_seed *s, int64_t parent_id, rd_buf *out)
{
	rd_json j;

	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "code", s->code);
	rd_json_put_text(&j, "branch", s->branch);
	rd_json_put_text(&j, "name", s->name);
	rd_json_put_text(&j, "name_en", s->name_en);
	rd_json_put_text(&j, "help_text", s->help);
	rd_make_put_id(&j, "parent", parent_id);
	rd_json_close(&j);
}

static rd_rc add(const rd_engine *e, rd_tx *tx, const rd_cause_seed *s, int64_t parent_id,
                 int64_t *ret_id, rd_err *err)
{
	const rd_actor system = rd_desk_system(tx->firm_id);
	rd_record r;
	rd_buf body;

	rd_buf_init(&body, BODY_MAX);
	write_body(s, parent_id, &body);
	rd_rc rc = rd_make(e, tx, &system, "cause", &body, &r, err);

	rd_buf_done(&body);
	if (rc == RD_OK)
		*ret_id = rd_cell(&r, RD_COL_ID)->i;
	return rc;
}

/* The shipped list is short: one command adds all of it. */
static rd_rc fill(rd_tx *tx, void *ctx, rd_err *err)
{
	filling *f = ctx;
	int64_t *ids = RD_NEW_N(tx->arena, int64_t, rd_cause_seeds_count + 1);
	const rd_q_cause_all_row *rows;
	uint32_t n, added = 0;

	RD_TRY(rd_q_cause_all(tx, RD_CAUSES_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < rd_cause_seeds_count; i++) {
		const rd_cause_seed *s = &rd_cause_seeds[i];
		int64_t parent_id = 0;

		ids[i] = id_of(rows, n, s->code);
		if (ids[i])
			continue;
		for (uint32_t k = 0; s->parent && k < i; k++)
			if (strcmp(rd_cause_seeds[k].code, s->parent) == 0)
				parent_id = ids[k];
		RD_TRY(add(f->engine, tx, s, parent_id, &ids[i], err));
		added++;
	}
	f->added = added;
	return RD_OK;
}

static rd_rc any_missing(rd_tx *tx, void *ctx, rd_err *err)
{
	bool *missing = ctx;
	const rd_q_cause_all_row *rows;
	uint32_t n;

	RD_TRY(rd_q_cause_all(tx, RD_CAUSES_MAX, &rows, &n, err));
	*missing = false;
	for (uint32_t i = 0; i < rd_cause_seeds_count; i++)
		*missing |= id_of(rows, n, rd_cause_seeds[i].code) == 0;
	return RD_OK;
}

rd_rc rd_causes_fill(const rd_engine *e, int64_t firm_id, uint32_t *ret_added, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	filling f = {.engine = e};
	bool missing = false;
	rd_rc rc = rd_store_read(e->store, firm_id, a, any_missing, &missing, err);

	if (rc == RD_OK && missing)
		rc = rd_store_write(e->store, firm_id, a, fill, &f, err);
	rd_arena_free(a);
	if (rc == RD_OK)
		*ret_added = f.added;
	return rc;
}

static rd_rc fill_firm(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	uint32_t added;

	(void)s;
	(void)a;
	return rd_causes_fill(ctx, firm_id, &added, err);
}

static rd_rc fill_all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, fill_firm, ctx, err);
}

rd_periodic_entry rd_causes_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "causes",
	                           .interval_s = 86400,
	                           .lease_s = 600,
	                           .run = fill_all,
	                           .ctx = (void *)(uintptr_t)e};
}

/* ---- the tree stays a tree ---- */

static rd_rc circle(rd_err *err)
{
	return rd_fail(err, RD_INPUT, "上级不能是它自己或它的下级；请选别的上级",
	               "the parent may not be itself or one below it; choose another");
}

/* Walks from the parent to the root; *ret_parent is the parent. */
static rd_rc climb(rd_hook_call *call, int64_t parent_id, rd_record *ret_parent, rd_err *err)
{
	const rd_actor system = rd_desk_system(call->tx->firm_id);
	int64_t self = rd_cell(call->now, RD_COL_ID)->i, at = parent_id;
	rd_record r;

	for (uint32_t depth = 1; at; depth++) {
		if (at == self)
			return circle(err);
		if (depth >= RD_CAUSE_DEPTH_MAX)
			return rd_fail(err, RD_INPUT, "原因树最多 %u 层；请挂在较高的一层",
			               "the tree of causes has at most %u levels; choose a higher parent",
			               RD_CAUSE_DEPTH_MAX);
		RD_TRY(rd_record_get(call->tx, &system, call->now->kind, at, &r, err));
		if (at == parent_id)
			*ret_parent = r;
		at = rd_field_int(&r, "parent", 0);
	}
	return RD_OK;
}

static rd_rc keep_tree(rd_hook_call *call, rd_err *err)
{
	int64_t parent_id = rd_field_int(call->now, "parent", 0);
	rd_record parent = {0};

	if (parent_id) {
		RD_TRY(climb(call, parent_id, &parent, err));
		*rd_field_cell(call->now, "branch") = *rd_field_cell(&parent, "branch");
	}
	return RD_OK;
}

rd_rc rd_hook_cause_create(rd_hook_call *call, rd_err *err)
{
	return keep_tree(call, err);
}

rd_rc rd_hook_cause_change(rd_hook_call *call, rd_err *err)
{
	rd_q_cause_children_row children;
	bool found;

	RD_TRY(keep_tree(call, err));
	if (rd_str_eq(rd_field_str(call->now, "branch"), rd_field_str(call->was, "branch")))
		return RD_OK;
	RD_TRY(rd_q_cause_children(call->tx, rd_cell(call->now, RD_COL_ID)->i, &children, &found, err));
	if (found && children.n > 0)
		return rd_fail(err, RD_BARRED, "它有下级原因，不能换大类；请先移走下级",
		               "it has causes below it and stays in its branch; move those first");
	return RD_OK;
}

/* ---- counting ---- */

typedef struct counting {
	rd_cause_node *all;
	uint32_t n;
	uint32_t *parent; /* number in all; its own = a root */
	bool *wanted;
	rd_cause_node *out;
	uint32_t n_out;
} counting;

static uint32_t find_node(const counting *c, int64_t id)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->all[i].id == id)
			return i;
	return c->n;
}

static void load_nodes(counting *c, const rd_q_cause_all_row *rows, rd_arena *a)
{
	c->all = RD_NEW_N(a, rd_cause_node, c->n + 1);
	c->out = RD_NEW_N(a, rd_cause_node, c->n + 1);
	c->parent = RD_NEW_N(a, uint32_t, c->n + 1);
	c->wanted = RD_NEW_N(a, bool, c->n + 1);
	for (uint32_t i = 0; i < c->n; i++)
		c->all[i] = (rd_cause_node){
			.id = rows[i].id,
			.parent_id = rows[i].parent_id.type == RD_INT ? rows[i].parent_id.i : 0,
			.code = rows[i].code,
			.name = rows[i].name,
			.name_en = rows[i].name_en.ptr ? rows[i].name_en : RD_STR(""),
			.branch = rows[i].branch,
			.state = rows[i].state,
			.archived = rows[i].archived_at_us.type == RD_INT,
		};
	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t p = c->all[i].parent_id ? find_node(c, c->all[i].parent_id) : c->n;

		c->parent[i] = p == c->n ? i : p;
	}
}

/* The hooks hold the depth; the bound is for tables that something else has written. */
static void add_up(counting *c, uint32_t node, int64_t cases)
{
	for (uint32_t depth = 0; depth < RD_CAUSE_DEPTH_MAX; depth++) {
		c->all[node].subtree += cases;
		if (c->parent[node] == node)
			return;
		node = c->parent[node];
	}
}

/* What is shown hangs on something that is shown. */
static void want(counting *c, uint32_t node)
{
	for (uint32_t depth = 0; depth < RD_CAUSE_DEPTH_MAX; depth++) {
		c->wanted[node] = true;
		node = c->parent[node];
	}
}

static void put_below(counting *c, uint32_t node, uint32_t depth)
{
	if (!c->wanted[node] || depth >= RD_CAUSE_DEPTH_MAX || c->n_out >= c->n)
		return;
	c->all[node].depth = depth;
	c->out[c->n_out++] = c->all[node];
	for (uint32_t i = 0; i < c->n; i++)
		if (i != node && c->parent[i] == node)
			put_below(c, i, depth + 1);
}

rd_rc rd_causes_count(rd_tx *tx, const rd_cause_scope *scope, const rd_cause_node **ret_nodes,
                      uint32_t *ret_n, rd_err *err)
{
	const rd_q_cause_all_row *rows;
	const rd_q_cause_counts_row *counts;
	counting c = {0};
	uint32_t n_counts;

	RD_TRY(rd_q_cause_all(tx, RD_CAUSES_MAX, &rows, &c.n, err));
	RD_TRY(rd_q_cause_counts(tx, scope->from_us, scope->until_us, scope->type_id, scope->client_id,
	                         scope->restricted, RD_CAUSES_MAX, &counts, &n_counts, err));
	load_nodes(&c, rows, tx->arena);
	for (uint32_t i = 0; i < n_counts; i++) {
		uint32_t node = find_node(&c, counts[i].cause_id.i);

		if (node == c.n)
			continue;
		c.all[node].cases = counts[i].n;
		add_up(&c, node, counts[i].n);
	}
	for (uint32_t i = 0; i < c.n; i++)
		if (c.all[i].subtree > 0 || (!c.all[i].archived && !rd_str_is(c.all[i].state, "retired")))
			want(&c, i);
	for (uint32_t i = 0; i < c.n; i++)
		if (c.parent[i] == i)
			put_below(&c, i, 0);
	*ret_nodes = c.out;
	*ret_n = c.n_out;
	return RD_OK;
}
