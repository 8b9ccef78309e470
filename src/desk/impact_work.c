#include "desk/impact_work.h"
#include "correct/impact.h"
#include "desk/draft.h"

rd_rc rd_impact_work(rd_arena *arena, const rd_book *book, const rd_impact_case *ask, rd_buf *out,
                     rd_impact_found *ret, rd_err *err)
{
	rd_drafts drafts = {0};
	rd_impact i;
	rd_json j;

	if (ask->vouchers.len)
		RD_TRY(rd_drafts_read(arena, ask->vouchers, &drafts, err));
	RD_TRY(rd_impact_find(arena, book,
	                      &(rd_impact_ask){.drafts = &drafts,
	                                       .voucher = ask->voucher,
	                                       .period = ask->period,
	                                       .account = ask->account},
	                      &i, err));
	rd_json_init(&j, out, 0);
	rd_json_object(&j);
	rd_impact_json(&j, &i);
	rd_json_close(&j);
	*ret = (rd_impact_found){
		.by_correction = i.basis == RD_IMPACT_CORRECTION,
		.compared = i.basis == RD_IMPACT_CORRECTION || i.basis == RD_IMPACT_VOUCHER,
		.tax = i.tax,
	};
	return RD_OK;
}
