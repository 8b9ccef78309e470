/*
 * The package of an XLSX workbook: which sheets it has, its shared texts and number formats.
 *
 * Sheets that are tables of books become files of their own, named "book.xlsx#Sheet"; the
 * first of them takes the row of the workbook itself. Hidden sheets are left out (they hold
 * old versions and helper tables) unless the mapping names them, and so are sheets that
 * are no table of books; both are noted.
 */
#include "io/xlsx.h"
#include "base/assert.h"
#include "base/limits.h"
#include <stdio.h>

#define SHEETS_MAX  512u
#define STYLES_MAX  (1u << 16) /* a workbook may have 65 490 cell formats */
#define FORMATS_MAX 4096u      /* and some 250 number formats of its own */
#define STRINGS_MAX (1u << 27)

typedef struct link {
	rd_str id, type, target;
	bool external;
} link;

typedef struct links {
	rd_arena *arena;
	link *items;
	uint32_t n, cap;
} links;

typedef struct sheet_ref {
	rd_str name, id;
	bool hidden;
} sheet_ref;

typedef struct format {
	uint32_t id;
	rd_xlsx_style style;
} format;

/* What is being collected; one for the whole workbook. */
typedef struct package {
	rd_xlsx x;
	sheet_ref *sheets;
	uint32_t n_sheets, sheets_cap;
	format *formats;
	uint32_t n_formats, formats_cap, styles_cap;
	bool in_cell_formats;
	uint32_t strings_cap;
	bool in_item, in_phonetic;
	rd_str folder; /* of the workbook part, "xl/" */
} package;

static rd_str keep(rd_arena *a, rd_str s)
{
	return (rd_str){rd_arena_copy(a, s.ptr, s.len), s.len};
}

static uint32_t number_of(rd_str s)
{
	uint32_t v = 0;

	for (uint32_t i = 0; i < s.len && i < 9 && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		v = v * 10 + (uint32_t)(s.ptr[i] - '0');
	return v;
}

static rd_rc parse_part(package *p, int64_t part, const rd_xml_events *events, void *ctx,
                        rd_err *err)
{
	rd_xml_input in = {.name = p->x.source->path, .read = rd_zip_part_read};
	rd_xml_result result;
	rd_zip_part *zp;

	RD_TRY(rd_zip_part_open(p->x.zip, part, &zp, err));
	in.ctx = zp;
	rd_rc rc = rd_xml_parse(&in, events, ctx, &result, err);
	rd_zip_part_close(zp);
	return rc;
}

/* ---- relationships ---- */

static rd_rc link_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	links *l = ctx;

	(void)x;
	if (!rd_str_is(name, "Relationship"))
		return RD_OK;
	if (l->n >= RD_ZIP_ENTRIES_MAX)
		return rd_fail(err, RD_LIMIT, "工作簿的关系超过 %u 条，不予读取",
		               "the workbook has more than %u relationships; it is not read",
		               RD_ZIP_ENTRIES_MAX);
	l->items = rd_grow(l->arena, l->items, l->n, &l->cap, sizeof *l->items);
	l->items[l->n++] = (link){
		.id = keep(l->arena, rd_xml_attr(attrs, "Id")),
		.type = keep(l->arena, rd_xml_attr(attrs, "Type")),
		.target = keep(l->arena, rd_xml_attr(attrs, "Target")),
		.external = rd_str_is(rd_xml_attr(attrs, "TargetMode"), "External"),
	};
	return RD_OK;
}

static const link *link_of_type(const links *l, const char *end)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (rd_str_ends(l->items[i].type, end))
			return &l->items[i];
	return NULL;
}

static rd_rc outside(rd_str target, rd_err *err)
{
	return rd_fail(err, RD_INPUT, "工作簿引用了包外的内容（%.*s），不予读取",
	               "the workbook refers to something outside of its package (%.*s); it is not read",
	               (int)(target.len < 100 ? target.len : 100), target.ptr);
}

/* The part a relationship points to, its ".." resolved; ret_part = -1 when it is missing. */
static rd_rc link_part(const package *p, rd_str folder, const link *l, int64_t *ret_part,
                       rd_str *ret_name, rd_err *err)
{
	char path[1024];
	uint32_t n = 0, i = 0;
	rd_str t = l->target;

	if (l->external)
		return outside(t, err);
	if (t.len > 0 && t.ptr[0] == '/')
		i = 1;
	else if (folder.len < sizeof path)
		memcpy(path, folder.ptr, n = folder.len);
	while (i < t.len) {
		uint32_t end = i;

		while (end < t.len && t.ptr[end] != '/')
			end++;
		rd_str step = {t.ptr + i, end - i};
		if (rd_str_is(step, "..")) {
			if (n == 0)
				return outside(t, err);
			for (n--; n > 0 && path[n - 1] != '/'; n--)
				;
		} else if (step.len > 0 && !rd_str_is(step, ".")) {
			if (n + step.len + 1 >= sizeof path)
				return outside(t, err);
			memcpy(path + n, step.ptr, step.len);
			n += step.len;
			if (end < t.len)
				path[n++] = '/';
		}
		i = end + 1;
	}
	*ret_name = keep(p->x.arena, (rd_str){path, n});
	*ret_part = rd_zip_find(p->x.zip, *ret_name);
	return RD_OK;
}

static rd_rc read_links(package *p, rd_str part_name, links *ret, rd_err *err)
{
	static const rd_xml_events events = {link_start, NULL};
	int64_t part = rd_zip_find(p->x.zip, part_name);

	*ret = (links){.arena = p->x.arena};
	return part < 0 ? RD_OK : parse_part(p, part, &events, ret, err);
}

/* ---- workbook ---- */

static bool is_true(rd_str s)
{
	return rd_str_is(s, "1") || rd_str_is(s, "true") || rd_str_is(s, "on");
}

static rd_rc workbook_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs,
                            rd_err *err)
{
	package *p = ctx;

	(void)x;
	if (rd_str_is(name, "workbookPr"))
		p->x.from_1904 = is_true(rd_xml_attr(attrs, "date1904"));
	if (!rd_str_is(name, "sheet"))
		return RD_OK;
	if (p->n_sheets >= SHEETS_MAX)
		return rd_fail(err, RD_LIMIT, "工作簿的工作表超过 %u 张，不予读取",
		               "the workbook has more than %u sheets; it is not read", SHEETS_MAX);
	sheet_ref ref = {.hidden = rd_str_has(rd_xml_attr(attrs, "state"), "idden")};
	ref.name = keep(p->x.arena, rd_xml_attr(attrs, "name"));
	/* the attribute is r:id; sheetId has another local name */
	ref.id = keep(p->x.arena, rd_xml_attr(attrs, "id"));
	p->sheets = rd_grow(p->x.arena, p->sheets, p->n_sheets, &p->sheets_cap, sizeof *p->sheets);
	p->sheets[p->n_sheets++] = ref;
	return RD_OK;
}

/* ---- number formats ---- */

static rd_rc style_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	package *p = ctx;

	(void)x;
	if (p->n_formats >= FORMATS_MAX || p->x.n_styles >= STYLES_MAX)
		return rd_fail(err, RD_LIMIT, "工作簿的单元格格式超过 %u 种，不予读取",
		               "the workbook has more than %u cell formats; it is not read", STYLES_MAX);
	if (rd_str_is(name, "numFmt")) {
		p->formats =
			rd_grow(p->x.arena, p->formats, p->n_formats, &p->formats_cap, sizeof *p->formats);
		const uint32_t id = number_of(rd_xml_attr(attrs, "numFmtId"));

		p->formats[p->n_formats++] =
			(format){id, rd_xlsx_style_of(id, rd_xml_attr(attrs, "formatCode"))};
	} else if (rd_str_is(name, "cellXfs")) {
		p->in_cell_formats = true;
	} else if (rd_str_is(name, "xf") && p->in_cell_formats) {
		uint32_t id = number_of(rd_xml_attr(attrs, "numFmtId"));
		uint32_t own = 0;

		while (own < p->n_formats && p->formats[own].id != id)
			own++;
		p->x.styles =
			rd_grow(p->x.arena, p->x.styles, p->x.n_styles, &p->styles_cap, sizeof *p->x.styles);
		p->x.styles[p->x.n_styles++] =
			own < p->n_formats ? p->formats[own].style : rd_xlsx_style_of(id, RD_STR(""));
	}
	return RD_OK;
}

static rd_rc style_end(void *ctx, rd_xml *x, rd_str name, rd_str text, rd_err *err)
{
	package *p = ctx;

	(void)x;
	(void)text;
	(void)err;
	if (rd_str_is(name, "cellXfs"))
		p->in_cell_formats = false;
	return RD_OK;
}

/* ---- shared strings ---- */

static rd_rc string_start(void *ctx, rd_xml *x, rd_str name, const char *const *attrs, rd_err *err)
{
	package *p = ctx;

	(void)x;
	(void)attrs;
	(void)err;
	p->in_item |= rd_str_is(name, "si");
	p->in_phonetic |= rd_str_is(name, "rPh");
	return RD_OK;
}

static rd_rc string_end(void *ctx, rd_xml *x, rd_str name, rd_str text, rd_err *err)
{
	package *p = ctx;
	rd_xlsx *b = &p->x;
	uint64_t from = b->n_strings ? b->string_ends[b->n_strings - 1] : 0;

	(void)x;
	if (rd_str_is(name, "rPh")) {
		p->in_phonetic = false;
	} else if (rd_str_is(name, "t") && p->in_item && !p->in_phonetic) {
		/* runs of one text; more than a cell holds is refused with its row */
		if (b->strings.size - from <= RD_CELL_BYTES_MAX)
			rd_buf_str(&b->strings, rd_xlsx_unescape(b->arena, text));
	} else if (rd_str_is(name, "si")) {
		p->in_item = false;
		if (b->strings.full || b->n_strings >= STRINGS_MAX)
			return rd_fail(err, RD_LIMIT, "工作簿的共享文本超过 %llu MiB，不予读取",
			               "the shared texts of the workbook exceed %llu MiB; it is not read",
			               RD_TABLE_BYTES_MAX >> 20);
		b->string_ends = rd_grow(b->arena, b->string_ends, b->n_strings, &p->strings_cap,
		                         sizeof *b->string_ends);
		b->string_ends[b->n_strings++] = b->strings.size;
	}
	return RD_OK;
}

/* ---- the whole ---- */

static rd_rc open_workbook(package *p, links *ret_links, rd_err *err)
{
	static const rd_xml_events workbook_events = {workbook_start, NULL};
	links root;
	int64_t part;
	rd_str name = RD_STR("xl/workbook.xml");

	RD_TRY(read_links(p, RD_STR("_rels/.rels"), &root, err));
	const link *l = link_of_type(&root, "/officeDocument");
	if (l)
		RD_TRY(link_part(p, RD_STR(""), l, &part, &name, err));
	else
		part = rd_zip_find(p->x.zip, name);
	if (part < 0)
		return rd_fail(
			err, RD_INPUT, "压缩包中没有工作簿，不是 XLSX 文件；ZIP 请先解压再读",
			"the package holds no workbook: it is no XLSX; unpack a ZIP before reading it");
	RD_TRY(parse_part(p, part, &workbook_events, p, err));
	uint32_t slash = name.len;
	while (slash > 0 && name.ptr[slash - 1] != '/')
		slash--;
	p->folder = (rd_str){name.ptr, slash};

	char rels[1200];
	int n = snprintf(rels, sizeof rels, "%.*s_rels/%.*s.rels", (int)slash, name.ptr,
	                 (int)(name.len - slash), name.ptr + slash);
	return read_links(p, (rd_str){rels, (uint32_t)n}, ret_links, err);
}

/* A part that a workbook may lack: shared strings, styles. */
static rd_rc read_optional(package *p, const links *l, const char *type, const char *usual,
                           const rd_xml_events *events, rd_err *err)
{
	const link *found = link_of_type(l, type);
	int64_t part;
	rd_str name;

	if (found)
		RD_TRY(link_part(p, p->folder, found, &part, &name, err));
	else
		part = rd_zip_find(p->x.zip, rd_str_of(usual));
	return part < 0 ? RD_OK : parse_part(p, part, events, p, err);
}

static void note_sheet(package *p, rd_str name, const char *zh, const char *en)
{
	rd_builder *b = p->x.source->builder;
	rd_note note = {.file = p->x.source->file, .kind = RD_NOTE_SKIPPED};

	note.found = rd_builder_text(b, name);
	note.hint_zh = rd_builder_text(b, rd_str_of(zh));
	note.hint_en = rd_builder_text(b, rd_str_of(en));
	rd_builder_note(b, &note);
}

/* What goes on while the sheets are read one by one. */
typedef struct progress {
	rd_row file; /* row for the next table: the workbook's own for the first */
	bool taken;  /* that row holds a table already */
	uint32_t n_read, n_tables;
	rd_err why; /* why the first sheet that is nearly a table is none */
} progress;

static rd_rc prepare_file(package *p, progress *g, rd_str name, rd_err *err)
{
	rd_builder *b = p->x.source->builder;
	rd_file of_book = *rd_builder_file(b, p->x.source->file);

	if (g->taken) {
		RD_TRY(rd_builder_add_file(b, name, &g->file, err));
		rd_file *f = rd_builder_file(b, g->file);
		f->bytes = of_book.bytes;
		f->has_sha256 = of_book.has_sha256;
		memcpy(f->sha256, of_book.sha256, sizeof f->sha256);
		g->taken = false;
	}
	rd_text xlsx = rd_builder_text(b, RD_STR("xlsx"));
	rd_text utf8 = rd_builder_text(b, RD_STR("UTF-8"));
	rd_file *f = rd_builder_file(b, g->file);
	f->format = xlsx;
	f->encoding = utf8;
	return RD_OK;
}

/* The part of a sheet; -1 for a sheet that holds a chart. */
static rd_rc sheet_part(const package *p, const links *l, const sheet_ref *ref, int64_t *ret_part,
                        rd_err *err)
{
	const link *target = NULL;
	rd_str name;

	*ret_part = -1;
	for (uint32_t k = 0; k < l->n; k++)
		if (rd_str_eq(l->items[k].id, ref->id))
			target = &l->items[k];
	if (target && rd_str_ends(target->type, "/chartsheet"))
		return RD_OK;
	if (target)
		RD_TRY(link_part(p, p->folder, target, ret_part, &name, err));
	if (*ret_part >= 0)
		return RD_OK;
	return rd_fail(err, RD_INPUT, "工作表“%.*s”不在文件中，文件不完整；请重新导出",
	               "the sheet \"%.*s\" is not in the file: it is incomplete; export it again",
	               (int)(ref->name.len < 80 ? ref->name.len : 80), ref->name.ptr);
}

static rd_rc read_one(package *p, const sheet_ref *ref, int64_t part, progress *g, rd_err *err)
{
	rd_builder *b = p->x.source->builder;
	rd_file_kind kind = RD_FILE_OTHER;
	rd_err why = {.code = RD_OK};
	rd_buf name;

	rd_buf_init(&name, 8192);
	rd_buf_puts(&name, p->x.source->path);
	rd_buf_char(&name, '#');
	rd_buf_str(&name, ref->name);
	rd_rc rc = prepare_file(p, g, rd_buf_view(&name), err);
	if (rc == RD_OK)
		rc = rd_xlsx_sheet(&p->x, part, g->file, name.data, &kind, &why, err);
	if (rc == RD_OK && kind != RD_FILE_OTHER) {
		rd_text full = rd_builder_text(b, rd_buf_view(&name));

		rd_builder_file(b, g->file)->name = full;
		g->taken = true;
		g->n_tables++;
	} else if (rc == RD_OK && why.code != RD_OK) {
		note_sheet(p, ref->name, why.zh, why.en);
		if (g->why.code == RD_OK)
			g->why = why;
	} else if (rc == RD_OK) {
		note_sheet(p, ref->name, "此工作表不是账表，未读取。",
		           "This sheet is no table of books; it was not read.");
	}
	g->n_read++;
	rd_buf_done(&name);
	return rc;
}

static rd_rc read_sheets(package *p, const links *l, rd_err *err)
{
	const rd_mapping *m = p->x.source->mapping;
	rd_str wanted = m ? m->sheet : RD_STR("");
	progress g = {.file = p->x.source->file};

	for (uint32_t i = 0; i < p->n_sheets; i++) {
		const sheet_ref *ref = &p->sheets[i];
		int64_t part;

		if (wanted.len == 0 && ref->hidden)
			note_sheet(
				p, ref->name, "隐藏的工作表不读取；要读取请在映射文件的 sheet 中写明。",
				"A hidden sheet is not read; name it as sheet in a mapping file to read it.");
		if (wanted.len ? !rd_str_eq(wanted, ref->name) : ref->hidden)
			continue;
		RD_TRY(sheet_part(p, l, ref, &part, err));
		if (part >= 0)
			RD_TRY(read_one(p, ref, part, &g, err));
	}
	if (g.n_tables > 0)
		return RD_OK;
	if (wanted.len && g.n_read == 0)
		return rd_fail(err, RD_NOT_FOUND, "工作簿中没有名为“%.*s”的工作表",
		               "the workbook has no sheet named \"%.*s\"",
		               (int)(wanted.len < 80 ? wanted.len : 80), wanted.ptr);
	if (g.why.code != RD_OK) {
		*err = g.why;
		return g.why.code;
	}
	return rd_fail(
		err, RD_INPUT, "%u 张工作表中没有可识别的序时账、余额表或科目表；可用映射文件说明各列",
		"none of %u sheets is a journal, trial balance or chart that is recognised; a mapping file can state the columns",
		g.n_read);
}

static rd_rc read_workbook(package *p, rd_err *err)
{
	static const rd_xml_events style_events = {style_start, style_end};
	static const rd_xml_events string_events = {string_start, string_end};
	links l;

	RD_TRY(rd_zip_open(p->x.source, &p->x.zip, err));
	RD_TRY(open_workbook(p, &l, err));
	RD_TRY(read_optional(p, &l, "/styles", "xl/styles.xml", &style_events, err));
	RD_TRY(read_optional(p, &l, "/sharedStrings", "xl/sharedStrings.xml", &string_events, err));
	return read_sheets(p, &l, err);
}

rd_rc rd_read_xlsx(rd_source *s, rd_err *err)
{
	rd_arena *arena = rd_arena_new();
	package *p = RD_NEW(arena, package);

	p->x.source = s;
	p->x.arena = arena;
	rd_buf_init(&p->x.strings, RD_TABLE_BYTES_MAX);
	rd_rc rc = read_workbook(p, err);
	if (rc != RD_OK)
		rd_err_at(err, s->path, 0);
	rd_zip_close(p->x.zip);
	rd_buf_done(&p->x.strings);
	rd_arena_free(arena);
	return rc;
}
