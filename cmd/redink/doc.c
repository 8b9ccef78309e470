/* The manual page and the completions of three shells, from the tables of the subcommands. */
#include "cmd.h"
#include "report/report.h"
#include "report/common.h"

#define DOC_MAX ((size_t)4 << 20)

/* The options of a command, then those that all have; NULL after the last. */
static const rd_opt *option_at(const rd_subcommand *c, uint32_t i)
{
	uint32_t own = 0;

	while (c->options && c->options[own].name)
		own++;
	if (i < own)
		return &c->options[i];
	return rd_common_options[i - own].name ? &rd_common_options[i - own] : NULL;
}

/* ---- man ---- */

/* A dot or quote at the start of a line and a backslash mean something to roff. */
static void roff(rd_buf *out, const char *text)
{
	bool start = true;

	for (const char *p = text; *p; p++) {
		if (start && (*p == '.' || *p == '\''))
			rd_buf_puts(out, "\\&");
		if (*p == '\\')
			rd_buf_puts(out, "\\e");
		else if (*p == '-')
			rd_buf_puts(out, "\\-");
		else if (*p == '\n' && p[1] == '\n')
			rd_buf_puts(out, "\n.PP"), p++, rd_buf_char(out, '\n');
		else
			rd_buf_char(out, *p);
		start = *p == '\n';
	}
}

static void man_option(rd_buf *out, const rd_opt *o, int lang)
{
	rd_buf_puts(out, ".TP\n\\fB");
	if (o->letter)
		rd_buf_printf(out, "\\-%c\\fR, \\fB", o->letter);
	rd_buf_puts(out, "\\-\\-");
	roff(out, o->name);
	rd_buf_puts(out, "\\fR");
	if (o->kind != RD_OPT_FLAG) {
		rd_buf_puts(out, " \\fI");
		roff(out, o->kind == RD_OPT_CHOICE ? o->choices : o->arg);
		rd_buf_puts(out, "\\fR");
	}
	rd_buf_char(out, '\n');
	roff(out, rd_say(o->help, lang));
	if (o->preset)
		rd_buf_printf(out, lang == RD_EN ? " (preset: %s)" : "（预设：%s）", o->preset);
	rd_buf_char(out, '\n');
}

static void man_command(rd_buf *out, const rd_subcommand *c, int lang)
{
	const rd_opt *o;

	rd_buf_printf(out, ".SS \"redink %s", c->name);
	if (c->options)
		rd_buf_puts(out, lang == RD_EN ? " [OPTIONS]" : " [选项]");
	rd_buf_printf(out, "%s%s\"\n", c->operands ? " " : "", c->operands ? c->operands : "");
	roff(out, rd_say(c->about, lang));
	rd_buf_char(out, '\n');
	for (uint32_t i = 0; (o = option_at(c, i)) != NULL; i++)
		man_option(out, o, lang);
	for (const rd_example_line *e = c->examples; e && e->line; e++) {
		rd_buf_puts(out, e == c->examples ? ".PP\n.nf\n" : ".nf\n");
		roff(out, e->line);
		rd_buf_puts(out, "\n.fi\n.RS\n");
		roff(out, rd_say(e->help, lang));
		rd_buf_puts(out, "\n.RE\n");
	}
}

static void put_man(rd_buf *out, int lang)
{
	bool en = lang == RD_EN;

	rd_buf_printf(out, ".TH REDINK 1 \"\" \"redink %s\" \"%s\"\n.SH %s\nredink \\- ", RD_VERSION,
	              en ? "Redink" : "红字", en ? "NAME" : "名称");
	roff(out, en ? "finds what is wrong in the books" : "找出账里的异常");
	rd_buf_printf(out, "\n.SH %s\n.B redink\n.I COMMAND\n[OPTIONS]\n.SH %s\n",
	              en ? "SYNOPSIS" : "用法", en ? "COMMANDS" : "命令");
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++)
		if (!(*c)->hidden)
			man_command(out, *c, lang);
	rd_buf_printf(out, ".SH %s\n.TP\n0\n%s\n.TP\n1\n%s\n.TP\n2\n%s\n",
	              en ? "EXIT STATUS" : "退出码",
	              en ? "no finding at or above the grade of \\-\\-severity"
	                 : "没有达到 \\-\\-severity 的发现",
	              en ? "findings" : "有发现",
	              en ? "could not run; nothing was changed" : "没能运行，没有改动任何文件");
	rd_buf_printf(
		out,
		".SH %s\n.TP\nredink.yaml\n%s\n.SH %s\n.TP\nLC_ALL, LC_MESSAGES, LANG\n%s\n.TP\nNO_COLOR\n%s\n",
		en ? "FILES" : "文件",
		en ? "suppressions and parameters, beside the books" : "放在账套旁边的豁免和参数",
		en ? "ENVIRONMENT" : "环境变量", en ? "language of messages" : "界面语言",
		en ? "no colours when it is set" : "设置后不用颜色");
}

/* ---- bash ---- */

static void words_of(rd_buf *out, const char *choices)
{
	for (const char *p = choices; *p; p++)
		rd_buf_char(out, *p == '|' ? ' ' : *p);
}

static void slugs(rd_buf *out)
{
	for (uint32_t i = 0; i < rd_checks_count; i++)
		rd_buf_printf(out, "%s%s", i ? " " : "", rd_checks[i]->slug);
}

static void bash_values(rd_buf *out, const rd_subcommand *c)
{
	const rd_opt *o;

	for (uint32_t i = 0; (o = option_at(c, i)) != NULL; i++) {
		if (o->kind == RD_OPT_FLAG)
			continue;
		rd_buf_printf(out, "\t\t\t--%s", o->name);
		if (o->letter)
			rd_buf_printf(out, "|-%c", o->letter);
		rd_buf_puts(out, ") COMPREPLY=(");
		if (o->kind == RD_OPT_FILE) {
			rd_buf_puts(out, "$(compgen -f -- \"$cur\")");
		} else if (o->kind == RD_OPT_CHOICE) {
			rd_buf_puts(out, "$(compgen -W '");
			words_of(out, o->choices);
			rd_buf_puts(out, "' -- \"$cur\")");
		} else if (o->kind == RD_OPT_SLUGS || o->kind == RD_OPT_SETTING) {
			rd_buf_puts(out, "$(compgen -W \"$checks\" -- \"$cur\")");
		}
		rd_buf_puts(out, "); return;;\n");
	}
}

static void put_bash(rd_buf *out)
{
	rd_buf_puts(
		out,
		"# bash completion for redink\n_redink()\n{\n"
		"\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" checks='");
	slugs(out);
	rd_buf_puts(out, "'\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '");
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++)
		if (!(*c)->hidden)
			rd_buf_printf(out, "%s%s", c == rd_subcommands ? "" : " ", (*c)->name);
	rd_buf_puts(out, "' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase \"${COMP_WORDS[1]}\" in\n");
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++) {
		const rd_opt *o;

		if ((*c)->hidden)
			continue;
		rd_buf_printf(out, "\t%s)\n\t\tcase \"$prev\" in\n", (*c)->name);
		bash_values(out, *c);
		rd_buf_puts(out,
		            "\t\tesac\n\t\tif [[ \"$cur\" == -* ]]; then\n\t\t\tCOMPREPLY=($(compgen -W '");
		for (uint32_t i = 0; (o = option_at(*c, i)) != NULL; i++)
			rd_buf_printf(out, "%s--%s", i ? " " : "", o->name);
		rd_buf_puts(out, "' -- \"$cur\"))\n\t\telse\n\t\t\t");
		rd_buf_puts(out, (*c)->operand == RD_OPERAND_FILES ? "COMPREPLY=($(compgen -f -- \"$cur\"))"
		                 : (*c)->operand == RD_OPERAND_SLUG
		                     ? "COMPREPLY=($(compgen -W \"$checks\" -- \"$cur\"))"
		                     : "COMPREPLY=()");
		rd_buf_puts(out, "\n\t\tfi;;\n");
	}
	rd_buf_puts(out, "\tesac\n}\ncomplete -o filenames -F _redink redink\n");
}

/* ---- zsh ---- */

/* Text inside single quotes and brackets of an _arguments specification. */
static void zsh_text(rd_buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			rd_buf_puts(out, "'\\''");
		else if (*p == '[' || *p == ']' || *p == ':' || *p == '\\')
			rd_buf_printf(out, "\\%c", *p);
		else
			rd_buf_char(out, *p);
	}
}

static void zsh_option(rd_buf *out, const rd_opt *o, int lang)
{
	bool list = o->kind == RD_OPT_SLUGS || o->kind == RD_OPT_SETTING;

	rd_buf_printf(out, " \\\n\t\t\t'%s--%s%s[", list ? "*" : "", o->name,
	              o->kind == RD_OPT_FLAG ? "" : "=");
	zsh_text(out, rd_say(o->help, lang));
	rd_buf_char(out, ']');
	if (o->kind != RD_OPT_FLAG) {
		rd_buf_char(out, ':');
		zsh_text(out, o->arg);
		rd_buf_char(out, ':');
		if (o->kind == RD_OPT_FILE) {
			rd_buf_puts(out, "_files");
		} else if (o->kind == RD_OPT_CHOICE) {
			rd_buf_char(out, '(');
			words_of(out, o->choices);
			rd_buf_char(out, ')');
		} else if (list) {
			rd_buf_puts(out, "_redink_checks");
		}
	}
	rd_buf_char(out, '\'');
}

static void put_zsh(rd_buf *out, int lang)
{
	rd_buf_puts(out, "#compdef redink\n_redink_checks() {\n\tcompadd -- ");
	slugs(out);
	rd_buf_puts(out, "\n}\n_redink() {\n\tlocal -a commands=(");
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++) {
		if ((*c)->hidden)
			continue;
		rd_buf_printf(out, "\n\t\t'%s:", (*c)->name);
		zsh_text(out, rd_say((*c)->summary, lang));
		rd_buf_char(out, '\'');
	}
	rd_buf_puts(
		out,
		"\n\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe redink commands\n\t\treturn\n\tfi\n"
		"\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n");
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++) {
		const rd_opt *o;

		if ((*c)->hidden)
			continue;
		rd_buf_printf(out, "\t%s)\n\t\t_arguments", (*c)->name);
		for (uint32_t i = 0; (o = option_at(*c, i)) != NULL; i++)
			zsh_option(out, o, lang);
		if ((*c)->operand == RD_OPERAND_FILES)
			rd_buf_puts(out, " \\\n\t\t\t'*:file:_files'");
		else if ((*c)->operand == RD_OPERAND_SLUG)
			rd_buf_puts(out, " \\\n\t\t\t'1:check:_redink_checks'");
		rd_buf_puts(out, ";;\n");
	}
	rd_buf_puts(out, "\tesac\n}\n_redink \"$@\"\n");
}

/* ---- fish ---- */

static void fish_text(rd_buf *out, const char *text)
{
	rd_buf_char(out, '\'');
	for (const char *p = text; *p; p++) {
		if (*p == '\'' || *p == '\\')
			rd_buf_char(out, '\\');
		rd_buf_char(out, *p);
	}
	rd_buf_char(out, '\'');
}

static void fish_option(rd_buf *out, const rd_subcommand *c, const rd_opt *o, int lang)
{
	rd_buf_printf(out, "complete -c redink -n '__fish_seen_subcommand_from %s' -l %s", c->name,
	              o->name);
	if (o->letter)
		rd_buf_printf(out, " -s %c", o->letter);
	if (o->kind == RD_OPT_FILE) {
		rd_buf_puts(out, " -r -F");
	} else if (o->kind == RD_OPT_CHOICE) {
		rd_buf_puts(out, " -x -a '");
		words_of(out, o->choices);
		rd_buf_char(out, '\'');
	} else if (o->kind == RD_OPT_SLUGS || o->kind == RD_OPT_SETTING) {
		rd_buf_puts(out, " -x -a \"$__redink_checks\"");
	} else if (o->kind != RD_OPT_FLAG) {
		rd_buf_puts(out, " -x");
	}
	rd_buf_puts(out, " -d ");
	fish_text(out, rd_say(o->help, lang));
	rd_buf_char(out, '\n');
}

static void put_fish(rd_buf *out, int lang)
{
	rd_buf_puts(out, "# fish completion for redink\nset -g __redink_checks ");
	slugs(out);
	rd_buf_char(out, '\n');
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++) {
		const rd_opt *o;

		if ((*c)->hidden)
			continue;
		rd_buf_printf(out, "complete -c redink -n __fish_use_subcommand -f -a %s -d ", (*c)->name);
		fish_text(out, rd_say((*c)->summary, lang));
		rd_buf_char(out, '\n');
		for (uint32_t i = 0; (o = option_at(*c, i)) != NULL; i++)
			fish_option(out, *c, o, lang);
		if ((*c)->operand == RD_OPERAND_SLUG)
			rd_buf_printf(
				out,
				"complete -c redink -n '__fish_seen_subcommand_from %s' -f -a \"$__redink_checks\"\n",
				(*c)->name);
	}
}

static int run_doc(const rd_args *args)
{
	const char *what = args->operands[0];
	rd_err err;
	rd_buf out;
	int code;

	rd_buf_init(&out, DOC_MAX);
	if (strcmp(what, "man") == 0) {
		put_man(&out, args->lang);
	} else if (strcmp(what, "bash") == 0) {
		put_bash(&out);
	} else if (strcmp(what, "zsh") == 0) {
		put_zsh(&out, args->lang);
	} else if (strcmp(what, "fish") == 0) {
		put_fish(&out, args->lang);
	} else {
		rd_fail(&err, RD_USAGE, "可以是 man、bash、zsh、fish，而不是“%.60s”",
		        "one of man, bash, zsh, fish, not \"%.60s\"", what);
		rd_buf_done(&out);
		return rd_fail_with(&err, args->lang);
	}
	code = rd_print(&out, args->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_doc = {
	.name = "_doc",
	.summary = {"手册页和命令补全", "manual page and completions"},
	.about = {"输出手册页（man）或命令补全脚本（bash、zsh、fish）。",
              "Prints the manual page (man) or a completion script (bash, zsh, fish)."},
	.operands = "man|bash|zsh|fish",
	.operands_min = 1,
	.operands_max = 1,
	.hidden = true,
	.run = run_doc,
};
