#include "desk/emergencies.h"
#include "base/json.h"
#include "base/money.h"
#include "desk/cell.h"
#include "desk/duty.h"
#include "desk/make.h"
#include "desk/notice.h"
#include "desk/settings.h"
#include "record/beside.h"
#include "record/show.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define MINUTE_US  60000000LL
#define HOUR_US    (60 * MINUTE_US)
#define COUNT_MAX  5000 /* cases among which clients are counted */
#define PEOPLE_MAX 50u
#define RULES_MAX  100u
#define CALLS_MAX  100u /* emergencies in one run */
#define NAME_MAX   160u /* characters of a title that a name repeats */
#define EVERY_S    30u

typedef struct rules {
	int64_t money, deadline_days, clients, hours;
	uint32_t grades; /* from the gravest on; 0 = not by grade */
} rules;

/* One batch of events, or one run of calls. */
typedef struct work {
	rd_tx *tx;
	const rd_engine *engine;
	rd_desk desk;
	rd_actor system;
	bool english;
	rules rules;
	int64_t counted_type, counted; /* clients that this type has hit, asked once in a row */
} work;

static int64_t number_of(rd_str s)
{
	int64_t v = 0;

	for (uint32_t i = 0; i < s.len; i++)
		v = v * 10 + (s.ptr[i] - '0');
	return v;
}

/* One question for all of them: cases are made by the thousand. */
static rd_rc load_rules(rd_tx *tx, rules *ret, rd_err *err)
{
	const rd_q_emergency_rules_row *rows;
	rd_str values[RD_SET_EMERGENCY_CALL - RD_SET_EMERGENCY_GRADE];
	uint32_t n;

	RD_TRY(rd_q_emergency_rules(tx, RULES_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < sizeof values / sizeof *values; i++) {
		const rd_setting_info *s = &rd_settings[RD_SET_EMERGENCY_GRADE + i];

		values[i] = rd_str_of(s->preset);
		for (uint32_t k = 0; k < n; k++)
			if (rd_str_is(rows[k].key, s->key))
				values[i] = rows[k].value;
	}
	*ret = (rules){
		.grades = rd_str_is(values[0], "p1")   ? 1
	              : rd_str_is(values[0], "p2") ? 2
	                                           : 0,
		.money = number_of(values[RD_SET_EMERGENCY_MONEY - RD_SET_EMERGENCY_GRADE]),
		.deadline_days = number_of(values[RD_SET_EMERGENCY_DEADLINE - RD_SET_EMERGENCY_GRADE]),
		.clients = number_of(values[RD_SET_EMERGENCY_CLIENTS - RD_SET_EMERGENCY_GRADE]),
		.hours = number_of(values[RD_SET_EMERGENCY_HOURS - RD_SET_EMERGENCY_GRADE]),
	};
	return RD_OK;
}

static rd_rc begin(rd_tx *tx, const rd_engine *e, work *w, rd_err *err)
{
	rd_q_firm_manner_row firm;
	bool found;

	*w = (work){.tx = tx,
	            .engine = e,
	            .desk = {e->store, e->zone_offset_s},
	            .system = rd_desk_system(tx->firm_id)};
	RD_TRY(rd_q_firm_manner(tx, &firm, &found, err));
	w->english = found && rd_str_is(firm.language, "en");
	return load_rules(tx, &w->rules, err);
}

static int64_t id_of(const rd_record *r)
{
	return rd_cell(r, RD_COL_ID)->i;
}

static bool is_open(const rd_record *r)
{
	int32_t state = rd_kind_state_find(r->kind, rd_cell(r, RD_COL_STATE)->str);

	return rd_cell(r, RD_COL_ARCHIVED_AT)->type == RD_NULL && state >= 0 &&
	       !r->kind->states[state].closed;
}

/* ---- the rules ---- */

#define GRAVE 2u /* P1, P2: what is less grave starts none by amount, deadline or clients */

typedef struct trigger {
	const char *set_off; /* NULL = none */
	char rule[200];
} trigger;

/* 1 = the gravest; an ungraded case has none. */
static uint32_t grade_of(const rd_record *r)
{
	rd_str s = rd_field_str(r, "grade");

	return s.len == 2 ? (uint32_t)(s.ptr[1] - '0') : 9;
}

static void by_grade(const work *w, const rd_record *r, trigger *t)
{
	uint32_t grade = grade_of(r);

	if (grade > w->rules.grades)
		return;
	t->set_off = "grade";
	(void)snprintf(t->rule, sizeof t->rule, w->english ? "priority P%u" : "优先级 P%u", grade);
}

static void by_money(const work *w, const rd_record *r, trigger *t)
{
	const rd_value *amount = rd_field_cell(r, "amount");
	char text[RD_MINOR_TEXT];
	int64_t minor = amount[0].i, unit = 1;

	if (w->rules.money == 0 || grade_of(r) > GRAVE || amount[0].type != RD_INT ||
	    amount[1].type != RD_TEXT)
		return;
	uint32_t decimals = rd_currency_decimals(amount[1].str);

	for (uint32_t i = 0; i < decimals; i++)
		unit *= 10;
	if (minor / unit > -w->rules.money && minor / unit < w->rules.money)
		return;
	t->set_off = "money";
	rd_minor_format(minor, decimals, true, text);
	(void)snprintf(t->rule, sizeof t->rule,
	               w->english ? "amount %s " RD_STR_FMT : "涉及金额 %s " RD_STR_FMT, text,
	               RD_STR_ARG(amount[1].str));
}

static void by_deadline(const work *w, const rd_record *r, trigger *t)
{
	const rd_value *day = rd_field_cell(r, "tax_deadline");
	int64_t today = (w->tx->now_us / 1000000 + w->desk.zone_offset_s) / 86400;

	if (w->rules.deadline_days == 0 || day->type != RD_INT || grade_of(r) > GRAVE ||
	    day->i < today || day->i - today > w->rules.deadline_days)
		return;
	t->set_off = "deadline";
	(void)snprintf(t->rule, sizeof t->rule,
	               w->english ? "%lld days to the tax deadline" : "距申报期限 %lld 天",
	               (long long)(day->i - today));
}

static rd_rc by_clients(work *w, const rd_record *r, trigger *t, rd_err *err)
{
	int64_t type = rd_field_int(r, "type", 0);
	rd_q_emergency_clients_row row;
	bool found;

	if (w->rules.clients == 0 || grade_of(r) > GRAVE || rd_cell(r, RD_COL_CLIENT)->type != RD_INT)
		return RD_OK;
	if (type != w->counted_type) {
		RD_TRY(rd_q_emergency_clients(w->tx, type, w->tx->now_us - w->rules.hours * HOUR_US,
		                              COUNT_MAX, &row, &found, err));
		w->counted_type = type;
		w->counted = found ? row.n : 0;
	}
	if (w->counted < w->rules.clients)
		return RD_OK;
	t->set_off = "clients";
	(void)snprintf(t->rule, sizeof t->rule,
	               w->english ? "%lld clients within %lld hours" : "%lld 家客户，%lld 小时内",
	               (long long)w->counted, (long long)w->rules.hours);
	return RD_OK;
}

/* The widest first: what hits many clients is one emergency, not many. */
static rd_rc find_trigger(work *w, const rd_record *r, bool count, trigger *t, rd_err *err)
{
	if (count)
		RD_TRY(by_clients(w, r, t, err));
	if (t->set_off == NULL)
		by_grade(w, r, t);
	if (t->set_off == NULL)
		by_money(w, r, t);
	if (t->set_off == NULL)
		by_deadline(w, r, t);
	return RD_OK;
}

/* ---- declaring ---- */

static rd_str shortened(rd_str s)
{
	uint32_t at = 0;

	for (uint32_t n = 0; at < s.len && n < NAME_MAX; n++)
		(void)rd_utf8_next(s, &at);
	return (rd_str){s.ptr, at};
}

/* Everybody reads emergencies: of a case that few may read it says only that there is one. */
static bool is_hidden(const rd_record *r)
{
	return rd_cell(r, RD_COL_RESTRICTED)->i != 0;
}

static void put_name(const work *w, const rd_record *r, const trigger *t, rd_str type, rd_json *j)
{
	rd_str title = strcmp(t->set_off, "clients") == 0 ? type : rd_field_str(r, "name");

	if (is_hidden(r) || title.len == 0)
		title = rd_str_of(w->english ? "Case open to few" : "限知情人的异常");
	rd_json_put_str(j, "name", shortened(title));
}

/* `stands`: the case is in the tables, so that it can be referred to. */
static rd_rc declare(const work *w, const rd_record *r, bool stands, const trigger *t,
                     int64_t *ret_id, rd_err *err)
{
	const rd_value *client = rd_cell(r, RD_COL_CLIENT);
	rd_q_type_playbook_row type = {.name = {"", 0}};
	rd_record made;
	rd_buf body;
	rd_json j;
	bool found;

	RD_TRY(rd_q_type_playbook(w->tx, rd_field_int(r, "type", 0), &type, &found, err));
	rd_buf_init(&body, 8192);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	put_name(w, r, t, type.name, &j);
	rd_make_put_id(&j, "case", stands ? id_of(r) : 0);
	rd_json_put_text(&j, "set_off", t->set_off);
	if (!is_hidden(r)) {
		rd_make_put_id(&j, "type", rd_field_int(r, "type", 0));
		rd_json_put_text(&j, "rule", t->rule);
		rd_make_put_id(&j, "plan",
		               found && type.playbook_id.type == RD_INT ? type.playbook_id.i : 0);
		if (strcmp(t->set_off, "clients") != 0)
			rd_make_put_id(&j, "client", client->type == RD_INT ? client->i : 0);
	}
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_make(w->engine, w->tx, &w->system, "emergency", &body, &made, err);

	rd_buf_done(&body);
	if (rc == RD_OK)
		*ret_id = id_of(&made);
	return rc;
}

/* The emergency to which the case belongs from now on; *ret_id 0 = none. */
static rd_rc find_emergency(work *w, const rd_record *r, bool stands, bool count, int64_t *ret_id,
                            rd_err *err)
{
	const rd_value *client = rd_cell(r, RD_COL_CLIENT);
	rd_q_emergency_open_row open;
	trigger t = {.set_off = NULL};
	bool found = false;

	*ret_id = 0;
	if (!is_open(r) || rd_field_cell(r, "emergency")->type != RD_NULL ||
	    rd_str_is(rd_field_str(r, "origin"), "drill"))
		return RD_OK;
	RD_TRY(find_trigger(w, r, count, &t, err));
	if (t.set_off == NULL)
		return RD_OK;
	if (!is_hidden(r))
		RD_TRY(rd_q_emergency_open(w->tx, rd_field_int(r, "type", 0),
		                           client->type == RD_INT ? client->i : 0, &open, &found, err));
	*ret_id = found ? open.id : 0;
	return found ? RD_OK : declare(w, r, stands, &t, ret_id, err);
}

rd_rc rd_emergency_case(rd_hook_call *call, rd_err *err)
{
	static const char *const rests_on[] = {"grade", "amount", "tax_deadline", "type"};
	bool differs = call->was == NULL;
	int64_t id;
	work w;

	for (uint32_t i = 0; !differs && i < sizeof rests_on / sizeof *rests_on; i++)
		differs = !rd_value_same(rd_field_cell(call->now, rests_on[i]),
		                         rd_field_cell(call->was, rests_on[i]));
	if (!differs || rd_field_cell(call->now, "emergency")->type != RD_NULL)
		return RD_OK;
	RD_TRY(begin(call->tx, call->engine, &w, err));
	RD_TRY(find_emergency(&w, call->now, call->was != NULL, false, &id, err));
	if (id)
		*rd_field_cell(call->now, "emergency") = RD_VALUE_INT(id);
	return RD_OK;
}

/* The case says to which emergency it belongs. */
static rd_rc join(const work *w, const rd_record *r, int64_t emergency_id, rd_err *err)
{
	rd_record now = rd_record_copy(w->tx->arena, r);

	if (emergency_id == 0 || rd_field_cell(r, "emergency")->type != RD_NULL)
		return RD_OK;
	*rd_field_cell(&now, "emergency") = RD_VALUE_INT(emergency_id);
	return rd_record_write(w->tx, &w->system, r, &now, err);
}

static rd_rc get_case(const work *w, int64_t id, rd_record *ret, rd_err *err)
{
	return rd_record_get(w->tx, &w->system, rd_kind_find(RD_STR("case")), id, ret, err);
}

static rd_rc look_at_case(work *w, int64_t id, rd_err *err)
{
	int64_t emergency;
	rd_record r;

	RD_TRY(get_case(w, id, &r, err));
	RD_TRY(find_emergency(w, &r, true, true, &emergency, err));
	return join(w, &r, emergency, err);
}

/* The history of the emergency tells which cases it has. */
static rd_rc link_case(const work *w, int64_t case_id, int64_t emergency_id, rd_err *err)
{
	const rd_kind *k = rd_kind_find(RD_STR("emergency"));
	rd_record r;

	RD_TRY(rd_record_get(w->tx, &w->system, k, emergency_id, &r, err));
	if (rd_cell(&r, RD_COL_ARCHIVED_AT)->type != RD_NULL)
		return RD_OK;
	return rd_link_set(w->tx, &w->system, k, emergency_id,
	                   &(rd_link){RD_STR("concerns"), rd_kind_find(RD_STR("case")), case_id}, true,
	                   err);
}

/* ---- the tasks ---- */

static const rd_words preset_steps[] = {
	{"控制事态：停止继续入账、付款或申报",
     "Contain it: stop booking, paying or filing any further"},
	{"保全证据：凭证、流水、往来记录和系统日志",
     "Secure the evidence: vouchers, statements, correspondence, logs"},
	{"报告主管和机构负责人，必要时告知客户",
     "Inform the supervisor and the head, and the client where needed"},
	{"查清影响范围：账套、期间、税款和其他客户",
     "Find the extent: books, periods, tax, other clients"},
	{"准备更正和对外报告：税务、银行、主管单位",
     "Prepare the correction and reports to tax office, bank and authority"},
};
#define PRESET_STEPS_N (sizeof preset_steps / sizeof *preset_steps)

/* The length of the mark of a list item at the begin of a line; 0 = it is none. */
static uint32_t mark_of(rd_str line)
{
	static const char *const marks[] = {"- [ ] ", "- [x] ", "- ", "* ", "+ "};
	static const char *const after[] = {". ", ") ", "、", "．"};
	uint32_t n = 0;

	for (uint32_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (rd_str_starts(line, marks[i]))
			return (uint32_t)strlen(marks[i]);
	while (n < line.len && n < 3 && line.ptr[n] >= '0' && line.ptr[n] <= '9')
		n++;
	for (uint32_t i = 0; n > 0 && i < sizeof after / sizeof *after; i++)
		if (rd_str_starts((rd_str){line.ptr + n, line.len - n}, after[i]))
			return n + (uint32_t)strlen(after[i]);
	return 0;
}

uint32_t rd_emergency_steps(rd_str body, rd_str ret_steps[RD_EMERGENCY_STEPS_MAX])
{
	uint32_t n = 0;

	while (body.len && n < RD_EMERGENCY_STEPS_MAX) {
		int64_t end = rd_str_find(body, "\n");
		uint32_t len = end < 0 ? body.len : (uint32_t)end;
		rd_str line = rd_str_trim((rd_str){body.ptr, len});
		uint32_t mark = mark_of(line);
		rd_str step = rd_str_trim((rd_str){line.ptr + mark, line.len - mark});

		if (mark && step.len)
			ret_steps[n++] = shortened(step);
		body = end < 0 ? (rd_str){"", 0} : (rd_str){body.ptr + len + 1, body.len - len - 1};
	}
	return n;
}

/* A name is one line: what a body may hold besides becomes a blank. */
static rd_str one_line(rd_arena *a, rd_str s)
{
	char *copy = rd_arena_copy(a, s.ptr, s.len);

	for (uint32_t i = 0; i < s.len; i++)
		if (copy[i] == '\t' || copy[i] == '\r')
			copy[i] = ' ';
	return (rd_str){copy, s.len};
}

static rd_rc add_task(const work *w, const rd_record *r, rd_str step, rd_err *err)
{
	const rd_value *client = rd_cell(r, RD_COL_CLIENT);
	rd_record unused;
	rd_buf body;
	rd_json j;

	rd_buf_init(&body, 8192);
	rd_json_init(&j, &body, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "name", one_line(w->tx->arena, step));
	rd_json_put_text(&j, "priority", "urgent");
	rd_make_put_any(&j, "about", "emergency", id_of(r));
	rd_make_put_id(&j, "client", client->type == RD_INT ? client->i : 0);
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_make(w->engine, w->tx, &w->system, "task", &body, &unused, err);

	rd_buf_done(&body);
	return rc;
}

static rd_rc add_tasks(const work *w, const rd_record *r, rd_err *err)
{
	int64_t plan = rd_field_int(r, "plan", 0);
	rd_str steps[RD_EMERGENCY_STEPS_MAX];
	rd_q_article_body_row article;
	uint32_t n = 0;
	bool found = false;

	if (plan)
		RD_TRY(rd_q_article_body(w->tx, plan, &article, &found, err));
	if (found)
		n = rd_emergency_steps(article.body, steps);
	if (n == 0) {
		n = PRESET_STEPS_N;
		for (uint32_t i = 0; i < n; i++)
			steps[i] = rd_str_of(w->english ? preset_steps[i].en : preset_steps[i].zh);
	}
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(add_task(w, r, steps[i], err));
	return RD_OK;
}

/* ---- calling ---- */

static rd_rc tell(const work *w, rd_message_kind what, const rd_record *r, int64_t user_id,
                  rd_err *err)
{
	const rd_notice notice = {what, r, rd_field_int(r, "calls", 0) + 1, w->system.name, {"", 0}};
	bool told;

	return rd_notice_tell(w->tx, &w->desk, user_id, &notice, &told, err);
}

static rd_rc tell_supervisors(const work *w, rd_message_kind what, const rd_record *r, rd_err *err)
{
	const rd_q_supervisor_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_supervisor_list(w->tx, PEOPLE_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(tell(w, what, r, rows[i].id, err));
	return RD_OK;
}

static rd_rc tell_administrators(const work *w, rd_message_kind what, const rd_record *r,
                                 rd_err *err)
{
	const rd_q_administrator_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_administrator_list(w->tx, PEOPLE_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(tell(w, what, r, rows[i].id, err));
	return RD_OK;
}

/* Who answers for the roster now, each once, in its order. */
static rd_rc roster(const work *w, int64_t ids[RD_DUTY_MAX], uint32_t *ret_n, rd_err *err)
{
	const rd_on_duty *list;
	uint32_t n_list, n = 0;

	RD_TRY(rd_duty_at(w->tx, w->tx->now_us, w->desk.zone_offset_s, &list, &n_list, err));
	for (uint32_t i = 0; i < n_list; i++) {
		bool known = list[i].answers_id == 0;

		for (uint32_t k = 0; k < n; k++)
			known = known || ids[k] == list[i].answers_id;
		if (!known)
			ids[n++] = list[i].answers_id;
	}
	*ret_n = n;
	return RD_OK;
}

/* Nobody on duty: those above are called instead, and administrators hear once why. */
static rd_rc call_above(const work *w, const rd_record *r, int64_t calls, rd_err *err)
{
	RD_TRY(tell_supervisors(w, RD_MESSAGE_CALLED, r, err));
	RD_TRY(tell_administrators(w, RD_MESSAGE_CALLED, r, err));
	return calls == 0 ? tell_administrators(w, RD_MESSAGE_UNATTENDED, r, err) : RD_OK;
}

static rd_rc call_people(const work *w, const rd_record *r, int64_t calls, rd_err *err)
{
	const rd_notice notice = {RD_MESSAGE_CALLED, r, calls + 1, w->system.name, {"", 0}};
	int64_t ids[RD_DUTY_MAX];
	uint32_t n;

	RD_TRY(roster(w, ids, &n, err));
	if (n == 0) {
		RD_TRY(call_above(w, r, calls, err));
	} else {
		RD_TRY(tell(w, RD_MESSAGE_CALLED, r, ids[calls % n], err));
		if (calls > 0 && calls % n == 0) {
			RD_TRY(tell_supervisors(w, RD_MESSAGE_UNATTENDED, r, err));
			RD_TRY(tell_administrators(w, RD_MESSAGE_UNATTENDED, r, err));
		}
	}
	return rd_notice_groups(w->tx, &w->desk, &notice, err);
}

/* Calls the next one when it is time. */
static rd_rc call_next(const work *w, const rd_record *r, rd_err *err)
{
	rd_record now = rd_record_copy(w->tx->arena, r);
	int64_t calls = rd_field_int(r, "calls", 0), minutes;

	if (!rd_str_is(rd_cell(r, RD_COL_STATE)->str, "declared") ||
	    rd_field_int(r, "next_call_at", INT64_MAX) > w->tx->now_us)
		return RD_OK;
	RD_TRY(call_people(w, r, calls, err));
	RD_TRY(rd_setting_int(w->tx, RD_SET_EMERGENCY_CALL, &minutes, err));
	*rd_field_cell(&now, "calls") = RD_VALUE_INT(calls + 1);
	*rd_field_cell(&now, "next_call_at") = calls + 1 < RD_EMERGENCY_CALLS_MAX
	                                           ? RD_VALUE_INT(w->tx->now_us + minutes * MINUTE_US)
	                                           : RD_VALUE_NULL;
	return rd_record_write(w->tx, &w->system, r, &now, err);
}

/* Leaders of emergency teams hear of it at once, whoever is on duty. */
static rd_rc tell_teams(const work *w, const rd_record *r, rd_err *err)
{
	const rd_q_emergency_teams_row *rows;
	uint32_t n;

	RD_TRY(rd_q_emergency_teams(w->tx, PEOPLE_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++)
		RD_TRY(tell(w, RD_MESSAGE_CALLED, r, rows[i].lead_id, err));
	return RD_OK;
}

/* The first case, of an emergency that began while it was being made. */
static rd_rc name_case(const work *w, rd_record *r, rd_err *err)
{
	rd_record now = rd_record_copy(w->tx->arena, r);
	rd_q_emergency_first_row first;
	bool found;

	RD_TRY(rd_q_emergency_first(w->tx, id_of(r), &first, &found, err));
	if (!found)
		return RD_OK;
	*rd_field_cell(&now, "case") = RD_VALUE_INT(first.id);
	RD_TRY(rd_record_write(w->tx, &w->system, r, &now, err));
	return rd_record_get(w->tx, &w->system, r->kind, id_of(r), r, err);
}

static rd_rc declared(const work *w, int64_t id, rd_err *err)
{
	rd_record r, c;

	RD_TRY(rd_record_get(w->tx, &w->system, rd_kind_find(RD_STR("emergency")), id, &r, err));
	if (!is_open(&r))
		return RD_OK; /* taken back before anybody was called */
	int64_t case_id = rd_field_int(&r, "case", 0);

	if (case_id) {
		RD_TRY(get_case(w, case_id, &c, err));
		if (rd_cell(&c, RD_COL_ARCHIVED_AT)->type == RD_NULL)
			RD_TRY(join(w, &c, id, err));
	} else {
		RD_TRY(name_case(w, &r, err));
	}
	RD_TRY(add_tasks(w, &r, err));
	RD_TRY(tell_teams(w, &r, err));
	return call_next(w, &r, err);
}

/* ---- the follower ---- */

/* What an event of a case means here. */
typedef struct meaning {
	bool look;      /* it may make an emergency */
	int64_t joined; /* the emergency to which it says that the case belongs; 0 = none */
} meaning;

static meaning meaning_of(const rd_log_row *row)
{
	static const char *const columns[] = {"grade", "amount_minor", "tax_deadline_day", "type_id",
	                                      "client_id"};
	bool created = rd_str_ends(row->type, ".created");
	meaning m = {created, 0};

	if (!created && !rd_str_ends(row->type, ".changed") && !rd_str_ends(row->type, ".moved"))
		return m;
	json_t *payload = json_loadb(row->payload.ptr, row->payload.len, 0, NULL);
	json_t *set = json_object_get(payload, "set");

	for (uint32_t i = 0; i < sizeof columns / sizeof *columns; i++)
		m.look = m.look || json_object_get(set, columns[i]);
	m.joined = json_integer_value(json_object_get(set, "emergency_id"));
	json_decref(payload);
	return m;
}

static rd_rc one_event(work *w, const rd_log_row *row, const meaning *m, rd_err *err)
{
	if (rd_str_is(row->kind, "emergency"))
		return declared(w, row->record_id, err);
	if (m->joined)
		RD_TRY(link_case(w, row->record_id, m->joined, err));
	return m->look ? look_at_case(w, row->record_id, err) : RD_OK;
}

/* Whether there is something to do for an event, and what. */
static bool is_work(const rd_tx *tx, const rd_log_row *row, meaning *ret_meaning)
{
	*ret_meaning = (meaning){false, 0};
	if (row->erased || row->at_us < tx->now_us - RD_NOTICE_AGE_US)
		return false;
	if (rd_str_is(row->kind, "case"))
		*ret_meaning = meaning_of(row);
	return ret_meaning->look || ret_meaning->joined || rd_str_is(row->type, "emergency.created");
}

rd_rc rd_emergency_passes(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx,
                          uint32_t *ret_first, rd_err *err)
{
	meaning m;

	(void)ctx;
	(void)err;
	*ret_first = 0;
	while (*ret_first < n && !is_work(tx, &rows[*ret_first], &m))
		++*ret_first;
	return RD_OK;
}

rd_rc rd_emergency_follow(rd_tx *tx, const rd_log_row *rows, uint32_t n, void *ctx, rd_err *err)
{
	work w = {.engine = NULL};

	for (uint32_t i = 0; i < n; i++) {
		meaning m;

		if (!is_work(tx, &rows[i], &m))
			continue;
		if (w.engine == NULL)
			RD_TRY(begin(tx, ctx, &w, err));
		RD_TRY(one_event(&w, &rows[i], &m, err));
	}
	return RD_OK;
}

/* ---- the periodic entry ---- */

static rd_rc any(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_q_emergency_calls_row *rows;

	return rd_q_emergency_calls(tx, tx->now_us, 1, &rows, ctx, err);
}

static rd_rc call_all(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_q_emergency_calls_row *rows;
	uint32_t n;
	rd_record r;
	work w;

	RD_TRY(begin(tx, ctx, &w, err));
	RD_TRY(rd_q_emergency_calls(tx, tx->now_us, CALLS_MAX, &rows, &n, err));
	for (uint32_t i = 0; i < n; i++) {
		RD_TRY(
			rd_record_get(tx, &w.system, rd_kind_find(RD_STR("emergency")), rows[i].id, &r, err));
		RD_TRY(call_next(&w, &r, err));
	}
	return RD_OK;
}

static rd_rc of_firm(rd_store *s, int64_t firm_id, void *ctx, rd_arena *a, rd_err *err)
{
	uint32_t n = 0;

	RD_TRY(rd_store_read(s, firm_id, a, any, &n, err));
	return n ? rd_store_write(s, firm_id, a, call_all, ctx, err) : RD_OK;
}

static rd_rc all(rd_store *s, void *ctx, rd_arena *a, rd_err *err)
{
	(void)a;
	return rd_each_firm(s, of_firm, ctx, err);
}

rd_periodic_entry rd_emergency_entry(const rd_engine *e)
{
	return (rd_periodic_entry){.name = "emergencies",
	                           .interval_s = EVERY_S,
	                           .lease_s = 600,
	                           .run = all,
	                           .ctx = (void *)(uintptr_t)e};
}
