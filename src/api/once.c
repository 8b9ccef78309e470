#include "api/inner.h"
#include "base/digest.h"
#include "record/once.h"

/* Another request under the same key is a mistake of the caller, told apart by this. */
void rd_once_digest(const rd_call *call, uint8_t out[32])
{
	rd_sha256 d;

	rd_sha256_init(&d);
	rd_sha256_add(&d, &call->req->method, sizeof call->req->method);
	rd_sha256_add(&d, call->req->target.raw.ptr, call->req->target.raw.len);
	rd_sha256_add(&d, call->req->body.ptr, call->req->body.len);
	rd_sha256_add(&d, call->content.ptr, call->content.len);
	rd_sha256_end(&d, out);
}

/* The headers of the first answer followed from the record in it. */
static void headers(rd_call *call, rd_str body)
{
	json_t *o = json_loadb(body.ptr, body.len, 0, NULL);
	const json_t *version = json_object_get(o, "version");

	if (call->kind && json_is_integer(version))
		rd_call_etag(call, json_integer_value(version));
	if (call->kind && version && call->reply.status == 201)
		rd_call_location(call, json_string_value(json_object_get(o, "id")));
	json_decref(o);
}

rd_rc rd_once_find(rd_call *call, rd_tx *tx, bool *ret_found, rd_err *err)
{
	rd_str key = call->req->header.idempotency_key;
	rd_once_answer was;
	uint8_t digest[32];

	*ret_found = false;
	if (key.len == 0 || call->who.actor.firm_id == 0)
		return RD_OK;
	if (key.len > RD_ONCE_KEY_MAX)
		return rd_fail(err, RD_USAGE, "Idempotency-Key 不能超过 %u 字节",
		               "Idempotency-Key is at most %u bytes", RD_ONCE_KEY_MAX);
	RD_TRY(rd_once_get(tx, call->who.actor.name, key, &was, ret_found, err));
	if (!*ret_found)
		return RD_OK;
	rd_once_digest(call, digest);
	if (was.request.len != 32 || memcmp(was.request.ptr, digest, 32) != 0)
		return rd_fail(err, RD_CONFLICT, "这个 Idempotency-Key 已用于另一个请求；请换一个",
		               "this Idempotency-Key was used for another request; take a new one");
	call->reply.status = (uint32_t)was.status;
	call->reply.body = was.body;
	headers(call, was.body);
	return RD_OK;
}

rd_rc rd_once_keep(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_str key = call->req->header.idempotency_key;
	uint8_t digest[32];

	if (key.len == 0 || call->who.actor.firm_id == 0)
		return RD_OK;
	rd_call_late(call);
	if (call->json.out && call->out.size && call->out.data[call->out.size - 1] != '\n')
		rd_json_end(&call->json);
	rd_once_digest(call, digest);
	return rd_once_put(tx, call->who.actor.name, key,
	                   &(rd_once_answer){
						   .request = {(const char *)digest, sizeof digest},
						   .status = call->reply.status ? call->reply.status
	                                 : call->out.size   ? 200
	                                                    : 204,
						   .body = rd_buf_view(&call->out),
					   },
	                   err);
}
