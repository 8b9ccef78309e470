#include "record/list.h"
#include "base/assert.h"
#include "base/buf.h"

#define SQL_MAX (1u << 18)

typedef struct question {
	rd_filter filter;
	rd_may_list may;
	rd_value in[RD_FILTER_IN_MAX + RD_MAY_IN_MAX];
	uint32_t n_in;
} question;

static rd_rc ask(rd_tx *tx, const rd_actor *actor, const rd_list_input *in, question *q,
                 rd_err *err)
{
	const bool contact = actor->roles & RD_ROLE_CLIENT_CONTACT;
	const rd_filter_input fin = {
		.kind = in->kind,
		.firm_id = tx->firm_id,
		.text = in->filter,
		.sort = in->sort,
		.cursor = in->cursor,
		.user_id = actor->user_id,
		.now_us = tx->now_us,
		.today = (rd_day)((tx->now_us / 1000000 + in->zone_offset_s) / 86400),
		.offset_s = in->zone_offset_s,
		.client = contact,
		.secrets = actor->system || (actor->roles & RD_ROLE_ADMINISTRATOR),
	};

	if (!rd_may_any(actor, in->kind, RD_KIND_READ))
		return rd_fail(err, RD_FORBIDDEN, "您的角色不能查看这类记录",
		               "your role may not see such records");
	RD_TRY(rd_filter_compile(&fin, tx->arena, &q->filter, err));
	rd_may_list_of(actor, in->kind, q->filter.n_in + 1, tx->arena, &q->may);
	memcpy(q->in, q->filter.in, q->filter.n_in * sizeof *q->in);
	memcpy(q->in + q->filter.n_in, q->may.in, q->may.n_in * sizeof *q->in);
	q->n_in = q->filter.n_in + q->may.n_in;
	return RD_OK;
}

rd_rc rd_list_get(rd_tx *tx, const rd_actor *actor, const rd_list_input *in, rd_list *ret_list,
                  rd_err *err)
{
	const rd_kind *k = in->kind;
	question *q = RD_NEW(tx->arena, question);
	uint32_t n = 0, want = in->limit + 1;

	RD_ASSERT(in->limit >= 1 && in->limit <= RD_LIST_MAX);
	RD_TRY(ask(tx, actor, in, q, err));
	rd_record *records = RD_NEW_N(tx->arena, rd_record, want);

	for (uint32_t part = 0; part < q->filter.n_parts && n < want; part++) {
		rd_str sql = rd_filter_select(k, &q->filter, part, q->may.where, want - n, tx->arena);
		rd_rows rows;

		RD_TRY(rd_db_select(tx->db, sql, q->in, q->n_in, want - n, tx->arena, &rows, err));
		RD_ASSERT(rows.n == 0 || rows.width == k->n_columns);
		for (uint32_t i = 0; i < rows.n; i++)
			records[n++] = (rd_record){k, (rd_value *)rows.cells + (size_t)i * rows.width};
	}
	bool more = n == want;

	n -= more;
	*ret_list = (rd_list){records, n, {"", 0}};
	if (more)
		ret_list->next = rd_filter_cursor(k, &q->filter, records[n - 1].cells, tx->arena);
	return RD_OK;
}

rd_rc rd_list_count(rd_tx *tx, const rd_actor *actor, const rd_list_input *in, uint32_t max,
                    uint32_t *ret_n, rd_err *err)
{
	question *q = RD_NEW(tx->arena, question);
	rd_list_input all = *in;
	rd_buf sql;
	rd_rows rows;
	rd_rc rc;

	all.cursor = (rd_str){"", 0}; /* all pages are counted */
	RD_TRY(ask(tx, actor, &all, q, err));
	rd_buf_init(&sql, SQL_MAX);
	rd_buf_printf(&sql, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM %s r WHERE ", in->kind->table);
	rd_buf_str(&sql, q->filter.where);
	if (q->may.where.len) {
		rd_buf_puts(&sql, " AND (");
		rd_buf_str(&sql, q->may.where);
		rd_buf_puts(&sql, ")");
	}
	rd_buf_printf(&sql, " LIMIT %u) counted", max + 1);
	rc = rd_db_select(tx->db, rd_buf_view(&sql), q->in, q->n_in, 1, tx->arena, &rows, err);
	rd_buf_done(&sql);
	if (rc == RD_OK)
		*ret_n = (uint32_t)rows.cells[0].i;
	return rc;
}
