#include "io/sink.h"

void rd_sink_init(rd_sink *k, rd_builder *b, rd_row file, const rd_plan *plan)
{
	*k = (rd_sink){b, file, plan, NULL};
	if (plan->kind == RD_FILE_JOURNAL)
		k->rows = rd_rows_new(b, file, &plan->layout);
}

void rd_sink_done(rd_sink *k)
{
	rd_rows_free(k->rows);
	k->rows = NULL;
}

void rd_sink_add(rd_sink *k, const rd_str *cells, uint32_t n, uint32_t line)
{
	switch (k->plan->kind) {
	case RD_FILE_JOURNAL: rd_rows_add(k->rows, cells, n, line); break;
	case RD_FILE_TRIAL_BALANCE:
		rd_builder_add_tb(k->builder, k->file, &k->plan->layout, k->plan->period, cells, n, line);
		break;
	default: rd_builder_add_account(k->builder, k->file, &k->plan->layout, cells, n, line);
	}
}

void rd_sink_joined(rd_sink *k, bool joined)
{
	if (k->rows)
		rd_rows_joined(k->rows, joined);
}

void rd_sink_hint(rd_sink *k, const rd_str *cells, uint32_t n)
{
	if (k->rows)
		rd_rows_hint(k->rows, cells, n);
}

rd_rc rd_sink_commit(rd_sink *k, rd_err *err)
{
	return k->rows ? rd_rows_commit(k->rows, err) : RD_OK;
}

void rd_sink_note(rd_sink *k, rd_note_kind kind, uint32_t line, bool rejected, rd_str found)
{
	if (k->rows)
		rd_rows_reject(k->rows, kind, line, rejected, found);
	else
		rd_builder_note_at(k->builder, k->file, line, kind, rejected, found);
}
