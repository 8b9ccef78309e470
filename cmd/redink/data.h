/*
 * data.h - what the operator's subcommands share: which store they work on.
 *
 * Their tables of options begin with RD_OPTIONS_OF_DATA; RD_OPTION_FIRM is for those that take one
 * firm of several. What is opened here is closed by the caller.
 */
#ifndef RD_CMD_DATA_H
#define RD_CMD_DATA_H
#include "cmd.h"
#include "store/store.h"

enum { RD_O_DATA, RD_O_FOLDER, RD_O_DATA_END };

/* The same as text, for static tables. */
#define RD_OPTIONS_OF_DATA                                                                         \
	[RD_O_DATA] = {.name = "data",                                                                 \
	               .letter = 'd',                                                                  \
	               .kind = RD_OPT_TEXT,                                                            \
	               .arg = "DIR|URL",                                                               \
	               .preset = "redink-data",                                                        \
	               .help = {"数据文件夹（SQLite），或 postgres://… 地址",                          \
	                        "data folder (SQLite), or a postgres:// address"}},                    \
	[RD_O_FOLDER] = {.name = "folder",                                                             \
	                 .kind = RD_OPT_FILE,                                                          \
	                 .arg = "DIR",                                                                 \
	                 .help = {"密钥和附件的文件夹；用 PostgreSQL 时必须给出",                      \
	                          "folder of keys and files; PostgreSQL needs one"}}
#define RD_OPTION_FIRM                                                                             \
	{                                                                                              \
		.name = "firm", .kind = RD_OPT_NUMBER, .arg = "N", .min = 1, .max = INT64_MAX, .help = {   \
			"只处理这家机构；不给则为全部",                                                        \
			"only this firm; without it: all"                                                      \
		}                                                                                          \
	}
#define RD_OPTION_JSON                                                                             \
	{                                                                                              \
		.name = "json", .kind = RD_OPT_FLAG, .help = { "输出 JSON", "as JSON" }                    \
	}

/* Where the data is, as the options say. The origin of signed notes is the one that the folder has
 * used, else "localhost". */
rd_store_config rd_data_config(const rd_args *args);
/* USAGE when the folder holds no database (what PostgreSQL holds is seen when it is opened). */
RD_NODISCARD rd_rc rd_data_is_there(const rd_store_config *config, rd_err *err);
/* USAGE when there is no store: these commands do not make one by mistake. */
RD_NODISCARD rd_rc rd_data_open(const rd_args *args, rd_store **ret_store, rd_err *err);
/* The same with another origin; NULL = as rd_data_config says. */
RD_NODISCARD rd_rc rd_data_open_as(const rd_args *args, const char *origin, rd_store **ret_store,
                                   rd_err *err);
/* The firm of option `o_firm`, or all that there are; in args->arena. NOT_FOUND for one that is not
 * there. */
RD_NODISCARD rd_rc rd_data_firms(const rd_args *args, rd_store *s, int o_firm,
                                 const int64_t **ret_ids, uint32_t *ret_n, rd_err *err);
#endif
