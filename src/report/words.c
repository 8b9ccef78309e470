#include "base/assert.h"
#include "report/common.h"

static const struct {
	const char *name;
	rd_words words;
} families[] = {
	{"structure", {"资料完整", "structure"}},
	{"balance", {"账目平衡", "balance"}},
	{"sequence", {"凭证编号", "sequence"}},
	{"cut-off", {"期间归属", "cut-off"}},
	{"duplicate", {"重复入账", "duplicate"}},
	{"master-data", {"科目档案", "master data"}},
	{"authorisation", {"审核授权", "authorisation"}},
	{"cash", {"现金银行", "cash"}},
	{"bank", {"银行对账", "bank"}},
	{"invoice", {"发票", "invoice"}},
	{"tax", {"税务", "tax"}},
	{"receivable", {"往来款项", "receivable"}},
	{"inventory", {"存货成本", "inventory"}},
	{"asset", {"固定资产", "asset"}},
	{"payroll", {"工资社保", "payroll"}},
	{"closing", {"期末结账", "closing"}},
	{"statement", {"财务报表", "statement"}},
	{"correction", {"红字更正", "correction"}},
	{"statistics", {"统计特征", "statistics"}},
	{"service", {"服务", "service"}},
};

rd_words rd_family_words(const char *family)
{
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		if (strcmp(families[i].name, family) == 0)
			return families[i].words;
	return (rd_words){family, family};
}

static const struct {
	const char *name;
	rd_words words, hint;
} notes[RD_NOTE_KINDS] = {
	[RD_NOTE_READ_AS] = {"read-as", {"识别说明", "read as"}, {"", ""}},
	[RD_NOTE_COLUMN_MISSING] =
		{"column-missing",
         {"缺少列", "column missing"},
         {"重新导出并包含该列；或在映射文件（--mapping）中指明对应的列",
          "export again with this column, or name the column in a mapping file (--mapping)"}},
	[RD_NOTE_FIELD_COUNT] = {"field-count",
                             {"列数与表头不同", "field count differs from the head"},
                             {"文字中含分隔符时，请改用带引号的格式重新导出",
                              "if texts hold the separator, export again with quotes"}},
	[RD_NOTE_EMPTY_LINE] = {"empty-line", {"空行", "empty line"}, {"无需处理", "nothing to do"}},
	[RD_NOTE_BOM] = {"bom",
                     {"字节顺序标记（BOM）", "byte order mark"},
                     {"无需处理", "nothing to do"}},
	[RD_NOTE_STRAY_CR] = {"stray-cr",
                          {"多余的回车符", "stray carriage return"},
                          {"导出设置可调整时请调整", "change the export settings if you can"}},
	[RD_NOTE_NUL] = {"nul",
                     {"空字节（NUL）", "NUL byte"},
                     {"文件可能没有传完，请重新导出", "the file may be damaged; export it again"}},
	[RD_NOTE_PADDING] = {"padding",
                         {"单元格前后有空格", "blanks around cells"},
                         {"无需处理", "nothing to do"}},
	[RD_NOTE_TRAILING_COLUMN] = {"trailing-column",
                                 {"末尾多出空列", "empty column at the end"},
                                 {"无需处理", "nothing to do"}},
	[RD_NOTE_BYTES_INVALID] =
		{"bytes-invalid",
         {"不属于该编码的字节", "bytes outside the encoding"},
         {"以 UTF-8 或 GB18030 重新导出；或在映射文件中写明编码",
          "export again as UTF-8 or GB18030, or state the encoding in a mapping file"}},
	[RD_NOTE_MOJIBAKE] = {"mojibake",
                          {"乱码文字", "text that was decoded wrongly before"},
                          {"在来源系统中改正文字，或换一种编码重新导出",
                           "mend the text in its source, or export again in another encoding"}},
	[RD_NOTE_DATE_BAD] = {"date-bad",
                          {"日期无法识别", "date cannot be read"},
                          {"按 2025-03-05 的写法改正这一格", "write the cell as 2025-03-05"}},
	[RD_NOTE_PERIOD_BAD] = {"period-bad",
                            {"期间无法识别", "period cannot be read"},
                            {"按 2025-03 的写法改正这一格", "write the cell as 2025-03"}},
	[RD_NOTE_AMOUNT_BAD] = {"amount-bad",
                            {"金额无法识别", "amount cannot be read"},
                            {"把这一格改成数字，例如 1234.50",
                             "write the cell as a number, for example 1234.50"}},
	[RD_NOTE_DECIMALS] = {"decimals",
                          {"小数位数过多，已四舍五入", "too many decimals, rounded"},
                          {"核对原单据金额，保留两位小数",
                           "compare with the document and keep two decimals"}},
	[RD_NOTE_SIDE_BAD] = {"side-bad",
                          {"借贷方向无法识别", "side is neither debit nor credit"},
                          {"写成 借 或 贷", "write debit or credit"}},
	[RD_NOTE_QUOTE] = {"quote",
                       {"引号不成对", "broken quotes"},
                       {"检查这一行的双引号；引号内的双引号要写两个",
                        "look at the quotes of this line; a quote inside quotes is written twice"}},
	[RD_NOTE_CELL_LONG] = {"cell-long",
                           {"单元格过长", "cell too long"},
                           {"检查是否少了一个引号，使多行并成一格",
                            "see whether a missing quote joined several lines to one cell"}},
	[RD_NOTE_ROW_REJECTED] = {"row-rejected",
                              {"该行未能读入", "record left out"},
                              {"按提示改正这一行后重新运行", "mend the line and run again"}},
	[RD_NOTE_SKIPPED] = {"skipped",
                         {"不是分录的行（合计、承前页等）", "no record (total, carried forward)"},
                         {"无需处理", "nothing to do"}},
	[RD_NOTE_SIDE_VIEW] = {"side-view",
                           {"借贷方向与滚动余额相反", "sides contradict the running balance"},
                           {"确认导出时站在哪一方的角度记借贷",
                            "find out from whose side debit and credit were exported"}},
};

const char *rd_note_name(rd_note_kind kind)
{
	RD_ASSERT(kind < RD_NOTE_KINDS);
	return notes[kind].name;
}

rd_words rd_note_words(rd_note_kind kind)
{
	RD_ASSERT(kind < RD_NOTE_KINDS);
	return notes[kind].words;
}

rd_words rd_note_hint(rd_note_kind kind)
{
	RD_ASSERT(kind < RD_NOTE_KINDS);
	return notes[kind].hint;
}

rd_str rd_note_hint_of(const rd_book *b, const rd_note *n, int lang)
{
	rd_text own = lang == RD_EN ? n->hint_en : n->hint_zh;

	return own ? rd_book_text(b, own) : rd_str_of(rd_say(rd_note_hint(n->kind), lang));
}

rd_words rd_file_kind_words(rd_file_kind kind)
{
	switch (kind) {
	case RD_FILE_JOURNAL: return (rd_words){"序时账", "journal"};
	case RD_FILE_TRIAL_BALANCE: return (rd_words){"科目余额表", "trial balance"};
	case RD_FILE_CHART: return (rd_words){"科目表", "chart of accounts"};
	case RD_FILE_PARTIES: return (rd_words){"往来单位档案", "list of parties"};
	case RD_FILE_STANDARD: return (rd_words){"标准格式", "standard format"};
	case RD_FILE_OTHER: break;
	}
	return (rd_words){"不是账簿，已跳过", "no books, passed over"};
}

const char *rd_file_kind_name(rd_file_kind kind)
{
	static const char *const names[] = {
		[RD_FILE_OTHER] = "other",
		[RD_FILE_JOURNAL] = "journal",
		[RD_FILE_TRIAL_BALANCE] = "trial-balance",
		[RD_FILE_CHART] = "chart",
		[RD_FILE_PARTIES] = "parties",
		[RD_FILE_STANDARD] = "standard",
	};

	RD_ASSERT(kind < sizeof names / sizeof names[0]);
	return names[kind];
}

rd_words rd_standard_words(rd_standard s)
{
	switch (s) {
	case RD_STD_SMALL: return (rd_words){"小企业会计准则", "Chinese small enterprise chart"};
	case RD_STD_ENTERPRISE: return (rd_words){"企业会计准则", "Chinese enterprise chart"};
	case RD_STD_FRENCH: return (rd_words){"法国会计科目表（PCG）", "French chart (PCG)"};
	case RD_STD_OTHER: return (rd_words){"其他科目表", "another chart"};
	case RD_STD_UNKNOWN: break;
	}
	return (rd_words){"科目表未识别", "chart not recognised"};
}

const char *rd_standard_name(rd_standard s)
{
	static const char *const names[] = {
		[RD_STD_UNKNOWN] = "unknown", [RD_STD_SMALL] = "small", [RD_STD_ENTERPRISE] = "enterprise",
		[RD_STD_FRENCH] = "french",   [RD_STD_OTHER] = "other",
	};

	RD_ASSERT(s < sizeof names / sizeof names[0]);
	return names[s];
}

rd_words rd_state_words(rd_finding_state s)
{
	switch (s) {
	case RD_STATE_NEW: return (rd_words){"新增", "new"};
	case RD_STATE_KNOWN: return (rd_words){"已知", "known"};
	case RD_STATE_SUPPRESSED: break;
	}
	return (rd_words){"已豁免", "suppressed"};
}

const char *rd_state_name(rd_finding_state s)
{
	return rd_state_words(s).en;
}

const char *rd_check_state_name(rd_check_state s)
{
	static const char *const names[] = {
		[RD_CHECK_RAN] = "ran",
		[RD_CHECK_NOT_RUN] = "not-run",
		[RD_CHECK_SKIPPED] = "skipped",
	};

	RD_ASSERT(s < sizeof names / sizeof names[0]);
	return names[s];
}

static const struct {
	uint32_t bit;
	const char *name;
	rd_words words;
} key_parts[] = {
	{RD_KEY_ENTRY_ID, "entry-id", {"分录标识", "entry id"}},
	{RD_KEY_JOURNAL, "journal", {"凭证字", "journal"}},
	{RD_KEY_PERIOD, "period", {"期间", "period"}},
	{RD_KEY_NUMBER, "number", {"凭证号", "number"}},
	{RD_KEY_DATE, "date", {"日期", "date"}},
	{RD_KEY_DOCUMENT, "document", {"单据号", "document"}},
	{RD_KEY_CUT, "cut", {"按累计差额归零处切分", "cut where the running sum returns to zero"}},
};

const char *rd_key_part_name(uint32_t bit)
{
	for (size_t i = 0; i < sizeof key_parts / sizeof key_parts[0]; i++)
		if (key_parts[i].bit == bit)
			return key_parts[i].name;
	return NULL;
}

rd_words rd_key_part_words(uint32_t bit)
{
	for (size_t i = 0; i < sizeof key_parts / sizeof key_parts[0]; i++)
		if (key_parts[i].bit == bit)
			return key_parts[i].words;
	return (rd_words){"", ""};
}

void rd_key_format(uint32_t key, int lang, rd_buf *out)
{
	bool some = false;

	for (size_t i = 0; i < sizeof key_parts / sizeof key_parts[0]; i++) {
		if (!(key & key_parts[i].bit))
			continue;
		rd_buf_puts(out, some ? " + " : "");
		rd_buf_puts(out, rd_say(key_parts[i].words, lang));
		some = true;
	}
}
