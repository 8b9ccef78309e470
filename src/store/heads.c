/* Takes the firms' checkpoints into the log over all of them, and proves that one is there. */
#include "store/heads.h"
#include "base/json.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "store/queries.gen.h"
#include "store/store_impl.h"
#include "trail/lines.h"
#include "trail/proof.h"
#include <stdio.h>

#define FIRMS_PAGE  256u
#define OPEN_MAX    4096u
#define PAYLOAD_MAX 256u

typedef struct taking {
	int64_t last_us, size; /* of the log over all */
	int64_t after;
	const rd_q_head_behind_row *rows;
	uint32_t n, at;
	int64_t first_seq;
} taking;

static rd_rc look(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	rd_q_tree_load_row row = {0};
	bool found = false;

	RD_TRY(rd_q_tree_load(tx, &row, &found, err));
	t->last_us = found ? row.at_us : 0;
	t->size = found ? row.size : 0;
	return RD_OK;
}

static rd_rc find(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;

	return rd_q_head_behind(tx, t->after, RD_HEADS_FIRM, FIRMS_PAGE, &t->rows, &t->n, err);
}

static rd_rc take(rd_tx *tx, void *ctx, rd_err *err)
{
	taking *t = ctx;
	rd_buf payload;
	rd_rc rc = RD_OK;

	rd_buf_init(&payload, PAYLOAD_MAX);
	for (uint32_t i = 0; rc == RD_OK && i < t->n; i++) {
		int64_t seq = 0;

		rd_buf_clear(&payload);
		rd_buf_printf(&payload, "{\"firm\":\"%jd\",\"size\":%jd,\"root\":\"",
		              (intmax_t)t->rows[i].firm_id, (intmax_t)t->rows[i].size);
		rd_base64_put(&payload, t->rows[i].root.ptr, t->rows[i].root.len);
		rd_buf_puts(&payload, "\"}");
		rc = rd_log_append(tx,
		                   &(rd_log_event){.type = RD_STR(RD_HEAD_TAKEN),
		                                   .actor = RD_STR("system"),
		                                   .payload = rd_buf_view(&payload)},
		                   &seq, err);
		if (i == 0)
			t->first_seq = seq; /* the rest follows without a gap: a clock steps once */
	}
	rd_buf_done(&payload);
	return rc;
}

static rd_rc note(rd_tx *tx, void *ctx, rd_err *err)
{
	const taking *t = ctx;

	return rd_q_head_set(tx, t->rows[t->at].size, t->first_seq + t->at, NULL, err);
}

static rd_rc take_page(rd_store *s, taking *t, rd_arena *list, rd_arena *a, rd_err *err)
{
	rd_arena_reset(list);
	RD_TRY(rd_store_read(s, 0, list, find, t, err));
	if (t->n == 0)
		return RD_OK;
	RD_TRY(rd_store_write(s, RD_HEADS_FIRM, a, take, t, err));
	for (t->at = 0; t->at < t->n; t->at++) {
		RD_TRY(rd_store_write(s, t->rows[t->at].firm_id, a, note, t, err));
		rd_arena_reset(a);
	}
	t->after = t->rows[t->n - 1].firm_id;
	return RD_OK;
}

rd_rc rd_heads_take(rd_store *s, bool now, rd_err *err)
{
	rd_arena *a = rd_arena_new(), *list = rd_arena_new();
	taking t = {.n = FIRMS_PAGE};
	uint64_t taken = 0;
	rd_signed out;
	rd_rc rc = rd_store_read(s, RD_HEADS_FIRM, a, look, &t, err);

	if (rc == RD_OK && (now || rd_store_now_us(s) - t.last_us >= RD_HEADS_US)) {
		while (rc == RD_OK && t.n == FIRMS_PAGE) {
			rc = take_page(s, &t, list, a, err);
			taken += t.n;
		}
		if (rc == RD_OK && taken)
			rc = rd_store_sign(s, RD_HEADS_FIRM, a, &out, err);
	}
	rd_arena_free(list);
	rd_arena_free(a);
	return rc;
}

rd_rc rd_heads_there(rd_store *s, bool *ret_there, rd_err *err)
{
	rd_arena *a = rd_arena_new();
	taking t = {0};
	rd_rc rc = rd_store_read(s, RD_HEADS_FIRM, a, look, &t, err);

	*ret_there = rc == RD_OK && t.size > 0;
	rd_arena_free(a);
	return rc;
}

/* ---- the proof for one firm ---- */

typedef struct proving {
	rd_q_head_get_row head;
	bool found;
	rd_head_files out;
} proving;

static rd_rc find_head(rd_tx *tx, void *ctx, rd_err *err)
{
	proving *p = ctx;

	return rd_q_head_get(tx, &p->head, &p->found, err);
}

static rd_str kept(rd_arena *a, const rd_buf *b)
{
	return (rd_str){rd_arena_copy(a, b->data, b->size), (uint32_t)b->size};
}

static void put_open(rd_arena *a, const rd_q_event_rows_row *row, rd_str *ret)
{
	rd_buf text, salt;
	rd_json j;

	rd_buf_init(&text, OPEN_MAX);
	rd_buf_init(&salt, OPEN_MAX);
	rd_base64_put(&salt, row->salt.ptr, row->salt.len);
	rd_json_init(&j, &text, 0);
	rd_json_object(&j);
	rd_json_put_str(&j, "salt", rd_buf_view(&salt));
	rd_json_put_str(&j, "payload", row->payload);
	rd_json_close(&j);
	rd_json_end(&j);
	*ret = kept(a, &text);
	rd_buf_done(&salt);
	rd_buf_done(&text);
}

static rd_rc prove(rd_tx *tx, void *ctx, rd_err *err)
{
	proving *p = ctx;
	rd_tree_source tree = rd_log_tree(tx);
	rd_q_checkpoint_last_row last = {0};
	const rd_q_event_rows_row *rows;
	bool found = false;
	uint32_t n = 0;
	rd_buf text;

	RD_TRY(rd_q_checkpoint_last(tx, &last, &found, err));
	RD_TRY(rd_q_event_rows(tx, p->head.seq, 1, &rows, &n, err));
	if (!found || last.size <= p->head.seq || n == 0 || rows[0].salt.ptr == NULL)
		return RD_OK;
	rd_proof_file file = {.index = (uint64_t)p->head.seq, .extra = rows[0].body, .note = last.note};

	RD_TRY(rd_prove_inclusion(file.index, (uint64_t)last.size, &tree, &file.proof, err));
	rd_buf_init(&text, RD_PROOF_TEXT_MAX);
	rd_rc rc = rd_proof_file_format(&file, &text, err);

	p->out.size = p->head.size;
	p->out.proof = kept(tx->arena, &text);
	put_open(tx->arena, &rows[0], &p->out.open);
	rd_buf_done(&text);
	return rc;
}

rd_rc rd_head_prove(rd_store *s, int64_t firm_id, rd_arena *a, rd_head_files *ret, rd_err *err)
{
	proving p = {0};

	RD_TRY(rd_store_read(s, firm_id, a, find_head, &p, err));
	if (p.found)
		RD_TRY(rd_store_read(s, RD_HEADS_FIRM, a, prove, &p, err));
	*ret = p.out;
	return RD_OK;
}
