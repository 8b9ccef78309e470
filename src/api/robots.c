#include "desk/robots.h"
#include "api/handlers.h"
#include "api/inner.h"

/* Robots of groups. The address of one holds its key: neither it nor the secret is ever shown. */

#define ROBOT_FIELDS(required)                                                                     \
	{"name", RD_SHAPE_TEXT, required, 1, 100, "as people read it"},                                \
		{"url", RD_SHAPE_TEXT, required, 1, 2000, "address of the robot; never shown again"},      \
		{"secret", RD_SHAPE_TEXT, false, 0, 200, "key of signatures; never shown again"},          \
		{"team", RD_SHAPE_ID, false, 0, 0, "told of the records of this team; null: of all"},      \
		{"notices", RD_SHAPE_TEXT, false, 0, 200, "which notices, joined by commas"},              \
	{                                                                                              \
		"active", RD_SHAPE_BOOL, false, 0, 0, "preset true"                                        \
	}

static const rd_shape_field robot_fields[] = {
	ROBOT_FIELDS(true),
	{"service", RD_SHAPE_TEXT, true, 1, 16, "wecom, dingtalk, feishu or webhook"},
};
const rd_shape rd_shape_robot = {"RobotNew", robot_fields, 7};

static const rd_shape_field change_fields[] = {ROBOT_FIELDS(false)};
const rd_shape rd_shape_robot_change = {"RobotChange", change_fields, 6};

/* What was given put over what is there; "team": null = of all. */
static rd_rc merge(rd_call *call, rd_tx *tx, rd_robot_row *robot, rd_err *err)
{
	rd_record team;

	robot->name = rd_call_text(call, 0, robot->name);
	robot->url = rd_call_text(call, 1, RD_STR(""));
	robot->secret = rd_call_text(call, 2, RD_STR(""));
	robot->notices = rd_call_text(call, 4, robot->notices);
	if (call->in[5].type == RD_INT)
		robot->active = call->in[5].i != 0;
	if (json_is_null(json_object_get(call->body, "team")))
		robot->team_id = 0;
	if (call->in[3].type == RD_NULL)
		return RD_OK;
	robot->team_id = call->in[3].i;
	rd_rc rc = rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("team")), robot->team_id,
	                         &team, err);

	if (rc == RD_NOT_FOUND)
		return rd_answer_wrong(call, "team", "没有这个小组", "there is no such team", err);
	return rc;
}

static void put_masked(rd_json *j, const char *key, rd_str secret)
{
	rd_json_key(j, key);
	if (secret.len == 0) {
		rd_json_null(j);
		return;
	}
	rd_json_object(j);
	rd_json_put_bool(j, "masked", true);
	rd_json_close(j);
}

rd_rc rd_api_robots(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_robot_row *list;
	uint32_t n;

	RD_TRY(rd_robots_load(tx, &list, &n, err));
	rd_json *j = rd_answer_list(call, "robots");

	for (uint32_t i = 0; i < n; i++) {
		const rd_robot_row *r = &list[i];

		rd_json_object(j);
		rd_put_id(j, "id", r->id);
		rd_json_put_int(j, "version", r->version);
		rd_json_put_str(j, "name", r->name);
		rd_json_put_text(j, "service",
		                 r->service < RD_SERVICES_N ? rd_service_name(r->service) : NULL);
		rd_put_id(j, "team", r->team_id);
		rd_json_put_str(j, "notices", r->notices);
		rd_json_put_bool(j, "active", r->active);
		rd_put_time(j, "made_at", r->made_at_us);
		put_masked(j, "url", r->url);
		put_masked(j, "secret", r->secret);
		rd_json_close(j);
	}
	return rd_answer_list_end(j);
}

rd_rc rd_api_robot_add(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_robot_row robot = {.active = true,
	                      .notices = RD_STR(""),
	                      .service = rd_service_find(call->in[6].str)};
	int64_t id;

	if (robot.service == RD_SERVICES_N)
		return rd_answer_wrong(call, "service", "只能是 wecom、dingtalk、feishu 或 webhook",
		                       "one of wecom, dingtalk, feishu and webhook", err);
	RD_TRY(merge(call, tx, &robot, err));
	RD_TRY(rd_robots_add(call->api->store, tx, &call->who.actor, &robot, &id, err));
	rd_call_etag(call, 1);
	return rd_answer_made(call, id);
}

rd_rc rd_api_robot_change(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_robot_row robot = {.id = 0};
	const rd_robot_row *list;
	uint32_t n;

	RD_TRY(rd_call_versioned(call, err));
	RD_TRY(rd_robots_load(tx, &list, &n, err));
	for (uint32_t i = 0; i < n; i++)
		if (list[i].id == call->id)
			robot = list[i];
	if (robot.id == 0)
		return rd_fail(err, RD_NOT_FOUND, "没有这个机器人", "there is no such robot");
	RD_TRY(merge(call, tx, &robot, err));
	robot.version = call->version;
	RD_TRY(rd_robots_change(tx, &call->who.actor, &robot, err));
	rd_call_etag(call, robot.version + 1);
	return RD_OK;
}

rd_rc rd_api_robot_remove(rd_call *call, rd_tx *tx, rd_err *err)
{
	return rd_robots_remove(tx, &call->who.actor, call->id, err);
}
