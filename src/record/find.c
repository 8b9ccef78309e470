#include "record/find.h"
#include "base/assert.h"
#include "base/buf.h"
#include "record/beside.h"
#include "record/engine.h"
#include "record/pending.h"
#include "record/words.h"
#include "store/queries.gen.h"
#include <stdio.h>

#define IN_MAX     (RD_QUERY_TERMS_MAX * 4 + 2)
#define LOOKED_MAX 400u /* hits of the index that are judged for one answer */

typedef struct sql {
	rd_buf text;
	rd_value in[IN_MAX];
	uint32_t n;
} sql;

static uint32_t place(sql *s, rd_value v)
{
	RD_ASSERT(s->n < IN_MAX);
	s->in[s->n++] = v;
	return s->n;
}

/* All terms of one way occur in the record under the alias t. */
static void put_way(sql *s, const rd_query_way *way)
{
	rd_buf_puts(&s->text, "(");
	for (uint32_t i = 0; i < way->n; i++) {
		uint32_t n = place(s, RD_VALUE_TEXT(way->terms[i]));

		rd_buf_puts(&s->text, i ? " AND " : "");
		rd_buf_printf(&s->text, RD_TERM_THERE, n, "t.kind", "t.id", "t.kind", "t.id", n);
	}
	rd_buf_puts(&s->text, way->n ? ")" : "1 = 1)");
}

static void put_word(sql *s, const rd_query_word *word)
{
	rd_buf_puts(&s->text, " AND (");
	for (uint32_t i = 0; i < word->n; i++) {
		rd_buf_puts(&s->text, i ? " OR " : "");
		put_way(s, &word->ways[i]);
	}
	rd_buf_puts(&s->text, ")");
}

/* Where a search begins: the records that have one term of the first word (any of its ways), in
 * the index or waiting for it. */
static void put_entry(sql *s, const rd_query_word *word, uint32_t kind)
{
	char of_kind[32] = "";
	uint32_t first = s->n + 1;

	if (kind)
		snprintf(of_kind, sizeof of_kind, " AND kind = $%u", kind);
	rd_buf_puts(&s->text, "SELECT kind, id FROM search_term WHERE firm_id = $1 AND term IN (");
	for (uint32_t i = 0; i < word->n; i++)
		rd_buf_printf(&s->text, "%s$%u", i ? ", " : "",
		              place(s, RD_VALUE_TEXT(word->ways[i].terms[0])));
	rd_buf_printf(&s->text,
	              ")%s UNION ALL SELECT kind, id FROM search_pending WHERE firm_id = $1%s AND (",
	              of_kind, of_kind);
	for (uint32_t i = 0; i < word->n; i++)
		rd_buf_printf(&s->text, "%sterms LIKE '%%\"' || $%u || '\"%%'", i ? " OR " : "", first + i);
	rd_buf_puts(&s->text, ")");
}

/* It is entered by one term, all else is looked up. */
static void put_query(sql *s, rd_tx *tx, const rd_query *q, rd_str kind)
{
	uint32_t firm = place(s, RD_VALUE_INT(tx->firm_id));

	RD_ASSERT(firm == 1);
	rd_buf_puts(&s->text, "SELECT DISTINCT t.kind, t.id FROM (");
	put_entry(s, &q->words[0], kind.len ? place(s, RD_VALUE_TEXT(kind)) : 0);
	rd_buf_puts(&s->text, ") t WHERE 1 = 1");
	for (uint32_t i = 0; i < q->n; i++)
		put_word(s, &q->words[i]);
	rd_buf_printf(&s->text, " ORDER BY t.id DESC LIMIT %u", LOOKED_MAX);
}

/* The record when it is there and the actor may read it. */
static rd_rc readable(rd_tx *tx, const rd_actor *actor, rd_str kind, int64_t id, rd_record *ret,
                      bool *ret_yes, rd_err *err)
{
	const rd_kind *k = rd_kind_find(kind);
	rd_rc rc = k ? rd_record_get(tx, actor, k, id, ret, err) : RD_NOT_FOUND;

	*ret_yes = rc == RD_OK;
	return rc == RD_NOT_FOUND || rc == RD_FORBIDDEN ? RD_OK : rc;
}

rd_rc rd_find_text(rd_tx *tx, const rd_actor *actor, rd_str text, rd_str kind, uint32_t max,
                   const rd_record **ret_records, uint32_t *ret_n, rd_err *err)
{
	rd_record *found = RD_NEW_N(tx->arena, rd_record, max + 1);
	rd_rows rows = {0};
	rd_query q;
	uint32_t n = 0;
	rd_rc rc;

	rd_query_of(text, tx->arena, &q);
	*ret_records = found;
	*ret_n = 0;
	if (q.n == 0)
		return RD_OK;
	sql *s = RD_NEW(tx->arena, sql);

	rd_buf_init(&s->text, 1 << 17);
	put_query(s, tx, &q, kind);
	rc =
		rd_db_select(tx->db, rd_buf_view(&s->text), s->in, s->n, LOOKED_MAX, tx->arena, &rows, err);
	rd_buf_done(&s->text);
	if (rc != RD_OK)
		return rc;
	for (uint32_t i = 0; i < rows.n && n < max; i++) {
		bool yes;

		RD_TRY(readable(tx, actor, rows.cells[2 * i].str, rows.cells[2 * i + 1].i, &found[n], &yes,
		                err));
		n += yes;
	}
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_find_references(rd_tx *tx, const rd_actor *actor, const rd_kind *k, int64_t id,
                         const rd_reference **ret_list, uint32_t *ret_n, rd_err *err)
{
	const rd_q_ref_list_row *rows;
	rd_record r;
	uint32_t n_rows, n = 0;

	RD_TRY(rd_record_get(tx, actor, k, id, &r, err));
	RD_TRY(rd_q_ref_list(tx, rd_str_of(k->name), id, RD_BESIDE_LIST_MAX, &rows, &n_rows, err));
	rd_reference *list = RD_NEW_N(tx->arena, rd_reference, n_rows + 1);

	for (uint32_t i = 0; i < n_rows; i++) {
		bool yes;

		RD_TRY(readable(tx, actor, rows[i].from_kind, rows[i].from_id, &list[n].from, &yes, err));
		list[n].field = rows[i].field;
		n += yes;
	}
	*ret_list = list;
	*ret_n = n;
	return RD_OK;
}
