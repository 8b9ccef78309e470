/*
 * One sheet: cells to rows.
 *
 * Merged ranges stand behind the rows in the file, so the part is unpacked twice: once to see
 * whether it is whole (checksum, size) and has merged ranges at all, once to read the rows.
 * Cells are placed by their reference, but nothing is ever allocated by it: a row has at
 * most RD_COLUMNS_MAX cells, and rows that are not in the file cost nothing.
 */
#include "base/assert.h"
#include "base/limits.h"
#include "io/xlsx.h"
#include <stdlib.h>

#define SHEET_ROWS    1048576u
#define SHEET_COLUMNS 16384u
#define MERGES_MAX    (1u << 20)
#define TITLE_COLUMNS 5u /* a range from column A this wide is a title, not a head */

typedef struct merge {
	uint32_t row1, row2, col1, col2; /* 0-based columns, 1-based rows */
} merge;

/* A value that goes down from a merged range into the rows below it. */
typedef struct hanging {
	uint32_t until;
	rd_str value;
} hanging;

typedef struct cell {
	const char *ptr; /* shared string or hanging value; NULL = in the row's text */
	uint32_t at, len;
} cell;

typedef struct sheet {
	rd_xlsx *x;
	const char *name; /* for messages */
	rd_sheet *table;
	rd_row file;
	rd_arena *arena;     /* merges and hanging values */
	rd_arena *row_arena; /* what is needed for one row only */
	merge *merges;
	uint32_t n_merges, merges_cap, next_merge;
	uint32_t row, col; /* current; col 1-based, the last one seen */
	uint32_t n_cells;
	bool in_row, in_cell, in_string, in_phonetic, too_long;
	uint32_t noted_wide; /* row where a cell beyond RD_COLUMNS_MAX was noted */
	char type;           /* 's' shared, 'i' inline, 'b', 'e', 't' text, 'd' date, 'n' */
	uint32_t style;
	bool has_value;
	uint64_t delivered; /* bytes of all rows, repeated values counted each time */
	rd_buf text;        /* texts of this row */
	rd_buf inline_text;
	rd_str formula;
	cell cells[RD_COLUMNS_MAX];
	hanging hang[RD_COLUMNS_MAX];
	uint32_t n_hang;
	rd_str out[RD_COLUMNS_MAX];
} sheet;

/* ---- references ---- */

/* "BC23" to column 55 and row 23; false when it is no reference. row may be absent. */
static bool ref_parse(rd_str s, uint32_t *ret_col, uint32_t *ret_row)
{
	uint32_t i = 0, col = 0, row = 0;

	for (; i < s.len && i < 4; i++) {
		char c = (char)(s.ptr[i] & ~0x20);

		if (c < 'A' || c > 'Z')
			break;
		col = col * 26 + (uint32_t)(c - 'A') + 1;
	}
	if (i == 0 || col > SHEET_COLUMNS || i == s.len)
		return false;
	for (; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		row = row * 10 + (uint32_t)(s.ptr[i] - '0');
		if (row > SHEET_ROWS)
			return false;
	}
	*ret_col = col;
	*ret_row = row;
	return row > 0;
}

static bool number_parse(rd_str s, uint32_t max, uint32_t *ret)
{
	uint32_t v = 0;

	if (s.len == 0)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(s.ptr[i] - '0');
		if (v > max)
			return false;
	}
	*ret = v;
	return true;
}

static rd_rc bad_ref(rd_str ref, rd_err *err)
{
	return rd_fail(
		err, RD_INPUT, "单元格位置“%.*s”不合规则或超出工作表；请由软件重新导出",
		"the cell reference \"%.*s\" is malformed or outside of a sheet; export the file again",
		(int)(ref.len < 40 ? ref.len : 40), ref.ptr);
}

/* ---- merged ranges ---- */

static rd_rc merge_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	sheet *s = ctx;
	merge m;

	(void)x;
	if (!rd_str_is(name, "mergeCell"))
		return RD_OK;
	rd_str ref = rd_xml_attr(attrs, "ref");
	int64_t colon = rd_str_find(ref, ":");
	if (colon < 0)
		return RD_OK; /* one cell: nothing to repeat */
	rd_str a = {ref.ptr, (uint32_t)colon};
	rd_str b = {ref.ptr + colon + 1, ref.len - (uint32_t)colon - 1};
	if (!ref_parse(a, &m.col1, &m.row1) || !ref_parse(b, &m.col2, &m.row2) || m.col1 > m.col2 ||
	    m.row1 > m.row2)
		return bad_ref(ref, err);
	if (s->n_merges >= MERGES_MAX)
		return rd_fail(err, RD_LIMIT, "工作表的合并单元格超过 %u 处，不予读取",
		               "the sheet has more than %u merged ranges; it is not read", MERGES_MAX);
	m.col1--;
	m.col2--;
	if (m.col1 >= RD_COLUMNS_MAX)
		return RD_OK;
	if (m.col2 >= RD_COLUMNS_MAX)
		m.col2 = RD_COLUMNS_MAX - 1;
	s->merges = rd_grow(s->arena, s->merges, s->n_merges, &s->merges_cap, sizeof *s->merges);
	s->merges[s->n_merges++] = m;
	return RD_OK;
}

static int merge_cmp(const void *a, const void *b)
{
	const merge *p = a, *q = b;

	if (p->row1 != q->row1)
		return p->row1 < q->row1 ? -1 : 1;
	return p->col1 < q->col1 ? -1 : p->col1 > q->col1;
}

/* Unpacks the whole part once. *ret_merges: the word "mergeCell" (or UTF-16) is in it. */
static rd_rc survey(sheet *s, int64_t part, bool *ret_merges, rd_err *err)
{
	enum { KEEP = 16, SIZE = 64 << 10 };
	char *buf = rd_arena_alloc(s->arena, KEEP + SIZE, 64);
	rd_zip_part *p;
	uint32_t got = 1, kept = 0;
	bool found = false, first = true;

	RD_TRY(rd_zip_part_open(s->x->zip, part, &p, err));
	while (got > 0) {
		rd_rc rc = rd_zip_part_read(p, buf + kept, SIZE, &got, err);

		if (rc != RD_OK) {
			rd_zip_part_close(p);
			return rc;
		}
		uint32_t have = kept + got;
		if (first && have >= 2)
			found = buf[0] == '\0' || buf[1] == '\0' || (unsigned char)buf[0] >= 0xFE;
		first = false;
		found = found || memmem(buf, have, "mergeCell", 9) != NULL;
		kept = have < KEEP ? have : KEEP;
		memmove(buf, buf + have - kept, kept);
	}
	rd_zip_part_close(p);
	*ret_merges = found;
	return RD_OK;
}

static rd_rc parse_part(sheet *s, int64_t part, const rd_xml_events *events, rd_err *err)
{
	rd_xml_input in = {.name = s->name, .read = rd_zip_part_read};
	rd_xml_result result;
	rd_zip_part *p;

	RD_TRY(rd_zip_part_open(s->x->zip, part, &p, err));
	in.ctx = p;
	rd_rc rc = rd_xml_parse(&in, events, s, &result, err);
	rd_zip_part_close(p);
	return rc;
}

/* ---- cells ---- */

/* The current cell, empty; NULL where the table has no more columns. */
static cell *place(sheet *s, rd_str v)
{
	uint32_t c = s->col - 1;

	if (c >= RD_COLUMNS_MAX) {
		if (s->noted_wide == 0)
			rd_builder_note_at(s->x->source->builder, s->file, s->row, RD_NOTE_TRAILING_COLUMN,
			                   false, v);
		s->noted_wide = s->row;
		return NULL;
	}
	if (c >= s->n_cells) {
		memset(s->cells + s->n_cells, 0, (c + 1 - s->n_cells) * sizeof s->cells[0]);
		s->n_cells = c + 1;
	}
	return &s->cells[c];
}

static void put(sheet *s, rd_str v)
{
	cell *c = v.len ? place(s, v) : NULL;

	if (c) {
		*c = (cell){NULL, (uint32_t)s->text.size, v.len};
		rd_buf_str(&s->text, v);
	}
}

static rd_rc put_shared(sheet *s, rd_str index, rd_err *err)
{
	const rd_xlsx *x = s->x;
	uint32_t i;

	if (!number_parse(rd_str_trim(index), UINT32_MAX / 16, &i) || i >= x->n_strings)
		return rd_fail(
			err, RD_INPUT, "单元格引用的共享文本 %.*s 不存在，文件已损坏；请重新导出",
			"a cell refers to shared text %.*s, which is not there: the file is damaged; export it again",
			(int)(index.len < 20 ? index.len : 20), index.ptr);
	uint64_t from = i ? x->string_ends[i - 1] : 0;
	rd_str v = {x->strings.data ? x->strings.data + from : "",
	            (uint32_t)(x->string_ends[i] - from)};
	if (v.len > RD_CELL_BYTES_MAX - 4) /* it reached the limit of a text and may be cut */
		s->too_long = true;
	cell *c = v.len ? place(s, v) : NULL;
	if (c)
		*c = (cell){v.ptr, 0, v.len};
	return RD_OK;
}

static rd_rc put_value(sheet *s, rd_str v, rd_err *err)
{
	char out[RD_XLSX_NUMBER_TEXT];
	rd_xlsx_style style = {RD_XLSX_PLAIN, 0};

	s->has_value = true;
	switch (s->type) {
	case 's': return put_shared(s, v, err);
	case 'b': put(s, rd_str_is(v, "0") ? RD_STR("FALSE") : RD_STR("TRUE")); return RD_OK;
	case 'n':
		if (s->style < s->x->n_styles)
			style = s->x->styles[s->style];
		put(s, rd_xlsx_number(v, style, s->x->from_1904, out));
		return RD_OK;
	default: /* text, error values and ISO dates stand as they are */
		put(s, rd_xlsx_unescape(s->row_arena, v));
		return RD_OK;
	}
}

static rd_rc cell_start(sheet *s, const char *const *attrs, rd_err *err)
{
	rd_str ref = rd_xml_attr(attrs, "r"), type = rd_xml_attr(attrs, "t");
	bool has_ref = false;
	uint32_t row = s->row;

	for (const char *const *a = attrs; *a; a += 2)
		has_ref |= strcmp(a[0], "r") == 0;
	if (has_ref) {
		if (!ref_parse(ref, &s->col, &row) || row != s->row)
			return bad_ref(ref, err);
	} else if (++s->col > SHEET_COLUMNS) {
		return bad_ref(ref, err);
	}
	s->in_cell = true;
	s->has_value = false;
	s->formula = RD_STR("");
	rd_buf_clear(&s->inline_text);
	s->type = 'n';
	if (rd_str_is(type, "s"))
		s->type = 's';
	else if (rd_str_is(type, "inlineStr"))
		s->type = 'i';
	else if (type.len && !rd_str_is(type, "n"))
		s->type = type.len == 1 ? type.ptr[0] : 't';
	if (!number_parse(rd_xml_attr(attrs, "s"), UINT32_MAX / 16, &s->style))
		s->style = 0;
	return RD_OK;
}

static void cell_end(sheet *s)
{
	s->in_cell = false;
	if (s->inline_text.full)
		s->too_long = true;
	if (s->type == 'i')
		put(s, rd_xlsx_unescape(s->row_arena, rd_buf_view(&s->inline_text)));
	else if (!s->has_value && s->formula.len > 0)
		put(s, s->formula); /* never calculated: seen and refused where a number is needed */
}

/* ---- rows ---- */

static rd_str cell_value(const sheet *s, uint32_t c)
{
	if (c >= s->n_cells)
		return RD_STR("");
	const cell *v = &s->cells[c];
	return (rd_str){v->ptr ? v->ptr : s->text.data ? s->text.data + v->at : "", v->len};
}

/* A value from a merged range, into a cell that is empty itself. */
static void fill(sheet *s, uint32_t c, rd_str v)
{
	if (cell_value(s, c).len > 0 || v.len == 0)
		return;
	if (c >= s->n_cells) {
		memset(s->cells + s->n_cells, 0, (c + 1 - s->n_cells) * sizeof s->cells[0]);
		s->n_cells = c + 1;
	}
	s->cells[c] = (cell){v.ptr, 0, v.len};
}

static void apply_merges(sheet *s)
{
	for (uint32_t c = 0; c < s->n_hang; c++)
		if (s->hang[c].until >= s->row)
			fill(s, c, s->hang[c].value);
	for (; s->next_merge < s->n_merges; s->next_merge++) {
		const merge *m = &s->merges[s->next_merge];
		bool head = m->row1 <= RD_HEAD_ROWS_MAX;
		bool title = m->col1 == 0 && m->col2 + 1 >= TITLE_COLUMNS;

		if (m->row1 > s->row)
			return;
		rd_str v = cell_value(s, m->col1);
		bool again = s->next_merge > 0 && merge_cmp(m - 1, m) == 0;

		if (m->row1 < s->row || title || again || v.len == 0)
			continue;
		if (s->cells[m->col1].ptr == NULL) /* the row's text goes away with the row */
			v.ptr = rd_arena_copy(s->arena, v.ptr, v.len);
		for (uint32_t c = m->col1; c <= (head ? m->col2 : m->col1); c++) {
			fill(s, c, v);
			if (m->row2 > s->row) {
				s->hang[c] = (hanging){m->row2, v};
				s->n_hang = c + 1 > s->n_hang ? c + 1 : s->n_hang;
			}
		}
	}
}

static rd_rc row_start(sheet *s, const char *const *attrs, rd_err *err)
{
	rd_str r = rd_xml_attr(attrs, "r");
	uint32_t row = s->row + 1;

	if (r.len && !number_parse(r, SHEET_ROWS, &row))
		return bad_ref(r, err);
	if (row <= s->row || row > SHEET_ROWS)
		return rd_fail(
			err, RD_INPUT, "工作表的行号 %u 重复或乱序，文件已损坏；请重新导出",
			"row %u of the sheet is doubled or out of order: the file is damaged; export it again",
			row);
	s->row = row;
	s->col = 0;
	s->n_cells = 0;
	s->in_row = true;
	s->too_long = false;
	rd_buf_clear(&s->text);
	rd_arena_reset(s->row_arena);
	return RD_OK;
}

/* A shared or merged value costs the file a few bytes each time, the reader its length. */
static rd_rc row_end(sheet *s, rd_err *err)
{
	uint32_t n = 0;
	uint64_t bytes = 0;

	s->in_row = false;
	if (!s->text.full && !s->too_long)
		apply_merges(s);
	for (uint32_t c = 0; c < s->n_cells; c++) {
		s->out[c] = cell_value(s, c);
		bytes += s->out[c].len;
		if (s->out[c].len > 0)
			n = c + 1;
	}
	if (s->text.full || s->too_long || bytes > RD_RECORD_BYTES_MAX) {
		rd_builder_note_at(s->x->source->builder, s->file, s->row, RD_NOTE_CELL_LONG, true,
		                   RD_STR(""));
		return RD_OK;
	}
	s->delivered += bytes;
	if (s->delivered > RD_ZIP_PART_MAX)
		return rd_fail(err, RD_LIMIT, "工作表的文本总量超过 %llu MiB，不予读取",
		               "the sheet holds more than %llu MiB of text; it is not read",
		               (unsigned long long)(RD_ZIP_PART_MAX >> 20));
	if (n > 0)
		rd_sheet_row(s->table, s->out, n, s->row);
	return RD_OK;
}

static rd_rc on_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	sheet *s = ctx;

	(void)x;
	if (rd_str_is(name, "row") && !s->in_row)
		return row_start(s, attrs, err);
	if (rd_str_is(name, "c") && s->in_row && !s->in_cell)
		return cell_start(s, attrs, err);
	if (rd_str_is(name, "is") && s->in_cell)
		s->in_string = true;
	if (rd_str_is(name, "rPh"))
		s->in_phonetic = true;
	return RD_OK;
}

static rd_rc on_end(void *ctx, rd_xml *x, rd_str name, rd_str text, rd_err *err)
{
	sheet *s = ctx;

	if (!s->in_row)
		return RD_OK;
	if (s->in_cell && rd_xml_text_cut(x))
		s->too_long = true;
	if (rd_str_is(name, "v") && s->in_cell)
		return put_value(s, text, err);
	if (rd_str_is(name, "t") && s->in_string && !s->in_phonetic)
		rd_buf_str(&s->inline_text, text);
	else if (rd_str_is(name, "f") && s->in_cell && text.len > 0) {
		char *f = rd_arena_alloc(s->row_arena, text.len + 1, 1);

		f[0] = '=';
		memcpy(f + 1, text.ptr, text.len);
		s->formula = (rd_str){f, text.len + 1};
	} else if (rd_str_is(name, "is"))
		s->in_string = false;
	else if (rd_str_is(name, "rPh"))
		s->in_phonetic = false;
	else if (rd_str_is(name, "c"))
		cell_end(s);
	else if (rd_str_is(name, "row"))
		return row_end(s, err);
	return RD_OK;
}

static rd_rc read_sheet(sheet *s, int64_t part, rd_file_kind *ret_kind, rd_err *err)
{
	static const rd_xml_events merge_events = {merge_start, NULL};
	static const rd_xml_events events = {on_start, on_end};
	bool has_merges;

	RD_TRY(survey(s, part, &has_merges, err));
	if (has_merges) {
		RD_TRY(parse_part(s, part, &merge_events, err));
		if (s->n_merges)
			qsort(s->merges, s->n_merges, sizeof *s->merges, merge_cmp);
	}
	s->table = rd_sheet_new(s->x->source, s->file, !s->x->from_1904);
	RD_TRY(parse_part(s, part, &events, err));
	rd_rc rc = rd_sheet_end(s->table, ret_kind, err);
	if (rc != RD_INPUT)
		return rc;
	*ret_kind = RD_FILE_OTHER; /* nearly a table: why it is none is in *err */
	return RD_OK;
}

rd_rc rd_xlsx_sheet(rd_xlsx *x, int64_t part, rd_row file, const char *name, rd_file_kind *ret_kind,
                    rd_err *ret_why, rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	sheet *s = RD_NEW(arena, sheet);

	s->x = x;
	s->name = name;
	s->file = file;
	s->arena = arena;
	s->row_arena = rd_arena_new();
	rd_buf_init(&s->text, RD_RECORD_BYTES_MAX);
	rd_buf_init(&s->inline_text, RD_CELL_BYTES_MAX);
	ret_why->code = RD_OK;
	rd_rc rc = read_sheet(s, part, ret_kind, ret_why);
	if (ret_why->code != RD_OK)
		rd_err_at(ret_why, name, 0);
	if (rc != RD_OK)
		*err = *ret_why;
	rd_sheet_free(s->table);
	rd_buf_done(&s->text);
	rd_buf_done(&s->inline_text);
	rd_arena_free(s->row_arena);
	rd_arena_free(arena);
	return rc;
}
