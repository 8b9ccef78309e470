#include "check/names.h"
#include "unit.h"

static void tells_persons_from_firms(void)
{
	static const struct {
		const char *name;
		rd_name_kind want;
	} rows[] = {
		{"", RD_NAME_NONE},
		{"  ", RD_NAME_NONE},
		{"张三", RD_NAME_PERSON},
		{"陈建平", RD_NAME_PERSON},
		{"欧阳修文", RD_NAME_PERSON},
		{"王 芳", RD_NAME_PERSON},
		{"李敏（备用金）", RD_NAME_PERSON},
		{"张王丽华", RD_NAME_PERSON},
		{"买买提·艾力", RD_NAME_PERSON},
		{"周会明", RD_NAME_PERSON}, /* 会 inside a name is no association */
		{"常州恒达包装厂", RD_NAME_COMPANY},
		{"杭州明远贸易有限公司", RD_NAME_COMPANY},
		{"李记餐饮店", RD_NAME_COMPANY},
		{"税务局", RD_NAME_COMPANY},
		{"Dupont SARL", RD_NAME_COMPANY},
		{"Acme Co., Ltd.", RD_NAME_COMPANY},
		{"备用金", RD_NAME_OTHER},
		{"其他", RD_NAME_OTHER},
		{"江客户", RD_NAME_OTHER},
		{"明远贸易", RD_NAME_COMPANY},
		{"Marie Curie", RD_NAME_OTHER},
		{"张", RD_NAME_OTHER},
		{"张三2", RD_NAME_OTHER},
		{"SA", RD_NAME_OTHER},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s", rows[i].name);
		UNIT_INT(rd_name_kind_of(rd_str_of(rows[i].name)), rows[i].want);
	}
}

static void one_name_in_many_spellings(void)
{
	static const char *const same[] = {
		"杭州明远贸易有限公司",    "杭州 明远贸易有限责任公司", "杭州明远贸易（有限公司）",
		"　杭州明远贸易有限公司 ", "【杭州】明远贸易有限公司",
	};
	static const char *const others[] = {"杭州明远贸易", "杭州明远供应链有限公司", ""};

	for (size_t i = 1; i < sizeof same / sizeof *same; i++) {
		unit_case("%s", same[i]);
		UNIT_TRUE(rd_name_hash(rd_str_of(same[i])) == rd_name_hash(rd_str_of(same[0])));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		unit_case("%s", others[i]);
		UNIT_TRUE(rd_name_hash(rd_str_of(others[i])) != rd_name_hash(rd_str_of(same[0])));
	}
	UNIT_TRUE(rd_name_hash(RD_STR("ＡＢＣ 公司")) == rd_name_hash(RD_STR("abc公司")));
	UNIT_INT(rd_name_hash(RD_STR(" .（）")), 0);
}

static void normal_form_is_bounded(void)
{
	char longest[2000], out[RD_NAME_BYTES];

	for (size_t i = 0; i + 3 <= sizeof longest; i += 3)
		memcpy(longest + i, "号", 3);
	uint32_t n = rd_name_normal((rd_str){longest, sizeof longest}, out);

	UNIT_TRUE(n <= RD_NAME_BYTES && n >= RD_NAME_BYTES - 8);
	UNIT_INT(rd_utf8_check(out, n), -1);
}

static void takes_the_last_part_of_a_path(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"张三", "张三"},
		{"其他应收款-个人-张三", "张三"},
		{"其他应收款_张三", "张三"},
		{"银行存款/工行", "工行"},
		{"应付账款——暂估", "暂估"},
		{"A-", "A-"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		UNIT_TEXT(rd_name_leaf(rd_str_of(rows[i].in)), rows[i].want);
}

static void finds_words_like_a_naive_search(void)
{
	static const char *const alphabet[] = {"工", "资", "税", "a", "b", "费"};
	uint64_t seed = 11;

	for (int round = 0; round < 2000; round++) {
		char text[64] = "", words[4][16];
		rd_str list[4];
		rd_word_set set;
		bool want = false;

		for (uint32_t k = unit_below(&seed, 12); k > 0; k--)
			strncat(text, alphabet[unit_below(&seed, 6)], 3);
		for (int w = 0; w < 4; w++) {
			words[w][0] = '\0';
			for (uint32_t k = unit_below(&seed, 4); k > 0; k--)
				strncat(words[w], alphabet[unit_below(&seed, 6)], 3);
			list[w] = rd_str_of(words[w]);
			want |= list[w].len > 0 && strstr(text, words[w]) != NULL;
		}
		rd_word_set_init(&set, list, 4);
		unit_case("%s: %s %s %s %s", text, words[0], words[1], words[2], words[3]);
		UNIT_INT(rd_word_set_in(&set, rd_str_of(text)), want);
	}
}

const unit_test names_tests[] = {
	{"tells persons from firms", tells_persons_from_firms},
	{"one name in many spellings", one_name_in_many_spellings},
	{"the normal form is bounded", normal_form_is_bounded},
	{"takes the last part of a path", takes_the_last_part_of_a_path},
	{"finds words like a naive search", finds_words_like_a_naive_search},
	{0},
};
