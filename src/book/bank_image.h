/*
 * bank_image.h - a bank statement as one flat piece of memory, and back.
 *
 * As image.h is for books: what the process that reads a stranger's file hands to the server. Its
 * form is that of this program (little-endian); a change gives it another number. Who made it may
 * be worse than wrong: rd_bank_image_open looks at every count, id, day and amount, and copies.
 */
#ifndef RD_BOOK_BANK_IMAGE_H
#define RD_BOOK_BANK_IMAGE_H
#include "base/buf.h"
#include "book/bank.h"

#define RD_BANK_IMAGE_VERSION 1u
/* A million lines with their texts. */
#define RD_BANK_IMAGE_MAX ((size_t)512 << 20)

void rd_bank_image_write(const rd_bank *b, rd_buf *out);
/* CORRUPT when it is damaged or of another version. The statement holds nothing of `image`. */
RD_NODISCARD rd_rc rd_bank_image_open(rd_str image, rd_bank **ret_bank, rd_err *err);
#endif
