/*
 * redink - finds what is wrong in the books, gets it put right, proves that it was.
 *
 * One subcommand is one file and one line here. Exit code: 0 clean, 1 findings, 2 could not run.
 */
#include "cmd.h"
#include "report/report.h"
#include "nearest.h"
#include "terminal.h"
#include <stdio.h>

const rd_subcommand *const rd_subcommands[] = {
	&rd_subcommand_check,   &rd_subcommand_checks,      &rd_subcommand_explain,
	&rd_subcommand_convert, &rd_subcommand_correct,     &rd_subcommand_config,
	&rd_subcommand_serve,   &rd_subcommand_worker,      &rd_subcommand_case,
	&rd_subcommand_user,    &rd_subcommand_key,         &rd_subcommand_verify,
	&rd_subcommand_backup,  &rd_subcommand_restore,     &rd_subcommand_upgrade,
	&rd_subcommand_export,  &rd_subcommand_import_firm, &rd_subcommand_rebuild,
	&rd_subcommand_routes,  &rd_subcommand_version,     &rd_subcommand_help,
	&rd_subcommand_doc,     &rd_subcommand_read_books,  NULL,
};

const rd_subcommand *rd_subcommand_find(const char *name)
{
	for (const rd_subcommand *const *c = rd_subcommands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

int rd_fail_with(const rd_err *err, int lang)
{
	fputs("redink: ", stderr);
	if (err->file[0]) {
		fputs(err->file, stderr);
		if (err->line)
			fprintf(stderr, ":%u", err->line);
		if (err->line && err->column)
			fprintf(stderr, ":%u", err->column);
		fputs(": ", stderr);
	}
	fprintf(stderr, "%s\n", lang == RD_EN ? err->en : err->zh);
	return RD_EXIT_FAILED;
}

rd_rc rd_unknown_check(const char *slug, rd_err *err)
{
	rd_nearest near = rd_nearest_to(slug);

	for (uint32_t i = 0; i < rd_checks_count; i++)
		rd_nearest_offer(&near, rd_checks[i]->slug);
	if (rd_nearest_name(&near))
		return rd_fail(err, RD_USAGE, "没有检查项 %.60s；是不是 %s？",
		               "no check %.60s; did you mean %s?", slug, rd_nearest_name(&near));
	return rd_fail(err, RD_USAGE, "没有检查项 %.60s；redink checks 列出全部检查项",
	               "no check %.60s; redink checks lists them all", slug);
}

int rd_unknown_command(const char *name, int lang)
{
	rd_nearest near = rd_nearest_to(name);
	rd_err err;

	for (const rd_subcommand *const *c = rd_subcommands; *c; c++)
		if (!(*c)->hidden)
			rd_nearest_offer(&near, (*c)->name);
	if (rd_nearest_name(&near))
		rd_fail(&err, RD_USAGE, "没有命令 %.60s；是不是 redink %s？",
		        "no command %.60s; did you mean redink %s?", name, rd_nearest_name(&near));
	else
		rd_fail(&err, RD_USAGE, "没有命令 %.60s；redink help 列出全部命令，检查账套用 redink check",
		        "no command %.60s; redink help lists them all, redink check checks books", name);
	return rd_fail_with(&err, lang);
}

static int run_version(const rd_args *args)
{
	rd_buf out;
	int code;

	rd_buf_init(&out, 256);
	rd_buf_printf(&out, "redink %s\n", RD_VERSION);
	code = rd_print(&out, args->lang);
	rd_buf_done(&out);
	return code;
}

const rd_subcommand rd_subcommand_version = {
	.name = "version",
	.summary = {"显示版本号", "show the version"},
	.about = {"显示 Redink 的版本号。", "Shows the version of Redink."},
	.run = run_version,
};

static int run_command(const rd_subcommand *c, int argc, char **argv)
{
	rd_args args;
	rd_err err;
	int code;

	if (rd_args_parse(&args, c, argc, argv, &err) != RD_OK) {
		code = rd_fail_with(&err, args.lang);
	} else if (args.help) {
		rd_buf out;

		rd_buf_init(&out, (size_t)1 << 20);
		rd_help_command(c, &out, args.lang, rd_terminal_width());
		code = rd_print(&out, args.lang);
		rd_buf_done(&out);
	} else {
		code = c->run(&args);
	}
	rd_arena_free(args.arena);
	return code;
}

int main(int argc, char **argv)
{
	int lang = rd_language(argc, argv);
	const rd_subcommand *c;
	rd_buf out;

	if (argc < 2) {
		rd_buf_init(&out, (size_t)1 << 20);
		rd_help_all(&out, lang);
		fwrite(out.data, 1, out.size, stderr);
		rd_buf_done(&out);
		return RD_EXIT_FAILED;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return run_command(&rd_subcommand_version, 1, argv);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strncmp(argv[1], "--lang", 6) == 0) {
		rd_buf_init(&out, (size_t)1 << 20);
		rd_help_all(&out, lang);
		int code = rd_print(&out, lang);
		rd_buf_done(&out);
		return code;
	}
	c = rd_subcommand_find(argv[1]);
	return c ? run_command(c, argc - 1, argv + 1) : rd_unknown_command(argv[1], lang);
}
