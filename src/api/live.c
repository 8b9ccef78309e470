#include "api/handlers.h"
#include "api/inner.h"
#include "api/live.h"
#include "record/fact.h"

/* The stream of what happens, for pages that are open. A message says which record changed, not
 * how: the page reads it again, with the rights of whoever looks. When and from where colleagues
 * sign in is nobody's business: such events are no messages. */

uint64_t rd_live_channel(int64_t firm_id)
{
	return (uint64_t)firm_id;
}

/* What happened to a record, as opposed to the sign-ins of the person that the record is about. */
static bool of_a_record(const rd_log_row *row)
{
	rd_str word = row->type;

	if (row->record_id == 0 || row->kind.len == 0 || word.len <= row->kind.len)
		return false;
	word.ptr += row->kind.len + 1;
	word.len -= row->kind.len + 1;
	for (uint32_t t = 0; t < RD_FACT_TYPES; t++)
		if (rd_str_is(word, rd_fact_word((rd_fact_type)t)))
			return true;
	return false;
}

/* Whoever lost a session, a factor or a role is asked anew who he is: his page comes back with its
 * cookie, if that is still good. */
static void end_streams(rd_api *api, const rd_log_row *row)
{
	static const char *const types[] = {"user.signed-out",       "user.session-ended",
	                                    "user.sign-ins-ended",   "user.totp-on",
	                                    "user.password-changed", "user.totp-off",
	                                    "user.token-ended"};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (rd_str_is(row->type, types[i]))
			rd_http_hub_end_person(api->hub, (uint64_t)row->record_id);
}

void rd_live_publish(void *ctx, int64_t firm_id, const rd_log_row *row)
{
	rd_api *api = ctx;
	rd_buf text;
	rd_json j;

	end_streams(api, row);
	if (!of_a_record(row))
		return;
	rd_buf_init(&text, RD_HUB_DATA_MAX);
	rd_json_init(&j, &text, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "type", row->type);
	rd_json_put_str(&j, "kind", row->kind);
	rd_put_id(&j, "id", row->record_id);
	rd_json_close(&j);
	rd_http_hub_publish(api->hub, rd_live_channel(firm_id), (uint64_t)row->seq + 1, "change",
	                    rd_buf_view(&text));
	rd_buf_done(&text);
}

rd_rc rd_api_events(rd_call *call, rd_tx *tx, rd_err *err)
{
	const uint64_t channel = rd_live_channel(call->who.actor.firm_id);

	(void)tx;
	RD_TRY(rd_http_hub_open(call->api->hub, call->req, (uint64_t)call->who.actor.user_id, &channel,
	                        1, err));
	call->streamed = true;
	return RD_OK;
}
