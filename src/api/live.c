#include "api/handlers.h"
#include "api/inner.h"
#include "api/live.h"

/* The stream of what happens, for pages that are open. A message says which record changed, not
 * how: the page reads it again, with the rights of whoever looks. */

uint64_t rd_live_channel(int64_t firm_id)
{
	return (uint64_t)firm_id;
}

void rd_live_publish(void *ctx, int64_t firm_id, const rd_log_row *row)
{
	rd_api *api = ctx;
	rd_buf text;
	rd_json j;

	if (row->record_id == 0)
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
