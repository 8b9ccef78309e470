/*
 * unit - runs the unit tests.
 *
 *	unit [-v] [WORD...]    only files or tests whose name holds a word; -v names each test
 *	                       and says the figures that were measured
 */
#include "unit.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#ifndef UNIT_FILES /* the list of another program with this runner */
#define UNIT_FILES "files.def"
#endif

#define UNIT_FILE(name) extern const unit_test name##_tests[];
#include UNIT_FILES
#undef UNIT_FILE

static const struct {
	const char *name;
	const unit_test *tests;
} files[] = {
#define UNIT_FILE(name) {#name, name##_tests},
#include UNIT_FILES
#undef UNIT_FILE
};

static uint32_t failures; /* of the test that runs */
static char at_case[400];
static const char *skipped;
static bool verbose;

enum { SHOWN_MAX = 10 }; /* failures of one test that are shown */

static bool complain(const char *file, int line, const char *what)
{
	const char *slash = strrchr(file, '/');

	if (failures++ >= SHOWN_MAX)
		return false;
	printf("  %s:%d: %s", slash ? slash + 1 : file, line, what);
	if (at_case[0])
		printf("   [%s]", at_case);
	printf("\n");
	return true;
}

void unit_true(bool cond, const char *what, const char *file, int line)
{
	if (!cond)
		complain(file, line, what);
}

void unit_int(int64_t got, int64_t want, const char *what, const char *file, int line)
{
	if (got != want && complain(file, line, what))
		printf("      got %" PRId64 ", want %" PRId64 "\n", got, want);
}

void unit_text(rd_str got, rd_str want, const char *what, const char *file, int line)
{
	if (!rd_str_eq(got, want) && complain(file, line, what))
		printf("      got  '" RD_STR_FMT "'\n      want '" RD_STR_FMT "'\n", RD_STR_ARG(got),
		       RD_STR_ARG(want));
}

void unit_case(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(at_case, sizeof at_case, fmt, ap);
	va_end(ap);
}

void unit_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (verbose)
		vprintf(fmt, ap);
	va_end(ap);
}

void unit_skip(const char *why)
{
	skipped = why;
}

/* Splitmix64: S. Vigna's public domain constants. */
uint64_t unit_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t unit_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((unit_random(state) >> 32) * n >> 32);
}

char *unit_read(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rb");
	struct stat st;

	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode)) {
		fclose(f);
		return NULL;
	}
	char *data = calloc((size_t)st.st_size + 1, 1);

	if (data)
		*ret_size = fread(data, 1, (size_t)st.st_size, f);
	fclose(f);
	return data;
}

void unit_free(char *data)
{
	free(data);
}

const char *unit_data(void)
{
	const char *dir = getenv("REDINK_SHARED_DATA");
	struct stat st;

	if (dir == NULL)
		dir = RD_SOURCE_ROOT "/../shared/data";
	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) ? dir : NULL;
}

static bool wanted(const char *file, const char *test, char **words, int n)
{
	for (int i = 0; i < n; i++)
		if (strstr(file, words[i]) || strstr(test, words[i]))
			return true;
	return n == 0;
}

int main(int argc, char **argv)
{
	uint32_t passed = 0, failed = 0;

	verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		for (const unit_test *t = files[i].tests; t->name; t++) {
			if (!wanted(files[i].name, t->name, argv + 1 + verbose, argc - 1 - verbose))
				continue;
			failures = 0;
			at_case[0] = '\0';
			skipped = NULL;
			if (verbose)
				printf("%s: %s\n", files[i].name, t->name);
			fflush(stdout);
			t->run();
			if (failures > SHOWN_MAX)
				printf("  and %u more\n", failures - SHOWN_MAX);
			if (failures)
				printf("FAIL %s: %s\n", files[i].name, t->name);
			if (skipped)
				printf("skipped: %s: %s: %s\n", files[i].name, t->name, skipped);
			passed += failures == 0;
			failed += failures != 0;
		}
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
