/* rd_sheet: tables whose rows come one by one. Rows are kept until the table is recognised. */
#include "base/limits.h"
#include "io/sink.h"

struct rd_sheet {
	rd_source *source;
	rd_row file;
	bool excel;
	rd_sample sample;
	rd_plan plan;
	rd_sink sink;
	bool recognised, streaming;
	rd_rc rc;
	rd_err err;
	uint32_t since_commit;
	rd_str wide[RD_COLUMNS_MAX];
};

#define COMMIT_ROWS 8192u

rd_sheet *rd_sheet_new(rd_source *s, rd_row file, bool excel)
{
	rd_arena *a = rd_arena_new();
	rd_sheet *t = RD_NEW(a, rd_sheet);

	*t = (rd_sheet){.source = s, .file = file, .excel = excel, .sample = {.arena = a}};
	if (s->taker)
		s->taker->begin(s->taker->ctx, excel);
	return t;
}

void rd_sheet_free(rd_sheet *t)
{
	if (t == NULL)
		return;
	rd_sink_done(&t->sink);
	rd_arena_free(t->sample.arena);
}

/* A cell of a sheet has its place: blank ones at a row's end are not stored in the file, and a
 * remark to the right of the table is no field of a record. */
static void add(rd_sheet *t, const rd_str *cells, uint32_t n, uint32_t line)
{
	uint32_t want = t->plan.layout.n_columns;

	if (t->rc != RD_OK)
		return;
	if (want > 0 && want <= RD_COLUMNS_MAX && n != want) {
		for (uint32_t i = 0; i < want; i++)
			t->wide[i] = i < n ? cells[i] : (rd_str){"", 0};
		cells = t->wide;
		n = want;
	}
	rd_sink_add(&t->sink, cells, n, line);
	if (++t->since_commit == COMMIT_ROWS) {
		t->since_commit = 0;
		t->rc = rd_sink_commit(&t->sink, &t->err);
	}
}

/* Recognises what was kept; starts the stream unless a question is still open. */
static void recognise(rd_sheet *t, bool last)
{
	rd_source s = *t->source;

	s.file = t->file;
	if (!t->recognised) {
		t->rc = rd_recognise(&s, t->file, t->excel, &t->sample, &t->plan, &t->err);
		t->recognised = true;
	} else {
		for (uint32_t i = RD_SAMPLE_ROWS; i < t->sample.n; i++)
			rd_plan_look(&t->plan, t->sample.rows[i].cells, t->sample.rows[i].n_cells);
	}
	if (t->rc != RD_OK || t->plan.kind == RD_FILE_OTHER)
		return;
	if ((t->plan.open_order || t->plan.open_mark) && !last)
		return;
	t->rc = rd_plan_settle(&t->plan, &t->err);
	if (t->rc != RD_OK)
		return;
	rd_sink_init(&t->sink, s.builder, t->file, &t->plan);
	t->streaming = true;
	for (uint32_t i = t->plan.first_row; i < t->sample.n; i++)
		add(t, t->sample.rows[i].cells, t->sample.rows[i].n_cells, t->sample.rows[i].line);
}

void rd_sheet_row(rd_sheet *t, const rd_str *cells, uint32_t n, uint32_t line)
{
	if (t->rc != RD_OK || (t->recognised && t->plan.kind == RD_FILE_OTHER))
		return;
	if (t->source->taker) {
		t->rc = t->source->taker->row(t->source->taker->ctx, cells, n, line, &t->err);
		return;
	}
	if (t->streaming) {
		add(t, cells, n, line);
		return;
	}
	rd_sample_add(&t->sample, cells, n, line);
	if (!t->recognised && t->sample.n == RD_SAMPLE_ROWS)
		recognise(t, false);
}

static rd_rc end_taken(rd_sheet *t, rd_file_kind *ret_kind, rd_err *err)
{
	const rd_taker *taker = t->source->taker;
	bool taken = false;

	if (t->rc == RD_OK)
		t->rc = taker->end(taker->ctx, &taken, &t->err);
	if (t->rc != RD_OK) {
		*err = t->err;
		return t->rc;
	}
	*ret_kind = taken ? RD_FILE_STANDARD : RD_FILE_OTHER;
	return RD_OK;
}

rd_rc rd_sheet_end(rd_sheet *t, rd_file_kind *ret_kind, rd_err *err)
{
	if (t->source->taker)
		return end_taken(t, ret_kind, err);
	if (t->rc == RD_OK && !t->streaming) {
		t->sample.whole = true;
		recognise(t, true);
	}
	if (t->rc == RD_OK && t->streaming)
		t->rc = rd_sink_commit(&t->sink, &t->err);
	if (t->rc != RD_OK) {
		*err = t->err;
		return t->rc;
	}
	if (t->plan.kind != RD_FILE_OTHER) {
		rd_file *f = rd_builder_file(t->source->builder, t->file);
		rd_source s = *t->source;

		f->kind = t->plan.kind;
		f->head_line = t->plan.head_line;
		s.file = t->file;
		rd_plan_describe(&s, t->file, &t->plan);
	}
	*ret_kind = t->plan.kind;
	return RD_OK;
}
