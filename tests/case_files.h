/*
 * case_files - the files of a golden case: the books of one client, what goes with them, and
 * expect.txt. A case holds at most CASE_FILES_MAX files of books; more are left out.
 */
#ifndef REDINK_TESTS_CASE_FILES_H
#define REDINK_TESTS_CASE_FILES_H

#include "base/arena.h"
#include "base/buf.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASE_FILES_MAX = 64 };

/* Appends the file to `out`; false when there is none. */
static bool case_read(const char *path, rd_buf *out)
{
	FILE *f = fopen(path, "rb");
	char buf[4096];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		rd_buf_add(out, buf, n);
	fclose(f);
	return true;
}

/* Writes the file anew, for --update; ends the program when that fails. */
static void case_write(const char *path, const rd_buf *text)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(text->data, 1, text->size, f) != text->size || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
}

static int case_by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds the books in `dir` to the n paths, sorted: all files but expect.txt and `beside`. The
 * paths live in the arena. */
static void case_books(rd_arena *a, const char *dir, const char *beside, const char **paths,
                       uint32_t *n)
{
	DIR *d = opendir(dir);
	char path[4096];

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "expect.txt") == 0 ||
		    strcmp(e->d_name, beside) == 0 || *n == CASE_FILES_MAX)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		paths[(*n)++] = rd_arena_copy(a, path, strlen(path));
	}
	if (d)
		closedir(d);
	qsort(paths, *n, sizeof *paths, case_by_name);
}

#endif
