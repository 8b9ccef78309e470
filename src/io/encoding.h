/*
 * encoding.h - which bytes a text file is written in, and its text as UTF-8.
 *
 * UTF-8 (with or without BOM) is read as it stands. UTF-16 is told by its BOM or its zero
 * bytes. Bytes that are no UTF-8 are GB 18030 when they read as the Han characters in common
 * use, else windows-1252; what was decided is shown and can be stated in a mapping instead.
 */
#ifndef RD_IO_ENCODING_H
#define RD_IO_ENCODING_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef struct rd_encoding {
	const char *name;  /* for people: "UTF-8", "GB18030", "UTF-16LE", "windows-1252" */
	const char *iconv; /* what iconv calls it; NULL = UTF-8, nothing to convert */
	uint32_t bom;      /* bytes to leave out at the start */
	bool binary;       /* no text at all */
} rd_encoding;

/* From a sample of the file (its head, and pieces of the rest when it is large). */
rd_encoding rd_encoding_guess(const char *p, size_t n);
/* By a name from a mapping; false when it is not known. */
bool rd_encoding_named(rd_str name, rd_encoding *ret);
/* The whole text as UTF-8 in a new column (free with *ret_cap bytes; 64 readable bytes
 * behind the text). Bytes that do not fit become U+FFFD and are counted. The caller bounds n. */
RD_NODISCARD rd_rc rd_encoding_convert(const rd_encoding *e, const char *p, size_t n,
                                       char **ret_text, size_t *ret_n, size_t *ret_cap,
                                       uint64_t *ret_bad, rd_err *err);
#endif
