#include "io/place.h"
#include "base/limits.h"
#include "io/encoding.h"
#include "io/reader.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536u

bool rd_place_is_parsed(rd_str head)
{
	return head.len >= 4 && memcmp(head.ptr, "PK\3\4", 4) == 0;
}

static rd_rc no_line(rd_err *err)
{
	return rd_fail(err, RD_NOT_FOUND, "文件没有这一行；文件可能已被替换",
	               "the file has no such line; it may have been replaced");
}

/* ---- text ---- */

static rd_rc read_piece(const rd_place_file *f, char *buf, size_t want, uint64_t at, size_t *ret_n,
                        rd_err *err)
{
	size_t got = 0;

	if (f->data) {
		got = at < f->bytes ? (f->bytes - at < want ? (size_t)(f->bytes - at) : want) : 0;
		if (got)
			memcpy(buf, f->data + at, got);
		*ret_n = got;
		return RD_OK;
	}
	while (got < want) {
		ssize_t k = pread(f->fd, buf + got, want - got, (off_t)(at + got));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return rd_fail_os(err, errno, "读取失败", "reading failed");
		if (k == 0)
			break;
		got += (size_t)k;
	}
	*ret_n = got;
	return RD_OK;
}

typedef struct lines {
	const rd_place_file *file;
	char end;      /* the byte that ends a line */
	uint32_t wide; /* bytes of a character in which `end` stands alone: 1, or 2 for UTF-16 */
	bool big;      /* UTF-16, the high byte first */
	uint64_t at;
} lines;

static bool ends_here(const lines *l, const char *p)
{
	if (l->wide == 1)
		return p[0] == l->end;
	return l->big ? p[0] == 0 && p[1] == l->end : p[0] == l->end && p[1] == 0;
}

/* Moves behind the n-th line end; false at the end of the file. */
static rd_rc skip_lines(lines *l, uint32_t n, bool *ret_there, rd_err *err)
{
	char buf[PIECE];
	size_t got;

	*ret_there = n == 0;
	while (n > 0) {
		RD_TRY(read_piece(l->file, buf, sizeof buf, l->at, &got, err));
		if (got < l->wide)
			return RD_OK;
		for (size_t i = 0; i + l->wide <= got; i += l->wide)
			if (ends_here(l, buf + i) && --n == 0) {
				l->at += i + l->wide;
				*ret_there = true;
				return RD_OK;
			}
		l->at += got - got % l->wide;
	}
	return RD_OK;
}

static rd_rc decode(rd_arena *a, const rd_encoding *e, const char *p, size_t n, rd_str *ret,
                    rd_err *err)
{
	char *text;
	size_t used, cap;
	uint64_t bad;

	while (n && (p[n - 1] == '\r' || p[n - 1] == '\n') && !e->iconv)
		n--;
	if (e->iconv == NULL) {
		char *out = rd_arena_alloc(a, n * 3 + 4, 1);
		rd_str s = {p, (uint32_t)n};
		uint32_t k = 0;

		for (uint32_t at = 0; at < s.len;)
			k += rd_utf8_put(out + k, rd_utf8_next(s, &at));
		*ret = (rd_str){out, k};
		return RD_OK;
	}
	rd_encoding plain = *e;

	plain.bom = 0;
	RD_TRY(rd_encoding_convert(&plain, p, n, &text, &used, &cap, &bad, err));
	while (used && (text[used - 1] == '\r' || text[used - 1] == '\n'))
		used--;
	*ret = (rd_str){rd_arena_copy(a, text, used), (uint32_t)used};
	rd_column_free(text, cap);
	return RD_OK;
}

static rd_rc take_line(rd_arena *a, const rd_encoding *e, lines *l, rd_place_row *row,
                       bool *ret_there, rd_err *err)
{
	char buf[RD_PLACE_LINE_MAX];
	size_t got, n = 0;
	bool there;

	RD_TRY(read_piece(l->file, buf, sizeof buf, l->at, &got, err));
	*ret_there = got >= l->wide;
	if (!*ret_there)
		return RD_OK;
	while (n + l->wide <= got && !ends_here(l, buf + n))
		n += l->wide;
	if (n + l->wide > got && got == sizeof buf) {
		row->cut = true;
		RD_TRY(skip_lines(l, 1, &there, err));
		if (!there)
			l->at = UINT64_MAX / 2; /* the cut line is the last */
	} else {
		l->at += n + l->wide;
	}
	/* a cut may fall inside a character: what is left of it shows as U+FFFD */
	return decode(a, e, buf, n, &row->text, err);
}

static rd_rc read_text(rd_arena *a, const rd_place_file *f, const char *head, size_t n_head,
                       uint32_t line, uint32_t around, rd_place_view *v, rd_err *err)
{
	rd_encoding e = rd_encoding_guess(head, n_head);
	bool wide = e.iconv && strncmp(e.name, "UTF-16", 6) == 0, there;
	uint32_t from = line > around ? line - around : 1;
	lines l = {.file = f,
	           .end = !memchr(head, '\n', n_head) && memchr(head, '\r', n_head) ? '\r' : '\n',
	           .wide = wide ? 2 : 1,
	           .big = wide && strcmp(e.name, "UTF-16BE") == 0,
	           .at = e.bom};

	if (e.binary)
		return rd_fail(err, RD_INPUT, "此文件不是文本，无法显示原文",
		               "the file is no text; its lines cannot be shown");
	v->encoding = e.name;
	RD_TRY(skip_lines(&l, from - 1, &there, err));
	v->rows = RD_NEW_N(a, rd_place_row, 2 * around + 2);
	while (there && from <= line + around) {
		rd_place_row *row = &v->rows[v->n];

		row->line = from++;
		RD_TRY(take_line(a, &e, &l, row, &there, err));
		v->n += there;
	}
	return v->n == 0 || v->rows[v->n - 1].line < line ? no_line(err) : RD_OK;
}

/* ---- workbooks ---- */

typedef struct sheet_rows {
	rd_arena *arena;
	rd_place_view *view;
	uint32_t from, to, cap;
	bool done; /* the first sheet was read */
} sheet_rows;

static void begin(void *ctx, bool excel)
{
	(void)ctx;
	(void)excel;
}

static rd_rc row(void *ctx, const rd_str *cells, uint32_t n, uint32_t line, rd_err *err)
{
	sheet_rows *s = ctx;
	rd_place_view *v = s->view;

	(void)err;
	if (s->done || line < s->from || line > s->to)
		return RD_OK;
	v->rows = rd_grow(s->arena, v->rows, v->n, &s->cap, sizeof *v->rows);
	rd_place_row *r = &v->rows[v->n++];

	*r = (rd_place_row){.line = line, .n_cells = n, .cells = RD_NEW_N(s->arena, rd_str, n + 1)};
	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = cells[i].len > RD_PLACE_LINE_MAX ? RD_PLACE_LINE_MAX : cells[i].len;

		r->cut = r->cut || len < cells[i].len;
		r->cells[i] = (rd_str){rd_arena_copy(s->arena, cells[i].len ? cells[i].ptr : "", len), len};
	}
	return RD_OK;
}

static rd_rc end(void *ctx, bool *ret_taken, rd_err *err)
{
	sheet_rows *s = ctx;

	(void)err;
	s->done = true;
	*ret_taken = true;
	return RD_OK;
}

static rd_rc read_sheet(rd_arena *a, rd_source *s, rd_str sheet, uint32_t line, uint32_t around,
                        rd_place_view *v, rd_err *err)
{
	static const rd_read_options options = {.threads = 1};
	sheet_rows rows = {.arena = a,
	                   .view = v,
	                   .from = line > around ? line - around : 1,
	                   .to = line + around};
	rd_taker taker = {&rows, begin, row, end};
	rd_mapping mapping = {.order = -1, .sheet = sheet};
	bool found = false;

	s->builder = rd_builder_new();
	s->taker = &taker;
	s->options = &options;
	s->mapping = sheet.len ? &mapping : NULL;
	v->cells = true;
	v->encoding = "UTF-8";
	rd_rc rc = rd_builder_add_file(s->builder, rd_str_of(s->path), &s->file, err);

	if (rc == RD_OK)
		rc = rd_read_xlsx(s, err);
	rd_builder_free(s->builder);
	for (uint32_t i = 0; i < v->n; i++)
		found = found || v->rows[i].line == line;
	return rc == RD_OK && !found ? no_line(err) : rc;
}

static rd_rc find_size(const rd_place_file *f, uint64_t *ret_bytes, rd_err *err)
{
	struct stat st;

	*ret_bytes = f->bytes;
	if (f->data)
		return RD_OK;
	if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return rd_fail(err, RD_IO, "不是普通文件", "not a regular file");
	*ret_bytes = (uint64_t)st.st_size;
	return RD_OK;
}

rd_rc rd_place_read(rd_arena *a, const rd_place_file *f, rd_str sheet, uint32_t line,
                    uint32_t around, rd_place_view *ret_view, rd_err *err)
{
	rd_place_view v = {0};
	uint64_t bytes;
	size_t n = 0;

	around = around > RD_PLACE_AROUND_MAX ? RD_PLACE_AROUND_MAX : around;
	if (line == 0 || line > RD_ROWS_MAX)
		return no_line(err);
	RD_TRY(find_size(f, &bytes, err));
	char *head = rd_column_new(PIECE);
	rd_rc rc = read_piece(f, head, PIECE, 0, &n, err);

	if (rc == RD_OK && rd_place_is_parsed((rd_str){head, (uint32_t)n})) {
		rd_source s = {.path = f->name,
		               .fd = f->data ? -1 : f->fd,
		               .data = f->data,
		               .bytes = bytes,
		               .head = head,
		               .head_len = (uint32_t)n};

		rc = read_sheet(a, &s, sheet, line, around, &v, err);
	} else if (rc == RD_OK) {
		rc = read_text(a, f, head, n, line, around, &v, err);
	}
	rd_column_free(head, PIECE);
	if (rc == RD_OK)
		*ret_view = v;
	return rc;
}
