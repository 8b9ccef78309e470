/*
 * What it finds: lines with more or fewer fields than the head row. Lines that are off by the
 * same number are reported together.
 *
 * Why it matters: a separator inside a text that stands in no quotes shifts everything behind
 * it into the next column: an amount may be read from the wrong place, or not at all.
 *
 * What to do: look at one of the lines. Export again with texts in quotes, or with a separator
 * that no text holds.
 *
 * Known limits: separators inside quotes are no separators. An empty column at the end of the
 * line is noise and belongs to the check file-noise; when nearly every line differs by the
 * same number this is a matter of the export, and is shown as information only.
 *
 * 发现什么:字段数多于或少于表头列数的行。相差数目相同的行合并报告。
 *
 * 为什么要紧:文字中的分隔符没有加引号时,后面的内容会整体错位,金额可能取自错误的列,甚至整行读不进来。
 *
 * 怎么办:先看其中一行;改用带引号的格式,或改用文字中不会出现的分隔符重新导出。
 *
 * 已知局限:引号之内的分隔符不算。行末的空列属于文件杂质(file-noise);几乎每一行都差同样数目的,是导出格式
 * 的问题,只作提示。
 */
#include "check/notes.h"

enum { P_MAJORITY };
static const rd_param params[] = {
	[P_MAJORITY] = {"majority",
                    "%",
                    {"超过该比例的行相差同样列数时，视为导出格式如此",
                     "share of lines with one difference above which it is "
                     "the form of the export"},
                    RD_PARAM_INT,
                    1,
                    100,
                    80,
                    NULL},
	{0},
};

enum { K_MORE, K_FEWER, K_FORM };
static const rd_message messages[] = {
	[K_MORE] =
		{"more",
         {"文件 {file} 有 {count} 行是 {fields} 列，表头只有 {columns} 列（第 {lines} 行）。文字中可能含有分隔符，"
          "请查看原文件并改用带引号的格式重新导出。",
          "{count} line(s) of {file} have {fields} fields, the head has {columns} (lines "
          "{lines}). A text may hold the separator: look at the file and export again with "
          "quotes."}},
	[K_FEWER] =
		{"fewer",
         {"文件 {file} 有 {count} 行只有 {fields} 列，表头有 {columns} 列（第 {lines} 行）。可能缺列或换行断开，"
          "请核对这些行的金额是否取对了列。",
          "{count} line(s) of {file} have {fields} fields only, the head has {columns} "
          "(lines {lines}). Fields may be lost or a line broken in two: see whether amounts "
          "stand in their column."}},
	[K_FORM] =
		{"form",
         {"文件 {file} 几乎每行都是 {fields} 列（共 {count} 行），表头为 {columns} 列：应是导出格式所致，请确认各列没有错位。",
          "Nearly every line of {file} has {fields} fields ({count} lines), the head has "
          "{columns}: the export is made that way. Make sure that no column is shifted."}},
	{0},
};

/* The number of fields that a note tells; it was written by the reader. */
static uint64_t fields_of(rd_str s)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(s.ptr[i] - '0');
	return v;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	const uint64_t majority = (uint64_t)rd_run_param(run, P_MAJORITY);
	rd_note_group *groups;
	uint32_t n = rd_note_groups(a, b, 1u << RD_NOTE_FIELD_COUNT, RD_BY_FOUND, false, &groups);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < n; i++) {
		const rd_note_group *g = &groups[i];
		const rd_file *f = &b->files[g->first->file];
		uint64_t fields = fields_of(rd_book_text(b, g->first->found)), count = g->count;
		bool alone = (i == 0 || groups[i - 1].first->file != g->first->file) &&
		             (i + 1 == n || groups[i + 1].first->file != g->first->file);
		rd_hit hit = rd_hit_at_note(b, g);

		/* Notes that were not kept are of the same sort when there is only one sort. */
		if (alone)
			count += g->more;
		hit.kind = fields > f->columns ? K_MORE : K_FEWER;
		hit.weight = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
		if (rd_run_guards(run) && count * 100 > (f->records + f->rejected) * majority) {
			hit.kind = K_FORM;
			hit.severity = RD_SEV_INFO;
		}
		RD_EMIT(run, &hit, rd_fact_file(b, "file", g->first->file), rd_int("count", (int64_t)count),
		        rd_int("fields", (int64_t)fields), rd_int("columns", f->columns),
		        rd_string("lines", rd_note_lines(a, g)));
	}
	return RD_OK;
}

const rd_check rd_check_field_count_mismatch = {
	.slug = "field-count-mismatch",
	.family = "structure",
	.nature = "数据缺失",
	.title = {"列数与表头不符", "Field count differs from the header"},
	.finds = {"某行的列数多于或少于表头，数值可能错位到别的列。",
              "A line has more or fewer fields than the header, so values may have slipped "
              "into the wrong column."},
	.correction = {"重新导出；文字字段中含分隔符时改用带引号的格式",
                   "Export again; where texts hold the separator, with quotes."},
	.basis = {"法国税务总局 Test-Compta-Demat；通行做法", "DGFiP Test-Compta-Demat; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.params = params,
	.messages = messages,
	.run = run,
};
