#include "desk/package.h"
#include "api/handlers.h"
#include "api/inner.h"
#include "store/log.h"
#include <unistd.h>

/* A case as one archive (desk/package.h). That it left the firm is a fact of the case. */

static rd_rc may_take(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_call *call = ctx;
	rd_record c;

	RD_TRY(rd_record_get(tx, &call->who.actor, rd_kind_find(RD_STR("case")), call->id, &c, err));
	return rd_may_record(tx, &call->who.actor, &c, RD_KIND_EXPORT, err);
}

static rd_rc write_event(rd_tx *tx, void *ctx, rd_err *err)
{
	const rd_call *call = ctx;
	int64_t seq;

	return rd_log_append(tx,
	                     &(rd_log_event){.type = RD_STR("case.packaged"),
	                                     .kind = RD_STR("case"),
	                                     .record_id = call->id,
	                                     .actor = call->who.actor.name,
	                                     .request_id = call->who.actor.request_id},
	                     &seq, err);
}

rd_rc rd_api_case_package(rd_call *call, rd_tx *tx, rd_err *err)
{
	const rd_package_order order = {&call->api->engine, &call->who.actor, call->id};
	rd_arena *a = call->req->arena;
	rd_store *s = call->api->store;
	int64_t firm = call->who.actor.firm_id, size;
	char name[64];
	int fd;

	(void)tx;
	RD_TRY(rd_store_read(s, firm, a, may_take, call, err));
	RD_TRY(rd_package_write(&order, a, &fd, &size, err));
	rd_rc rc = rd_store_write(s, firm, a, write_event, call, err);

	if (rc != RD_OK) {
		close(fd);
		return rc;
	}
	int n = snprintf(name, sizeof name, "redink-case-%lld.zip", (long long)call->id);

	call->reply.class_ = RD_HTTP_DOWNLOAD;
	call->reply.content_type = "application/zip";
	call->reply.filename = rd_arena_copy(a, name, (size_t)n);
	call->reply.from_fd = true;
	call->reply.fd = fd;
	call->reply.fd_size = (uint64_t)size;
	return RD_OK;
}
