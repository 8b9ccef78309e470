#include "io/encoding.h"
#include "base/arena.h"
#include "base/buf.h"
#include "unit.h"
#include <iconv.h>

/* The text in another encoding, by the same iconv that readers of such files had. */
static size_t written_as(const char *to, const char *utf8, char *out, size_t room)
{
	iconv_t cd = iconv_open(to, "UTF-8");
	char *in = (char *)(uintptr_t)utf8, *start = out;
	size_t left = strlen(utf8);

	UNIT_TRUE(cd != (iconv_t)-1);
	UNIT_TRUE(iconv(cd, &in, &left, &out, &room) != (size_t)-1 && left == 0);
	iconv_close(cd);
	return (size_t)(out - start);
}

static const char chinese[] = "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额\n"
							  "2024-03-01,记,1,提取备用金,1001,库存现金,5000.00,\n";
static const char french[] =
	"JournalCode;EcritureDate;CompteLib;Débit;Crédit\nVE;20240301;Créances à recevoir;100,00;\n";
/* 一 is U+4E00: a zero where none is expected. */
static const char ones[] =
	"日期,凭证号,摘要,科目编码,借方,贷方\n2024-01-01,1,一月一日,1001,1.00,\n";
static const char english[] = "date,number,account,debit,credit\n2024-03-01,1,1001,5.00,\n";

static void guesses(void)
{
	static const struct {
		const char *text, *as, *want;
	} rows[] = {
		{chinese, "UTF-8", "UTF-8"},
		{chinese, "GB18030", "GB18030"},
		{chinese, "GBK", "GB18030"},
		{chinese, "UTF-16LE", "UTF-16LE"},
		{chinese, "UTF-16BE", "UTF-16BE"},
		{ones, "UTF-16LE", "UTF-16LE"},
		{ones, "UTF-16BE", "UTF-16BE"},
		{french, "UTF-8", "UTF-8"},
		{french, "WINDOWS-1252", "windows-1252"},
		{french, "UTF-16LE", "UTF-16LE"},
		{english, "UTF-8", "UTF-8"},
		{english, "UTF-16BE", "UTF-16BE"},
	};
	char out[2000];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = written_as(rows[i].as, rows[i].text, out, sizeof out);
		rd_encoding e = rd_encoding_guess(out, n);

		unit_case("row %zu as %s", i, rows[i].as);
		UNIT_TEXT(rd_str_of(e.name), rows[i].want);
		UNIT_INT(e.binary, false);
		UNIT_INT(e.bom, 0);
	}
}

static void sees_the_mark(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
		uint32_t bom;
	} rows[] = {
		{"\xEF\xBB\xBF"
	     "a,b",
	     6, "UTF-8", 3},
		{"\xFF\xFE"
	     "a\0",
	     4, "UTF-16LE", 2},
		{"\xFE\xFF\0"
	     "a",
	     4, "UTF-16BE", 2},
		{"\xEF\xBB\xBF", 3, "UTF-8", 3},
		{"", 0, "UTF-8", 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rd_encoding e = rd_encoding_guess(rows[i].bytes, rows[i].n);

		unit_case("row %zu", i);
		UNIT_TEXT(rd_str_of(e.name), rows[i].want);
		UNIT_INT(e.bom, rows[i].bom);
	}
}

/* A sample may end inside a character, and a few bytes may be broken: still the same encoding. */
static void bears_cut_and_broken_samples(void)
{
	char out[4000];
	size_t n = strlen(chinese);

	for (size_t cut = n - 60; cut <= n; cut++) {
		unit_case("UTF-8 cut at %zu", cut);
		UNIT_TEXT(rd_str_of(rd_encoding_guess(chinese, cut).name), "UTF-8");
	}
	n = written_as("GB18030", chinese, out, sizeof out);
	for (size_t cut = n - 40; cut <= n; cut++) {
		unit_case("GB18030 cut at %zu", cut);
		UNIT_TEXT(rd_str_of(rd_encoding_guess(out, cut).name), "GB18030");
	}
	n = 0;
	for (int i = 0; i < 10; i++) {
		memcpy(out + n, chinese, strlen(chinese));
		n += strlen(chinese);
	}
	out[strlen(chinese) + 20] = '\xFF';
	out[3 * strlen(chinese) + 1] = '\xC3';
	unit_case("two broken bytes");
	UNIT_TEXT(rd_str_of(rd_encoding_guess(out, n).name), "UTF-8");
}

static void tells_what_is_no_text(void)
{
	static const char png[] =
		"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\2\0\0\0\1\x80\x08\x06\0\0\0\x01\x02\x03\x04\x05\x06";
	static const char elf[] =
		"\x7F"
		"ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3E\0\1\0\0\0\x10\x11\x12\x13\x14\x15\x16\x17";

	UNIT_TRUE(rd_encoding_guess(png, sizeof png - 1).binary);
	UNIT_TRUE(rd_encoding_guess(elf, sizeof elf - 1).binary);
	UNIT_TRUE(!rd_encoding_guess(english, strlen(english)).binary);
}

static void names(void)
{
	static const char *const known[] = {"utf-8",        "UTF8",   "gbk",         "GB2312",
	                                    "Gb18030",      "utf-16", "UTF-16le",    "latin1",
	                                    "windows-1252", "big5",   "iso-8859-15", "cp850"};
	rd_encoding e;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		unit_case("%s", known[i]);
		UNIT_TRUE(rd_encoding_named(rd_str_of(known[i]), &e) && !e.binary);
	}
	UNIT_TRUE(!rd_encoding_named(RD_STR("utf-7"), &e) && !rd_encoding_named(RD_STR(""), &e) &&
	          !rd_encoding_named(RD_STR("gbkx"), &e));
}

static void convert(const char *as, const char *bytes, size_t n, const char *want,
                    uint64_t want_bad)
{
	rd_encoding e;
	char *text = NULL;
	size_t got = 0, cap = 0;
	uint64_t bad = 0;
	rd_err err;

	UNIT_TRUE(rd_encoding_named(rd_str_of(as), &e));
	UNIT_OK(rd_encoding_convert(&e, bytes, n, &text, &got, &cap, &bad, &err), &err);
	UNIT_BYTES(((rd_str){text, (uint32_t)got}), rd_str_of(want));
	UNIT_INT(bad, want_bad);
	UNIT_TRUE(cap >= got + 64); /* readers look 64 bytes ahead */
	rd_column_free(text, cap);
}

static void converts(void)
{
	static const char *const as[] = {"gb18030", "utf-16le", "utf-16be"};
	char out[2000];

	for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
		unit_case("%s", as[i]);
		convert(as[i], out, written_as(as[i], chinese, out, sizeof out), chinese, 0);
	}
	convert("windows-1252", out, written_as("WINDOWS-1252", french, out, sizeof out), french, 0);
	unit_case("broken");
	convert("gb18030",
	        "a\xFF"
	        "b",
	        3,
	        "a\xEF\xBF\xBD"
	        "b",
	        1);
	convert("gb18030", "\xC6\xBE\xD6", 3, "凭\xEF\xBF\xBD", 1); /* cut in the middle */
	convert("gb18030", "", 0, "", 0);
	convert("windows-1252", "\x81", 1, "\xEF\xBF\xBD", 1);
	convert("utf-16le",
	        "a\0\x00\xD8"
	        "b\0",
	        6,
	        "a\xEF\xBF\xBD"
	        "b",
	        1); /* half a pair: one unit, and the rest stays in step */
	convert("utf-16le", "a\0b", 3, "a\xEF\xBF\xBD", 1);
}

const unit_test encoding_tests[] = {
	{"encodings are told by the bytes", guesses},
	{"a byte order mark is believed and left out", sees_the_mark},
	{"samples that are cut or have a few broken bytes", bears_cut_and_broken_samples},
	{"pictures and programs are no text", tells_what_is_no_text},
	{"encodings have their usual names", names},
	{"texts are converted, bytes that fit nowhere are counted", converts},
	{0},
};
