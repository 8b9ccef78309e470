/*
 * cmd.h - the subcommands of redink. Each is one file with one rd_command and a line in main.c.
 */
#ifndef RD_CMD_H
#define RD_CMD_H
#include "options.h"
#include "report/report.h"

enum { RD_EXIT_CLEAN = 0, RD_EXIT_FINDINGS = 1, RD_EXIT_FAILED = 2 };

#ifndef RD_VERSION
#error "RD_VERSION comes from the build (meson.build)"
#endif

extern const rd_command rd_command_check, rd_command_checks, rd_command_explain, rd_command_convert,
	rd_command_config, rd_command_version, rd_command_help, rd_command_doc;
extern const rd_command *const rd_commands[]; /* ends with NULL */
const rd_command *rd_command_find(const char *name);

/* Says on standard error why nothing was done, and answers RD_EXIT_FAILED. */
int rd_fail_with(const rd_err *err, int lang);
/* "no command of that name; did you mean …" on standard error; answers RD_EXIT_FAILED. */
int rd_unknown_command(const char *name, int lang);
/* "no check of that name; did you mean …": fills err and answers RD_USAGE. */
rd_rc rd_unknown_check(const char *slug, rd_err *err);

/* help.c */
void rd_help_all(rd_buf *out, int lang);
void rd_help_command(const rd_command *c, rd_buf *out, int lang, uint32_t width);
/* "-o, --out F" */
void rd_help_option_name(const rd_option *o, rd_buf *out);
/* Writes the buffer to standard output and answers the exit code. */
int rd_print(const rd_buf *out, int lang);
#endif
