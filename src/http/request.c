#include "http/request.h"

bool rd_http_query_next(const rd_http_req *req, const char *name, uint32_t *at, rd_str *ret_value)
{
	const rd_http_target *t = &req->target;

	while (*at < t->n_query) {
		const rd_http_param *p = &t->query[(*at)++];

		if (rd_str_is(p->name, name)) {
			*ret_value = p->value;
			return true;
		}
	}
	return false;
}

rd_rc rd_http_query(const rd_http_req *req, const char *name, rd_str *ret_value, rd_err *err)
{
	rd_str value = {NULL, 0}, again;
	uint32_t at = 0;

	if (rd_http_query_next(req, name, &at, &value) && rd_http_query_next(req, name, &at, &again))
		return rd_fail(err, RD_USAGE, "参数 %s 出现了两次,只能写一次",
		               "the parameter %s is given twice; give it once", name);
	*ret_value = value;
	return RD_OK;
}

rd_rc rd_http_query_only(const rd_http_req *req, const char *const *names, rd_err *err)
{
	for (uint32_t i = 0; i < req->target.n_query; i++) {
		rd_str name = req->target.query[i].name;
		uint32_t k = 0;

		while (names[k] && !rd_str_is(name, names[k]))
			k++;
		if (names[k] == NULL)
			return rd_fail(err, RD_USAGE, "没有名为「%.*s」的参数",
			               "no parameter is called \"%.*s\"", name.len > 60 ? 60 : (int)name.len,
			               name.ptr);
	}
	return RD_OK;
}

rd_str rd_http_bearer(const rd_http_req *req)
{
	rd_str a = req->header.authorization;

	if (a.len < 7 || !rd_http_named((rd_str){a.ptr, 7}, RD_STR("Bearer ")))
		return (rd_str){NULL, 0};
	return rd_str_trim((rd_str){a.ptr + 7, a.len - 7});
}

bool rd_http_is_type(const rd_http_req *req, const char *type)
{
	rd_str t = req->header.content_type;
	const char *semicolon = t.len ? memchr(t.ptr, ';', t.len) : NULL;

	if (semicolon)
		t.len = (uint32_t)(semicolon - t.ptr);
	return t.ptr && rd_http_named(rd_str_trim(t), rd_str_of(type));
}

bool rd_http_etag_in(rd_str header, const char *etag)
{
	rd_str want = rd_str_of(etag);

	while (header.len > 0) {
		const char *comma = memchr(header.ptr, ',', header.len);
		uint32_t len = comma ? (uint32_t)(comma - header.ptr) : header.len;
		rd_str one = rd_str_trim((rd_str){header.ptr, len});

		if (rd_str_starts(one, "W/"))
			one = (rd_str){one.ptr + 2, one.len - 2};
		if (rd_str_is(one, "*") || rd_str_eq(one, want))
			return true;
		if (comma == NULL)
			return false;
		header = (rd_str){comma + 1, header.len - len - 1};
	}
	return false;
}
