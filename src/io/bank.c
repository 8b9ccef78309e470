/* rd_bank_read_path: what a bank statement file is, and its reading. */
#include "io/bank.h"
#include "base/limits.h"
#include "io/bank_text.h"
#include "io/encoding.h"
#include "io/text.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 65536u

/* ---- text tables ---- */

static bool is_broken(const rd_str *cells, uint32_t n, bool has_nul)
{
	if (n > RD_COLUMNS_MAX)
		return true;
	for (uint32_t i = 0; i < n; i++)
		if (cells[i].len > RD_CELL_BYTES_MAX ||
		    (has_nul && cells[i].len && memchr(cells[i].ptr, 0, cells[i].len)))
			return true;
	return false;
}

static rd_rc read_block(rd_text_file *text, rd_block *blk, rd_str *cells, rd_bank *b,
                        const rd_taker *taker, rd_err *err)
{
	uint32_t n, line, crs;
	bool bad;

	for (uint32_t i = 0; i < blk->n_quotes; i++)
		rd_bank_add_note(b, RD_BANK_NOTE_QUOTE, blk->quotes[i].line, RD_STR(""),
		                 rd_str_of(blk->quotes[i].found));
	while (bad = false,
	       (n = rd_block_record(text, blk, cells, RD_COLUMNS_MAX, &line, &bad, &crs)) > 0) {
		if (is_broken(cells, n, blk->has_nul)) {
			rd_bank_add_note(b, RD_BANK_NOTE_RECORD_BAD, line, RD_STR(""), RD_STR(""));
			continue;
		}
		if (bad)
			rd_bank_add_note(b, RD_BANK_NOTE_QUOTE, line, RD_STR(""), cells[0]);
		/* an export may guard long numbers from a spreadsheet: ="6222…", '6222…, tab 6222… */
		for (uint32_t i = 0; i < n; i++)
			cells[i] = rd_bank_plain_cell(cells[i]);
		RD_TRY(taker->row(taker->ctx, cells, n, line, err));
	}
	return RD_OK;
}

rd_rc rd_bank_read_table(rd_source *s, rd_bank_table *t, rd_bank *b, rd_err *err)
{
	rd_taker taker = rd_bank_table_taker(t);
	rd_text_file text;
	rd_block blk = {0};
	rd_arena *scratch = rd_arena_new();
	rd_str *cells = RD_NEW_N(scratch, rd_str, RD_COLUMNS_MAX);
	bool more = true, taken = false;
	rd_rc rc = rd_text_open(&text, s, err);

	b->format = rd_bank_intern(b, rc == RD_OK && text.csv.delimiter == '\t' ? RD_STR("tsv")
	                                                                        : RD_STR("csv"));
	taker.begin(taker.ctx, false);
	while (rc == RD_OK && (rc = rd_text_block(&text, &blk, &more, err)) == RD_OK && more)
		rc = read_block(&text, &blk, cells, b, &taker, err);
	if (rc == RD_OK)
		rc = taker.end(taker.ctx, &taken, err);
	if (rc == RD_OK && !taken)
		rc = rd_fail(
			err, RD_INPUT,
			"没有找到银行流水的表头：前 %u 行中没有一行同时含有日期列和金额列；请从网银导出“交易明细”（CSV 或 XLSX）",
			"no head of a bank statement: none of the first %u rows names a date and an amount column; export the transaction list as CSV or XLSX",
			RD_HEAD_ROWS_MAX);
	rd_block_done(&blk);
	rd_text_close(&text);
	rd_arena_free(scratch);
	return rc;
}

rd_str rd_bank_plain_cell(rd_str c)
{
	c = rd_str_trim(c);
	if (c.len >= 3 && c.ptr[0] == '=' && c.ptr[1] == '"' && c.ptr[c.len - 1] == '"')
		return (rd_str){c.ptr + 2, c.len - 3};
	if (c.len >= 2 && c.ptr[0] == '\'')
		return (rd_str){c.ptr + 1, c.len - 1};
	return c;
}

/* ---- whole texts ---- */

/* The bytes of a file in a new column of bytes + 64. */
static rd_rc whole_bytes(const rd_source *s, char *to, size_t *ret_n, rd_err *err)
{
	size_t got = 0;

	if (s->data) {
		memcpy(to, s->data, (size_t)s->bytes);
		*ret_n = (size_t)s->bytes;
		return RD_OK;
	}
	while (got < s->bytes) {
		ssize_t k = pread(s->fd, to + got, (size_t)s->bytes - got, (off_t)got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return rd_fail_os(err, errno, "读取失败", "reading failed");
		if (k == 0)
			break;
		got += (size_t)k;
	}
	*ret_n = got;
	return RD_OK;
}

rd_rc rd_bank_whole_text(rd_source *s, char **ret_text, size_t *ret_n, size_t *ret_cap, rd_err *err)
{
	size_t cap = (size_t)s->bytes + 64, got = 0;
	uint64_t bad = 0;

	if (s->bytes > RD_BANK_TEXT_MAX)
		return rd_fail(err, RD_LIMIT, "文件大于 %u MB；请按月分开上传",
		               "the file is larger than %u MB; upload it month by month",
		               RD_BANK_TEXT_MAX >> 20);
	char *raw = rd_column_new(cap);
	rd_rc rc = whole_bytes(s, raw, &got, err);

	if (rc != RD_OK) {
		rd_column_free(raw, cap);
		return rc;
	}
	rd_encoding e = rd_encoding_guess(raw, got);

	if (e.binary)
		rc = rd_fail(err, RD_INPUT, "文件含有二进制内容，不是银行对账单；请重新导出",
		             "the file holds binary data and is no bank statement; export it again");
	else if (e.iconv)
		rc = rd_encoding_convert(&e, raw, got, ret_text, ret_n, ret_cap, &bad, err);
	if (rc != RD_OK || e.iconv)
		rd_column_free(raw, cap);
	RD_TRY(rc);
	if (!e.iconv) {
		memmove(raw, raw + e.bom, got - e.bom);
		*ret_text = raw;
		*ret_n = got - e.bom;
		*ret_cap = cap;
	}
	rd_builder_file(s->builder, s->file)->encoding = rd_builder_text(s->builder, rd_str_of(e.name));
	if (bad)
		rd_builder_note_at(s->builder, s->file, 0, RD_NOTE_BYTES_INVALID, false, RD_STR(""));
	return RD_OK;
}

/* ---- one file ---- */

static rd_rc read_workbook(rd_source *s, rd_bank_table *t, rd_bank *b, rd_err *err)
{
	rd_taker taker = rd_bank_table_taker(t);

	s->taker = &taker;
	b->format = rd_bank_intern(b, RD_STR("xlsx"));
	rd_rc rc = rd_read_xlsx(s, err);
	s->taker = NULL;
	if (rc == RD_INPUT && b->layout == 0 && rd_str_has(rd_str_of(err->en), "sheets is a journal"))
		return rd_fail(
			err, RD_INPUT,
			"工作簿中没有银行流水：没有一张表的前 %u 行同时含有日期列和金额列；请从网银导出“交易明细”",
			"the workbook holds no bank statement: no sheet names a date and an amount column in its first %u rows; export the transaction list",
			RD_HEAD_ROWS_MAX);
	return rc;
}

static rd_rc dispatch(rd_source *s, rd_bank_table *t, rd_bank *b, rd_err *err)
{
	rd_str head = {s->head, s->head_len};

	if (s->bytes == 0)
		return rd_fail(err, RD_INPUT, "文件是空的", "the file is empty");
	if (s->bytes > RD_TABLE_BYTES_MAX)
		return rd_fail(err, RD_LIMIT, "文件大于 %llu MB；请按月分开上传",
		               "the file is larger than %llu MB; upload it month by month",
		               (unsigned long long)(RD_TABLE_BYTES_MAX >> 20));
	if (s->head_len >= 4 && memcmp(s->head, "PK\3\4", 4) == 0)
		return read_workbook(s, t, b, err);
	if (rd_bank_is_ofx(head))
		return rd_bank_read_ofx(s, b, err);
	if (rd_bank_is_mt940(head))
		return rd_bank_read_mt940(s, b, err);
	return rd_bank_read_table(s, t, b, err);
}

/* What the shared readers noted in the builder that is thrown away. */
static void take_notes(rd_bank *b, rd_builder *builder, rd_row file)
{
	static const struct {
		rd_note_kind from;
		rd_bank_note_kind to;
	} kinds[] = {{RD_NOTE_BYTES_INVALID, RD_BANK_NOTE_BYTES_INVALID},
	             {RD_NOTE_CELL_LONG, RD_BANK_NOTE_RECORD_BAD}};
	const rd_file *f = rd_builder_file(builder, file);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (f->notes[kinds[i].from])
			rd_bank_add_note(b, kinds[i].to, f->note_first[kinds[i].from], RD_STR(""), RD_STR(""));
	b->encoding = rd_bank_intern(b, rd_builder_str(builder, f->encoding));
}

static rd_rc read_source(rd_source *s, const rd_mapping *mapping, rd_bank **ret_bank, rd_err *err)
{
	static const rd_read_options options = {.threads = 1};
	rd_bank *b = rd_bank_new();
	rd_bank_table *t = rd_bank_table_new(b, mapping);

	s->builder = rd_builder_new();
	s->options = &options;
	s->mapping = mapping;
	rd_rc rc = rd_builder_add_file(s->builder, rd_str_of(s->path), &s->file, err);

	if (rc == RD_OK)
		rc = dispatch(s, t, b, err);
	if (rc == RD_OK) {
		take_notes(b, s->builder, s->file);
		b->name = rd_bank_intern(b, rd_str_of(s->path));
		rd_bank_seal(b);
		*ret_bank = b;
	} else {
		rd_bank_free(b);
		rd_err_at(err, s->path, 0);
	}
	rd_bank_table_free(t);
	rd_builder_free(s->builder);
	return rc;
}

rd_rc rd_bank_read_memory(const char *data, uint64_t bytes, const char *name,
                          const rd_mapping *mapping, rd_bank **ret_bank, rd_err *err)
{
	rd_source s = {.path = name,
	               .fd = -1,
	               .bytes = bytes,
	               .data = data,
	               .head = data,
	               .head_len = bytes < HEAD_BYTES ? (uint32_t)bytes : HEAD_BYTES};

	return read_source(&s, mapping, ret_bank, err);
}

rd_rc rd_bank_read_fd(int fd, const char *name, const rd_mapping *mapping, rd_bank **ret_bank,
                      rd_err *err)
{
	char *head = rd_column_new(HEAD_BYTES);
	rd_source s = {.path = name, .fd = fd, .head = head};
	struct stat st;
	rd_rc rc = RD_OK;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		rc = rd_fail(err, RD_IO, "不是普通文件", "not a regular file");
	} else {
		ssize_t n = pread(fd, head, HEAD_BYTES, 0);

		s.bytes = (uint64_t)st.st_size;
		s.head_len = n > 0 ? (uint32_t)n : 0;
		rc = n < 0 ? rd_fail_os(err, errno, "读取失败", "reading failed")
		           : read_source(&s, mapping, ret_bank, err);
	}
	rd_column_free(head, HEAD_BYTES);
	return rc;
}

rd_rc rd_bank_read_path(const char *path, const rd_mapping *mapping, rd_bank **ret_bank,
                        rd_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		rd_fail_os(err, errno, "打不开", "cannot open");
		return rd_err_at(err, path, 0);
	}
	rd_rc rc = rd_bank_read_fd(fd, path, mapping, ret_bank, err);

	close(fd);
	return rc;
}
