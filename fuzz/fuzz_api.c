/*
 * What programs send to the API and is no record: a request line that is matched with a table of
 * routes (first byte 'r'), or a body that is read by a shape. A path that is found has everything
 * that its route names; a body that is taken has values within the limits that the shape tells.
 */
#include "api/inner.h"
#include "base/assert.h"
#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static rd_rc never(rd_call *call, rd_tx *tx, rd_err *err)
{
	(void)call, (void)tx, (void)err;
	RD_ASSERT(!"called");
	return RD_OK;
}

/* A field of every type, with limits that short inputs reach. */
static const rd_shape_field fields[] = {
	{"text", RD_SHAPE_TEXT, true, 1, 8, ""},      {"raw", RD_SHAPE_RAW, false, 0, 4, ""},
	{"int", RD_SHAPE_INT, false, -3, 100, ""},    {"bool", RD_SHAPE_BOOL, false, 0, 0, ""},
	{"id", RD_SHAPE_ID, false, 0, 0, ""},         {"ids", RD_SHAPE_IDS, false, 1, 3, ""},
	{"time", RD_SHAPE_TIME, false, 0, 0, ""},     {"items", RD_SHAPE_ITEMS, false, 1, 3, ""},
	{"object", RD_SHAPE_OBJECT, false, 0, 0, ""},
};
static const rd_shape shape = {"Fuzz", fields, sizeof fields / sizeof *fields};

/* Rows like those of src/api/routes.c, which names handlers that need the whole server. */
#define ROW(method, path)                                                                          \
	{                                                                                              \
		method, path, RD_PERM_PUBLIC, 0, RD_RUN_READ, never, .summary = { "", "" }                 \
	}
const rd_route rd_routes[] = {
	ROW(RD_HTTP_GET, "/healthz"),
	ROW(RD_HTTP_GET, "/api/v1/kinds/{kind}"),
	ROW(RD_HTTP_POST, "/api/v1/link/look"),
	ROW(RD_HTTP_DELETE, "/api/v1/me/sessions/{id}"),
	ROW(RD_HTTP_POST, "/api/v1/user/{id}/invitation"),
	ROW(RD_HTTP_DELETE, "/api/v1/user/{id}/tokens/{sub}"),
	ROW(RD_HTTP_GET, "/api/v1/{kind}"),
	ROW(RD_HTTP_GET, "/api/v1/{kind}/views"),
	ROW(RD_HTTP_PATCH, "/api/v1/{kind}/{id}"),
	ROW(RD_HTTP_POST, "/api/v1/{kind}/{id}/do/{word}"),
	ROW(RD_HTTP_DELETE, "/api/v1/{kind}/{id}/tags/{word}"),
};
const uint32_t rd_routes_count = sizeof rd_routes / sizeof *rd_routes;

static void look_at_call(const rd_call *call)
{
	rd_str path = rd_str_of(call->route->path);

	RD_ASSERT(call->route->perm != RD_PERM_UNSET && call->route->handle != NULL);
	RD_ASSERT(!rd_str_has(path, "{kind}") || call->kind != NULL);
	RD_ASSERT(!rd_str_has(path, "{id}") || call->id > 0);
	RD_ASSERT(!rd_str_has(path, "{sub}") || call->sub > 0);
	RD_ASSERT(!rd_str_has(path, "{word}") || call->word.len > 0);
}

/* "METHOD target" */
static void line(rd_str text, rd_arena *a)
{
	rd_http_req req = {.arena = a};
	rd_call call = {.req = &req};
	int64_t blank = rd_str_find(text, " ");
	rd_err err = {0};

	if (blank < 0)
		return;
	req.method = rd_http_method_parse((rd_str){text.ptr, (uint32_t)blank});
	rd_str target = {text.ptr + blank + 1, text.len - (uint32_t)blank - 1};

	if (req.method == RD_HTTP_METHODS || rd_http_target_parse(a, target, &req.target))
		return;
	rd_rc rc = rd_route_find(&call, &err);

	RD_ASSERT(rc == RD_OK || rc == RD_NOT_FOUND || rc == RD_METHOD);
	RD_ASSERT(rc == RD_OK || (err.zh[0] && err.en[0]));
	if (rc == RD_OK)
		look_at_call(&call);
}

static void look_at_value(const rd_shape_field *f, const rd_value *v)
{
	RD_ASSERT(v->type != RD_NULL || !f->required);
	if (v->type == RD_NULL)
		return;
	bool text = f->type == RD_SHAPE_TEXT || f->type == RD_SHAPE_RAW;

	RD_ASSERT((v->type == RD_TEXT) == text);
	if (text)
		RD_ASSERT(v->str.len >= f->min && v->str.len <= f->max &&
		          rd_utf8_check(v->str.ptr, v->str.len) < 0);
	if (f->type == RD_SHAPE_INT || f->type == RD_SHAPE_IDS || f->type == RD_SHAPE_ITEMS)
		RD_ASSERT(v->i >= f->min && v->i <= f->max);
	if (f->type == RD_SHAPE_ID)
		RD_ASSERT(v->i > 0);
}

static void lists(const rd_shape_field *f, const json_t *body, rd_arena *a)
{
	uint32_t n;

	if (!json_is_array(json_object_get(body, f->name)))
		return;
	if (f->type == RD_SHAPE_IDS) {
		const int64_t *ids = rd_shape_ids(body, f->name, a, &n);

		for (uint32_t i = 0; i < n; i++)
			RD_ASSERT(ids[i] > 0);
	} else if (f->type == RD_SHAPE_ITEMS) {
		const rd_shape_item *items = rd_shape_items(body, f->name, a, &n);

		for (uint32_t i = 0; i < n; i++)
			RD_ASSERT(items[i].id > 0);
	}
}

static void body(rd_str text, rd_arena *a)
{
	rd_value in[RD_SHAPE_FIELDS_MAX];
	rd_problems problems = {0};
	json_t *json = NULL;
	rd_err err;

	if (rd_check_parse(text, &json, &err) != RD_OK)
		return;
	if (!rd_shape_read(&shape, json, a, in, &problems)) {
		RD_ASSERT(problems.n > 0 && rd_check_fail(&problems, &err) == RD_INPUT);
	} else {
		RD_ASSERT(problems.n == 0);
		for (uint32_t i = 0; i < shape.n; i++) {
			look_at_value(&fields[i], &in[i]);
			lists(&fields[i], json, a);
		}
	}
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rd_arena *a = rd_arena_new();

	if (size > 0) {
		rd_str text = {(const char *)data + 1, (uint32_t)(size - 1)};

		if (data[0] == 'r')
			line(text, a);
		else
			body(text, a);
	}
	rd_arena_free(a);
	return 0;
}
