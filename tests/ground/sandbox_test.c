/* The sandbox: what is read there is the same, and whatever the child does ends with an error. */
#include "desk/sandbox.h"
#include "base/buf.h"
#include "book/image.h"
#include "io/reader.h"
#include "unit.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

static const char journal[] = "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额\n"
							  "2024-01-05,记,1,提现,1001,库存现金,100.00,\n"
							  "2024-01-05,记,1,提现,1002,银行存款,,100.00\n"
							  "2024-01-09,记,2,收货款,1002,银行存款,250.50,\n"
							  "2024-01-09,记,2,收货款,1122,应收账款,,250.50\n";

static const rd_sandbox_limits limits = {256u << 20, 64u << 20, 20, 40};

typedef struct given {
	const char *data;
	size_t size;
} given;

static rd_rc copy(void *ctx, uint32_t i, int fd, rd_err *err)
{
	const given *g = (const given *)ctx + i;

	for (size_t at = 0; at < g->size;) {
		ssize_t n = write(fd, g->data + at, g->size - at);

		if (n <= 0)
			return rd_fail(err, RD_IO, "写", "write");
		at += (size_t)n;
	}
	return RD_OK;
}

static rd_sandbox_job job_of(given *g, rd_sandbox_file *f)
{
	f->size = (int64_t)g->size;
	return (rd_sandbox_job){.program = RD_SANDBOXED,
	                        .limits = &limits,
	                        .files = f,
	                        .n_files = 1,
	                        .copy = copy,
	                        .ctx = g};
}

static void reads_what_a_reader_reads(void)
{
	given g = {journal, sizeof journal - 1};
	rd_sandbox_file f = {.name = RD_STR("2024/账.csv")};
	rd_sandbox_job job = job_of(&g, &f);
	rd_sandbox_answer a = {0};
	rd_err err = {0};

	UNIT_OK(rd_sandbox_read(&job, &a, &err), &err);
	if (a.book == NULL)
		return;
	UNIT_INT(a.book->line.n, 4);
	UNIT_TEXT(rd_str_of(rd_file_name(a.book, 1)), "2024/账.csv");
	UNIT_TRUE(a.book->files[1].has_sha256);
	UNIT_TRUE(a.image_size % 64 == 0 && a.image_size > 1000);
	rd_book_free(a.book);
}

static void reads_statements_and_places(void)
{
	static const char statement[] = "账号：6200\n交易日期,收入,支出,余额,对方户名\n"
									"2026-07-03,113000.00,,163000.00,甲公司\n2026-07-04,坏,,,\n";
	given g = {statement, sizeof statement - 1};
	rd_sandbox_file f = {.name = RD_STR("7月.csv")};
	rd_sandbox_job job = job_of(&g, &f);
	rd_arena *a = rd_arena_new();
	rd_bank *bank = NULL;
	rd_str json = {"", 0};
	rd_err err = {0};

	job.task = RD_SANDBOX_BANK;
	UNIT_OK(rd_sandbox_bank(&job, &bank, &err), &err);
	if (bank) {
		UNIT_INT(bank->n_lines, 1);
		UNIT_INT(bank->rejected, 1);
		UNIT_TEXT(rd_bank_text(bank, bank->lines[0].party), "甲公司");
		UNIT_INT(bank->parts[0].opening, 5000000);
	}
	rd_bank_free(bank);
	job.task = RD_SANDBOX_PLACE;
	job.line = 3;
	job.around = 1;
	UNIT_OK(rd_sandbox_place(&job, a, &json, &err), &err);
	UNIT_TRUE(
		rd_str_has(json, "\"here\":true,\"text\":\"2026-07-03,113000.00,,163000.00,甲公司\"") ||
		rd_str_has(json, "\"text\":\"2026-07-03,113000.00,,163000.00,甲公司\""));
	job.line = 99;
	UNIT_INT(rd_sandbox_place(&job, a, &json, &err), RD_NOT_FOUND);
	rd_arena_free(a);
}

static void says_what_the_reader_says(void)
{
	given g = {"no books at all\n", 16};
	rd_sandbox_file f = {.name = RD_STR("letter.txt")};
	rd_sandbox_job job = job_of(&g, &f);
	rd_sandbox_answer a = {0};
	rd_err err = {0};

	UNIT_INT(rd_sandbox_read(&job, &a, &err), RD_INPUT);
	UNIT_TEXT(rd_str_of(err.file), "letter.txt");
	UNIT_TRUE(err.zh[0] && err.en[0]);
	job.mapping = RD_STR("columns: [unclosed");
	UNIT_TRUE(rd_sandbox_read(&job, &a, &err) != RD_OK);
	UNIT_TEXT(rd_str_of(err.file), "mapping");
}

/* GB18030 needs a decoder of the C library, which is loaded before the door is shut. */
static void reads_what_must_be_decoded(void)
{
	const char *names[] = {"gbk.csv"};
	size_t size = 0;
	char *data = unit_read(RD_SOURCE_ROOT "/fuzz/corpus/table/gbk.csv", &size);
	given g = {data, size};
	rd_sandbox_file f = {.name = rd_str_of(names[0])};
	rd_sandbox_job job = job_of(&g, &f);
	rd_sandbox_answer a = {0};
	rd_err err = {0};

	UNIT_TRUE(data != NULL);
	UNIT_OK(rd_sandbox_read(&job, &a, &err), &err);
	if (a.book)
		UNIT_TEXT(rd_book_text(a.book, a.book->files[1].encoding), "GB18030");
	rd_book_free(a.book);
	unit_free(data);
}

/* What a reader makes of the file without a sandbox; its image, or nothing. */
static char *read_here(const char *name, const char *data, size_t size, rd_rc *ret_rc,
                       size_t *ret_size)
{
	const rd_read_file file = {name, data, size};
	const rd_read_options options = {.threads = 1, .digest = true};
	rd_book *book = NULL;
	rd_err err = {0};
	char *image = NULL;

	*ret_rc = rd_read_memory(&file, 1, &options, &book, &err);
	*ret_size = 0;
	if (book) {
		*ret_size = rd_image_size(book);
		image = rd_column_new(*ret_size);
		rd_image_write(book, image);
	}
	rd_book_free(book);
	return image;
}

static void read_there(const char *path, const char *name)
{
	size_t size = 0, want_size;
	char *data = unit_read(path, &size), *want;
	given g = {data, size};
	rd_sandbox_file f = {.name = rd_str_of(name)};
	rd_sandbox_job job = job_of(&g, &f);
	rd_sandbox_answer a = {0};
	rd_err err = {0};
	rd_rc rc;

	if (data == NULL)
		return;
	unit_case("%s", path);
	want = read_here(name, data, size, &rc, &want_size);
	UNIT_INT(rd_sandbox_read(&job, &a, &err), rc);
	UNIT_INT(a.image_size, want_size);
	UNIT_TRUE(a.image_size != want_size || want_size == 0 || memcmp(a.image, want, want_size) == 0);
	rd_book_free(a.book);
	rd_column_free(want, want_size);
	unit_free(data);
}

/* Every format and encoding: nothing that a reader calls is missing in there. */
static void reads_all_formats_alike(void)
{
	static const char *const folders[] = {"tests/io", "fuzz/corpus"};
	uint32_t files = 0;

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char path[1024];
		glob_t found;

		(void)snprintf(path, sizeof path, "%s/%s/*/*.[ctx][sxm][vtl]", RD_SOURCE_ROOT, folders[i]);
		UNIT_INT(glob(path, 0, NULL, &found), 0);
		for (size_t k = 0; k < found.gl_pathc; k++) {
			const char *name = strrchr(found.gl_pathv[k], '/') + 1;

			if (strcmp(name, "expect.txt") == 0)
				continue;
			read_there(found.gl_pathv[k], name);
			files++;
		}
		globfree(&found);
	}
	UNIT_TRUE(files > 20);
}

static void misbehaving_children_are_ended(void)
{
	static const struct {
		const char *what;
		rd_rc rc;
		const char *says;
	} rows[] = {
		{"open", RD_INPUT, "tried what it may not"},
		{"socket", RD_INPUT, "tried what it may not"},
		{"fork", RD_INPUT, "tried what it may not"},
		{"exec", RD_INPUT, "tried what it may not"},
		{"crash", RD_INPUT, "crashed"},
		{"spin", RD_LIMIT, "seconds"},
		{"eat", RD_LIMIT, "needs more than"},
		{"lie", RD_INPUT, "no whole answer"},
		{"nothing", RD_INPUT, "no whole answer"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		given g = {journal, sizeof journal - 1};
		rd_sandbox_file f = {.name = RD_STR("a.csv")};
		rd_sandbox_job job = job_of(&g, &f);
		rd_sandbox_answer a = {0};
		rd_err err = {0};

		unit_case("%s", rows[i].what);
		job.command = rows[i].what;
		UNIT_INT(rd_sandbox_read(&job, &a, &err), rows[i].rc);
		UNIT_TRUE(strstr(err.en, rows[i].says) != NULL);
	}
}

static void files_beyond_the_limit_are_refused(void)
{
	rd_sandbox_limits tight = {48u << 20, 64u << 20, 20, 40};
	rd_buf out;

	rd_buf_init(&out, (size_t)128 << 20);
	rd_buf_puts(&out, "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额\n");
	for (int i = 0; i < 400000; i++)
		rd_buf_printf(&out, "2024-01-05,记,%d,提现 %d,1001,库存现金,%d.00,\n", i, i, i);
	given g = {out.data, out.size};
	rd_sandbox_file f = {.name = RD_STR("large.csv")};
	rd_sandbox_job job = job_of(&g, &f);
	rd_sandbox_answer a = {0};
	rd_err err = {0};

	job.limits = &tight;
	UNIT_INT(rd_sandbox_read(&job, &a, &err), RD_LIMIT);
	UNIT_TRUE(strstr(err.en, "needs more than 48 MB") != NULL);
	rd_buf_done(&out);
}

static void put_part(zip_t *z, const char *name, const void *data, size_t size)
{
	zip_source_t *s = zip_source_buffer(z, data, size, 0);

	UNIT_TRUE(s && zip_file_add(z, name, s, ZIP_FL_OVERWRITE) >= 0);
}

/* A workbook of some kilobytes whose sheet is 64 MiB of blanks. */
static char *make_bomb(const char *path, size_t *ret_size)
{
	static const char types[] =
		"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Override "
		"PartName='/xl/workbook.xml' ContentType='application/"
		"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/></Types>";
	static const char rels[] =
		"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
		"<Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
		"relationships/%s' Target='%s'/></Relationships>";
	static const char book[] =
		"<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' xmlns:r='http"
		"://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='a' "
		"sheetId='1' r:id='r1'/></sheets></workbook>";
	size_t size = (size_t)64 << 20;
	char *sheet = rd_column_new(size), root[400], inner[400];
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	UNIT_TRUE(z != NULL);
	memset(sheet, ' ', size);
	memcpy(sheet, "<worksheet>", 11);
	snprintf(root, sizeof root, rels, "officeDocument", "xl/workbook.xml");
	snprintf(inner, sizeof inner, rels, "worksheet", "worksheets/sheet1.xml");
	put_part(z, "[Content_Types].xml", types, sizeof types - 1);
	put_part(z, "_rels/.rels", root, strlen(root));
	put_part(z, "xl/workbook.xml", book, sizeof book - 1);
	put_part(z, "xl/_rels/workbook.xml.rels", inner, strlen(inner));
	put_part(z, "xl/worksheets/sheet1.xml", sheet, size);
	UNIT_INT(zip_close(z), 0);
	rd_column_free(sheet, size);
	return unit_read(path, ret_size);
}

static void a_bomb_is_refused(void)
{
	char path[] = "/tmp/redink-bomb-XXXXXX";
	size_t size = 0;
	int fd = mkstemp(path);

	UNIT_TRUE(fd >= 0);
	close(fd);
	char *data = make_bomb(path, &size);
	given g = {data, size};
	rd_sandbox_file f = {.name = RD_STR("bomb.xlsx")};
	rd_sandbox_job job = job_of(&g, &f);
	rd_sandbox_answer a = {0};
	rd_err err = {0};

	UNIT_TRUE(size > 1000 && size < 200000);
	UNIT_INT(rd_sandbox_read(&job, &a, &err), RD_LIMIT);
	UNIT_TEXT(rd_str_of(err.file), "bomb.xlsx#a");
	unit_free(data);
	unlink(path);
}

const unit_test sandbox_tests[] = {
	{"reads what a reader reads", reads_what_a_reader_reads},
	{"bank statements and places come back", reads_statements_and_places},
	{"says what the reader says", says_what_the_reader_says},
	{"reads what must be decoded", reads_what_must_be_decoded},
	{"reads all formats alike", reads_all_formats_alike},
	{"children that misbehave are ended", misbehaving_children_are_ended},
	{"files beyond the limit are refused", files_beyond_the_limit_are_refused},
	{"a bomb is refused", a_bomb_is_refused},
	{0},
};
