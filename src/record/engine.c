#include "record/engine.h"
#include "base/assert.h"
#include "record/guard.h"
#include "record/show.h"
#include "store/queries.gen.h"

/* ---- hooks ---- */

static const rd_hook *find_hook(const rd_engine *e, const char *name)
{
	for (uint32_t i = 0; i < e->n_hooks; i++)
		if (strcmp(e->hooks[i].name, name) == 0)
			return &e->hooks[i];
	return NULL;
}

static rd_rc need_hook(const rd_engine *e, const rd_kind *k, const char *name, rd_err *err)
{
	if (name == NULL || find_hook(e, name))
		return RD_OK;
	return rd_fail(err, RD_UNAVAILABLE, "记录种类 %s 的钩子 %s 没有实现",
	               "kind %s names a hook that is not there: %s", k->name, name);
}

rd_rc rd_engine_check(const rd_engine *e, rd_err *err)
{
	for (uint32_t i = 0; i < rd_kinds_count; i++) {
		const rd_kind *k = rd_kinds[i];

		RD_TRY(need_hook(e, k, k->hook_create, err));
		RD_TRY(need_hook(e, k, k->hook_change, err));
		RD_TRY(need_hook(e, k, k->hook_archive, err));
		RD_TRY(need_hook(e, k, k->hook_restore, err));
		for (uint16_t t = 0; t < k->n_transitions; t++)
			RD_TRY(need_hook(e, k, k->transitions[t].hook, err));
	}
	return RD_OK;
}

static rd_rc run_hook(const char *name, rd_hook_call *call, rd_err *err)
{
	if (name == NULL)
		return RD_OK;
	const rd_hook *hook = find_hook(call->engine, name);

	RD_ASSERT(hook != NULL);
	return hook->run(call, err);
}

/* ---- reading one ---- */

static rd_rc load(rd_tx *tx, const rd_kind *k, int64_t id, rd_record *ret, rd_err *err)
{
	const rd_value key[] = {RD_VALUE_INT(tx->firm_id), RD_VALUE_INT(id)};
	rd_record r = {k, RD_NEW_N(tx->arena, rd_value, k->n_columns)};
	bool found;

	RD_TRY(rd_db_one(tx->db, &k->get, key, tx->arena, r.cells, &found, err));
	if (!found)
		return rd_may_not_found(err);
	*ret = r;
	return RD_OK;
}

rd_rc rd_record_get(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                    rd_record *ret_record, rd_err *err)
{
	rd_record r;

	RD_TRY(load(tx, k, id, &r, err));
	RD_TRY(rd_may_record(tx, actor, &r, RD_KIND_READ, err));
	*ret_record = r;
	return RD_OK;
}

/* The record as it is, for a command that changes the version `version` of it. */
static rd_rc load_for(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                      int64_t version, rd_record *ret, rd_err *err)
{
	RD_TRY(rd_record_get(tx, actor, k, id, ret, err));
	if (version == RD_NO_VERSION)
		return rd_fail(err, RD_NO_MATCH, "没有说明改的是哪个版本；请带上 If-Match",
		               "the request does not say which version it changes; send If-Match");
	if (version != RD_ANY_VERSION && version != rd_cell(ret, RD_COL_VERSION)->i)
		return rd_fail(err, RD_CONFLICT, "别人刚刚改过它；请对照现在的内容再改",
		               "somebody else has changed it meanwhile; compare and repeat the change");
	return RD_OK;
}

/* ---- create ---- */

static rd_rc give_number(const rd_engine *e, rd_tx *tx, rd_record *r, rd_err *err)
{
	rd_q_number_last_row given;
	char number[64];
	bool found;

	if (r->kind->number == NULL)
		return RD_OK;
	rd_date today = rd_day_date((rd_day)((tx->now_us / 1000000 + e->zone_offset_s) / 86400));
	int64_t year = strstr(r->kind->number, "{yyyy}") ? today.year : 0;

	rd_str kind = rd_str_of(r->kind->name);

	RD_TRY(rd_q_number_last(tx, kind, year, &given, &found, err));
	int64_t next = found ? given.last + 1 : 1;

	RD_TRY(rd_q_number_given(tx, kind, year, next, NULL, err));
	uint32_t n = rd_kind_number(r->kind, today.year, today.month, next, number);

	rd_cell(r, RD_COL_NUMBER)[0] =
		RD_VALUE_TEXT(((rd_str){rd_arena_copy(tx->arena, number, n), n}));
	return RD_OK;
}

/* What nobody has to say: the state, who owns it, what is its own client. */
static void fill(const rd_actor *actor, int64_t id, const rd_draft *draft, rd_record *r)
{
	const rd_kind *k = r->kind;

	rd_cell(r, RD_COL_ID)[0] = RD_VALUE_INT(id);
	rd_cell(r, RD_COL_STATE)[0] = RD_VALUE_TEXT(rd_str_of(k->states[k->initial].name));
	if (rd_cell(r, RD_COL_RESTRICTED)->type == RD_NULL)
		rd_cell(r, RD_COL_RESTRICTED)[0] = RD_VALUE_INT(0);
	if (k->own == RD_OWN_OWNER)
		rd_cell(r, RD_COL_OWNER)[0] = RD_VALUE_INT(id);
	else if (k->common[RD_COL_OWNER].used && !k->common[RD_COL_OWNER].unowned &&
	         !(draft->common >> RD_COL_OWNER & 1) && actor->user_id)
		rd_cell(r, RD_COL_OWNER)[0] = RD_VALUE_INT(actor->user_id);
	if (k->own == RD_OWN_CLIENT)
		rd_cell(r, RD_COL_CLIENT)[0] = RD_VALUE_INT(id);
}

static rd_rc refused(const rd_problems *problems, rd_err *err)
{
	RD_ASSERT(problems->n > 0);
	return rd_check_fail(problems, err);
}

rd_rc rd_record_create(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                       int64_t id, const json_t *body, rd_record *ret_record, rd_problems *problems,
                       rd_err *err)
{
	const rd_check_input in = {.kind = k, .mode = RD_CHECK_CREATE};
	rd_draft draft;

	if (!rd_may_any(actor, k, RD_KIND_CREATE))
		return rd_fail(err, RD_FORBIDDEN, "您的角色不能新建这类记录；需要时请找主管或管理员",
		               "your role may not create such records; ask a supervisor or an "
		               "administrator");
	if (!rd_check_body(&in, body, tx->arena, &draft, problems))
		return refused(problems, err);
	rd_record r = {k, draft.row};

	fill(actor, id ? id : rd_store_new_id(e->store), &draft, &r);
	rd_cell(&r, RD_COL_FIRM)[0] = RD_VALUE_INT(tx->firm_id);
	RD_TRY(rd_may_record(tx, actor, &r, RD_KIND_CREATE, err));
	RD_TRY(rd_guard_fields(tx, actor, &r, &draft, err));
	RD_TRY(rd_guard_refs(tx, &r, NULL, problems, err));
	RD_TRY(run_hook(k->hook_create,
	                &(rd_hook_call){.engine = e, .tx = tx, .actor = actor, .now = &r}, err));
	RD_TRY(give_number(e, tx, &r, err));
	rd_fact f = {.type = RD_FACT_CREATED,
	             .kind = k,
	             .record_id = rd_cell(&r, RD_COL_ID)->i,
	             .now = r};
	int64_t seq;

	RD_TRY(rd_guard_unique(rd_fact_write(tx, actor, &f, &seq, err), tx, &r, err));
	*ret_record = r;
	return RD_OK;
}

/* ---- change ---- */

static bool same_row(const rd_record *a, const rd_record *b)
{
	for (uint16_t i = 0; i < a->kind->n_columns; i++)
		if (!rd_value_same(rd_cell(a, i), rd_cell(b, i)))
			return false;
	return true;
}

static rd_rc write(rd_tx *tx, const rd_actor *actor, rd_fact *f, rd_err *err)
{
	int64_t seq;

	f->kind = f->now.kind;
	f->record_id = rd_cell(&f->now, RD_COL_ID)->i;
	return rd_guard_unique(rd_fact_write(tx, actor, f, &seq, err), tx, &f->now, err);
}

rd_rc rd_record_write(rd_tx *tx, const rd_actor *actor, const rd_record *was, rd_record *now,
                      rd_err *err)
{
	rd_fact f = {.type = RD_FACT_CHANGED, .now = *now, .was = *was};

	return same_row(was, now) ? RD_OK : write(tx, actor, &f, err);
}

rd_rc rd_record_change(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                       int64_t id, int64_t version, const json_t *body, rd_record *ret_record,
                       rd_problems *problems, rd_err *err)
{
	rd_record was;
	rd_draft draft;

	RD_TRY(load_for(tx, actor, k, id, version, &was, err));
	RD_TRY(rd_may_record(tx, actor, &was, RD_KIND_CHANGE, err));
	const rd_check_input in = {.kind = k, .mode = RD_CHECK_CHANGE, .before = was.cells};

	if (!rd_check_body(&in, body, tx->arena, &draft, problems))
		return refused(problems, err);
	rd_record now = {k, draft.row};

	RD_TRY(rd_guard_fields(tx, actor, &was, &draft, err));
	RD_TRY(rd_guard_refs(tx, &now, &was, problems, err));
	RD_TRY(
		run_hook(k->hook_change,
	             &(rd_hook_call){.engine = e, .tx = tx, .actor = actor, .now = &now, .was = &was},
	             err));
	RD_TRY(rd_record_write(tx, actor, &was, &now, err));
	*ret_record = now;
	return RD_OK;
}

/* ---- transitions ---- */

rd_rc rd_record_available(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                          const rd_available **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_kind *k = r->kind;
	rd_available *list = RD_NEW_N(tx->arena, rd_available, k->n_transitions + 1);
	uint32_t n = 0;

	for (uint16_t i = 0; i < k->n_transitions; i++)
		if (rd_guard_stands(r, &k->transitions[i]))
			RD_TRY(rd_guard_transition(tx, actor, r, &k->transitions[i], &list[n++], err));
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

static rd_rc find_transition(const rd_record *r, rd_str name, const rd_transition **ret,
                             rd_err *err)
{
	int32_t i = rd_kind_transition_find(r->kind, name);

	if (i < 0)
		return rd_fail(err, RD_NOT_FOUND, "没有这个操作：%.*s", "no such transition: %.*s",
		               (int)(name.len < 60 ? name.len : 60), name.ptr);
	if (!rd_guard_stands(r, &r->kind->transitions[i]))
		return rd_fail(err, RD_BARRED, "现在的状态不能做这一步（%s）；请刷新后再看可做的操作",
		               "not possible in this state (%s); load it again to see what is",
		               r->kind->transitions[i].name);
	*ret = &r->kind->transitions[i];
	return RD_OK;
}

/* {"reason": …} as it was checked, for the event. */
static rd_str asks_json(rd_tx *tx, const rd_transition *t, const rd_draft *draft)
{
	rd_buf out;
	rd_json j;

	if (t->n_asks == 0)
		return RD_STR("");
	rd_buf_init(&out, RD_BODY_BYTES_MAX * 2);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	for (uint16_t i = 0; i < t->n_asks; i++)
		if (draft->asked[i][0].type != RD_NULL) {
			rd_json_key(&j, t->asks[i].name);
			rd_show_value(&j, &t->asks[i], draft->asked[i], (rd_show_view){.secrets = true});
		}
	rd_json_close(&j);
	rd_str text = {rd_arena_copy(tx->arena, out.data, out.size), (uint32_t)out.size};

	rd_buf_done(&out);
	return text;
}

static rd_rc move(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_record *was,
                  const rd_transition *t, const json_t *body, rd_record *ret_record,
                  rd_problems *problems, rd_err *err)
{
	const rd_kind *k = was->kind;
	const rd_check_input in = {.kind = k,
	                           .mode = RD_CHECK_TRANSITION,
	                           .transition = t,
	                           .before = was->cells};
	rd_draft draft;

	if (!rd_check_body(&in, body, tx->arena, &draft, problems) ||
	    !rd_check_needs(k, t, draft.row, tx->arena, problems))
		return refused(problems, err);
	rd_record now = {k, draft.row};

	RD_TRY(rd_guard_refs(tx, &now, was, problems, err));
	RD_TRY(rd_guard_asked(tx, t, (const rd_value(*)[2])draft.asked, problems, err));
	if (t->to != RD_STAYS)
		rd_cell(&now, RD_COL_STATE)[0] = RD_VALUE_TEXT(rd_str_of(k->states[t->to].name));
	RD_TRY(run_hook(t->hook,
	                &(rd_hook_call){.engine = e,
	                                .tx = tx,
	                                .actor = actor,
	                                .now = &now,
	                                .was = was,
	                                .transition = t,
	                                .asked = (const rd_value(*)[2])draft.asked},
	                err));
	rd_fact f = {.type = RD_FACT_MOVED,
	             .now = now,
	             .was = *was,
	             .transition = rd_str_of(t->name),
	             .asks = asks_json(tx, t, &draft)};

	RD_TRY(write(tx, actor, &f, err));
	*ret_record = now;
	return RD_OK;
}

rd_rc rd_record_move(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                     int64_t id, int64_t version, rd_str transition, const json_t *body,
                     rd_record *ret_record, rd_problems *problems, rd_err *err)
{
	const rd_transition *t = NULL;
	rd_available can;
	rd_record was;

	RD_TRY(load_for(tx, actor, k, id, version, &was, err));
	RD_TRY(find_transition(&was, transition, &t, err));
	RD_TRY(rd_guard_transition(tx, actor, &was, t, &can, err));
	if (!can.allowed)
		return rd_fail_words(err, can.barred ? RD_BARRED : RD_FORBIDDEN, can.why);
	return move(e, tx, actor, &was, t, body, ret_record, problems, err);
}

/* ---- archive ---- */

rd_rc rd_record_archive(const rd_engine *e, rd_tx *tx, const rd_actor *actor, const rd_kind *k,
                        int64_t id, int64_t version, bool archived, rd_record *ret_record,
                        rd_err *err)
{
	rd_record was;

	RD_TRY(load_for(tx, actor, k, id, version, &was, err));
	RD_TRY(rd_guard_archive(tx, actor, &was, err));
	if ((rd_cell(&was, RD_COL_ARCHIVED_AT)->type != RD_NULL) == archived) {
		*ret_record = was;
		return RD_OK;
	}
	rd_record now = rd_record_copy(tx->arena, &was);

	RD_TRY(
		run_hook(archived ? k->hook_archive : k->hook_restore,
	             &(rd_hook_call){.engine = e, .tx = tx, .actor = actor, .now = &now, .was = &was},
	             err));
	rd_fact f = {.type = archived ? RD_FACT_ARCHIVED : RD_FACT_RESTORED, .now = now, .was = was};

	RD_TRY(write(tx, actor, &f, err));
	*ret_record = now;
	return RD_OK;
}
