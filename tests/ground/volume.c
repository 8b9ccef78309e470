#include "volume.h"
#include "io/reader.h"
#include "unit.h"
#include <string.h>

static void add_rows(rd_rows *rows, const char *text, uint32_t line)
{
	static const rd_field at[] = {RD_F_NUMBER,       RD_F_JOURNAL, RD_F_DATE,   RD_F_ACCOUNT_CODE,
	                              RD_F_ACCOUNT_NAME, RD_F_DEBIT,   RD_F_CREDIT, RD_F_TEXT};

	while (*text) {
		rd_str cells[RD_FIELD_COUNT];

		for (int f = 0; f < RD_FIELD_COUNT; f++)
			cells[f] = RD_STR("");
		for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
			size_t n = strcspn(text, "|\n");

			cells[at[k]] = (rd_str){text, (uint32_t)n};
			text += n + 1;
		}
		rd_rows_add(rows, cells, RD_FIELD_COUNT, line++);
	}
}

rd_book *volume_of(const char *rows, const char *more)
{
	rd_builder *b = rd_builder_new();
	rd_layout layout;
	rd_book *book = NULL;
	rd_row file;
	rd_err err = {0};

	UNIT_OK(rd_builder_add_file(b, RD_STR("序时账"), &file, &err), &err);
	rd_layout_identity(&layout);
	rd_rows *lines = rd_rows_new(b, file, &layout);

	add_rows(lines, rows, 2);
	add_rows(lines, more, 100);
	UNIT_OK(rd_rows_commit(lines, &err), &err);
	rd_rows_free(lines);
	UNIT_OK(rd_builder_seal(b, &(rd_seal_options){.standard = RD_STD_SMALL, .threads = 1}, &book,
	                        &err),
	        &err);
	rd_builder_free(b);
	return book;
}

rd_book *volume_read(const char *path)
{
	rd_book *book = NULL;
	rd_err err = {0};

	UNIT_OK(rd_read_paths(&path, 1, &(rd_read_options){.threads = 1}, &book, &err), &err);
	return book;
}
