#include "api/handlers.h"
#include "api/inner.h"

/* OpenAPI 3.1 out of the route table, the shapes and the kinds. A route of kinds is written once
 * for each kind that has it, so that clients get types and not "any record". */

#define OPENAPI_MAX (16u << 20)

static void put_ref(rd_json *j, const char *prefix, const char *name)
{
	char ref[160];

	snprintf(ref, sizeof ref, "#/components/schemas/%s%s", prefix, name);
	rd_json_object(j);
	rd_json_put_text(j, "$ref", ref);
	rd_json_close(j);
}

static void put_parameter(rd_json *j, const char *name, const char *in, bool required)
{
	rd_json_object(j);
	rd_json_put_text(j, "name", name);
	rd_json_put_text(j, "in", in);
	if (required)
		rd_json_put_bool(j, "required", true);
	rd_json_key(j, "schema");
	rd_json_object(j);
	rd_json_put_text(j, "type", "string");
	rd_json_close(j);
	rd_json_close(j);
}

static void put_parameters(rd_json *j, const rd_route *r)
{
	static const char *const names[] = {"id", "sub", "word"};
	const char *at = r->query;

	rd_json_key(j, "parameters");
	rd_json_array(j);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char mark[16];

		snprintf(mark, sizeof mark, "{%s}", names[i]);
		if (strstr(r->path, mark))
			put_parameter(j, names[i], "path", true);
	}
	while (at && *at) {
		char name[32];
		size_t n = strcspn(at, " ");

		snprintf(name, sizeof name, "%.*s", (int)n, at);
		put_parameter(j, name, "query", false);
		at += n + (at[n] == ' ');
	}
	if (r->method != RD_HTTP_GET && r->run == RD_RUN_WRITE)
		put_parameter(j, "Idempotency-Key", "header", false);
	if (r->method == RD_HTTP_PATCH)
		put_parameter(j, "If-Match", "header", true);
	rd_json_close(j);
}

/* "calendar_day" as the model names its schemas: "CalendarDay". */
static void camel(const char *name, char out[64])
{
	bool begins = true;
	size_t n = 0;

	for (; *name && n < 63; name++) {
		if (*name != '_')
			out[n++] = begins && *name >= 'a' && *name <= 'z' ? (char)(*name - 32) : *name;
		begins = *name == '_';
	}
	out[n] = 0;
}

static void put_body(rd_json *j, const rd_route *r, const rd_kind *k)
{
	if (r->shape == NULL && !r->has_body && r->body_type == NULL)
		return;
	rd_json_key(j, "requestBody");
	rd_json_object(j);
	rd_json_put_bool(j, "required", true);
	rd_json_key(j, "content");
	rd_json_object(j);
	rd_json_key(j, r->body_type ? r->body_type : "application/json");
	rd_json_object(j);
	rd_json_key(j, "schema");
	if (r->body_type) {
		rd_json_raw(j, RD_STR("{\"type\":\"string\"}"));
	} else if (r->shape) {
		put_ref(j, "", r->shape->name);
	} else if (k && r->body) {
		char kind[64];

		camel(k->name, kind);
		put_ref(j, kind, r->body);
	} else {
		rd_json_object(j);
		rd_json_put_text(j, "type", "object");
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_close(j);
	rd_json_close(j);
}

/* The routes that answer with the record as it is now. */
static bool answers_record(const rd_route *r)
{
	return r->handle == rd_api_record_get || r->handle == rd_api_record_create ||
	       r->handle == rd_api_record_change || r->handle == rd_api_record_move ||
	       r->handle == rd_api_record_archive || r->handle == rd_api_record_restore;
}

static void put_responses(rd_json *j, const rd_route *r, const rd_kind *k)
{
	rd_json_key(j, "responses");
	rd_json_object(j);
	rd_json_key(j, "2XX");
	rd_json_object(j);
	rd_json_put_text(j, "description", "done");
	if (k && answers_record(r)) {
		char kind[64];

		camel(k->name, kind);
		rd_json_key(j, "content");
		rd_json_object(j);
		rd_json_key(j, "application/json");
		rd_json_object(j);
		rd_json_key(j, "schema");
		put_ref(j, kind, "");
		rd_json_close(j);
		rd_json_close(j);
	}
	rd_json_close(j);
	rd_json_key(j, "default");
	rd_json_object(j);
	rd_json_put_text(j, "description", "refused");
	rd_json_key(j, "content");
	rd_json_object(j);
	rd_json_key(j, "application/json");
	rd_json_object(j);
	rd_json_key(j, "schema");
	put_ref(j, "", "Error");
	rd_json_close(j);
	rd_json_close(j);
	rd_json_close(j);
	rd_json_close(j);
}

static void put_operation(rd_json *j, const rd_route *r, const rd_kind *k)
{
	static const char *const methods[] = {"get", "head", "post", "put", "patch", "delete"};

	rd_json_key(j, methods[r->method]);
	rd_json_object(j);
	rd_json_put_text(j, "summary", r->summary.en);
	rd_json_put_text(j, "description", r->summary.zh);
	if (r->perm == RD_PERM_PUBLIC) {
		rd_json_key(j, "security");
		rd_json_array(j);
		rd_json_close(j);
	}
	put_parameters(j, r);
	put_body(j, r, k);
	put_responses(j, r, k);
	rd_json_close(j);
}

/* All methods of one path stand together: the first route of a path writes them. */
static void put_path(rd_json *j, uint32_t first, const rd_kind *k)
{
	const char *path = rd_routes[first].path, *mark = strstr(path, "{kind}");
	char name[256];

	for (uint32_t i = 0; i < first; i++)
		if (strcmp(rd_routes[i].path, path) == 0)
			return;
	if (mark)
		snprintf(name, sizeof name, "%.*s%s%s", (int)(mark - path), path, k->name, mark + 6);
	else
		snprintf(name, sizeof name, "%s", path);
	rd_json_key(j, name);
	rd_json_object(j);
	for (uint32_t i = first; i < rd_routes_count; i++)
		if (strcmp(rd_routes[i].path, path) == 0)
			put_operation(j, &rd_routes[i], k);
	rd_json_close(j);
}

static void put_paths(rd_json *j)
{
	rd_json_key(j, "paths");
	rd_json_object(j);
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		bool of_kinds = strstr(rd_routes[i].path, "{kind}") != NULL;

		for (uint32_t k = 0; k < (of_kinds ? rd_kinds_count : 1); k++)
			put_path(j, i, of_kinds ? rd_kinds[k] : NULL);
	}
	rd_json_close(j);
}

/* The members of a JSON object that is text already. */
static void put_members(rd_json *j, const char *object)
{
	json_t *o = json_loads(object, JSON_DECODE_ANY, NULL), *v;
	const char *key;

	json_object_foreach(o, key, v)
	{
		char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

		rd_json_key(j, key);
		rd_json_raw(j, rd_str_of(text ? text : "{}"));
		free(text);
	}
	json_decref(o);
}

static void put_schemas(rd_json *j)
{
	rd_json_key(j, "schemas");
	rd_json_object(j);
	put_members(j, rd_kind_shared_schema);
	for (uint32_t i = 0; i < rd_kinds_count; i++)
		put_members(j, rd_kinds[i]->schema);
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		bool there = rd_routes[i].shape == NULL;

		for (uint32_t k = 0; k < i && !there; k++)
			there = rd_routes[k].shape == rd_routes[i].shape;
		if (!there) {
			rd_json_key(j, rd_routes[i].shape->name);
			rd_shape_schema(rd_routes[i].shape, j);
		}
	}
	rd_json_key(j, "Error");
	rd_json_raw(j,
	            rd_str_of("{\"type\":\"object\",\"required\":[\"code\",\"message\",\"request_id\"],"
	                      "\"properties\":{\"code\":{\"type\":\"string\"},\"message\":{\"type\":"
	                      "\"object\",\"properties\":{\"zh\":{\"type\":\"string\"},\"en\":{"
	                      "\"type\":\"string\"}}},\"hint\":{},\"request_id\":{\"type\":"
	                      "\"string\"},\"problems\":{\"type\":\"array\"},\"current\":{\"type\":"
	                      "\"object\"}}}"));
	rd_json_close(j);
}

void rd_api_openapi(rd_buf *out)
{
	rd_json j;

	rd_buf_init(out, OPENAPI_MAX);
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_json_put_text(&j, "openapi", "3.1.0");
	rd_json_key(&j, "info");
	rd_json_object(&j);
	rd_json_put_text(&j, "title", "Redink");
	rd_json_put_text(&j, "version", RD_VERSION);
	rd_json_close(&j);
	put_paths(&j);
	rd_json_key(&j, "components");
	rd_json_object(&j);
	put_schemas(&j);
	rd_json_key(&j, "securitySchemes");
	rd_json_raw(&j,
	            rd_str_of("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{"
	                      "\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-redink\"}}"));
	rd_json_close(&j);
	rd_json_key(&j, "security");
	rd_json_raw(&j, rd_str_of("[{\"token\":[]},{\"session\":[]}]"));
	rd_json_close(&j);
	rd_json_end(&j);
}

rd_rc rd_api_openapi_get(rd_call *call, rd_tx *tx, rd_err *err)
{
	rd_buf out;

	(void)tx;
	(void)err;
	rd_api_openapi(&out);
	call->reply.body =
		(rd_str){rd_arena_copy(call->req->arena, out.data, out.size), (uint32_t)out.size};
	rd_buf_done(&out);
	return RD_OK;
}
