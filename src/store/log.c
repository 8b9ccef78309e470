#include "store/log.h"
#include "base/assert.h"
#include "store/log_impl.h"
#include "store/queries.gen.h"
#include "trail/event.h"
#include "trail/tile.h"
#include <sodium.h>
#include <stdlib.h>

#define SALTS      128u
#define STEP_US    5000000  /* a clock that is further behind the last event was set back */
#define ROWS_MAX   1000u    /* events that one question answers */
#define EVENTS_MAX 1000000u /* of one firm in one batch: they are read back at once */

typedef struct item {
	rd_hash256 leaf;
	bool erased;
} item;

typedef struct log_firm {
	int64_t id, now_us, step_us;
	int64_t at_us;  /* of the last event, this batch included */
	rd_range range; /* before this batch */
	item *items;    /* of this batch, number range.size + i */
	uint32_t n, cap;
} log_firm;

struct rd_log {
	rd_db *db;
	rd_arena *a; /* of the batch */
	log_firm **firms;
	uint32_t n_firms;
	log_firm *now; /* of the command that runs */
	uint32_t mark; /* its events before the command */
	int64_t mark_at_us;
	int64_t mark_step_us;
	uint8_t salts[SALTS][RD_EVENT_SALT_BYTES]; /* asked for in one go */
	uint32_t n_salts;
};

rd_log *rd_log_new(rd_arena *home)
{
	rd_log *log = RD_NEW(home, rd_log);

	log->a = rd_arena_new();
	return log;
}

void rd_log_free(rd_log *log)
{
	if (log)
		rd_arena_free(log->a);
}

static rd_tx tx_of(rd_log *log, int64_t firm_id)
{
	return (rd_tx){.db = log->db, .firm_id = firm_id, .arena = log->a, .log = log};
}

static rd_rc load(rd_log *log, int64_t firm_id, int64_t now_us, log_firm **ret, rd_err *err)
{
	rd_tx tx = tx_of(log, firm_id);
	rd_q_tree_lock_row row;
	bool found = false;
	log_firm *f = RD_NEW(log->a, log_firm);

	RD_TRY(rd_db_firm(log->db, firm_id, err));
	RD_TRY(rd_q_tree_lock(&tx, &row, &found, err));
	if (!found) {
		RD_TRY(rd_q_tree_make(&tx, RD_STR(""), NULL, err));
		RD_TRY(rd_q_tree_lock(&tx, &row, &found, err));
		RD_ASSERT(found);
	}
	RD_TRY(rd_range_parse((uint64_t)row.size, row.range, &f->range, err));
	f->id = firm_id;
	f->at_us = row.at_us;
	f->now_us = now_us > row.at_us ? now_us : row.at_us;
	f->step_us = row.at_us - now_us > STEP_US ? row.at_us - now_us : 0;
	*ret = f;
	return RD_OK;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

rd_rc rd_log_begin(rd_log *log, rd_db *db, int64_t *firms, uint32_t n, int64_t now_us, rd_err *err)
{
	rd_arena_reset(log->a);
	log->db = db;
	log->n_firms = 0;
	log->now = NULL;
	log->firms = RD_NEW_N(log->a, log_firm *, n + 1);
	qsort(firms, n, sizeof *firms, by_number);
	for (uint32_t i = 0; i < n; i++) {
		if (firms[i] == 0 || (i && firms[i] == firms[i - 1]))
			continue;
		RD_TRY(load(log, firms[i], now_us, &log->firms[log->n_firms], err));
		log->n_firms++;
	}
	/* For commands of the operator, who has no log: the clock. */
	log->firms[log->n_firms] = RD_NEW(log->a, log_firm);
	log->firms[log->n_firms]->now_us = now_us;
	return RD_OK;
}

static log_firm *firm_of(rd_log *log, int64_t firm_id)
{
	uint32_t low = 0, high = log->n_firms;

	if (firm_id == 0)
		return log->firms[log->n_firms];
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (log->firms[middle]->id < firm_id)
			low = middle + 1;
		else
			high = middle;
	}
	RD_ASSERT(low < log->n_firms && log->firms[low]->id == firm_id);
	return log->firms[low];
}

int64_t rd_log_enter(rd_log *log, int64_t firm_id)
{
	if (log->now == NULL || log->now->id != firm_id)
		log->now = firm_of(log, firm_id);
	log->mark = log->now->n;
	log->mark_at_us = log->now->at_us;
	log->mark_step_us = log->now->step_us;
	return log->now->now_us;
}

void rd_log_undo(rd_log *log)
{
	log->now->n = log->mark;
	log->now->at_us = log->mark_at_us;
	log->now->step_us = log->mark_step_us;
}

static const uint8_t *next_salt(rd_log *log)
{
	if (log->n_salts == 0) {
		randombytes_buf(log->salts, sizeof log->salts);
		log->n_salts = SALTS;
	}
	return log->salts[--log->n_salts];
}

static rd_rc append(rd_tx *tx, const rd_log_event *e, int64_t *ret_seq, rd_err *err)
{
	rd_log *log = tx->log;
	log_firm *f = log->now;
	const uint8_t *salt = next_salt(log);
	uint64_t seq = f->range.size + f->n;
	rd_str salt_str = {(const char *)salt, RD_EVENT_SALT_BYTES}, body;
	rd_event event = {
		.firm_id = (uint64_t)tx->firm_id,
		.seq = seq,
		.at_us = f->now_us,
		.type = e->type,
		.kind = e->kind,
		.record_id = (uint64_t)e->record_id,
		.actor = e->actor,
		.request_id = e->request_id,
		.payload_hash = rd_event_payload_hash(salt, e->payload),
	};

	RD_TRY(rd_event_encode(&event, tx->arena, &body, err));
	RD_TRY(rd_q_event_add(tx, (int64_t)seq, f->now_us, e->type, e->kind, e->record_id, e->actor,
	                      body, NULL, err));
	RD_TRY(rd_q_payload_add(tx, (int64_t)seq, salt_str, e->payload, NULL, err));
	f->items = rd_grow(log->a, f->items, f->n, &f->cap, sizeof *f->items);
	f->items[f->n++] = (item){.leaf = rd_event_leaf(body)};
	f->at_us = f->now_us;
	*ret_seq = (int64_t)seq;
	return RD_OK;
}

/* The log says itself that the clock was set back, once a batch: times stand still meanwhile. */
static rd_rc note_step(rd_tx *tx, rd_err *err)
{
	rd_buf payload;
	int64_t seq;

	rd_buf_init(&payload, 64);
	rd_buf_printf(&payload, "{\"back_us\":%jd}", (intmax_t)tx->log->now->step_us);
	tx->log->now->step_us = 0;
	rd_rc rc = append(tx,
	                  &(rd_log_event){.type = RD_STR("clock.stepped"),
	                                  .actor = RD_STR("system"),
	                                  .payload = rd_buf_view(&payload)},
	                  &seq, err);

	rd_buf_done(&payload);
	return rc;
}

rd_rc rd_log_append(rd_tx *tx, const rd_log_event *e, int64_t *ret_seq, rd_err *err)
{
	RD_ASSERT(tx->log && tx->log->now->id == tx->firm_id && tx->firm_id > 0);
	if (tx->log->now->n >= EVENTS_MAX)
		return rd_fail(err, RD_LIMIT, "一次写入的事件过多；请分批进行",
		               "too many events in one write; do it in parts");
	if (tx->log->now->step_us)
		RD_TRY(note_step(tx, err));
	return append(tx, e, ret_seq, err);
}

/* Runs whose payloads are gone from now on. */
static rd_rc erase_run(rd_tx *tx, rd_seq_run run, int64_t by_seq, rd_err *err)
{
	log_firm *f = tx->log->now;
	rd_q_erased_between_row events = {0};
	bool found = false;

	RD_TRY(rd_q_erased_between(tx, (int64_t)run.first, (int64_t)run.last, &events, &found, err));
	if (events.n)
		return rd_fail(err, RD_USAGE, "删除记录本身的内容不能再抹去",
		               "what an event of erasing says cannot be erased itself");
	for (uint64_t seq = run.first; seq <= run.last; seq++) {
		RD_TRY(rd_q_erasure_add(tx, (int64_t)seq, by_seq, NULL, err));
		RD_TRY(rd_q_payload_erase(tx, (int64_t)seq, NULL, err));
		if (seq >= f->range.size)
			f->items[seq - f->range.size].erased = true;
	}
	return RD_OK;
}

rd_rc rd_log_erase(rd_tx *tx, const rd_log_erase_order *order, int64_t *ret_seq, rd_err *err)
{
	rd_buf payload;
	int64_t seq = 0;
	rd_rc rc = RD_OK;

	RD_ASSERT(tx->log && tx->log->now->id == tx->firm_id);
	rd_buf_init(&payload, 8u << 20);
	if (!rd_erased_format(order->runs, order->n_runs, order->reason, &payload) ||
	    order->runs[order->n_runs - 1].last >= tx->log->now->range.size + tx->log->now->n)
		rc = rd_fail(err, RD_USAGE, "要抹去的事件序号须递增、不相接且已存在",
		             "the events to erase must be ascending, apart, and exist");
	if (rc == RD_OK)
		rc = rd_log_append(tx,
		                   &(rd_log_event){.type = RD_STR(RD_EVENT_ERASED),
		                                   .actor = order->actor,
		                                   .request_id = order->request_id,
		                                   .payload = rd_buf_view(&payload)},
		                   &seq, err);
	rd_buf_done(&payload);
	for (uint32_t i = 0; rc == RD_OK && i < order->n_runs; i++)
		rc = erase_run(tx, order->runs[i], seq, err);
	if (rc == RD_OK)
		*ret_seq = seq;
	return rc;
}

static rd_rc mismatch(const log_firm *f, uint64_t seq, rd_err *err)
{
	return rd_fail(err, RD_CORRUPT,
	               "企业 %jd 的第 %ju 条事件读回后与写入的不同；本次写入已撤销，请检查磁盘和内存",
	               "event %ju of firm %jd reads back different from what was written; nothing was "
	               "kept, look at disk and memory",
	               (intmax_t)f->id, (uintmax_t)seq);
}

static rd_rc check_row(const log_firm *f, const rd_q_event_check_row *row, uint64_t seq,
                       rd_hash256 *ret_leaf, rd_err *err)
{
	const item *it = &f->items[seq - f->range.size];
	rd_event event;
	rd_hash256 leaf = rd_event_leaf(row->body), hash;

	if ((uint64_t)row->seq != seq || !rd_hash256_eq(&leaf, &it->leaf))
		return mismatch(f, seq, err);
	RD_TRY(rd_event_decode(row->body, &event, err));
	if (row->salt.ptr == NULL) {
		if (!it->erased)
			return mismatch(f, seq, err);
	} else {
		if (row->salt.len != RD_EVENT_SALT_BYTES)
			return mismatch(f, seq, err);
		hash = rd_event_payload_hash((const uint8_t *)row->salt.ptr, row->payload);
		if (!rd_hash256_eq(&hash, &event.payload_hash))
			return mismatch(f, seq, err);
	}
	*ret_leaf = leaf;
	return RD_OK;
}

/* Reads back what the batch has written for this firm and makes the tree of it anew. */
static rd_rc check_firm(rd_log *log, const log_firm *f, rd_err *err)
{
	rd_tx tx = tx_of(log, f->id);
	rd_range range = f->range;
	const rd_q_event_check_row *rows;
	rd_q_tree_load_row tree;
	uint8_t bytes[RD_RANGE_BYTES_MAX];
	uint32_t n = 0;
	bool found = false;

	/* One more than were written: an event behind them would be somebody else's. */
	RD_TRY(rd_q_event_check(&tx, (int64_t)f->range.size, f->n + 1, &rows, &n, err));
	if (n != f->n)
		return mismatch(f, f->range.size + (n < f->n ? n : f->n), err);
	for (uint32_t i = 0; i < n; i++) {
		rd_hash256 leaf;

		RD_TRY(check_row(f, &rows[i], f->range.size + i, &leaf, err));
		rd_range_add(&range, &leaf);
	}
	RD_TRY(rd_q_tree_load(&tx, &tree, &found, err));
	rd_str want = {(const char *)bytes, rd_range_format(&range, bytes)};

	if (!found || (uint64_t)tree.size != range.size || !rd_str_eq(tree.range, want))
		return mismatch(f, range.size - 1, err);
	return RD_OK;
}

static rd_rc save_firm(rd_log *log, const log_firm *f, rd_err *err)
{
	rd_tx tx = tx_of(log, f->id);
	rd_range range = f->range;
	rd_tile_entry entries[RD_TILE_LEVELS - 1];
	uint8_t bytes[RD_RANGE_BYTES_MAX];

	RD_TRY(rd_db_firm(log->db, f->id, err));
	for (uint32_t i = 0; i < f->n; i++) {
		uint32_t n = rd_range_add_tiled(&range, &f->items[i].leaf, entries);

		for (uint32_t k = 0; k < n; k++) {
			rd_str hash = {(const char *)entries[k].hash.byte, 32};
			uint64_t place = entries[k].tile * RD_TILE_HASHES + entries[k].at;

			RD_TRY(rd_q_tile_add(&tx, entries[k].level, (int64_t)place, hash, NULL, err));
		}
	}
	rd_str range_str = {(const char *)bytes, rd_range_format(&range, bytes)};

	return rd_q_tree_save(&tx, (int64_t)range.size, f->at_us, range_str, NULL, err);
}

rd_rc rd_log_finish(rd_log *log, rd_err *err)
{
	for (uint32_t i = 0; i < log->n_firms; i++) {
		const log_firm *f = log->firms[i];

		if (f->n == 0)
			continue;
		RD_TRY(save_firm(log, f, err));
		RD_TRY(check_firm(log, f, err));
	}
	return RD_OK;
}

static rd_rc row_of(int64_t seq, int64_t at_us, rd_str body, rd_str salt, rd_str payload,
                    rd_log_row *ret, rd_err *err)
{
	rd_event e;

	RD_TRY(rd_event_decode(body, &e, err));
	*ret = (rd_log_row){
		.seq = seq,
		.at_us = at_us,
		.record_id = (int64_t)e.record_id,
		.type = e.type,
		.kind = e.kind,
		.actor = e.actor,
		.request_id = e.request_id,
		.payload = salt.ptr ? payload : (rd_str){"", 0},
		.erased = salt.ptr == NULL,
	};
	return RD_OK;
}

rd_rc rd_log_of_record(rd_tx *tx, rd_str kind, int64_t record_id, int64_t before_seq, uint32_t max,
                       const rd_log_row **ret_rows, uint32_t *ret_n, rd_err *err)
{
	const rd_q_event_of_record_row *rows;
	uint32_t n = 0;

	if (max > ROWS_MAX)
		max = ROWS_MAX;
	RD_TRY(rd_q_event_of_record(tx, kind, record_id, before_seq < 0 ? INT64_MAX : before_seq, max,
	                            &rows, &n, err));
	rd_log_row *out = RD_NEW_N(tx->arena, rd_log_row, n + 1);

	for (uint32_t i = 0; i < n; i++)
		RD_TRY(row_of(rows[i].seq, rows[i].at_us, rows[i].body, rows[i].salt, rows[i].payload,
		              &out[i], err));
	*ret_rows = out;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_log_from(rd_tx *tx, int64_t seq, uint32_t max, const rd_log_row **ret_rows,
                  uint32_t *ret_n, rd_err *err)
{
	const rd_q_event_rows_row *rows;
	uint32_t n = 0;

	if (max > ROWS_MAX)
		max = ROWS_MAX;
	RD_TRY(rd_q_event_rows(tx, seq, max, &rows, &n, err));
	rd_log_row *out = RD_NEW_N(tx->arena, rd_log_row, n + 1);

	for (uint32_t i = 0; i < n; i++)
		RD_TRY(row_of(rows[i].seq, rows[i].at_us, rows[i].body, rows[i].salt, rows[i].payload,
		              &out[i], err));
	*ret_rows = out;
	*ret_n = n;
	return RD_OK;
}

rd_rc rd_log_size(rd_tx *tx, int64_t *ret_size, rd_err *err)
{
	rd_q_tree_load_row row;
	bool found = false;

	RD_TRY(rd_q_tree_load(tx, &row, &found, err));
	*ret_size = found ? row.size : 0;
	return RD_OK;
}
