/*
 * cmd.h - the subcommands of redink. Each is one file with one rd_subcommand and a line in main.c.
 */
#ifndef RD_CMD_H
#define RD_CMD_H
#include "options.h"
#include "base/buf.h"

enum { RD_EXIT_CLEAN = 0, RD_EXIT_FINDINGS = 1, RD_EXIT_FAILED = 2 };

#ifndef RD_VERSION
#error "RD_VERSION comes from the build (meson.build)"
#endif

extern const rd_subcommand rd_subcommand_check, rd_subcommand_checks, rd_subcommand_explain,
	rd_subcommand_convert, rd_subcommand_config, rd_subcommand_version, rd_subcommand_help,
	rd_subcommand_doc, rd_subcommand_serve, rd_subcommand_user, rd_subcommand_key,
	rd_subcommand_verify, rd_subcommand_backup, rd_subcommand_restore, rd_subcommand_upgrade,
	rd_subcommand_export, rd_subcommand_import_firm, rd_subcommand_rebuild, rd_subcommand_routes,
	rd_subcommand_worker, rd_subcommand_read_books, rd_subcommand_correct, rd_subcommand_case;
extern const rd_subcommand *const rd_subcommands[]; /* ends with NULL */
const rd_subcommand *rd_subcommand_find(const char *name);

/* Says on standard error why nothing was done, and answers RD_EXIT_FAILED. */
int rd_fail_with(const rd_err *err, int lang);
/* "no command of that name; did you mean …" on standard error; answers RD_EXIT_FAILED. */
int rd_unknown_command(const char *name, int lang);
/* "no check of that name; did you mean …": fills err and answers RD_USAGE. */
rd_rc rd_unknown_check(const char *slug, rd_err *err);

/* help.c */
void rd_help_all(rd_buf *out, int lang);
void rd_help_command(const rd_subcommand *c, rd_buf *out, int lang, uint32_t width);
/* "-o, --out F" */
void rd_help_option_name(const rd_opt *o, rd_buf *out);
/* Writes the buffer to standard output and answers the exit code. */
int rd_print(const rd_buf *out, int lang);
#endif
