/*
 * options.h - what a subcommand understands, as one table. Parsing, --help in both languages,
 * the manual page and the completions of bash, zsh and fish are all derived from it.
 *
 * An option is addressed by its position in the command's table (an enum beside it). Values are
 * checked while parsing (numbers, days, words of a choice), so that a command finds only
 * good ones. Strings point into argv and live as long as the program.
 */
#ifndef RD_CMD_OPTIONS_H
#define RD_CMD_OPTIONS_H
#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"

typedef enum rd_opt_kind {
	RD_OPT_FLAG,
	RD_OPT_TEXT,
	RD_OPT_FILE,
	RD_OPT_NUMBER,
	RD_OPT_CHOICE,
	RD_OPT_DAY,
	RD_OPT_SLUGS,   /* names of checks, joined by commas; may be given several times */
	RD_OPT_SETTING, /* check.param=value; may be given several times */
} rd_opt_kind;

typedef struct rd_opt {
	const char *name; /* "format" for --format */
	char letter;      /* 'f' for -f, 0 = none */
	rd_opt_kind kind;
	const char *arg;     /* what stands for the value in the help: "FORMAT" */
	const char *choices; /* joined by '|'; for CHOICE, and as hints for FILE (--chart) */
	int64_t min, max;
	const char *preset; /* shown in the help; NULL = none */
	rd_words help;
} rd_opt;

typedef enum rd_operand_kind { RD_OPERAND_NONE, RD_OPERAND_FILES, RD_OPERAND_SLUG } rd_operand_kind;

typedef struct rd_example_line {
	const char *line; /* NULL ends the list */
	rd_words help;
} rd_example_line;

typedef struct rd_args rd_args;

typedef struct rd_subcommand {
	const char *name;
	rd_words summary;     /* one line */
	rd_words about;       /* a paragraph or two */
	const char *operands; /* as in the usage line: "PATH…" */
	rd_words operand_help;
	rd_operand_kind operand;
	uint32_t operands_min, operands_max;
	const rd_opt *options;           /* ends with a NULL name; may be NULL */
	const rd_example_line *examples; /* may be NULL */
	bool hidden;
	int (*run)(const rd_args *args);
} rd_subcommand;

typedef struct rd_given {
	int option;
	const char *value;
} rd_given;

struct rd_args {
	const rd_subcommand *command;
	rd_arena *arena; /* lives until the program ends */
	int lang;        /* RD_ZH or RD_EN */
	bool help;
	uint32_t n_given;
	rd_given *given; /* in the order of the command line */
	uint32_t n_operands;
	const char **operands;
};

/* Options that every command has; their numbers are negative. */
enum { RD_O_HELP = -1, RD_O_LANG = -2 };
extern const rd_opt rd_common_options[];

/* Language of messages: --lang anywhere in argv, else LC_ALL, LC_MESSAGES, LANG. */
int rd_language(int argc, char **argv);
RD_NODISCARD rd_rc rd_args_parse(rd_args *args, const rd_subcommand *command, int argc, char **argv,
                                 rd_err *err);
/* Last value of an option, NULL when it was not given. */
const char *rd_args_text(const rd_args *args, int option);
bool rd_args_has(const rd_args *args, int option);
int64_t rd_args_number(const rd_args *args, int option, int64_t otherwise);
rd_day rd_args_day(const rd_args *args, int option); /* RD_DAY_NONE = not given */
/* All slugs of an option, NULL-terminated; NULL when it was not given. */
const char *const *rd_args_slugs(const rd_args *args, int option);
/* Splits "a,b" at commas; blanks around are dropped. */
const char **rd_split_list(rd_arena *arena, const char *text, uint32_t *ret_n);
/* A number of digits only; false when it is none or out of range. */
bool rd_parse_number(const char *text, int64_t min, int64_t max, int64_t *ret);
/* "2025-12-31" */
bool rd_parse_day(const char *text, rd_day *ret);
/* True when `word` is one of the words joined by '|'. */
bool rd_one_of(const char *words, const char *word);
#endif
