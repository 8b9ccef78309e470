/*
 * config.h - redink.yaml, the decisions about one client's books that stand beside them
 * (docs/configuration.md). What the command line says outranks it. Errors carry line and
 * column of the YAML text; an unknown key is an error that names the nearest known one.
 */
#ifndef RD_CMD_CONFIG_H
#define RD_CMD_CONFIG_H
#include "base/arena.h"
#include "check/run.h"

typedef struct rd_config {
	const char *path; /* NULL = there is none */
	bool has_severity;
	rd_severity severity;
	const char *const *only, *const *skip; /* NULL-terminated; NULL = not stated */
	const char *chart;                     /* small, enterprise or a path, as for --chart */
	const char *mapping;                   /* path; names in the file are relative to its folder */
	const char *baseline;                  /* path */
	uint32_t n_settings;
	rd_setting *settings;
	uint32_t n_suppressions;
	rd_suppression *suppressions;
} rd_config;

#define RD_CONFIG_NAME "redink.yaml"

/* redink.yaml in `path` when that is a folder, else in its folder; NULL when there is none. */
const char *rd_config_beside(rd_arena *arena, const char *path);
RD_NODISCARD rd_rc rd_config_read(rd_arena *arena, const char *path, rd_config *ret, rd_err *err);
#endif
