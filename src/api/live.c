#include "api/handlers.h"
#include "api/inner.h"
#include "api/live.h"

/* The stream of what happens, for pages that are open. A message says which record changed, not how:
 * the page reads it again, with the rights of whoever looks. */

uint64_t rd_live_channel(int64_t firm_id)
{
	return (uint64_t)firm_id;
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
