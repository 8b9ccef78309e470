#include "cmd.h"
#include "config.h"
#include "report/common.h"
#include "report/wrap.h"

#define SHOW_MAX     ((size_t)8 << 20)
#define NAME_COLUMNS 11u

enum { O_CONFIG, O_AS_OF };
static const rd_opt options[] = {
	[O_CONFIG] = {"config",
                  0,
                  RD_OPT_FILE,
                  "F",
                  NULL,
                  0,
                  0,
                  NULL,
                  {"配置文件；不写则用账套旁边的 redink.yaml",
                   "configuration; redink.yaml beside the books otherwise"}},
	[O_AS_OF] = {"as-of",
                 0,
                 RD_OPT_DAY,
                 "DATE",
                 NULL,
                 0,
                 0,
                 NULL,
                 {"按这一天判断豁免是否到期；不写则不判断",
                  "tell which suppressions have run out on this day"}},
	{0},
};

typedef struct view {
	rd_buf *out;
	rd_config config;
	int lang;
	rd_day as_of;
} view;

RD_FORMAT_ARG(2)
RD_FORMAT_ARG(3)
static const char *say(const view *v, const char *zh, const char *en)
{
	return v->lang == RD_EN ? en : zh;
}

/* "severity   high (redink.yaml)" */
static void put_value(view *v, const char *name, const char *value, bool stated)
{
	rd_pad(v->out, rd_str_of(name), NAME_COLUMNS, false);
	rd_buf_puts(v->out, value);
	if (stated)
		rd_buf_printf(v->out, " (%s)", v->config.path);
	else if (*value != '-')
		rd_buf_puts(v->out, say(v, "（预设）", " (preset)"));
	rd_buf_char(v->out, '\n');
}

static void put_list(view *v, const char *name, const char *const *list, const char *otherwise)
{
	rd_buf all;

	rd_buf_init(&all, SHOW_MAX);
	for (uint32_t i = 0; list && list[i]; i++)
		rd_buf_printf(&all, "%s%s", i ? "," : "", list[i]);
	put_value(v, name, list ? (all.data ? all.data : "-") : otherwise, list != NULL);
	rd_buf_done(&all);
}

static void put_settings(view *v)
{
	for (uint32_t i = 0; i < v->config.n_settings; i++) {
		const rd_setting *s = &v->config.settings[i];

		rd_buf_printf(v->out, "set        %s.%s = %s (%s)\n", s->check, s->param, s->value,
		              v->config.path);
	}
	if (v->config.n_settings == 0)
		put_value(v, "set", say(v, "全部用预设值", "all presets"), false);
}

static void put_part(view *v, const char *name, rd_str value)
{
	if (value.len == 0)
		return;
	rd_buf_printf(v->out, " %s=", name);
	rd_clean(v->out, value);
}

static void put_suppressions(view *v)
{
	uint32_t out_of_date = 0;

	for (uint32_t i = 0; i < v->config.n_suppressions; i++) {
		const rd_suppression *s = &v->config.suppressions[i];
		bool over = v->as_of != RD_DAY_NONE && s->until < v->as_of;
		char day[16];

		rd_day_format(s->until, day);
		rd_buf_printf(v->out, "suppress   %s:%u", v->config.path, s->line);
		put_part(v, "check", s->check);
		put_part(v, "fingerprint", s->fingerprint);
		put_part(v, "voucher", s->voucher);
		put_part(v, "account", s->account);
		put_part(v, "party", s->party);
		rd_buf_printf(v->out, say(v, " 至 %s%s:", " until %s%s: "), day,
		              over ? say(v, "（已到期）", " (has run out)") : "");
		rd_clean(v->out, s->reason);
		rd_buf_char(v->out, '\n');
		out_of_date += over;
	}
	if (v->config.n_suppressions == 0)
		put_value(v, "suppress", say(v, "没有豁免", "none"), false);
	if (out_of_date)
		rd_buf_printf(v->out,
		              say(v, "已到期的豁免：%u 条\n", "suppressions that have run out: %u\n"),
		              out_of_date);
}

static int run_config(const rd_args *a)
{
	view v = {.lang = a->lang, .as_of = rd_args_day(a, O_AS_OF)};
	const char *path = rd_args_text(a, O_CONFIG), *none = "-";
	rd_buf out;
	rd_err err;
	int code;

	if (path == NULL)
		path = rd_config_beside(a->arena, a->n_operands ? a->operands[0] : ".");
	if (path && rd_config_read(a->arena, path, &v.config, &err) != RD_OK)
		return rd_fail_with(&err, a->lang);
	rd_buf_init(&out, SHOW_MAX);
	v.out = &out;
	rd_buf_printf(&out, "config     %s\n",
	              path ? path : say(&v, "没有 redink.yaml", "no redink.yaml"));
	put_value(&v, "severity",
	          rd_severity_name(v.config.has_severity ? v.config.severity : RD_SEV_MEDIUM),
	          v.config.has_severity);
	put_list(&v, "only", v.config.only, say(&v, "全部检查项", "all checks"));
	put_list(&v, "skip", v.config.skip, none);
	put_value(&v, "chart",
	          v.config.chart ? v.config.chart : say(&v, "从账套识别", "recognised from the books"),
	          v.config.chart != NULL);
	put_value(&v, "mapping", v.config.mapping ? v.config.mapping : none, v.config.mapping != NULL);
	put_value(&v, "baseline", v.config.baseline ? v.config.baseline : none,
	          v.config.baseline != NULL);
	put_settings(&v);
	put_suppressions(&v);
	code = rd_print(&out, a->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_config = {
	.name = "config",
	.summary = {"检查并显示 redink.yaml", "check and show redink.yaml"},
	.about =
		{"读账套旁边的 redink.yaml，有写错的地方就指出行列，否则列出每个值和它的来处。",
         "Reads redink.yaml beside the books: tells line and column of a mistake, or lists each value and where it comes from."},
	.operands = "[PATH]",
	.operand_help = {"账套的文件或文件夹，不写则为当前文件夹",
                     "file or folder of the books; this folder without it"},
	.operand = RD_OPERAND_FILES,
	.operands_max = 1,
	.options = options,
	.run = run_config,
};
