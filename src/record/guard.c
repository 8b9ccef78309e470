#include "record/guard.h"
#include "base/assert.h"

#define LOOK_BACK 200u /* events asked for at once when a second person is looked for */

/* ---- rights of single fields ---- */

rd_rc rd_guard_fields(rd_tx *tx, const rd_actor *actor, const rd_record *r, const rd_draft *draft,
                      rd_err *err)
{
	rd_stand stand;
	bool stands = false;

	for (uint16_t i = 0; i < r->kind->n_fields; i++) {
		const rd_field *f = &r->kind->fields[i];

		if (!(draft->fields >> i & 1) || f->may.n == 0 || f->n_computed || actor->system)
			continue;
		if (!stands)
			RD_TRY(rd_may_stand(tx, actor, r, RD_VERB_CHANGE, &stand, err));
		stands = true;
		if (!rd_may_do(&f->may, actor, stand, RD_VERB_CHANGE).allowed)
			return rd_fail(err, RD_FORBIDDEN, "您不能设置字段 %s；请找管理员",
			               "you may not set the field %s; ask an administrator", f->name);
	}
	return RD_OK;
}

/* ---- references ---- */

static bool had(const rd_kind_ref *refs, uint32_t n, const rd_kind_ref *r)
{
	for (uint32_t i = 0; i < n; i++)
		if (refs[i].id == r->id && strcmp(refs[i].key, r->key) == 0)
			return true;
	return false;
}

static rd_rc exists(rd_tx *tx, const rd_kind_ref *ref, bool *ret_there, rd_err *err)
{
	const rd_kind *to = rd_kind_find(rd_str_of(ref->to));
	const rd_value key[] = {RD_VALUE_INT(tx->firm_id), RD_VALUE_INT(ref->id)};
	rd_value cells[RD_KIND_COLUMNS_MAX];

	if (to == NULL) { /* the kind of an `any` field came from the body and was checked there */
		*ret_there = false;
		return RD_OK;
	}
	return rd_db_one(tx->db, &to->get, key, tx->arena, cells, ret_there, err);
}

static rd_rc must_exist(rd_tx *tx, const rd_kind_ref *ref, rd_problems *problems, rd_err *err)
{
	bool there;

	RD_TRY(exists(tx, ref, &there, err));
	if (!there)
		rd_problem_add(problems, tx->arena, ref->key,
		               (rd_words){"所指的记录不存在", "the record that it names is not there"},
		               (rd_words){"请从列表中选择", "choose one from the list"});
	return RD_OK;
}

rd_rc rd_guard_refs(rd_tx *tx, const rd_record *now, const rd_record *was, rd_problems *problems,
                    rd_err *err)
{
	const rd_kind_ref *refs, *before = NULL;
	uint32_t n, n_before = 0;

	rd_check_refs(now->kind, now->cells, tx->arena, &refs, &n);
	if (was)
		rd_check_refs(was->kind, was->cells, tx->arena, &before, &n_before);
	for (uint32_t i = 0; i < n; i++) {
		bool own = refs[i].field < 0 && refs[i].id == rd_cell(now, RD_COL_ID)->i &&
		           strcmp(refs[i].to, now->kind->name) == 0;

		if (!own && !had(before, n_before, &refs[i]))
			RD_TRY(must_exist(tx, &refs[i], problems, err));
	}
	return problems->n ? rd_check_fail(problems, err) : RD_OK;
}

rd_rc rd_guard_asked(rd_tx *tx, const rd_transition *t, const rd_value (*asked)[2],
                     rd_problems *problems, rd_err *err)
{
	const rd_kind_ref *refs;
	uint32_t n;

	rd_check_asked_refs(t, asked, tx->arena, &refs, &n);
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(must_exist(tx, &refs[i], problems, err));
	return problems->n ? rd_check_fail(problems, err) : RD_OK;
}

static const rd_field *unique_of(const rd_kind *k)
{
	for (uint16_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].unique)
			return &k->fields[i];
	return NULL;
}

rd_rc rd_guard_unique(rd_rc rc, rd_tx *tx, const rd_record *r, rd_err *err)
{
	const rd_field *unique = unique_of(r->kind);
	const rd_value key[] = {RD_VALUE_INT(tx->firm_id), *rd_cell(r, RD_COL_ID)};
	rd_value cells[RD_KIND_COLUMNS_MAX];
	bool there;

	if (unique == NULL)
		return rc;
	/* PostgreSQL answers a write with the next statement that waits: here, where its words are
	 * known. */
	if (rc == RD_OK)
		rc = rd_db_one(tx->db, &r->kind->get, key, tx->arena, cells, &there, err);
	if (rc != RD_CONFLICT)
		return rc;
	return rd_fail(
		err, RD_CONFLICT, "没有保存：已有另一条记录用了同样的 %s，或者有人刚刚改过",
		"not saved: another record has the same %s, or somebody else has just changed it",
		unique->name);
}

/* ---- transitions ---- */

bool rd_guard_stands(const rd_record *r, const rd_transition *t)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return state >= 0 && (t->from >> state & 1);
}

int64_t rd_guard_person(rd_str actor)
{
	int64_t id = 0;

	if (!rd_str_starts(actor, "user:"))
		return 0;
	for (uint32_t i = 5; i < actor.len && actor.ptr[i] >= '0' && actor.ptr[i] <= '9'; i++)
		id = id * 10 + (actor.ptr[i] - '0');
	return id;
}

static bool is_transition(const rd_log_row *row, const char *name)
{
	json_t *o = json_loadb(row->payload.ptr, row->payload.len, 0, NULL);
	const char *is = json_string_value(json_object_get(o, "transition"));
	bool same = is && strcmp(is, name) == 0;

	json_decref(o);
	return same;
}

/* Who did that transition last; 0 = nobody yet. */
static rd_rc who_did(rd_tx *tx, const rd_record *r, const char *transition, int64_t *ret_user,
                     rd_err *err)
{
	int64_t before = -1;
	uint32_t n = LOOK_BACK;

	*ret_user = 0;
	while (n == LOOK_BACK) {
		const rd_log_row *rows;

		RD_TRY(rd_log_of_record(tx, rd_str_of(r->kind->name), rd_cell(r, RD_COL_ID)->i, before,
		                        LOOK_BACK, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			before = rows[i].seq;
			if (rd_str_ends(rows[i].type, ".moved") && is_transition(&rows[i], transition)) {
				*ret_user = rd_guard_person(rows[i].actor);
				return RD_OK;
			}
		}
	}
	return RD_OK;
}

static rd_rc second_person(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                           const rd_transition *t, rd_available *can, rd_err *err)
{
	int64_t first = 0;

	if (t->second == RD_SECOND_CREATOR)
		first = rd_guard_person(rd_cell(r, RD_COL_CREATED_BY)->str);
	else
		RD_TRY(who_did(tx, r, r->kind->transitions[t->second_transition].name, &first, err));
	rd_may_answer answer =
		rd_may_second((rd_who){.user_id = actor->user_id, .roles = actor->roles}, &first, 1);

	if (!answer.allowed) {
		can->allowed = false;
		can->barred = true;
		can->why = answer.words;
	}
	return RD_OK;
}

rd_rc rd_guard_transition(rd_tx *tx, const rd_actor *actor, const rd_record *r,
                          const rd_transition *t, rd_available *ret, rd_err *err)
{
	rd_available can = {.transition = t, .why = {"", ""}};
	rd_may_answer answer;

	RD_TRY(rd_may_to(tx, actor, r, &t->may, RD_VERB_TRANSITION, &answer, err));
	can.allowed = answer.allowed;
	can.why = answer.words;
	can.barred = answer.why == RD_BAR_ARCHIVED;
	for (uint16_t i = 0; i < r->kind->n_fields; i++)
		if ((t->needs >> i & 1) && rd_cell(r, r->kind->fields[i].column)->type == RD_NULL)
			can.lacks |= (rd_field_set)1 << i;
	for (uint16_t i = 0; i < RD_COMMON_COUNT; i++)
		if ((t->needs_common >> i & 1) && rd_cell(r, i)->type == RD_NULL)
			can.lacks_common |= 1u << i;
	if (can.allowed && t->second != RD_SECOND_NONE && !actor->system)
		RD_TRY(second_person(tx, actor, r, t, &can, err));
	*ret = can;
	return RD_OK;
}

rd_rc rd_guard_archive(rd_tx *tx, const rd_actor *actor, const rd_record *r, rd_err *err)
{
	rd_stand stand;

	RD_TRY(rd_may_stand(tx, actor, r, RD_VERB_ARCHIVE, &stand, err));
	stand.archived = false;
	return rd_may_check(rd_may_do(&r->kind->rights[RD_KIND_ARCHIVE], actor, stand, RD_VERB_ARCHIVE),
	                    err);
}
