/*
 * robots.h - groups that are told: robots of WeCom, DingTalk and Feishu, or any address.
 *
 * A robot belongs to the firm (every record) or a team (its records), and names the notices that it
 * wants. Records that need to know are never told to a group. Its address holds its key: address
 * and secret are never shown again, and never in events; firm.robot-added … tell name and service.
 *
 * All functions run in a transaction and keep results in tx->arena. FORBIDDEN for who is no
 * administrator, INPUT for what is not well-formed, NOT_FOUND, CONFLICT when changed meanwhile.
 */
#ifndef RD_DESK_ROBOTS_H
#define RD_DESK_ROBOTS_H
#include "notify/message.h"
#include "record/fact.h"

#define RD_ROBOTS_MAX 50u /* of a firm */

typedef enum rd_service {
	RD_SERVICE_WECOM,
	RD_SERVICE_DINGTALK,
	RD_SERVICE_FEISHU,
	RD_SERVICE_WEBHOOK, /* any address: a signed POST (notify/hook.h) */
	RD_SERVICES_N
} rd_service;

const char *rd_service_name(rd_service s); /* wecom, dingtalk, feishu, webhook */
rd_service rd_service_find(rd_str name);   /* RD_SERVICES_N for none */

typedef struct rd_robot_row {
	int64_t id, version, team_id; /* team_id 0 = of all */
	int64_t made_at_us;
	rd_service service;
	rd_str name, url, secret; /* url and secret are not for people, and sealed as they are loaded */
	rd_str notices;           /* names joined by commas */
	bool active;
} rd_robot_row;

/* Every robot of the firm, by id. */
RD_NODISCARD rd_rc rd_robots_load(rd_tx *tx, const rd_robot_row **ret_rows, uint32_t *ret_n,
                                  rd_err *err);
/* url and secret in the clear, for the call. */
RD_NODISCARD rd_rc rd_robots_open(rd_tx *tx, rd_robot_row *robot, rd_err *err);
/* Whether this group is told of such a notice about this record. Pure. */
bool rd_robots_wants(const rd_robot_row *robot, rd_message_kind notice, const rd_record *r);

/* id, version and made_at_us of `robot` are not looked at. */
RD_NODISCARD rd_rc rd_robots_add(rd_store *s, rd_tx *tx, const rd_actor *actor,
                                 const rd_robot_row *robot, int64_t *ret_id, rd_err *err);
/* url or secret "" = as it was; the service stays. */
RD_NODISCARD rd_rc rd_robots_change(rd_tx *tx, const rd_actor *actor, const rd_robot_row *robot,
                                    rd_err *err);
RD_NODISCARD rd_rc rd_robots_remove(rd_tx *tx, const rd_actor *actor, int64_t id, rd_err *err);
#endif
