#include "options.h"
#include "base/assert.h"
#include "nearest.h"
#include "report/report.h"
#include <ctype.h>
#include <stdlib.h>

const rd_opt rd_common_options[] = {
	{"lang",
     0,
     RD_OPT_CHOICE,
     "LANG",
     "zh|en",
     0,
     0,
     NULL,
     {"界面语言：zh 中文，en 英文；不写则看环境变量 LC_ALL、LC_MESSAGES、LANG，都没有或为 C 则为中文",
      "language of messages; without it LC_ALL, LC_MESSAGES and LANG decide, and zh when none is set or it is C"}},
	{"help", 'h', RD_OPT_FLAG, NULL, NULL, 0, 0, NULL, {"显示本帮助", "show this help"}},
	{0},
};

static int common_number(int index)
{
	return rd_common_options[index].kind == RD_OPT_FLAG ? RD_O_HELP : RD_O_LANG;
}

int rd_language(int argc, char **argv)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value = NULL;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			return strcmp(argv[i + 1], "en") == 0 ? RD_EN : RD_ZH;
		if (strncmp(argv[i], "--lang=", 7) == 0)
			return strcmp(argv[i] + 7, "en") == 0 ? RD_EN : RD_ZH;
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0] && (value == NULL || !*value); i++)
		value = getenv(names[i]);
	/* C and POSIX (C.UTF-8 in containers) name no language: then Chinese comes first. */
	bool none = value == NULL || !*value || strcmp(value, "C") == 0 ||
	            strncmp(value, "C.", 2) == 0 || strcmp(value, "POSIX") == 0;

	return none || strncmp(value, "zh", 2) == 0 ? RD_ZH : RD_EN;
}

/* ---- values ---- */

bool rd_parse_number(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	int64_t v = 0;

	if (!*text)
		return false;
	for (const char *p = text; *p; p++) {
		if (!isdigit((unsigned char)*p) || v > (INT64_MAX - (*p - '0')) / 10)
			return false;
		v = v * 10 + (*p - '0');
	}
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}

bool rd_parse_day(const char *text, rd_day *ret)
{
	return strlen(text) >= 8 &&
	       rd_day_parse(rd_str_of(text), RD_ORDER_YMD, false, ret) == RD_DATE_OK;
}

bool rd_one_of(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == '|' || p[n] == '\0') && n > 0)
			return true;
	return false;
}

const char **rd_split_list(rd_arena *arena, const char *text, uint32_t *ret_n)
{
	uint32_t n = 0, max = 1;

	for (const char *p = text; *p; p++)
		max += *p == ',';
	const char **list = RD_NEW_N(arena, const char *, max + 1);

	for (const char *p = text; p;) {
		const char *comma = strchr(p, ',');
		size_t len = comma ? (size_t)(comma - p) : strlen(p);
		rd_str word = rd_str_trim((rd_str){p, (uint32_t)len});

		if (word.len)
			list[n++] = rd_arena_copy(arena, word.ptr, word.len);
		p = comma ? comma + 1 : NULL;
	}
	*ret_n = n;
	return list;
}

static rd_rc check_value(const rd_opt *o, const char *value, rd_err *err)
{
	int64_t number;
	rd_day day;

	switch (o->kind) {
	case RD_OPT_NUMBER:
		if (!rd_parse_number(value, o->min, o->max, &number))
			return rd_fail(err, RD_USAGE, "--%s 要 %lld 到 %lld 之间的整数，而不是“%.60s”",
			               "--%s takes a whole number from %lld to %lld, not \"%.60s\"", o->name,
			               (long long)o->min, (long long)o->max, value);
		return RD_OK;
	case RD_OPT_CHOICE:
		if (!rd_one_of(o->choices, value))
			return rd_fail(err, RD_USAGE, "--%s 可以是 %s，而不是“%.60s”",
			               "--%s takes one of %s, not \"%.60s\"", o->name, o->choices, value);
		return RD_OK;
	case RD_OPT_DAY:
		if (!rd_parse_day(value, &day))
			return rd_fail(err, RD_USAGE, "--%s 要写成 2025-12-31 这样的日期，而不是“%.60s”",
			               "--%s takes a date such as 2025-12-31, not \"%.60s\"", o->name, value);
		return RD_OK;
	default:
		if (!*value)
			return rd_fail(err, RD_USAGE, "--%s 的值是空的", "the value of --%s is empty", o->name);
		return RD_OK;
	}
}

/* ---- parsing ---- */

static const rd_opt *by_number(const rd_subcommand *c, int number)
{
	return number == RD_O_LANG   ? &rd_common_options[0]
	       : number == RD_O_HELP ? &rd_common_options[1]
	                             : &c->options[number];
}

/* The option of a name (n bytes), or of a letter when name is NULL; false when unknown. */
static bool find(const rd_subcommand *c, const char *name, size_t n, char letter, int *ret)
{
	for (int pass = 0; pass < 2; pass++) {
		const rd_opt *list = pass ? rd_common_options : c->options;

		for (int i = 0; list && list[i].name; i++) {
			bool same = name ? strlen(list[i].name) == n && strncmp(list[i].name, name, n) == 0
			                 : list[i].letter == letter && letter;

			if (same) {
				*ret = pass ? common_number(i) : i;
				return true;
			}
		}
	}
	return false;
}

static rd_rc unknown(const rd_subcommand *c, const char *arg, rd_err *err)
{
	char name[64];
	size_t n = strcspn(arg + 2, "=");

	if (strncmp(arg, "--", 2) == 0 && n < sizeof name) {
		memcpy(name, arg + 2, n);
		name[n] = '\0';
		rd_nearest near = rd_nearest_to(name);

		for (const rd_opt *o = c->options; o && o->name; o++)
			rd_nearest_offer(&near, o->name);
		for (const rd_opt *o = rd_common_options; o->name; o++)
			rd_nearest_offer(&near, o->name);
		if (rd_nearest_name(&near))
			return rd_fail(err, RD_USAGE, "没有选项 --%s；是不是 --%s？",
			               "no option --%s; did you mean --%s?", name, rd_nearest_name(&near));
	}
	return rd_fail(err, RD_USAGE, "没有选项 %.60s；redink %s --help 列出全部选项",
	               "no option %.60s; redink %s --help lists them all", arg, c->name);
}

static rd_rc add(rd_args *a, int number, const char *value, rd_err *err)
{
	const rd_opt *o = by_number(a->command, number);

	if (o->kind == RD_OPT_FLAG) {
		a->help |= number == RD_O_HELP;
		value = "";
	} else if (value == NULL) {
		return rd_fail(err, RD_USAGE, "--%s 后面要有值（%s）", "--%s needs a value (%s)", o->name,
		               o->arg);
	} else {
		RD_TRY(check_value(o, value, err));
	}
	a->given[a->n_given++] = (rd_given){number, value};
	return RD_OK;
}

/* --name, --name=value, --name value; *i moves when the next word was taken. */
static rd_rc parse_long(rd_args *a, int argc, char **argv, int *i, rd_err *err)
{
	const char *arg = argv[*i] + 2, *equals = strchr(arg, '=');
	size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
	int number = 0;

	if (!find(a->command, arg, n, 0, &number))
		return unknown(a->command, argv[*i], err);
	const rd_opt *o = by_number(a->command, number);

	if (o->kind == RD_OPT_FLAG && equals)
		return rd_fail(err, RD_USAGE, "--%s 不带值", "--%s takes no value", o->name);
	if (o->kind == RD_OPT_FLAG || equals)
		return add(a, number, equals ? equals + 1 : NULL, err);
	return add(a, number, *i + 1 < argc ? argv[++*i] : NULL, err);
}

/* -q, -qh, -o F, -oF */
static rd_rc parse_short(rd_args *a, int argc, char **argv, int *i, rd_err *err)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		int number = 0;

		if (!find(a->command, NULL, 0, *p, &number))
			return unknown(a->command, argv[*i], err);
		if (by_number(a->command, number)->kind == RD_OPT_FLAG) {
			RD_TRY(add(a, number, NULL, err));
			continue;
		}
		if (p[1])
			return add(a, number, p + 1, err);
		return add(a, number, *i + 1 < argc ? argv[++*i] : NULL, err);
	}
	return RD_OK;
}

static rd_rc check_operands(const rd_args *a, rd_err *err)
{
	const rd_subcommand *c = a->command;

	if (a->help)
		return RD_OK;
	if (a->n_operands < c->operands_min)
		return rd_fail(err, RD_USAGE, "还缺少 %s；用法见 redink %s --help",
		               "%s is missing; see redink %s --help", c->operands, c->name);
	if (a->n_operands > c->operands_max)
		return rd_fail(err, RD_USAGE, "多出了“%.80s”；用法见 redink %s --help",
		               "\"%.80s\" is one too many; see redink %s --help",
		               a->operands[c->operands_max], c->name);
	return RD_OK;
}

rd_rc rd_args_parse(rd_args *a, const rd_subcommand *command, int argc, char **argv, rd_err *err)
{
	bool options = true;

	*a = (rd_args){.command = command, .lang = rd_language(argc, argv), .arena = rd_arena_new()};
	/* A word of argv gives at most one operand, or one option for each of its letters. */
	size_t max = 1;

	for (int i = 1; i < argc; i++)
		max += strlen(argv[i]) + 1;
	a->given = RD_NEW_N(a->arena, rd_given, max);
	a->operands = RD_NEW_N(a->arena, const char *, (size_t)argc + 1);
	for (int i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-' || argv[i][1] == '\0')
			a->operands[a->n_operands++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			options = false;
		else if (argv[i][1] == '-')
			RD_TRY(parse_long(a, argc, argv, &i, err));
		else
			RD_TRY(parse_short(a, argc, argv, &i, err));
	}
	return check_operands(a, err);
}

/* ---- answers ---- */

const char *rd_args_text(const rd_args *a, int option)
{
	for (uint32_t i = a->n_given; i > 0; i--)
		if (a->given[i - 1].option == option)
			return a->given[i - 1].value;
	return NULL;
}

bool rd_args_has(const rd_args *a, int option)
{
	return rd_args_text(a, option) != NULL;
}

int64_t rd_args_number(const rd_args *a, int option, int64_t otherwise)
{
	const char *text = rd_args_text(a, option);
	const rd_opt *o = by_number(a->command, option);
	int64_t v = otherwise;

	if (text) {
		bool good = rd_parse_number(text, o->min, o->max, &v);

		RD_ASSERT(good);
	}
	return v;
}

rd_day rd_args_day(const rd_args *a, int option)
{
	const char *text = rd_args_text(a, option);
	rd_day day = RD_DAY_NONE;

	if (text) {
		bool good = rd_parse_day(text, &day);

		RD_ASSERT(good);
	}
	return day;
}

const char *const *rd_args_slugs(const rd_args *a, int option)
{
	const char **all = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n_given; i++) {
		uint32_t more;
		const char **list;

		if (a->given[i].option != option)
			continue;
		list = rd_split_list(a->arena, a->given[i].value, &more);
		const char **grown = RD_NEW_N(a->arena, const char *, n + more + 1);

		if (n)
			memcpy(grown, all, n * sizeof *grown);
		memcpy(grown + n, list, more * sizeof *grown);
		all = grown;
		n += more;
	}
	return all;
}
