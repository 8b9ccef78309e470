/* Images: the same book again, the same bytes, and nothing that is damaged is believed. */
#include "book/image_form.h"
#include "book/dict.h"
#include "ledger.h"
#include "shelf.h"
#include <stdio.h>
#include <time.h>

static rd_book *company(uint32_t vouchers)
{
	ledger l = {.seed = 11, .vouchers = vouchers, .wrong = 40, .months = 4};
	rd_read_options o = {.threads = 1, .digest = true};
	rd_buf journal, trial;
	rd_book *b = NULL;
	rd_err err = {0};

	rd_buf_init(&journal, 256 << 20);
	rd_buf_init(&trial, 8 << 20);
	ledger_journal(&l, &journal);
	rd_buf_puts(&journal, "x,not,a,date\n"); /* something to be noted */
	ledger_trial(&l, &trial);
	shelf_file files[] = {{"journal.csv", journal.data, journal.size},
	                      {"trial.csv", trial.data, trial.size}};
	UNIT_OK(shelf_read(files, 2, &o, &b, &err), &err);
	rd_buf_done(&journal);
	rd_buf_done(&trial);
	return b;
}

static char *image_of(const rd_book *b, size_t *ret_size)
{
	*ret_size = rd_image_size(b);
	char *image = rd_column_new(*ret_size);

	memset(image, 0xA5, *ret_size); /* nothing of what was there before stays */
	rd_image_write(b, image);
	return image;
}

static void a_book_comes_back_as_it_was(void)
{
	rd_book *b = company(200), *again = NULL;
	size_t size, size2;
	char *image = image_of(b, &size), *image2;
	rd_err err = {0};

	UNIT_INT(size % 64, 0);
	UNIT_OK(rd_image_open(image, size, &again, &err), &err);
	UNIT_INT(again->line.n, b->line.n);
	UNIT_INT(again->n_notes, b->n_notes);
	UNIT_TRUE(again->files[1].has_sha256);
	for (rd_row i = 0; i < b->line.n; i++) {
		UNIT_INT(rd_line_place(again, i).line, rd_line_place(b, i).line);
		UNIT_INT(rd_line_voucher(again, i), rd_line_voucher(b, i));
	}
	for (rd_text id = 0; id < rd_book_n_texts(b); id++) {
		UNIT_BYTES(rd_book_text(again, id), rd_book_text(b, id));
		UNIT_INT(rd_book_find_text(again, rd_book_text(b, id)), id);
		UNIT_INT(rd_book_find_account(again, rd_book_text(b, id)),
		         rd_book_find_account(b, rd_book_text(b, id)));
	}
	image2 = image_of(again, &size2);
	UNIT_INT(size2, size);
	UNIT_TRUE(memcmp(image2, image, size) == 0);
	rd_column_free(image2, size2);
	rd_book_free(again);
	rd_book_free(b);
}

static void an_empty_book_comes_back(void)
{
	rd_builder *builder = rd_builder_new();
	rd_seal_options seal = {.threads = 1};
	rd_book *b = NULL, *again = NULL;
	size_t size;
	rd_err err = {0};

	UNIT_OK(rd_builder_seal(builder, &seal, &b, &err), &err);
	rd_builder_free(builder);
	char *image = image_of(b, &size);
	UNIT_OK(rd_image_open(image, size, &again, &err), &err);
	UNIT_INT(again->line.n, 0);
	rd_book_free(again);
	rd_book_free(b);
}

static void refused(const char *from, size_t size, const char *why)
{
	char *copy = rd_column_new(size ? size : 1);
	rd_book *book = NULL;
	rd_err err = {0};

	memcpy(copy, from, size);
	rd_rc rc = rd_image_open(copy, size, &book, &err);
	UNIT_INT(rc, RD_CORRUPT);
	UNIT_TRUE(err.zh[0] && strstr(err.en, why));
	if (rc == RD_OK)
		rd_book_free(book);
	else
		rd_column_free(copy, size ? size : 1);
}

static void what_is_cut_or_of_another_version_is_refused(void)
{
	rd_book *b = company(20);
	size_t size;
	char *image = image_of(b, &size);

	refused(image, 0, "short");
	refused(image, 100, "short");
	refused(image, size - 64, "size");
	image[8]++;
	refused(image, size, "version");
	image[8]--;
	image[0] = 'X';
	refused(image, size, "magic");
	rd_column_free(image, size);
	rd_book_free(b);
}

static void one_wrong_bit_is_noticed(void)
{
	rd_book *b = company(3);
	size_t size;
	char *image = image_of(b, &size);
	uint64_t random = 5;

	for (uint32_t i = 0; i < 2000; i++) {
		size_t at = (size_t)unit_random(&random) % size;
		char bit = (char)(1 << unit_below(&random, 8));

		image[at] ^= bit;
		unit_case("byte %zu", at);
		refused(image, size, "");
		image[at] ^= bit;
	}
	rd_column_free(image, size);
	rd_book_free(b);
}

/* An image made to deceive has a right checksum. It is refused, or it is a book that all checks can
 * run over. */
static void what_is_accepted_can_be_checked(void)
{
	rd_book *b = company(12);
	rd_run_options options = {.threads = 1, .as_of = RD_DAY_NONE};
	size_t size;
	char *image = image_of(b, &size);
	uint64_t random = 77;
	uint32_t taken = 0, tries = 3000;

	for (uint32_t i = 0; i < tries; i++) {
		char *copy = rd_column_new(size);
		rd_book *book = NULL;
		rd_result *r = NULL;
		rd_err err = {0};

		memcpy(copy, image, size);
		for (uint32_t k = 0, n = 1 + unit_below(&random, 3); k < n; k++) {
			size_t at = 32 + (size_t)unit_random(&random) % (size - 32);

			if (unit_below(&random, 3))
				copy[at] = (char)(copy[at] ^ (char)(1 << unit_below(&random, 8)));
			else
				copy[at] = (char)unit_random(&random);
		}
		uint64_t sum = rd_image_checksum(copy, size);
		memcpy(copy + offsetof(rd_image_head, checksum), &sum, sizeof sum);
		if (rd_image_open(copy, size, &book, &err) != RD_OK) {
			UNIT_INT(err.code, RD_CORRUPT);
			rd_column_free(copy, size);
			continue;
		}
		taken++;
		UNIT_OK(rd_run_checks(book, &options, &r, &err), &err);
		rd_result_free(r);
		rd_book_free(book);
	}
	unit_note("  %u of %u were books\n", taken, tries);
	UNIT_TRUE(taken > tries / 10 && taken < tries);
	rd_column_free(image, size);
	rd_book_free(b);
}

/* Texts that all want one place in the dictionary: a reader with a limit of time may bear that, who
 * opens what it made has none. */
static void texts_chosen_to_collide_are_refused(void)
{
	enum { TEXTS = 1900, SLOTS = 4096 };
	rd_book *b = NULL, *again = NULL;
	size_t size;
	rd_buf rows;
	rd_err err = {0};
	uint32_t found = 0;

	rd_buf_init(&rows, 1 << 20);
	for (uint32_t i = 0; found < TEXTS; i++) {
		char text[16];
		uint32_t n = (uint32_t)snprintf(text, sizeof text, "t%u", i);

		if ((rd_dict_hash((rd_str){text, n}) & (SLOTS - 1)) != 0)
			continue;
		rd_buf_printf(&rows, "%u|2024-01-05|1001|1|%s\n", ++found, text);
	}
	b = shelf_book("entry-id|date|account-code|signed|text", rows.data);
	rd_buf_done(&rows);
	char *image = image_of(b, &size);
	UNIT_INT(rd_image_open(image, size, &again, &err), RD_CORRUPT);
	rd_column_free(image, size);
	rd_book_free(b);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void opening_is_quick(void)
{
	rd_book *b = company(60000), *again = NULL;
	size_t size;
	char *image = image_of(b, &size);
	char *copy = rd_column_new(size);
	rd_err err = {0};
	int64_t start = now_ns();

	memcpy(copy, image, size);
	int64_t copied = now_ns() - start;
	start = now_ns();
	UNIT_OK(rd_image_open(image, size, &again, &err), &err);
	unit_note("  %u lines, %zu bytes: opened in %jd us, copied in %jd us\n", b->line.n, size,
	          (intmax_t)(now_ns() - start) / 1000, (intmax_t)copied / 1000);
	rd_column_free(copy, size);
	rd_book_free(again);
	rd_book_free(b);
}

const unit_test image_tests[] = {
	{"a book comes back as it was", a_book_comes_back_as_it_was},
	{"an empty book comes back", an_empty_book_comes_back},
	{"what is cut or of another version is refused", what_is_cut_or_of_another_version_is_refused},
	{"one wrong bit is noticed", one_wrong_bit_is_noticed},
	{"what is accepted can be checked", what_is_accepted_can_be_checked},
	{"texts chosen to collide are refused", texts_chosen_to_collide_are_refused},
	{"opening is quick", opening_is_quick},
	{0},
};
