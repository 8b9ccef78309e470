/*
 * fuzz.h - what the fuzz targets share: bytes in memory, read as one file of books, sealed, freed.
 *
 * A target is one function; libFuzzer calls it, or main.c does with the files of a corpus.
 */
#ifndef RD_FUZZ_H
#define RD_FUZZ_H
#include "io/reader.h"
#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef rd_rc (*rd_fuzz_reader)(rd_source *s, rd_err *err);

/* Reads the bytes with one reader and seals what came of it. */
void rd_fuzz_read(const uint8_t *data, size_t size, rd_fuzz_reader read, const char *name);
#endif
