/*
 * What it finds: amount cells that are no number, or whose number would have to be guessed: the
 * other decimal mark than the rest of the column, thousands marks at odd places, exponents,
 * #REF!, letters, more digits than an amount can have. Reported by column and kind.
 *
 * Why it matters: a line without a usable amount is left out of the books under check, and a
 * guess of 1.234 for 1,234 is wrong by a factor of a thousand.
 *
 * What to do: write all amounts of the column in one way and export again.
 *
 * Known limits: the decimal mark is decided once for each column by what nearly all its cells
 * agree on. "-" alone means nil; currency signs and full-width digits are read.
 *
 * 发现什么:不是数字,或者要靠猜测才能读的金额:小数点与整列不一致、千分位位置不对、科学计数、#REF!、夹有文字、
 * 位数过多。按列和种类合并报告。
 *
 * 为什么要紧:金额读不出的分录不会进入被查的账;把 1.234 当成 1,234 就差了一千倍。
 *
 * 怎么办:统一该列的数字格式后重新导出。
 *
 * 已知局限:小数点按整列绝大多数单元格的写法判断一次。单独的「-」表示零;货币符号和全角数字可以读。
 */
#include "base/hash.h"
#include "check/notes.h"

enum { K_MARK, K_GROUPING, K_EXPONENT, K_OVERFLOW, K_FORMULA, K_LETTERS, KINDS };
static const rd_message messages[] = {
	[K_MARK] =
		{"other-mark",
         {"文件 {file}「{column}」列有 {count} 个金额的小数点与整列写法不同，例如「{found}」（第 {lines} 行）。"
          "请统一数字格式后重新导出。",
          "{count} amount(s) in column {column} of {file} use another decimal mark than the "
          "rest, such as \"{found}\" (lines {lines}). Write all of them in one way and "
          "export again."}},
	[K_GROUPING] =
		{"grouping",
         {"文件 {file}「{column}」列有 {count} 个金额的千分位位置不对，例如「{found}」（第 {lines} 行）。请核对原数后重新导出。",
          "Thousands marks stand at odd places in {count} amount(s) of column {column} of "
          "{file}, such as \"{found}\" (lines {lines}). Compare with the documents and "
          "export again."}},
	[K_EXPONENT] =
		{"exponent",
         {"文件 {file}「{column}」列有 {count} 个金额是科学计数或非数值，例如「{found}」（第 {lines} 行）。"
          "请把该列设为数值格式后重新导出。",
          "{count} amount(s) in column {column} of {file} are written with an exponent or as "
          "no number, such as \"{found}\" (lines {lines}). Format the column as numbers and "
          "export again."}},
	[K_OVERFLOW] =
		{"too-large",
         {"文件 {file}「{column}」列有 {count} 个金额位数过多，例如「{found}」（第 {lines} 行）。可能把编号填进了金额栏。",
          "{count} amount(s) in column {column} of {file} have more digits than an amount "
          "can have, such as \"{found}\" (lines {lines}). A number of a document may stand "
          "in the amount column."}},
	[K_FORMULA] =
		{"formula-error",
         {"文件 {file}「{column}」列有 {count} 个金额是公式错误值，例如「{found}」（第 {lines} 行）。请在表格中改正公式后重新导出。",
          "{count} amount(s) in column {column} of {file} are spreadsheet errors, such as "
          "\"{found}\" (lines {lines}). Put the formulas right and export again."}},
	[K_LETTERS] =
		{"letters",
         {"文件 {file}「{column}」列有 {count} 个金额不是数字，例如「{found}」（第 {lines} 行）。请核对原始凭证后更正并重新导出。",
          "{count} amount(s) in column {column} of {file} are no numbers, such as "
          "\"{found}\" (lines {lines}). Compare with the documents, correct them and export "
          "again."}},
	{0},
};

/* Why a text is no amount. The mark of the column is not known here, but a text that can be read
 * under either mark was refused for its mark. */
static uint8_t kind_of(rd_str s)
{
	rd_minor v;
	rd_amount_read point = rd_minor_parse(s, '.', 2, &v), comma = rd_minor_parse(s, ',', 2, &v);

	if (point == RD_AMOUNT_OK || point == RD_AMOUNT_DECIMALS || comma == RD_AMOUNT_OK ||
	    comma == RD_AMOUNT_DECIMALS)
		return K_MARK;
	if (s.len && s.ptr[0] == '#')
		return K_FORMULA;
	if (point == RD_AMOUNT_OVERFLOW || comma == RD_AMOUNT_OVERFLOW)
		return K_OVERFLOW;
	if (point == RD_AMOUNT_EXPONENT || comma == RD_AMOUNT_EXPONENT)
		return K_EXPONENT;
	if (point == RD_AMOUNT_GROUPING || comma == RD_AMOUNT_GROUPING || point == RD_AMOUNT_MARK)
		return K_GROUPING;
	return K_LETTERS;
}

/* Groups by value become groups by kind; the answer is indexed by kind. */
static void by_kind(const rd_book *b, const rd_note_group *groups, uint32_t n,
                    rd_note_group sums[KINDS])
{
	for (uint32_t i = 0; i < n; i++) {
		const rd_note_group *g = &groups[i];

		rd_note_join(&sums[kind_of(rd_book_text(b, g->first->found))], g);
	}
}

static void report(rd_run *run, const rd_book *b, const rd_note_group *g, uint8_t kind,
                   uint64_t more)
{
	rd_arena *a = rd_run_scratch(run);
	uint64_t count = g->count + more;
	rd_hit hit = rd_hit_at_note(b, g);

	hit.kind = kind;
	hit.key = rd_hash_str(rd_file_key(b, g->first->file), rd_book_text(b, g->first->field));
	hit.weight = (uint32_t)(count < UINT32_MAX ? count : UINT32_MAX);
	RD_EMIT(run, &hit, rd_fact_file(b, "file", g->first->file),
	        rd_string("column", rd_note_column(a, b, g->first)), rd_txt("found", g->first->found),
	        rd_int("count", (int64_t)count), rd_string("lines", rd_note_lines(a, g)));
}

static rd_rc run(rd_run *run, const rd_book *b, rd_range range, rd_err *err)
{
	rd_note_group *groups;
	uint32_t n = rd_note_groups(rd_run_scratch(run), b, 1u << RD_NOTE_AMOUNT_BAD,
	                            RD_BY_COLUMN | RD_BY_FOUND, false, &groups);

	(void)range;
	(void)err;
	for (uint32_t i = 0; i < n;) {
		rd_note_group sums[KINDS] = {0};
		uint32_t to = i + 1;
		const rd_note *first = groups[i].first;

		while (to < n && groups[to].first->file == first->file &&
		       groups[to].first->column == first->column)
			to++;
		by_kind(b, groups + i, to - i, sums);
		/* What was not kept is told with the first kind of the file's last column. */
		bool last = to == n || groups[to].first->file != first->file;
		uint64_t more = last ? groups[i].more : 0;

		for (uint8_t k = 0; k < KINDS; k++) {
			if (sums[k].count == 0)
				continue;
			report(run, b, &sums[k], k, more);
			more = 0;
		}
		i = to;
	}
	return RD_OK;
}

const rd_check rd_check_amount_unreadable = {
	.slug = "amount-unreadable",
	.family = "structure",
	.nature = "操作错误",
	.title = {"金额格式错误", "Amount cannot be read"},
	.finds = {"金额栏不是数字，或者要靠猜测才能读出（1.234 还是 1,234）。",
              "An amount field that is no number, or whose number depends on a guess (1.234 "
              "or 1,234)."},
	.correction = {"统一数字格式后重新导出", "Write all numbers in one way and export again."},
	.basis = {"法国税务程序法 A47 A-1 条；通行做法", "LPF art. A47 A-1; practice"},
	.since = "0.1",
	.wave = 1,
	.version = 1,
	.severity = RD_SEV_HIGH,
	.certainty = RD_FACT,
	.needs = RD_HAS_RAW,
	.split = RD_SPLIT_NONE,
	.unit = RD_UNIT_LINES,
	.no_collapse = true,
	.messages = messages,
	.run = run,
};
