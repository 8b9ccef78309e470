#include "record/once.h"
#include "store/queries.gen.h"

rd_rc rd_once_get(rd_tx *tx, rd_str actor, rd_str key, rd_once_answer *ret_answer, bool *ret_found,
                  rd_err *err)
{
	rd_q_answer_get_row row;

	RD_TRY(rd_q_answer_get(tx, actor, key, &row, ret_found, err));
	if (*ret_found)
		*ret_answer = (rd_once_answer){row.request, row.status, row.body};
	return RD_OK;
}

rd_rc rd_once_put(rd_tx *tx, rd_str actor, rd_str key, const rd_once_answer *answer, rd_err *err)
{
	return rd_q_answer_add(tx, actor, key, answer->request, answer->status, answer->body,
	                       tx->now_us, NULL, err);
}
