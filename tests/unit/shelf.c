#include "shelf.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CELLS_MAX = 40 };

void shelf_open(shelf *s)
{
	*s = (shelf){.builder = rd_builder_new()};
}

/* Takes the text up to the separator off *rest. */
static rd_str take(const char **rest, char separator)
{
	const char *from = *rest, *to = strchr(from, separator);
	size_t n = to ? (size_t)(to - from) : strlen(from);

	*rest = to ? to + 1 : from + n;
	return (rd_str){from, (uint32_t)n};
}

static uint32_t split(rd_str row, rd_str *cells)
{
	uint32_t n = 1, from = 0;

	for (uint32_t i = 0; i < row.len && n < CELLS_MAX; i++)
		if (row.ptr[i] == '|') {
			cells[n++ - 1] = (rd_str){row.ptr + from, i - from};
			from = i + 1;
		}
	cells[n - 1] = (rd_str){row.ptr + from, row.len - from};
	return n;
}

rd_layout shelf_layout(const shelf *s, const char *fields)
{
	rd_layout l;
	rd_str names[CELLS_MAX];
	uint32_t n = split(rd_str_of(fields), names);

	rd_layout_init(&l);
	l.carry = !s->no_carry;
	l.mark = s->mark ? s->mark : '.';
	l.year = s->year;
	l.n_columns = n;
	for (uint32_t i = 0; i < n; i++) {
		rd_field f = rd_field_find(names[i]);

		if (names[i].len == 0)
			continue;
		UNIT_TRUE(f != RD_FIELD_COUNT);
		if (f != RD_FIELD_COUNT)
			l.column[f] = (int16_t)i;
	}
	return l;
}

static void new_file(shelf *s)
{
	char name[12];
	rd_err err = {0};

	snprintf(name, sizeof name, "%u", s->file + 1);
	UNIT_OK(rd_builder_add_file(s->builder, rd_str_of(name), &s->file, &err), &err);
}

void shelf_journal(shelf *s, const char *fields, const char *rows)
{
	rd_layout l = shelf_layout(s, fields);
	rd_str cells[CELLS_MAX];
	rd_err err = {0};
	uint32_t line = 0;

	new_file(s);
	rd_rows *r = rd_rows_new(s->builder, s->file, &l);

	while (*rows) {
		uint32_t n = split(take(&rows, '\n'), cells);

		rd_rows_add(r, cells, n, ++line);
		if (s->block && line % s->block == 0)
			UNIT_OK(rd_rows_commit(r, &err), &err);
	}
	UNIT_OK(rd_rows_commit(r, &err), &err);
	rd_rows_free(r);
}

void shelf_trial(shelf *s, const char *fields, const char *rows, rd_period period)
{
	rd_layout l = shelf_layout(s, fields);
	rd_str cells[CELLS_MAX];
	uint32_t line = 0;

	new_file(s);
	while (*rows) {
		uint32_t n = split(take(&rows, '\n'), cells);

		rd_builder_add_tb(s->builder, s->file, &l, period, cells, n, ++line);
	}
}

void shelf_chart(shelf *s, const char *fields, const char *rows)
{
	rd_layout l = shelf_layout(s, fields);
	rd_str cells[CELLS_MAX];
	uint32_t line = 0;

	new_file(s);
	while (*rows) {
		uint32_t n = split(take(&rows, '\n'), cells);

		rd_builder_add_account(s->builder, s->file, &l, cells, n, ++line);
	}
}

rd_book *shelf_seal(shelf *s)
{
	rd_seal_options options = {.threads = 1};
	rd_book *book = NULL;
	rd_err err = {0};

	UNIT_OK(rd_builder_seal(s->builder, &options, &book, &err), &err);
	rd_builder_free(s->builder);
	s->builder = NULL;
	return book;
}

rd_book *shelf_book(const char *fields, const char *rows)
{
	shelf s;

	shelf_open(&s);
	shelf_journal(&s, fields, rows);
	return shelf_seal(&s);
}

/* ---- real files ---- */

static void remove_all(const char *dir)
{
	DIR *d = opendir(dir);
	char path[700];

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			remove_all(path);
		else
			unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static void write_file(const char *dir, const shelf_file *f)
{
	char path[700];
	const char *slash = strchr(f->name, '/');

	if (slash) {
		snprintf(path, sizeof path, "%s/%.*s", dir, (int)(slash - f->name), f->name);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof path, "%s/%s", dir, f->name);
	FILE *out = fopen(path, "wb");
	size_t n = f->size ? f->size : strlen(f->data);

	UNIT_TRUE(out != NULL && fwrite(f->data, 1, n, out) == n && fclose(out) == 0);
}

rd_rc shelf_read(const shelf_file *files, uint32_t n, const rd_read_options *options,
                 rd_book **ret_book, rd_err *err)
{
	char dir[] = "/tmp/redink-unit-XXXXXX";
	const char *path = dir;

	UNIT_TRUE(mkdtemp(dir) != NULL);
	for (uint32_t i = 0; i < n; i++)
		write_file(dir, &files[i]);
	rd_rc rc = rd_read_paths(&path, 1, options, ret_book, err);

	remove_all(dir);
	return rc;
}

rd_result *shelf_check(const rd_book *b, const char *slug, bool guards,
                       const rd_check_result **ret_check)
{
	const char *only[] = {slug, NULL};
	rd_run_options o = {.threads = 1, .as_of = RD_DAY_NONE, .only = only, .no_guards = !guards};
	rd_result *r = NULL;
	rd_err err = {0};

	UNIT_OK(rd_run_checks(b, &o, &r, &err), &err);
	for (uint32_t i = 0; r && i < rd_checks_count; i++)
		if (strcmp(rd_checks[i]->slug, slug) == 0)
			*ret_check = &r->checks[i];
	return r;
}
