/* People, from the console: whoever may read the data folder may let people in. */
#include "auth/secret.h"
#include "data.h"
#include "desk/hooks.h"
#include "desk/identity.h"
#include "record/list.h"
#include <stdio.h>

#define CHINA_OFFSET_S 28800

enum { O_FIRM = RD_O_DATA_END, O_NEW_FIRM, O_LABEL, O_LOGIN, O_NAME, O_MAIL, O_ROLES, O_ORIGIN };
static const rd_opt options[] = {
	RD_OPTIONS_OF_DATA,
	[O_FIRM] = {.name = "firm",
                .kind = RD_OPT_NUMBER,
                .arg = "N",
                .min = 1,
                .max = INT64_MAX,
                .help = {"哪家机构；只有一家时不必给", "which firm; not needed when there is one"}},
	[O_NEW_FIRM] = {.name = "new-firm",
                    .kind = RD_OPT_TEXT,
                    .arg = "NAME",
                    .help = {"新建机构及其管理员（--login、--name），打印管理员设置密码的链接",
                             "make a firm and its administrator (--login, --name), and print the "
                             "link with which he sets his password"}},
	[O_LABEL] = {.name = "label",
                 .kind = RD_OPT_TEXT,
                 .arg = "WORD",
                 .preset = "main",
                 .help = {"新机构登录时用的代号", "what the new firm is called at sign-in"}},
	[O_LOGIN] = {.name = "login",
                 .kind = RD_OPT_TEXT,
                 .arg = "LOGIN",
                 .help = {"新机构管理员的登录名", "login name of the new firm's administrator"}},
	[O_NAME] = {.name = "name",
                .kind = RD_OPT_TEXT,
                .arg = "NAME",
                .help = {"姓名", "name of the person"}},
	[O_MAIL] = {.name = "mail",
                .kind = RD_OPT_TEXT,
                .arg = "MAIL",
                .help = {"电子邮箱", "mail address"}},
	[O_ROLES] =
		{.name = "roles",
         .kind = RD_OPT_TEXT,
         .arg = "ROLE,ROLE",
         .preset = "accountant",
         .help = {"角色：administrator supervisor accountant reviewer department compliance "
                  "auditor",
                  "roles: administrator supervisor accountant reviewer department "
                  "compliance auditor"}},
	[O_ORIGIN] = {.name = "origin",
                  .kind = RD_OPT_TEXT,
                  .arg = "URL",
                  .preset = "http://localhost:8737",
                  .help = {"人们打开的网址，链接以它开头",
                           "address that people open; links begin with it"}},
	{0},
};

static const rd_example_line examples[] = {
	{"redink user --new-firm 澄溪财务 --login chen --name 陈曦 --data /var/lib/redink",
     {"不开网页，直接建机构和管理员", "a firm and its administrator, without the page"}},
	{"redink user add li --name 李梅 --roles accountant,reviewer",
     {"打印邀请链接", "prints the link of the invitation"}},
	{"redink user invite li", {"忘记密码时给一个新链接", "a new link for a forgotten password"}},
	{0},
};

typedef struct people {
	const rd_args *args;
	rd_store *store;
	rd_engine engine;
	rd_identity *identity;
	rd_caller who; /* the operator */
	rd_buf *out;
	const rd_kind *kind;
	const char *login; /* second operand */
	/* what a command found or does */
	int64_t user_id;
	const char *transition;
	json_t *body;
	rd_problems problems;
	rd_str cursor;
	rd_list page;
} people;

/* ---- what goes wrong with fields ---- */

static rd_rc tell(const people *p, rd_rc rc, rd_err *err)
{
	if (rc != RD_INPUT || p->problems.n == 0)
		return rc;
	const rd_problem *first = &p->problems.items[0];

	return rd_fail(err, RD_INPUT, "%.60s：%.200s", "%.60s: %.200s", first->field,
	               p->args->lang == RD_EN ? first->words.en : first->words.zh);
}

/* ---- finding people ---- */

static rd_str text_in(const rd_record *r, const char *field)
{
	int32_t i = rd_kind_field_find(r->kind, rd_str_of(field));
	const rd_value *v = rd_cell(r, r->kind->fields[i].column);

	return v->type == RD_TEXT ? v->str : (rd_str){"", 0};
}

static rd_rc read_page(rd_tx *tx, void *ctx, rd_err *err)
{
	people *p = ctx;
	const rd_list_input in = {.kind = p->kind,
	                          .filter = RD_STR(""),
	                          .sort = RD_STR("login"),
	                          .cursor = p->cursor,
	                          .limit = RD_LIST_MAX,
	                          .zone_offset_s = CHINA_OFFSET_S};

	return rd_list_get(tx, &p->who.actor, &in, &p->page, err);
}

static void list_one(const people *p, const rd_record *r)
{
	rd_buf_printf(p->out, "%-24.*s %-10.*s %.*s  %.*s\n", RD_STR_ARG(text_in(r, "login")),
	              RD_STR_ARG(rd_cell(r, RD_COL_STATE)->str), RD_STR_ARG(text_in(r, "name")),
	              RD_STR_ARG(text_in(r, "roles")));
}

/* Lists everybody (p->login NULL), or finds the one of that login. */
static rd_rc look(people *p, rd_err *err)
{
	p->cursor = (rd_str){"", 0};
	do {
		RD_TRY(rd_store_read(p->store, p->who.actor.firm_id, p->args->arena, read_page, p, err));
		for (uint32_t i = 0; i < p->page.n; i++) {
			const rd_record *r = &p->page.records[i];

			if (p->login == NULL)
				list_one(p, r);
			else if (rd_str_is(text_in(r, "login"), p->login))
				p->user_id = rd_cell(r, RD_COL_ID)->i;
		}
		p->cursor = p->page.next;
	} while (p->cursor.len);
	if (p->login == NULL || p->user_id)
		return RD_OK;
	return rd_fail(err, RD_NOT_FOUND, "没有登录名为 %.40s 的人；redink user list 列出全部",
	               "there is nobody with the login name %.40s; redink user list lists all",
	               p->login);
}

/* ---- what is done ---- */

static rd_rc invite(people *p, rd_err *err)
{
	const char *origin = rd_args_text(p->args, O_ORIGIN);
	rd_token link;

	RD_TRY(rd_identity_invite(p->identity, &p->who, p->user_id, &link, err));
	rd_buf_printf(p->out,
	              p->args->lang == RD_EN
	                  ? "link to set a password (once, within 24 hours):\n  %s/#/invitation/%s\n"
	                  : "设置密码的链接（24 小时内有效，只能用一次）：\n  %s/#/invitation/%s\n",
	              origin ? origin : "http://localhost:8737", link.text);
	rd_secret_wipe(&link, sizeof link);
	return RD_OK;
}

static rd_rc create(rd_tx *tx, void *ctx, rd_err *err)
{
	people *p = ctx;
	rd_record r;

	p->problems = (rd_problems){0};
	RD_TRY(rd_record_create(&p->engine, tx, &p->who.actor, p->kind, p->user_id, p->body, &r,
	                        &p->problems, err));
	return RD_OK;
}

static rd_rc add(people *p, rd_err *err)
{
	const char *name = rd_args_text(p->args, O_NAME), *mail = rd_args_text(p->args, O_MAIL);
	const char *roles = rd_args_text(p->args, O_ROLES);
	uint32_t n = 0;
	const char **words = rd_split_list(p->args->arena, roles ? roles : "accountant", &n);
	json_t *list = json_array();

	for (uint32_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(words[i]));
	p->body = json_object();
	(void)json_object_set_new(p->body, "login", json_string(p->login));
	(void)json_object_set_new(p->body, "name", json_string(name ? name : p->login));
	(void)json_object_set_new(p->body, "roles", list);
	if (mail)
		(void)json_object_set_new(p->body, "mail", json_string(mail));
	p->user_id = rd_store_new_id(p->store);
	rd_rc rc = rd_store_write(p->store, p->who.actor.firm_id, p->args->arena, create, p, err);

	json_decref(p->body);
	RD_TRY(tell(p, rc, err));
	return invite(p, err);
}

static rd_rc move(rd_tx *tx, void *ctx, rd_err *err)
{
	people *p = ctx;
	rd_record r;

	p->problems = (rd_problems){0};
	return rd_record_move(&p->engine, tx, &p->who.actor, p->kind, p->user_id, RD_ANY_VERSION,
	                      rd_str_of(p->transition), p->body, &r, &p->problems, err);
}

static rd_rc change_state(people *p, const char *transition, const char *reason, rd_err *err)
{
	RD_TRY(look(p, err));
	p->transition = transition;
	p->body = json_object();
	if (reason)
		(void)json_object_set_new(p->body, "reason", json_string(reason));
	rd_rc rc = rd_store_write(p->store, p->who.actor.firm_id, p->args->arena, move, p, err);

	json_decref(p->body);
	RD_TRY(tell(p, rc, err));
	rd_buf_printf(p->out, "%s: %s\n", p->login, transition);
	return RD_OK;
}

/* ---- a firm ---- */

static rd_str text_of(const char *s)
{
	return rd_str_of(s ? s : "");
}

static rd_rc new_firm(people *p, rd_err *err)
{
	uint8_t random[24];
	char password[40];
	rd_new_firm firm = {
		.link = RD_STR(""),
		.label = text_of(rd_args_text(p->args, O_LABEL)),
		.name = text_of(rd_args_text(p->args, O_NEW_FIRM)),
		.login = text_of(rd_args_text(p->args, O_LOGIN)),
		.display_name = text_of(rd_args_text(p->args, O_NAME)),
		.mail = text_of(rd_args_text(p->args, O_MAIL)),
	};
	int64_t firm_id = 0;

	if (firm.login.len == 0)
		return rd_fail(err, RD_USAGE, "请用 --login 给出管理员的登录名",
		               "name the administrator with --login");
	if (firm.display_name.len == 0)
		firm.display_name = firm.login;
	/* Nobody gets to know this one: the link is the way in. */
	rd_secret_random(random, sizeof random);
	rd_base64url_format(random, sizeof random, password, sizeof password);
	firm.password = rd_str_of(password);
	rd_rc rc = rd_identity_setup(p->identity, &firm, p->args->arena, &firm_id, &p->user_id,
	                             &p->problems, err);

	rd_secret_wipe(random, sizeof random);
	rd_secret_wipe(password, sizeof password);
	RD_TRY(tell(p, rc, err));
	p->who.actor.firm_id = firm_id;
	rd_buf_printf(p->out, p->args->lang == RD_EN ? "firm %jd\n" : "机构 %jd\n", (intmax_t)firm_id);
	return invite(p, err);
}

/* ---- the command ---- */

static rd_rc which_firm(people *p, rd_err *err)
{
	const int64_t *firms;
	uint32_t n;

	RD_TRY(rd_data_firms(p->args, p->store, O_FIRM, &firms, &n, err));
	if (n == 0)
		return rd_fail(err, RD_NOT_FOUND, "还没有机构；用 --new-firm 新建",
		               "there is no firm yet; make one with --new-firm");
	if (n > 1)
		return rd_fail(err, RD_USAGE, "这里有 %u 家机构；请用 --firm 指明（redink key 列出）",
		               "there are %u firms; name one with --firm (redink key lists them)", n);
	p->who.actor.firm_id = firms[0];
	return RD_OK;
}

static rd_rc dispatch(people *p, rd_err *err)
{
	const rd_args *args = p->args;
	const char *what = args->n_operands ? args->operands[0] : NULL;

	if (rd_args_has(args, O_NEW_FIRM) && what == NULL)
		return new_firm(p, err);
	RD_TRY(which_firm(p, err));
	if (what && strcmp(what, "list") == 0 && args->n_operands == 1)
		return look(p, err);
	if (what && args->n_operands == 2) {
		p->login = args->operands[1];
		if (strcmp(what, "add") == 0)
			return add(p, err);
		if (strcmp(what, "disable") == 0)
			return change_state(p, "suspend", "console", err);
		if (strcmp(what, "enable") == 0)
			return change_state(p, "activate", NULL, err);
		if (strcmp(what, "invite") == 0) {
			RD_TRY(look(p, err));
			return invite(p, err);
		}
	}
	return rd_fail(err, RD_USAGE, "请写 list，或 add、invite、disable、enable 加登录名",
	               "say list, or add, invite, disable, enable and a login name");
}

static rd_rc open_people(people *p, rd_err *err)
{
	rd_store_config config = rd_data_config(p->args);

	RD_TRY(rd_auth_init(err));
	/* A first firm may be made before the server ever ran. */
	if (!rd_args_has(p->args, O_NEW_FIRM))
		RD_TRY(rd_data_is_there(&config, err));
	RD_TRY(rd_store_open(&config, &p->store, err));
	p->engine = (rd_engine){p->store, rd_desk_hooks, rd_desk_hooks_count, CHINA_OFFSET_S};
	p->identity = rd_identity_new(p->store, &p->engine);
	p->kind = rd_kind_find(RD_STR("user"));
	p->who.actor = (rd_actor){.system = true, .name = RD_STR("system"), .request_id = RD_STR("")};
	return RD_OK;
}

static int run(const rd_args *args)
{
	rd_err err;
	rd_buf out;
	people p = {.args = args, .out = &out};

	if (open_people(&p, &err) != RD_OK)
		return rd_fail_with(&err, args->lang);
	rd_buf_init(&out, (size_t)64 << 20);
	int code =
		dispatch(&p, &err) == RD_OK ? rd_print(&out, args->lang) : rd_fail_with(&err, args->lang);

	rd_buf_done(&out);
	rd_identity_free(p.identity);
	rd_store_close(p.store);
	return code;
}

const rd_subcommand rd_subcommand_user = {
	.name = "user",
	.summary = {"在控制台管理机构和人员", "firms and people, from the console"},
	.about =
		{"list 列出人员；add LOGIN 新增并打印邀请链接；invite LOGIN 再给一个设置密码的链接；disable "
         "LOGIN 停用，所有登录立即失效；enable LOGIN 恢复；--new-firm 新建机构。服务运行时也可以用。",
         "list lists people; add LOGIN adds one and prints the link of the invitation; invite "
         "LOGIN gives another link to set a password; disable LOGIN ends all sign-ins at once; "
         "enable LOGIN lets the person in again; --new-firm makes a firm. May be used while "
         "the server runs."},
	.operands = "[list|add|invite|disable|enable [LOGIN]]",
	.operand_help = {"做什么，对谁", "what to do, and for whom"},
	.operand = RD_OPERAND_NONE,
	.operands_max = 2,
	.options = options,
	.examples = examples,
	.run = run,
};
