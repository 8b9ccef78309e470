#include "api/inner.h"

rd_json *rd_answer_list(rd_call *call, const char *key)
{
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_json_key(j, key);
	rd_json_array(j);
	return j;
}

rd_rc rd_answer_list_end(rd_json *j)
{
	rd_json_close(j);
	rd_json_close(j);
	return RD_OK;
}

rd_rc rd_answer_made(rd_call *call, int64_t id)
{
	rd_json *j = rd_call_json(call);

	rd_json_object(j);
	rd_put_id(j, "id", id);
	rd_json_close(j);
	call->reply.status = 201;
	return RD_OK;
}

rd_rc rd_answer_wrong(rd_call *call, const char *field, const char *zh, const char *en, rd_err *err)
{
	rd_problem_add(&call->problems, call->req->arena, field, (rd_words){zh, en},
	               (rd_words){NULL, NULL});
	return rd_check_fail(&call->problems, err);
}

rd_rc rd_call_versioned(const rd_call *call, rd_err *err)
{
	if (call->version != RD_NO_VERSION)
		return RD_OK;
	return rd_fail(err, RD_NO_MATCH, "没有说明改的是哪个版本；请带上 If-Match",
	               "the request does not say which version it changes; send If-Match");
}

rd_str rd_call_text(const rd_call *call, uint32_t field, rd_str otherwise)
{
	return call->in[field].type == RD_TEXT ? call->in[field].str : otherwise;
}
