#include "report/vouchers_xlsx.h"
#include "io/export_vouchers.h"
#include "report/records.h"

static rd_rc put_line(rd_records_xlsx *x, const rd_book *b, rd_row v, rd_row i, rd_err *err)
{
	rd_voucher_cell cells[RD_VOUCHER_CELLS];
	rd_out out[RD_VOUCHER_CELLS];

	rd_voucher_cells(b, v, i, cells);
	for (uint32_t k = 0; k < RD_VOUCHER_CELLS; k++) {
		out[k] = RD_OUT_TEXT_OF(cells[k].text);
		if (!cells[k].here)
			out[k].type = RD_OUT_NONE;
		else if (cells[k].day)
			out[k] = (rd_out){.type = RD_OUT_DAY, .n = cells[k].n};
		else if (cells[k].money)
			out[k] = (rd_out){.type = RD_OUT_NUMBER, .decimals = 2, .n = cells[k].n};
	}
	return rd_records_xlsx_row(x, out, RD_VOUCHER_CELLS, err);
}

rd_rc rd_vouchers_xlsx(const rd_book *b, rd_row from, rd_row to, const char *path,
                       const char *folder, int64_t at_us, rd_err *err)
{
	rd_records_xlsx *x;
	rd_out head[RD_VOUCHER_CELLS];
	rd_rc rc;

	RD_TRY(rd_records_xlsx_begin(path, folder, "凭证", at_us, &x, err));
	for (uint32_t k = 0; k < RD_VOUCHER_CELLS; k++)
		head[k] = RD_OUT_TEXT_OF(rd_str_of(rd_voucher_heads[k]));
	rc = rd_records_xlsx_row(x, head, RD_VOUCHER_CELLS, err);
	for (rd_row v = from; v < to && rc == RD_OK; v++)
		for (rd_row i = b->voucher.first[v]; i < b->voucher.first[v + 1] && rc == RD_OK; i++)
			rc = put_line(x, b, v, i, err);
	if (rc != RD_OK) {
		rd_records_xlsx_drop(x);
		return rc;
	}
	return rd_records_xlsx_end(x, err);
}
