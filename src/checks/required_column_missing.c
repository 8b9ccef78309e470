/*
 * What it finds: columns that a layout needs and that the file does not have. The head row is
 * looked for among the first rows; head names are compared with the names that programs use
 * for each field. One finding for each file, with all columns that are missing.
 *
 * Why it matters: whatever rests on such a column cannot be checked, and a check that did not
 * run is easily taken for one that found nothing.
 *
 * What to do: export again with the column. When it is there under another name, say so in a
 * mapping file (--mapping).
 *
 * Known limits: a column that only other layouts have is not asked for, and one of several
 * ways to give an amount (two columns, amount and side, signed amount) is enough.
 *
 * 发现什么:文件中缺少该类账表必须有的列。先在文件前部查找表头行,再把列名与各软件常用的列名对照。每个文件
 * 只报一条,列出所缺的全部列。
 *
 * 为什么要紧:依赖这些列的检查都无法进行,而没有进行的检查容易被误当作没有问题。
 *
 * 怎么办:重新导出并包含该列;列名不同的,在映射文件(--mapping)中指明对应关系。
 *
 * 已知局限:其他格式才有的列不作要求;金额可以是借贷两列、金额加方向或一列带正负号,有一种即可。
 */
#include "base/buf.h"
#include "base/hash.h"
#include "book/builder.h"
#include "check/notes.h"

enum { K_MISSING };
static const rd_message messages[] = {
	[K_MISSING] =
		{"missing",
         {"文件 {file} 缺少 {count} 个必需列：{columns}。请重新导出并包含这些列，或在映射文件中指明对应的列。",
          "File {file} lacks {count} column(s) that it needs: {columns_en}. Export again "
          "with them, or name the columns in a mapping file."}},
	{0},
};

#define NAMES_MAX 400u

/* The field that is called so in Chinese, RD_FIELD_COUNT when there is none. */
static rd_field field_of(rd_str zh)
{
	for (int f = 0; f < RD_FIELD_COUNT; f++)
		if (rd_str_is(zh, rd_field_words((rd_field)f).zh))
			return (rd_field)f;
	return RD_FIELD_COUNT;
}

typedef struct columns { /* what one file lacks */
	rd_buf zh, en;
	uint64_t key; /* in any order of the columns */
	uint32_t n;
	bool vital; /* one of them is more than the summary */
} columns;

static void add(columns *c, rd_str name)
{
	rd_field f = field_of(name);

	rd_buf_puts(&c->zh, c->n ? "、" : "");
	rd_buf_str(&c->zh, name);
	rd_buf_puts(&c->en, c->n ? ", " : "");
	rd_buf_str(&c->en, f == RD_FIELD_COUNT ? name : rd_str_of(rd_field_words(f).en));
	c->key += rd_hash_str(RD_HASH_START, name);
	c->n++;
	c->vital |= f != RD_F_TEXT;
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_arena *a = rd_run_scratch(run);
	rd_note_group *groups;
	uint32_t n = rd_note_groups(a, b, 1u << RD_NOTE_COLUMN_MISSING, RD_BY_FOUND, false, &groups);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < n;) {
		rd_hit hit = rd_hit_at_note(b, &groups[i]);
		rd_row file = groups[i].first->file;
		columns c = {0};

		rd_buf_init(&c.zh, NAMES_MAX);
		rd_buf_init(&c.en, NAMES_MAX);
		for (; i < n && groups[i].first->file == file; i++)
			add(&c, rd_book_text(b, groups[i].first->found));
		hit.key = rd_hash_i64(rd_file_key(b, file), (int64_t)c.key);
		hit.weight = 1;
		hit.severity = c.vital ? RD_SEV_PRESET : RD_SEV_MEDIUM;
		RD_EMIT(run, &hit, rd_fact_file(b, "file", file), rd_int("count", c.n),
		        rd_string("columns", rd_buf_view(&c.zh)),
		        rd_string("columns_en", rd_buf_view(&c.en)));
		rd_buf_done(&c.zh);
		rd_buf_done(&c.en);
	}
	return RD_OK;
}

const rd_check rd_check_required_column_missing = {
	.slug = "required-column-missing",
	.family = "structure",
	.nature = "数据缺失",
	.title = {"必需列缺失", "Required column missing"},
	.finds = {"文件中没有该类账表必需的列，依赖它的内容都无法检查。",
              "A column that the layout needs is not in the file. Nothing that depends on it "
              "can be checked."},
	.correction = {"重新导出并包含该列；或在导入映射中指定对应列",
                   "Export again with the column, or name it in the mapping."},
	.basis = {"FEC：法国税务程序法 A47 A-1 条（18、21 或 22 列）；GB/T 24589.1 记账凭证",
              "FEC: LPF art. A47 A-1 (18, 21 or 22 columns); GB/T 24589.1, vouchers"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_BLOCKER,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_FILES,
	.no_collapse = true,
	.messages = messages,
	.run = run,
};
