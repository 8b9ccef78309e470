#include "api/route.h"
#include "base/json.h"
#include "cmd.h"

/* The HTTP API as a table. */

enum { O_JSON };
static const rd_opt options[] = {
	[O_JSON] = {.name = "json", .kind = RD_OPT_FLAG, .help = {"输出 JSON", "as JSON"}},
	{0},
};

static const struct {
	const char *name;
	rd_words words;
} perms[] = {
	[RD_PERM_UNSET] = {"unset", {"未设定", "unset"}},
	[RD_PERM_PUBLIC] = {"public", {"任何人", "anybody"}},
	[RD_PERM_SIGNED_IN] = {"signed-in", {"已登录", "signed in"}},
	[RD_PERM_STAFF] = {"staff", {"机构人员", "staff"}},
	[RD_PERM_KIND] = {"kind", {"按记录种类", "by kind"}},
	[RD_PERM_ADMIN] = {"admin", {"管理员", "administrator"}},
};

static void list_json(rd_buf *out)
{
	rd_json j;

	rd_json_init(&j, out, 3);
	rd_json_object(&j);
	rd_json_put_text(&j, "schema", "redink.routes/1");
	rd_json_key(&j, "routes");
	rd_json_array(&j);
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		const rd_route *r = &rd_routes[i];

		rd_json_object(&j);
		rd_json_put_text(&j, "method", rd_http_method_name(r->method));
		rd_json_put_text(&j, "path", r->path);
		rd_json_put_text(&j, "perm", perms[r->perm].name);
		rd_json_put_text(&j, "verb", r->perm == RD_PERM_KIND ? rd_kind_verb_name(r->verb) : NULL);
		rd_json_put_words(&j, "summary", r->summary);
		rd_json_put_bool(&j, "body", r->has_body || r->shape);
		rd_json_put_text(&j, "query", r->query);
		rd_json_close(&j);
	}
	rd_json_close(&j);
	rd_json_close(&j);
	rd_json_end(&j);
}

static void list_text(rd_buf *out, int lang)
{
	for (uint32_t i = 0; i < rd_routes_count; i++) {
		const rd_route *r = &rd_routes[i];

		rd_buf_printf(out, "%-6s %-46s %s%s%s\n       %s\n", rd_http_method_name(r->method),
		              r->path, lang == RD_EN ? perms[r->perm].words.en : perms[r->perm].words.zh,
		              r->perm == RD_PERM_KIND ? " " : "",
		              r->perm == RD_PERM_KIND ? rd_kind_verb_name(r->verb) : "",
		              lang == RD_EN ? r->summary.en : r->summary.zh);
	}
}

static int run(const rd_args *args)
{
	rd_buf out;
	int code;

	rd_buf_init(&out, (size_t)8 << 20);
	if (rd_args_has(args, O_JSON))
		list_json(&out);
	else
		list_text(&out, args->lang);
	code = rd_print(&out, args->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_routes = {
	.name = "routes",
	.summary = {"列出 HTTP 接口", "list the HTTP API"},
	.about = {"列出 HTTP 接口：方法、地址、谁可以调用、做什么。完整的说明在 /api/v1/openapi.json。",
              "Lists the HTTP API: method, path, who may call it, what it does. "
              "/api/v1/openapi.json has all of it."},
	.options = options,
	.run = run,
};
