/*
 * golden - runs the golden cases of checks.
 *
 *	golden [--update] DIR...      DIR: tests/checks, one check, or one case
 *
 * A case is a folder: its files are one client's books (all but args.txt and expect.txt). The
 * check is the name of the folder above. args.txt: one option a line: "as-of 2025-12-31",
 * "set check.param=value", "no-guards". Each case runs with 1, 2 and 7 cuts on 1 and 2 threads
 * and must give the same bytes, and so must the books that went through an image. --update writes
 * expect.txt, to be read before it is committed.
 */
#include "book/image.h"
#include "check/run.h"
#include "io/reader.h"
#include "case_files.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int passed, failed;
static bool update;

typedef struct setup {
	rd_arena *arena;
	const char *only[2];
	rd_run_options options;
	rd_setting settings[16];
	const char *paths[CASE_FILES_MAX];
	uint32_t n_paths;
} setup;

static void option(setup *s, char *line)
{
	char *arg = strchr(line, ' ');

	if (arg)
		*arg++ = '\0';
	if (strcmp(line, "no-guards") == 0) {
		s->options.no_guards = true;
	} else if (strcmp(line, "as-of") == 0 && arg) {
		if (rd_day_parse(rd_str_of(arg), RD_ORDER_YMD, false, &s->options.as_of) != RD_DATE_OK)
			exit(2);
	} else if (strcmp(line, "set") == 0 && arg && strchr(arg, '.') && strchr(arg, '=')) {
		char *param = strchr(arg, '.'), *value = strchr(arg, '=');

		*param++ = '\0';
		*value++ = '\0';
		s->settings[s->options.n_settings++] = (rd_setting){arg, param, value};
	} else if (line[0]) {
		fprintf(stderr, "golden: unknown option in args.txt: %s\n", line);
		exit(2);
	}
}

static void prepare(setup *s, const char *dir, const char *slug)
{
	char path[4096];
	rd_buf args;

	s->options = (rd_run_options){.threads = 1,
	                              .as_of = RD_DAY_NONE,
	                              .only = s->only,
	                              .settings = s->settings};
	s->only[0] = slug;
	case_books(s->arena, dir, "args.txt", s->paths, &s->n_paths);
	rd_buf_init(&args, 1 << 20);
	snprintf(path, sizeof path, "%s/args.txt", dir);
	if (case_read(path, &args) && args.size) {
		char *text = rd_arena_copy(s->arena, args.data, args.size);

		for (char *save = NULL, *l = strtok_r(text, "\r\n", &save); l;
		     l = strtok_r(NULL, "\r\n", &save))
			option(s, l);
	}
	rd_buf_done(&args);
}

static void print_finding(const rd_result *r, const rd_finding *f, rd_buf *out)
{
	char name[300], hex[33];
	const rd_check *c = rd_checks[f->check];

	rd_fingerprint_hex(f->fingerprint, hex);
	rd_buf_printf(out, "%s %s %s %.8s", rd_severity_name(f->severity),
	              rd_certainty_words(f->certainty).en,
	              f->kind == RD_KIND_COLLAPSED ? "collapsed" : c->messages[f->kind].name, hex);
	for (uint32_t i = 0; i < f->n_places; i++) {
		const char *file = rd_file_name(r->book, f->places[i].file), *slash = strrchr(file, '/');

		rd_buf_printf(out, " %s:%u", slash ? slash + 1 : file, f->places[i].line);
	}
	rd_buf_puts(out, "\n ");
	if (f->voucher != RD_NONE) {
		rd_voucher_name(r->book, f->voucher, true, name, sizeof name);
		rd_buf_printf(out, " voucher=%s", name);
	}
	if (f->account) {
		rd_account_name(r->book, f->account, name, sizeof name);
		rd_buf_printf(out, " account=%s", name);
	}
	if (f->party) {
		rd_party_name(r->book, f->party, name, sizeof name);
		rd_buf_printf(out, " party=%s", name);
	}
	rd_minor_format(f->at_stake, 2, false, name);
	rd_buf_printf(out, " at_stake=%s weight=%u\n  ", name, f->weight);
	rd_finding_message(r, f, 0, out);
	rd_buf_puts(out, "\n  ");
	rd_finding_message(r, f, 1, out);
	rd_buf_puts(out, "\n");
}

static void print_result(const rd_result *r, const char *slug, rd_buf *out)
{
	for (uint32_t i = 0; i < rd_checks_count; i++) {
		const rd_check_result *c = &r->checks[i];

		if (strcmp(rd_checks[i]->slug, slug) != 0)
			continue;
		if (c->state == RD_CHECK_NOT_RUN)
			rd_buf_printf(out, "not run: %s | %s\n", c->reason.zh, c->reason.en);
		else
			rd_buf_printf(out, "ran, hits %llu%s\n", (unsigned long long)c->hits,
			              c->collapsed ? ", collapsed" : "");
		if (c->remark.zh)
			rd_buf_printf(out, "remark: %s | %s\n", c->remark.zh, c->remark.en);
	}
	for (uint32_t i = 0; i < r->n_findings; i++)
		print_finding(r, &r->findings[i], out);
}

/* The book as another process would have it. */
static rd_rc through_image(rd_book **book, rd_err *err)
{
	size_t size = rd_image_size(*book);
	void *image = rd_column_new(size);
	rd_book *again = NULL;

	rd_image_write(*book, image);
	rd_rc rc = rd_image_open(image, size, &again, err);
	rd_book_free(*book);
	if (rc != RD_OK)
		rd_column_free(image, size);
	*book = again;
	return rc;
}

static void run_once(setup *s, const char *slug, uint32_t cuts, uint32_t threads, bool image,
                     rd_buf *out)
{
	rd_read_options read = {.threads = threads};
	rd_book *book = NULL;
	rd_result *r = NULL;
	rd_err err;

	s->options.cuts = cuts;
	s->options.threads = threads;
	if (rd_read_paths(s->paths, s->n_paths, &read, &book, &err) != RD_OK ||
	    (image && through_image(&book, &err) != RD_OK) ||
	    rd_run_checks(book, &s->options, &r, &err) != RD_OK)
		rd_buf_printf(out, "error %s: %s | %s\n", rd_rc_name(err.code), err.zh, err.en);
	else
		print_result(r, slug, out);
	rd_result_free(r);
	rd_book_free(book);
}

static void show_difference(const char *dir, const rd_buf *want, const rd_buf *got)
{
	printf("FAIL %s\n--- want\n%s--- got\n%s", dir, want->data ? want->data : "",
	       got->data ? got->data : "");
}

static void run_case(const char *dir, const char *slug)
{
	static const uint32_t cuts[] = {1, 2, 7};
	setup s = {.arena = rd_arena_new()};
	char path[4096];
	rd_buf want, got, again;
	bool ok = true;

	rd_buf_init(&want, 16 << 20);
	rd_buf_init(&got, 16 << 20);
	rd_buf_init(&again, 16 << 20);
	prepare(&s, dir, slug);
	run_once(&s, slug, cuts[0], 1, false, &got);
	for (int i = 1; i < 4; i++) {
		bool image = i == 3;

		rd_buf_clear(&again);
		run_once(&s, slug, cuts[i % 3], 2, image, &again);
		if (!rd_str_eq(rd_buf_view(&got), rd_buf_view(&again))) {
			printf("FAIL %s: %u cuts%s give other findings than one\n", dir, cuts[i % 3],
			       image ? " of an image" : "");
			show_difference(dir, &got, &again);
			ok = false;
		}
	}
	snprintf(path, sizeof path, "%s/expect.txt", dir);
	if (update) {
		case_write(path, &got);
	}
	if (!case_read(path, &want) || !rd_str_eq(rd_buf_view(&want), rd_buf_view(&got))) {
		show_difference(dir, &want, &got);
		ok = false;
	}
	if (got.size && strchr(got.data, '{')) {
		printf("FAIL %s: a message names a fact that the finding has not\n%s", dir, got.data);
		ok = false;
	}
	passed += ok;
	failed += !ok;
	rd_buf_done(&want);
	rd_buf_done(&got);
	rd_buf_done(&again);
	rd_arena_free(s.arena);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Walks down until a folder has no sub-folders: that is a case. */
static void walk(const char *dir, const char *parent)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), below = 0;
	const char *slash = strrchr(dir, '/');

	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && is_dir(path)) {
			below++;
			walk(path, slash ? slash + 1 : dir);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	if (below == 0)
		run_case(dir, parent);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char dir[4096], above[4096];

		if (strcmp(argv[i], "--update") == 0) {
			update = true;
			continue;
		}
		snprintf(dir, sizeof dir, "%s", argv[i]);
		while (strlen(dir) > 1 && dir[strlen(dir) - 1] == '/')
			dir[strlen(dir) - 1] = '\0';
		snprintf(above, sizeof above, "%s", dir);
		char *slash = strrchr(above, '/');

		if (slash)
			*slash = '\0';
		slash = strrchr(above, '/');
		walk(dir, slash ? slash + 1 : above);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
