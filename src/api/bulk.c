#include "api/handlers.h"
#include "api/inner.h"
#include "base/assert.h"

/* One action on many records. Each is a command of its own with the rights, guards and version of a
 * single one; what is refused does not disturb the others, and a request that is sent again under
 * its Idempotency-Key does only what was not done. */

#define ITEMS_MAX  500u
#define ANSWER_MAX 512u /* bytes of what is said of one that was done */

enum { IN_ACTION, IN_TRANSITION, IN_BODY, IN_ITEMS };
static const rd_shape_field bulk_fields[] = {
	[IN_ACTION] = {"action", RD_SHAPE_TEXT, true, 1, 16, "change, archive, restore or do"},
	[IN_TRANSITION] = {"transition", RD_SHAPE_TEXT, false, 1, 64, "of do: its name"},
	[IN_BODY] = {"body", RD_SHAPE_OBJECT, false, 0, 0, "of change and do: as for one record"},
	[IN_ITEMS] = {"items", RD_SHAPE_ITEMS, true, 1, ITEMS_MAX, "the records and their versions"},
};
const rd_shape rd_shape_bulk = {"Bulk", bulk_fields, 4};

typedef enum action { CHANGE, ARCHIVE, RESTORE, DO, ACTIONS } action;
static const char *const actions[ACTIONS] = {"change", "archive", "restore", "do"};

typedef struct item {
	rd_unit unit;
	rd_call *call;
	action what;
	rd_str transition;
	const json_t *body;
	uint32_t index;
	int64_t id, version, now; /* now: the version that is there; 0 = not known */
	rd_problems problems;
	rd_str answer; /* JSON, of one that was done */
} item;

static rd_rc act(item *it, rd_tx *tx, rd_record *ret, rd_err *err)
{
	const rd_engine *e = &it->call->api->engine;
	const rd_actor *who = &it->call->who.actor;
	const rd_kind *k = it->call->kind;

	switch (it->what) {
	case CHANGE:
		return rd_record_change(e, tx, who, k, it->id, it->version, it->body, ret, &it->problems,
		                        err);
	case DO:
		return rd_record_move(e, tx, who, k, it->id, it->version, it->transition, it->body, ret,
		                      &it->problems, err);
	default:
		return rd_record_archive(e, tx, who, k, it->id, it->version, it->what == ARCHIVE, ret, err);
	}
}

static rd_str done_text(const item *it, rd_arena *a)
{
	rd_buf out;
	rd_json j;

	rd_buf_init(&out, ANSWER_MAX);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_put_id(&j, "id", it->id);
	rd_json_put_bool(&j, "ok", true);
	rd_json_put_int(&j, "version", it->now);
	rd_json_close(&j);
	RD_ASSERT(!out.full);
	rd_str text = {rd_arena_copy(a, out.data, out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return text;
}

static rd_rc run_item(rd_tx *tx, void *ctx, rd_err *err)
{
	item *it = ctx;
	rd_err ignored;
	rd_record r;
	bool found;

	it->problems = (rd_problems){0};
	it->now = 0;
	RD_TRY(rd_many_find(it->call, tx, it->index, &it->answer, &found, err));
	if (found)
		return RD_OK;
	rd_rc rc = act(it, tx, &r, err);

	if (rc == RD_CONFLICT &&
	    rd_record_get(tx, &it->call->who.actor, it->call->kind, it->id, &r, &ignored) == RD_OK)
		it->now = rd_cell(&r, RD_COL_VERSION)->i;
	if (rc != RD_OK)
		return rc;
	it->now = rd_cell(&r, RD_COL_VERSION)->i;
	it->answer = done_text(it, tx->arena);
	return rd_many_keep(it->call, tx, it->index, it->answer, err);
}

static void put_item(rd_json *j, const item *it)
{
	if (it->unit.command.rc == RD_OK) {
		rd_json_raw(j, it->answer);
		return;
	}
	rd_json_object(j);
	rd_put_id(j, "id", it->id);
	rd_json_put_bool(j, "ok", false);
	if (it->now)
		rd_json_put_int(j, "version", it->now);
	rd_put_failure(j, it->unit.command.rc, &it->unit.command.err, &it->problems);
	rd_json_close(j);
}

static rd_rc answer(rd_call *call, const item *items, uint32_t n)
{
	rd_json *j = rd_call_json(call);
	uint32_t done = 0;

	rd_json_object(j);
	rd_json_key(j, "items");
	rd_json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		put_item(j, &items[i]);
		done += items[i].unit.command.rc == RD_OK;
	}
	rd_json_close(j);
	rd_json_put_int(j, "done", done);
	rd_json_put_int(j, "failed", n - done);
	rd_json_close(j);
	return RD_OK;
}

static rd_rc wants(const rd_call *call, action *ret, rd_err *err)
{
	action a = 0;

	while (a < ACTIONS && !rd_str_is(call->in[IN_ACTION].str, actions[a]))
		a++;
	if (a == ACTIONS)
		return rd_fail(err, RD_INPUT, "action 应为 change、archive、restore 或 do",
		               "action is change, archive, restore or do");
	if ((call->in[IN_TRANSITION].type != RD_NULL) != (a == DO))
		return rd_fail(err, RD_INPUT, "只有 do 要写 transition，而且必须写",
		               "transition belongs to do, which needs it");
	if (call->in[IN_BODY].type == RD_NULL ? a == CHANGE : a != CHANGE && a != DO)
		return rd_fail(err, RD_INPUT, "change 必须有 body，archive 和 restore 没有",
		               "change needs a body, archive and restore take none");
	*ret = a;
	return RD_OK;
}

rd_rc rd_api_bulk(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_arena *a = call->req->arena;
	const rd_shape_item *asked;
	json_t *none = NULL;
	uint32_t n;
	action what = CHANGE;

	(void)tx;
	RD_TRY(wants(call, &what, err));
	if (call->in[IN_BODY].type == RD_NULL)
		none = json_object();
	asked = rd_shape_items(call->body, "items", a, &n);
	item *items = RD_NEW_N(a, item, n);

	for (uint32_t i = 0; i < n; i++)
		items[i] = (item){.unit.command = {.run = run_item, .ctx = &items[i]},
		                  .call = call,
		                  .what = what,
		                  .transition = call->in[IN_TRANSITION].str,
		                  .body = none ? none : json_object_get(call->body, "body"),
		                  .index = i,
		                  .id = asked[i].id,
		                  .version = asked[i].version};
	rd_many_run(call, a, items, n, sizeof *items);
	json_decref(none);
	return answer(call, items, n);
}
