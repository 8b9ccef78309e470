#include "check/wording.h"
#include "unit.h"

static void reads_references(void)
{
	static const struct {
		const char *in;
		int year, month, day;
		int number;
		const char *journal;
	} rows[] = {
		{"注销8月3日记-15号凭证", 0, 8, 3, 15, "记"},
		{"订正8月3日记-15号凭证", 0, 8, 3, 15, "记"},
		{"冲销2024年3月5日记字第12号凭证", 2024, 3, 5, 12, "记"},
		{"更正2025年8月3日记-15号凭证少记金额", 2025, 8, 3, 15, "记"},
		{"红字冲销3月收-7", 0, 3, 0, 7, "收"},
		{"注销3月5号付12号凭证", 0, 3, 5, 12, "付"},
		{"冲回2024-03-05 转-9", 2024, 3, 5, 9, "转"},
		{"注销2024.3.5银付-4号凭证", 2024, 3, 5, 4, "银付"},
		{"冲销第21号凭证", 0, 0, 0, 21, ""},
		{"storno of JE-1234", 0, 0, 0, 1234, "JE"},
		{"Reversal of VE 55", 0, 0, 0, 55, "VE"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_reference r = {0};

		unit_case("%s", rows[i].in);
		UNIT_TRUE(rd_reference_parse(rd_str_of(rows[i].in), &r));
		UNIT_INT(r.year, rows[i].year);
		UNIT_INT(r.month, rows[i].month);
		UNIT_INT(r.day, rows[i].day);
		UNIT_INT(r.number, rows[i].number);
		UNIT_TEXT(r.journal, rows[i].journal);
	}
}

static void sees_no_reference_where_none_is(void)
{
	static const char *const rows[] = {
		"",
		"付8月3日记-15号凭证款",
		"冲销预付账款",
		"红字冲销",
		"注销2024年3月房租",
		"红冲发票25992000000963390911",
		"冲回多计 1,200.00 元",
		"reversal of accrual",
		"更正",
		"注销",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_reference r = {.number = 77};

		unit_case("%s", rows[i]);
		UNIT_TRUE(!rd_reference_parse(rd_str_of(rows[i]), &r));
		UNIT_INT(r.number, 77); /* untouched */
	}
}

static void sorts_words_into_groups(void)
{
	static const struct {
		const char *in;
		uint32_t want;
	} rows[] = {
		{"", 0},
		{"冲账", 0},
		{"冲减费用", 0},
		{"付货款", 0},
		{"更", 0},
		{"注销", RD_WORD_CANCEL},
		{"STORNO", RD_WORD_CANCEL},
		{"Extourne FNP", RD_WORD_CANCEL},
		{"客户退货", RD_WORD_NATURE},
		{"开具红字发票", RD_WORD_CANCEL | RD_WORD_NATURE},
		{"冲回暂估", RD_WORD_CANCEL | RD_WORD_ACCRUAL},
		{"月末调汇", RD_WORD_REVALUE},
		{"订正", RD_WORD_CORRECT},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s", rows[i].in);
		UNIT_INT(rd_correction_words(rd_str_of(rows[i].in)), rows[i].want);
	}
}

/* The quick search against a plain one, on texts made of pieces of the words. */
static void finds_what_a_plain_search_finds(void)
{
	static const char *const words[] = {"ab", "abc", "bca", "红字", "字冲", "zz top"};
	static const char *const pieces[] = {"a",  "b",  "c", "A", "B",  "红",
	                                     "字", "冲", " ", "z", "top"};
	rd_lexicon l;
	uint64_t seed = 3;

	rd_lexicon_init(&l, words, 6);
	for (uint32_t round = 0; round < 5000; round++) {
		char text[64] = "", small[64];
		uint32_t want = 0;
		size_t len = 0;

		for (uint32_t k = unit_below(&seed, 9); k > 0; k--) {
			const char *piece = pieces[unit_below(&seed, 11)];

			memcpy(text + len, piece, strlen(piece) + 1);
			len += strlen(piece);
		}
		for (size_t i = 0; i <= len; i++)
			small[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
		for (uint32_t i = 0; i < 6; i++)
			want |= rd_str_has(rd_str_of(small), words[i]) ? 1u << i : 0;
		unit_case("%s", text);
		UNIT_INT(rd_lexicon_find(&l, rd_str_of(text)), want);
	}
}

const unit_test wording_tests[] = {
	{"a summary that names a cancelled voucher is taken apart", reads_references},
	{"other summaries name none", sees_no_reference_where_none_is},
	{"words of corrections fall into groups", sorts_words_into_groups},
	{"the quick search finds what a plain one finds", finds_what_a_plain_search_finds},
	{0},
};
