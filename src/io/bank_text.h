/*
 * bank_text.h - what the readers of bank statements share about text. Private to src/io.
 */
#ifndef RD_IO_BANK_TEXT_H
#define RD_IO_BANK_TEXT_H
#include "io/bank.h"

#define RD_BANK_TEXT_MAX (64u << 20) /* of OFX and MT940, which are read as a whole */

/* A cell without the guards against a spreadsheet's number reading (="…", leading '). */
rd_str rd_bank_plain_cell(rd_str c);
/* The whole file as UTF-8 in a new column of *ret_cap bytes; the caller frees it. */
RD_NODISCARD rd_rc rd_bank_whole_text(rd_source *s, char **ret_text, size_t *ret_n, size_t *ret_cap,
                                      rd_err *err);
#endif
