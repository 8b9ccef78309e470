/* Search words: two characters are found, single ones too; forms do not matter; bounds hold. */
#include "record/words.h"
#include "base/buf.h"
#include "unit.h"

static bool finds(const char *text, const char *query)
{
	rd_arena *a = rd_arena_new();
	rd_str s = rd_str_of(text);
	rd_terms terms;
	rd_query q;
	bool found;

	rd_terms_of(&s, 1, a, &terms);
	rd_query_of(rd_str_of(query), a, &q);
	found = rd_query_meets(&q, &terms);
	rd_arena_free(a);
	return found;
}

static void queries_find_texts(void)
{
	static const struct {
		const char *text, *query;
		bool want;
	} rows[] = {
		{"本月记账凭证断号", "断号", true},
		{"本月记账凭证断号", "断", true},
		{"本月记账凭证断号", "号", true},
		{"本月记账凭证断号", "证断", true},
		{"本月记账凭证断号", "号断", false},
		{"本月记账凭证断号", "记账凭证断号", true},
		{"断了又号", "断号", false},
		{"断 号", "断号", false},
		{"断号，重号", "号重", false},
		{"Voucher GAP 2026", "gap voucher", true},
		{"Voucher gap 2026", "vou", true},
		{"Voucher gap 2026", "ouch", false},
		{"Voucher gap 2026", "2026", true},
		{"Voucher gap 2026", "20", false},
		{"Voucher gap 2026", "v", false},
		{"a b", "a", true},
		{"ＡＢＣ１２３", "abc123", true},
		{"Café Zürich", "cafe zurich", true},
		{"cafe", "Café", true},
		{"发票No.12345678", "12345678", true},
		{"发票No.12345678", "发票 no", true},
		{"T-2026-00007", "t-2026-00007", true},
		{"ПРИВЕТ", "привет", true},
		{"ΣΟΦΟΣ", "σοφος", true},
		{"张三", "李四", false},
		{"x", "，。", true},
		{"凭证不平", "voucher", true},
		{"voucher unbalanced", "凭证", true},
		{"科目余额表", "试算平衡表", true},
		{"trial balance of May", "科目余额表", true},
		{"trial of May", "科目余额表", false},
		{"𠮷野家", "𠮷野", true},
		{"会計", "会計", true},
		{"カタカナ", "タカ", true},
	};

	for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case("%s <- %s", rows[i].text, rows[i].query);
		UNIT_INT(finds(rows[i].text, rows[i].query), rows[i].want);
	}
}

static void terms_are_in_order_and_single(void)
{
	rd_arena *a = rd_arena_new();
	rd_str texts[] = {RD_STR("断号 断号"), RD_STR("Gap gap")};
	rd_terms t;
	rd_buf b;

	rd_terms_of(texts, 2, a, &t);
	rd_buf_init(&b, 200);
	for (uint32_t i = 0; i < t.n; i++)
		rd_buf_printf(&b, RD_STR_FMT " ", RD_STR_ARG(t.items[i]));
	UNIT_TEXT(rd_buf_view(&b), "gap 号 断 断号 ");
	UNIT_TRUE(!t.cut);
	rd_buf_done(&b);
	rd_arena_free(a);
}

/* Any stretch of a run of characters finds the text, wherever pieces of 64 bytes end. */
static void every_stretch_of_a_run_is_found(void)
{
	uint64_t seed = 7;

	for (int round = 0; round < 40; round++) {
		rd_arena *a = rd_arena_new();
		uint32_t n = 1 + unit_below(&seed, 120), size = 0, from, len, at[122];
		char text[500];
		rd_str s;
		rd_terms terms;

		for (uint32_t i = 0; i < n; i++) {
			at[i] = size;
			size += rd_utf8_put(text + size, 0x4E00 + unit_below(&seed, 3000));
		}
		at[n] = size;
		s = (rd_str){text, size};
		rd_terms_of(&s, 1, a, &terms);
		for (int k = 0; k < 50; k++) {
			rd_query q;

			from = unit_below(&seed, n);
			len = 1 + unit_below(&seed, n - from);
			rd_query_of((rd_str){text + at[from], at[from + len] - at[from]}, a, &q);
			if (!q.cut)
				UNIT_TRUE(rd_query_meets(&q, &terms));
		}
		rd_arena_free(a);
	}
}

static void bounds_are_told(void)
{
	rd_arena *a = rd_arena_new();
	uint64_t seed = 3;
	rd_buf b;
	rd_terms t;
	rd_query q;

	rd_buf_init(&b, 1 << 20);
	for (int i = 0; i < 60000; i++) {
		char bytes[4];

		rd_buf_add(&b, bytes, rd_utf8_put(bytes, 0x4E00 + unit_below(&seed, 20000)));
	}
	rd_str s = rd_buf_view(&b);

	rd_terms_of(&s, 1, a, &t);
	UNIT_TRUE(t.cut);
	UNIT_INT(t.n, RD_TERMS_MAX);
	rd_query_of(s, a, &q);
	UNIT_TRUE(q.cut);
	rd_buf_clear(&b);
	for (int i = 0; i < 40; i++)
		rd_buf_printf(&b, "w%d ", i);
	rd_query_of(rd_buf_view(&b), a, &q);
	UNIT_TRUE(q.cut);
	UNIT_INT(q.n, RD_QUERY_WORDS_MAX);
	rd_buf_done(&b);
	rd_arena_free(a);
}

/* Bytes of any kind give terms that are UTF-8 and not too long. */
static void any_bytes_are_taken(void)
{
	uint64_t seed = 11;

	for (int round = 0; round < 300; round++) {
		rd_arena *a = rd_arena_new();
		char text[200];
		uint32_t n = unit_below(&seed, sizeof text);
		rd_str s = {text, n};
		rd_terms t;
		rd_query q;

		for (uint32_t i = 0; i < n; i++)
			text[i] = (char)unit_random(&seed);
		rd_terms_of(&s, 1, a, &t);
		rd_query_of(s, a, &q);
		for (uint32_t i = 0; i < t.n; i++) {
			UNIT_TRUE(t.items[i].len > 0 && t.items[i].len <= RD_TERM_BYTES_MAX);
			UNIT_INT(rd_utf8_check(t.items[i].ptr, t.items[i].len), -1);
		}
		rd_arena_free(a);
	}
}

static void synonyms_are_folded_already(void)
{
	for (uint32_t g = 0; g < rd_synonym_groups_count; g++)
		for (uint32_t i = 0; i < rd_synonym_groups[g].n; i++) {
			char out[200];
			rd_str w = rd_str_of(rd_synonym_groups[g].words[i]);

			unit_case("%s", w.ptr);
			UNIT_BYTES(((rd_str){out, rd_text_fold(w, out, sizeof out)}), w);
		}
}

const unit_test words_tests[] = {
	{"queries find texts", queries_find_texts},
	{"terms are in order and single", terms_are_in_order_and_single},
	{"every stretch of a run is found", every_stretch_of_a_run_is_found},
	{"bounds are told", bounds_are_told},
	{"any bytes are taken", any_bytes_are_taken},
	{"synonyms are folded already", synonyms_are_folded_already},
	{0},
};
