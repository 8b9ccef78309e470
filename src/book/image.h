/*
 * image.h - a sealed book as one flat piece of memory, and back.
 *
 * An image is what a process hands to another one, or keeps in a cache that may be deleted at any
 * time: it is derived from files, never a record of anything. Its form is that of this program
 * (RD_IMAGE_VERSION): little-endian, columns one after the other at multiples of 64 bytes, records
 * as they stand in memory with zeroes between their members. The same book gives the same bytes.
 *
 * Who made an image may be wrong or worse: a process that reads files of strangers. Opening one
 * therefore looks at every count, row, id, day and amount in it, and a book that was opened keeps
 * all that book.h promises. The checksum is against accidents of storage, not against people.
 *
 * Who owns what: the columns of the book point into the image, which nobody may change or free
 * while the book lives; rd_book_free gives it back. Threads: any, one call one image.
 */
#ifndef RD_BOOK_IMAGE_H
#define RD_BOOK_IMAGE_H
#include "base/err.h"
#include "book/book.h"

/* Another number for every change of the form, and of what the columns mean. */
#define RD_IMAGE_VERSION 1u

/* Bytes of the image of `b`. */
size_t rd_image_size(const rd_book *b);
/* Writes it to `to`, which holds rd_image_size(b) bytes. */
void rd_image_write(const rd_book *b, void *to);
/* A book over `image`, which comes from rd_column_new or mmap and is `size` bytes long. CORRUPT
 * when it is damaged or of another version; the image then stays the caller's. */
RD_NODISCARD rd_rc rd_image_open(void *image, size_t size, rd_book **ret_book, rd_err *err);
#endif
