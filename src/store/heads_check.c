/* The log over all firms against the firms, as an auditor would. */
#include "store/heads.h"
#include "store/queries.gen.h"
#include "trail/lines.h"
#include "trail/proof.h"
#include <jansson.h>
#include <stdio.h>

#define PAGE 500u

static rd_str text_of(const json_t *o, const char *key)
{
	const json_t *t = json_object_get(o, key);

	return json_is_string(t) ? (rd_str){json_string_value(t), (uint32_t)json_string_length(t)}
	                         : (rd_str){"", 0};
}

bool rd_head_parse(rd_str payload, rd_head_said *ret)
{
	json_t *o = json_loadb(payload.ptr, payload.len, JSON_REJECT_DUPLICATES, NULL);
	uint64_t firm_id = 0;
	bool good = json_object_size(o) == 3 && rd_decimal_read(text_of(o, "firm"), &firm_id) &&
	            firm_id > 0 && firm_id < RD_HEADS_FIRM &&
	            rd_base64_read_hash(text_of(o, "root"), &ret->root);

	ret->firm_id = (int64_t)firm_id;
	ret->size = json_integer_value(json_object_get(o, "size"));
	json_decref(o);
	return good && ret->size > 0;
}

/* ---- a database ---- */

/* The last that the log says of a firm. */
typedef struct last {
	int64_t firm_id, size;
	uint64_t seq;
} last;

typedef struct checking {
	rd_tx tx;
	rd_arena *keep, *page, *row;
	last *last; /* by firm */
	uint32_t n, cap;
	int64_t began_us, at_us; /* the first and the last event */
	rd_verify_heads *out;
} checking;

/* Only the first fault is told. */
static void found(checking *c, rd_head_state state, int64_t firm_id, uint64_t seq)
{
	if (c->out->state == RD_HEADS_FIT)
		*c->out =
			(rd_verify_heads){state, firm_id, seq, c->out->entries, c->out->firms, c->out->waiting};
}

static uint32_t place_of(const checking *c, int64_t firm_id)
{
	uint32_t low = 0, high = c->n;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (c->last[middle].firm_id < firm_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A firm's later checkpoint is never smaller. */
static bool remember(checking *c, const rd_head_said *said, uint64_t seq)
{
	uint32_t at = place_of(c, said->firm_id);

	if (at == c->n || c->last[at].firm_id != said->firm_id) {
		c->last = rd_grow(c->keep, c->last, c->n, &c->cap, sizeof *c->last);
		memmove(c->last + at + 1, c->last + at, (c->n - at) * sizeof *c->last);
		c->last[at] = (last){said->firm_id, 0, seq};
		c->n++;
	}
	bool good = said->size >= c->last[at].size;

	if (good)
		c->last[at] = (last){said->firm_id, said->size, seq};
	return good;
}

static rd_rc check_event(checking *c, const rd_q_event_rows_row *e, rd_err *err)
{
	rd_tx tx = c->tx;
	rd_q_checkpoint_get_row row = {0};
	rd_head_said said;
	rd_checkpoint mine;
	rd_err none = {0};
	bool there = false;

	if (e->seq == 0)
		c->began_us = e->at_us;
	c->at_us = e->at_us;
	if (!rd_str_is(e->type, RD_HEAD_TAKEN))
		return RD_OK; /* the clock was set back */
	c->out->entries++;
	if (e->payload.ptr == NULL || !rd_head_parse(e->payload, &said)) {
		found(c, RD_HEADS_UNREADABLE, 0, (uint64_t)e->seq);
		return RD_OK;
	}
	rd_arena_reset(c->row);
	tx.arena = c->row;
	tx.firm_id = said.firm_id;
	RD_TRY(rd_q_checkpoint_get(&tx, said.size, &row, &there, err));
	bool good = remember(c, &said, (uint64_t)e->seq) && there &&
	            rd_checkpoint_parse(row.note, &mine, &none) == RD_OK &&
	            mine.size == (uint64_t)said.size && rd_hash256_eq(&mine.root, &said.root);
	rd_q_tree_load_row tree;

	if (good)
		return RD_OK;
	RD_TRY(rd_q_tree_load(&tx, &tree, &there, err));
	found(c, there ? RD_HEADS_REPLACED : RD_HEADS_GONE, said.firm_id, (uint64_t)e->seq);
	return RD_OK;
}

static rd_rc check_events(checking *c, rd_err *err)
{
	rd_tx tx = c->tx;
	int64_t next = 0;
	uint32_t n = PAGE;

	tx.arena = c->page;
	tx.firm_id = RD_HEADS_FIRM;
	while (n == PAGE) {
		const rd_q_event_rows_row *rows;

		rd_arena_reset(c->page);
		RD_TRY(rd_q_event_rows(&tx, next, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			RD_TRY(check_event(c, &rows[i], err));
			next = rows[i].seq + 1;
		}
	}
	return RD_OK;
}

/* Whatever was signed a good while before the log was last written should stand there. */
static rd_rc check_firm(checking *c, int64_t firm_id, rd_err *err)
{
	rd_tx tx = c->tx;
	uint32_t at = place_of(c, firm_id);
	bool known = at < c->n && c->last[at].firm_id == firm_id, there = false;
	rd_q_checkpoint_behind_row row = {0};

	c->out->firms++;
	tx.arena = c->row;
	tx.firm_id = firm_id;
	rd_arena_reset(c->row);
	RD_TRY(rd_q_checkpoint_behind(&tx, known ? c->last[at].size : 0, &row, &there, err));
	if (row.n == 0)
		return RD_OK;
	c->out->waiting++;
	/* What was signed before the log began had to wait for that. */
	int64_t due_us = row.at_us > c->began_us ? row.at_us : c->began_us;

	if (due_us < c->at_us - RD_HEADS_LATE)
		found(c, RD_HEADS_LEFT_OUT, firm_id, known ? c->last[at].seq : 0);
	return RD_OK;
}

/* Both lists go up by firm: one of the log that has no log of its own is gone. */
static rd_rc check_firms(checking *c, rd_err *err)
{
	rd_tx tx = c->tx;
	const rd_q_firm_of_log_after_row *rows;
	int64_t after = 0;
	uint32_t n = PAGE, known = 0;

	tx.arena = c->page;
	while (n == PAGE) {
		rd_arena_reset(c->page);
		RD_TRY(rd_q_firm_of_log_after(&tx, after, PAGE, &rows, &n, err));
		for (uint32_t i = 0; i < n; i++) {
			after = rows[i].firm_id;
			for (; known < c->n && c->last[known].firm_id < after; known++)
				found(c, RD_HEADS_GONE, c->last[known].firm_id, c->last[known].seq);
			known += known < c->n && c->last[known].firm_id == after;
			if (after != RD_HEADS_FIRM)
				RD_TRY(check_firm(c, after, err));
		}
	}
	for (; known < c->n; known++)
		found(c, RD_HEADS_GONE, c->last[known].firm_id, c->last[known].seq);
	return RD_OK;
}

rd_rc rd_heads_check(rd_db *db, rd_verify_heads *ret, rd_err *err)
{
	checking c = {.tx = {.db = db},
	              .keep = rd_arena_new(),
	              .page = rd_arena_new(),
	              .row = rd_arena_new(),
	              .out = ret};

	*ret = (rd_verify_heads){.state = RD_HEADS_FIT};
	rd_rc rc = rd_db_firm(db, 0, err);

	if (rc == RD_OK)
		rc = check_events(&c, err);
	if (rc == RD_OK)
		rc = check_firms(&c, err);
	rd_arena_free(c.row);
	rd_arena_free(c.page);
	rd_arena_free(c.keep);
	return rc;
}

/* ---- the files of one firm ---- */

/* Does head.json open the event, and does that speak of this firm? */
static bool opens(const rd_event *e, rd_str open, int64_t firm_id, rd_head_said *ret)
{
	json_t *o = json_loadb(open.ptr, open.len, JSON_REJECT_DUPLICATES, NULL);
	uint8_t salt[RD_EVENT_SALT_BYTES];
	size_t size = 0;
	bool good = rd_base64_read(text_of(o, "salt"), salt, sizeof salt, &size) && size == sizeof salt;

	if (good) {
		rd_hash256 hash = rd_event_payload_hash(salt, text_of(o, "payload"));

		good = rd_hash256_eq(&hash, &e->payload_hash) &&
		       rd_head_parse(text_of(o, "payload"), ret) && ret->firm_id == firm_id;
	}
	json_decref(o);
	return good;
}

static bool proves(const rd_proof_file *file, const rd_checkpoint *c, rd_event *ret, rd_err *err)
{
	rd_hash256 leaf = rd_event_leaf(file->extra);

	return rd_event_decode(file->extra, ret, err) == RD_OK && ret->firm_id == RD_HEADS_FIRM &&
	       ret->seq == file->index && rd_str_is(ret->type, RD_HEAD_TAKEN) &&
	       rd_check_inclusion(file->index, c->size, &leaf, &file->proof, &c->root);
}

/* By a key given by hand; without one nobody looks. */
static bool is_signed(const rd_trail_options *o, rd_str note)
{
	rd_checkpoint c;
	rd_err none = {0};
	bool good = o->n_keys == 0;

	for (uint32_t i = 0; i < o->n_keys && !good; i++)
		good = rd_checkpoint_verify(note, &o->keys[i], &c, &none) == RD_OK;
	return good;
}

/* Two heads of one size that differ: the log has two histories. */
static rd_rc fits_outside(const rd_trail_options *o, const rd_checkpoint *mine, bool *ret_fits,
                          rd_err *err)
{
	rd_checkpoint c;

	for (uint32_t i = 0; i < o->n_outside; i++) {
		RD_TRY(rd_checkpoint_parse(o->outside[i], &c, err));
		if (!is_signed(o, o->outside[i]))
			return rd_fail(err, RD_NOT_FOUND,
			               "总日志的检查点不是由所给公钥签的；请给出 redink key 打印的最后一行",
			               "the checkpoint of the log over all firms is not signed by a key given; "
			               "give the last line of redink key");
		if (c.size == mine->size && !rd_hash256_eq(&c.root, &mine->root))
			*ret_fits = false;
	}
	return RD_OK;
}

rd_rc rd_head_check_files(const rd_verify_order *order, const rd_head_files *files, int64_t firm_id,
                          rd_arena *a, rd_head_said *ret_said, rd_verify_heads *ret, rd_err *err)
{
	rd_trail_options options = rd_verify_options(order, RD_HEADS_FIRM, a);
	rd_proof_file file = {0};
	rd_checkpoint c;
	rd_event e = {0};
	rd_err why = {0};
	bool good;

	*ret = (rd_verify_heads){.state = RD_HEADS_UNREADABLE, .firm_id = firm_id, .firms = 1};
	if (rd_proof_file_parse(files->proof, a, &file, &why) != RD_OK || file.extra.ptr == NULL ||
	    rd_checkpoint_parse(file.note, &c, &why) != RD_OK)
		return RD_OK;
	ret->seq = file.index;
	good = proves(&file, &c, &e, &why) && is_signed(&options, file.note) &&
	       opens(&e, files->open, firm_id, ret_said);
	RD_TRY(fits_outside(&options, &c, &good, err));
	if (good) {
		ret->state = RD_HEADS_FIT;
		ret->entries = 1;
	}
	return RD_OK;
}
