/* rd_read_paths, rd_read_memory: which files there are, what each is, and the book they make
 * together. */
#include "base/assert.h"
#include "base/digest.h"
#include "base/limits.h"
#include "io/reader.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX  3
#define HEAD_BYTES 65536u

typedef struct item {
	const char *path;
	const rd_read_file *memory; /* its bytes; NULL = on disk */
	bool named;                 /* given by the caller: must be readable */
	bool is_chart;              /* --chart FILE */
	rd_rc rc;                   /* why it was left out, when it was */
	rd_err err;
} item;

typedef struct reading {
	rd_arena *arena;
	const rd_read_options *options;
	item *items;
	uint32_t n, cap;
} reading;

/* ---- which files ---- */

static rd_rc add_item(reading *r, const char *path, bool named, rd_err *err)
{
	if (r->n >= RD_FILES_MAX)
		return rd_fail(err, RD_LIMIT, "文件超过 %u 个", "more than %u files", RD_FILES_MAX);
	r->items = rd_grow(r->arena, r->items, r->n, &r->cap, sizeof *r->items);
	r->items[r->n++] = (item){.path = rd_arena_copy(r->arena, path, strlen(path)), .named = named};
	return RD_OK;
}

/* Files that stand beside books and are never books. */
static bool is_beside(const char *name)
{
	static const char *const patterns[] = {".*",      "~$*",        "redink.yaml", "redink.yml",
	                                       "*.md",    "*.html",     "*.pdf",       "*.png",
	                                       "*.jpg",   "*.yaml",     "*.yml",       "*.json",
	                                       "*.sarif", "*.baseline", NULL};

	for (int i = 0; patterns[i]; i++)
		if (fnmatch(patterns[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static rd_rc add_folder(reading *r, const char *dir, int depth, rd_err *err)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, NULL);
	rd_rc rc = RD_OK;

	if (n < 0) {
		rd_fail_os(err, errno, "打不开文件夹", "cannot open the folder");
		return rd_err_at(err, dir, 0);
	}
	for (int i = 0; i < n; i++) {
		char path[4096];
		struct stat st;

		if (rc == RD_OK && !is_beside(names[i]->d_name) &&
		    snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name) < (int)sizeof path &&
		    stat(path, &st) == 0) {
			if (S_ISREG(st.st_mode))
				rc = add_item(r, path, false, err);
			else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
				rc = add_folder(r, path, depth + 1, err);
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

static int item_cmp(const void *x, const void *y)
{
	const item *a = x, *b = y;

	return strcmp(a->path, b->path);
}

static rd_rc collect(reading *r, const char *const *paths, uint32_t n, rd_err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		struct stat st;

		if (stat(paths[i], &st) != 0) {
			rd_fail_os(err, errno, "找不到", "cannot find it");
			return rd_err_at(err, paths[i], 0);
		}
		if (!S_ISDIR(st.st_mode)) {
			RD_TRY(add_item(r, paths[i], true, err));
			continue;
		}
		uint32_t from = r->n;
		char dir[4096];

		snprintf(dir, sizeof dir, "%s", paths[i]);
		while (strlen(dir) > 1 && dir[strlen(dir) - 1] == '/')
			dir[strlen(dir) - 1] = '\0';
		RD_TRY(add_folder(r, dir, 1, err));
		if (r->n > from)
			qsort(r->items + from, r->n - from, sizeof *r->items, item_cmp);
	}
	if (r->options->chart_path) {
		RD_TRY(add_item(r, r->options->chart_path, true, err));
		r->items[r->n - 1].is_chart = true;
	}
	return RD_OK;
}

/* ---- one file ---- */

static const rd_mapping *mapping_for(const rd_read_options *o, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (uint32_t i = 0; i < o->n_mappings; i++) {
		char pattern[256];
		const rd_mapping *m = &o->mappings[i];

		if (m->files.len == 0 || m->files.len >= sizeof pattern)
			return m->files.len == 0 ? m : NULL;
		memcpy(pattern, m->files.ptr, m->files.len);
		pattern[m->files.len] = '\0';
		if (fnmatch(pattern, name, 0) == 0)
			return m;
	}
	return NULL;
}

static void digest(rd_source *s)
{
	rd_sha256 d;
	size_t size = 1u << 20;
	char *buf = rd_column_new(size);
	rd_file *f = rd_builder_file(s->builder, s->file);
	ssize_t n;

	rd_sha256_init(&d);
	for (off_t at = 0; (n = pread(s->fd, buf, size, at)) > 0; at += n)
		rd_sha256_add(&d, buf, (size_t)n);
	rd_sha256_end(&d, f->sha256);
	f->has_sha256 = n == 0;
	rd_column_free(buf, size);
}

static void digest_memory(rd_source *s)
{
	rd_sha256 d;
	rd_file *f = rd_builder_file(s->builder, s->file);

	rd_sha256_init(&d);
	rd_sha256_add(&d, s->data, s->bytes);
	rd_sha256_end(&d, f->sha256);
	f->has_sha256 = true;
}

static bool looks_xml(const char *p, uint32_t n)
{
	uint32_t i = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	if (n >= 4 && (memcmp(p, "\xFF\xFE<\0", 4) == 0 || memcmp(p, "\xFE\xFF\0<", 4) == 0))
		return true;
	while (i < n && (p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t'))
		i++;
	return i + 1 < n && p[i] == '<' &&
	       (p[i + 1] == '?' || p[i + 1] == '!' || (unsigned char)p[i + 1] >= 0x80 ||
	        (p[i + 1] | 32) >= 'a');
}

static rd_rc dispatch(rd_source *s, rd_err *err)
{
	if (s->bytes == 0)
		return rd_fail(err, RD_INPUT, "文件是空的", "the file is empty");
	if (s->bytes > RD_FILE_BYTES_MAX)
		return rd_fail(err, RD_LIMIT, "文件大于 %llu GB", "the file is larger than %llu GB",
		               (unsigned long long)(RD_FILE_BYTES_MAX >> 30));
	if (s->head_len >= 4 && memcmp(s->head, "PK\3\4", 4) == 0)
		return rd_read_xlsx(s, err);
	if (looks_xml(s->head, s->head_len))
		return rd_read_xml(s, err);
	return rd_read_table(s, err);
}

static rd_rc read_open(rd_source *s, rd_err *err)
{
	char *head = rd_column_new(HEAD_BYTES);
	struct stat st;
	rd_rc rc;

	if (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		rc = rd_fail(err, RD_IO, "不是普通文件", "not a regular file");
	} else {
		ssize_t n = pread(s->fd, head, HEAD_BYTES, 0);

		s->bytes = (uint64_t)st.st_size;
		s->head = head;
		s->head_len = n > 0 ? (uint32_t)n : 0;
		rd_builder_file(s->builder, s->file)->bytes = s->bytes;
		if (s->options->digest)
			digest(s);
		rc = n < 0 ? rd_fail_os(err, errno, "读取失败", "reading failed") : dispatch(s, err);
	}
	rd_column_free(head, HEAD_BYTES);
	return rc;
}

static rd_rc read_memory(rd_source *s, const rd_read_file *m, rd_err *err)
{
	s->fd = -1;
	s->data = s->head = m->data;
	s->bytes = m->bytes;
	s->head_len = m->bytes < HEAD_BYTES ? (uint32_t)m->bytes : HEAD_BYTES;
	rd_builder_file(s->builder, s->file)->bytes = s->bytes;
	if (s->options->digest)
		digest_memory(s);
	rd_rc rc = dispatch(s, err);

	return rc == RD_OK ? rc : rd_err_at(err, m->name, 0);
}

static rd_rc read_item(reading *r, rd_builder *b, const item *it, rd_row *ret_file, rd_err *err)
{
	rd_source s = {.builder = b, .options = r->options, .path = it->path};
	rd_mapping chart = {.kind = RD_FILE_CHART, .order = -1};

	s.mapping = it->is_chart ? &chart : mapping_for(r->options, it->path);
	RD_TRY(rd_builder_add_file(b, rd_str_of(it->path), &s.file, err));
	*ret_file = s.file;
	if (it->memory)
		return read_memory(&s, it->memory, err);
	s.fd = open(it->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s.fd < 0) {
		rd_fail_os(err, errno, "打不开", "cannot open");
		return rd_err_at(err, it->path, 0);
	}
	rd_rc rc = read_open(&s, err);

	close(s.fd);
	if (rc != RD_OK)
		rd_err_at(err, it->path, 0);
	return rc;
}

/* ---- all files ---- */

/* A file of a folder that is no book: said, and passed over. */
static void note_left_out(rd_builder *b, rd_row file, const item *it)
{
	rd_note n = {.file = file,
	             .kind = RD_NOTE_ROW_REJECTED,
	             .line = it->err.line,
	             .found = rd_builder_text(b, RD_STR("file")),
	             .hint_zh = rd_builder_text(b, rd_str_of(it->err.zh)),
	             .hint_en = rd_builder_text(b, rd_str_of(it->err.en))};
	rd_file *f = rd_builder_file(b, file);

	f->kind = RD_FILE_OTHER;
	f->records = 0;
	rd_builder_note(b, &n);
}

static bool touched(rd_builder *b, rd_row file)
{
	uint64_t lines;
	rd_minor d, c;

	rd_builder_sums(b, file, &lines, &d, &c);
	return lines > 0 || rd_builder_file(b, file)->records > 0;
}

/* Reads all items. A file that failed half-way must leave nothing behind: then *ret_again is set
 * and everything is read anew without it. */
static rd_rc read_items(reading *r, rd_builder *b, bool *ret_again, rd_err *err)
{
	for (uint32_t i = 0; i < r->n; i++) {
		item *it = &r->items[i];
		rd_row file = 0;

		if (it->rc != RD_OK) {
			RD_TRY(rd_builder_add_file(b, rd_str_of(it->path), &file, err));
			note_left_out(b, file, it);
			continue;
		}
		rd_err e;
		rd_rc rc = read_item(r, b, it, &file, &e);

		if (rc == RD_OK)
			continue;
		if (it->named || rc != RD_INPUT) {
			*err = e;
			return rc;
		}
		it->rc = rc;
		it->err = e;
		if (touched(b, file)) {
			*ret_again = true;
			return RD_OK;
		}
		note_left_out(b, file, it);
	}
	return RD_OK;
}

static bool holds_books(const rd_book *book)
{
	/* an invoicing file (SAF-T PT) has parties and stated totals and no entries */
	return book->line.n || book->tb.n || book->account.n > 1 || book->party.n > 1 || book->n_totals;
}

/* Files that were recognised and of which no record could be used: the first reason counts. */
static rd_rc nothing_read(const reading *r, const rd_book *book, rd_err *err)
{
	uint64_t rejected = 0;

	for (uint32_t i = 0; i < book->n_files; i++)
		rejected += book->files[i].rejected;
	for (uint32_t i = 0; i < book->n_notes; i++) {
		const rd_note *n = &book->notes[i];

		if (!n->rejected || n->line == 0)
			continue;
		rd_fail(err, RD_INPUT, "%llu 条记录没有一条能读取；第一条：“%s”",
		        "none of %llu records could be read; the first: \"%s\"",
		        (unsigned long long)rejected, rd_book_text(book, n->found).ptr);
		return rd_err_at(err, rd_file_name(book, n->file), n->line);
	}
	for (uint32_t i = 0; i < r->n; i++)
		if (r->items[i].rc != RD_OK) {
			*err = r->items[i].err;
			return r->items[i].rc;
		}
	return r->n ? rd_fail(err, RD_INPUT, "文件中没有任何凭证、余额或科目",
	                      "the files hold no vouchers, balances or accounts")
	            : rd_fail(err, RD_INPUT, "文件夹中没有文件", "the folder holds no files");
}

static rd_rc read_book(reading *r, rd_book **ret_book, rd_err *err)
{
	for (;;) {
		rd_builder *b = rd_builder_new();
		rd_seal_options seal = {r->options->standard, r->options->threads};
		bool again = false;
		rd_rc rc = read_items(r, b, &again, err);

		if (rc == RD_OK && !again)
			rc = rd_builder_seal(b, &seal, ret_book, err);
		if (rc == RD_OK && !again)
			return RD_OK;
		rd_builder_free(b);
		if (rc != RD_OK)
			return rc;
	}
}

/* What was collected, as a book; `rc` is how collecting went. */
static rd_rc read_collected(reading *r, rd_rc rc, rd_book **ret_book, rd_err *err)
{
	rd_book *book = NULL;

	RD_ASSERT(r->options->threads >= 1);
	if (rc == RD_OK)
		rc = read_book(r, &book, err);
	if (rc == RD_OK && !holds_books(book)) {
		rc = nothing_read(r, book, err);
		rd_book_free(book);
	}
	if (rc == RD_OK)
		*ret_book = book;
	rd_arena_free(r->arena);
	return rc;
}

rd_rc rd_read_paths(const char *const *paths, uint32_t n_paths, const rd_read_options *options,
                    rd_book **ret_book, rd_err *err)
{
	reading r = {.arena = rd_arena_new(), .options = options};

	return read_collected(&r, collect(&r, paths, n_paths, err), ret_book, err);
}

rd_rc rd_read_memory(const rd_read_file *files, uint32_t n_files, const rd_read_options *options,
                     rd_book **ret_book, rd_err *err)
{
	reading r = {.arena = rd_arena_new(), .options = options};
	rd_rc rc = RD_OK;

	RD_ASSERT(options->chart_path == NULL);
	for (uint32_t i = 0; i < n_files && rc == RD_OK; i++) {
		rc = add_item(&r, files[i].name, true, err);
		if (rc == RD_OK)
			r.items[r.n - 1].memory = &files[i];
	}
	return read_collected(&r, rc, ret_book, err);
}
