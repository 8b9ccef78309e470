/* XLSX by libxlsxwriter, a row at a time (docs/decisions/0032-xlsx-writer.md). */
#include "base/arena.h"
#include "base/day.h"
#include "base/money.h"
#include "report/records.h"
#include "report/records_inner.h"
#include <time.h>
#include <xlsxwriter.h>

#define TEXT_MAX    32767u             /* UTF-16 units that a cell holds */
#define TEXT_BYTES  (TEXT_MAX * 3 + 4) /* the longest such text, and a NUL */
#define EXACT_MAX   999999999999999    /* 15 digits: what spreadsheets keep of a number */
#define DAY_OFFSET  25569              /* from the days of spreadsheets (1900) to those of 1970 */
#define DAY_FIRST   (-25508)           /* 1900-03-01: before it their days are one off */
#define DAY_US      INT64_C(86400000000)
#define DECIMALS    5u /* formats of numbers with 0 to 4 decimals */
#define WIDTH       16 /* of columns, in characters */
#define COLUMNS_MAX 16384u
#define NAME_CHARS  31u

struct rd_records_xlsx {
	rd_arena *home;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *head, *day, *time, *number[DECIMALS];
	uint32_t row;
	char text[TEXT_BYTES];
};

static rd_rc failed(lxw_error code, rd_err *err)
{
	return rd_fail(err, RD_IO, "写不出 XLSX 文件：%s", "the XLSX file cannot be written: %s",
	               lxw_strerror(code));
}

/* A name that a sheet may have. */
static void sheet_name(const char *wanted, char out[NAME_CHARS * 4 + 1])
{
	rd_str s = rd_str_of(wanted);
	uint32_t n = 0, chars = 0;

	for (uint32_t at = 0; at < s.len && chars < NAME_CHARS; chars++) {
		uint32_t cp = rd_utf8_next(s, &at);

		n += rd_utf8_put(out + n,
		                 cp < 0x20 || (cp < 0x80 && strchr("[]:*?/\\'", (int)cp)) ? '_' : cp);
	}
	out[n] = '\0';
}

static void add_formats(rd_records_xlsx *x)
{
	static const char *const numbers[DECIMALS] = {"0", "#,##0.0", "#,##0.00", "#,##0.000",
	                                              "#,##0.0000"};

	x->head = workbook_add_format(x->book);
	format_set_bold(x->head);
	x->day = workbook_add_format(x->book);
	format_set_num_format(x->day, "yyyy-mm-dd");
	x->time = workbook_add_format(x->book);
	format_set_num_format(x->time, "yyyy-mm-dd hh:mm:ss");
	for (uint32_t i = 0; i < DECIMALS; i++) {
		x->number[i] = workbook_add_format(x->book);
		format_set_num_format(x->number[i], numbers[i]);
	}
}

rd_rc rd_records_xlsx_begin(const char *path, const char *folder, const char *sheet, int64_t at_us,
                            rd_records_xlsx **ret, rd_err *err)
{
	rd_arena *home = rd_arena_new();
	rd_records_xlsx *x = RD_NEW(home, rd_records_xlsx);
	lxw_workbook_options options = {
		.constant_memory = LXW_TRUE,
		.tmpdir = rd_arena_copy(home, folder, strlen(folder)),
	};
	lxw_doc_properties about = {.created = (time_t)(at_us / 1000000)};
	char name[NAME_CHARS * 4 + 1];

	x->home = home;
	sheet_name(sheet, name);
	x->book = workbook_new_opt(path, &options);
	if (x->book)
		x->sheet = workbook_add_worksheet(x->book, name[0] ? name : NULL);
	if (x->sheet == NULL) {
		rd_records_xlsx_drop(x);
		return failed(LXW_ERROR_CREATING_TMPFILE, err);
	}
	(void)workbook_set_properties(x->book, &about);
	add_formats(x);
	(void)worksheet_set_column(x->sheet, 0, COLUMNS_MAX - 1, WIDTH, NULL);
	worksheet_freeze_panes(x->sheet, 1, 0);
	*ret = x;
	return RD_OK;
}

/* With a NUL, and no longer than a cell can be. */
static const char *text_of(rd_records_xlsx *x, rd_str s)
{
	uint32_t units = 0, n = 0, cut = 0;

	for (uint32_t at = 0; at < s.len;) {
		uint32_t cp = rd_utf8_next(s, &at);

		units += cp > 0xFFFF ? 2 : 1;
		if (units > TEXT_MAX) {
			n = cut + rd_utf8_put(x->text + cut, 0x2026);
			break;
		}
		n += cp ? rd_utf8_put(x->text + n, cp) : 0;
		if (units < TEXT_MAX)
			cut = n;
	}
	x->text[n] = '\0';
	return x->text;
}

static lxw_error put_text(rd_records_xlsx *x, uint16_t column, rd_str s)
{
	lxw_format *format = x->row == 0 ? x->head : NULL;

	return s.len ? worksheet_write_string(x->sheet, x->row, column, text_of(x, s), format)
	             : LXW_NO_ERROR;
}

static lxw_error put_number(rd_records_xlsx *x, uint16_t column, const rd_out *c)
{
	static const double units[DECIMALS] = {1, 10, 100, 1000, 10000};
	char text[RD_MINOR_TEXT];

	if (c->n > EXACT_MAX || c->n < -EXACT_MAX || c->decimals >= DECIMALS) {
		rd_minor_format(c->n, c->decimals, false, text);
		return put_text(x, column, rd_str_of(text));
	}
	return worksheet_write_number(x->sheet, x->row, column, (double)c->n / units[c->decimals],
	                              x->number[c->decimals]);
}

static lxw_error put_when(rd_records_xlsx *x, uint16_t column, const rd_out *c)
{
	bool day = c->type == RD_OUT_DAY;
	int64_t first = day ? DAY_FIRST : DAY_FIRST * DAY_US;
	char text[40];

	if (c->n < first) {
		if (day)
			rd_day_format((rd_day)c->n, text);
		else
			rd_records_time(c->n, text);
		return put_text(x, column, rd_str_of(text));
	}
	double n = day ? (double)c->n : (double)c->n / (double)DAY_US;

	return worksheet_write_number(x->sheet, x->row, column, n + DAY_OFFSET, day ? x->day : x->time);
}

static lxw_error put_cell(rd_records_xlsx *x, uint16_t column, const rd_out *c)
{
	switch (c->type) {
	case RD_OUT_TEXT: return put_text(x, column, c->text);
	case RD_OUT_NUMBER: return put_number(x, column, c);
	case RD_OUT_DAY:
	case RD_OUT_TIME: return put_when(x, column, c);
	default: return LXW_NO_ERROR;
	}
}

rd_rc rd_records_xlsx_row(rd_records_xlsx *x, const rd_out *cells, uint32_t n, rd_err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		lxw_error code = put_cell(x, (uint16_t)i, &cells[i]);

		if (code != LXW_NO_ERROR)
			return failed(code, err);
	}
	x->row++;
	return RD_OK;
}

rd_rc rd_records_xlsx_end(rd_records_xlsx *x, rd_err *err)
{
	lxw_error code = workbook_close(x->book); /* frees it, whatever the answer */

	rd_arena_free(x->home);
	return code == LXW_NO_ERROR ? RD_OK : failed(code, err);
}

void rd_records_xlsx_drop(rd_records_xlsx *x)
{
	if (x == NULL)
		return;
	lxw_workbook_free(x->book); /* NULL is fine; writes nothing */
	rd_arena_free(x->home);
}
