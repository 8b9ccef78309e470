/* rd_read_table: CSV and its relatives. A first pass looks at the head rows, a second reads all. */
#include "base/assert.h"
#include "base/limits.h"
#include "base/threads.h"
#include "io/sink.h"
#include "io/text.h"
#include <stdio.h>

/* ---- the sample ---- */

/* Rows of the first blocks; `look` (when given) sees every row behind the sample. */
static rd_rc take_sample(rd_text_file *t, rd_sample *sample, rd_plan *look, rd_err *err)
{
	rd_block b = {0};
	rd_str *cells = RD_NEW_N(sample->arena, rd_str, RD_COLUMNS_MAX);
	rd_rc rc = RD_OK;
	bool more = true, bad = false;
	uint32_t crs, at, seen = 0;

	rd_text_rewind(t);
	while (more && (rc = rd_text_block(t, &b, &more, err)) == RD_OK && more) {
		while (look || sample->n < RD_SAMPLE_ROWS) {
			uint32_t n = rd_block_record(t, &b, cells, RD_COLUMNS_MAX, &at, &bad, &crs);

			if (n == 0)
				break;
			if (n > RD_COLUMNS_MAX)
				n = RD_COLUMNS_MAX;
			if (!look)
				rd_sample_add(sample, cells, n, at);
			else if (seen++ >= look->first_row)
				rd_plan_look(look, cells, n);
		}
		if (!look && sample->n >= RD_SAMPLE_ROWS)
			break;
	}
	sample->whole = !more;
	rd_block_done(&b);
	return rc;
}

/* Cells with blanks behind them: a fixed-width export. Said once for the file. */
static void note_padding(rd_source *s, const rd_sample *sample, rd_plan *p)
{
	uint32_t padded = 0, rows = 0;

	for (uint32_t i = p->first_row; i < sample->n; i++, rows++)
		for (uint32_t c = 0; c < sample->rows[i].n_cells; c++) {
			rd_str v = sample->rows[i].cells[c];

			if (v.len > 1 && v.ptr[v.len - 1] == ' ' && rd_str_trim(v).len) {
				padded++;
				break;
			}
		}
	p->layout.padded = rows >= 3 && padded * 2 > rows;
	if (p->layout.padded)
		rd_builder_note_at(s->builder, s->file, p->head_line, RD_NOTE_PADDING, false,
		                   (rd_str){"", 0});
}

/* Lines of the whole file, if all are as long as those of the sample. */
static uint64_t lines_expected(const rd_text_file *t, const rd_sample *sample)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < sample->n; i++) {
		bytes += sample->rows[i].n_cells;
		for (uint32_t c = 0; c < sample->rows[i].n_cells; c++)
			bytes += sample->rows[i].cells[c].len;
	}
	return bytes ? (t->text ? t->n : t->source->bytes) * sample->n / bytes : 0;
}

static rd_rc recognise(rd_text_file *t, rd_source *s, rd_plan *plan, rd_err *err)
{
	rd_sample sample = {.arena = rd_arena_new()};
	rd_rc rc = take_sample(t, &sample, NULL, err);

	if (rc == RD_OK)
		rc = rd_recognise(s, s->file, false, &sample, plan, err);
	if (rc == RD_OK && plan->kind != RD_FILE_OTHER) {
		note_padding(s, &sample, plan);
		if (plan->kind == RD_FILE_JOURNAL)
			rd_builder_expect(s->builder, lines_expected(t, &sample));
		if ((plan->open_order || plan->open_mark) && !sample.whole)
			rc = take_sample(t, &sample, plan, err);
		if (rc == RD_OK)
			rc = rd_plan_settle(plan, err);
	}
	rd_arena_free(sample.arena);
	return rc;
}

/* ---- reading ---- */

typedef struct reading {
	rd_text_file *text;
	rd_source *source;
	const rd_plan *plan;
	bool shared;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint32_t committed; /* blocks that are in the book */
	rd_rc rc;
	rd_err err;
} reading;

/* One record of a block, taken apart. */
typedef struct record {
	rd_str cells[RD_COLUMNS_MAX];
	uint32_t n, line, crs;
	bool bad;
} record;

typedef struct reader {
	reading *r;
	rd_sink sink;
	record records[2]; /* the one being added and the one behind it */
} reader;

static bool has_nul(const rd_str *cells, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (cells[i].len && memchr(cells[i].ptr, 0, cells[i].len))
			return true;
	return false;
}

static bool has_long(const rd_str *cells, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (cells[i].len > RD_CELL_BYTES_MAX)
			return true;
	return false;
}

/* What makes a record unreadable as a whole. */
static bool refused(rd_sink *k, const rd_block *b, const record *x)
{
	uint32_t kept = x->n < RD_COLUMNS_MAX ? x->n : RD_COLUMNS_MAX;

	if (b->has_nul && has_nul(x->cells, kept)) {
		rd_sink_note(k, RD_NOTE_NUL, x->line, true, (rd_str){"", 0});
		return true;
	}
	if (x->n > RD_COLUMNS_MAX) {
		char found[32];
		int len = snprintf(found, sizeof found, "%u", x->n);

		rd_sink_note(k, RD_NOTE_FIELD_COUNT, x->line, true, (rd_str){found, (uint32_t)len});
		return true;
	}
	const rd_str *last = &x->cells[kept - 1];
	if ((b->has_quote || last->ptr + last->len - x->cells[0].ptr > (ptrdiff_t)RD_CELL_BYTES_MAX) &&
	    has_long(x->cells, kept)) {
		rd_sink_note(k, RD_NOTE_CELL_LONG, x->line, true, (rd_str){"", 0});
		return true;
	}
	if (x->bad)
		rd_sink_note(k, RD_NOTE_QUOTE, x->line, false, x->cells[0]);
	return false;
}

static void add_record(rd_sink *k, const rd_block *b, const record *x)
{
	if (x->crs > 1)
		rd_sink_note(k, RD_NOTE_STRAY_CR, x->line, false, (rd_str){"", 0});
	if (x->n == 1 && x->cells[0].len == 0)
		rd_sink_note(k, RD_NOTE_EMPTY_LINE, x->line, false, (rd_str){"", 0});
	else if (!refused(k, b, x))
		rd_sink_add(k, x->cells, x->n, x->line);
}

static void parse_block(reader *rd, rd_block *b)
{
	uint32_t skip = b->sequence == 0 ? rd->r->plan->first_row : 0, turn = 0;
	bool waiting = false;

	rd_sink_joined(&rd->sink, b->plain);
	for (uint32_t i = 0; i < b->n_quotes; i++)
		rd_sink_note(&rd->sink, RD_NOTE_QUOTE, b->quotes[i].line, false,
		             rd_str_of(b->quotes[i].found));
	for (;;) {
		record *x = &rd->records[turn];

		x->bad = false;
		x->n =
			rd_block_record(rd->r->text, b, x->cells, RD_COLUMNS_MAX, &x->line, &x->bad, &x->crs);
		if (x->n == 0)
			break;
		if (skip) {
			skip--;
			continue;
		}
		rd_sink_hint(&rd->sink, x->cells, x->n < RD_COLUMNS_MAX ? x->n : RD_COLUMNS_MAX);
		if (waiting)
			add_record(&rd->sink, b, &rd->records[turn ^ 1]);
		waiting = true;
		turn ^= 1;
	}
	if (waiting)
		add_record(&rd->sink, b, &rd->records[turn ^ 1]);
}

/* Blocks go into the book in file order, whoever parsed them. */
static rd_rc commit_in_turn(reader *rd, uint32_t sequence)
{
	reading *r = rd->r;

	pthread_mutex_lock(&r->lock);
	while (r->committed != sequence && r->rc == RD_OK)
		pthread_cond_wait(&r->turn, &r->lock);
	if (r->rc == RD_OK)
		r->rc = rd_sink_commit(&rd->sink, &r->err);
	r->committed = sequence + 1;
	rd_rc rc = r->rc;
	pthread_cond_broadcast(&r->turn);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static void stop(reading *r, rd_rc rc, const rd_err *err)
{
	pthread_mutex_lock(&r->lock);
	if (r->rc == RD_OK) {
		r->rc = rc;
		r->err = *err;
	}
	pthread_cond_broadcast(&r->turn);
	pthread_mutex_unlock(&r->lock);
}

static void read_blocks(void *ctx, uint32_t task, uint32_t worker)
{
	reading *r = ctx;
	rd_block b = {0};
	reader *rd = rd_column_new(sizeof *rd);
	rd_err err;
	bool more = true;

	(void)task;
	(void)worker;
	rd->r = r;
	pthread_mutex_lock(&r->lock); /* rows look into the dictionary, which commits write */
	rd_sink_init(&rd->sink, r->source->builder, r->source->file, r->plan);
	if (r->shared)
		rd_rows_share(rd->sink.rows);
	pthread_mutex_unlock(&r->lock);
	while (more) {
		rd_rc rc = rd_text_block(r->text, &b, &more, &err);

		if (rc != RD_OK) {
			stop(r, rc, &err);
			break;
		}
		if (!more)
			break;
		parse_block(rd, &b);
		if (commit_in_turn(rd, b.sequence) != RD_OK)
			break;
	}
	rd_sink_done(&rd->sink);
	rd_block_done(&b);
	rd_column_free(rd, sizeof *rd);
}

#define PARALLEL_FROM (2u << 20) /* smaller files are read before a second thread has started */

static rd_rc read_all(rd_text_file *t, rd_source *s, const rd_plan *plan, rd_err *err)
{
	reading r = {.text = t, .source = s, .plan = plan};
	uint32_t threads = s->options ? s->options->threads : 1;

	if (plan->kind != RD_FILE_JOURNAL || s->bytes < PARALLEL_FROM)
		threads = 1;
	r.shared = threads > 1;
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.turn, NULL);
	rd_text_rewind(t);
	rd_parallel(threads, threads, read_blocks, &r);
	pthread_cond_destroy(&r.turn);
	pthread_mutex_destroy(&r.lock);
	if (r.rc != RD_OK)
		*err = r.err;
	return r.rc;
}

static const char *format_of(char delimiter)
{
	return delimiter == '\t'  ? "tsv"
	       : delimiter == ';' ? "csv (;)"
	       : delimiter == '|' ? "csv (|)"
	                          : "csv";
}

rd_rc rd_read_table(rd_source *s, rd_err *err)
{
	rd_text_file t;
	rd_plan plan = {0};
	rd_rc rc = rd_text_open(&t, s, err);

	if (rc == RD_OK) {
		rd_builder_file(s->builder, s->file)->format =
			rd_builder_text(s->builder, rd_str_of(format_of(t.csv.delimiter)));
		rc = recognise(&t, s, &plan, err);
	}
	if (rc == RD_OK && plan.kind == RD_FILE_OTHER)
		rc = rd_fail(
			err, RD_INPUT,
			"没有找到表头：前 %u 行中没有一行含三个以上认识的列名；请检查文件或用映射文件指定列",
			"no head was found: none of the first %u rows has three known column names; check the file or name the columns in a mapping file",
			RD_HEAD_ROWS_MAX);
	if (rc == RD_OK) {
		rd_file *f = rd_builder_file(s->builder, s->file);

		plan.layout.slack =
			true; /* blocks and unquoted cells have RD_CSV_SLACK bytes behind them */
		f->kind = plan.kind;
		f->head_line = plan.head_line;
		rd_plan_describe(s, s->file, &plan);
		rc = read_all(&t, s, &plan, err);
	}
	rd_text_close(&t);
	return rc;
}
