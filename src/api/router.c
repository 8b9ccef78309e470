#include "api/inner.h"
#include "base/assert.h"
#include <stdio.h>

#define PATH_SEGMENTS_MAX 8u

/* Takes the next segment of a pattern; false at its end. */
static bool next(const char **at, rd_str *ret)
{
	const char *p = *at;

	if (*p != '/')
		return false;
	p++;
	size_t n = strcspn(p, "/");

	*ret = (rd_str){p, (uint32_t)n};
	*at = p + n;
	return true;
}

static bool take(rd_call *call, rd_str pattern, rd_str got)
{
	if (rd_str_is(pattern, "{kind}")) {
		call->kind = rd_kind_find(got);
		return call->kind != NULL;
	}
	if (rd_str_is(pattern, "{id}"))
		return rd_check_id(got, &call->id);
	if (rd_str_is(pattern, "{sub}"))
		return rd_check_id(got, &call->sub);
	if (rd_str_is(pattern, "{word}")) {
		call->word = got;
		return got.len > 0;
	}
	return rd_str_eq(pattern, got);
}

static bool matches(rd_call *call, const rd_route *r)
{
	const rd_http_target *t = &call->req->target;
	const char *at = r->path;
	rd_str pattern;
	uint32_t i = 0;

	while (next(&at, &pattern)) {
		if (i >= t->n_segments || !take(call, pattern, t->segment[i]))
			return false;
		i++;
	}
	return i == t->n_segments;
}

rd_rc rd_route_find(rd_call *call, rd_err *err)
{
	rd_http_method method = call->req->method;
	bool path_known = false;

	if (method == RD_HTTP_HEAD)
		method = RD_HTTP_GET;
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		/* Without this a path that matched further in would leave its kind behind. */
		call->kind = NULL;
		if (path_known && rd_routes[i].method != method)
			continue;
		if (!matches(call, &rd_routes[i]))
			continue;
		path_known = true;
		if (rd_routes[i].method == method) {
			call->route = &rd_routes[i];
			return RD_OK;
		}
	}
	if (path_known)
		return rd_fail(err, RD_METHOD, "这个地址不支持该方法",
		               "this address does not take that method");
	return rd_fail(err, RD_NOT_FOUND, "没有这个地址；接口列表见 /api/v1/openapi.json",
	               "no such address; /api/v1/openapi.json lists them");
}

void rd_route_label(const rd_route *r, char *out, size_t room)
{
	snprintf(out, room, "%s %s", rd_http_method_name(r->method), r->path);
}

static rd_rc first_segment_free(const rd_route *r, rd_err *err)
{
	static const char prefix[] = "/api/v1/";

	if (strncmp(r->path, prefix, sizeof prefix - 1) != 0)
		return RD_OK;
	const char *first = r->path + sizeof prefix - 1, *second = strchr(first, '/');

	/* user/{id}/invitation is a route of one kind: it cannot be mistaken for one of all kinds. */
	if (second && strchr(second + 1, '/'))
		return RD_OK;
	rd_str name = {first, (uint32_t)strcspn(first, "/")};

	if (rd_kind_find(name))
		return rd_fail(err, RD_UNAVAILABLE, "记录种类 %s 与接口地址重名",
		               "kind %s has the name of a route", rd_kind_find(name)->name);
	return RD_OK;
}

rd_rc rd_routes_check(rd_err *err)
{
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		const rd_route *r = &rd_routes[i];

		if (r->perm == RD_PERM_UNSET || r->handle == NULL)
			return rd_fail(err, RD_UNAVAILABLE, "接口 %s 没有设定权限",
			               "route %s has no permission", r->path);
		RD_TRY(first_segment_free(r, err));
		for (uint32_t k = 0; k < i; k++)
			if (rd_routes[k].method == r->method && strcmp(rd_routes[k].path, r->path) == 0)
				return rd_fail(err, RD_UNAVAILABLE, "接口 %s 有两个", "route %s is there twice",
				               r->path);
	}
	return RD_OK;
}
