/* Rows of records as CSV and XLSX, what an attachment is, and a table file as rows. */
#include "report/records.h"
#include "api/import.h"
#include "api/media.h"
#include "base/csv.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static rd_arena *arena;
static rd_err err;

static void csv_of(const rd_out *cells, uint32_t n, const char *want)
{
	rd_buf out;

	rd_buf_init(&out, 1u << 16);
	rd_records_csv_row(cells, n, &out);
	UNIT_TEXT(rd_buf_view(&out), want);
	rd_buf_done(&out);
}

static void one_text(const char *text, const char *want)
{
	rd_out cell = RD_OUT_TEXT_OF(rd_str_of(text));

	unit_case("%s", text);
	csv_of(&cell, 1, want);
}

static void formulas_get_an_apostrophe(void)
{
	static const char *const rows[][2] = {
		{"=1+1", "'=1+1\r\n"},
		{"+86 138", "'+86 138\r\n"},
		{"-12.50", "'-12.50\r\n"},
		{"@SUM(1)", "'@SUM(1)\r\n"},
		{"\tx", "\"'\tx\"\r\n"},
		{"\rx", "\"'\rx\"\r\n"},
		{"＝1", "'＝1\r\n"},
		{"＋1", "'＋1\r\n"},
		{"－1", "'－1\r\n"},
		{"＠1", "'＠1\r\n"},
		{"'=1", "''=1\r\n"},
		{"''＝1", "'''＝1\r\n"},
		{"'plain", "'plain\r\n"},
		{"a=b", "a=b\r\n"},
		{" =1", " =1\r\n"},
		{"", "\r\n"},
		{"a,\"b\"", "\"a,\"\"b\"\"\"\r\n"},
		{"one\ntwo", "\"one\ntwo\"\r\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		one_text(rows[i][0], rows[i][1]);
}

/* Random texts of the characters that matter come back as they were. */
static void every_text_comes_back(void)
{
	static const char *const parts[] = {"=", "'", "－", "\"", ",", "\n", "x", "公", "\t", "@"};
	uint64_t random = 7;

	for (uint32_t i = 0; i < 3000; i++) {
		char text[64] = "", line[256];
		rd_csv form = {',', true};
		uint32_t n = unit_below(&random, 8), open, ends[300];
		rd_buf out;
		bool bad = false;

		for (uint32_t k = 0; k < n; k++)
			strcat(text, parts[unit_below(&random, 10)]);
		rd_buf_init(&out, 4096);
		rd_records_csv_row(&RD_OUT_TEXT_OF(rd_str_of(text)), 1, &out);
		memset(line, 0, sizeof line);
		memcpy(line, out.data, out.size);
		UNIT_INT(rd_csv_index(form, line, (uint32_t)out.size, ends, &open), 1);
		rd_str cell = rd_csv_cell(form, line, 0, ends[0] & RD_CSV_AT, true, arena, &bad);

		unit_case("%s", text);
		UNIT_TEXT(rd_records_text(cell), text);
		UNIT_TRUE(!bad);
		rd_buf_done(&out);
	}
}

static void numbers_are_exempt(void)
{
	const rd_out cells[] = {
		{.type = RD_OUT_NUMBER, .n = -1250, .decimals = 2},
		{.type = RD_OUT_NUMBER, .n = 7},
		{.type = RD_OUT_NONE},
		{.type = RD_OUT_DAY, .n = 20508},
		{.type = RD_OUT_TIME, .n = INT64_C(1771925400000000)},
		{.type = RD_OUT_TIME, .n = -1},
	};

	csv_of(cells, 6, "-12.50,7,,2026-02-24,2026-02-24 09:30:00,1969-12-31 23:59:59.999999\r\n");
}

static void a_spreadsheet_is_written(void)
{
	char folder[] = "/tmp/redink-xlsx-XXXXXX", path[64], *long_text = malloc(40001);
	const rd_out head[] = {RD_OUT_TEXT_OF(RD_STR("名称")), RD_OUT_TEXT_OF(RD_STR("金额"))};
	size_t size;
	rd_records_xlsx *x;

	UNIT_TRUE(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/a.xlsx", folder);
	UNIT_OK(rd_records_xlsx_begin(path, folder, "客户[1]:*?/\\'", 0, &x, &err), &err);
	UNIT_OK(rd_records_xlsx_row(x, head, 2, &err), &err);
	memset(long_text, 'x', 40000);
	long_text[40000] = '\0';
	for (uint32_t i = 0; i < 300; i++) {
		const rd_out cells[] = {RD_OUT_TEXT_OF(rd_str_of(i ? "=1+1" : long_text)),
		                        {.type = RD_OUT_NUMBER,
		                         .n = i % 50 * INT64_C(99999999999999999),
		                         .decimals = 2},
		                        {.type = RD_OUT_DAY, .n = -40000},
		                        {.type = RD_OUT_TIME, .n = 1}};

		UNIT_OK(rd_records_xlsx_row(x, cells, 4, &err), &err);
	}
	UNIT_OK(rd_records_xlsx_end(x, &err), &err);
	char *data = unit_read(path, &size);

	UNIT_TRUE(data && size > 1000 && memcmp(data, "PK\3\4", 4) == 0);
	unit_free(data);
	free(long_text);
	UNIT_OK(rd_records_xlsx_begin(path, folder, "", 0, &x, &err), &err);
	rd_records_xlsx_drop(x);
	UNIT_OK(rd_records_xlsx_begin("/nowhere/a.xlsx", folder, "a", 0, &x, &err), &err);
	UNIT_INT(rd_records_xlsx_end(x, &err), RD_IO);
	UNIT_INT(unlink(path), 0);
	UNIT_INT(rmdir(folder), 0);
}

#define BYTES(s) s, sizeof(s) - 1

static void what_a_file_is(void)
{
	static const struct {
		const char *name, *head;
		size_t n;
		const char *want;
	} rows[] = {
		{"a.pdf", BYTES("%PDF-1.7"), "application/pdf"},
		{"A.PDF", BYTES("%PDF-1.7"), "application/pdf"},
		{"a.pdf", BYTES("MZ\x90\0"), "application/octet-stream"},
		{"a.exe", BYTES("%PDF-1.7"), "application/octet-stream"},
		{"a.png", BYTES("\x89PNG\r\n\x1a\n...."), "image/png"},
		{"a.jpg", BYTES("\xFF\xD8\xFF\xE0"), "image/jpeg"},
		{"a.webp", BYTES("RIFF....WEBP"), "image/webp"},
		{"a.xlsx", BYTES("PK\3\4......"),
	     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"a.jar", BYTES("PK\3\4......"), "application/octet-stream"},
		{"a.xls", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "application/vnd.ms-excel"},
		{"a.html", BYTES("<!doctype html><script>"), "text/plain"},
		{"a.svg", BYTES("<svg onload=x>"), "text/plain"},
		{"a.csv", BYTES("\xEF\xBB\xBF日期,金额\r\n"), "text/csv"},
		{"a.txt", BYTES("a\0b"), "application/octet-stream"},
		{"a.txt", BYTES("\xB5\xA5"), "application/octet-stream"},
		{"a", BYTES(""), "application/octet-stream"},
	};
	char cut[RD_MEDIA_HEAD];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case("%s %zu", rows[i].name, i);
		UNIT_TEXT(rd_str_of(rd_media_type(rd_str_of(rows[i].name), rows[i].head, rows[i].n)),
		          rows[i].want);
	}
	memset(cut, 'x', sizeof cut);
	memcpy(cut + sizeof cut - 2, "\xE5\x85", 2); /* two bytes of three */
	UNIT_TEXT(rd_str_of(rd_media_type(RD_STR("a.txt"), cut, sizeof cut)), "text/plain");
}

static rd_columns task_columns(void)
{
	return rd_columns_of(rd_kind_find(RD_STR("task")), (rd_show_view){0}, arena);
}

static void heads_are_all_different(void)
{
	for (uint32_t k = 0; k < rd_kinds_count; k++) {
		rd_columns c = rd_columns_of(rd_kinds[k], (rd_show_view){0}, arena);

		for (uint32_t i = 0; i < c.n; i++)
			for (uint32_t j = 0; j < i; j++) {
				unit_case("%s: %s %s", rd_kinds[k]->name, c.items[i].key, c.items[j].key);
				UNIT_TRUE(strcmp(c.items[i].head.zh, c.items[j].head.zh) != 0);
				UNIT_TRUE(strcmp(c.items[i].head.en, c.items[j].head.en) != 0);
				UNIT_TRUE(strcmp(c.items[i].key, c.items[j].key) != 0);
			}
	}
}

static void a_table_is_read(void)
{
	rd_columns c = task_columns();
	rd_problems problems = {0};
	rd_table t;
	json_t *body;

	UNIT_OK(rd_table_read(
				&c,
				RD_STR(
					"\xEF\xBB\xBFname,优先级,状态,,due\r\n\r\n'=a,高,待办,\"\",2026-12-01 09:30\r\n"
					"\"b\nc\",low,,,soon\r\nd,,,,,,x\r\ne"),
				arena, &t, &err),
	        &err);
	UNIT_INT(t.n_heads, 5);
	UNIT_TRUE(t.columns[0] && t.columns[1] && !t.columns[2] && !t.columns[3] && t.columns[4]);
	UNIT_INT(t.n_rows, 4);
	UNIT_INT(t.rows[0].line, 3);
	UNIT_INT(t.rows[2].line, 6);
	UNIT_TRUE(rd_table_body(&t, 0, 28800, arena, &body, &problems));
	UNIT_TEXT(rd_str_of(json_string_value(json_object_get(body, "name"))), "=a");
	UNIT_TEXT(rd_str_of(json_string_value(json_object_get(body, "priority"))), "high");
	UNIT_TEXT(rd_str_of(json_string_value(json_object_get(body, "due"))),
	          "2026-12-01T09:30:00+08:00");
	UNIT_INT(json_object_size(body), 3);
	json_decref(body);
	UNIT_TRUE(!rd_table_body(&t, 1, 28800, arena, &body, &problems));
	UNIT_INT(problems.n, 1);
	json_decref(body);
	UNIT_TRUE(!rd_table_body(&t, 2, 28800, arena, &body, &problems));
	UNIT_TRUE(rd_table_body(&t, 3, 28800, arena, &body, &problems));
	json_decref(body);
}

static void files_that_are_no_tables(void)
{
	static const char *const texts[] = {"",
	                                    "\r\n \r\n",
	                                    "unknown\r\n1\r\n",
	                                    "name,name\r\n",
	                                    "name\n\"a\n",
	                                    "name\n\xFF\n",
	                                    "state\n1\n"};
	rd_columns c = task_columns();
	rd_table t;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		unit_case("%s", texts[i]);
		UNIT_INT(rd_table_read(&c, rd_str_of(texts[i]), arena, &t, &err), RD_INPUT);
	}
}

static void with_arena(void (*run)(void))
{
	arena = rd_arena_new();
	run();
	rd_arena_free(arena);
}

#define IN_ARENA(name)                                                                             \
	static void name##_(void)                                                                      \
	{                                                                                              \
		with_arena(name);                                                                          \
	}
IN_ARENA(every_text_comes_back)
IN_ARENA(heads_are_all_different)
IN_ARENA(a_table_is_read)
IN_ARENA(files_that_are_no_tables)

const unit_test records_tests[] = {
	{"formulas get an apostrophe", formulas_get_an_apostrophe},
	{"every text comes back", every_text_comes_back_},
	{"numbers are exempt", numbers_are_exempt},
	{"a spreadsheet is written", a_spreadsheet_is_written},
	{"what a file is", what_a_file_is},
	{"heads are all different", heads_are_all_different_},
	{"a table is read", a_table_is_read_},
	{"files that are no tables", files_that_are_no_tables_},
	{NULL, NULL},
};
