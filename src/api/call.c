#include "api/inner.h"
#include "base/assert.h"
#include "http/cookie.h"

#define ANSWER_MAX (64u << 20) /* bytes of one JSON answer */

/* ---- small things that handlers use ---- */

rd_json *rd_call_json(rd_call *call)
{
	rd_json_init(&call->json, &call->out, 0);
	return &call->json;
}

void rd_call_etag(rd_call *call, int64_t version)
{
	char text[32];
	int n = snprintf(text, sizeof text, "\"%lld\"", (long long)version);

	call->reply.etag = rd_arena_copy(call->req->arena, text, (size_t)n);
}

void rd_call_location(rd_call *call, const char *id)
{
	char text[128];
	int n = snprintf(text, sizeof text, "/api/v1/%s/%s", call->kind->name, id);

	call->reply.location = rd_arena_copy(call->req->arena, text, (size_t)n);
}

rd_show_view rd_call_view(const rd_call *call)
{
	return (rd_show_view){.secrets = call->who.actor.roles & RD_ROLE_ADMINISTRATOR,
	                      .client = call->who.actor.roles & RD_ROLE_CLIENT_CONTACT,
	                      .labels = true};
}

rd_str rd_call_query(const rd_call *call, const char *name)
{
	rd_err ignored;
	rd_str v;

	/* Given twice was refused before (rd_call_route). */
	if (rd_http_query(call->req, name, &v, &ignored) != RD_OK || v.ptr == NULL)
		return RD_STR("");
	return v;
}

rd_rc rd_call_number(const rd_call *call, const char *name, int64_t min, int64_t max,
                     int64_t otherwise, int64_t *ret, rd_err *err)
{
	rd_str v = rd_call_query(call, name);
	int64_t n = 0;

	*ret = otherwise;
	if (v.len == 0)
		return RD_OK;
	for (uint32_t i = 0; i < v.len; i++) {
		int64_t digit = v.ptr[i] - '0';

		if (digit < 0 || digit > 9 || n > (INT64_MAX - digit) / 10) {
			n = min - 1;
			break;
		}
		n = n * 10 + digit;
	}
	if (n < min || n > max)
		return rd_fail(err, RD_USAGE, "参数 %s 应为 %lld 到 %lld 的整数",
		               "%s must be a whole number from %lld to %lld", name, (long long)min,
		               (long long)max);
	*ret = n;
	return RD_OK;
}

void rd_put_id(rd_json *j, const char *key, int64_t id)
{
	char text[24];

	if (id)
		snprintf(text, sizeof text, "%lld", (long long)id);
	rd_json_put_text(j, key, id ? text : NULL);
}

void rd_put_time(rd_json *j, const char *key, int64_t at_us)
{
	char text[40];

	if (at_us)
		rd_show_time(at_us, text);
	rd_json_put_text(j, key, at_us ? text : NULL);
}

/* ---- who is asking, and may they ---- */

static rd_rc find_caller(rd_call *call, rd_err *err)
{
	rd_api *api = call->api;
	rd_str token = rd_http_bearer(call->req);
	rd_str cookie = rd_http_cookie_get(call->req, RD_HTTP_COOKIE_SESSION, api->plain_dev);

	if (token.ptr)
		return rd_identity_token(api->identity, token, call->req->arena, &call->who, err);
	if (cookie.ptr)
		return rd_identity_session(api->identity, cookie, call->req->arena, &call->who, err);
	return rd_fail(err, RD_UNAUTHENTICATED, "请先登录", "sign in first");
}

static rd_rc who_asks(rd_call *call, rd_err *err)
{
	RD_TRY(find_caller(call, err));
	call->who.actor.request_id = rd_str_of(call->req->request_id);
	return RD_OK;
}

/* One's own session and account: all there is until a second factor that the firm asks for is set.
 * */
static bool of_oneself(const rd_route *r)
{
	rd_str path = rd_str_of(r->path);

	return rd_str_starts(path, "/api/v1/session") || rd_str_starts(path, "/api/v1/me/");
}

static rd_rc may_call(rd_call *call, rd_err *err)
{
	const rd_route *r = call->route;
	const rd_actor *actor = &call->who.actor;
	bool contact = actor->roles & RD_ROLE_CLIENT_CONTACT;
	bool reads = r->method == RD_HTTP_GET;

	if (r->perm == RD_PERM_ADMIN && !(actor->roles & RD_ROLE_ADMINISTRATOR))
		return rd_fail(err, RD_FORBIDDEN, "只有管理员可以这样做；请找管理员",
		               "only administrators may do this; ask one");
	if (r->perm == RD_PERM_STAFF && contact)
		return rd_fail(err, RD_FORBIDDEN, "只有本公司人员可以这样做",
		               "only people of the firm may do this");
	if (r->perm == RD_PERM_KIND && !rd_may_any(actor, call->kind, r->verb))
		return rd_fail(err, RD_FORBIDDEN, "您的角色不能对这类记录这样做；需要时请找管理员",
		               "your role may not do this with such records; ask an administrator");
	if (call->who.shown == RD_BY_TOKEN && !reads && rd_str_is(call->who.scope, "read"))
		return rd_fail(err, RD_FORBIDDEN, "这个令牌只能读取", "this token may only read");
	if (call->who.must_enrol && !of_oneself(r))
		return rd_fail(err, RD_FORBIDDEN, "公司要求两步验证；请先在“我的账户”里启用",
		               "your firm asks for a second factor; set it up in your account first");
	if (actor->only_looks && !reads && r->perm != RD_PERM_SIGNED_IN)
		return rd_fail(err, RD_FORBIDDEN, "正在以别人的身份查看，不能改动",
		               "nothing can be changed while you view as somebody else");
	return RD_OK;
}

/* A link opens one record: it, what was said and done about it, and what its kind looks like; a
 * photo may be added, but what others attached is not shown. The firm's own marks on it (tags,
 * links, watchers) and everything that finds other records stay closed. */
static rd_rc within_link(rd_call *call, rd_err *err)
{
	static const char *const open[] = {"/api/v1/{kind}/{id}", "/api/v1/{kind}/{id}/do/{word}",
	                                   "/api/v1/{kind}/{id}/timeline",
	                                   "/api/v1/{kind}/{id}/comments"};
	const char *path = call->route->path;
	char record[64];

	if (call->who.shown != RD_BY_LINK || strcmp(path, "/api/v1/kinds/{kind}") == 0)
		return RD_OK;
	if (call->kind == NULL)
		return rd_str_starts(rd_str_of(path), "/api/v1/session") ||
		               strcmp(path, "/api/v1/kinds") == 0 ||
		               strcmp(path, "/api/v1/report") == 0 || /* about the client of the link */
		               strcmp(path, "/api/v1/attachments/{id}") == 0 || /* looks itself */
		               strcmp(path, "/api/v1/comments/{id}") == 0
		           ? RD_OK
		           : rd_fail(err, RD_FORBIDDEN, "这个链接只用于查看一条记录",
		                     "this link shows one record only");
	snprintf(record, sizeof record, "%s/%lld", call->kind->name, (long long)call->id);
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		if (strcmp(path, open[i]) == 0 && rd_str_is(call->who.scope, record))
			return RD_OK;
	if (call->route->upload && strcmp(path, "/api/v1/{kind}/{id}/attachments") == 0 &&
	    rd_str_is(call->who.scope, record))
		return RD_OK;
	return rd_may_not_found(err);
}

static rd_rc known_query(rd_call *call, rd_err *err)
{
	const char *names[16];
	const char *at = call->route->query;
	uint32_t n = 0;

	while (at && *at && n < 15) {
		size_t len = strcspn(at, " ");

		names[n++] = rd_arena_copy(call->req->arena, at, len);
		at += len + (at[len] == ' ');
	}
	names[n] = NULL;
	RD_TRY(rd_http_query_only(call->req, names, err));
	for (uint32_t i = 0; i < n; i++) {
		rd_str v;

		RD_TRY(rd_http_query(call->req, names[i], &v, err));
	}
	return RD_OK;
}

static rd_rc version_of(rd_call *call, rd_err *err)
{
	rd_str tag = call->req->header.if_match;

	call->version = RD_NO_VERSION;
	if (tag.ptr == NULL)
		return RD_OK;
	rd_str number = {tag.ptr + 1, tag.len < 3 ? 0 : tag.len - 2};

	if (number.len == 0 || tag.ptr[0] != '"' || tag.ptr[tag.len - 1] != '"' ||
	    !rd_check_id(number, &call->version))
		return rd_fail(err, RD_USAGE, "If-Match 应为读取时得到的 ETag，例如 \"7\"",
		               "If-Match is the ETag that was read, such as \"7\"");
	return RD_OK;
}

/* ---- bodies that are streamed ---- */

static rd_rc upload_piece(void *ctx, rd_http_req *req, const void *data, size_t size, rd_err *err)
{
	rd_call *call = ctx;

	(void)req;
	return call->route->upload->piece(call, data, size, err);
}

static void upload_dropped(void *ctx, rd_http_req *req)
{
	rd_call *call = ctx;

	(void)req;
	if (call->stream)
		call->route->upload->drop(call);
}

rd_rc rd_call_route(void *user, rd_http_req *req, rd_http_plan *plan, rd_err *err)
{
	rd_api *api = user;
	rd_call *call = RD_NEW(req->arena, rd_call);

	req->user = call;
	call->api = api;
	call->req = req;
	rd_buf_init(&call->out, ANSWER_MAX);
	plan->label = rd_routes_count;
	RD_TRY(rd_route_find(call, err));
	plan->label = (uint32_t)(call->route - rd_routes);
	if (call->route->perm != RD_PERM_PUBLIC) {
		RD_TRY(who_asks(call, err));
		RD_TRY(may_call(call, err));
		RD_TRY(within_link(call, err));
	}
	RD_TRY(rd_http_site_check(req,
	                          &(rd_http_site_rule){
								  .origin = api->origin,
								  .by_token = call->who.shown == RD_BY_TOKEN &&
	                                          call->who.actor.firm_id != 0,
								  .body_type = call->route->body_type,
							  },
	                          err));
	RD_TRY(known_query(call, err));
	RD_TRY(version_of(call, err));
	if (call->route->upload) {
		RD_TRY(call->route->upload->open(call, err));
		plan->sink = (rd_http_sink){upload_piece, upload_dropped, call};
	}
	plan->body_max = call->route->body_max                         ? call->route->body_max
	                 : call->route->has_body || call->route->shape ? RD_API_BODY_MAX
	                                                               : 0;
	return RD_OK;
}

/* ---- running it ---- */

static rd_rc read_body(rd_call *call, rd_err *err)
{
	if (!call->route->has_body && call->route->shape == NULL)
		return RD_OK;
	rd_str text = call->req->body;

	RD_TRY(rd_check_parse(text.len ? text : RD_STR("{}"), &call->body, err));
	if (call->route->shape &&
	    !rd_shape_read(call->route->shape, call->body, call->req->arena, call->in, &call->problems))
		return rd_check_fail(&call->problems, err);
	return RD_OK;
}

static rd_rc run_read(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_call *call = ctx;

	return call->route->handle(call, tx, err);
}

/* A command may be run again (PostgreSQL), so it starts with nothing of an earlier try. */
static rd_rc run_write(rd_tx *tx, void *ctx, rd_err *err)
{
	rd_call *call = ctx;
	bool found;

	rd_buf_clear(&call->out);
	call->late = NULL;
	call->problems.n = call->problems.all = 0;
	RD_TRY(rd_once_find(call, tx, &found, err));
	if (found)
		return RD_OK;
	RD_TRY(call->route->handle(call, tx, err));
	return rd_once_keep(call, tx, err);
}

static void write_done(rd_command *c)
{
	rd_call *call = (rd_call *)(void *)((char *)c - offsetof(rd_call, command));

	if (c->rc == RD_OK)
		rd_hands_poke(call->api->hands, c->firm_id);
	rd_call_finish(call, c->rc, &c->err);
}

void rd_call_handle(void *user, rd_http_req *req)
{
	rd_api *api = user;
	rd_call *call = req->user;
	rd_err err;
	rd_rc rc = read_body(call, &err);

	if (rc != RD_OK) {
		rd_call_finish(call, rc, &err);
		return;
	}
	switch (call->route->run) {
	case RD_RUN_READ:
		rc = rd_store_read(api->store, call->who.actor.firm_id, req->arena, run_read, call, &err);
		rd_call_finish(call, rc, &err);
		return;
	case RD_RUN_WRITE:
		rd_http_keep(req);
		call->command = (rd_command){.firm_id = call->who.actor.firm_id,
		                             .arena = req->arena,
		                             .run = run_write,
		                             .ctx = call,
		                             .done = write_done};
		rd_store_submit(api->store, &call->command);
		return;
	default:
		rd_http_keep(req);
		rc = rd_slow_add(api, call, &err);
		if (rc != RD_OK)
			rd_call_finish(call, rc, &err);
	}
}

/* ---- the answer ---- */

static void put_problems(const rd_problems *problems, rd_json *j)
{
	rd_json_key(j, "problems");
	rd_json_array(j);
	for (uint32_t i = 0; i < problems->n; i++) {
		rd_json_object(j);
		rd_json_put_text(j, "field", problems->items[i].field);
		rd_json_put_words(j, "message", problems->items[i].words);
		rd_json_put_words(j, "hint", problems->items[i].hint);
		rd_json_close(j);
	}
	rd_json_close(j);
}

void rd_put_failure(rd_json *j, rd_rc rc, const rd_err *err, const rd_problems *problems)
{
	const bool inside = rd_rc_http(rc) == 500;
	rd_words message = {err->zh, err->en};

	if (inside)
		message = (rd_words){"服务器内部出错；请把请求编号告诉管理员",
		                     "internal error; give the request id to the administrator"};
	rd_json_put_text(j, "code", inside ? "INTERNAL" : rd_rc_name(rc));
	rd_json_put_words(j, "message", message);
	if (problems->n && !inside)
		put_problems(problems, j);
}

static void fail(rd_call *call, rd_rc rc, const rd_err *err)
{
	rd_err *kept = RD_NEW(call->req->arena, rd_err);
	rd_json *j;

	*kept = *err;
	rd_buf_clear(&call->out);
	j = rd_call_json(call);
	rd_json_object(j);
	rd_put_failure(j, rc, err, &call->problems);
	rd_json_put_text(j, "hint", NULL);
	rd_json_put_text(j, "request_id", call->req->request_id);
	if (rc == RD_CONFLICT && call->current) {
		rd_json_key(j, "current");
		rd_show_record(j, call->current->kind, call->current->cells, rd_call_view(call));
	}
	rd_json_close(j);
	rd_json_end(j);
	call->reply = (rd_http_reply){.status = (uint32_t)rd_rc_http(rc), .err = kept};
	if (rc == RD_TOO_MANY)
		call->reply.retry_after_s = err->line ? err->line : 1;
}

void rd_call_late(rd_call *call)
{
	if (call->late)
		call->late(call);
	call->late = NULL;
}

void rd_call_finish(rd_call *call, rd_rc rc, const rd_err *err)
{
	if (rc != RD_OK) {
		fail(call, rc, err);
		call->late = NULL;
	}
	rd_call_late(call);
	if (rc == RD_OK && call->json.out && call->json.depth == 0 && call->out.size &&
	    call->out.data[call->out.size - 1] != '\n') {
		rd_json_end(&call->json);
	}
	if (call->out.full) {
		rd_err full;

		call->problems.n = 0;
		fail(call,
		     rd_fail(&full, RD_LIMIT, "结果太大；请缩小范围",
		             "the answer is too large; ask for less"),
		     &full);
	}
	if (call->reply.body.ptr == NULL && call->out.size)
		call->reply.body = (rd_str){rd_arena_copy(call->req->arena, call->out.data, call->out.size),
		                            (uint32_t)call->out.size};
	rd_buf_done(&call->out);
	json_decref(call->body);
	if (call->stream)
		call->route->upload->drop(call);
	if (call->streamed)
		return;
	if (call->reply.status == 0)
		call->reply.status = call->reply.body.len || call->reply.from_fd ? 200 : 204;
	/* Answering ends the life of the arena, and of the call with it. */
	rd_http_reply reply = call->reply;

	rd_http_answer(call->req, &reply);
}
