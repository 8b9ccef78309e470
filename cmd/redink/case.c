/* Exceptions on a running server, from the command line: list, show, report, comment, and every
 * transition by its name. */
#include "cmd.h"
#include "far.h"
#include "record/kind.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	O_SERVER,
	O_TOKEN_FILE,
	O_JSON,
	O_FILTER,
	O_LIMIT,
	O_CLIENT,
	O_TYPE,
	O_NAME,
	O_PERIOD,
	O_TEXT,
	O_SET
};
static const rd_opt options[] = {
	[O_SERVER] = {.name = "server",
                  .kind = RD_OPT_TEXT,
                  .arg = "URL",
                  .preset = "http://localhost:8737",
                  .help = {"服务器地址；也可用环境变量 REDINK_SERVER",
                           "address of the server; or the environment variable REDINK_SERVER"}},
	[O_TOKEN_FILE] = {.name = "token-file",
                      .kind = RD_OPT_FILE,
                      .arg = "FILE",
                      .help = {"存放访问令牌的文件；也可用环境变量 REDINK_TOKEN",
                               "file with the token; or the environment variable REDINK_TOKEN"}},
	[O_JSON] = {.name = "json", .kind = RD_OPT_FLAG, .help = {"输出 JSON", "as JSON"}},
	[O_FILTER] = {.name = "filter",
                  .letter = 'f',
                  .kind = RD_OPT_TEXT,
                  .arg = "FILTER",
                  .preset = "state:open",
                  .help = {"list：筛选条件，如 “state:open grade:p1”",
                           "list: which, such as \"state:open grade:p1\""}},
	[O_LIMIT] = {.name = "limit",
                 .letter = 'n',
                 .kind = RD_OPT_NUMBER,
                 .arg = "N",
                 .min = 1,
                 .max = 500,
                 .preset = "50",
                 .help = {"list：最多几起", "list: at most so many"}},
	[O_CLIENT] = {.name = "client",
                  .letter = 'c',
                  .kind = RD_OPT_TEXT,
                  .arg = "NUMBER",
                  .help = {"report：客户编号，如 C-00012",
                           "report: number of the client, C-00012"}},
	[O_TYPE] = {.name = "type",
                .letter = 't',
                .kind = RD_OPT_TEXT,
                .arg = "SLUG",
                .help = {"report：异常类型的标识，如 cash-negative",
                         "report: slug of the type, such as cash-negative"}},
	[O_NAME] = {.name = "name",
                .kind = RD_OPT_TEXT,
                .arg = "TEXT",
                .help = {"report：异常名称；有类型时可不写",
                         "report: what it is called; not needed with a type"}},
	[O_PERIOD] = {.name = "period",
                  .kind = RD_OPT_TEXT,
                  .arg = "YYYY-MM",
                  .help = {"report：会计期间", "report: the period"}},
	[O_TEXT] = {.name = "text",
                .letter = 'm',
                .kind = RD_OPT_TEXT,
                .arg = "TEXT",
                .help = {"report：具体表现；comment：评论",
                         "report: what it looks like; comment: the text"}},
	[O_SET] = {.name = "set",
               .letter = 's',
               .kind = RD_OPT_TEXT,
               .arg = "KEY=VALUE",
               .help = {"操作所问的内容，可多次给出，如 --set note=已核对",
                        "what a transition asks for, several times: --set note=checked"}},
	{0},
};

static const rd_example_line examples[] = {
	{"redink case list --filter \"state:open grade:p1\"",
     {"最急的未结异常", "what is most urgent"}},
	{"redink case report --client C-00012 --type cash-negative --text \"3 月 8 日现金为负\"",
     {"报告一起异常", "report an exception"}},
	{"redink case triage E-2026-000007 --set impact=4", {"受理分级", "triage it"}},
	{"redink case close E-2026-000007 --set note=已核对", {"验证通过，关闭", "close it"}},
	{0},
};

typedef struct job {
	const rd_args *args;
	rd_far far;
	rd_buf *out;
	bool english;
} job;

/* ---- small things ---- */

static const char *text_in(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* "state" in words: state_label when it is there. */
static const char *label_in(const job *c, const json_t *o, const char *key)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%s_label", key);
	const char *s = text_in(json_object_get(o, name), c->english ? "en" : "zh");

	return *s ? s : text_in(o, key);
}

/* Text of one line, padded to a width on the terminal. */
static void put_padded(rd_buf *out, const char *text, uint32_t width)
{
	uint32_t is = rd_utf8_width(rd_str_of(text));

	rd_buf_puts(out, text);
	for (; is < width; is++)
		rd_buf_char(out, ' ');
	rd_buf_puts(out, "  ");
}

static void put_json(job *c, const json_t *answer)
{
	char *text = json_dumps(answer, JSON_INDENT(2));

	rd_buf_printf(c->out, "%s\n", text ? text : "{}");
	free(text);
}

static bool is_id(const char *s)
{
	for (; *s; s++)
		if (!isdigit((unsigned char)*s))
			return false;
	return true;
}

/* ---- by number ---- */

/* The id of the one record of a kind whose field is exactly this. */
static rd_rc find(job *c, const char *kind, const char *field, const char *value, char ret_id[24],
                  rd_err *err)
{
	json_t *answer = NULL;
	rd_buf path;

	if (is_id(value)) {
		(void)snprintf(ret_id, 24, "%.23s", value);
		return RD_OK;
	}
	rd_buf_init(&path, RD_OUTBOUND_URL_MAX);
	rd_buf_printf(&path, "/api/v1/%s?limit=2&filter=%s", kind, field);
	rd_far_escape(&path, RD_STR("=\""));
	rd_far_escape(&path, rd_str_of(value));
	rd_far_escape(&path, RD_STR("\""));
	rd_buf_char(&path, 0);
	rd_rc rc = strchr(value, '"')
	               ? rd_fail(err, RD_USAGE, "编号不能含引号", "a number has no quotes")
	               : rd_far_call(&c->far, "GET", path.data, 0, NULL, &answer, err);

	rd_buf_done(&path);
	if (rc != RD_OK)
		return rc;
	const char *id = text_in(json_array_get(json_object_get(answer, "records"), 0), "id");

	(void)snprintf(ret_id, 24, "%.23s", id);
	rc = *id ? RD_OK
	         : rd_fail(err, RD_NOT_FOUND, "没有 %.60s，或您无权查看；redink case list 列出异常",
	                   "there is no %.60s, or it is not for you; redink case list lists cases",
	                   value);
	json_decref(answer);
	return rc;
}

/* The case of the second operand. */
static rd_rc load(job *c, bool page, json_t **ret_answer, rd_err *err)
{
	char id[24], path[80];

	if (c->args->n_operands < 2)
		return rd_fail(err, RD_USAGE, "请写异常编号，如 E-2026-000007",
		               "say which case, such as E-2026-000007");
	RD_TRY(find(c, "case", "number", c->args->operands[1], id, err));
	(void)snprintf(path, sizeof path, page ? "/api/v1/cases/%s/page" : "/api/v1/case/%s", id);
	return rd_far_call(&c->far, "GET", path, 0, NULL, ret_answer, err);
}

/* ---- list and show ---- */

static rd_rc list(job *c, rd_err *err)
{
	const char *filter = rd_args_text(c->args, O_FILTER);
	json_t *answer = NULL, *r;
	rd_buf path;
	size_t i;

	rd_buf_init(&path, RD_OUTBOUND_URL_MAX);
	rd_buf_printf(&path, "/api/v1/case?limit=%lld&filter=",
	              (long long)rd_args_number(c->args, O_LIMIT, 50));
	rd_far_escape(&path, rd_str_of(filter ? filter : "state:open"));
	rd_buf_char(&path, 0);
	rd_rc rc = path.full ? rd_fail(err, RD_USAGE, "条件太长", "the filter is too long")
	                     : rd_far_call(&c->far, "GET", path.data, 0, NULL, &answer, err);

	rd_buf_done(&path);
	if (rc != RD_OK)
		return rc;
	if (rd_args_has(c->args, O_JSON))
		put_json(c, answer);
	else
		json_array_foreach(json_object_get(answer, "records"), i, r)
		{
			put_padded(c->out, text_in(r, "number"), 14);
			put_padded(c->out, label_in(c, r, "grade"), 4);
			put_padded(c->out, label_in(c, r, "state"), 10);
			put_padded(c->out, text_in(r, "period"), 7);
			rd_buf_printf(c->out, "%s\n", text_in(r, "name"));
		}
	json_decref(answer);
	return RD_OK;
}

static void put_line(job *c, const char *zh, const char *en, const char *text)
{
	if (*text == 0)
		return;
	put_padded(c->out, c->english ? en : zh, 12);
	rd_buf_printf(c->out, "%s\n", text);
}

static void put_needs(job *c, const json_t *page)
{
	const json_t *need, *list = json_object_get(json_object_get(page, "closing"), "needs");
	const char *lang = c->english ? "en" : "zh";
	size_t i;

	json_array_foreach(list, i, need)
	{
		bool met = json_is_true(json_object_get(need, "met"));

		rd_buf_printf(c->out, "  [%s] %s%s%s\n", met ? "x" : " ",
		              text_in(json_object_get(need, "label"), lang),
		              met          ? ""
		              : c->english ? ": "
		                           : "：",
		              met ? "" : text_in(json_object_get(need, "hint"), lang));
	}
}

static void put_steps(job *c, const json_t *record)
{
	const json_t *t, *list = json_object_get(record, "available_transitions");
	const char *lang = c->english ? "en" : "zh";
	size_t i;

	json_array_foreach(list, i, t)
	{
		if (json_is_true(json_object_get(t, "allowed")))
			rd_buf_printf(c->out, "  %-12s %s\n", text_in(t, "name"),
			              text_in(json_object_get(t, "label"), lang));
	}
}

static void put_page(job *c, const json_t *page)
{
	const json_t *r = json_object_get(page, "case"), *n, *names = json_object_get(page, "names");
	size_t i;

	rd_buf_printf(c->out, "%s  %s\n", text_in(r, "number"), text_in(r, "name"));
	put_line(c, "状态", "State", label_in(c, r, "state"));
	put_line(c, "优先级", "Priority", label_in(c, r, "grade"));
	put_line(c, "分级理由", "Why", text_in(r, "grade_reason"));
	json_array_foreach(names, i, n)
	{
		const char *field = text_in(n, "field");

		if (strcmp(field, "client") == 0)
			put_line(c, "客户", "Client", text_in(n, "title"));
		else if (strcmp(field, "owner") == 0)
			put_line(c, "处理人", "Handler", text_in(n, "title"));
	}
	put_line(c, "会计期间", "Period", text_in(r, "period"));
	put_line(c, "具体表现", "Looks like", text_in(r, "appearance"));
	put_line(c, "到期", "Due", text_in(r, "due"));
	rd_buf_puts(c->out, c->english ? "To close it:\n" : "关闭前须具备：\n");
	put_needs(c, page);
	rd_buf_puts(c->out, c->english ? "You can:\n" : "您可以：\n");
	put_steps(c, r);
}

static rd_rc show(job *c, rd_err *err)
{
	json_t *page = NULL;

	RD_TRY(load(c, true, &page, err));
	if (rd_args_has(c->args, O_JSON))
		put_json(c, page);
	else
		put_page(c, page);
	json_decref(page);
	return RD_OK;
}

/* ---- changes ---- */

static rd_rc said(job *c, json_t *answer)
{
	if (rd_args_has(c->args, O_JSON))
		put_json(c, answer);
	else
		rd_buf_printf(c->out, "%s  %s  %s\n", text_in(answer, "number"),
		              label_in(c, answer, "state"), text_in(answer, "name"));
	json_decref(answer);
	return RD_OK;
}

static void put(json_t *body, const char *key, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(body, key, json_string(text));
}

static rd_rc report_body(job *c, json_t *body, rd_err *err)
{
	const char *client = rd_args_text(c->args, O_CLIENT), *type = rd_args_text(c->args, O_TYPE);
	char id[24];

	if (rd_args_text(c->args, O_TEXT) == NULL)
		return rd_fail(err, RD_USAGE, "请用 --text 写明具体表现",
		               "say what it looks like with --text");
	if (client) {
		RD_TRY(find(c, "client", "number", client, id, err));
		put(body, "client", id);
	}
	if (type) {
		RD_TRY(find(c, "exception_type", "slug", type, id, err));
		put(body, "type", id);
	}
	put(body, "name", rd_args_text(c->args, O_NAME));
	put(body, "period", rd_args_text(c->args, O_PERIOD));
	put(body, "appearance", rd_args_text(c->args, O_TEXT));
	return RD_OK;
}

static rd_rc report(job *c, rd_err *err)
{
	json_t *body = json_object(), *answer = NULL;
	rd_rc rc = report_body(c, body, err);

	if (rc == RD_OK)
		rc = rd_far_call(&c->far, "POST", "/api/v1/case", 0, body, &answer, err);
	json_decref(body);
	return rc == RD_OK ? said(c, answer) : rc;
}

static rd_rc comment(job *c, rd_err *err)
{
	const char *text = rd_args_text(c->args, O_TEXT);
	json_t *record = NULL, *answer = NULL, *body = json_object();
	char path[80];
	rd_rc rc = load(c, false, &record, err);

	if (rc == RD_OK && text == NULL)
		rc = rd_fail(err, RD_USAGE, "请用 --text 写评论", "write the comment with --text");
	if (rc == RD_OK) {
		put(body, "body", text);
		(void)snprintf(path, sizeof path, "/api/v1/case/%s/comments", text_in(record, "id"));
		rc = rd_far_call(&c->far, "POST", path, 0, body, &answer, err);
	}
	json_decref(answer);
	json_decref(body);
	return rc == RD_OK ? said(c, record) : (json_decref(record), rc);
}

/* What the model says an answer is: a number where it asks for one, else a text. */
static json_t *value_of(const rd_transition *t, const char *key, const char *text)
{
	for (uint16_t i = 0; i < t->n_asks; i++)
		if (strcmp(t->asks[i].name, key) == 0 && t->asks[i].type == RD_FIELD_INT && *text &&
		    is_id(text))
			return json_integer(strtoll(text, NULL, 10));
	return json_string(text);
}

static rd_rc answers(job *c, const rd_transition *t, json_t *body, rd_err *err)
{
	for (uint32_t i = 0; i < c->args->n_given; i++) {
		const char *given = c->args->given[i].value, *eq = given ? strchr(given, '=') : NULL;
		char key[64];

		if (c->args->given[i].option != O_SET)
			continue;
		if (eq == NULL || eq == given || (size_t)(eq - given) >= sizeof key)
			return rd_fail(err, RD_USAGE, "--set 写作 名称=内容，如 note=已核对",
			               "--set is KEY=VALUE, such as note=checked");
		(void)snprintf(key, sizeof key, "%.*s", (int)(eq - given), given);
		(void)json_object_set_new(body, key, value_of(t, key, eq + 1));
	}
	return RD_OK;
}

static rd_rc move(job *c, const rd_transition *t, rd_err *err)
{
	json_t *record = NULL, *answer = NULL, *body = json_object();
	char path[120];
	rd_rc rc = answers(c, t, body, err);

	if (rc == RD_OK)
		rc = load(c, false, &record, err);
	if (rc == RD_OK) {
		(void)snprintf(path, sizeof path, "/api/v1/case/%s/do/%s", text_in(record, "id"), t->name);
		rc =
			rd_far_call(&c->far, "POST", path,
		                json_integer_value(json_object_get(record, "version")), body, &answer, err);
	}
	json_decref(body);
	json_decref(record);
	return rc == RD_OK ? said(c, answer) : rc;
}

/* ---- which ---- */

static rd_rc dispatch(job *c, rd_err *err)
{
	const char *what = c->args->n_operands ? c->args->operands[0] : "list";
	const rd_kind *k = rd_kind_find(RD_STR("case"));
	int32_t t = rd_kind_transition_find(k, rd_str_of(what));
	rd_buf names;

	if (strcmp(what, "list") == 0)
		return list(c, err);
	if (strcmp(what, "show") == 0)
		return show(c, err);
	if (strcmp(what, "report") == 0)
		return report(c, err);
	if (strcmp(what, "comment") == 0)
		return comment(c, err);
	if (t >= 0)
		return move(c, &k->transitions[t], err);
	rd_buf_init(&names, 400);
	for (uint16_t i = 0; i < k->n_transitions; i++)
		rd_buf_printf(&names, " %s", k->transitions[i].name);
	rd_rc rc = rd_fail(err, RD_USAGE, "没有 %.30s：可用 list show report comment%.*s",
	                   "there is no %.30s: say list show report comment%.*s", what,
	                   RD_STR_ARG(rd_buf_view(&names)));

	rd_buf_done(&names);
	return rc;
}

static int run(const rd_args *args)
{
	rd_buf out;
	rd_err err;
	job c = {.args = args, .out = &out, .english = args->lang == RD_EN};
	rd_rc rc =
		rd_far_open(&c.far, rd_args_text(args, O_SERVER), rd_args_text(args, O_TOKEN_FILE), &err);

	if (rc != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, (size_t)64 << 20);
	rc = dispatch(&c, &err);
	int code = rc == RD_OK ? rd_print(&out, args->lang) : rd_fail_with(&err, args->lang);

	rd_buf_done(&out);
	rd_far_close(&c.far);
	return code;
}

const rd_subcommand rd_subcommand_case = {
	.name = "case",
	.summary = {"在命令行处理异常", "exceptions, from the command line"},
	.about =
		{"在运行中的服务器上：list 列出；show 编号 显示一起，包括关闭前还缺什么；report 报告；comment 编号 "
         "评论；其余为操作：triage analyse correct verify send_back close dismiss merge accept reopen "
         "hand_over，后跟编号。",
         "On a running server: list; show NUMBER, with what is lacking for closing; report; comment "
         "NUMBER; and the transitions triage analyse correct verify send_back close dismiss merge "
         "accept reopen hand_over, each with a number."},
	.operands = "[list|show|report|comment|TRANSITION [NUMBER]]",
	.operand_help = {"做什么，对哪一起", "what to do, and with which case"},
	.operand = RD_OPERAND_NONE,
	.operands_max = 2,
	.options = options,
	.examples = examples,
	.run = run,
};
