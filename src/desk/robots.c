#include "desk/robots.h"
#include "base/json.h"
#include "desk/lines.h"
#include "desk/settings.h"
#include "store/queries.gen.h"
#include "store/sealed.h"
#include <stdio.h>

static const char *const services[RD_SERVICES_N] = {"wecom", "dingtalk", "feishu", "webhook"};

const char *rd_service_name(rd_service s)
{
	return services[s];
}

rd_service rd_service_find(rd_str name)
{
	rd_service s = 0;

	while (s < RD_SERVICES_N && !rd_str_is(name, services[s]))
		s++;
	return s;
}

rd_rc rd_robots_load(rd_tx *tx, const rd_robot_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	const rd_q_robot_list_row *rows;
	uint32_t n;

	RD_TRY(rd_q_robot_list(tx, RD_ROBOTS_MAX, &rows, &n, err));
	rd_robot_row *out = RD_NEW_N(tx->arena, rd_robot_row, n + 1);

	for (uint32_t i = 0; i < n; i++)
		out[i] = (rd_robot_row){
			.id = rows[i].id,
			.version = rows[i].version,
			.team_id = rows[i].team_id,
			.made_at_us = rows[i].made_at_us,
			.service = rd_service_find(rows[i].service),
			.name = rows[i].name,
			.url = rows[i].url,
			.secret = rows[i].secret,
			.notices = rows[i].notices,
			.active = rows[i].active && rd_service_find(rows[i].service) < RD_SERVICES_N,
		};
	*ret_rows = out;
	*ret_n = n;
	return RD_OK;
}

static const char *place_of(int64_t id, const char *what, char out[RD_SEAL_NAMES_MAX])
{
	(void)snprintf(out, RD_SEAL_NAMES_MAX, "robots/%lld/%s", (long long)id, what);
	return out;
}

rd_rc rd_robots_open(rd_tx *tx, rd_robot_row *robot, rd_err *err)
{
	char place[RD_SEAL_NAMES_MAX];

	RD_TRY(rd_unseal(tx, place_of(robot->id, "url", place), robot->url, &robot->url, err));
	return rd_unseal(tx, place_of(robot->id, "secret", place), robot->secret, &robot->secret, err);
}

static rd_rc seal(rd_tx *tx, rd_robot_row *robot, rd_err *err)
{
	char place[RD_SEAL_NAMES_MAX];

	RD_TRY(rd_seal(tx, place_of(robot->id, "url", place), robot->url, &robot->url, err));
	return rd_seal(tx, place_of(robot->id, "secret", place), robot->secret, &robot->secret, err);
}

bool rd_robots_wants(const rd_robot_row *robot, rd_message_kind notice, const rd_record *r)
{
	const rd_value *team = rd_cell(r, RD_COL_TEAM);
	rd_str rest = robot->notices, one;

	if (!robot->active || rd_cell(r, RD_COL_RESTRICTED)->i ||
	    (robot->team_id && (team->type != RD_INT || team->i != robot->team_id)))
		return false;
	while (rd_list_next(&rest, &one))
		if (rd_message_find(one) == notice)
			return true;
	return false;
}

static rd_rc judge(const rd_robot_row *r, bool is_new, rd_err *err)
{
	rd_str rest = r->notices, one;

	RD_TRY(rd_line_fits("name", r->name, 1, 100, err));
	if (is_new || r->url.len)
		RD_TRY(rd_line_url("url", r->url, err));
	RD_TRY(rd_line_fits("secret", r->secret, 0, 200, err));
	if (r->service == RD_SERVICE_WEBHOOK && (is_new || r->secret.len))
		RD_TRY(rd_line_fits("secret", r->secret, 16, 200, err));
	RD_TRY(rd_line_fits("notices", r->notices, 0, 200, err));
	while (rd_list_next(&rest, &one))
		if (rd_message_find(one) == RD_MESSAGE_KINDS)
			return rd_fail(err, RD_INPUT, "没有“" RD_STR_FMT "”这种通知",
			               "there is no notice " RD_STR_FMT, RD_STR_ARG(one));
	return RD_OK;
}

static rd_rc say(rd_tx *tx, const rd_actor *actor, const char *type, const rd_robot_row *r,
                 rd_err *err)
{
	rd_buf out;
	rd_json j;

	rd_buf_init(&out, 4096);
	rd_json_init(&j, &out, 0);
	rd_json_object(&j);
	rd_json_put_int(&j, "robot", r->id);
	if (r->name.len) {
		rd_json_put_str(&j, "name", r->name);
		rd_json_put_text(&j, "service", services[r->service]);
		rd_json_put_int(&j, "team", r->team_id);
		rd_json_put_str(&j, "notices", r->notices);
		rd_json_put_bool(&j, "active", r->active);
		rd_json_put_bool(&j, "address_changed", r->url.len > 0);
	}
	rd_json_close(&j);
	rd_json_end(&j);
	rd_rc rc = rd_firm_event(tx, actor, type, rd_str_trim(rd_buf_view(&out)), NULL, err);

	rd_buf_done(&out);
	return rc;
}

rd_rc rd_robots_add(rd_store *s, rd_tx *tx, const rd_actor *actor, const rd_robot_row *robot,
                    int64_t *ret_id, rd_err *err)
{
	rd_robot_row r = *robot;
	const rd_robot_row *all;
	uint32_t n;

	r.id = rd_store_new_id(s);
	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(judge(&r, true, err));
	RD_TRY(rd_robots_load(tx, &all, &n, err));
	if (n >= RD_ROBOTS_MAX)
		return rd_fail(err, RD_LIMIT, "最多 %u 个机器人；请先删除不用的",
		               "there are up to %u robots; remove one first", RD_ROBOTS_MAX);
	rd_robot_row kept = r;

	RD_TRY(seal(tx, &kept, err));
	RD_TRY(rd_q_robot_add(tx, r.id, r.team_id, rd_str_of(services[r.service]), r.name, kept.url,
	                      kept.secret, r.notices, r.active, tx->now_us, NULL, err));
	RD_TRY(say(tx, actor, "firm.robot-added", &r, err));
	*ret_id = r.id;
	return RD_OK;
}

static rd_rc find(rd_tx *tx, int64_t id, rd_robot_row *ret, rd_err *err)
{
	const rd_robot_row *all;
	uint32_t n;

	RD_TRY(rd_robots_load(tx, &all, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (all[i].id == id) {
			*ret = all[i];
			return RD_OK;
		}
	return rd_fail(err, RD_NOT_FOUND, "没有这个机器人", "there is no such robot");
}

rd_rc rd_robots_change(rd_tx *tx, const rd_actor *actor, const rd_robot_row *robot, rd_err *err)
{
	rd_robot_row now = {0};
	int64_t changed = 0;

	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(find(tx, robot->id, &now, err));
	rd_robot_row said = *robot;

	said.service = now.service;
	RD_TRY(judge(&said, false, err));
	rd_robot_row kept = said;

	RD_TRY(seal(tx, &kept, err));
	RD_TRY(rd_q_robot_change(tx, robot->id, robot->version, robot->team_id, robot->name,
	                         kept.url.len ? kept.url : now.url,
	                         kept.secret.len ? kept.secret : now.secret, robot->notices,
	                         robot->active, &changed, err));
	if (changed != 1)
		return rd_fail(err, RD_CONFLICT, "别人刚刚改过它；请重新打开后再改",
		               "somebody else has just changed it; open it again and repeat the change");
	return say(tx, actor, "firm.robot-changed", &said, err);
}

rd_rc rd_robots_remove(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err)
{
	rd_robot_row now = {0};

	RD_TRY(rd_desk_administers(actor, err));
	RD_TRY(find(tx, id, &now, err));
	RD_TRY(rd_q_robot_remove(tx, id, NULL, err));
	return say(tx, actor, "firm.robot-removed", &(rd_robot_row){.id = id, .name = {"", 0}}, err);
}
