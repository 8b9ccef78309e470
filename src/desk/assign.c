#include "desk/assign.h"
#include "base/json.h"
#include "desk/cell.h"
#include "desk/person.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include <jansson.h>
#include <stdlib.h>

#define DAY_US  86400000000LL
#define RULES   200u
#define CO_MAX  10u /* consulted people who become co-handlers */
#define DEPTH   3u  /* deputies of deputies */
#define NO_USER 0

/* What is known of a case when somebody is sought for it. */
typedef struct seeking {
	const rd_engine *engine;
	rd_tx *tx;
	rd_record type, client; /* cells NULL = none */
	const rd_q_responsibility_for_row *rules;
	uint32_t n_rules;
	rd_day today;
	int64_t case_minutes, task_minutes;
} seeking;

static rd_rc load_record(seeking *s, const char *kind, int64_t id, rd_record *ret, rd_err *err)
{
	const rd_actor system = rd_desk_system(s->tx->firm_id);
	rd_err why = {0};

	ret->cells = NULL;
	if (id == 0)
		return RD_OK;
	rd_rc rc = rd_record_get(s->tx, &system, rd_kind_find(rd_str_of(kind)), id, ret, &why);

	if (rc == RD_NOT_FOUND)
		ret->cells = NULL;
	else if (rc != RD_OK)
		*err = why;
	return rc == RD_NOT_FOUND ? RD_OK : rc;
}

static rd_rc begin(seeking *s, const rd_engine *e, rd_tx *tx, rd_err *err)
{
	*s = (seeking){.engine = e, .tx = tx};
	s->today = (rd_day)((tx->now_us + (int64_t)e->zone_offset_s * 1000000) / DAY_US);
	RD_TRY(rd_setting_int(tx, RD_SET_LOAD_CASE_MINUTES, &s->case_minutes, err));
	return rd_setting_int(tx, RD_SET_LOAD_TASK_MINUTES, &s->task_minutes, err);
}

static rd_rc begin_case(seeking *s, const rd_engine *e, rd_tx *tx, const rd_record *c, rd_err *err)
{
	const rd_value *client = rd_cell(c, RD_COL_CLIENT);
	int64_t client_id = client->type == RD_NULL ? 0 : client->i, type = rd_field_int(c, "type", 0);

	RD_TRY(begin(s, e, tx, err));
	RD_TRY(load_record(s, "exception_type", type, &s->type, err));
	RD_TRY(load_record(s, "client", client_id, &s->client, err));
	rd_str area = s->type.cells ? rd_field_str(&s->type, "area") : RD_STR("");

	return rd_q_responsibility_for(tx, client_id, type, area, RULES, &s->rules, &s->n_rules, err);
}

/* The most exact rule of a part; NULL = none. */
static const rd_q_responsibility_for_row *rule_of(const seeking *s, const char *part)
{
	for (uint32_t i = 0; i < s->n_rules; i++)
		if (rd_str_is(s->rules[i].part, part))
			return &s->rules[i];
	return NULL;
}

/* ---- one person ---- */

static bool has_skill(const rd_record *user, rd_str skill)
{
	rd_str list = rd_field_str(user, "skills");
	json_t *a = list.len ? json_loadb(list.ptr, list.len, 0, NULL) : NULL;
	bool has = skill.len == 0;
	size_t i;
	json_t *v;

	json_array_foreach(a, i, v) if (rd_str_is(skill, json_string_value(v))) has = true;
	json_decref(a);
	return has;
}

/* False: the person does not work here (any more). */
static rd_rc weigh(seeking *s, int64_t user_id, rd_str skill, rd_candidate *ret, bool *ret_here,
                   rd_err *err)
{
	rd_q_load_of_row load;
	rd_q_absence_on_row away;
	rd_record user;
	bool found, gone;

	*ret_here = false;
	RD_TRY(load_record(s, "user", user_id, &user, err));
	if (user.cells == NULL || !rd_str_is(rd_cell(&user, RD_COL_STATE)->str, "active"))
		return RD_OK;
	RD_TRY(rd_q_load_of(s->tx, user_id, s->tx->now_us, s->task_minutes, &load, &found, err));
	RD_TRY(rd_q_absence_on(s->tx, user_id, s->today, &away, &gone, err));
	*ret = (rd_candidate){.user_id = user_id,
	                      .name = rd_field_str(&user, "name"),
	                      .cases = load.cases,
	                      .late = load.late,
	                      .minutes = load.cases * s->case_minutes + load.task_minutes,
	                      .absent_until = gone ? (rd_day)away.last_day : RD_DAY_NONE,
	                      .skilled = has_skill(&user, skill)};
	*ret_here = true;
	return RD_OK;
}

/* Ids of a field that refers to users; *ret_n up to RD_CANDIDATES_MAX. */
static int64_t *ids_of(seeking *s, const rd_record *r, const char *field, uint32_t *ret_n)
{
	int64_t *ids = RD_NEW_N(s->tx->arena, int64_t, RD_CANDIDATES_MAX);
	rd_str list = rd_field_str(r, field);
	json_t *a = list.len ? json_loadb(list.ptr, list.len, 0, NULL) : NULL;
	size_t i;
	json_t *v;

	*ret_n = 0;
	json_array_foreach(a, i, v) if (json_is_string(v) && *ret_n < RD_CANDIDATES_MAX)
		ids[(*ret_n)++] = strtoll(json_string_value(v), NULL, 10);
	json_decref(a);
	return ids;
}

static rd_rc first_deputy(seeking *s, int64_t user_id, int64_t *ret_id, rd_err *err)
{
	rd_q_absence_on_row away;
	rd_record user;
	uint32_t n;
	bool gone;

	*ret_id = NO_USER;
	RD_TRY(rd_q_absence_on(s->tx, user_id, s->today, &away, &gone, err));
	if (gone && away.deputy_id != NO_USER) {
		*ret_id = away.deputy_id;
		return RD_OK;
	}
	RD_TRY(load_record(s, "user", user_id, &user, err));
	if (user.cells == NULL)
		return RD_OK;
	int64_t *ids = ids_of(s, &user, "deputies", &n);

	for (uint32_t i = 0; i < n && *ret_id == NO_USER; i++) {
		RD_TRY(rd_q_absence_on(s->tx, ids[i], s->today, &away, &gone, err));
		if (!gone)
			*ret_id = ids[i];
	}
	return RD_OK;
}

/* Who is there in place of a person: himself, or a deputy; 0 = nobody. */
static rd_rc present(seeking *s, int64_t user_id, int64_t *ret_id, rd_err *err)
{
	*ret_id = NO_USER;
	for (uint32_t depth = 0; user_id != NO_USER && depth <= DEPTH; depth++) {
		rd_candidate c;
		bool here;

		RD_TRY(weigh(s, user_id, RD_STR(""), &c, &here, err));
		if (here && c.absent_until == RD_DAY_NONE) {
			*ret_id = user_id;
			return RD_OK;
		}
		RD_TRY(first_deputy(s, user_id, &user_id, err));
	}
	return RD_OK;
}

/* ---- people ---- */

static int better(const void *a, const void *b)
{
	const rd_candidate *x = a, *y = b;
	bool xa = x->absent_until != RD_DAY_NONE, ya = y->absent_until != RD_DAY_NONE;

	if (xa != ya)
		return xa - ya;
	if (x->responsible != y->responsible)
		return y->responsible - x->responsible;
	if (x->skilled != y->skilled)
		return y->skilled - x->skilled;
	if (x->minutes != y->minutes)
		return x->minutes < y->minutes ? -1 : 1;
	return x->user_id < y->user_id ? -1 : x->user_id > y->user_id;
}

static rd_rc add_one(seeking *s, int64_t user_id, rd_str skill, bool responsible,
                     rd_candidate *list, uint32_t *n, rd_err *err)
{
	bool here;

	for (uint32_t i = 0; i < *n; i++)
		if (list[i].user_id == user_id) {
			list[i].responsible = list[i].responsible || responsible;
			return RD_OK;
		}
	if (user_id == NO_USER || *n == RD_CANDIDATES_MAX)
		return RD_OK;
	RD_TRY(weigh(s, user_id, skill, &list[*n], &here, err));
	list[*n].responsible = responsible;
	*n += here;
	return RD_OK;
}

static rd_rc add_department(seeking *s, int64_t department_id, rd_str skill, rd_candidate *list,
                            uint32_t *n, rd_err *err)
{
	const rd_q_people_of_department_row *rows;
	uint32_t n_rows;

	RD_TRY(rd_q_people_of_department(s->tx, department_id, RD_CANDIDATES_MAX, &rows, &n_rows, err));
	for (uint32_t i = 0; i < n_rows; i++)
		RD_TRY(add_one(s, rows[i].id, skill, true, list, n, err));
	return RD_OK;
}

static rd_rc add_team(seeking *s, int64_t team_id, rd_str skill, rd_candidate *list, uint32_t *n,
                      rd_err *err)
{
	rd_record team;
	uint32_t n_ids;

	RD_TRY(load_record(s, "team", team_id, &team, err));
	if (team.cells == NULL)
		return RD_OK;
	int64_t *ids = ids_of(s, &team, "members", &n_ids);

	for (uint32_t i = 0; i < n_ids; i++)
		RD_TRY(add_one(s, ids[i], skill, true, list, n, err));
	return add_one(s, rd_field_int(&team, "lead", NO_USER), skill, true, list, n, err);
}

/* Those whom the rule or, without one, the client names. */
static rd_rc add_responsible(seeking *s, rd_candidate *list, uint32_t *n, rd_err *err)
{
	const rd_q_responsibility_for_row *rule = rule_of(s, "responsible");
	rd_str skill = rule ? rule->skill : RD_STR("");

	if (rule && rule->person_id != NO_USER)
		return add_one(s, rule->person_id, skill, true, list, n, err);
	if (rule && rule->team_id != 0)
		return add_team(s, rule->team_id, skill, list, n, err);
	if (rule && rule->department_id != 0)
		return add_department(s, rule->department_id, skill, list, n, err);
	if (s->client.cells == NULL)
		return RD_OK;
	int64_t accountant = rd_field_int(&s->client, "accountant", NO_USER);
	const rd_value *manager = rd_cell(&s->client, RD_COL_OWNER);

	if (accountant == NO_USER && manager->type != RD_NULL)
		accountant = manager->i;
	return add_one(s, accountant, skill, true, list, n, err);
}

rd_rc rd_assign_candidates(const rd_engine *e, rd_tx *tx, const rd_record *c,
                           const rd_candidate **ret_list, uint32_t *ret_n, rd_err *err)
{
	static const char *const of_client[] = {"accountant", "supervisor", "reviewer"};
	rd_candidate *list = RD_NEW_N(tx->arena, rd_candidate, RD_CANDIDATES_MAX);
	const rd_q_responsibility_for_row *rule;
	const rd_q_people_at_work_row *rows;
	uint32_t n = 0, n_rows;
	seeking s;

	RD_TRY(begin_case(&s, e, tx, c, err));
	rule = rule_of(&s, "responsible");
	rd_str skill = rule ? rule->skill : RD_STR("");

	RD_TRY(add_responsible(&s, list, &n, err));
	for (uint32_t i = 0; s.client.cells && i < sizeof of_client / sizeof *of_client; i++)
		RD_TRY(add_one(&s, rd_field_int(&s.client, of_client[i], NO_USER), skill, false, list, &n,
		               err));
	RD_TRY(rd_q_people_at_work(tx, RD_CANDIDATES_MAX, &rows, &n_rows, err));
	for (uint32_t i = 0; i < n_rows; i++)
		RD_TRY(add_one(&s, rows[i].id, skill, false, list, &n, err));
	qsort(list, n, sizeof *list, better);
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

static int heavier(const void *a, const void *b)
{
	const rd_candidate *x = a, *y = b;

	if (x->minutes != y->minutes)
		return x->minutes > y->minutes ? -1 : 1;
	return x->user_id < y->user_id ? -1 : x->user_id > y->user_id;
}

rd_rc rd_assign_load(const rd_engine *e, rd_tx *tx, const rd_candidate **ret_list, uint32_t *ret_n,
                     rd_err *err)
{
	rd_candidate *list = RD_NEW_N(tx->arena, rd_candidate, RD_CANDIDATES_MAX);
	const rd_q_people_at_work_row *rows;
	uint32_t n = 0, n_rows;
	seeking s;

	RD_TRY(begin(&s, e, tx, err));
	RD_TRY(rd_q_people_at_work(tx, RD_CANDIDATES_MAX, &rows, &n_rows, err));
	for (uint32_t i = 0; i < n_rows; i++)
		RD_TRY(add_one(&s, rows[i].id, RD_STR(""), false, list, &n, err));
	qsort(list, n, sizeof *list, heavier);
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}

/* ---- a case that is made ---- */

static rd_rc assign_owner(seeking *s, rd_record *c, rd_err *err)
{
	rd_candidate *list = RD_NEW_N(s->tx->arena, rd_candidate, RD_CANDIDATES_MAX);
	const rd_q_responsibility_for_row *rule = rule_of(s, "responsible");
	rd_value *department = rd_field_cell(c, "department"), *team = rd_cell(c, RD_COL_TEAM);
	int64_t who = NO_USER;
	uint32_t n = 0;

	if (rule && rule->department_id != 0 && department->type == RD_NULL)
		*department = RD_VALUE_INT(rule->department_id);
	if (rule && rule->team_id != 0 && team->type == RD_NULL)
		*team = RD_VALUE_INT(rule->team_id);
	RD_TRY(add_responsible(s, list, &n, err));
	qsort(list, n, sizeof *list, better);
	if (n > 0 && list[0].absent_until == RD_DAY_NONE)
		who = list[0].user_id;
	else if (n > 0)
		RD_TRY(present(s, list[0].user_id, &who, err));
	if (who != NO_USER)
		*rd_cell(c, RD_COL_OWNER) = RD_VALUE_INT(who);
	return RD_OK;
}

/* Whoever answers for it signs; not the one who does the work. */
static rd_rc assign_reviewer(seeking *s, rd_record *c, rd_err *err)
{
	const rd_q_responsibility_for_row *rule = rule_of(s, "accountable");
	const rd_value *owner = rd_cell(c, RD_COL_OWNER);
	int64_t who = rule && rule->person_id != NO_USER ? rule->person_id : NO_USER;

	if (who == NO_USER && s->client.cells)
		who = rd_field_int(&s->client, "reviewer", NO_USER);
	if (who != NO_USER)
		RD_TRY(present(s, who, &who, err));
	if (who != NO_USER && (owner->type == RD_NULL || owner->i != who))
		*rd_field_cell(c, "reviewer") = RD_VALUE_INT(who);
	return RD_OK;
}

static void assign_helpers(seeking *s, rd_record *c)
{
	json_t *ids = json_array();
	uint32_t n = 0;
	char id[24];

	for (uint32_t i = 0; i < s->n_rules && n < CO_MAX; i++)
		if (rd_str_is(s->rules[i].part, "consulted") && s->rules[i].person_id != NO_USER) {
			(void)snprintf(id, sizeof id, "%lld", (long long)s->rules[i].person_id);
			json_array_append_new(ids, json_string(id));
			n++;
		}
	if (n > 0) {
		char *text = json_dumps(ids, JSON_COMPACT);
		size_t len = strlen(text);

		*rd_field_cell(c, "helpers") =
			RD_VALUE_TEXT(((rd_str){rd_arena_copy(s->tx->arena, text, len), (uint32_t)len}));
		free(text);
	}
	json_decref(ids);
}

static rd_rc watch(seeking *s, const rd_record *c, int64_t user_id, rd_err *err)
{
	const rd_actor system = rd_desk_system(s->tx->firm_id);
	rd_fact f = {.type = RD_FACT_WATCHED,
	             .kind = c->kind,
	             .record_id = rd_cell(c, RD_COL_ID)->i,
	             .about_id = user_id};
	int64_t seq;

	return user_id == NO_USER ? RD_OK : rd_fact_write(s->tx, &system, &f, &seq, err);
}

/* Those who are informed, and whoever reported it: they see how it goes on. */
static rd_rc tell_informed(seeking *s, const rd_actor *reporter, const rd_record *c, rd_err *err)
{
	const rd_value *owner = rd_cell(c, RD_COL_OWNER);

	if (owner->type == RD_NULL || owner->i != reporter->user_id)
		RD_TRY(watch(s, c, reporter->user_id, err));
	for (uint32_t i = 0; i < s->n_rules; i++)
		if (rd_str_is(s->rules[i].part, "informed"))
			RD_TRY(watch(s, c, s->rules[i].person_id, err));
	return RD_OK;
}

rd_rc rd_assign_case(rd_hook_call *call, rd_err *err)
{
	rd_record *c = call->now;
	seeking s;

	RD_TRY(begin_case(&s, call->engine, call->tx, c, err));
	if (rd_cell(c, RD_COL_OWNER)->type == RD_NULL)
		RD_TRY(assign_owner(&s, c, err));
	if (rd_field_cell(c, "reviewer")->type == RD_NULL)
		RD_TRY(assign_reviewer(&s, c, err));
	if (rd_field_cell(c, "helpers")->type == RD_NULL)
		assign_helpers(&s, c);
	return tell_informed(&s, call->actor, c, err);
}
