#include "fuzz.h"
#include "base/assert.h"

/* What a sealed book promises, whatever went in. */
static void look_at(const rd_book *b)
{
	char name[300];

	RD_ASSERT(b->voucher.n <= b->line.n);
	for (rd_row v = 0; v < b->voucher.n; v++) {
		RD_ASSERT(b->voucher.first[v] < b->voucher.first[v + 1]);
		rd_voucher_name(b, v, true, name, sizeof name);
	}
	for (rd_row i = 0; i < b->line.n; i++) {
		RD_ASSERT(b->line.account[i] < b->account.n && b->line.party[i] < b->party.n);
		RD_ASSERT(rd_line_place(b, i).file < b->n_files);
		RD_ASSERT(rd_utf8_check(rd_book_text(b, rd_line_text(b, i)).ptr,
		                        rd_book_text(b, rd_line_text(b, i)).len) < 0);
	}
	for (rd_row a = 0; a < b->account.n; a++)
		rd_account_name(b, a, name, sizeof name);
}

void rd_fuzz_read(const uint8_t *data, size_t size, rd_fuzz_reader read, const char *name)
{
	static const rd_read_options options = {.threads = 1};
	rd_builder *b = rd_builder_new();
	rd_source s = {.builder = b,
	               .options = &options,
	               .path = name,
	               .fd = -1,
	               .bytes = size,
	               .head = (const char *)data,
	               .data = (const char *)data};
	rd_seal_options seal = {.threads = 1};
	rd_book *book = NULL;
	rd_err err = {0};

	s.head_len = size > 65536 ? 65536 : (uint32_t)size;
	if (rd_builder_add_file(b, rd_str_of(name), &s.file, &err) == RD_OK) {
		rd_rc rc = read(&s, &err);

		RD_ASSERT(rc == RD_OK || (err.code == rc && err.zh[0] && err.en[0]));
		if (rc == RD_OK && rd_builder_seal(b, &seal, &book, &err) != RD_OK)
			RD_ASSERT(book == NULL && err.zh[0]);
	}
	rd_builder_free(b); /* before the book: what is left of it lies in the book's memory */
	if (book)
		look_at(book);
	rd_book_free(book);
}
