/* Images of books: either the bytes are one, or they say what is changed in one that is right, with
 * the checksum made anew, because no input finds that by itself. */
#include "fuzz.h"
#include "base/assert.h"
#include "book/image_form.h"

static const char journal[] =
	"日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,往来单位\n"
	"2024-01-05,记,1,提现,1001,库存现金,100.00,,\n"
	"2024-01-05,记,1,提现,1002,银行存款,,100.00,\n"
	"2024-01-09,记,2,收货款,1002,银行存款,250.50,,甲公司\n"
	"2024-01-09,记,2,收货款,1122,应收账款,,250.50,甲公司\n"
	"2024-02-30,记,3,,1122,应收账款,abc,,乙公司\n";

static char *right; /* made once */
static size_t right_size;

static void make_right(void)
{
	static const rd_read_options options = {.threads = 1};
	rd_builder *b = rd_builder_new();
	rd_source s = {.builder = b,
	               .options = &options,
	               .path = "a.csv",
	               .fd = -1,
	               .bytes = sizeof journal - 1,
	               .head = journal,
	               .head_len = sizeof journal - 1,
	               .data = journal};
	rd_seal_options seal = {.threads = 1};
	rd_book *book = NULL;
	rd_err err;

	RD_ASSERT(rd_builder_add_file(b, RD_STR("a.csv"), &s.file, &err) == RD_OK);
	RD_ASSERT(rd_read_table(&s, &err) == RD_OK);
	RD_ASSERT(rd_builder_seal(b, &seal, &book, &err) == RD_OK);
	rd_builder_free(b);
	right_size = rd_image_size(book);
	right = rd_column_new(right_size);
	rd_image_write(book, right);
	rd_book_free(book);
}

static void look_at(const rd_book *b)
{
	char name[300];

	for (rd_row v = 0; v < b->voucher.n; v++) {
		RD_ASSERT(b->voucher.first[v] < b->voucher.first[v + 1]);
		rd_voucher_name(b, v, true, name, sizeof name);
	}
	for (rd_row i = 0; i < b->line.n; i++) {
		RD_ASSERT(rd_line_voucher(b, i) < b->voucher.n);
		RD_ASSERT(rd_line_place(b, i).file < b->n_files);
		(void)rd_line_credit(b, i);
		(void)rd_book_text(b, rd_line_text(b, i));
	}
	for (rd_row a = 0; a < b->account.n; a++)
		rd_account_name(b, a, name, sizeof name);
	for (rd_row p = 0; p < b->party.n; p++)
		rd_party_name(b, p, name, sizeof name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool raw = size >= 8 && memcmp(data, "RDBOOK\0", 8) == 0;
	rd_book *book = NULL;
	rd_err err = {0};

	if (right == NULL)
		make_right();
	size_t n = raw ? size : right_size;
	char *image = rd_column_new(n);
	memcpy(image, raw ? (const char *)data : right, n);
	for (size_t i = 0; !raw && i + 4 <= size; i += 4)
		image[32 + ((size_t)data[i] | (size_t)data[i + 1] << 8) % (n - 32)] ^= (char)data[i + 2];
	if (n >= sizeof(rd_image_head) && n % RD_IMAGE_ALIGN == 0) {
		uint64_t sum = rd_image_checksum(image, n);

		memcpy(image + offsetof(rd_image_head, checksum), &sum, sizeof sum);
	}
	if (rd_image_open(image, n, &book, &err) != RD_OK) {
		RD_ASSERT(err.code == RD_CORRUPT && err.zh[0] && err.en[0]);
		rd_column_free(image, n);
		return 0;
	}
	look_at(book);
	rd_book_free(book);
	return 0;
}
