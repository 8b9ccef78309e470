#include "cmd.h"
#include "output.h"
#include "report/common.h"
#include "report/wrap.h"
#include "terminal.h"
#include <stdio.h>
#include <stdlib.h>

#define HELP_MAX    ((size_t)1 << 20)
#define HELP_COLUMN 28u /* where the explanations begin */

RD_FORMAT_ARG(2)
RD_FORMAT_ARG(3)
static const char *say(int lang, const char *zh, const char *en)
{
	return lang == RD_EN ? en : zh;
}

void rd_help_option_name(const rd_opt *o, rd_buf *out)
{
	if (o->letter)
		rd_buf_printf(out, "-%c, ", o->letter);
	rd_buf_printf(out, "--%s", o->name);
	if (o->kind != RD_OPT_FLAG)
		rd_buf_printf(out, " %s", o->arg);
}

static void put_entry(rd_buf *out, const char *name, rd_str text, uint32_t width)
{
	uint32_t at = 2 + rd_utf8_width(rd_str_of(name));

	rd_buf_printf(out, "  %s", name);
	if (at + 2 > HELP_COLUMN) {
		rd_buf_char(out, '\n');
		at = 0;
	}
	rd_blanks(out, HELP_COLUMN - at);
	rd_wrap(out, text, HELP_COLUMN, HELP_COLUMN, width);
	rd_buf_char(out, '\n');
}

static void put_option(rd_buf *out, const rd_opt *o, int lang, uint32_t width)
{
	rd_buf name, text;

	rd_buf_init(&name, 256);
	rd_buf_init(&text, 4096);
	rd_help_option_name(o, &name);
	rd_buf_puts(&text, rd_say(o->help, lang));
	if (o->kind == RD_OPT_CHOICE)
		rd_buf_printf(&text, say(lang, "（可选 %s", " (one of %s"), o->choices);
	else if (o->kind == RD_OPT_NUMBER)
		rd_buf_printf(&text, say(lang, "\uff08%lld 到 %lld", " (%lld to %lld"), (long long)o->min,
		              (long long)o->max);
	if (o->preset)
		rd_buf_printf(&text,
		              o->kind == RD_OPT_CHOICE || o->kind == RD_OPT_NUMBER
		                  ? say(lang, "；预设 %s", "; preset %s")
		                  : say(lang, "（预设 %s", " (preset %s"),
		              o->preset);
	if (o->preset || o->kind == RD_OPT_CHOICE || o->kind == RD_OPT_NUMBER)
		rd_buf_puts(&text, say(lang, "\uff09", ")"));
	put_entry(out, name.data, rd_buf_view(&text), width);
	rd_buf_done(&name);
	rd_buf_done(&text);
}

static void put_examples(const rd_subcommand *c, rd_buf *out, int lang, uint32_t width)
{
	if (c->examples == NULL)
		return;
	rd_buf_puts(out, say(lang, "\n例子：\n", "\nExamples:\n"));
	for (const rd_example_line *e = c->examples; e->line; e++) {
		rd_buf_printf(out, "  %s\n      ", e->line);
		rd_wrap(out, rd_str_of(rd_say(e->help, lang)), 6, 6, width);
		rd_buf_char(out, '\n');
	}
}

void rd_help_command(const rd_subcommand *c, rd_buf *out, int lang, uint32_t width)
{
	rd_buf_printf(out, say(lang, "用法：redink %s", "Usage: redink %s"), c->name);
	if (c->options)
		rd_buf_puts(out, say(lang, " [选项]", " [OPTIONS]"));
	if (c->operands)
		rd_buf_printf(out, " %s", c->operands);
	rd_buf_puts(out, "\n\n");
	rd_wrap(out, rd_str_of(rd_say(c->about, lang)), 0, 0, width);
	rd_buf_char(out, '\n');
	if (c->operands && rd_say(c->operand_help, lang)[0]) {
		rd_buf_char(out, '\n');
		put_entry(out, c->operands, rd_str_of(rd_say(c->operand_help, lang)), width);
	}
	rd_buf_puts(out, say(lang, "\n选项：\n", "\nOptions:\n"));
	for (const rd_opt *o = c->options; o && o->name; o++)
		put_option(out, o, lang, width);
	for (const rd_opt *o = rd_common_options; o->name; o++)
		put_option(out, o, lang, width);
	put_examples(c, out, lang, width);
}

void rd_help_all(rd_buf *out, int lang)
{
	uint32_t width = rd_terminal_width();

	rd_buf_puts(
		out,
		say(lang,
	        "红字 Redink：找出账里的异常，说明怎么更正。\n\n用法：redink 命令 [选项] …\n\n命令：\n",
	        "Redink finds what is wrong in the books and says how to put it right.\n\n"
	        "Usage: redink COMMAND [OPTIONS] …\n\nCommands:\n"));
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++)
		if (!(*c)->hidden)
			put_entry(out, (*c)->name, rd_str_of(rd_say((*c)->summary, lang)), width);
	rd_buf_puts(
		out,
		say(lang,
	        "\nredink 命令 --help 显示每个命令的选项。最常用的是：\n  redink check 账套文件夹\n",
	        "\nredink COMMAND --help shows the options of a command. Most used:\n  redink check FOLDER\n"));
}

int rd_print(const rd_buf *out, int lang)
{
	rd_err err;

	if (out->full || rd_output_text(rd_buf_view(out), &err) != RD_OK)
		return rd_fail_with(&err, lang);
	return RD_EXIT_CLEAN;
}

static int run_help(const rd_args *args)
{
	rd_buf out;
	const rd_subcommand *c = NULL;
	int code;

	if (args->n_operands) {
		c = rd_subcommand_find(args->operands[0]);
		if (c == NULL)
			return rd_unknown_command(args->operands[0], args->lang);
	}
	rd_buf_init(&out, HELP_MAX);
	if (c)
		rd_help_command(c, &out, args->lang, rd_terminal_width());
	else
		rd_help_all(&out, args->lang);
	code = rd_print(&out, args->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_help = {
	.name = "help",
	.summary = {"显示命令的用法", "show how a command is used"},
	.about = {"显示全部命令，或一个命令的选项和例子。",
              "Shows all commands, or the options and examples of one."},
	.operands = "[COMMAND]",
	.operand_help = {"命令名", "name of a command"},
	.operands_max = 1,
	.run = run_help,
};
