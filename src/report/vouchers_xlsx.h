/*
 * vouchers_xlsx.h - vouchers of a book as a workbook, in the columns of the generic form
 * (io/export_vouchers.h). Texts are typed strings, which are never run.
 */
#ifndef RD_REPORT_VOUCHERS_XLSX_H
#define RD_REPORT_VOUCHERS_XLSX_H
#include "base/err.h"
#include "book/book.h"

/* As rd_records_xlsx_begin; the file is whole or there is an error. */
RD_NODISCARD rd_rc rd_vouchers_xlsx(const rd_book *b, rd_row from, rd_row to, const char *path,
                                    const char *folder, int64_t at_us, rd_err *err);
#endif
