#include "desk/person.h"
#include "desk/identity_impl.h"
#include "store/queries.gen.h"

#define TEAMS_MAX 32u /* of one person that count for rights */

rd_rc rd_person_load(rd_tx *tx, int64_t user_id, rd_person *ret_person, bool *ret_found,
                     rd_err *err)
{
	const rd_q_person_teams_row *teams;
	rd_q_recipient_get_row row;
	uint32_t n;

	RD_TRY(rd_q_recipient_get(tx, user_id, &row, ret_found, err));
	if (!*ret_found)
		return RD_OK;
	RD_TRY(rd_q_person_teams(tx, user_id, TEAMS_MAX, &teams, &n, err));
	int64_t *ids = RD_NEW_N(tx->arena, int64_t, n + 1);

	for (uint32_t i = 0; i < n; i++)
		ids[i] = teams[i].team_id;
	*ret_person = (rd_person){
		.id = user_id,
		.name = row.name,
		.mail = row.mail.ptr ? row.mail : RD_STR(""),
		.language = rd_str_is(row.language, "en") ? RD_LANGUAGE_EN : RD_LANGUAGE_ZH,
		.calendar_id = row.calendar_id.type == RD_INT ? row.calendar_id.i : 0,
		.active = rd_str_is(row.state, "active") && row.archived_at_us.type == RD_NULL,
		.actor = {.firm_id = tx->firm_id,
	              .user_id = user_id,
	              .roles = rd_identity_roles(row.roles),
	              .teams = ids,
	              .n_teams = n,
	              .only_looks = true,
	              .name = {"", 0},
	              .request_id = {"", 0}},
	};
	return RD_OK;
}

rd_actor rd_desk_system(int64_t firm_id)
{
	return (rd_actor){.firm_id = firm_id,
	                  .system = true,
	                  .name = RD_STR("system"),
	                  .request_id = {"", 0}};
}
