/* Bank statements of all forms, and their images: either the bytes are a file, or an image whose
 * checksum is made anew. What was read keeps what bank.h promises. */
#include "fuzz.h"
#include "base/assert.h"
#include "base/hash.h"
#include "book/bank_image.h"
#include "io/bank.h"

static void look_at(const rd_bank *b)
{
	uint32_t at = 0;

	for (uint32_t p = 0; p < b->n_parts; p++) {
		const rd_bank_part *part = &b->parts[p];

		RD_ASSERT(part->first == at);
		(void)rd_bank_text(b, part->account);
		(void)rd_bank_text(b, part->currency);
		for (uint32_t i = at; i < at + part->n; i++) {
			const rd_bank_line *l = &b->lines[i];

			RD_ASSERT(l->part == p && l->date >= part->from && l->date <= part->to);
			RD_ASSERT(l->amount <= RD_BANK_AMOUNT_MAX && l->amount >= -RD_BANK_AMOUNT_MAX);
			(void)rd_bank_text(b, l->party);
			(void)rd_bank_text(b, l->summary);
			(void)rd_bank_text(b, l->serial);
		}
		at += part->n;
	}
	RD_ASSERT(at == b->n_lines);
	for (uint32_t i = 0; i < b->n_notes; i++)
		(void)rd_bank_text(b, b->notes[i].found);
}

/* Writing an image and opening it gives the same image again. */
static void round_trip(const rd_bank *b)
{
	rd_buf first, second;
	rd_bank *back = NULL;
	rd_err err;

	rd_buf_init(&first, RD_BANK_IMAGE_MAX);
	rd_buf_init(&second, RD_BANK_IMAGE_MAX);
	rd_bank_image_write(b, &first);
	RD_ASSERT(rd_bank_image_open(rd_buf_view(&first), &back, &err) == RD_OK);
	rd_bank_image_write(back, &second);
	RD_ASSERT(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
	rd_bank_free(back);
	rd_buf_done(&first);
	rd_buf_done(&second);
}

static void open_image(const uint8_t *data, size_t size)
{
	char *copy = rd_column_new(size + 8);
	uint64_t sum;
	rd_bank *b = NULL;
	rd_err err;

	memcpy(copy, data, size);
	sum = rd_hash_fast(copy, size);
	for (int i = 0; i < 8; i++)
		copy[size + (size_t)i] = (char)(sum >> (8 * i));
	if (rd_bank_image_open((rd_str){copy, (uint32_t)size + 8}, &b, &err) == RD_OK)
		look_at(b);
	rd_bank_free(b);
	rd_column_free(copy, size + 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = rd_column_new(size + 64);
	rd_bank *b = NULL;
	rd_err err = {0};

	memcpy(copy, data, size);
	if (size >= 8 && memcmp(data, "RDBANK", 6) == 0)
		open_image(data, size);
	rd_rc rc = rd_bank_read_memory(copy, size, "fuzz", NULL, &b, &err);

	if (rc == RD_OK) {
		look_at(b);
		round_trip(b);
	} else {
		RD_ASSERT(err.zh[0] && err.en[0]);
	}
	rd_bank_free(b);
	rd_column_free(copy, size + 64);
	return 0;
}
